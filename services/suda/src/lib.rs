//! The command line of Suda, and the launcher of a local stack.

pub mod commands;
pub mod local;
pub mod output;
pub mod session;
