//! The private nats-server of a local stack.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};

use super::{
    layout::{Facts, Layout, write_private},
    process::{Kept, Program},
    services::{SERVICES, Service},
};

/// Starts nats-server with JetStream on files below `layout`.
///
/// # Errors
/// When nats-server is missing or cannot be started.
pub fn start(layout: &Layout, facts: &Facts) -> anyhow::Result<Kept> {
    let file = find_program()?;
    let config = layout.path("nats.conf");
    write_private(&config, configuration(layout, facts)?.as_bytes())?;
    Kept::start(Program {
        name: "nats-server".to_owned(),
        file,
        arguments: vec!["-c".to_owned(), config.to_string_lossy().into_owned()],
        environment: Vec::new(),
        log: layout.path("logs/nats.log"),
        stop_signal: "TERM",
        run_as: None,
    })
}

/// The user of a service, as a line of the list: it may tell facts in its own name only, and hear everything.
#[must_use]
pub fn user(service: &Service, password: &str) -> String {
    let (name, package) = (service.name, service.package);
    format!(
        "  {{ user: \"{name}\", password: \"{password}\", permissions: {{ publish: {{ allow: [\"suda.{package}.>\", \"$JS.>\", \"$KV.>\", \"_INBOX.>\"] }} }} }}\n"
    )
}

fn configuration(layout: &Layout, facts: &Facts) -> anyhow::Result<String> {
    let port = facts.port("nats")?;
    let password = facts.secret("nats")?;
    let store = layout.folder("nats")?;
    let mut users = String::new();
    for service in SERVICES {
        users.push_str(&user(&service, password));
    }
    Ok(format!(
        "listen: \"127.0.0.1:{port}\"\nserver_name: \"suda-local\"\nmax_payload: 8MB\n\
         jetstream {{ store_dir: \"{store}\", max_file_store: 50GB, sync_interval: \"5s\" }}\n\
         authorization {{ users: [\n{users}] }}\n",
        store = store.display()
    ))
}

/// Where nats-server is.
///
/// # Errors
/// When it is nowhere.
pub fn find_program() -> anyhow::Result<PathBuf> {
    for place in [
        ".suda/tools/venv/bin/nats-server",
        "/usr/local/bin/nats-server",
        "/usr/bin/nats-server",
    ] {
        if fs::exists(place)? {
            return PathBuf::from(place)
                .canonicalize()
                .context("cannot find nats-server");
        }
    }
    bail!("nats-server is not installed; deploy/up installs it")
}
