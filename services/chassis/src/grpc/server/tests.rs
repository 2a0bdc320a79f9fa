use std::{collections::BTreeMap, net::SocketAddr, sync::Mutex};

use chrono::{DateTime, Utc};
use suda_proto::operation::v1::{
    AdvanceClockRequest, AdvanceClockResponse, ListParkedRequest, ListParkedResponse,
    ReplayOutboxRequest, ReplayOutboxResponse, ReplayParkedRequest, ReplayParkedResponse,
    StatusRequest, StatusResponse,
    operation_service_client::OperationServiceClient,
    operation_service_server::{OperationService, OperationServiceServer},
};
use tokio::{sync::oneshot, task::JoinSet};

use super::*;
use crate::{
    auth::{AUDIENCE, Claims, HeldPost, Trust},
    clock::Clock,
    grpc::{Peer, Peers, caller},
    keys::{self, Keys},
};

const RULES: &str = r#"
    permit (principal in Role::"administrator", action in [
        Action::"suda.operation.v1.OperationService/Status",
        Action::"suda.operation.v1.OperationService/ListParked",
        Action::"suda.operation.v1.OperationService/ReplayParked",
        Action::"suda.operation.v1.OperationService/ReplayOutbox",
        Action::"suda.operation.v1.OperationService/AdvanceClock"
    ], resource);
    permit (principal in Role::"service", action == Action::"suda.operation.v1.OperationService/Status", resource);
"#;

struct Turned(Mutex<DateTime<Utc>>);

impl Clock for Turned {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A service that behaves as badly as it is asked to.
struct Wild;

#[tonic::async_trait]
impl OperationService for Wild {
    async fn status(
        &self,
        request: tonic::Request<StatusRequest>,
    ) -> Result<tonic::Response<StatusResponse>, Status> {
        let parent = request
            .metadata()
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let version = parent.to_owned();
        let caller = caller(&request)?;
        let left = remaining().unwrap_or_default().as_secs();
        Ok(StatusResponse {
            service: caller.person_id,
            version,
            memory_bytes: left,
            ..Default::default()
        }
        .into())
    }

    async fn list_parked(
        &self,
        _: tonic::Request<ListParkedRequest>,
    ) -> Result<tonic::Response<ListParkedResponse>, Status> {
        std::future::pending().await
    }

    async fn replay_parked(
        &self,
        request: tonic::Request<ReplayParkedRequest>,
    ) -> Result<tonic::Response<ReplayParkedResponse>, Status> {
        assert!(request.get_ref().message_id != "panic", "as asked");
        Ok(ReplayParkedResponse {
            done: 1,
            still_parked: 0,
        }
        .into())
    }

    async fn replay_outbox(
        &self,
        _: tonic::Request<ReplayOutboxRequest>,
    ) -> Result<tonic::Response<ReplayOutboxResponse>, Status> {
        Err(status::internal(&std::io::Error::other(
            "the password is hunter2",
        )))
    }

    async fn advance_clock(
        &self,
        _: tonic::Request<AdvanceClockRequest>,
    ) -> Result<tonic::Response<AdvanceClockResponse>, Status> {
        Err(status::refused("clock.real", "系统时钟不能调整"))
    }
}

struct Stand {
    address: SocketAddr,
    directory: Keys,
    intake: Keys,
    clock: Arc<Turned>,
    stop: Option<oneshot::Sender<()>>,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Stand {
    async fn start(settings: Settings) -> Self {
        let clock = Arc::new(Turned(Mutex::new("2026-09-23T02:00:00Z".parse().unwrap())));
        let key = |service: &str| {
            Keys::from_pem(
                &keys::generate().unwrap().private_pem,
                service,
                "service",
                clock.clone(),
            )
            .unwrap()
        };
        let (directory, intake) = (key("directory"), key("intake"));
        let trust = Trust {
            keys: vec![directory.trusted_for_everyone(), intake.trusted()],
        };
        let verifier = Verifier::new(&trust, clock.clone()).unwrap();
        let served = Served::default().and(OperationServiceServer::new(Wild));
        let door = Door::new(settings, verifier, Access::parse(RULES).unwrap(), &served).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, served, door, |_| (), async move {
            stopped.await.unwrap_or_default();
        }));
        Self {
            address,
            directory,
            intake,
            clock,
            stop: Some(stop),
            tasks,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn token(&self, role: &str) -> String {
        let post = HeldPost {
            code: "44-admin".to_owned(),
            unit: "44".to_owned(),
            union: "44".to_owned(),
            role: role.to_owned(),
        };
        let claims = Claims {
            iss: String::new(),
            sub: "P001".to_owned(),
            name: "管理员".to_owned(),
            aud: AUDIENCE.to_owned(),
            exp: self.clock.now().timestamp() + 3600,
            iat: self.clock.now().timestamp(),
            posts: vec![post],
            unions: vec!["*".to_owned()],
        };
        self.directory.sign_token(&claims).unwrap()
    }

    fn with(&self, token: &str) -> OperationServiceClient<Peer> {
        OperationServiceClient::new(Peer::with_token(&self.url(), token).unwrap())
    }

    fn client(&self, role: &str) -> OperationServiceClient<Peer> {
        self.with(&self.token(role))
    }

    async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap().unwrap();
        }
    }
}

