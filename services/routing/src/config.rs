//! The settings of routing: none of its own, and a misspelt one is refused.

use serde::Deserialize;

/// Section `[service]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}
