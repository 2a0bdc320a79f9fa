//! What a mail is to us: somebody's words, a machine's answer, a bounce; and when it reached us.

use chrono::{DateTime, Utc};

/// What a mail says about itself, as far as it matters for answering it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markers {
    /// `Auto-Submitted` (RFC 3834), lower case, without parameters.
    pub auto_submitted: String,
    /// `Precedence`, lower case.
    pub precedence: String,
    /// Whether there is a `List-Id`.
    pub list: bool,
    /// Whether the return path is there and empty, as that of a bounce.
    pub null_return_path: bool,
    /// Whether `X-Auto-Response-Suppress` asks for no answer; it does not say that the mail itself is automatic.
    pub suppress: bool,
    /// Whether it is a report of a mail system (RFC 3464).
    pub report: bool,
    /// Whether it answers a mail of ours.
    pub answers_ours: bool,
    /// Whether the subject is one that out-of-office answers have.
    pub absence_subject: bool,
    /// Whether it comes from one of our own mailboxes.
    pub from_ourselves: bool,
    /// Whether its message id is one that we give.
    pub our_own: bool,
}

/// What is done with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Registered and acknowledged.
    Answer,
    /// Registered, never answered: the reason.
    Silent(&'static str),
    /// Kept, not registered, never answered: the reason.
    Note(&'static str),
}

/// Decides what is done with a mail.
///
/// A machine's *answer* is no complaint. Anything else that a machine sent may carry one (a web form, a hotline's
/// transfer), so it is registered; but no machine is ever answered, so that no two of them talk for ever.
#[must_use]
pub fn treatment(markers: &Markers) -> Treatment {
    if markers.from_ourselves && markers.our_own {
        Treatment::Note("本系统自己发出的邮件")
    } else if markers.report {
        Treatment::Note("邮件系统的投递报告")
    } else if markers.auto_submitted == "auto-replied" {
        Treatment::Note("自动回复")
    } else if markers.answers_ours && (markers.absence_subject || markers.null_return_path) {
        Treatment::Note("对我方邮件的自动回复")
    } else if !matches!(markers.auto_submitted.as_str(), "" | "no") {
        Treatment::Silent("系统自动生成的邮件，不自动回复")
    } else if markers.list || matches!(markers.precedence.as_str(), "bulk" | "list" | "junk") {
        Treatment::Silent("群发邮件，不自动回复")
    } else if markers.null_return_path {
        Treatment::Silent("退信地址为空，不自动回复")
    } else if markers.from_ourselves {
        // A form on the union's own page sends in the name of the mailbox it writes to.
        Treatment::Silent("发件地址是本机构的邮箱，不自动回复")
    } else if markers.suppress {
        Treatment::Silent("发件人要求不自动回复")
    } else {
        Treatment::Answer
    }
}

/// Says whether a subject is one that out-of-office answers have: the word alone, or before a colon and what is answered.
/// A person may begin a sentence with the same word.
#[must_use]
pub fn absence_subject(subject: &str) -> bool {
    let subject = subject
        .trim()
        .trim_start_matches(['[', '【'])
        .to_lowercase();
    [
        "自动回复",
        "自动答复",
        "automatic reply",
        "auto reply",
        "auto:",
        "out of office",
        "外出",
    ]
    .iter()
    .filter_map(|start| subject.strip_prefix(start))
    .any(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// A `Received` header: which server added it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The server after "by".
    pub by: String,
    /// Its instant.
    pub at: DateTime<Utc>,
}

/// When a mail reached us: the earliest instant one of *our* servers vouches for, else when it was taken.
///
/// `hops` are the headers from the top. Only an unbroken run of our own servers at the top is believed: what stands
/// below the first stranger may have been written by the sender. The `Date` header never counts.
#[must_use]
pub fn received_at(hops: &[Hop], own_mx: &[String], taken_at: DateTime<Utc>) -> DateTime<Utc> {
    hops.iter()
        .take_while(|hop| own_mx.iter().any(|own| own.eq_ignore_ascii_case(&hop.by)))
        .map(|hop| hop.at)
        .fold(taken_at, DateTime::min)
}

/// What a message id of ours says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnId {
    /// What the mail was: an acknowledgement, a notice or an alarm.
    pub kind: Kind,
    /// The message or notice it was about.
    pub id: String,
    /// The token of the exchange; empty for an alarm.
    pub token: String,
}

/// What a mail of ours was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It acknowledged a mail.
    Acknowledgement,
    /// It was a notice.
    Notice,
    /// It was an alarm, to a post.
    Alarm,
}

impl Kind {
    fn letter(self) -> &'static str {
        match self {
            Self::Acknowledgement => "ack",
            Self::Notice => "notice",
            Self::Alarm => "alarm",
        }
    }
}

impl OwnId {
    /// The message id, without angle brackets; always the same for the same mail.
    #[must_use]
    pub fn message_id(&self, domain: &str) -> String {
        let token = if self.token.is_empty() {
            "none"
        } else {
            &self.token
        };
        format!("{}.{}.{token}@{domain}", self.kind.letter(), self.id)
    }

    /// Reads a message id; `None` when it is not one of ours.
    #[must_use]
    pub fn parse(message_id: &str, domain: &str) -> Option<Self> {
        let message_id = message_id
            .trim()
            .trim_start_matches('<')
            .trim_end_matches('>');
        let (local, host) = message_id.rsplit_once('@')?;
        if !host.eq_ignore_ascii_case(domain) {
            return None;
        }
        let mut words = local.split('.');
        let (kind, id, token) = (words.next()?, words.next()?, words.next()?);
        // Ours are letters, digits and hyphens; what stands there may come from anybody, and is looked up.
        let ours = |word: &str| {
            (1..=100).contains(&word.len())
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if words.next().is_some() || !ours(id) || !ours(token) {
            return None;
        }
        let kind = [Kind::Acknowledgement, Kind::Notice, Kind::Alarm]
            .into_iter()
            .find(|known| known.letter() == kind)?;
        Some(Self {
            kind,
            id: id.to_owned(),
            token: if token == "none" {
                String::new()
            } else {
                token.to_lowercase()
            },
        })
    }
}

#[cfg(test)]
mod tests;
