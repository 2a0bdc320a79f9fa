//! The suite: all services as separate processes over real NATS and PostgreSQL.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

mod bad_input;
mod course;
mod doors;
mod life_of_a_case;
mod outage;
mod simulated;
mod started_again;
mod two_unions;
