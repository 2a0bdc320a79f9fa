//! The only place that makes ids.

use std::sync::Arc;

use uuid::{Timestamp, Uuid};

use crate::clock::Clock;

/// Makes ids that sort by the time they were made. Cheap to clone.
#[derive(Clone)]
pub struct Ids(Arc<dyn Clock>);

impl Ids {
    /// Makes ids by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(clock)
    }

    /// A new id (UUID version 7).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let now = self.0.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        // The rest is random, so that ids differ even while a simulated clock stands still.
        Uuid::new_v7(Timestamp::from_unix_time(
            seconds,
            now.timestamp_subsec_nanos(),
            0,
            0,
        ))
    }
}
