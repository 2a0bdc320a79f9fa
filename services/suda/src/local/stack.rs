//! Starts and stops the whole of a local stack, in order.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use chassis::{
    auth::Trust,
    clock::SystemClock,
    keys::{self, Keys},
};

use super::{
    layout::{Facts, Layout},
    nats, postgres,
    process::{Kept, Program},
    services::{SERVICES, Service},
};

/// How long a service may take until it takes requests.
const PATIENCE_SECONDS: u64 = 90;

/// What is wanted of a stack.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its folder.
    pub folder: PathBuf,
    /// Where the services' programs are.
    pub programs: PathBuf,
    /// Whether its clock is simulated.
    pub simulated_clock: bool,
    /// Where a simulated clock starts, RFC 3339; empty means now.
    pub clock_start: String,
    /// Whether it is thrown away afterwards: then it takes any free ports, so that many can run beside each other, and its
    /// database need not survive a power cut.
    pub temporary: bool,
    /// An OTLP collector for traces; empty means none.
    pub otlp_url: String,
}

/// A stack that runs.
#[derive(Debug)]
pub struct Stack {
    /// Its folder.
    pub layout: Layout,
    /// Its ports and secrets.
    pub facts: Facts,
    postgres: Kept,
    nats: Kept,
    services: BTreeMap<&'static str, Kept>,
}

impl Stack {
    /// Starts everything and waits until it takes requests; `say` hears of each step.
    ///
    /// # Errors
    /// Names what did not start, and where its log is.
    pub async fn start(wanted: &Wanted, say: impl Fn(&str)) -> anyhow::Result<Self> {
        let layout = Layout::at(&wanted.folder)?;
        layout.folder("logs")?;
        layout.folder("blobs")?;
        let facts = Facts::load_or_make(&layout, wanted.temporary, wanted.simulated_clock)?;
        make_keys(&layout)?;
        say("PostgreSQL");
        let postgres = postgres::start(&layout, &facts, !wanted.temporary).await?;
        say("NATS");
        let nats = nats::start(&layout, &facts)?;
        let mut services = BTreeMap::new();
        for service in &SERVICES {
            say(service.name);
            services.insert(
                service.name,
                Kept::start(program(wanted, &layout, &facts, service)?)?,
            );
        }
        let stack = Self {
            layout,
            facts,
            postgres,
            nats,
            services,
        };
        for service in &SERVICES {
            stack.wait_until_ready(service.name).await?;
        }
        Ok(stack)
    }

    /// Waits until a service takes requests.
    ///
    /// # Errors
    /// When it does not in time; names the reason it gives and its log.
    pub async fn wait_until_ready(&self, service: &str) -> anyhow::Result<()> {
        let url = format!(
            "http://127.0.0.1:{}/readyz",
            self.facts.port(&format!("{service}.http"))?
        );
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .build()?;
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        let mut said = String::new();
        for _ in 0..PATIENCE_SECONDS * 10 {
            tick.tick().await;
            match client.get(&url).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => said = answer.text().await.unwrap_or_default(),
                Err(error) => said = error.to_string(),
            }
        }
        let log = self.layout.path(&format!("logs/{service}.log"));
        bail!("{service} does not start: {said}; see {}", log.display())
    }

    /// Kills a part as a power cut would: a service, "nats" or "postgres". It is started again by itself.
    ///
    /// # Errors
    /// When there is no such part.
    pub async fn kill(&self, part: &str) -> anyhow::Result<()> {
        self.part(part)?.kill().await;
        Ok(())
    }

    /// The process of a part.
    ///
    /// # Errors
    /// When there is no such part.
    pub fn part(&self, part: &str) -> anyhow::Result<&Kept> {
        match part {
            "postgres" => Ok(&self.postgres),
            "nats" => Ok(&self.nats),
            service => self
                .services
                .get(service)
                .with_context(|| format!("this stack has no {service}")),
        }
    }

    /// Stops everything: services first, so that they finish and publish, then the servers they need.
    pub async fn stop(self) {
        for service in SERVICES.iter().rev() {
            if let Some(kept) = self.services.get(service.name) {
                kept.stop().await;
            }
        }
        self.nats.stop().await;
        self.postgres.stop().await;
    }
}

