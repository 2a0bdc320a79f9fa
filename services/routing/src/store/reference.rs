//! Units, posts and limits, as directory last told them.

use chassis::db::{Tx, sql};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::big;
use crate::domain::extension::Allowed;

/// 办事处, by the contract's number of the kind.
pub const OFFICE: i32 = 2;
/// 省联社.
pub const PROVINCE: i32 = 1;
/// 联社、农商行.
pub const UNION: i32 = 3;

/// A unit.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Unit {
    /// Permanent.
    pub unit_code: String,
    /// What it is, by the contract's number.
    pub kind: i32,
    /// Its name now.
    pub name: String,
    /// The union it is, or belongs to.
    pub union_code: String,
    /// Whether it is the reception of its union.
    pub reception: bool,
    /// Whether it no longer lives.
    pub retired: bool,
    /// What it is there for, as codes of the taxonomy.
    pub functions: Vec<String>,
}

/// A post.
#[derive(Clone, FromQueryResult)]
pub struct Post {
    /// Permanent.
    pub post_code: String,
    /// The unit it is in.
    pub unit_code: String,
    /// What it does, by the contract's number.
    pub role: i32,
    /// Its name.
    pub name: String,
    /// Who holds it; empty when vacant.
    pub holder_person_id: String,
    /// Who stands in; empty when nobody does.
    pub deputy_person_id: String,
    /// Its mailbox; empty when it has none.
    pub email: String,
    /// Whether it no longer lives.
    pub abolished: bool,
}

/// Keeps a unit, unless a newer word of it is kept.
pub async fn put_unit(tx: &Tx, unit: &Unit, revision: u64) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO units (unit_code, kind, name, union_code, reception, retired, revision, functions)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (unit_code) DO UPDATE SET kind = $2, name = $3, union_code = $4, reception = $5, retired = $6,
            revision = $7, functions = $8
        WHERE units.revision < $7";
    let values = [
        unit.unit_code.as_str().into(),
        unit.kind.into(),
        unit.name.as_str().into(),
        unit.union_code.as_str().into(),
        unit.reception.into(),
        unit.retired.into(),
        big(revision).into(),
        unit.functions.clone().into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// Keeps a post, unless a newer word of it is kept.
pub async fn put_post(tx: &Tx, post: &Post, revision: u64) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO posts (post_code, unit_code, role, name, holder_person_id, deputy_person_id, email, abolished,
            revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (post_code) DO UPDATE SET unit_code = $2, role = $3, name = $4, holder_person_id = $5,
            deputy_person_id = $6, email = $7, abolished = $8, revision = $9
        WHERE posts.revision < $9";
    let values = [
        post.post_code.as_str().into(),
        post.unit_code.as_str().into(),
        post.role.into(),
        post.name.as_str().into(),
        post.holder_person_id.as_str().into(),
        post.deputy_person_id.as_str().into(),
        post.email.as_str().into(),
        post.abolished.into(),
        big(revision).into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// Finds a unit.
pub async fn unit(db: &impl ConnectionTrait, code: &str) -> Result<Option<Unit>, DbErr> {
    const UNIT: &str = "
        SELECT unit_code, kind, name, union_code, reception, retired, functions FROM units WHERE unit_code = $1";
    Unit::find_by_statement(sql(UNIT, [code.into()]))
        .one(db)
        .await
}

/// The reception of a union.
pub async fn reception(db: &impl ConnectionTrait, union: &str) -> Result<Option<Unit>, DbErr> {
    const RECEPTION: &str = "
        SELECT unit_code, kind, name, union_code, reception, retired, functions FROM units
        WHERE union_code = $1 AND reception AND NOT retired ORDER BY unit_code LIMIT 1";
    Unit::find_by_statement(sql(RECEPTION, [union.into()]))
        .one(db)
        .await
}

/// Finds a post.
pub async fn post(db: &impl ConnectionTrait, code: &str) -> Result<Option<Post>, DbErr> {
    const POST: &str = "
        SELECT post_code, unit_code, role, name, holder_person_id, deputy_person_id, email, abolished
        FROM posts WHERE post_code = $1";
    Post::find_by_statement(sql(POST, [code.into()]))
        .one(db)
        .await
}

/// The post that heads a unit, or failing that any living post of it: an order is served on somebody.
pub async fn head_post(db: &impl ConnectionTrait, unit: &str) -> Result<Option<Post>, DbErr> {
    // Roles by the contract's number: heads of units, receptions, offices and the compliance department, and managers.
    const HEAD: &str = "
        SELECT post_code, unit_code, role, name, holder_person_id, deputy_person_id, email, abolished
        FROM posts WHERE unit_code = $1 AND NOT abolished
        ORDER BY role IN (3, 5, 6, 9, 11) DESC, post_code LIMIT 1";
    Post::find_by_statement(sql(HEAD, [unit.into()]))
        .one(db)
        .await
}

#[derive(FromQueryResult)]
struct Code {
    post_code: String,
}

/// The living posts of a union with a role, by the contract's number.
pub async fn posts_with(
    db: &impl ConnectionTrait,
    union: &str,
    role: i32,
) -> Result<Vec<String>, DbErr> {
    const POSTS: &str = "
        SELECT p.post_code FROM posts p JOIN units u ON u.unit_code = p.unit_code
        WHERE u.union_code = $1 AND p.role = $2 AND NOT p.abolished AND NOT u.retired ORDER BY p.post_code";
    let rows = Code::find_by_statement(sql(POSTS, [union.into(), role.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.post_code).collect())
}

/// Keeps how far a policy lets a clock be extended.
pub async fn put_limit(
    tx: &Tx,
    (policy, version): (&str, u64),
    clock: &str,
    (stage, days): (i32, i32),
    (from, until): (NaiveDate, Option<NaiveDate>),
) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO clock_limits (policy_code, policy_version, clock_code, stage, days, effective_from,
            effective_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let values = [
        policy.into(),
        big(version).into(),
        clock.into(),
        stage.into(),
        days.into(),
        from.into(),
        until.into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Days {
    days: i32,
}

/// How far the policies in force on the day of receipt let a clock be extended: the strictest of them by stage.
pub async fn allowed(
    db: &impl ConnectionTrait,
    clock: &str,
    received_on: NaiveDate,
) -> Result<Allowed, DbErr> {
    const ALLOWED: &str = "
        SELECT min(l.days) AS days FROM clock_limits l
        WHERE l.clock_code = $1 AND l.effective_from <= $2
          AND (l.effective_until IS NULL OR l.effective_until >= $2)
          AND l.policy_version = (SELECT max(n.policy_version) FROM clock_limits n
                                  WHERE n.policy_code = l.policy_code AND n.effective_from <= $2)
        GROUP BY l.stage ORDER BY l.stage";
    let rows = Days::find_by_statement(sql(ALLOWED, [clock.into(), received_on.into()]))
        .all(db)
        .await?;
    let stage_days = rows
        .into_iter()
        .filter_map(|row| u32::try_from(row.days).ok())
        .collect();
    Ok(Allowed { stage_days })
}
