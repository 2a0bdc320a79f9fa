//! The clock of the simulated stack, and whether its services have come to rest.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use suda_proto::operation::v1::{
    AdvanceClockRequest, StatusRequest, StatusResponse,
    operation_service_client::OperationServiceClient,
};

use super::cast::Cast;
use crate::{local::services::SERVICES, session::answer};

/// How often is looked.
const LOOK: Duration = Duration::from_millis(200);
/// How long the services may take after one moment, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(600);

/// Whoever turns the clock.
pub(super) struct Watch {
    cast: Arc<Cast>,
}

impl Watch {
    pub(super) fn of(cast: Arc<Cast>) -> Self {
        Self { cast }
    }

    /// What a service says of itself.
    pub(super) async fn status(&self, service: &str) -> anyhow::Result<StatusResponse> {
        let peer = self.cast.peer("admin", service).await?;
        answer(
            OperationServiceClient::new(peer)
                .status(StatusRequest {})
                .await,
        )
    }

    /// Turns the clock to an instant, and waits until the services did what was due.
    pub(super) async fn turn(&self, to: DateTime<Utc>) -> anyhow::Result<()> {
        let now = self.status("directory").await?.now;
        let now = now.as_ref().and_then(chassis::grpc::instant);
        let step = to - now.context("directory says no time")?;
        let Ok(seconds @ 1..) = u64::try_from(step.num_seconds()) else {
            return self.rest().await;
        };
        let peer = self.cast.peer("admin", "directory").await?;
        let request = AdvanceClockRequest { seconds };
        answer(
            OperationServiceClient::new(peer)
                .advance_clock(request)
                .await,
        )?;
        self.until("the clock of every service", async || {
            for service in &SERVICES {
                let status = self.status(service.name).await?;
                let now = status.now.as_ref().and_then(chassis::grpc::instant);
                if now < Some(to) || !looked(&status, to) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await?;
        self.rest().await
    }

    /// Waits until nobody has anything left to hear or to publish; twice, for what one publishes another hears.
    pub(super) async fn rest(&self) -> anyhow::Result<()> {
        self.until("the stack", async || {
            for _ in 0..2 {
                for service in &SERVICES {
                    let status = self.status(service.name).await?;
                    if status.parked > 0 {
                        bail!(
                            "{} parked {} messages; see `suda parked list`",
                            service.name,
                            status.parked
                        );
                    }
                    if status.outbox_unpublished + status.inbox_pending > 0 {
                        return Ok(false);
                    }
                }
            }
            Ok(true)
        })
        .await
    }

    async fn until(
        &self,
        what: &str,
        done: impl AsyncFn() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        let mut tick = tokio::time::interval(LOOK);
        loop {
            tick.tick().await;
            if done().await? {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("{what} does not come to rest; see `suda status` and the logs");
            }
        }
    }
}

/// Whether the watchdog has looked for what is due since the clock was turned.
fn looked(status: &StatusResponse, to: DateTime<Utc>) -> bool {
    let mut looks = status.tasks.iter().filter(|task| task.name == "tell_due");
    looks.all(|task| {
        let ran = task.last_run_at.as_ref().and_then(chassis::grpc::instant);
        ran >= Some(to)
    })
}
