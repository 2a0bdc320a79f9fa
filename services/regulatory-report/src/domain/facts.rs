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
    /// When its result was first returned for more work.
    pub returned_at: Option<DateTime<Utc>>,
    /// Whether the same facts had been answered before (guideline art. 16).
    pub repeats_another: bool,
    /// When what it had answered was first complained of again and declined for that.
    pub complained_again_at: Option<DateTime<Utc>>,
    /// When the complainant was last called back, and whether he was satisfied (guideline art. 12(6)).
    pub followed_up: Option<(DateTime<Utc>, bool)>,
    /// Its appeals (guideline art. 20, 令2020年第3号 art. 20).
    pub appeals: Vec<Appeal>,
}

/// An appeal against the decision of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// When it arrived.
    pub lodged_at: DateTime<Utc>,
    /// When it was decided or withdrawn.
    pub decided_at: Option<DateTime<Utc>>,
    /// How: `upheld`, `changed` or `re_handle`; empty while it is open or when it was withdrawn.
    pub outcome: String,
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

    /// Whether its result was returned before an instant.
    #[must_use]
    pub fn returned_before(&self, at: DateTime<Utc>) -> bool {
        self.returned_at.is_some_and(|returned| returned < at)
    }

    /// Whether what it had answered was complained of again before an instant.
    #[must_use]
    pub fn complained_again_before(&self, at: DateTime<Utc>) -> bool {
        self.complained_again_at.is_some_and(|again| again < at)
    }

    /// Whether an appeal changed its decision, or had it handled again, before an instant. One that was withdrawn did neither.
    #[must_use]
    pub fn overturned_before(&self, at: DateTime<Utc>) -> bool {
        self.appeals.iter().any(|appeal| {
            appeal.decided_at.is_some_and(|decided| decided < at)
                && matches!(appeal.outcome.as_str(), "changed" | "re_handle")
        })
    }

    /// What the complainant said when called back before an instant; `None` when nobody did.
    #[must_use]
    pub fn satisfied_before(&self, at: DateTime<Utc>) -> Option<bool> {
        self.followed_up
            .filter(|(called, _)| *called < at)
            .map(|(_, satisfied)| satisfied)
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

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// An instant.
    pub(crate) fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// A case of 台山 that reached us, and perhaps ended.
    pub(crate) fn fact(item: u32, received: &str, ended: Option<(&str, &str)>) -> Fact {
        Fact {
            case_id: Uuid::from_u128(u128::from(item)),
            number: format!("589002-2026-{item:06}"),
            union: "589002".to_owned(),
            unit: "58900201".to_owned(),
            channel: "phone".to_owned(),
            nature: "consumer_complaint".to_owned(),
            received_at: utc(received),
            lead_unit: String::new(),
            complained_unit: String::new(),
            business: String::new(),
            cause: "C01".to_owned(),
            via: String::new(),
            major: false,
            outcome: ended
                .map(|(_, outcome)| outcome.to_owned())
                .unwrap_or_default(),
            ended_at: ended.map(|(at, _)| utc(at)),
            extended_at: None,
            breaches: BTreeMap::new(),
            returned_at: None,
            repeats_another: false,
            complained_again_at: None,
            followed_up: None,
            appeals: Vec::new(),
        }
    }
}
