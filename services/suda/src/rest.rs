//! Whether a stack has come to rest: nobody has anything left to hear or to publish.

use std::time::{Duration, Instant};

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

/// The doors at which the services say how they are.
pub struct Doors(Vec<(&'static str, OperationServiceClient<Peer>)>);

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

    /// What a service says of itself, with its counts.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn status(&self, service: &str) -> anyhow::Result<StatusResponse> {
        self.ask(service, false).await
    }

    async fn ask(&self, service: &str, brief: bool) -> anyhow::Result<StatusResponse> {
        let door = self.0.iter().find(|(name, _)| *name == service);
        let (_, mut door) = door.cloned().context("every service has a door")?;
        answer(door.status(StatusRequest { brief }).await)
            .with_context(|| format!("{service} cannot say how it is"))
    }

    /// What all say of themselves, without counts, asked at once.
    ///
    /// # Errors
    /// When one does not answer.
    pub async fn statuses(&self) -> anyhow::Result<Vec<StatusResponse>> {
        let asked = self.0.iter().map(|(name, _)| self.ask(name, true));
        futures::future::try_join_all(asked).await
    }

    /// Waits until nobody has anything left to hear or to publish; twice, for what one publishes another hears. Gives what all
    /// said then.
    ///
    /// # Errors
    /// When a service does not answer, or something is left after `patience`.
    pub async fn rest(&self, patience: Duration) -> anyhow::Result<Vec<StatusResponse>> {
        until("the stack", patience, async || {
            if !rests(&self.statuses().await?) {
                return Ok(None);
            }
            Ok(Some(self.statuses().await?).filter(|statuses| rests(statuses)))
        })
        .await
    }
}

fn rests(statuses: &[StatusResponse]) -> bool {
    statuses
        .iter()
        .all(|status| status.outbox_unpublished + status.inbox_pending == 0)
}

/// Looks again and again until something is there.
///
/// # Errors
/// What a look says, or that it was not there within `patience`.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    look: impl AsyncFn() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let end = Instant::now() + patience;
    let mut tick = tokio::time::interval(LOOK);
    loop {
        tick.tick().await;
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        if Instant::now() > end {
            bail!("{what} does not come to rest; see `suda status` and the logs");
        }
    }
}
