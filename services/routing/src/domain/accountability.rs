//! The register of accountability (guideline art. 24, 27) and the rewards (art. 25, 26).
//!
//! The system raises candidates by itself, each once and with its evidence; whether anybody answers is for a person to
//! decide. What raises a candidate stands here as one list, so that neighbours can be compared.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    appeal::{Appeal, Verdict},
    beside::Objection,
    case::{Case, Ending},
    escalation::Change,
    refusal::{Refusal, required},
    standing::Actor,
};

/// How long after its receipt a complaint may be registered before it is asked why: a day (guideline art. 18(1), 24(1)).
const REGISTERED_WITHIN: TimeDelta = TimeDelta::hours(24);
/// How many persons make a mass complaint (令2020年第3号 art. 29).
const MASS_PERSONS: u32 = 20;

/// What somebody is to answer for; the numbers are those of guideline art. 24 and of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// 对收到的投诉事项不按规定登记.
    NotRegistered = 1,
    /// 应当受理而不受理.
    DeclinedWrongly = 2,
    /// 推诿、敷衍、拖延或者未在规定期限内办结.
    Delayed = 3,
    /// 重大、紧急投诉事项隐瞒、谎报、缓报.
    Concealed = 4,
    /// 应当报告查处结果而不按时报告,又不说明情况.
    NotReported = 5,
    /// 处理不恰当,引起客户大规模投诉.
    MassComplaint = 6,
    /// 其他违反客户投诉有关规定.
    Other = 7,
}

impl Ground {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NotRegistered,
        Self::DeclinedWrongly,
        Self::Delayed,
        Self::Concealed,
        Self::NotReported,
        Self::MassComplaint,
        Self::Other,
    ];

    /// The ground of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|ground| *ground as i32 == number)
    }

    /// Its item of the guideline, with its words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotRegistered => "指引第二十四条(一):对收到的投诉事项不按规定登记",
            Self::DeclinedWrongly => "指引第二十四条(二):应当受理而不受理",
            Self::Delayed => "指引第二十四条(三):推诿、敷衍、拖延或者未在规定期限内办结投诉事项",
            Self::Concealed => "指引第二十四条(四):对重大、紧急投诉事项隐瞒、谎报、缓报",
            Self::NotReported => "指引第二十四条(五):应当报告查处结果而不按时报告",
            Self::MassComplaint => "指引第二十四条(六):处理不恰当,引起客户大规模投诉",
            Self::Other => "指引第二十四条(七)、第二十七条:其他违反规定或违规操作、不当行为",
        }
    }

    /// What a missed limit means; none when the limit was the complainant's own.
    #[must_use]
    pub fn of_clock(clock: &str) -> Option<Self> {
        match clock {
            // The complainant's own 30 days to apply for a review.
            "L20a" => None,
            "G18.2b" | "G23" => Some(Self::NotReported),
            // Files that are not handed over at the year's end (art. 22) are no delay of a complaint.
            "G22" => Some(Self::Other),
            _ => Some(Self::Delayed),
        }
    }
}

/// Whether a complaint was registered so late that it must be asked why (guideline art. 24(1)).
#[must_use]
pub fn registered_late(case: &Case) -> bool {
    case.registration.registered_at - case.registration.received_at > REGISTERED_WITHIN
}

/// Whether so many complain together that it must be asked what came before (guideline art. 24(6)).
#[must_use]
pub fn is_mass(persons: u32) -> bool {
    persons >= MASS_PERSONS
}

/// Whether an appeal shows that a complaint was declined that should have been accepted (guideline art. 24(2)).
#[must_use]
pub fn declined_wrongly(case: &Case, appeal: &Appeal) -> bool {
    let not_upheld = matches!(
        appeal.decided,
        Some((Verdict::Changed | Verdict::Rehandle, _))
    );
    case.ending == Some(Ending::Declined) && not_upheld
}

/// Where an entry stands; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 待认定.
    Candidate = 1,
    /// 已认定.
    Confirmed = 2,
    /// 不予追究.
    Dismissed = 3,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Candidate, Self::Confirmed, Self::Dismissed];

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Candidate => "待认定",
            Self::Confirmed => "已认定",
            Self::Dismissed => "不予追究",
        }
    }
}

/// The highest number a sanction has in the contract; which of them fits is for people to say.
const SANCTIONS: i32 = 8;

/// An entry and everything that is true of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Permanent.
    pub id: Uuid,
    /// What it was raised for, so that it is raised once.
    pub source_key: String,
    /// The case it comes from.
    pub case_id: Option<Uuid>,
    /// The union.
    pub union: String,
    /// The unit that is to answer.
    pub unit: String,
    /// The post; empty when only the unit is known.
    pub post: String,
    /// The person; empty when not known.
    pub person: String,
    /// Which ground.
    pub ground: Ground,
    /// Whether the system raised it.
    pub by_system: bool,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Where it stands.
    pub state: State,
    /// What was imposed, by the contract's number; 0 for nothing.
    pub sanction: i32,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Goes up by one with every move.
    pub revision: u64,
}

