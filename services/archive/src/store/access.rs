//! Who read what.

use chassis::db::sql;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::Scope;

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
    /// The union it was of; empty when it was of several or none.
    pub union_code: &'a str,
}

/// Notes a reading before it is answered.
pub async fn note(db: &impl ConnectionTrait, reading: &Reading<'_>) -> Result<(), DbErr> {
    let text = "INSERT INTO access_log (id, at, person_id, post, rpc, what, reason, union_code) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        reading.id.into(),
        reading.at.into(),
        reading.person_id.into(),
        reading.post.into(),
        reading.rpc.into(),
        reading.what.into(),
        reading.reason.into(),
        reading.union_code.into(),
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

/// A reading as it was noted.
#[derive(Debug, Clone, FromQueryResult)]
pub struct AccessRow {
    /// The entry.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person_id: String,
    /// In which post.
    pub post: String,
    /// What was asked.
    pub rpc: String,
    /// Of what.
    pub what: String,
    /// Why.
    pub reason: String,
    /// The union.
    pub union_code: String,
}

/// Which readings are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only of this union's.
    pub union: Option<String>,
    /// Only by this person.
    pub person_id: Option<String>,
    /// Only of this RPC.
    pub rpc: Option<String>,
    /// Only from then on.
    pub from: Option<DateTime<Utc>>,
    /// Only before then.
    pub until: Option<DateTime<Utc>>,
    /// Only after this place.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// How many at most.
    pub limit: u32,
}

/// Readings within a scope, newest first. One of several unions is seen only by who sees all.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
) -> Result<Vec<AccessRow>, DbErr> {
    let text = "SELECT id, at, person_id, post, rpc, what, reason, union_code FROM access_log \
                WHERE ($1::text[] IS NULL OR union_code = ANY($1)) AND ($2::text IS NULL OR union_code = $2) \
                  AND ($3::text IS NULL OR person_id = $3) AND ($4::text IS NULL OR rpc = $4) \
                  AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6) \
                  AND ($7::timestamptz IS NULL OR (at, id) < ($7, $8)) \
                ORDER BY at DESC, id DESC LIMIT $9";
    let (at, id) = wanted.after.unzip();
    let values = [
        scope.unions.clone().into(),
        wanted.union.clone().into(),
        wanted.person_id.clone().into(),
        wanted.rpc.clone().into(),
        wanted.from.into(),
        wanted.until.into(),
        at.into(),
        id.into(),
        i64::from(wanted.limit).into(),
    ];
    AccessRow::find_by_statement(sql(text, values))
        .all(db)
        .await
}
