//! Stand-ins for intake and routing, for tests: they answer over real gRPC and remember what they were asked.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{
    collections::BTreeMap,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use suda_proto::{
    common::v1::{Blob, Channel},
    intake::v1::{
        self as intake,
        intake_service_server::{IntakeService, IntakeServiceServer},
    },
    routing::v1 as routing,
};
use tonic::{Request, Response, Status, body::Body, server::NamedService};
use uuid::Uuid;

use crate::desk::digest;

/// What the stand-ins were told.
#[derive(Default)]
pub struct Office {
    registered: Mutex<Vec<Registered>>,
    materials: Mutex<Vec<intake::AddMaterialRequest>>,
    evidence: Mutex<Vec<intake::AddEvidenceRequest>>,
    quarantined: Mutex<Vec<intake::QuarantineRequest>>,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    notices: Mutex<BTreeMap<String, routing::GetNoticeResponse>>,
    calls: Mutex<usize>,
    down: AtomicBool,
    slow: AtomicBool,
}

/// A complaint as the stand-in keeps it.
#[derive(Clone)]
pub struct Registered {
    /// What was asked.
    pub request: intake::RegisterRequest,
    /// What was answered.
    pub answer: intake::RegisterResponse,
}

impl Office {
    /// Opens the office on a port of its own; gives its URL.
    pub async fn open() -> (Arc<Self>, String) {
        let office = Arc::new(Self::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tonic::transport::Server::builder()
            .add_service(
                IntakeServiceServer::from_arc(office.clone())
                    .max_decoding_message_size(64 * 1024 * 1024),
            )
            .add_service(RoutingDoor(office.clone()))
            .serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener));
        #[expect(clippy::disallowed_methods, reason = "it lives as long as the test")]
        drop(tokio::spawn(server));
        (office, url)
    }

    /// Answers nobody until it is opened again.
    pub fn shut(&self, shut: bool) {
        self.down.store(shut, Ordering::SeqCst);
    }

    /// Takes longer than anybody outside waits.
    pub fn dawdle(&self, slow: bool) {
        self.slow.store(slow, Ordering::SeqCst);
    }

    /// How often it was asked anything.
    pub fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }

    /// The complaints, in order.
    pub fn registered(&self) -> Vec<Registered> {
        self.registered.lock().unwrap().clone()
    }

    /// What was added, in order.
    pub fn materials(&self) -> Vec<intake::AddMaterialRequest> {
        self.materials.lock().unwrap().clone()
    }

    /// The evidence that was added later, in order.
    pub fn evidence(&self) -> Vec<intake::AddEvidenceRequest> {
        self.evidence.lock().unwrap().clone()
    }

    /// What was put aside, in order.
    pub fn quarantined(&self) -> Vec<intake::QuarantineRequest> {
        self.quarantined.lock().unwrap().clone()
    }

    /// The file with this digest.
    pub fn file(&self, digest: &str) -> Option<Vec<u8>> {
        self.files.lock().unwrap().get(digest).cloned()
    }

    /// Has this notice to be sent.
    pub fn has_notice(
        &self,
        view: routing::NoticeView,
        subject: &str,
        text: &str,
        post_email: &str,
    ) {
        let id = view.notice_id.clone();
        let answer = routing::GetNoticeResponse {
            notice: Some(routing::Notice {
                view: Some(view),
                subject: subject.to_owned(),
                text: text.to_owned(),
                ..routing::Notice::default()
            }),
            post_email: post_email.to_owned(),
        };
        self.notices.lock().unwrap().insert(id, answer);
    }

    async fn open_for_business(&self) -> Result<(), Status> {
        *self.calls.lock().unwrap() += 1;
        if self.slow.load(Ordering::SeqCst) {
            let never = tokio::time::timeout(Duration::from_secs(6), std::future::pending::<()>());
            drop(never.await);
        }
        if self.down.load(Ordering::SeqCst) {
            return Err(Status::unavailable("closed"));
        }
        Ok(())
    }
}

/// Intake keeps no id that is not a line.
fn keepable(source: Option<&intake::Source>) -> Result<(), Status> {
    let id = source.map_or("", |source| source.message_id.as_str());
    if id.contains(char::is_control) || id.len() > 998 {
        return Err(chassis::grpc::invalid("source.message_id", "不是一行"));
    }
    Ok(())
}

type Parts =
    Pin<Box<dyn tokio_stream::Stream<Item = Result<intake::GetBlobResponse, Status>> + Send>>;

