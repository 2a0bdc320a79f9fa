//! Sealing files of cases that ended (guideline art. 22): fetch, check that nothing is outstanding, give the number, make the
//! file, keep it, record it and tell it.
//!
//! Dying between any two steps only makes the next round begin anew: the number is kept with the case, the bytes are named by
//! their digest, and the record is written once.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chassis::db::Tx;
use chrono::{SubsecRound as _, TimeDelta};
use sea_orm::DbErr;
use suda_proto::{
    routing::v1::CaseState,
    sla_watchdog::v1::{ClockBreached, ClockCancelled, ClockMet, ClockState, WindowLapsed},
};

use super::{addending, checkpointing, retaining, round};
use crate::{
    desk::Desk,
    domain::{
        addendum,
        chain::{Checkpoint, Entry},
        package,
        retention::{Rule, Schedule, Term},
        words,
    },
    fetching,
    file::{self, Parts, Proven, Registered},
    publications::Teller,
    record::{Previous, Retention, Segment},
    store::{
        big,
        cases::{self, Ended},
        files::{self, FileRow, Recorded, Registering},
        holds, keeping, ledger,
    },
};

/// What came of a case.
#[derive(Debug)]
pub enum Outcome {
    /// Its file is sealed.
    Sealed(Box<FileRow>),
    /// Another replica has sealed it.
    Already,
    /// Something is still on its way.
    Waits(String),
}

/// A round: seals what can be sealed, and notes why the rest is not.
///
/// # Errors
/// When the database fails; a case that fails is noted and the others go on.
pub async fn round(desk: &Desk) -> anyhow::Result<String> {
    let ended = cases::to_seal(desk.db.reader(), desk.settings.seal_batch).await?;
    let added = addending::round(desk).await?;
    let done = round::of(desk, "case", &ended, |case| {
        Box::pin(async move {
            let parts = fetching::fetch(desk, case).await?;
            seal(desk, case, &parts).await
        })
    })
    .await?;
    Ok(format!(
        "{} sealed, {} waiting, {} failed",
        done.sealed + added.sealed,
        done.waiting,
        done.failed + added.failed
    ))
}

/// Seals a case of parts that were fetched.
///
/// # Errors
/// When the ledger is broken, or a store fails.
pub async fn seal(desk: &Desk, case: &Ended, parts: &Parts) -> anyhow::Result<Outcome> {
    let db = desk.db.reader();
    let entries = ledger::concerning(db, case.case_id, keys(case, parts)).await?;
    if let Some(why) = outstanding(desk, case, parts, &entries) {
        return Ok(Outcome::Waits(why));
    }
    make(desk, case, parts, entries, None).await
}

/// What an addendum adds to.
#[derive(Debug)]
pub struct Adding {
    /// The file of the case.
    pub main: FileRow,
    /// Which addendum it is.
    pub number: i32,
    /// The files before it.
    pub previous: Previous,
}

/// Gives the number, makes the file, keeps it, records it and tells it.
///
/// # Errors
/// When the ledger is broken, or a store fails.
pub async fn make(
    desk: &Desk,
    case: &Ended,
    parts: &Parts,
    entries: Vec<Entry>,
    adding: Option<&Adding>,
) -> anyhow::Result<Outcome> {
    let db = desk.db.reader();
    let schedule = retaining::in_force(desk).await?;
    let held_for = holds::grounds(db, case.case_id).await?;
    let decided = schedule
        .decide(&retaining::facts(parts, &entries, held_for))
        .context("the retention schedule has no row for the case")?;
    let rule = at_least(&schedule, decided, adding);
    let proven = prove(desk, entries).await?;
    let now = desk.clock.now().trunc_subsecs(6);
    // An addendum stands in the register of the year it is made in: that year's transfer hands it over.
    let year = package::year(adding.map_or(case.ended_at, |_| now));
    let series = schedule.series(&case.union_code, year, rule.term);
    let place = desk
        .db
        .transaction("reserve_file", async |tx| {
            let new = Registering {
                file_id: desk.ids.new_id(),
                case,
                series: &series,
                rule,
                schedule_version: schedule.version,
                subject: &subject(parts),
                adds_to: adding.map(|adding| (adding.main.file_id, adding.number)),
                now,
            };
            files::reserve(tx, &new).await
        })
        .await?;
    if place.sealed_at.is_some() {
        return Ok(Outcome::Already);
    }
    let registered = registered(&place, rule, adding);
    let erased = parts
        .complaint
        .record
        .as_ref()
        .is_some_and(|record| record.erased);
    let names = cases::unit_names(db, units(case, parts)).await?;
    // What is only stored is found by its numbers alone (个人信息保护法 art. 47).
    let text = if erased {
        words::fold(&format!("{}\n{}", place.number, place.archival_code))
    } else {
        file::search_text(parts, &registered, &names)
    };
    let made = file::seal(parts, &proven, &registered, now, &desk.keys)?;
    let size_bytes = made.bytes.len() as u64;
    let digest = desk
        .blobs
        .put(made.bytes.into())
        .await
        .context("the file cannot be kept")?;
    let recorded = Recorded {
        sealed_at: now,
        digest: &digest,
        size_bytes,
        last_seq: made.last_seq,
        checkpoint_seq: made.checkpoint_seq,
        text: &text,
        grams: words::grams(&text).into_iter().collect(),
        stored_only: erased,
        lines: &made.lines,
    };
    let row = desk
        .db
        .transaction("seal_file", async |tx| {
            let row = files::record(tx, place.file_id, &recorded).await?;
            if let Some(row) = &row {
                let teller = Teller {
                    tx,
                    desk,
                    actor: "archive",
                    at: now,
                };
                teller.sealed(row).await?;
                lengthen(tx, &teller, row).await?;
            }
            Ok::<_, DbErr>(row)
        })
        .await?;
    Ok(row.map_or(Outcome::Already, |row| Outcome::Sealed(Box::new(row))))
}

