//! Looking at a complaint. Every look at text or identity is written down; what is seen without a reason is masked.

use chassis::{auth::Caller, grpc::timestamp, sight::Sight};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use suda_proto::{common::v1::Blob, intake::v1 as tells};
use uuid::Uuid;

use super::{actor, may_see, scope};
use crate::{
    desk::{Actor, Desk},
    domain::{
        complaint, masking,
        number::Number,
        query_code, repeat,
        words::{Channel, EvidenceKind},
    },
    errors::ActionError,
    publications::{Teller, view},
    store::{
        self,
        complaints::{ComplaintRow, SealedRow},
        logs::RevealRow,
    },
    vault::{Content, DataKey, Vault},
};

/// The shortest reason for a look at an identity.
const REASON_MIN: usize = 4;

/// A complaint somebody may see, with what of it is sealed.
pub struct Seen {
    /// The complaint.
    pub row: ComplaintRow,
    sealed: SealedRow,
    key: Option<DataKey>,
    actor: Actor,
    sight: Sight,
}

/// How a complaint is asked for.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// By its id.
    Id(Uuid),
    /// By its number.
    Number(&'a str),
}

/// Finds a complaint for somebody who may see it.
pub async fn find(desk: &Desk, caller: &Caller, by: By<'_>) -> Result<Seen, ActionError> {
    let sight = Sight::from(caller);
    let seen = desk.db.seen_by(sight.clone()).await?;
    let Some(row) = look_up(&seen, by).await? else {
        drop(seen);
        return Err(hidden(desk, caller, by).await?);
    };
    may_see(&seen, &scope(caller), &row).await?;
    let sealed = store::complaints::sealed(&seen, row.id)
        .await?
        .ok_or(ActionError::Inconsistent("key of complaint", row.id))?;
    let key = sealed
        .key()
        .map(|wrapped| desk.vault.open_key(&wrapped))
        .transpose()?;
    let actor = actor(caller, &row.unit_code, &row.union_code);
    Ok(Seen {
        row,
        sealed,
        key,
        actor,
        sight,
    })
}

async fn look_up(
    db: &impl ConnectionTrait,
    by: By<'_>,
) -> Result<Option<ComplaintRow>, ActionError> {
    Ok(match by {
        By::Id(id) => store::complaints::find(db, id).await?,
        By::Number(number) => match Number::parse(number) {
            Some(number) => store::complaints::find_number(db, &number.to_string()).await?,
            None => None,
        },
    })
}

/// Why a complaint is not shown: there is none for the caller, or it concerns himself, which he is told.
async fn hidden(desk: &Desk, caller: &Caller, by: By<'_>) -> Result<ActionError, ActionError> {
    let db = desk.db.reader();
    let Some(row) = look_up(db, by).await? else {
        return Ok(ActionError::NoComplaint);
    };
    let barred = may_see(db, &scope(caller), &row).await;
    Ok(barred.err().unwrap_or(ActionError::NoComplaint))
}

/// Writes a look down.
pub async fn log(desk: &Desk, rpc: &str, seen: &Seen, purpose: &str) -> Result<(), ActionError> {
    let by = (seen.actor.person_id.as_str(), seen.actor.post.as_str());
    Ok(store::logs::looked(
        desk.db.reader(),
        rpc,
        seen.row.id,
        by,
        purpose,
        desk.clock.now(),
    )
    .await?)
}

/// Everything but the identity.
pub async fn record(desk: &Desk, seen: &Seen) -> Result<tells::ComplaintRecord, ActionError> {
    let db = desk.db.seen_by(seen.sight.clone()).await?;
    let (id, key) = (seen.row.id, seen.key.as_ref());
    let evidence = store::parts::evidence(&db, id)
        .await?
        .into_iter()
        .map(|row| {
            let about = match key {
                Some(key) => decode::<tells::EvidenceItem>(
                    &key.open(Content::Evidence, &row.sealed_about)?,
                    id,
                )?,
                None => tells::EvidenceItem::default(),
            };
            Ok(tells::Evidence {
                evidence_id: row.id.to_string(),
                blob: Some(Blob {
                    digest: row.digest,
                    size_bytes: u64::try_from(row.size_bytes).unwrap_or(0),
                    media_type: row.media_type,
                    file_name: about.blob.map(|blob| blob.file_name).unwrap_or_default(),
                }),
                kind: EvidenceKind::from_code(&row.kind).map_or(0, EvidenceKind::number),
                description: about.description,
                added_at: Some(timestamp(row.added_at)),
                added_by_post: row.added_by_post,
            })
        });
    let evidence = evidence.collect::<Result<Vec<_>, ActionError>>()?;
    let materials = store::parts::materials(&db, id)
        .await?
        .into_iter()
        .map(|row| {
            let content = match key {
                Some(key) => key.open(Content::Material, &row.sealed_content)?,
                None => Vec::new(),
            };
            Ok(tells::Material {
                material_id: row.id.to_string(),
                channel: Channel::from_code(&row.channel).map_or(0, Channel::number),
                received_at: Some(timestamp(row.received_at)),
                added_at: Some(timestamp(row.added_at)),
                added_by_post: row.added_by_post,
                content: String::from_utf8_lossy(&content).into_owned(),
                new_facts: row.new_facts,
            })
        });
    let materials = materials.collect::<Result<Vec<_>, ActionError>>()?;
    Ok(tells::ComplaintRecord {
        complaint: Some(view(&seen.row)),
        narrative: narrative(seen)?,
        erased: key.is_none(),
        amount_fen: seen.row.amount_fen,
        currency: seen.row.currency.clone(),
        late_reason: seen.row.late_reason.clone(),
        evidence,
        materials,
        raw_digest: seen.row.raw_digest.clone(),
    })
}

