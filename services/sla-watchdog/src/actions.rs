//! What sla-watchdog does: follows facts with clocks, tells whom it must when they run out, and moves them when the law moves.

use sea_orm::DbErr;

use crate::{domain::calendar::BeyondCalendar, law::NoLaw, parse::Malformed};

pub(crate) mod applying;
pub(crate) mod backtesting;
pub(crate) mod changes;
pub(crate) mod duties;
pub(crate) mod following;
pub(crate) mod foreseeing;
pub(crate) mod reconciling;
pub(crate) mod telling;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActionError {
    /// There is no law to go by.
    #[error(transparent)]
    NoLaw(#[from] NoLaw),
    /// A draft cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A sum needs a year nobody loaded.
    #[error(transparent)]
    Beyond(#[from] BeyondCalendar),
    /// What was previewed is not what would be applied now.
    #[error("预览之后情况有变;请重新预览(suda clock impact),确认后再应用")]
    Changed,
    /// A request that came before with another content, or has no id.
    #[error(transparent)]
    Request(#[from] chassis::requests::RequestTrouble),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}
