//! All SQL of sla-watchdog.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use prost::Message as _;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use suda_proto::directory::v1 as directory;
use uuid::Uuid;

use crate::domain::recipient;

/// A complaint and its case, as far as clocks and ladders need them.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct MatterRow {
    pub(crate) complaint_id: Uuid,
    pub(crate) case_id: Option<Uuid>,
    pub(crate) number: String,
    pub(crate) union_code: String,
    pub(crate) unit_code: String,
    pub(crate) nature: i32,
    pub(crate) at_reception: bool,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) revision: i64,
    pub(crate) lead_unit: String,
    pub(crate) handler_post: String,
}

/// A fact about a complaint.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct FactRow {
    pub(crate) message_id: Uuid,
    pub(crate) event: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) extends_clock: Option<String>,
    pub(crate) extends_stage: Option<i32>,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub(crate) struct ClockRow {
    pub(crate) clock_id: Uuid,
    pub(crate) complaint_id: Uuid,
    pub(crate) code: String,
    pub(crate) policy_code: String,
    pub(crate) policy_version: i64,
    pub(crate) calendar_version: i64,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) rolled_at: Option<DateTime<Utc>>,
    pub(crate) due_version: i64,
    pub(crate) extensions: i32,
    pub(crate) provisional: bool,
    pub(crate) state: String,
    pub(crate) stopped_at: Option<DateTime<Utc>>,
    pub(crate) stopped_by: Option<String>,
}

impl ClockRow {
    /// Whether it runs, in time or not.
    pub(crate) fn runs(&self) -> bool {
        matches!(self.state.as_str(), "running" | "overdue")
    }
}

/// A message of a clock's ladder.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct RungRow {
    pub(crate) clock_id: Uuid,
    pub(crate) rung: String,
    pub(crate) due_version: i64,
    pub(crate) recipient: String,
    pub(crate) legal_at: DateTime<Utc>,
    pub(crate) escalation: bool,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) to_post: Option<String>,
    pub(crate) to_unit: Option<String>,
    pub(crate) via: Option<String>,
}

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

const MATTER: &str = "complaint_id, case_id, number, union_code, unit_code, nature, at_reception, received_at, \
                      revision, lead_unit, handler_post";
const CLOCK: &str = "clock_id, complaint_id, code, policy_code, policy_version, calendar_version, started_at, due_at, \
                     rolled_at, due_version, extensions, provisional, state, stopped_at, stopped_by";
const RUNG: &str =
    "clock_id, rung, due_version, recipient, legal_at, escalation, sent_at, to_post, to_unit, via";

