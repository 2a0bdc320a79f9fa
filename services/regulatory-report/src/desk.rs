//! What the doors of regulatory-report share.

use std::sync::Arc;

use chassis::{blobs::Blobs, clock::Clock, db::Db, ids::Ids};
use documents::Press;

/// The reporting desk.
#[derive(Clone)]
pub struct Desk {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Ids,
    /// Where the facts are.
    pub db: Db,
    /// Where signed documents are.
    pub blobs: Blobs,
    /// Sets reports.
    pub press: Arc<Press>,
}
