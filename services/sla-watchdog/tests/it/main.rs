//! sla-watchdog against a real PostgreSQL and a real nats-server.

mod law;
mod watching;
