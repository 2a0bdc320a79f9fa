//! What the doors of archive share.

use std::sync::Arc;

use chassis::{
    blobs::Blobs, clock::Clock, db::Db, grpc::Peers, ids::Ids, keys::Keys, repeat::Wake,
};
use documents::Press;

use crate::config::Settings;

/// The archive room.
pub struct Desk {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Ids,
    /// Where the ledger and the register are.
    pub db: Db,
    /// Where the files and the evidence are.
    pub blobs: Blobs,
    /// Who has what belongs into a file.
    pub peers: Peers,
    /// Signs checkpoints and files.
    pub keys: Keys,
    /// Wakes the tasks.
    pub wake: Wake,
    /// Makes papers.
    pub press: Arc<Press>,
    /// The settings.
    pub settings: Settings,
}
