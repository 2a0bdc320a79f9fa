//! What cannot be read is put aside, and cleared the same day (guideline art. 24(1)).

use chassis::auth::Caller;
use chrono::{DateTime, Utc};
use suda_proto::intake::v1 as tells;
use uuid::Uuid;

use super::{
    actor,
    registering::{self, Prepared, Registered, already},
    same_request,
};
use crate::{
    desk::Desk,
    domain::{
        complaint::{self, Source},
        day, masking, text,
        words::Channel,
    },
    errors::ActionError,
    publications::Teller,
    store::{self, complaints::Arrival, quarantine::QuarantineRow},
};

/// A message that is put aside.
pub struct Aside {
    /// What claims it.
    pub arrival: Arrival,
    /// Where it came to.
    pub unit_code: String,
    /// How.
    pub channel: Channel,
    /// Where from.
    pub source: Source,
    /// When.
    pub received_at: Option<DateTime<Utc>>,
    /// Why.
    pub why: String,
}

/// Puts a message aside; the same message of the same account stays one.
pub async fn open(
    desk: &Desk,
    caller: &Caller,
    aside: Aside,
) -> Result<(QuarantineRow, bool), ActionError> {
    let reader = desk.db.reader();
    let account = complaint::line(
        "source.account",
        &aside.source.account,
        complaint::LINE_LIMIT,
    )?;
    let message_id = complaint::line("source.message_id", &aside.source.message_id, 998)?;
    let raw_digest = aside.source.raw_digest.trim().to_ascii_lowercase();
    if account.is_empty() {
        return Err(complaint::Refusal::SourceIncomplete.into());
    }
    if !complaint::is_digest(&raw_digest) {
        return Err(complaint::Refusal::Malformed {
            field: "source.raw_digest",
        }
        .into());
    }
    let why = masking::text(&text::cut(&aside.why, complaint::LINE_LIMIT));
    if why.is_empty() {
        return Err(ActionError::Invalid(
            "why",
            "请说明无法识别的原因".to_owned(),
        ));
    }
    if let Some(before) =
        store::quarantine::of_message(reader, &account, &message_id, &raw_digest).await?
    {
        return Ok((before, true));
    }
    let units = store::units::find(reader, vec![aside.unit_code.clone()]).await?;
    if units.is_empty() && store::units::none_known(reader).await? {
        return Err(ActionError::UnitsUnknownYet);
    }
    // Even a retired unit's mailbox may receive something: it is seen, by those of its union.
    let unit = units.into_iter().next();
    let unit = unit.ok_or(complaint::Refusal::UnknownUnit {
        field: "unit_code",
        code: aside.unit_code,
    })?;
    let now = desk.clock.now();
    let received_at = aside.received_at.unwrap_or(now);
    if received_at > now + complaint::CLOCK_SKEW {
        return Err(complaint::Refusal::InFuture.into());
    }
    let actor = actor(caller, &unit.code, &unit.union_code);
    let row = QuarantineRow {
        id: desk.ids.new_id(),
        union_code: unit.union_code,
        unit_code: unit.code,
        channel: aside.channel.code().to_owned(),
        account,
        message_id,
        raw_digest,
        received_at: received_at.min(now),
        opened_at: now,
        due_at: day::end(now),
        why,
        outcome: None,
        complaint_id: None,
        dismiss_reason: None,
        resolved_at: None,
        resolved_by_post: None,
    };
    desk.db
        .transaction("quarantine", async |tx| {
            if !store::complaints::take(tx, &aside.arrival, None, Some(row.id), now).await? {
                let taken = store::complaints::taken(tx, &aside.arrival)
                    .await?
                    .ok_or(ActionError::Stale)?;
                same_request(&taken, &aside.arrival)?;
                let before = store::quarantine::find(tx, taken.part_id.unwrap_or_default()).await?;
                return Ok((before.ok_or(ActionError::RequestReused)?, true));
            }
            if !store::quarantine::open(tx, &row).await? {
                let before = store::quarantine::of_message(
                    tx,
                    &row.account,
                    &row.message_id,
                    &row.raw_digest,
                )
                .await?;
                return Ok((before.ok_or(ActionError::Stale)?, true));
            }
            Teller {
                tx,
                ids: &desk.ids,
                actor: &actor,
                now,
            }
            .quarantine_opened(&row)
            .await?;
            Ok::<_, ActionError>((row, false))
        })
        .await
}

/// Finds a message for somebody who may see it.
pub async fn find(desk: &Desk, caller: &Caller, id: Uuid) -> Result<QuarantineRow, ActionError> {
    let seen = desk.db.seen_by(caller).await?;
    let row = store::quarantine::find(&seen, id)
        .await?
        .ok_or(ActionError::NoQuarantine)?;
    if caller.sees(&row.union_code) {
        Ok(row)
    } else {
        Err(ActionError::NoQuarantine)
    }
}

