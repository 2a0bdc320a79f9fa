//! Messages that came in.

use std::collections::BTreeMap;

use chassis::db::{Db, Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

use super::LEASE;
use crate::domain::incoming::{Complaint, Incoming, State};

const COLUMNS: &str = "id, scope, message_id, account, unit_code, sender_key, received_at, taken_at, raw_digest, flaw, \
                       state, complaint_id, complaint_number, union_code, addition, answered_at, acknowledged_at, why, \
                       revision";

/// What is known of the message with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The row.
    pub id: Uuid,
    /// The digest of what must be equal in a repeat.
    pub body_digest: String,
}

/// Finds the message with this id within its scope.
pub async fn known(tx: &Tx, scope: &str, message_id: &str) -> Result<Option<Known>, DbErr> {
    let text = "SELECT id, body_digest FROM incoming WHERE scope = $1 AND message_id = $2";
    let row = tx
        .query_one_raw(sql(text, [scope.into(), message_id.into()]))
        .await?;
    row.map(|row| {
        Ok(Known {
            id: row.try_get("", "id")?,
            body_digest: row.try_get("", "body_digest")?,
        })
    })
    .transpose()
}

/// Keeps a new message; says `false` when another worker kept it at the same moment.
pub async fn insert(tx: &Tx, message: &Incoming, body_digest: &str) -> Result<bool, DbErr> {
    let text = "INSERT INTO incoming (id, scope, message_id, body_digest, account, unit_code, sender_key, received_at, \
                taken_at, raw_digest, flaw, state, revision) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    let values = [
        message.id.into(),
        message.scope.as_str().into(),
        message.message_id.as_str().into(),
        body_digest.into(),
        message.account.as_str().into(),
        message.unit_code.as_str().into(),
        message.sender_key.as_str().into(),
        message.received_at.into(),
        message.taken_at.into(),
        message.raw_digest.as_str().into(),
        message.flaw.as_str().into(),
        message.state.name().into(),
        message.revision.into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    Ok(done.rows_affected() == 1)
}

/// Records one delivery of a message; one that is known changes nothing.
pub async fn arrived(
    tx: &Tx,
    id: Uuid,
    account: &str,
    raw_digest: &str,
    note: &str,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO arrivals (incoming_id, account, raw_digest, note, arrived_at) \
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let values = [
        id.into(),
        account.into(),
        raw_digest.into(),
        note.into(),
        at.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// Counts the deliveries of a message.
pub async fn deliveries(tx: &Tx, id: Uuid) -> Result<u64, DbErr> {
    let text = "SELECT count(*) AS deliveries FROM arrivals WHERE incoming_id = $1";
    let row = tx.query_one_raw(sql(text, [id.into()])).await?;
    row.map_or(Ok(0), |row| super::count(&row, "deliveries"))
}

/// Takes some messages to work on; nobody else has them until the lease ends.
pub async fn lease(db: &Db, how_many: u32) -> Result<Vec<Incoming>, DbErr> {
    let text = format!(
        "UPDATE incoming SET leased_until = now() + interval '{LEASE}' WHERE id IN (\
         SELECT id FROM incoming WHERE state IN ('received', 'registered', 'answering') \
         AND next_try_at <= now() AND leased_until <= now() ORDER BY next_try_at, position LIMIT $1 \
         FOR UPDATE SKIP LOCKED) RETURNING position, {COLUMNS}"
    );
    let rows = db
        .reader()
        .query_all_raw(sql(&text, [i64::from(how_many).into()]))
        .await?;
    let mut messages = rows
        .iter()
        .map(|row| Ok((row.try_get::<i64>("", "position")?, from_row(row)?)))
        .collect::<Result<Vec<_>, DbErr>>()?;
    messages.sort_by_key(|(position, _)| *position);
    Ok(messages.into_iter().map(|(_, message)| message).collect())
}

/// Takes one message to work on; `None` when somebody else has it.
pub async fn lease_one(db: &Db, id: Uuid) -> Result<Option<Incoming>, DbErr> {
    let text = format!(
        "UPDATE incoming SET leased_until = now() + interval '{LEASE}' \
         WHERE id = $1 AND leased_until <= now() RETURNING {COLUMNS}"
    );
    let row = db.reader().query_one_raw(sql(&text, [id.into()])).await?;
    row.as_ref().map(from_row).transpose()
}

/// Gives a message back, to be tried again after some seconds.
pub async fn release(db: &Db, id: Uuid, failed: bool) -> Result<(), DbErr> {
    let text = "UPDATE incoming SET leased_until = '-infinity', tries = CASE WHEN $2 THEN tries + 1 ELSE 0 END, \
                next_try_at = CASE WHEN $2 THEN now() + make_interval(secs => least(300, power(2, least(tries, 8)) * (0.75 + random() / 2))) \
                ELSE now() END WHERE id = $1";
    db.reader()
        .execute_raw(sql(text, [id.into(), failed.into()]))
        .await?;
    Ok(())
}

/// Finds a message.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Incoming>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM incoming WHERE id = $1");
    let row = db.reader().query_one_raw(sql(&text, [id.into()])).await?;
    row.as_ref().map(from_row).transpose()
}

/// Loads a message and keeps everybody else from moving it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Incoming>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM incoming WHERE id = $1 FOR UPDATE");
    let row = tx.query_one_raw(sql(&text, [id.into()])).await?;
    row.as_ref().map(from_row).transpose()
}

