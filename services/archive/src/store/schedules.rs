//! Versions of the retention schedule.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

/// A version.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ScheduleRow {
    /// Its version.
    pub version: i32,
    /// Its text.
    pub text: String,
    /// SHA-256 of it.
    pub digest: String,
    /// When it was applied.
    pub applied_at: DateTime<Utc>,
}

/// A version, or the newest; `None` when none was applied.
pub async fn find(
    db: &impl ConnectionTrait,
    version: Option<i32>,
) -> Result<Option<ScheduleRow>, DbErr> {
    let text = "SELECT version, text, digest, applied_at FROM schedules \
                WHERE $1::int IS NULL OR version = $1 ORDER BY version DESC LIMIT 1";
    ScheduleRow::find_by_statement(sql(text, [version.into()]))
        .one(db)
        .await
}

/// Keeps a version; somebody who was quicker with the same number makes it fail.
pub async fn keep(tx: &Tx, row: &ScheduleRow, applied_by: &str) -> Result<(), DbErr> {
    let text = "INSERT INTO schedules (version, text, digest, applied_at, applied_by) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        row.version.into(),
        row.text.as_str().into(),
        row.digest.as_str().into(),
        row.applied_at.into(),
        applied_by.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}
