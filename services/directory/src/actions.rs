//! Everything directory can be asked to do.

pub(crate) mod applying;
pub(crate) mod passwords;
pub(crate) mod signing_in;
