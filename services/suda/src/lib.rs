//! The command line of Suda, and the launcher of a local stack.

pub mod commands;
pub mod given;
pub mod installation;
pub mod local;
pub mod output;
pub mod session;
pub mod simulation;
pub mod words;
