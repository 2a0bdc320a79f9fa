//! What a case shares: its order among units (退单, special investigation groups) and its answer with other cases (并案).

use chrono::{DateTime, Utc};

use super::{
    Answer, Case, CaseEvent, CourseEvent, Ending, Handler, Outcome, State, course::Bounce,
};
use crate::domain::{
    refusal::{Refusal, required},
    standing::{Actor, Verb},
};

impl Case {
    /// Asks to be taken off the order: once for each unit, with its basis. No limit stops for it.
    pub fn request_bounce(
        &mut self,
        by: &Actor,
        unit: &str,
        basis: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(basis, "basis", "退单的依据")?;
        self.open_to(Verb::RequestBounce)?;
        if by.unit != unit {
            return Err(Refusal::Wrong {
                field: "unit_code",
                sentence: "只能为本单位退单".to_owned(),
            });
        }
        if !self.order.as_ref().is_some_and(|order| order.names(unit)) {
            return Err(Refusal::UnitNotOrdered(unit.to_owned()));
        }
        match &self.course.bounce {
            Some(waiting) if waiting.unit == unit => return Ok(Outcome::Already),
            Some(waiting) => return Err(Refusal::BounceWaits(waiting.unit.clone())),
            None => {}
        }
        if self.course.bounced.iter().any(|bounced| bounced == unit) {
            return Err(Refusal::BouncedBefore(unit.to_owned()));
        }
        self.course.bounced.push(unit.to_owned());
        self.course.bounce = Some(Bounce {
            unit: unit.to_owned(),
            asked_by: by.person.clone(),
        });
        Ok(self.happens(CourseEvent::BounceRequested(unit.to_owned()), now))
    }

    /// Rules on a bounce. Upheld, another unit stands in its place on the same order, with the same limit; a new leading
    /// unit finds a handler of its own. Refused, the unit goes on.
    pub fn rule_bounce(
        &mut self,
        by: &Actor,
        uphold: bool,
        reason: &str,
        new_unit: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(reason, "reason", "裁定的理由")?;
        self.open_to(Verb::RuleBounce)?;
        let waiting = self.course.bounce.clone().ok_or(Refusal::NoBounce)?;
        if waiting.asked_by == by.person {
            return Err(Refusal::BouncerRules);
        }
        let new_unit = if uphold { new_unit.trim() } else { "" };
        let mut next = self.state;
        if uphold {
            next = self.replace(&waiting.unit, new_unit)?;
        }
        self.course.bounce = None;
        let event = CourseEvent::BounceRuled {
            unit: waiting.unit,
            upheld: uphold,
            new_unit: new_unit.to_owned(),
        };
        Ok(self.moves_to(next, CaseEvent::Course(event), now))
    }

    /// Puts a unit in another's place on the order; answers where the case stands after it.
    fn replace(&mut self, old: &str, new: &str) -> Result<State, Refusal> {
        let wrong = |sentence: &str| Refusal::Wrong {
            field: "new_unit_code",
            sentence: sentence.to_owned(),
        };
        let returns = new == old || self.course.bounced.iter().any(|bounced| bounced == new);
        let order = self.order.as_mut().ok_or(Refusal::NoBounce)?;
        let leads = order.lead == old;
        if leads && new.is_empty() {
            return Err(wrong("主办单位退单成立的,请填写接办的单位"));
        }
        if returns && !order.names(new) || new == old {
            return Err(wrong("不能交回已退单的单位,请另选接办单位"));
        }
        if !leads && !new.is_empty() && order.names(new) {
            return Err(wrong("该单位已在督办表上,请另选,或不填接办单位"));
        }
        order.co_units.retain(|unit| unit != old && unit != new);
        order.signed.retain(|unit| unit != old);
        if leads {
            new.clone_into(&mut order.lead);
            self.handler = None;
            self.result_author = None;
            self.findings_at = None;
            return Ok(State::Ordered);
        }
        if !new.is_empty() {
            order.co_units.push(new.to_owned());
        }
        Ok(self.state)
    }

