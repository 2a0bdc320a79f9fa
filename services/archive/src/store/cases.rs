//! Cases, units and recusals, as others told them.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::big;

/// A case as routing told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The case.
    pub case_id: Uuid,
    /// Its complaint.
    pub complaint_id: Uuid,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union_code: String,
    /// The unit that answers for it.
    pub unit_code: String,
    /// Routing's revision.
    pub revision: u64,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Keeps a case unless this or a newer revision is known.
pub async fn keep(tx: &Tx, case: &Case) -> Result<(), DbErr> {
    let text = "INSERT INTO cases (case_id, complaint_id, number, union_code, unit_code, revision, ended_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7) \
                ON CONFLICT (case_id) DO UPDATE SET complaint_id = excluded.complaint_id, number = excluded.number, \
                  union_code = excluded.union_code, unit_code = excluded.unit_code, revision = excluded.revision, \
                  ended_at = excluded.ended_at \
                WHERE cases.revision < excluded.revision";
    let values = [
        case.case_id.into(),
        case.complaint_id.into(),
        case.number.as_str().into(),
        case.union_code.as_str().into(),
        case.unit_code.as_str().into(),
        big(case.revision).into(),
        case.ended_at.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// A case that ended and is not sealed.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Ended {
    /// The case.
    pub case_id: Uuid,
    /// Its complaint.
    pub complaint_id: Uuid,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union_code: String,
    /// The unit that answers for it.
    pub unit_code: String,
    /// Routing's revision.
    pub revision: i64,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

/// Cases that ended and are not sealed; those tried least first, so that none holds the others up.
pub async fn to_seal(db: &impl ConnectionTrait, limit: u32) -> Result<Vec<Ended>, DbErr> {
    let text = "SELECT c.case_id, c.complaint_id, c.number, c.union_code, c.unit_code, c.revision, c.ended_at \
                FROM cases c WHERE c.ended_at IS NOT NULL \
                  AND NOT EXISTS (SELECT 1 FROM files f WHERE f.case_id = c.case_id AND f.sealed_at IS NOT NULL) \
                ORDER BY c.tries, c.ended_at, c.case_id LIMIT $1";
    Ended::find_by_statement(sql(text, [i64::from(limit).into()]))
        .all(db)
        .await
}

/// Notes why a case is not sealed yet.
pub async fn waits(db: &impl ConnectionTrait, case_id: Uuid, waits_for: &str) -> Result<(), DbErr> {
    let text = "UPDATE cases SET waits_for = $2, tries = tries + 1 WHERE case_id = $1";
    db.execute_raw(sql(text, [case_id.into(), waits_for.into()]))
        .await?;
    Ok(())
}

/// Keeps the names of a unit unless a newer revision is known.
pub async fn keep_unit(tx: &Tx, code: &str, names: &str, revision: u64) -> Result<(), DbErr> {
    let text = "INSERT INTO units (code, name, revision) VALUES ($1, $2, $3) \
                ON CONFLICT (code) DO UPDATE SET name = excluded.name, revision = excluded.revision \
                WHERE units.revision < excluded.revision";
    let values = [code.into(), names.into(), big(revision).into()];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

/// The names of units that are known.
pub async fn unit_names(
    db: &impl ConnectionTrait,
    codes: Vec<String>,
) -> Result<Vec<String>, DbErr> {
    let text = "SELECT name FROM units WHERE code = ANY($1) ORDER BY code";
    let rows = Name::find_by_statement(sql(text, [codes.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Bars a person from a case (guideline art. 5 and 19).
pub async fn bar(tx: &Tx, case_id: Uuid, person_id: &str) -> Result<(), DbErr> {
    let text = "INSERT INTO recusals (case_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, [case_id.into(), person_id.into()]))
        .await?;
    Ok(())
}
