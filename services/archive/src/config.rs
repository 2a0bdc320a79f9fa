//! The settings of archive; `config.toml` says what each is for.

use serde::Deserialize;

use crate::domain::package::Scheme;

/// Section `[service]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// 门类代码.
    pub class_code: String,
    /// 保管期限代码.
    pub term_code: String,
    /// 机构(问题)代码.
    pub organ_code: String,
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
    /// The public keys with which it signed before.
    pub former_keys: Vec<String>,
}

impl Settings {
    /// How files are coded.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        Scheme {
            class: self.class_code.clone(),
            term: self.term_code.clone(),
            organ: self.organ_code.clone(),
        }
    }
}
