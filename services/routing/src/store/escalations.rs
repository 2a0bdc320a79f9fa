//! Escalation items.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{big, count, lists::Seen};
use crate::domain::escalation::Escalation;

#[derive(FromQueryResult)]
struct Row {
    escalation_id: Uuid,
    case_id: Uuid,
    union_code: String,
    unit_code: String,
    to_post: String,
    recipient: String,
    clock_code: String,
    rung_code: String,
    legal_due_at: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    revision: i64,
    acknowledged_by_post: Option<String>,
    acknowledged_at: Option<DateTime<Utc>>,
    answered_by_post: Option<String>,
    answered_at: Option<DateTime<Utc>>,
    answer: String,
}

const SELECT: &str = "
    SELECT e.escalation_id, e.case_id, e.union_code, e.unit_code, e.to_post, e.recipient, e.clock_code, e.rung_code,
           e.legal_due_at, e.opened_at, e.revision, e.acknowledged_by_post, e.acknowledged_at, e.answered_by_post,
           e.answered_at, e.answer
    FROM escalations e JOIN cases c ON c.case_id = e.case_id";

impl From<Row> for Escalation {
    fn from(row: Row) -> Self {
        Self {
            id: row.escalation_id,
            case_id: row.case_id,
            union: row.union_code,
            unit: row.unit_code,
            to_post: row.to_post,
            recipient: row.recipient,
            clock: row.clock_code,
            rung: row.rung_code,
            legal_due_at: row.legal_due_at,
            opened_at: row.opened_at,
            acknowledged: row.acknowledged_by_post.zip(row.acknowledged_at),
            answered: row
                .answered_by_post
                .zip(row.answered_at)
                .map(|(post, at)| (post, at, row.answer)),
            revision: count(row.revision),
        }
    }
}

/// Stores a new item.
pub async fn insert(tx: &Tx, item: &Escalation) -> Result<(), DbErr> {
    const INSERT: &str = "
        INSERT INTO escalations (escalation_id, case_id, union_code, unit_code, to_post, recipient, clock_code,
            rung_code, legal_due_at, opened_at, state, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = [
        item.id.into(),
        item.case_id.into(),
        item.union.as_str().into(),
        item.unit.as_str().into(),
        item.to_post.as_str().into(),
        item.recipient.as_str().into(),
        item.clock.as_str().into(),
        item.rung.as_str().into(),
        item.legal_due_at.into(),
        item.opened_at.into(),
        item.state().into(),
        big(item.revision).into(),
    ];
    tx.execute_raw(sql(INSERT, values)).await?;
    Ok(())
}

/// Stores a changed item.
pub async fn save(tx: &Tx, item: &Escalation) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE escalations SET state = $2, revision = $3, acknowledged_by_post = $4, acknowledged_at = $5,
            answered_by_post = $6, answered_at = $7, answer = $8
        WHERE escalation_id = $1";
    let acknowledged = item.acknowledged.clone();
    let answered = item.answered.clone();
    let values = [
        item.id.into(),
        item.state().into(),
        big(item.revision).into(),
        acknowledged.as_ref().map(|(post, _)| post.clone()).into(),
        acknowledged.map(|(_, at)| at).into(),
        answered.as_ref().map(|(post, ..)| post.clone()).into(),
        answered.as_ref().map(|(_, at, _)| *at).into(),
        answered.map(|(.., text)| text).unwrap_or_default().into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    Ok(())
}

/// Finds an item and keeps everybody else from changing it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Escalation>, DbErr> {
    let text = format!("{SELECT} WHERE e.escalation_id = $1 FOR UPDATE OF e");
    Ok(Row::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?
        .map(Escalation::from))
}

/// All items of a case, oldest first.
pub async fn of_case(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<Escalation>, DbErr> {
    let text = format!("{SELECT} WHERE e.case_id = $1 ORDER BY e.opened_at, e.escalation_id");
    let rows = Row::find_by_statement(sql(&text, [case_id.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Escalation::from).collect())
}

/// What is wanted of a list of items.
#[derive(Default)]
pub struct Wanted {
    /// Only at these units; none for any.
    pub units: Option<Vec<String>>,
    /// Only in this state; empty for any.
    pub state: &'static str,
    /// Only those not answered yet.
    pub waiting: bool,
    /// Only of this case.
    pub case_id: Option<Uuid>,
    /// Those behind this place.
    pub behind: Option<(DateTime<Utc>, Uuid)>,
    /// Oldest first, as in a queue; else newest first.
    pub oldest_first: bool,
    /// How many.
    pub size: i64,
}

/// Items of the cases that the caller sees.
pub async fn list(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Escalation>, DbErr> {
    let visible = super::lists::VISIBLE;
    let (beyond, order) = if wanted.oldest_first {
        (">", "ASC")
    } else {
        ("<", "DESC")
    };
    let text = format!(
        "{SELECT} WHERE {visible}
            AND ($4::text[] IS NULL OR e.unit_code = ANY($4)) AND ($5 = '' OR e.state = $5)
            AND (NOT $6 OR e.state <> 'answered') AND ($7::uuid IS NULL OR e.case_id = $7)
            AND ($8::timestamptz IS NULL OR (e.opened_at, e.escalation_id) {beyond} ($8, $9))
         ORDER BY e.opened_at {order}, e.escalation_id {order} LIMIT $10"
    );
    let values = seen.values().into_iter().chain([
        wanted.units.clone().into(),
        wanted.state.into(),
        wanted.waiting.into(),
        wanted.case_id.into(),
        wanted.behind.map(|(at, _)| at).into(),
        wanted.behind.map(|(_, id)| id).into(),
        wanted.size.into(),
    ]);
    let rows = Row::find_by_statement(sql(&text, values)).all(db).await?;
    Ok(rows.into_iter().map(Escalation::from).collect())
}
