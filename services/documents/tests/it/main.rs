//! Every document is rendered and read back: what stands in it, how it is made, and what it does with bad input.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod archives;
mod editing;
mod forms;
mod hardening;
mod letters;
mod reading;
mod registers;
mod reports;
mod samples;
mod showing;

use std::{path::PathBuf, sync::LazyLock};

use documents::{Document, Format, Press};

use crate::reading::Read;

/// One press for all tests: the fonts are read once.
static PRESS: LazyLock<Press> = LazyLock::new(|| Press::new(fonts()));

/// Where `deploy/tools` unpacks the fonts for who is not root; else they are at their usual place.
fn fonts() -> Option<PathBuf> {
    let unpacked = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../.suda/tools/fonts/usr/share/fonts/opentype/noto"
    );
    let unpacked = PathBuf::from(unpacked);
    unpacked.is_dir().then_some(unpacked)
}

/// A document as PDF/A, read back.
fn printed(document: &impl Document) -> Read {
    let rendered = PRESS.render(document, Format::Pdf).unwrap();
    assert_eq!(rendered.media_type, "application/pdf");
    Read::pdf(&rendered.bytes)
}

/// Fails unless all of these stand in a text that was read without its spaces.
#[track_caller]
fn assert_says(text: &str, wanted: &[&str]) {
    for words in wanted {
        let words: String = words.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(text.contains(&words), "{words} is missing in: {text}");
    }
}
