//! What a case's file shows beside the case: history, order, approvals, answer.

use chassis::db::sql;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value;
use uuid::Uuid;

/// An entry of the history.
#[derive(FromQueryResult)]
pub struct HistoryRow {
    /// Counts up within the case.
    pub sequence: i64,
    /// What happened.
    pub event: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The post that did it.
    pub actor_post: String,
    /// The post's name then.
    pub actor_post_name: String,
    /// The person who did it.
    pub actor_person_id: String,
    /// The person's name.
    pub actor_name: String,
    /// The case's revision after it.
    pub revision: i64,
    /// Pairs of heading and text.
    pub texts: Value,
}

/// The history of a case, oldest first.
pub async fn history(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<HistoryRow>, DbErr> {
    const HISTORY: &str = "
        SELECT sequence, event, occurred_at, recorded_at, actor_post, actor_post_name, actor_person_id, actor_name,
               revision, texts
        FROM history WHERE case_id = $1 ORDER BY sequence";
    HistoryRow::find_by_statement(sql(HISTORY, [case_id.into()]))
        .all(db)
        .await
}

/// A supervision order.
#[derive(FromQueryResult)]
pub struct OrderRow {
    /// Permanent.
    pub order_id: Uuid,
    /// Its number.
    pub order_number: String,
    /// The matter in short.
    pub matter: String,
    /// What is required.
    pub requirements: String,
    /// Whether it is urgent.
    pub urgent: bool,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// The post that issued it.
    pub issued_by_post: String,
}

/// A unit on an order.
#[derive(FromQueryResult)]
pub struct OrderUnitRow {
    /// The unit.
    pub unit_code: String,
    /// Its name then.
    pub unit_name: String,
    /// Whether it leads.
    pub lead: bool,
    /// When it signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// The post that signed.
    pub signed_by_post: Option<String>,
    /// When it was taken off the order.
    pub left_at: Option<DateTime<Utc>>,
}

/// The order of a case, with its units.
pub async fn order(
    db: &impl ConnectionTrait,
    case_id: Uuid,
) -> Result<Option<(OrderRow, Vec<OrderUnitRow>)>, DbErr> {
    const ORDER: &str = "
        SELECT order_id, order_number, matter, requirements, urgent, issued_at, issued_by_post
        FROM orders WHERE case_id = $1";
    const UNITS: &str = "
        SELECT unit_code, unit_name, lead, signed_at, signed_by_post, left_at
        FROM order_units WHERE order_id = $1 ORDER BY NOT lead, place";
    let Some(order) = OrderRow::find_by_statement(sql(ORDER, [case_id.into()]))
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    let units = OrderUnitRow::find_by_statement(sql(UNITS, [order.order_id.into()]))
        .all(db)
        .await?;
    Ok(Some((order, units)))
}

/// An approval asked for.
#[derive(FromQueryResult)]
pub struct ApprovalRow {
    /// Permanent.
    pub approval_id: Uuid,
    /// What for.
    pub matter: String,
    /// The clock to be extended.
    pub clock_code: Option<String>,
    /// Which stage of it.
    pub stage: Option<i32>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
    /// The rank that must decide.
    pub approver_role: String,
    /// Why it was asked for.
    pub ground: String,
    /// The post that asked.
    pub asked_by_post: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What came of it.
    pub decision: String,
    /// The post that decided.
    pub decided_by_post: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// The remark or the reason.
    pub remark: String,
}

/// The approvals of a case, oldest first.
pub async fn approvals(
    db: &impl ConnectionTrait,
    case_id: Uuid,
) -> Result<Vec<ApprovalRow>, DbErr> {
    const APPROVALS: &str = "
        SELECT approval_id, matter, clock_code, stage, until, approver_role, ground, asked_by_post, asked_at, decision,
               decided_by_post, decided_at, remark
        FROM approvals WHERE case_id = $1 ORDER BY asked_at, approval_id";
    ApprovalRow::find_by_statement(sql(APPROVALS, [case_id.into()]))
        .all(db)
        .await
}

/// An answer.
#[derive(FromQueryResult)]
pub struct AnswerRow {
    /// 核实的事实.
    pub facts: String,
    /// 依据和理由.
    pub basis: String,
    /// 处理结论.
    pub conclusion: String,
    /// 救济途径.
    pub remedies: String,
}

/// The answer of a case that holds: the newest.
pub async fn answer(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Option<AnswerRow>, DbErr> {
    const ANSWER: &str = "
        SELECT facts, basis, conclusion, remedies FROM answers WHERE case_id = $1 ORDER BY revision DESC LIMIT 1";
    AnswerRow::find_by_statement(sql(ANSWER, [case_id.into()]))
        .one(db)
        .await
}
