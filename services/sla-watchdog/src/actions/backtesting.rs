//! How closed cases would have come out under a draft of a policy. Only reads.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use suda_proto::{
    directory::v1::Policy as Draft,
    sla_watchdog::v1::{BacktestChange, BacktestLine, BacktestResponse},
};

use super::{ActionError, following};
use crate::{
    domain::clock::{self, Clock, End},
    law::Law,
    store::{ClockRow, SubjectRow, clocks, subjects},
};

/// How many cases that come out otherwise are listed.
const LISTED: usize = 1000;

/// Met, breached; would be met, would be breached.
type Counts = [u64; 4];

/// Which closed cases: received from when, and before when; of these unions.
pub(crate) struct Which {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) unions: Option<Vec<String>>,
}

/// Tries a draft on closed cases.
pub(crate) async fn backtest(
    db: &impl ConnectionTrait,
    law: Law,
    draft: &Draft,
    which: Which,
) -> Result<BacktestResponse, ActionError> {
    // A draft that begins later is tried as if it had been in force already.
    let draft = Draft {
        effective_from: "1949-10-01".to_owned(),
        effective_until: String::new(),
        ..draft.clone()
    };
    let law = law.only(&draft)?;
    let cases = subjects::closed(db, (which.from, which.until), which.unions).await?;
    let mut lines: BTreeMap<(String, String), Counts> = BTreeMap::new();
    let mut changes = Vec::new();
    for subject in &cases {
        let rows = clocks::of(db, subject.subject_id).await?;
        let facts = following::facts(db, subject).await?;
        let what = following::what(subject);
        let Some(calendar) = law.calendar(&subject.union_code) else {
            continue;
        };
        for own in clock::applicable(&law.policies, &what) {
            let would = clock::clock(own, &what, &facts, &calendar)?;
            let was = rows
                .iter()
                .filter(|row| row.code == own.1.code)
                .min_by_key(|row| row.due_at);
            count(&mut lines, subject, &own.1.code, was, would.as_ref());
            if changes.len() < LISTED {
                changes.extend(change(subject, &own.1.code, was, would.as_ref()));
            }
        }
    }
    let line = |((clock, unit), counts): (&(String, String), &Counts)| BacktestLine {
        clock_code: clock.clone(),
        unit_code: unit.clone(),
        met: counts[0],
        breached: counts[1],
        would_be_met: counts[2],
        would_be_breached: counts[3],
    };
    let (clocks, units) = lines
        .iter()
        .map(line)
        .partition(|line| line.unit_code.is_empty());
    Ok(BacktestResponse {
        cases: u64::try_from(cases.len()).unwrap_or(u64::MAX),
        clocks,
        units,
        changes,
    })
}

fn unit(subject: &SubjectRow) -> &str {
    if subject.lead_unit.is_empty() {
        &subject.unit_code
    } else {
        &subject.lead_unit
    }
}

/// Whether it was in time as it was; none when it has no result.
fn was_met(row: &ClockRow) -> Option<bool> {
    match row.state.as_str() {
        "met" => Some(true),
        "breached" | "overdue" => Some(false),
        _ => None,
    }
}

/// Whether it would have been in time; none when it would have no result.
fn would_be_met(clock: &Clock) -> Option<bool> {
    match clock.end {
        Some(End::Stopped { met, .. }) => Some(met),
        Some(End::Cancelled { .. }) | None => None,
    }
}

fn count(
    lines: &mut BTreeMap<(String, String), Counts>,
    subject: &SubjectRow,
    code: &str,
    was: Option<&ClockRow>,
    would: Option<&Clock>,
) {
    for unit in ["", unit(subject)] {
        let counts = lines.entry((code.to_owned(), unit.to_owned())).or_default();
        for (at, met) in [
            (0, was.and_then(was_met)),
            (2, would.and_then(would_be_met)),
        ] {
            match met {
                Some(true) => counts[at] += 1,
                Some(false) => counts[at + 1] += 1,
                None => {}
            }
        }
    }
}

fn change(
    subject: &SubjectRow,
    code: &str,
    was: Option<&ClockRow>,
    would: Option<&Clock>,
) -> Option<BacktestChange> {
    let (before, after) = (was.and_then(was_met), would.and_then(would_be_met));
    if before == after {
        return None;
    }
    let stopped = would.and_then(|clock| match &clock.end {
        Some(End::Stopped { at, .. } | End::Cancelled { at, .. }) => Some(at.with_timezone(&Utc)),
        None => None,
    });
    let stopped = stopped.or_else(|| was.and_then(|row| row.stopped_at));
    Some(BacktestChange {
        number: subject.number.clone(),
        clock_code: code.to_owned(),
        unit_code: unit(subject).to_owned(),
        was_due_at: was.map(|row| chassis::grpc::timestamp(row.due_at)),
        due_at: would.map(|clock| chassis::grpc::timestamp(clock.due.at.with_timezone(&Utc))),
        stopped_at: stopped.map(chassis::grpc::timestamp),
        met: after == Some(true),
    })
}
