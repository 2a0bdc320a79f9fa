//! How e-mail is read and sent.

use adapter::{
    Draft, File, Outcome, Reading, Way,
    domain::incoming::Incoming,
    way::{Follows, Letter, Purpose},
};
use bytes::Bytes;
use chassis::db::{Db, Tx};
use sea_orm::DbErr;
use suda_proto::{
    channel::v1::Manner,
    common::v1::Channel,
    directory::v1::Post,
    intake::v1::{Complainant, EvidenceKind},
};

use crate::{
    config::{OutManner, Settings},
    domain::mail::{Kind, OwnId, Treatment, treatment},
    reading::{Mail, Reader, failed_notice},
    sending::{self, Post as PostOffice},
    store,
};

/// The way of e-mail.
pub struct Email {
    /// What the operator set.
    pub settings: Settings,
    db: Db,
    own_addresses: Vec<String>,
    office: PostOffice,
}

impl Email {
    /// Opens the way out.
    pub fn open(settings: Settings, db: Db) -> anyhow::Result<Self> {
        let mut own_addresses: Vec<String> = settings
            .mailboxes
            .values()
            .map(|mailbox| mailbox.address.to_lowercase())
            .collect();
        own_addresses.push(settings.sender.to_lowercase());
        Ok(Self {
            office: PostOffice::open(&settings.out)?,
            own_addresses,
            settings,
            db,
        })
    }

    /// Reads a mail; `None` when the bytes are not one.
    #[must_use]
    pub fn read_mail(&self, raw: &[u8]) -> Option<Mail> {
        let reader = Reader {
            domain: &self.settings.domain,
            own_addresses: &self.own_addresses,
        };
        reader.read(raw)
    }

    fn own_id(&self, letter: &Letter) -> OwnId {
        OwnId {
            kind: match letter.purpose {
                Purpose::Acknowledges(_) => Kind::Acknowledgement,
                Purpose::Notice(_) => Kind::Notice,
                Purpose::Alarm(_) => Kind::Alarm,
            },
            id: letter.purpose.id(),
            token: letter.token.clone(),
        }
    }
}

impl Way for Email {
    const CHANNEL: Channel = Channel::Email;
    const MANNER: Manner = Manner::Email;

    async fn read(&self, _message: &Incoming, raw: Bytes) -> anyhow::Result<Reading> {
        let Some(mail) = self.read_mail(&raw) else {
            // It is put aside, not lost (guideline art. 24(1)).
            return Ok(Reading::Unreadable("邮件读不出，请查看原件".to_owned()));
        };
        if let Some(bounce) = &mail.bounce {
            return Ok(match failed_notice(bounce) {
                Some(own) => Reading::Bounced {
                    notice_id: own.id.clone(),
                    said: format!("退信：对方邮件系统拒收（{}）", bounce.status),
                },
                None => Reading::Noted("邮件系统的投递报告".to_owned()),
            });
        }
        if let Treatment::Note(why) = treatment(&mail.markers) {
            return Ok(Reading::Noted(why.to_owned()));
        }
        if mail.from.is_empty() {
            let why = "没有邮件头或没有发件人，不知由谁发来；请查看原件";
            return Ok(Reading::Unreadable(why.to_owned()));
        }
        if mail.text.is_empty() && mail.attachments.is_empty() {
            return Ok(Reading::Unreadable(
                "邮件没有正文也没有附件，请查看原件中的主题，并联系发件人".to_owned(),
            ));
        }
        Ok(Reading::Message(Box::new(draft(mail))))
    }

    fn reply_address(&self, raw: &Bytes) -> Result<String, String> {
        let mail = self
            .read_mail(raw)
            .ok_or_else(|| "邮件读不出，请查看原件".to_owned())?;
        match treatment(&mail.markers) {
            Treatment::Answer if mail.from.is_empty() => Err("没有可以回复的地址".to_owned()),
            Treatment::Answer => Ok(mail.from),
            Treatment::Silent(why) | Treatment::Note(why) => Err(why.to_owned()),
        }
    }

    fn repeatable(&self) -> bool {
        // A Maildir knows a mail by its name; a server does not.
        self.settings.out.manner == OutManner::Maildir
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        let from = if letter.account.is_empty() {
            &self.settings.sender
        } else {
            &letter.account
        };
        let own = self.own_id(letter);
        match sending::compose(letter, from, &own, &self.settings.domain) {
            Ok(mail) => self.office.send(mail, &own).await,
            Err(error) => Outcome::Refused {
                proof: Bytes::new(),
                media_type: "",
                said: format!("无法写成邮件：{error}"),
            },
        }
    }

    async fn post_address(&self, post_code: &str) -> anyhow::Result<Option<String>> {
        Ok(store::post_email(&self.db, post_code).await?)
    }

    async fn post_changed(&self, tx: &Tx, post: &Post) -> Result<(), DbErr> {
        store::save_post(tx, post).await
    }
}

fn draft(mail: Mail) -> Draft {
    let mut content = String::new();
    if !mail.subject.is_empty() {
        content.push_str(&format!("主题：{}\n\n", mail.subject));
    }
    content.push_str(if mail.text.is_empty() {
        "（正文为空，见附件）"
    } else {
        &mail.text
    });
    if mail.doubtful {
        content.push_str("\n\n（编码存疑：原邮件的字符集标注有误，请与原件核对）");
    }
    let tokens = mail
        .ours
        .iter()
        .map(|own| own.token.clone())
        .filter(|token| !token.is_empty())
        .collect::<Vec<_>>();
    Draft {
        complainant: Complainant {
            name: mail.name,
            email: mail.from.clone(),
            ..Complainant::default()
        },
        content,
        persons: 1,
        files: mail
            .attachments
            .into_iter()
            .map(|attachment| File {
                name: attachment.name,
                bytes: attachment.bytes.into(),
                kind: EvidenceKind::General,
                description: "邮件附件".to_owned(),
            })
            .collect(),
        sender: mail.from,
        follows: if tokens.is_empty() {
            Follows::Nothing
        } else {
            Follows::Tokens(tokens)
        },
        anchor: mail.message_id,
        ..Draft::default()
    }
}
