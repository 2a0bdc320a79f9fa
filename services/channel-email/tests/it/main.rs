//! The e-mail adapter with a real database, a real broker, Maildirs, and stand-ins for intake and routing.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod arriving;
mod delivering;
mod sending;
mod support;
