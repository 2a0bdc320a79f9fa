//! What is asked of a case beyond the ordinary course: ask, keep, tell, write the letters that follow.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Step, command::CourseCommand, letters, letters::Way};
use crate::{
    domain::{
        case::{Answer, Case, CaseEvent, CourseEvent, Outcome, course::Matter},
        notice::{self, course::Place},
        recusal::Ground,
        refusal::Refusal,
    },
    errors::ActionError,
    store::{
        self, afterwards, course,
        record::{self, Entry},
        reference,
    },
};

/// Senior management, by the contract's number of the role.
const SENIOR_MANAGEMENT: i32 = 6;

impl Step<'_> {
    /// Asks the case; also says which transfer was made.
    pub(super) async fn ask_course(
        &self,
        case: &mut Case,
        command: &CourseCommand,
    ) -> Result<(Outcome, Option<Uuid>), ActionError> {
        let (by, now) = (self.by, self.now);
        let mut made = None;
        let answer: Answer = match command {
            CourseCommand::RecordSuperior {
                superior,
                received_at,
            } => {
                if received_at.is_some_and(|at| at > now) {
                    return Err(ActionError::invalid("received_at", "收文时间不能晚于现在"));
                }
                case.pass_on(superior.clone(), now)
            }
            CourseCommand::ReportToSuperior { report, letter } => case.report(report, letter, now),
            CourseCommand::TransferOut {
                matter,
                to_unit,
                reason,
            } => {
                let unit = self.live_unit("to_unit_code", to_unit).await?;
                let province = self.is_province(&unit.union_code).await?;
                if unit.union_code != case.registration.union && !province {
                    return Err(ActionError::invalid(
                        "to_unit_code",
                        format!("只能移交本联社或省联社的部门,{to_unit} 不是"),
                    ));
                }
                let id = self.desk.ids.new_id();
                made = Some(id);
                case.transfer_out(id, *matter, to_unit.trim(), reason, now)
            }
            CourseCommand::ReceiptTransfer { number, .. } => {
                self.is_registered_below(case, number).await?;
                case.receipt(number, now)
            }
            CourseCommand::RequestBounce { unit, basis } => {
                let unit = if unit.is_empty() { &by.unit } else { unit };
                case.request_bounce(by, unit, basis, now)
            }
            CourseCommand::RuleBounce {
                uphold,
                reason,
                new_unit,
            } => {
                if *uphold && !new_unit.trim().is_empty() {
                    self.unit_for(case, "new_unit_code", new_unit.trim())
                        .await?;
                }
                case.rule_bounce(by, *uphold, reason, new_unit, now)
            }
            CourseCommand::JoinCase { reason, .. } => {
                let lead = self.lead(command).await?;
                case.join(&lead, reason, now)
            }
            CourseCommand::RestartPeriod {
                received_at,
                reason,
            } => case.restart(*received_at, reason, now),
            CourseCommand::BeginPause { ground, basis } => case.begin_pause(*ground, basis, now),
            CourseCommand::EndPause { .. } => case.end_pause(now),
            CourseCommand::FollowUp {
                satisfaction,
                remark,
                called_at,
            } => case.follow_up(by, *satisfaction, remark, called_at.unwrap_or(now), now),
            CourseCommand::FormGroup {
                units,
                members,
                task,
            } => {
                for unit in units {
                    self.unit_for(case, "unit_codes", unit).await?;
                }
                let members = self.members(case, units, members).await?;
                case.form_group(units, &members, task, now)
            }
            CourseCommand::AdmitSkipLevel {
                overdue,
                circumstances,
            } => {
                self.is_overdue_below(case, overdue.trim()).await?;
                case.admit(overdue, circumstances, now)
            }
            CourseCommand::ReferSkipLevel { .. } => {
                let place = proper_place(self.tx, case)
                    .await?
                    .ok_or(Refusal::SkipsNoLevel)?;
                if place.unit_code.is_empty() {
                    return Err(ActionError::invalid(
                        "case_id",
                        format!(
                            "{} 没有登记受理部门,不能转交;请先接收并说明",
                            place.union_name
                        ),
                    ));
                }
                let id = self.desk.ids.new_id();
                made = Some(id);
                case.refer(id, &place.unit_code, now)
            }
            CourseCommand::NoteRelation { person, relation } => {
                case.note_relation(person.trim(), relation, now)
            }
        };
        let outcome = answer?;
        if outcome == Outcome::Already && made.is_some() {
            made = case.course.transfer.as_ref().map(|given| given.id);
        }
        Ok((outcome, made))
    }

    /// Keeps what happened and writes the letters that follow from it; the event itself was told.
    pub(super) async fn keep_course(
        &self,
        case: &Case,
        event: &CaseEvent,
        command: &CourseCommand,
    ) -> Result<(), ActionError> {
        let Self { desk, tx, by, now } = *self;
        let me = (by.post.as_str(), now);
        let number = &case.registration.number;
        match (event, command) {
            (CaseEvent::InterestDeclared(person), CourseCommand::NoteRelation { relation, .. }) => {
                let why = (Ground::Relation, relation.as_str());
                record::put_interest(tx, case, person, why, now).await?;
            }
            (_, CourseCommand::ReportToSuperior { report, letter }) => {
                self.send_report(case, report, letter).await?;
            }
            (_, CourseCommand::TransferOut { matter, reason, .. }) => {
                self.hand_over(case, *matter, reason).await?;
            }
            (_, CourseCommand::ReferSkipLevel { reason }) => {
                self.hand_over(case, Matter::SkippedLevel, reason).await?;
            }
            (CaseEvent::Course(CourseEvent::Receipted(receipt)), _) => {
                if let Some(given) = &case.course.transfer {
                    course::put_receipt(tx, given.id, receipt, (by, now)).await?;
                }
            }
            (
                CaseEvent::Course(CourseEvent::BounceRequested(unit)),
                CourseCommand::RequestBounce { basis, .. },
            ) => {
                course::put_bounce(tx, case, unit, basis, (by, now)).await?;
                let name = self.name_of(unit).await?;
                let words = notice::course::bounce_requested(number, &name, basis.trim());
                self.tell_reception(case, &words).await?;
            }
            (
                CaseEvent::Course(CourseEvent::BounceRuled {
                    unit,
                    upheld,
                    new_unit,
                }),
                CourseCommand::RuleBounce { reason, .. },
            ) => {
                let ruling = (unit.as_str(), *upheld, new_unit.as_str());
                let name = self.name_of(new_unit).await?;
                course::rule_bounce(tx, case, ruling, (reason, &name), (by, now)).await?;
                let words = notice::course::bounce_ruled(number, *upheld, reason.trim());
                letters::to_unit(desk, tx, case, &words, unit, me).await?;
                if !new_unit.is_empty() {
                    self.serve_anew(case, new_unit).await?;
                }
            }
            (
                CaseEvent::Course(CourseEvent::Joined(lead_number)),
                CourseCommand::JoinCase { reason, .. },
            ) => {
                record::lapse(tx, case, now).await?;
                self.follow_lead(case, lead_number, reason).await?;
            }
            (CaseEvent::Course(CourseEvent::PeriodRestarted(from)), _) => {
                tell_restart(self, case, *from).await?;
            }
            (
                CaseEvent::Course(CourseEvent::PauseBegan(ground)),
                CourseCommand::BeginPause { basis, .. },
            ) => {
                if let Some(rests) = case.course.pause {
                    course::begin_pause(tx, case, rests, basis).await?;
                }
                let head = letters::letterhead(tx, case, None, now).await?;
                let words = head.paused(*ground, basis.trim());
                letters::to_complainant(desk, tx, case, &words, &Way::Send(None), me).await?;
            }
            (CaseEvent::Course(CourseEvent::PauseEnded(rested)), _) => {
                course::end_pause(tx, case, now).await?;
                let words = letters::letterhead(tx, case, None, now)
                    .await?
                    .resumed(*rested);
                letters::to_complainant(desk, tx, case, &words, &Way::Send(None), me).await?;
            }
            (
                CaseEvent::Course(CourseEvent::FollowedUp(heard)),
                CourseCommand::FollowUp {
                    remark, called_at, ..
                },
            ) => {
                let heard = (*heard, called_at.unwrap_or(now));
                afterwards::put_follow_up(tx, case, heard, remark, by).await?;
            }
            (
                CaseEvent::Course(CourseEvent::GroupFormed(units)),
                CourseCommand::FormGroup { task, .. },
            ) => {
                self.gather(case, units, task).await?;
            }
            // The rest says all there is in the history.
            _ => {}
        }
        Ok(())
    }

    async fn send_report(
        &self,
        case: &Case,
        report: &str,
        letter: &str,
    ) -> Result<(), ActionError> {
        let superior = case.course.superior.as_ref();
        let from = superior
            .map(|known| known.number.as_str())
            .unwrap_or_default();
        let number = &case.registration.number;
        let words = notice::course::report(number, from, letter.trim(), report.trim());
        let union = &case.registration.union;
        for post in reference::posts_with(self.tx, union, SENIOR_MANAGEMENT).await? {
            let me = (self.by.post.as_str(), self.now);
            letters::to_post(self.desk, self.tx, case, &words, &post, me).await?;
        }
        Ok(())
    }

    async fn hand_over(
        &self,
        case: &Case,
        matter: Matter,
        reason: &str,
    ) -> Result<(), ActionError> {
        let Self { desk, tx, by, now } = *self;
        let Some(given) = &case.course.transfer else {
            return Ok(());
        };
        record::lapse(tx, case, now).await?;
        let unit = reference::unit(tx, &given.to_unit).await?;
        let name = unit
            .as_ref()
            .map(|unit| unit.name.clone())
            .unwrap_or_default();
        course::put_transfer(tx, case, given, (&name, reason), (by, now)).await?;
        if let Some(unit) = unit.filter(|unit| unit.union_code != case.registration.union) {
            course::let_see(tx, case.id, &unit.union_code).await?;
        }
        let me = (by.post.as_str(), now);
        let head = letters::letterhead(tx, case, None, now).await?;
        let words = match (matter, proper_place(tx, case).await?) {
            (Matter::SkippedLevel, Some(place)) => head.referred(&place),
            _ => head.transferred(matter, &name),
        };
        letters::to_complainant(desk, tx, case, &words, &Way::Send(None), me).await?;
        let words = notice::course::handover(&case.registration.number, matter, reason.trim());
        letters::to_unit(desk, tx, case, &words, &given.to_unit, me).await?;
        Ok(())
    }

    /// Serves the order on the unit that took another's place; the limit is the old one.
    async fn serve_anew(&self, case: &Case, unit: &str) -> Result<(), ActionError> {
        let Some((order, _)) = store::detail::order(self.tx, case.id).await? else {
            return Ok(());
        };
        let leads = case.order.as_ref().is_some_and(|order| order.lead == unit);
        let words = notice::order_served(
            &case.registration.number,
            &order.order_number,
            leads,
            order.urgent,
            &order.requirements,
        );
        let me = (self.by.post.as_str(), self.now);
        letters::to_unit(self.desk, self.tx, case, &words, unit, me).await
    }

    async fn follow_lead(
        &self,
        case: &Case,
        lead_number: &str,
        reason: &str,
    ) -> Result<(), ActionError> {
        let Self { desk, tx, by, now } = *self;
        let me = (by.post.as_str(), now);
        let number = &case.registration.number;
        let words = letters::letterhead(tx, case, None, now)
            .await?
            .joined(lead_number);
        letters::to_complainant(desk, tx, case, &words, &Way::Send(None), me).await?;
        let Some(lead) = case.course.lead_case else {
            return Ok(());
        };
        let lead = store::find(tx, lead).await?.ok_or(ActionError::NoCase)?;
        let texts = [
            ("并入投诉", number.clone()),
            ("并案理由", reason.to_owned()),
        ];
        let entry = Entry {
            event: "CaseJoined",
            occurred_at: now,
            recorded_at: now,
            post: &by.post,
            person: &by.person,
            name: &by.name,
            texts: &texts,
        };
        record::write(tx, &lead, entry).await?;
        if let Some(handler) = &lead.handler {
            let words = notice::course::joins(lead_number, number, reason.trim());
            letters::to_post(desk, tx, &lead, &words, &handler.post, me).await?;
        }
        Ok(())
    }

    async fn gather(&self, case: &Case, units: &[String], task: &str) -> Result<(), ActionError> {
        let Self { desk, tx, by, now } = *self;
        afterwards::put_group(tx, case, units, task, (by, now)).await?;
        let Some(order) = &case.order else {
            return Ok(());
        };
        for unit in units {
            let leads = order.lead == *unit;
            let name = self.name_of(unit).await?;
            course::put_unit(tx, order.id, (unit, &name), leads).await?;
            let words = notice::course::group_formed(&case.registration.number, leads, task.trim());
            letters::to_unit(desk, tx, case, &words, unit, (&by.post, now)).await?;
        }
        Ok(())
    }

    async fn tell_reception(&self, case: &Case, words: &notice::Words) -> Result<(), ActionError> {
        let me = (self.by.post.as_str(), self.now);
        let Some(unit) = reference::reception(self.tx, &case.registration.union).await? else {
            return Ok(());
        };
        letters::to_unit(self.desk, self.tx, case, words, &unit.unit_code, me).await
    }

    async fn name_of(&self, unit: &str) -> Result<String, ActionError> {
        let unit = reference::unit(self.tx, unit).await?;
        Ok(unit.map(|unit| unit.name).unwrap_or_default())
    }
}

