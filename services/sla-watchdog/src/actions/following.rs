//! Takes up facts and brings the clocks of their subject to where all facts have them.

use std::sync::Arc;

use chassis::db::Tx;
use chrono::Utc;
use uuid::Uuid;

use super::ActionError;
use crate::{
    desk::Desk,
    domain::{
        calendar::{BeyondCalendar, Calendar},
        clock::{self, Clock, End, Fact},
        ladder,
        policy::{Policy, Rule},
        subject::{Kind, Subject},
    },
    law::Law,
    parse::local,
    publications::{self, Moved, Telling},
    store::{ClockRow, FactRow, SubjectRow, clocks, rungs, subjects},
};

/// Takes up a fact. What belongs to a case follows the facts of the case too: its end may end theirs.
pub(crate) async fn follow(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    subject: &SubjectRow,
    fact: &FactRow,
) -> Result<(), ActionError> {
    // Anybody may export figures of a unit; only what a policy names makes a duty of it.
    if subject.kind == Kind::Unit.word() && !law.names(&subject.kind, &fact.event) {
        return Ok(());
    }
    if let Some(parent) = subject.parent_id {
        subjects::lock(tx, parent).await?;
    }
    let subject = subjects::keep(tx, subject).await?;
    subjects::keep_fact(tx, subject.subject_id, fact).await?;
    bring(tx, desk, law, &subject).await?;
    if subject.kind == Kind::Case.word() {
        for child in subjects::lock_open_children(tx, subject.subject_id).await? {
            bring(tx, desk, law, &child).await?;
        }
    }
    Ok(())
}

/// Brings the clocks of a subject to where its facts have them: new ones by the newest law, known ones by their own.
pub(crate) async fn bring(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    subject: &SubjectRow,
) -> Result<(), ActionError> {
    let facts = facts(tx, subject).await?;
    let what = what(subject);
    let known = clocks::lock_of(tx, subject.subject_id).await?;
    let mut telling = Telling {
        tx,
        desk,
        law,
        subject,
        now: desk.clock.now(),
    };
    let Some(newest) = law.calendar(&subject.union_code) else {
        return Ok(());
    };
    let made = |own, calendar: &Calendar| {
        let clock = clock::clock(own, &what, &facts, calendar)?;
        ahead(clock, own, subject, calendar)
    };
    for (policy, rule) in clock::applicable(&law.policies, &what) {
        let same = |row: &ClockRow| row.policy_code == policy.code && row.code == rule.code;
        if known.iter().any(same) {
            continue;
        }
        match made((policy, rule), &newest) {
            Ok(Some(clock)) => arm(&mut telling, &clock).await?,
            Ok(None) => {}
            Err(beyond) => wait(&telling, (policy, rule), beyond).await?,
        }
    }
    for row in &known {
        let Some(own) = law.rule(row) else {
            continue;
        };
        let pinned = law.calendar_of(row, &subject.union_code);
        let pinned = pinned.as_deref().unwrap_or(&newest);
        // Past the last day that its own calendar knows a clock may look into the newest.
        match made(own, pinned).or_else(|_| made(own, &newest)) {
            Ok(Some(clock)) => adjust(&mut telling, row, &clock).await?,
            Ok(None) => {}
            // It keeps the due instant it has until there is a calendar for the new one.
            Err(beyond) => wait(&telling, own, beyond).await?,
        }
    }
    Ok(())
}

/// A clock whose ladder would run past the last loaded day is refused like one that would itself (P3).
fn ahead(
    clock: Option<Clock>,
    (policy, rule): (&Policy, &Rule),
    subject: &SubjectRow,
    calendar: &Calendar,
) -> Result<Option<Clock>, BeyondCalendar> {
    if let Some(clock) = &clock {
        let running = ladder::Running {
            started_at: clock.started_at,
            due: clock.due.at,
            urgent: subject.major,
        };
        ladder::plan(&rule.rungs, running, policy.hours, calendar)?;
    }
    Ok(clock)
}

/// The facts of a subject, as the domain takes them.
pub(crate) async fn facts(
    db: &impl sea_orm::ConnectionTrait,
    subject: &SubjectRow,
) -> Result<Vec<Fact>, ActionError> {
    let rows = subjects::facts(db, subject).await?;
    Ok(rows.iter().map(fact).collect())
}

