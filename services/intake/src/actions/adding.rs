//! What comes after registering: material, evidence, a withdrawal.

use bytes::Bytes;
use chassis::{auth::Caller, db::Tx};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use suda_proto::common::v1::Blob;
use uuid::Uuid;

use super::{
    actor, know_files, may_see, registering::sender_tokens, runs, same_request, scope,
    seal_evidence,
};
use crate::{
    desk::{Actor, Desk},
    domain::{
        complaint::{self, Source},
        media::{self, Media},
        number::Number,
        standing::{self, Outcome},
        text,
        words::Channel,
    },
    errors::ActionError,
    publications::Teller,
    store::{
        self,
        complaints::{Arrival, ComplaintRow, standing},
        parts::{FileRow, MaterialRow},
    },
    vault::{Content, DataKey},
    wire::Given,
};

/// A complaint that is added to, and the key to seal with.
pub struct Target {
    row: ComplaintRow,
    key: DataKey,
    actor: Actor,
}

/// Material, as it came.
pub struct MaterialAsk {
    /// What claims it.
    pub arrival: Arrival,
    /// How.
    pub channel: Channel,
    /// When.
    pub received_at: Option<DateTime<Utc>>,
    /// What it says.
    pub content: String,
    /// Whether it brings new facts.
    pub new_facts: bool,
    /// What is handed in.
    pub given: Vec<Given>,
    /// Where from.
    pub source: Option<Source>,
}

/// What was added to, and what it became.
pub struct Added {
    /// How the complaint stands.
    pub row: ComplaintRow,
    /// The material.
    pub part: Uuid,
    /// Whether it had been added before.
    pub already: bool,
}

/// Finds a complaint by id, for somebody who may see it.
pub async fn target(desk: &Desk, caller: &Caller, id: Uuid) -> Result<Target, ActionError> {
    let row = store::complaints::find(desk.db.reader(), id)
        .await?
        .ok_or(ActionError::NoComplaint)?;
    open(desk, caller, row).await
}

/// Finds a complaint by number. A number may be guessed: an adapter says who wrote, and that must be the complainant.
pub async fn target_by_number(
    desk: &Desk,
    caller: &Caller,
    number: &str,
    sender: &str,
) -> Result<Target, ActionError> {
    let reader = desk.db.reader();
    let number = Number::parse(number)
        .ok_or(ActionError::NoComplaint)?
        .to_string();
    let row = store::complaints::find_number(reader, &number)
        .await?
        .ok_or(ActionError::NoComplaint)?;
    if caller.is_service()
        && !store::complaints::is_of(reader, row.id, sender_tokens(&desk.vault, sender)).await?
    {
        return Err(ActionError::NotNow(
            "material.sender_unknown",
            "来件人不是本件登记的投诉人,请作为新来件登记".to_owned(),
        ));
    }
    open(desk, caller, row).await
}

async fn open(desk: &Desk, caller: &Caller, row: ComplaintRow) -> Result<Target, ActionError> {
    let reader = desk.db.reader();
    may_see(reader, &scope(caller), &row).await?;
    let sealed = store::complaints::sealed(reader, row.id)
        .await?
        .ok_or(ActionError::Inconsistent("key of complaint", row.id))?;
    let key = desk
        .vault
        .open_key(&sealed.key().ok_or(ActionError::Erased)?)?;
    let actor = actor(caller, &row.unit_code, &row.union_code);
    Ok(Target { row, key, actor })
}

