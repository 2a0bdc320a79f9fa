//! The real servers of a test: PostgreSQL shared by the tests of a process, a nats-server for each stack.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;

static POSTGRES: OnceCell<String> = OnceCell::const_new();

/// A port nobody listens on.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// The server in which tests make their databases: that of `SUDA_TEST_DATABASE_URL`, else a private one of this process.
pub async fn database_url() -> String {
    POSTGRES
        .get_or_init(async || match named("SUDA_TEST_DATABASE_URL") {
            Some(url) => url,
            None => start_postgres().await,
        })
        .await
        .clone()
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration file"
)]
fn named(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// A new, empty database, of a role that owns it and nothing else: policies bind no superuser.
pub(super) async fn fresh_database(service: &str) -> String {
    let server = database_url().await;
    let name = format!("{}_{:x}", service.replace('-', "_"), rand::random::<u64>());
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("PostgreSQL answers");
    for statement in [
        format!("CREATE ROLE {name} LOGIN PASSWORD '{name}'"),
        format!("CREATE DATABASE {name} OWNER {name}"),
    ] {
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .expect("a database");
    }
    let (_, place) = server.rsplit_once('@').expect("a database URL with a role");
    let (host, _) = place.split_once('/').expect("a database URL with a path");
    format!("postgres://{name}:{name}@{host}/{name}")
}

/// Where PostgreSQL's programs are.
fn postgres_programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|programs| programs.join("initdb").exists())
        .collect();
    let own = workspace().join(".suda/tools/postgresql/usr/lib/postgresql");
    found.extend(
        fs::read_dir(own)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin")),
    );
    found.sort();
    found
        .pop()
        .expect("PostgreSQL is not installed; tests/run installs it")
}

/// Where nats-server is.
#[must_use]
pub fn nats_server() -> PathBuf {
    if let Some(named) = named("SUDA_NATS_SERVER") {
        return named.into();
    }
    let own = workspace().join(".suda/tools/venv/bin/nats-server");
    if own.exists() {
        own
    } else {
        "nats-server".into()
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Starts a cluster below `target` that dies with this process.
async fn start_postgres() -> String {
    let below = workspace().join("target");
    fs::create_dir_all(&below).expect("a folder");
    let folder = tempfile::Builder::new()
        .prefix("test-postgres-")
        .tempdir_in(below.canonicalize().expect("a folder"))
        .expect("a folder")
        .keep();
    let programs = postgres_programs();
    let port = free_port();
    // Root may not run PostgreSQL.
    let root = fs::metadata("/proc/self").expect("proc").uid() == 0;
    let as_owner = |program: &str| {
        let mut command = Command::new("setpriv");
        if root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command
            .args(["--pdeathsig", "INT", "--"])
            .arg(programs.join(program));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    if root {
        let owned = Command::new("chown")
            .arg("postgres:")
            .arg(&folder)
            .status()
            .expect("chown");
        assert!(owned.success(), "the user postgres owns the cluster");
    }
    let made = as_owner("initdb")
        .arg("-D")
        .arg(folder.join("data"))
        .args([
            "-U",
            "suda",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ])
        .status()
        .expect("initdb runs");
    assert!(made.success(), "a cluster is made in {}", folder.display());
    #[expect(
        clippy::zombie_processes,
        reason = "it is not waited for: it ends with this process"
    )]
    let server: Child = as_owner("postgres")
        .arg("-D")
        .arg(folder.join("data"))
        .args([
            "-p",
            &port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ])
        .args(["-c", "fsync=off", "-c", "max_connections=500"])
        .spawn()
        .expect("postgres runs");
    let url = format!("postgres://suda@127.0.0.1:{port}/postgres");
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..400 {
        tick.tick().await;
        if PgConnection::connect(&url).await.is_ok() {
            drop(server);
            return url;
        }
    }
    panic!("PostgreSQL does not start in {}", folder.display());
}

/// A nats-server of one's own.
pub(super) struct Nats {
    child: Child,
    port: u16,
}

impl Nats {
    pub(super) async fn start(folder: &Path) -> Self {
        let port = free_port();
        // Said outright, or the server takes a part of what the disk has free, which the declared streams may exceed.
        let config = format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\", max_file_store: 1TB }}\n",
            folder.join("nats").display()
        );
        let file = folder.join("nats.conf");
        fs::write(&file, config).expect("a configuration");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(nats_server())
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server runs");
        let nats = Self { child, port };
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..500 {
            tick.tick().await;
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return nats;
            }
        }
        panic!("nats-server does not start");
    }

    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // It is gone already, or goes now.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}
