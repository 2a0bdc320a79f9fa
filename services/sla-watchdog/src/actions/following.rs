//! Takes up facts and brings the clocks of their subject to where all facts have them.

use std::{collections::BTreeMap, sync::Arc};

use chassis::db::Tx;
use chrono::Utc;
use uuid::Uuid;

use super::{ActionError, changes::Changes};
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
    store::{
        ClockRow, FactRow, SubjectRow, clocks,
        subjects::{self, Waiting},
    },
};

/// Takes up facts. What belongs to a case follows the facts of the case too: its end may end theirs.
pub(crate) async fn follow(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    told: Vec<(SubjectRow, FactRow)>,
) -> Result<(), ActionError> {
    // Anybody may export figures of a unit; only what a policy names makes a duty of it.
    let matters = |(subject, fact): &(SubjectRow, FactRow)| {
        subject.kind != Kind::Unit.word() || law.names(&subject.kind, &fact.event)
    };
    let told: Vec<_> = told.into_iter().filter(matters).collect();
    if told.is_empty() {
        return Ok(());
    }
    let touched = keep(tx, &told).await?;
    bring(tx, desk, law, &touched).await
}

/// Keeps facts and what they say of their subjects; gives everything whose clocks they may move, locked.
async fn keep(tx: &Tx, told: &[(SubjectRow, FactRow)]) -> Result<Vec<SubjectRow>, ActionError> {
    // What belongs to a case is locked after it, and all in the order of their ids, so that two batches never wait for each other.
    let first =
        |(subject, _): &(SubjectRow, FactRow)| subject.parent_id.unwrap_or(subject.subject_id);
    subjects::lock(tx, told.iter().map(first).collect()).await?;
    let mut touched = BTreeMap::new();
    for belongs in [false, true] {
        let mut known: BTreeMap<Uuid, Vec<&SubjectRow>> = BTreeMap::new();
        for (subject, _) in told {
            if subject.parent_id.is_some() == belongs {
                known.entry(subject.subject_id).or_default().push(subject);
            }
        }
        let longest = known.values().map(Vec::len).max().unwrap_or(0);
        for turn in 0..longest {
            let said: Vec<_> = known
                .values()
                .filter_map(|said| said.get(turn).copied())
                .collect();
            let kept = subjects::keep(tx, &said).await?;
            touched.extend(kept.into_iter().map(|row| (row.subject_id, row)));
        }
    }
    let facts: Vec<&FactRow> = told.iter().map(|(_, fact)| fact).collect();
    subjects::keep_facts(tx, &facts).await?;
    let cases = touched.values().filter(|row| row.kind == Kind::Case.word());
    let cases = cases.map(|row| row.subject_id).collect();
    for child in subjects::lock_open_children(tx, cases).await? {
        touched.entry(child.subject_id).or_insert(child);
    }
    Ok(touched.into_values().collect())
}

/// Brings the clocks of subjects to where their facts have them.
pub(crate) async fn bring(
    tx: &Tx,
    desk: &Arc<Desk>,
    law: &Law,
    touched: &[SubjectRow],
) -> Result<(), ActionError> {
    let ids: Vec<Uuid> = touched.iter().map(|row| row.subject_id).collect();
    let mut known: BTreeMap<Uuid, Vec<ClockRow>> = BTreeMap::new();
    for clock in clocks::lock_of(tx, ids.clone()).await? {
        known.entry(clock.subject_id).or_default().push(clock);
    }
    let parents = touched.iter().filter_map(|row| row.parent_id);
    let facts = subjects::facts(tx, ids.into_iter().chain(parents).collect()).await?;
    let facts = Happened::new(&facts);
    let mut changes = Changes::default();
    for subject in touched {
        let mut telling = Telling {
            desk,
            law,
            subject,
            now: desk.clock.now(),
            changes: &mut changes,
        };
        let known = known.remove(&subject.subject_id).unwrap_or_default();
        bring_one(&mut telling, &facts.to(subject), &known)?;
    }
    changes.write(tx).await
}

/// Facts by their subjects.
struct Happened<'a>(BTreeMap<Uuid, Vec<&'a FactRow>>);

impl<'a> Happened<'a> {
    fn new(facts: &'a [FactRow]) -> Self {
        let mut by_subject: BTreeMap<Uuid, Vec<&FactRow>> = BTreeMap::new();
        for fact in facts {
            by_subject.entry(fact.subject_id).or_default().push(fact);
        }
        Self(by_subject)
    }

    /// What happened to a subject and, if it belongs to a case, to that case; in order, as the domain takes it.
    fn to(&self, subject: &SubjectRow) -> Vec<Fact> {
        let of = |id: Uuid| self.0.get(&id).into_iter().flatten();
        let of_case = subject.parent_id.into_iter().flat_map(of);
        let mut facts: Vec<&FactRow> = of(subject.subject_id).chain(of_case).copied().collect();
        facts.sort_by_key(|fact| (fact.at, fact.message_id));
        facts.into_iter().map(fact).collect()
    }
}

