//! Figures beside those of the span before and of the same span a year earlier (环比、同比).

use super::figures::Figures;

/// A figure beside earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Which figure of the summary or of timeliness.
    pub code: String,
    /// The same in Chinese.
    pub label: String,
    /// How many now.
    pub current: usize,
    /// How many in the span before.
    pub before: usize,
    /// How many in the same span a year earlier.
    pub year_before: usize,
}

/// The tables whose figures are compared.
const COMPARED: [&str; 3] = ["summary", "timeliness", "appeal"];

/// Puts figures beside earlier ones.
#[must_use]
pub fn compare(now: &Figures, before: &Figures, year_before: &Figures) -> Vec<Comparison> {
    let tables = now
        .tables
        .iter()
        .filter(|table| COMPARED.contains(&table.code));
    let rows = tables.flat_map(|table| table.rows.iter().map(|row| (table.code, row)));
    rows.map(|(table, row)| {
        let then = |figures: &Figures| {
            figures
                .find(table, &row.code)
                .map_or(0, |figure| figure.cases.len())
        };
        Comparison {
            code: row.code.clone(),
            label: row.label.clone(),
            current: row.cases.len(),
            before: then(before),
            year_before: then(year_before),
        }
    })
    .collect()
}
