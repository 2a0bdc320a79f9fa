//! All SQL of directory.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use prost::Message as _;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use suda_proto::directory::v1::{Post, Unit};
use uuid::Uuid;

/// A person and the account.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct PersonRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) left_at: Option<DateTime<Utc>>,
    pub(crate) password: Option<String>,
    pub(crate) failures: i32,
    pub(crate) locked_until: Option<DateTime<Utc>>,
}

/// A published version.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct PublicationRow {
    pub(crate) code: String,
    pub(crate) version: i64,
    pub(crate) digest: String,
    pub(crate) body: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Body {
    body: Vec<u8>,
}

/// Lets one application of reference files pass at a time.
pub(crate) async fn lock(tx: &Tx) -> Result<(), DbErr> {
    tx.execute_raw(sql("SELECT pg_advisory_xact_lock(1)", []))
        .await
        .map(drop)
}

pub(crate) async fn units(db: &impl ConnectionTrait) -> Result<Vec<Unit>, DbErr> {
    decode(
        Body::find_by_statement(sql("SELECT body FROM units ORDER BY code", []))
            .all(db)
            .await?,
    )
}

pub(crate) async fn posts(db: &impl ConnectionTrait) -> Result<Vec<Post>, DbErr> {
    decode(
        Body::find_by_statement(sql("SELECT body FROM posts ORDER BY code", []))
            .all(db)
            .await?,
    )
}

/// The living posts that a person holds or stands in for.
pub(crate) async fn posts_of(db: &impl ConnectionTrait, person: &str) -> Result<Vec<Post>, DbErr> {
    let text = "SELECT body FROM posts WHERE holder = $1 OR deputy = $1 ORDER BY code";
    let posts: Vec<Post> = decode(
        Body::find_by_statement(sql(text, [person.into()]))
            .all(db)
            .await?,
    )?;
    Ok(posts
        .into_iter()
        .filter(|post| post.abolished_on.is_empty())
        .collect())
}

pub(crate) async fn unit(db: &impl ConnectionTrait, code: &str) -> Result<Option<Unit>, DbErr> {
    let rows =
        Body::find_by_statement(sql("SELECT body FROM units WHERE code = $1", [code.into()]))
            .all(db)
            .await?;
    Ok(decode(rows)?.pop())
}

/// The codes of the unions below an office.
pub(crate) async fn unions_below(
    db: &impl ConnectionTrait,
    office: &str,
) -> Result<Vec<String>, DbErr> {
    let text = "SELECT body FROM units WHERE parent = $1 AND union_code = code";
    let units: Vec<Unit> = decode(
        Body::find_by_statement(sql(text, [office.into()]))
            .all(db)
            .await?,
    )?;
    Ok(units.into_iter().map(|unit| unit.code).collect())
}

fn decode<M: prost::Message + Default>(rows: Vec<Body>) -> Result<Vec<M>, DbErr> {
    rows.into_iter()
        .map(|row| {
            M::decode(row.body.as_slice())
                .map_err(|error| DbErr::Custom(format!("a kept row is damaged: {error}")))
        })
        .collect()
}