#[tonic::async_trait]
impl IntakeService for Office {
    async fn register(
        &self,
        request: Request<intake::RegisterRequest>,
    ) -> Result<Response<intake::RegisterResponse>, Status> {
        self.open_for_business().await?;
        let request = request.into_inner();
        if request.unit_code.starts_with("999") {
            return Err(chassis::grpc::invalid("unit_code", "没有这个机构"));
        }
        let amount = request
            .matter
            .as_ref()
            .map_or(0, |matter| matter.amount_fen);
        if amount < 0 {
            return Err(chassis::grpc::invalid(
                "matter.amount_fen",
                "金额不能为负数",
            ));
        }
        let complainant = request.complainant.clone().unwrap_or_default();
        if complainant.email.ends_with("@localhost") || complainant.name.contains(char::is_control)
        {
            return Err(chassis::grpc::invalid("complainant.email", "格式不正确"));
        }
        if complainant.name == "内部错误" {
            return Err(Status::internal("our fault"));
        }
        keepable(request.source.as_ref())?;
        if request.content.chars().count() > 20_000 || request.evidence.len() > 50 {
            return Err(chassis::grpc::invalid("content", "超过上限"));
        }
        let mut registered = self.registered.lock().unwrap();
        let same = |known: &&Registered| {
            let (known, new) = (&known.request.source, &request.source);
            known
                .as_ref()
                .zip(new.as_ref())
                .is_some_and(|(known, new)| {
                    known.account == new.account && known.message_id == new.message_id
                })
        };
        if let Some(known) = registered.iter().find(same) {
            let mut answer = known.answer.clone();
            answer.already = true;
            return Ok(Response::new(answer));
        }
        let answer = intake::RegisterResponse {
            complaint: Some(intake::ComplaintView {
                complaint_id: Uuid::from_u128(0xc0 + registered.len() as u128).to_string(),
                number: format!("589002-2026-{:06}", registered.len() + 1),
                union_code: "589002".to_owned(),
                unit_code: request.unit_code.clone(),
                ..intake::ComplaintView::default()
            }),
            query_code: format!("QUERY{:03}", registered.len() + 1),
            already: false,
        };
        registered.push(Registered {
            request,
            answer: answer.clone(),
        });
        Ok(Response::new(answer))
    }

    async fn add_evidence(
        &self,
        request: Request<intake::AddEvidenceRequest>,
    ) -> Result<Response<intake::AddEvidenceResponse>, Status> {
        self.open_for_business().await?;
        let request = request.into_inner();
        let mut evidence = self.evidence.lock().unwrap();
        if !evidence
            .iter()
            .any(|known| known.request_id == request.request_id)
        {
            evidence.push(request);
        }
        Ok(Response::new(intake::AddEvidenceResponse::default()))
    }

    async fn add_material(
        &self,
        request: Request<intake::AddMaterialRequest>,
    ) -> Result<Response<intake::AddMaterialResponse>, Status> {
        self.open_for_business().await?;
        let request = request.into_inner();
        let registered = self.registered.lock().unwrap();
        let complaint = registered.iter().find(|known| {
            let view = known.answer.complaint.as_ref().unwrap();
            view.number == request.number
        });
        let complainant = complaint
            .and_then(|known| known.request.complainant.clone())
            .ok_or_else(|| chassis::grpc::not_found("没有这件投诉"))?;
        if ![complainant.email, complainant.openid, complainant.phone].contains(&request.sender) {
            return Err(chassis::grpc::refused("material.sender", "不是投诉人本人"));
        }
        let mut materials = self.materials.lock().unwrap();
        if !materials
            .iter()
            .any(|known| known.request_id == request.request_id)
        {
            materials.push(request);
        }
        Ok(Response::new(intake::AddMaterialResponse::default()))
    }

    async fn get_contact(
        &self,
        request: Request<intake::GetContactRequest>,
    ) -> Result<Response<intake::GetContactResponse>, Status> {
        self.open_for_business().await?;
        let request = request.into_inner();
        let registered = self.registered.lock().unwrap();
        let known = registered
            .iter()
            .find(|known| {
                let view = known.answer.complaint.as_ref().unwrap();
                view.complaint_id == request.complaint_id
            })
            .ok_or_else(|| chassis::grpc::not_found("没有这件投诉"))?;
        let complainant = known.request.complainant.clone().unwrap_or_default();
        Ok(Response::new(intake::GetContactResponse {
            channel: request.channel,
            address: match request.channel() {
                Channel::Email => complainant.email,
                Channel::Wechat => complainant.openid,
                _ => complainant.phone,
            },
            number: known.answer.complaint.as_ref().unwrap().number.clone(),
            query_code: known.answer.query_code.clone(),
        }))
    }

