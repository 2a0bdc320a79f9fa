//! What only sla-watchdog is told.

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How often it looks for messages that are due, in seconds.
    pub look_every_seconds: u64,
    /// How many messages it tells in one transaction.
    pub batch: u32,
    /// How late a message may be told before it is marked as late, in seconds.
    pub late_after_seconds: u32,
}
