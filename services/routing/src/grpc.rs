//! Requests in: parse, act, answer.

use chassis::{auth::Caller, db::Tx, grpc::caller};
use suda_proto::routing::v1::{self as api, routing_service_server::RoutingService};
use tonic::{Request, Response, Status};

use crate::{
    actions::{
        self, Done, Head,
        items::{self, Doing, Recorded},
    },
    desk::Desk,
    errors::ActionError,
};

mod accountability;
mod appeals;
mod asking;
mod course;
mod disclosures;
mod documents;
mod panels;
mod parse;
mod printing;
mod reading;
mod rectifications;
mod suggesting;

use asking::Asked;

impl Desk {
    /// Moves a case, once, in a transaction of its own.
    async fn moves<Q: Asked>(&self, request: Request<Q>) -> Result<Done, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = parse::head(Q::RPC, "case_id", &asked, asked.which())?;
        let command = asked.command()?;
        let work = async |tx: &Tx| actions::perform(self, tx, &caller, &head, &command).await;
        // A refusal that is on record was committed with the record.
        Ok(self
            .db
            .transaction(Q::RPC, work)
            .await
            .and_then(|kept| kept)?)
    }

    /// Acknowledges or answers an escalation item.
    async fn does(
        &self,
        caller: &Caller,
        head: &Head,
        doing: &Doing,
    ) -> Result<api::AnswerEscalationResponse, ActionError> {
        let work = async |tx: &Tx| items::do_escalation(self, tx, caller, head, doing).await;
        self.db.transaction(head.rpc, work).await
    }
}

