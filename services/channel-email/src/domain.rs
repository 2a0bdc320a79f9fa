//! The rules of e-mail. Pure: no I/O, no clock, no framework.

pub mod mail;
