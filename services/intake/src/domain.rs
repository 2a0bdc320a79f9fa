//! The rules of intake. Pure: no I/O, no clock, no framework.
//!
//! [`complaint`] says what may be registered and how it stands afterwards; the others are the small rules it needs.
pub mod accused;
pub mod complaint;
pub mod contact;
pub mod day;
pub mod erasure;
pub mod group;
pub mod masking;
pub mod media;
pub mod number;
pub mod query_code;
pub mod repeat;
pub mod standing;
pub mod text;
pub mod words;
