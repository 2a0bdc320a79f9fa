//! The rules of figures. Pure: no I/O, no clock, no framework.

pub mod facts;
pub mod figures;
pub mod period;
pub mod tree;
pub mod words;
