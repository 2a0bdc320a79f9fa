//! The whole life of a process, in order, in one function: read, connect, assemble, open, wait, close.

use std::{collections::BTreeMap, future::Future, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use async_nats::{ConnectOptions, jetstream};
use futures::future::BoxFuture;
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use sqlx::migrate::Migrator;
use tokio::net::TcpListener;

use crate::{
    access::Access,
    auth::{Trust, Verifier},
    blobs::Blobs,
    clock::{Clock, SimulatedClock, SystemClock},
    config::{self, ClockMode, Config, Profile},
    db::Db,
    grpc::{
        client::Peers,
        server::{Door, Served},
    },
    health::{self, Health},
    ids::Ids,
    inbox::{Consumer, Inbox, Mailbox, Taker},
    keys::Keys,
    operation::Operation,
    outbox::Relay,
    repeat::{Pending, Repeat, Rounds, Wake},
    shutdown::{self, Tasks},
    streams,
    telemetry::{self, Telemetry},
};

use suda_proto::operation::v1::operation_service_server::OperationServiceServer;

/// How long a stopping process may finish what it began.
const PATIENCE: Duration = Duration::from_secs(15);

/// A service of the suite.
pub trait Service: Send + Sync + 'static {
    /// Its name: of its folder, its binary, its place in traces.
    const NAME: &'static str;
    /// Its own settings with their defaults: the text of its `config.toml`.
    const DEFAULTS: &'static str;
    /// Its own settings, typed.
    type Settings: DeserializeOwned + Send;

    /// Its migrations.
    fn migrator() -> Migrator;

    /// Puts it together from what the process gives it.
    fn assemble(
        base: Base,
        settings: Self::Settings,
    ) -> impl Future<Output = anyhow::Result<Assembly>> + Send;
}

/// What a process gives its service.
#[derive(Clone)]
pub struct Base {
    /// The service's own database.
    pub db: Db,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Ids,
    /// Kept bytes.
    pub blobs: Blobs,
    /// The other services.
    pub peers: Peers,
    /// Wakes repeating tasks.
    pub wake: Wake,
    /// The service's own key.
    pub keys: Keys,
    /// Where tasks are spawned.
    pub tasks: Tasks,
}

type Counts =
    Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<BTreeMap<String, u64>>> + Send + Sync>;

/// A service, put together: what it serves, hears and repeats.
#[derive(Default)]
pub struct Assembly {
    pub(crate) served: Served,
    pub(crate) mailbox: Option<Arc<dyn Mailbox>>,
    pub(crate) repeats: Vec<Repeat>,
    pub(crate) web: Option<axum::Router>,
    pub(crate) counts: Option<Counts>,
}

impl Assembly {
    /// Serves, hears and repeats nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves a gRPC service.
    #[must_use]
    pub fn serves<S>(mut self, service: S) -> Self
    where
        S: tower::Service<
                axum::extract::Request<tonic::body::Body>,
                Error = std::convert::Infallible,
            > + tonic::server::NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Response: axum::response::IntoResponse,
        S::Future: Send + 'static,
    {
        self.served = self.served.and(service);
        self
    }

    /// Hears messages.
    #[must_use]
    pub fn hears<D: Send + Sync + 'static>(mut self, inbox: Inbox<D>) -> Self {
        self.mailbox = Some(Arc::new(inbox));
        self
    }

    /// Repeats a task.
    #[must_use]
    pub fn repeats(mut self, repeat: Repeat) -> Self {
        self.repeats.push(repeat);
        self
    }

    /// Opens an HTTP door of its own.
    #[must_use]
    pub fn http(mut self, router: axum::Router) -> Self {
        self.web = Some(router);
        self
    }

    /// Knows counts for an operator.
    #[must_use]
    pub fn counts<Fut>(mut self, counts: impl Fn() -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = anyhow::Result<BTreeMap<String, u64>>> + Send + 'static,
    {
        self.counts = Some(Box::new(move || Box::pin(counts())));
        self
    }
}