fn fact(row: &FactRow) -> Fact {
    let stage = row
        .extends_stage
        .and_then(|stage| u32::try_from(stage).ok());
    let carried = row.carried().into_iter();
    Fact {
        event: row.event.clone(),
        at: local(row.at),
        instants: carried.map(|(name, at)| (name, local(at))).collect(),
        ground: row.ground.clone(),
        extends: row.extends_clock.clone().zip(stage),
    }
}

/// A subject, as the domain takes it.
pub(crate) fn what(row: &SubjectRow) -> Subject {
    Subject {
        kind: Kind::parse(&row.kind).unwrap_or_default(),
        union: row.union_code.clone(),
        received_at: local(row.received_at),
        nature: row.nature,
        at_reception: row.at_reception,
        has_contact: row.has_contact,
    }
}

async fn wait(
    telling: &Telling<'_>,
    (policy, rule): (&Policy, &Rule),
    beyond: BeyondCalendar,
) -> Result<(), ActionError> {
    let subject = telling.subject.subject_id;
    let clock = (policy.code.as_str(), rule.code.as_str());
    if subjects::wait_for_calendar(telling.tx, subject, clock, beyond.year, telling.now).await? {
        tracing::error!(
            %subject, clock = rule.code, year = beyond.year,
            "clock {} of {subject} waits for the calendar of {}; load it with suda reference apply", rule.code, beyond.year
        );
    }
    Ok(())
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn arm(telling: &mut Telling<'_>, clock: &Clock) -> Result<(), ActionError> {
    let row = ClockRow {
        clock_id: telling.desk.ids.new_id(),
        subject_id: telling.subject.subject_id,
        code: clock.code.clone(),
        policy_code: clock.policy.0.clone(),
        policy_version: number(clock.policy.1),
        calendar_version: number(clock.calendar.0),
        county_calendar_version: number(clock.calendar.1),
        started_at: clock.started_at.with_timezone(&Utc),
        due_at: clock.due.at.with_timezone(&Utc),
        rolled_at: clock.due.rolled.map(|at| at.with_timezone(&Utc)),
        due_version: 1,
        extensions: i32::try_from(clock.extensions).unwrap_or(i32::MAX),
        provisional: clock.due.provisional,
        state: "running".to_owned(),
        paused_at: None,
        stopped_at: None,
        stopped_by: None,
    };
    clocks::save(telling.tx, &row).await?;
    plan(telling, &row).await?;
    publications::armed(telling, &row).await?;
    settle(telling, row, clock).await
}

async fn adjust(
    telling: &mut Telling<'_>,
    row: &ClockRow,
    clock: &Clock,
) -> Result<(), ActionError> {
    let mut row = row.clone();
    if !row.open() {
        // The result of a clock that ended is a fact, unless what ended it was sent back.
        if clock.end.is_some() || row.state == "lapsed" || row.state == "cancelled" {
            return Ok(());
        }
        row.state = state(&row, telling).to_owned();
        (row.stopped_at, row.stopped_by) = (None, None);
        clocks::save(telling.tx, &row).await?;
        plan(telling, &row).await?;
        let moved = Moved::from(&row, "退回重办,原时限继续计算");
        publications::moved(telling, &row, &moved).await?;
    }
    let due_at = clock.due.at.with_timezone(&Utc);
    if row.due_at != due_at && clock.end.is_none() {
        let moved = Moved::from(&row, why(&row, clock));
        shift(telling, &mut row, clock).await?;
        publications::moved(telling, &row, &moved).await?;
    }
    settle(telling, row, clock).await
}

/// Why a due instant moved.
fn why(row: &ClockRow, clock: &Clock) -> &'static str {
    if row.started_at != clock.started_at.with_timezone(&Utc) {
        "有新的事实和理由,期限自收到新材料之日起重新计算(令2020年第3号第十八条)"
    } else if clock.pauses.iter().any(|pause| pause.until.is_some())
        && i32::try_from(clock.extensions) == Ok(row.extensions)
    {
        "鉴定或调解期间不计入期限(令2020年第3号第十八条、第二十三条)"
    } else {
        "经批准延期"
    }
}

