//! Messages in: facts are kept at their highest revision, so that late, doubled and re-ordered ones change no figure.

use chassis::{
    db::Tx,
    grpc::instant,
    inbox::{Heard, Hears, Trouble},
};
use chrono::{DateTime, NaiveDate, Utc};
use prost_types::Timestamp;
use suda_proto::{
    common::v1::{Channel, Nature},
    directory::v1::{self as tells, TaxonomyPublished, UnitChanged, UnitKind},
    intake::v1::{ComplaintRegistered, ComplaintView},
    routing::v1::{
        AnswerSent, AppealDecided, AppealLodged, AppealOutcome, AppealView, AppealWithdrawn,
        CaseAccepted, CaseAnswered, CaseClosed, CaseDeclined, CaseFiled, CaseJoined, CaseOpened,
        CaseOutcome, CaseSettled, CaseState, CaseTransferredOut, CaseView, CaseWithdrawn,
        DeclineGround, ExtensionGranted, FollowedUp, HandlerAssigned, OrderIssued, ResultPassed,
        ResultReturned, Satisfaction,
    },
    sla_watchdog::v1::{ClockBreached, ClockMet, ClockView, SubjectKind},
};
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::tree::{Kind, Span, Unit},
    store::{
        self, ClockResult, Told, taxonomy,
        turns::{self, ToldAppeal},
    },
};

/// A code as it stands in rows: the name of an enum's value without the enum's own name.
fn code(name: &str, prefix: &str) -> String {
    match name.strip_prefix(prefix) {
        Some("UNSPECIFIED") | None => String::new(),
        Some(rest) => rest.to_lowercase(),
    }
}

fn park(what: &str) -> Trouble {
    Trouble::Park(anyhow::anyhow!("{what} is missing or none"))
}

fn id(text: &str) -> Result<Uuid, Trouble> {
    text.parse()
        .map_err(|error: uuid::Error| Trouble::Park(error.into()))
}

fn at(timestamp: Option<&Timestamp>, what: &str) -> Result<DateTime<Utc>, Trouble> {
    timestamp.and_then(instant).ok_or_else(|| park(what))
}

/// When a fact happened: as it says itself, else when it was told.
fn happened(said: Option<&Timestamp>, heard: &Heard) -> DateTime<Utc> {
    said.and_then(instant).unwrap_or(heard.occurred_at)
}

fn complaint(view: ComplaintView) -> Result<Told, Trouble> {
    Ok(Told {
        case_id: id(&view.complaint_id)?,
        received_at: at(view.received_at.as_ref(), "received_at")?,
        channel: code(view.channel().as_str_name(), "CHANNEL_"),
        nature: code(view.nature().as_str_name(), "NATURE_"),
        number: view.number,
        union: view.union_code,
        unit: view.unit_code,
        complained_unit: view.complained_unit_code,
        business: view.business_code,
        cause: view.cause_code,
        via: view.handled_via_code,
        major: view.major,
        revision: view.revision.max(1),
        ..Told::default()
    })
}

fn case(view: &CaseView, heard: &Heard) -> Result<Told, Trouble> {
    let ended = matches!(
        view.state(),
        CaseState::Closed | CaseState::Withdrawn | CaseState::Archived
    );
    let outcome = match (ended, view.state(), view.outcome()) {
        (false, ..) => String::new(),
        (true, CaseState::Withdrawn, CaseOutcome::Unspecified) => "withdrawn".to_owned(),
        (true, _, outcome) => code(outcome.as_str_name(), "CASE_OUTCOME_"),
    };
    let channel = Channel::try_from(view.channel).unwrap_or_default();
    let nature = Nature::try_from(view.nature).unwrap_or_default();
    Ok(Told {
        case_id: id(&view.complaint_id)?,
        number: view.number.clone(),
        union: view.union_code.clone(),
        unit: view.unit_code.clone(),
        channel: code(channel.as_str_name(), "CHANNEL_"),
        nature: code(nature.as_str_name(), "NATURE_"),
        received_at: at(view.received_at.as_ref(), "received_at")?,
        lead_unit: view.lead_unit_code.clone(),
        complained_unit: view.complained_unit_code.clone(),
        business: view.business_code.clone(),
        cause: view.cause_code.clone(),
        via: view.handled_via_code.clone(),
        major: view.major,
        outcome,
        ended_at: ended.then(|| happened(view.closed_at.as_ref(), heard)),
        revision: view.revision.max(1),
    })
}

