//! What the doors of an adapter share.

use std::collections::BTreeMap;

use chassis::run::Base;
use sha2::{Digest as _, Sha256};
use suda_proto::{
    intake::v1::intake_service_client::IntakeServiceClient,
    routing::v1::routing_service_client::RoutingServiceClient,
};
use uuid::Uuid;

use crate::{store, way::Way};

/// The largest message to and from intake: a file of 20 MiB and what is around it.
pub(crate) const LARGEST_MESSAGE: usize = 32 * 1024 * 1024;

/// What every adapter may set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How many acknowledgements one sender gets in a day.
    pub answers_per_day: u64,
    /// How many rows a round takes.
    pub batch: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answers_per_day: 10,
            batch: 50,
        }
    }
}

/// An adapter's desk: its way, and what the chassis gives every service.
pub struct Desk<W> {
    /// The service's name.
    pub name: &'static str,
    /// How the channel reads and sends.
    pub way: W,
    /// What the chassis gives.
    pub base: Base,
    /// What the operator set.
    pub limits: Limits,
}

impl<W: Way> Desk<W> {
    /// A way to intake.
    #[must_use]
    pub fn intake(&self) -> IntakeServiceClient<chassis::grpc::Peer> {
        IntakeServiceClient::new(self.base.peers.channel("intake"))
            .max_encoding_message_size(LARGEST_MESSAGE)
            .max_decoding_message_size(LARGEST_MESSAGE)
    }

    /// A way to routing.
    pub(crate) fn routing(&self) -> RoutingServiceClient<chassis::grpc::Peer> {
        RoutingServiceClient::new(self.base.peers.channel("routing"))
    }

    /// A digest of a sender's address that nobody without our key can make; empty for no address.
    #[must_use]
    pub fn sender_key(&self, address: &str) -> String {
        let address = address.trim().to_lowercase();
        if address.is_empty() {
            return String::new();
        }
        self.keyed(&format!("sender:{address}"))
    }

    /// The token that stands in every message of ours about a complaint.
    #[must_use]
    pub fn token(&self, complaint: Uuid) -> String {
        self.keyed(&format!("conversation:{complaint}"))
    }

    fn keyed(&self, text: &str) -> String {
        let signature = self.base.keys.sign(text.as_bytes());
        let mut digest = hex::encode(Sha256::digest(signature));
        digest.truncate(32);
        digest
    }

    /// How many messages and notices are in which state.
    pub async fn counts(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let mut counts = store::incoming::counts(&self.base.db).await?;
        counts.extend(store::deliveries::counts(&self.base.db).await?);
        Ok(counts)
    }
}

/// SHA-256, hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