/// Adds material; the same request or message gives the same.
pub async fn add_material(
    desk: &Desk,
    target: &Target,
    ask: MaterialAsk,
) -> Result<Added, ActionError> {
    let now = desk.clock.now();
    let content = text::clean(&ask.content);
    let length = content.chars().count();
    if length > complaint::CONTENT_LIMIT {
        return Err(standing::Refusal::TooLong(complaint::CONTENT_LIMIT).into());
    }
    let source = ask
        .source
        .map(complaint::source)
        .transpose()?
        .unwrap_or_default();
    if content.is_empty() && ask.given.is_empty() && source.raw_digest.is_empty() {
        return Err(standing::Refusal::Nothing.into());
    }
    know_files(desk, &ask.given).await?;
    let evidence = seal_evidence(desk, &target.key, &ask.given)?;
    let material = MaterialRow {
        id: desk.ids.new_id(),
        channel: ask.channel.code().to_owned(),
        received_at: standing(&target.row).arrived(ask.received_at.unwrap_or(now), now)?,
        added_at: now,
        added_by_post: target.actor.post.clone(),
        sealed_content: target.key.seal(Content::Material, content.as_bytes())?,
        new_facts: ask.new_facts,
        raw_digest: source.raw_digest,
    };
    let id = target.row.id;
    let added = desk
        .db
        .transaction("add_material", async |tx| {
            if !store::complaints::take(tx, &ask.arrival, Some(id), Some(material.id), now).await? {
                return Ok(None);
            }
            let mut row = lock(tx, id).await?;
            let mut after = standing(&row);
            if after.add() == Outcome::Moved {
                save(tx, &mut row, &after, None).await?;
                store::parts::add_material(tx, id, &material).await?;
                store::parts::add_evidence(
                    tx,
                    id,
                    ask.arrival.request_id,
                    &evidence,
                    &target.actor.post,
                    now,
                )
                .await?;
                let teller = Teller {
                    tx,
                    ids: &desk.ids,
                    actor: &target.actor,
                    now,
                };
                teller
                    .material_added(&row, material.id, material.new_facts, material.received_at)
                    .await?;
                take_papers(&teller, &mut row, &ask.given).await?;
            }
            Ok::<_, ActionError>(Some(row))
        })
        .await?;
    match added {
        Some(row) => Ok(Added {
            row,
            part: material.id,
            already: false,
        }),
        None => {
            let taken = store::complaints::taken(desk.db.reader(), &ask.arrival)
                .await?
                .ok_or(ActionError::Stale)?;
            same_request(&taken, &ask.arrival)?;
            // The first message of a complaint, delivered again as material, has no part of its own.
            let part = taken.part_id.unwrap_or_default();
            let row =
                store::complaints::find(desk.db.reader(), taken.complaint_id.unwrap_or(id)).await?;
            Ok(Added {
                row: row.ok_or(ActionError::NoComplaint)?,
                part,
                already: true,
            })
        }
    }
}

/// Adds files; the same request gives the same ids.
pub async fn add_evidence(
    desk: &Desk,
    target: &Target,
    arrival: &Arrival,
    given: &[Given],
) -> Result<(ComplaintRow, Vec<Uuid>), ActionError> {
    if given.is_empty() {
        return Err(ActionError::Invalid(
            "evidence",
            "请至少提交一个附件".to_owned(),
        ));
    }
    know_files(desk, given).await?;
    let evidence = seal_evidence(desk, &target.key, given)?;
    let (id, now) = (target.row.id, desk.clock.now());
    let row = desk
        .db
        .transaction("add_evidence", async |tx| {
            let first = store::complaints::take(tx, arrival, Some(id), None, now).await?;
            let mut row = lock(tx, id).await?;
            if !first {
                let taken = store::complaints::taken(tx, arrival)
                    .await?
                    .ok_or(ActionError::Stale)?;
                same_request(&taken, arrival)?;
                return Ok(row);
            }
            let mut after = standing(&row);
            if after.add() == Outcome::Moved {
                save(tx, &mut row, &after, None).await?;
                store::parts::add_evidence(
                    tx,
                    id,
                    arrival.request_id,
                    &evidence,
                    &target.actor.post,
                    now,
                )
                .await?;
                let ids: Vec<Uuid> = evidence.iter().map(|one| one.id).collect();
                let teller = Teller {
                    tx,
                    ids: &desk.ids,
                    actor: &target.actor,
                    now,
                };
                teller.evidence_added(&row, &ids).await?;
                take_papers(&teller, &mut row, given).await?;
            }
            Ok::<_, ActionError>(row)
        })
        .await?;
    Ok((
        row,
        store::parts::evidence_of_request(desk.db.reader(), arrival.request_id).await?,
    ))
}

