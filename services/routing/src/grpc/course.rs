//! Requests about what happens to a case beyond the ordinary course.

use chassis::{auth::Caller, grpc::caller};
use suda_proto::routing::v1::{self as api, course_service_server::CourseService};
use tonic::{Request, Response, Status};

use super::{Done, parse};
use crate::{
    actions::{course as acting, sees},
    desk::Desk,
    domain::case::Case,
    errors::ActionError,
    publications::{self, stamp},
    store::{self, afterwards, course},
};

#[tonic::async_trait]
impl CourseService for Desk {
    async fn record_superior(
        &self,
        request: Request<api::RecordSuperiorRequest>,
    ) -> Result<Response<api::RecordSuperiorResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RecordSuperiorResponse { case }))
    }

    async fn report_to_superior(
        &self,
        request: Request<api::ReportToSuperiorRequest>,
    ) -> Result<Response<api::ReportToSuperiorResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::ReportToSuperiorResponse { case }))
    }

    async fn transfer_out(
        &self,
        request: Request<api::TransferOutRequest>,
    ) -> Result<Response<api::TransferOutResponse>, Status> {
        let Done {
            case,
            extension_id: transfer_id,
        } = self.moves(request).await?;
        Ok(Response::new(api::TransferOutResponse {
            case,
            transfer_id,
        }))
    }

    async fn receipt_transfer(
        &self,
        request: Request<api::ReceiptTransferRequest>,
    ) -> Result<Response<api::ReceiptTransferResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::ReceiptTransferResponse { case }))
    }

    async fn request_bounce(
        &self,
        request: Request<api::RequestBounceRequest>,
    ) -> Result<Response<api::RequestBounceResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RequestBounceResponse { case }))
    }

    async fn rule_bounce(
        &self,
        request: Request<api::RuleBounceRequest>,
    ) -> Result<Response<api::RuleBounceResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RuleBounceResponse { case }))
    }

    async fn join_case(
        &self,
        request: Request<api::JoinCaseRequest>,
    ) -> Result<Response<api::JoinCaseResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::JoinCaseResponse { case }))
    }

    async fn restart_period(
        &self,
        request: Request<api::RestartPeriodRequest>,
    ) -> Result<Response<api::RestartPeriodResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::RestartPeriodResponse { case }))
    }

    async fn begin_pause(
        &self,
        request: Request<api::BeginPauseRequest>,
    ) -> Result<Response<api::BeginPauseResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::BeginPauseResponse { case }))
    }

    async fn end_pause(
        &self,
        request: Request<api::EndPauseRequest>,
    ) -> Result<Response<api::EndPauseResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::EndPauseResponse { case }))
    }

    async fn follow_up(
        &self,
        request: Request<api::FollowUpRequest>,
    ) -> Result<Response<api::FollowUpResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::FollowUpResponse { case }))
    }

    async fn form_group(
        &self,
        request: Request<api::FormGroupRequest>,
    ) -> Result<Response<api::FormGroupResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::FormGroupResponse { case }))
    }

    async fn admit_skip_level(
        &self,
        request: Request<api::AdmitSkipLevelRequest>,
    ) -> Result<Response<api::AdmitSkipLevelResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::AdmitSkipLevelResponse { case }))
    }

    async fn refer_skip_level(
        &self,
        request: Request<api::ReferSkipLevelRequest>,
    ) -> Result<Response<api::ReferSkipLevelResponse>, Status> {
        let Done {
            case,
            extension_id: transfer_id,
        } = self.moves(request).await?;
        Ok(Response::new(api::ReferSkipLevelResponse {
            case,
            transfer_id,
        }))
    }

    async fn note_relation(
        &self,
        request: Request<api::NoteRelationRequest>,
    ) -> Result<Response<api::NoteRelationResponse>, Status> {
        let case = self.moves(request).await?.case;
        Ok(Response::new(api::NoteRelationResponse { case }))
    }

    async fn show_proper_place(
        &self,
        request: Request<api::ShowProperPlaceRequest>,
    ) -> Result<Response<api::ShowProperPlaceResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            proper_place(self, &caller, &asked.case_id).await?,
        ))
    }

    async fn get_course(
        &self,
        request: Request<api::GetCourseRequest>,
    ) -> Result<Response<api::GetCourseResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(
            course_of(self, &caller, &asked.case_id).await?,
        ))
    }
}

