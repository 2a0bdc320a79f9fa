//! What the doors of sla-watchdog share.

use std::sync::Arc;

use chassis::{clock::Clock, db::Db, ids::Ids};

use crate::config::Settings;

/// A clock, a database, ids.
pub(crate) struct Desk {
    /// What time it is.
    pub(crate) clock: Arc<dyn Clock>,
    /// New ids.
    pub(crate) ids: Ids,
    /// Where the clocks are.
    pub(crate) db: Db,
    /// How it is set up.
    pub(crate) settings: Settings,
}
