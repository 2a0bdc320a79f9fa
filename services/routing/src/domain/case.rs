//! The life of a case.
//!
//! A complaint is registered, settled on the spot or filed to the reception, accepted or declined, answered directly or
//! ordered to a handling unit; then it is closed and archived. The verbs below stand in that order; what happens inside
//! the handling unit and at its review stands in [`handling`]. What may happen beside it: [`passing`] on and over,
//! [`sharing`] among units and with other cases, [`timing`] of the legal limit. `case/tests.rs` holds the same law as
//! one table.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    extension::Extension,
    order::{Draft, Order},
    recusal::Concerned,
    refusal::{Refusal, required},
    standing::Actor,
};

pub mod course;
pub mod facts;
pub mod handling;
pub mod passing;
pub mod sharing;
pub mod timing;

use State::{
    Accepted, Answered, Archived, Closed, DeclineProposed, Declined, Filed, Handling, Joined,
    Ordered, Registered, ResultFiled, ResultPassed, Settled, Transferred, Withdrawn,
};
pub use course::{Course, CourseEvent};
pub use facts::{CaseEvent, Decline, DeclineGround, Ending, Handler, Registration, State};

/// A case and everything that is true of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The same as its complaint's.
    pub id: Uuid,
    /// What the complaint was when it came.
    pub registration: Registration,
    /// Where it stands.
    pub state: State,
    /// Goes up by one with every move, so that a late message can be told from a new one.
    pub revision: u64,
    /// When it last moved.
    pub moved_at: DateTime<Utc>,
    /// Who must keep out.
    pub concerned: Concerned,
    /// When it was filed to the reception.
    pub filed_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The decline that was last proposed.
    pub decline: Option<Decline>,
    /// Its supervision order.
    pub order: Option<Order>,
    /// Who handles it.
    pub handler: Option<Handler>,
    /// When findings were last recorded.
    pub findings_at: Option<DateTime<Utc>>,
    /// When the complainant was first told the decision.
    pub decision_notified_at: Option<DateTime<Utc>>,
    /// The person who filed the result.
    pub result_author: Option<String>,
    /// The extension that waits for a decision.
    pub waiting: Option<Extension>,
    /// The stages of the legal limit that were granted.
    pub extension_stage: u32,
    /// How it ended.
    pub ending: Option<Ending>,
    /// When it was closed or withdrawn.
    pub closed_at: Option<DateTime<Utc>>,
    /// What happened to it beyond the ordinary course.
    pub course: Course,
}

/// What a verb did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a move that nobody stores did not happen"]
pub enum Outcome {
    /// The case moved; store it and tell this.
    Moved(CaseEvent),
    /// The case had already moved exactly this way; there is nothing to store or tell.
    Already,
}

/// What every verb answers.
pub type Answer = Result<Outcome, Refusal>;

