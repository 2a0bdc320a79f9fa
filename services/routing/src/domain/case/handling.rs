//! The life of a case inside the handling unit and at its review (guideline art. 12, 13).

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Utc};

use super::{
    Answer, Case, CaseEvent, Ending, Handler, Outcome, State,
    State::{
        Accepted, Answered, Archived, Closed, DeclineProposed, Declined, Filed, Handling, Joined,
        Ordered, Registered, ResultFiled, ResultPassed, Settled, Transferred, Withdrawn,
    },
};
use crate::domain::{
    recusal::Ground,
    refusal::{Refusal, required},
    standing::Actor,
};

impl Case {
    /// Signs for the order. No clock changes by it: the order was served when it was issued.
    pub fn sign_order(&mut self, unit: &str, now: DateTime<Utc>) -> Answer {
        match (self.state, &mut self.order) {
            (state @ (Ordered | Handling | ResultFiled), Some(order)) => {
                if !order.names(unit) {
                    return Err(Refusal::UnitNotOrdered(unit.to_owned()));
                }
                if order.signed.iter().any(|signed| signed == unit) {
                    return Ok(Outcome::Already);
                }
                order.signed.push(unit.to_owned());
                Ok(self.moves_to(state, CaseEvent::OrderSigned(unit.to_owned()), now))
            }
            (
                Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
                | Ordered | Handling | ResultFiled | ResultPassed | Closed | Withdrawn | Archived
                | Transferred | Joined,
                _,
            ) => self.refuses("签收督办表"),
        }
    }

