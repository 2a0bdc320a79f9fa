//! The door the call centre posts to: signed, fresh, kept, answered.

use std::{sync::Arc, time::Duration};

use adapter::{Desk, arriving::Arrival, desk::digest, domain::delivery::Proof};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use bytes::Bytes;
use chassis::db::Tx;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sea_orm::DbErr;
use secrecy::ExposeSecret as _;
use serde_json::json;
use sha2::Sha256;

use crate::{
    config::Line,
    domain::call::FormRule,
    store::{self, AttemptRow, EventRow},
    way::Phone,
    wire::{self, Posted, What},
};

/// When it was signed, in seconds since 1970.
pub const TIMESTAMP: &str = "x-suda-timestamp";
/// A word that is used once.
pub const NONCE: &str = "x-suda-nonce";
/// The hexadecimal HMAC-SHA256 of timestamp, nonce and body, each on a line.
pub const SIGNATURE: &str = "x-suda-signature";
/// The longest nonce taken.
const LONGEST_NONCE: usize = 100;

type Office = State<Arc<Desk<Phone>>>;

/// The door.
pub fn router(desk: Arc<Desk<Phone>>) -> Router {
    let limit = desk.way.settings.largest_body_bytes;
    Router::new()
        .route("/phone/{line}", post(take))
        .layer(DefaultBodyLimit::max(limit))
        .with_state(desk)
}

/// Something that was posted on a line, and when.
struct Call<'a> {
    name: &'a str,
    line: &'a Line,
    body: Bytes,
    now: DateTime<Utc>,
}

async fn take(
    State(desk): Office,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(line) = desk.way.settings.lines.get(&name) else {
        return refusal(StatusCode::NOT_FOUND, "没有这条线路，请核对地址中的线路名");
    };
    let call = Call {
        name: &name,
        line,
        body,
        now: desk.base.clock.now(),
    };
    let nonce = match check(&call, &headers, desk.way.settings.skew_seconds) {
        Ok(nonce) => nonce,
        Err((status, why)) => {
            tracing::warn!(line = %name, %status, "a call was refused");
            return refusal(status, why);
        }
    };
    match keep_and_answer(&desk, call, &nonce).await {
        Ok(answer) => answer,
        // Nothing may have been kept, so nothing is acknowledged: the call centre posts again.
        Err(error) => {
            tracing::error!(line = %name, error = format!("{error:#}"), "a call could not be kept");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "未能保存，请重发")
        }
    }
}

/// Signs what is posted.
#[must_use]
pub fn signed(secret: &str, timestamp: &str, nonce: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{timestamp}\n{nonce}\n").as_bytes());
    mac.update(body);
    Some(mac)
}

/// Says whether it is the call centre that posts, and now; gives the nonce.
fn check(
    call: &Call<'_>,
    headers: &HeaderMap,
    skew_seconds: u32,
) -> Result<String, (StatusCode, &'static str)> {
    let word = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let (timestamp, nonce) = (word(TIMESTAMP), word(NONCE));
    let secret = call.line.secret.expose_secret();
    // Compared in constant time.
    let right = hex::decode(word(SIGNATURE)).is_ok_and(|claimed| {
        signed(secret, timestamp, nonce, &call.body)
            .is_some_and(|mac| mac.verify_slice(&claimed).is_ok())
    });
    if !right || nonce.is_empty() || nonce.len() > LONGEST_NONCE {
        return Err((
            StatusCode::UNAUTHORIZED,
            "签名不对，请核对线路的密钥和签名的算法",
        ));
    }
    let fresh = timestamp
        .parse::<i64>()
        .is_ok_and(|at| at.abs_diff(call.now.timestamp()) <= u64::from(skew_seconds));
    if !fresh {
        return Err((
            StatusCode::FORBIDDEN,
            "时间戳与本系统的时钟相差过大，请校准时钟，重新签名后再发",
        ));
    }
    Ok(nonce.to_owned())
}

async fn keep_and_answer(
    desk: &Desk<Phone>,
    call: Call<'_>,
    nonce: &str,
) -> anyhow::Result<Response> {
    let digest = desk.base.blobs.put(call.body.clone()).await?;
    let first = desk
        .base
        .db
        .transaction("remember_nonce", async |tx| {
            store::first_nonce(tx, call.name, nonce, &digest, call.now).await
        })
        .await?;
    if !first {
        return Ok(refusal(
            StatusCode::FORBIDDEN,
            "一次性随机数已用于另一内容，请换用新的随机数重新签名",
        ));
    }
    let posted = match wire::read(&call.body) {
        Ok(posted) => posted,
        Err(why) => {
            let mut arrival = arrival(call);
            arrival.flaw = why;
            desk.keep(arrival).await?;
            desk.base.wake.wake("register");
            return Ok(kept(StatusCode::ACCEPTED));
        }
    };
    desk.base
        .db
        .transaction("keep_event", async |tx| {
            keep(desk, tx, &call, &posted, &digest).await
        })
        .await?;
    match posted.event {
        What::Form => take_form(desk, call, posted).await,
        What::Attempt => {
            desk.base.wake.wake("attempts");
            Ok(kept(StatusCode::OK))
        }
        What::Recording => {
            desk.base.wake.wake("bind");
            Ok(kept(StatusCode::OK))
        }
        What::Ringing | What::Answered | What::HungUp => Ok(kept(StatusCode::OK)),
    }
}

