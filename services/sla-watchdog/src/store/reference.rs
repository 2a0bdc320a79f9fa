//! What directory tells: units, posts, calendars, policies.

use chassis::db::{Tx, sql};
use prost::Message as _;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use suda_proto::directory::v1 as directory;

use crate::domain::recipient;

#[derive(FromQueryResult)]
struct Body {
    body: Vec<u8>,
}

#[derive(FromQueryResult)]
struct UnitRow {
    code: String,
    parent: String,
    union_code: String,
    reception: bool,
    kind: i32,
    retired: bool,
}

#[derive(FromQueryResult)]
struct PostRow {
    code: String,
    unit: String,
    role: String,
    held: bool,
    deputised: bool,
    duty: bool,
}

pub(crate) async fn keep_unit(tx: &Tx, unit: &recipient::Unit, revision: i64) -> Result<(), DbErr> {
    let text = "INSERT INTO units (code, revision, parent, union_code, reception, kind, retired) \
                VALUES ($1, $2, $3, $4, $5, $6, $7) \
                ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, parent = excluded.parent, \
                union_code = excluded.union_code, reception = excluded.reception, kind = excluded.kind, \
                retired = excluded.retired WHERE units.revision < excluded.revision";
    let values = [
        unit.code.as_str().into(),
        revision.into(),
        unit.parent.as_str().into(),
        unit.union.as_str().into(),
        unit.reception.into(),
        unit.kind.into(),
        unit.retired.into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

pub(crate) async fn keep_post(
    tx: &Tx,
    post: &recipient::Post,
    revision: i64,
    abolished: bool,
) -> Result<(), DbErr> {
    let text = "INSERT INTO posts (code, revision, unit, role, held, deputised, duty, abolished) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, unit = excluded.unit, \
                role = excluded.role, held = excluded.held, deputised = excluded.deputised, duty = excluded.duty, \
                abolished = excluded.abolished WHERE posts.revision < excluded.revision";
    let values = [
        post.code.as_str().into(),
        revision.into(),
        post.unit.as_str().into(),
        post.role.as_str().into(),
        post.held.into(),
        post.deputised.into(),
        post.duty.into(),
        abolished.into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

pub(crate) async fn keep_calendar(tx: &Tx, told: &directory::Calendar) -> Result<(), DbErr> {
    let text =
        "INSERT INTO calendars (code, version, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let version = i64::try_from(told.version).unwrap_or(i64::MAX);
    tx.execute_raw(sql(
        text,
        [
            told.code.as_str().into(),
            version.into(),
            told.encode_to_vec().into(),
        ],
    ))
    .await
    .map(drop)
}

pub(crate) async fn keep_policy(tx: &Tx, told: &directory::Policy) -> Result<(), DbErr> {
    let text =
        "INSERT INTO policies (code, version, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let version = i64::try_from(told.version).unwrap_or(i64::MAX);
    tx.execute_raw(sql(
        text,
        [
            told.code.as_str().into(),
            version.into(),
            told.encode_to_vec().into(),
        ],
    ))
    .await
    .map(drop)
}

/// How many versions of the law are kept; a version that is kept never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Edition {
    calendars: i64,
    policies: i64,
}

pub(crate) async fn edition(db: &impl ConnectionTrait) -> Result<Edition, DbErr> {
    let text = "SELECT (SELECT count(*) FROM calendars) AS calendars, (SELECT count(*) FROM policies) AS policies";
    Edition::find_by_statement(sql(text, []))
        .one(db)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("edition".to_owned()))
}

pub(crate) async fn calendars(
    db: &impl ConnectionTrait,
) -> Result<Vec<directory::Calendar>, DbErr> {
    bodies(db, "SELECT body FROM calendars ORDER BY code, version").await
}

pub(crate) async fn policies(db: &impl ConnectionTrait) -> Result<Vec<directory::Policy>, DbErr> {
    bodies(db, "SELECT body FROM policies ORDER BY code, version").await
}

async fn bodies<M: prost::Message + Default>(
    db: &impl ConnectionTrait,
    text: &str,
) -> Result<Vec<M>, DbErr> {
    let rows = Body::find_by_statement(sql(text, [])).all(db).await?;
    rows.into_iter()
        .map(|row| {
            M::decode(row.body.as_slice())
                .map_err(|error| DbErr::Custom(format!("a kept message is damaged: {error}")))
        })
        .collect()
}

pub(crate) async fn directory(db: &impl ConnectionTrait) -> Result<recipient::Directory, DbErr> {
    let units = UnitRow::find_by_statement(sql(
        "SELECT code, parent, union_code, reception, kind, retired FROM units",
        [],
    ))
    .all(db)
    .await?;
    let text = "SELECT code, unit, role, held, deputised, duty FROM posts WHERE NOT abolished ORDER BY code";
    let posts = PostRow::find_by_statement(sql(text, [])).all(db).await?;
    Ok(recipient::Directory::new(
        units
            .into_iter()
            .map(|row| recipient::Unit {
                code: row.code,
                parent: row.parent,
                union: row.union_code,
                reception: row.reception,
                kind: row.kind,
                retired: row.retired,
            })
            .collect(),
        posts
            .into_iter()
            .map(|row| recipient::Post {
                code: row.code,
                unit: row.unit,
                role: row.role,
                held: row.held,
                deputised: row.deputised,
                duty: row.duty,
            })
            .collect(),
    ))
}
