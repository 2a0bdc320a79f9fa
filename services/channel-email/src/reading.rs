//! A mail out of its bytes.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use adapter::{desk::digest, domain::plain};
use chrono::{DateTime, Utc};
use mail_parser::{
    Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _,
    PartType,
    decoders::{
        base64::base64_decode, html::html_to_text, quoted_printable::quoted_printable_decode,
    },
};

use crate::{
    charset,
    domain::mail::{Hop, Kind, Markers, OwnId, absence_subject},
};

/// How much of a header is read: more than any person's has, and no more than is searched in no time.
const LONGEST_HEADER: usize = 16 * 1024;
/// How many of our mails one mail can refer to.
const MOST_REFERRED: usize = 20;
/// The longest name, of a person and of a file.
const LONGEST_NAME: usize = 60;
const LONGEST_FILE_NAME: usize = 120;

/// A mail as far as we need it.
#[derive(Default)]
pub struct Mail {
    /// Its message id without angle brackets; empty when it has none.
    pub message_id: String,
    /// The address after `From`, lower case; empty when there is none.
    pub from: String,
    /// The name beside it.
    pub name: String,
    /// Its subject.
    pub subject: String,
    /// Its text, HTML turned into plain text.
    pub text: String,
    /// Whether text or subject had to be guessed.
    pub doubtful: bool,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// What it says about itself.
    pub markers: Markers,
    /// The mails of ours it refers to, nearest first.
    pub ours: Vec<OwnId>,
    /// The servers it passed, the last one first.
    pub hops: Vec<Hop>,
    /// What a mail system reports about a mail of ours.
    pub bounce: Option<Bounce>,
    /// SHA-256 of what is equal in every copy of it.
    pub body_digest: String,
}

/// A file that came with a mail.
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its bytes, as they were before packing.
    pub bytes: Vec<u8>,
}

/// What a mail system reports (RFC 3464).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The mail of ours it is about; `None` when it cannot be told.
    pub about: Option<OwnId>,
    /// Whether it failed for good.
    pub failed: bool,
    /// The status, e.g. "5.1.1".
    pub status: String,
}

/// Whose mail it is read as.
pub struct Reader<'a> {
    /// Right of the @ in our message ids.
    pub domain: &'a str,
    /// Our own addresses, lower case.
    pub own_addresses: &'a [String],
}

