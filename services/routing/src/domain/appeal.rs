//! The life of an appeal (申诉、核查): lodged, accepted, decided; or taken back.
//!
//! It is a file of its own, at the 办事处 or the 合规部 (guideline art. 20), and never reopens the case: what is to be
//! handled again becomes a case of its own. The complainant has 30 days to apply, the appeal body 30 days to decide
//! (令2020年第3号 art. 20). `appeal/tests.rs` holds the same law as one table.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Days, TimeZone as _, Utc};
use uuid::Uuid;

use super::{
    beside::Objection,
    case::{Case, Ending},
    escalation::Change,
    extension::in_shanghai,
    refusal::{Refusal, required},
    standing::Actor,
};

pub mod facts;

pub use facts::{Level, Review, State, Verdict};

/// How long after the decision an application is in time, in natural days (令2020年第3号 art. 20).
const DAYS_TO_APPLY: u64 = 30;

/// An appeal and everything that is true of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// Permanent.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// The case whose decision it is against.
    pub case_id: Uuid,
    /// The union of the case.
    pub union: String,
    /// Where it lies.
    pub level: Level,
    /// The office or department that decides.
    pub unit: String,
    /// When the complainant received the decision.
    pub decision_received_at: DateTime<Utc>,
    /// When the application was received.
    pub received_at: DateTime<Utc>,
    /// Whether that was later than the law gives.
    pub late: bool,
    /// The office's appeal whose decision it is against.
    pub against: Option<Uuid>,
    /// Where it stands.
    pub state: State,
    /// Who took it; empty until then.
    pub officer: String,
    /// When it was taken.
    pub accepted_at: Option<DateTime<Utc>>,
    /// What was decided, and when.
    pub decided: Option<(Verdict, DateTime<Utc>)>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The case in which the matter is handled again.
    pub follow_up: Option<Uuid>,
    /// Goes up by one with every move.
    pub revision: u64,
    /// When it last moved.
    pub moved_at: DateTime<Utc>,
}

/// An application as it was received.
pub struct Application<'a> {
    /// The id the appeal will have.
    pub id: Uuid,
    /// Where it is lodged.
    pub level: Level,
    /// The office or department at that level.
    pub unit: &'a str,
    /// The union that office or department belongs to: its own, or the province's.
    pub union: &'a str,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// What the complainant objects to.
    pub grounds: &'a str,
    /// Why it comes late; empty when it does not.
    pub late_reason: &'a str,
}

/// The last instant that is in time: the end of the thirtieth day; the day of receipt is not counted (民法典 201).
#[must_use]
pub fn in_time_until(decision_received_at: DateTime<Utc>) -> DateTime<Utc> {
    let day = in_shanghai(decision_received_at).date_naive();
    let after = day + Days::new(DAYS_TO_APPLY + 1);
    let zone = *in_shanghai(decision_received_at).offset();
    zone.from_local_datetime(&after.and_time(chrono::NaiveTime::MIN))
        .single()
        .map_or(decision_received_at, |end| {
            end.with_timezone(&Utc) - chrono::TimeDelta::microseconds(1)
        })
}

impl Appeal {
    /// Takes an application in: one for a decision and level, first or straight above (guideline art. 20).
    ///
    /// `before` are the appeals there were in this case. The number is given when it is stored.
    pub fn lodge(
        case: &Case,
        application: &Application<'_>,
        before: &[Self],
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let Application {
            level,
            received_at,
            late_reason,
            ..
        } = *application;
        required(application.grounds, "grounds", "申诉的事实和理由")?;
        let told = case
            .decision_notified_at
            .filter(|_| case.ending != Some(Ending::Withdrawn))
            .ok_or(Objection::NoDecision)?;
        let standing = before.iter().filter(|old| old.state != State::Withdrawn);
        let mut against = None;
        for old in standing {
            let Some((_, decided_at)) = old.decided else {
                return Err(Objection::AppealWaits(old.number.clone()).into());
            };
            if old.level == Level::Compliance {
                return Err(Objection::NoLevelLeft.into());
            }
            if old.level == level {
                return Err(Objection::AppealedBefore(level.words(), old.number.clone()).into());
            }
            against = Some((old.id, decided_at));
        }
        // What an office or the compliance department decided as reception is not appealed to itself.
        if case.registration.union == application.union {
            return Err(match level {
                Level::Office => Objection::OwnDecision(level.words().to_owned()),
                Level::Compliance => Objection::NoLevelLeft,
            }
            .into());
        }
        let decision_received_at = against.map_or(told, |(_, at)| at);
        if received_at < decision_received_at || received_at > now {
            return Err(Refusal::Wrong {
                field: "received_at",
                sentence: "申诉收到时间须在处理决定告知之后、当前时间之前".to_owned(),
            });
        }
        let end = in_time_until(decision_received_at);
        let late = received_at > end;
        if late && late_reason.trim().is_empty() {
            let day = in_shanghai(end).format("%Y年%-m月%-d日").to_string();
            return Err(Objection::LateWithoutReason(day).into());
        }
        Ok(Self {
            id: application.id,
            number: String::new(),
            case_id: case.id,
            union: case.registration.union.clone(),
            level,
            unit: application.unit.to_owned(),
            decision_received_at,
            received_at,
            late,
            against: against.map(|(id, _)| id),
            state: State::Lodged,
            officer: String::new(),
            accepted_at: None,
            decided: None,
            withdrawn_at: None,
            follow_up: None,
            revision: 1,
            moved_at: now,
        })
    }

