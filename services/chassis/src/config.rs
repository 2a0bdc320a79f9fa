//! The settings of a service: embedded defaults, then the environment, then the files it names. The only reader of the
//! environment.

use std::{fs, path::PathBuf};

use anyhow::{Context, anyhow};
use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{blobs, db, grpc, telemetry};

const DEFAULTS: &str = include_str!("../config.toml");

/// The end of a variable that names the file in which a setting's value stands.
const FILE: &str = "__FILE";

/// Everything a process is told from outside; `S` is what only this service is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config<S> {
    /// What kind of place this is.
    pub profile: Profile,
    /// The service's own database.
    pub database: db::Settings,
    /// The broker.
    pub nats: Nats,
    /// Where it listens.
    pub listen: Listen,
    /// Who it is and whom it believes.
    pub auth: Auth,
    /// What time it is.
    pub clock: Clock,
    /// Where bytes are kept.
    pub blobs: blobs::Settings,
    /// Its gRPC door.
    pub grpc: grpc::Settings,
    /// Where the other services answer.
    pub peers: grpc::PeerUrls,
    /// Logs, traces and metrics.
    pub telemetry: telemetry::Settings,
    /// What only this service is told.
    pub service: S,
}

/// What kind of place this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A machine of one's own: migrates by itself, may simulate the clock.
    Development,
    /// The real thing.
    Production,
}

/// Section `[nats]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    /// `nats://host:port`.
    pub url: String,
    /// The service's own user; empty for none.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// On how many servers each message lies; 0 means as declared.
    pub replicas: usize,
}

/// Section `[listen]`: addresses as `host:port`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// gRPC.
    pub grpc: String,
    /// Health and metrics.
    pub http: String,
    /// The service's own HTTP door.
    pub web: String,
}

/// Section `[auth]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The file of the service's own private key.
    pub key: PathBuf,
    /// The file of the public keys whose tokens are taken.
    pub trust: PathBuf,
    /// The role of the service's own identity.
    pub role: String,
}

/// Section `[clock]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Which clock.
    pub mode: ClockMode,
    /// Where a simulated clock starts, RFC 3339; empty means now.
    pub start: String,
}

/// Which clock a service takes its time from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockMode {
    /// That of the machine.
    System,
    /// One that stands still until it is advanced.
    Simulated,
}

/// Reads the settings of a service whose own defaults are `own`.
///
/// # Errors
/// Names the key, where its value came from, and what was expected.
pub fn read<S: DeserializeOwned>(service: &str, own: &str) -> anyhow::Result<Config<S>> {
    let prefix = format!("{}__", service.replace('-', "_").to_uppercase());
    let environment = Env::prefixed(&prefix)
        .filter(|key| !key.as_str().to_ascii_uppercase().ends_with(FILE))
        .split("__");
    let figment = from_files(figment(own).merge(environment), &prefix)?;
    extract(&figment).map_err(|error| {
        anyhow!("{error} (environment variables of this service begin with {prefix})")
    })
}

/// Takes the settings whose values stand in files: `INTAKE__DATABASE__URL__FILE` names the one of `database.url`. What stands
/// there is text, whatever it looks like; the end of its line is none of it.
fn from_files(mut figment: Figment, prefix: &str) -> anyhow::Result<Figment> {
    for (variable, path) in std::env::vars_os() {
        let Some(key) = variable.to_str().and_then(|name| {
            let name = name.to_ascii_uppercase();
            let key = name.strip_prefix(prefix)?.strip_suffix(FILE)?;
            Some(key.to_ascii_lowercase().replace("__", "."))
        }) else {
            continue;
        };
        let path = PathBuf::from(path);
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "setting {key}: {} cannot be read, which {} names",
                path.display(),
                variable.display()
            )
        })?;
        figment = figment.merge(Serialized::default(&key, text.trim_end()));
    }
    Ok(figment)
}

/// The embedded defaults alone.
pub(crate) fn figment(own: &str) -> Figment {
    let service = Figment::from(Toml::string(own));
    let figment = Figment::from(Toml::string(DEFAULTS));
    match service.find_value("service") {
        Ok(value) => figment.merge(Serialized::default("service", value)),
        // A service without settings of its own.
        Err(_) => figment.merge(Serialized::default("service", figment::value::Dict::new())),
    }
}

