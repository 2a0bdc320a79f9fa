//! The vault's door: finding a person's complaints, erasing a person's data, who looked.

use chassis::grpc::{caller, timestamp};
use chrono::DateTime;
use suda_proto::intake::v1::{
    Access, EraseIdentityRequest, EraseIdentityResponse, FindByIdentityRequest,
    FindByIdentityResponse, IdentityKind, ListAccessRequest, ListAccessResponse,
    vault_service_server::VaultService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::narrowed;
use crate::{
    actions::erasing::{self, Ask, Known},
    desk::Desk,
    domain::erasure::Ground,
    errors::ActionError,
    publications::view,
    store::{self, erasing::Wanted},
    wire,
};

/// How many looks a part has, when the caller does not say, and at most.
const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 500;

#[tonic::async_trait]
impl VaultService for Desk {
    async fn find_by_identity(
        &self,
        request: Request<FindByIdentityRequest>,
    ) -> Result<Response<FindByIdentityResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.get_ref();
        let known = match asked.kind() {
            IdentityKind::Name => Known::Name,
            IdentityKind::Phone => Known::Phone,
            IdentityKind::Email => Known::Email,
            IdentityKind::Openid => Known::Openid,
            IdentityKind::IdNumber => Known::IdNumber,
            IdentityKind::Unspecified => {
                let sentence = "请选择按姓名、电话、邮箱、微信标识或证件号码查询".to_owned();
                return Err(ActionError::Invalid("kind", sentence).into());
            }
        };
        let found = erasing::find(self, &caller, known, &asked.value, &asked.reason).await?;
        Ok(Response::new(FindByIdentityResponse {
            complaints: found.iter().map(view).collect(),
        }))
    }

    async fn erase_identity(
        &self,
        request: Request<EraseIdentityRequest>,
    ) -> Result<Response<EraseIdentityResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.get_ref();
        let ask = Ask {
            arrival: wire::arrival("EraseIdentity", &asked.request_id, asked, None)?,
            complaint: wire::id("complaint_id", &asked.complaint_id)?,
            ground: wire::chosen("ground", asked.ground, Ground::from_number)?,
            reference: &asked.reference,
            reason: &asked.reason,
        };
        let (row, erasure_id) = erasing::erase(self, &caller, ask).await?;
        Ok(Response::new(EraseIdentityResponse {
            complaint: Some(view(&row)),
            erasure_id: erasure_id.to_string(),
        }))
    }

    async fn list_access(
        &self,
        request: Request<ListAccessRequest>,
    ) -> Result<Response<ListAccessResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let (size, token) = asked
            .page
            .map_or((0, String::new()), |page| (page.size, page.token));
        let size = if size == 0 {
            PAGE
        } else {
            size.min(LONGEST_PAGE)
        };
        let place = |token: &str| {
            let (micros, place) = token.split_once('.')?;
            let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
            Some((at, place.to_owned()))
        };
        let after = if token.is_empty() {
            None
        } else {
            let sentence = "翻页标记无效,请从第一页重新查询".to_owned();
            Some(place(&token).ok_or(ActionError::Invalid("page.token", sentence))?)
        };
        let some = |text: String| (!text.is_empty()).then_some(text);
        let wanted = Wanted {
            unions: narrowed(&caller, asked.union_code),
            number: some(asked.number),
            person_id: some(asked.person_id),
            identity_only: asked.identity_only,
            after,
            limit: i64::from(size),
        };
        // Whoever reads the log stands in it.
        let post = caller.posts.first().map_or("", |post| post.code.as_str());
        let by = (caller.person_id.as_str(), post);
        let now = self.clock.now();
        store::logs::looked(
            self.db.reader(),
            "ListAccess",
            Uuid::nil(),
            by,
            "审计查阅",
            now,
        )
        .await
        .map_err(ActionError::from)?;
        let seen = self.db.seen_by(&caller).await;
        let seen = seen.map_err(ActionError::from)?;
        let looks = store::erasing::looks(&seen, &wanted)
            .await
            .map_err(ActionError::from)?;
        let full = looks.len() >= usize::try_from(size).unwrap_or(usize::MAX);
        let next_token = looks
            .last()
            .filter(|_| full)
            .map(|look| format!("{}.{}", look.at.timestamp_micros(), look.place))
            .unwrap_or_default();
        let accesses = looks.into_iter().map(|look| Access {
            at: Some(timestamp(look.at)),
            person_id: look.person_id,
            post: look.post,
            rpc: look.rpc,
            number: look.number,
            purpose: look.purpose,
            union_code: look.union_code,
        });
        Ok(Response::new(ListAccessResponse {
            accesses: accesses.collect(),
            next_token,
        }))
    }
}
