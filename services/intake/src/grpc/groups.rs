//! Requests about groups of similar complaints.

use chassis::grpc::caller;
use suda_proto::intake::v1::{
    GetGroupRequest, GetGroupResponse, ListGroupsRequest, ListGroupsResponse,
    group_service_server::GroupService,
};
use tonic::{Request, Response, Status};

use crate::{actions::grouping, desk::Desk, publications::group_view, wire};

#[tonic::async_trait]
impl GroupService for Desk {
    async fn list_groups(
        &self,
        request: Request<ListGroupsRequest>,
    ) -> Result<Response<ListGroupsResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let rows = grouping::list(self, &caller, &asked.union_code, asked.limit).await?;
        Ok(Response::new(ListGroupsResponse {
            groups: rows.iter().map(group_view).collect(),
        }))
    }

    async fn get_group(
        &self,
        request: Request<GetGroupRequest>,
    ) -> Result<Response<GetGroupResponse>, Status> {
        let caller = caller(&request)?;
        let id = wire::id("group_id", &request.into_inner().group_id)?;
        let (row, complaint_numbers) = grouping::get(self, &caller, id).await?;
        Ok(Response::new(GetGroupResponse {
            group: Some(group_view(&row)),
            complaint_numbers,
        }))
    }
}
