//! A panel on whether a complaint is malicious (Z6.4, Z6.5): three members or more from other units, evidence, reasons.
//!
//! The unit complained of never judges that, and nothing happens to the case by it: it runs on, with all its limits.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    beside::Objection,
    case::Case,
    escalation::Change,
    refusal::{Refusal, required},
    standing::{Actor, Role},
};

/// How many members a panel has at least (Z6.4).
const FEWEST_MEMBERS: usize = 3;

/// Where a panel stands; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 评议中.
    Convened = 1,
    /// 已作出认定.
    Decided = 2,
}

impl State {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Convened => "评议中",
            Self::Decided => "已作出认定",
        }
    }
}

/// What a member or the panel finds; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// 认定恶意投诉.
    Malicious = 1,
    /// 不属于恶意投诉.
    NotMalicious = 2,
}

impl Finding {
    /// The finding of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        [Self::Malicious, Self::NotMalicious]
            .into_iter()
            .find(|finding| *finding as i32 == number)
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Malicious => "认定恶意投诉",
            Self::NotMalicious => "不属于恶意投诉",
        }
    }
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The post.
    pub post: String,
    /// The unit it is in.
    pub unit: String,
    /// The person.
    pub person: String,
    /// What the member finds; none until given.
    pub opinion: Option<Finding>,
}

/// A panel and everything that is true of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Permanent.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// The union.
    pub union: String,
    /// The units that no member may come from.
    pub examined: Vec<String>,
    /// Its members.
    pub members: Vec<Member>,
    /// When it was convened.
    pub convened_at: DateTime<Utc>,
    /// What it found, and when.
    pub decided: Option<(Finding, DateTime<Utc>)>,
    /// Goes up by one with every move.
    pub revision: u64,
}

/// The units that are examined with a case: the one complained of and those that handle it.
#[must_use]
pub fn examined(case: &Case) -> Vec<String> {
    let mut units = vec![case.registration.complained_unit.clone()];
    if let Some(order) = &case.order {
        units.extend(order.units().map(str::to_owned));
    }
    // Nobody named a unit: the one where the complaint was made is examined.
    if units.iter().all(String::is_empty) {
        units.push(case.registration.unit.clone());
    }
    units.retain(|unit| !unit.is_empty());
    units.sort();
    units.dedup();
    units
}

impl Panel {
    /// Convenes a panel; the suspicion has its evidence.
    pub fn convene(
        case: &Case,
        id: Uuid,
        members: Vec<Member>,
        (suspicion, evidence): (&str, usize),
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        required(suspicion, "suspicion", "怀疑恶意投诉的理由")?;
        if evidence == 0 {
            return Err(Objection::NoEvidence.into());
        }
        if case.ended() {
            return Err(Objection::CaseEnded.into());
        }
        let examined = examined(case);
        for member in &members {
            if examined.contains(&member.unit) {
                let (post, unit) = (member.post.clone(), member.unit.clone());
                return Err(Objection::MemberOfExamined(post, unit).into());
            }
            if let Some(ground) = case.concerned.bars(&member.person) {
                return Err(Objection::MemberRecused(member.post.clone(), ground.words()).into());
            }
        }
        let mut persons: Vec<&str> = members
            .iter()
            .map(|member| member.person.as_str())
            .collect();
        persons.sort_unstable();
        persons.dedup();
        if persons.len() < FEWEST_MEMBERS || persons.len() < members.len() {
            return Err(Objection::TooFewMembers(persons.len()).into());
        }
        Ok(Self {
            id,
            case_id: case.id,
            union: case.registration.union.clone(),
            examined,
            members,
            convened_at: now,
            decided: None,
            revision: 1,
        })
    }

    /// Gives a member's opinion, once.
    pub fn give_opinion(
        &mut self,
        person: &str,
        finding: Finding,
        reasons: &str,
    ) -> Result<Change, Refusal> {
        required(reasons, "reasons", "评议意见的理由")?;
        if self.decided.is_some() {
            return self.refuses("发表意见");
        }
        let member = self
            .members
            .iter_mut()
            .find(|member| member.person == person)
            .ok_or(Objection::NotAMember)?;
        match member.opinion {
            None => {
                member.opinion = Some(finding);
                self.revision += 1;
                Ok(Change::Made)
            }
            Some(given) if given == finding => Ok(Change::Already),
            Some(_) => Err(Objection::OpinionGiven.into()),
        }
    }

    /// Decides by the majority, once all have spoken; a tie is in favour of the complainant.
    pub fn decide(
        &mut self,
        by: &Actor,
        reasons: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        required(reasons, "reasons", "认定的理由")?;
        if self.examined.contains(&by.unit) {
            let (post, unit) = (by.post.clone(), by.unit.clone());
            return Err(Objection::MemberOfExamined(post, unit).into());
        }
        if self.decided.is_some() {
            return self.refuses("作出认定");
        }
        let missing = self.members.len() - self.opinions();
        if missing > 0 {
            return Err(Objection::OpinionsMissing(missing).into());
        }
        let malicious = self.count(Finding::Malicious);
        let finding = if malicious * 2 > self.members.len() {
            Finding::Malicious
        } else {
            Finding::NotMalicious
        };
        self.decided = Some((finding, now));
        self.revision += 1;
        Ok(Change::Made)
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match self.decided {
            Some(_) => State::Decided,
            None => State::Convened,
        }
    }

    /// How many have given their opinion.
    #[must_use]
    pub fn opinions(&self) -> usize {
        self.members
            .iter()
            .filter(|member| member.opinion.is_some())
            .count()
    }

    fn count(&self, finding: Finding) -> usize {
        self.members
            .iter()
            .filter(|member| member.opinion == Some(finding))
            .count()
    }

    fn refuses(&self, verb: &'static str) -> Result<Change, Refusal> {
        Err(Objection::OutOfOrder {
            what: "评议",
            state: self.state().words(),
            verb,
        }
        .into())
    }
}

/// Which of these posts convenes a panel and tells its decision: the head of the union's reception, or whoever is above;
/// never one of the units that are examined.
pub fn who_convenes<'a>(
    case: &Case,
    examined: &[String],
    posts: &'a [Actor],
) -> Result<&'a Actor, Refusal> {
    let above = [
        Role::OfficeHead,
        Role::ComplianceOfficer,
        Role::ComplianceHead,
    ];
    let fits = |actor: &&Actor| {
        let head = actor.role == Role::ReceptionHead && actor.union == case.registration.union;
        (above.contains(&actor.role) || head) && !examined.contains(&actor.unit)
    };
    Ok(posts.iter().find(fits).ok_or(Objection::NotTheirs {
        verb: "召集或主持评议",
        who: "受理部门负责人、办事处负责人或合规部,且不属于被投诉单位和承办单位",
    })?)
}

#[cfg(test)]
mod tests;
