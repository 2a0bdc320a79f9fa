//! The rules of WeChat messages. Pure: no I/O, no clock, no framework.

pub mod callback;
