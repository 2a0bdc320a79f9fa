//! How WeChat messages are read and sent.

use adapter::{
    Draft, File, Outcome, Reading, Way,
    domain::incoming::Incoming,
    way::{Follows, Letter},
};
use bytes::Bytes;
use chrono::TimeDelta;
use suda_proto::{
    channel::v1::Manner,
    common::v1::Channel,
    intake::v1::{Complainant, EvidenceKind},
};

use crate::{
    api::{Api, Media},
    config::{Account, Settings},
    domain::callback::{Kind, Push},
    xml,
};

/// The way of WeChat.
pub struct Wechat {
    /// What the operator set.
    pub settings: Settings,
    /// The platform's API.
    pub api: Api,
}

impl Wechat {
    fn account(&self, app_id: &str) -> Option<&Account> {
        let mut accounts = self.settings.accounts.values();
        if app_id.is_empty() {
            // A notice on a complaint that did not come by WeChat: the openid is of the one account there is.
            let only = accounts.next()?;
            return accounts.next().is_none().then_some(only);
        }
        accounts.find(|account| account.app_id == app_id)
    }
}

/// Reads a push out of its XML; a sentence says what is wrong.
pub fn read_push(raw: &[u8]) -> Result<Push, String> {
    let text = std::str::from_utf8(raw).map_err(|_| "不是 UTF-8".to_owned())?;
    let fields = xml::fields(text)?;
    Push::parse(&fields).map_err(|unread| unread.to_string())
}

impl Way for Wechat {
    const CHANNEL: Channel = Channel::Wechat;
    const MANNER: Manner = Manner::WechatMessage;

    async fn read(&self, message: &Incoming, raw: Bytes) -> anyhow::Result<Reading> {
        let push = match read_push(&raw) {
            Ok(push) => push,
            Err(why) => return Ok(Reading::Unreadable(why)),
        };
        let (mut content, media_id, media_kind) = match push.kind {
            Kind::Event(event) => {
                let event: String = event.chars().take(40).collect();
                return Ok(Reading::Noted(format!("事件 {event}")));
            }
            Kind::Message {
                content,
                media_id,
                media_kind,
            } => (content, media_id, media_kind),
        };
        let mut files = Vec::new();
        if let (Some(media_id), Some(account)) = (media_id, self.account(&message.account)) {
            match self.api.media(account, &media_id).await? {
                Media::Bytes(bytes) => files.push(File {
                    name: media_kind.to_owned(),
                    bytes,
                    kind: EvidenceKind::General,
                    description: "微信消息中的文件".to_owned(),
                }),
                Media::Gone(why) => content.push_str(&format!("（文件未能取回：{why}）")),
            }
        }
        Ok(Reading::Message(Box::new(Draft {
            complainant: Complainant {
                openid: push.openid.clone(),
                ..Complainant::default()
            },
            content,
            persons: 1,
            files,
            sender: push.openid,
            // What is added later belongs to the same complaint (令2020年第3号 art. 15, 18).
            follows: Follows::Recent(TimeDelta::hours(self.settings.conversation_hours.into())),
            ..Draft::default()
        })))
    }

    fn reply_address(&self, raw: &Bytes) -> Result<String, String> {
        read_push(raw).map(|push| push.openid)
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        let Some(account) = self.account(&letter.account) else {
            return Outcome::Refused {
                proof: Bytes::new(),
                media_type: "",
                said: "没有可以发送的公众号".to_owned(),
            };
        };
        let text = format!("{}\n{}", letter.subject, letter.text);
        self.api.send(account, &letter.address, &text).await
    }
}
