//! Year-end transfers, their lists and their checks.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    Number, Scope, count,
    files::{FILE, FileRow},
};
use crate::domain::checks::{Check, Outcome, Property};

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct TransferRow {
    /// The transfer.
    pub transfer_id: Uuid,
    /// The union.
    pub union_code: String,
    /// The year.
    pub year: i32,
    /// The batch.
    pub batch: i32,
    /// Where it stands.
    pub state: String,
    /// How many files.
    pub files: i32,
    /// How many bytes they have.
    pub payload_bytes: i64,
    /// SHA-256 of the bag.
    pub bag_digest: String,
    /// How many bytes the bag has.
    pub bag_bytes: i64,
    /// When it was handed over.
    pub handed_at: DateTime<Utc>,
    /// Who handed it over.
    pub handed_by: String,
    /// In which post.
    pub handed_by_post: String,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided.
    pub decided_by: String,
    /// In which post.
    pub decided_by_post: String,
    /// What was found.
    pub findings: String,
    /// Whether the bag was removed.
    pub bag_gone: bool,
    /// Raised by every change.
    pub revision: i64,
}

const TRANSFER: &str = "transfer_id, union_code, year, batch, state, files, payload_bytes, bag_digest, bag_bytes, handed_at, \
                        handed_by, handed_by_post, decided_at, decided_by, decided_by_post, findings, bag_gone, revision";

/// Lets only one transaction at a time make or decide a transfer of a union and year, until `tx` ends.
pub async fn lock_year(tx: &Tx, union: &str, year: i32) -> Result<(), DbErr> {
    let text =
        "SELECT pg_advisory_xact_lock(hashtextextended('transfer ' || $1 || ' ' || $2::text, 0))";
    tx.execute_raw(sql(text, [union.into(), year.into()]))
        .await?;
    Ok(())
}

/// The transfers of a union and year, oldest first.
pub async fn of_year(
    db: &impl ConnectionTrait,
    union: &str,
    year: i32,
) -> Result<Vec<TransferRow>, DbErr> {
    let text = format!(
        "SELECT {TRANSFER} FROM transfers WHERE union_code = $1 AND year = $2 ORDER BY batch"
    );
    TransferRow::find_by_statement(sql(&text, [union.into(), year.into()]))
        .all(db)
        .await
}

/// Sealed files of a union and year that no transfer holds, by code.
pub async fn waiting(
    db: &impl ConnectionTrait,
    union: &str,
    year: i32,
) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE union_code = $1 AND year = $2 AND sealed_at IS NOT NULL \
           AND transfer_id IS NULL AND destroyed_at IS NULL ORDER BY archival_code"
    );
    FileRow::find_by_statement(sql(&text, [union.into(), year.into()]))
        .all(db)
        .await
}

#[derive(FromQueryResult)]
struct Unsealed {
    number: String,
    total: i64,
}

/// Ended cases of a union and year (of Shanghai) that are not sealed: how many, and the number of one.
pub async fn unsealed(
    db: &impl ConnectionTrait,
    union: &str,
    year: i32,
) -> Result<(u64, String), DbErr> {
    let text = "SELECT number, count(*) OVER () AS total FROM cases c WHERE union_code = $1 AND ended_at IS NOT NULL \
                  AND extract(year FROM ended_at AT TIME ZONE 'Asia/Shanghai') = $2 \
                  AND NOT EXISTS (SELECT 1 FROM files f WHERE f.case_id = c.case_id AND f.sealed_at IS NOT NULL) \
                ORDER BY number LIMIT 1";
    let row = Unsealed::find_by_statement(sql(text, [union.into(), year.into()]))
        .one(db)
        .await?;
    Ok(row.map_or((0, String::new()), |row| (count(row.total), row.number)))
}

/// How many pages the catalogue of each of these files counts.
pub async fn pages(db: &impl ConnectionTrait, file_id: Uuid) -> Result<u64, DbErr> {
    let text = "SELECT coalesce(sum(pages), 0)::bigint AS number FROM items WHERE file_id = $1";
    let row = Number::find_by_statement(sql(text, [file_id.into()]))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| count(row.number)))
}

/// Stores a transfer and its list.
pub async fn insert(tx: &Tx, row: &TransferRow, lines: &[(String, Uuid)]) -> Result<(), DbErr> {
    let text = "INSERT INTO transfers (transfer_id, union_code, year, batch, state, files, payload_bytes, bag_digest, \
                bag_bytes, handed_at, handed_by, handed_by_post, revision) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let values = [
        row.transfer_id.into(),
        row.union_code.as_str().into(),
        row.year.into(),
        row.batch.into(),
        row.state.as_str().into(),
        row.files.into(),
        row.payload_bytes.into(),
        row.bag_digest.as_str().into(),
        row.bag_bytes.into(),
        row.handed_at.into(),
        row.handed_by.as_str().into(),
        row.handed_by_post.as_str().into(),
        row.revision.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    let (paths, ids): (Vec<String>, Vec<Uuid>) = lines.iter().cloned().unzip();
    let text = "INSERT INTO transfer_files (transfer_id, position, file_id, path) \
                SELECT $1, l.position, l.file_id, l.path \
                FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS l (file_id, path, position)";
    tx.execute_raw(sql(
        text,
        [row.transfer_id.into(), ids.into(), paths.into()],
    ))
    .await?;
    Ok(())
}

