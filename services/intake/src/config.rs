//! The settings of intake; `config.toml` says what each is for.

use std::path::PathBuf;

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The file with the keys of the vault.
    pub vault_file: PathBuf,
    /// Whether to make it when it is not there.
    pub create_vault: bool,
    /// The largest file taken.
    pub blob_limit_bytes: usize,
    /// How often a wrong query code may be tried.
    pub progress_attempts: i32,
    /// In how long.
    pub progress_window_minutes: i64,
    /// How far back repeats are looked for.
    pub repeat_days: i64,
}
