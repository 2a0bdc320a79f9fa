//! Requests in: parse, act, answer.

use std::pin::Pin;

use bytes::Bytes;
use chassis::{
    auth::Caller,
    grpc::{caller, timestamp},
};
use futures::{Stream, stream};
use suda_proto::{
    common::v1::Blob,
    intake::v1::{
        AddEvidenceRequest, AddEvidenceResponse, AddMaterialRequest, AddMaterialResponse,
        GetBlobRequest, GetBlobResponse, GetContactRequest, GetContactResponse, GetForFileRequest,
        GetForFileResponse, GetRequest, GetResponse, ListQuarantineRequest, ListQuarantineResponse,
        ListRequest, ListResponse, ProgressRequest, ProgressResponse, PutBlobRequest,
        PutBlobResponse, QuarantineItem, QuarantineRequest, QuarantineResponse, RegisterRequest,
        RegisterResponse, ResolveQuarantineRequest, ResolveQuarantineResponse, RevealRequest,
        RevealResponse, WithdrawRequest, WithdrawResponse, intake_service_server::IntakeService,
        resolve_quarantine_request::Resolution,
    },
};
use tonic::{Request, Response, Status};

use crate::{
    actions::{
        adding::{self, MaterialAsk},
        looking::{self, By},
        quarantining::{self, Aside},
        registering::{self, Ask, Registered},
        scope,
    },
    desk::Desk,
    domain::words::Channel,
    errors::ActionError,
    publications::{outcome, quarantine_view, view},
    store::{self, Place, quarantine::QuarantineRow},
    wire,
};

mod groups;
mod relations;
mod vault;

/// How much of a file goes into one part of an answer.
const PART_BYTES: usize = 256 * 1024;

#[tonic::async_trait]
impl IntakeService for Desk {
    async fn register(
        &self,
        request: Request<RegisterRequest>,
    ) -> Result<Response<RegisterResponse>, Status> {
        let caller = caller(&request)?;
        let ask = register_ask(request.into_inner())?;
        let arrival = ask.arrival.clone();
        let prepared = registering::prepare(self, &caller, ask).await?;
        let registered = registering::register_now(self, &caller, &arrival, prepared).await?;
        Ok(Response::new(registered_answer(&registered)))
    }