/// Who complains, masked.
pub fn masked(seen: &Seen) -> Result<tells::MaskedIdentity, ActionError> {
    let name = seen.row.masked_name.clone();
    let Some(identity) = identity(seen)? else {
        return Ok(tells::MaskedIdentity {
            name,
            ..tells::MaskedIdentity::default()
        });
    };
    let who = identity.complainant.unwrap_or_default();
    Ok(tells::MaskedIdentity {
        name,
        phone: masking::phone(&who.phone),
        email: masking::email(&who.email),
        id_number: masking::id(&who.id_number),
        id_type: who.id_type,
        has_address: !who.address.is_empty(),
        has_openid: !who.openid.is_empty(),
        capacity: who.capacity,
        principal_name: masking::name(&who.principal_name),
        representatives: identity
            .representatives
            .iter()
            .map(|one| masking::name(&one.name))
            .collect(),
    })
}

/// Earlier complaints of the same person that may be the same (guideline art. 16).
pub async fn candidates(
    desk: &Desk,
    caller: &Caller,
    seen: &Seen,
) -> Result<Vec<tells::RepeatCandidate>, ActionError> {
    let (db, scope) = (desk.db.seen_by(caller).await?, scope(caller));
    let since = seen.row.registered_at - TimeDelta::days(desk.settings.repeat_days);
    let text = narrative(seen)?.unwrap_or_default().content;
    let mut candidates = Vec::new();
    for earlier in store::complaints::of_same_person(&db, &seen.row, since).await? {
        match may_see(&db, &scope, &earlier).await {
            Ok(()) => {}
            Err(ActionError::NoComplaint | ActionError::Recused) => continue,
            Err(error) => return Err(error),
        }
        let sealed = store::complaints::sealed(&db, earlier.id).await?;
        let theirs = sealed
            .map(|sealed| said(&desk.vault, &sealed, earlier.id))
            .transpose()?
            .flatten()
            .unwrap_or_default();
        let new = repeat::Facts {
            unit_code: &seen.row.complained_unit_code,
            business_code: &seen.row.business_code,
            text: &text,
        };
        let old = repeat::Facts {
            unit_code: &earlier.complained_unit_code,
            business_code: &earlier.business_code,
            text: &theirs.content,
        };
        if let Some(likeness) = repeat::candidate(new, old) {
            candidates.push(tells::RepeatCandidate {
                complaint: Some(view(&earlier)),
                same_unit: likeness.same_unit,
                same_business: likeness.same_business,
                text_percent: likeness.text_percent,
            });
        }
    }
    Ok(candidates)
}

/// What belongs into the file, beside the record.
pub async fn for_file(desk: &Desk, seen: &Seen) -> Result<tells::GetForFileResponse, ActionError> {
    let algorithm = desk.vault.algorithm(&seen.sealed.kek_id)?;
    let sealed = |bytes: &[u8]| {
        Some(tells::Sealed {
            key_id: seen.row.key_id.to_string(),
            algorithm: algorithm.to_owned(),
            bytes: bytes.to_vec(),
        })
    };
    let db = desk.db.seen_by(seen.sight.clone()).await?;
    let reveals = store::logs::reveals(&db, seen.row.id).await?;
    // Reads by itself.
    drop(db);
    let reveals = reveals.into_iter().map(|row| tells::RevealEntry {
        reveal_id: row.id.to_string(),
        at: Some(timestamp(row.at)),
        post: row.post,
        person_id: row.person_id,
        reason: row.reason,
    });
    Ok(tells::GetForFileResponse {
        record: Some(record(desk, seen).await?),
        complainant: Some(masked(seen)?),
        sealed_identity: sealed(&seen.sealed.sealed_identity),
        sealed_narrative: sealed(&seen.sealed.sealed_narrative),
        reveals: reveals.collect(),
    })
}

