//! What must be true of units, posts and people, and of what units publish. Pure.

pub mod channels;
pub mod structure;
