//! The same for what happens beyond the ordinary course.

use suda_proto::routing::v1 as api;

use super::{super::parse, Asked};
use crate::{
    actions::command::{Command, CourseCommand},
    domain::case::course::{Matter, Superior},
    errors::ActionError,
    store::course,
};

impl Asked for api::RecordSuperiorRequest {
    const RPC: &'static str = "RecordSuperior";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::RecordSuperior {
            superior: Superior {
                number: self.number.trim().to_owned(),
                kind: course::kind_of(self.kind)
                    .ok_or_else(|| ActionError::invalid("kind", "请选择来文单位的类别"))?,
                due_at: parse::instant(self.due_at.as_ref(), "due_at")?,
            },
            received_at: parse::instant(self.received_at.as_ref(), "received_at")?,
        }))
    }
}

impl Asked for api::ReportToSuperiorRequest {
    const RPC: &'static str = "ReportToSuperior";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::ReportToSuperior {
            report: self.report,
            letter: self.letter_number,
        }))
    }
}

impl Asked for api::TransferOutRequest {
    const RPC: &'static str = "TransferOut";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        let matter = course::matter_of(self.matter)
            .filter(|matter| *matter != Matter::SkippedLevel)
            .ok_or_else(|| ActionError::invalid("matter", "请选择移交事由:案件或人事"))?;
        Ok(Command::Course(CourseCommand::TransferOut {
            matter,
            to_unit: self.to_unit_code,
            reason: self.reason,
        }))
    }
}

impl Asked for api::ReceiptTransferRequest {
    const RPC: &'static str = "ReceiptTransfer";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::ReceiptTransfer {
            number: self.receipt_number,
            remark: self.remark,
        }))
    }
}

impl Asked for api::RequestBounceRequest {
    const RPC: &'static str = "RequestBounce";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::RequestBounce {
            unit: self.unit_code,
            basis: self.basis,
        }))
    }
}

impl Asked for api::RuleBounceRequest {
    const RPC: &'static str = "RuleBounce";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::RuleBounce {
            uphold: self.uphold,
            reason: self.reason,
            new_unit: self.new_unit_code,
        }))
    }
}

impl Asked for api::JoinCaseRequest {
    const RPC: &'static str = "JoinCase";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::JoinCase {
            lead: parse::optional_id(&self.lead_case_id, "lead_case_id")?,
            lead_number: self.lead_number,
            reason: self.reason,
        }))
    }
}

impl Asked for api::RestartPeriodRequest {
    const RPC: &'static str = "RestartPeriod";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        let received_at = parse::instant(self.received_at.as_ref(), "received_at")?;
        Ok(Command::Course(CourseCommand::RestartPeriod {
            received_at: received_at
                .ok_or_else(|| ActionError::invalid("received_at", "请填写收到新材料的时间"))?,
            reason: self.reason,
        }))
    }
}

impl Asked for api::BeginPauseRequest {
    const RPC: &'static str = "BeginPause";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::BeginPause {
            ground: course::ground_of(self.ground).ok_or_else(|| {
                ActionError::invalid("ground", "请选择中止事由:鉴定检测评估,或调解")
            })?,
            basis: self.basis,
        }))
    }
}

impl Asked for api::EndPauseRequest {
    const RPC: &'static str = "EndPause";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::EndPause {
            remark: self.remark,
        }))
    }
}

impl Asked for api::FollowUpRequest {
    const RPC: &'static str = "FollowUp";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::FollowUp {
            satisfaction: course::heard_of(self.satisfaction)
                .ok_or_else(|| ActionError::invalid("satisfaction", "请选择回访结果"))?,
            remark: self.remark,
            called_at: parse::instant(self.called_at.as_ref(), "called_at")?,
        }))
    }
}

impl Asked for api::FormGroupRequest {
    const RPC: &'static str = "FormGroup";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::FormGroup {
            units: self.unit_codes,
            members: self.member_posts,
            task: self.task,
        }))
    }
}

impl Asked for api::AdmitSkipLevelRequest {
    const RPC: &'static str = "AdmitSkipLevel";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::AdmitSkipLevel {
            overdue: self.overdue_number,
            circumstances: self.circumstances,
        }))
    }
}

impl Asked for api::ReferSkipLevelRequest {
    const RPC: &'static str = "ReferSkipLevel";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::ReferSkipLevel {
            reason: self.reason,
        }))
    }
}

impl Asked for api::NoteRelationRequest {
    const RPC: &'static str = "NoteRelation";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Course(CourseCommand::NoteRelation {
            person: self.person_id,
            relation: self.relation,
        }))
    }
}
