//! The rules of calls. Pure: no I/O, no clock, no framework.

pub mod call;
