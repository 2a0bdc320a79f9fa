//! The rules of figures. Pure: no I/O, no clock, no framework.

pub mod comparison;
pub mod facts;
pub mod figures;
pub mod per_outlet;
pub mod period;
pub mod rehearsal;
pub mod report;
pub mod scorecard;
pub mod taxonomy;
pub mod tree;
pub mod words;