impl Case {
    /// Opens a case for a registered complaint.
    #[must_use]
    pub fn open(
        id: Uuid,
        registration: Registration,
        complained_person: &str,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            registration,
            state: Registered,
            revision: 1,
            moved_at: now,
            concerned: Concerned {
                complained_person: complained_person.to_owned(),
                ..Concerned::default()
            },
            filed_at: None,
            accepted_at: None,
            decline: None,
            order: None,
            handler: None,
            findings_at: None,
            decision_notified_at: None,
            result_author: None,
            waiting: None,
            extension_stage: 0,
            ending: None,
            closed_at: None,
            course: Course::default(),
        }
    }

    /// Settles it on the spot; 附表1 is filed for the record (guideline art. 17(1)).
    pub fn settle(&mut self, person: &str, settlement: &str, now: DateTime<Utc>) -> Answer {
        required(settlement, "settlement", "当场解决的情况")?;
        match self.state {
            Registered => {
                self.runs()?;
                self.course.answered_by = Some(person.to_owned());
                self.ending = Some(Ending::SettledOnTheSpot);
                self.decision_notified_at = Some(now);
                Ok(self.moves_to(Settled, CaseEvent::Settled, now))
            }
            Settled => Ok(Outcome::Already),
            Filed | Accepted | DeclineProposed | Declined | Answered | Ordered | Handling
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("登记当场解决")
            }
        }
    }

    /// Files it to the reception, saying why it could not be settled (guideline art. 17(1), 18(1): the same day).
    pub fn file(&mut self, reason: &str, filed_at: DateTime<Utc>, now: DateTime<Utc>) -> Answer {
        required(reason, "reason", "不能当场解决的原因")?;
        match self.state {
            Registered => {
                self.filed_at = Some(filed_at);
                Ok(self.moves_to(Filed, CaseEvent::Filed, now))
            }
            Filed => Ok(Outcome::Already),
            Settled | Accepted | DeclineProposed | Declined | Answered | Ordered | Handling
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("报送受理部门")
            }
        }
    }

    /// Judges it to be ours (guideline art. 12).
    pub fn accept(&mut self, now: DateTime<Utc>) -> Answer {
        match self.state {
            Filed => {
                self.level_is_right()?;
                self.accepted_at = Some(now);
                Ok(self.moves_to(Accepted, CaseEvent::Accepted, now))
            }
            Accepted => Ok(Outcome::Already),
            Registered | Settled | DeclineProposed | Declined | Answered | Ordered | Handling
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("受理")
            }
        }
    }

    /// Answers it without an order (guideline art. 17(2)); the answer itself was checked when it was taken.
    pub fn answer_directly(
        &mut self,
        person: &str,
        told_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Answer {
        match self.state {
            Filed | Accepted => {
                self.level_is_right()?;
                self.may_be_answered()?;
                self.course.answered_by = Some(person.to_owned());
                self.accepted_at.get_or_insert(now);
                self.ending = Some(Ending::AnsweredDirectly);
                self.decision_notified_at = Some(told_at);
                Ok(self.moves_to(Answered, CaseEvent::AnsweredDirectly, now))
            }
            Answered => Ok(Outcome::Already),
            Registered | Settled | DeclineProposed | Declined | Ordered | Handling
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("直接答复")
            }
        }
    }

    /// Proposes not to accept it, with what the complainant will be told (guideline art. 15); when the same facts were
    /// answered, with the case that did (art. 16).
    pub fn propose_decline(
        &mut self,
        by: &Actor,
        (ground, answered_case): (DeclineGround, Option<Uuid>),
        explanation: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(explanation, "explanation", "对投诉人的说明")?;
        let decline = Decline {
            ground,
            proposed_by: by.person.clone(),
            answered_case,
        };
        match self.state {
            Filed | Accepted => {
                self.level_is_right()?;
                self.runs()?;
                self.decline = Some(decline);
                Ok(self.moves_to(DeclineProposed, CaseEvent::DeclineProposed(ground), now))
            }
            DeclineProposed if self.decline.as_ref() == Some(&decline) => Ok(Outcome::Already),
            Registered | Settled | DeclineProposed | Declined | Answered | Ordered | Handling
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("提出不予受理")
            }
        }
    }

    /// Approves a proposed decline: the head of the reception, never the proposer (guideline art. 15).
    pub fn approve_decline(&mut self, by: &Actor, now: DateTime<Utc>) -> Answer {
        match (self.state, &self.decline) {
            (DeclineProposed, Some(decline)) => {
                if decline.proposed_by == by.person {
                    return Err(Refusal::ProposerDecides);
                }
                let event = CaseEvent::Declined(decline.ground);
                self.ending = Some(Ending::Declined);
                self.decision_notified_at = Some(now);
                Ok(self.moves_to(Declined, event, now))
            }
            (Declined, _) => Ok(Outcome::Already),
            (
                DeclineProposed | Registered | Settled | Filed | Accepted | Answered | Ordered
                | Handling | ResultFiled | ResultPassed | Closed | Withdrawn | Archived
                | Transferred | Joined,
                _,
            ) => self.refuses("批准不予受理"),
        }
    }

    /// Rejects a proposed decline; the case is accepted by that.
    pub fn reject_decline(&mut self, by: &Actor, reason: &str, now: DateTime<Utc>) -> Answer {
        required(reason, "reason", "不同意的理由")?;
        match (self.state, &self.decline) {
            (DeclineProposed, Some(decline)) => {
                if decline.proposed_by == by.person {
                    return Err(Refusal::ProposerDecides);
                }
                let event = CaseEvent::DeclineRejected(decline.ground);
                self.accepted_at.get_or_insert(now);
                self.decline = None;
                Ok(self.moves_to(Accepted, event, now))
            }
            (
                DeclineProposed | Declined | Registered | Settled | Filed | Accepted | Answered
                | Ordered | Handling | ResultFiled | ResultPassed | Closed | Withdrawn | Archived
                | Transferred | Joined,
                _,
            ) => self.refuses("退回不予受理的意见"),
        }
    }

    /// Issues the supervision order; with that it is served (guideline art. 17(2), 18(1)).
    pub fn issue_order(&mut self, order_id: Uuid, draft: &Draft, now: DateTime<Utc>) -> Answer {
        match self.state {
            Filed | Accepted => {
                self.level_is_right()?;
                self.accepted_at.get_or_insert(now);
                self.order = Some(Order {
                    id: order_id,
                    issued_at: now,
                    lead: draft.lead.clone(),
                    co_units: draft.co_units.clone(),
                    signed: Vec::new(),
                });
                Ok(self.moves_to(Ordered, CaseEvent::OrderIssued, now))
            }
            Registered | Settled | DeclineProposed | Declined | Answered | Ordered | Handling
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("签发督办表")
            }
        }
    }

    /// Lets the complainant take it back; the procedure ends the same day (令2020年第3号 art. 15).
    pub fn withdraw(&mut self, statement: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Answer {
        required(statement, "statement", "撤回的情况")?;
        match self.state {
            Registered | Filed | Accepted | DeclineProposed | Ordered | Handling | ResultFiled
            | Joined => {
                self.ending = Some(Ending::Withdrawn);
                self.closed_at = Some(at);
                self.nothing_waits();
                Ok(self.moves_to(Withdrawn, CaseEvent::Withdrawn, now))
            }
            Withdrawn => Ok(Outcome::Already),
            Settled | Declined | Answered | ResultPassed | Closed | Archived | Transferred => {
                self.refuses("撤回")
            }
        }
    }

    /// Ends it, once it is settled, answered, declined, its result passed, or its transfer receipted; a superior who
    /// passed it on has his report by then (guideline art. 18(2)).
    pub fn close(&mut self, now: DateTime<Utc>) -> Answer {
        match self.state {
            Settled | Declined | Answered | ResultPassed | Transferred => {
                self.owes_nothing()?;
                self.closed_at = Some(now);
                self.nothing_waits();
                Ok(self.moves_to(Closed, CaseEvent::Closed, now))
            }
            Closed => Ok(Outcome::Already),
            Registered | Filed | Accepted | DeclineProposed | Ordered | Handling | ResultFiled
            | Withdrawn | Archived | Joined => self.refuses("办结"),
        }
    }

    /// Notes that its sealed file exists (guideline art. 22).
    pub fn archive(&mut self, now: DateTime<Utc>) -> Answer {
        match self.state {
            Closed | Withdrawn => Ok(self.moves_to(Archived, CaseEvent::Archived, now)),
            Archived => Ok(Outcome::Already),
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | Ordered | Handling | ResultFiled | ResultPassed | Transferred | Joined => {
                self.refuses("归档")
            }
        }
    }

    /// Whether nothing more happens to it but filing away.
    #[must_use]
    pub fn ended(&self) -> bool {
        matches!(
            self.state,
            Closed | Withdrawn | Archived | Transferred | Joined
        )
    }

    pub(super) fn moves_to(
        &mut self,
        state: State,
        event: CaseEvent,
        now: DateTime<Utc>,
    ) -> Outcome {
        self.state = state;
        self.revision += 1;
        self.moved_at = now;
        Outcome::Moved(event)
    }

    pub(super) fn refuses(&self, verb: &'static str) -> Answer {
        Err(Refusal::OutOfOrder {
            verb,
            state: self.state.words(),
        })
    }
}

#[cfg(test)]
mod rules;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walks;