impl Reader<'_> {
    /// Reads a mail; `None` when the bytes are not one.
    #[must_use]
    pub fn read(&self, raw: &[u8]) -> Option<Mail> {
        // A mail that trips the parser is put aside like any other that cannot be read; it must not stop the rest.
        catch_unwind(AssertUnwindSafe(|| {
            let message = MessageParser::default().parse(raw)?;
            Some(self.understand(&message, raw))
        }))
        .unwrap_or_else(|_| {
            tracing::warn!("a mail tripped the parser");
            None
        })
    }

    fn understand(&self, message: &Message<'_>, raw: &[u8]) -> Mail {
        let subject = charset::header(field(message, raw, "Subject").unwrap_or_default());
        let mut mail = Mail {
            message_id: message_id(message),
            from: sender(message),
            name: sender_name(message, raw),
            doubtful: subject.doubtful,
            subject: subject.text,
            hops: hops(message),
            ..Mail::default()
        };
        mail.ours = self.ours(message);
        mail.markers = self.markers(message, raw, &mail);
        (mail.text, mail.attachments) = self.contents(message, raw, &mut mail.doubtful);
        if mail.markers.report {
            mail.bounce = Some(self.bounce(message, raw));
        }
        let body = message
            .parts
            .first()
            .and_then(|root| raw.get(root.offset_body as usize..))
            .unwrap_or_default();
        let equal = format!("{}\n{}\n{}", mail.from, mail.subject, digest(body));
        mail.body_digest = digest(equal.as_bytes());
        mail
    }

    fn markers(&self, message: &Message<'_>, raw: &[u8], mail: &Mail) -> Markers {
        let word = |name: &str| {
            let value = field(message, raw, name).unwrap_or_default();
            let value = String::from_utf8_lossy(value).trim().to_lowercase();
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let null_return_path = field(message, raw, "Return-Path").is_some()
            && matches!(word("Return-Path").as_str(), "<>" | "");
        // A person may send us a report that was sent to him; only a mail system sends its own.
        let by_system = null_return_path
            || ["mailer-daemon@", "postmaster@"]
                .iter()
                .any(|system| mail.from.starts_with(system));
        let report = message.is_content_type("multipart", "report")
            || by_system
                && message
                    .parts
                    .iter()
                    .any(|part| part.is_content_type("message", "delivery-status"));
        Markers {
            auto_submitted: word("Auto-Submitted"),
            precedence: word("Precedence"),
            list: field(message, raw, "List-Id").is_some(),
            null_return_path,
            suppress: !matches!(word("X-Auto-Response-Suppress").as_str(), "" | "none"),
            report,
            answers_ours: !mail.ours.is_empty(),
            absence_subject: absence_subject(&mail.subject),
            from_ourselves: self.own_addresses.contains(&mail.from),
            our_own: OwnId::parse(&mail.message_id, self.domain).is_some(),
        }
    }

    /// Our mails that this one refers to: what it answers first, then the rest from the nearest.
    fn ours(&self, message: &Message<'_>) -> Vec<OwnId> {
        let answered = ids(message.in_reply_to());
        let referred = ids(message.references()).into_iter().rev();
        answered
            .into_iter()
            .chain(referred)
            .filter_map(|id| OwnId::parse(&id, self.domain))
            .take(MOST_REFERRED)
            .collect()
    }

    fn contents(
        &self,
        message: &Message<'_>,
        raw: &[u8],
        doubtful: &mut bool,
    ) -> (String, Vec<Attachment>) {
        let mut text = String::new();
        let bodies = if message.text_body.is_empty() {
            &message.html_body
        } else {
            &message.text_body
        };
        for id in bodies {
            if let Some(part) = message.parts.get(*id as usize) {
                let bytes = bytes_of(part, raw);
                let label = part
                    .content_type()
                    .and_then(|kind| kind.attribute("charset"));
                let decoded = charset::decode(&bytes, label);
                *doubtful |= decoded.doubtful;
                if !text.is_empty() {
                    text.push('\n');
                }
                if part.is_text_html() {
                    text.push_str(&html_to_text(&decoded.text));
                } else {
                    text.push_str(&decoded.text);
                }
            }
        }
        let shown: HashSet<_> = bodies.iter().collect();
        let attachments = message
            .attachments
            .iter()
            .filter(|id| !shown.contains(id))
            .filter_map(|id| message.parts.get(*id as usize))
            .enumerate()
            .map(|(position, part)| Attachment {
                name: file_name(part, raw, position),
                bytes: bytes_of(part, raw),
            })
            .filter(|attachment| !attachment.bytes.is_empty())
            .collect();
        (text.replace('\0', "").trim().to_owned(), attachments)
    }

    fn bounce(&self, message: &Message<'_>, raw: &[u8]) -> Bounce {
        let mut report = String::new();
        let mut about = None;
        for part in &message.parts {
            let original = part.is_content_type("message", "rfc822")
                || part.is_content_type("text", "rfc822-headers");
            let status = part.is_content_type("message", "delivery-status");
            if !original && !status {
                continue;
            }
            let bytes = bytes_of(part, raw);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if status {
                report = text;
            } else {
                about = about.or_else(|| {
                    line(&text, "message-id:").and_then(|id| OwnId::parse(&id, self.domain))
                });
            }
        }
        Bounce {
            about: about.or_else(|| self.ours(message).into_iter().next()),
            failed: line(&report, "action:").is_some_and(|action| action == "failed"),
            status: plain::line(&line(&report, "status:").unwrap_or_default(), LONGEST_NAME),
        }
    }
}