pub(crate) async fn keep_unit(tx: &Tx, unit: &recipient::Unit, revision: i64) -> Result<(), DbErr> {
    let text = "INSERT INTO units (code, revision, parent, union_code, reception) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, parent = excluded.parent, \
                union_code = excluded.union_code, reception = excluded.reception \
                WHERE units.revision < excluded.revision";
    let values = [
        unit.code.as_str().into(),
        revision.into(),
        unit.parent.as_str().into(),
        unit.union.as_str().into(),
        unit.reception.into(),
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
        "SELECT code, parent, union_code, reception FROM units",
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

/// Keeps what a message says of a matter, unless a newer one was heard, and locks its row.
pub(crate) async fn keep_matter(tx: &Tx, matter: &MatterRow) -> Result<MatterRow, DbErr> {
    let text = format!(
        "INSERT INTO matters AS known ({MATTER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (complaint_id) DO UPDATE SET \
         case_id = coalesce(excluded.case_id, known.case_id), revision = greatest(known.revision, excluded.revision), \
         lead_unit = CASE WHEN excluded.revision > known.revision THEN excluded.lead_unit ELSE known.lead_unit END, \
         handler_post = CASE WHEN excluded.revision > known.revision THEN excluded.handler_post ELSE known.handler_post END \
         RETURNING {MATTER}"
    );
    let values = [
        matter.complaint_id.into(),
        matter.case_id.into(),
        matter.number.as_str().into(),
        matter.union_code.as_str().into(),
        matter.unit_code.as_str().into(),
        matter.nature.into(),
        matter.at_reception.into(),
        matter.received_at.into(),
        matter.revision.into(),
        matter.lead_unit.as_str().into(),
        matter.handler_post.as_str().into(),
    ];
    MatterRow::find_by_statement(sql(&text, values))
        .one(tx)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the matter just kept".to_owned()))
}

pub(crate) async fn find_matter(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<MatterRow>, DbErr> {
    let text = format!("SELECT {MATTER} FROM matters WHERE complaint_id = $1 OR case_id = $1");
    MatterRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}

pub(crate) async fn matter(
    db: &impl ConnectionTrait,
    complaint_id: Uuid,
) -> Result<MatterRow, DbErr> {
    find_matter(db, complaint_id)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("matter {complaint_id}")))
}

pub(crate) async fn keep_fact(tx: &Tx, complaint_id: Uuid, fact: &FactRow) -> Result<(), DbErr> {
    let text = "INSERT INTO facts (message_id, complaint_id, event, at, extends_clock, extends_stage) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let values = [
        fact.message_id.into(),
        complaint_id.into(),
        fact.event.as_str().into(),
        fact.at.into(),
        fact.extends_clock.clone().into(),
        fact.extends_stage.into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

pub(crate) async fn facts(
    db: &impl ConnectionTrait,
    complaint_id: Uuid,
) -> Result<Vec<FactRow>, DbErr> {
    let text = "SELECT message_id, event, at, extends_clock, extends_stage FROM facts WHERE complaint_id = $1";
    FactRow::find_by_statement(sql(text, [complaint_id.into()]))
        .all(db)
        .await
}

pub(crate) async fn clocks(
    db: &impl ConnectionTrait,
    complaint_id: Uuid,
) -> Result<Vec<ClockRow>, DbErr> {
    let text = format!("SELECT {CLOCK} FROM clocks WHERE complaint_id = $1 ORDER BY due_at, code");
    ClockRow::find_by_statement(sql(&text, [complaint_id.into()]))
        .all(db)
        .await
}

pub(crate) async fn save_clock(tx: &Tx, clock: &ClockRow) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO clocks ({CLOCK}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (clock_id) DO UPDATE SET due_at = excluded.due_at, rolled_at = excluded.rolled_at, \
         due_version = excluded.due_version, extensions = excluded.extensions, provisional = excluded.provisional, \
         state = excluded.state, stopped_at = excluded.stopped_at, stopped_by = excluded.stopped_by"
    );
    let values = [
        clock.clock_id.into(),
        clock.complaint_id.into(),
        clock.code.as_str().into(),
        clock.policy_code.as_str().into(),
        clock.policy_version.into(),
        clock.calendar_version.into(),
        clock.started_at.into(),
        clock.due_at.into(),
        clock.rolled_at.into(),
        clock.due_version.into(),
        clock.extensions.into(),
        clock.provisional.into(),
        clock.state.as_str().into(),
        clock.stopped_at.into(),
        clock.stopped_by.clone().into(),
    ];
    tx.execute_raw(sql(&text, values)).await.map(drop)
}

/// Replaces the messages of a clock that were not sent by those of its present due instant.
pub(crate) async fn plan(
    tx: &Tx,
    clock: &ClockRow,
    rungs: &[crate::domain::ladder::Planned],
) -> Result<(), DbErr> {
    let gone = "DELETE FROM rungs WHERE clock_id = $1 AND sent_at IS NULL";
    tx.execute_raw(sql(gone, [clock.clock_id.into()])).await?;
    let text = "INSERT INTO rungs (clock_id, rung, due_version, recipient, legal_at, escalation) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    for rung in rungs {
        let values = [
            clock.clock_id.into(),
            rung.code.as_str().into(),
            clock.due_version.into(),
            rung.recipient.as_str().into(),
            rung.at.with_timezone(&Utc).into(),
            rung.escalation.into(),
        ];
        tx.execute_raw(sql(text, values)).await?;
    }
    Ok(())
}

/// Running clocks whose due instant is past, earliest first, locked for this transaction.
pub(crate) async fn claim_breaches(
    tx: &Tx,
    now: DateTime<Utc>,
    batch: u32,
) -> Result<Vec<ClockRow>, DbErr> {
    let text = format!(
        "SELECT {CLOCK} FROM clocks WHERE state = 'running' AND due_at < $1 ORDER BY due_at LIMIT $2 \
         FOR UPDATE SKIP LOCKED"
    );
    ClockRow::find_by_statement(sql(&text, [now.into(), i64::from(batch).into()]))
        .all(tx)
        .await
}

