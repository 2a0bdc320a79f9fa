//! sla-watchdog against a real PostgreSQL and a real nats-server.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod courses;
mod foreseeing;
mod herd;
mod law;
mod moving;
mod other_subjects;
mod restored;
mod returned;
mod shipped;
mod watching;
