//! The door the platform calls at: checked, kept, answered; in this order, well within its five seconds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use adapter::{
    Desk,
    acknowledging::acknowledgement,
    arriving::{Arrival, Kept},
    desk::digest,
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use secrecy::ExposeSecret as _;

use crate::{
    config::{Account, Mode},
    crypto::{MessageKey, signature, signed},
    domain::callback::{Push, fresh},
    way::{Wechat, read_push},
    xml,
};

/// What the platform takes as "got it, nothing to show".
const TAKEN: &str = "success";

type Queried = Query<HashMap<String, String>>;
type Office = State<Arc<Desk<Wechat>>>;

/// The door.
pub fn router(desk: Arc<Desk<Wechat>>) -> Router {
    let limit = desk.way.settings.largest_body_bytes;
    Router::new()
        .route("/wechat/{account}", get(verify).post(take))
        .layer(DefaultBodyLimit::max(limit))
        .with_state(desk)
}

/// The platform checks our address.
async fn verify(State(desk): Office, Path(name): Path<String>, Query(query): Queried) -> Response {
    let Some(account) = desk.way.settings.accounts.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asked = Asked::new(&query);
    if !asked.signed(account) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if !asked.fresh(&desk) {
        return StatusCode::FORBIDDEN.into_response();
    }
    asked.word("echostr").to_owned().into_response()
}

