//! Everything the archive does.

pub mod checkpointing;
pub mod sealing;
pub mod verifying;
