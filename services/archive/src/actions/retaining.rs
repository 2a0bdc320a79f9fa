//! How long files are kept: the schedule in force, the facts it asks for, and legal holds.

use std::collections::BTreeSet;

use chrono::SubsecRound as _;
use suda_proto::archive::v1::{
    ApplyScheduleResponse, HoldGround, LiftHoldResponse, SetHoldResponse,
};
use uuid::Uuid;

use super::{Actor, Asked};
use crate::{
    desk::Desk,
    domain::{
        chain::{Entry, digest},
        retention::{Facts, Schedule},
    },
    errors::ActionError,
    file::Parts,
    publications::{self, Teller},
    schedule,
    store::{
        Scope, cases, holds,
        holds::HoldRow,
        keeping,
        schedules::{self, ScheduleRow},
    },
};

/// The schedule in force.
///
/// # Errors
/// When the database fails; a schedule that was applied can be read.
pub async fn in_force(desk: &Desk) -> Result<Schedule, ActionError> {
    match schedules::find(desk.db.reader(), None).await? {
        Some(row) => Ok(schedule::parse(
            u32::try_from(row.version).unwrap_or(0),
            &row.text,
        )?),
        None => Ok(schedule::shipped()?),
    }
}

/// The last word of an enumeration's name, as the schedule writes it.
fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase()
}

/// What the schedule asks for, of a case that is to be sealed.
#[must_use]
pub fn facts(parts: &Parts, entries: &[Entry], held_for: Vec<String>) -> Facts {
    let complaint = parts
        .complaint
        .record
        .as_ref()
        .and_then(|record| record.complaint.clone())
        .unwrap_or_default();
    let case = parts.case.case.clone().unwrap_or_default();
    let events: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| entry.event.subject.rsplit_once('.'))
        .map(|(message, _)| message.to_owned())
        .collect();
    Facts {
        major: complaint.major || case.major,
        persons: complaint.persons,
        nature: word(complaint.nature().as_str_name(), "NATURE_"),
        channel: word(complaint.channel().as_str_name(), "CHANNEL_"),
        events,
        held_for: held_for.into_iter().collect(),
    }
}

/// Applies a new version of the schedule, or only checks it. The same text as the one in force changes nothing.
///
/// # Errors
/// When the text is no schedule; line and reason are named.
pub async fn apply(
    desk: &Desk,
    actor: &Actor,
    asked: &Asked,
    text: &str,
    check_only: bool,
) -> Result<ApplyScheduleResponse, ActionError> {
    let last = schedules::find(desk.db.reader(), None).await?;
    let (version, before) = last.map_or((0, digest(schedule::SHIPPED.as_bytes())), |row| {
        (row.version, row.digest)
    });
    let new_digest = digest(text.as_bytes());
    let unchanged = before == new_digest;
    let next = if unchanged { version } else { version + 1 };
    let number = u32::try_from(next).unwrap_or(0);
    schedule::parse(number, text)?;
    if check_only || unchanged {
        return Ok(ApplyScheduleResponse {
            version: number,
            unchanged,
        });
    }
    let now = desk.clock.now().trunc_subsecs(6);
    let row = ScheduleRow {
        version: next,
        text: text.to_owned(),
        digest: new_digest,
        applied_at: now,
    };
    desk.db
        .transaction("apply_schedule", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            schedules::keep(tx, &row, &actor.post).await?;
            let teller = Teller {
                tx,
                desk,
                actor: &actor.post,
                at: now,
            };
            teller.schedule(number, &row.digest).await?;
            let answer = ApplyScheduleResponse {
                version: number,
                unchanged: false,
            };
            asked.after(tx, &answer, now).await?;
            Ok(answer)
        })
        .await
}

