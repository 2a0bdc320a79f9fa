//! Cases, units and recusals, as others told them.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{Scope, big};

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

/// Cases whose file is sealed and of which more was told since, the last of it not after an instant.
pub async fn late(
    db: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Ended>, DbErr> {
    let text = "SELECT c.case_id, c.complaint_id, c.number, c.union_code, c.unit_code, c.revision, c.ended_at \
                FROM cases c JOIN LATERAL (SELECT f.last_seq, f.destroyed_at FROM files f \
                  WHERE f.case_id = c.case_id AND f.sealed_at IS NOT NULL ORDER BY f.addendum_number DESC LIMIT 1) f ON TRUE \
                WHERE c.ended_at IS NOT NULL AND c.last_seq > f.last_seq AND c.last_told_at <= $1 AND f.destroyed_at IS NULL \
                ORDER BY c.tries, c.last_told_at, c.case_id LIMIT $2";
    Ended::find_by_statement(sql(text, [before.into(), i64::from(limit).into()]))
        .all(db)
        .await
}

/// Notes the last ledger entry about each of these cases that belongs into a file.
pub async fn told(tx: &Tx, last: &[(Uuid, i64)], at: DateTime<Utc>) -> Result<(), DbErr> {
    let (ids, seqs): (Vec<Uuid>, Vec<i64>) = last.iter().copied().unzip();
    let text = "UPDATE cases c SET last_seq = n.seq, last_told_at = $3 \
                FROM unnest($1::uuid[], $2::bigint[]) AS n (case_id, seq) WHERE c.case_id = n.case_id AND c.last_seq < n.seq";
    tx.execute_raw(sql(text, [ids.into(), seqs.into(), at.into()]))
        .await?;
    Ok(())
}

/// A case that somebody names by the complaint's number.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Named {
    /// The case.
    pub case_id: Uuid,
    /// Its complaint.
    pub complaint_id: Uuid,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union_code: String,
}

/// A case within a scope, by the complaint's number.
pub async fn by_number(
    db: &impl ConnectionTrait,
    scope: &Scope,
    number: &str,
) -> Result<Option<Named>, DbErr> {
    let text = "SELECT case_id, complaint_id, number, union_code FROM cases c WHERE number = $3 \
                  AND ($1::text[] IS NULL OR union_code = ANY($1)) \
                  AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.case_id = c.case_id AND r.person_id = $2)";
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        number.trim().into(),
    ];
    Named::find_by_statement(sql(text, values)).one(db).await
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

#[derive(FromQueryResult)]
struct CodeAndName {
    code: String,
    name: String,
}

/// What units are called now, by code; those that nobody told of are left out.
pub async fn named(
    db: &impl ConnectionTrait,
    codes: Vec<String>,
) -> Result<BTreeMap<String, String>, DbErr> {
    // The newest name stands first; a name has no blank in it.
    let text = "SELECT code, split_part(name, ' ', 1) AS name FROM units WHERE code = ANY($1)";
    let rows = CodeAndName::find_by_statement(sql(text, [codes.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

/// Bars a person from a case (guideline art. 5 and 19).
pub async fn bar(tx: &Tx, case_id: Uuid, person_id: &str) -> Result<(), DbErr> {
    let text = "INSERT INTO recusals (case_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, [case_id.into(), person_id.into()]))
        .await?;
    Ok(())
}
