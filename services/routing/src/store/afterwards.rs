//! Investigation groups and call-backs, with their words.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    big,
    course::{HEARD, word},
};
use crate::domain::{
    case::{Case, course::Satisfaction},
    standing::Actor,
};

/// A call-back.
#[derive(FromQueryResult)]
pub struct FollowUpRow {
    /// What was heard.
    pub satisfaction: String,
    /// In the complainant's words.
    pub remark: String,
    /// When.
    pub called_at: DateTime<Utc>,
    /// The post that called.
    pub called_by_post: String,
}

/// The call-backs of a case, oldest first.
pub async fn follow_ups(db: &impl ConnectionTrait, case: Uuid) -> Result<Vec<FollowUpRow>, DbErr> {
    const FOLLOW_UPS: &str = "
        SELECT satisfaction, remark, called_at, called_by_post FROM follow_ups
        WHERE case_id = $1 ORDER BY revision";
    FollowUpRow::find_by_statement(sql(FOLLOW_UPS, [case.into()]))
        .all(db)
        .await
}

/// Keeps a call-back.
pub async fn put_follow_up(
    tx: &Tx,
    case: &Case,
    (heard, at): (Satisfaction, DateTime<Utc>),
    remark: &str,
    by: &Actor,
) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO follow_ups (case_id, revision, satisfaction, remark, called_at, called_by_post)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        case.id.into(),
        big(case.revision).into(),
        word(&HEARD, &heard).into(),
        remark.trim().into(),
        at.into(),
        by.post.as_str().into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// A special investigation group.
#[derive(FromQueryResult)]
pub struct GroupRow {
    /// What is to be found out.
    pub task: String,
    /// Its units, the leading one first.
    pub unit_codes: Vec<String>,
    /// The posts that investigate.
    pub member_posts: Vec<String>,
    /// When it was formed.
    pub formed_at: DateTime<Utc>,
    /// The post that formed it.
    pub formed_by_post: String,
}

/// The special investigation group of a case.
pub async fn group(db: &impl ConnectionTrait, case: Uuid) -> Result<Option<GroupRow>, DbErr> {
    const GROUP: &str = "
        SELECT task, unit_codes, member_posts, formed_at, formed_by_post FROM investigation_groups
        WHERE case_id = $1 ORDER BY revision DESC LIMIT 1";
    GroupRow::find_by_statement(sql(GROUP, [case.into()]))
        .one(db)
        .await
}

/// Keeps a special investigation group.
pub async fn put_group(
    tx: &Tx,
    case: &Case,
    units: &[String],
    task: &str,
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO investigation_groups (case_id, revision, task, unit_codes, member_posts, formed_at, formed_by_post)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        case.id.into(),
        big(case.revision).into(),
        task.trim().into(),
        units.to_vec().into(),
        case.course.members.clone().into(),
        now.into(),
        by.post.as_str().into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}
