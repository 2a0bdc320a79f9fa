//! What people and programs read: tables, JSON, sentences.
#![expect(clippy::print_stderr, reason = "this is what the command line says")]

use std::io::Write as _;

use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};

/// The form of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// Says a line about what is going on; it does not mix with an answer that a program reads.
pub fn note(line: &str) {
    eprintln!("{line}");
}

/// Prints an answer that is one text.
pub fn text(text: &str) {
    put(text);
}

/// Prints an answer as JSON.
///
/// # Errors
/// When it cannot be written.
pub fn json(value: &serde_json::Value) -> anyhow::Result<()> {
    put(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints a table with these headings.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>) {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    put(&table.to_string());
}

/// Writes to standard output; when its reader has gone, as `head` does, nothing is left to say.
fn put(text: &str) {
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}