/// New clocks come by the newest law, known ones go by their own.
fn bring_one(
    telling: &mut Telling<'_>,
    facts: &[Fact],
    known: &[ClockRow],
) -> Result<(), ActionError> {
    let (law, subject) = (telling.law, telling.subject);
    let what = what(subject);
    let Some(newest) = law.calendar(&subject.union_code) else {
        return Ok(());
    };
    let made = |own, calendar: &Calendar| {
        let clock = clock::clock(own, &what, facts, calendar)?;
        ahead(clock, own, subject, calendar)
    };
    for (policy, rule) in clock::applicable(&law.policies, &what) {
        let same = |row: &ClockRow| row.policy_code == policy.code && row.code == rule.code;
        if known.iter().any(same) {
            continue;
        }
        match made((policy, rule), &newest) {
            Ok(Some(clock)) => arm(telling, &clock)?,
            Ok(None) => {}
            Err(beyond) => wait(telling, (policy, rule), beyond),
        }
    }
    for row in known {
        let Some(own) = law.rule(row) else {
            continue;
        };
        let pinned = law.calendar_of(row, &subject.union_code);
        let pinned = pinned.as_deref().unwrap_or(&newest);
        // Past the last day that its own calendar knows a clock may look into the newest.
        match made(own, pinned).or_else(|_| made(own, &newest)) {
            Ok(Some(clock)) => adjust(telling, row, &clock)?,
            Ok(None) => {}
            // It keeps the due instant it has until there is a calendar for the new one.
            Err(beyond) => wait(telling, own, beyond),
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
    let ids = [Some(subject.subject_id), subject.parent_id];
    let rows = subjects::facts(db, ids.into_iter().flatten().collect()).await?;
    Ok(Happened::new(&rows).to(subject))
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

fn wait(telling: &mut Telling<'_>, (policy, rule): (&Policy, &Rule), beyond: BeyondCalendar) {
    telling.changes.wait(Waiting {
        subject_id: telling.subject.subject_id,
        policy_code: policy.code.clone(),
        code: rule.code.clone(),
        year: beyond.year,
        since: telling.now,
    });
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The same clock of the same subject has one id, also in a database that was restored and hears its facts once more (P20).
fn clock_id(subject_id: Uuid, clock: &Clock) -> Uuid {
    Uuid::new_v5(
        &subject_id,
        format!("{}/{}", clock.policy.0, clock.code).as_bytes(),
    )
}

fn arm(telling: &mut Telling<'_>, clock: &Clock) -> Result<(), ActionError> {
    let row = ClockRow {
        clock_id: clock_id(telling.subject.subject_id, clock),
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
    telling.changes.save(&row);
    plan(telling, &row)?;
    publications::armed(telling, &row);
    settle(telling, row, clock)
}

fn adjust(telling: &mut Telling<'_>, row: &ClockRow, clock: &Clock) -> Result<(), ActionError> {
    let mut row = row.clone();
    if !row.open() {
        // The result of a clock that ended is a fact, unless what ended it was sent back.
        if clock.end.is_some() || row.state == "lapsed" || row.state == "cancelled" {
            return Ok(());
        }
        row.state = reopened(&row).to_owned();
        (row.stopped_at, row.stopped_by) = (None, None);
        telling.changes.save(&row);
        plan(telling, &row)?;
        let moved = Moved::from(&row, "退回重办,原时限继续计算");
        publications::moved(telling, &row, &moved);
    }
    let due_at = clock.due.at.with_timezone(&Utc);
    if row.due_at != due_at && clock.end.is_none() {
        let moved = Moved::from(&row, why(&row, clock));
        shift(telling, &mut row, clock)?;
        publications::moved(telling, &row, &moved);
    }
    settle(telling, row, clock)
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
pub(crate) fn shift(
    telling: &mut Telling<'_>,
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
    telling.changes.save(row);
    plan(telling, row)
}

/// Lets a clock keep to the versions it was computed with.
pub(crate) fn pin(row: &mut ClockRow, clock: &Clock) {
    row.policy_version = number(clock.policy.1);
    row.calendar_version = number(clock.calendar.0);
    row.county_calendar_version = number(clock.calendar.1);
}

/// How a clock runs on that had ended. One that was in time until then runs, even when its due instant is behind it: that it was
/// overrun is told when that is looked for, and was told already of one that ended late.
fn reopened(row: &ClockRow) -> &'static str {
    match row.state.as_str() {
        "breached" => "overdue",
        _ => "running",
    }
}

/// Lets a clock stand still, run on, or end, as the facts have it.
fn settle(telling: &mut Telling<'_>, mut row: ClockRow, clock: &Clock) -> Result<(), ActionError> {
    if let Some(end) = &clock.end {
        stop(telling, row, end);
        return Ok(());
    }
    match (clock.paused(), row.paused_at) {
        (Some(pause), None) if row.state == "running" => {
            row.state = "paused".to_owned();
            row.paused_at = Some(pause.from.with_timezone(&Utc));
            telling.changes.save(&row);
            publications::paused(telling, &row, &pause.ground);
        }
        (None, Some(_)) => {
            row.paused_at = None;
            row.state = "running".to_owned();
            telling.changes.save(&row);
        }
        _ => {}
    }
    Ok(())
}

fn stop(telling: &mut Telling<'_>, mut row: ClockRow, end: &End) {
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
    telling.changes.save(&row);
    match state {
        "met" => publications::met(telling, &row),
        "cancelled" => publications::cancelled(telling, &row),
        "lapsed" => publications::lapsed(telling, &row),
        // Told when its due instant passed, unless nobody looked between then and now.
        _ if was_overdue => {}
        _ => publications::breached(telling, &row),
    }
}

/// Plans the messages of a clock that are not sent yet.
pub(crate) fn plan(telling: &mut Telling<'_>, row: &ClockRow) -> Result<(), ActionError> {
    let planned = planned(telling.law, telling.subject, row)?;
    telling.changes.plan(row, &planned);
    Ok(())
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
    // What still waits afterwards is noted anew.
    subjects::clear_waiting(tx, waiting.clone()).await?;
    let known = subjects::of(tx, waiting).await?;
    let known: Vec<SubjectRow> = known.into_values().collect();
    bring(tx, desk, law, &known).await?;
    Ok(known.len())
}
