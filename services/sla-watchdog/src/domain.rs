//! The law of time: which days count, when a clock is due, who is told when it runs out. Pure.

pub mod calendar;
pub mod clock;
pub mod deadline;
pub mod ladder;
pub mod policy;
pub mod recipient;
pub mod subject;
