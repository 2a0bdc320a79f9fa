//! Where a local stack keeps its things, and on which ports it listens.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::services::SERVICES;

/// The first port of a stack that a person starts; the others follow.
const FIRST_PORT: u16 = 7400;
/// How many ports a row has.
const ROW: u16 = 32;
/// Where the rows of other stacks begin, and how many there are: below the ports that systems give to connections that go out,
/// which could take one between its choice and its use. Of two stacks that start at once, hardly ever do both choose one row.
const ROWS: (u16, u16) = (16_384, 512);
/// How many rows are looked at.
const TRIES: usize = 200;

/// What a stack has secrets for.
const SECRETS: [&str; 7] = [
    "postgres",
    "nats",
    "people",
    "administrator",
    "wechat-token",
    "wechat-key",
    "phone",
];

/// The folder of a local stack.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The folder itself.
    pub root: PathBuf,
}

impl Layout {
    /// The folder at `root`, made if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn at(root: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("cannot make {}", root.display()))?;
        let root = root
            .canonicalize()
            .with_context(|| format!("cannot find {}", root.display()))?;
        Ok(Self { root })
    }

    /// A path below the folder.
    #[must_use]
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// A folder below the folder, made if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn folder(&self, below: &str) -> anyhow::Result<PathBuf> {
        let path = self.path(below);
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }
}

/// What a running stack tells those who use it; kept as `stack.json`, readable by its owner only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Facts {
    /// The ports, by what listens: `postgres`, `nats`, `intake.grpc`, `intake.http`, `intake.web` and so on.
    pub ports: BTreeMap<String, u16>,
    /// Secrets made at the first start, by what they are for.
    pub secrets: BTreeMap<String, String>,
    /// Whether the services share a clock that stands still until it is advanced.
    pub simulated_clock: bool,
}

impl Facts {
    /// The facts of the stack in `layout`; made new, with ports and secrets, at the first start.
    ///
    /// # Errors
    /// When the file cannot be read or written, or no port is free.
    pub fn load_or_make(
        layout: &Layout,
        free_ports: bool,
        simulated: bool,
    ) -> anyhow::Result<Self> {
        if let Some(mut known) = Self::load(&layout.root)? {
            if known.simulated_clock != simulated && layout.path("postgres/PG_VERSION").exists() {
                bail!(
                    "the stack in {} was started {} a simulated clock and keeps to it; start it the same way, or anew with --fresh",
                    layout.root.display(),
                    if known.simulated_clock {
                        "with"
                    } else {
                        "without"
                    }
                );
            }
            // A newer launcher may know more services than the one that made the file.
            for name in SECRETS {
                known.secrets.entry(name.to_owned()).or_insert_with(secret);
            }
            if known.someone_listens()
                || port_names()
                    .iter()
                    .any(|name| !known.ports.contains_key(name))
            {
                known.ports = pick_ports(true)?;
            }
            known.save(layout)?;
            return Ok(known);
        }
        let facts = Self {
            ports: pick_ports(free_ports)?,
            secrets: SECRETS
                .into_iter()
                .map(|name| (name.to_owned(), secret()))
                .collect(),
            simulated_clock: simulated,
        };
        facts.save(layout)?;
        Ok(facts)
    }

    /// The facts of the stack in the folder `root`; `None` when no stack was ever started there.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(root: &Path) -> anyhow::Result<Option<Self>> {
        let path = root.join("stack.json");
        if !path.exists() {
            return Ok(None);
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text)
            .map(Some)
            .with_context(|| format!("{} is damaged; start anew with --fresh", path.display()))
    }

    fn save(&self, layout: &Layout) -> anyhow::Result<()> {
        write_private(
            &layout.path("stack.json"),
            &serde_json::to_vec_pretty(self)?,
        )
    }

    /// The port of `name`.
    ///
    /// # Errors
    /// When nothing of that name listens.
    pub fn port(&self, name: &str) -> anyhow::Result<u16> {
        self.ports
            .get(name)
            .copied()
            .with_context(|| format!("nothing called {name} listens in this stack"))
    }

    /// The secret for `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn secret(&self, name: &str) -> anyhow::Result<&str> {
        self.secrets
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("this stack has no secret for {name}"))
    }

    /// Where `service` answers gRPC.
    ///
    /// # Errors
    /// When there is no such service.
    pub fn grpc_url(&self, service: &str) -> anyhow::Result<String> {
        Ok(format!(
            "http://127.0.0.1:{}",
            self.port(&format!("{service}.grpc"))?
        ))
    }

    fn someone_listens(&self) -> bool {
        self.ports
            .values()
            .any(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err())
    }
}

/// Writes a file that only its owner can read, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let draft = path.with_extension("draft");
    let mut file = fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .with_context(|| format!("cannot write {}", draft.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path).with_context(|| format!("cannot write {}", path.display()))
}

fn secret() -> String {
    let bytes: [u8; 24] = rand::random();
    hex::encode(bytes)
}

/// Gives everything a port, in a row that is free: from the first when `free` is not asked for and it is, else a row somewhere.
fn pick_ports(free: bool) -> anyhow::Result<BTreeMap<String, u16>> {
    let names = port_names();
    let first = (!free).then_some(FIRST_PORT);
    let somewhere = std::iter::repeat_with(|| ROWS.0 + rand::random::<u16>() % ROWS.1 * ROW);
    let rows = first.into_iter().chain(somewhere).take(TRIES);
    for row in rows {
        let ports: Vec<u16> = (row..).take(names.len()).collect();
        if ports
            .iter()
            .all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        {
            return Ok(names.into_iter().zip(ports).collect());
        }
    }
    bail!(
        "no row of {} free ports on the loopback address",
        names.len()
    )
}

fn port_names() -> Vec<String> {
    let mut names = vec!["postgres".to_owned(), "nats".to_owned()];
    for service in SERVICES {
        names.push(format!("{}.grpc", service.name));
        names.push(format!("{}.http", service.name));
        if service.web {
            names.push(format!("{}.web", service.name));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_has_a_row_of_free_ports_that_no_connection_going_out_takes() {
        let names = port_names();
        assert!(names.len() <= usize::from(ROW));
        let picked = pick_ports(true).unwrap();
        assert_eq!(picked.len(), names.len());
        let (first, last) = (
            picked.values().min().unwrap(),
            picked.values().max().unwrap(),
        );
        assert!(*first >= ROWS.0 && *last < 32_768, "{first} to {last}");
        assert_eq!(usize::from(last - first) + 1, names.len(), "one for each");
        // Where something listens already, another row is taken.
        let _held = TcpListener::bind((Ipv4Addr::LOCALHOST, FIRST_PORT));
        let other = pick_ports(false).unwrap();
        assert!(!other.values().any(|port| *port == FIRST_PORT));
    }
}
