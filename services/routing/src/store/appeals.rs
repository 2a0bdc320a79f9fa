//! Appeals.

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
    domain::appeal::{Appeal, Level, State, Verdict},
    errors::ActionError,
};

#[derive(FromQueryResult)]
struct Row {
    appeal_id: Uuid,
    number: String,
    case_id: Uuid,
    union_code: String,
    level: i32,
    unit_code: String,
    decision_received_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    late: bool,
    against_appeal_id: Option<Uuid>,
    state: i32,
    officer_person_id: String,
    accepted_at: Option<DateTime<Utc>>,
    decided_at: Option<DateTime<Utc>>,
    outcome: i32,
    withdrawn_at: Option<DateTime<Utc>>,
    follow_up_case_id: Option<Uuid>,
    revision: i64,
    moved_at: DateTime<Utc>,
}

const SELECT: &str = "
    SELECT a.appeal_id, a.number, a.case_id, a.union_code, a.level, a.unit_code, a.decision_received_at, a.received_at,
           a.late, a.against_appeal_id, a.state, a.officer_person_id, a.accepted_at, a.decided_at, a.outcome,
           a.withdrawn_at, a.follow_up_case_id, a.revision, a.moved_at
    FROM appeals a JOIN cases c ON c.case_id = a.case_id";

const LIST: Columns = Columns {
    select: SELECT,
    visible: super::lists::VISIBLE,
    union: "a.union_code",
    case: "a.case_id",
    unit: "a.unit_code",
    // What waits: the decision, and the case in which the matter is handled again.
    waits: "(a.state IN (1, 2) OR a.outcome = 3 AND a.follow_up_case_id IS NULL)",
    place: "a.received_at, a.appeal_id",
};

impl TryFrom<Row> for Appeal {
    type Error = ActionError;

    fn try_from(row: Row) -> Result<Self, ActionError> {
        let odd = |what: &str| ActionError::Inconsistent {
            table: "appeals",
            id: row.appeal_id.to_string(),
            what: what.to_owned(),
        };
        let state = State::ALL
            .into_iter()
            .find(|state| *state as i32 == row.state);
        let decided = match row.decided_at {
            None => None,
            Some(at) => Some((Verdict::of(row.outcome).ok_or_else(|| odd("outcome"))?, at)),
        };
        Ok(Self {
            id: row.appeal_id,
            level: Level::of(row.level).ok_or_else(|| odd("level"))?,
            state: state.ok_or_else(|| odd("state"))?,
            number: row.number,
            case_id: row.case_id,
            union: row.union_code,
            unit: row.unit_code,
            decision_received_at: row.decision_received_at,
            received_at: row.received_at,
            late: row.late,
            against: row.against_appeal_id,
            officer: row.officer_person_id,
            accepted_at: row.accepted_at,
            decided,
            withdrawn_at: row.withdrawn_at,
            follow_up: row.follow_up_case_id,
            revision: count(row.revision),
            moved_at: row.moved_at,
        })
    }
}

#[derive(FromQueryResult)]
struct Number {
    last: i32,
}

/// Takes the next number of an appeal body in a year; a transaction that fails gives it back, so there are no gaps.
pub async fn next_number(tx: &Tx, unit: &str, year: i32) -> Result<String, DbErr> {
    const NEXT: &str = "
        INSERT INTO appeal_numbers (unit_code, year, last) VALUES ($1, $2, 1)
        ON CONFLICT (unit_code, year) DO UPDATE SET last = appeal_numbers.last + 1 RETURNING last";
    let row = Number::find_by_statement(sql(NEXT, [unit.into(), year.into()]))
        .one(tx)
        .await?;
    let last = row.map_or(0, |row| row.last);
    Ok(format!("{unit}-SS-{year}-{last:04}"))
}

/// Stores a new appeal.
pub async fn insert(tx: &Tx, appeal: &Appeal) -> Result<(), DbErr> {
    const INSERT: &str = "
        INSERT INTO appeals (appeal_id, number, case_id, union_code, level, unit_code, decision_received_at,
            received_at, late, against_appeal_id, state, revision, moved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let values = [
        appeal.id.into(),
        appeal.number.as_str().into(),
        appeal.case_id.into(),
        appeal.union.as_str().into(),
        (appeal.level as i32).into(),
        appeal.unit.as_str().into(),
        appeal.decision_received_at.into(),
        appeal.received_at.into(),
        appeal.late.into(),
        appeal.against.into(),
        (appeal.state as i32).into(),
        big(appeal.revision).into(),
        appeal.moved_at.into(),
    ];
    tx.execute_raw(sql(INSERT, values)).await?;
    Ok(())
}

/// Stores a moved appeal.
pub async fn save(tx: &Tx, appeal: &Appeal) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE appeals SET state = $2, officer_person_id = $3, accepted_at = $4, decided_at = $5, outcome = $6,
            withdrawn_at = $7, follow_up_case_id = $8, revision = $9, moved_at = $10
        WHERE appeal_id = $1";
    let values = [
        appeal.id.into(),
        (appeal.state as i32).into(),
        appeal.officer.as_str().into(),
        appeal.accepted_at.into(),
        appeal.decided.map(|(_, at)| at).into(),
        appeal
            .decided
            .map_or(0, |(verdict, _)| verdict as i32)
            .into(),
        appeal.withdrawn_at.into(),
        appeal.follow_up.into(),
        big(appeal.revision).into(),
        appeal.moved_at.into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    Ok(())
}

async fn one(
    db: &impl ConnectionTrait,
    condition: &str,
    value: sea_orm::Value,
) -> Result<Option<Appeal>, ActionError> {
    let row = Row::find_by_statement(sql(&format!("{SELECT} WHERE {condition}"), [value]))
        .one(db)
        .await?;
    row.map(Appeal::try_from).transpose()
}

/// Finds an appeal and keeps everybody else from moving it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Appeal>, ActionError> {
    one(tx, "a.appeal_id = $1 FOR UPDATE OF a", id.into()).await
}

/// Finds an appeal.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Appeal>, ActionError> {
    one(db, "a.appeal_id = $1", id.into()).await
}

/// Finds an appeal by its number.
pub async fn find_number(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<Appeal>, ActionError> {
    one(db, "a.number = $1", number.into()).await
}

/// All appeals in a case, oldest first.
pub async fn of_case(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<Appeal>, ActionError> {
    let text = format!("{SELECT} WHERE a.case_id = $1 ORDER BY a.received_at, a.appeal_id");
    let rows = Row::find_by_statement(sql(&text, [case_id.into()]))
        .all(db)
        .await?;
    rows.into_iter().map(Appeal::try_from).collect()
}

/// Appeals in the cases that the caller sees.
pub async fn list(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Appeal>, ActionError> {
    let (text, values) = matters::list(&LIST, seen, wanted);
    let rows = Row::find_by_statement(sql(&text, values)).all(db).await?;
    rows.into_iter().map(Appeal::try_from).collect()
}
