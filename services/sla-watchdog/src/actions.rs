//! What sla-watchdog does: follows the facts of a case with its clocks, and tells whom it must when they run out.

use std::sync::Arc;

use chassis::db::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{
        calendar::{BeyondCalendar, Calendar},
        clock::{self, Clock, End, Fact, Matter},
        ladder,
        policy::{Policy, Rule},
        recipient::About,
    },
    parse::{self, local},
    preview::{self, Unknown},
    publications::{self, Telling},
    store::{self, ClockRow, FactRow, MatterRow, RungRow},
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActionError {
    /// Nothing is known yet of policies or calendars.
    #[error("policies and calendars are not heard yet")]
    NotYet,
    /// A kept policy or calendar cannot be used.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// A sum needs a year nobody loaded.
    #[error(transparent)]
    Beyond(#[from] BeyondCalendar),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

/// The law as it is known: policies and the province's calendar.
pub(crate) struct Law {
    pub(crate) policies: Vec<Policy>,
    pub(crate) calendar: Calendar,
}

impl Law {
    /// Reads it.
    pub(crate) async fn load(db: &impl ConnectionTrait) -> Result<Self, ActionError> {
        let policies = store::policies(db).await?;
        let calendars = store::calendars(db).await?;
        if policies.is_empty() || calendars.is_empty() {
            return Err(ActionError::NotYet);
        }
        let parsed: Result<Vec<_>, _> = policies.iter().map(parse::policy).collect();
        Ok(Self {
            policies: parsed.map_err(Unknown::from)?,
            calendar: preview::province(&calendars)?,
        })
    }

    /// The policy and rule of a clock.
    pub(crate) fn rule(&self, policy: &str, version: i64, code: &str) -> Option<(&Policy, &Rule)> {
        let policy = self
            .policies
            .iter()
            .find(|known| known.code == policy && i64::try_from(known.version) == Ok(version))?;
        policy
            .rules
            .iter()
            .find(|rule| rule.code == code)
            .map(|rule| (policy, rule))
    }
}

/// Takes up a fact and brings the clocks of its case to where all facts have them.
pub(crate) async fn follow(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    matter: &MatterRow,
    fact: &FactRow,
) -> Result<(), ActionError> {
    let matter = store::keep_matter(tx, matter).await?;
    store::keep_fact(tx, matter.complaint_id, fact).await?;
    let facts: Vec<Fact> = store::facts(tx, matter.complaint_id)
        .await?
        .iter()
        .map(|row| known(row, &matter))
        .collect();
    let what = Matter {
        nature: matter.nature,
        at_reception: matter.at_reception,
    };
    let wanted = clock::clocks(&what, &facts, &law.policies, &law.calendar)?;
    let before = store::clocks(tx, matter.complaint_id).await?;
    let now = desk.clock.now();
    let mut telling = Telling {
        tx,
        desk,
        law,
        matter: &matter,
        now,
    };
    for clock in &wanted {
        let row = before
            .iter()
            .find(|row| row.policy_code == clock.policy.0 && row.code == clock.code);
        match row {
            None => arm(&mut telling, clock).await?,
            Some(row) => adjust(&mut telling, row, clock).await?,
        }
    }
    Ok(())
}

fn known(row: &FactRow, matter: &MatterRow) -> Fact {
    let stage = row
        .extends_stage
        .and_then(|stage| u32::try_from(stage).ok());
    Fact {
        event: row.event.clone(),
        at: local(row.at),
        received_at: local(matter.received_at),
        extends: row.extends_clock.clone().zip(stage),
    }
}

async fn arm(telling: &mut Telling<'_>, clock: &Clock) -> Result<(), ActionError> {
    let row = ClockRow {
        clock_id: telling.desk.ids.new_id(),
        complaint_id: telling.matter.complaint_id,
        code: clock.code.clone(),
        policy_code: clock.policy.0.clone(),
        policy_version: i64::try_from(clock.policy.1).unwrap_or(i64::MAX),
        calendar_version: i64::try_from(clock.calendar_version).unwrap_or(i64::MAX),
        started_at: clock.started_at.with_timezone(&Utc),
        due_at: clock.due.at.with_timezone(&Utc),
        rolled_at: clock.due.rolled.map(|at| at.with_timezone(&Utc)),
        due_version: 1,
        extensions: i32::try_from(clock.extensions).unwrap_or(i32::MAX),
        provisional: clock.due.provisional,
        state: "running".to_owned(),
        stopped_at: None,
        stopped_by: None,
    };
    store::save_clock(telling.tx, &row).await?;
    plan(telling, &row).await?;
    publications::armed(telling, &row).await?;
    match &clock.end {
        Some(end) => stop(telling, row, end).await,
        None => Ok(()),
    }
}

async fn adjust(
    telling: &mut Telling<'_>,
    row: &ClockRow,
    clock: &Clock,
) -> Result<(), ActionError> {
    let mut row = row.clone();
    match &clock.end {
        // The result of a clock that ended is a fact.
        Some(_) if !row.runs() => return Ok(()),
        None if !row.runs() => {
            let was_due_at = row.due_at;
            let overdue = telling.now > row.due_at;
            row.state = if overdue { "overdue" } else { "running" }.to_owned();
            (row.stopped_at, row.stopped_by) = (None, None);
            row.due_version += 1;
            store::save_clock(telling.tx, &row).await?;
            plan(telling, &row).await?;
            publications::moved(telling, &row, was_due_at, "退回重办,原时限继续计算").await?;
        }
        _ => {}
    }
    let due_at = clock.due.at.with_timezone(&Utc);
    let extensions = i32::try_from(clock.extensions).unwrap_or(i32::MAX);
    if row.extensions < extensions && row.due_at != due_at {
        let was_due_at = row.due_at;
        row.due_at = due_at;
        row.rolled_at = clock.due.rolled.map(|at| at.with_timezone(&Utc));
        row.due_version += 1;
        row.extensions = extensions;
        row.provisional = clock.due.provisional;
        if telling.now <= row.due_at && row.runs() {
            row.state = "running".to_owned();
        }
        store::save_clock(telling.tx, &row).await?;
        plan(telling, &row).await?;
        publications::moved(telling, &row, was_due_at, "经批准延期").await?;
    }
    match &clock.end {
        Some(end) => stop(telling, row, end).await,
        None => Ok(()),
    }
}

async fn stop(telling: &mut Telling<'_>, mut row: ClockRow, end: &End) -> Result<(), ActionError> {
    let was_overdue = row.state == "overdue";
    let (at, by, state) = match end {
        End::Stopped { at, by, met: true } => (at, by, "met"),
        End::Stopped { at, by, met: false } => (at, by, "breached"),
        End::Cancelled { at, by } => (at, by, "cancelled"),
    };
    row.state = state.to_owned();
    row.stopped_at = Some(at.with_timezone(&Utc));
    row.stopped_by = Some(by.clone());
    store::save_clock(telling.tx, &row).await?;
    match state {
        "met" => publications::met(telling, &row).await?,
        "cancelled" => publications::cancelled(telling, &row).await?,
        // Told when its due instant passed, unless nobody looked between then and now.
        _ if was_overdue => {}
        _ => publications::breached(telling, &row).await?,
    }
    Ok(())
}

async fn plan(telling: &Telling<'_>, row: &ClockRow) -> Result<(), ActionError> {
    let Some((policy, rule)) = telling
        .law
        .rule(&row.policy_code, row.policy_version, &row.code)
    else {
        return Ok(());
    };
    let due = local(row.due_at);
    let rungs = ladder::plan(
        &rule.rungs,
        local(row.started_at),
        due,
        policy.close,
        &telling.law.calendar,
    )?;
    Ok(store::plan(telling.tx, row, &rungs).await?)
}

/// Tells what is due: limits that passed, then messages of the ladders, earliest first, one batch. Says how many.
pub(crate) async fn tell_due(tx: &Tx, desk: &Arc<Desk>) -> Result<u64, ActionError> {
    let law = match Law::load(tx).await {
        Ok(law) => law,
        Err(ActionError::NotYet) => return Ok(0),
        Err(error) => return Err(error),
    };
    let (now, mut sent) = (desk.clock.now(), 0);
    let breached = store::claim_breaches(tx, now, desk.settings.batch).await?;
    for row in &breached {
        let matter = store::matter(tx, row.complaint_id).await?;
        let telling = Telling {
            tx,
            desk,
            law: &law,
            matter: &matter,
            now,
        };
        let row = ClockRow {
            state: "overdue".to_owned(),
            ..row.clone()
        };
        store::save_clock(tx, &row).await?;
        publications::breached(&telling, &row).await?;
        sent += 1;
    }
    let rungs = store::claim_rungs(tx, now, desk.settings.batch).await?;
    if !rungs.is_empty() {
        let directory = store::directory(tx).await?;
        for rung in &rungs {
            sent += u64::from(send(tx, desk, &law, &directory, rung, now).await?);
        }
    }
    Ok(sent)
}

async fn send(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    directory: &crate::domain::recipient::Directory,
    rung: &RungRow,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let clock = store::clock(tx, rung.clock_id).await?;
    let matter = store::matter(tx, clock.complaint_id).await?;
    let about = About {
        union: matter.union_code.clone(),
        unit: matter.unit_code.clone(),
        lead_unit: matter.lead_unit.clone(),
        handler_post: matter.handler_post.clone(),
    };
    let Some(reached) = directory.reach(&rung.recipient, &about) else {
        tracing::error!(clock = %rung.clock_id, rung = rung.rung, "nobody holds a post up to the province; fill one");
        return Ok(false);
    };
    let sent = RungRow {
        sent_at: Some(now),
        to_post: Some(reached.post),
        to_unit: Some(reached.unit),
        via: Some(reached.via.to_owned()),
        ..rung.clone()
    };
    store::mark_sent(tx, &sent).await?;
    let telling = Telling {
        tx,
        desk,
        law,
        matter: &matter,
        now,
    };
    let late =
        now - rung.legal_at > TimeDelta::seconds(i64::from(desk.settings.late_after_seconds));
    publications::rung(&telling, &clock, &sent, late).await?;
    Ok(true)
}

/// Tells that the watchdog lives and what it sees; another service alarms when this stays away.
pub(crate) async fn beat(tx: &Tx, desk: &Arc<Desk>) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let pulse = store::pulse(tx, now).await?;
    Ok(publications::beat(tx, desk, &pulse, now).await?)
}

/// The id a request names.
pub(crate) fn id(text: &str) -> Option<Uuid> {
    text.parse().ok()
}
