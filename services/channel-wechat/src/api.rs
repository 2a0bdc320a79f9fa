//! Calls to the platform: the access token, messages to persons, and what they sent.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use adapter::Outcome;
use bytes::Bytes;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    config::{self, Account},
    domain::callback::{Verdict, pieces, verdict},
};

/// What one message carries at most, with room to spare below the platform's 2048 bytes.
const PIECE_BYTES: usize = 1800;
/// A token is renewed this long before it ends.
const EARLY: Duration = Duration::from_secs(300);
/// What a person sent is at most this large.
const LARGEST_MEDIA: usize = 20 * 1024 * 1024;

/// The platform's API.
pub struct Api {
    client: reqwest::Client,
    base_url: String,
    tokens: Mutex<HashMap<String, (String, Instant)>>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: u64,
    #[serde(default)]
    errcode: i64,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
}

/// What came of asking for something a person sent.
pub enum Media {
    /// The bytes.
    Bytes(Bytes),
    /// It is not to be had: why.
    Gone(String),
}

impl Api {
    /// Opens the way to the platform; nothing is connected yet.
    pub fn open(settings: &config::Api) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_millis(settings.timeout_ms))
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self {
            client,
            base_url: settings.base_url.trim_end_matches('/').to_owned(),
            tokens: Mutex::default(),
        })
    }

    /// Sends a text to a person and says what became of it.
    pub async fn send(&self, account: &Account, openid: &str, text: &str) -> Outcome {
        let mut proof = Vec::new();
        for (position, piece) in pieces(text, PIECE_BYTES).into_iter().enumerate() {
            let first = position == 0;
            let body = json!({ "touser": openid, "msgtype": "text", "text": { "content": piece } });
            let token = match self.token(account).await {
                Ok(token) => token,
                Err(why) if first => return Outcome::NotTaken(why),
                Err(_) => return Outcome::Unknown("只发出了一部分".to_owned()),
            };
            let url = format!("{}/cgi-bin/message/custom/send", self.base_url);
            let sent = self
                .client
                .post(with_token(&url, &token))
                .json(&body)
                .send()
                .await;
            let answer = match sent {
                Ok(answer) => answer.bytes().await,
                Err(error) if error.is_connect() && first => {
                    return Outcome::NotTaken("连接不上微信平台".to_owned());
                }
                Err(error) => Err(error),
            };
            let Some(answer) = answer
                .ok()
                .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
            else {
                return Outcome::Unknown("微信平台没有给出可读的应答，是否送达不明".to_owned());
            };
            let errcode =
                serde_json::from_value::<Answer>(answer.clone()).map(|answer| answer.errcode);
            proof.push(json!({ "request": body, "answer": answer }));
            let proof = || Bytes::from(json!(proof).to_string());
            match errcode.map(verdict) {
                Ok(Verdict::Taken) => {}
                Ok(_) | Err(_) if !first => return Outcome::Unknown("只发出了一部分".to_owned()),
                Ok(Verdict::Refused(why)) => {
                    return Outcome::Refused {
                        proof: proof(),
                        media_type: "application/json",
                        said: why.to_owned(),
                    };
                }
                Ok(Verdict::Later(why)) => return Outcome::NotTaken(why.to_owned()),
                Ok(Verdict::TokenStale) => {
                    self.tokens.lock().await.remove(&account.app_id);
                    return Outcome::NotTaken("接口凭证已失效，换取后再发".to_owned());
                }
                Err(_) => return Outcome::Unknown("微信平台的应答不可读".to_owned()),
            }
        }
        Outcome::Taken {
            proof: Bytes::from(json!(proof).to_string()),
            media_type: "application/json",
            said: "微信平台已接收".to_owned(),
        }
    }

    /// Fetches what a person sent; the platform keeps it for days only. An error means that it may be had later.
    pub async fn media(&self, account: &Account, media_id: &str) -> anyhow::Result<Media> {
        if account.app_secret.expose_secret().is_empty() {
            return Ok(Media::Gone("未配置接口凭证".to_owned()));
        }
        let token = self.token(account).await.map_err(anyhow::Error::msg)?;
        let url = format!("{}/cgi-bin/media/get", self.base_url);
        let mut url = with_token(&url, &token);
        url.push_str("&media_id=");
        url.push_str(&escaped(media_id));
        // The address holds the token, so an error must not show it.
        let answer = self
            .client
            .get(url)
            .send()
            .await
            .map_err(reqwest::Error::without_url)?;
        let json = answer
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.contains("json") || kind.starts_with("text/plain"));
        if answer.content_length().is_some_and(|length| {
            usize::try_from(length).is_ok_and(|length| length > LARGEST_MEDIA)
        }) {
            return Ok(Media::Gone("文件过大".to_owned()));
        }
        let bytes = answer.bytes().await.map_err(reqwest::Error::without_url)?;
        if !json {
            return Ok(Media::Bytes(bytes));
        }
        let errcode = serde_json::from_slice::<Answer>(&bytes).map_or(-1, |answer| answer.errcode);
        match verdict(errcode) {
            Verdict::TokenStale => {
                self.tokens.lock().await.remove(&account.app_id);
                anyhow::bail!("the access token is stale")
            }
            Verdict::Later(why) => anyhow::bail!("{why}"),
            Verdict::Taken | Verdict::Refused(_) => Ok(Media::Gone(format!(
                "微信平台已不再保存，应答 {errcode}，请投诉人重发"
            ))),
        }
    }

    /// The access token of an account; asked for by one at a time.
    async fn token(&self, account: &Account) -> Result<String, String> {
        let mut tokens = self.tokens.lock().await;
        if let Some((token, until)) = tokens.get(&account.app_id)
            && *until > Instant::now()
        {
            return Ok(token.clone());
        }
        if account.app_secret.expose_secret().is_empty() {
            return Err("未配置接口凭证，不能主动发送".to_owned());
        }
        let body = json!({
            "grant_type": "client_credential",
            "appid": account.app_id,
            "secret": account.app_secret.expose_secret(),
            "force_refresh": false,
        });
        let url = format!("{}/cgi-bin/stable_token", self.base_url);
        let asked = async {
            let answer = self.client.post(url).json(&body).send().await?;
            answer.json::<TokenAnswer>().await
        };
        let answer = asked
            .await
            .map_err(|error| format!("换取接口凭证失败：{}", error.without_url()))?;
        if answer.access_token.is_empty() {
            return Err(format!("换取接口凭证被拒：{}", answer.errcode));
        }
        let lasts = Duration::from_secs(answer.expires_in).saturating_sub(EARLY);
        let until = Instant::now() + lasts.max(Duration::from_secs(30));
        tokens.insert(account.app_id.clone(), (answer.access_token.clone(), until));
        Ok(answer.access_token)
    }
}

fn with_token(url: &str, token: &str) -> String {
    format!("{url}?access_token={}", escaped(token))
}

/// A value for a query, with everything escaped that is not plain.
fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
