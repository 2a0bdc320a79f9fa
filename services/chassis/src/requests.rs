//! A command that comes twice is done once, and answered twice with the same answer.

use chrono::{DateTime, Utc};
use prost::Message;
use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::db::{Tx, sql};

/// Why a request was not taken up.
#[derive(Debug, thiserror::Error)]
pub enum RequestTrouble {
    /// The id stands for another request already.
    #[error("request_id {0} 已用于另一请求;每个新请求须用新的编号")]
    Reused(Uuid),
    /// The id is none.
    #[error("request_id 须为 UUID;每个新请求用新的编号,重试时用原编号")]
    NoId,
    /// The database failed.
    #[error("cannot look up the request")]
    Store(#[from] DbErr),
}

/// Reads a request's id.
///
/// # Errors
/// When it is no UUID.
pub fn id(text: &str) -> Result<Uuid, RequestTrouble> {
    text.parse().map_err(|_| RequestTrouble::NoId)
}

/// The digest of a request's content.
#[must_use]
pub fn digest(request: &impl Message) -> Vec<u8> {
    Sha256::digest(request.encode_to_vec()).to_vec()
}

#[derive(FromQueryResult)]
struct Answered {
    rpc: String,
    digest: Vec<u8>,
    answer: Vec<u8>,
}

/// What was answered when this request came before; `None` when it comes for the first time.
///
/// Two that come at once meet at the key of [`answered`]: the later one fails there and is told to come again.
///
/// # Errors
/// When the id stands for another request.
pub async fn once(
    tx: &Tx,
    id: Uuid,
    rpc: &str,
    digest: &[u8],
) -> Result<Option<Vec<u8>>, RequestTrouble> {
    let known = Answered::find_by_statement(sql(
        "SELECT rpc, digest, answer FROM requests WHERE request_id = $1",
        [id.into()],
    ))
    .one(tx)
    .await?;
    match known {
        None => Ok(None),
        Some(known) if known.rpc == rpc && known.digest == digest => Ok(Some(known.answer)),
        Some(_) => Err(RequestTrouble::Reused(id)),
    }
}

/// Remembers what was answered, in the transaction that did it.
///
/// # Errors
/// When the database fails, or the same request was answered meanwhile.
pub async fn answered(
    tx: &Tx,
    id: Uuid,
    rpc: &str,
    digest: &[u8],
    answer: &impl Message,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let values = [
        id.into(),
        rpc.into(),
        digest.to_vec().into(),
        answer.encode_to_vec().into(),
        now.into(),
    ];
    let text = "INSERT INTO requests (request_id, rpc, digest, answer, answered_at) VALUES ($1, $2, $3, $4, $5)";
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}