/// A key for each service, and the file that says whom they believe: directory for everybody it signs in, the others for
/// themselves.
fn make_keys(layout: &Layout) -> anyhow::Result<()> {
    let folder = layout.folder("keys")?;
    let mut trusted = Vec::new();
    for service in &SERVICES {
        let file = folder.join(format!("{}.pem", service.name));
        if !file.exists() {
            keys::write_private(&file, &keys::generate()?.private_pem)?;
        }
        let keys = Keys::load(
            &file,
            service.name,
            service.role,
            std::sync::Arc::new(SystemClock),
        )?;
        trusted.push(if service.name == "directory" {
            keys.trusted_for_everyone()
        } else {
            keys.trusted()
        });
    }
    Trust { keys: trusted }
        .write(&folder.join("trust.toml"))
        .context("cannot write whom the services believe")
}

fn program(
    wanted: &Wanted,
    layout: &Layout,
    facts: &Facts,
    service: &Service,
) -> anyhow::Result<Program> {
    let file = wanted.programs.join(service.name);
    if !file.exists() {
        bail!("{} is not built; deploy/up builds it", file.display());
    }
    Ok(Program {
        name: service.name.to_owned(),
        file,
        arguments: Vec::new(),
        environment: environment(wanted, layout, facts, service)?,
        log: layout.path(&format!("logs/{}.log", service.name)),
        stop_signal: "TERM",
        run_as: None,
    })
}

fn environment(
    wanted: &Wanted,
    layout: &Layout,
    facts: &Facts,
    service: &Service,
) -> anyhow::Result<Vec<(String, String)>> {
    let own = |what: &str| facts.port(&format!("{}.{what}", service.name));
    let database = service.database();
    let mut settings: Vec<(&str, String)> = vec![
        (
            "DATABASE__URL",
            format!(
                "postgres://{database}:{}@127.0.0.1:{}/{database}",
                facts.secret("postgres")?,
                facts.port("postgres")?
            ),
        ),
        (
            "NATS__URL",
            format!("nats://127.0.0.1:{}", facts.port("nats")?),
        ),
        ("NATS__USER", service.name.to_owned()),
        ("NATS__PASSWORD", quoted(facts.secret("nats")?)),
        ("NATS__REPLICAS", "1".to_owned()),
        ("LISTEN__GRPC", format!("127.0.0.1:{}", own("grpc")?)),
        ("LISTEN__HTTP", format!("127.0.0.1:{}", own("http")?)),
        (
            "LISTEN__WEB",
            format!("127.0.0.1:{}", if service.web { own("web")? } else { 0 }),
        ),
        (
            "AUTH__KEY",
            path(&layout.path(&format!("keys/{}.pem", service.name))),
        ),
        ("AUTH__TRUST", path(&layout.path("keys/trust.toml"))),
        ("AUTH__ROLE", service.role.to_owned()),
        ("BLOBS__FOLDER", path(&layout.path("blobs"))),
        (
            "CLOCK__MODE",
            if wanted.simulated_clock {
                "simulated"
            } else {
                "system"
            }
            .to_owned(),
        ),
        ("CLOCK__START", quoted(&wanted.clock_start)),
        ("TELEMETRY__OTLP_URL", wanted.otlp_url.clone()),
    ];
    match service.name {
        "directory" => {
            settings.push(("SERVICE__INITIAL_PASSWORD", quoted(facts.secret("people")?)));
            settings.push((
                "SERVICE__BOOTSTRAP_PASSWORD",
                quoted(facts.secret("administrator")?),
            ));
        }
        "intake" => settings.push(("SERVICE__VAULT_FILE", path(&layout.path("keys/vault.toml")))),
        _ => settings.extend(super::inputs::settings(layout, facts, service.name)?),
    }
    let mut environment: Vec<_> = settings
        .into_iter()
        .map(|(key, value)| (service.variable(key), value))
        .collect();
    for peer in &SERVICES {
        let key = format!("PEERS__{}", peer.name.to_uppercase());
        environment.push((service.variable(&key), facts.grpc_url(peer.name)?));
    }
    Ok(environment)
}

/// A value that is text even when it looks like a number.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}

pub(super) fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