/// Fills in what the message itself tells of the complaint that is registered from it.
pub fn complete(row: &QuarantineRow, request_id: &str, request: &mut tells::RegisterRequest) {
    request_id.clone_into(&mut request.request_id);
    if request.unit_code.is_empty() {
        row.unit_code.clone_into(&mut request.unit_code);
    }
    if request.channel == 0 {
        request.channel = Channel::from_code(&row.channel).map_or(0, Channel::number);
    }
    if request.received_at.is_none() {
        request.received_at = Some(chassis::grpc::timestamp(row.received_at));
    }
    // A message without an id is known by its digest: so it is never registered twice either.
    let message_id = if row.message_id.is_empty() {
        &row.raw_digest
    } else {
        &row.message_id
    };
    request.source = Some(tells::Source {
        account: row.account.clone(),
        message_id: message_id.clone(),
        raw_digest: row.raw_digest.clone(),
    });
}

/// Registers the complaint that a message turned out to be, and resolves the message with it.
pub async fn register(
    desk: &Desk,
    caller: &Caller,
    id: Uuid,
    arrival: &Arrival,
    prepared: Prepared,
) -> Result<(QuarantineRow, Registered), ActionError> {
    let now = desk.clock.now();
    let (row, stored, taken) = desk
        .db
        .transaction("resolve_quarantine", async |tx| {
            let mut row = store::quarantine::lock(tx, id)
                .await?
                .ok_or(ActionError::NoQuarantine)?;
            match row.outcome.as_deref() {
                Some("dismissed") => return Err(resolved()),
                Some(_) => return Ok((row, None, None)),
                None => {}
            }
            let (stored, taken) = match &prepared {
                Prepared::New(new) => match registering::register(tx, desk, new).await? {
                    Some(registered) => (Some(registered), None),
                    None => (None, store::complaints::taken(tx, arrival).await?),
                },
                Prepared::Already(taken) => (None, Some(taken.clone())),
            };
            let complaint = stored
                .as_ref()
                .map(|one| one.row.id)
                .or_else(|| taken.as_ref()?.complaint_id);
            let actor = actor(caller, &row.unit_code, &row.union_code);
            row.outcome = Some("registered".to_owned());
            row.complaint_id = Some(complaint.ok_or(ActionError::RequestReused)?);
            row.resolved_at = Some(now);
            row.resolved_by_post = Some(actor.post.clone());
            store::quarantine::resolve(tx, &row).await?;
            Teller {
                tx,
                ids: &desk.ids,
                actor: &actor,
                now,
            }
            .quarantine_resolved(&row)
            .await?;
            Ok::<_, ActionError>((row, stored, taken))
        })
        .await?;
    let registered = match (stored, taken) {
        (Some(registered), _) => registered,
        (None, Some(taken)) => already(desk, caller, &taken).await?,
        (None, None) => registered_from(desk, caller, &row).await?,
    };
    Ok((row, registered))
}

/// The complaint that was registered from a message.
pub async fn registered_from(
    desk: &Desk,
    caller: &Caller,
    row: &QuarantineRow,
) -> Result<Registered, ActionError> {
    let taken = store::complaints::Taken {
        request_id: Uuid::nil(),
        rpc: String::new(),
        digest: Vec::new(),
        complaint_id: row.complaint_id,
        part_id: None,
    };
    already(desk, caller, &taken).await
}

/// Dismisses a message that is no complaint.
pub async fn dismiss(
    desk: &Desk,
    caller: &Caller,
    id: Uuid,
    reason: &str,
) -> Result<QuarantineRow, ActionError> {
    let reason = masking::text(&complaint::line(
        "dismiss_reason",
        reason,
        complaint::LINE_LIMIT,
    )?);
    if reason.is_empty() {
        return Err(ActionError::Invalid(
            "dismiss_reason",
            "请写明不作为投诉登记的原因".to_owned(),
        ));
    }
    let now = desk.clock.now();
    desk.db
        .transaction("resolve_quarantine", async |tx| {
            let mut row = store::quarantine::lock(tx, id)
                .await?
                .ok_or(ActionError::NoQuarantine)?;
            match row.outcome.as_deref() {
                Some("dismissed") if row.dismiss_reason.as_deref() == Some(reason.as_str()) => {
                    return Ok(row);
                }
                Some(_) => return Err(resolved()),
                None => {}
            }
            let actor = actor(caller, &row.unit_code, &row.union_code);
            row.outcome = Some("dismissed".to_owned());
            row.dismiss_reason = Some(reason);
            row.resolved_at = Some(now);
            row.resolved_by_post = Some(actor.post.clone());
            store::quarantine::resolve(tx, &row).await?;
            Teller {
                tx,
                ids: &desk.ids,
                actor: &actor,
                now,
            }
            .quarantine_resolved(&row)
            .await?;
            Ok::<_, ActionError>(row)
        })
        .await
}

fn resolved() -> ActionError {
    ActionError::NotNow(
        "quarantine.resolved",
        "这条消息已由他人处理完毕,请刷新后查看结果".to_owned(),
    )
}
