//! Messages enter a service through here: once each, in the transaction of what they cause.
//!
//! A message ends in exactly one of three: done, again later, or parked with its reason. It is remembered in the
//! transaction that acts on it and acknowledged after the commit, so that dying anywhere in between only makes it come
//! again; and one that comes again is known.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc};

use futures::{FutureExt as _, future::BoxFuture};
use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult};
use tracing::Instrument as _;
use uuid::Uuid;

pub use crate::envelope::Heard;
use crate::{
    clock::Clock,
    db::{Db, Tx, sql},
    operation::Replayed,
    streams::Stream,
    telemetry,
};

mod consume;

pub(crate) use consume::Consumer;

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It may work later.
    #[error("to be tried again")]
    Again(#[source] anyhow::Error),
    /// It will never work.
    #[error("to be parked")]
    Park(#[source] anyhow::Error),
}

impl From<DbErr> for Trouble {
    fn from(error: DbErr) -> Self {
        Self::Again(error.into())
    }
}

/// A desk that knows what to do when it is told `M`.
pub trait Hears<M>: Send + Sync + 'static {
    /// Does it, inside `tx`.
    fn hear(
        &self,
        tx: &Tx,
        told: M,
        heard: &Heard,
    ) -> impl Future<Output = Result<(), Trouble>> + Send;
}

/// A desk that takes every message of every service, as it came.
pub trait HearsAll: Send + Sync + 'static {
    /// Takes a batch, inside `tx`.
    fn hear_all(
        &self,
        tx: &Tx,
        batch: &[Heard],
    ) -> impl Future<Output = Result<(), Trouble>> + Send;
}

type Handler<D> = Box<
    dyn for<'a> Fn(&'a D, &'a Tx, &'a Heard) -> BoxFuture<'a, Result<(), Trouble>> + Send + Sync,
>;
type BatchHandler<D> = Box<
    dyn for<'a> Fn(&'a D, &'a Tx, &'a [Heard]) -> BoxFuture<'a, Result<(), Trouble>> + Send + Sync,
>;

/// Everything a service hears.
pub struct Inbox<D> {
    desk: Arc<D>,
    handlers: BTreeMap<String, Handler<D>>,
    everything: Option<(&'static [&'static str], BatchHandler<D>)>,
}

impl<D: Send + Sync + 'static> Inbox<D> {
    /// Hears nothing yet.
    #[must_use]
    pub fn new(desk: Arc<D>) -> Self {
        Self {
            desk,
            handlers: BTreeMap::new(),
            everything: None,
        }
    }

    /// Hears `M` from now on; its full protobuf name is its subject.
    #[must_use]
    pub fn on<M>(mut self) -> Self
    where
        M: prost::Message + prost::Name + Default + 'static,
        D: Hears<M>,
    {
        let handler: Handler<D> = Box::new(|desk, tx, heard| {
            Box::pin(async move {
                let told =
                    M::decode(heard.body.clone()).map_err(|error| Trouble::Park(error.into()))?;
                desk.hear(tx, told, heard).await
            })
        });
        self.handlers.insert(M::full_name(), handler);
        self
    }

    /// Hears every message of these packages, such as `suda.intake.v1.`; of `suda.` it hears every message of every service.
    #[must_use]
    pub fn on_everything_of(mut self, packages: &'static [&'static str]) -> Self
    where
        D: HearsAll,
    {
        let handler: BatchHandler<D> =
            Box::new(|desk, tx, batch| Box::pin(desk.hear_all(tx, batch)));
        self.everything = Some((packages, handler));
        self
    }
}

/// An inbox whose desk is not named in its type.
pub(crate) trait Mailbox: Send + Sync + 'static {
    /// The subjects that it hears of a stream; none of one that carries nothing for it.
    fn subjects(&self, stream: &Stream) -> Vec<String>;
    /// Acts on messages that are new, inside `tx`.
    fn act<'a>(&'a self, tx: &'a Tx, batch: &'a [Heard]) -> BoxFuture<'a, Result<(), Trouble>>;
}

impl<D: Send + Sync + 'static> Mailbox for Inbox<D> {
    fn subjects(&self, stream: &Stream) -> Vec<String> {
        match self.everything {
            Some((packages, _)) => stream.of(packages),
            None => self
                .handlers
                .keys()
                .filter(|message| stream.carries(message))
                .map(|message| format!("{message}.*"))
                .collect(),
        }
    }

    fn act<'a>(&'a self, tx: &'a Tx, batch: &'a [Heard]) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if let Some((_, handler)) = &self.everything {
                // Each message shows in the trace of its cause; the work is shared.
                let _spans: Vec<_> = batch.iter().map(span).collect();
                return handler(&self.desk, tx, batch).await;
            }
            for heard in batch {
                let handler = self.handlers.get(heard.message()).ok_or_else(|| {
                    Trouble::Park(anyhow::anyhow!("nobody here hears {}", heard.subject))
                })?;
                handler(&self.desk, tx, heard)
                    .instrument(span(heard))
                    .await?;
            }
            Ok(())
        })
    }
}

/// Hearing a message is part of the trace of whatever caused it.
fn span(heard: &Heard) -> tracing::Span {
    let name = format!("{} process", heard.message());
    let span =
        tracing::info_span!("process", otel.name = name, message = %heard.id, key = heard.key);
    telemetry::follow(&span, heard.traceparent.as_deref());
    span
}

