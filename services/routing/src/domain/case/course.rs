//! What is true of a case beyond the ordinary course, and what happened to it there.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Case, State};
use crate::domain::{refusal::Refusal, standing::Verb};

/// What happened to a case beyond the ordinary course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// Who passed it on to us.
    pub superior: Option<Superior>,
    /// When the written report went up.
    pub reported_at: Option<DateTime<Utc>>,
    /// Where it was handed over to.
    pub transfer: Option<Transfer>,
    /// The bounce that waits for a ruling.
    pub bounce: Option<Bounce>,
    /// The units that have used their one bounce.
    pub bounced: Vec<String>,
    /// The case it is joined to.
    pub lead_case: Option<Uuid>,
    /// From when the legal limit counts, once new facts began it anew.
    pub period_from: Option<DateTime<Utc>>,
    /// Why and since when the legal limit rests.
    pub pause: Option<Pause>,
    /// When the complainant was called back, and what was heard.
    pub followed_up: Option<(DateTime<Utc>, Satisfaction)>,
    /// The person who settled or directly answered it.
    pub answered_by: Option<String>,
    /// The posts of its special investigation group.
    pub members: Vec<String>,
    /// When that group was formed.
    pub grouped_at: Option<DateTime<Utc>>,
    /// How it stands when it skipped a level.
    pub skipped: Option<Skipped>,
    /// The union it was sent down to, which may see it too.
    pub also_union: Option<String>,
}

/// Who passed a complaint on (guideline art. 17(4)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superior {
    /// 来文号.
    pub number: String,
    /// What kind of body.
    pub kind: SuperiorKind,
    /// The limit that was set.
    pub due_at: Option<DateTime<Utc>>,
}

/// What kind of body passed it on; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuperiorKind {
    /// 上级.
    Superior = 1,
    /// 监管部门.
    Regulator = 2,
    /// 第三方.
    ThirdParty = 3,
}

/// A case handed to another unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Permanent.
    pub id: Uuid,
    /// Why.
    pub matter: Matter,
    /// To which unit.
    pub to_unit: String,
    /// When its receipt came.
    pub receipted_at: Option<DateTime<Utc>>,
}

/// Why a case is handed over; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// 案件 (guideline art. 10).
    CriminalCase = 1,
    /// 人事 (guideline art. 10).
    Personnel = 2,
    /// 越级 (guideline art. 20).
    SkippedLevel = 3,
}

/// A bounce that waits (退单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The unit.
    pub unit: String,
    /// The person who asked.
    pub asked_by: String,
}

/// A rest of the legal limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub ground: PauseGround,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// On which grounds alone the legal limit may rest; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseGround {
    /// 鉴定、检测、评估 (令2020年第3号 art. 18(2)).
    Appraisal = 1,
    /// 调解 (令2020年第3号 art. 23).
    Mediation = 2,
}

/// What a call-back heard; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Satisfaction {
    /// 满意.
    Satisfied = 1,
    /// 不满意.
    Dissatisfied = 2,
    /// 未能联系上.
    NotReached = 3,
}

/// A complaint that came to an office or to the compliance department before its union (guideline art. 20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The union it belongs to first.
    pub union: String,
    /// What was decided.
    pub level: Level,
}

/// What was decided on a complaint that skipped a level; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing yet.
    Undecided = 1,
    /// It was taken.
    Admitted = 2,
    /// It was sent to the union.
    Referred = 3,
}

/// Something that happened to a case beyond the ordinary course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourseEvent {
    /// Somebody passed it on to us.
    TransferredIn,
    /// The written report went up.
    SuperiorReported,
    /// It was handed over.
    TransferredOut,
    /// The receipt came, with this number.
    Receipted(String),
    /// This unit asked to be taken off the order.
    BounceRequested(String),
    /// It was ruled on that.
    BounceRuled {
        /// The unit that had asked.
        unit: String,
        /// Whether the order went to another unit.
        upheld: bool,
        /// The unit that took its place; empty when none did.
        new_unit: String,
    },
    /// It follows the case with this number from now on.
    Joined(String),
    /// Its lead was taken back, and it goes on by itself.
    Parted,
    /// Its legal limit counts from this instant.
    PeriodRestarted(DateTime<Utc>),
    /// Its legal limit rests.
    PauseBegan(PauseGround),
    /// Its legal limit runs again after this rest.
    PauseEnded(Pause),
    /// The complainant was called back.
    FollowedUp(Satisfaction),
    /// These units investigate it together, the first leads.
    GroupFormed(Vec<String>),
    /// It was taken though it skipped a level, because of this overdue case; empty for special circumstances.
    SkipLevelAdmitted(String),
}

