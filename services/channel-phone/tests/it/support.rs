//! An adapter with one line, and the call centre that posts to it.

use std::sync::Arc;

use adapter::testing::Office;
use channel_phone::{ChannelPhone, web};
use chassis::{clock::Clock as _, testing::Stack};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// How a post is signed.
pub(crate) struct Signed<'a> {
    pub(crate) secret: &'a str,
    pub(crate) timestamp: i64,
    pub(crate) nonce: &'a str,
}

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) office: Arc<Office>,
    pub(crate) recordings: TempDir,
    client: reqwest::Client,
}

impl World {
    pub(crate) async fn new() -> Self {
        let recordings = tempfile::tempdir().unwrap();
        let (office, url) = Office::open().await;
        let stack = Stack::start::<ChannelPhone>(|setup| {
            setup
                .set("peers.intake", &url)
                .set("peers.routing", &url)
                .set("service.patience_ms", 500)
                .set("service.lines.hotline.number", "96138")
                .set("service.lines.hotline.unit_code", "589002SL")
                .set("service.lines.hotline.secret", SECRET)
                .set("service.lines.hotline.recordings", recordings.path());
        })
        .await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            stack,
            office,
            recordings,
            client,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.stack.clock.now().timestamp()
    }

    pub(crate) async fn post_as(
        &self,
        line: &str,
        signed: &Signed<'_>,
        body: &str,
    ) -> (u16, Value) {
        let timestamp = signed.timestamp.to_string();
        let mac = web::signed(signed.secret, &timestamp, signed.nonce, body.as_bytes()).unwrap();
        let signature = hmac::Mac::finalize(mac).into_bytes();
        let answer = self
            .client
            .post(format!("{}/phone/{line}", self.stack.web_url))
            .header(web::TIMESTAMP, timestamp)
            .header(web::NONCE, signed.nonce)
            .header(web::SIGNATURE, hex::encode(signature))
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Posts as the call centre does, with a nonce of its own.
    pub(crate) async fn post(&self, body: &Value) -> (u16, Value) {
        let nonce = self.stack.ids.new_id().to_string();
        let signed = Signed {
            secret: SECRET,
            timestamp: self.now(),
            nonce: &nonce,
        };
        self.post_as("hotline", &signed, &body.to_string()).await
    }

    pub(crate) async fn states(&self) -> Vec<String> {
        use sea_orm::ConnectionTrait as _;
        let text = "SELECT state FROM incoming ORDER BY position";
        let rows = self
            .stack
            .db
            .reader()
            .query_all_raw(chassis::db::sql(text, []))
            .await
            .unwrap();
        rows.iter()
            .map(|row| row.try_get("", "state").unwrap())
            .collect()
    }
}

/// An event of a call, at a time of the first day.
pub(crate) fn event(what: &str, call: &str, time: &str) -> Value {
    json!({
        "event": what,
        "event_id": format!("{call}-{what}"),
        "call_id": call,
        "at": format!("2026-09-23T{time}+08:00"),
        "caller": "13800005678",
        "vendor_field": { "queue": 3 },
    })
}

/// An agent's form about a call.
pub(crate) fn form(call: &str, time: &str, content: &str) -> Value {
    let mut form = event("form", call, time);
    form["form"] = json!({ "name": "张三", "content": content, "demand": "道歉" });
    form
}
