//! What the doors of routing share.

use std::sync::Arc;

use chassis::{clock::Clock, db::Db, ids::Ids};

/// The routing desk: a clock, ids and a database.
#[derive(Clone)]
pub struct Desk {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Ids,
    /// Where the cases are.
    pub db: Db,
}
