//! Messages that could not be read.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::Place;

/// A message that was put aside.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct QuarantineRow {
    /// Permanent id.
    pub id: Uuid,
    /// Whose.
    pub union_code: String,
    /// Where it came to.
    pub unit_code: String,
    /// How.
    pub channel: String,
    /// The adapter's account.
    pub account: String,
    /// The message in it; empty when it has no id.
    pub message_id: String,
    /// The bytes.
    pub raw_digest: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was put aside.
    pub opened_at: DateTime<Utc>,
    /// The end of that day.
    pub due_at: DateTime<Utc>,
    /// Why.
    pub why: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// What was registered from it.
    pub complaint_id: Option<Uuid>,
    /// Why it is no complaint.
    pub dismiss_reason: Option<String>,
    /// When.
    pub resolved_at: Option<DateTime<Utc>>,
    /// By whom.
    pub resolved_by_post: Option<String>,
}

const COLUMNS: &str = "id, union_code, unit_code, channel, account, message_id, raw_digest, received_at, opened_at, due_at, \
    why, outcome, complaint_id, dismiss_reason, resolved_at, resolved_by_post";

/// Puts a message aside; false when it was put aside before.
pub async fn open(tx: &Tx, row: &QuarantineRow) -> Result<bool, DbErr> {
    let statement = sql(
        "INSERT INTO quarantine (id, union_code, unit_code, channel, account, message_key, message_id, raw_digest, received_at,
             opened_at, due_at, why)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        [
            row.id.into(),
            row.union_code.clone().into(),
            row.unit_code.clone().into(),
            row.channel.clone().into(),
            row.account.clone().into(),
            message_key(&row.message_id, &row.raw_digest).into(),
            row.message_id.clone().into(),
            row.raw_digest.clone().into(),
            row.received_at.into(),
            row.opened_at.into(),
            row.due_at.into(),
            row.why.clone().into(),
        ],
    );
    Ok(tx.execute_raw(statement).await?.rows_affected() == 1)
}

fn message_key<'a>(message_id: &'a str, raw_digest: &'a str) -> &'a str {
    if message_id.is_empty() {
        raw_digest
    } else {
        message_id
    }
}

/// The message of an account that was put aside before.
pub async fn of_message(
    db: &impl ConnectionTrait,
    account: &str,
    message_id: &str,
    raw_digest: &str,
) -> Result<Option<QuarantineRow>, DbErr> {
    let statement = sql(
        &format!("SELECT {COLUMNS} FROM quarantine WHERE account = $1 AND message_key = $2"),
        [account.into(), message_key(message_id, raw_digest).into()],
    );
    QuarantineRow::find_by_statement(statement).one(db).await
}

/// A message.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<QuarantineRow>, DbErr> {
    let statement = sql(
        &format!("SELECT {COLUMNS} FROM quarantine WHERE id = $1"),
        [id.into()],
    );
    QuarantineRow::find_by_statement(statement).one(db).await
}

/// A message that nobody else resolves until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<QuarantineRow>, DbErr> {
    let statement = sql(
        &format!("SELECT {COLUMNS} FROM quarantine WHERE id = $1 FOR UPDATE"),
        [id.into()],
    );
    QuarantineRow::find_by_statement(statement).one(tx).await
}

/// Stores how a locked message ended.
pub async fn resolve(tx: &Tx, row: &QuarantineRow) -> Result<(), DbErr> {
    let statement = sql(
        "UPDATE quarantine SET outcome = $2, complaint_id = $3, dismiss_reason = $4, resolved_at = $5, resolved_by_post = $6
         WHERE id = $1",
        [
            row.id.into(),
            row.outcome.clone().into(),
            row.complaint_id.into(),
            row.dismiss_reason.clone().into(),
            row.resolved_at.into(),
            row.resolved_by_post.clone().into(),
        ],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

/// A page of messages, oldest first.
pub async fn list(
    db: &impl ConnectionTrait,
    unions: Option<Vec<String>>,
    resolved: bool,
    after: Option<Place>,
    size: u64,
) -> Result<Vec<QuarantineRow>, DbErr> {
    let statement = sql(
        &format!(
            "SELECT {COLUMNS} FROM quarantine
             WHERE ($1::text[] IS NULL OR union_code = ANY($1)) AND ($2 OR outcome IS NULL)
               AND ($3::timestamptz IS NULL OR (opened_at, id) > ($3, $4))
             ORDER BY opened_at, id LIMIT $5"
        ),
        [
            unions.into(),
            resolved.into(),
            after.map(|place| place.at).into(),
            after.map(|place| place.id).into(),
            i64::try_from(size).unwrap_or(i64::MAX).into(),
        ],
    );
    QuarantineRow::find_by_statement(statement).all(db).await
}