/// Stores a moved message.
pub async fn save(tx: &Tx, message: &Incoming) -> Result<(), DbErr> {
    let text = "UPDATE incoming SET state = $2, complaint_id = $3, complaint_number = $4, union_code = $5, \
                addition = $6, answered_at = $7, acknowledged_at = $8, why = $9, revision = $10, updated_at = now() \
                WHERE id = $1 AND revision = $10 - 1";
    let complaint = message.state.complaint();
    let (answered_at, acknowledged_at, why) = match &message.state {
        State::Received | State::Registered(_) => (None, None, None),
        State::Answering(_, at) => (Some(*at), None, None),
        State::Acknowledged(_, at) => (Some(*at), Some(*at), None),
        State::Unacknowledged(_, why) | State::Quarantined(why) | State::Noted(why) => {
            (None, None, Some(why.clone()))
        }
    };
    let values = [
        message.id.into(),
        message.state.name().into(),
        complaint.map(|complaint| complaint.id).into(),
        complaint.map(|complaint| complaint.number.clone()).into(),
        complaint
            .map(|complaint| complaint.union_code.clone())
            .into(),
        complaint.is_some_and(|complaint| complaint.addition).into(),
        answered_at.into(),
        acknowledged_at.into(),
        why.into(),
        message.revision.into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// Counts the answers a sender was given since an instant.
pub async fn answers_since(tx: &Tx, sender_key: &str, since: DateTime<Utc>) -> Result<u64, DbErr> {
    let text =
        "SELECT count(*) AS answers FROM incoming WHERE sender_key = $1 AND answered_at >= $2";
    let row = tx
        .query_one_raw(sql(text, [sender_key.into(), since.into()]))
        .await?;
    row.map_or(Ok(0), |row| super::count(&row, "answers"))
}

/// Says whether an earlier message of the same sender is not worked on yet.
pub async fn waits_for_earlier(db: &Db, id: Uuid) -> Result<bool, DbErr> {
    let text = "SELECT 1 AS one FROM incoming AS this JOIN incoming AS earlier ON earlier.account = this.account \
                AND earlier.sender_key = this.sender_key AND earlier.position < this.position \
                WHERE this.id = $1 AND this.sender_key <> '' AND earlier.state = 'received' LIMIT 1";
    let row = db.reader().query_one_raw(sql(text, [id.into()])).await?;
    Ok(row.is_some())
}

/// Counts messages by state.
pub async fn counts(db: &Db) -> Result<BTreeMap<String, u64>, DbErr> {
    let text = "SELECT state, count(*) AS messages FROM incoming GROUP BY state";
    let rows = db.reader().query_all_raw(sql(text, [])).await?;
    rows.iter()
        .map(|row| {
            let state: String = row.try_get("", "state")?;
            Ok((format!("incoming_{state}"), super::count(row, "messages")?))
        })
        .collect()
}

fn from_row(row: &QueryResult) -> Result<Incoming, DbErr> {
    let id: Uuid = row.try_get("", "id")?;
    let name: String = row.try_get("", "state")?;
    let why: Option<String> = row.try_get("", "why")?;
    let complaint = match row.try_get::<Option<Uuid>>("", "complaint_id")? {
        None => None,
        Some(complaint_id) => Some(Complaint {
            id: complaint_id,
            number: row.try_get("", "complaint_number")?,
            union_code: row.try_get("", "union_code")?,
            addition: row.try_get("", "addition")?,
        }),
    };
    let answered_at: Option<DateTime<Utc>> = row.try_get("", "answered_at")?;
    let acknowledged_at: Option<DateTime<Utc>> = row.try_get("", "acknowledged_at")?;
    let state = match (name.as_str(), complaint, why) {
        ("received", None, None) => Some(State::Received),
        ("registered", Some(complaint), _) => Some(State::Registered(complaint)),
        ("answering", Some(complaint), _) => answered_at.map(|at| State::Answering(complaint, at)),
        ("acknowledged", Some(complaint), _) => {
            acknowledged_at.map(|at| State::Acknowledged(complaint, at))
        }
        ("unacknowledged", Some(complaint), Some(why)) => {
            Some(State::Unacknowledged(complaint, why))
        }
        ("quarantined", None, Some(why)) => Some(State::Quarantined(why)),
        ("noted", None, Some(why)) => Some(State::Noted(why)),
        _ => None,
    };
    Ok(Incoming {
        id,
        scope: row.try_get("", "scope")?,
        message_id: row.try_get("", "message_id")?,
        account: row.try_get("", "account")?,
        unit_code: row.try_get("", "unit_code")?,
        sender_key: row.try_get("", "sender_key")?,
        received_at: row.try_get("", "received_at")?,
        taken_at: row.try_get("", "taken_at")?,
        raw_digest: row.try_get("", "raw_digest")?,
        flaw: row.try_get("", "flaw")?,
        state: state.ok_or_else(|| super::impossible("incoming", &id.to_string()))?,
        revision: row.try_get("", "revision")?,
    })
}