impl Hears<ComplaintRegistered> for Desk {
    async fn hear(&self, tx: &Tx, told: ComplaintRegistered, _: &Heard) -> Result<(), Trouble> {
        let told = complaint(told.complaint.ok_or_else(|| park("complaint"))?)?;
        Ok(store::keep_complaint(tx, &told).await?)
    }
}

async fn hear_case(tx: &Tx, view: Option<&CaseView>, heard: &Heard) -> Result<(), Trouble> {
    let told = case(view.ok_or_else(|| park("case"))?, heard)?;
    Ok(store::keep_case(tx, &told).await?)
}

/// All facts about a case are heard alike: what counts is the case after them.
macro_rules! hears_cases {
    ($($fact:ident),+) => {$(
        impl Hears<$fact> for Desk {
            async fn hear(&self, tx: &Tx, told: $fact, heard: &Heard) -> Result<(), Trouble> {
                hear_case(tx, told.case.as_ref(), heard).await
            }
        }
    )+};
}

hears_cases!(
    CaseOpened,
    CaseSettled,
    CaseFiled,
    CaseAccepted,
    CaseAnswered,
    OrderIssued,
    HandlerAssigned,
    AnswerSent,
    ResultPassed,
    CaseTransferredOut,
    CaseJoined,
    CaseWithdrawn,
    CaseClosed
);

impl Hears<CaseDeclined> for Desk {
    async fn hear(&self, tx: &Tx, told: CaseDeclined, heard: &Heard) -> Result<(), Trouble> {
        let view = told.case.as_ref().ok_or_else(|| park("case"))?;
        if told.ground() == DeclineGround::AnsweredBefore {
            turns::keep_repeat(tx, id(&view.complaint_id)?).await?;
            // Who told it before that field was there told no case.
            if !told.answered_case_id.is_empty() {
                let at = happened(told.occurred_at.as_ref(), heard);
                turns::keep_complained_again(tx, id(&told.answered_case_id)?, at).await?;
            }
        }
        hear_case(tx, Some(view), heard).await
    }
}

impl Hears<ResultReturned> for Desk {
    async fn hear(&self, tx: &Tx, told: ResultReturned, heard: &Heard) -> Result<(), Trouble> {
        let view = told.case.as_ref().ok_or_else(|| park("case"))?;
        let returned_at = happened(told.occurred_at.as_ref(), heard);
        turns::keep_return(tx, id(&view.complaint_id)?, returned_at).await?;
        hear_case(tx, Some(view), heard).await
    }
}

impl Hears<FollowedUp> for Desk {
    async fn hear(&self, tx: &Tx, told: FollowedUp, heard: &Heard) -> Result<(), Trouble> {
        let view = told.case.as_ref().ok_or_else(|| park("case"))?;
        let satisfied = match told.satisfaction() {
            Satisfaction::Satisfied => Some(true),
            Satisfaction::Dissatisfied => Some(false),
            // It is still to be done, and says nothing yet.
            Satisfaction::NotReached | Satisfaction::Unspecified => None,
        };
        if let Some(satisfied) = satisfied {
            let at = happened(told.occurred_at.as_ref(), heard);
            turns::keep_follow_up(tx, id(&view.complaint_id)?, at, satisfied).await?;
        }
        hear_case(tx, Some(view), heard).await
    }
}

async fn hear_appeal(tx: &Tx, appeal: Option<AppealView>) -> Result<(), Trouble> {
    let appeal = appeal.ok_or_else(|| park("appeal"))?;
    let decided_at = appeal.decided_at.as_ref().or(appeal.withdrawn_at.as_ref());
    let told = ToldAppeal {
        id: id(&appeal.appeal_id)?,
        case_id: id(&appeal.case_id)?,
        lodged_at: at(appeal.received_at.as_ref(), "received_at")?,
        decided_at: decided_at.and_then(instant),
        outcome: match appeal.outcome() {
            AppealOutcome::Upheld => "upheld",
            AppealOutcome::Changed => "changed",
            AppealOutcome::Rehandle => "re_handle",
            AppealOutcome::Unspecified => "",
        },
        revision: appeal.revision.max(1),
    };
    Ok(turns::keep_appeal(tx, &told).await?)
}

