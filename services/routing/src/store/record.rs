//! What is written beside a case as it moves: history, orders, answers, approvals, interests.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{big, course, rank_name};
use crate::domain::{
    answer::Answer,
    case::Case,
    extension::{Extension, Rank},
    order::{Draft, Order},
    recusal::Ground,
    standing::Actor,
};

/// A text under its heading.
pub type Text = (&'static str, String);

/// Something that happened.
pub struct Entry<'a> {
    /// What.
    pub event: &'static str,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it is recorded.
    pub recorded_at: DateTime<Utc>,
    /// The post that did it; empty for the system.
    pub post: &'a str,
    /// The person who did it; empty for the system.
    pub person: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// What was written with it; empty texts are left out.
    pub texts: &'a [Text],
}

/// Adds to the history of a case, whose row is locked.
pub async fn write(tx: &Tx, case: &Case, entry: Entry<'_>) -> Result<(), DbErr> {
    const WRITE: &str = "
        INSERT INTO history (case_id, sequence, event, occurred_at, recorded_at, actor_post, actor_post_name,
            actor_person_id, actor_name, revision, texts)
        SELECT $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5,
            coalesce((SELECT name FROM posts WHERE post_code = $5), ''), $6, $7, $8, $9
        FROM history WHERE case_id = $1";
    let texts: Vec<(&str, &str)> = entry
        .texts
        .iter()
        .map(|(name, text)| (*name, text.trim()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let values = [
        case.id.into(),
        entry.event.into(),
        entry.occurred_at.into(),
        entry.recorded_at.into(),
        entry.post.into(),
        entry.person.into(),
        entry.name.into(),
        big(case.revision).into(),
        serde_json::json!(texts).into(),
    ];
    tx.execute_raw(sql(WRITE, values)).await?;
    Ok(())
}

/// Stores an order and its units.
pub async fn put_order(
    tx: &Tx,
    case: &Case,
    order: &Order,
    (draft, number): (&Draft, &str),
    names: &[String],
    by: &Actor,
) -> Result<(), DbErr> {
    const ORDER: &str = "
        INSERT INTO orders (order_id, case_id, order_number, matter, requirements, urgent, issued_at, issued_by_post)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const UNIT: &str = "
        INSERT INTO order_units (order_id, unit_code, unit_name, lead, place) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        order.id.into(),
        case.id.into(),
        number.into(),
        draft.matter.as_str().into(),
        draft.requirements.as_str().into(),
        draft.urgent.into(),
        order.issued_at.into(),
        by.post.as_str().into(),
    ];
    tx.execute_raw(sql(ORDER, values)).await?;
    for (place, (unit, name)) in (0_i32..).zip(order.units().zip(names)) {
        let values = [
            order.id.into(),
            unit.into(),
            name.as_str().into(),
            (place == 0).into(),
            place.into(),
        ];
        tx.execute_raw(sql(UNIT, values)).await?;
    }
    Ok(())
}

/// Notes that a unit signed for its order.
pub async fn sign(
    tx: &Tx,
    order: &Order,
    unit: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    const SIGN: &str = "
        UPDATE order_units SET signed_at = $3, signed_by_post = $4
        WHERE order_id = $1 AND unit_code = $2 AND signed_at IS NULL";
    let values = [
        order.id.into(),
        unit.into(),
        now.into(),
        by.post.as_str().into(),
    ];
    tx.execute_raw(sql(SIGN, values)).await?;
    Ok(())
}

/// Stores an answer.
pub async fn put_answer(
    tx: &Tx,
    case: &Case,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    const ANSWER: &str = "
        INSERT INTO answers (case_id, revision, facts, basis, conclusion, remedies, answered_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        case.id.into(),
        big(case.revision).into(),
        answer.facts.as_str().into(),
        answer.basis.as_str().into(),
        answer.conclusion.as_str().into(),
        answer.remedies.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(ANSWER, values)).await?;
    Ok(())
}

/// Asks for the approval of a decline, with what the complainant will be told.
pub async fn ask_decline(
    tx: &Tx,
    case: &Case,
    id: Uuid,
    explanation: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    const ASK: &str = "
        INSERT INTO approvals (approval_id, case_id, matter, approver_role, ground, asked_by_post,
            asked_by_person_id, asked_at)
        VALUES ($1, $2, 'decline', $3, $4, $5, $6, $7)";
    let values = [
        id.into(),
        case.id.into(),
        rank_name(Rank::ReceptionHead).into(),
        explanation.into(),
        by.post.as_str().into(),
        by.person.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(ASK, values)).await?;
    Ok(())
}

/// Asks for the approval of an extension.
pub async fn ask_extension(
    tx: &Tx,
    case: &Case,
    extension: &Extension,
    ground: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    const ASK: &str = "
        INSERT INTO approvals (approval_id, case_id, matter, clock_code, stage, until, approver_role, ground,
            asked_by_post, asked_by_person_id, asked_at)
        VALUES ($1, $2, 'extension', $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = [
        extension.id.into(),
        case.id.into(),
        extension.clock.as_str().into(),
        i32::try_from(extension.stage).unwrap_or(i32::MAX).into(),
        extension.until.into(),
        rank_name(extension.rank).into(),
        ground.into(),
        by.post.as_str().into(),
        by.person.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(ASK, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Asked {
    ground: String,
}

/// Decides what waits; answers with why it was asked for.
pub async fn decide(
    tx: &Tx,
    case: &Case,
    matter: &'static str,
    decision: &'static str,
    remark: &str,
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<String, DbErr> {
    const DECIDE: &str = "
        UPDATE approvals SET decision = $3, remark = $4, decided_by_post = $5, decided_at = $6
        WHERE case_id = $1 AND matter = $2 AND decision = 'pending' RETURNING ground";
    let values = [
        case.id.into(),
        matter.into(),
        decision.into(),
        remark.trim().into(),
        by.post.as_str().into(),
        now.into(),
    ];
    let row = Asked::find_by_statement(sql(DECIDE, values))
        .one(tx)
        .await?;
    Ok(row.map(|row| row.ground).unwrap_or_default())
}

/// Lets what still waits lapse, because the case has ended.
pub async fn lapse(tx: &Tx, case: &Case, now: DateTime<Utc>) -> Result<(), DbErr> {
    const LAPSE: &str = "
        UPDATE approvals SET decision = 'lapsed', decided_at = $2 WHERE case_id = $1 AND decision = 'pending'";
    tx.execute_raw(sql(LAPSE, [case.id.into(), now.into()]))
        .await?;
    course::lapse(tx, case, now).await
}

/// Lets an extension that waits lapse, because the limit it was asked for begins anew.
pub async fn lapse_extension(tx: &Tx, case: &Case, now: DateTime<Utc>) -> Result<(), DbErr> {
    const LAPSE: &str = "
        UPDATE approvals SET decision = 'lapsed', decided_at = $2
        WHERE case_id = $1 AND decision = 'pending' AND matter = 'extension'";
    tx.execute_raw(sql(LAPSE, [case.id.into(), now.into()]))
        .await?;
    Ok(())
}

/// Stores who keeps out, and why.
pub async fn put_interest(
    tx: &Tx,
    case: &Case,
    person: &str,
    (ground, why): (Ground, &str),
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    const INTEREST: &str = "
        INSERT INTO interests (case_id, person_id, interest, declared_at, ground) VALUES ($1, $2, $3, $4, $5)";
    let ground = match ground {
        Ground::Relation => "relation",
        Ground::DeclaredInterest | Ground::ComplainedOf => "declared",
    };
    let values = [
        case.id.into(),
        person.into(),
        why.trim().into(),
        now.into(),
        ground.into(),
    ];
    tx.execute_raw(sql(INTEREST, values)).await?;
    Ok(())
}
