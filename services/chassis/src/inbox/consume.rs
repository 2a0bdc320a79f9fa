//! The loop that fetches messages from the broker and sees each to its end.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use async_nats::jetstream::{
    self, AckKind, Message,
    consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull},
    context::ConsumerInfoErrorKind,
};
use futures::{StreamExt as _, future::join_all};
use rand::Rng as _;
use tokio_util::sync::CancellationToken;

use super::{Heard, Taker, Trouble};
use crate::{shutdown::Tasks, streams, telemetry};

/// How many messages share a transaction.
const BATCH: usize = 200;
/// How long a fetch waits for the first message.
const WAIT: Duration = Duration::from_secs(5);
/// How long the broker waits for an acknowledgement before it sends the message again.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// How often a message is tried before it is parked.
const TRIES: i64 = 20;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Hears one stream for a service.
#[derive(Clone)]
pub(crate) struct Consumer {
    pub(crate) taker: Arc<Taker>,
    pub(crate) broker: jetstream::Context,
    pub(crate) stream: String,
    /// The subjects heard.
    pub(crate) subjects: Vec<String>,
}

impl Consumer {
    /// The consumers a mailbox needs: one for each stream that it hears something of.
    pub(crate) fn all(
        taker: &Arc<Taker>,
        broker: &jetstream::Context,
    ) -> anyhow::Result<Vec<Self>> {
        let mut consumers = Vec::new();
        for stream in streams::declared()? {
            let subjects = taker.mailbox.subjects(&stream);
            if subjects.is_empty() {
                continue;
            }
            consumers.push(Self {
                taker: Arc::clone(taker),
                broker: broker.clone(),
                stream: stream.name,
                subjects,
            });
        }
        Ok(consumers)
    }

    /// Hears until the process stops; begins anew whenever the broker or the database fails.
    pub(crate) fn start(self, tasks: &Tasks) {
        let stopping = tasks.stopping();
        tasks.spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(500));
            while !stopping.is_cancelled() {
                tick.tick().await;
                if let Err(error) = self.hear(&stopping).await {
                    tracing::warn!(
                        stream = self.stream,
                        error = telemetry::chain(error.as_ref()),
                        "hearing {} starts over",
                        self.stream
                    );
                }
            }
        });
    }

    /// How many messages the broker still holds for this service.
    pub(crate) async fn pending(&self) -> anyhow::Result<u64> {
        // Only looks: to make the consumer, as hearing does, is a write at the broker, and this is asked for often.
        let stream = self.broker.get_stream_no_info(&self.stream).await?;
        let info = match stream.consumer_info(self.taker.service).await {
            Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => {
                self.consumer().await?.get_info().await?
            }
            known => known?,
        };
        Ok(info.num_pending + u64::try_from(info.num_ack_pending).unwrap_or(0))
    }

    async fn consumer(&self) -> anyhow::Result<PullConsumer> {
        let name = self.taker.service.to_owned();
        let stream = self
            .broker
            .get_stream(&self.stream)
            .await
            .with_context(|| format!("no stream {}", self.stream))?;
        let config = pull::Config {
            durable_name: Some(name),
            description: Some(format!("what {} hears", self.taker.service)),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: 2000,
            filter_subjects: self.subjects.clone(),
            ..pull::Config::default()
        };
        // Creating one that is there updates it, so that a newer program may hear more.
        stream
            .create_consumer(config)
            .await
            .with_context(|| format!("cannot hear {}", self.stream))
    }

    async fn hear(&self, stopping: &CancellationToken) -> anyhow::Result<()> {
        let consumer = self.consumer().await?;
        loop {
            let fetched = tokio::select! {
                () = stopping.cancelled() => return Ok(()),
                fetched = tokio::time::timeout(WAIT * 3, fetch(&consumer)) => fetched.context("the broker went silent")??,
            };
            if !fetched.is_empty() {
                self.take(fetched).await?;
            }
        }
    }

    async fn take(&self, fetched: Vec<Message>) -> anyhow::Result<()> {
        let mut messages = Vec::with_capacity(fetched.len());
        let mut batch = Vec::with_capacity(fetched.len());
        for message in fetched {
            match Heard::read(
                &message.subject,
                message.headers.as_ref(),
                message.payload.clone(),
            ) {
                Ok(heard) => {
                    batch.push(heard);
                    messages.push(message);
                }
                Err(reason) => {
                    // Without an id it cannot even be parked; our relay never sends such a one.
                    tracing::error!(reason, "a message that is not ours was dropped");
                    acknowledge(&message, AckKind::Term).await?;
                }
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        if batch.len() > 1 && self.taker.take(&batch).await.is_ok() {
            let acks = messages
                .iter()
                .map(|message| acknowledge(message, AckKind::Ack));
            join_all(acks)
                .await
                .into_iter()
                .collect::<anyhow::Result<Vec<()>>>()?;
            return Ok(());
        }
        // One of them does not work: each for itself, so that it does not hold the others up.
        for (message, heard) in messages.iter().zip(&batch) {
            self.take_one(message, heard).await?;
        }
        Ok(())
    }

    async fn take_one(&self, message: &Message, heard: &Heard) -> anyhow::Result<()> {
        match self.taker.take(std::slice::from_ref(heard)).await {
            Ok(()) => acknowledge(message, AckKind::Ack).await,
            Err(Trouble::Park(reason)) => {
                self.taker
                    .park(heard, &reason)
                    .await
                    .context("cannot park")?;
                acknowledge(message, AckKind::Term).await
            }
            Err(Trouble::Again(reason)) => {
                let tries = message.info().map(|info| info.delivered).unwrap_or(1);
                if tries >= TRIES {
                    let reason = reason.context(format!("tried {tries} times"));
                    self.taker
                        .park(heard, &reason)
                        .await
                        .context("cannot park")?;
                    return acknowledge(message, AckKind::Term).await;
                }
                let pause = pause(tries);
                tracing::debug!(
                    message = %heard.id, subject = heard.subject, tries,
                    reason = telemetry::chain(reason.as_ref()),
                    "message {} comes again", heard.id
                );
                acknowledge(message, AckKind::Nak(Some(pause))).await
            }
        }
    }
}

async fn fetch(consumer: &PullConsumer) -> anyhow::Result<Vec<Message>> {
    // What is there is taken at once; only when nothing is there does the fetch wait.
    let mut waiting = consumer
        .batch()
        .max_messages(1)
        .expires(WAIT)
        .messages()
        .await?;
    let mut fetched = Vec::new();
    while let Some(message) = waiting.next().await {
        fetched.push(message.map_err(anyhow::Error::from_boxed)?);
    }
    if fetched.is_empty() {
        return Ok(fetched);
    }
    let mut more = consumer.fetch().max_messages(BATCH - 1).messages().await?;
    while let Some(message) = more.next().await {
        fetched.push(message.map_err(anyhow::Error::from_boxed)?);
    }
    Ok(fetched)
}

async fn acknowledge(message: &Message, kind: AckKind) -> anyhow::Result<()> {
    message
        .ack_with(kind)
        .await
        .map_err(anyhow::Error::from_boxed)
        .context("cannot acknowledge")
}

/// 1 s, doubled with every try up to five minutes, and up to a quarter more so that not all come at once.
fn pause(tries: i64) -> Duration {
    let doubled = u32::try_from(tries.clamp(1, 20) - 1).unwrap_or(0);
    let pause = Duration::from_secs(1)
        .saturating_mul(2_u32.saturating_pow(doubled))
        .min(LONGEST_PAUSE);
    pause + pause.mul_f64(rand::thread_rng().gen_range(0.0..0.25))
}