    /// Takes it up; by somebody who took no part before.
    pub fn accept(
        &mut self,
        by: &Actor,
        took_part: &[String],
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        keeps_out(by, took_part, "受理")?;
        match self.state {
            State::Lodged => {
                self.officer.clone_from(&by.person);
                self.accepted_at = Some(now);
                Ok(self.moves_to(State::Accepted, now))
            }
            State::Accepted if self.officer == by.person => Ok(Change::Already),
            State::Accepted | State::Decided | State::Withdrawn => self.refuses("受理"),
        }
    }

    /// Decides it, by the review of procedure, time limits and result; by somebody who took no part before.
    pub fn decide(
        &mut self,
        by: &Actor,
        took_part: &[String],
        verdict: Verdict,
        now: DateTime<Utc>,
    ) -> Result<Change, Refusal> {
        keeps_out(by, took_part, "决定")?;
        match self.state {
            State::Accepted => {
                self.decided = Some((verdict, now));
                Ok(self.moves_to(State::Decided, now))
            }
            State::Lodged | State::Decided | State::Withdrawn => self.refuses("作出核查决定"),
        }
    }

    /// Lets the complainant take it back.
    pub fn withdraw(&mut self, statement: &str, now: DateTime<Utc>) -> Result<Change, Refusal> {
        required(statement, "statement", "撤回的情况")?;
        match self.state {
            State::Lodged | State::Accepted => {
                self.withdrawn_at = Some(now);
                Ok(self.moves_to(State::Withdrawn, now))
            }
            State::Withdrawn => Ok(Change::Already),
            State::Decided => self.refuses("撤回"),
        }
    }

    /// Links the case in which the union handles the matter again; a decided case is never reopened.
    pub fn follow_up(&mut self, case: &Case, now: DateTime<Utc>) -> Result<Change, Refusal> {
        let Some((Verdict::Rehandle, decided_at)) = self.decided else {
            return Err(Objection::NoFollowUp("核查决定不是责令重新处理,不须另立案件").into());
        };
        if self.follow_up == Some(case.id) {
            return Ok(Change::Already);
        }
        if self.follow_up.is_some() {
            return Err(Objection::NoFollowUp("重新处理的案件已经登记").into());
        }
        let fits = case.id != self.case_id
            && case.registration.union == self.union
            && case.registration.registered_at >= decided_at;
        if !fits {
            let sentence = "重新处理须是核查决定之后在同一联社新登记的案件";
            return Err(Objection::NoFollowUp(sentence).into());
        }
        self.follow_up = Some(case.id);
        Ok(self.moves_to(State::Decided, now))
    }

    /// Which of these posts deals with it: one of the appeal body's.
    pub fn who_may<'a>(
        &self,
        verb: &'static str,
        posts: &'a [Actor],
    ) -> Result<&'a Actor, Refusal> {
        let fits = |actor: &&Actor| {
            actor.unit == self.unit && Level::of_role(actor.role) == Some(self.level)
        };
        Ok(posts.iter().find(fits).ok_or(Objection::NotTheirs {
            verb,
            who: "收到该申诉的办事处或合规部",
        })?)
    }

    fn moves_to(&mut self, state: State, now: DateTime<Utc>) -> Change {
        self.state = state;
        self.revision += 1;
        self.moved_at = now;
        Change::Made
    }

    fn refuses(&self, verb: &'static str) -> Result<Change, Refusal> {
        Err(Objection::OutOfOrder {
            what: "申诉",
            state: self.state.words(),
            verb,
        }
        .into())
    }
}

/// Whoever took part before keeps out (令2020年第3号 art. 17, guideline art. 19).
fn keeps_out(by: &Actor, took_part: &[String], verb: &'static str) -> Result<(), Refusal> {
    if took_part.contains(&by.person) {
        return Err(Objection::TookPart(verb).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
