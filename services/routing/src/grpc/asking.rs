//! What each command says: its RPC, which case it is about, and what is asked of that.

use prost::Message;
use suda_proto::routing::v1 as api;

use super::parse;
use crate::{actions::command::Command, errors::ActionError};

mod course;

/// A command on the wire.
pub(super) trait Asked: Message {
    /// Its RPC.
    const RPC: &'static str;

    /// The request's id, the case's, and the revision that the caller has seen.
    fn which(&self) -> (&str, &str, u64);

    /// What is asked.
    fn command(self) -> Result<Command, ActionError>;
}

impl Asked for api::SettleOnTheSpotRequest {
    const RPC: &'static str = "SettleOnTheSpot";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::SettleOnTheSpot {
            settlement: self.settlement,
        })
    }
}

impl Asked for api::FileToReceptionRequest {
    const RPC: &'static str = "FileToReception";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::FileToReception {
            reason: self.reason,
        })
    }
}

impl Asked for api::AcceptRequest {
    const RPC: &'static str = "Accept";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Accept {
            opinion: self.opinion,
        })
    }
}

impl Asked for api::AnswerDirectlyRequest {
    const RPC: &'static str = "AnswerDirectly";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::AnswerDirectly {
            answer: parse::answer(self.answer)?,
            telling: parse::telling(self.delivery)?,
        })
    }
}

impl Asked for api::ProposeDeclineRequest {
    const RPC: &'static str = "ProposeDecline";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::ProposeDecline {
            ground: parse::ground(self.ground)?,
            explanation: self.explanation,
            answered_number: self.answered_number,
        })
    }
}

impl Asked for api::ApproveDeclineRequest {
    const RPC: &'static str = "ApproveDecline";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::ApproveDecline {
            remark: self.remark,
        })
    }
}

impl Asked for api::RejectDeclineRequest {
    const RPC: &'static str = "RejectDecline";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::RejectDecline {
            reason: self.reason,
        })
    }
}

impl Asked for api::IssueOrderRequest {
    const RPC: &'static str = "IssueOrder";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::IssueOrder {
            draft: parse::draft(&self)?,
        })
    }
}

impl Asked for api::SignOrderRequest {
    const RPC: &'static str = "SignOrder";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::SignOrder {
            unit: self.unit_code,
        })
    }
}

impl Asked for api::AssignHandlerRequest {
    const RPC: &'static str = "AssignHandler";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::AssignHandler {
            post: self.handler_post,
            person: self.person_id,
        })
    }
}

impl Asked for api::DeclareInterestRequest {
    const RPC: &'static str = "DeclareInterest";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::DeclareInterest {
            interest: self.interest,
        })
    }
}

impl Asked for api::RecordContactRequest {
    const RPC: &'static str = "RecordContact";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::RecordContact {
            at: parse::instant(self.contacted_at.as_ref(), "contacted_at")?,
            manner: parse::manner(self.manner)?,
            summary: self.summary,
        })
    }
}

impl Asked for api::RecordFindingsRequest {
    const RPC: &'static str = "RecordFindings";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::RecordFindings {
            findings: self.findings,
            evidence: self.evidence.into_iter().map(parse::proof).collect(),
        })
    }
}

impl Asked for api::RecordSolutionRequest {
    const RPC: &'static str = "RecordSolution";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::RecordSolution {
            solution: self.solution,
        })
    }
}

impl Asked for api::RecordAnswerRequest {
    const RPC: &'static str = "RecordAnswer";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::RecordAnswer {
            answer: parse::answer(self.answer)?,
            telling: parse::telling(self.delivery)?,
        })
    }
}

impl Asked for api::FileResultRequest {
    const RPC: &'static str = "FileResult";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::FileResult {
            result: self.result,
            rectification: self.rectification,
        })
    }
}

impl Asked for api::ReturnResultRequest {
    const RPC: &'static str = "ReturnResult";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::ReturnResult {
            reasons: self.reasons,
        })
    }
}

impl Asked for api::PassResultRequest {
    const RPC: &'static str = "PassResult";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::PassResult {
            opinion: self.opinion,
        })
    }
}

impl Asked for api::RequestExtensionRequest {
    const RPC: &'static str = "RequestExtension";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        parse::extension(self)
    }
}

impl Asked for api::ApproveExtensionRequest {
    const RPC: &'static str = "ApproveExtension";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::ApproveExtension {
            id: parse::optional_id(&self.extension_id, "extension_id")?,
            remark: self.remark,
        })
    }
}

impl Asked for api::RefuseExtensionRequest {
    const RPC: &'static str = "RefuseExtension";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::RefuseExtension {
            id: parse::optional_id(&self.extension_id, "extension_id")?,
            reason: self.reason,
        })
    }
}

impl Asked for api::WithdrawRequest {
    const RPC: &'static str = "Withdraw";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Withdraw {
            statement: self.statement,
        })
    }
}

impl Asked for api::CloseRequest {
    const RPC: &'static str = "Close";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::Close {
            remark: self.remark,
        })
    }
}

impl Asked for api::UrgeUnitRequest {
    const RPC: &'static str = "UrgeUnit";

    fn which(&self) -> (&str, &str, u64) {
        (&self.request_id, &self.case_id, self.expected_revision)
    }

    fn command(self) -> Result<Command, ActionError> {
        Ok(Command::UrgeUnit {
            message: self.message,
        })
    }
}
