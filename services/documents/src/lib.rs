//! The official forms, letters and reports of complaint handling, as PDF/A and, where people edit them, as DOCX.
//!
//! A document is a plain value: strings, numbers, days and instants that its caller has already decided. It knows no
//! service, no contract and no clock. [`Press::render`] sets it; what stands in it is data and can never become markup.
//! The same document gives the same bytes, so that its digest in the archive stays true.

pub mod catalogue;
pub mod certificate;
pub mod check_report;
pub mod counter_notice;
mod date;
mod docx;
pub mod file_register;
mod fonts;
pub mod form1;
pub mod form2;
pub mod half_year;
pub mod letters;
mod paper;
mod press;
mod sheet;
pub mod superior_report;
mod text;
pub mod transfer;
mod typeset;

pub use date::{Date, Moment};
pub use fonts::NoFonts;
pub use press::{Format, Press, RenderError, Rendered};
pub use sheet::{Document, Sheet};
