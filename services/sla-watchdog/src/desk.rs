//! What the doors of sla-watchdog share.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chassis::{clock::Clock, db::Db, ids::Ids};
use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

use crate::{
    config::Settings,
    law::{Law, NoLaw},
    store::reference::{self, Edition},
};

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
    /// The law as it was read last.
    pub(crate) law: Mutex<Option<(Edition, Arc<Law>)>>,
}

impl Desk {
    /// Notes that a round of looking came to its end.
    pub(crate) fn has_looked(&self) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// The law as it is known to all, read anew when a version was added to it.
    pub(crate) async fn law(&self, db: &impl ConnectionTrait) -> Result<Arc<Law>, NoLaw> {
        let edition = reference::edition(db).await?;
        let read = self
            .law
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((_, law)) = read.filter(|(of, _)| *of == edition) {
            return Ok(law);
        }
        let law = Arc::new(Law::load(db).await?);
        *self.law.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((edition, Arc::clone(&law)));
        Ok(law)
    }

    /// Whether a round came to its end lately: by the process's own time, which no test and no simulation turns.
    pub(crate) fn looked_lately(&self) -> bool {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.is_some_and(|at| at.elapsed() < STALE)
    }
}
