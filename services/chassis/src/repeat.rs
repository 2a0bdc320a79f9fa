//! Tasks that repeat: woken by a timer or by a word, they take no input, look at rows, and make true what should be.
//!
//! A task does not retry; its next round is the retry. Many replicas may run the same task: it claims rows, not turns.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::{Notify, watch};

use crate::{
    clock::Clock,
    operation::Task,
    shutdown::Tasks,
    telemetry::{self, names},
};

/// How many messages the broker still holds for the process.
pub type Pending = Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<u64>> + Send + Sync>;

/// How often is looked whether all was heard.
const LOOK: Duration = Duration::from_millis(250);

type Round = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<String>> + Send + Sync>;

/// A task that repeats.
pub struct Repeat {
    name: &'static str,
    every: Duration,
    hears_first: Option<Duration>,
    round: Round,
}

impl Repeat {
    /// A task that runs a round at start and then this often, and says in a line what it did.
    #[must_use]
    pub fn every<Fut>(
        name: &'static str,
        every: Duration,
        round: impl Fn() -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = anyhow::Result<String>> + Send + 'static,
    {
        Self {
            name,
            every,
            hears_first: None,
            round: Box::new(move || Box::pin(round())),
        }
    }

    /// Lets the first round wait until all was heard that others told while the process was away, at most this long: whoever
    /// acts on old rows after an outage acts on what is no longer so.
    #[must_use]
    pub fn hears_first(mut self, at_most: Duration) -> Self {
        self.hears_first = Some(at_most);
        self
    }
}

/// Wakes tasks by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Wake(Arc<Mutex<BTreeMap<&'static str, Arc<Notify>>>>);

impl Wake {
    /// Lets the task of this name run a round soon; one that does not exist is not missed.
    pub fn wake(&self, name: &str) {
        if let Some(bell) = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
        {
            bell.notify_one();
        }
    }

    fn bell(&self, name: &'static str) -> Arc<Notify> {
        Arc::clone(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(name)
                .or_default(),
        )
    }
}

/// The tasks of a process and how they are. Cheap to clone.
#[derive(Clone)]
pub struct Rounds {
    tasks: Arc<BTreeMap<&'static str, Running>>,
    clock: Arc<dyn Clock>,
    wake: Wake,
    turned: Option<watch::Receiver<()>>,
}

struct Running {
    repeat: Repeat,
    state: Mutex<Task>,
}

impl Rounds {
    /// Knows these tasks; none runs yet. `turned` tells when a simulated clock is turned.
    #[must_use]
    pub fn new(
        repeats: Vec<Repeat>,
        clock: Arc<dyn Clock>,
        wake: Wake,
        turned: Option<watch::Receiver<()>>,
    ) -> Self {
        let tasks = repeats.into_iter().map(|repeat| {
            let state = Task {
                name: repeat.name.to_owned(),
                last_run_at: None,
                last_result: String::new(),
                failures: 0,
            };
            (
                repeat.name,
                Running {
                    repeat,
                    state: Mutex::new(state),
                },
            )
        });
        Self {
            tasks: Arc::new(tasks.collect()),
            clock,
            wake,
            turned,
        }
    }

    /// Lets every task repeat until the process stops, and once more whenever a simulated clock was turned.
    pub fn start(&self, tasks: &Tasks, pending: &Pending) {
        for name in self.tasks.keys().copied() {
            let (rounds, bell, stopping) = (self.clone(), self.wake.bell(name), tasks.stopping());
            let (mut turned, pending) = (self.turned.clone(), Arc::clone(pending));
            tasks.spawn(async move {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = rounds.hear_first(name, &pending) => {}
                }
                loop {
                    rounds.run(name).await;
                    let every = rounds
                        .tasks
                        .get(name)
                        .map_or(Duration::from_secs(1), |task| task.repeat.every);
                    tokio::select! {
                        () = stopping.cancelled() => return,
                        () = bell.notified() => {}
                        () = next_turn(turned.as_mut()) => {}
                        _ = tokio::time::timeout(every, std::future::pending::<()>()) => {}
                    }
                }
            });
        }
    }

    /// Waits until nothing is left to hear, where the task of this name wants that.
    async fn hear_first(&self, name: &str, pending: &Pending) {
        let task = self.tasks.get(name);
        let Some((task, at_most)) = task.and_then(|task| Some((task, task.repeat.hears_first?)))
        else {
            return;
        };
        "hears first what was told meanwhile".clone_into(
            &mut task
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .last_result,
        );
        let heard = async {
            let mut tick = tokio::time::interval(LOOK);
            loop {
                tick.tick().await;
                // A broker that is away may hold something.
                if pending().await.is_ok_and(|left| left == 0) {
                    return;
                }
            }
        };
        if tokio::time::timeout(at_most, heard).await.is_err() {
            tracing::warn!(
                task = name,
                "{name} begins though there is more to hear: it waited {} s",
                at_most.as_secs()
            );
        }
    }

