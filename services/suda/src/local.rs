//! A whole Suda on this machine: PostgreSQL, NATS and every service, on loopback, under one folder.
//!
//! `deploy/up` uses it, and so do the tests that need all services as separate processes. It is not for
//! production: there the chart in `helm/suda` does this work.

pub mod inputs;
pub mod layout;
pub mod nats;
pub mod postgres;
pub mod process;
pub mod services;
pub mod stack;