    async fn add_evidence(
        &self,
        request: Request<AddEvidenceRequest>,
    ) -> Result<Response<AddEvidenceResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let arrival = wire::arrival("AddEvidence", &request.request_id, &request, None)?;
        let target = adding::target(
            self,
            &caller,
            wire::id("complaint_id", &request.complaint_id)?,
        )
        .await?;
        let given = wire::evidence(request.evidence)?;
        let (row, ids) = adding::add_evidence(self, &target, &arrival, &given).await?;
        let evidence_ids = ids.iter().map(ToString::to_string).collect();
        Ok(Response::new(AddEvidenceResponse {
            complaint: Some(view(&row)),
            evidence_ids,
        }))
    }

    async fn add_material(
        &self,
        request: Request<AddMaterialRequest>,
    ) -> Result<Response<AddMaterialResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let arrival = wire::arrival(
            "AddMaterial",
            &request.request_id,
            &request,
            request.source.as_ref(),
        )?;
        let target = if request.complaint_id.is_empty() {
            adding::target_by_number(self, &caller, &request.number, &request.sender).await?
        } else {
            adding::target(
                self,
                &caller,
                wire::id("complaint_id", &request.complaint_id)?,
            )
            .await?
        };
        let ask = MaterialAsk {
            arrival,
            channel: wire::chosen("channel", request.channel, Channel::from_number)?,
            received_at: wire::instant("received_at", request.received_at.as_ref())?,
            content: request.content,
            new_facts: request.new_facts,
            given: wire::evidence(request.evidence)?,
            source: request.source.map(wire::source),
        };
        let added = adding::add_material(self, &target, ask).await?;
        Ok(Response::new(AddMaterialResponse {
            complaint: Some(view(&added.row)),
            material_id: added.part.to_string(),
            already: added.already,
        }))
    }

    async fn withdraw(
        &self,
        request: Request<WithdrawRequest>,
    ) -> Result<Response<WithdrawResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let arrival = wire::arrival("Withdraw", &request.request_id, &request, None)?;
        let target = adding::target(
            self,
            &caller,
            wire::id("complaint_id", &request.complaint_id)?,
        )
        .await?;
        let received_at = wire::instant("received_at", request.received_at.as_ref())?;
        let given = wire::evidence(request.evidence)?;
        let (row, already) = adding::withdraw(
            self,
            &target,
            &arrival,
            received_at,
            &request.statement,
            &given,
        )
        .await?;
        Ok(Response::new(WithdrawResponse {
            complaint: Some(view(&row)),
            already,
        }))
    }

    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let by = if request.complaint_id.is_empty() {
            By::Number(&request.number)
        } else {
            By::Id(wire::id("complaint_id", &request.complaint_id)?)
        };
        let seen = looking::find(self, &caller, by).await?;
        looking::log(self, "Get", &seen, "").await?;
        Ok(Response::new(GetResponse {
            record: Some(looking::record(self, &seen).await?),
            complainant: Some(looking::masked(&seen)?),
            candidates: looking::candidates(self, &caller, &seen).await?,
        }))
    }

    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (size, after) = wire::page(request.page.as_ref())?;
        let mut scope = scope(&caller);
        scope.unions = narrowed(&caller, request.union_code);
        let from = wire::instant("registered_from", request.registered_from.as_ref())?;
        let until = wire::instant("registered_until", request.registered_until.as_ref())?;
        let seen = self.db.seen_by(&caller).await;
        let seen = seen.map_err(ActionError::from)?;
        let mut rows = store::complaints::list(&seen, &scope, (from, until), after, size + 1)
            .await
            .map_err(ActionError::from)?;
        let next_token = cut(&mut rows, size, |row| Place {
            at: row.registered_at,
            id: row.id,
        });
        Ok(Response::new(ListResponse {
            complaints: rows.iter().map(view).collect(),
            next_token,
        }))
    }

    async fn get_for_file(
        &self,
        request: Request<GetForFileRequest>,
    ) -> Result<Response<GetForFileResponse>, Status> {
        let caller = caller(&request)?;
        let id = wire::id("complaint_id", &request.into_inner().complaint_id)?;
        let seen = looking::find(self, &caller, By::Id(id)).await?;
        looking::log(self, "GetForFile", &seen, "归档").await?;
        Ok(Response::new(looking::for_file(self, &seen).await?))
    }

    async fn reveal(
        &self,
        request: Request<RevealRequest>,
    ) -> Result<Response<RevealResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let id = wire::id("complaint_id", &request.complaint_id)?;
        let seen = looking::find(self, &caller, By::Id(id)).await?;
        looking::may_reveal(self, &caller, &seen).await?;
        Ok(Response::new(
            looking::reveal(self, &seen, &request.reason).await?,
        ))
    }

    async fn get_contact(
        &self,
        request: Request<GetContactRequest>,
    ) -> Result<Response<GetContactResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let notice = wire::id("notice_id", &request.notice_id)?;
        let wanted = wire::word("channel", request.channel, Channel::from_number)?;
        let id = wire::id("complaint_id", &request.complaint_id)?;
        let seen = looking::find(self, &caller, By::Id(id)).await?;
        let contact = looking::contact(&seen, wanted)?;
        looking::log(self, "GetContact", &seen, &format!("notice {notice}")).await?;
        Ok(Response::new(contact))
    }

    async fn progress(
        &self,
        request: Request<ProgressRequest>,
    ) -> Result<Response<ProgressResponse>, Status> {
        let request = request.into_inner();
        Ok(Response::new(
            looking::progress(self, &request.number, &request.query_code).await?,
        ))
    }

    async fn quarantine(
        &self,
        request: Request<QuarantineRequest>,
    ) -> Result<Response<QuarantineResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let aside = Aside {
            arrival: wire::arrival("Quarantine", &request.request_id, &request, None)?,
            channel: wire::chosen("channel", request.channel, Channel::from_number)?,
            received_at: wire::instant("received_at", request.received_at.as_ref())?,
            unit_code: request.unit_code.trim().to_owned(),
            source: wire::source(request.source.unwrap_or_default()),
            why: request.why,
        };
        let (row, already) = quarantining::open(self, &caller, aside).await?;
        Ok(Response::new(QuarantineResponse {
            quarantine: Some(quarantine_view(&row)),
            already,
        }))
    }

    async fn list_quarantine(
        &self,
        request: Request<ListQuarantineRequest>,
    ) -> Result<Response<ListQuarantineResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (size, after) = wire::page(request.page.as_ref())?;
        let unions = narrowed(&caller, request.union_code);
        let seen = self.db.seen_by(&caller).await;
        let seen = seen.map_err(ActionError::from)?;
        let mut rows = store::quarantine::list(&seen, unions, request.resolved, after, size + 1)
            .await
            .map_err(ActionError::from)?;
        let next_token = cut(&mut rows, size, |row| Place {
            at: row.opened_at,
            id: row.id,
        });
        let items = rows.iter().map(|row| self.item(row)).collect();
        Ok(Response::new(ListQuarantineResponse { items, next_token }))
    }

    async fn resolve_quarantine(
        &self,
        request: Request<ResolveQuarantineRequest>,
    ) -> Result<Response<ResolveQuarantineResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let row = quarantining::find(
            self,
            &caller,
            wire::id("quarantine_id", &request.quarantine_id)?,
        )
        .await?;
        let (row, registered) = match request.resolution {
            Some(Resolution::DismissReason(reason)) => {
                wire::id("request_id", &request.request_id)?;
                (
                    quarantining::dismiss(self, &caller, row.id, &reason).await?,
                    None,
                )
            }
            Some(Resolution::Register(mut register)) if row.outcome.is_none() => {
                quarantining::complete(&row, &request.request_id, &mut register);
                let ask = register_ask(register)?;
                let arrival = ask.arrival.clone();
                let prepared = registering::prepare(self, &caller, ask).await?;
                let (row, registered) =
                    quarantining::register(self, &caller, row.id, &arrival, prepared).await?;
                (row, Some(registered))
            }
            Some(Resolution::Register(_)) if row.complaint_id.is_some() => {
                let registered = quarantining::registered_from(self, &caller, &row).await?;
                (row, Some(registered))
            }
            Some(Resolution::Register(_)) => {
                let sentence =
                    "这条消息已作为非投诉处理,不能再登记;如确为投诉,请另行登记".to_owned();
                return Err(ActionError::NotNow("quarantine.resolved", sentence).into());
            }
            None => {
                return Err(ActionError::Invalid(
                    "resolution",
                    "请选择登记为投诉,或写明原因后不予登记".to_owned(),
                )
                .into());
            }
        };
        Ok(Response::new(ResolveQuarantineResponse {
            item: Some(self.item(&row)),
            registered: registered.as_ref().map(registered_answer),
        }))
    }

    async fn put_blob(
        &self,
        request: Request<PutBlobRequest>,
    ) -> Result<Response<PutBlobResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let blob = adding::put_blob(self, &caller, request.data, &request.file_name).await?;
        Ok(Response::new(PutBlobResponse { blob: Some(blob) }))
    }

    type GetBlobStream = Pin<Box<dyn Stream<Item = Result<GetBlobResponse, Status>> + Send>>;

    async fn get_blob(
        &self,
        request: Request<GetBlobRequest>,
    ) -> Result<Response<Self::GetBlobStream>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let digest = request.digest.trim().to_ascii_lowercase();
        let blob = if request.complaint_id.is_empty() {
            let row = quarantining::find(
                self,
                &caller,
                wire::id("quarantine_id", &request.quarantine_id)?,
            )
            .await?;
            if caller.outlet_only().is_some() {
                return Err(ActionError::NoQuarantine.into());
            }
            let by = (caller.person_id.as_str(), "");
            store::logs::looked(
                self.db.reader(),
                "GetBlob",
                row.id,
                by,
                "quarantine",
                self.clock.now(),
            )
            .await
            .map_err(ActionError::from)?;
            Blob {
                digest: row.raw_digest,
                ..Blob::default()
            }
        } else {
            let seen = looking::find(
                self,
                &caller,
                By::Id(wire::id("complaint_id", &request.complaint_id)?),
            )
            .await?;
            let blob = looking::blob(self, &caller, &seen, &digest).await?;
            looking::log(self, "GetBlob", &seen, &blob.digest).await?;
            blob
        };
        let bytes = self
            .blobs
            .get(&blob.digest)
            .await
            .map_err(ActionError::Blobs)?;
        let missing = || {
            ActionError::NotNow(
                "blob.missing",
                "附件原件不在存储中,请告知系统管理员".to_owned(),
            )
        };
        Ok(Response::new(parts(blob, bytes.ok_or_else(missing)?)))
    }
}

