//! What the doors of sla-watchdog share.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chassis::{clock::Clock, db::Db, ids::Ids};
use chrono::NaiveDate;

use crate::config::Settings;

/// How old the last round may be while the watchdog counts as looking.
const STALE: Duration = Duration::from_secs(120);

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
    /// When it last looked for what is due, to the end of a round.
    pub(crate) looked: Mutex<Option<Instant>>,
    /// For which day, how many policies and how many units it last looked whether a term opened.
    pub(crate) opened_for: Mutex<Option<(NaiveDate, usize, usize)>>,
}

impl Desk {
    /// Notes that a round of looking came to its end.
    pub(crate) fn has_looked(&self) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a round came to its end lately: by the process's own time, which no test and no simulation turns.
    pub(crate) fn looked_lately(&self) -> bool {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.is_some_and(|at| at.elapsed() < STALE)
    }
}