fn reason(status: &Status) -> String {
    status::reason(status).unwrap_or_default()
}

#[tokio::test]
async fn only_a_known_caller_with_a_rule_is_let_in() {
    let stand = Stand::start(Settings::default()).await;
    let answer = stand
        .client("administrator")
        .status(StatusRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.service, "P001");

    let missing = stand
        .with("")
        .status(StatusRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (missing.code(), reason(&missing).as_str()),
        (Code::Unauthenticated, "token.missing")
    );

    let stranger = Keys::from_pem(
        &keys::generate().unwrap().private_pem,
        "directory",
        "service",
        stand.clock.clone(),
    );
    let foreign = stranger.unwrap().identity_token().unwrap();
    let foreign = stand
        .with(&foreign)
        .status(StatusRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (foreign.code(), reason(&foreign).as_str()),
        (Code::Unauthenticated, "token.foreign")
    );

    let mut tampered = stand.token("administrator");
    tampered.replace_range(tampered.len() - 8..tampered.len() - 4, "AAAA");
    let tampered = stand
        .with(&tampered)
        .status(StatusRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (tampered.code(), reason(&tampered).as_str()),
        (Code::Unauthenticated, "token.tampered")
    );

    let denied = stand
        .client("handler")
        .status(StatusRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (denied.code(), reason(&denied).as_str()),
        (Code::PermissionDenied, "access.denied")
    );
    assert!(denied.message().contains("handler"), "{}", denied.message());

    let mut late = stand.client("administrator");
    *stand.clock.0.lock().unwrap() += chrono::TimeDelta::hours(1);
    let expired = late.status(StatusRequest::default()).await.unwrap_err();
    assert_eq!(
        (expired.code(), reason(&expired).as_str()),
        (Code::Unauthenticated, "token.expired")
    );
    stand.stop().await;
}

