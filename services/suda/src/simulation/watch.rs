//! The clock of the simulated stack, and whether its services have come to rest.

use std::time::Duration;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use suda_proto::operation::v1::{
    AdvanceClockRequest, StatusResponse, operation_service_client::OperationServiceClient,
};

use super::cast::Cast;
use crate::{
    local::services::SERVICES,
    rest::{Doors, until},
    session::answer,
};

/// How long the services may take after one moment, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(600);

/// Whoever turns the clock.
pub(super) struct Watch {
    doors: Doors,
    clock: OperationServiceClient<chassis::grpc::Peer>,
}

impl Watch {
    pub(super) async fn of(cast: &Cast) -> anyhow::Result<Self> {
        let mut ways = Vec::new();
        for service in &SERVICES {
            ways.push((service.name, cast.peer("admin", service.name).await?));
        }
        Ok(Self {
            doors: Doors::by(ways),
            clock: OperationServiceClient::new(cast.peer("admin", "directory").await?),
        })
    }

    /// What a service says of itself.
    pub(super) async fn status(&self, service: &str) -> anyhow::Result<StatusResponse> {
        self.doors.status(service).await
    }

    /// Turns the clock to an instant, and waits until the services did what was due.
    pub(super) async fn turn(&self, to: DateTime<Utc>) -> anyhow::Result<()> {
        let now = self.status("directory").await?.now;
        let now = now.as_ref().and_then(chassis::grpc::instant);
        let step = to - now.context("directory says no time")?;
        let Ok(seconds @ 1..) = u64::try_from(step.num_seconds()) else {
            return self.rest().await;
        };
        let request = AdvanceClockRequest { seconds };
        answer(self.clock.clone().advance_clock(request).await)?;
        until("the clock of every service", PATIENCE, async || {
            let statuses = self.doors.statuses().await?;
            let there = statuses.iter().all(|status| {
                let now = status.now.as_ref().and_then(chassis::grpc::instant);
                now >= Some(to) && looked(status, to)
            });
            Ok(there.then_some(()))
        })
        .await?;
        self.rest().await
    }

    /// Waits until nobody has anything left to hear or to publish; nothing may be parked by then.
    pub(super) async fn rest(&self) -> anyhow::Result<()> {
        for status in self.doors.rest(PATIENCE).await? {
            if status.parked > 0 {
                bail!(
                    "{} parked {} messages; see `suda parked list`",
                    status.service,
                    status.parked
                );
            }
        }
        Ok(())
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