    /// Runs one round of the task of this name and gives what it said; `None` when there is no such task.
    pub async fn run(&self, name: &str) -> Option<Result<String, String>> {
        let task = self.tasks.get(name)?;
        let started = std::time::Instant::now();
        // A round that panics has failed like any other; it must not be the task's last.
        let said = AssertUnwindSafe((task.repeat.round)())
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(anyhow::anyhow!("the round panicked")))
            .map_err(|error| telemetry::chain(error.as_ref()));
        let result = if said.is_ok() { "done" } else { "failed" };
        metrics::histogram!(names::REPEAT_SECONDS, "task" => task.repeat.name, "result" => result)
            .record(started.elapsed().as_secs_f64());
        let mut state = task.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_run_at = Some(self.clock.now());
        match &said {
            Ok(line) => state.last_result.clone_from(line),
            Err(error) => {
                tracing::warn!(
                    task = task.repeat.name,
                    error,
                    "a round of {} failed",
                    task.repeat.name
                );
                state.failures += 1;
                state.last_result = format!("failed: {error}");
            }
        }
        drop(state);
        Some(said)
    }

    /// How the tasks are.
    #[must_use]
    pub fn states(&self) -> Vec<Task> {
        self.tasks
            .values()
            .map(|task| {
                task.state
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone()
            })
            .collect()
    }
}

/// Waits until the clock is turned; for ever where time goes by itself.
async fn next_turn(turned: Option<&mut watch::Receiver<()>>) {
    if let Some(turned) = turned
        && turned.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[tokio::test]
    async fn p21_a_round_that_panics_has_failed_and_the_next_one_runs() {
        let rounds = Mutex::new(0);
        let count = Arc::new(rounds);
        let counted = Arc::clone(&count);
        let repeat = Repeat::every("shaky", Duration::from_secs(1), move || {
            let mut rounds = counted.lock().unwrap_or_else(PoisonError::into_inner);
            *rounds += 1;
            let first = *rounds == 1;
            async move {
                assert!(!first, "the first round panics");
                Ok("done".to_owned())
            }
        });
        let rounds = Rounds::new(vec![repeat], Arc::new(SystemClock), Wake::default(), None);
        let first = rounds.run("shaky").await.expect("a task");
        assert!(first.unwrap_err().contains("panicked"));
        assert_eq!(rounds.states()[0].failures, 1);
        assert_eq!(rounds.run("shaky").await, Some(Ok("done".to_owned())));
        assert_eq!(rounds.run("none").await, None);
    }

    #[tokio::test]
    async fn a_clock_that_is_turned_lets_every_task_run_once_more() {
        let (ran, mut runs) = tokio::sync::mpsc::unbounded_channel();
        let repeat = Repeat::every("hourly", Duration::from_secs(3600), move || {
            let ran = ran.clone();
            async move {
                ran.send(())?;
                Ok("done".to_owned())
            }
        });
        let (turn, turned) = watch::channel(());
        let clock = Arc::new(SystemClock);
        let rounds = Rounds::new(vec![repeat], clock, Wake::default(), Some(turned));
        rounds.start(&Tasks::default(), &left(|| Ok(0)));
        runs.recv().await.expect("a round at start");
        turn.send_replace(());
        runs.recv().await.expect("a round after the turn");
    }

    fn left(says: impl Fn() -> anyhow::Result<u64> + Send + Sync + 'static) -> Pending {
        Arc::new(move || {
            let says = says();
            Box::pin(async move { says })
        })
    }

    /// A task that says when it runs, and hears first.
    fn told(at_most: Duration) -> (Rounds, tokio::sync::mpsc::UnboundedReceiver<()>) {
        let (ran, runs) = tokio::sync::mpsc::unbounded_channel();
        let repeat = Repeat::every("tell", Duration::from_secs(3600), move || {
            let ran = ran.clone();
            async move {
                ran.send(())?;
                Ok("told".to_owned())
            }
        });
        let repeats = vec![repeat.hears_first(at_most)];
        let rounds = Rounds::new(repeats, Arc::new(SystemClock), Wake::default(), None);
        (rounds, runs)
    }

    #[tokio::test]
    async fn p16_a_task_that_hears_first_runs_when_nothing_is_left_to_hear() {
        let (rounds, mut runs) = told(Duration::from_secs(3600));
        let looks = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let looked = Arc::clone(&looks);
        // The broker is away, then there are two messages, then one, then none.
        let pending = left(move || {
            let look = looked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            3_u64
                .checked_sub(look)
                .filter(|left| *left < 3)
                .ok_or_else(|| anyhow::anyhow!("away"))
        });
        rounds.start(&Tasks::default(), &pending);
        runs.recv().await.expect("a round");
        assert_eq!(looks.load(std::sync::atomic::Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn p20_a_task_that_hears_first_does_not_wait_for_ever() {
        let (rounds, mut runs) = told(Duration::from_millis(1));
        rounds.start(&Tasks::default(), &left(|| Ok(1)));
        runs.recv().await.expect("a round all the same");
    }
}
