//! A notice on its way out: handed over once; after that only its outcome is recorded (令2020年第3号 art. 21).
#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Utc};

use super::{Outcome, Refusal, plain};

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits to be sent by us.
    Pending,
    /// Waits for a person to do it, as a call does.
    Manual,
    /// Given to the outside; the outcome is not known yet. From here on it is never sent again by itself.
    HandedOver,
    /// The other side took it.
    Confirmed,
    /// The other side did not take it, or gave it back.
    Failed,
    /// The line broke after the hand-over: a person must look.
    Unknown,
    /// Routing no longer wants it sent.
    Dropped,
}

impl State {
    /// The name of the state, as stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Manual => "manual",
            Self::HandedOver => "handed_over",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::Manual,
            Self::HandedOver,
            Self::Confirmed,
            Self::Failed,
            Self::Unknown,
            Self::Dropped,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

/// The kept proof of a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// SHA-256 of the bytes, also their name in the object store; empty when there is none.
    pub digest: String,
    /// How many bytes.
    pub size_bytes: i64,
    /// What they are.
    pub media_type: String,
}

/// A notice on its way out. Holds no text and no address: both are asked for when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The notice, as routing named it.
    pub notice_id: String,
    /// The complaint it concerns; empty for none.
    pub complaint_id: String,
    /// The case it concerns; empty for none.
    pub case_id: String,
    /// The union it belongs to.
    pub union_code: String,
    /// The complaint's number.
    pub number: String,
    /// The post it goes to; empty for a complainant.
    pub to_post: String,
    /// Where it stands.
    pub state: State,
    /// When it was sent or dialled: the instant that counts (令2020年第3号 art. 21).
    pub sent_at: Option<DateTime<Utc>>,
    /// When its outcome was known.
    pub settled_at: Option<DateTime<Utc>>,
    /// The proof.
    pub proof: Proof,
    /// What the other side said.
    pub result: String,
    /// Goes up by one with every move.
    pub revision: i64,
}

impl Delivery {
    /// Records, before it is done, that it goes out; `now` becomes the instant that counts.
    pub fn hand_over(&mut self, now: DateTime<Utc>) -> Result<Outcome, Refusal> {
        match self.state {
            State::Pending | State::Manual => {
                self.sent_at = Some(now);
                Ok(self.moves(State::HandedOver))
            }
            State::HandedOver => Ok(Outcome::Already),
            State::Confirmed | State::Failed | State::Unknown | State::Dropped => {
                self.refuses("handing over")
            }
        }
    }

    /// Records that the other side certainly took nothing, so that it may be sent again.
    pub fn take_back(&mut self) -> Result<Outcome, Refusal> {
        match self.state {
            State::HandedOver => {
                self.sent_at = None;
                Ok(self.moves(State::Pending))
            }
            State::Pending => Ok(Outcome::Already),
            State::Manual | State::Confirmed | State::Failed | State::Unknown | State::Dropped => {
                self.refuses("taking back")
            }
        }
    }

    /// Records that the other side took it.
    pub fn confirm(
        &mut self,
        proof: Proof,
        result: &str,
        now: DateTime<Utc>,
    ) -> Result<Outcome, Refusal> {
        match self.state {
            State::HandedOver | State::Unknown => {
                self.settle(proof, result, now);
                Ok(self.moves(State::Confirmed))
            }
            State::Confirmed => Ok(Outcome::Already),
            State::Pending | State::Manual | State::Failed | State::Dropped => {
                self.refuses("confirming")
            }
        }
    }

    /// Records that it was not taken, or came back: a bounce undoes a confirmation.
    pub fn fail(
        &mut self,
        proof: Proof,
        result: &str,
        now: DateTime<Utc>,
    ) -> Result<Outcome, Refusal> {
        match self.state {
            State::Pending
            | State::Manual
            | State::HandedOver
            | State::Confirmed
            | State::Unknown => {
                self.settle(proof, result, now);
                Ok(self.moves(State::Failed))
            }
            State::Failed => Ok(Outcome::Already),
            State::Dropped => self.refuses("failing"),
        }
    }

    /// Records that nobody knows whether it was taken.
    pub fn lose(&mut self, result: &str, now: DateTime<Utc>) -> Result<Outcome, Refusal> {
        match self.state {
            State::HandedOver => {
                let proof = std::mem::take(&mut self.proof);
                self.settle(proof, result, now);
                Ok(self.moves(State::Unknown))
            }
            State::Unknown => Ok(Outcome::Already),
            State::Pending | State::Manual | State::Confirmed | State::Failed | State::Dropped => {
                self.refuses("losing")
            }
        }
    }

    /// Records that routing no longer wants it sent.
    pub fn drop_it(&mut self) -> Result<Outcome, Refusal> {
        match self.state {
            State::Pending | State::Manual => Ok(self.moves(State::Dropped)),
            State::Dropped => Ok(Outcome::Already),
            State::HandedOver | State::Confirmed | State::Failed | State::Unknown => {
                self.refuses("dropping")
            }
        }
    }

    fn settle(&mut self, proof: Proof, result: &str, now: DateTime<Utc>) {
        if !proof.digest.is_empty() {
            self.proof = proof;
        }
        self.result = plain::said(result);
        self.settled_at = Some(now);
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
