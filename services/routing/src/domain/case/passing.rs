//! What comes from above and what is handed on.
//!
//! A superior's transfer and the report on it (guideline art. 17(4), 18(2)), criminal and personnel matters (art. 10),
//! complaints that skipped a level (art. 20).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Answer, Case, CaseEvent, CourseEvent, Ending, Outcome, State,
    course::{Level, Matter, Superior, Transfer},
};
use crate::domain::{
    refusal::{Refusal, required},
    standing::Verb,
};

impl Case {
    /// Takes note of who passed it on; a later letter takes the place of an earlier one, and its report is owed anew.
    pub fn pass_on(&mut self, superior: Superior, now: DateTime<Utc>) -> Answer {
        required(&superior.number, "number", "来文号")?;
        self.open_to(Verb::RecordSuperior)?;
        if self.course.superior.as_ref() == Some(&superior) {
            return Ok(Outcome::Already);
        }
        if superior
            .due_at
            .is_some_and(|due| due <= self.registration.received_at)
        {
            return Err(Refusal::Wrong {
                field: "due_at",
                sentence: "来文规定的期限不能早于收到投诉的时间,请核对来文".to_owned(),
            });
        }
        self.course.superior = Some(superior);
        self.course.reported_at = None;
        Ok(self.happens(CourseEvent::TransferredIn, now))
    }

    /// Takes note of the written report to senior management and the superior.
    pub fn report(&mut self, report: &str, letter: &str, now: DateTime<Utc>) -> Answer {
        required(report, "report", "处理结果报告")?;
        required(letter, "letter_number", "上报文号或报送证明")?;
        self.open_to(Verb::ReportToSuperior)?;
        self.course.superior.as_ref().ok_or(Refusal::NoSuperior)?;
        if self.course.reported_at.is_some() {
            return Ok(Outcome::Already);
        }
        self.course.reported_at = Some(now);
        Ok(self.happens(CourseEvent::SuperiorReported, now))
    }

    /// Hands it to the department that is responsible for criminal cases or for personnel (guideline art. 10); the
    /// complainant is told where it went.
    pub fn transfer_out(
        &mut self,
        id: Uuid,
        matter: Matter,
        to_unit: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(reason, "reason", "移交的理由")?;
        let to_unit = required(to_unit, "to_unit_code", "接收部门")?;
        if self.state == State::Transferred
            && self
                .course
                .transfer
                .as_ref()
                .is_some_and(|given| (given.matter, given.to_unit.as_str()) == (matter, to_unit))
        {
            return Ok(Outcome::Already);
        }
        self.open_to(Verb::TransferOut)?;
        self.level_is_right()?;
        Ok(self.hand_over(id, matter, to_unit.to_owned(), now))
    }

    /// Sends a complaint that skipped a level to the reception of its union (guideline art. 20).
    pub fn refer(&mut self, id: Uuid, to_unit: &str, now: DateTime<Utc>) -> Answer {
        let skipped = self.course.skipped.as_ref().ok_or(Refusal::SkipsNoLevel)?;
        match skipped.level {
            Level::Referred => return Ok(Outcome::Already),
            Level::Admitted => return Err(Refusal::SkipsNoLevel),
            Level::Undecided => {}
        }
        self.open_to(Verb::ReferSkipLevel)?;
        if let Some(skipped) = &mut self.course.skipped {
            skipped.level = Level::Referred;
        }
        Ok(self.hand_over(id, Matter::SkippedLevel, to_unit.to_owned(), now))
    }

    /// Takes a complaint though it skipped a level: its union's case is overdue, or the circumstances are special.
    pub fn admit(&mut self, overdue: &str, circumstances: &str, now: DateTime<Utc>) -> Answer {
        if overdue.trim().is_empty() {
            required(
                circumstances,
                "circumstances",
                "特殊情况的理由,或超期案件的编号",
            )?;
        }
        let skipped = self.course.skipped.as_ref().ok_or(Refusal::SkipsNoLevel)?;
        match skipped.level {
            Level::Admitted => return Ok(Outcome::Already),
            Level::Referred => return Err(Refusal::SkipsNoLevel),
            Level::Undecided => {}
        }
        self.open_to(Verb::AdmitSkipLevel)?;
        if let Some(skipped) = &mut self.course.skipped {
            skipped.level = Level::Admitted;
        }
        let event = CourseEvent::SkipLevelAdmitted(overdue.trim().to_owned());
        Ok(self.happens(event, now))
    }

    /// Takes note of the receipt of the unit that it was handed to.
    pub fn receipt(&mut self, number: &str, now: DateTime<Utc>) -> Answer {
        let number = required(number, "receipt_number", "签收凭证编号")?;
        self.open_to(Verb::ReceiptTransfer)?;
        let given = self.course.transfer.as_mut().ok_or(Refusal::NoReceipt)?;
        if given.receipted_at.is_some() {
            return Err(Refusal::AlreadyReceipted);
        }
        given.receipted_at = Some(now);
        Ok(self.happens(CourseEvent::Receipted(number.to_owned()), now))
    }

    fn hand_over(
        &mut self,
        id: Uuid,
        matter: Matter,
        to_unit: String,
        now: DateTime<Utc>,
    ) -> Outcome {
        self.course.transfer = Some(Transfer {
            id,
            matter,
            to_unit,
            receipted_at: None,
        });
        self.ending = Some(Ending::Transferred);
        self.decision_notified_at.get_or_insert(now);
        self.nothing_waits();
        self.moves_to(
            State::Transferred,
            CaseEvent::Course(CourseEvent::TransferredOut),
            now,
        )
    }

    /// Something happens to it that leaves it where it stands.
    pub(super) fn happens(&mut self, event: CourseEvent, now: DateTime<Utc>) -> Outcome {
        self.moves_to(self.state, CaseEvent::Course(event), now)
    }

    /// Whether it stands where a verb moves it, by the table in `standing`.
    pub(super) fn open_to(&self, verb: Verb) -> Result<(), Refusal> {
        if verb.moves(self.state) {
            Ok(())
        } else {
            Err(Refusal::OutOfOrder {
                verb: verb.words(),
                state: self.state.words(),
            })
        }
    }
}
