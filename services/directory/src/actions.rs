//! Everything directory can be asked to do.

pub(crate) mod applying;
pub(crate) mod signing_in;
