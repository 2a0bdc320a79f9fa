//! The life of a report (guideline art. 23): expected, drafted, handed in, reviewed, signed, submitted.
//!
//! Whoever wrote a part of it neither reviews nor signs it. What is signed is frozen: a mistake found later is put right by an
//! addendum, which is a report of its own. `report/tests.rs` holds the same law as one table.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

mod refusal;
mod words;

use State::{Drafted, Expected, HandedIn, Reviewed, Signed, Submitted};
pub use refusal::Refusal;
pub use words::{RECIPIENTS, Recipient, SECTIONS, STATES, Section, State};

/// A report and everything that is true of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Permanent.
    pub id: Uuid,
    /// The union, the office or the province.
    pub unit: String,
    /// 0 for the report itself, 1 and up for its addenda.
    pub addendum: u32,
    /// Where it stands.
    pub state: State,
    /// Goes up by one with every change.
    pub revision: u64,
    /// Whether it says that there was nothing.
    pub nil: bool,
    /// The text.
    pub text: BTreeMap<Section, String>,
    /// Who wrote a part of it.
    pub authors: BTreeSet<String>,
    /// Nothing is counted from here on; known once it is signed.
    pub cut_off_at: Option<DateTime<Utc>>,
    /// SHA-256 of the frozen figures.
    pub snapshot: String,
    /// When it was signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// Who has it, and since when.
    pub receipts: BTreeMap<Recipient, DateTime<Utc>>,
}

/// What a verb did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a move that nobody stores did not happen"]
pub enum Outcome {
    /// The report moved; store it and tell this.
    Moved(Event),
    /// It had already moved exactly this way.
    Already,
}

/// What happened to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It will be due.
    Expected,
    /// It was begun.
    Drafted,
    /// A section was written; private, for a draft is nobody else's business.
    Written,
    /// It was handed in.
    HandedIn,
    /// It was returned.
    Returned,
    /// It was reviewed.
    Reviewed,
    /// It was signed.
    Signed,
    /// A recipient has it.
    Delivered(Recipient),
    /// The last recipient has it.
    Submitted(Recipient),
}

/// What every verb answers.
pub type Answer = Result<Outcome, Refusal>;

impl Report {
    /// A report that is expected of a unit.
    #[must_use]
    pub fn expect(id: Uuid, unit: &str, addendum: u32) -> Self {
        Self {
            id,
            unit: unit.to_owned(),
            addendum,
            state: Expected,
            revision: 1,
            nil: false,
            text: BTreeMap::new(),
            authors: BTreeSet::new(),
            cut_off_at: None,
            snapshot: String::new(),
            signed_at: None,
            receipts: BTreeMap::new(),
        }
    }

    /// Begins it.
    pub fn draft(&mut self, by: &str) -> Answer {
        match self.state {
            Expected => {
                self.authors.insert(by.to_owned());
                Ok(self.moves_to(Drafted, Event::Drafted))
            }
            Drafted => Ok(Outcome::Already),
            HandedIn | Reviewed | Signed | Submitted => self.refuses("编制"),
        }
    }

    /// Writes a section; whoever does is an author from then on.
    pub fn write(&mut self, by: &str, section: Section, text: &str) -> Answer {
        if text.trim().is_empty() {
            return Err(Refusal::Required(section.title()));
        }
        match self.state {
            Drafted => {
                if self.text.get(&section).is_some_and(|known| known == text) {
                    return Ok(Outcome::Already);
                }
                self.authors.insert(by.to_owned());
                self.text.insert(section, text.to_owned());
                self.nil = false;
                Ok(self.moves_to(Drafted, Event::Written))
            }
            Expected | HandedIn | Reviewed | Signed | Submitted => self.refuses("编写"),
        }
    }

    /// Makes it a nil report: `busy` complaints were received or open, which must be none.
    pub fn say_nil(&mut self, by: &str, busy: usize) -> Answer {
        if busy > 0 {
            return Err(Refusal::NotNil(busy));
        }
        match self.state {
            Expected | Drafted => {
                self.authors.insert(by.to_owned());
                self.nil = true;
                self.text.clear();
                Ok(self.moves_to(HandedIn, Event::HandedIn))
            }
            HandedIn if self.nil => Ok(Outcome::Already),
            HandedIn | Reviewed | Signed | Submitted => self.refuses("作零报告"),
        }
    }