/// Whether a bounce says that a notice did not arrive.
#[must_use]
pub fn failed_notice(bounce: &Bounce) -> Option<&OwnId> {
    bounce
        .about
        .as_ref()
        .filter(|own| bounce.failed && matches!(own.kind, Kind::Notice | Kind::Alarm))
}

fn line(text: &str, start: &str) -> Option<String> {
    text.lines()
        .map(str::trim)
        .find(|line| line.to_lowercase().starts_with(start))
        .and_then(|line| line.get(start.len()..))
        .map(|value| value.trim().to_lowercase())
}

/// The message's own id; empty when it has none that can be kept, so that it is known by its bytes.
fn message_id(message: &Message<'_>) -> String {
    let id = message.message_id().unwrap_or_default().trim();
    if plain::is_key(id) {
        id.to_owned()
    } else {
        String::new()
    }
}

/// The bytes of a header's value.
fn field<'r>(message: &Message<'_>, raw: &'r [u8], name: &str) -> Option<&'r [u8]> {
    let header = message
        .headers()
        .iter()
        .find(|header| header.name().eq_ignore_ascii_case(name))?;
    let value = raw.get(header.offset_start as usize..header.offset_end as usize)?;
    value.get(..value.len().min(LONGEST_HEADER))
}

fn sender(message: &Message<'_>) -> String {
    message
        .from()
        .and_then(|from| from.first())
        .and_then(|address| address.address())
        .map(|address| address.trim().to_lowercase())
        .filter(|address| address.contains('@'))
        .unwrap_or_default()
}

fn sender_name(message: &Message<'_>, raw: &[u8]) -> String {
    let Some(value) = field(message, raw, "From") else {
        return String::new();
    };
    let decoded = charset::header(value).text;
    let name = decoded.rsplit_once('<').map_or("", |(name, _)| name);
    let name = plain::line(name, LONGEST_NAME);
    let name = name.trim_matches(['"', '\'']).trim();
    if name.contains('@') {
        String::new()
    } else {
        name.to_owned()
    }
}

fn hops(message: &Message<'_>) -> Vec<Hop> {
    message
        .header_values(HeaderName::Received)
        .map_while(|value| {
            let HeaderValue::Received(received) = value else {
                return None;
            };
            let by = match received.by()? {
                mail_parser::Host::Name(name) => name.to_string(),
                mail_parser::Host::IpAddr(address) => address.to_string(),
            };
            let at: DateTime<Utc> = DateTime::from_timestamp(received.date()?.to_timestamp(), 0)?;
            Some(Hop { by, at })
        })
        .collect()
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The bytes of a part, unpacked but not decoded as text.
fn bytes_of(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    if let PartType::Binary(bytes) | PartType::InlineBinary(bytes) = &part.body {
        return bytes.to_vec();
    }
    let packed = raw
        .get(part.offset_body as usize..part.offset_end as usize)
        .unwrap_or_default();
    let unpacked = match part.encoding {
        Encoding::Base64 => base64_decode(packed),
        Encoding::QuotedPrintable => quoted_printable_decode(packed),
        Encoding::None => None,
    };
    unpacked.unwrap_or_else(|| packed.to_vec())
}

/// The name of an attachment; a path in it is cut off, and one that has none gets one.
fn file_name(part: &MessagePart<'_>, raw: &[u8], position: usize) -> String {
    let value = |wanted: HeaderName<'_>| {
        let header = part.headers.iter().find(|header| header.name == wanted)?;
        let value = raw.get(header.offset_start as usize..header.offset_end as usize)?;
        value.get(..value.len().min(LONGEST_HEADER))
    };
    let name = value(HeaderName::ContentDisposition)
        .and_then(|value| charset::parameter(value, "filename"))
        .or_else(|| {
            let value = value(HeaderName::ContentType)?;
            charset::parameter(value, "name")
        })
        .unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = plain::line(name, LONGEST_FILE_NAME);
    if name.is_empty() {
        let kind = if part.is_message() { ".eml" } else { "" };
        format!("附件{}{kind}", position + 1)
    } else {
        name
    }
}

#[cfg(test)]
mod tests;
