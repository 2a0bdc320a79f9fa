//! An adapter with an account in secure mode and one in plain mode, and the platform that calls it.

use std::sync::{Arc, Mutex};

use adapter::testing::Office;
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use channel_wechat::{
    ChannelWechat,
    crypto::{MessageKey, signature},
};
use chassis::{clock::Clock as _, testing::Stack};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "taishan-token";
pub(crate) const APP: &str = "wx1111111111111111";
pub(crate) const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
pub(crate) const OLD_KEY: &str = "zyxwvutsrqponmlkjihgfedcba0123456789ABCDEFG";

/// The platform's API.
#[derive(Default)]
pub(crate) struct Platform {
    pub(crate) sent: Mutex<Vec<Value>>,
    pub(crate) tokens: Mutex<u32>,
    /// What it answers to a message; `None` is no JSON at all.
    pub(crate) errcode: Mutex<Option<i64>>,
}

impl Platform {
    async fn open() -> (Arc<Self>, String) {
        let platform = Arc::new(Self {
            errcode: Mutex::new(Some(0)),
            ..Self::default()
        });
        let router = Router::new()
            .route("/cgi-bin/stable_token", post(token))
            .route("/cgi-bin/message/custom/send", post(send))
            .route("/cgi-bin/media/get", get(media))
            .with_state(platform.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        #[expect(clippy::disallowed_methods, reason = "it lives as long as the test")]
        drop(tokio::spawn(
            async move { axum::serve(listener, router).await },
        ));
        (platform, url)
    }
}

async fn token(State(platform): State<Arc<Platform>>, Json(asked): Json<Value>) -> Json<Value> {
    assert_eq!(asked["secret"], "app-secret");
    let mut tokens = platform.tokens.lock().unwrap();
    *tokens += 1;
    Json(json!({ "access_token": format!("token-{tokens}"), "expires_in": 7200 }))
}

async fn send(
    State(platform): State<Arc<Platform>>,
    Json(asked): Json<Value>,
) -> axum::response::Response {
    let errcode = *platform.errcode.lock().unwrap();
    match errcode {
        None => (StatusCode::BAD_GATEWAY, "<html>").into_response(),
        Some(errcode) => {
            if errcode == 0 {
                platform.sent.lock().unwrap().push(asked);
            }
            Json(json!({ "errcode": errcode, "errmsg": "" })).into_response()
        }
    }
}

async fn media(
    Query(asked): Query<std::collections::HashMap<String, String>>,
) -> axum::response::Response {
    if asked["media_id"] == "MEDIA1" {
        ([("content-type", "image/jpeg")], vec![0xff, 0xd8, 0xff]).into_response()
    } else {
        let errcode = if asked["media_id"] == "BUSY" {
            -1
        } else {
            40007
        };
        Json(json!({ "errcode": errcode, "errmsg": "invalid media_id" })).into_response()
    }
}

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) office: Arc<Office>,
    pub(crate) platform: Arc<Platform>,
    pub(crate) client: reqwest::Client,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (office, url) = Office::open().await;
        let (platform, platform_url) = Platform::open().await;
        let stack = Stack::start::<ChannelWechat>(|setup| {
            setup
                .set("peers.intake", &url)
                .set("peers.routing", &url)
                .set("service.patience_ms", 500)
                .set("service.api.base_url", &platform_url)
                .set("service.accounts.taishan.app_id", APP)
                .set("service.accounts.taishan.unit_code", "589002SL")
                .set("service.accounts.taishan.token", TOKEN)
                .set("service.accounts.taishan.mode", "secure")
                .set("service.accounts.taishan.aes_key", KEY)
                .set("service.accounts.taishan.previous_aes_key", OLD_KEY)
                .set("service.accounts.taishan.app_secret", "app-secret")
                .set("service.accounts.plain.app_id", "wx2222222222222222")
                .set("service.accounts.plain.unit_code", "589001SL")
                .set("service.accounts.plain.token", TOKEN)
                .set("service.accounts.plain.mode", "plain");
        })
        .await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            stack,
            office,
            platform,
            client,
        }
    }

    pub(crate) fn now(&self) -> String {
        self.stack.clock.now().timestamp().to_string()
    }

    /// Calls with these words in the query.
    pub(crate) async fn post(
        &self,
        account: &str,
        query: &[(&str, &str)],
        body: String,
    ) -> (u16, String) {
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let url = format!(
            "{}/wechat/{account}?{}",
            self.stack.web_url,
            query.join("&")
        );
        let answer = self.client.post(url).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Pushes a message as the platform does in secure mode.
    pub(crate) async fn push_sealed(&self, key: &str, message: &str) -> (u16, String) {
        let cipher = seal(key, message);
        self.push_cipher(
            &cipher,
            &format!(
                "<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>"
            ),
        )
        .await
    }

    pub(crate) async fn push_cipher(&self, cipher: &str, body: &str) -> (u16, String) {
        let now = self.now();
        let (plain, sealed) = (
            signature(&[TOKEN, &now, "n1"]),
            signature(&[TOKEN, &now, "n1", cipher]),
        );
        let query = [
            ("signature", plain.as_str()),
            ("timestamp", &now),
            ("nonce", "n1"),
            ("encrypt_type", "aes"),
            ("msg_signature", &sealed),
        ];
        self.post("taishan", &query, body.to_owned()).await
    }

    /// Pushes a message as the platform does in plain mode.
    pub(crate) async fn push_plain(&self, message: &str) -> (u16, String) {
        let now = self.now();
        let plain = signature(&[TOKEN, &now, "n2"]);
        let query = [
            ("signature", plain.as_str()),
            ("timestamp", &now),
            ("nonce", "n2"),
        ];
        self.post("plain", &query, message.to_owned()).await
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

pub(crate) fn seal(key: &str, message: &str) -> String {
    let key = MessageKey::parse(key).unwrap();
    key.seal(message.as_bytes(), APP, *b"0123456789abcdef")
        .unwrap()
}

/// A text message.
pub(crate) fn text(from: &str, id: u32, content: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{from}]]></FromUserName>\
         <CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType>\
         <Content><![CDATA[{content}]]></Content><MsgId>{id}</MsgId></xml>"
    )
}
