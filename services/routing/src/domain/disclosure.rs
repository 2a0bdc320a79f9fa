//! What goes straight up: reprisal (guideline art. 5), serious violations (art. 21), grave and urgent cases (art. 24(4),
//! 令2020年第3号 art. 29).

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    beside::Objection,
    escalation::Change,
    refusal::{Refusal, required},
};

/// What "at once" means: the law gives no hours, and two suffice to ring somebody up (deploy/decisions).
const AT_ONCE: TimeDelta = TimeDelta::hours(2);

/// What is reported as reprisal; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReprisalKind {
    /// 打击报复投诉人.
    Retaliation = 1,
    /// 阻止、干扰正当投诉.
    Obstruction = 2,
}

impl ReprisalKind {
    /// The kind of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        [Self::Retaliation, Self::Obstruction]
            .into_iter()
            .find(|kind| *kind as i32 == number)
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Retaliation => "打击报复投诉人",
            Self::Obstruction => "阻止、干扰正当投诉",
        }
    }
}

/// A report of reprisal: reported, acknowledged, answered; each once.
#[derive(Clone, PartialEq, Eq)]
pub struct Reprisal {
    /// Permanent.
    pub id: Uuid,
    /// The compliance department.
    pub unit: String,
    /// The number of the complaint; empty when none was given.
    pub case_number: String,
    /// What is reported.
    pub kind: ReprisalKind,
    /// Who reported; shown to nobody.
    pub reporter: String,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Goes up by one with every move.
    pub revision: u64,
}

/// Who reported is in no log.
impl std::fmt::Debug for Reprisal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reprisal")
            .field("id", &self.id)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl Reprisal {
    /// Where it stands, by the contract's number.
    #[must_use]
    pub fn state(&self) -> i32 {
        match (self.acknowledged_at, self.answered_at) {
            (_, Some(_)) => 3,
            (Some(_), None) => 2,
            (None, None) => 1,
        }
    }

    /// Takes note of it.
    pub fn acknowledge(&mut self, now: DateTime<Utc>) -> Change {
        if self.acknowledged_at.is_some() {
            return Change::Already;
        }
        self.acknowledged_at = Some(now);
        self.revision += 1;
        Change::Made
    }

    /// Answers it, after it was acknowledged.
    pub fn answer(&mut self, text: &str, now: DateTime<Utc>) -> Result<Change, Refusal> {
        required(text, "answer", "答复意见")?;
        let out_of_order = |state| Objection::OutOfOrder {
            what: "该报告",
            state,
            verb: "答复",
        };
        match self.state() {
            1 => Err(out_of_order("已报告,尚未签收").into()),
            2 => {
                self.answered_at = Some(now);
                self.revision += 1;
                Ok(Change::Made)
            }
            _ => Err(out_of_order("已答复").into()),
        }
    }
}

/// Where a report of a violation stands; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViolationState {
    /// 已报告合规部.
    Reported = 1,
    /// 已移交.
    Transferred = 2,
    /// 已签收移交.
    Received = 3,
}

impl ViolationState {
    fn words(self) -> &'static str {
        match self {
            Self::Reported => "已报告合规部",
            Self::Transferred => "已移交",
            Self::Received => "已签收移交",
        }
    }
}

/// A serious violation by staff, from the report to the receipt (guideline art. 21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Permanent.
    pub id: Uuid,
    /// The compliance department.
    pub compliance: String,
    /// The department that has it now.
    pub unit: String,
    /// The number of the complaint it came to light by; empty when none.
    pub case_number: String,
    /// The unit of the staff concerned.
    pub concerned_unit: String,
    /// The member of staff, who never sees it; empty when not known.
    pub concerned_person: String,
    /// Who reported.
    pub reporter: String,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// When it was transferred.
    pub transferred_at: Option<DateTime<Utc>>,
    /// The number of the receipt, and when it was given.
    pub receipt: Option<(String, DateTime<Utc>)>,
    /// Goes up by one with every move.
    pub revision: u64,
}

impl Violation {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ViolationState {
        match (self.transferred_at, &self.receipt) {
            (_, Some(_)) => ViolationState::Received,
            (Some(_), None) => ViolationState::Transferred,
            (None, None) => ViolationState::Reported,
        }
    }

    /// Transfers it to the department that pursues it; not to the unit of the staff concerned, and not to itself.
    pub fn transfer(
        &mut self,
        to: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        let to = required(to, "to_unit_code", "移交部门")?;
        required(reason, "reason", "移交的理由和材料")?;
        if to == self.compliance || to == self.concerned_unit {
            return Err(Refusal::Wrong {
                field: "to_unit_code",
                sentence: "须移交省联社的另一职能部门,不能移交给涉事单位".to_owned(),
            });
        }
        match self.state() {
            ViolationState::Reported => {
                to.clone_into(&mut self.unit);
                self.transferred_at = Some(now);
                self.revision += 1;
                Ok(Change::Made)
            }
            ViolationState::Transferred if self.unit == to => Ok(Change::Already),
            ViolationState::Transferred | ViolationState::Received => self.refuses("移交"),
        }
    }

    /// Records the receipt of the department it was transferred to.
    pub fn receive(&mut self, number: &str, now: DateTime<Utc>) -> Result<Change, Refusal> {
        let number = required(number, "receipt_number", "回执编号")?;
        match (self.state(), &self.receipt) {
            (ViolationState::Transferred, _) => {
                self.receipt = Some((number.to_owned(), now));
                self.revision += 1;
                Ok(Change::Made)
            }
            (ViolationState::Received, Some((given, _))) if given == number => Ok(Change::Already),
            (ViolationState::Reported | ViolationState::Received, _) => self.refuses("登记回执"),
        }
    }

    fn refuses(&self, verb: &'static str) -> Result<Change, Refusal> {
        Err(Objection::OutOfOrder {
            what: "该报告",
            state: self.state().words(),
            verb,
        }
        .into())
    }
}

/// Why a case is told up the line at once; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MajorKind {
    /// 重大.
    Major = 1,
    /// 紧急.
    Urgent = 2,
}

impl MajorKind {
    /// The kind of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        [Self::Major, Self::Urgent]
            .into_iter()
            .find(|kind| *kind as i32 == number)
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Major => "重大",
            Self::Urgent => "紧急",
        }
    }
}

/// Who is told at once, lowest first (guideline art. 24(4)).
pub const LINE: [&str; 3] = ["senior_management", "office", "compliance"];

/// The post that was told, and when.
pub type Sent = (String, DateTime<Utc>);

/// A grave or urgent case as it was told up the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Major {
    /// Permanent.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// The union.
    pub union: String,
    /// Why.
    pub kind: MajorKind,
    /// When the union knew.
    pub known_at: DateTime<Utc>,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// Who was told: the word of the line, the post and when; no post when there was none to tell.
    pub told: Vec<(&'static str, Option<Sent>)>,
}

impl Major {
    /// How long the last of them waited.
    #[must_use]
    pub fn delay(&self) -> TimeDelta {
        let sent = self
            .told
            .iter()
            .filter_map(|(_, sent)| Some(sent.as_ref()?.1));
        sent.max().unwrap_or(self.reported_at) - self.known_at
    }

    /// Whether that was not at once (guideline art. 24(4): 缓报).
    #[must_use]
    pub fn late(&self) -> bool {
        self.delay() > AT_ONCE
    }
}

#[cfg(test)]
mod tests;
