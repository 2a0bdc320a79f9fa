//! What the doors of intake share.

use std::sync::Arc;

use chassis::{blobs::Blobs, clock::Clock, db::Db, ids::Ids};

use crate::{config::Settings, vault::Vault};

/// The reception desk: a clock, a database, a store of files and a vault.
pub struct Desk {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Ids,
    /// Where the complaints are.
    pub db: Db,
    /// Where the files are.
    pub blobs: Blobs,
    /// What encrypts.
    pub vault: Vault,
    /// How it is set up.
    pub settings: Settings,
}

/// Who does something, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person or service.
    pub person_id: String,
    /// The post it acts in; a service's own name.
    pub post: String,
}
