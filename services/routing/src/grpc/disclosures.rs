//! Requests about what goes straight up.

use chassis::{auth::Caller, db::Tx, grpc::caller};
use suda_proto::routing::v1::{self as api, disclosure_service_server::DisclosureService};
use tonic::{Request, Response, Status};

use super::{parse, reading};
use crate::{
    actions::{
        Head,
        disclosures::{self, Accusing, Pursuing, Reporting},
    },
    desk::Desk,
    domain::disclosure::{MajorKind, ReprisalKind},
    errors::ActionError,
    publications::matters::{major_view, reprisal_view, violation_view},
    store::{
        disclosures as kept,
        lists::Seen,
        matters::{self, Wanted},
    },
};

impl Desk {
    async fn does_reprisal(
        &self,
        caller: &Caller,
        head: &Head,
        answer: Option<&str>,
    ) -> Result<Option<api::ReprisalView>, Status> {
        let work = async |tx: &Tx| disclosures::do_reprisal(self, tx, caller, head, answer).await;
        Ok(self.db.transaction(head.rpc, work).await?.reprisal)
    }

    async fn does_violation(
        &self,
        caller: &Caller,
        head: &Head,
        pursuing: &Pursuing,
    ) -> Result<Option<api::ViolationView>, Status> {
        let work =
            async |tx: &Tx| disclosures::do_violation(self, tx, caller, head, pursuing).await;
        Ok(self.db.transaction(head.rpc, work).await?.violation)
    }
}

