//! The command line of Suda, and the launcher of a local stack.

pub mod commands;
pub mod given;
pub mod installation;
mod invented;
pub mod local;
pub mod output;
pub mod rest;
pub mod session;
pub mod simulation;
pub mod words;
