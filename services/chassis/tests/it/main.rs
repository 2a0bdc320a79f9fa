//! The chassis against real servers: nothing is lost, nothing is done twice, everything ends.

mod hearing;
mod keeping;
mod sample;
mod streaming;
mod telling;
