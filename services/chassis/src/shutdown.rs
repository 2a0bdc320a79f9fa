//! How a process stops: first softly, then hard, and never with work forgotten.

use std::{future::Future, time::Duration};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The tasks of a process and the word that they should stop. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    soft: CancellationToken,
}

impl Tasks {
    /// Starts a task that shutdown waits for.
    #[expect(clippy::disallowed_methods, reason = "this is the tracker")]
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // The handle is not needed: the tracker waits, and a panic is logged by the runtime's hook.
        drop(tokio::spawn(self.tracker.track_future(task)));
    }

    /// Is done once the process should stop: take nothing new, finish what was begun.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Says that the process should stop.
    pub fn stop(&self) {
        self.soft.cancel();
        self.tracker.close();
    }

    /// Waits until all tasks are done; gives up after `patience`. Says whether they were.
    pub async fn finished(&self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.tracker.wait())
            .await
            .is_ok()
    }
}

/// Waits for SIGTERM or SIGINT.
pub async fn signalled() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
