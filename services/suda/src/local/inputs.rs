//! Three real inputs for a local stack, each as its channel would bring it.
//!
//! A mail file in a Chinese encoding, an encrypted call-back of WeChat, a signed event and form of a call centre. The people
//! in them are invented.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_wechat::crypto::{MessageKey, signature};
use chrono::{DateTime, Utc};
use encoding_rs::GB18030;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{
    layout::{Facts, Layout},
    stack::{path, quoted},
};

const APP_ID: &str = "wx0000000000005890";
/// A key of WeChat has so many characters.
const KEY_LENGTH: usize = 43;

/// The settings by which the adapters of a local stack serve 台山.
///
/// # Errors
/// When a secret or folder is missing.
pub fn settings(
    layout: &Layout,
    facts: &Facts,
    service: &str,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let unit = quoted("589002SL");
    Ok(match service {
        "channel-email" => vec![
            (
                "SERVICE__MAILBOXES__TAISHAN__FOLDER",
                path(&maildir(layout, "in")?),
            ),
            ("SERVICE__MAILBOXES__TAISHAN__UNIT_CODE", unit),
            (
                "SERVICE__MAILBOXES__TAISHAN__ADDRESS",
                "tousu@taishan.example".to_owned(),
            ),
            ("SERVICE__OUT__FOLDER", path(&maildir(layout, "out")?)),
        ],
        "channel-wechat" => vec![
            ("SERVICE__ACCOUNTS__TAISHAN__APP_ID", APP_ID.to_owned()),
            ("SERVICE__ACCOUNTS__TAISHAN__UNIT_CODE", unit),
            (
                "SERVICE__ACCOUNTS__TAISHAN__TOKEN",
                quoted(facts.secret("wechat-token")?),
            ),
            ("SERVICE__ACCOUNTS__TAISHAN__MODE", "secure".to_owned()),
            (
                "SERVICE__ACCOUNTS__TAISHAN__AES_KEY",
                quoted(wechat_key(facts)?),
            ),
        ],
        "channel-phone" => vec![
            ("SERVICE__LINES__HOTLINE__NUMBER", quoted("0750000000")),
            ("SERVICE__LINES__HOTLINE__UNIT_CODE", unit),
            (
                "SERVICE__LINES__HOTLINE__SECRET",
                quoted(facts.secret("phone")?),
            ),
        ],
        _ => Vec::new(),
    })
}

fn wechat_key(facts: &Facts) -> anyhow::Result<&str> {
    facts
        .secret("wechat-key")?
        .get(..KEY_LENGTH)
        .context("the secret for WeChat's key is too short")
}

fn maildir(layout: &Layout, name: &str) -> anyhow::Result<PathBuf> {
    for part in ["new", "cur", "tmp"] {
        layout.folder(&format!("mail/{name}/{part}"))?;
    }
    Ok(layout.path(&format!("mail/{name}")))
}

/// Brings all three to the adapters of a stack whose clock says `now`.
///
/// # Errors
/// When an adapter refuses one; the error says which.
pub async fn bring(layout: &Layout, facts: &Facts, now: DateTime<Utc>) -> anyhow::Result<()> {
    mail(layout).context("the mail could not be brought")?;
    wechat(facts, now)
        .await
        .context("the WeChat message could not be brought")?;
    call(facts, now)
        .await
        .context("the call could not be brought")
}

/// A mail that says gb2312 and holds GB18030, as mail programs do.
fn mail(layout: &Layout) -> anyhow::Result<()> {
    let gb = |text: &str| GB18030.encode(text).0.into_owned();
    let subject = STANDARD.encode(gb("关于提前还款被收违约金的投诉"));
    let mut raw = format!(
        "From: zhong@farmer.example\r\nTo: tousu@taishan.example\r\nSubject: =?gb2312?B?{subject}?=\r\n\
         Message-ID: <first-mail@farmer.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    .into_bytes();
    raw.extend(gb(
        "我九月提前还清农户贷款,城东支行多收了一笔违约金,合同里没有这一条。请核实并退还。\r\n",
    ));
    let draft = layout.path("mail/in/tmp/first-mail");
    fs::write(&draft, raw)?;
    fs::rename(draft, layout.path("mail/in/new/first-mail"))?;
    Ok(())
}

async fn wechat(facts: &Facts, now: DateTime<Utc>) -> anyhow::Result<()> {
    let message = format!(
        "<xml><ToUserName><![CDATA[gh_taishan]]></ToUserName><FromUserName><![CDATA[o-invented-person]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgType><![CDATA[text]]></MsgType>\
         <Content><![CDATA[手机银行转账扣了两次钱,客服说查不到。]]></Content><MsgId>1</MsgId></xml>",
        now.timestamp()
    );
    let key =
        MessageKey::parse(wechat_key(facts)?).context("the secret for WeChat's key is no key")?;
    let sealed = key
        .seal(message.as_bytes(), APP_ID, rand::random())
        .context("the message is too long")?;
    let (timestamp, nonce, token) = (
        now.timestamp().to_string(),
        "5890",
        facts.secret("wechat-token")?,
    );
    let url = format!(
        "http://127.0.0.1:{}/wechat/taishan?timestamp={timestamp}&nonce={nonce}&encrypt_type=aes&signature={}&msg_signature={}",
        facts.port("channel-wechat.web")?,
        signature(&[token, &timestamp, nonce]),
        signature(&[token, &timestamp, nonce, &sealed]),
    );
    let body = format!(
        "<xml><ToUserName><![CDATA[gh_taishan]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    );
    post(&url, &[], body).await
}

async fn call(facts: &Facts, now: DateTime<Utc>) -> anyhow::Result<()> {
    let events = [
        serde_json::json!({
            "event": "answered", "event_id": "first-call-1", "call_id": "first-call", "at": now.to_rfc3339(),
            "caller": "13800000002",
        }),
        serde_json::json!({
            "event": "form", "event_id": "first-call-2", "call_id": "first-call", "at": now.to_rfc3339(),
            "caller": "13800000002",
            "form": {
                "name": "欧阳婉婷", "phone": "13800000002", "content": "营业部柜员态度生硬,排队一个多小时只开一个窗口。",
                "demand": "请改进并答复", "complained_unit_code": "58900201",
            },
        }),
    ];
    let url = format!(
        "http://127.0.0.1:{}/phone/hotline",
        facts.port("channel-phone.web")?
    );
    let timestamp = now.timestamp().to_string();
    for (nonce, event) in events.iter().enumerate() {
        let body = event.to_string();
        let nonce = format!("first-{nonce}");
        let mut mac = Hmac::<Sha256>::new_from_slice(facts.secret("phone")?.as_bytes())?;
        mac.update(format!("{timestamp}\n{nonce}\n{body}").as_bytes());
        let signed = hex::encode(mac.finalize().into_bytes());
        let headers = [
            ("x-suda-timestamp", timestamp.as_str()),
            ("x-suda-nonce", &nonce),
            ("x-suda-signature", &signed),
        ];
        post(&url, &headers, body).await?;
    }
    Ok(())
}

async fn post(url: &str, headers: &[(&str, &str)], body: String) -> anyhow::Result<()> {
    let mut request = reqwest::Client::builder().build()?.post(url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await?;
    if !answer.status().is_success() {
        bail!(
            "the adapter answered {}: {}",
            answer.status(),
            answer.text().await.unwrap_or_default()
        );
    }
    Ok(())
}
