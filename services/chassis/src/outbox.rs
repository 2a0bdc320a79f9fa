//! Messages leave a service through here, and only through here.
//!
//! An action writes what it tells in its own transaction; one relay per database publishes what is committed.
//! The relay looks for rows without `published_at`, never past a position: positions are given at insert and
//! seen at commit, so a slow transaction's facts appear behind faster ones.

use std::time::Duration;

use anyhow::Context;
use async_nats::jetstream;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::future::join_all;
use sea_orm::{ConnectionTrait as _, DbErr};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    clock::Clock,
    db::{Db, Tx, sql},
    envelope::Heard,
    shutdown::Tasks,
    telemetry,
};

/// How many facts are on their way to the broker at a time.
const BATCH: i64 = 500;
/// How long the relay looks away when no commit of this process wakes it.
const GLANCE: Duration = Duration::from_millis(200);
/// How long the broker may take to confirm.
const PATIENCE: Duration = Duration::from_secs(10);
/// The advisory lock of the relay; each database has its own.
const RELAY_LOCK: i64 = 0x5355_4441;

/// What is told beside the fact itself.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Id of the message.
    pub id: Uuid,
    /// The union it concerns; the last token of the subject.
    pub union: &'a str,
    /// What it is about: the id of a case, the code of a unit.
    pub key: &'a str,
    /// When the fact happened.
    pub occurred_at: DateTime<Utc>,
    /// Post or service that caused it; never a name.
    pub actor: &'a str,
}

/// A fact as it goes into the outbox.
#[derive(Debug)]
pub struct Message {
    id: Uuid,
    subject: String,
    key: String,
    actor: String,
    traceparent: String,
    body: Vec<u8>,
    occurred_at: DateTime<Utc>,
    written_at: DateTime<Utc>,
}

impl Message {
    /// Makes it; the fact's full protobuf name and the union are its subject.
    pub fn new<M>(told: &Told<'_>, fact: &M) -> Self
    where
        M: prost::Message + prost::Name,
    {
        Self {
            id: told.id,
            subject: format!("{}.{}", M::full_name(), told.union),
            key: told.key.to_owned(),
            actor: told.actor.to_owned(),
            traceparent: telemetry::traceparent().unwrap_or_default(),
            body: fact.encode_to_vec(),
            occurred_at: told.occurred_at,
            written_at: written_at(told),
        }
    }
}

/// Stores one fact in the transaction that caused it.
///
/// # Errors
/// When the database fails.
pub async fn tell<M>(tx: &Tx, told: &Told<'_>, fact: &M) -> Result<(), DbErr>
where
    M: prost::Message + prost::Name,
{
    tell_all(tx, vec![Message::new(told, fact)]).await
}

/// Stores facts in the transaction that caused them, in their order.
///
/// # Errors
/// When the database fails.
pub async fn tell_all(tx: &Tx, messages: Vec<Message>) -> Result<(), DbErr> {
    if messages.is_empty() {
        return Ok(());
    }
    let text = "INSERT INTO outbox (id, subject, key, actor, traceparent, body, occurred_at, written_at) \
                SELECT id, subject, key, actor, nullif(traceparent, ''), body, occurred_at, written_at \
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], \
                $7::timestamptz[], $8::timestamptz[]) WITH ORDINALITY \
                AS told (id, subject, key, actor, traceparent, body, occurred_at, written_at, place) ORDER BY place";
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id).collect();
    let happened: Vec<_> = messages.iter().map(|message| message.occurred_at).collect();
    let written: Vec<_> = messages.iter().map(|message| message.written_at).collect();
    let (mut subjects, mut keys, mut actors) = (Vec::new(), Vec::new(), Vec::new());
    let (mut traces, mut bodies) = (Vec::new(), Vec::new());
    for message in messages {
        subjects.push(message.subject);
        keys.push(message.key);
        actors.push(message.actor);
        traces.push(message.traceparent);
        bodies.push(message.body);
    }
    let values = [
        ids.into(),
        subjects.into(),
        keys.into(),
        actors.into(),
        traces.into(),
        bodies.into(),
        happened.into(),
        written.into(),
    ];
    tx.execute_raw(sql(text, values)).await.map(drop)
}

/// The id was made by the service's clock when the fact was told, and carries that time.
fn written_at(told: &Told<'_>) -> DateTime<Utc> {
    told.id
        .get_timestamp()
        .and_then(|made| {
            let (seconds, nanoseconds) = made.to_unix();
            DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
        })
        .unwrap_or(told.occurred_at)
}

#[derive(FromRow)]
struct Row {
    position: i64,
    id: Uuid,
    subject: String,
    key: String,
    actor: String,
    traceparent: Option<String>,
    body: Vec<u8>,
    occurred_at: DateTime<Utc>,
}

/// Publishes what the service tells.
pub struct Relay {
    /// Whose outbox.
    pub db: Db,
    /// Where to.
    pub broker: jetstream::Context,
    /// The service's name.
    pub source: &'static str,
    /// The service's clock.
    pub clock: std::sync::Arc<dyn Clock>,
}

impl Relay {
    /// Publishes until the process stops; whatever was told before that is published first, if the broker lets it.
    pub fn start(self, tasks: &Tasks) {
        let stopping = tasks.stopping();
        tasks.spawn(async move {
            loop {
                let last = stopping.is_cancelled();
                if let Err(error) = self.hold_and_publish(&stopping).await {
                    tracing::warn!(
                        error = telemetry::chain(error.as_ref()),
                        "the relay starts over"
                    );
                }
                if last {
                    return;
                }
                self.wait(&stopping).await;
            }
        });
    }

