//! The rules of the archive. Pure: no I/O, no clock, no framework.

pub mod chain;
pub mod package;
pub mod words;