#[tokio::test]
async fn a_service_calls_in_its_own_name() {
    let stand = Stand::start(Settings::default()).await;
    let urls = BTreeMap::from([("other".to_owned(), stand.url())]);
    let peers = Peers::new(&urls, &Settings::default(), &stand.intake).unwrap();
    let answer = OperationServiceClient::new(peers.channel("other"))
        .status(StatusRequest::default())
        .await
        .unwrap();
    assert_eq!(answer.into_inner().service, "intake");

    let unknown = OperationServiceClient::new(peers.channel("nobody"))
        .status(StatusRequest::default())
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), Code::Unavailable);
    assert!(unknown.message().contains("nobody"));
    let url = stand.url();
    stand.stop().await;
    let mut gone = OperationServiceClient::new(Peer::with_token(&url, "").unwrap());
    let gone = gone.status(StatusRequest::default()).await.unwrap_err();
    assert_eq!(gone.code(), Code::Unavailable);
    assert!(gone.message().contains("联系不上"), "{}", gone.message());
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_whoever_sets_it() {
    let stand = Stand::start(Settings {
        longest_deadline_seconds: 1,
        ..Settings::default()
    })
    .await;
    let started = Instant::now();
    let mut capped = stand.client("administrator");
    let overdue = capped.list_parked(ListParkedRequest {}).await.unwrap_err();
    assert_eq!(
        (overdue.code(), reason(&overdue).as_str()),
        (Code::DeadlineExceeded, "request.deadline")
    );
    assert!(started.elapsed() < Duration::from_secs(5));

    let hasty = Peer::with_token(&stand.url(), &stand.token("administrator")).unwrap();
    let hasty = hasty.within(Duration::from_millis(200));
    let overdue = OperationServiceClient::new(hasty)
        .list_parked(ListParkedRequest {})
        .await
        .unwrap_err();
    assert_eq!(overdue.code(), Code::DeadlineExceeded, "{overdue:?}");
    stand.stop().await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_its_size() {
    let stand = Stand::start(Settings {
        message_limit_bytes: 1024,
        ..Settings::default()
    })
    .await;
    let mut client = stand.client("administrator");
    let ask = |bytes: usize| ReplayParkedRequest {
        message_id: "x".repeat(bytes),
    };
    client.replay_parked(ask(1000)).await.unwrap();
    let oversize = client.replay_parked(ask(1_000_000)).await.unwrap_err();
    assert_eq!(oversize.code(), Code::ResourceExhausted, "{oversize:?}");
    assert!(
        oversize.message().contains("1024"),
        "{}",
        oversize.message()
    );
    stand.stop().await;
}

#[tokio::test]
async fn a_panic_or_a_fault_ends_one_request_and_tells_nothing() {
    let stand = Stand::start(Settings::default()).await;
    let mut client = stand.client("administrator");
    let fault = client
        .replay_parked(ReplayParkedRequest {
            message_id: "panic".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code(), reason(&fault).as_str()),
        (Code::Internal, "service.fault")
    );
    assert!(!fault.message().contains("as asked"));
    let fault = client
        .replay_outbox(ReplayOutboxRequest { since: None })
        .await
        .unwrap_err();
    assert_eq!(fault.code(), Code::Internal);
    assert!(!format!("{fault:?}").contains("hunter2"));
    let refused = client
        .advance_clock(AdvanceClockRequest { seconds: 1 })
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "clock.real")
    );
    client.status(StatusRequest::default()).await.unwrap();
    stand.stop().await;
}

#[tokio::test]
async fn one_call_too_many_is_told_to_come_again() {
    let stand = Stand::start(Settings {
        max_concurrent: 1,
        longest_deadline_seconds: 1,
        ..Settings::default()
    })
    .await;
    let (mut first, mut second) = (stand.client("administrator"), stand.client("administrator"));
    second.status(StatusRequest::default()).await.unwrap();
    let (slow, busy) = tokio::join!(first.list_parked(ListParkedRequest {}), async {
        tokio::time::timeout(Duration::from_millis(300), std::future::pending::<()>())
            .await
            .unwrap_err();
        second.status(StatusRequest::default()).await
    });
    assert_eq!(slow.unwrap_err().code(), Code::DeadlineExceeded);
    let busy = busy.unwrap_err();
    assert_eq!(
        (busy.code(), reason(&busy).as_str()),
        (Code::Unavailable, "service.busy")
    );
    second.status(StatusRequest::default()).await.unwrap();
    stand.stop().await;
}

#[tokio::test]
async fn an_unknown_rpc_is_named_and_health_and_reflection_take_no_token() {
    let stand = Stand::start(Settings::default()).await;
    let ask = async |path: &'static str, token: &str| {
        let mut grpc = tonic::client::Grpc::new(Peer::with_token(&stand.url(), token).unwrap());
        grpc.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<StatusRequest, StatusResponse>::default();
        let path = http::uri::PathAndQuery::from_static(path);
        grpc.unary(tonic::Request::new(StatusRequest::default()), path, codec)
            .await
            .map(|_| ())
    };
    let token = stand.token("administrator");
    let unknown = ask("/suda.operation.v1.OperationService/Explode", &token)
        .await
        .unwrap_err();
    assert_eq!(
        (unknown.code(), reason(&unknown).as_str()),
        (Code::Unimplemented, "request.unknown_rpc")
    );
    let unknown = ask("/suda.nobody.v1.Nobody/Explode", "").await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unauthenticated);

    let probe = Peer::with_token(&stand.url(), "").unwrap();
    let mut health = tonic_health::pb::health_client::HealthClient::new(probe);
    let service = "suda.operation.v1.OperationService".to_owned();
    let answer = health
        .check(tonic_health::pb::HealthCheckRequest { service })
        .await
        .unwrap();
    assert_eq!(answer.into_inner().status, 1, "serving");

    let channel = Peer::with_token(&stand.url(), "").unwrap();
    let mut reflection =
        tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient::new(channel);
    let list = tonic_reflection::pb::v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            tonic_reflection::pb::v1::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            ),
        ),
    };
    let mut answers = reflection
        .server_reflection_info(futures::stream::iter([list]))
        .await
        .unwrap()
        .into_inner();
    let answer = format!("{:?}", answers.message().await.unwrap().unwrap());
    assert!(
        answer.contains("suda.operation.v1.OperationService"),
        "{answer}"
    );
    stand.stop().await;
}

