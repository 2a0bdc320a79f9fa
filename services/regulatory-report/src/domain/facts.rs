//! What is known of a case, and how it stands at an instant.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    period::local,
    words::{OUTCOMES, word},
};

/// The clocks that limit the answer to the complainant.
///
/// Overrunning one of them makes a closed case late; the others are steps within the bank and are counted by themselves.
/// 令2020年第3号 art. 18; guideline art. 18(1) 办结, 18(2) 上级期限, 18(3) 最长期限.
pub const ANSWER_CLOCKS: [&str; 4] = ["L18", "G18.1c", "G18.2a", "G18.3"];

/// What is known of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The case.
    pub case_id: Uuid,
    /// Its number.
    pub number: String,
    /// The union whose case it is.
    pub union: String,
    /// The unit that registered it.
    pub unit: String,
    /// How it reached us.
    pub channel: String,
    /// What kind of matter it is.
    pub nature: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// The unit that handles it.
    pub lead_unit: String,
    /// The unit complained of.
    pub complained_unit: String,
    /// Axis B.
    pub business: String,
    /// Axis C.
    pub cause: String,
    /// Axis A.
    pub via: String,
    /// Whether it is 重大.
    pub major: bool,
    /// How it ended; empty while it is open.
    pub outcome: String,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When its limit was first extended.
    pub extended_at: Option<DateTime<Utc>>,
    /// The clocks it overran, and when.
    pub breaches: BTreeMap<String, DateTime<Utc>>,
}

impl Fact {
    /// When it ended, if that was before an instant. What ended before it reached us ended when it reached us.
    #[must_use]
    pub fn ended_before(&self, at: DateTime<Utc>) -> bool {
        self.ended_at
            .is_some_and(|ended| ended.max(self.received_at) < at)
    }

    /// Whether an answer clock was overrun before an instant.
    #[must_use]
    pub fn late_before(&self, at: DateTime<Utc>) -> bool {
        ANSWER_CLOCKS
            .iter()
            .filter_map(|clock| self.breaches.get(*clock))
            .any(|breached| *breached < at)
    }

    /// Whether its limit was extended before an instant.
    #[must_use]
    pub fn extended_before(&self, at: DateTime<Utc>) -> bool {
        self.extended_at.is_some_and(|extended| extended < at)
    }

    /// How it stands at an instant, in Chinese.
    #[must_use]
    pub fn standing(&self, at: DateTime<Utc>) -> String {
        match (self.ended_at, self.ended_before(at)) {
            (Some(ended), true) => {
                format!("{}({} 办结)", word(&OUTCOMES, &self.outcome), local(ended))
            }
            _ if self.late_before(at) => "办理中(已超时)".to_owned(),
            _ => "办理中".to_owned(),
        }
    }
}