    /// Forms a special investigation group: its units help the leading one, its posts may investigate, and nobody in it
    /// has an interest (guideline art. 19).
    pub fn form_group(
        &mut self,
        units: &[String],
        members: &[Handler],
        task: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(task, "task", "调查任务")?;
        self.open_to(Verb::FormGroup)?;
        for member in members {
            if let Some(ground) = self.concerned.bars(&member.person) {
                return Err(Refusal::Recused(ground.words()));
            }
        }
        if members.is_empty() {
            return Err(Refusal::Missing {
                field: "member_posts",
                what: "调查组成员岗位",
            });
        }
        let posts: Vec<String> = members.iter().map(|member| member.post.clone()).collect();
        let Some(order) = self.order.as_mut() else {
            return self.refuses("成立专项调查组");
        };
        let new: Vec<String> = units
            .iter()
            .filter(|unit| !order.names(unit))
            .cloned()
            .collect();
        if self.course.grouped_at.is_some() && new.is_empty() && self.course.members == posts {
            return Ok(Outcome::Already);
        }
        for unit in new {
            if !order.names(&unit) {
                order.co_units.push(unit);
            }
        }
        if order.co_units.is_empty() {
            return Err(Refusal::Missing {
                field: "unit_codes",
                what: "参加专项调查组的单位(至少两个单位)",
            });
        }
        let all = order.units().map(str::to_owned).collect();
        self.course.members = posts;
        self.course.grouped_at = Some(now);
        Ok(self.happens(CourseEvent::GroupFormed(all), now))
    }

    /// Joins it to a lead case of the same union that is still undecided (令2020年第3号 art. 18(3)).
    pub fn join(&mut self, lead: &Self, reason: &str, now: DateTime<Utc>) -> Answer {
        required(reason, "reason", "并案的理由")?;
        if self.course.lead_case == Some(lead.id) {
            return Ok(Outcome::Already);
        }
        self.open_to(Verb::JoinCase)?;
        self.level_is_right()?;
        let why = if lead.id == self.id {
            Some("不能并入自身")
        } else if lead.registration.union != self.registration.union {
            Some("两案不属同一联社")
        } else if lead.course.lead_case.is_some() {
            Some("该案自身已并入他案,请并入其主案")
        } else if lead.ended() || !lead.undecided() {
            Some("该案已作出处理决定;同一事实请按第十六条不予受理,新的事实请另行办理")
        } else {
            None
        };
        if let Some(why) = why {
            return Err(Refusal::CannotLead(why));
        }
        self.course.lead_case = Some(lead.id);
        self.ending = Some(Ending::Joined);
        self.nothing_waits();
        let event = CourseEvent::Joined(lead.registration.number.clone());
        Ok(self.moves_to(State::Joined, CaseEvent::Course(event), now))
    }

    /// Takes note that its complainant was told the decision of the lead case.
    pub fn told_with_lead(&mut self, told_at: DateTime<Utc>, now: DateTime<Utc>) -> Outcome {
        if self.state != State::Joined || self.decision_notified_at.is_some() {
            return Outcome::Already;
        }
        self.decision_notified_at = Some(told_at);
        self.moves_to(State::Joined, CaseEvent::AnswerSent, now)
    }

    /// Ends it together with its lead.
    pub fn close_with_lead(&mut self, now: DateTime<Utc>) -> Outcome {
        if self.state != State::Joined {
            return Outcome::Already;
        }
        self.decision_notified_at.get_or_insert(now);
        self.closed_at = Some(now);
        self.moves_to(State::Closed, CaseEvent::Closed, now)
    }

    /// Goes on by itself at the reception, because its lead was taken back: one complainant does not withdraw for another.
    pub fn part(&mut self, now: DateTime<Utc>) -> Outcome {
        if self.state != State::Joined {
            return Outcome::Already;
        }
        self.course.lead_case = None;
        self.ending = None;
        self.filed_at.get_or_insert(now);
        self.course.period_from = Some(self.registration.received_at);
        self.moves_to(State::Filed, CaseEvent::Course(CourseEvent::Parted), now)
    }
}
