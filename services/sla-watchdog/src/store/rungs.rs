//! The messages of the ladders.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::{ClockRow, rows};
use crate::domain::ladder::Planned;

/// A message of a clock's ladder.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub(crate) struct RungRow {
    pub(crate) clock_id: Uuid,
    pub(crate) rung: String,
    pub(crate) due_version: i64,
    pub(crate) recipient: String,
    pub(crate) legal_at: DateTime<Utc>,
    pub(crate) deliver_at: DateTime<Utc>,
    pub(crate) escalation: bool,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) to_post: Option<String>,
    pub(crate) to_unit: Option<String>,
    pub(crate) via: Option<String>,
}

const RUNG: &str = "r.clock_id, r.rung, r.due_version, r.recipient, r.legal_at, r.deliver_at, r.escalation, r.sent_at, \
                    r.to_post, r.to_unit, r.via";

impl RungRow {
    /// A message of a clock's ladder for its present due instant, not sent.
    pub(crate) fn of(clock: &ClockRow, planned: &Planned) -> Self {
        Self {
            clock_id: clock.clock_id,
            rung: planned.code.clone(),
            due_version: clock.due_version,
            recipient: planned.recipient.clone(),
            legal_at: planned.at.with_timezone(&Utc),
            deliver_at: planned.deliver_at.with_timezone(&Utc),
            escalation: planned.escalation,
            sent_at: None,
            to_post: None,
            to_unit: None,
            via: None,
        }
    }
}

/// Takes back the messages of clocks that were not sent. Those that were stay (P2).
pub(crate) async fn withdraw(tx: &Tx, clocks: Vec<Uuid>) -> Result<(), DbErr> {
    let gone = "DELETE FROM rungs WHERE clock_id = ANY($1) AND sent_at IS NULL";
    tx.execute_raw(sql(gone, [clocks.into()])).await.map(drop)
}

/// Plans messages, unless they are; says how many were not.
pub(crate) async fn add(tx: &Tx, rungs: &[RungRow]) -> Result<u64, DbErr> {
    let text = "INSERT INTO rungs (clock_id, due_version, rung, recipient, legal_at, deliver_at, escalation) \
                SELECT clock_id, due_version, rung, recipient, legal_at, deliver_at, escalation \
                FROM jsonb_populate_recordset(NULL::rungs, $1) ON CONFLICT DO NOTHING";
    let done = tx.execute_raw(sql(text, [rows(rungs)?])).await?;
    Ok(done.rows_affected())
}

/// Lets the messages that were not sent rest while their clocks stand still or have ended, and wakes those of the others.
pub(crate) async fn follow(tx: &Tx, clocks: Vec<Uuid>) -> Result<(), DbErr> {
    let text = "UPDATE rungs r SET idle = NOT r.idle FROM clocks c WHERE c.clock_id = r.clock_id AND c.clock_id = ANY($1) \
                AND r.sent_at IS NULL AND r.idle = (c.state IN ('running', 'overdue'))";
    tx.execute_raw(sql(text, [clocks.into()])).await.map(drop)
}

/// Messages of running clocks that are due, earliest first, locked for this transaction. One that nobody could be told is
/// tried again only after an hour, so that it neither starves the others nor fills the log.
pub(crate) async fn claim(tx: &Tx, now: DateTime<Utc>, batch: u32) -> Result<Vec<RungRow>, DbErr> {
    let text = format!(
        "SELECT {RUNG} FROM rungs r JOIN clocks c USING (clock_id) \
         WHERE r.sent_at IS NULL AND NOT r.idle AND r.deliver_at < $1 AND c.state IN ('running', 'overdue') \
         AND (r.unreached_since IS NULL OR r.unreached_since < $1 - interval '1 hour') \
         ORDER BY r.deliver_at, r.clock_id, r.rung LIMIT $2 FOR UPDATE OF r SKIP LOCKED"
    );
    RungRow::find_by_statement(sql(&text, [now.into(), i64::from(batch).into()]))
        .all(tx)
        .await
}

/// Notes which messages were told, and to whom.
pub(crate) async fn mark_sent(tx: &Tx, sent: &[RungRow]) -> Result<(), DbErr> {
    let text = "UPDATE rungs r SET sent_at = s.sent_at, to_post = s.to_post, to_unit = s.to_unit, via = s.via, \
                unreached_since = NULL FROM jsonb_populate_recordset(NULL::rungs, $1) s \
                WHERE (r.clock_id, r.rung, r.due_version, r.recipient) = (s.clock_id, s.rung, s.due_version, s.recipient) \
                AND r.sent_at IS NULL";
    tx.execute_raw(sql(text, [rows(sent)?])).await.map(drop)
}

/// Notes that nobody could be told, and when that was tried.
pub(crate) async fn mark_unreached(
    tx: &Tx,
    rung: &RungRow,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE rungs SET unreached_since = $5 \
                WHERE clock_id = $1 AND rung = $2 AND due_version = $3 AND recipient = $4";
    let values = [
        rung.clock_id.into(),
        rung.rung.as_str().into(),
        rung.due_version.into(),
        rung.recipient.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

pub(crate) async fn of(db: &impl ConnectionTrait, clock_id: Uuid) -> Result<Vec<RungRow>, DbErr> {
    let text = format!(
        "SELECT {RUNG} FROM rungs r WHERE clock_id = $1 ORDER BY legal_at, rung, recipient"
    );
    RungRow::find_by_statement(sql(&text, [clock_id.into()]))
        .all(db)
        .await
}

/// The messages of these clocks that would be told before an instant and are not, in order.
pub(crate) async fn ahead(
    db: &impl ConnectionTrait,
    clocks: Vec<Uuid>,
    until: DateTime<Utc>,
) -> Result<Vec<RungRow>, DbErr> {
    let text = format!(
        "SELECT {RUNG} FROM rungs r JOIN clocks c USING (clock_id) WHERE r.clock_id = ANY($1) AND r.sent_at IS NULL \
         AND r.deliver_at < $2 AND c.state IN ('running', 'overdue') \
         ORDER BY r.deliver_at, r.clock_id, r.rung, r.recipient"
    );
    RungRow::find_by_statement(sql(&text, [clocks.into(), until.into()]))
        .all(db)
        .await
}

/// What these posts were told, newest first.
pub(crate) async fn told(
    db: &impl ConnectionTrait,
    posts: Vec<String>,
    only_open: bool,
    limit: u32,
) -> Result<Vec<RungRow>, DbErr> {
    let text = format!(
        "SELECT {RUNG} FROM rungs r JOIN clocks c USING (clock_id) WHERE r.to_post = ANY($1) \
         AND (NOT $2 OR c.stopped_at IS NULL) ORDER BY r.sent_at DESC, r.clock_id, r.rung LIMIT $3"
    );
    RungRow::find_by_statement(sql(
        &text,
        [posts.into(), only_open.into(), i64::from(limit).into()],
    ))
    .all(db)
    .await
}
