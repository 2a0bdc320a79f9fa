//! A process that is kept running until it is told to stop.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use tokio::{
    process::{Child, Command},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

/// How long a process may take to stop before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long to wait before a process that died is started again.
const PAUSE: Duration = Duration::from_millis(300);

/// What is run, with which surroundings.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name in messages and of its log file.
    pub name: String,
    /// The file to run.
    pub file: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, beside the few variables every program needs.
    pub environment: Vec<(String, String)>,
    /// Where its output goes.
    pub log: PathBuf,
    /// The signal that makes it stop in order.
    pub stop_signal: &'static str,
    /// Who runs it, as `user id:group id`; empty for whoever runs the launcher.
    pub run_as: Option<(u32, u32)>,
}

enum Order {
    Kill(oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

/// A program that is started again whenever it dies.
#[derive(Debug)]
pub struct Kept {
    orders: mpsc::Sender<Order>,
    process_id: Arc<AtomicU32>,
    // Dropping the set ends the keeper, and with it the process.
    _keeper: JoinSet<()>,
}

impl Kept {
    /// Starts `program` and keeps it running.
    ///
    /// # Errors
    /// When it cannot be started the first time.
    pub fn start(program: Program) -> anyhow::Result<Self> {
        let process_id = Arc::new(AtomicU32::new(0));
        let child = launch(&program, &process_id)?;
        let (orders, receiver) = mpsc::channel(4);
        let mut keeper = JoinSet::new();
        keeper.spawn(keep(program, child, receiver, Arc::clone(&process_id)));
        Ok(Self {
            orders,
            process_id,
            _keeper: keeper,
        })
    }

    /// The process's id; 0 while it is down.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process_id.load(Ordering::Relaxed)
    }

    /// Kills the process as a power cut would; it is started again.
    pub async fn kill(&self) {
        self.order(Order::Kill).await;
    }

    /// Stops the process in order; it stays down.
    pub async fn stop(&self) {
        self.order(Order::Stop).await;
    }

    async fn order(&self, order: fn(oneshot::Sender<()>) -> Order) {
        let (done, wait) = oneshot::channel();
        if self.orders.send(order(done)).await.is_ok() {
            // The keeper is gone only when the process is.
            wait.await.unwrap_or_default();
        }
    }
}

async fn keep(
    program: Program,
    mut child: Child,
    mut orders: mpsc::Receiver<Order>,
    process_id: Arc<AtomicU32>,
) {
    loop {
        let order = tokio::select! {
            order = orders.recv() => order,
            _ = child.wait() => Some(Order::Kill(oneshot::channel().0)),
        };
        match order {
            Some(Order::Kill(done)) => {
                child.kill().await.unwrap_or_default();
                process_id.store(0, Ordering::Relaxed);
                // Nobody waits when the process died by itself.
                done.send(()).unwrap_or_default();
                match relaunch(&program, &mut orders, &process_id).await {
                    Some(next) => child = next,
                    None => return,
                }
            }
            Some(Order::Stop(done)) => {
                stop(&program, &mut child).await;
                process_id.store(0, Ordering::Relaxed);
                done.send(()).unwrap_or_default();
                return;
            }
            None => {
                stop(&program, &mut child).await;
                return;
            }
        }
    }
}

async fn relaunch(
    program: &Program,
    orders: &mut mpsc::Receiver<Order>,
    process_id: &AtomicU32,
) -> Option<Child> {
    loop {
        // A stop that comes during the pause is obeyed at once.
        match timeout_at(Instant::now() + PAUSE, orders.recv()).await {
            Ok(Some(Order::Stop(done))) => {
                done.send(()).unwrap_or_default();
                return None;
            }
            Ok(Some(Order::Kill(done))) => done.send(()).unwrap_or_default(),
            Ok(None) => return None,
            Err(_) => {
                if let Ok(child) = launch(program, process_id) {
                    return Some(child);
                }
            }
        }
    }
}

async fn stop(program: &Program, child: &mut Child) {
    if let Some(id) = child.id() {
        let asked = Command::new("kill")
            .args(["-s", program.stop_signal, &id.to_string()])
            .status()
            .await;
        if asked.is_ok_and(|status| status.success())
            && timeout(PATIENCE, child.wait()).await.is_ok()
        {
            return;
        }
    }
    child.kill().await.unwrap_or_default();
}

fn launch(program: &Program, process_id: &AtomicU32) -> anyhow::Result<Child> {
    let log = log_file(&program.log)?;
    let child = command(program)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // Its own group: Ctrl-C reaches the launcher, which stops things in order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {} ({})", program.name, program.file.display()))?;
    process_id.store(child.id().unwrap_or(0), Ordering::Relaxed);
    Ok(child)
}

/// The command of a program; it dies with the launcher, however that dies.
fn command(program: &Program) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((user, group)) = program.run_as {
        command.args([
            &format!("--reuid={user}"),
            &format!("--regid={group}"),
            "--clear-groups",
            // The folder may lie below one that only its owner may enter.
            "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search",
        ]);
    }
    command
        .args(["--pdeathsig", "KILL", "--"])
        .arg(&program.file)
        .args(&program.arguments);
    command.env_clear();
    command
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8");
    command.envs(
        program
            .environment
            .iter()
            .map(|(name, value)| (name, value)),
    );
    command
}

/// Runs a program to its end and gives its output.
///
/// # Errors
/// When it cannot be started or fails; the error holds what it printed.
pub async fn run_once(program: &Program) -> anyhow::Result<String> {
    let output = command(program)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| format!("cannot start {} ({})", program.name, program.file.display()))?;
    anyhow::ensure!(
        output.status.success(),
        "{} failed: {}{}",
        program.name,
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn log_file(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))
}
