//! All SQL of sla-watchdog.

use chassis::db::sql;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use serde::Serialize;

pub(crate) mod clocks;
pub(crate) mod reference;
pub(crate) mod rungs;
pub(crate) mod subjects;

pub(crate) use clocks::ClockRow;
pub(crate) use rungs::RungRow;
pub(crate) use subjects::{FactRow, SubjectRow};

/// Rows as one value of a statement, for `jsonb_populate_recordset`.
fn rows<R: Serialize>(rows: &[R]) -> Result<Value, DbErr> {
    serde_json::to_value(rows)
        .map(Value::from)
        .map_err(|error| DbErr::Json(error.to_string()))
}

/// How many clocks run, and how the messages that are due wait.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Pulse {
    /// Complaints that have or had clocks.
    pub(crate) cases: i64,
    /// Clocks that have not ended.
    pub(crate) open: i64,
    /// Since when the oldest message that is due waits.
    pub(crate) oldest: Option<DateTime<Utc>>,
    /// Messages that are due.
    pub(crate) due: i64,
    /// Of those, the ones that wait for more than a minute.
    pub(crate) over_a_minute: i64,
    /// And for more than ten.
    pub(crate) over_ten_minutes: i64,
    /// And for more than an hour.
    pub(crate) over_an_hour: i64,
    /// Messages that nobody can be told.
    pub(crate) unreachable: i64,
    /// Clocks that wait for a calendar.
    pub(crate) beyond: i64,
}

pub(crate) async fn pulse(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Pulse, DbErr> {
    let text = "WITH due AS (SELECT r.deliver_at, r.unreached_since FROM rungs r JOIN clocks c USING (clock_id) \
                WHERE r.sent_at IS NULL AND NOT r.idle AND r.deliver_at < $1 AND c.state IN ('running', 'overdue')), \
                told AS (SELECT * FROM due WHERE unreached_since IS NULL) \
                SELECT (SELECT count(*) FROM subjects s WHERE kind = 'case' AND EXISTS \
                (SELECT FROM clocks c WHERE c.subject_id = s.subject_id)) AS cases, \
                (SELECT count(*) FROM clocks WHERE stopped_at IS NULL) AS open, \
                (SELECT min(deliver_at) FROM told) AS oldest, (SELECT count(*) FROM told) AS due, \
                (SELECT count(*) FROM told WHERE deliver_at < $1 - interval '1 minute') AS over_a_minute, \
                (SELECT count(*) FROM told WHERE deliver_at < $1 - interval '10 minutes') AS over_ten_minutes, \
                (SELECT count(*) FROM told WHERE deliver_at < $1 - interval '1 hour') AS over_an_hour, \
                (SELECT count(*) FROM due WHERE unreached_since IS NOT NULL) AS unreachable, \
                (SELECT count(*) FROM beyond) AS beyond";
    Pulse::find_by_statement(sql(text, [now.into()]))
        .one(db)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("pulse".to_owned()))
}
