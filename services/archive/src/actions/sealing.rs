//! Sealing files of cases that ended (guideline art. 22): fetch, check that nothing is outstanding, give the number, make the
//! file, keep it, record it and tell it.
//!
//! Dying between any two steps only makes the next round begin anew: the number is kept with the case, the bytes are named by
//! their digest, and the record is written once.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{SubsecRound as _, TimeDelta};
use sea_orm::DbErr;
use suda_proto::{
    routing::v1::CaseState,
    sla_watchdog::v1::{ClockBreached, ClockCancelled, ClockMet, ClockState, WindowLapsed},
};

use super::checkpointing;
use crate::{
    desk::Desk,
    domain::{
        chain::{Checkpoint, Entry},
        package, words,
    },
    fetching,
    file::{self, Parts, Proven, Registered},
    publications,
    record::Segment,
    store::{
        big,
        cases::{self, Ended},
        files::{self, FileRow, Recorded},
        ledger,
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
    let (mut sealed, mut waiting, mut failed) = (0_u32, 0_u32, 0_u32);
    for case in &ended {
        let outcome = async {
            let parts = fetching::fetch(desk, case).await?;
            seal(desk, case, &parts).await
        };
        let why = match outcome.await {
            Ok(Outcome::Sealed(_)) => {
                sealed += 1;
                continue;
            }
            Ok(Outcome::Already) => continue,
            Ok(Outcome::Waits(why)) => {
                waiting += 1;
                why
            }
            Err(error) => {
                failed += 1;
                tracing::error!(case = %case.case_id, error = format!("{error:#}"), "case {} cannot be sealed", case.number);
                format!("{error:#}")
            }
        };
        cases::waits(desk.db.reader(), case.case_id, &why).await?;
    }
    Ok(format!(
        "{sealed} sealed, {waiting} waiting, {failed} failed"
    ))
}

/// Seals a case of parts that were fetched.
///
/// # Errors
/// When the ledger is broken, or a store fails.
pub async fn seal(desk: &Desk, case: &Ended, parts: &Parts) -> anyhow::Result<Outcome> {
    let db = desk.db.reader();
    let entries = ledger::about(db, keys(case, parts)).await?;
    if let Some(why) = outstanding(desk, case, parts, &entries) {
        return Ok(Outcome::Waits(why));
    }
    let proven = prove(desk, entries).await?;
    let year = package::year(case.ended_at);
    let scheme = desk.settings.scheme();
    let now = desk.clock.now().trunc_subsecs(6);
    let place = desk
        .db
        .transaction("reserve_file", async |tx| {
            files::reserve(tx, desk.ids.new_id(), case, year, &scheme, now).await
        })
        .await?;
    if place.sealed_at.is_some() {
        return Ok(Outcome::Already);
    }
    let registered = registered(&place);
    let names = cases::unit_names(db, units(case, parts)).await?;
    let text = file::search_text(parts, &registered, &names);
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
        lines: &made.lines,
    };
    let row = desk
        .db
        .transaction("seal_file", async |tx| {
            let row = files::record(tx, place.file_id, &recorded).await?;
            if let Some(row) = &row {
                publications::sealed(tx, desk, row, now).await?;
            }
            Ok::<_, DbErr>(row)
        })
        .await?;
    Ok(row.map_or(Outcome::Already, |row| Outcome::Sealed(Box::new(row))))
}

fn registered(row: &FileRow) -> Registered {
    Registered {
        archival_code: row.archival_code.clone(),
        item_number: u32::try_from(row.item_number).unwrap_or(0),
        year: row.year,
        number: row.number.clone(),
        union: row.union_code.clone(),
        unit: row.unit_code.clone(),
        case_id: row.case_id.to_string(),
        closed_at: row.closed_at,
    }
}

/// Under which keys the ledger has what concerns the case.
fn keys(case: &Ended, parts: &Parts) -> Vec<String> {
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
fn outstanding(desk: &Desk, case: &Ended, parts: &Parts, entries: &[Entry]) -> Option<String> {
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