    async fn quarantine(
        &self,
        request: Request<intake::QuarantineRequest>,
    ) -> Result<Response<intake::QuarantineResponse>, Status> {
        self.open_for_business().await?;
        let request = request.into_inner();
        keepable(request.source.as_ref())?;
        if request.why.contains(char::is_control) || request.why.chars().count() > 200 {
            return Err(chassis::grpc::invalid("why", "不是一行"));
        }
        let mut quarantined = self.quarantined.lock().unwrap();
        if !quarantined
            .iter()
            .any(|known| known.source == request.source)
        {
            quarantined.push(request);
        }
        Ok(Response::new(intake::QuarantineResponse::default()))
    }

    async fn put_blob(
        &self,
        request: Request<intake::PutBlobRequest>,
    ) -> Result<Response<intake::PutBlobResponse>, Status> {
        self.open_for_business().await?;
        let request = request.into_inner();
        if request.file_name.ends_with(".exe") {
            return Err(chassis::grpc::invalid("data", "不接受程序文件"));
        }
        let digest = digest(&request.data);
        let blob = Blob {
            digest: digest.clone(),
            size_bytes: request.data.len() as u64,
            media_type: "application/octet-stream".to_owned(),
            file_name: request.file_name,
        };
        self.files.lock().unwrap().insert(digest, request.data);
        Ok(Response::new(intake::PutBlobResponse { blob: Some(blob) }))
    }

    type GetBlobStream = Parts;

    async fn get_blob(
        &self,
        _request: Request<intake::GetBlobRequest>,
    ) -> Result<Response<Parts>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn withdraw(
        &self,
        _request: Request<intake::WithdrawRequest>,
    ) -> Result<Response<intake::WithdrawResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn get(
        &self,
        _request: Request<intake::GetRequest>,
    ) -> Result<Response<intake::GetResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn list(
        &self,
        _request: Request<intake::ListRequest>,
    ) -> Result<Response<intake::ListResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn get_for_file(
        &self,
        _request: Request<intake::GetForFileRequest>,
    ) -> Result<Response<intake::GetForFileResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn reveal(
        &self,
        _request: Request<intake::RevealRequest>,
    ) -> Result<Response<intake::RevealResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn progress(
        &self,
        _request: Request<intake::ProgressRequest>,
    ) -> Result<Response<intake::ProgressResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn list_quarantine(
        &self,
        _request: Request<intake::ListQuarantineRequest>,
    ) -> Result<Response<intake::ListQuarantineResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn resolve_quarantine(
        &self,
        _request: Request<intake::ResolveQuarantineRequest>,
    ) -> Result<Response<intake::ResolveQuarantineResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }
}

/// Routing's door: of its many RPCs only the one an adapter asks.
#[derive(Clone)]
struct RoutingDoor(Arc<Office>);

impl NamedService for RoutingDoor {
    const NAME: &'static str = "suda.routing.v1.RoutingService";
}

struct GetNotice(Arc<Office>);

impl tonic::server::UnaryService<routing::GetNoticeRequest> for GetNotice {
    type Response = routing::GetNoticeResponse;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Self::Response>, Status>> + Send>>;

    fn call(&mut self, request: Request<routing::GetNoticeRequest>) -> Self::Future {
        let office = self.0.clone();
        Box::pin(async move {
            office.open_for_business().await?;
            let notices = office.notices.lock().unwrap();
            notices
                .get(&request.into_inner().notice_id)
                .cloned()
                .map(Response::new)
                .ok_or_else(|| chassis::grpc::not_found("没有这份通知"))
        })
    }
}

impl tonic::codegen::Service<tonic::codegen::http::Request<Body>> for RoutingDoor {
    type Response = tonic::codegen::http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: tonic::codegen::http::Request<Body>) -> Self::Future {
        let office = self.0.clone();
        Box::pin(async move {
            if !request.uri().path().ends_with("/GetNotice") {
                return Ok(Status::unimplemented("not here").into_http());
            }
            let codec = tonic_prost::ProstCodec::default();
            Ok(tonic::server::Grpc::new(codec)
                .unary(GetNotice(office), request)
                .await)
        })
    }
}
