//! The file of the taxonomy: what complaints are classified by, and the table that says who handles what.

use std::collections::BTreeSet;

use serde::Deserialize;
use suda_proto::directory::v1::{RoutingRow, Taxonomy, TaxonomyAxis, TaxonomyEntry};
use toml::Spanned;

use super::{Source, digest, fault, parse, policies::nature};
use crate::domain::structure::{Fault, Structure};

/// What a row may name beside the functions: the unit complained of, and the reception of the union.
const PLACES: [&str; 2] = ["complained_unit", "reception"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    code: String,
    source: String,
    #[serde(default)]
    entry: Vec<Spanned<Entry>>,
    #[serde(default)]
    row: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    axis: Axis,
    name: String,
    #[serde(default)]
    below: String,
    /// The code of the standard, once its text is at hand.
    #[serde(default)]
    official: String,
    source: String,
    #[serde(default)]
    retired: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Axis {
    HandledVia,
    Business,
    Cause,
    Function,
}

impl From<Axis> for TaxonomyAxis {
    fn from(axis: Axis) -> Self {
        match axis {
            Axis::HandledVia => Self::HandledVia,
            Axis::Business => Self::Business,
            Axis::Cause => Self::Cause,
            Axis::Function => Self::Function,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    name: String,
    source: String,
    #[serde(default)]
    business: Vec<String>,
    #[serde(default)]
    cause: Vec<String>,
    #[serde(default)]
    handled_via: Vec<String>,
    #[serde(default)]
    nature: Vec<String>,
    #[serde(default)]
    person_complained: bool,
    lead: String,
    #[serde(default)]
    helpers: Vec<String>,
}

/// Reads the taxonomy.
pub(super) fn read(file: &Source<'_>) -> Result<Taxonomy, Vec<Fault>> {
    let contents: Contents = parse(file)?;
    let mut reading = Reading {
        file,
        known: BTreeSet::new(),
        faults: Vec::new(),
    };
    let entries = contents
        .entry
        .into_iter()
        .map(|entry| reading.entry(entry))
        .collect();
    let mut rows = Vec::new();
    let mut codes = BTreeSet::new();
    for row in contents.row {
        let byte = row.span().start;
        if !codes.insert(row.get_ref().code.clone()) {
            reading.wrong(
                byte,
                format!("row {:?} stands here twice", row.get_ref().code),
            );
        }
        rows.push(reading.row(row));
    }
    if !reading.faults.is_empty() {
        return Err(reading.faults);
    }
    Ok(Taxonomy {
        code: contents.code,
        version: 0,
        source: contents.source,
        entries,
        rows,
        digest: digest(file),
    })
}

struct Reading<'a> {
    file: &'a Source<'a>,
    /// Axis and code of every entry so far.
    known: BTreeSet<(i32, String)>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn wrong(&mut self, byte: usize, reason: String) {
        self.faults.push(fault(self.file, byte, reason));
    }

    fn knows(&self, axis: TaxonomyAxis, code: &str) -> bool {
        self.known.contains(&(axis.into(), code.to_owned()))
    }

    fn entry(&mut self, entry: Spanned<Entry>) -> TaxonomyEntry {
        let byte = entry.span().start;
        let entry = entry.into_inner();
        let axis = TaxonomyAxis::from(entry.axis);
        if entry.code.is_empty() || entry.name.is_empty() {
            self.wrong(byte, "an entry has a code and a name".to_owned());
        }
        if !entry.below.is_empty() && !self.knows(axis, &entry.below) {
            let reason = format!(
                "entry {:?} stands below {:?}, which is not on its axis above it in the file",
                entry.code, entry.below
            );
            self.wrong(byte, reason);
        }
        if PLACES.contains(&entry.code.as_str()) {
            self.wrong(
                byte,
                format!("{:?} has its own meaning in the rows", entry.code),
            );
        }
        if !self.known.insert((axis.into(), entry.code.clone())) {
            self.wrong(
                byte,
                format!("entry {:?} stands on its axis twice", entry.code),
            );
        }
        TaxonomyEntry {
            code: entry.code,
            axis: axis.into(),
            name: entry.name,
            parent_code: entry.below,
            official_code: entry.official,
            source: entry.source,
            retired: entry.retired,
        }
    }

    fn row(&mut self, row: Spanned<Row>) -> RoutingRow {
        let byte = row.span().start;
        let row = row.into_inner();
        for (axis, word, codes) in [
            (TaxonomyAxis::Business, "business", &row.business),
            (TaxonomyAxis::Cause, "cause", &row.cause),
            (TaxonomyAxis::HandledVia, "handled_via", &row.handled_via),
        ] {
            for code in codes {
                if !self.knows(axis, code) {
                    let reason = format!("row {:?}: {word} {code:?} is no entry", row.code);
                    self.wrong(byte, reason);
                }
            }
        }
        for place in std::iter::once(&row.lead).chain(&row.helpers) {
            if !PLACES.contains(&place.as_str()) && !self.knows(TaxonomyAxis::Function, place) {
                let reason = format!(
                    "row {:?}: {place:?} is no function, nor \"complained_unit\" or \"reception\"",
                    row.code
                );
                self.wrong(byte, reason);
            }
        }
        let natures = row.nature.iter().filter_map(|word| {
            let nature = nature(word);
            if nature.is_none() {
                self.wrong(
                    byte,
                    format!("row {:?}: there is no nature {word:?}", row.code),
                );
            }
            nature.map(i32::from)
        });
        RoutingRow {
            natures: natures.collect(),
            code: row.code,
            name: row.name,
            source: row.source,
            business_codes: row.business,
            cause_codes: row.cause,
            handled_via_codes: row.handled_via,
            person_complained: row.person_complained,
            lead: row.lead,
            helpers: row.helpers,
        }
    }
}

/// Units that claim a function which the taxonomy does not name.
pub(super) fn strange_functions(taxonomies: &[Taxonomy], structure: &Structure) -> Vec<Fault> {
    let functions: BTreeSet<&str> = taxonomies
        .iter()
        .flat_map(|taxonomy| &taxonomy.entries)
        .filter(|entry| entry.axis() == TaxonomyAxis::Function)
        .map(|entry| entry.code.as_str())
        .collect();
    let mut faults = Vec::new();
    for unit in &structure.units {
        for function in &unit.functions {
            if !functions.contains(function.as_str()) {
                faults.push(Fault {
                    at: unit.at.clone(),
                    reason: format!(
                        "unit {:?} has the function {function:?}, which the taxonomy does not name",
                        unit.code
                    ),
                });
            }
        }
    }
    faults
}
