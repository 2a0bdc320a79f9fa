//! 客户投诉渠道公示: what hangs at every counter (guideline art. 7, 令2020年第3号 art. 8), with a QR code.

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

use crate::{Date, Document, Sheet};

/// The notice.
#[derive(Clone, Serialize)]
pub struct CounterNotice {
    /// The union.
    pub union: String,
    /// The outlet where it hangs; empty when it is for all of them.
    pub outlet: String,
    /// Telephone, reception, address, mail, box, superior, regulator: in the order they are shown.
    pub channels: Vec<PublishedChannel>,
    /// The steps of handling, each a sentence.
    pub process: Vec<String>,
    /// Where the QR code leads; empty for no code.
    pub link: String,
    /// What stands beside the code.
    pub invitation: String,
    /// The date of publication.
    pub published_on: Date,
}

/// A way to complain.
#[derive(Clone, Serialize)]
pub struct PublishedChannel {
    /// What it is, e.g. "投诉电话".
    pub label: String,
    /// The way itself; an empty one is left out.
    pub value: String,
}

/// The notice with the dark runs of each row of its code: where one begins, and how long it is.
#[derive(Serialize)]
struct WithCode<'a> {
    #[serde(flatten)]
    notice: &'a CounterNotice,
    code: Vec<Vec<(usize, usize)>>,
}

impl Document for CounterNotice {
    fn sheet(&self) -> Sheet {
        let model = WithCode {
            notice: self,
            code: code(&self.link),
        };
        Sheet::form(
            "notice.typ",
            "客户投诉渠道公示",
            &self.outlet,
            &self.union,
            self.published_on,
            &model,
        )
    }
}

/// The code of a link, by rows; none for no link, or for one that no code can hold.
fn code(link: &str) -> Vec<Vec<(usize, usize)>> {
    if link.is_empty() {
        return Vec::new();
    }
    // Level Q is still read when a quarter of it is dirty, as paper at a counter gets.
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::Q) else {
        return Vec::new();
    };
    let colors = code.to_colors();
    colors.chunks(code.width()).map(runs).collect()
}

fn runs(row: &[Color]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, color) in row.iter().enumerate() {
        match (color, runs.last_mut()) {
            (Color::Light, _) => {}
            (Color::Dark, Some((start, length))) if *start + *length == at => *length += 1,
            (Color::Dark, _) => runs.push((at, 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders() {
        let code = code("https://example.cn/t/589002");
        let side = code.len();
        assert!(side >= 21);
        assert_eq!(code[0].first(), Some(&(0, 7)));
        assert_eq!(code[0].last(), Some(&(side - 7, 7)));
        assert_eq!(code[side - 1].first(), Some(&(0, 7)));
    }

    #[test]
    fn no_link_has_no_code_and_too_long_a_link_neither() {
        assert!(code("").is_empty());
        assert!(code(&"x".repeat(5000)).is_empty());
    }
}
