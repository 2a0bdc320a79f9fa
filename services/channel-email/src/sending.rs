//! Mail of ours: composed so that no machine answers it, sent once.

use std::{path::PathBuf, time::SystemTime};

use adapter::{
    Outcome,
    way::{Letter, Purpose},
};
use bytes::Bytes;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    address::Envelope,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
    transport::smtp::authentication::Credentials,
};
use secrecy::ExposeSecret as _;

use crate::{
    config::{Out, OutManner, Tls},
    domain::mail::OwnId,
    maildir,
};

/// A composed mail and where it goes.
pub struct Composed {
    envelope: Envelope,
    bytes: Vec<u8>,
    sent_at_seconds: i64,
}

/// Why a mail could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// An address is none.
    #[error("收件地址无效，请改用其他方式告知")]
    Address(#[from] lettre::address::AddressError),
    /// The rest.
    #[error("邮件内容无效")]
    Mail(#[from] lettre::error::Error),
}

/// Composes a mail of ours; the same letter gives the same bytes.
pub fn compose(
    letter: &Letter,
    from: &str,
    own: &OwnId,
    domain: &str,
) -> Result<Composed, Unwritable> {
    let from: Address = from.parse()?;
    let to: Address = letter.address.trim().parse()?;
    let mut builder = Message::builder()
        .from(Mailbox::new(None, from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(letter.subject.clone())
        .date(SystemTime::from(letter.sent_at))
        .message_id(Some(format!("<{}>", own.message_id(domain))))
        .raw_header(fixed("X-Auto-Response-Suppress", "All"))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    if !letter.anchor.is_empty() {
        let anchor = format!("<{}>", letter.anchor);
        builder = builder.in_reply_to(anchor.clone()).references(anchor);
    }
    let acknowledges = matches!(letter.purpose, Purpose::Acknowledges(_));
    let submitted = if acknowledges {
        "auto-replied"
    } else {
        "auto-generated"
    };
    let message = builder
        .raw_header(fixed("Auto-Submitted", submitted))
        .body(letter.text.clone())?;
    // An acknowledgement that bounces must not come back; a notice that bounces must (令2020年第3号 art. 21).
    let envelope = Envelope::new((!acknowledges).then_some(from), vec![to])?;
    Ok(Composed {
        envelope,
        bytes: message.formatted(),
        sent_at_seconds: letter.sent_at.timestamp(),
    })
}

fn fixed(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Where mail goes out.
pub enum Post {
    /// Into a Maildir.
    Maildir(PathBuf),
    /// To a server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

impl Post {
    /// Opens the way out; nothing is connected yet.
    pub fn open(out: &Out) -> anyhow::Result<Self> {
        if out.manner == OutManner::Maildir {
            return Ok(Self::Maildir(out.folder.clone()));
        }
        let mut builder = match out.tls {
            Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&out.host),
            Tls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&out.host)?,
            Tls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&out.host)?,
        };
        builder = builder.port(out.port);
        if !out.user.is_empty() {
            builder = builder.credentials(Credentials::new(
                out.user.clone(),
                out.password.expose_secret().to_owned(),
            ));
        }
        Ok(Self::Smtp(Box::new(builder.build())))
    }

    /// Sends a mail and says what became of it.
    pub async fn send(&self, mail: Composed, own: &OwnId) -> Outcome {
        match self {
            Self::Maildir(folder) => {
                let name = format!("{}.{}.suda", mail.sent_at_seconds, own.id);
                match maildir::deliver(folder, &name, &mail.bytes).await {
                    Ok(()) => taken(mail.bytes, "已投入发件邮箱"),
                    Err(error) => Outcome::NotTaken(format!("{error:#}")),
                }
            }
            Self::Smtp(transport) => {
                // Whoever does not answer now has certainly taken nothing.
                match transport.test_connection().await {
                    Ok(true) => {}
                    Ok(false) => return Outcome::NotTaken("邮件服务器不应答".to_owned()),
                    Err(error) => return Outcome::NotTaken(format!("邮件服务器：{error}")),
                }
                match transport.send_raw(&mail.envelope, &mail.bytes).await {
                    Ok(response) => {
                        taken(mail.bytes, &format!("邮件服务器接收：{}", response.code()))
                    }
                    Err(error) if error.is_permanent() => Outcome::Refused {
                        said: format!("邮件服务器拒收：{}", code(&error)),
                        proof: mail.bytes.into(),
                        media_type: "message/rfc822",
                    },
                    Err(error) if error.is_transient() => {
                        Outcome::NotTaken(format!("邮件服务器暂不接收：{}", code(&error)))
                    }
                    Err(error) => {
                        Outcome::Unknown(format!("发送中断，是否送达不明：{}", code(&error)))
                    }
                }
            }
        }
    }
}

/// The status a server gave; its words may hold an address and are left out.
fn code(error: &lettre::transport::smtp::Error) -> String {
    error
        .status()
        .map_or_else(|| "无状态码".to_owned(), |code| code.to_string())
}

fn taken(bytes: Vec<u8>, said: &str) -> Outcome {
    Outcome::Taken {
        proof: Bytes::from(bytes),
        media_type: "message/rfc822",
        said: said.to_owned(),
    }
}
