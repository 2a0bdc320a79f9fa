//! The rules of routing. Pure: no I/O, no clock, no framework.
//!
//! [`case`] is the life of a case, in the order it is lived; [`order`], [`answer`] and [`extension`] are the parts of it
//! that have rules of their own; [`erasure`] is what is left of it for good. [`standing`] says which post may do what, [`recusal`] who must keep out,
//! [`escalation`] what an office must do with an overdue case, [`notice`] what people are told, and how.
//!
//! Beside the case, each a life of its own: [`appeal`], [`rectification`], [`accountability`], [`panel`] and what goes
//! straight up, [`disclosure`]; [`beside`] says why something of these is not done.

pub mod accountability;
pub mod answer;
pub mod appeal;
pub mod beside;
pub mod case;
pub mod disclosure;
pub mod erasure;
pub mod escalation;
pub mod extension;
pub mod notice;
pub mod order;
pub mod panel;
pub mod paper;
pub mod rectification;
pub mod recusal;
pub mod refusal;
pub mod standing;
pub mod suggestion;