/// Refuses an identity to the unit complained of, and writes the attempt down (guideline art. 5, 19).
pub async fn may_reveal(desk: &Desk, caller: &Caller, seen: &Seen) -> Result<(), ActionError> {
    let accused = store::posts::accused(desk.db.reader(), &seen.row).await?;
    let posts = caller.posts.iter();
    if accused.may_be_told(posts.map(|post| (post.unit.as_str(), post.role.as_str()))) {
        return Ok(());
    }
    log(desk, "Reveal", seen, "refused: of the unit complained of").await?;
    Err(ActionError::Accused)
}

/// Shows the identity, after writing down and telling who looks and why.
pub async fn reveal(
    desk: &Desk,
    seen: &Seen,
    reason: &str,
) -> Result<tells::RevealResponse, ActionError> {
    let reason = complaint::line("reason", reason, complaint::LINE_LIMIT)?;
    if reason.chars().count() < REASON_MIN {
        return Err(ActionError::Invalid(
            "reason",
            format!("请写明查看投诉人信息的原因,不少于 {REASON_MIN} 个字"),
        ));
    }
    let identity = identity(seen)?.ok_or(ActionError::Erased)?;
    let now = desk.clock.now();
    let entry = RevealRow {
        id: desk.ids.new_id(),
        at: now,
        person_id: seen.actor.person_id.clone(),
        post: seen.actor.post.clone(),
        reason,
    };
    desk.db
        .transaction("reveal", async |tx| {
            store::logs::revealed(tx, seen.row.id, &entry).await?;
            Teller {
                tx,
                ids: &desk.ids,
                actor: &seen.actor,
                now,
            }
            .revealed(&seen.row, entry.id)
            .await?;
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(tells::RevealResponse {
        complainant: identity.complainant,
        representatives: identity.representatives,
        reveal_id: entry.id.to_string(),
    })
}

/// The address for one notice.
pub fn contact(
    seen: &Seen,
    wanted: Option<Channel>,
) -> Result<tells::GetContactResponse, ActionError> {
    let who = identity(seen)?
        .ok_or(ActionError::Erased)?
        .complainant
        .unwrap_or_default();
    let channel = wanted.or_else(|| Channel::from_code(seen.row.reply_channel.as_deref()?));
    let (channel, address) = match channel {
        Some(Channel::Email) => (Channel::Email, who.email),
        Some(Channel::Wechat) => (Channel::Wechat, who.openid),
        Some(Channel::Phone) => (Channel::Phone, who.phone),
        Some(Channel::Letter) => (Channel::Letter, who.address),
        Some(other) => (other, String::new()),
        None => (Channel::Letter, String::new()),
    };
    if address.is_empty() {
        return Err(ActionError::NotNow(
            "contact.none",
            "投诉人没有留下该渠道的联系方式,请改用其他方式告知并留存凭证".to_owned(),
        ));
    }
    let code = open(seen, Content::QueryCode, &seen.sealed.sealed_query_code)?.unwrap_or_default();
    Ok(tells::GetContactResponse {
        channel: channel.number(),
        address,
        number: seen.row.number.clone(),
        query_code: String::from_utf8_lossy(&code).into_owned(),
    })
}

/// How far a complaint is, for whoever has its number and code. Attempts are counted before they are checked.
pub async fn progress(
    desk: &Desk,
    number: &str,
    code: &str,
) -> Result<tells::ProgressResponse, ActionError> {
    let number = Number::parse(number)
        .ok_or(ActionError::WrongCode)?
        .to_string();
    let (reader, now) = (desk.db.reader(), desk.clock.now());
    let window = TimeDelta::minutes(desk.settings.progress_window_minutes);
    if store::logs::attempt(reader, &number, now, now - window).await?
        > desk.settings.progress_attempts
    {
        let sentence = format!(
            "查询码多次不正确,请 {} 分钟后再试,或致电受理机构查询",
            desk.settings.progress_window_minutes
        );
        return Err(ActionError::NotNow("progress.too_many_attempts", sentence));
    }
    let row = store::logs::progress(reader, &number).await?;
    let code = query_code::parse(code).unwrap_or_default();
    // The same work for a number that does not exist.
    let (id, mac) = row.as_ref().map_or((Uuid::nil(), &[][..]), |row| {
        (row.id, row.query_code_mac.as_slice())
    });
    let fits = desk.vault.code_fits(id, &code, mac);
    let row = row.filter(|_| fits).ok_or(ActionError::WrongCode)?;
    store::logs::forgive(reader, &number).await?;
    let heard = row
        .state
        .as_deref()
        .and_then(tells::ProgressState::from_str_name)
        .zip(row.changed_at);
    let (state, changed_at) = match (row.withdrawn_at, heard) {
        (Some(at), _) => (tells::ProgressState::Withdrawn, at),
        (None, Some((state, at))) => (state, at),
        (None, None) => (tells::ProgressState::Registered, row.registered_at),
    };
    Ok(tells::ProgressResponse {
        number,
        state: state.into(),
        received_at: Some(timestamp(row.received_at)),
        changed_at: Some(timestamp(changed_at)),
        sentence: sentence(state).to_owned(),
    })
}

fn sentence(state: tells::ProgressState) -> &'static str {
    match state {
        tells::ProgressState::Unspecified | tells::ProgressState::Registered => {
            "您的投诉已登记,正在送交受理部门。"
        }
        tells::ProgressState::UnderAcceptance => "您的投诉已由受理部门审核。",
        tells::ProgressState::Handling => "您的投诉已交承办单位调查处理。",
        tells::ProgressState::Answered => "您的投诉已作出处理决定并答复,请留意答复通知。",
        tells::ProgressState::Declined => "您反映的事项经审核不予受理,原因和救济途径已另行告知。",
        tells::ProgressState::Withdrawn => "您的投诉已按您的申请撤回。",
        tells::ProgressState::Transferred => "您的投诉已移交负责的部门或单位,去向已另行告知。",
        tells::ProgressState::Joined => "您的投诉已与另一件在办投诉合并办理,处理决定将一并告知。",
        tells::ProgressState::Closed => "您的投诉已办结。",
    }
}

/// A file of a complaint: its evidence, or, for those who receive complaints, the original message.
pub async fn blob(
    desk: &Desk,
    caller: &Caller,
    seen: &Seen,
    digest: &str,
) -> Result<Blob, ActionError> {
    let none = || {
        ActionError::NotNow(
            "blob.not_of_complaint",
            "本件没有这个附件,请核对".to_owned(),
        )
    };
    let record = record(desk, seen).await?;
    let evidence = record
        .evidence
        .into_iter()
        .filter_map(|one| one.blob)
        .find(|blob| blob.digest == digest);
    if let Some(blob) = evidence {
        return Ok(blob);
    }
    let db = desk.db.seen_by(seen.sight.clone()).await?;
    let materials = store::parts::materials(&db, seen.row.id).await?;
    let original = seen.row.raw_digest == digest
        || materials
            .iter()
            .any(|material| material.raw_digest == digest);
    if digest.is_empty() || !original {
        return Err(none());
    }
    // It shows who complains.
    if caller.outlet_only().is_some()
        || (caller.post_with(&ORIGINAL_ROLES).is_none() && !caller.is_service())
    {
        return Err(ActionError::NotYours(
            "原始件载有投诉人信息,仅限受理部门、办事处和合规部查看".to_owned(),
        ));
    }
    Ok(Blob {
        digest: digest.to_owned(),
        ..Blob::default()
    })
}

const ORIGINAL_ROLES: [&str; 6] = [
    "reception_clerk",
    "reception_head",
    "office_officer",
    "office_head",
    "compliance_officer",
    "compliance_head",
];

fn narrative(seen: &Seen) -> Result<Option<tells::Narrative>, ActionError> {
    open(seen, Content::Narrative, &seen.sealed.sealed_narrative)?
        .map(|bytes| decode(&bytes, seen.row.id))
        .transpose()
}

fn identity(seen: &Seen) -> Result<Option<tells::Identity>, ActionError> {
    open(seen, Content::Identity, &seen.sealed.sealed_identity)?
        .map(|bytes| decode(&bytes, seen.row.id))
        .transpose()
}

fn said(
    vault: &Vault,
    sealed: &SealedRow,
    id: Uuid,
) -> Result<Option<tells::Narrative>, ActionError> {
    let Some(wrapped) = sealed.key() else {
        return Ok(None);
    };
    let bytes = vault
        .open_key(&wrapped)?
        .open(Content::Narrative, &sealed.sealed_narrative)?;
    decode(&bytes, id).map(Some)
}

/// Nothing once the key was destroyed.
fn open(seen: &Seen, content: Content, bytes: &[u8]) -> Result<Option<Vec<u8>>, ActionError> {
    Ok(seen
        .key
        .as_ref()
        .map(|key| key.open(content, bytes))
        .transpose()?)
}

fn decode<M: prost::Message + Default>(bytes: &[u8], id: Uuid) -> Result<M, ActionError> {
    M::decode(bytes).map_err(|_| ActionError::Inconsistent("sealed part of complaint", id))
}
