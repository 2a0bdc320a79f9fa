//! Who read what.

use chassis::db::sql;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

/// A reading.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// The entry.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person_id: &'a str,
    /// In which post.
    pub post: &'a str,
    /// What was asked.
    pub rpc: &'a str,
    /// Of what.
    pub what: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Notes a reading before it is answered.
pub async fn note(db: &impl ConnectionTrait, reading: &Reading<'_>) -> Result<(), DbErr> {
    let text = "INSERT INTO access_log (id, at, person_id, post, rpc, what, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        reading.id.into(),
        reading.at.into(),
        reading.person_id.into(),
        reading.post.into(),
        reading.rpc.into(),
        reading.what.into(),
        reading.reason.into(),
    ];
    db.execute_raw(sql(text, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Barred {
    case_id: Uuid,
}

/// The cases that a person must see nothing of.
pub async fn barred_from(db: &impl ConnectionTrait, person_id: &str) -> Result<Vec<Uuid>, DbErr> {
    let text = "SELECT case_id FROM recusals WHERE person_id = $1";
    let rows = Barred::find_by_statement(sql(text, [person_id.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.case_id).collect())
}
