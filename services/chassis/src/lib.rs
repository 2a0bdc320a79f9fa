//! What every service of Suda does the same way: start, listen, hear, tell, repeat, stop.
//!
//! A service implements [`run::Service`] and hands over in its `main`; [`run`] shows the whole life of a process in order.
//! The chassis knows no complaint: it needs of the contracts only what an operator asks of every service alike.

pub mod access;
pub mod auth;
pub mod blobs;
pub mod clock;
pub mod config;
pub mod db;
pub mod envelope;
pub mod grpc;
pub mod health;
pub mod ids;
pub mod inbox;
pub mod keys;
pub mod operation;
pub mod outbox;
pub mod repeat;
pub mod requests;
pub mod run;
pub mod shutdown;
pub mod sight;
pub mod streams;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
