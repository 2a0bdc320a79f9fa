//! Clocks.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::rows;

/// A clock.
#[derive(Debug, Clone, PartialEq, FromQueryResult, Serialize)]
pub(crate) struct ClockRow {
    pub(crate) clock_id: Uuid,
    pub(crate) subject_id: Uuid,
    pub(crate) code: String,
    pub(crate) policy_code: String,
    pub(crate) policy_version: i64,
    pub(crate) calendar_version: i64,
    pub(crate) county_calendar_version: i64,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) rolled_at: Option<DateTime<Utc>>,
    pub(crate) due_version: i64,
    pub(crate) extensions: i32,
    pub(crate) provisional: bool,
    pub(crate) state: String,
    pub(crate) paused_at: Option<DateTime<Utc>>,
    pub(crate) stopped_at: Option<DateTime<Utc>>,
    pub(crate) stopped_by: Option<String>,
}

impl ClockRow {
    /// Whether it has not ended; it may stand still.
    pub(crate) fn open(&self) -> bool {
        self.stopped_at.is_none()
    }
}

const CLOCK: &str = "clock_id, subject_id, code, policy_code, policy_version, calendar_version, \
                     county_calendar_version, started_at, due_at, rolled_at, due_version, extensions, provisional, \
                     state, paused_at, stopped_at, stopped_by";

pub(crate) async fn of(
    db: &impl ConnectionTrait,
    subject_id: Uuid,
) -> Result<Vec<ClockRow>, DbErr> {
    let text = format!("SELECT {CLOCK} FROM clocks WHERE subject_id = $1 ORDER BY due_at, code");
    ClockRow::find_by_statement(sql(&text, [subject_id.into()]))
        .all(db)
        .await
}

/// Those of these subjects, locked, so that nobody tells one overdue while its facts are being followed.
pub(crate) async fn lock_of(tx: &Tx, subjects: Vec<Uuid>) -> Result<Vec<ClockRow>, DbErr> {
    let text = format!(
        "SELECT {CLOCK} FROM clocks WHERE subject_id = ANY($1) ORDER BY subject_id, due_at, code FOR UPDATE"
    );
    ClockRow::find_by_statement(sql(&text, [subjects.into()]))
        .all(tx)
        .await
}

/// These clocks, by their ids.
pub(crate) async fn by_id(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, ClockRow>, DbErr> {
    let text = format!("SELECT {CLOCK} FROM clocks WHERE clock_id = ANY($1)");
    let found = ClockRow::find_by_statement(sql(&text, [ids.into()]))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| (row.clock_id, row)).collect())
}

/// Keeps clocks as they are now.
pub(crate) async fn save(tx: &Tx, clocks: &[ClockRow]) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO clocks ({CLOCK}) SELECT {CLOCK} FROM jsonb_populate_recordset(NULL::clocks, $1) \
         ON CONFLICT (clock_id) DO UPDATE SET policy_version = excluded.policy_version, \
         calendar_version = excluded.calendar_version, county_calendar_version = excluded.county_calendar_version, \
         started_at = excluded.started_at, due_at = excluded.due_at, rolled_at = excluded.rolled_at, \
         due_version = excluded.due_version, extensions = excluded.extensions, provisional = excluded.provisional, \
         state = excluded.state, paused_at = excluded.paused_at, stopped_at = excluded.stopped_at, \
         stopped_by = excluded.stopped_by"
    );
    tx.execute_raw(sql(&text, [rows(clocks)?])).await.map(drop)
}

/// Running clocks whose due instant is past, earliest first, locked for this transaction.
pub(crate) async fn claim_breaches(
    tx: &Tx,
    now: DateTime<Utc>,
    batch: u32,
) -> Result<Vec<ClockRow>, DbErr> {
    let text = format!(
        "SELECT {CLOCK} FROM clocks WHERE state = 'running' AND due_at < $1 ORDER BY due_at LIMIT $2 \
         FOR UPDATE SKIP LOCKED"
    );
    ClockRow::find_by_statement(sql(&text, [now.into(), i64::from(batch).into()]))
        .all(tx)
        .await
}

/// Which open clocks are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Of these unions; `None` means all.
    pub(crate) unions: Option<Vec<String>>,
    /// Of these units; `None` means all.
    pub(crate) units: Option<Vec<String>>,
    /// Of this kind of subject; empty means all.
    pub(crate) kind: String,
    /// Due before this instant; `None` means any.
    pub(crate) before: Option<DateTime<Utc>>,
    /// Of this subject; `None` means all.
    pub(crate) subject: Option<Uuid>,
    /// How many at most.
    pub(crate) limit: u32,
}

/// Open clocks, earliest due first.
pub(crate) async fn list_open(
    db: &impl ConnectionTrait,
    asked: &Asked,
) -> Result<Vec<ClockRow>, DbErr> {
    let columns = CLOCK
        .split(", ")
        .map(|column| format!("c.{}", column.trim()))
        .collect::<Vec<_>>()
        .join(", ");
    let text = format!(
        "SELECT {columns} FROM clocks c JOIN subjects s USING (subject_id) \
         WHERE c.stopped_at IS NULL AND ($1::text[] IS NULL OR s.union_code = ANY($1)) \
         AND ($2::text[] IS NULL OR s.unit_code = ANY($2) OR s.lead_unit = ANY($2)) \
         AND ($3 = '' OR s.kind = $3) AND ($4::timestamptz IS NULL OR c.due_at < $4) \
         AND ($5::uuid IS NULL OR c.subject_id = $5) ORDER BY c.due_at, c.clock_id LIMIT $6"
    );
    let values = [
        asked.unions.clone().into(),
        asked.units.clone().into(),
        asked.kind.as_str().into(),
        asked.before.into(),
        asked.subject.into(),
        i64::from(asked.limit).into(),
    ];
    ClockRow::find_by_statement(sql(&text, values))
        .all(db)
        .await
}

/// A page of all open clocks, after one of them, in the order of their ids.
pub(crate) async fn page(
    db: &impl ConnectionTrait,
    after: Uuid,
    batch: u32,
) -> Result<Vec<ClockRow>, DbErr> {
    let text = format!(
        "SELECT {CLOCK} FROM clocks WHERE stopped_at IS NULL AND clock_id > $1 ORDER BY clock_id LIMIT $2"
    );
    ClockRow::find_by_statement(sql(&text, [after.into(), i64::from(batch).into()]))
        .all(db)
        .await
}

/// Lets one change of the law move the open clocks at a time, and no fact meanwhile.
pub(crate) async fn lock_all(tx: &Tx) -> Result<(), DbErr> {
    tx.execute_raw(sql("LOCK TABLE clocks IN EXCLUSIVE MODE", []))
        .await
        .map(drop)
}
