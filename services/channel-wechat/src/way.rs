//! How WeChat messages are read and sent.

use std::sync::Arc;

use adapter::{
    Draft, File, Outcome, Reading, Way,
    domain::incoming::Incoming,
    way::{Follows, Letter},
};
use bytes::Bytes;
use chassis::clock::Clock;
use chrono::TimeDelta;
use suda_proto::{
    channel::v1::Manner,
    common::v1::Channel,
    intake::v1::{Complainant, EvidenceKind},
};

use crate::{
    api::{Api, Media},
    config::{Account, Settings},
    domain::callback::{Kind, Push, Unread},
    xml,
};

/// How long the words of a message wait for the file that came with them; the day of registration must not pass over it.
const MEDIA_PATIENCE: TimeDelta = TimeDelta::minutes(30);

/// The way of WeChat.
pub struct Wechat {
    /// What the operator set.
    pub settings: Settings,
    /// The platform's API.
    pub api: Api,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
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

/// Reads a push out of its XML; a sentence tells a clerk what is wrong and what to do.
pub fn read_push(raw: &[u8]) -> Result<Push, String> {
    let broken = |why: &str| format!("微信消息读不出（{why}），请查看原始消息，并设法联系投诉人");
    let text = std::str::from_utf8(raw).map_err(|_| broken("文字不是 UTF-8 编码"))?;
    let fields = xml::fields(text).map_err(broken)?;
    Push::parse(&fields).map_err(|unread| match unread {
        Unread::Missing(_) | Unread::Time => broken(&unread.to_string()),
        Unread::Empty | Unread::Kind(_) => unread.to_string(),
    })
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
            let waited = self.clock.now() - message.taken_at;
            let fetched = match self.api.media(account, &media_id).await {
                Err(error) if waited > MEDIA_PATIENCE => {
                    tracing::warn!(message = %message.id, error = format!("{error:#}"), "a message is registered without its file");
                    Media::Gone("微信平台一直没有给出，请尽快请投诉人重发".to_owned())
                }
                fetched => fetched?,
            };
            match fetched {
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
                said: "没有配置可以发送的公众号，请改用其他方式告知".to_owned(),
            };
        };
        let text = format!("{}\n{}", letter.subject, letter.text);
        self.api.send(account, &letter.address, &text).await
    }
}
