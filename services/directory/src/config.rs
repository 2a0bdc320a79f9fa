//! What only directory is told.

use secrecy::SecretString;
use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The first password of every account; empty means none.
    pub initial_password: SecretString,
    /// The password of the account `admin`; empty means none.
    pub bootstrap_password: SecretString,
    /// How long a token is good for.
    pub token_minutes: u32,
    /// After how many wrong passwords in a row an account is locked.
    pub failures_allowed: u32,
    /// For how long.
    pub locked_minutes: u32,
    /// After how long without a word the watchdog counts as silent.
    pub watchdog_silent_after_seconds: u32,
    /// The folder with the fonts of notices; empty for the usual ones.
    pub fonts: String,
}
