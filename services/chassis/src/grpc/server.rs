//! The door: every request is measured, named, bounded and let in or refused here, before a handler sees it.

use std::{
    collections::HashSet,
    convert::Infallible,
    fs,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _};
use http::header::AUTHORIZATION;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Status,
    server::NamedService,
    service::Routes,
    transport::{Certificate, Identity, Server, ServerTlsConfig},
};
use tonic_health::server::HealthReporter;
use tower::Service;
use tracing::{Instrument as _, Span, field, info_span};

use super::{
    Settings, Tls,
    client::{GRPC_TIMEOUT, TRACEPARENT},
    status,
};
use crate::{
    access::{self, Access},
    auth::{TokenRefused, Verifier},
    telemetry::{self, names},
};

tokio::task_local! {
    /// When the request that is being answered must be done.
    static DEADLINE: Instant;
}

/// How long the request that is being answered still has; none outside a request.
#[must_use]
pub fn remaining() -> Option<Duration> {
    DEADLINE
        .try_with(|until| until.saturating_duration_since(Instant::now()))
        .ok()
}

/// The gRPC services of a process, as collected.
#[derive(Debug, Default)]
pub struct Served {
    routes: Routes,
    names: Vec<&'static str>,
}

impl Served {
    /// Adds a service.
    #[must_use]
    pub fn and<S>(mut self, service: S) -> Self
    where
        S: Service<Request<tonic::body::Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Response: axum::response::IntoResponse,
        S::Future: Send + 'static,
    {
        self.routes = self.routes.add_service(service);
        self.names.push(S::NAME);
        self
    }

    /// The full names of the services.
    #[must_use]
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
}

/// The door of a process: what it needs to let a request in.
pub struct Door {
    settings: Settings,
    verifier: Verifier,
    access: Access,
    served: HashSet<String>,
    places: Semaphore,
}

impl Door {
    /// Makes the door for these services; an RPC without a rule is refused here, at start.
    pub fn new(
        settings: Settings,
        verifier: Verifier,
        access: Access,
        served: &Served,
    ) -> anyhow::Result<Self> {
        let places = Semaphore::new(settings.max_concurrent);
        let served = access.check_served(served.names())?;
        Ok(Self {
            settings,
            verifier,
            access,
            served,
            places,
        })
    }
}

/// Answers requests until `stop` is done, then finishes what it has begun.
///
/// Health and reflection are added. The health reporter goes back at once through `healthy`, so that the process can
/// say that it stops taking.
pub async fn serve(
    listener: TcpListener,
    served: Served,
    door: Door,
    healthy: impl FnOnce(HealthReporter),
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (reporter, health) = tonic_health::server::health_reporter();
    for name in &served.names {
        reporter
            .set_service_status(*name, tonic_health::ServingStatus::Serving)
            .await;
    }
    healthy(reporter);
    let mut reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(suda_proto::DESCRIPTORS);
    for name in &served.names {
        reflection = reflection.with_service_name(*name);
    }
    let mut server = Server::builder()
        .tcp_nodelay(true)
        .tcp_keepalive(Some(Duration::from_secs(60)))
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(4 * 1024 * 1024);
    if door.settings.tls.wanted() {
        server = server.tls_config(tls(&door.settings.tls)?)?;
    }
    let routes = served
        .routes
        .add_service(health)
        .add_service(reflection.build_v1()?);
    let guarded = guard(routes, door);
    server
        .add_routes(guarded)
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop)
        .await?;
    Ok(())
}

/// Puts the door before these routes.
fn guard(routes: Routes, door: Door) -> Routes {
    routes
        .into_axum_router()
        .layer(from_fn_with_state(Arc::new(door), enter))
        .into()
}

fn tls(tls: &Tls) -> anyhow::Result<ServerTlsConfig> {
    let mut config = ServerTlsConfig::new().identity(Identity::from_pem(
        fs::read(&tls.certificate)?,
        fs::read(&tls.key)?,
    ));
    if tls.mutual {
        config = config.client_ca_root(Certificate::from_pem(fs::read(&tls.authority)?));
    }
    Ok(config)
}

/// A request comes in: name it, measure it, see to its end.
async fn enter(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let rpc = request.uri().path().trim_start_matches('/').to_owned();
    if rpc.starts_with("grpc.health.") {
        return next.run(request).await; // a probe every few seconds is nobody's trace
    }
    let known = door.served.contains(&rpc);
    let (service, method) = rpc.split_once('/').unwrap_or((&rpc, ""));
    let span = info_span!(
        "rpc",
        otel.name = %rpc,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        rpc.grpc.status_code = field::Empty,
        enduser.id = field::Empty,
        otel.status_code = field::Empty,
    );
    telemetry::follow(
        &span,
        request
            .headers()
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok()),
    );
    // A stranger must not be able to make a new series with every path he thinks of.
    let measured = if known {
        rpc.clone()
    } else {
        "other".to_owned()
    };
    async move {
        let started = Instant::now();
        let running = metrics::gauge!(names::RPC_RUNNING);
        running.increment(1.0);
        let response = match admit(&door, &rpc, known, request) {
            Ok(request) => answer(&door, request, next).await,
            Err(status) => {
                tracing::debug!(code = ?status.code(), "a request was not let in");
                status.into_http()
            }
        };
        running.decrement(1.0);
        let code = code(&response);
        let span = Span::current();
        span.record(names::RPC_CODE, code);
        if matches!(code, "Internal" | "Unknown" | "DataLoss") {
            span.record("otel.status_code", "ERROR");
        }
        metrics::histogram!(names::RPC_SECONDS, "rpc" => measured, "code" => code)
            .record(started.elapsed().as_secs_f64());
        response
    }
    .instrument(span)
    .await
}

