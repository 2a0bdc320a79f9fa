//! What would be missing or contradictory if a report were due on a day.

use chassis::auth::Caller;
use chrono::{DateTime, Utc};

use super::{Asked, Counted, count_for, may_see};
use crate::{
    desk::Desk,
    domain::{
        period::{Period, Term, including},
        rehearsal::{Below, Finding, Rehearsal, findings},
    },
    errors::ActionError,
    store::reports::{self, Kept},
};

/// What a rehearsal found.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    /// The instant it was rehearsed for.
    pub as_of: DateTime<Utc>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The figures at that instant.
    pub counted: Counted,
}

/// Rehearses the report of a unit's term, whether it was begun or not.
pub async fn rehearse_term(
    desk: &Desk,
    caller: &Caller,
    (unit, year, term): (&str, u32, Term),
    as_of: Option<DateTime<Utc>>,
) -> Result<Rehearsed, ActionError> {
    if !may_see(caller, unit) {
        return Err(ActionError::NotYours(unit.to_owned()));
    }
    let period = Period::of(year, term)?;
    let seen = desk.db.seen_by(caller).await?;
    let latest = reports::latest(&seen, unit, &period).await?;
    drop(seen);
    match latest {
        Some(kept) => rehearse(desk, caller, &kept, as_of).await,
        None => found(desk, (unit, period), None, as_of).await,
    }
}

/// Rehearses a report that was begun.
pub async fn rehearse(
    desk: &Desk,
    _: &Caller,
    kept: &Kept,
    as_of: Option<DateTime<Utc>>,
) -> Result<Rehearsed, ActionError> {
    found(desk, (&kept.report.unit, kept.period), Some(kept), as_of).await
}

async fn found(
    desk: &Desk,
    (unit, period): (&str, Period),
    kept: Option<&Kept>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Rehearsed, ActionError> {
    let due = period.due_at();
    let asked = Asked {
        unit: unit.to_owned(),
        year: period.year,
        term: period.term,
        cut_off: Some(as_of.unwrap_or_else(|| due.min(including(desk.clock.now())))),
    };
    let counted = count_for(desk, &asked).await?;
    let below = below(desk, &counted).await?;
    let carried_before = carried_before(desk, unit, &period).await?;
    let rehearsal = Rehearsal {
        facts: &counted.facts,
        figures: &counted.figures,
        period: &period,
        as_of: counted.cut_off,
        report: kept.map(|kept| &kept.report),
        carried_before,
        below: &below,
    };
    Ok(Rehearsed {
        as_of: counted.cut_off,
        findings: findings(&rehearsal),
        counted,
    })
}

/// How many cases the signed report of the term before carried forward.
async fn carried_before(
    desk: &Desk,
    unit: &str,
    period: &Period,
) -> Result<Option<usize>, ActionError> {
    let db = desk.db.reader();
    let Some(kept) = reports::latest(db, unit, &period.before()?).await? else {
        return Ok(None);
    };
    let frozen = reports::document(db, kept.report.id, "json").await?;
    // A report that was cut off before its term ended says nothing of the end of it.
    let whole = kept.report.cut_off_at == Some(kept.period.ends_at);
    Ok(frozen
        .filter(|_| whole)
        .and_then(|document| usize::try_from(document.carried).ok()))
}

/// The reports of the units below that must report themselves, beside what this one counts of them.
async fn below(desk: &Desk, counted: &Counted) -> Result<Vec<Below>, ActionError> {
    let db = desk.db.reader();
    let last_day = crate::domain::period::day(counted.cut_off - chrono::TimeDelta::microseconds(1));
    let reporting = counted.tree.reporting(last_day);
    let units = counted
        .unions
        .iter()
        .filter(|unit| **unit != counted.unit && reporting.contains(unit));
    let mut below = Vec::new();
    for unit in units {
        let signed = reports::latest(db, unit, &counted.period).await?;
        let signed = signed.filter(|kept| kept.report.signed_at.is_some());
        let frozen = match &signed {
            Some(kept) => reports::document(db, kept.report.id, "json").await?,
            None => None,
        };
        let cut_off = signed.as_ref().and_then(|kept| kept.report.cut_off_at);
        let asked = Asked {
            unit: unit.clone(),
            year: counted.period.year,
            term: counted.period.term,
            cut_off: Some(cut_off.unwrap_or(counted.cut_off)),
        };
        let again = count_for(desk, &asked).await?;
        below.push(Below {
            name: again.unit_name.clone(),
            received: frozen.and_then(|document| usize::try_from(document.received).ok()),
            counted: again
                .figures
                .find("summary", "received")
                .map_or(0, |figure| figure.cases.len()),
        });
    }
    Ok(below)
}