/// Types the settings.
pub(crate) fn extract<S: DeserializeOwned>(figment: &Figment) -> anyhow::Result<Config<S>> {
    figment.extract().map_err(|error| {
        let key = error.path.join(".");
        let source = error
            .metadata
            .as_ref()
            .map_or_else(String::new, |from| format!(", from {}", from.name));
        anyhow!("setting {key}: {}{source}", error.kind)
    })
}

impl<S> Config<S> {
    /// Refuses what a production must not have.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.profile == Profile::Production && self.clock.mode == ClockMode::Simulated {
            return Err(anyhow!(
                "setting clock.mode: a production does not simulate its clock"
            ));
        }
        Ok(())
    }

    /// Where a simulated clock starts, when it is said.
    ///
    /// # Errors
    /// When it is no instant.
    pub fn clock_start(&self) -> anyhow::Result<Option<chrono::DateTime<chrono::Utc>>> {
        let start = &self.clock.start;
        if start.is_empty() {
            return Ok(None);
        }
        let start = start
            .parse()
            .with_context(|| format!("setting clock.start: {start:?} is no instant (RFC 3339)"))?;
        Ok(Some(start))
    }
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "figment's own error type")]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        greeting: String,
    }

    #[test]
    fn the_environment_overrides_a_service_s_own_settings_too() {
        figment::Jail::expect_with(|jail| {
            jail.set_env("SAMPLE_SERVICE__LISTEN__GRPC", "127.0.0.1:7");
            jail.set_env("SAMPLE_SERVICE__SERVICE__GREETING", "\"05e1\"");
            let own = "[service]\ngreeting = \"hello\"";
            let config: Config<Own> = read("sample-service", own).unwrap();
            assert_eq!(
                (
                    config.listen.grpc.as_str(),
                    config.service.greeting.as_str()
                ),
                ("127.0.0.1:7", "05e1")
            );
            Ok(())
        });
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        figment::Jail::expect_with(|jail| {
            jail.create_file("url", "postgres://sample:05e1@db/sample\n")?;
            jail.create_file("greeting", "05e1")?;
            jail.set_env("SAMPLE__DATABASE__URL", "postgres://the/file/wins");
            jail.set_env("SAMPLE__DATABASE__URL__FILE", "url");
            jail.set_env("SAMPLE__SERVICE__GREETING__FILE", "greeting");
            let own = "[service]\ngreeting = \"hello\"";
            let config: Config<Own> = read("sample", own).unwrap();
            assert_eq!(
                config.database.url.expose_secret(),
                "postgres://sample:05e1@db/sample"
            );
            assert_eq!(config.service.greeting, "05e1");
            jail.set_env("SAMPLE__NATS__PASSWORD__FILE", "nowhere");
            let wrong = read::<Own>("sample", own).unwrap_err().to_string();
            assert!(
                wrong.contains("nats.password") && wrong.contains("SAMPLE__NATS__PASSWORD__FILE"),
                "{wrong}"
            );
            Ok(())
        });
    }

    #[test]
    fn a_file_for_a_setting_that_is_none_is_refused() {
        figment::Jail::expect_with(|jail| {
            jail.create_file("word", "x")?;
            jail.set_env("SAMPLE__SERVICE__GRETING__FILE", "word");
            let wrong = read::<Own>("sample", "[service]\ngreeting = \"hello\"")
                .unwrap_err()
                .to_string();
            assert!(wrong.contains("greting"), "{wrong}");
            Ok(())
        });
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_source() {
        figment::Jail::expect_with(|jail| {
            jail.set_env("SAMPLE__LISTEN__GRPC", "7");
            let wrong = read::<Own>("sample", "[service]\ngreeting = \"hello\"")
                .unwrap_err()
                .to_string();
            assert!(
                wrong.contains("listen.grpc") && wrong.contains("environment"),
                "{wrong}"
            );
            Ok(())
        });
    }
}
