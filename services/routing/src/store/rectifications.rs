//! Rectifications, and how often the same happened before and after.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    big, count,
    lists::Seen,
    matters::{self, Columns, Wanted},
};
use crate::{
    domain::rectification::{Rectification, Same, State},
    errors::ActionError,
};

#[derive(FromQueryResult)]
struct Row {
    rectification_id: Uuid,
    case_id: Uuid,
    union_code: String,
    unit_code: String,
    complained_unit_code: String,
    business_code: String,
    cause_code: String,
    due_at: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    state: i32,
    reporter_person_id: String,
    reported_at: Option<DateTime<Utc>>,
    verified_at: Option<DateTime<Utc>>,
    rejections: i32,
    revision: i64,
    moved_at: DateTime<Utc>,
}

const SELECT: &str = "
    SELECT r.rectification_id, r.case_id, r.union_code, r.unit_code, r.complained_unit_code, r.business_code,
           r.cause_code, r.due_at, r.opened_at, r.state, r.reporter_person_id, r.reported_at, r.verified_at,
           r.rejections, r.revision, r.moved_at
    FROM rectifications r JOIN cases c ON c.case_id = r.case_id";

const LIST: Columns = Columns {
    select: SELECT,
    // A unit sees its own tasks, also from cases that it does not handle.
    visible: "
        ($1::text[] IS NULL OR r.union_code = ANY($1))
        AND ($2::text[] IS NULL OR r.unit_code = ANY($2))
        AND (c.complained_person_id = '' OR c.complained_person_id <> $3)
        AND NOT EXISTS (SELECT FROM interests i WHERE i.case_id = c.case_id AND i.person_id = $3)",
    union: "r.union_code",
    case: "r.case_id",
    unit: "r.unit_code",
    waits: "r.state <> 3",
    place: "r.opened_at, r.rectification_id",
};

impl TryFrom<Row> for Rectification {
    type Error = ActionError;

    fn try_from(row: Row) -> Result<Self, ActionError> {
        let state = State::ALL
            .into_iter()
            .find(|state| *state as i32 == row.state);
        Ok(Self {
            id: row.rectification_id,
            state: state.ok_or_else(|| ActionError::Inconsistent {
                table: "rectifications",
                id: row.rectification_id.to_string(),
                what: "state".to_owned(),
            })?,
            case_id: row.case_id,
            union: row.union_code,
            unit: row.unit_code,
            same: Same {
                unit: row.complained_unit_code,
                business: row.business_code,
                cause: row.cause_code,
            },
            due_at: row.due_at,
            opened_at: row.opened_at,
            reported: row.reported_at.map(|at| (row.reporter_person_id, at)),
            verified_at: row.verified_at,
            rejections: u32::try_from(row.rejections).unwrap_or_default(),
            revision: count(row.revision),
            moved_at: row.moved_at,
        })
    }
}

/// Stores a new rectification.
pub async fn insert(tx: &Tx, task: &Rectification) -> Result<(), DbErr> {
    const INSERT: &str = "
        INSERT INTO rectifications (rectification_id, case_id, union_code, unit_code, complained_unit_code,
            business_code, cause_code, due_at, opened_at, state, revision, moved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = [
        task.id.into(),
        task.case_id.into(),
        task.union.as_str().into(),
        task.unit.as_str().into(),
        task.same.unit.as_str().into(),
        task.same.business.as_str().into(),
        task.same.cause.as_str().into(),
        task.due_at.into(),
        task.opened_at.into(),
        (task.state as i32).into(),
        big(task.revision).into(),
        task.moved_at.into(),
    ];
    tx.execute_raw(sql(INSERT, values)).await?;
    Ok(())
}

/// Stores a moved rectification.
pub async fn save(tx: &Tx, task: &Rectification) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE rectifications SET state = $2, reporter_person_id = $3, reported_at = $4, verified_at = $5,
            rejections = $6, revision = $7, moved_at = $8
        WHERE rectification_id = $1";
    let (reporter, reported_at) = task.reported.clone().unzip();
    let values = [
        task.id.into(),
        (task.state as i32).into(),
        reporter.unwrap_or_default().into(),
        reported_at.into(),
        task.verified_at.into(),
        i32::try_from(task.rejections).unwrap_or(i32::MAX).into(),
        big(task.revision).into(),
        task.moved_at.into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    Ok(())
}

/// Finds a rectification and keeps everybody else from moving it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Rectification>, ActionError> {
    let text = format!("{SELECT} WHERE r.rectification_id = $1 FOR UPDATE OF r");
    let row = Row::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?;
    row.map(Rectification::try_from).transpose()
}

/// Finds a rectification.
pub async fn find(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<Rectification>, ActionError> {
    let text = format!("{SELECT} WHERE r.rectification_id = $1");
    let row = Row::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await?;
    row.map(Rectification::try_from).transpose()
}

/// Rectifications that the caller sees.
pub async fn list(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Rectification>, ActionError> {
    let (text, values) = matters::list(&LIST, seen, wanted);
    let rows = Row::find_by_statement(sql(&text, values)).all(db).await?;
    rows.into_iter().map(Rectification::try_from).collect()
}

#[derive(FromQueryResult)]
struct Cases {
    cases: i64,
}

/// How many complaints of the same kind the union received from an instant to before another.
pub async fn same_cases(
    db: &impl ConnectionTrait,
    union: &str,
    same: &Same,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<u64, DbErr> {
    const COUNT: &str = "
        SELECT count(*) AS cases FROM cases
        WHERE union_code = $1 AND ($2 = '' OR complained_unit_code = $2) AND ($3 = '' OR business_code = $3)
          AND ($4 = '' OR cause_code = $4) AND received_at >= $5 AND received_at < $6";
    let values = [
        union.into(),
        same.unit.as_str().into(),
        same.business.as_str().into(),
        same.cause.as_str().into(),
        from.into(),
        until.into(),
    ];
    let row = Cases::find_by_statement(sql(COUNT, values)).one(db).await?;
    Ok(row.map_or(0, |row| count(row.cases)))
}
