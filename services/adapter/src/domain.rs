//! The rules of every adapter. Pure: no I/O, no clock, no framework.

pub mod day;
pub mod delivery;
pub mod incoming;
pub mod plain;

/// Why a move was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The thing is in a state in which this cannot happen.
    #[error("{verb} is not possible while it is {state}")]
    OutOfOrder {
        /// What was asked.
        verb: &'static str,
        /// Where the thing stands.
        state: &'static str,
    },
}

/// What a verb did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The thing moved.
    Moved,
    /// This very move was made before.
    Already,
}