/// Messages of running clocks that are due, earliest first, locked for this transaction.
pub(crate) async fn claim_rungs(
    tx: &Tx,
    now: DateTime<Utc>,
    batch: u32,
) -> Result<Vec<RungRow>, DbErr> {
    let text = "SELECT r.clock_id, r.rung, r.due_version, r.recipient, r.legal_at, r.escalation, r.sent_at, r.to_post, \
                r.to_unit, r.via FROM rungs r JOIN clocks c USING (clock_id) \
                WHERE r.sent_at IS NULL AND r.legal_at < $1 AND c.state IN ('running', 'overdue') \
                ORDER BY r.legal_at, r.clock_id, r.rung LIMIT $2 FOR UPDATE OF r SKIP LOCKED";
    RungRow::find_by_statement(sql(text, [now.into(), i64::from(batch).into()]))
        .all(tx)
        .await
}

pub(crate) async fn clock(db: &impl ConnectionTrait, clock_id: Uuid) -> Result<ClockRow, DbErr> {
    let text = format!("SELECT {CLOCK} FROM clocks WHERE clock_id = $1");
    ClockRow::find_by_statement(sql(&text, [clock_id.into()]))
        .one(db)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("clock {clock_id}")))
}

pub(crate) async fn mark_sent(tx: &Tx, rung: &RungRow) -> Result<(), DbErr> {
    let text = "UPDATE rungs SET sent_at = $5, to_post = $6, to_unit = $7, via = $8 \
                WHERE clock_id = $1 AND rung = $2 AND due_version = $3 AND recipient = $4 AND sent_at IS NULL";
    let values = [
        rung.clock_id.into(),
        rung.rung.as_str().into(),
        rung.due_version.into(),
        rung.recipient.as_str().into(),
        rung.sent_at.into(),
        rung.to_post.clone().into(),
        rung.to_unit.clone().into(),
        rung.via.clone().into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

pub(crate) async fn rungs(
    db: &impl ConnectionTrait,
    clock_id: Uuid,
) -> Result<Vec<RungRow>, DbErr> {
    let text =
        format!("SELECT {RUNG} FROM rungs WHERE clock_id = $1 ORDER BY legal_at, rung, recipient");
    RungRow::find_by_statement(sql(&text, [clock_id.into()]))
        .all(db)
        .await
}

/// Open clocks of these unions and units; `None` means all. Earliest due first.
pub(crate) async fn open_clocks(
    db: &impl ConnectionTrait,
    unions: Option<Vec<String>>,
    units: Option<Vec<String>>,
    limit: u32,
) -> Result<Vec<ClockRow>, DbErr> {
    let text = "SELECT c.clock_id, c.complaint_id, c.code, c.policy_code, c.policy_version, c.calendar_version, \
                c.started_at, c.due_at, c.rolled_at, c.due_version, c.extensions, c.provisional, c.state, c.stopped_at, \
                c.stopped_by FROM clocks c JOIN matters m USING (complaint_id) \
                WHERE c.stopped_at IS NULL AND ($1::text[] IS NULL OR m.union_code = ANY($1)) \
                AND ($2::text[] IS NULL OR m.unit_code = ANY($2) OR m.lead_unit = ANY($2)) \
                ORDER BY c.due_at, c.clock_id LIMIT $3";
    ClockRow::find_by_statement(sql(
        text,
        [unions.into(), units.into(), i64::from(limit).into()],
    ))
    .all(db)
    .await
}

/// How many clocks run, of how many complaints there are any, and since when the oldest unsent message that is due waits.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Pulse {
    pub(crate) cases: i64,
    pub(crate) open: i64,
    pub(crate) oldest: Option<DateTime<Utc>>,
    pub(crate) due: i64,
}

pub(crate) async fn pulse(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Pulse, DbErr> {
    let text = "SELECT (SELECT count(DISTINCT complaint_id) FROM clocks) AS cases, \
                (SELECT count(*) FROM clocks WHERE stopped_at IS NULL) AS open, \
                (SELECT min(r.legal_at) FROM rungs r JOIN clocks c USING (clock_id) \
                 WHERE r.sent_at IS NULL AND r.legal_at < $1 AND c.stopped_at IS NULL) AS oldest, \
                (SELECT count(*) FROM rungs WHERE sent_at IS NULL AND legal_at < $1) AS due";
    Pulse::find_by_statement(sql(text, [now.into()]))
        .one(db)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("pulse".to_owned()))
}
