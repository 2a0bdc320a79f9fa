//! The rules of the archive. Pure: no I/O, no clock, no framework.

pub mod addendum;
pub mod bag;
pub mod chain;
pub mod checks;
pub mod disposal;
pub mod package;
pub mod retention;
pub mod transfer;
pub mod words;
