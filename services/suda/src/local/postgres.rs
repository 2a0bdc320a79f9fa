//! The private PostgreSQL of a local stack.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::{
    layout::{Facts, Layout},
    process::{Kept, Program, run_once},
    services::SERVICES,
};

/// Starts PostgreSQL on `layout`, making the cluster, roles and databases that are not there yet.
///
/// Unless it is `durable`, what is written survives the death of every process, but no power cut: waiting for the disk is most of
/// what a commit costs.
///
/// # Errors
/// When PostgreSQL is missing, too old, or does not start.
pub async fn start(layout: &Layout, facts: &Facts, durable: bool) -> anyhow::Result<Kept> {
    let programs = find_programs()?;
    let owner = owner()?;
    let data = layout.path("postgres");
    if !data.join("PG_VERSION").exists() {
        make_cluster(layout, facts, &programs, owner).await?;
    }
    let port = facts.port("postgres")?;
    let kept = Kept::start(Program {
        name: "postgres".to_owned(),
        file: programs.join("postgres"),
        arguments: [
            "-D",
            &data.to_string_lossy(),
            "-p",
            &port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=300",
            "-c",
            "shared_buffers=256MB",
            "-c",
            "max_wal_size=2GB",
            "-c",
            "timezone=UTC",
            "-c",
            if durable { "fsync=on" } else { "fsync=off" },
        ]
        .map(str::to_owned)
        .to_vec(),
        environment: libraries(&programs),
        log: layout.path("logs/postgres.log"),
        stop_signal: "INT",
        run_as: owner,
    })?;
    wait_until_ready(layout, facts, &programs).await?;
    make_databases(layout, facts, &programs).await?;
    Ok(kept)
}

/// Where the programs of PostgreSQL 15 or newer are.
///
/// # Errors
/// When there are none.
pub fn find_programs() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for base in [
        "/usr/lib/postgresql",
        ".suda/tools/postgresql/usr/lib/postgresql",
    ] {
        for entry in fs::read_dir(base).into_iter().flatten().flatten() {
            let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
            let programs = entry.path().join("bin");
            if version >= 15 && programs.join("initdb").exists() {
                found.push((version, programs.canonicalize()?));
            }
        }
    }
    found.sort();
    match found.pop() {
        Some((_, programs)) => Ok(programs),
        None => bail!("PostgreSQL 15 or newer is not installed; deploy/up installs it"),
    }
}

/// As whom PostgreSQL runs: root may not, so then it is the user that Debian's package makes, or nobody.
fn owner() -> anyhow::Result<Option<(u32, u32)>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let ids = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).map(Some).context(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as",
    )
}

async fn make_cluster(
    layout: &Layout,
    facts: &Facts,
    programs: &Path,
    owner: Option<(u32, u32)>,
) -> anyhow::Result<()> {
    let data = layout.path("postgres");
    if data.exists() {
        fs::remove_dir_all(&data).context("cannot remove a half-made PostgreSQL cluster")?;
    }
    fs::create_dir_all(&data)?;
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700))?;
    let password = layout.path("postgres.password");
    super::layout::write_private(&password, facts.secret("postgres")?.as_bytes())?;
    if let Some((user, group)) = owner {
        std::os::unix::fs::chown(&data, Some(user), Some(group))?;
        std::os::unix::fs::chown(&password, Some(user), Some(group))?;
    }
    let made = run_once(&program(
        layout,
        programs,
        "initdb",
        &[
            "-D",
            &data.to_string_lossy(),
            "-U",
            "suda",
            "--pwfile",
            &password.to_string_lossy(),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ],
        owner,
        Vec::new(),
    ))
    .await;
    fs::remove_file(&password)?;
    made.map(drop)
}

async fn wait_until_ready(layout: &Layout, facts: &Facts, programs: &Path) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(100));
    let mut last = None;
    for _ in 0..600 {
        tick.tick().await;
        match sql(layout, facts, programs, "postgres", "SELECT 1").await {
            Ok(_) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    Err(last.context("PostgreSQL was never asked")?).with_context(|| {
        format!(
            "PostgreSQL does not answer; see {}",
            layout.path("logs/postgres.log").display()
        )
    })
}

/// The statements that give a service its role and its database, one after the other.
#[must_use]
pub fn own_database(name: &str, password: &str) -> [String; 3] {
    [
        format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN \
             CREATE ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'; END IF; END $$"
        ),
        format!("CREATE DATABASE {name} OWNER {name}"),
        format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC"),
    ]
}

/// A role and a database for each service; the role owns its own database and sees no other.
async fn make_databases(layout: &Layout, facts: &Facts, programs: &Path) -> anyhow::Result<()> {
    let known = sql(
        layout,
        facts,
        programs,
        "postgres",
        "SELECT datname FROM pg_database",
    )
    .await?;
    let known: Vec<&str> = known.lines().map(str::trim).collect();
    for service in SERVICES {
        let name = service.database();
        if known.contains(&name.as_str()) {
            continue;
        }
        for statement in own_database(&name, facts.secret("postgres")?) {
            sql(layout, facts, programs, "postgres", &statement).await?;
        }
    }
    Ok(())
}

/// Runs one statement as the cluster's owner and gives the rows, one a line.
///
/// # Errors
/// When PostgreSQL refuses it.
pub async fn sql(
    layout: &Layout,
    facts: &Facts,
    programs: &Path,
    database: &str,
    statement: &str,
) -> anyhow::Result<String> {
    let port = facts.port("postgres")?.to_string();
    run_once(&program(
        layout,
        programs,
        "psql",
        &[
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "suda",
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
            "-X",
            "-q",
            "-A",
            "-t",
            "-c",
            statement,
        ],
        None,
        vec![(
            "PGPASSWORD".to_owned(),
            facts.secret("postgres")?.to_owned(),
        )],
    ))
    .await
}

/// Where the libraries of programs lie that were unpacked without root: beside them. Those of the system need no telling.
fn libraries(programs: &Path) -> Vec<(String, String)> {
    let folder = programs
        .ancestors()
        .nth(3)
        .filter(|folder| !folder.starts_with("/usr"));
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
    let found: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .filter(|path| path.ends_with("-linux-gnu"))
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    vec![("LD_LIBRARY_PATH".to_owned(), found.join(":"))]
}

fn program(
    layout: &Layout,
    programs: &Path,
    name: &str,
    arguments: &[&str],
    run_as: Option<(u32, u32)>,
    environment: Vec<(String, String)>,
) -> Program {
    Program {
        name: name.to_owned(),
        file: programs.join(name),
        arguments: arguments
            .iter()
            .map(|&argument| argument.to_owned())
            .collect(),
        environment: environment.into_iter().chain(libraries(programs)).collect(),
        log: layout.path("logs/postgres.log"),
        stop_signal: "TERM",
        run_as,
    }
}