    /// Gives it to a handler, who has no interest in it (guideline art. 19).
    pub fn assign(&mut self, handler: Handler, now: DateTime<Utc>) -> Answer {
        match self.state {
            Ordered | Handling => {
                if let Some(ground) = self.concerned.bars(&handler.person) {
                    return Err(Refusal::Recused(ground.words()));
                }
                if self.handler.as_ref() == Some(&handler) {
                    return Ok(Outcome::Already);
                }
                self.handler = Some(handler);
                Ok(self.moves_to(Handling, CaseEvent::HandlerAssigned, now))
            }
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("指派承办人")
            }
        }
    }

    /// Takes note of somebody's interest; a handler is then missing again, and a result of his is void.
    pub fn declare_interest(&mut self, person: &str, interest: &str, now: DateTime<Utc>) -> Answer {
        required(interest, "interest", "利害关系")?;
        match self.state {
            Closed | Withdrawn | Archived => self.refuses("声明利害关系"),
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | Ordered | Handling | ResultFiled | ResultPassed | Transferred | Joined => {
                Ok(self.keep_out(person, Ground::DeclaredInterest, now))
            }
        }
    }

    /// Takes note that somebody is related to the complainant; even of an ended case he sees nothing from then on.
    pub fn note_relation(&mut self, person: &str, relation: &str, now: DateTime<Utc>) -> Answer {
        required(person, "person_id", "须回避的人员")?;
        required(relation, "relation", "与投诉人的关系")?;
        Ok(self.keep_out(person, Ground::Relation, now))
    }

    fn keep_out(&mut self, person: &str, ground: Ground, now: DateTime<Utc>) -> Outcome {
        if self.concerned.bars(person).is_some() {
            return Outcome::Already;
        }
        let handles = self
            .handler
            .as_ref()
            .is_some_and(|handler| handler.person == person)
            || self.result_author.as_deref() == Some(person);
        let mut next = self.state;
        if handles && [Handling, ResultFiled].contains(&self.state) {
            self.handler = None;
            self.result_author = None;
            next = Ordered;
        }
        match ground {
            Ground::Relation => self.concerned.related.push(person.to_owned()),
            Ground::DeclaredInterest | Ground::ComplainedOf => {
                self.concerned.declared.push(person.to_owned());
            }
        }
        self.moves_to(next, CaseEvent::InterestDeclared(person.to_owned()), now)
    }

    /// Records that the complainant was contacted.
    pub fn record_contact(
        &mut self,
        at: DateTime<Utc>,
        summary: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(summary, "summary", "联系情况")?;
        if at > now || at < self.registration.received_at {
            return Err(Refusal::Wrong {
                field: "contacted_at",
                sentence: "联系时间须在收到投诉之后,且不能晚于现在".to_owned(),
            });
        }
        match self.state {
            state @ (Filed | Accepted | Ordered | Handling | ResultFiled) => {
                Ok(self.moves_to(state, CaseEvent::ContactRecorded(at), now))
            }
            Registered | Settled | DeclineProposed | Declined | Answered | ResultPassed
            | Closed | Withdrawn | Archived | Transferred | Joined => self.refuses("登记联系情况"),
        }
    }

    /// Records what the investigation found.
    pub fn record_findings(&mut self, by: &Actor, findings: &str, now: DateTime<Utc>) -> Answer {
        required(findings, "findings", "调查核实情况")?;
        self.in_handling("登记调查情况")?;
        if !self.course.members.contains(&by.post) {
            self.by_handler(by, "登记调查情况")?;
        }
        self.findings_at = Some(now);
        Ok(self.moves_to(Handling, CaseEvent::FindingsRecorded, now))
    }

    /// Records the solution that is proposed.
    pub fn record_solution(&mut self, by: &Actor, solution: &str, now: DateTime<Utc>) -> Answer {
        const VERB: &str = "提出处理方案";
        required(solution, "solution", "处理方案")?;
        self.in_handling(VERB)?;
        self.by_handler(by, VERB)?;
        self.findings_at.ok_or(Refusal::NoFindings(VERB))?;
        Ok(self.moves_to(Handling, CaseEvent::SolutionProposed, now))
    }

    /// Records the answer to the complainant (令2020年第3号 art. 19); a corrected one does not change when he was first told.
    pub fn record_answer(
        &mut self,
        by: &Actor,
        told_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Answer {
        const VERB: &str = "答复投诉人";
        self.in_handling(VERB)?;
        self.by_handler(by, VERB)?;
        self.findings_at.ok_or(Refusal::NoFindings(VERB))?;
        self.may_be_answered()?;
        self.decision_notified_at.get_or_insert(told_at);
        Ok(self.moves_to(Handling, CaseEvent::AnswerSent, now))
    }

    /// Files the result with the reception, after the complainant was answered (guideline art. 13).
    pub fn file_result(&mut self, by: &Actor, result: &str, now: DateTime<Utc>) -> Answer {
        const VERB: &str = "报送办理结果";
        required(result, "result", "办理结果")?;
        if self.state == ResultFiled && self.result_author.as_deref() == Some(&by.person) {
            return Ok(Outcome::Already);
        }
        self.in_handling(VERB)?;
        self.by_handler(by, VERB)?;
        self.findings_at.ok_or(Refusal::NoFindings(VERB))?;
        self.decision_notified_at.ok_or(Refusal::NoAnswer)?;
        // Who files a result has handled it after all.
        self.course.bounce = None;
        self.result_author = Some(by.person.clone());
        Ok(self.moves_to(ResultFiled, CaseEvent::ResultFiled, now))
    }

    /// Returns a result for more work; its limit runs on (guideline art. 12).
    pub fn return_result(&mut self, by: &Actor, reasons: &str, now: DateTime<Utc>) -> Answer {
        required(reasons, "reasons", "退回的理由")?;
        match self.state {
            ResultFiled => {
                self.reviewed_by_another(by)?;
                self.result_author = None;
                Ok(self.moves_to(Handling, CaseEvent::ResultReturned, now))
            }
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | Ordered | Handling | ResultPassed | Closed | Withdrawn | Archived | Transferred
            | Joined => self.refuses("退回办理结果"),
        }
    }

    /// Passes a result; its reviewer is not its author (guideline art. 12).
    pub fn pass_result(&mut self, by: &Actor, now: DateTime<Utc>) -> Answer {
        match self.state {
            ResultFiled => {
                self.reviewed_by_another(by)?;
                self.ending = Some(Ending::Handled);
                Ok(self.moves_to(ResultPassed, CaseEvent::ResultPassed, now))
            }
            ResultPassed => Ok(Outcome::Already),
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | Ordered | Handling | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("审核办理结果")
            }
        }
    }

    /// Urges the unit that has it (催办).
    pub fn urge(&mut self, message: &str, now: DateTime<Utc>) -> Answer {
        required(message, "message", "催办内容")?;
        match self.state {
            state @ (Ordered | Handling) => Ok(self.moves_to(state, CaseEvent::Urged, now)),
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | ResultFiled | ResultPassed | Closed | Withdrawn | Archived | Transferred | Joined => {
                self.refuses("催办")
            }
        }
    }

    fn in_handling(&self, verb: &'static str) -> Result<(), Refusal> {
        match self.state {
            Handling => Ok(()),
            Registered | Settled | Filed | Accepted | DeclineProposed | Declined | Answered
            | Ordered | ResultFiled | ResultPassed | Closed | Withdrawn | Archived
            | Transferred | Joined => Err(Refusal::OutOfOrder {
                verb,
                state: State::words(self.state),
            }),
        }
    }

    /// The assigned post works on it, or the head of the leading unit does.
    fn by_handler(&self, by: &Actor, verb: &'static str) -> Result<(), Refusal> {
        let leads = self
            .order
            .as_ref()
            .is_some_and(|order| order.lead == by.unit)
            && by.role.is_head();
        match &self.handler {
            Some(handler) if handler.post == by.post || leads => Ok(()),
            Some(handler) => Err(Refusal::NotTheHandler(handler.post.clone(), verb)),
            None => Err(Refusal::NotTheHandler("(未指派)".to_owned(), verb)),
        }
    }

    fn reviewed_by_another(&self, by: &Actor) -> Result<(), Refusal> {
        let author = self.result_author.as_deref() == Some(&by.person)
            || self
                .handler
                .as_ref()
                .is_some_and(|handler| handler.person == by.person);
        if author {
            Err(Refusal::AuthorReviews)
        } else {
            Ok(())
        }
    }
}
