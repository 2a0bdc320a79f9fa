//! A message as the platform pushed it: what it is, and what tells it from others.

use std::collections::BTreeMap;

/// The fields of a push, by their names.
pub type Fields = BTreeMap<String, String>;

/// A message as the platform pushed it.
#[derive(Clone, PartialEq, Eq)]
pub struct Push {
    /// The person's id at this account.
    pub openid: String,
    /// The account's own id, which the answer is from.
    pub account: String,
    /// Seconds since 1970.
    pub created: i64,
    /// What it is.
    pub kind: Kind,
    /// What tells it from all others of the same account.
    pub identity: String,
}

/// What a push is.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// Words of a person, perhaps with something to fetch.
    Message {
        /// The words; what is no text is described.
        content: String,
        /// Under what a picture, voice or video is to be fetched soon.
        media_id: Option<String>,
        /// What it is, for the name of the file.
        media_kind: &'static str,
    },
    /// Something that happened, such as a follow.
    Event(String),
}

/// Why a push is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// A field is missing.
    #[error("缺少字段 {0}")]
    Missing(&'static str),
    /// `CreateTime` is no number.
    #[error("CreateTime 不是数字")]
    Time,
    /// Nothing is said.
    #[error("微信消息没有内容，请查看原始消息，并联系投诉人补充")]
    Empty,
    /// A kind of message that did not exist when this was written.
    #[error("本系统不认识这种微信消息（{0}），请查看原始消息，并请投诉人改用文字说明")]
    Kind(String),
}

impl Push {
    /// Reads a push out of its fields.
    pub fn parse(fields: &Fields) -> Result<Self, Unread> {
        let field = |name: &'static str| {
            fields
                .get(name)
                .map(|value| value.trim())
                .filter(|value| !value.is_empty())
                .ok_or(Unread::Missing(name))
        };
        let optional = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let openid = field("FromUserName")?.to_owned();
        let account = field("ToUserName")?.to_owned();
        let created = field("CreateTime")?.parse().map_err(|_| Unread::Time)?;
        let kind = field("MsgType")?;
        if kind == "event" {
            let event = field("Event")?.to_owned();
            // Events have no MsgId; the key tells two menu clicks of one second apart.
            let identity = format!("event:{openid}:{event}:{}:{created}", optional("EventKey"));
            return Ok(Self {
                openid,
                account,
                created,
                kind: Kind::Event(event),
                identity,
            });
        }
        // MsgId alone is not unique among people (WxJava#333).
        let identity = format!("{openid}:{created}:{}", field("MsgId")?);
        let (content, media_kind) = match kind {
            "text" => (optional("Content"), ""),
            "image" => ("［图片］".to_owned(), "图片.jpg"),
            "voice" => (format!("［语音］{}", optional("Recognition")), "语音.amr"),
            "video" | "shortvideo" => ("［视频］".to_owned(), "视频.mp4"),
            "location" => (
                format!(
                    "［位置］{}（{}，{}）",
                    optional("Label"),
                    optional("Location_X"),
                    optional("Location_Y")
                ),
                "",
            ),
            "link" => (
                format!(
                    "［链接］{} {} {}",
                    optional("Title"),
                    optional("Description"),
                    optional("Url")
                ),
                "",
            ),
            other => return Err(Unread::Kind(other.chars().take(40).collect())),
        };
        if content.trim().is_empty() {
            return Err(Unread::Empty);
        }
        Ok(Self {
            openid,
            account,
            created,
            kind: Kind::Message {
                content,
                media_id: fields.get("MediaId").filter(|id| !id.is_empty()).cloned(),
                media_kind,
            },
            identity,
        })
    }
}

/// Whether a call-back's timestamp is near enough to our clock.
#[must_use]
pub fn fresh(timestamp: &str, now_seconds: i64, skew_seconds: u32) -> bool {
    timestamp
        .parse::<i64>()
        .is_ok_and(|at| at.abs_diff(now_seconds) <= u64::from(skew_seconds))
}

/// A long text in pieces that one message can carry each.
#[must_use]
pub fn pieces(text: &str, bytes: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for letter in text.chars() {
        if piece.len() + letter.len_utf8() > bytes {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(letter);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// What the platform's answer to a message of ours means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Taken,
    /// It was refused for good: why.
    Refused(&'static str),
    /// It was not taken now: why.
    Later(&'static str),
    /// It was not taken because our access token is no longer good.
    TokenStale,
}

/// Reads the platform's answer to a message of ours.
#[must_use]
pub fn verdict(errcode: i64) -> Verdict {
    match errcode {
        0 => Verdict::Taken,
        -1 | 45009 | 45011 => Verdict::Later("平台忙或调用过于频繁"),
        40001 | 40014 | 42001 => Verdict::TokenStale,
        45015 | 45047 => {
            Verdict::Refused("用户互动窗口已关闭（48小时内未来消息或条数已满），须改用其他方式告知")
        }
        43004 | 43019 => Verdict::Refused("投诉人已取消关注或拒收，须改用其他方式告知"),
        40003 | 43101 => Verdict::Refused("投诉人的微信标识无效或未授权，须改用其他方式告知"),
        _ => Verdict::Refused("微信平台拒绝发送，须改用其他方式告知"),
    }
}

#[cfg(test)]
mod tests;