#[tonic::async_trait]
impl RoutingService for Desk {
    async fn settle_on_the_spot(
        &self,
        request: Request<api::SettleOnTheSpotRequest>,
    ) -> Result<Response<api::SettleOnTheSpotResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::SettleOnTheSpotResponse { case }))
    }

    async fn file_to_reception(
        &self,
        request: Request<api::FileToReceptionRequest>,
    ) -> Result<Response<api::FileToReceptionResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::FileToReceptionResponse { case }))
    }

    async fn accept(
        &self,
        request: Request<api::AcceptRequest>,
    ) -> Result<Response<api::AcceptResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::AcceptResponse { case }))
    }

    async fn answer_directly(
        &self,
        request: Request<api::AnswerDirectlyRequest>,
    ) -> Result<Response<api::AnswerDirectlyResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::AnswerDirectlyResponse { case }))
    }

    async fn propose_decline(
        &self,
        request: Request<api::ProposeDeclineRequest>,
    ) -> Result<Response<api::ProposeDeclineResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::ProposeDeclineResponse { case }))
    }

    async fn approve_decline(
        &self,
        request: Request<api::ApproveDeclineRequest>,
    ) -> Result<Response<api::ApproveDeclineResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::ApproveDeclineResponse { case }))
    }

    async fn reject_decline(
        &self,
        request: Request<api::RejectDeclineRequest>,
    ) -> Result<Response<api::RejectDeclineResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RejectDeclineResponse { case }))
    }

    async fn issue_order(
        &self,
        request: Request<api::IssueOrderRequest>,
    ) -> Result<Response<api::IssueOrderResponse>, Status> {
        let Done {
            case,
            extension_id: order_id,
        } = self.moves(request).await?;
        Ok(Response::new(api::IssueOrderResponse { case, order_id }))
    }

    async fn sign_order(
        &self,
        request: Request<api::SignOrderRequest>,
    ) -> Result<Response<api::SignOrderResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::SignOrderResponse { case }))
    }

    async fn assign_handler(
        &self,
        request: Request<api::AssignHandlerRequest>,
    ) -> Result<Response<api::AssignHandlerResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::AssignHandlerResponse { case }))
    }

    async fn declare_interest(
        &self,
        request: Request<api::DeclareInterestRequest>,
    ) -> Result<Response<api::DeclareInterestResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::DeclareInterestResponse { case }))
    }

    async fn record_contact(
        &self,
        request: Request<api::RecordContactRequest>,
    ) -> Result<Response<api::RecordContactResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RecordContactResponse { case }))
    }

    async fn record_findings(
        &self,
        request: Request<api::RecordFindingsRequest>,
    ) -> Result<Response<api::RecordFindingsResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RecordFindingsResponse { case }))
    }

    async fn record_solution(
        &self,
        request: Request<api::RecordSolutionRequest>,
    ) -> Result<Response<api::RecordSolutionResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RecordSolutionResponse { case }))
    }

    async fn record_answer(
        &self,
        request: Request<api::RecordAnswerRequest>,
    ) -> Result<Response<api::RecordAnswerResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RecordAnswerResponse { case }))
    }

    async fn file_result(
        &self,
        request: Request<api::FileResultRequest>,
    ) -> Result<Response<api::FileResultResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::FileResultResponse { case }))
    }

    async fn return_result(
        &self,
        request: Request<api::ReturnResultRequest>,
    ) -> Result<Response<api::ReturnResultResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::ReturnResultResponse { case }))
    }

    async fn pass_result(
        &self,
        request: Request<api::PassResultRequest>,
    ) -> Result<Response<api::PassResultResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::PassResultResponse { case }))
    }

    async fn request_extension(
        &self,
        request: Request<api::RequestExtensionRequest>,
    ) -> Result<Response<api::RequestExtensionResponse>, Status> {
        Ok(Response::new(self.moves(request).await?))
    }

    async fn approve_extension(
        &self,
        request: Request<api::ApproveExtensionRequest>,
    ) -> Result<Response<api::ApproveExtensionResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::ApproveExtensionResponse { case }))
    }

    async fn refuse_extension(
        &self,
        request: Request<api::RefuseExtensionRequest>,
    ) -> Result<Response<api::RefuseExtensionResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RefuseExtensionResponse { case }))
    }

    async fn withdraw(
        &self,
        request: Request<api::WithdrawRequest>,
    ) -> Result<Response<api::WithdrawResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::WithdrawResponse { case }))
    }

    async fn close(
        &self,
        request: Request<api::CloseRequest>,
    ) -> Result<Response<api::CloseResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::CloseResponse { case }))
    }

    async fn urge_unit(
        &self,
        request: Request<api::UrgeUnitRequest>,
    ) -> Result<Response<api::UrgeUnitResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::UrgeUnitResponse { case }))
    }

    async fn get_case(
        &self,
        request: Request<api::GetCaseRequest>,
    ) -> Result<Response<api::GetCaseResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            reading::get_case(self, &caller, asked).await?,
        ))
    }

    async fn list_cases(
        &self,
        request: Request<api::ListCasesRequest>,
    ) -> Result<Response<api::ListCasesResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            reading::list_cases(self, &caller, asked).await?,
        ))
    }

    async fn list_queue(
        &self,
        request: Request<api::ListQueueRequest>,
    ) -> Result<Response<api::ListQueueResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            reading::list_queue(self, &caller, asked).await?,
        ))
    }

    async fn list_escalations(
        &self,
        request: Request<api::ListEscalationsRequest>,
    ) -> Result<Response<api::ListEscalationsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            reading::list_escalations(self, &caller, asked).await?,
        ))
    }

    async fn get_notice(
        &self,
        request: Request<api::GetNoticeRequest>,
    ) -> Result<Response<api::GetNoticeResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            reading::get_notice(self, &caller, asked).await?,
        ))
    }

    async fn list_notices(
        &self,
        request: Request<api::ListNoticesRequest>,
    ) -> Result<Response<api::ListNoticesResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            reading::list_notices(self, &caller, asked).await?,
        ))
    }

    async fn acknowledge_escalation(
        &self,
        request: Request<api::AcknowledgeEscalationRequest>,
    ) -> Result<Response<api::AcknowledgeEscalationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.escalation_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("AcknowledgeEscalation", "escalation_id", &asked, which)?;
        let escalation = self
            .does(&caller, &head, &Doing::Acknowledge)
            .await?
            .escalation;
        Ok(Response::new(api::AcknowledgeEscalationResponse {
            escalation,
        }))
    }

    async fn answer_escalation(
        &self,
        request: Request<api::AnswerEscalationRequest>,
    ) -> Result<Response<api::AnswerEscalationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.escalation_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("AnswerEscalation", "escalation_id", &asked, which)?;
        Ok(Response::new(
            self.does(&caller, &head, &Doing::Answer(asked.answer))
                .await?,
        ))
    }

    async fn record_notice_delivery(
        &self,
        request: Request<api::RecordNoticeDeliveryRequest>,
    ) -> Result<Response<api::RecordNoticeDeliveryResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.notice_id.as_str(), 0);
        let head = parse::head("RecordNoticeDelivery", "notice_id", &asked, which)?;
        let recorded = Recorded {
            telling: parse::telling(asked.delivery)?,
            delivered: asked.delivered,
        };
        let work =
            async |tx: &Tx| items::record_delivery(self, tx, &caller, &head, &recorded).await;
        let notice = self.db.transaction(head.rpc, work).await?;
        Ok(Response::new(api::RecordNoticeDeliveryResponse {
            notice: Some(reading::notice(notice, false)),
        }))
    }
}
