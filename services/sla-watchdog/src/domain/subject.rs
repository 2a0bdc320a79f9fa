//! What a clock runs for: a case, or something else that has a limit.

use chrono::{DateTime, FixedOffset};

/// What kind of thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A complaint and its case.
    #[default]
    Case,
    /// An appeal (申诉、核查).
    Appeal,
    /// A rectification task (整改).
    Rectification,
    /// An overdue case laid before an office or the compliance department.
    Escalation,
    /// A message that could not be read.
    Quarantine,
    /// A unit's duty that comes every year.
    Unit,
}

/// Every kind with its word in policies and rows.
const WORDS: [(Kind, &str); 6] = [
    (Kind::Case, "case"),
    (Kind::Appeal, "appeal"),
    (Kind::Rectification, "rectification"),
    (Kind::Escalation, "escalation"),
    (Kind::Quarantine, "quarantine"),
    (Kind::Unit, "unit"),
];

impl Kind {
    /// Its word in policies and rows.
    #[must_use]
    pub fn word(self) -> &'static str {
        WORDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("case", |(_, word)| word)
    }

    /// The kind of this word; nothing said means a case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if word.is_empty() {
            return Some(Self::Case);
        }
        WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(kind, _)| *kind)
    }
}

/// What is true of a subject as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its union.
    pub union: String,
    /// When it reached us, or began.
    pub received_at: DateTime<FixedOffset>,
    /// The nature of the complaint, by number; 0 for what has none.
    pub nature: i32,
    /// Whether it was registered at the reception.
    pub at_reception: bool,
    /// Whether there is any way to reach the complainant.
    pub has_contact: bool,
}