    /// Hands it in for review, whole: `wrong` names what is wrong with its figures.
    pub fn hand_in(&mut self, wrong: &[String]) -> Answer {
        match self.state {
            Drafted => {
                let missing: Vec<&str> = SECTIONS
                    .iter()
                    .filter(|(section, .., needed)| *needed && !self.text.contains_key(section))
                    .map(|(_, _, title, _)| *title)
                    .collect();
                if !missing.is_empty() && self.addendum == 0 {
                    return Err(Refusal::Missing(missing.join("、")));
                }
                if self.text.is_empty() {
                    return Err(Refusal::Missing("更正说明".to_owned()));
                }
                if !wrong.is_empty() {
                    return Err(Refusal::Figures(wrong.join(";")));
                }
                Ok(self.moves_to(HandedIn, Event::HandedIn))
            }
            HandedIn => Ok(Outcome::Already),
            Expected | Reviewed | Signed | Submitted => self.refuses("送审"),
        }
    }

    /// Returns it for more work.
    pub fn send_back(&mut self, reasons: &str) -> Answer {
        if reasons.trim().is_empty() {
            return Err(Refusal::Required("退回理由"));
        }
        match self.state {
            HandedIn | Reviewed => Ok(self.moves_to(Drafted, Event::Returned)),
            Expected | Drafted | Signed | Submitted => self.refuses("退回"),
        }
    }

    /// Passes it; never by an author.
    pub fn review(&mut self, by: &str) -> Answer {
        match self.state {
            HandedIn if self.authors.contains(by) => Err(Refusal::Author("审核")),
            HandedIn => Ok(self.moves_to(Reviewed, Event::Reviewed)),
            Reviewed => Ok(Outcome::Already),
            Expected | Drafted | Signed | Submitted => self.refuses("审核"),
        }
    }

    /// Signs it; its figures up to `cut_off` are frozen under their digest.
    pub fn sign(
        &mut self,
        by: &str,
        cut_off: DateTime<Utc>,
        snapshot: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        match self.state {
            Reviewed if self.authors.contains(by) => Err(Refusal::Author("签发")),
            Reviewed => {
                self.cut_off_at = Some(cut_off);
                self.snapshot = snapshot.to_owned();
                self.signed_at = Some(now);
                Ok(self.moves_to(Signed, Event::Signed))
            }
            Expected | Drafted | HandedIn | Signed | Submitted => self.refuses("签发"),
        }
    }

    /// Notes that a recipient has it; with the last one it is submitted (guideline art. 23).
    pub fn receipt(
        &mut self,
        recipient: Recipient,
        receipt: &str,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Answer {
        if receipt.trim().is_empty() {
            return Err(Refusal::Required("签收号或送达方式"));
        }
        match self.state {
            Signed | Submitted if self.receipts.contains_key(&recipient) => {
                if self.receipts.get(&recipient) == Some(&at) {
                    Ok(Outcome::Already)
                } else {
                    Err(Refusal::Receipted)
                }
            }
            Signed => {
                if self.signed_at.is_some_and(|signed| at < signed) {
                    return Err(Refusal::BeforeSigned);
                }
                if at > now {
                    return Err(Refusal::InFuture);
                }
                self.receipts.insert(recipient, at);
                if self.receipts.len() == RECIPIENTS.len() {
                    return Ok(self.moves_to(Submitted, Event::Submitted(recipient)));
                }
                Ok(self.moves_to(Signed, Event::Delivered(recipient)))
            }
            Expected | Drafted | HandedIn | Reviewed | Submitted => self.refuses("登记签收"),
        }
    }

    /// When the last recipient had it; `None` until all have it.
    #[must_use]
    pub fn submitted_at(&self) -> Option<DateTime<Utc>> {
        match self.state {
            Submitted => self.receipts.values().max().copied(),
            Expected | Drafted | HandedIn | Reviewed | Signed => None,
        }
    }

    fn moves_to(&mut self, state: State, event: Event) -> Outcome {
        self.state = state;
        self.revision += 1;
        Outcome::Moved(event)
    }

    fn refuses(&self, verb: &'static str) -> Answer {
        Err(Refusal::OutOfOrder {
            verb,
            state: self.state.words(),
        })
    }
}

#[cfg(test)]
mod tests;
