//! What is true of an appeal: its levels, its states, what is decided and what was reviewed for that.

use crate::domain::{
    refusal::{Refusal, required},
    standing::Role,
};

/// Where an appeal lies; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 当地办事处.
    Office = 1,
    /// 省联社合规部.
    Compliance = 2,
}

impl Level {
    /// The level of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        [Self::Office, Self::Compliance]
            .into_iter()
            .find(|level| *level as i32 == number)
    }

    /// The level of a post.
    #[must_use]
    pub fn of_role(role: Role) -> Option<Self> {
        if [Role::OfficeOfficer, Role::OfficeHead].contains(&role) {
            Some(Self::Office)
        } else if [Role::ComplianceOfficer, Role::ComplianceHead].contains(&role) {
            Some(Self::Compliance)
        } else {
            None
        }
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Office => "当地办事处",
            Self::Compliance => "省联社合规部",
        }
    }
}

/// Where an appeal stands; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 已提出.
    Lodged = 1,
    /// 已受理.
    Accepted = 2,
    /// 已作出核查决定.
    Decided = 3,
    /// 已撤回.
    Withdrawn = 4,
}

impl State {
    /// All of them, in the order of life.
    pub const ALL: [Self; 4] = [Self::Lodged, Self::Accepted, Self::Decided, Self::Withdrawn];

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Lodged => "已提出",
            Self::Accepted => "已受理",
            Self::Decided => "已作出核查决定",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// What an appeal body decides; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 维持.
    Upheld = 1,
    /// 变更.
    Changed = 2,
    /// 责令重新处理.
    Rehandle = 3,
}

impl Verdict {
    /// The verdict of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        [Self::Upheld, Self::Changed, Self::Rehandle]
            .into_iter()
            .find(|verdict| *verdict as i32 == number)
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Upheld => "维持原处理决定",
            Self::Changed => "变更原处理决定",
            Self::Rehandle => "责令重新处理",
        }
    }
}

/// What an appeal body reviewed and why it decides so (令2020年第3号 art. 20: process, time limits, result).
#[derive(Clone, PartialEq, Eq)]
pub struct Review {
    /// 处理过程.
    pub procedure: String,
    /// 处理时限.
    pub time_limits: String,
    /// 处理结果.
    pub result: String,
    /// 理由.
    pub reasons: String,
    /// What changes, or what the union must do; may be empty when the first decision stands.
    pub decision: String,
}

/// What was written to a complainant is in no log.
impl std::fmt::Debug for Review {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Review(…)")
    }
}

impl Review {
    /// Takes a review; all three things are looked at, and the decision has its reasons.
    pub fn parse(verdict: Verdict, texts: [&str; 5]) -> Result<Self, Refusal> {
        let [procedure, time_limits, result, reasons, decision] = texts;
        if verdict != Verdict::Upheld {
            required(decision, "decision", "变更的内容或重新处理的要求")?;
        }
        Ok(Self {
            procedure: required(procedure, "procedure", "处理过程的核查情况")?.to_owned(),
            time_limits: required(time_limits, "time_limits", "处理时限的核查情况")?.to_owned(),
            result: required(result, "result", "处理结果的核查情况")?.to_owned(),
            reasons: required(reasons, "reasons", "核查决定的理由")?.to_owned(),
            decision: decision.trim().to_owned(),
        })
    }
}
