//! What the doors of routing share.

use std::sync::Arc;

use chassis::{clock::Clock, db::Db, grpc::Peers, ids::Ids};
use documents::Press;

/// The routing desk: a clock, ids, a database, the way to others, and a press.
#[derive(Clone)]
pub struct Desk {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Ids,
    /// Where the cases are.
    pub db: Db,
    /// Who has the complaint's text and the clocks, which stand on official papers.
    pub peers: Peers,
    /// Makes official papers.
    pub press: Arc<Press>,
}
