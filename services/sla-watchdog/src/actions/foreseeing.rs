//! What would be told if nothing happened, and why a clock is due when it is. Only reads.

use std::collections::BTreeMap;

use chassis::grpc::timestamp;
use chrono::{DateTime, Utc};
use prost::Message as _;
use sea_orm::DatabaseConnection;
use sha2::{Digest as _, Sha256};
use suda_proto::sla_watchdog::v1::{
    CertifyResponse, ClockFact, Explanation, Foreseen, Ledger, Pause, RungView, SimulateResponse,
};
use uuid::Uuid;

use super::{ActionError, following, telling::about};
use crate::{
    domain::clock::{self, Clock},
    law::Law,
    parse::local,
    preview,
    publications::{limit_words, rung_view, view},
    store::{ClockRow, SubjectRow, reference, rungs, subjects},
};

/// What would be told before an instant about these clocks if nothing happened.
pub(crate) async fn simulate(
    db: &DatabaseConnection,
    law: &Law,
    rows: Vec<ClockRow>,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    limit: usize,
) -> Result<SimulateResponse, ActionError> {
    let directory = reference::directory(db).await?;
    let ids = rows.iter().map(|row| row.subject_id).collect();
    let known: BTreeMap<Uuid, SubjectRow> = subjects::of(db, ids).await?;
    let by_id: BTreeMap<Uuid, &ClockRow> = rows.iter().map(|row| (row.clock_id, row)).collect();
    let mut answer = SimulateResponse::default();
    for row in &rows {
        let runs_out = row.state == "running" && row.due_at < until;
        if let Some(subject) = known.get(&row.subject_id).filter(|_| runs_out) {
            answer.breaches.push(view(row, subject, law, now));
        }
    }
    let ahead = rungs::ahead(db, by_id.keys().copied().collect(), until).await?;
    for rung in &ahead {
        let Some((row, subject)) = by_id
            .get(&rung.clock_id)
            .and_then(|row| Some((*row, known.get(&row.subject_id)?)))
        else {
            continue;
        };
        let reached = directory.reach(&rung.recipient, &about(subject));
        let told = reached.is_some();
        let (to_post, to_unit, via) = reached
            .map(|reached| (reached.post, reached.unit, reached.via.to_owned()))
            .unwrap_or_default();
        let foreseen = Foreseen {
            clock: Some(view(row, subject, law, now)),
            rung: Some(RungView {
                to_post,
                to_unit,
                via,
                ..rung_view(rung)
            }),
        };
        if told {
            answer.messages.push(foreseen);
        } else {
            answer.unreachable.push(foreseen);
        }
    }
    for list in [&mut answer.messages, &mut answer.unreachable] {
        answer.cut |= list.len() > limit;
        list.truncate(limit);
    }
    answer.cut |= answer.breaches.len() > limit;
    answer.breaches.truncate(limit);
    Ok(answer)
}

/// The clock that a row's own law and calendar make of its facts today.
async fn made(
    db: &DatabaseConnection,
    law: &Law,
    row: &ClockRow,
    subject: &SubjectRow,
) -> Result<Option<(Clock, Vec<clock::Fact>)>, ActionError> {
    let calendar = law.calendar_of(row, &subject.union_code);
    let Some((own, calendar)) = law.rule(row).zip(calendar) else {
        return Ok(None);
    };
    let facts = following::facts(db, subject).await?;
    let made = clock::clock(own, &following::what(subject), &facts, &calendar)?;
    Ok(made.map(|clock| (clock, facts)))
}

/// The sum behind a clock's due instant and the account of its limit; none when its law is not known any more.
pub(crate) async fn explain(
    db: &DatabaseConnection,
    law: &Law,
    (row, subject): (&ClockRow, &SubjectRow),
    now: DateTime<Utc>,
) -> Result<Option<Explanation>, ActionError> {
    let Some(((policy, rule), (clock, _))) = law.rule(row).zip(made(db, law, row, subject).await?)
    else {
        return Ok(None);
    };
    let told = law.told(policy);
    let told = told.and_then(|told| told.clocks.iter().find(|told| told.code == row.code));
    let spent_at = row.stopped_at.or(row.paused_at).unwrap_or(now);
    let ledger = Ledger {
        budget: limit_words(row, rule),
        total: clock
            .due
            .days
            .iter()
            .map(|day| day.count)
            .max()
            .unwrap_or(0),
        consumed: clock.due.consumed(local(spent_at)),
        pauses: pauses(&clock),
    };
    Ok(Some(Explanation {
        source: policy.source.clone(),
        policy_code: policy.code.clone(),
        policy_version: policy.version,
        ledger: Some(ledger),
        ..preview::explanation(&clock.due, clock.started_at, told, clock.calendar)
    }))
}

fn pauses(clock: &Clock) -> Vec<Pause> {
    let left_out = |pause: &crate::domain::deadline::Pause| {
        let until = pause.until.unwrap_or(pause.from);
        let days = clock.due.days.iter().filter(|day| {
            !day.counts
                && day.reason.starts_with("暂停")
                && (pause.from.date_naive()..=until.date_naive()).contains(&day.date)
        });
        u32::try_from(days.count()).unwrap_or(u32::MAX)
    };
    let wire = |pause: &crate::domain::deadline::Pause| Pause {
        ground: pause.ground.clone(),
        from: Some(timestamp(pause.from.with_timezone(&Utc))),
        until: pause.until.map(|at| timestamp(at.with_timezone(&Utc))),
        days: left_out(pause),
    };
    clock.pauses.iter().map(wire).collect()
}

/// Everything a deadline certificate (时限说明书) shows; none when the clock's law is not known any more.
pub(crate) async fn certify(
    db: &DatabaseConnection,
    law: &Law,
    (row, subject): (&ClockRow, &SubjectRow),
    now: DateTime<Utc>,
) -> Result<Option<CertifyResponse>, ActionError> {
    let Some(explanation) = explain(db, law, (row, subject), now).await? else {
        return Ok(None);
    };
    let Some(((policy, rule), (_, facts))) = law.rule(row).zip(made(db, law, row, subject).await?)
    else {
        return Ok(None);
    };
    let moved = facts.iter().filter_map(|fact| {
        Some(ClockFact {
            event: fact.event.clone(),
            at: Some(timestamp(fact.at.with_timezone(&Utc))),
            effect: clock::effect(rule, fact)?.to_owned(),
        })
    });
    let told = rungs::of(db, row.clock_id).await?;
    let view = view(row, subject, law, now);
    let mut certificate = CertifyResponse {
        unit_code: view.unit_code.clone(),
        clock: Some(view),
        explanation: Some(explanation),
        facts: moved.collect(),
        rungs: told.iter().map(rung_view).collect(),
        policy_digest: law
            .told(policy)
            .map(|told| told.digest.clone())
            .unwrap_or_default(),
        calendar_digest: law.digest("", row.calendar_version),
        county_calendar_digest: law.digest(&subject.union_code, row.county_calendar_version),
        issued_at: Some(timestamp(now)),
        digest: String::new(),
    };
    let digest = Sha256::digest(certificate.encode_to_vec());
    certificate.digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(certificate))
}
