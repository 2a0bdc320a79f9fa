//! What probes and operators ask over plain HTTP: `/livez`, `/readyz` (with reasons), `/status`, `/metrics`.

use std::{
    collections::BTreeMap,
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
}
