//! Turns a case took that its own view does not tell: returned, repeated, called back, appealed.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};
use uuid::Uuid;

/// Keeps when the result of a case was first returned.
pub async fn keep_return(tx: &Tx, case_id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "INSERT INTO case_turns (case_id, returned_at) VALUES ($1, $2) \
                ON CONFLICT (case_id) DO UPDATE SET returned_at = LEAST(case_turns.returned_at, excluded.returned_at)";
    tx.execute_raw(sql(text, [case_id.into(), at.into()]))
        .await?;
    Ok(())
}

/// Keeps that the same facts had been answered before (guideline art. 16).
pub async fn keep_repeat(tx: &Tx, case_id: Uuid) -> Result<(), DbErr> {
    let text = "INSERT INTO case_turns (case_id, repeats_another) VALUES ($1, TRUE) \
                ON CONFLICT (case_id) DO UPDATE SET repeats_another = TRUE";
    tx.execute_raw(sql(text, [case_id.into()])).await?;
    Ok(())
}

/// Keeps when the facts that a case had answered were first complained of again (guideline art. 16).
pub async fn keep_complained_again(
    tx: &Tx,
    answered_case: Uuid,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO case_turns (case_id, complained_again_at) VALUES ($1, $2) \
                ON CONFLICT (case_id) DO UPDATE SET \
                complained_again_at = LEAST(case_turns.complained_again_at, excluded.complained_again_at)";
    tx.execute_raw(sql(text, [answered_case.into(), at.into()]))
        .await?;
    Ok(())
}

/// Keeps what the complainant said when he was last called back (guideline art. 12(6)).
pub async fn keep_follow_up(
    tx: &Tx,
    case_id: Uuid,
    at: DateTime<Utc>,
    satisfied: bool,
) -> Result<(), DbErr> {
    let text = "INSERT INTO case_turns (case_id, followed_up_at, satisfied) VALUES ($1, $2, $3) \
                ON CONFLICT (case_id) DO UPDATE SET followed_up_at = excluded.followed_up_at, satisfied = excluded.satisfied \
                WHERE case_turns.followed_up_at IS NULL OR case_turns.followed_up_at <= excluded.followed_up_at";
    tx.execute_raw(sql(text, [case_id.into(), at.into(), satisfied.into()]))
        .await?;
    Ok(())
}

/// An appeal as routing told it.
#[derive(Debug, Clone, Copy)]
pub struct ToldAppeal {
    /// The appeal.
    pub id: Uuid,
    /// The case whose decision it is against.
    pub case_id: Uuid,
    /// When it arrived.
    pub lodged_at: DateTime<Utc>,
    /// When it was decided or withdrawn.
    pub decided_at: Option<DateTime<Utc>>,
    /// How it was decided; empty while it is open or when it was withdrawn.
    pub outcome: &'static str,
    /// Routing's revision.
    pub revision: u64,
}

/// Keeps an appeal, unless this or a newer revision is known.
pub async fn keep_appeal(tx: &Tx, told: &ToldAppeal) -> Result<(), DbErr> {
    let text = "INSERT INTO appeals (appeal_id, case_id, lodged_at, decided_at, outcome, revision) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (appeal_id) DO UPDATE SET decided_at = excluded.decided_at, \
                  outcome = excluded.outcome, revision = excluded.revision WHERE appeals.revision < excluded.revision";
    let values = [
        told.id.into(),
        told.case_id.into(),
        told.lodged_at.into(),
        told.decided_at.into(),
        told.outcome.into(),
        i64::try_from(told.revision).unwrap_or(i64::MAX).into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}
