//! What differs between channels: how a message is read, and how one is sent.

use std::fmt;

use bytes::Bytes;
use chassis::db::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use suda_proto::{
    channel::v1::Manner,
    common::v1::{Channel, Nature},
    directory::v1::Post,
    intake::v1::{Complainant, EvidenceKind, Matter},
};

use crate::domain::incoming::Incoming;

/// The way of one channel.
pub trait Way: Send + Sync + 'static {
    /// Which channel.
    const CHANNEL: Channel;
    /// How its notices are sent, in the words of 令2020年第3号 art. 21.
    const MANNER: Manner;
    /// Whether notices are done by a person, as a call is.
    const BY_HAND: bool = false;
    /// Whether the door itself answers with the number, so that nothing else is sent.
    const ANSWERED_AT_THE_DOOR: bool = false;

    /// Reads a kept message. An error means that it may be readable later.
    fn read(
        &self,
        message: &Incoming,
        raw: Bytes,
    ) -> impl Future<Output = anyhow::Result<Reading>> + Send;

    /// The address an acknowledgement goes to, out of the kept bytes; or why there must be none.
    fn reply_address(&self, raw: &Bytes) -> Result<String, String>;

    /// Whether a message of ours that is sent twice reaches the other side once.
    fn repeatable(&self) -> bool {
        false
    }

    /// Sends a message of ours.
    fn send(&self, letter: &Letter) -> impl Future<Output = Outcome> + Send;

    /// The address of a post, when the channel knows one.
    fn post_address(
        &self,
        _post_code: &str,
    ) -> impl Future<Output = anyhow::Result<Option<String>>> + Send {
        std::future::ready(Ok(None))
    }

    /// Takes note of a post as directory told it, for a channel that writes to posts.
    fn post_changed(
        &self,
        _tx: &Tx,
        _post: &Post,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        std::future::ready(Ok(()))
    }
}

/// What a kept message turned out to be.
#[derive(Debug)]
pub enum Reading {
    /// A complaint, or something to add to one.
    Message(Box<Draft>),
    /// No complaint, and nothing that is ever answered.
    Noted(String),
    /// The other side says that a notice of ours did not arrive.
    Bounced {
        /// The notice.
        notice_id: String,
        /// What it says.
        said: String,
    },
    /// Nobody can read it but a person.
    Unreadable(String),
}

/// To which exchange a message belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Follows {
    /// To none.
    #[default]
    Nothing,
    /// To the one with one of these tokens of ours.
    Tokens(Vec<String>),
    /// To the one the same sender had within this span.
    Recent(TimeDelta),
}

/// A file that came with a message.
#[derive(Clone)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// What it is good for.
    pub kind: EvidenceKind,
    /// What it shows.
    pub description: String,
}

/// A complaint as a channel understood it.
#[derive(Clone, Default)]
pub struct Draft {
    /// The unit that receives it, when it is not the account's own.
    pub unit_code: Option<String>,
    /// What kind of matter it is; a consumer complaint when the channel cannot tell.
    pub nature: Option<Nature>,
    /// When it reached us, when that is not the message's own instant.
    pub received_at: Option<DateTime<Utc>>,
    /// Who complains.
    pub complainant: Complainant,
    /// What about.
    pub matter: Matter,
    /// What it says.
    pub content: String,
    /// What is asked for.
    pub demand: String,
    /// How it was settled on the spot; empty when it was not.
    pub settlement: String,
    /// How many persons complain together.
    pub persons: u32,
    /// What came with it.
    pub files: Vec<File>,
    /// The address it came from.
    pub sender: String,
    /// To which exchange it belongs.
    pub follows: Follows,
    /// The message that ours will be replies to; empty when there is none.
    pub anchor: String,
}

/// What a message of ours is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// It acknowledges this message.
    Acknowledges(uuid::Uuid),
    /// It is this notice.
    Notice(String),
    /// It is this alarm, to a post.
    Alarm(String),
}

impl Purpose {
    /// The id of what it is about.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Acknowledges(id) => id.to_string(),
            Self::Notice(id) | Self::Alarm(id) => id.clone(),
        }
    }
}

/// A message of ours.
#[derive(Clone)]
pub struct Letter {
    /// What it is about.
    pub purpose: Purpose,
    /// The account it goes out from; empty for the channel's own choice.
    pub account: String,
    /// The address it goes to.
    pub address: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The token of the exchange; empty when it belongs to none.
    pub token: String,
    /// The message it replies to; empty when there is none.
    pub anchor: String,
    /// When it is sent.
    pub sent_at: DateTime<Utc>,
}

/// What became of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Taken {
        /// The bytes that prove it.
        proof: Bytes,
        /// What they are.
        media_type: &'static str,
        /// What the other side said.
        said: String,
    },
    /// The other side refused it for good.
    Refused {
        /// The bytes that prove it.
        proof: Bytes,
        /// What they are.
        media_type: &'static str,
        /// What the other side said.
        said: String,
    },
    /// The other side certainly took nothing; it may be tried again.
    NotTaken(String),
    /// Nobody knows.
    Unknown(String),
}

// What follows holds names, addresses and texts: a careless `{:?}` shows none of them.

impl fmt::Debug for Draft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Draft")
            .field("characters", &self.content.chars().count())
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("File")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Letter")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
