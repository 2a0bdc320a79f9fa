//! All SQL about calls.

use adapter::domain::delivery::Proof;
use chassis::db::{Db, Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use uuid::Uuid;

use crate::domain::call::Call;

/// Remembers a nonce; says `false` when it came with another body before.
pub async fn first_nonce(
    tx: &Tx,
    line: &str,
    nonce: &str,
    body_digest: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = "INSERT INTO nonces (line, nonce, body_digest, seen_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let values = [line.into(), nonce.into(), body_digest.into(), now.into()];
    tx.execute_raw(sql(text, values)).await?;
    let text = "SELECT 1 AS one FROM nonces WHERE line = $1 AND nonce = $2 AND body_digest = $3";
    let values = [line.into(), nonce.into(), body_digest.into()];
    Ok(tx.query_one_raw(sql(text, values)).await?.is_some())
}

/// Forgets the nonces seen before an instant.
pub async fn forget_nonces(db: &Db, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let text = "DELETE FROM nonces WHERE seen_at < $1";
    let done = db.reader().execute_raw(sql(text, [before.into()])).await?;
    Ok(done.rows_affected())
}

/// An event as it is kept.
pub struct EventRow<'a> {
    /// The line.
    pub line: &'a str,
    /// The call centre's id of it.
    pub event_id: &'a str,
    /// The call.
    pub call_id: &'a str,
    /// What it is.
    pub kind: &'a str,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The kept body.
    pub raw_digest: &'a str,
}

/// Keeps an event; a repeat changes nothing.
pub async fn keep_event(tx: &Tx, event: &EventRow<'_>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "INSERT INTO call_events (line, event_id, call_id, kind, at, raw_digest, taken_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let values = [
        event.line.into(),
        event.event_id.into(),
        event.call_id.into(),
        event.kind.into(),
        event.at.into(),
        event.raw_digest.into(),
        now.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// Loads a call, making it when it is new, and keeps everybody else from moving it until `tx` ends.
pub async fn lock_call(
    tx: &Tx,
    line: &str,
    call_id: &str,
    unit_code: &str,
    raw_digest: &str,
) -> Result<Call, DbErr> {
    let text = "INSERT INTO calls (line, call_id, unit_code, raw_digest) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let values = [
        line.into(),
        call_id.into(),
        unit_code.into(),
        raw_digest.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    let text = "SELECT ringing_at, answered_at, hung_up_at, talk_seconds, recording FROM calls \
                WHERE line = $1 AND call_id = $2 FOR UPDATE";
    let row = tx
        .query_one_raw(sql(text, [line.into(), call_id.into()]))
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("call {call_id}")))?;
    call(&row)
}

