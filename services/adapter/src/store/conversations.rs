//! Exchanges with complainants.

use chassis::db::{Db, Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

const COLUMNS: &str =
    "complaint_id, complaint_number, union_code, account, sender_key, token, anchor, last_at";

/// The exchange with a complainant about one complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The complaint.
    pub complaint_id: Uuid,
    /// Its number.
    pub number: String,
    /// The union it belongs to.
    pub union_code: String,
    /// The account it is held on.
    pub account: String,
    /// Keyed digest of the complainant's address; empty when it began with a notice of ours.
    pub sender_key: String,
    /// Stands in every message of ours about this complaint.
    pub token: String,
    /// The message ours are replies to; empty when there is none.
    pub anchor: String,
    /// When the complainant last wrote.
    pub last_at: DateTime<Utc>,
}

/// Opens an exchange, or notes in a known one that the complainant wrote again.
pub async fn open(tx: &Tx, conversation: &Conversation) -> Result<(), DbErr> {
    let text = "INSERT INTO conversations (complaint_id, complaint_number, union_code, account, sender_key, token, \
                anchor, opened_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) \
                ON CONFLICT (complaint_id) DO UPDATE SET last_at = greatest(conversations.last_at, excluded.last_at), \
                anchor = CASE WHEN conversations.anchor = '' THEN excluded.anchor ELSE conversations.anchor END";
    tx.execute_raw(sql(text, values(conversation))).await?;
    Ok(())
}

/// Begins an exchange with a notice of ours; a known one stays as it is.
pub async fn begin(tx: &Tx, conversation: &Conversation) -> Result<(), DbErr> {
    let text = "INSERT INTO conversations (complaint_id, complaint_number, union_code, account, sender_key, token, \
                anchor, opened_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, values(conversation))).await?;
    Ok(())
}

/// Finds the exchange one of our messages belongs to.
pub async fn by_token(db: &Db, token: &str) -> Result<Option<Conversation>, DbErr> {
    one(db, "token = $1", [token.into()]).await
}

/// Finds the exchange about a complaint.
pub async fn by_complaint(db: &Db, complaint: Uuid) -> Result<Option<Conversation>, DbErr> {
    one(db, "complaint_id = $1", [complaint.into()]).await
}

/// Finds the exchange a sender goes on with: the newest that is open and not older than `since`.
pub async fn going_on(
    db: &Db,
    account: &str,
    sender_key: &str,
    since: DateTime<Utc>,
) -> Result<Option<Conversation>, DbErr> {
    one(
        db,
        "account = $1 AND sender_key = $2 AND last_at >= $3 AND closed_at IS NULL ORDER BY last_at DESC LIMIT 1",
        [account.into(), sender_key.into(), since.into()],
    )
    .await
}

/// Ends the exchange about a complaint.
pub async fn close(tx: &Tx, complaint: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    let text =
        "UPDATE conversations SET closed_at = $2 WHERE complaint_id = $1 AND closed_at IS NULL";
    tx.execute_raw(sql(text, [complaint.into(), at.into()]))
        .await?;
    Ok(())
}

async fn one(
    db: &Db,
    condition: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<Option<Conversation>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM conversations WHERE {condition}");
    let row = db.reader().query_one_raw(sql(&text, values)).await?;
    row.as_ref().map(from_row).transpose()
}

fn values(conversation: &Conversation) -> [sea_orm::Value; 8] {
    [
        conversation.complaint_id.into(),
        conversation.number.as_str().into(),
        conversation.union_code.as_str().into(),
        conversation.account.as_str().into(),
        conversation.sender_key.as_str().into(),
        conversation.token.as_str().into(),
        conversation.anchor.as_str().into(),
        conversation.last_at.into(),
    ]
}

fn from_row(row: &QueryResult) -> Result<Conversation, DbErr> {
    Ok(Conversation {
        complaint_id: row.try_get("", "complaint_id")?,
        number: row.try_get("", "complaint_number")?,
        union_code: row.try_get("", "union_code")?,
        account: row.try_get("", "account")?,
        sender_key: row.try_get("", "sender_key")?,
        token: row.try_get("", "token")?,
        anchor: row.try_get("", "anchor")?,
        last_at: row.try_get("", "last_at")?,
    })
}