async fn seen(desk: &Desk, caller: &Caller, case_id: &str) -> Result<Case, ActionError> {
    let id = parse::id_of(case_id, "case_id")?;
    let db = &desk.db.seen_by(caller).await?;
    store::find(db, id)
        .await?
        .filter(|case| sees(caller, case))
        .ok_or(ActionError::NoCase)
}

/// Where a case belongs that skipped a level.
async fn proper_place(
    desk: &Desk,
    caller: &Caller,
    case_id: &str,
) -> Result<api::ShowProperPlaceResponse, ActionError> {
    let case = seen(desk, caller, case_id).await?;
    let (Some(skipped), Some(place)) = (
        &case.course.skipped,
        acting::proper_place(desk.db.reader(), &case).await?,
    ) else {
        return Ok(api::ShowProperPlaceResponse::default());
    };
    Ok(api::ShowProperPlaceResponse {
        skipped_level: skipped.level as i32,
        sentence: format!("应先向{}提出(指引第二十条)", place.words()),
        unit_code: place.unit_code,
        unit_name: place.unit_name,
        post_name: place.post_name,
        hotline: place.hotline,
    })
}

/// What happened to a case beyond the ordinary course.
async fn course_of(
    desk: &Desk,
    caller: &Caller,
    case_id: &str,
) -> Result<api::GetCourseResponse, ActionError> {
    let case = seen(desk, caller, case_id).await?;
    let (db, id) = (&desk.db.seen_by(caller).await?, case.id);
    let joined = course::joined_to(db, id, false).await?;
    Ok(api::GetCourseResponse {
        case: Some(publications::view(&case)),
        transfer: course::transfer(db, id).await?.map(transfer),
        bounces: course::bounces(db, id)
            .await?
            .into_iter()
            .map(bounce)
            .collect(),
        pauses: course::pauses(db, id)
            .await?
            .into_iter()
            .map(pause)
            .collect(),
        joined: joined
            .iter()
            .filter(|case| sees(caller, case))
            .map(publications::view)
            .collect(),
        group: afterwards::group(db, id).await?.map(group),
        follow_ups: afterwards::follow_ups(db, id)
            .await?
            .into_iter()
            .map(follow_up)
            .collect(),
    })
}

fn transfer(row: course::TransferRow) -> api::Transfer {
    api::Transfer {
        transfer_id: row.transfer_id.to_string(),
        matter: course::number(&row.matter),
        to_unit_code: row.to_unit_code,
        to_unit_name: row.to_unit_name,
        reason: row.reason,
        transferred_at: Some(stamp(row.transferred_at)),
        transferred_by_post: row.transferred_by_post,
        receipted_at: row.receipted_at.map(stamp),
        receipted_by_post: row.receipted_by_post.unwrap_or_default(),
        receipt_number: row.receipt_number.unwrap_or_default(),
    }
}

fn bounce(row: course::BounceRow) -> api::Bounce {
    api::Bounce {
        unit_code: row.unit_code,
        basis: row.basis,
        asked_by_post: row.asked_by_post,
        asked_at: Some(stamp(row.asked_at)),
        ruling: row.ruling,
        reason: row.reason,
        ruled_by_post: row.ruled_by_post.unwrap_or_default(),
        ruled_at: row.ruled_at.map(stamp),
        new_unit_code: row.new_unit_code,
    }
}

fn pause(row: course::PauseRow) -> api::Pause {
    api::Pause {
        ground: course::number(&row.ground),
        basis: row.basis,
        began_at: Some(stamp(row.began_at)),
        ended_at: row.ended_at.map(stamp),
    }
}

fn group(row: afterwards::GroupRow) -> api::Group {
    api::Group {
        unit_codes: row.unit_codes,
        member_posts: row.member_posts,
        task: row.task,
        formed_at: Some(stamp(row.formed_at)),
        formed_by_post: row.formed_by_post,
    }
}

fn follow_up(row: afterwards::FollowUpRow) -> api::FollowUpEntry {
    api::FollowUpEntry {
        satisfaction: course::number(&row.satisfaction),
        remark: row.remark,
        called_at: Some(stamp(row.called_at)),
        called_by_post: row.called_by_post,
    }
}