/// An addendum is kept at least as long as the file it adds to.
fn at_least<'a>(schedule: &'a Schedule, decided: &'a Rule, adding: Option<&Adding>) -> &'a Rule {
    let Some(adding) = adding else {
        return decided;
    };
    let main = Term::from_code(&adding.main.term).unwrap_or(Term::Permanent);
    if decided.term >= main {
        return decided;
    }
    let mut rules = schedule.rules.iter();
    rules
        .clone()
        .find(|rule| rule.code == adding.main.rule_code && rule.term >= main)
        .or_else(|| rules.find(|rule| rule.term >= main))
        .unwrap_or(decided)
}

/// An addendum that is kept longer, as after an appeal, keeps the files it adds to as long.
async fn lengthen(tx: &Tx, teller: &Teller<'_>, sealed: &FileRow) -> Result<(), DbErr> {
    if sealed.addendum_number == 0 {
        return Ok(());
    }
    for file in keeping::lock_case(tx, sealed.case_id).await? {
        let longer = match (file.expires_on, sealed.expires_on) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(now), Some(then)) => then > now,
        };
        if longer && file.destroyed_at.is_none() {
            let kept = keeping::prolong(tx, file.file_id, sealed.expires_on).await?;
            teller.changed(&kept).await?;
        }
    }
    Ok(())
}

/// What a file is about, by the codes of JR/T 0169: a register names nobody and quotes nothing.
fn subject(parts: &Parts) -> String {
    let view = parts.case.case.as_ref();
    let codes = view.map(|view| [view.business_code.as_str(), view.cause_code.as_str()]);
    let codes = codes.into_iter().flatten().filter(|code| !code.is_empty());
    codes.collect::<Vec<_>>().join(" ")
}

fn registered(row: &FileRow, rule: &Rule, adding: Option<&Adding>) -> Registered {
    Registered {
        archival_code: row.archival_code.clone(),
        item_number: u32::try_from(row.item_number).unwrap_or(0),
        year: row.year,
        number: row.number.clone(),
        union: row.union_code.clone(),
        unit: row.unit_code.clone(),
        case_id: row.case_id.to_string(),
        closed_at: row.closed_at,
        term: row.term.clone(),
        retention: Retention {
            rule: rule.code.clone(),
            title: rule.title.clone(),
            basis: rule.basis.clone(),
            schedule_version: u32::try_from(row.schedule_version).unwrap_or(0),
            expires_on: row
                .expires_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
        },
        addendum_number: u32::try_from(row.addendum_number).unwrap_or(0),
        previous: adding.map(|adding| adding.previous.clone()),
    }
}

/// Under which keys the ledger has what concerns the case.
#[must_use]
pub fn keys(case: &Ended, parts: &Parts) -> Vec<String> {
    let mut keys = vec![case.case_id.to_string(), case.complaint_id.to_string()];
    let views = parts
        .case
        .notices
        .iter()
        .filter_map(|notice| notice.view.as_ref());
    keys.extend(views.map(|view| view.notice_id.clone()));
    let views = parts
        .case
        .escalations
        .iter()
        .filter_map(|item| item.view.as_ref());
    keys.extend(views.map(|view| view.escalation_id.clone()));
    keys.sort();
    keys.dedup();
    keys
}

