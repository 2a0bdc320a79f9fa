//! The settings of routing; a misspelt one is refused.

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder with the fonts of official papers; empty for the usual ones.
    pub fonts: String,
}