/// Withdraws; answers whether it had been withdrawn before.
pub async fn withdraw(
    desk: &Desk,
    target: &Target,
    arrival: &Arrival,
    received_at: Option<DateTime<Utc>>,
    statement: &str,
    given: &[Given],
) -> Result<(ComplaintRow, bool), ActionError> {
    let statement = text::clean(statement);
    if statement.chars().count() > complaint::TEXT_LIMIT {
        return Err(ActionError::Invalid(
            "statement",
            format!("撤回说明超过 {} 字,请作为附件上传", complaint::TEXT_LIMIT),
        ));
    }
    know_files(desk, given).await?;
    let evidence = seal_evidence(desk, &target.key, given)?;
    let sealed = target.key.seal(Content::Withdrawal, statement.as_bytes())?;
    let (id, now) = (target.row.id, desk.clock.now());
    desk.db
        .transaction("withdraw", async |tx| {
            let first = store::complaints::take(tx, arrival, Some(id), None, now).await?;
            let mut row = lock(tx, id).await?;
            if !first {
                let taken = store::complaints::taken(tx, arrival)
                    .await?
                    .ok_or(ActionError::Stale)?;
                same_request(&taken, arrival)?;
                return Ok((row, true));
            }
            let mut after = standing(&row);
            match after.withdraw(received_at.unwrap_or(now), now)? {
                Outcome::Already => Ok((row, true)),
                Outcome::Moved => {
                    save(tx, &mut row, &after, Some(sealed)).await?;
                    store::groups::recount(tx, id).await?;
                    if !evidence.is_empty() {
                        store::parts::add_evidence(
                            tx,
                            id,
                            arrival.request_id,
                            &evidence,
                            &target.actor.post,
                            now,
                        )
                        .await?;
                    }
                    Teller {
                        tx,
                        ids: &desk.ids,
                        actor: &target.actor,
                        now,
                    }
                    .withdrawn(&row)
                    .await?;
                    Ok::<_, ActionError>((row, false))
                }
            }
        })
        .await
}

/// Takes the papers that were owed, when they are among what was handed in (令2020年第3号 art. 12, 14).
async fn take_papers(
    teller: &Teller<'_>,
    row: &mut ComplaintRow,
    given: &[Given],
) -> Result<(), ActionError> {
    let Some(owed) = row.missing_papers.as_deref() else {
        return Ok(());
    };
    if !given.iter().any(|one| one.kind.code() == owed) {
        return Ok(());
    }
    store::complaints::papers_complete(teller.tx, row.id).await?;
    row.missing_papers = None;
    // A change of its own: who keeps the highest revision takes it over.
    let mut after = standing(row);
    if after.add() == Outcome::Moved {
        save(teller.tx, row, &after, None).await?;
    }
    Ok(teller.papers_completed(row).await?)
}

async fn lock(tx: &Tx, id: Uuid) -> Result<ComplaintRow, ActionError> {
    store::complaints::lock(tx, id)
        .await?
        .ok_or(ActionError::NoComplaint)
}

async fn save(
    tx: &Tx,
    row: &mut ComplaintRow,
    after: &standing::Standing,
    withdrawal: Option<Vec<u8>>,
) -> Result<(), ActionError> {
    if !store::complaints::save(tx, row.id, row.revision, after, withdrawal).await? {
        return Err(ActionError::Stale);
    }
    (row.revision, row.withdrawn_at) = (after.revision, after.withdrawn_at);
    Ok(())
}

/// Keeps a file. An adapter keeps originals of any kind; as evidence nothing that runs is taken.
pub async fn put_blob(
    desk: &Desk,
    caller: &Caller,
    data: Vec<u8>,
    file_name: &str,
) -> Result<Blob, ActionError> {
    let limit = desk.settings.blob_limit_bytes;
    if data.len() > limit {
        return Err(ActionError::Invalid(
            "data",
            format!(
                "附件有 {} 字节,超过上限 {limit} 字节;请压缩或拆分后上传",
                data.len()
            ),
        ));
    }
    if data.is_empty() {
        return Err(ActionError::Invalid(
            "data",
            "附件是空文件,请核对".to_owned(),
        ));
    }
    let file_name = complaint::line("file_name", file_name, 255)?;
    let media_type = match media::sniff(&data) {
        Media::Is(kind) => kind,
        Media::Runs if caller.is_service() => "application/octet-stream",
        Media::Runs => return Err(runs()),
    };
    let digest = hex::encode(Sha256::digest(&data));
    let size = data.len();
    let kept = desk
        .blobs
        .put(Bytes::from(data))
        .await
        .map_err(ActionError::Blobs)?;
    if kept != digest {
        return Err(ActionError::Blobs(anyhow::anyhow!(
            "the object store keeps {digest} as {kept}"
        )));
    }
    let file = FileRow {
        digest: digest.clone(),
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
        media_type: media_type.to_owned(),
    };
    store::parts::keep_file(desk.db.reader(), &file, desk.clock.now()).await?;
    Ok(Blob {
        digest,
        size_bytes: u64::try_from(size).unwrap_or(u64::MAX),
        media_type: media_type.to_owned(),
        file_name,
    })
}