/// Takes messages into the database, whoever brings them.
pub(crate) struct Taker {
    pub(crate) mailbox: Arc<dyn Mailbox>,
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) service: &'static str,
}

#[derive(FromQueryResult)]
struct Known {
    message_id: Uuid,
}

#[derive(FromQueryResult)]
struct ParkedRow {
    message_id: Uuid,
    subject: String,
    key: String,
    actor: String,
    source: String,
    traceparent: Option<String>,
    body: Vec<u8>,
    occurred_at: chrono::DateTime<chrono::Utc>,
}

impl Taker {
    /// Takes a batch in one transaction: all of it is done, or none.
    pub(crate) async fn take(&self, batch: &[Heard]) -> Result<(), Trouble> {
        let taken = self.db.transaction("take_messages", async |tx| {
            let fresh = self.remember(tx, batch).await?;
            if fresh.is_empty() {
                Ok(())
            } else {
                self.mailbox.act(tx, &fresh).await
            }
        });
        unpanicked(taken).await
    }

    /// Remembers the messages and gives those that were not known before, in their order.
    async fn remember(&self, tx: &Tx, batch: &[Heard]) -> Result<Vec<Heard>, DbErr> {
        let ids: Vec<Uuid> = batch.iter().map(|heard| heard.id).collect();
        let text = "INSERT INTO inbox (message_id, heard_at) SELECT DISTINCT unnest($1::uuid[]), $2 \
                    ON CONFLICT DO NOTHING RETURNING message_id";
        let known = Known::find_by_statement(sql(text, [ids.into(), self.clock.now().into()]))
            .all(tx)
            .await?;
        let mut new: std::collections::HashSet<Uuid> =
            known.into_iter().map(|row| row.message_id).collect();
        Ok(batch
            .iter()
            .filter(|heard| new.remove(&heard.id))
            .cloned()
            .collect())
    }

    /// Sets a message aside with its reason, for a person to look at.
    pub(crate) async fn park(&self, heard: &Heard, reason: &anyhow::Error) -> Result<(), DbErr> {
        // No database keeps a NUL, and a reason that cannot be kept would hold up the whole stream.
        let reason = telemetry::chain(reason.as_ref()).replace('\0', "");
        tracing::error!(
            message = %heard.id, subject = heard.subject, reason,
            "message {} was parked; see `suda parked list`", heard.id
        );
        let text = "INSERT INTO parked (message_id, consumer, subject, key, actor, source, traceparent, body, occurred_at, reason, parked_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                    ON CONFLICT (message_id) DO UPDATE SET reason = excluded.reason, parked_at = excluded.parked_at";
        let values = [
            heard.id.into(),
            self.service.into(),
            heard.subject.as_str().into(),
            heard.key.as_str().into(),
            heard.actor.as_str().into(),
            heard.source.as_str().into(),
            heard.traceparent.clone().into(),
            heard.body.to_vec().into(),
            heard.occurred_at.into(),
            reason.into(),
            self.clock.now().into(),
        ];
        self.db.reader().execute_raw(sql(text, values)).await?;
        Ok(())
    }

    /// Takes a parked message once more, or all of them.
    pub(crate) async fn replay(&self, id: Option<Uuid>) -> anyhow::Result<Replayed> {
        let text = "SELECT message_id, subject, key, actor, source, traceparent, body, occurred_at FROM parked \
                    WHERE $1::uuid IS NULL OR message_id = $1 ORDER BY parked_at, message_id";
        let rows = ParkedRow::find_by_statement(sql(text, [id.into()]))
            .all(self.db.reader())
            .await?;
        let mut replayed = Replayed::default();
        for row in rows {
            match self.take_parked(row).await? {
                true => replayed.done += 1,
                false => replayed.still_parked += 1,
            }
        }
        Ok(replayed)
    }

    async fn take_parked(&self, row: ParkedRow) -> anyhow::Result<bool> {
        let heard = Heard {
            id: row.message_id,
            union: row
                .subject
                .rsplit_once('.')
                .map(|(_, union)| union.to_owned())
                .unwrap_or_default(),
            subject: row.subject,
            key: row.key,
            occurred_at: row.occurred_at,
            actor: row.actor,
            source: row.source,
            body: row.body.into(),
            traceparent: row.traceparent,
        };
        let batch = [heard];
        let done = self.db.transaction("replay_message", async |tx| {
            let fresh = self.remember(tx, &batch).await?;
            if !fresh.is_empty() {
                self.mailbox.act(tx, &fresh).await?;
            }
            let text = "DELETE FROM parked WHERE message_id = $1";
            tx.execute_raw(sql(text, [batch[0].id.into()])).await?;
            Ok(())
        });
        match unpanicked(done).await {
            Ok(()) => Ok(true),
            Err(Trouble::Again(reason) | Trouble::Park(reason)) => {
                self.park(&batch[0], &reason).await?;
                Ok(false)
            }
        }
    }
}

/// A handler that panics on a message must not stop the hearing of all that come after it: it is tried again like any other
/// and parked in the end. What it said may quote a complaint; it stands in the process's own output only.
async fn unpanicked(taken: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
    let panicked = || Trouble::Again(anyhow::anyhow!("the handler panicked"));
    AssertUnwindSafe(taken)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(panicked()))
}
