//! The life of a rectification (整改, guideline art. 10, 13(3); 令2020年第3号 art. 9): a task, its result, its verification; and whether the
//! same still happens afterwards.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    beside::Objection,
    case::Case,
    escalation::Change,
    refusal::{Refusal, required},
    standing::{Actor, Role},
};

/// How long each of the two windows is in which the same is counted, in days: a quarter.
pub const WINDOW_DAYS: u32 = 90;

/// How long a unit has when nobody says: the guideline asks for 及时整改 and gives no days (deploy/decisions).
const USUAL_DAYS: i64 = 30;

/// Where a rectification stands; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 整改中.
    Open = 1,
    /// 待验收.
    Reported = 2,
    /// 已验收.
    Verified = 3,
}

impl State {
    /// All of them, in the order of life.
    pub const ALL: [Self; 3] = [Self::Open, Self::Reported, Self::Verified];

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "整改中",
            Self::Reported => "待验收",
            Self::Verified => "已验收",
        }
    }
}

/// Whose cases are counted as the same; an empty word means any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Same {
    /// The unit complained of.
    pub unit: String,
    /// The business.
    pub business: String,
    /// The cause.
    pub cause: String,
}

/// A rectification and everything that is true of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    /// Permanent.
    pub id: Uuid,
    /// The case it comes from.
    pub case_id: Uuid,
    /// The union.
    pub union: String,
    /// The unit that must put it right.
    pub unit: String,
    /// What counts as the same.
    pub same: Same,
    /// By when the result must be filed.
    pub due_at: DateTime<Utc>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Where it stands.
    pub state: State,
    /// Who last filed a result, and when.
    pub reported: Option<(String, DateTime<Utc>)>,
    /// When it was verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// How often a result was rejected.
    pub rejections: u32,
    /// Goes up by one with every move.
    pub revision: u64,
    /// When it last moved.
    pub moved_at: DateTime<Utc>,
}

/// A task as it is given.
pub struct Task<'a> {
    /// The id the rectification will have.
    pub id: Uuid,
    /// The unit that must put it right.
    pub unit: &'a str,
    /// What is wrong.
    pub problem: &'a str,
    /// What is required.
    pub requirements: &'a str,
    /// By when; none for the usual limit.
    pub due_at: Option<DateTime<Utc>>,
    /// The business to be counted; empty for the case's own.
    pub business: &'a str,
    /// The cause to be counted; empty for the case's own.
    pub cause: &'a str,
}

impl Rectification {
    /// Gives the task.
    pub fn open(case: &Case, task: &Task<'_>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        required(task.problem, "problem", "存在的问题")?;
        required(task.requirements, "requirements", "整改要求")?;
        required(task.unit, "unit_code", "整改单位")?;
        let usual = now + TimeDelta::days(USUAL_DAYS);
        let due_at = task.due_at.unwrap_or(usual);
        if due_at <= now {
            return Err(Refusal::Wrong {
                field: "due_at",
                sentence: "整改期限须在当前时间之后".to_owned(),
            });
        }
        let or_own = |given: &str, own: &str| {
            let given = given.trim();
            if given.is_empty() { own } else { given }.to_owned()
        };
        Ok(Self {
            id: task.id,
            case_id: case.id,
            union: case.registration.union.clone(),
            unit: task.unit.to_owned(),
            same: Same {
                unit: case.registration.complained_unit.clone(),
                business: or_own(task.business, &case.registration.business),
                cause: or_own(task.cause, &case.registration.cause),
            },
            due_at,
            opened_at: now,
            state: State::Open,
            reported: None,
            verified_at: None,
            rejections: 0,
            revision: 1,
            moved_at: now,
        })
    }

    /// Files what was put right (guideline art. 13(3)).
    pub fn report(
        &mut self,
        by: &Actor,
        result: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        required(result, "result", "整改结果")?;
        match self.state {
            State::Open => {
                self.reported = Some((by.person.clone(), now));
                Ok(self.moves_to(State::Reported, now))
            }
            State::Reported | State::Verified => self.refuses("报送整改结果"),
        }
    }

    /// Verifies the result: neither the unit nor the person who filed it (guideline art. 10, 12).
    pub fn verify(
        &mut self,
        by: &Actor,
        opinion: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        required(opinion, "opinion", "验收意见")?;
        match self.state {
            State::Reported => {
                self.not_by_itself(by)?;
                self.verified_at = Some(now);
                Ok(self.moves_to(State::Verified, now))
            }
            State::Verified => Ok(Change::Already),
            State::Open => self.refuses("验收"),
        }
    }

    /// Rejects the result; the unit works on, and gets no more time.
    pub fn reject(
        &mut self,
        by: &Actor,
        reasons: &str,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        required(reasons, "reasons", "退回理由")?;
        match self.state {
            State::Reported => {
                self.not_by_itself(by)?;
                self.rejections += 1;
                Ok(self.moves_to(State::Open, now))
            }
            State::Open | State::Verified => self.refuses("退回整改结果"),
        }
    }

    /// Which of these posts files the result: one of the unit's.
    pub fn reporter<'a>(&self, posts: &'a [Actor]) -> Result<&'a Actor, Refusal> {
        let found = posts.iter().find(|actor| actor.unit == self.unit);
        Ok(found.ok_or(Objection::NotTheirs {
            verb: "报送该整改结果",
            who: "承担整改的单位",
        })?)
    }

    fn not_by_itself(&self, by: &Actor) -> Result<(), Refusal> {
        let filed_it = self
            .reported
            .as_ref()
            .is_some_and(|(person, _)| *person == by.person);
        if by.unit == self.unit || filed_it {
            return Err(Objection::VerifiesItself.into());
        }
        Ok(())
    }

    fn moves_to(&mut self, state: State, now: DateTime<Utc>) -> Change {
        self.state = state;
        self.revision += 1;
        self.moved_at = now;
        Change::Made
    }

    fn refuses(&self, verb: &'static str) -> Result<Change, Refusal> {
        Err(Objection::OutOfOrder {
            what: "整改事项",
            state: self.state.words(),
            verb,
        }
        .into())
    }

    /// The two windows in which the same is counted.
    #[must_use]
    pub fn windows(&self, now: DateTime<Utc>) -> Windows {
        let length = TimeDelta::days(i64::from(WINDOW_DAYS));
        Windows {
            before: (self.opened_at - length, self.opened_at),
            after: self.verified_at.map(|at| (at, at + length)),
            complete: self.verified_at.is_some_and(|at| at + length <= now),
        }
    }
}

/// Windows of the same length, each from an instant to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// The one that ends with the opening.
    pub before: (DateTime<Utc>, DateTime<Utc>),
    /// The one that begins with the verification; none until then.
    pub after: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether the one after is over.
    pub complete: bool,
}

/// Which of these posts gives and verifies tasks for a union: its reception, or whoever is above it.
pub fn who_leads<'a>(union: &str, posts: &'a [Actor]) -> Result<&'a Actor, Refusal> {
    let reception = [Role::ReceptionClerk, Role::ReceptionHead];
    let above = [
        Role::OfficeOfficer,
        Role::OfficeHead,
        Role::ComplianceOfficer,
        Role::ComplianceHead,
    ];
    let fits = |actor: &&Actor| {
        above.contains(&actor.role) || (reception.contains(&actor.role) && actor.union == union)
    };
    Ok(posts.iter().find(fits).ok_or(Objection::NotTheirs {
        verb: "布置或验收整改",
        who: "受理部门、办事处或合规部",
    })?)
}

#[cfg(test)]
mod tests;
