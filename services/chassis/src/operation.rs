//! What an operator can ask of every service alike: how it is, what it could not do, and to do it again.

mod store;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use suda_proto::operation::v1::{
    AdvanceClockRequest, AdvanceClockResponse, ListParkedRequest, ListParkedResponse,
    ParkedMessage, ReplayOutboxRequest, ReplayOutboxResponse, ReplayParkedRequest,
    ReplayParkedResponse, StatusRequest, StatusResponse, TaskStatus,
    operation_service_server::OperationService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    clock::Clock,
    grpc::{instant, internal, invalid, refused, timestamp},
};

/// The longest step of the simulated clock: ten years.
const LONGEST_STEP: u64 = 3660 * 24 * 3600;

type Asked<T> = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<T>> + Send + Sync>;
type Advance =
    Box<dyn Fn(TimeDelta) -> BoxFuture<'static, anyhow::Result<DateTime<Utc>>> + Send + Sync>;
type Replay =
    Box<dyn Fn(Option<Uuid>) -> BoxFuture<'static, anyhow::Result<Replayed>> + Send + Sync>;

/// What came of taking parked messages once more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many are done now.
    pub done: u64,
    /// How many are still parked.
    pub still_parked: u64,
}

/// How a repeating task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its name.
    pub name: String,
    /// When it last ended.
    pub last_run_at: Option<DateTime<Utc>>,
    /// What it then said.
    pub last_result: String,
    /// How often it failed since the service started.
    pub failures: u64,
}

/// Answers an operator. Made by the start-up of the process, which hands in what it runs.
pub struct Operation {
    service: &'static str,
    clock: Arc<dyn Clock>,
    db: DatabaseConnection,
    pending: Asked<u64>,
    counts: Asked<BTreeMap<String, u64>>,
    tasks: Box<dyn Fn() -> Vec<Task> + Send + Sync>,
    advance: Option<Advance>,
    replay: Option<Replay>,
    told_again: Box<dyn Fn() + Send + Sync>,
}

impl Operation {
    /// Answers for a service with this clock and this database.
    #[must_use]
    pub fn new(service: &'static str, clock: Arc<dyn Clock>, db: DatabaseConnection) -> Self {
        Self {
            service,
            clock,
            db,
            pending: Box::new(|| Box::pin(async { Ok(0) })),
            counts: Box::new(|| Box::pin(async { Ok(BTreeMap::new()) })),
            tasks: Box::new(Vec::new),
            advance: None,
            replay: None,
            told_again: Box::new(|| ()),
        }
    }

