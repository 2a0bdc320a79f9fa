//! What probes and operators ask over plain HTTP: `/livez`, `/readyz` (with reasons), `/status`, `/metrics`.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use futures::future::{BoxFuture, join_all};
use serde::Serialize;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::telemetry;

/// How long one check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

type Check = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;
type Status = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<Value>> + Send + Sync>;

/// What a service says about itself.
pub struct Health {
    service: String,
    taking: AtomicBool,
    checks: Vec<(&'static str, Check)>,
    status: Option<Status>,
}

#[derive(Serialize)]
struct Ready {
    service: String,
    ready: bool,
    /// "ok" or the reason, by what was checked.
    checks: BTreeMap<&'static str, String>,
}

impl Health {
    /// Says nothing but that it lives; it is not ready before [`Health::take`].
    #[must_use]
    pub fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            taking: AtomicBool::new(false),
            checks: Vec::new(),
            status: None,
        }
    }

    /// Adds something that must be well before requests are sent here: the database, the broker, the schema.
    #[must_use]
    pub fn check<F, Fut>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.checks
            .push((name, Box::new(move || Box::pin(check()))));
        self
    }

    /// Says what `/status` answers.
    #[must_use]
    pub fn status<F, Fut>(mut self, status: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<Value>> + Send + 'static,
    {
        self.status = Some(Box::new(move || Box::pin(status())));
        self
    }

    /// Says that requests are taken now, or no more.
    pub fn take(&self, taking: bool) {
        self.taking.store(taking, Ordering::Relaxed);
    }

    async fn ready(&self) -> Ready {
        let answers = join_all(self.checks.iter().map(async |(name, check)| {
            let answer = match tokio::time::timeout(PATIENCE, check()).await {
                Ok(Ok(())) => "ok".to_owned(),
                Ok(Err(error)) => telemetry::chain(error.as_ref()),
                Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
            };
            (*name, answer)
        }))
        .await;
        let mut checks: BTreeMap<_, _> = answers.into_iter().collect();
        let taking = if self.taking.load(Ordering::Relaxed) {
            "ok"
        } else {
            "starting or stopping: takes no requests"
        };
        checks.insert("taking", taking.to_owned());
        Ready {
            service: self.service.clone(),
            ready: checks.values().all(|answer| answer == "ok"),
            checks,
        }
    }
}

/// The routes.
pub fn router(health: Arc<Health>) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/status", get(status))
        .route("/metrics", get(metrics))
        .with_state(health)
}

/// Asks the service that listens at `address` on this machine whether it is ready: for places where nothing but its own
/// program is there to ask.
///
/// # Errors
/// When it is not; the error is its own answer.
pub(crate) async fn ask(address: &str) -> anyhow::Result<()> {
    let port = address.rsplit_once(':').map_or(address, |(_, port)| port);
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse()?)).await?;
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE * 2, stream.read_to_string(&mut answer)).await??;
    anyhow::ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "not ready: {}",
        answer.rsplit("\r\n\r\n").next().unwrap_or_default()
    );
    Ok(())
}

async fn readyz(State(health): State<Arc<Health>>) -> impl IntoResponse {
    let ready = health.ready().await;
    let code = if ready.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(ready))
}

async fn status(State(health): State<Arc<Health>>) -> impl IntoResponse {
    let Some(status) = &health.status else {
        return (
            StatusCode::OK,
            Json(serde_json::json!({ "service": health.service })),
        );
    };
    match tokio::time::timeout(PATIENCE, status()).await {
        Ok(Ok(status)) => (StatusCode::OK, Json(status)),
        Ok(Err(error)) => {
            let reason = telemetry::chain(error.as_ref());
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(serde_json::json!({ "service": health.service, "reason": reason })),
            )
        }
        Err(_) => {
            let reason = format!("no answer within {} s", PATIENCE.as_secs());
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(serde_json::json!({ "service": health.service, "reason": reason })),
            )
        }
    }
}

async fn metrics() -> impl IntoResponse {
    match telemetry::metrics() {
        Some(handle) => (StatusCode::OK, handle.render()),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "another recorder of metrics was installed first\n".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn readiness_names_what_is_not_well() {
        let health = Health::new("intake")
            .check("database", async || Ok(()))
            .check("broker", async || anyhow::bail!("connection refused"));
        let before = health.ready().await;
        assert!(!before.ready && before.checks["taking"].starts_with("starting"));
        health.take(true);
        let ready = health.ready().await;
        assert!(!ready.ready);
        assert_eq!(ready.checks["broker"], "connection refused");
        assert_eq!(ready.checks["database"], "ok");
    }
    #[tokio::test]
    async fn a_service_can_be_asked_by_its_own_program() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let health = Arc::new(Health::new("intake"));
        let serving = axum::serve(listener, router(Arc::clone(&health))).into_future();
        let asking = async {
            let starting = ask(&address).await.unwrap_err().to_string();
            assert!(starting.contains("takes no requests"), "{starting}");
            health.take(true);
            ask(&address).await.unwrap();
        };
        tokio::select! {
            served = serving => panic!("the door closed: {served:?}"),
            () = asking => {}
        }
    }
}