/// All facts about an appeal are heard alike: what counts is the appeal after them.
macro_rules! hears_appeals {
    ($($fact:ident),+) => {$(
        impl Hears<$fact> for Desk {
            async fn hear(&self, tx: &Tx, told: $fact, _: &Heard) -> Result<(), Trouble> {
                hear_appeal(tx, told.appeal).await
            }
        }
    )+};
}

hears_appeals!(AppealLodged, AppealDecided, AppealWithdrawn);

impl Hears<ExtensionGranted> for Desk {
    async fn hear(&self, tx: &Tx, told: ExtensionGranted, heard: &Heard) -> Result<(), Trouble> {
        let view = told.case.as_ref().ok_or_else(|| park("case"))?;
        let granted_at = happened(told.occurred_at.as_ref(), heard);
        store::keep_extension(tx, id(&view.complaint_id)?, granted_at).await?;
        hear_case(tx, Some(view), heard).await
    }
}

async fn hear_clock(
    tx: &Tx,
    clock: Option<ClockView>,
    result: ClockResult,
    occurred_at: Option<&Timestamp>,
    heard: &Heard,
) -> Result<(), Trouble> {
    let clock = clock.ok_or_else(|| park("clock"))?;
    // Clocks of appeals, items and units' own duties are no part of a case's result.
    if !matches!(
        clock.subject_kind(),
        SubjectKind::Case | SubjectKind::Unspecified
    ) {
        return Ok(());
    }
    let at = happened(occurred_at, heard);
    Ok(store::keep_clock(tx, id(&clock.case_id)?, &clock.code, result, at).await?)
}

impl Hears<ClockMet> for Desk {
    async fn hear(&self, tx: &Tx, told: ClockMet, heard: &Heard) -> Result<(), Trouble> {
        hear_clock(
            tx,
            told.clock,
            ClockResult::Met,
            told.occurred_at.as_ref(),
            heard,
        )
        .await
    }
}

impl Hears<ClockBreached> for Desk {
    async fn hear(&self, tx: &Tx, told: ClockBreached, heard: &Heard) -> Result<(), Trouble> {
        hear_clock(
            tx,
            told.clock,
            ClockResult::Breached,
            told.occurred_at.as_ref(),
            heard,
        )
        .await
    }
}

impl Hears<TaxonomyPublished> for Desk {
    async fn hear(&self, tx: &Tx, told: TaxonomyPublished, heard: &Heard) -> Result<(), Trouble> {
        let published_at = happened(told.occurred_at.as_ref(), heard);
        let names = told.taxonomy.ok_or_else(|| park("taxonomy"))?;
        Ok(taxonomy::keep(tx, &names, published_at).await?)
    }
}

/// What a unit is and was, as directory tells it.
///
/// # Errors
/// When its kind or a day of it is none.
pub fn unit(unit: &tells::Unit) -> Result<Unit, Trouble> {
    let kind = match unit.kind() {
        UnitKind::Province => Kind::Province,
        UnitKind::Office => Kind::Office,
        UnitKind::Union => Kind::Union,
        UnitKind::Department => Kind::Department,
        UnitKind::Outlet => Kind::Outlet,
        UnitKind::Unspecified => return Err(park("the unit's kind")),
    };
    let mut spans = Vec::with_capacity(unit.periods.len());
    for period in &unit.periods {
        let from: NaiveDate = period
            .from
            .parse()
            .map_err(|_| park("the first day of a period"))?;
        spans.push(Span {
            from,
            name: period.name.clone(),
            parent: period.parent_code.clone(),
        });
    }
    spans.sort_by_key(|span| span.from);
    let retired_on = match unit.retired_on.as_str() {
        "" => None,
        day => Some(day.parse().map_err(|_| park("the day it was retired"))?),
    };
    Ok(Unit {
        kind,
        spans,
        retired_on,
    })
}

impl Hears<UnitChanged> for Desk {
    async fn hear(&self, tx: &Tx, told: UnitChanged, _: &Heard) -> Result<(), Trouble> {
        let unit = told.unit.ok_or_else(|| park("unit"))?;
        let known = self::unit(&unit)?;
        Ok(store::keep_unit(tx, &unit.code, &unit.union_code, &known, unit.revision).await?)
    }
}