impl Desk {
    fn item(&self, row: &QuarantineRow) -> QuarantineItem {
        QuarantineItem {
            quarantine: Some(quarantine_view(row)),
            account: row.account.clone(),
            why: row.why.clone(),
            overdue: row.outcome.is_none() && self.clock.now() >= row.due_at,
            outcome: outcome(row).into(),
            complaint_id: row
                .complaint_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
            dismiss_reason: row.dismiss_reason.clone().unwrap_or_default(),
            resolved_at: row.resolved_at.map(timestamp),
            resolved_by_post: row.resolved_by_post.clone().unwrap_or_default(),
        }
    }
}

fn register_ask(request: RegisterRequest) -> Result<Ask, ActionError> {
    let arrival = wire::arrival(
        "Register",
        &request.request_id,
        &request,
        request.source.as_ref(),
    )?;
    let (draft, given) = wire::draft(request)?;
    Ok(Ask {
        draft,
        given,
        arrival,
    })
}

fn registered_answer(registered: &Registered) -> RegisterResponse {
    RegisterResponse {
        complaint: Some(view(&registered.row)),
        query_code: registered.query_code.clone(),
        already: registered.already,
    }
}

/// The unions a list is bounded by: the caller's, or the one of them that is asked for. Another's gives an empty list.
fn narrowed(caller: &Caller, union_code: String) -> Option<Vec<String>> {
    if union_code.is_empty() {
        return caller.unions_or_all();
    }
    Some(if caller.sees(&union_code) {
        vec![union_code]
    } else {
        Vec::new()
    })
}

/// Cuts a list that was read one entry too long, and says how to go on.
fn cut<T>(rows: &mut Vec<T>, size: u64, place: impl Fn(&T) -> Place) -> String {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if rows.len() <= size {
        return String::new();
    }
    rows.truncate(size);
    rows.last()
        .map(|row| wire::token(place(row)))
        .unwrap_or_default()
}

fn parts(
    blob: Blob,
    bytes: Bytes,
) -> Pin<Box<dyn Stream<Item = Result<GetBlobResponse, Status>> + Send>> {
    let blob = Blob {
        size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        ..blob
    };
    let first = GetBlobResponse {
        blob: Some(blob),
        data: Vec::new(),
    };
    let rest = (0..bytes.len().div_ceil(PART_BYTES)).map(move |part| {
        let start = part * PART_BYTES;
        let end = bytes.len().min(start + PART_BYTES);
        GetBlobResponse {
            blob: None,
            data: bytes.slice(start..end).to_vec(),
        }
    });
    Box::pin(stream::iter(std::iter::once(first).chain(rest).map(Ok)))
}
