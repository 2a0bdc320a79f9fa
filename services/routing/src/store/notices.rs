//! Notices, word for word, and what became of them.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::big;
use crate::domain::{
    answer::{Manner, Proof},
    notice::Words,
};

/// A notice as it stands.
#[derive(Clone, FromQueryResult)]
pub struct Notice {
    /// Permanent.
    pub notice_id: Uuid,
    /// The case it concerns.
    pub case_id: Uuid,
    /// The union of the case.
    pub union_code: String,
    /// The complaint's number.
    pub number: String,
    /// What it is, by the contract's number.
    pub kind: i32,
    /// By which channel it goes, by the contract's number.
    pub channel: i32,
    /// The post it goes to; empty for the complainant.
    pub to_post: String,
    /// Its subject line.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// When it was requested.
    pub requested_at: DateTime<Utc>,
    /// Where it stands.
    pub state: String,
    /// Goes up by one with every change.
    pub revision: i64,
    /// How it was delivered; 0 until then.
    pub manner: i32,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The proof's digest.
    pub proof_digest: String,
    /// The proof's size.
    pub proof_size_bytes: i64,
    /// What the proof is.
    pub proof_media_type: String,
    /// The name it came with.
    pub proof_file_name: String,
    /// What came of it.
    pub result: String,
    /// The revision of the adapter's word that was taken last.
    pub delivery_revision: i64,
}

const SELECT: &str = "
    SELECT n.notice_id, n.case_id, c.union_code, c.number, n.kind, n.channel, n.to_post, n.subject, n.body,
           n.requested_at, n.state, n.revision, n.manner, n.sent_at, n.proof_digest, n.proof_size_bytes,
           n.proof_media_type, n.proof_file_name, n.result, n.delivery_revision
    FROM notices n JOIN cases c ON c.case_id = n.case_id";

/// How a delivery ended, as somebody told.
pub struct Delivered<'a> {
    /// Where the notice stands by that.
    pub state: &'static str,
    /// How; none when nothing was tried.
    pub manner: Option<Manner>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The proof.
    pub proof: &'a Proof,
    /// What came of it, in words.
    pub result: &'a str,
    /// The revision of the adapter's word; 0 when a person told.
    pub revision: u64,
}

/// Stores a new notice.
pub async fn insert(
    tx: &Tx,
    (id, case_id): (Uuid, Uuid),
    words: &Words,
    (channel, to_post): (i32, &str),
    requested_at: DateTime<Utc>,
    state: &'static str,
) -> Result<(), DbErr> {
    const INSERT: &str = "
        INSERT INTO notices (notice_id, case_id, kind, channel, to_post, subject, body, requested_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        id.into(),
        case_id.into(),
        (words.kind as i32).into(),
        channel.into(),
        to_post.into(),
        words.subject.as_str().into(),
        words.text.as_str().into(),
        requested_at.into(),
        state.into(),
    ];
    tx.execute_raw(sql(INSERT, values)).await?;
    Ok(())
}

/// Stores how a notice was delivered, unless a newer word of it is kept.
pub async fn deliver(tx: &Tx, id: Uuid, told: &Delivered<'_>) -> Result<(), DbErr> {
    const DELIVER: &str = "
        UPDATE notices SET state = $2, manner = $3, sent_at = $4, proof_digest = $5, proof_size_bytes = $6,
            proof_media_type = $7, proof_file_name = $8, result = $9, delivery_revision = greatest($10, delivery_revision),
            revision = revision + 1
        WHERE notice_id = $1 AND ($10 = 0 OR delivery_revision < $10)";
    let values = [
        id.into(),
        told.state.into(),
        told.manner.map_or(0, |manner| manner as i32).into(),
        told.sent_at.into(),
        told.proof.digest.as_str().into(),
        big(told.proof.size_bytes).into(),
        told.proof.media_type.as_str().into(),
        told.proof.file_name.as_str().into(),
        told.result.into(),
        big(told.revision).into(),
    ];
    tx.execute_raw(sql(DELIVER, values)).await?;
    Ok(())
}

/// Finds a notice and keeps everybody else from changing it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Notice>, DbErr> {
    let text = format!("{SELECT} WHERE n.notice_id = $1 FOR UPDATE OF n");
    Notice::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await
}

/// Finds a notice.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Notice>, DbErr> {
    let text = format!("{SELECT} WHERE n.notice_id = $1");
    Notice::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}

/// All notices of a case, oldest first.
pub async fn of_case(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<Notice>, DbErr> {
    let text = format!("{SELECT} WHERE n.case_id = $1 ORDER BY n.requested_at, n.notice_id");
    Notice::find_by_statement(sql(&text, [case_id.into()]))
        .all(db)
        .await
}

/// What is wanted of a list of notices.
#[derive(Default)]
pub struct Wanted {
    /// Only of this case.
    pub case_id: Option<Uuid>,
    /// Only to this post; empty for any.
    pub to_post: String,
    /// Only in this state; empty for any.
    pub state: &'static str,
    /// Those behind this place.
    pub behind: Option<(DateTime<Utc>, Uuid)>,
    /// How many.
    pub size: i64,
}

/// Notices of the cases that the caller sees, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    seen: super::lists::Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Notice>, DbErr> {
    let visible = super::lists::VISIBLE;
    let text = format!(
        "{SELECT} WHERE {visible}
            AND ($4::uuid IS NULL OR n.case_id = $4) AND ($5 = '' OR n.to_post = $5) AND ($6 = '' OR n.state = $6)
            AND ($7::timestamptz IS NULL OR (n.requested_at, n.notice_id) < ($7, $8))
         ORDER BY n.requested_at DESC, n.notice_id DESC LIMIT $9"
    );
    let values = seen.values().into_iter().chain([
        wanted.case_id.into(),
        wanted.to_post.as_str().into(),
        wanted.state.into(),
        wanted.behind.map(|(at, _)| at).into(),
        wanted.behind.map(|(_, id)| id).into(),
        wanted.size.into(),
    ]);
    Notice::find_by_statement(sql(&text, values)).all(db).await
}
