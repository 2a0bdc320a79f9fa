//! What must be true of units, posts and people. Pure.

pub mod structure;