/// The text of a version; the one in force when none is named.
///
/// # Errors
/// When there is no such version.
pub async fn version(desk: &Desk, version: u32) -> Result<ScheduleRow, ActionError> {
    let wanted = i32::try_from(version).ok().filter(|version| *version > 0);
    match schedules::find(desk.db.reader(), wanted).await? {
        Some(row) => Ok(row),
        None if wanted.is_some() => Err(ActionError::None("个版本的保管期限表")),
        None => Ok(ScheduleRow {
            version: 0,
            text: schedule::SHIPPED.to_owned(),
            digest: digest(schedule::SHIPPED.as_bytes()),
            applied_at: chrono::DateTime::UNIX_EPOCH,
        }),
    }
}

/// Sets a legal hold on a case that the caller may know of.
///
/// # Errors
/// When there is no such case for the caller.
pub async fn set_hold(
    desk: &Desk,
    scope: &Scope,
    actor: impl FnOnce(&str) -> Actor,
    asked: &Asked,
    number: &str,
    ground: HoldGround,
    reason: &str,
) -> Result<SetHoldResponse, ActionError> {
    let ground = publications::ground_word(ground).ok_or_else(|| {
        ActionError::Invalid(
            "ground",
            "请选择封存的原因:诉讼、检查、审计、查办或其他".to_owned(),
        )
    })?;
    let case = cases::by_number(desk.db.reader(), scope, number)
        .await?
        .ok_or(ActionError::None("件投诉"))?;
    let actor = actor(&case.union_code);
    let now = desk.clock.now().trunc_subsecs(6);
    let row = HoldRow {
        hold_id: desk.ids.new_id(),
        case_id: case.case_id,
        complaint_id: case.complaint_id,
        number: case.number,
        union_code: case.union_code,
        ground: ground.to_owned(),
        reason: reason.to_owned(),
        set_at: now,
        set_by: actor.person_id,
        set_by_post: actor.post,
        lifted_at: None,
        lifted_by: String::new(),
        lifted_by_post: String::new(),
        lift_reason: String::new(),
    };
    desk.db
        .transaction("set_hold", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            holds::set(tx, &row).await?;
            let teller = Teller {
                tx,
                desk,
                actor: &row.set_by_post,
                at: now,
            };
            teller.hold(&row).await?;
            for file in keeping::lock_case(tx, row.case_id).await? {
                teller
                    .changed(&keeping::touch(tx, file.file_id).await?)
                    .await?;
            }
            let answer = SetHoldResponse {
                hold: Some(publications::hold(&row)),
            };
            asked.after(tx, &answer, now).await?;
            Ok(answer)
        })
        .await
}

/// Lifts a legal hold.
///
/// # Errors
/// When there is none for the caller, or it was lifted before.
pub async fn lift_hold(
    desk: &Desk,
    scope: &Scope,
    actor: impl FnOnce(&str) -> Actor,
    asked: &Asked,
    hold_id: Uuid,
    reason: &str,
) -> Result<LiftHoldResponse, ActionError> {
    let now = desk.clock.now().trunc_subsecs(6);
    desk.db
        .transaction("lift_hold", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            let mut row = holds::lock(tx, hold_id)
                .await?
                .filter(|row| scope.sees(&row.union_code))
                .ok_or(ActionError::None("项封存"))?;
            if row.lifted_at.is_some() {
                let sentence = "该项封存已解除".to_owned();
                return Err(ActionError::NotNow("hold.lifted", sentence));
            }
            let actor = actor(&row.union_code);
            row.lifted_at = Some(now);
            row.lifted_by = actor.person_id;
            row.lifted_by_post = actor.post;
            reason.clone_into(&mut row.lift_reason);
            holds::lift(tx, &row).await?;
            let teller = Teller {
                tx,
                desk,
                actor: &row.lifted_by_post,
                at: now,
            };
            teller.hold(&row).await?;
            for file in keeping::lock_case(tx, row.case_id).await? {
                teller
                    .changed(&keeping::touch(tx, file.file_id).await?)
                    .await?;
            }
            let answer = LiftHoldResponse {
                hold: Some(publications::hold(&row)),
            };
            asked.after(tx, &answer, now).await?;
            Ok(answer)
        })
        .await
}
