//! Erasing a complainant's data (个人信息保护法 art. 47), and finding a person's complaints by the blind index.

use chassis::{auth::Caller, db::Tx};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use uuid::Uuid;

use super::{actor, may_see, same_request, scope};
use crate::{
    desk::{Actor, Desk},
    domain::{
        complaint, contact,
        erasure::{self, Ground},
        words::IdType,
    },
    errors::ActionError,
    publications::Teller,
    store::{
        self,
        complaints::{Arrival, ComplaintRow},
        erasing::Erasure,
    },
};

/// The shortest reason.
const REASON_MIN: usize = 4;
/// The most complaints of one person that are shown.
const FOUND: i64 = 200;

fn reason(text: &str) -> Result<String, ActionError> {
    let reason = complaint::line("reason", text, complaint::LINE_LIMIT)?;
    if reason.chars().count() < REASON_MIN {
        return Err(ActionError::Invalid(
            "reason",
            format!("请写明原因,不少于 {REASON_MIN} 个字;原因会留痕"),
        ));
    }
    Ok(reason)
}

fn today(now: DateTime<Utc>) -> NaiveDate {
    // Terms end with a day of Guangdong.
    FixedOffset::east_opt(8 * 3600).map_or_else(
        || now.date_naive(),
        |shanghai| now.with_timezone(&shanghai).date_naive(),
    )
}

/// What is asked to be erased.
pub struct Ask<'a> {
    /// What claims it.
    pub arrival: Arrival,
    /// The complaint.
    pub complaint: Uuid,
    /// On which ground.
    pub ground: Ground,
    /// The document.
    pub reference: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Erases, unless a term or a hold runs; gives the complaint after it and the entry in the log.
pub async fn erase(
    desk: &Desk,
    caller: &Caller,
    ask: Ask<'_>,
) -> Result<(ComplaintRow, Uuid), ActionError> {
    let why = reason(ask.reason)?;
    let reference = complaint::line("reference", ask.reference, complaint::LINE_LIMIT)?;
    let now = desk.clock.now();
    desk.db
        .transaction("erase_identity", async |tx| {
            let row = store::complaints::lock(tx, ask.complaint)
                .await?
                .ok_or(ActionError::NoComplaint)?;
            may_see(tx, &scope(caller), &row).await?;
            let erasure_id = desk.ids.new_id();
            let first =
                store::complaints::take(tx, &ask.arrival, Some(row.id), Some(erasure_id), now)
                    .await?;
            if !first {
                let taken = store::complaints::taken(tx, &ask.arrival)
                    .await?
                    .ok_or(ActionError::Stale)?;
                same_request(&taken, &ask.arrival)?;
                return Ok((row, taken.part_id.unwrap_or_default()));
            }
            let (files, holds) = store::erasing::bars(tx, row.id).await?;
            erasure::may_erase(ask.ground, &reference, &files, holds, today(now))?;
            let actor = actor(caller, &row.unit_code, &row.union_code);
            let erasure = Erasure {
                id: erasure_id,
                at: now,
                person_id: &actor.person_id,
                post: &actor.post,
                ground: ask.ground.code(),
                reference: &reference,
                reason: &why,
            };
            let row = destroy(tx, desk, &row, &erasure, ask.ground)
                .await?
                .ok_or(ActionError::Erased)?;
            Ok::<_, ActionError>((row, erasure_id))
        })
        .await
}

/// Destroys the key and tells it; `None` when it was done before.
async fn destroy(
    tx: &Tx,
    desk: &Desk,
    row: &ComplaintRow,
    erasure: &Erasure<'_>,
    ground: Ground,
) -> Result<Option<ComplaintRow>, ActionError> {
    if !store::erasing::erase(tx, row, erasure).await? {
        return Ok(None);
    }
    let after = store::complaints::find(tx, row.id)
        .await?
        .ok_or(ActionError::Inconsistent("complaint", row.id))?;
    let actor = Actor {
        person_id: erasure.person_id.to_owned(),
        post: erasure.post.to_owned(),
    };
    let teller = Teller {
        tx,
        ids: &desk.ids,
        actor: &actor,
        now: erasure.at,
    };
    teller.erased(&after, erasure.id, ground).await?;
    Ok(Some(after))
}

