//! What was handed in with a complaint, and later.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct FileRow {
    /// SHA-256.
    pub digest: String,
    /// How many bytes.
    pub size_bytes: i64,
    /// What it is.
    pub media_type: String,
}

/// A piece of evidence that is to be stored.
#[derive(Clone)]
pub struct NewEvidence {
    /// Permanent id.
    pub id: Uuid,
    /// The bytes.
    pub digest: String,
    /// What it is good for.
    pub kind: String,
    /// File name and description, sealed.
    pub sealed_about: Vec<u8>,
}

/// Evidence by columns, as a statement takes it.
pub(super) struct EvidenceColumns {
    pub(super) ids: Vec<Uuid>,
    pub(super) digests: Vec<String>,
    pub(super) kinds: Vec<String>,
    pub(super) about: Vec<Vec<u8>>,
}

impl EvidenceColumns {
    pub(super) fn of(evidence: &[NewEvidence]) -> Self {
        Self {
            ids: evidence.iter().map(|one| one.id).collect(),
            digests: evidence.iter().map(|one| one.digest.clone()).collect(),
            kinds: evidence.iter().map(|one| one.kind.clone()).collect(),
            about: evidence
                .iter()
                .map(|one| one.sealed_about.clone())
                .collect(),
        }
    }
}

/// A piece of evidence.
#[derive(Clone, FromQueryResult)]
pub struct EvidenceRow {
    /// Permanent id.
    pub id: Uuid,
    /// The bytes.
    pub digest: String,
    /// How many.
    pub size_bytes: i64,
    /// What they are.
    pub media_type: String,
    /// What it is good for.
    pub kind: String,
    /// File name and description, sealed.
    pub sealed_about: Vec<u8>,
    /// When.
    pub added_at: DateTime<Utc>,
    /// By whom.
    pub added_by_post: String,
}

/// What came later.
#[derive(Clone, FromQueryResult)]
pub struct MaterialRow {
    /// Permanent id.
    pub id: Uuid,
    /// How.
    pub channel: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was entered.
    pub added_at: DateTime<Utc>,
    /// By whom.
    pub added_by_post: String,
    /// What it says, sealed.
    pub sealed_content: Vec<u8>,
    /// Whether it brings new facts.
    pub new_facts: bool,
    /// The original message.
    pub raw_digest: String,
}

/// Remembers what a file is; what is known already stays.
pub async fn keep_file(
    db: &impl ConnectionTrait,
    file: &FileRow,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO files (digest, size_bytes, media_type, first_put_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        [
            file.digest.clone().into(),
            file.size_bytes.into(),
            file.media_type.clone().into(),
            now.into(),
        ],
    );
    db.execute_raw(statement).await?;
    Ok(())
}

/// These files, as far as they are known.
pub async fn files(db: &impl ConnectionTrait, digests: Vec<String>) -> Result<Vec<FileRow>, DbErr> {
    let statement = sql(
        "SELECT digest, size_bytes, media_type FROM files WHERE digest = ANY($1)",
        [digests.into()],
    );
    FileRow::find_by_statement(statement).all(db).await
}

/// Stores evidence of one request.
pub async fn add_evidence(
    tx: &Tx,
    complaint: Uuid,
    request: Uuid,
    evidence: &[NewEvidence],
    post: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let evidence = EvidenceColumns::of(evidence);
    let statement = sql(
        "INSERT INTO evidence (id, complaint_id, request_id, position, digest, kind, sealed_about, added_at, added_by_post)
         SELECT e.id, $1, $2, e.position, e.digest, e.kind, e.about, $7, $8
         FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[]) WITH ORDINALITY AS e (id, digest, kind, about, position)",
        [
            complaint.into(),
            request.into(),
            evidence.ids.into(),
            evidence.digests.into(),
            evidence.kinds.into(),
            evidence.about.into(),
            now.into(),
            post.into(),
        ],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

/// The ids of the evidence that one request brought, in its order.
pub async fn evidence_of_request(
    db: &impl ConnectionTrait,
    request: Uuid,
) -> Result<Vec<Uuid>, DbErr> {
    let statement = sql(
        "SELECT id FROM evidence WHERE request_id = $1 ORDER BY position",
        [request.into()],
    );
    db.query_all_raw(statement)
        .await?
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect()
}

/// The evidence of a complaint, oldest first.
pub async fn evidence(
    db: &impl ConnectionTrait,
    complaint: Uuid,
) -> Result<Vec<EvidenceRow>, DbErr> {
    let statement = sql(
        "SELECT e.id, e.digest, f.size_bytes, f.media_type, e.kind, e.sealed_about, e.added_at, e.added_by_post
         FROM evidence e JOIN files f ON f.digest = e.digest WHERE e.complaint_id = $1 ORDER BY e.added_at, e.position, e.id",
        [complaint.into()],
    );
    EvidenceRow::find_by_statement(statement).all(db).await
}

/// Stores what came later.
pub async fn add_material(tx: &Tx, complaint: Uuid, material: &MaterialRow) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO materials (id, complaint_id, channel, received_at, added_at, added_by_post, sealed_content, new_facts, raw_digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            material.id.into(),
            complaint.into(),
            material.channel.clone().into(),
            material.received_at.into(),
            material.added_at.into(),
            material.added_by_post.clone().into(),
            material.sealed_content.clone().into(),
            material.new_facts.into(),
            material.raw_digest.clone().into(),
        ],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

/// What came later to a complaint, oldest first.
pub async fn materials(
    db: &impl ConnectionTrait,
    complaint: Uuid,
) -> Result<Vec<MaterialRow>, DbErr> {
    let statement = sql(
        "SELECT id, channel, received_at, added_at, added_by_post, sealed_content, new_facts, raw_digest
         FROM materials WHERE complaint_id = $1 ORDER BY added_at, id",
        [complaint.into()],
    );
    MaterialRow::find_by_statement(statement).all(db).await
}
