//! The only place that asks what time it is.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use anyhow::Context;
use async_nats::jetstream::{self, kv};
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use tokio::sync::watch;

use crate::shutdown::Tasks;

/// The bucket in which all services of a stack find their simulated clock.
const BUCKET: &str = "SUDA_CLOCK";
/// Its one key: microseconds since 1970.
const KEY: &str = "now";

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// What time it is.
    fn now(&self) -> DateTime<Utc>;
}

/// The time of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands still until it is turned.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(now.timestamp_micros()))
    }

    /// Turns it to `now`.
    pub fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp_micros(), Ordering::SeqCst);
    }

    /// Turns it forward.
    pub fn advance(&self, step: TimeDelta) {
        self.set(self.now() + step);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// A clock that all services of a stack share: it stands still until somebody advances it for all of them.
#[derive(Debug, Clone)]
pub struct SimulatedClock {
    hands: Arc<ManualClock>,
    store: kv::Store,
    turned: watch::Sender<()>,
}

impl SimulatedClock {
    /// Joins the shared clock; the first to come sets it to `start`.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn join(
        broker: &jetstream::Context,
        start: DateTime<Utc>,
        tasks: &Tasks,
    ) -> anyhow::Result<Self> {
        let store = match broker.get_key_value(BUCKET).await {
            Ok(store) => store,
            Err(_) => broker
                .create_key_value(kv::Config {
                    bucket: BUCKET.to_owned(),
                    history: 1,
                    ..kv::Config::default()
                })
                .await
                .context("cannot make the simulated clock")?,
        };
        // Another service may have been first; then its time holds.
        let first = store
            .create(KEY, start.timestamp_micros().to_string().into())
            .await;
        let clock = Self {
            hands: Arc::new(ManualClock::at(start)),
            store,
            turned: watch::Sender::default(),
        };
        clock
            .read()
            .await
            .with_context(|| format!("cannot read the simulated clock ({first:?})"))?;
        clock.clone().follow(tasks);
        Ok(clock)
    }

    /// Moves the clock forward for all services; gives the new time.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn advance(&self, step: TimeDelta) -> anyhow::Result<DateTime<Utc>> {
        let now = self.read().await? + step;
        self.store
            .put(KEY, now.timestamp_micros().to_string().into())
            .await
            .context("cannot move the simulated clock")?;
        self.set(now);
        Ok(now)
    }

    /// Tells whenever the clock was turned.
    #[must_use]
    pub fn turned(&self) -> watch::Receiver<()> {
        self.turned.subscribe()
    }

    /// Sets the hands, and tells when they moved: what is turned here is heard of from the broker too.
    fn set(&self, now: DateTime<Utc>) {
        let moved = self.hands.now() != now;
        self.hands.set(now);
        if moved {
            self.turned.send_replace(());
        }
    }

    async fn read(&self) -> anyhow::Result<DateTime<Utc>> {
        let entry = self
            .store
            .get(KEY)
            .await?
            .context("the simulated clock is gone")?;
        let now = parse(&entry)?;
        self.set(now);
        Ok(now)
    }

    fn follow(self, tasks: &Tasks) {
        let stopping = tasks.stopping();
        tasks.spawn(async move {
            let mut tick = tokio::time::interval(std::time::Duration::from_secs(1));
            while !stopping.is_cancelled() {
                let followed = async {
                    let mut turns = self.store.watch(KEY).await?;
                    self.read().await?;
                    while let Some(turn) = turns.next().await {
                        self.set(parse(&turn?.value)?);
                    }
                    anyhow::Ok(())
                };
                tokio::select! {
                    () = stopping.cancelled() => {}
                    lost = followed => {
                        if let Err(error) = lost {
                            tracing::debug!(error = %error, "lost sight of the simulated clock; looking again");
                        }
                        tick.tick().await;
                    }
                }
            }
        });
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        self.hands.now()
    }
}

fn parse(entry: &[u8]) -> anyhow::Result<DateTime<Utc>> {
    std::str::from_utf8(entry)
        .ok()
        .and_then(|text| text.parse().ok())
        .and_then(DateTime::from_timestamp_micros)
        .context("the simulated clock shows no time")
}