/// The archive destroyed the file of a complaint: its key goes too, and so do the originals that nobody else has.
pub async fn file_destroyed(tx: &Tx, desk: &Desk, complaint: Uuid) -> Result<(), ActionError> {
    let Some(row) = store::complaints::lock(tx, complaint).await? else {
        return Ok(());
    };
    let (files, _) = store::erasing::bars(tx, complaint).await?;
    // An addendum may be kept longer than the file it adds to.
    if files.iter().any(|file| !file.destroyed) {
        return Ok(());
    }
    let erasure = Erasure {
        id: desk.ids.new_id(),
        at: desk.clock.now(),
        person_id: "archive",
        post: "archive",
        ground: Ground::FileDestroyed.code(),
        reference: "",
        reason: "案卷到期鉴定销毁",
    };
    destroy(tx, desk, &row, &erasure, Ground::FileDestroyed).await?;
    store::erasing::doom_originals(tx, complaint).await?;
    Ok(())
}

/// Removes the bytes of originals whose file was destroyed.
pub async fn remove_originals(desk: &Desk) -> anyhow::Result<String> {
    let doomed = store::erasing::doomed(desk.db.reader(), 200).await?;
    for digest in &doomed {
        desk.blobs.remove(digest).await?;
        store::erasing::removed(desk.db.reader(), digest).await?;
    }
    Ok(format!("{} originals removed", doomed.len()))
}

/// What a person is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The name.
    Name,
    /// The telephone number.
    Phone,
    /// The address of e-mail.
    Email,
    /// The openid.
    Openid,
    /// The number of an identity document.
    IdNumber,
}

/// The place in the blind index of what is known of a person; none when no such thing can be in it.
fn token(desk: &Desk, known: Known, value: &str) -> Option<Vec<u8>> {
    let (kind, normal) = match known {
        Known::Name => ("name", contact::name(value)),
        Known::Phone => ("phone", contact::phone(value)),
        Known::Email => ("email", contact::email(value)),
        Known::Openid => ("openid", contact::openid(value)),
        Known::IdNumber => (
            "id",
            contact::id_number(IdType::Resident, value)
                .or_else(|| contact::id_number(IdType::Organisation, value))
                .or_else(|| contact::id_number(IdType::Other, value)),
        ),
    };
    Some(desk.vault.blind(kind, &normal?))
}

/// Finds a person's complaints that the caller may see. The search itself is logged, found or not, and what was looked for
/// is not.
pub async fn find(
    desk: &Desk,
    caller: &Caller,
    known: Known,
    value: &str,
    why: &str,
) -> Result<Vec<ComplaintRow>, ActionError> {
    let why = reason(why)?;
    let token = token(desk, known, value).ok_or_else(|| {
        let sentence = "这不是完整的姓名、电话、邮箱、微信标识或证件号码;按人查询须填写完整内容";
        ActionError::Invalid("value", sentence.to_owned())
    })?;
    let now = desk.clock.now();
    let actor = actor(
        caller,
        "",
        caller.posts.first().map_or("", |post| &post.union),
    );
    let by = (actor.person_id.as_str(), actor.post.as_str());
    let seen = desk.db.seen_by(caller).await?;
    let found = store::complaints::of_token(&seen, &scope(caller), token, FOUND).await?;
    drop(seen);
    desk.db
        .transaction("find_by_identity", async |tx| {
            store::logs::looked(tx, "FindByIdentity", Uuid::nil(), by, &why, now).await?;
            for row in &found {
                store::logs::looked(tx, "FindByIdentity", row.id, by, &why, now).await?;
            }
            Ok::<_, ActionError>(found)
        })
        .await
}