/// The units by whose names the file is found.
fn units(case: &Ended, parts: &Parts) -> Vec<String> {
    let mut units = vec![case.union_code.clone(), case.unit_code.clone()];
    if let Some(view) = &parts.case.case {
        units.extend([
            view.unit_code.clone(),
            view.lead_unit_code.clone(),
            view.complained_unit_code.clone(),
        ]);
        units.extend(view.co_unit_codes.iter().cloned());
    }
    units
}

/// What is still on its way, in a sentence; nothing may be missing from a sealed file.
#[must_use]
pub fn outstanding(desk: &Desk, case: &Ended, parts: &Parts, entries: &[Entry]) -> Option<String> {
    let Some(view) = &parts.case.case else {
        return Some("routing gave no case".to_owned());
    };
    if !matches!(
        view.state(),
        CaseState::Closed | CaseState::Withdrawn | CaseState::Archived
    ) {
        return Some("routing says that the case has not ended".to_owned());
    }
    if big(view.revision) > case.revision {
        return Some(format!(
            "the ledger has revision {} of {}",
            case.revision, view.revision
        ));
    }
    let recently = desk.clock.now() - case.ended_at
        < TimeDelta::seconds(desk.settings.no_clock_patience_seconds);
    if parts.clocks.is_empty() && recently {
        return Some("sla-watchdog knows no clock of the case yet".to_owned());
    }
    for clock in &parts.clocks {
        let told = match clock.state() {
            ClockState::Met => told::<ClockMet>(entries, &clock.clock_id, |fact| fact.clock),
            ClockState::Breached => {
                told::<ClockBreached>(entries, &clock.clock_id, |fact| fact.clock)
            }
            ClockState::Cancelled => {
                told::<ClockCancelled>(entries, &clock.clock_id, |fact| fact.clock)
            }
            ClockState::Lapsed => told::<WindowLapsed>(entries, &clock.clock_id, |fact| fact.clock),
            // What may run on after the close, such as the time to appeal, is in the file as it stands.
            _ if clock.outlives_case => continue,
            ClockState::Running
            | ClockState::Overdue
            | ClockState::Paused
            | ClockState::Unspecified => {
                let started = clock.started_at.as_ref().and_then(chassis::grpc::instant);
                if !addendum::holds_up(started, case.ended_at) {
                    continue;
                }
                return Some(format!("clock {} still runs", clock.code));
            }
        };
        if !told {
            return Some(format!(
                "the ledger does not have the end of clock {} yet",
                clock.code
            ));
        }
    }
    None
}

/// Whether the ledger has this fact about a clock.
fn told<M: prost::Message + prost::Name + Default>(
    entries: &[Entry],
    clock_id: &str,
    clock: fn(M) -> Option<suda_proto::sla_watchdog::v1::ClockView>,
) -> bool {
    let subject = format!("{}.", M::full_name());
    entries
        .iter()
        .filter(|entry| entry.event.subject.starts_with(&subject))
        .filter_map(|entry| clock(M::decode(entry.event.body.as_slice()).ok()?))
        .any(|view| view.clock_id == clock_id)
}

/// Signs the ledger up to these entries, and shows how each leads to the next signed point.
async fn prove(desk: &Desk, entries: Vec<Entry>) -> anyhow::Result<Proven> {
    let db = desk.db.reader();
    checkpointing::sign(desk).await?;
    let mut firsts: BTreeMap<u64, (u64, String, Checkpoint)> = BTreeMap::new();
    let mut point: Option<Checkpoint> = None;
    for entry in &entries {
        if point.as_ref().is_none_or(|point| point.seq < entry.seq) {
            point = ledger::checkpoint_after(db, entry.seq).await?;
        }
        let point = point
            .as_ref()
            .context("the ledger was signed, but not that far")?;
        firsts
            .entry(point.seq)
            .or_insert_with(|| (entry.seq, entry.prev_hash.clone(), point.clone()));
    }
    let mut segments = Vec::with_capacity(firsts.len());
    for (from_seq, prev_hash, point) in firsts.into_values() {
        let links = ledger::links(db, from_seq, point.seq).await?;
        segments.push(Segment {
            from_seq,
            prev_hash,
            contents: links.into_iter().map(|link| link.content).collect(),
            checkpoint: (&point).into(),
        });
    }
    Ok(Proven { entries, segments })
}