/// The `main` of every service: `<service>` serves; `<service> migrate` migrates, `<service> check` reads the settings,
/// `<service> ready` asks the one that runs beside it, and leaves.
#[must_use]
pub fn main<S: Service>() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(S::NAME, &error.into()),
    };
    let done = runtime.block_on(async {
        match std::env::args().nth(1).as_deref() {
            None | Some("serve") => serve::<S>().await,
            Some("migrate") => migrate::<S>().await,
            Some("check") => settings::<S>().map(drop),
            Some("ready") => health::ask(&settings::<S>()?.listen.http).await,
            Some(other) => anyhow::bail!(
                "{} takes no {other:?}: it is started with nothing, or with `migrate`, `check` or `ready`",
                S::NAME
            ),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(S::NAME, &error),
    }
}

#[expect(clippy::print_stderr, reason = "logs may not be set up yet")]
fn fail(service: &str, error: &anyhow::Error) -> ExitCode {
    eprintln!("{service}: {}", telemetry::chain(error.as_ref()));
    ExitCode::FAILURE
}

/// Reads the settings, and refuses what a production must not have.
fn settings<S: Service>() -> anyhow::Result<Config<S::Settings>> {
    let config: Config<S::Settings> = config::read(S::NAME, S::DEFAULTS)?;
    config.check()?;
    Ok(config)
}

async fn migrate<S: Service>() -> anyhow::Result<()> {
    let config = settings::<S>()?;
    let db = Db::connect(&config.database, S::NAME).await?;
    db.migrate(&S::migrator()).await
}

async fn serve<S: Service>() -> anyhow::Result<()> {
    let config = settings::<S>()?;
    let telemetry = Telemetry::start(S::NAME, &config.telemetry)?;
    let served = async {
        let process = Process::start::<S>(config, None).await?;
        process.repeat();
        shutdown::signalled().await?;
        tracing::info!("{} stops", S::NAME);
        let whole = tokio::select! {
            whole = process.stop() => whole,
            // Whoever asks twice does not want to wait.
            again = shutdown::signalled() => again.map(|()| false)?,
        };
        anyhow::ensure!(
            whole,
            "stopped with work unfinished; it is taken up at the next start"
        );
        Ok(())
    }
    .await;
    // The last spans are worth most when the start failed.
    tokio::task::spawn_blocking(move || telemetry.stop()).await?;
    served
}

/// A service that runs.
pub(crate) struct Process {
    pub(crate) base: Base,
    pub(crate) rounds: Rounds,
    pub(crate) pending: Pending,
    #[cfg(feature = "testing")]
    pub(crate) grpc: std::net::SocketAddr,
    #[cfg(feature = "testing")]
    pub(crate) web: std::net::SocketAddr,
    health: Arc<Health>,
}

impl Process {
    /// Starts the service. A clock that is given is used instead of the configured one.
    pub(crate) async fn start<S: Service>(
        config: Config<S::Settings>,
        clock: Option<Arc<dyn Clock>>,
    ) -> anyhow::Result<Self> {
        let tasks = Tasks::default();
        let migrator = S::migrator();
        let db = Db::connect(&config.database, S::NAME).await?;
        if config.profile == Profile::Development {
            db.migrate(&migrator).await?;
        }
        db.check_schema(&migrator, S::NAME).await?;
        check_role(&db, config.profile).await?;
        let broker = connect(&config.nats, S::NAME).await?;
        let replicas = (config.nats.replicas > 0).then_some(config.nats.replicas);
        streams::apply(&broker, replicas).await?;
        let (clock, simulated) = match clock {
            Some(clock) => (clock, None),
            None => pick_clock(&config, &broker, &tasks).await?,
        };
        let keys = Keys::load(
            &config.auth.key,
            S::NAME,
            &config.auth.role,
            Arc::clone(&clock),
        )?;
        let trust = Trust::load(&config.auth.trust)?;
        let base = Base {
            db: db.clone(),
            clock: Arc::clone(&clock),
            ids: Ids::new(Arc::clone(&clock)),
            blobs: Blobs::open(&config.blobs).await?,
            peers: Peers::new(&config.peers, &config.grpc, &keys)?,
            wake: Wake::default(),
            keys,
            tasks: tasks.clone(),
        };
        let assembly = S::assemble(base.clone(), config.service).await?;
        let rounds = Rounds::new(
            assembly.repeats,
            Arc::clone(&clock),
            base.wake.clone(),
            simulated.as_ref().map(SimulatedClock::turned),
        );
        let taker = assembly.mailbox.map(|mailbox| {
            Arc::new(Taker {
                mailbox,
                db: db.clone(),
                clock: Arc::clone(&clock),
                service: S::NAME,
            })
        });
        let consumers = match &taker {
            Some(taker) => Consumer::all(taker, &broker)?,
            None => Vec::new(),
        };
        let pending = pending(consumers.clone());
        let operation = operation(
            S::NAME,
            &base,
            &rounds,
            Arc::clone(&pending),
            taker,
            simulated,
            assembly.counts,
        );
        let operation = Arc::new(operation);
        let health = Arc::new(health(S::NAME, &db, &broker, &operation));
        let served = assembly
            .served
            .and(OperationServiceServer::from_arc(operation));
        let verifier = Verifier::new(&trust, Arc::clone(&clock))?;
        let door = Door::new(
            config.grpc,
            verifier,
            Access::parse(suda_proto::ACCESS)?,
            &served,
        )?;
        let listener = listen(&config.listen.grpc, "listen.grpc").await?;
        let grpc = listener.local_addr()?;
        start_door(&tasks, listener, served, door);
        let http = listen(&config.listen.http, "listen.http").await?;
        start_http(&tasks, http, health::router(Arc::clone(&health)));
        let web_listener = listen(&config.listen.web, "listen.web").await?;
        #[cfg(feature = "testing")]
        let web = web_listener.local_addr()?;
        if let Some(router) = assembly.web {
            start_http(&tasks, web_listener, router);
        }
        Relay {
            db,
            broker: broker.clone(),
            source: S::NAME,
            clock,
        }
        .start(&tasks);
        for consumer in consumers {
            consumer.start(&tasks);
        }
        health.take(true);
        tracing::info!(%grpc, "{} takes requests", S::NAME);
        Ok(Self {
            base,
            rounds,
            pending,
            #[cfg(feature = "testing")]
            grpc,
            #[cfg(feature = "testing")]
            web,
            health,
        })
    }

    /// Lets the repeating tasks repeat by themselves.
    pub(crate) fn repeat(&self) {
        self.rounds.start(&self.base.tasks, &self.pending);
    }

    /// Stops in order: takes nothing new, finishes, publishes. Says whether all was finished.
    pub(crate) async fn stop(&self) -> bool {
        self.health.take(false);
        self.base.tasks.stop();
        self.base.tasks.finished(PATIENCE).await
    }
}

/// Refuses a role in production whom the policies of the tables do not bind: the second wall would be none.
async fn check_role(db: &Db, profile: Profile) -> anyhow::Result<()> {
    let Some(role) = db.unbound_role().await? else {
        return Ok(());
    };
    let trouble = format!(
        "the database's role {role} passes by row-level security; give the service a role of its own with \
         NOSUPERUSER NOBYPASSRLS that owns its tables, see database.url"
    );
    anyhow::ensure!(profile != Profile::Production, trouble);
    tracing::warn!("{trouble}");
    Ok(())
}

async fn pick_clock<S>(
    config: &Config<S>,
    broker: &jetstream::Context,
    tasks: &Tasks,
) -> anyhow::Result<(Arc<dyn Clock>, Option<SimulatedClock>)> {
    match config.clock.mode {
        ClockMode::System => Ok((Arc::new(SystemClock), None)),
        ClockMode::Simulated => {
            let start = config.clock_start()?.unwrap_or_else(|| SystemClock.now());
            let clock = SimulatedClock::join(broker, start, tasks).await?;
            Ok((Arc::new(clock.clone()), Some(clock)))
        }
    }
}

async fn connect(settings: &config::Nats, service: &str) -> anyhow::Result<jetstream::Context> {
    let mut options = ConnectOptions::new()
        .name(service)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|tries| {
            Duration::from_millis(u64::try_from(tries).unwrap_or(20).min(20) * 100)
        });
    if !settings.user.is_empty() {
        options = options.user_and_password(
            settings.user.clone(),
            settings.password.expose_secret().to_owned(),
        );
    }
    let client = options
        .connect(&settings.url)
        .await
        .context("cannot reach the broker; see nats.url")?;
    let broker = jetstream::new(client);
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    for _ in 0..240 {
        tick.tick().await;
        if broker.query_account().await.is_ok() {
            return Ok(broker);
        }
    }
    anyhow::bail!(
        "the broker at {} does not answer, or has no JetStream; see nats.url",
        settings.url
    )
}

