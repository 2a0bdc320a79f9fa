//! What bars an erasure, and what it leaves.

use chassis::db::{Tx, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::complaints::ComplaintRow;
use crate::domain::erasure::Kept;

/// Keeps how the archive keeps a file, unless something newer is known.
pub async fn keep_file(
    tx: &Tx,
    file_id: Uuid,
    complaint: Uuid,
    revision: i64,
    kept: Kept,
) -> Result<(), DbErr> {
    let text = "INSERT INTO kept_files AS k (file_id, complaint_id, revision, expires_on, destroyed) \
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT (file_id) DO UPDATE SET revision = excluded.revision, \
                expires_on = excluded.expires_on, destroyed = excluded.destroyed WHERE k.revision < excluded.revision";
    let values = [
        file_id.into(),
        complaint.into(),
        revision.into(),
        kept.expires_on.into(),
        kept.destroyed.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// Keeps a hold; one that was lifted stays so, in whatever order it is heard.
pub async fn keep_hold(tx: &Tx, hold: Uuid, complaint: Uuid, lifted: bool) -> Result<(), DbErr> {
    let text = "INSERT INTO legal_holds AS h (hold_id, complaint_id, lifted) VALUES ($1, $2, $3) \
                ON CONFLICT (hold_id) DO UPDATE SET lifted = h.lifted OR excluded.lifted";
    tx.execute_raw(sql(text, [hold.into(), complaint.into(), lifted.into()]))
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct KeptRow {
    expires_on: Option<NaiveDate>,
    destroyed: bool,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// The files of a complaint in the archive, and how many holds stand.
pub async fn bars(db: &impl ConnectionTrait, complaint: Uuid) -> Result<(Vec<Kept>, u64), DbErr> {
    let text = "SELECT expires_on, destroyed FROM kept_files WHERE complaint_id = $1";
    let files = KeptRow::find_by_statement(sql(text, [complaint.into()]))
        .all(db)
        .await?;
    let text = "SELECT count(*) AS count FROM legal_holds WHERE complaint_id = $1 AND NOT lifted";
    let holds = Count::find_by_statement(sql(text, [complaint.into()]))
        .one(db)
        .await?;
    let files = files.into_iter().map(|row| Kept {
        expires_on: row.expires_on,
        destroyed: row.destroyed,
    });
    Ok((
        files.collect(),
        holds.map_or(0, |row| u64::try_from(row.count).unwrap_or(0)),
    ))
}

/// An erasure as it is written down.
pub struct Erasure<'a> {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person_id: &'a str,
    /// In which post.
    pub post: &'a str,
    /// On which ground.
    pub ground: &'a str,
    /// The document.
    pub reference: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Destroys the key of a locked complaint, its masked name and its places in the blind index; false when it was done before.
pub async fn erase(tx: &Tx, row: &ComplaintRow, erasure: &Erasure<'_>) -> Result<bool, DbErr> {
    let text = "UPDATE vault_keys SET wrapped = NULL, destroyed_at = $2 WHERE id = $1 AND wrapped IS NOT NULL";
    let destroyed = tx
        .execute_raw(sql(text, [row.key_id.into(), erasure.at.into()]))
        .await?
        .rows_affected();
    if destroyed == 0 {
        return Ok(false);
    }
    let text = "UPDATE complaints SET masked_name = '', revision = revision + 1 WHERE id = $1";
    tx.execute_raw(sql(text, [row.id.into()])).await?;
    super::groups::recount(tx, row.id).await?;
    for text in [
        "DELETE FROM blind_index WHERE complaint_id = $1",
        "DELETE FROM sketches WHERE complaint_id = $1",
    ] {
        tx.execute_raw(sql(text, [row.id.into()])).await?;
    }
    let text = "INSERT INTO erasures (id, complaint_id, at, person_id, post, ground, reference, reason) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        erasure.id.into(),
        row.id.into(),
        erasure.at.into(),
        erasure.person_id.into(),
        erasure.post.into(),
        erasure.ground.into(),
        erasure.reference.into(),
        erasure.reason.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(true)
}

/// Dooms the originals of a complaint that no other complaint has: their file was destroyed after its term.
pub async fn doom_originals(tx: &Tx, complaint: Uuid) -> Result<(), DbErr> {
    let text = "INSERT INTO doomed_blobs (digest) \
                SELECT DISTINCT d.digest FROM (SELECT digest FROM evidence WHERE complaint_id = $1 \
                  UNION SELECT raw_digest FROM complaints WHERE id = $1 \
                  UNION SELECT raw_digest FROM materials WHERE complaint_id = $1) d \
                WHERE d.digest <> '' \
                  AND NOT EXISTS (SELECT 1 FROM evidence o WHERE o.digest = d.digest AND o.complaint_id <> $1) \
                  AND NOT EXISTS (SELECT 1 FROM complaints o WHERE o.raw_digest = d.digest AND o.id <> $1) \
                  AND NOT EXISTS (SELECT 1 FROM materials o WHERE o.raw_digest = d.digest AND o.complaint_id <> $1) \
                ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, [complaint.into()])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Doomed {
    digest: String,
}

/// Originals whose bytes are to be removed.
pub async fn doomed(db: &impl ConnectionTrait, limit: i64) -> Result<Vec<String>, DbErr> {
    let text = "SELECT digest FROM doomed_blobs ORDER BY digest LIMIT $1";
    let rows = Doomed::find_by_statement(sql(text, [limit.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.digest).collect())
}

/// Forgets an original whose bytes were removed.
pub async fn removed(db: &impl ConnectionTrait, digest: &str) -> Result<(), DbErr> {
    let text = "DELETE FROM doomed_blobs WHERE digest = $1";
    db.execute_raw(sql(text, [digest.into()])).await?;
    Ok(())
}

/// A look, as it was written down by one of the two logs.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person_id: String,
    /// In which post.
    pub post: String,
    /// By which RPC.
    pub rpc: String,
    /// The complaint's number; empty when it was none.
    pub number: String,
    /// For what.
    pub purpose: String,
    /// The union; empty when it was no complaint.
    pub union_code: String,
    /// Its place in the order of one instant.
    pub place: String,
}

/// Which looks are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only within these unions; none for all.
    pub unions: Option<Vec<String>>,
    /// Only at this complaint.
    pub number: Option<String>,
    /// Only by this person.
    pub person_id: Option<String>,
    /// Only at an identity.
    pub identity_only: bool,
    /// Only after this place.
    pub after: Option<(DateTime<Utc>, String)>,
    /// How many at most.
    pub limit: i64,
}

/// Looks at complaints, identities and files, newest first.
pub async fn looks(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Vec<Look>, DbErr> {
    let text = "SELECT l.at, l.person_id, l.post, l.rpc, coalesce(c.number, '') AS number, l.purpose, \
                  coalesce(c.union_code, '') AS union_code, l.place \
                FROM (SELECT at, person_id, post, rpc, purpose, complaint_id, 'a' || lpad(position::text, 19, '0') AS place \
                        FROM access_log WHERE NOT $4 OR rpc IN ('GetContact', 'FindByIdentity') \
                      UNION ALL SELECT at, person_id, post, 'Reveal', reason, complaint_id, 'r' || id FROM reveals) l \
                LEFT JOIN complaints c ON c.id = l.complaint_id \
                WHERE ($1::text[] IS NULL OR c.union_code = ANY($1)) AND ($2::text IS NULL OR c.number = $2) \
                  AND ($3::text IS NULL OR l.person_id = $3) \
                  AND ($5::timestamptz IS NULL OR (l.at, l.place) < ($5, $6)) \
                ORDER BY l.at DESC, l.place DESC LIMIT $7";
    let (at, place) = wanted.after.clone().unzip();
    let values = [
        wanted.unions.clone().into(),
        wanted.number.clone().into(),
        wanted.person_id.clone().into(),
        wanted.identity_only.into(),
        at.into(),
        place.into(),
        wanted.limit.into(),
    ];
    Look::find_by_statement(sql(text, values)).all(db).await
}
