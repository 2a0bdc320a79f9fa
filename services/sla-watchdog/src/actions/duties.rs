//! Duties of units that come every year: the report before 15 June and 15 December (guideline art. 23), the transfer of files
//! at the end of the year (art. 22). Each becomes a subject with a clock when its term opens.

use std::sync::{Arc, PoisonError};

use chassis::db::Tx;
use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{ActionError, changes::Changes, following};
use crate::{
    desk::Desk,
    domain::{
        deadline::{instant, midnight},
        policy::{Policy, Rule, Term, Yearly, in_force},
        recipient::Unit,
        subject::Kind,
    },
    law::{Law, NoLaw},
    parse::{local, zone},
    publications::{self, Telling},
    reading::{duty_id, period},
    store::{FactRow, SubjectRow, reference, subjects},
};

/// The fact that starts the clock of a term.
const OPENED: &str = "suda.sla_watchdog.v1.TermOpened";
/// How long after its end a term is still opened, so that what was missed is not forgotten at once.
const LOOKS_BACK: TimeDelta = TimeDelta::days(31);

/// Opens the terms that are open now for every unit they come to; says how many were new.
pub(crate) async fn open_terms(tx: &Tx, desk: &Arc<Desk>) -> Result<u64, ActionError> {
    let law = match desk.law(tx).await {
        Ok(law) => law,
        Err(NoLaw::NotYet) => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    let now = local(desk.clock.now());
    let directory = reference::directory(tx).await?;
    let units: Vec<&Unit> = directory.living().collect();
    let looked = Some((now.date_naive(), law.policies.len(), units.len()));
    if *desk
        .opened_for
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        == looked
    {
        return Ok(0);
    }
    let mut opened = 0;
    for policy in in_force(&law.policies, now.date_naive()) {
        let duties = policy.rules.iter().filter(|rule| rule.kind == Kind::Unit);
        for rule in duties {
            let of = |unit: &&&Unit| comes_to(&rule.yearly, unit) && policy.binds(&unit.union);
            for unit in units.iter().filter(of) {
                for term in &rule.yearly.terms {
                    opened +=
                        u64::from(open(tx, desk, &law, (policy, rule), unit, term, now).await?);
                }
            }
        }
    }
    *desk
        .opened_for
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = looked;
    Ok(opened)
}

fn comes_to(yearly: &Yearly, unit: &Unit) -> bool {
    yearly.unit_kinds.contains(&unit.kind) || yearly.unit_codes.contains(&unit.code)
}

/// The first and the last instant of a term that is open in a year, if there are such days.
fn span(term: &Term, year: i32) -> Option<(DateTime<FixedOffset>, DateTime<FixedOffset>)> {
    let day = |(month, day)| NaiveDate::from_ymd_opt(year, month, day);
    let (opens, due) = (day(term.opens_on)?, day(term.due_on)?);
    let due = if term.before {
        instant(due, NaiveTime::MIN, zone())
    } else {
        midnight(due, zone())
    };
    Some((instant(opens, NaiveTime::MIN, zone()), due))
}

async fn open(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    (_, rule): (&Policy, &Rule),
    unit: &Unit,
    term: &Term,
    now: DateTime<FixedOffset>,
) -> Result<bool, ActionError> {
    let year = now.year();
    let Some((opens, due)) = span(term, year).filter(|(opens, _)| *opens <= now) else {
        return Ok(false);
    };
    if now > due + LOOKS_BACK {
        return Ok(false);
    }
    let period = period(i64::from(year), &term.code);
    let subject = SubjectRow {
        subject_id: duty_id(&unit.code, &period),
        kind: Kind::Unit.word().to_owned(),
        number: period,
        union_code: unit.union.clone(),
        unit_code: unit.code.clone(),
        received_at: opens.with_timezone(&Utc),
        has_contact: true,
        ..SubjectRow::default()
    };
    let due_at = due.with_timezone(&Utc);
    let fact = FactRow {
        // The same term is opened by one message, whoever opens it and how often.
        message_id: Uuid::new_v5(&subject.subject_id, rule.code.as_bytes()),
        subject_id: subject.subject_id,
        event: OPENED.to_owned(),
        at: subject.received_at,
        extends_clock: None,
        extends_stage: None,
        instants: json!({ "due_at": due_at }),
        ground: Some(rule.code.clone()),
    };
    let kept = subjects::keep(tx, &[&subject]).await?;
    if subjects::keep_facts(tx, &[&fact]).await? == 0 {
        return Ok(false);
    }
    let mut changes = Changes::default();
    let mut telling = Telling {
        desk,
        law,
        subject: &subject,
        now: now.with_timezone(&Utc),
        changes: &mut changes,
    };
    let year = u32::try_from(year).unwrap_or(0);
    publications::opened(&mut telling, (year, &term.code), &rule.code, due_at);
    changes.write(tx).await?;
    following::bring(tx, desk, law, &kept).await?;
    Ok(true)
}
