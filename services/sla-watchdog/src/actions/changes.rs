//! What a piece of work changes, gathered and then written together: a handful of statements, however many clocks it moves.

use std::collections::BTreeMap;

use chassis::{
    db::Tx,
    outbox::{self, Message},
};
use uuid::Uuid;

use super::ActionError;
use crate::{
    domain::ladder::Planned,
    store::{ClockRow, RungRow, clocks, rungs, subjects},
};

/// Clocks and messages as they are to be.
#[derive(Default)]
pub(crate) struct Changes {
    clocks: BTreeMap<Uuid, ClockRow>,
    ladders: BTreeMap<Uuid, Vec<RungRow>>,
    sent: Vec<RungRow>,
    waiting: Vec<subjects::Waiting>,
    told: Vec<Message>,
}

impl Changes {
    /// Keeps a clock as it is now.
    pub(crate) fn save(&mut self, clock: &ClockRow) {
        self.clocks.insert(clock.clock_id, clock.clone());
    }

    /// Replaces the messages of a clock that were not sent by those of its present due instant. Those that were sent stay (P2).
    pub(crate) fn plan(&mut self, clock: &ClockRow, planned: &[Planned]) {
        let rungs = planned.iter().map(|planned| RungRow::of(clock, planned));
        self.ladders.insert(clock.clock_id, rungs.collect());
    }

    /// Notes a message as sent.
    pub(crate) fn sent(&mut self, rung: RungRow) {
        self.sent.push(rung);
    }

    /// Notes that a clock waits for a calendar.
    pub(crate) fn wait(&mut self, waiting: subjects::Waiting) {
        self.waiting.push(waiting);
    }

    /// Tells a fact, after those told before.
    pub(crate) fn tell(&mut self, message: Message) {
        self.told.push(message);
    }

    /// Writes everything; nothing is left to write afterwards.
    pub(crate) async fn write(&mut self, tx: &Tx) -> Result<(), ActionError> {
        let Self {
            clocks,
            ladders,
            sent,
            waiting,
            told,
        } = std::mem::take(self);
        let moved: Vec<Uuid> = clocks.keys().copied().collect();
        if !clocks.is_empty() {
            let rows: Vec<ClockRow> = clocks.into_values().collect();
            clocks::save(tx, &rows).await?;
        }
        if !ladders.is_empty() {
            rungs::withdraw(tx, ladders.keys().copied().collect()).await?;
            let rows: Vec<RungRow> = ladders.into_values().flatten().collect();
            rungs::add(tx, &rows).await?;
        }
        if !moved.is_empty() {
            rungs::follow(tx, moved).await?;
        }
        if !sent.is_empty() {
            rungs::mark_sent(tx, &sent).await?;
        }
        if !waiting.is_empty() {
            for new in subjects::wait_for_calendar(tx, &waiting).await? {
                let (subject, clock, year) = (new.subject_id, new.code, new.year);
                tracing::error!(
                    %subject, clock, year,
                    "clock {clock} of {subject} waits for the calendar of {year}; load it with suda reference apply"
                );
            }
        }
        Ok(outbox::tell_all(tx, told).await?)
    }
}
