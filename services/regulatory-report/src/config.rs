//! The settings of regulatory-report: none of its own.

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}
