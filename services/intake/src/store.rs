//! All SQL of intake.

pub mod complaints;
pub mod erasing;
pub mod groups;
pub mod logs;
pub mod parts;
pub mod posts;
pub mod quarantine;
pub mod relations;
pub mod taxonomy;
pub mod units;
pub mod vault;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a listing is bounded by: the caller's unions and units, and never what he is complained of in (guideline art. 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Only these unions; none for all.
    pub unions: Option<Vec<String>>,
    /// Only what these units have to do with; none for all.
    pub units: Option<Vec<String>>,
    /// The units of the caller's own posts, whatever he is bounded to.
    pub own_units: Vec<String>,
    /// Who asks.
    pub person_id: String,
}

/// Where a page goes on: after this entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its instant.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}