/// Stores what is known of a call now; `answered_digest` is its "answered" event, when that has just come.
pub async fn save_call(
    tx: &Tx,
    line: &str,
    call_id: &str,
    call: &Call,
    form_due_at: Option<DateTime<Utc>>,
    answered_digest: Option<&str>,
) -> Result<(), DbErr> {
    let text = "UPDATE calls SET ringing_at = $3, answered_at = $4, hung_up_at = $5, talk_seconds = $6, recording = $7, \
                form_due_at = $8, raw_digest = coalesce($9, raw_digest) WHERE line = $1 AND call_id = $2";
    let values = [
        line.into(),
        call_id.into(),
        call.ringing_at.into(),
        call.answered_at.into(),
        call.hung_up_at.into(),
        call.talk_seconds.into(),
        call.recording.as_str().into(),
        form_due_at.into(),
        answered_digest.map(str::to_owned).into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// Finds a call.
pub async fn find_call(db: &Db, line: &str, call_id: &str) -> Result<Option<Call>, DbErr> {
    let text = "SELECT ringing_at, answered_at, hung_up_at, talk_seconds, recording FROM calls \
                WHERE line = $1 AND call_id = $2";
    let row = db
        .reader()
        .query_one_raw(sql(text, [line.into(), call_id.into()]))
        .await?;
    row.as_ref().map(call).transpose()
}

/// A call that has no form though it should.
pub struct Formless {
    /// The line.
    pub line: String,
    /// The call.
    pub call_id: String,
    /// The unit of the line.
    pub unit_code: String,
    /// When it was answered, or what of it is known instead.
    pub answered_at: DateTime<Utc>,
    /// The event that names the caller.
    pub raw_digest: String,
}

/// Finds the calls whose form is due and not there.
pub async fn formless(db: &Db, now: DateTime<Utc>) -> Result<Vec<Formless>, DbErr> {
    let text = "SELECT line, call_id, unit_code, coalesce(answered_at, ringing_at, hung_up_at) AS answered_at, raw_digest \
                FROM calls WHERE form_due_at <= $1 AND missed_form_at IS NULL AND NOT EXISTS (SELECT FROM call_forms WHERE call_forms.line = calls.line \
                AND call_forms.call_id = calls.call_id) ORDER BY form_due_at LIMIT 200";
    let rows = db.reader().query_all_raw(sql(text, [now.into()])).await?;
    rows.iter()
        .map(|row| {
            Ok(Formless {
                line: row.try_get("", "line")?,
                call_id: row.try_get("", "call_id")?,
                unit_code: row.try_get("", "unit_code")?,
                answered_at: row.try_get("", "answered_at")?,
                raw_digest: row.try_get("", "raw_digest")?,
            })
        })
        .collect()
}

/// Records that a call was put aside for want of a form.
pub async fn missed_form(
    db: &Db,
    line: &str,
    call_id: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE calls SET missed_form_at = $3 WHERE line = $1 AND call_id = $2";
    db.reader()
        .execute_raw(sql(text, [line.into(), call_id.into(), now.into()]))
        .await?;
    Ok(())
}

/// Records which form belongs to which call.
pub async fn keep_form(tx: &Tx, incoming: Uuid, line: &str, call_id: &str) -> Result<(), DbErr> {
    let text = "INSERT INTO call_forms (incoming_id, line, call_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, [incoming.into(), line.into(), call_id.into()]))
        .await?;
    Ok(())
}

/// A recording that is to become evidence.
pub struct Unbound {
    /// The form.
    pub incoming_id: Uuid,
    /// The line.
    pub line: String,
    /// The complaint.
    pub complaint_id: Uuid,
    /// The file.
    pub recording: String,
    /// How often it was tried.
    pub tries: i32,
}

/// Finds the recordings that are to become evidence of a complaint.
pub async fn unbound(db: &Db) -> Result<Vec<Unbound>, DbErr> {
    let text = "SELECT call_forms.incoming_id, call_forms.line, incoming.complaint_id, calls.recording, \
                call_forms.tries FROM call_forms \
                JOIN calls ON calls.line = call_forms.line AND calls.call_id = call_forms.call_id \
                JOIN incoming ON incoming.id = call_forms.incoming_id \
                WHERE call_forms.bound_at IS NULL AND call_forms.next_try_at <= now() \
                AND calls.recording <> '' AND incoming.complaint_id IS NOT NULL \
                ORDER BY call_forms.next_try_at LIMIT 50";
    let rows = db.reader().query_all_raw(sql(text, [])).await?;
    rows.iter()
        .map(|row| {
            Ok(Unbound {
                incoming_id: row.try_get("", "incoming_id")?,
                line: row.try_get("", "line")?,
                complaint_id: row.try_get("", "complaint_id")?,
                recording: row.try_get("", "recording")?,
                tries: row.try_get("", "tries")?,
            })
        })
        .collect()
}

/// Records that a recording became evidence, or why it will not.
pub async fn bound(db: &Db, incoming: Uuid, note: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "UPDATE call_forms SET bound_at = $2, note = $3 WHERE incoming_id = $1";
    db.reader()
        .execute_raw(sql(text, [incoming.into(), now.into(), note.into()]))
        .await?;
    Ok(())
}

/// Lets a recording wait.
pub async fn wait(db: &Db, incoming: Uuid) -> Result<(), DbErr> {
    let text = "UPDATE call_forms SET tries = tries + 1, \
                next_try_at = now() + make_interval(secs => least(600, power(2, least(tries, 9)))) \
                WHERE incoming_id = $1";
    db.reader()
        .execute_raw(sql(text, [incoming.into()]))
        .await?;
    Ok(())
}

/// A call by which a notice was to be delivered.
pub struct AttemptRow {
    /// The line.
    pub line: String,
    /// The call centre's id of it.
    pub event_id: String,
    /// The notice.
    pub notice_id: String,
    /// When it was dialled.
    pub dialled_at: DateTime<Utc>,
    /// How it ended.
    pub result: String,
    /// Whether no further attempt will be made.
    pub last: bool,
    /// The event itself.
    pub proof: Proof,
}

/// Keeps an attempt; a repeat changes nothing.
pub async fn keep_attempt(tx: &Tx, attempt: &AttemptRow) -> Result<(), DbErr> {
    let text = "INSERT INTO attempts (line, event_id, notice_id, dialled_at, result, last, raw_digest, size_bytes) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let same =
        "SELECT 1 AS one FROM attempts WHERE line = $1 AND event_id = $2 AND raw_digest <> $3";
    let known = [
        attempt.line.as_str().into(),
        attempt.event_id.as_str().into(),
        attempt.proof.digest.as_str().into(),
    ];
    // A call centre that counts its events from one again after a restart tells of another call by the same id.
    let other = tx.query_one_raw(sql(same, known)).await?.is_some();
    let event_id = if other {
        format!("{}#{}", attempt.event_id, attempt.proof.digest)
    } else {
        attempt.event_id.clone()
    };
    let values = [
        attempt.line.as_str().into(),
        event_id.into(),
        attempt.notice_id.as_str().into(),
        attempt.dialled_at.into(),
        attempt.result.as_str().into(),
        attempt.last.into(),
        attempt.proof.digest.as_str().into(),
        attempt.proof.size_bytes.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// Finds the attempts whose notice is known here and has not taken them into account, in order of dialling.
pub async fn unapplied(db: &Db) -> Result<Vec<AttemptRow>, DbErr> {
    let text = "SELECT attempts.line, attempts.event_id, attempts.notice_id, attempts.dialled_at, attempts.result, \
                attempts.last, attempts.raw_digest, attempts.size_bytes FROM attempts \
                JOIN deliveries ON deliveries.notice_id = attempts.notice_id \
                WHERE attempts.applied_at IS NULL ORDER BY attempts.dialled_at LIMIT 200";
    let rows = db.reader().query_all_raw(sql(text, [])).await?;
    rows.iter()
        .map(|row| {
            Ok(AttemptRow {
                line: row.try_get("", "line")?,
                event_id: row.try_get("", "event_id")?,
                notice_id: row.try_get("", "notice_id")?,
                dialled_at: row.try_get("", "dialled_at")?,
                result: row.try_get("", "result")?,
                last: row.try_get("", "last")?,
                proof: Proof {
                    digest: row.try_get("", "raw_digest")?,
                    size_bytes: row.try_get("", "size_bytes")?,
                    media_type: "application/json".to_owned(),
                },
            })
        })
        .collect()
}

/// Records that a notice took an attempt into account.
pub async fn applied(tx: &Tx, attempt: &AttemptRow, now: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "UPDATE attempts SET applied_at = $3 WHERE line = $1 AND event_id = $2";
    let values = [
        attempt.line.as_str().into(),
        attempt.event_id.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

fn call(row: &QueryResult) -> Result<Call, DbErr> {
    Ok(Call {
        ringing_at: row.try_get("", "ringing_at")?,
        answered_at: row.try_get("", "answered_at")?,
        hung_up_at: row.try_get("", "hung_up_at")?,
        talk_seconds: row.try_get("", "talk_seconds")?,
        recording: row.try_get("", "recording")?,
    })
}