impl Entry {
    /// Confirms it and says what is imposed; never by whom it concerns, nor by the same unit.
    pub fn confirm(
        &mut self,
        by: &Actor,
        who: Option<(&str, &str)>,
        (sanction, reason): (i32, &str),
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        required(reason, "reason", "认定的事实和理由")?;
        if !(1..=SANCTIONS).contains(&sanction) {
            return Err(Refusal::Missing {
                field: "sanction",
                what: "处理方式",
            });
        }
        match self.state {
            State::Candidate => {
                let (post, person) = who.unwrap_or((&self.post, &self.person));
                let (post, person) = (post.to_owned(), person.to_owned());
                self.not_by_itself(by, &person)?;
                (self.post, self.person) = (post, person);
                self.sanction = sanction;
                Ok(self.decides(State::Confirmed, now))
            }
            State::Confirmed if self.sanction == sanction => Ok(Change::Already),
            State::Confirmed | State::Dismissed => self.refuses("认定"),
        }
    }

    /// Dismisses it; never by whom it concerns, nor by the same unit.
    pub fn dismiss(
        &mut self,
        by: &Actor,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        required(reason, "reason", "不予追究的理由")?;
        match self.state {
            State::Candidate => {
                self.not_by_itself(by, &self.person)?;
                Ok(self.decides(State::Dismissed, now))
            }
            State::Dismissed => Ok(Change::Already),
            State::Confirmed => self.refuses("不予追究"),
        }
    }

    fn not_by_itself(&self, by: &Actor, person: &str) -> Result<(), Refusal> {
        if by.unit == self.unit || by.person == person || by.person == self.person {
            return Err(Objection::JudgesItself.into());
        }
        Ok(())
    }

    fn decides(&mut self, state: State, now: DateTime<Utc>) -> Change {
        self.state = state;
        self.decided_at = Some(now);
        self.revision += 1;
        Change::Made
    }

    fn refuses(&self, verb: &'static str) -> Result<Change, Refusal> {
        Err(Objection::OutOfOrder {
            what: "该责任追究事项",
            state: self.state.words(),
            verb,
        }
        .into())
    }
}

/// Who is rewarded; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beneficiary {
    /// A unit.
    Unit = 1,
    /// A member of staff.
    Staff = 2,
    /// The complainant, who is named by the case only.
    Complainant = 3,
}

/// A reward (guideline art. 25, 26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reward {
    /// Permanent.
    pub id: Uuid,
    /// The case.
    pub case_id: Option<Uuid>,
    /// The union.
    pub union: String,
    /// The unit rewarded, or that of the person.
    pub unit: String,
    /// The member of staff; empty for others.
    pub person: String,
    /// Who is rewarded.
    pub beneficiary: Beneficiary,
    /// Whether it is honour.
    pub honour: bool,
    /// Whether it is money or goods.
    pub material: bool,
    /// What it is, and for what.
    pub description: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

impl Reward {
    /// Units and staff are rewarded by art. 25, complainants by art. 26: the contract's number of the ground.
    #[must_use]
    pub fn ground(&self) -> i32 {
        match self.beneficiary {
            Beneficiary::Unit | Beneficiary::Staff => 1,
            Beneficiary::Complainant => 2,
        }
    }

    /// Takes what was recorded; a complainant is rewarded for a complaint that held and averted a loss (art. 26).
    pub fn parse(self, ground: i32) -> Result<Self, Refusal> {
        let wrong = |field, sentence: &str| {
            Err(Refusal::Wrong {
                field,
                sentence: sentence.to_owned(),
            })
        };
        required(&self.description, "description", "奖励内容和事由")?;
        if !self.honour && !self.material {
            return wrong("honour", "请选择精神奖励或物质奖励,可兼有");
        }
        if ground != self.ground() {
            return wrong(
                "ground",
                "单位和员工的奖励依第二十五条,投诉人的奖励依第二十六条",
            );
        }
        match self.beneficiary {
            Beneficiary::Staff if self.person.is_empty() => {
                wrong("person_id", "奖励员工须填写该员工")
            }
            Beneficiary::Unit | Beneficiary::Complainant if !self.person.is_empty() => {
                wrong("person_id", "只有奖励员工才填写人员;投诉人只以案件表示")
            }
            Beneficiary::Complainant if self.case_id.is_none() => {
                wrong("case_id", "奖励投诉人须指明案件")
            }
            Beneficiary::Complainant | Beneficiary::Staff | Beneficiary::Unit => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests;
