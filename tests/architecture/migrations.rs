//! The schema explains itself, and its files can be told apart.

use std::{collections::BTreeMap, fs, path::Path};

use super::services;

/// The migrations of a service, by number.
fn migrations(service: &Path) -> BTreeMap<String, (String, String)> {
    let mut numbered = BTreeMap::new();
    for entry in fs::read_dir(service.join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let number = name.split('_').next().unwrap().to_owned();
        assert!(
            number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()),
            "{} begins with no four digits",
            path.display()
        );
        let text = fs::read_to_string(&path).unwrap();
        if let Some((other, _)) = numbered.insert(number, (name.clone(), text)) {
            panic!(
                "{}: {other} and {name} have the same number",
                service.display()
            );
        }
    }
    numbered
}

#[test]
fn every_table_and_every_column_is_described() {
    let mut seen = 0;
    for service in services() {
        let files = migrations(&service);
        let all: String = files
            .values()
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        // Comments may be broken into lines anywhere.
        let words = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for (table, columns) in tables(&all) {
            assert!(
                words.contains(&format!("COMMENT ON TABLE {table} IS '")),
                "{}: table {table} has no comment",
                service.display()
            );
            for column in columns {
                seen += 1;
                assert!(
                    words.contains(&format!("COMMENT ON COLUMN {table}.{column} IS '")),
                    "{}: column {table}.{column} has no comment",
                    service.display()
                );
            }
        }
    }
    assert!(seen > 800, "only {seen} columns were found");
}

/// The tables that migrations make, each with its columns.
fn tables(text: &str) -> Vec<(String, Vec<String>)> {
    const NO_COLUMN: [&str; 6] = [
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "FOREIGN",
        "CONSTRAINT",
        "LIKE",
    ];
    let mut found = Vec::new();
    let mut table = String::new();
    let mut columns = Vec::new();
    let mut depth = 0_usize;
    for line in text.lines() {
        let code = line.split("--").next().unwrap_or_default();
        if depth == 0 {
            if let Some(rest) = code.strip_prefix("ALTER TABLE ") {
                let name = rest.split_whitespace().next().unwrap().to_owned();
                table = name.trim_end_matches(';').to_owned();
            }
            if let Some((_, rest)) = code.split_once("ADD COLUMN ") {
                let rest = rest.trim_start_matches("IF NOT EXISTS ");
                let column = rest.split_whitespace().next().unwrap().to_owned();
                found.push((table.clone(), vec![column]));
            }
            let Some(rest) = code.strip_prefix("CREATE TABLE ") else {
                continue;
            };
            let rest = rest.trim_start_matches("IF NOT EXISTS ");
            table = rest.split([' ', '(']).next().unwrap().to_owned();
        } else if depth == 1 {
            let first = code.split_whitespace().next().unwrap_or_default();
            if first.starts_with(|letter: char| letter.is_ascii_lowercase())
                && !NO_COLUMN.contains(&first)
            {
                columns.push(first.to_owned());
            }
        }
        depth += code.matches('(').count();
        depth -= code.matches(')').count().min(depth);
        if depth == 0 {
            found.push((table.clone(), std::mem::take(&mut columns)));
        }
    }
    // An ALTER without a new column, and a table that another statement began, add none.
    found.retain(|(_, columns)| !columns.is_empty());
    found
}

#[test]
fn whoever_bounds_readings_says_so_as_the_chassis_does() {
    let name = "migrations/0020_sight.sql";
    let original = fs::read_to_string(format!("{}/services/chassis/{name}", super::ROOT)).unwrap();
    let mut seen = 0;
    for service in services() {
        if let Ok(copy) = fs::read_to_string(service.join(name)) {
            seen += 1;
            assert!(
                copy == original,
                "{} differs from the chassis",
                service.display()
            );
        }
    }
    assert!(seen >= 5, "only {seen} services bound what is read");
}

#[test]
fn every_service_has_the_messaging_tables_of_the_chassis() {
    let original = fs::read_to_string(format!(
        "{}/services/chassis/migrations/0001_messaging.sql",
        super::ROOT
    ))
    .unwrap();
    for service in services() {
        let copy = fs::read_to_string(service.join("migrations/0001_messaging.sql")).unwrap();
        assert!(
            copy == original,
            "{} differs from the chassis",
            service.display()
        );
    }
}