fn operation(
    service: &'static str,
    base: &Base,
    rounds: &Rounds,
    pending: Pending,
    taker: Option<Arc<Taker>>,
    simulated: Option<SimulatedClock>,
    counts: Option<Counts>,
) -> Operation {
    let (rounds, committed) = (rounds.clone(), base.db.committed());
    let mut operation = Operation::new(service, Arc::clone(&base.clock), base.db.reader().clone())
        .tasks(move || rounds.states())
        .wakes(move || committed.notify_one())
        .pending(move || pending());
    if let Some(counts) = counts {
        operation = operation.counts(counts);
    }
    if let Some(taker) = taker {
        operation = operation.replays(move |id| {
            let taker = Arc::clone(&taker);
            async move { taker.replay(id).await }
        });
    }
    if let Some(clock) = simulated {
        operation = operation.advances(move |step| {
            let clock = clock.clone();
            async move { clock.advance(step).await }
        });
    }
    operation
}

/// How many messages the broker still holds for these consumers.
fn pending(consumers: Vec<Consumer>) -> Pending {
    let consumers = Arc::new(consumers);
    Arc::new(move || {
        let consumers = Arc::clone(&consumers);
        Box::pin(async move {
            let mut pending = 0;
            for consumer in consumers.iter() {
                pending += consumer.pending().await?;
            }
            Ok(pending)
        })
    })
}

