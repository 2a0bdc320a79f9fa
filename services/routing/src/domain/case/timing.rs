//! What becomes of the legal limit, and the call-back after it.
//!
//! The limit begins anew with new facts and rests on two grounds only (令2020年第3号 art. 18, 23); the call-back is that of
//! the guideline's art. 12(6).

use chrono::{DateTime, Utc};

use super::{
    Answer, Case, CourseEvent, Ending, Outcome,
    course::{Pause, PauseGround, Satisfaction},
};
use crate::domain::{
    refusal::{Refusal, required},
    standing::{Actor, Verb},
};

impl Case {
    /// The instant of the next step when a clock shows `now`.
    ///
    /// It is never before the complaint came, nor before the last step: the machines that received the complaint and took
    /// that step have clocks of their own, and theirs may go ahead of this one.
    #[must_use]
    pub fn next_instant(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now.max(self.registration.received_at).max(self.moved_at)
    }

    /// Begins the legal limit anew from the receipt of new facts and reasons; what was extended before is spent.
    ///
    /// Older material than that which began it last changes nothing, for messages may come late.
    pub fn restart(&mut self, from: DateTime<Utc>, reason: &str, now: DateTime<Utc>) -> Answer {
        required(reason, "reason", "新的事实和理由")?;
        self.open_to(Verb::RestartPeriod)?;
        if !self.undecided() {
            return Err(Refusal::Decided("期限不再重新计算,新材料作补充材料存档"));
        }
        let wrong = |sentence: &str| Refusal::Wrong {
            field: "received_at",
            sentence: sentence.to_owned(),
        };
        if from > now {
            return Err(wrong("收到新材料的时间不能晚于现在"));
        }
        if from < self.registration.received_at {
            return Err(wrong("收到新材料的时间不能早于收到投诉的时间"));
        }
        if self.course.period_from.is_some_and(|known| known >= from) {
            return Ok(Outcome::Already);
        }
        self.course.period_from = Some(from);
        self.extension_stage = 0;
        if self
            .waiting
            .as_ref()
            .is_some_and(|asked| asked.clock == "L18")
        {
            self.waiting = None;
        }
        Ok(self.happens(CourseEvent::PeriodRestarted(from), now))
    }

    /// Lays the legal limit to rest.
    pub fn begin_pause(&mut self, ground: PauseGround, basis: &str, now: DateTime<Utc>) -> Answer {
        let what = match ground {
            PauseGround::Appraisal => "鉴定、检测或评估的机构和事项",
            PauseGround::Mediation => "调解机构,以及投诉人同意调解的情况(令2020年第3号第二十三条)",
        };
        required(basis, "basis", what)?;
        self.open_to(Verb::BeginPause)?;
        if !self.undecided() {
            return Err(Refusal::Decided("期限不再中止"));
        }
        match self.course.pause {
            Some(rests) if rests.ground == ground => return Ok(Outcome::Already),
            Some(_) => return Err(Refusal::Rests),
            None => {}
        }
        self.course.pause = Some(Pause { ground, since: now });
        Ok(self.happens(CourseEvent::PauseBegan(ground), now))
    }

    /// Lets the legal limit run again.
    pub fn end_pause(&mut self, now: DateTime<Utc>) -> Answer {
        self.open_to(Verb::EndPause)?;
        let rested = self.course.pause.take().ok_or(Refusal::RestsNot)?;
        Ok(self.happens(CourseEvent::PauseEnded(rested), now))
    }

    /// Records a call-back by somebody who neither handled nor answered it. Whoever was not reached is still to be called.
    pub fn follow_up(
        &mut self,
        by: &Actor,
        satisfaction: Satisfaction,
        remark: &str,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Answer {
        required(remark, "remark", "回访情况")?;
        self.open_to(Verb::FollowUp)?;
        let answered = matches!(
            self.ending,
            Some(
                Ending::SettledOnTheSpot
                    | Ending::AnsweredDirectly
                    | Ending::Handled
                    | Ending::Joined
            )
        );
        if !answered {
            return self.refuses("登记回访");
        }
        let took_part = |person: Option<&str>| person == Some(by.person.as_str());
        let handler = self.handler.as_ref().map(|handler| handler.person.as_str());
        if took_part(handler)
            || took_part(self.result_author.as_deref())
            || took_part(self.course.answered_by.as_deref())
            || self.course.members.contains(&by.post)
        {
            return Err(Refusal::HandlerFollowsUp);
        }
        if at > now || self.decision_notified_at.is_some_and(|told| at < told) {
            return Err(Refusal::Wrong {
                field: "called_at",
                sentence: "回访时间须在答复之后,且不能晚于现在".to_owned(),
            });
        }
        match self.course.followed_up {
            Some((_, heard)) if heard == satisfaction && heard != Satisfaction::NotReached => {
                return Ok(Outcome::Already);
            }
            Some(_) | None => {}
        }
        self.course.followed_up = Some((at, satisfaction));
        Ok(self.happens(CourseEvent::FollowedUp(satisfaction), now))
    }
}
