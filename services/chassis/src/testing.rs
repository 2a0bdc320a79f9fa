//! For tests only: one whole service in this process, with real servers of its own.
//!
//! PostgreSQL and nats-server are real, the clock is turned by the test, and nothing sleeps: whoever wants something to
//! have happened lets the stack settle.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod person;
mod servers;

use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{
    self,
    consumer::{AckPolicy, pull},
};
use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use sea_orm::{ConnectionTrait as _, FromQueryResult};
use secrecy::ExposeSecret as _;
use sqlx::Connection as _;
use uuid::Uuid;

pub use person::{Person, person, test_keys, trusted};
pub use servers::{database_url, free_port, nats_server};

use crate::{
    auth::Trust,
    clock::{Clock as _, ManualClock},
    config::{self, Config},
    db::{Db, sql},
    envelope::Heard,
    grpc::client::Peer,
    ids::Ids,
    keys,
    run::{Process, Service},
    sight::Sight,
    streams,
};

/// How long a stack may take to come to rest before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// When every test begins: Wednesday 2026-09-23, 10:00 in Guangdong, a week before 国庆.
#[must_use]
pub fn beginning() -> DateTime<Utc> {
    "2026-09-23T10:00:00+08:00".parse().expect("an instant")
}

/// What a test changes in the settings of its stack.
#[derive(Debug, Default)]
pub struct Setup(Vec<(String, figment::value::Value)>);

impl Setup {
    /// Sets a key, e.g. `service.greeting` or `peers.intake`.
    pub fn set(&mut self, key: &str, value: impl serde::Serialize) -> &mut Self {
        let value = figment::value::Value::serialize(value).expect("a setting");
        self.0.push((key.to_owned(), value));
        self
    }
}

/// A service under test and everything around it.
pub struct Stack {
    /// The clock of the service; it stands still until the test turns it.
    pub clock: Arc<ManualClock>,
    /// The service's database.
    pub db: Db,
    /// Makes ids by the clock.
    pub ids: Ids,
    /// Kept bytes.
    pub blobs: crate::blobs::Blobs,
    /// Where the service answers HTTP calls from outside.
    pub web_url: String,
    process: Process,
    broker: jetstream::Context,
    service: &'static str,
    database: String,
    allow_parked: std::sync::atomic::AtomicBool,
    _nats: servers::Nats,
    _folder: tempfile::TempDir,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

#[derive(FromQueryResult)]
struct Body {
    body: Vec<u8>,
}

impl Stack {
    /// Starts a service; its repeating tasks run only when the test says so.
    pub async fn start<S: Service>(configure: impl FnOnce(&mut Setup)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let nats = servers::Nats::start(folder.path()).await;
        let config = settings::<S>(&folder, &nats, configure).await;
        let database = config.database.url.expose_secret().to_owned();
        let clock = Arc::new(ManualClock::at(beginning()));
        let process = Process::start::<S>(config, Some(clock.clone()))
            .await
            .expect("the service starts");
        let broker = jetstream::new(
            async_nats::connect(nats.url())
                .await
                .expect("the broker answers"),
        );
        let (db, ids, blobs) = (
            process.base.db.clone(),
            process.base.ids.clone(),
            process.base.blobs.clone(),
        );
        let web_url = format!("http://{}", process.web);
        Self {
            clock,
            db,
            ids,
            blobs,
            web_url,
            process,
            broker,
            service: S::NAME,
            database,
            allow_parked: false.into(),
            _nats: nats,
            _folder: folder,
        }
    }

    /// What the process gave its service.
    #[must_use]
    pub fn base(&self) -> &crate::run::Base {
        &self.process.base
    }

    /// Where the service answers gRPC.
    #[must_use]
    pub fn grpc_url(&self) -> String {
        format!("http://{}", self.process.grpc)
    }

    /// A way to the service for somebody.
    #[must_use]
    pub fn channel_as(&self, person: &Person) -> Peer {
        Peer::with_token(&self.grpc_url(), &person.token()).expect("an address")
    }

    /// Tells a fact as another service would.
    pub async fn publish<M: prost::Message + prost::Name>(
        &self,
        fact: &M,
        union: &str,
        key: &str,
    ) -> Uuid {
        let id = self.ids.new_id();
        self.publish_as(id, fact, union, key).await;
        id
    }

