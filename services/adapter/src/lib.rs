//! What every channel adapter does the same way.
//!
//! What arrives is kept first (bytes, then row), answered to the other side second, and worked on from the row third:
//! registered with intake, or put aside there, and acknowledged on the complainant's own channel. What routing wants
//! sent is handed over once and never again by itself. A channel differs only in its [`way::Way`]: how a message is
//! read, and how one is sent.

pub mod acknowledging;
pub mod arriving;
pub mod delivering;
pub mod desk;
pub mod domain;
pub mod publications;
pub mod registering;
pub mod store;
pub mod subscriptions;
#[cfg(feature = "testing")]
pub mod testing;
pub mod way;

pub use desk::Desk;
pub use way::{Draft, File, Outcome, Reading, Way};

/// The schema that every adapter copies into its own migrations.
pub const SCHEMA: &str = include_str!("../migrations/0002_adapter.sql");

#[cfg(test)]
mod tests {
    #[test]
    fn every_adapter_has_the_same_tables() {
        for name in ["email", "phone", "wechat"] {
            let path = format!(
                "{}/../channel-{name}/migrations/0002_adapter.sql",
                env!("CARGO_MANIFEST_DIR")
            );
            let copy = std::fs::read_to_string(&path).unwrap();
            assert!(copy == super::SCHEMA, "{path} differs from the adapter's");
        }
    }
}