#[tonic::async_trait]
impl DisclosureService for Desk {
    async fn report_reprisal(
        &self,
        request: Request<api::ReportReprisalRequest>,
    ) -> Result<Response<api::ReportReprisalResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = new("ReportReprisal", &asked, &asked.request_id)?;
        let kind = ReprisalKind::of(asked.kind)
            .ok_or_else(|| ActionError::invalid("kind", "请选择打击报复,或者阻止、干扰投诉"))?;
        let reporting = Reporting {
            case_number: asked.case_number,
            kind,
            account: asked.account,
            evidence: parse::proofs(asked.evidence),
        };
        let work = async |tx: &Tx| {
            disclosures::report_reprisal(self, tx, &caller, &head, &reporting).await
        };
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn acknowledge_reprisal(
        &self,
        request: Request<api::AcknowledgeReprisalRequest>,
    ) -> Result<Response<api::AcknowledgeReprisalResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.reprisal_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("AcknowledgeReprisal", "reprisal_id", &asked, which)?;
        let reprisal = self.does_reprisal(&caller, &head, None).await?;
        Ok(Response::new(api::AcknowledgeReprisalResponse { reprisal }))
    }

    async fn answer_reprisal(
        &self,
        request: Request<api::AnswerReprisalRequest>,
    ) -> Result<Response<api::AnswerReprisalResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.reprisal_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("AnswerReprisal", "reprisal_id", &asked, which)?;
        let reprisal = self
            .does_reprisal(&caller, &head, Some(&asked.answer))
            .await?;
        Ok(Response::new(api::AnswerReprisalResponse { reprisal }))
    }

    async fn list_reprisals(
        &self,
        request: Request<api::ListReprisalsRequest>,
    ) -> Result<Response<api::ListReprisalsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let db = self.db.seen_by(&caller).await;
        let db = &db.map_err(ActionError::from)?;
        let (size, behind) = reading::page(asked.page)?;
        let units = compliance_units(&caller);
        let wanted = wanted(asked.waiting_only, behind, size);
        let mut found = kept::reprisals(db, seen(&caller, &units), &wanted).await?;
        let next_token = reading::next(&mut found, size, |report| (report.reported_at, report.id));
        let mut reprisals = Vec::new();
        for report in found {
            let history = matters::history(db, report.id)
                .await
                .map_err(ActionError::from)?;
            reprisals.push(api::Reprisal {
                view: Some(reprisal_view(&report)),
                case_number: report.case_number,
                history: history.into_iter().map(reading::entry).collect(),
            });
        }
        Ok(Response::new(api::ListReprisalsResponse {
            reprisals,
            next_token,
        }))
    }

    async fn report_violation(
        &self,
        request: Request<api::ReportViolationRequest>,
    ) -> Result<Response<api::ReportViolationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = new("ReportViolation", &asked, &asked.request_id)?;
        let accusing = Accusing {
            case_number: asked.case_number,
            unit: asked.unit_code,
            person: asked.person_id,
            account: asked.account,
            evidence: parse::proofs(asked.evidence),
        };
        let work = async |tx: &Tx| {
            disclosures::report_violation(self, tx, &caller, &head, &accusing).await
        };
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn transfer_violation(
        &self,
        request: Request<api::TransferViolationRequest>,
    ) -> Result<Response<api::TransferViolationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.violation_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("TransferViolation", "violation_id", &asked, which)?;
        let pursuing = Pursuing::Transfer(asked.to_unit_code, asked.reason);
        let violation = self.does_violation(&caller, &head, &pursuing).await?;
        Ok(Response::new(api::TransferViolationResponse { violation }))
    }

    async fn record_violation_receipt(
        &self,
        request: Request<api::RecordViolationReceiptRequest>,
    ) -> Result<Response<api::RecordViolationReceiptResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.violation_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("RecordViolationReceipt", "violation_id", &asked, which)?;
        let pursuing = Pursuing::Receive(asked.receipt_number, asked.note);
        let violation = self.does_violation(&caller, &head, &pursuing).await?;
        Ok(Response::new(api::RecordViolationReceiptResponse {
            violation,
        }))
    }

    async fn list_violations(
        &self,
        request: Request<api::ListViolationsRequest>,
    ) -> Result<Response<api::ListViolationsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let db = self.db.seen_by(&caller).await;
        let db = &db.map_err(ActionError::from)?;
        let (size, behind) = reading::page(asked.page)?;
        let units: Vec<String> = caller.posts.iter().map(|post| post.unit.clone()).collect();
        let wanted = wanted(asked.waiting_only, behind, size);
        let mut found = kept::violations(db, seen(&caller, &units), &wanted).await?;
        let next_token = reading::next(&mut found, size, |report| (report.reported_at, report.id));
        let mut violations = Vec::new();
        for report in found {
            let history = matters::history(db, report.id)
                .await
                .map_err(ActionError::from)?;
            violations.push(api::Violation {
                view: Some(violation_view(&report)),
                case_number: report.case_number,
                concerned_unit_code: report.concerned_unit,
                concerned_person_id: report.concerned_person,
                receipt_number: report.receipt.map(|(number, _)| number).unwrap_or_default(),
                history: history.into_iter().map(reading::entry).collect(),
            });
        }
        Ok(Response::new(api::ListViolationsResponse {
            violations,
            next_token,
        }))
    }

    async fn report_major(
        &self,
        request: Request<api::ReportMajorRequest>,
    ) -> Result<Response<api::ReportMajorResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.case_id.as_str(), 0);
        let head = parse::head("ReportMajor", "case_id", &asked, which)?;
        let kind = MajorKind::of(asked.kind)
            .ok_or_else(|| ActionError::invalid("kind", "请选择重大或紧急"))?;
        let known_at = parse::instant(asked.known_at.as_ref(), "known_at")?;
        let what = (kind, known_at, asked.circumstances.as_str());
        let work = async |tx: &Tx| disclosures::report_major(self, tx, &caller, &head, what).await;
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn list_majors(
        &self,
        request: Request<api::ListMajorsRequest>,
    ) -> Result<Response<api::ListMajorsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let (size, behind) = reading::page(asked.page)?;
        let wanted = Wanted {
            union: asked.union_code,
            case_id: parse::optional_id(&asked.case_id, "case_id")?,
            ..wanted(false, behind, size)
        };
        let (unions, units) = reading::sight(&caller);
        let seen = reading::seen(&caller, &unions, &units);
        let db = self.db.seen_by(&caller).await;
        let db = &db.map_err(ActionError::from)?;
        let mut found = kept::majors(db, seen, &wanted).await?;
        let next_token = reading::next(&mut found, size, |major| (major.reported_at, major.id));
        Ok(Response::new(api::ListMajorsResponse {
            majors: found.iter().map(major_view).collect(),
            next_token,
        }))
    }
}

/// A request that makes something new has no id but its own.
fn new(
    rpc: &'static str,
    asked: &impl prost::Message,
    request_id: &str,
) -> Result<Head, ActionError> {
    parse::head(rpc, "request_id", asked, (request_id, request_id, 0))
}

fn wanted(waiting: bool, behind: Option<reading::Place>, size: u32) -> Wanted {
    Wanted {
        waiting,
        behind,
        size: i64::from(size) + 1,
        ..Wanted::default()
    }
}

/// The units in which the caller is an officer of the compliance department.
fn compliance_units(caller: &Caller) -> Vec<String> {
    let officers = ["compliance_officer", "compliance_head"];
    let posts = caller.posts.iter();
    posts
        .filter(|post| officers.contains(&post.role.as_str()))
        .map(|post| post.unit.clone())
        .collect()
}

/// Sight of what is bounded by department and person, and by no union.
fn seen<'a>(caller: &'a Caller, units: &'a [String]) -> Seen<'a> {
    Seen {
        unions: None,
        units: Some(units),
        person: &caller.person_id,
    }
}