    /// Tells a fact under an id that the test chose, e.g. one that was told before.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test stands for the relay of another service"
    )]
    pub async fn publish_as<M: prost::Message + prost::Name>(
        &self,
        id: Uuid,
        fact: &M,
        union: &str,
        key: &str,
    ) {
        let message = Heard {
            id,
            union: union.to_owned(),
            subject: format!("{}.{union}", M::full_name()),
            key: key.to_owned(),
            occurred_at: self.clock.now(),
            actor: "test".to_owned(),
            source: "test".to_owned(),
            body: fact.encode_to_vec().into(),
            traceparent: None,
        };
        let mut headers = message.headers();
        // The broker's own window must not hide a repeat from the inbox.
        headers.insert(
            async_nats::header::NATS_MESSAGE_ID,
            hex::encode(rand::random::<[u8; 16]>()),
        );
        self.broker
            .publish_with_headers(message.subject, headers, message.body)
            .await
            .expect("the broker answers")
            .await
            .expect("the broker takes it");
    }

    /// Every fact of this kind that the service has told, in order; all are published by then.
    pub async fn published<M: prost::Message + prost::Name + Default>(&self) -> Vec<M> {
        self.settle().await;
        let subject = format!("{}.%", M::full_name());
        let text = "SELECT body FROM outbox WHERE subject LIKE $1 ORDER BY position";
        Body::find_by_statement(sql(text, [subject.into()]))
            .all(self.db.reader())
            .await
            .expect("the outbox is read")
            .into_iter()
            .map(|row| M::decode(row.body.as_slice()).expect("what was told can be read"))
            .collect()
    }

    /// The broker itself.
    #[must_use]
    pub fn broker(&self) -> &jetstream::Context {
        &self.broker
    }

    /// Every fact of this kind that lies at the broker, whoever told it.
    pub async fn at_broker<M: prost::Message + prost::Name + Default>(&self) -> Vec<M> {
        self.settle().await;
        let name = M::full_name();
        let stream = streams::declared()
            .expect("streams")
            .into_iter()
            .find(|stream| stream.carries(&name))
            .expect("a stream carries it");
        let config = pull::Config {
            filter_subject: format!("{name}.*"),
            ack_policy: AckPolicy::None,
            ..pull::Config::default()
        };
        let stream = self
            .broker
            .get_stream(stream.name)
            .await
            .expect("the stream is there");
        let consumer = stream.create_consumer(config).await.expect("a consumer");
        let mut facts = Vec::new();
        let mut fetched = consumer
            .fetch()
            .max_messages(10_000)
            .messages()
            .await
            .expect("messages");
        while let Some(message) = fetched.next().await {
            let message = message.expect("a message");
            facts.push(M::decode(message.payload.clone()).expect("what was told can be read"));
        }
        facts
    }

    /// Waits until the service has done all it heard and published all it told.
    pub async fn settle(&self) {
        let until = tokio::time::Instant::now() + PATIENCE;
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        let mut quiet = 0;
        while quiet < 2 {
            tick.tick().await;
            assert!(
                tokio::time::Instant::now() < until,
                "{} does not come to rest",
                self.service
            );
            let unpublished = self
                .count("SELECT count(*) AS count FROM outbox WHERE published_at IS NULL")
                .await;
            let pending = (self.process.pending)().await.unwrap_or(1);
            quiet = if unpublished == 0 && pending == 0 {
                quiet + 1
            } else {
                0
            };
        }
    }

    /// Runs a round of a repeating task and gives what it said.
    pub async fn run_task(&self, name: &str) -> String {
        match self.process.rounds.run(name).await {
            Some(Ok(said)) => said,
            Some(Err(error)) => panic!("task {name} failed: {error}"),
            None => panic!("{} has no task {name}", self.service),
        }
    }

    /// Lets the repeating tasks repeat by themselves.
    pub fn repeat(&self) {
        self.process.repeat();
    }

    /// How many messages are parked.
    pub async fn parked(&self) -> i64 {
        self.count("SELECT count(*) AS count FROM parked").await
    }

    /// Lets parked messages be: this test wants them.
    pub fn allow_parked(&self) {
        self.allow_parked
            .store(true, std::sync::atomic::Ordering::SeqCst);
    }

    /// Counts rows by a statement that names the number `count`.
    pub async fn count(&self, text: &str) -> i64 {
        Count::find_by_statement(sql(text, []))
            .one(self.db.reader())
            .await
            .expect("the rows are counted")
            .map_or(0, |row| row.count)
    }

    /// Counts what somebody's reading sees, by a statement that names the number `count`.
    pub async fn count_seen(&self, sight: impl Into<Sight>, text: &str) -> i64 {
        let seen = self.db.seen_by(sight).await.expect("a reading begins");
        Count::find_by_statement(sql(text, []))
            .one(&seen)
            .await
            .expect("the rows are counted")
            .map_or(0, |row| row.count)
    }

    /// Counts what a connection sees that does not say who looks, in the service's own role.
    pub async fn count_unsaid(&self, text: &str) -> i64 {
        let mut connection = sqlx::PgConnection::connect(&self.database)
            .await
            .expect("PostgreSQL answers");
        sqlx::query_scalar(sqlx::AssertSqlSafe(text.to_owned()))
            .fetch_one(&mut connection)
            .await
            .expect("the rows are counted")
    }

    /// Fails unless tables are walled: the service sees rows in each, this stranger and a connection that says nothing see
    /// none, though no condition is asked.
    pub async fn assert_walled(&self, tables: &[&str], stranger: impl Into<Sight>) {
        let stranger = stranger.into();
        for table in tables {
            let all = format!("SELECT count(*) AS count FROM {table}");
            assert!(self.count(&all).await > 0, "{table} is empty");
            let seen = self.count_seen(stranger.clone(), &all).await;
            assert_eq!(seen, 0, "{table} shows foreign rows");
            let seen = self.count_unsaid(&all).await;
            assert_eq!(
                seen, 0,
                "{table} shows rows to whoever does not say who looks"
            );
        }
    }

    /// The tables that have one of these columns and no policy, by name: each is left so on purpose.
    pub async fn without_policy(&self, columns: &[&str]) -> Vec<String> {
        const WITHOUT: &str = "SELECT DISTINCT c.relname::text AS name FROM pg_class c \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = ANY($1) \
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1";
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        Name::find_by_statement(sql(WITHOUT, [columns.into()]))
            .all(self.db.reader())
            .await
            .expect("the tables are listed")
            .into_iter()
            .map(|row| row.name)
            .collect()
    }

    /// Runs a statement, e.g. one by which a test tampers with a row.
    pub async fn execute(&self, text: &str) -> u64 {
        self.db
            .reader()
            .execute_unprepared(text)
            .await
            .expect("the statement runs")
            .rows_affected()
    }

    /// Stops the service; fails when something was not published or lies parked unasked.
    pub async fn stop(self) {
        self.settle().await;
        if !self.allow_parked.load(std::sync::atomic::Ordering::SeqCst) {
            assert_eq!(self.parked().await, 0, "{} parked messages", self.service);
        }
        assert!(self.process.stop().await, "{} stops in time", self.service);
    }
}

async fn settings<S: Service>(
    folder: &tempfile::TempDir,
    nats: &servers::Nats,
    configure: impl FnOnce(&mut Setup),
) -> Config<S::Settings> {
    let key = folder.path().join("key.pem");
    keys::write_private(&key, &keys::generate().expect("a key").private_pem)
        .expect("the key is written");
    let trust = folder.path().join("trust.toml");
    Trust {
        keys: vec![trusted()],
    }
    .write(&trust)
    .expect("the trust is written");
    let mut setup = Setup::default();
    setup
        .set("database.url", servers::fresh_database(S::NAME).await)
        .set("nats.url", nats.url())
        .set("nats.replicas", 1)
        .set("auth.key", &key)
        .set("auth.trust", &trust)
        .set("blobs.folder", folder.path().join("blobs"));
    configure(&mut setup);
    let figment = setup
        .0
        .into_iter()
        .fold(config::figment(S::DEFAULTS), |figment, (key, value)| {
            figment.merge((key.as_str(), value))
        });
    config::extract(&figment).expect("the settings are right")
}
