//! A changed calendar or policy: which open clocks it moves, and moving them, as it was previewed and not otherwise (P2, P8).
//!
//! Clocks that ended keep their result and their versions. Messages that were sent are never unsent.

use std::{collections::BTreeMap, sync::Arc};

use chassis::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{ActionError, changes::Changes, following};
use crate::{
    desk::Desk,
    domain::{
        calendar::BeyondCalendar,
        clock::{self, Clock},
    },
    law::Law,
    parse::local,
    publications::{self, Moved, Telling},
    store::{ClockRow, SubjectRow, clocks, subjects},
};

/// How many clocks are looked at in one reading.
const PAGE: u32 = 500;

/// What becomes of an open clock under the newest law.
pub(crate) enum Fate {
    /// It keeps its due instant.
    Stays(Clock),
    /// It is due at another.
    Moves(Clock),
    /// The policy has it no more.
    Ends,
    /// The newest calendar does not reach far enough for it: it keeps what it has.
    Beyond,
}

/// An open clock and what becomes of it.
pub(crate) struct Move {
    pub(crate) row: ClockRow,
    pub(crate) subject: SubjectRow,
    pub(crate) fate: Fate,
}

impl Move {
    /// When it will be due; none when it ends.
    pub(crate) fn due_at(&self) -> Option<DateTime<Utc>> {
        match &self.fate {
            Fate::Stays(clock) | Fate::Moves(clock) => Some(clock.due.at.with_timezone(&Utc)),
            Fate::Ends => None,
            Fate::Beyond => Some(self.row.due_at),
        }
    }

    /// Whether it changes anything that somebody would notice.
    pub(crate) fn moves(&self) -> bool {
        matches!(self.fate, Fate::Moves(_) | Fate::Ends)
    }
}

/// What a change of the law does.
#[derive(Default)]
pub(crate) struct Impact {
    /// How many open clocks there are.
    pub(crate) open: u64,
    /// Whether any of them keeps to a version that is not the newest.
    pub(crate) waiting: bool,
    /// Those whose versions change, whether they move or not.
    pub(crate) moves: Vec<Move>,
}

impl Impact {
    /// Names exactly this impact.
    pub(crate) fn token(&self) -> String {
        let mut lines: Vec<String> = self
            .moves
            .iter()
            .filter(|change| change.moves())
            .map(|change| {
                let due = change.due_at().map(|at| at.timestamp_millis());
                format!("{} {} {due:?}", change.row.clock_id, change.row.due_version)
            })
            .collect();
        lines.sort();
        let digest = Sha256::digest(lines.join("\n"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Looks at every open clock under a law whose newest versions are to hold.
pub(crate) async fn impact(db: &impl ConnectionTrait, law: &Law) -> Result<Impact, ActionError> {
    let mut impact = Impact::default();
    let mut after = Uuid::nil();
    loop {
        let page = clocks::page(db, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(impact);
        };
        after = last.clock_id;
        let ids = page.iter().map(|row| row.subject_id).collect();
        let known: BTreeMap<Uuid, SubjectRow> = subjects::of(db, ids).await?;
        for row in page {
            impact.open += 1;
            let Some(subject) = known.get(&row.subject_id) else {
                continue;
            };
            if newest(law, &row, subject) {
                continue;
            }
            impact.waiting = true;
            let fate = fate(db, law, &row, subject).await?;
            impact.moves.push(Move {
                row,
                subject: subject.clone(),
                fate,
            });
        }
    }
}

/// Whether a clock keeps to the newest versions already.
fn newest(law: &Law, row: &ClockRow, subject: &SubjectRow) -> bool {
    let version = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let Some(calendar) = law.calendar(&subject.union_code) else {
        return true;
    };
    let calendars = (version(calendar.version), version(calendar.county_version));
    let what = following::what(subject);
    let mut policies = clock::applicable(&law.policies, &what).into_iter();
    calendars == (row.calendar_version, row.county_calendar_version)
        && policies.any(|(policy, rule)| {
            (policy.code.as_str(), rule.code.as_str()) == (&row.policy_code, &row.code)
                && version(policy.version) == row.policy_version
        })
}

async fn fate(
    db: &impl ConnectionTrait,
    law: &Law,
    row: &ClockRow,
    subject: &SubjectRow,
) -> Result<Fate, ActionError> {
    let what = following::what(subject);
    let same = |(policy, rule): &(&crate::domain::policy::Policy, &crate::domain::policy::Rule)| {
        policy.code == row.policy_code && rule.code == row.code
    };
    let own = clock::applicable(&law.policies, &what)
        .into_iter()
        .find(same);
    let (Some(own), Some(calendar)) = (own, law.calendar(&subject.union_code)) else {
        return Ok(Fate::Ends);
    };
    let facts = following::facts(db, subject).await?;
    Ok(match clock::clock(own, &what, &facts, &calendar) {
        Err(BeyondCalendar { .. }) => Fate::Beyond,
        Ok(None) => Fate::Ends,
        Ok(Some(clock)) if clock.due.at == local(row.due_at) => Fate::Stays(clock),
        Ok(Some(clock)) => Fate::Moves(clock),
    })
}

/// Moves the open clocks to the newest law, if that does what was previewed; says how many moved or ended.
pub(crate) async fn apply(
    tx: &Tx,
    desk: &Arc<Desk>,
    token: &str,
    reason: &str,
) -> Result<u64, ActionError> {
    // No fact moves a clock between looking and moving.
    clocks::lock_all(tx).await?;
    let law = Law::load(tx).await?;
    let impact = impact(tx, &law).await?;
    if impact.token() != token {
        return Err(ActionError::Changed);
    }
    let (mut moved, mut changes) = (0, Changes::default());
    for change in &impact.moves {
        moved += u64::from(change.moves());
        let telling = Telling {
            desk,
            law: &law,
            subject: &change.subject,
            now: desk.clock.now(),
            changes: &mut changes,
        };
        make(telling, change, reason)?;
    }
    changes.write(tx).await?;
    Ok(moved)
}

fn make(mut telling: Telling<'_>, change: &Move, reason: &str) -> Result<(), ActionError> {
    let mut row = change.row.clone();
    match &change.fate {
        Fate::Beyond => {}
        Fate::Stays(clock) => {
            following::pin(&mut row, clock);
            row.provisional = clock.due.provisional;
            telling.changes.save(&row);
        }
        Fate::Moves(clock) => {
            let was = Moved::from(&row, reason);
            following::shift(&mut telling, &mut row, clock)?;
            publications::moved(&mut telling, &row, &was);
        }
        Fate::Ends => {
            row.state = "cancelled".to_owned();
            row.paused_at = None;
            row.stopped_at = Some(telling.now);
            row.stopped_by = Some("suda.directory.v1.PolicyPublished".to_owned());
            telling.changes.save(&row);
            telling.changes.plan(&row, &[]);
            publications::cancelled(&mut telling, &row);
        }
    }
    Ok(())
}
