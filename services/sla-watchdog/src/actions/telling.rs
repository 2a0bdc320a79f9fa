//! Tells what is due: limits that passed, then messages of the ladders, earliest first, one batch in a transaction.

use std::sync::Arc;

use chassis::db::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;

use super::{ActionError, changes::Changes};
use crate::{
    desk::Desk,
    domain::recipient::{About, Reached},
    law::{Law, NoLaw},
    publications::{self, Telling},
    store::{self, ClockRow, RungRow, SubjectRow, clocks, reference, rungs, subjects},
};

/// How late a message was told, in seconds; a message told in time is 0.
pub(crate) const LAG_SECONDS: &str = "suda_watchdog_lag_seconds";
/// Messages that are due and not told, by how long they wait.
pub(crate) const UNFIRED: &str = "suda_watchdog_unfired";
/// How long the oldest of them waits.
pub(crate) const OLDEST_UNFIRED_SECONDS: &str = "suda_watchdog_oldest_unfired_seconds";
/// Messages that nobody can be told.
pub(crate) const UNREACHABLE: &str = "suda_watchdog_unreachable";
/// Clocks that wait for a calendar.
pub(crate) const BEYOND_CALENDAR: &str = "suda_watchdog_beyond_calendar";

/// Tells one batch; says how many.
pub(crate) async fn tell_due(tx: &Tx, desk: &Arc<Desk>) -> Result<u64, ActionError> {
    let law = match desk.law(tx).await {
        Ok(law) => law,
        Err(NoLaw::NotYet) => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    let now = desk.clock.now();
    let mut changes = Changes::default();
    let passed = clocks::claim_breaches(tx, now, desk.settings.batch).await?;
    let mut sent = u64::try_from(passed.len()).unwrap_or(0);
    let about = subjects::of(tx, passed.iter().map(|row| row.subject_id).collect()).await?;
    for row in passed {
        let subject = about.get(&row.subject_id).ok_or_else(|| lost(&row))?;
        let mut telling = Telling {
            desk,
            law: &law,
            subject,
            now,
            changes: &mut changes,
        };
        run_out(&mut telling, row);
    }
    changes.write(tx).await?;
    sent += send_due(tx, desk, &law, now).await?;
    Ok(sent)
}

/// Sends what is due of the ladders, one batch; says how many.
async fn send_due(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    now: DateTime<Utc>,
) -> Result<u64, ActionError> {
    let due = rungs::claim(tx, now, desk.settings.batch).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let directory = reference::directory(tx).await?;
    let clocks = clocks::by_id(tx, due.iter().map(|rung| rung.clock_id).collect()).await?;
    let subjects = subjects::of(tx, clocks.values().map(|row| row.subject_id).collect()).await?;
    let (mut sent, mut changes) = (0, Changes::default());
    for rung in &due {
        let clock = clocks
            .get(&rung.clock_id)
            .ok_or_else(|| DbErr::RecordNotFound(format!("clock {}", rung.clock_id)))?;
        let subject = subjects.get(&clock.subject_id).ok_or_else(|| lost(clock))?;
        let Some(reached) = directory.reach(&rung.recipient, &about(subject)) else {
            tracing::error!(
                clock = %rung.clock_id, rung = rung.rung,
                "a message of clock {} reaches nobody: no post up to the province is held; fill one", rung.clock_id
            );
            rungs::mark_unreached(tx, rung, now).await?;
            continue;
        };
        let mut telling = Telling {
            desk,
            law,
            subject,
            now,
            changes: &mut changes,
        };
        send(&mut telling, clock, rung, reached);
        sent += 1;
    }
    changes.write(tx).await?;
    Ok(sent)
}

fn lost(row: &ClockRow) -> DbErr {
    DbErr::RecordNotFound(format!("the subject of clock {}", row.clock_id))
}

/// A limit passed: somebody is late, or a window is over and nobody is.
fn run_out(telling: &mut Telling<'_>, row: ClockRow) {
    let window = telling.law.rule(&row).is_some_and(|(_, rule)| rule.window);
    if window {
        let row = ClockRow {
            state: "lapsed".to_owned(),
            stopped_at: Some(row.due_at),
            stopped_by: Some("suda.sla_watchdog.v1.WindowLapsed".to_owned()),
            ..row
        };
        telling.changes.save(&row);
        publications::lapsed(telling, &row);
    } else {
        let row = ClockRow {
            state: "overdue".to_owned(),
            ..row
        };
        telling.changes.save(&row);
        publications::breached(telling, &row);
    }
}

/// What a message about a subject depends on.
pub(crate) fn about(subject: &SubjectRow) -> About {
    About {
        union: subject.union_code.clone(),
        unit: subject.unit_code.clone(),
        lead_unit: subject.lead_unit.clone(),
        handler_post: subject.handler_post.clone(),
    }
}

fn send(telling: &mut Telling<'_>, clock: &ClockRow, rung: &RungRow, reached: Reached) {
    let sent = RungRow {
        sent_at: Some(telling.now),
        to_post: Some(reached.post),
        to_unit: Some(reached.unit),
        via: Some(reached.via.to_owned()),
        ..rung.clone()
    };
    let lag = telling.now - rung.deliver_at;
    let late = lag > TimeDelta::seconds(i64::from(telling.desk.settings.late_after_seconds));
    #[expect(
        clippy::cast_precision_loss,
        reason = "a histogram's limits are coarser than what is lost"
    )]
    metrics::histogram!(LAG_SECONDS).record(lag.num_milliseconds().max(0) as f64 / 1000.0);
    publications::rung(telling, clock, &sent, late);
    telling.changes.sent(sent);
}

/// Tells that the watchdog lives and what it sees; directory alarms when this stays away (P21).
pub(crate) async fn beat(tx: &Tx, desk: &Arc<Desk>) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let pulse = store::pulse(tx, now).await?;
    show(&pulse, now);
    // What was looked over counts only while it is looked over again and again.
    let examined = if desk.looked_lately() {
        u64::try_from(pulse.open).unwrap_or(0)
    } else {
        0
    };
    Ok(publications::beat(tx, desk, &pulse, examined, now).await?)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of messages and seconds stay far below what a float holds"
)]
fn show(pulse: &store::Pulse, now: DateTime<Utc>) {
    let waits = pulse.oldest.map_or(0, |at| (now - at).num_seconds());
    metrics::gauge!(OLDEST_UNFIRED_SECONDS).set(waits as f64);
    for (over, count) in [
        ("0s", pulse.due),
        ("1m", pulse.over_a_minute),
        ("10m", pulse.over_ten_minutes),
        ("1h", pulse.over_an_hour),
    ] {
        metrics::gauge!(UNFIRED, "over" => over).set(count as f64);
    }
    metrics::gauge!(UNREACHABLE).set(pulse.unreachable as f64);
    metrics::gauge!(BEYOND_CALENDAR).set(pulse.beyond as f64);
}
