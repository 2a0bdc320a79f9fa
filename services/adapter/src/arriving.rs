//! Keeping what arrives: the bytes, then the row, and only then does the other side get its answer.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::{
    desk::{Desk, digest},
    domain::{
        incoming::{Incoming, State},
        plain,
    },
    store,
    way::Way,
};

/// How much of what is wrong with a message intake shows.
pub(crate) const LONGEST_WHY: usize = 200;

/// Something that arrived.
#[derive(Clone)]
pub struct Arrival {
    /// Within what the message's own id is unique.
    pub scope: String,
    /// The message's own id; empty when it has none.
    pub message_id: String,
    /// The mailbox, account or line it came to.
    pub account: String,
    /// The unit of that account.
    pub unit_code: String,
    /// The address it came from; empty when none is named. Only a keyed digest of it is kept in the row.
    pub sender: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// The bytes as they came.
    pub raw: Bytes,
    /// SHA-256 of what must be equal in a repeat; empty for the bytes themselves.
    pub body_digest: String,
    /// What the door already knows to be wrong with it; empty when nothing.
    pub flaw: String,
    /// What tells this delivery from the others.
    pub note: String,
}

/// What was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The row.
    pub id: Uuid,
    /// Whether the message was known.
    pub again: bool,
    /// How many deliveries of it are known by now.
    pub deliveries: u64,
}

impl<W: Way> Desk<W> {
    /// Keeps what arrived. After this it is not lost; before this the other side must not be answered.
    pub async fn keep(&self, arrival: Arrival) -> anyhow::Result<Kept> {
        let raw_digest = self.base.blobs.put(arrival.raw.clone()).await?;
        let now = self.base.clock.now();
        let kept = self
            .base
            .db
            .transaction("keep_message", async |tx| {
                let body_digest = if arrival.body_digest.is_empty() {
                    raw_digest.clone()
                } else {
                    arrival.body_digest.clone()
                };
                // Whoever writes to us chooses the id: one that cannot be kept as it is must not keep the message out.
                let mut message_id = if arrival.message_id.is_empty() {
                    raw_digest.clone()
                } else if plain::is_key(&arrival.message_id) {
                    arrival.message_id.clone()
                } else {
                    digest(arrival.message_id.as_bytes())
                };
                let mut known = store::incoming::known(tx, &arrival.scope, &message_id).await?;
                if known
                    .as_ref()
                    .is_some_and(|known| known.body_digest != body_digest)
                {
                    // The same id for another text: ids are not to be trusted, people's messages are not to be lost.
                    message_id = format!("{message_id}#{}", digest(body_digest.as_bytes()));
                    known = store::incoming::known(tx, &arrival.scope, &message_id).await?;
                }
                let (id, again) = if let Some(known) = known {
                    (known.id, true)
                } else {
                    let message = Incoming {
                        id: self.base.ids.new_id(),
                        scope: arrival.scope.clone(),
                        message_id,
                        account: arrival.account.clone(),
                        unit_code: arrival.unit_code.clone(),
                        sender_key: self.sender_key(&arrival.sender),
                        received_at: arrival.received_at,
                        taken_at: now,
                        raw_digest: raw_digest.clone(),
                        flaw: plain::line(&arrival.flaw, LONGEST_WHY),
                        state: State::Received,
                        revision: 1,
                    };
                    if !store::incoming::insert(tx, &message, &body_digest).await? {
                        return Err(DbErr::Custom("kept by somebody else just now".to_owned()));
                    }
                    (message.id, false)
                };
                let note = if plain::is_key(&arrival.note) {
                    arrival.note.clone()
                } else {
                    digest(arrival.note.as_bytes())
                };
                store::incoming::arrived(tx, id, &arrival.account, &raw_digest, &note, now).await?;
                let deliveries = store::incoming::deliveries(tx, id).await?;
                Ok::<_, DbErr>(Kept {
                    id,
                    again,
                    deliveries,
                })
            })
            .await?;
        Ok(kept)
    }
}
