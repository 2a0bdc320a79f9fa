//! Letters and reports as a row of parts, which both the template and DOCX show.

use serde::Serialize;

use crate::Date;

/// A letter or report.
#[derive(Serialize, Default)]
pub(crate) struct Paper {
    /// Stands above the title: who issues it.
    pub(crate) issuer: String,
    pub(crate) title: String,
    /// 文号; empty when it has none.
    pub(crate) number: String,
    /// 投诉编号; empty when it is about no single complaint.
    pub(crate) reference: String,
    /// To whom.
    pub(crate) salutation: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) attachments: Vec<String>,
    /// A unit or post, never a person.
    pub(crate) signed_by: String,
    pub(crate) signed_on: String,
    pub(crate) seal: bool,
    pub(crate) contact: String,
    /// 抄送.
    pub(crate) copy_to: String,
    /// Whether a 送达回证 stands below, as proof of service (令2020年第3号 art. 21).
    pub(crate) receipt: bool,
}

/// A part of a paper.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Block {
    Heading { text: String },
    Text { text: String },
    Facts { rows: Vec<Fact> },
    Table(Table),
    Chart(Chart),
}

/// A line of a small grid.
#[derive(Serialize)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// Figures.
#[derive(Serialize)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Bars of the same figures.
#[derive(Serialize)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// Whether the period before stands beside them.
    pub(crate) compared: bool,
    pub(crate) now: String,
    pub(crate) before: String,
    pub(crate) bars: Vec<Bar>,
}

/// A bar.
#[derive(Serialize)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: u64,
    pub(crate) before: u64,
}

impl Paper {
    /// Adds a heading.
    pub(crate) fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { text: text.into() });
    }

    /// Adds text; each of its lines is a paragraph.
    pub(crate) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text { text: text.into() });
    }

    /// Adds a heading with text, unless there is none.
    pub(crate) fn section(&mut self, heading: &str, text: &str) {
        if !text.trim().is_empty() {
            self.heading(heading);
            self.text(text);
        }
    }

    /// Adds a small grid of what is known.
    pub(crate) fn facts<'a>(&mut self, rows: impl IntoIterator<Item = (&'a str, String)>) {
        let rows: Vec<Fact> = rows
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| Fact {
                label: label.to_owned(),
                value,
            })
            .collect();
        if !rows.is_empty() {
            self.blocks.push(Block::Facts { rows });
        }
    }

    /// Signs it.
    pub(crate) fn signed(&mut self, by: &str, on: Date) {
        by.clone_into(&mut self.signed_by);
        self.signed_on = on.to_string();
        self.seal = true;
    }
}
