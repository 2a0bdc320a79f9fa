//! An overdue case laid before an office (办事处) or the compliance department (合规部).
//!
//! It is an item to be acknowledged and answered, not a message to be read.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::refusal::{Refusal, required};

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Permanent.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// The union of the case.
    pub union: String,
    /// The office or department that must answer.
    pub unit: String,
    /// The post it was sent to.
    pub to_post: String,
    /// Whom the ladder meant: "office" or "compliance".
    pub recipient: String,
    /// The clock.
    pub clock: String,
    /// The rung.
    pub rung: String,
    /// When the case was due.
    pub legal_due_at: DateTime<Utc>,
    /// When the item was opened.
    pub opened_at: DateTime<Utc>,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(String, DateTime<Utc>)>,
    /// Who answered it, when, and what.
    pub answered: Option<(String, DateTime<Utc>, String)>,
    /// Goes up by one with every change.
    pub revision: u64,
}

/// Whether a verb changed the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a change that nobody stores did not happen"]
pub enum Change {
    /// It did; store and tell it.
    Made,
    /// It was so before.
    Already,
}

impl Escalation {
    /// Whether the ladder's word means a body that must answer.
    #[must_use]
    pub fn is_for(recipient: &str) -> bool {
        matches!(recipient, "office" | "compliance")
    }

    /// Takes note of it.
    pub fn acknowledge(&mut self, post: &str, now: DateTime<Utc>) -> Change {
        if self.acknowledged.is_some() {
            return Change::Already;
        }
        self.acknowledged = Some((post.to_owned(), now));
        self.revision += 1;
        Change::Made
    }

    /// Answers it.
    pub fn answer(
        &mut self,
        post: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        let text = required(text, "answer", "答复意见")?;
        if self.acknowledged.is_none() {
            return Err(Refusal::NotAcknowledged);
        }
        match &self.answered {
            None => {
                self.answered = Some((post.to_owned(), now, text.to_owned()));
                self.revision += 1;
                Ok(Change::Made)
            }
            Some((_, _, before)) if before == text => Ok(Change::Already),
            Some(_) => Err(Refusal::AlreadyAnswered),
        }
    }

    /// Its state in rows: open, acknowledged, answered.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (&self.acknowledged, &self.answered) {
            (_, Some(_)) => "answered",
            (Some(_), None) => "acknowledged",
            (None, None) => "open",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_acknowledged_then_answered_once() {
        let now = DateTime::UNIX_EPOCH;
        let mut item = Escalation {
            id: Uuid::nil(),
            case_id: Uuid::nil(),
            union: "589002".to_owned(),
            unit: "5890".to_owned(),
            to_post: "5890-head".to_owned(),
            recipient: "office".to_owned(),
            clock: "G18.1c".to_owned(),
            rung: "office".to_owned(),
            legal_due_at: now,
            opened_at: now,
            acknowledged: None,
            answered: None,
            revision: 1,
        };
        assert_eq!(
            item.answer("5890-head", "已督促", now),
            Err(Refusal::NotAcknowledged)
        );
        assert_eq!(item.acknowledge("5890-officer", now), Change::Made);
        assert_eq!(item.acknowledge("5890-head", now), Change::Already);
        assert!(item.answer("5890-head", " ", now).is_err());
        assert_eq!(item.answer("5890-head", "已督促", now), Ok(Change::Made));
        assert_eq!(item.answer("5890-head", "已督促", now), Ok(Change::Already));
        assert_eq!(
            item.answer("5890-head", "另一答复", now),
            Err(Refusal::AlreadyAnswered)
        );
        assert_eq!((item.state(), item.revision), ("answered", 3));
    }
}
