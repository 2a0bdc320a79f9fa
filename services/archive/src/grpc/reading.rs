//! Who read what of the archive, for those who audit.

use chassis::{
    auth::Caller,
    grpc::{caller, instant, timestamp},
};
use suda_proto::archive::v1::{
    Access, ListAccessRequest, ListAccessResponse, access_log_service_server::AccessLogService,
};
use tonic::{Request, Response, Status};

use super::{bad_token, named_union, next, page, scope, search_place, some};
use crate::{desk::Desk, errors::ActionError, store::access};

impl Desk {
    async fn answer_access(
        &self,
        caller: &Caller,
        asked: ListAccessRequest,
    ) -> Result<ListAccessResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let after = match some(token) {
            None => None,
            Some(token) => Some(search_place(&token).ok_or_else(bad_token)?),
        };
        let union = named_union(caller, asked.union_code)?;
        let wanted = access::Wanted {
            union: union.clone(),
            person_id: some(asked.person_id),
            rpc: some(asked.rpc),
            from: asked.from.as_ref().and_then(instant),
            until: asked.until.as_ref().and_then(instant),
            after,
            limit: size,
        };
        // Whoever reads the log stands in it.
        self.note(caller, "ListAccess", "", "", &union.unwrap_or_default())
            .await?;
        let seen = self.db.seen_by(caller).await?;
        let rows = access::list(&seen, &scope(caller), &wanted).await?;
        let next_token = next(&rows, size, |row| {
            format!("{}.{}", row.at.timestamp_micros(), row.id)
        });
        let accesses = rows.into_iter().map(|row| Access {
            access_id: row.id.to_string(),
            at: Some(timestamp(row.at)),
            person_id: row.person_id,
            post: row.post,
            rpc: row.rpc,
            what: row.what,
            reason: row.reason,
            union_code: row.union_code,
        });
        Ok(ListAccessResponse {
            accesses: accesses.collect(),
            next_token,
        })
    }
}

#[tonic::async_trait]
impl AccessLogService for Desk {
    async fn list_access(
        &self,
        request: Request<ListAccessRequest>,
    ) -> Result<Response<ListAccessResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_access(&caller, request.into_inner()).await?,
        ))
    }
}
