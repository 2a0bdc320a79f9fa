//! Calls to other services: connected when first used, in our own name, within a deadline, in the same trace.

use std::{
    collections::HashMap,
    convert::Infallible,
    fs,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, header::AUTHORIZATION};
use tonic::{
    body::Body,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use tower::{Service, ServiceExt as _};
use tracing::{Instrument as _, Span, field, info_span};

use super::{PeerUrls, Settings, Tls, server::remaining, status};
use crate::{
    keys::Keys,
    telemetry::{self, names},
};

const CONNECT: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// The other services, by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Peers {
    known: Arc<HashMap<String, Peer>>,
}

impl Peers {
    /// Knows these services; nothing is connected yet. It must be called within the runtime.
    pub fn new(urls: &PeerUrls, settings: &Settings, keys: &Keys) -> anyhow::Result<Self> {
        let mut known = HashMap::new();
        for (name, url) in urls {
            let channel = endpoint(url, Some(&settings.tls))
                .map_err(|error| error.context(format!("peers.{name} = {url:?} cannot be called")))?
                .connect_lazy();
            let peer = Peer {
                name: name.as_str().into(),
                channel: Some(channel),
                credentials: Credentials::Own(keys.clone()),
                deadline: settings.default_deadline(),
            };
            known.insert(name.clone(), peer);
        }
        Ok(Self {
            known: Arc::new(known),
        })
    }

    /// A way to this service. One that no `[peers]` line names answers every call with UNAVAILABLE and says so.
    #[must_use]
    pub fn channel(&self, name: &str) -> Peer {
        self.known.get(name).cloned().unwrap_or_else(|| Peer {
            name: name.into(),
            channel: None,
            credentials: Credentials::None,
            deadline: DEFAULT_DEADLINE,
        })
    }
}

#[derive(Clone)]
enum Credentials {
    None,
    Own(Keys),
    Bearer(HeaderValue),
}

impl Credentials {
    /// This token; none when it is empty.
    fn bearer(token: &str) -> anyhow::Result<Self> {
        if token.is_empty() {
            return Ok(Self::None);
        }
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
        value.set_sensitive(true);
        Ok(Self::Bearer(value))
    }
}

/// A way to one service; what the generated clients take: `IntakeServiceClient::new(peer)`. Cheap to clone.
#[derive(Clone)]
pub struct Peer {
    name: Arc<str>,
    channel: Option<Channel>,
    credentials: Credentials,
    deadline: Duration,
}

impl Peer {
    /// Calls this address with a given token, as the command line does; an empty token sends none.
    ///
    /// It must be called within the runtime.
    pub fn with_token(url: &str, token: &str) -> anyhow::Result<Self> {
        Self::with_token_over(url, token, None)
    }

    /// Calls this address over TLS with a given token.
    pub fn with_token_over(url: &str, token: &str, tls: Option<&Tls>) -> anyhow::Result<Self> {
        let channel = Some(endpoint(url, tls)?.connect_lazy());
        Ok(Self {
            name: url.into(),
            channel,
            credentials: Credentials::bearer(token)?,
            deadline: DEFAULT_DEADLINE,
        })
    }

    /// The same way, over the same connection, with the token of somebody else.
    pub fn bearing(&self, token: &str) -> anyhow::Result<Self> {
        Ok(Self {
            credentials: Credentials::bearer(token)?,
            ..self.clone()
        })
    }

    /// The same way with another deadline for each call.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    async fn send(mut self, mut request: Request<Body>) -> Response<Body> {
        let started = Instant::now();
        let Some(channel) = self.channel.take() else {
            return status::unavailable(format!("配置 [peers] 中没有服务 {} 的地址", self.name))
                .into_http();
        };
        let deadline = remaining().map_or(self.deadline, |left| left.min(self.deadline));
        if let Err(status) = self.address(request.headers_mut(), deadline) {
            return status.into_http();
        }
        let rpc = request.uri().path().trim_start_matches('/').to_owned();
        let answer = match tokio::time::timeout(deadline, channel.oneshot(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                tracing::debug!(peer = %self.name, error = telemetry::chain(&error), "a call did not get through");
                if overdue(&error) {
                    status::overdue(deadline.as_secs_f32()).into_http()
                } else {
                    status::unavailable(format!("服务 {} 联系不上,请稍后重试", self.name))
                        .into_http()
                }
            }
            Err(_) => status::overdue(deadline.as_secs_f32()).into_http(),
        };
        let code = super::server::code(&answer);
        Span::current().record(names::RPC_CODE, code);
        metrics::histogram!(names::RPC_CLIENT_SECONDS, "rpc" => rpc, "code" => code)
            .record(started.elapsed().as_secs_f64());
        answer
    }

    /// Puts in who calls, how long there is, and which trace it belongs to.
    fn address(
        &self,
        headers: &mut http::HeaderMap,
        deadline: Duration,
    ) -> Result<(), tonic::Status> {
        match &self.credentials {
            Credentials::None => {}
            Credentials::Bearer(value) => {
                headers.insert(AUTHORIZATION, value.clone());
            }
            Credentials::Own(keys) => {
                let token = keys
                    .identity_token()
                    .map_err(|error| status::internal(&error))?;
                let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                    .map_err(|error| status::internal(&error))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        if !headers.contains_key(GRPC_TIMEOUT)
            && let Ok(value) =
                HeaderValue::try_from(format!("{}m", deadline.as_millis().clamp(1, 99_999_999)))
        {
            headers.insert(GRPC_TIMEOUT, value);
        }
        if let Some(value) =
            telemetry::traceparent().and_then(|parent| HeaderValue::try_from(parent).ok())
        {
            headers.insert(TRACEPARENT, value);
        }
        Ok(())
    }
}

pub(super) const GRPC_TIMEOUT: &str = "grpc-timeout";
pub(super) const TRACEPARENT: &str = "traceparent";

impl Service<Request<Body>> for Peer {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let (service, method) = path.split_once('/').unwrap_or((&path, ""));
        let span = info_span!(
            "call",
            otel.name = %path,
            otel.kind = "client",
            rpc.system = "grpc",
            rpc.service = service,
            rpc.method = method,
            rpc.grpc.status_code = field::Empty,
        );
        let peer = self.clone();
        Box::pin(async move { Ok(peer.send(request).await) }.instrument(span))
    }
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn overdue(error: &tonic::transport::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<tonic::TimeoutExpired>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn endpoint(url: &str, tls: Option<&Tls>) -> anyhow::Result<Endpoint> {
    let mut endpoint = Endpoint::from_shared(url.to_owned())?
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .tcp_keepalive(Some(KEEP_ALIVE))
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(CONNECT)
        .keep_alive_while_idle(true);
    if let Some(tls) = tls.filter(|tls| tls.wanted() || !tls.authority.as_os_str().is_empty()) {
        let mut config = ClientTlsConfig::new();
        if !tls.authority.as_os_str().is_empty() {
            config = config.ca_certificate(Certificate::from_pem(fs::read(&tls.authority)?));
        }
        if tls.wanted() {
            config = config.identity(Identity::from_pem(
                fs::read(&tls.certificate)?,
                fs::read(&tls.key)?,
            ));
        }
        endpoint = endpoint.tls_config(config)?;
    }
    Ok(endpoint)
}