/// Lets a request in, with its caller, or says why not.
fn admit(door: &Door, rpc: &str, known: bool, mut request: Request) -> Result<Request, Status> {
    if !access::is_open(rpc) {
        let caller = bearer(&request)
            .and_then(|token| door.verifier.verify(token))
            .map_err(|refused| status::unauthenticated(&refused))?;
        Span::current().record(names::CALLER, caller.person_id.as_str());
        if !known {
            return Err(status::unknown_rpc(rpc));
        }
        let roles = caller.roles();
        if !door.access.allows(&roles, rpc) {
            let held = if roles.is_empty() {
                "无岗位".to_owned()
            } else {
                roles.join("、")
            };
            return Err(status::denied(format!(
                "您的岗位({held})无权办理此项({rpc});如确需办理,请联系系统管理员"
            )));
        }
        request.extensions_mut().insert(caller);
    }
    let limit = door.settings.message_limit_bytes;
    Ok(request.map(|body| bounded(body, limit)))
}

fn bearer(request: &Request) -> Result<&str, TokenRefused> {
    let value = request
        .headers()
        .get(AUTHORIZATION)
        .ok_or(TokenRefused::Missing)?;
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(TokenRefused::Malformed)?;
    let token = token.trim();
    match (scheme.eq_ignore_ascii_case("bearer"), token.is_empty()) {
        (true, false) => Ok(token),
        (true, true) => Err(TokenRefused::Missing),
        (false, _) => Err(TokenRefused::Malformed),
    }
}

/// Has a request answered, within its time; a panic ends the request and nothing else.
async fn answer(door: &Door, request: Request, next: Next) -> Response {
    let Ok(_place) = door.places.try_acquire() else {
        return status::busy().into_http();
    };
    let asked = request
        .headers()
        .get(GRPC_TIMEOUT)
        .and_then(|value| value.to_str().ok())
        .and_then(duration);
    let allowed = asked
        .unwrap_or_else(|| door.settings.default_deadline())
        .min(door.settings.longest_deadline());
    // The transport counts the same time and would only say CANCELLED: be a little quicker than it.
    let allowed = allowed.saturating_sub((allowed / 10).min(Duration::from_millis(20)));
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(allowed, DEADLINE.scope(Instant::now() + allowed, handled)).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            metrics::counter!(names::RPC_PANICS).increment(1);
            tracing::error!(error = said(&*panic), "a handler panicked");
            status::fault().into_http()
        }
        Err(_) => status::overdue(allowed.as_secs_f32()).into_http(),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Reads a `grpc-timeout`: at most eight digits and a unit.
fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// How a response ended, as far as its head tells; an error of a unary call always stands there.
pub(super) fn code<B>(response: &http::Response<B>) -> &'static str {
    let value = response
        .headers()
        .get("grpc-status")
        .map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()));
    match value {
        Code::Ok => "Ok",
        Code::Cancelled => "Cancelled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    }
}

/// Stops reading at the first message larger than the limit: its length stands in its first five bytes.
fn bounded(body: Body, limit: usize) -> Body {
    let mut frames = Frames::default();
    Body::from_stream(body.into_data_stream().map(move |chunk| match chunk {
        Ok(bytes) => match frames.oversize(&bytes, limit) {
            None => Ok(bytes),
            Some(size) => Err(status::oversize(size, limit).into()),
        },
        Err(error) => Err::<Bytes, axum::BoxError>(error.into()),
    }))
}

/// Follows the gRPC framing (a flag, four bytes of length, the message) over chunks of any size.
#[derive(Default)]
struct Frames {
    head: Vec<u8>,
    left: usize,
}

impl Frames {
    fn oversize(&mut self, mut chunk: &[u8], limit: usize) -> Option<usize> {
        while !chunk.is_empty() {
            let skip = self.left.min(chunk.len());
            self.left -= skip;
            chunk = &chunk[skip..];
            while self.left == 0
                && let Some((byte, rest)) = chunk.split_first()
            {
                self.head.push(*byte);
                chunk = rest;
                if let [_, a, b, c, d] = self.head[..] {
                    let size =
                        usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
                    if size > limit {
                        return Some(size);
                    }
                    self.left = size;
                    self.head.clear();
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