#[tokio::test]
async fn a_trace_and_the_time_left_go_with_the_call() {
    let telemetry = telemetry::Telemetry::start("test", &telemetry::Settings::default()).unwrap();
    let stand = Stand::start(Settings::default()).await;
    let mut client = stand.client("administrator");
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let span = info_span!("outside");
    telemetry::follow(&span, Some(parent));
    let answer = client
        .status(StatusRequest::default())
        .instrument(span)
        .await
        .unwrap()
        .into_inner();
    assert!(
        answer
            .version
            .starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
        "{}",
        answer.version
    );
    assert!(
        !answer.version.contains("b7ad6b7169203331"),
        "the call has a span of its own: {}",
        answer.version
    );
    assert!(
        (25..=30).contains(&answer.memory_bytes),
        "{} s left",
        answer.memory_bytes
    );
    stand.stop().await;
    let metrics = telemetry::metrics().unwrap().render();
    assert!(metrics.contains(r#"suda_rpc_duration_seconds_count{rpc="suda.operation.v1.OperationService/Status",code="Ok"}"#), "{metrics}");
    tokio::task::spawn_blocking(|| telemetry.stop())
        .await
        .unwrap();
}

#[test]
fn a_timeout_is_read_as_the_protocol_says() {
    assert_eq!(duration("250m"), Some(Duration::from_millis(250)));
    assert_eq!(duration("2S"), Some(Duration::from_secs(2)));
    assert_eq!(
        duration("99999999H"),
        Some(Duration::from_secs(99_999_999 * 3600))
    );
    for wrong in ["", "S", "5", "123456789S", "+5S", "5秒", "-1S", "1.5S"] {
        assert_eq!(duration(wrong), None, "{wrong}");
    }
}

#[test]
fn the_size_of_a_message_is_seen_however_it_is_cut() {
    let mut stream = Vec::new();
    for size in [3_u8, 0, 7] {
        stream.extend([0, 0, 0, 0, size]);
        stream.extend(vec![255; usize::from(size)]);
    }
    for cut in 1..stream.len() {
        let seen = |limit| {
            let mut frames = Frames::default();
            stream
                .chunks(cut)
                .find_map(|chunk| frames.oversize(chunk, limit))
        };
        assert_eq!(seen(7), None, "cut {cut}");
        assert_eq!(seen(6), Some(7), "cut {cut}");
        assert_eq!(seen(2), Some(3), "cut {cut}");
    }
}

fn tls(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tls")
        .join(name)
}

#[tokio::test]
async fn with_mutual_tls_only_a_caller_with_a_certificate_is_heard() {
    let own = Tls {
        certificate: tls("service.pem"),
        key: tls("service.key"),
        authority: tls("authority.pem"),
        mutual: true,
    };
    let stand = Stand::start(Settings {
        tls: own.clone(),
        ..Settings::default()
    })
    .await;
    let url = format!("https://localhost:{}", stand.address.port());
    let token = stand.token("administrator");
    let call = async |tls: Option<&Tls>, url: &str| {
        let peer = Peer::with_token_over(url, &token, tls)
            .unwrap()
            .within(Duration::from_secs(5));
        OperationServiceClient::new(peer)
            .status(StatusRequest::default())
            .await
            .map(|_| ())
    };
    call(Some(&own), &url).await.unwrap();
    let bare = Tls {
        authority: own.authority.clone(),
        ..Tls::default()
    };
    assert_eq!(
        call(Some(&bare), &url).await.unwrap_err().code(),
        Code::Unavailable
    );
    assert_eq!(
        call(None, &stand.url()).await.unwrap_err().code(),
        Code::Unavailable
    );
    stand.stop().await;
}