impl Matter {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::CriminalCase => "涉及案件",
            Self::Personnel => "涉及人事处理",
            Self::SkippedLevel => "越级投诉",
        }
    }
}

impl SuperiorKind {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Superior => "上级转办",
            Self::Regulator => "监管转办",
            Self::ThirdParty => "第三方转办",
        }
    }
}

impl PauseGround {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Appraisal => "鉴定、检测或评估",
            Self::Mediation => "调解",
        }
    }
}

impl Satisfaction {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Satisfied => "满意",
            Self::Dissatisfied => "不满意",
            Self::NotReached => "未能联系上",
        }
    }
}

impl Case {
    /// Whether the complainant knows no decision yet.
    #[must_use]
    pub fn undecided(&self) -> bool {
        self.decision_notified_at.is_none()
    }

    /// Whether something beside the state speaks against a verb; a list of what is open to a caller leaves it out then.
    #[must_use]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "for the others the state says all; the verbs themselves decide in any case"
    )]
    pub fn allows(&self, verb: Verb) -> bool {
        let course = &self.course;
        let transfer = course.transfer.as_ref();
        let skips = course
            .skipped
            .as_ref()
            .is_some_and(|skipped| skipped.level == Level::Undecided);
        match verb {
            Verb::ApproveExtension | Verb::RefuseExtension => self.waiting.is_some(),
            Verb::ReportToSuperior => course.superior.is_some() && course.reported_at.is_none(),
            Verb::ReceiptTransfer => transfer.is_some_and(|given| given.receipted_at.is_none()),
            Verb::RuleBounce => course.bounce.is_some(),
            Verb::RestartPeriod => self.undecided(),
            Verb::BeginPause => self.undecided() && course.pause.is_none(),
            Verb::EndPause => course.pause.is_some(),
            Verb::AdmitSkipLevel | Verb::ReferSkipLevel => skips,
            Verb::Accept | Verb::AnswerDirectly | Verb::ProposeDecline | Verb::IssueOrder => !skips,
            Verb::Close => self.owes_nothing().is_ok(),
            _ => true,
        }
    }

    /// A case that skipped a level is worked on only once that is decided (guideline art. 20).
    pub(super) fn level_is_right(&self) -> Result<(), Refusal> {
        match &self.course.skipped {
            Some(skipped) if skipped.level != Level::Admitted => {
                Err(Refusal::SkipsLevel(skipped.union.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The limit runs: what would end or lengthen it waits until a rest is over.
    pub(in crate::domain) fn runs(&self) -> Result<(), Refusal> {
        match self.course.pause {
            Some(_) => Err(Refusal::Rests),
            None => Ok(()),
        }
    }

    /// An answer goes to whoever has shown that he may have it (令2020年第3号 art. 14, 22).
    pub(super) fn may_be_answered(&self) -> Result<(), Refusal> {
        self.runs()?;
        if self.registration.papers_missing {
            Err(Refusal::PapersMissing)
        } else {
            Ok(())
        }
    }

    /// What must be done before a case is closed.
    pub(super) fn owes_nothing(&self) -> Result<(), Refusal> {
        if self.course.superior.is_some() && self.course.reported_at.is_none() {
            return Err(Refusal::NotReported);
        }
        let given = self.course.transfer.as_ref();
        if self.state == State::Transferred
            && given.is_none_or(|given| given.receipted_at.is_none())
        {
            return Err(Refusal::NoReceipt);
        }
        Ok(())
    }

    /// With the end of a case nothing in it waits any more.
    pub(super) fn nothing_waits(&mut self) {
        self.waiting = None;
        self.course.bounce = None;
        self.course.pause = None;
    }
}

#[cfg(test)]
mod tests;
