//! The WeChat adapter with a real database, a real broker, and stand-ins for intake, routing and the platform.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod calling_back;
mod sending;
mod support;
