//! The reference set of Guangdong, as it is shipped.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use regulatory_report::domain::tree::{Kind, Span, Tree, Unit};
use toml::{Table, Value};

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/reference")
}

fn rows<'a>(table: &'a Table, name: &str) -> impl Iterator<Item = &'a Value> {
    table[name].as_array().unwrap().iter()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

fn unit_of(row: &Value) -> (String, Unit) {
    let kind = match text(row, "kind") {
        "province" => Kind::Province,
        "office" => Kind::Office,
        "union" => Kind::Union,
        "outlet" => Kind::Outlet,
        _ => Kind::Department,
    };
    let spans = row["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| Span {
            from: period["from"].to_string().parse().unwrap(),
            name: text(period, "name").to_owned(),
            // The province has none.
            parent: period
                .get("parent")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        });
    let unit = Unit {
        kind,
        spans: spans.collect(),
        retired_on: None,
    };
    (text(row, "code").to_owned(), unit)
}

fn units() -> Tree {
    let files = std::fs::read_dir(reference().join("units")).unwrap();
    let mut units = BTreeMap::new();
    for file in files {
        let table: Table = std::fs::read_to_string(file.unwrap().path())
            .unwrap()
            .parse()
            .unwrap();
        units.extend(rows(&table, "unit").map(unit_of));
    }
    Tree(units)
}

/// The clock of art. 23 names the unions it runs for; who is expected to report is read off the units' names.
#[test]
fn g23_whoever_must_report_has_a_clock_for_it() {
    let policy = reference().join("policies/guangdong-2008-250.toml");
    let policy: Table = std::fs::read_to_string(policy).unwrap().parse().unwrap();
    let clock = rows(&policy, "clock")
        .find(|clock| text(clock, "code") == "G23")
        .unwrap();
    let mut clocked: BTreeSet<String> = clock["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    let units = units();
    // It runs for every office, by its kind.
    assert_eq!(
        clock["unit_kinds"].as_array().unwrap()[0].as_str(),
        Some("office")
    );
    let offices = units.0.iter().filter(|(_, unit)| unit.kind == Kind::Office);
    clocked.extend(offices.map(|(code, _)| code.clone()));
    let expected = units.reporting("2026-06-15".parse().unwrap());
    assert_eq!(clocked, expected.into_iter().collect());
}
