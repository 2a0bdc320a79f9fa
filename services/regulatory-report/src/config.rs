//! The settings of regulatory-report; a misspelt one is refused.

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder with the fonts of reports; empty for the usual ones.
    pub fonts: String,
}