/// The platform pushes a message.
async fn take(
    State(desk): Office,
    Path(name): Path<String>,
    Query(query): Queried,
    body: Bytes,
) -> Response {
    let Some(account) = desk.way.settings.accounts.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let opened = match open(&desk, account, &Asked::new(&query), &body) {
        Ok(opened) => opened,
        Err(status) => {
            tracing::warn!(account = %name, %status, "a call-back was refused");
            return status.into_response();
        }
    };
    match keep_and_answer(&desk, account, &Asked::new(&query), body, opened).await {
        Ok(answer) => answer,
        // Nothing was kept, so nothing is acknowledged: the platform calls again.
        Err(error) => {
            tracing::error!(account = %name, error = format!("{error:#}"), "a call-back could not be kept");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What a call says about itself.
struct Asked<'a>(&'a HashMap<String, String>);

impl<'a> Asked<'a> {
    fn new(query: &'a HashMap<String, String>) -> Self {
        Self(query)
    }

    fn word(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether `signature` is the platform's.
    fn signed(&self, account: &Account) -> bool {
        let token = account.token.expose_secret();
        !token.is_empty()
            && signed(
                &[token, self.word("timestamp"), self.word("nonce")],
                self.word("signature"),
            )
    }

    /// Whether `msg_signature` is the platform's, for this cipher.
    fn signed_for(&self, account: &Account, cipher: &str) -> bool {
        let token = account.token.expose_secret();
        !token.is_empty()
            && signed(
                &[token, self.word("timestamp"), self.word("nonce"), cipher],
                self.word("msg_signature"),
            )
    }

    fn fresh(&self, desk: &Desk<Wechat>) -> bool {
        let now = desk.base.clock.now().timestamp();
        fresh(self.word("timestamp"), now, desk.way.settings.skew_seconds)
    }
}

/// A call-back whose sender is known to be the platform.
struct Opened {
    /// What is kept: the message, or the whole body when it could not be opened and is put aside (guideline art. 24(1)).
    raw: Bytes,
    /// What is wrong with it.
    flaw: String,
    /// The key that opened it; answers are sealed with the same.
    key: Option<MessageKey>,
}

/// Checks a call-back and opens it. A refusal means that it is not from the platform.
fn open(
    desk: &Desk<Wechat>,
    account: &Account,
    asked: &Asked<'_>,
    body: &Bytes,
) -> Result<Opened, StatusCode> {
    let encrypted = asked.word("encrypt_type") == "aes" || !asked.word("msg_signature").is_empty();
    if account.mode == Mode::Secure && !encrypted {
        return Err(StatusCode::FORBIDDEN);
    }
    let cipher = if encrypted {
        let found = std::str::from_utf8(body)
            .ok()
            .and_then(|text| xml::fields(text).ok())
            .and_then(|mut fields| fields.remove("Encrypt"));
        let Some(cipher) = found else {
            // It cannot be told whether this is the cipher the platform signed, only that the platform calls.
            if !asked.signed(account) {
                return Err(StatusCode::UNAUTHORIZED);
            }
            return fresh_or_forbidden(
                desk,
                asked,
                Opened {
                    raw: body.clone(),
                    flaw: sealed_for_ever("没有密文"),
                    key: None,
                },
            );
        };
        if !asked.signed_for(account, &cipher) {
            return Err(StatusCode::UNAUTHORIZED);
        }
        Some(cipher)
    } else {
        if !asked.signed(account) {
            return Err(StatusCode::UNAUTHORIZED);
        }
        None
    };
    let opened = match cipher {
        None => Opened {
            raw: body.clone(),
            flaw: String::new(),
            key: None,
        },
        Some(cipher) => decrypt(account, &cipher, body),
    };
    fresh_or_forbidden(desk, asked, opened)
}

fn fresh_or_forbidden(
    desk: &Desk<Wechat>,
    asked: &Asked<'_>,
    opened: Opened,
) -> Result<Opened, StatusCode> {
    if asked.fresh(desk) {
        Ok(opened)
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}

/// What a clerk is told of a message that no key opens.
fn sealed_for_ever(why: &str) -> String {
    format!("微信消息无法解密（{why}），请系统管理员核对公众号的消息密钥，并请投诉人重发")
}

/// Opens a cipher with the present key, or the one before it.
fn decrypt(account: &Account, cipher: &str, body: &Bytes) -> Opened {
    let mut flaw = sealed_for_ever("没有配置消息密钥");
    for key in [&account.aes_key, &account.previous_aes_key] {
        let Some(key) = MessageKey::parse(key.expose_secret()) else {
            continue;
        };
        match key.open(cipher, &account.app_id) {
            Ok(message) => {
                return Opened {
                    raw: message.into(),
                    flaw: String::new(),
                    key: Some(key),
                };
            }
            Err(why) => flaw = sealed_for_ever(&why.to_string()),
        }
    }
    Opened {
        raw: body.clone(),
        flaw,
        key: None,
    }
}

async fn keep_and_answer(
    desk: &Desk<Wechat>,
    account: &Account,
    asked: &Asked<'_>,
    body: Bytes,
    opened: Opened,
) -> anyhow::Result<Response> {
    let push = if opened.flaw.is_empty() {
        read_push(&opened.raw)
    } else {
        Err(opened.flaw.clone())
    };
    // The bytes that the platform signed are kept beside the message that was in them.
    let signed_bytes = desk.base.blobs.put(body).await?;
    let (message_id, sender, flaw) = match &push {
        Ok(push) => (
            digest(push.identity.as_bytes()),
            push.openid.clone(),
            String::new(),
        ),
        Err(why) => (String::new(), String::new(), why.clone()),
    };
    let arrival = Arrival {
        scope: account.app_id.clone(),
        message_id,
        account: account.app_id.clone(),
        unit_code: account.unit_code.clone(),
        sender,
        received_at: desk.base.clock.now(),
        raw: opened.raw,
        body_digest: String::new(),
        flaw,
        // A repeated call may be equal to the byte, and is a delivery of its own all the same.
        note: format!(
            "{}.{}.{signed_bytes}.{}",
            asked.word("timestamp"),
            asked.word("nonce"),
            desk.base.ids.new_id()
        ),
    };
    let received_at = arrival.received_at;
    let kept = desk.keep(arrival).await?;
    if kept.again {
        again(desk, kept).await?;
        return Ok(TAKEN.into_response());
    }
    let Ok(push) = push else {
        desk.base.wake.wake("register");
        return Ok(TAKEN.into_response());
    };
    let patience = Duration::from_millis(desk.way.settings.patience_ms);
    let told = desk.answer_at_the_door(kept.id, patience).await;
    let told = told.unwrap_or_else(|error| {
        // It is kept, and the task goes on with it.
        tracing::warn!(message = %kept.id, error = format!("{error:#}"), "a message was not answered at once");
        None
    });
    let said =
        told.map(|(complaint, query_code)| acknowledgement(&complaint, &query_code, received_at));
    match said {
        Some(text) => Ok(reply(account, &push, &text, asked, opened.key.as_ref())),
        None => {
            desk.base.wake.wake("register");
            Ok(TAKEN.into_response())
        }
    }
}

/// The platform calls again: it did not take our answer, so the number is sent as a message of its own, once.
async fn again(desk: &Desk<Wechat>, kept: Kept) -> anyhow::Result<()> {
    if kept.deliveries == 2 {
        desk.answer_again(kept.id).await?;
        desk.base.wake.wake("register");
    }
    Ok(())
}

/// A text in answer to the push itself, sealed when the push was.
fn reply(
    account: &Account,
    push: &Push,
    text: &str,
    asked: &Asked<'_>,
    key: Option<&MessageKey>,
) -> Response {
    let message = format!(
        "<xml><ToUserName>{}</ToUserName><FromUserName>{}</FromUserName><CreateTime>{}</CreateTime>\
         <MsgType><![CDATA[text]]></MsgType><Content>{}</Content></xml>",
        xml::cdata(&push.openid),
        xml::cdata(&push.account),
        asked.word("timestamp"),
        xml::cdata(text)
    );
    let message = match key {
        None => Some(message),
        Some(key) => key
            .seal(message.as_bytes(), &account.app_id, rand::random())
            .map(|cipher| sealed(account, &cipher, asked)),
    };
    message.map_or_else(
        || TAKEN.into_response(),
        |message| {
            (
                [(header::CONTENT_TYPE, "text/xml; charset=utf-8")],
                Body::from(message),
            )
                .into_response()
        },
    )
}

fn sealed(account: &Account, cipher: &str, asked: &Asked<'_>) -> String {
    let (timestamp, nonce) = (asked.word("timestamp"), asked.word("nonce"));
    let token = account.token.expose_secret();
    let signature = signature(&[token, timestamp, nonce, cipher]);
    format!(
        "<xml><Encrypt>{}</Encrypt><MsgSignature>{}</MsgSignature><TimeStamp>{timestamp}</TimeStamp><Nonce>{}</Nonce></xml>",
        xml::cdata(cipher),
        xml::cdata(&signature),
        xml::cdata(nonce)
    )
}