/// Where a case belongs that skipped a level: unit, post, and the published telephone when it is known.
pub async fn proper_place(
    db: &impl sea_orm::ConnectionTrait,
    case: &Case,
) -> Result<Option<Place>, ActionError> {
    let Some(skipped) = &case.course.skipped else {
        return Ok(None);
    };
    let union = reference::unit(db, &skipped.union).await?;
    let reception = reference::reception(db, &skipped.union).await?;
    let mut place = Place {
        union_name: union.map_or_else(|| skipped.union.clone(), |unit| unit.name),
        ..Place::default()
    };
    if let Some(unit) = reception {
        let head = reference::head_post(db, &unit.unit_code).await?;
        place.post_name = head.map(|post| post.name).unwrap_or_default();
        (place.unit_code, place.unit_name) = (unit.unit_code, unit.name);
    }
    Ok(Some(place))
}

/// Tells the complainant that the limit begins anew; what was asked to be extended lapses with the old one.
pub(super) async fn tell_restart(
    step: &Step<'_>,
    case: &Case,
    from: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Step { desk, tx, by, now } = *step;
    if case.waiting.is_none() {
        record::lapse_extension(tx, case, now).await?;
    }
    let words = letters::letterhead(tx, case, None, now)
        .await?
        .restarted(from);
    letters::to_complainant(desk, tx, case, &words, &Way::Send(None), (&by.post, now)).await
}