fn health(
    service: &str,
    db: &Db,
    broker: &jetstream::Context,
    operation: &Arc<Operation>,
) -> Health {
    let (db, broker, operation) = (db.clone(), broker.clone(), Arc::clone(operation));
    Health::new(service)
        .check("database", move || {
            let db = db.clone();
            async move { db.answers().await }
        })
        .check("broker", move || {
            let broker = broker.clone();
            async move {
                broker.query_account().await?;
                Ok(())
            }
        })
        .status(move || {
            let operation = Arc::clone(&operation);
            async move { operation.json().await }
        })
}

async fn listen(address: &str, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; see {setting}"))
}

fn start_door(tasks: &Tasks, listener: TcpListener, served: Served, door: Door) {
    let stopping = tasks.stopping();
    tasks.spawn(async move {
        let answered =
            crate::grpc::server::serve(listener, served, door, drop, stopping.cancelled_owned())
                .await;
        if let Err(error) = answered {
            tracing::error!(
                error = telemetry::chain(error.as_ref()),
                "the gRPC door closed"
            );
        }
    });
}

fn start_http(tasks: &Tasks, listener: TcpListener, router: axum::Router) {
    let stopping = tasks.stopping();
    tasks.spawn(async move {
        let answered = axum::serve(listener, router)
            .with_graceful_shutdown(stopping.cancelled_owned())
            .await;
        if let Err(error) = answered {
            tracing::error!(%error, "an HTTP door closed");
        }
    });
}
