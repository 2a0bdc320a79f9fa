//! The telephone adapter with a real database, a real broker, and stand-ins for intake and routing.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod calling;
mod support;