/// Keeps an event and what it says of its call, or of a notice.
async fn keep(
    desk: &Desk<Phone>,
    tx: &Tx,
    call: &Call<'_>,
    posted: &Posted,
    raw_digest: &str,
) -> Result<(), DbErr> {
    let event = EventRow {
        line: call.name,
        event_id: &posted.event_id,
        call_id: &posted.call_id,
        kind: posted.event.word(),
        at: posted.at,
        raw_digest,
    };
    store::keep_event(tx, &event, call.now).await?;
    if let Some(told) = posted.call_event(call.now) {
        let (line, call_id, unit) = (call.name, &posted.call_id, &call.line.unit_code);
        let mut known = store::lock_call(tx, line, call_id, unit, raw_digest).await?;
        known.hear(&told);
        let settings = &desk.way.settings;
        let due = known.form_due_at(&FormRule {
            spoken_seconds: settings.spoken_seconds,
            by: settings.form_by,
            grace_minutes: settings.form_grace_minutes,
        });
        let answered = (posted.event == What::Answered).then_some(raw_digest);
        store::save_call(tx, line, call_id, &known, due, answered).await?;
    }
    if let Some(attempt) = &posted.attempt {
        let row = AttemptRow {
            line: call.name.to_owned(),
            event_id: posted.event_id.clone(),
            notice_id: attempt.notice_id.clone(),
            dialled_at: posted.at.min(call.now),
            result: attempt.result.word().to_owned(),
            last: attempt.given_up,
            proof: Proof {
                digest: raw_digest.to_owned(),
                size_bytes: i64::try_from(call.body.len()).unwrap_or(i64::MAX),
                media_type: "application/json".to_owned(),
            },
        };
        store::keep_attempt(tx, &row).await?;
    }
    Ok(())
}

/// An agent's form: kept, registered, and answered with the number the agent tells the caller (F2.3).
async fn take_form(desk: &Desk<Phone>, call: Call<'_>, posted: Posted) -> anyhow::Result<Response> {
    let (line, now) = (call.name, call.now);
    let mut arrival = arrival(call);
    arrival.message_id = format!("form:{}", posted.event_id);
    arrival.received_at = posted.at.min(now);
    arrival.sender = posted
        .form
        .map(|form| form.phone)
        .filter(|phone| !phone.is_empty())
        .unwrap_or(posted.caller);
    let form = desk.keep(arrival).await?;
    if !posted.call_id.is_empty() {
        desk.base
            .db
            .transaction("keep_form", async |tx| {
                store::keep_form(tx, form.id, line, &posted.call_id).await
            })
            .await?;
    }
    let patience = Duration::from_millis(desk.way.settings.patience_ms);
    let told = desk.answer_at_the_door(form.id, patience).await;
    let told = told.unwrap_or_else(|error| {
        // It is kept, and the task goes on with it; the agent asks again.
        tracing::warn!(message = %form.id, error = format!("{error:#}"), "a form was not answered at once");
        None
    });
    Ok(match told {
        Some((complaint, query_code)) => Json(json!({
            "state": "registered",
            "number": complaint.number,
            "query_code": query_code,
        }))
        .into_response(),
        None => {
            desk.base.wake.wake("register");
            kept(StatusCode::ACCEPTED)
        }
    })
}

fn arrival(call: Call<'_>) -> Arrival {
    Arrival {
        scope: call.name.to_owned(),
        message_id: String::new(),
        account: call.line.number.clone(),
        unit_code: call.line.unit_code.clone(),
        sender: String::new(),
        received_at: call.now,
        note: digest(&call.body),
        raw: call.body,
        body_digest: String::new(),
        flaw: String::new(),
    }
}

/// It is kept; a form that is answered so has no number yet and may be posted again.
fn kept(status: StatusCode) -> Response {
    (status, Json(json!({ "state": "kept" }))).into_response()
}

fn refusal(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "state": "refused", "why": why }))).into_response()
}
