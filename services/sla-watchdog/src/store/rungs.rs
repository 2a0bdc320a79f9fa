//! The messages of the ladders.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::ClockRow;
use crate::domain::ladder::Planned;

/// A message of a clock's ladder.
#[derive(Debug, Clone, FromQueryResult)]
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

/// Replaces the messages of a clock that were not sent by those of its present due instant. Those that were sent stay (P2).
pub(crate) async fn plan(tx: &Tx, clock: &ClockRow, rungs: &[Planned]) -> Result<(), DbErr> {
    withdraw(tx, clock.clock_id).await?;
    add(tx, clock, rungs).await.map(drop)
}

/// Takes back the messages of a clock that were not sent.
pub(crate) async fn withdraw(tx: &Tx, clock_id: Uuid) -> Result<(), DbErr> {
    let gone = "DELETE FROM rungs WHERE clock_id = $1 AND sent_at IS NULL";
    tx.execute_raw(sql(gone, [clock_id.into()])).await.map(drop)
}

/// Plans messages, unless they are; says how many were not.
pub(crate) async fn add(tx: &Tx, clock: &ClockRow, rungs: &[Planned]) -> Result<u64, DbErr> {
    if rungs.is_empty() {
        return Ok(0);
    }
    let text = "INSERT INTO rungs (clock_id, due_version, rung, recipient, legal_at, deliver_at, escalation) \
                SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[]) \
                ON CONFLICT DO NOTHING";
    let each = |of: fn(&Planned) -> String| rungs.iter().map(of).collect::<Vec<_>>();
    let when = |of: fn(&Planned) -> DateTime<Utc>| rungs.iter().map(of).collect::<Vec<_>>();
    let escalations: Vec<bool> = rungs.iter().map(|rung| rung.escalation).collect();
    let values = [
        clock.clock_id.into(),
        clock.due_version.into(),
        each(|rung| rung.code.clone()).into(),
        each(|rung| rung.recipient.clone()).into(),
        when(|rung| rung.at.with_timezone(&Utc)).into(),
        when(|rung| rung.deliver_at.with_timezone(&Utc)).into(),
        escalations.into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    Ok(done.rows_affected())
}

/// Messages of running clocks that are due, earliest first, locked for this transaction. One that nobody could be told is
/// tried again only after an hour, so that it neither starves the others nor fills the log.
pub(crate) async fn claim(tx: &Tx, now: DateTime<Utc>, batch: u32) -> Result<Vec<RungRow>, DbErr> {
    let text = format!(
        "SELECT {RUNG} FROM rungs r JOIN clocks c USING (clock_id) \
         WHERE r.sent_at IS NULL AND r.deliver_at < $1 AND c.state IN ('running', 'overdue') \
         AND (r.unreached_since IS NULL OR r.unreached_since < $1 - interval '1 hour') \
         ORDER BY r.deliver_at, r.clock_id, r.rung LIMIT $2 FOR UPDATE OF r SKIP LOCKED"
    );
    RungRow::find_by_statement(sql(&text, [now.into(), i64::from(batch).into()]))
        .all(tx)
        .await
}

pub(crate) async fn mark_sent(tx: &Tx, rung: &RungRow) -> Result<(), DbErr> {
    let text = "UPDATE rungs SET sent_at = $5, to_post = $6, to_unit = $7, via = $8, unreached_since = NULL \
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
