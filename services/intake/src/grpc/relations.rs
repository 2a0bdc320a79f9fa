//! Requests about relations between members of staff and complainants.

use chassis::grpc::{caller, timestamp};
use suda_proto::intake::v1::{
    DeclareRelationRequest, DeclareRelationResponse, EndRelationRequest, EndRelationResponse,
    ListRelationsRequest, ListRelationsResponse, Relation,
    relation_service_server::RelationService,
};
use tonic::{Request, Response, Status};

use crate::{
    actions::relating::{self, Declared},
    desk::Desk,
    domain::words::IdType,
    wire,
};

#[tonic::async_trait]
impl RelationService for Desk {
    async fn declare_relation(
        &self,
        request: Request<DeclareRelationRequest>,
    ) -> Result<Response<DeclareRelationResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let arrival = wire::arrival("DeclareRelation", &request.request_id, &request, None)?;
        let declared = Declared {
            arrival,
            relation: request.relation,
            phone: request.phone,
            email: request.email,
            openid: request.openid,
            id_type: wire::word("id_type", request.id_type, IdType::from_number)?,
            id_number: request.id_number,
        };
        let relation_id = relating::declare(self, &caller, declared).await?;
        Ok(Response::new(DeclareRelationResponse {
            relation_id: relation_id.to_string(),
        }))
    }

    async fn end_relation(
        &self,
        request: Request<EndRelationRequest>,
    ) -> Result<Response<EndRelationResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let arrival = wire::arrival("EndRelation", &request.request_id, &request, None)?;
        let id = wire::id("relation_id", &request.relation_id)?;
        relating::end(self, &caller, &arrival, id).await?;
        Ok(Response::new(EndRelationResponse {}))
    }

    async fn list_relations(
        &self,
        request: Request<ListRelationsRequest>,
    ) -> Result<Response<ListRelationsResponse>, Status> {
        let caller = caller(&request)?;
        let rows = relating::own(self, &caller).await?;
        let relations = rows
            .into_iter()
            .map(|row| Relation {
                relation_id: row.id.to_string(),
                relation: row.relation,
                declared_at: Some(timestamp(row.declared_at)),
                ended_at: row.ended_at.map(timestamp),
            })
            .collect();
        Ok(Response::new(ListRelationsResponse { relations }))
    }
}
