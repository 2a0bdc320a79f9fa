//! The house rules that a compiler cannot see.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

#[path = "architecture/contracts.rs"]
mod contracts;
#[path = "architecture/migrations.rs"]
mod migrations;
#[path = "architecture/pages.rs"]
mod pages;

use std::{
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Libraries and tools: what a service may stand on, and what may stand on services.
const NO_SERVICES: [&str; 4] = ["adapter", "chassis", "documents", "suda"];

/// Whether a folder or file is of a crate that the workspace leaves out, because it is not finished.
fn left_out(path: &Path) -> bool {
    let manifest = fs::read_to_string(format!("{ROOT}/Cargo.toml")).unwrap();
    let excluded = manifest
        .split_once("exclude = [")
        .map_or("", |(_, rest)| rest.split(']').next().unwrap_or_default());
    let named = excluded.split('"').skip(1).step_by(2);
    named
        .map(|folder| Path::new(ROOT).join(folder))
        .any(|folder| path.starts_with(folder))
}

fn services() -> Vec<PathBuf> {
    let folders = fs::read_dir(format!("{ROOT}/services"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = folders
        .filter(|path| path.join("src/main.rs").exists())
        .collect();
    folders.retain(|path| !path.ends_with("suda") && !left_out(path));
    folders.sort();
    assert!(folders.len() >= 4, "the services were not found");
    folders
}

#[test]
fn a_service_depends_on_no_other_service_and_the_chassis_on_none() {
    let metadata = MetadataCommand::new()
        .manifest_path(format!("{ROOT}/Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let ours: Vec<_> = metadata
        .packages
        .iter()
        .filter(|package| package.manifest_path.as_str().contains("/services/"))
        .collect();
    let is_service = |name: &str| {
        ours.iter().any(|package| package.name.as_str() == name) && !NO_SERVICES.contains(&name)
    };
    for package in ours
        .iter()
        .filter(|package| package.name.as_str() != "suda")
    {
        let foreign = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .find(|dependency| is_service(&dependency.name));
        assert!(
            foreign.is_none(),
            "{} must not depend on {}",
            package.name,
            foreign.unwrap().name
        );
    }
}

#[test]
fn the_chassis_takes_of_the_contracts_only_what_an_operator_asks() {
    let offender = lines_of(Path::new(&format!("{ROOT}/services/chassis/src")))
        .into_iter()
        .find(|(_, line)| {
            line.contains("suda_proto::")
                && !["operation", "common::v1::Role", "DESCRIPTORS", "ACCESS"]
                    .iter()
                    .any(|allowed| line.contains(allowed))
        });
    assert_eq!(offender, None);
}

#[test]
fn every_alarm_that_is_named_has_a_page_and_every_page_an_alarm() {
    const FOLDER: &str = "../../deploy/runbooks/";
    let mut named = std::collections::BTreeSet::new();
    for service in services().into_iter().chain([
        PathBuf::from(format!("{ROOT}/services/chassis")),
        PathBuf::from(format!("{ROOT}/services/adapter")),
    ]) {
        let readme = fs::read_to_string(service.join("README.md")).unwrap();
        for link in readme.split(FOLDER).skip(1) {
            let page = link.split(')').next().unwrap_or_default();
            let file = format!("{ROOT}/deploy/runbooks/{page}");
            let text = fs::read_to_string(&file).unwrap_or_default();
            for heading in ["## What it means", "## Why it happens", "## What to do"] {
                assert!(
                    text.contains(heading),
                    "{} names the alarm {page}, and deploy/runbooks/{page} has no {heading:?}",
                    service.display()
                );
            }
            named.insert(page.to_owned());
        }
    }
    let pages = fs::read_dir(format!("{ROOT}/deploy/runbooks")).unwrap();
    let pages: std::collections::BTreeSet<_> = pages
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(pages, named, "a page is of an alarm that some README names");
}

#[test]
fn the_domain_is_pure() {
    const FOREIGN: [&str; 10] = [
        "sea_orm",
        "sqlx",
        "tonic",
        "prost",
        "async_nats",
        "tokio",
        "chassis::",
        "serde",
        "async fn",
        ".await",
    ];
    let mut seen = 0;
    for service in services() {
        for (place, line) in lines_of(&service.join("src/domain")) {
            seen += 1;
            let foreign = FOREIGN.iter().find(|word| line.contains(**word));
            assert_eq!(foreign, None, "{place} must stay pure: {line}");
        }
    }
    assert!(seen > 1000, "the domain files were not found");
}

#[test]
fn sql_stands_in_stores_only() {
    const SQL: [&str; 5] = [
        "\"SELECT ",
        "\"INSERT INTO",
        "\"UPDATE ",
        "\"DELETE FROM",
        "FOR UPDATE",
    ];
    for service in services() {
        let elsewhere = lines_of(&service.join("src"))
            .into_iter()
            .find(|(place, line)| {
                !place.contains("/store") && SQL.iter().any(|word| line.contains(word))
            });
        assert_eq!(elsewhere, None, "SQL belongs into store.rs");
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for folder in ["services", "proto", "tests"] {
        let files = rust_files(Path::new(&format!("{ROOT}/{folder}")));
        for file in files
            .iter()
            .filter(|file| !file.to_string_lossy().contains("/tests/it/"))
        {
            let lines = fs::read_to_string(file).unwrap().lines().count();
            let limit = if file.components().any(|part| part.as_os_str() == "domain") {
                400
            } else {
                600
            };
            assert!(
                lines <= limit,
                "{} has {lines} lines, more than {limit}",
                file.display()
            );
        }
    }
}

/// The lines of the files below a folder, without comments, each with its place.
fn lines_of(folder: &Path) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for file in rust_files(folder)
        .iter()
        .filter(|file| !file.ends_with("tests.rs"))
    {
        let text = fs::read_to_string(file).unwrap();
        // What stands behind the tests' mark is a test.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            if !line.trim_start().starts_with("//") {
                lines.push((
                    format!("{}:{}", file.display(), number + 1),
                    line.to_owned(),
                ));
            }
        }
    }
    lines
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