/// A transfer.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<TransferRow>, DbErr> {
    let text = format!("SELECT {TRANSFER} FROM transfers WHERE transfer_id = $1");
    TransferRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}

/// A transfer that nobody else changes until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<TransferRow>, DbErr> {
    let text = format!("SELECT {TRANSFER} FROM transfers WHERE transfer_id = $1 FOR UPDATE");
    TransferRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await
}

/// Stores what was decided on a locked transfer.
pub async fn decide(tx: &Tx, row: &TransferRow) -> Result<(), DbErr> {
    let text = "UPDATE transfers SET state = $2, decided_at = $3, decided_by = $4, decided_by_post = $5, findings = $6, \
                revision = $7 WHERE transfer_id = $1";
    let values = [
        row.transfer_id.into(),
        row.state.as_str().into(),
        row.decided_at.into(),
        row.decided_by.as_str().into(),
        row.decided_by_post.as_str().into(),
        row.findings.as_str().into(),
        row.revision.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// Keeps the checks as they were executed for a decision.
pub async fn keep_checks(tx: &Tx, id: Uuid, checks: &[Check]) -> Result<(), DbErr> {
    for check in checks {
        let text = "INSERT INTO transfer_checks (transfer_id, code, property, title, result, examined, findings) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [
            id.into(),
            check.code.as_str().into(),
            check.property.name().into(),
            check.title.as_str().into(),
            check.outcome.word().into(),
            i32::try_from(check.examined).unwrap_or(i32::MAX).into(),
            check.findings.clone().into(),
        ];
        tx.execute_raw(sql(text, values)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct CheckRow {
    code: String,
    property: String,
    title: String,
    result: String,
    examined: i32,
    findings: Vec<String>,
}

/// The checks that were executed for a decision, in the order of the properties.
pub async fn checks(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Check>, DbErr> {
    let text = "SELECT code, property, title, result, examined, findings FROM transfer_checks WHERE transfer_id = $1";
    let rows = CheckRow::find_by_statement(sql(text, [id.into()]))
        .all(db)
        .await?;
    let mut checks = Vec::with_capacity(rows.len());
    for row in rows {
        let inconsistent = || DbErr::Custom(format!("check {} of transfer {id}", row.code));
        checks.push(Check {
            property: Property::from_name(&row.property).ok_or_else(inconsistent)?,
            outcome: Outcome::from_word(&row.result).ok_or_else(inconsistent)?,
            code: row.code,
            title: row.title,
            examined: u32::try_from(row.examined).unwrap_or(0),
            findings: row.findings,
        });
    }
    checks.sort_by(|a, b| (a.property, &a.code).cmp(&(b.property, &b.code)));
    Ok(checks)
}

/// A line of the list.
#[derive(Debug, FromQueryResult)]
pub struct LineRow {
    /// 序号.
    pub position: i32,
    /// Where it lies in the bag.
    pub path: String,
    /// The file.
    #[sea_orm(nested)]
    pub file: FileRow,
}

/// The list of a transfer.
pub async fn lines(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<LineRow>, DbErr> {
    let text = format!(
        "SELECT l.position, l.path, f.* FROM transfer_files l JOIN LATERAL \
           (SELECT {FILE} FROM files f WHERE f.file_id = l.file_id) f ON TRUE \
         WHERE l.transfer_id = $1 ORDER BY l.position"
    );
    LineRow::find_by_statement(sql(&text, [id.into()]))
        .all(db)
        .await
}

/// Transfers within a scope, by union, year and batch.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: Option<String>,
    year: Option<i32>,
    after: Option<(String, i32, i32)>,
    limit: u32,
) -> Result<Vec<TransferRow>, DbErr> {
    let text = format!(
        "SELECT {TRANSFER} FROM transfers WHERE ($1::text[] IS NULL OR union_code = ANY($1)) \
           AND ($2::text IS NULL OR union_code = $2) AND ($3::int IS NULL OR year = $3) \
           AND ($4::text IS NULL OR (union_code, year, batch) > ($4, $5, $6)) \
         ORDER BY union_code, year, batch LIMIT $7"
    );
    let (from, from_year, from_batch) = match after {
        Some((union, year, batch)) => (Some(union), year, batch),
        None => (None, 0, 0),
    };
    let values = [
        scope.unions.clone().into(),
        union.into(),
        year.into(),
        from.into(),
        from_year.into(),
        from_batch.into(),
        i64::from(limit).into(),
    ];
    TransferRow::find_by_statement(sql(&text, values))
        .all(db)
        .await
}