pub(crate) async fn save_unit(tx: &Tx, unit: &Unit) -> Result<(), DbErr> {
    let text = "INSERT INTO units (code, union_code, kind, parent, revision, body) VALUES ($1, $2, $3, $4, $5, $6) \
                ON CONFLICT (code) DO UPDATE SET union_code = excluded.union_code, kind = excluded.kind, \
                parent = excluded.parent, revision = excluded.revision, body = excluded.body";
    let parent = unit
        .periods
        .last()
        .map(|period| period.parent_code.as_str())
        .unwrap_or_default();
    let values = [
        unit.code.as_str().into(),
        unit.union_code.as_str().into(),
        unit.kind.into(),
        parent.into(),
        i64::try_from(unit.revision).unwrap_or(i64::MAX).into(),
        unit.encode_to_vec().into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

pub(crate) async fn save_post(tx: &Tx, post: &Post) -> Result<(), DbErr> {
    let text = "INSERT INTO posts (code, unit, holder, deputy, revision, body) VALUES ($1, $2, $3, $4, $5, $6) \
                ON CONFLICT (code) DO UPDATE SET unit = excluded.unit, holder = excluded.holder, \
                deputy = excluded.deputy, revision = excluded.revision, body = excluded.body";
    let values = [
        post.code.as_str().into(),
        post.unit_code.as_str().into(),
        post.holder_person_id.as_str().into(),
        post.deputy_person_id.as_str().into(),
        i64::try_from(post.revision).unwrap_or(i64::MAX).into(),
        post.encode_to_vec().into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

const PERSON: &str = "id, name, left_at, password, failures, locked_until";

pub(crate) async fn people(db: &impl ConnectionTrait) -> Result<Vec<PersonRow>, DbErr> {
    PersonRow::find_by_statement(sql(&format!("SELECT {PERSON} FROM people ORDER BY id"), []))
        .all(db)
        .await
}

pub(crate) async fn person(
    db: &impl ConnectionTrait,
    id: &str,
) -> Result<Option<PersonRow>, DbErr> {
    let text = format!("SELECT {PERSON} FROM people WHERE id = $1");
    PersonRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}

/// A person's row, locked, so that wrong passwords are counted one by one.
pub(crate) async fn lock_person(tx: &Tx, id: &str) -> Result<Option<PersonRow>, DbErr> {
    let text = format!("SELECT {PERSON} FROM people WHERE id = $1 FOR UPDATE");
    PersonRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await
}

pub(crate) async fn save_person(tx: &Tx, person: &PersonRow) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO people ({PERSON}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
         name = excluded.name, left_at = excluded.left_at, password = excluded.password, \
         failures = excluded.failures, locked_until = excluded.locked_until"
    );
    let values = [
        person.id.as_str().into(),
        person.name.as_str().into(),
        person.left_at.into(),
        person.password.clone().into(),
        person.failures.into(),
        person.locked_until.into(),
    ];
    tx.execute_raw(sql(&text, values)).await.map(drop)
}

/// The newest version of each calendar or policy.
pub(crate) async fn newest(
    db: &impl ConnectionTrait,
    kind: &str,
) -> Result<Vec<PublicationRow>, DbErr> {
    let text = "SELECT DISTINCT ON (code) code, version, digest, body FROM publications WHERE kind = $1 \
                ORDER BY code, version DESC";
    PublicationRow::find_by_statement(sql(text, [kind.into()]))
        .all(db)
        .await
}

pub(crate) async fn publish(tx: &Tx, kind: &str, row: &PublicationRow) -> Result<(), DbErr> {
    let text =
        "INSERT INTO publications (kind, code, version, digest, body) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        kind.into(),
        row.code.as_str().into(),
        row.version.into(),
        row.digest.as_str().into(),
        row.body.clone().into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

/// The last word of the watchdog.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct BeatRow {
    pub(crate) beat_at: DateTime<Utc>,
    pub(crate) examined: i64,
    pub(crate) open_clocks: i64,
    pub(crate) oldest_unfired_seconds: i64,
    pub(crate) unreachable: i64,
    pub(crate) beyond_calendar: i64,
}

const BEAT: &str =
    "beat_at, examined, open_clocks, oldest_unfired_seconds, unreachable, beyond_calendar";

/// Keeps a word of the watchdog, unless a later one was heard.
pub(crate) async fn keep_beat(tx: &Tx, beat: &BeatRow) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO beats ({BEAT}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (one) DO UPDATE SET \
         beat_at = excluded.beat_at, examined = excluded.examined, open_clocks = excluded.open_clocks, \
         oldest_unfired_seconds = excluded.oldest_unfired_seconds, unreachable = excluded.unreachable, \
         beyond_calendar = excluded.beyond_calendar WHERE beats.beat_at < excluded.beat_at"
    );
    let values = [
        beat.beat_at.into(),
        beat.examined.into(),
        beat.open_clocks.into(),
        beat.oldest_unfired_seconds.into(),
        beat.unreachable.into(),
        beat.beyond_calendar.into(),
    ];
    tx.execute_raw(sql(&text, values)).await.map(drop)
}

/// The last word of the watchdog; none before it spoke.
pub(crate) async fn beat(db: &impl ConnectionTrait) -> Result<Option<BeatRow>, DbErr> {
    BeatRow::find_by_statement(sql(&format!("SELECT {BEAT} FROM beats"), []))
        .one(db)
        .await
}

/// A notice that somebody had made.
#[derive(Debug, Clone)]
pub(crate) struct Print {
    pub(crate) id: Uuid,
    pub(crate) unit: String,
    pub(crate) printed_at: DateTime<Utc>,
    pub(crate) person_id: String,
    pub(crate) post: String,
    pub(crate) digest: String,
}

/// Keeps who had a notice made.
pub(crate) async fn keep_print(db: &impl ConnectionTrait, print: &Print) -> Result<(), DbErr> {
    let text = "INSERT INTO notices (notice_id, unit, printed_at, person_id, post, digest) \
                VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        print.id.into(),
        print.unit.as_str().into(),
        print.printed_at.into(),
        print.person_id.as_str().into(),
        print.post.as_str().into(),
        print.digest.as_str().into(),
    ];
    db.execute_raw(sql(text, values)).await.map(drop)
}
