//! A message that came in: kept, then registered, then acknowledged; or put aside; or only noted.
#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Outcome, Refusal, plain};

/// The complaint a message became, or was added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Its id at intake.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// The union it belongs to.
    pub union_code: String,
    /// Whether the message was added to an older complaint.
    pub addition: bool,
}

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Bytes and row are kept; nobody was told yet but the sender's server.
    Received,
    /// Intake has it; the acknowledgement is due.
    Registered(Complaint),
    /// The acknowledgement was given to the outside; what became of it is not known yet.
    Answering(Complaint, DateTime<Utc>),
    /// The complainant's channel took the acknowledgement.
    Acknowledged(Complaint, DateTime<Utc>),
    /// There is no acknowledgement and none will follow by itself.
    Unacknowledged(Complaint, String),
    /// It could not be read; intake shows it to people (guideline art. 24(1): nothing that arrives is lost).
    Quarantined(String),
    /// It is no complaint and needs no answer, such as an out-of-office note.
    Noted(String),
}

impl State {
    /// The name of the state, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Registered(_) => "registered",
            Self::Answering(..) => "answering",
            Self::Acknowledged(..) => "acknowledged",
            Self::Unacknowledged(..) => "unacknowledged",
            Self::Quarantined(_) => "quarantined",
            Self::Noted(_) => "noted",
        }
    }

    /// The complaint, once there is one.
    #[must_use]
    pub fn complaint(&self) -> Option<&Complaint> {
        match self {
            Self::Registered(complaint)
            | Self::Answering(complaint, _)
            | Self::Acknowledged(complaint, _)
            | Self::Unacknowledged(complaint, _) => Some(complaint),
            Self::Received | Self::Quarantined(_) | Self::Noted(_) => None,
        }
    }
}

/// A message that came in. Holds no name, no address and no text: those stay in the kept bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Permanent; also the id of the request to intake, so that a repeat of it is the same request.
    pub id: Uuid,
    /// Within what the message's own id is unique.
    pub scope: String,
    /// The message's own id.
    pub message_id: String,
    /// The mailbox, account or line it came to.
    pub account: String,
    /// The unit of that account.
    pub unit_code: String,
    /// Who sent it, as a keyed digest; empty when nobody is named.
    pub sender_key: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When the adapter took it.
    pub taken_at: DateTime<Utc>,
    /// SHA-256 of the kept bytes.
    pub raw_digest: String,
    /// What the door already knows to be wrong with it; empty when nothing.
    pub flaw: String,
    /// Where it stands.
    pub state: State,
    /// Goes up by one with every move.
    pub revision: i64,
}

impl Incoming {
    /// Records that intake has it.
    pub fn register(&mut self, complaint: Complaint) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Received => Ok(self.moves(State::Registered(complaint))),
            State::Registered(known)
            | State::Answering(known, _)
            | State::Acknowledged(known, _)
            | State::Unacknowledged(known, _)
                if known.id == complaint.id =>
            {
                Ok(Outcome::Already)
            }
            State::Registered(_)
            | State::Answering(..)
            | State::Acknowledged(..)
            | State::Unacknowledged(..)
            | State::Quarantined(_)
            | State::Noted(_) => self.refuses("registering"),
        }
    }

    /// Records that intake shows it to people because it could not be read.
    pub fn quarantine(&mut self, why: &str) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Received => Ok(self.moves(State::Quarantined(plain::said(why)))),
            State::Quarantined(_) => Ok(Outcome::Already),
            State::Registered(_)
            | State::Answering(..)
            | State::Acknowledged(..)
            | State::Unacknowledged(..)
            | State::Noted(_) => self.refuses("putting aside"),
        }
    }

    /// Records that it is no complaint and is never answered.
    pub fn note(&mut self, why: &str) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Received => Ok(self.moves(State::Noted(plain::said(why)))),
            State::Noted(_) => Ok(Outcome::Already),
            State::Registered(_)
            | State::Answering(..)
            | State::Acknowledged(..)
            | State::Unacknowledged(..)
            | State::Quarantined(_) => self.refuses("noting"),
        }
    }

    /// Records, before it is done, that the acknowledgement goes out.
    pub fn answer(&mut self, now: DateTime<Utc>) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Registered(complaint) => {
                let state = State::Answering(complaint.clone(), now);
                Ok(self.moves(state))
            }
            State::Answering(..) => Ok(Outcome::Already),
            State::Received
            | State::Acknowledged(..)
            | State::Unacknowledged(..)
            | State::Quarantined(_)
            | State::Noted(_) => self.refuses("answering"),
        }
    }

    /// Records that the other side took the acknowledgement.
    pub fn acknowledge(&mut self, now: DateTime<Utc>) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Answering(complaint, _) => {
                let state = State::Acknowledged(complaint.clone(), now);
                Ok(self.moves(state))
            }
            State::Acknowledged(..) => Ok(Outcome::Already),
            State::Received
            | State::Registered(_)
            | State::Unacknowledged(..)
            | State::Quarantined(_)
            | State::Noted(_) => self.refuses("acknowledging"),
        }
    }

    /// Records that the other side certainly took nothing, so that it may be tried again.
    pub fn take_back(&mut self) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Answering(complaint, _) | State::Acknowledged(complaint, _) => {
                let state = State::Registered(complaint.clone());
                Ok(self.moves(state))
            }
            State::Registered(_) => Ok(Outcome::Already),
            State::Received
            | State::Unacknowledged(..)
            | State::Quarantined(_)
            | State::Noted(_) => self.refuses("taking back"),
        }
    }

    /// Records that no acknowledgement will follow by itself.
    pub fn give_up(&mut self, why: &str) -> Result<Outcome, Refusal> {
        match &self.state {
            State::Registered(complaint) | State::Answering(complaint, _) => {
                let state = State::Unacknowledged(complaint.clone(), plain::said(why));
                Ok(self.moves(state))
            }
            State::Unacknowledged(..) => Ok(Outcome::Already),
            State::Received | State::Acknowledged(..) | State::Quarantined(_) | State::Noted(_) => {
                self.refuses("giving up")
            }
        }
    }

    fn moves(&mut self, state: State) -> Outcome {
        self.state = state;
        self.revision += 1;
        Outcome::Moved
    }

    fn refuses(&self, verb: &'static str) -> Result<Outcome, Refusal> {
        Err(Refusal::OutOfOrder {
            verb,
            state: self.state.name(),
        })
    }
}

#[cfg(test)]
mod tests;
