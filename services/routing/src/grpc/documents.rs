//! Requests for official papers.

use chassis::grpc::caller;
use suda_proto::routing::v1::{self as api, document_service_server::DocumentService};
use tonic::{Request, Response, Status};

use super::printing;
use crate::desk::Desk;

#[tonic::async_trait]
impl DocumentService for Desk {
    async fn render_document(
        &self,
        request: Request<api::RenderDocumentRequest>,
    ) -> Result<Response<api::RenderDocumentResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(printing::render(self, &caller, asked).await?))
    }

    async fn list_prints(
        &self,
        request: Request<api::ListPrintsRequest>,
    ) -> Result<Response<api::ListPrintsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(printing::list(self, &caller, asked).await?))
    }
}