    async fn wait(&self, stopping: &tokio_util::sync::CancellationToken) {
        let committed = self.db.committed();
        tokio::select! {
            () = stopping.cancelled() => {}
            () = committed.notified() => {}
            _ = tokio::time::timeout(GLANCE, std::future::pending::<()>()) => {}
        }
    }

    /// Publishes for as long as this process holds the lock; another replica holding it is no error.
    async fn hold_and_publish(
        &self,
        stopping: &tokio_util::sync::CancellationToken,
    ) -> anyhow::Result<()> {
        let mut held = self
            .db
            .pool()
            .acquire()
            .await
            .context("no connection for the relay")?;
        let mine: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(RELAY_LOCK)
            .fetch_one(&mut *held)
            .await?;
        if !mine {
            return Ok(());
        }
        let published = loop {
            match self.publish_batch(&mut held).await {
                Ok(0) if stopping.is_cancelled() => break Ok(()),
                Ok(0) => self.wait(stopping).await,
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        // The lock belongs to the connection; it must not go back to the pool with it.
        drop(held.detach());
        published
    }

    async fn publish_batch(&self, held: &mut PgConnection) -> anyhow::Result<usize> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT position, id, subject, key, actor, traceparent, body, occurred_at FROM outbox \
             WHERE published_at IS NULL ORDER BY position LIMIT $1",
        )
        .bind(BATCH)
        .fetch_all(&mut *held)
        .await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut sent = Vec::with_capacity(rows.len());
        for row in rows {
            let position = row.position;
            sent.push((position, self.publish(row).await?));
        }
        let confirmed = join_all(sent.into_iter().map(async |(position, ack)| {
            let ack = tokio::time::timeout(PATIENCE, ack)
                .await
                .context("the broker does not confirm")?;
            ack.context("the broker refused a fact")?;
            anyhow::Ok(position)
        }))
        .await;
        let (done, failed): (Vec<_>, Vec<_>) = confirmed.into_iter().partition(Result::is_ok);
        let done: Vec<i64> = done.into_iter().flatten().collect();
        sqlx::query("UPDATE outbox SET published_at = $1 WHERE position = ANY($2)")
            .bind(self.clock.now())
            .bind(&done)
            .execute(held)
            .await?;
        match failed.into_iter().next() {
            Some(Err(error)) => Err(error),
            _ => Ok(done.len()),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the relay is the one publisher")]
    async fn publish(&self, row: Row) -> anyhow::Result<jetstream::context::PublishAckFuture> {
        let message = Heard {
            id: row.id,
            union: String::new(),
            subject: row.subject,
            key: row.key,
            occurred_at: row.occurred_at,
            actor: row.actor,
            source: self.source.to_owned(),
            body: Bytes::from(row.body),
            traceparent: row.traceparent,
        };
        let headers = message.headers();
        self.broker
            .publish_with_headers(message.subject, headers, message.body)
            .await
            .context("cannot reach the broker")
    }
}
