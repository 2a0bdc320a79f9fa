//! Whether a stack has come to rest: nobody has anything left to hear or to publish.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use chassis::grpc::Peer;
use suda_proto::operation::v1::{
    StatusRequest, StatusResponse, operation_service_client::OperationServiceClient,
};

use crate::{
    local::services::SERVICES,
    session::{SignedIn, answer},
};

/// How often is looked.
const LOOK: Duration = Duration::from_millis(100);

/// What every service says of itself, by name.
pub type Statuses = BTreeMap<&'static str, StatusResponse>;

/// The doors at which the services say how they are.
pub struct Doors(BTreeMap<&'static str, OperationServiceClient<Peer>>);

impl Doors {
    /// The doors of a stack, as somebody who signed in.
    ///
    /// # Errors
    /// When a service has no address.
    pub fn of(signed_in: &SignedIn) -> anyhow::Result<Self> {
        let ways = SERVICES.map(|service| Ok((service.name, signed_in.peer(service.name)?)));
        let ways: anyhow::Result<Vec<_>> = ways.into_iter().collect();
        Ok(Self::by(ways?))
    }

    /// The doors behind these ways.
    pub fn by(ways: impl IntoIterator<Item = (&'static str, Peer)>) -> Self {
        let ways = ways.into_iter();
        Self(
            ways.map(|(name, way)| (name, OperationServiceClient::new(way)))
                .collect(),
        )
    }

    /// What a service says of itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn status(&self, service: &str) -> anyhow::Result<StatusResponse> {
        let door = self.0.get(service);
        let mut door = door.cloned().context("every service has a door")?;
        answer(door.status(StatusRequest {}).await)
            .with_context(|| format!("{service} cannot say how it is"))
    }

    /// What all say of themselves.
    ///
    /// # Errors
    /// When one does not answer.
    pub async fn statuses(&self) -> anyhow::Result<Statuses> {
        let mut statuses = Statuses::new();
        for name in self.0.keys() {
            statuses.insert(name, self.status(name).await?);
        }
        Ok(statuses)
    }

    /// Waits until nobody has anything left to hear or to publish; twice, for what one publishes another hears.
    ///
    /// # Errors
    /// When a service does not answer, or something is left after `patience`.
    pub async fn rest(&self, patience: Duration) -> anyhow::Result<()> {
        until("the stack", patience, async || {
            for _ in 0..2 {
                let statuses = self.statuses().await?;
                let left =
                    |status: &StatusResponse| status.outbox_unpublished + status.inbox_pending;
                if statuses.values().map(left).sum::<u64>() > 0 {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await
    }
}

/// Looks again and again until something is done.
///
/// # Errors
/// What a look says, or that it was not done within `patience`.
pub async fn until(
    what: &str,
    patience: Duration,
    done: impl AsyncFn() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let end = Instant::now() + patience;
    let mut tick = tokio::time::interval(LOOK);
    loop {
        tick.tick().await;
        if done().await? {
            return Ok(());
        }
        if Instant::now() > end {
            bail!("{what} does not come to rest; see `suda status` and the logs");
        }
    }
}