    /// Knows how many messages the broker still holds.
    #[must_use]
    pub fn pending<Fut>(mut self, pending: impl Fn() -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = anyhow::Result<u64>> + Send + 'static,
    {
        self.pending = Box::new(move || Box::pin(pending()));
        self
    }

    /// Knows counts that only this service has.
    #[must_use]
    pub fn counts<Fut>(mut self, counts: impl Fn() -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = anyhow::Result<BTreeMap<String, u64>>> + Send + 'static,
    {
        self.counts = Box::new(move || Box::pin(counts()));
        self
    }

    /// Knows how the repeating tasks are.
    #[must_use]
    pub fn tasks(mut self, tasks: impl Fn() -> Vec<Task> + Send + Sync + 'static) -> Self {
        self.tasks = Box::new(tasks);
        self
    }

    /// Can move the clock, because it is simulated.
    #[must_use]
    pub fn advances<Fut>(
        mut self,
        advance: impl Fn(TimeDelta) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = anyhow::Result<DateTime<Utc>>> + Send + 'static,
    {
        self.advance = Some(Box::new(move |step| Box::pin(advance(step))));
        self
    }

    /// Can take a parked message once more, or all of them.
    #[must_use]
    pub fn replays<Fut>(
        mut self,
        replay: impl Fn(Option<Uuid>) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = anyhow::Result<Replayed>> + Send + 'static,
    {
        self.replay = Some(Box::new(move |id| Box::pin(replay(id))));
        self
    }

    /// Wakes the relay when facts are to be told again.
    #[must_use]
    pub fn wakes(mut self, wake: impl Fn() + Send + Sync + 'static) -> Self {
        self.told_again = Box::new(wake);
        self
    }

    /// How the service is; `brief` leaves its counts out.
    pub async fn state(&self, brief: bool) -> anyhow::Result<StatusResponse> {
        let counts = if brief {
            BTreeMap::new()
        } else {
            (self.counts)().await?
        };
        let now = self.clock.now();
        let outbox = store::outbox(&self.db).await?;
        let oldest = outbox
            .oldest
            .map_or(0, |at| u64::try_from((now - at).num_seconds()).unwrap_or(0));
        Ok(StatusResponse {
            service: self.service.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            now: Some(timestamp(now)),
            simulated_clock: self.advance.is_some(),
            outbox_unpublished: u64::try_from(outbox.unpublished).unwrap_or(0),
            outbox_oldest_seconds: oldest,
            parked: u64::try_from(store::count_parked(&self.db).await?).unwrap_or(0),
            inbox_pending: (self.pending)().await?,
            tasks: (self.tasks)()
                .into_iter()
                .map(|task| TaskStatus {
                    name: task.name,
                    last_run_at: task.last_run_at.map(timestamp),
                    last_result: task.last_result,
                    failures: task.failures,
                })
                .collect(),
            counts: counts.into_iter().collect(),
            memory_bytes: memory_bytes().unwrap_or(0),
        })
    }

    /// The same for `/status`.
    pub async fn json(&self) -> anyhow::Result<Value> {
        let state = self.state(false).await?;
        let at = |at: Option<prost_types::Timestamp>| {
            at.and_then(|at| instant(&at)).map(|at| at.to_rfc3339())
        };
        let tasks: Vec<Value> = state
            .tasks
            .into_iter()
            .map(|task| {
                json!({
                    "name": task.name,
                    "last_run_at": at(task.last_run_at),
                    "last_result": task.last_result,
                    "failures": task.failures,
                })
            })
            .collect();
        let counts: BTreeMap<_, _> = state.counts.into_iter().collect();
        Ok(json!({
            "service": state.service,
            "version": state.version,
            "now": at(state.now),
            "simulated_clock": state.simulated_clock,
            "outbox_unpublished": state.outbox_unpublished,
            "outbox_oldest_seconds": state.outbox_oldest_seconds,
            "parked": state.parked,
            "inbox_pending": state.inbox_pending,
            "tasks": tasks,
            "counts": counts,
            "memory_bytes": state.memory_bytes,
        }))
    }
}

/// Resident memory of this process.
fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn fault(error: &anyhow::Error) -> Status {
    internal(error.as_ref())
}

#[tonic::async_trait]
impl OperationService for Operation {
    async fn status(
        &self,
        request: Request<StatusRequest>,
    ) -> Result<Response<StatusResponse>, Status> {
        let state = self.state(request.into_inner().brief).await;
        Ok(Response::new(state.map_err(|error| fault(&error))?))
    }

    async fn list_parked(
        &self,
        _: Request<ListParkedRequest>,
    ) -> Result<Response<ListParkedResponse>, Status> {
        let rows = store::parked(&self.db)
            .await
            .map_err(|error| internal(&error))?;
        let messages = rows
            .into_iter()
            .map(|row| ParkedMessage {
                message_id: row.message_id.to_string(),
                consumer: row.consumer,
                subject: row.subject,
                reason: row.reason,
                parked_at: Some(timestamp(row.parked_at)),
            })
            .collect();
        Ok(Response::new(ListParkedResponse { messages }))
    }

    async fn replay_parked(
        &self,
        request: Request<ReplayParkedRequest>,
    ) -> Result<Response<ReplayParkedResponse>, Status> {
        let asked = request.into_inner().message_id;
        let id = match asked.as_str() {
            "all" => None,
            id => Some(id.parse::<Uuid>().map_err(|_| {
                invalid(
                    "message_id",
                    "须为消息编号(UUID)或 all;编号见 suda parked list",
                )
            })?),
        };
        let Some(replay) = &self.replay else {
            return Err(refused(
                "parked.no_inbox",
                "本服务不接收消息,没有可重放的内容",
            ));
        };
        let Replayed { done, still_parked } = replay(id).await.map_err(|error| fault(&error))?;
        tracing::info!(done, still_parked, "parked messages were taken once more");
        Ok(Response::new(ReplayParkedResponse { done, still_parked }))
    }

    async fn replay_outbox(
        &self,
        request: Request<ReplayOutboxRequest>,
    ) -> Result<Response<ReplayOutboxResponse>, Status> {
        let since = request
            .into_inner()
            .since
            .and_then(|since| instant(&since))
            .ok_or_else(|| invalid("since", "须给出起始时刻,例如 2026-09-23T10:00:00+08:00"))?;
        let facts = store::tell_again(&self.db, since)
            .await
            .map_err(|error| internal(&error))?;
        (self.told_again)();
        tracing::info!(facts, %since, "facts will be told again");
        Ok(Response::new(ReplayOutboxResponse { facts }))
    }

    async fn advance_clock(
        &self,
        request: Request<AdvanceClockRequest>,
    ) -> Result<Response<AdvanceClockResponse>, Status> {
        let Some(advance) = &self.advance else {
            return Err(refused(
                "clock.system",
                "本系统使用真实时钟,不能调整;仅以 --simulated-clock 启动时可以",
            ));
        };
        let seconds = request.into_inner().seconds;
        if seconds == 0 || seconds > LONGEST_STEP {
            return Err(invalid("seconds", format!("须在 1 至 {LONGEST_STEP} 之间")));
        }
        let step = i64::try_from(seconds)
            .ok()
            .and_then(TimeDelta::try_seconds)
            .unwrap_or_default();
        let now = advance(step).await.map_err(|error| fault(&error))?;
        tracing::info!(%now, "the simulated clock was moved");
        Ok(Response::new(AdvanceClockResponse {
            now: Some(timestamp(now)),
        }))
    }
}
