//! The settings of archive; `config.toml` says what each is for.

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How often the end of the ledger is signed.
    pub checkpoint_seconds: u64,
    /// How many entries lie between two signed points at most.
    pub checkpoint_entries: u64,
    /// How often ended cases are looked for.
    pub seal_seconds: u64,
    /// How many are sealed in one round.
    pub seal_batch: u32,
    /// How long a case without any clock waits.
    pub no_clock_patience_seconds: i64,
    /// How long late records gather before they become an addendum.
    pub addendum_quiet_hours: i64,
    /// How large a transfer's bag grows before the rest follows in the next batch.
    pub bag_limit_bytes: u64,
    /// Where a virus scanner answers; empty for none.
    pub scanner_address: String,
    /// Where copies of signed checkpoints are laid for a second custodian; empty for none.
    pub custody_folder: String,
    /// How often they are.
    pub custody_seconds: u64,
    /// The public keys with which it signed before.
    pub former_keys: Vec<String>,
    /// The folder with the fonts of its papers; empty for the usual ones.
    pub fonts: String,
}