/// Moves a clock to where the facts have it, with the messages that are not sent.
pub(crate) async fn shift(
    telling: &Telling<'_>,
    row: &mut ClockRow,
    clock: &Clock,
) -> Result<(), ActionError> {
    pin(row, clock);
    row.started_at = clock.started_at.with_timezone(&Utc);
    row.due_at = clock.due.at.with_timezone(&Utc);
    row.rolled_at = clock.due.rolled.map(|at| at.with_timezone(&Utc));
    row.due_version += 1;
    row.extensions = i32::try_from(clock.extensions).unwrap_or(i32::MAX);
    row.provisional = clock.due.provisional;
    if row.state != "paused" {
        // One that was told to be overdue stays so unless there is time again.
        row.state = match row.state.as_str() {
            "overdue" if telling.now > row.due_at => "overdue",
            _ => "running",
        }
        .to_owned();
    }
    clocks::save(telling.tx, row).await?;
    plan(telling, row).await
}

/// Lets a clock keep to the versions it was computed with.
pub(crate) fn pin(row: &mut ClockRow, clock: &Clock) {
    row.policy_version = number(clock.policy.1);
    row.calendar_version = number(clock.calendar.0);
    row.county_calendar_version = number(clock.calendar.1);
}

fn state(row: &ClockRow, telling: &Telling<'_>) -> &'static str {
    if telling.now > row.due_at {
        "overdue"
    } else {
        "running"
    }
}

/// Lets a clock stand still, run on, or end, as the facts have it.
async fn settle(
    telling: &mut Telling<'_>,
    mut row: ClockRow,
    clock: &Clock,
) -> Result<(), ActionError> {
    if let Some(end) = &clock.end {
        return stop(telling, row, end).await;
    }
    match (clock.paused(), row.paused_at) {
        (Some(pause), None) if row.state == "running" => {
            row.state = "paused".to_owned();
            row.paused_at = Some(pause.from.with_timezone(&Utc));
            clocks::save(telling.tx, &row).await?;
            publications::paused(telling, &row, &pause.ground).await?;
        }
        (None, Some(_)) => {
            row.paused_at = None;
            row.state = "running".to_owned();
            clocks::save(telling.tx, &row).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn stop(telling: &mut Telling<'_>, mut row: ClockRow, end: &End) -> Result<(), ActionError> {
    let was_overdue = row.state == "overdue";
    let window = telling.law.rule(&row).is_some_and(|(_, rule)| rule.window);
    let (at, by, state) = match end {
        End::Stopped { at, by, met: true } => (at, by, "met"),
        // Nobody is late who was free to act or not.
        End::Stopped { at, by, .. } if window => (at, by, "lapsed"),
        End::Stopped { at, by, met: false } => (at, by, "breached"),
        End::Cancelled { at, by } => (at, by, "cancelled"),
    };
    row.state = state.to_owned();
    row.paused_at = None;
    row.stopped_at = Some(at.with_timezone(&Utc));
    row.stopped_by = Some(by.clone());
    clocks::save(telling.tx, &row).await?;
    match state {
        "met" => publications::met(telling, &row).await?,
        "cancelled" => publications::cancelled(telling, &row).await?,
        "lapsed" => publications::lapsed(telling, &row).await?,
        // Told when its due instant passed, unless nobody looked between then and now.
        _ if was_overdue => {}
        _ => publications::breached(telling, &row).await?,
    }
    Ok(())
}

/// Plans the messages of a clock that are not sent yet.
pub(crate) async fn plan(telling: &Telling<'_>, row: &ClockRow) -> Result<(), ActionError> {
    let planned = planned(telling.law, telling.subject, row)?;
    Ok(rungs::plan(telling.tx, row, &planned).await?)
}

/// The messages that a clock's ladder has.
pub(crate) fn planned(
    law: &Law,
    subject: &SubjectRow,
    row: &ClockRow,
) -> Result<Vec<ladder::Planned>, ActionError> {
    let calendar = law.calendar_of(row, &subject.union_code);
    let Some(((policy, rule), calendar)) = law.rule(row).zip(calendar) else {
        return Ok(Vec::new());
    };
    let running = ladder::Running {
        started_at: local(row.started_at),
        due: local(row.due_at),
        urgent: subject.major,
    };
    Ok(ladder::plan(&rule.rungs, running, policy.hours, &calendar)?)
}

/// Takes up the clocks that waited for a calendar; says of how many subjects.
pub(crate) async fn take_up_waiting(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
) -> Result<usize, ActionError> {
    let waiting: Vec<Uuid> = subjects::waiting(tx).await?;
    for id in &waiting {
        // What still waits afterwards is noted anew.
        subjects::clear_waiting(tx, *id).await?;
        let subject = subjects::get(tx, *id).await?;
        bring(tx, desk, law, &subject).await?;
    }
    Ok(waiting.len())
}
