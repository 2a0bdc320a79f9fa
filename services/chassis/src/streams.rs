//! The streams of the suite, as `deploy/streams.toml` declares them.

use std::time::Duration;

use anyhow::Context;
use async_nats::jetstream::{self, stream};
use serde::Deserialize;

const DECLARED: &str = include_str!("../../../deploy/streams.toml");
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stream: Vec<Stream>,
}

/// A stream as declared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// What it carries.
    pub subjects: Vec<String>,
    /// How long it keeps a message.
    pub max_age_days: u32,
    /// How large it grows at most.
    pub max_bytes: i64,
    /// The largest message, in bytes.
    pub max_message: i32,
    /// On how many servers each message lies.
    pub replicas: usize,
}

impl Stream {
    /// Whether messages of this full name travel on it.
    #[must_use]
    pub fn carries(&self, message: &str) -> bool {
        self.subjects
            .iter()
            .filter_map(|subject| subject.strip_suffix('>'))
            .any(|package| message.starts_with(package))
    }

    /// Its subjects that belong to one of these packages, such as `suda.intake.v1.`.
    #[must_use]
    pub fn of(&self, packages: &[&str]) -> Vec<String> {
        let of = |subject: &&String| packages.iter().any(|package| subject.starts_with(package));
        self.subjects.iter().filter(of).cloned().collect()
    }
}

/// The streams that are declared.
///
/// # Errors
/// When the file is wrong.
pub fn declared() -> anyhow::Result<Vec<Stream>> {
    let file: File = toml::from_str(DECLARED).context("deploy/streams.toml is wrong")?;
    Ok(file.stream)
}

/// Makes the streams that are not there and brings the others to what is declared.
///
/// # Errors
/// When the broker refuses.
pub async fn apply(broker: &jetstream::Context, replicas: Option<usize>) -> anyhow::Result<()> {
    for declared in declared()? {
        let config = stream::Config {
            name: declared.name.clone(),
            subjects: declared.subjects,
            retention: stream::RetentionPolicy::Limits,
            storage: stream::StorageType::File,
            discard: stream::DiscardPolicy::Old,
            max_age: DAY * declared.max_age_days,
            max_bytes: declared.max_bytes,
            max_message_size: declared.max_message,
            num_replicas: replicas.unwrap_or(declared.replicas),
            duplicate_window: Duration::from_secs(120),
            ..stream::Config::default()
        };
        broker
            .create_or_update_stream(config)
            .await
            .with_context(|| format!("cannot make stream {}", declared.name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_that_tells_has_one_stream() {
        let streams = declared().unwrap();
        for package in [
            "archive",
            "channel",
            "directory",
            "intake",
            "regulatory_report",
            "routing",
            "sla_watchdog",
        ] {
            let message = format!("suda.{package}.v1.Something");
            let carriers = streams
                .iter()
                .filter(|stream| stream.carries(&message))
                .count();
            assert_eq!(carriers, 1, "{message}");
        }
    }
}
