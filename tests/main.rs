//! The suite: all services as separate processes over real NATS and PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod life_of_a_case;
