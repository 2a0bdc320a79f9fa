//! The only place that makes ids.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::{ContextV7, Timestamp, Uuid};

use crate::clock::Clock;

/// Makes ids that sort by the time they were made, also within one instant. Cheap to clone.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    // Counts within a millisecond: what one process told first sorts first, even while a simulated clock stands still.
    counter: Arc<Mutex<ContextV7>>,
}

impl Ids {
    /// Makes ids by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            counter: Arc::default(),
        }
    }

    /// A new id (UUID version 7).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let counter = self.counter.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(
            &*counter,
            seconds,
            now.timestamp_subsec_nanos(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Ids;
    use crate::clock::ManualClock;

    /// Facts of one instant are put in order by their ids (G18.1c: returned, then filed again).
    #[test]
    fn ids_of_one_instant_sort_as_they_were_made() {
        let ids = Ids::new(Arc::new(ManualClock::at(
            "2026-09-23T02:00:00Z".parse().unwrap(),
        )));
        let made: Vec<_> = std::iter::repeat_with(|| ids.new_id())
            .take(5_000)
            .collect();
        assert!(made.is_sorted_by(|first, second| first < second));
    }
}
