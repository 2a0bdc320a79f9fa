//! Legal holds.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::Scope;

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct HoldRow {
    /// The hold.
    pub hold_id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// Its complaint.
    pub complaint_id: Uuid,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union_code: String,
    /// Why, by kind.
    pub ground: String,
    /// Why, in words.
    pub reason: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// Who set it.
    pub set_by: String,
    /// In which post.
    pub set_by_post: String,
    /// When it was lifted.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Who lifted it.
    pub lifted_by: String,
    /// In which post.
    pub lifted_by_post: String,
    /// Why it was lifted.
    pub lift_reason: String,
}

const HOLD: &str = "hold_id, case_id, complaint_id, number, union_code, ground, reason, set_at, set_by, set_by_post, \
                    lifted_at, lifted_by, lifted_by_post, lift_reason";

/// Sets a hold.
pub async fn set(tx: &Tx, row: &HoldRow) -> Result<(), DbErr> {
    let text = "INSERT INTO holds (hold_id, case_id, complaint_id, number, union_code, ground, reason, set_at, set_by, \
                set_by_post) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = [
        row.hold_id.into(),
        row.case_id.into(),
        row.complaint_id.into(),
        row.number.as_str().into(),
        row.union_code.as_str().into(),
        row.ground.as_str().into(),
        row.reason.as_str().into(),
        row.set_at.into(),
        row.set_by.as_str().into(),
        row.set_by_post.as_str().into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// A hold that nobody else changes until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<HoldRow>, DbErr> {
    let text = format!("SELECT {HOLD} FROM holds WHERE hold_id = $1 FOR UPDATE");
    HoldRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await
}

/// Lifts a locked hold.
pub async fn lift(tx: &Tx, row: &HoldRow) -> Result<(), DbErr> {
    let text = "UPDATE holds SET lifted_at = $2, lifted_by = $3, lifted_by_post = $4, lift_reason = $5 WHERE hold_id = $1";
    let values = [
        row.hold_id.into(),
        row.lifted_at.into(),
        row.lifted_by.as_str().into(),
        row.lifted_by_post.as_str().into(),
        row.lift_reason.as_str().into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Ground {
    ground: String,
}

/// The grounds of the holds that stand on a case.
pub async fn grounds(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<String>, DbErr> {
    let text = "SELECT DISTINCT ground FROM holds WHERE case_id = $1 AND lifted_at IS NULL";
    let rows = Ground::find_by_statement(sql(text, [case_id.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.ground).collect())
}

/// Holds within a scope, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: Option<String>,
    lifted_too: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u32,
) -> Result<Vec<HoldRow>, DbErr> {
    let text = format!(
        "SELECT {HOLD} FROM holds f WHERE ($1::text[] IS NULL OR union_code = ANY($1)) \
           AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.case_id = f.case_id AND r.person_id = $2) \
           AND ($3::text IS NULL OR union_code = $3) AND ($4 OR lifted_at IS NULL) \
           AND ($5::timestamptz IS NULL OR (set_at, hold_id) < ($5, $6)) \
         ORDER BY set_at DESC, hold_id DESC LIMIT $7"
    );
    let (at, id) = after.unzip();
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        union.into(),
        lifted_too.into(),
        at.into(),
        id.into(),
        i64::from(limit).into(),
    ];
    HoldRow::find_by_statement(sql(&text, values)).all(db).await
}
