//! A sealed file (案卷): what it is made of, its catalogue (卷内目录), its digests, its archival code (档号).

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Datelike as _, FixedOffset, Utc};

use super::chain::digest;

/// The catalogue within a file.
pub const CATALOGUE: &str = "catalogue.json";
/// The digests of everything but itself and the signature, as `sha256sum` writes them.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// The signature over the manifest.
pub const SIGNATURE: &str = "signature.json";
/// The ledger's entries about the case.
pub const ENTRIES: &str = "ledger/entries.json";
/// How those entries lead to signed checkpoints.
pub const PROOF: &str = "ledger/proof.json";
/// The complaint.
pub const COMPLAINT: &str = "complaint.json";
/// The case with its history.
pub const CASE: &str = "case.json";
/// The case's clocks and their results.
pub const CLOCKS: &str = "clocks.json";
/// What an addendum (补卷) adds to.
pub const PREVIOUS: &str = "previous.json";

/// Something that goes into a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Its path within the file.
    pub path: String,
    /// What it is, in Chinese.
    pub title: String,
    /// Who made it; empty when not known.
    pub author: String,
    /// When it was made.
    pub made_at: Option<DateTime<Utc>>,
    /// What it is.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What the complainant said does not belong in a log.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("path", &self.path)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// A line of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place, from 1.
    pub position: u32,
    /// Its path within the file.
    pub path: String,
    /// What it is, in Chinese.
    pub title: String,
    /// Who made it; empty when not known.
    pub author: String,
    /// When it was made.
    pub made_at: Option<DateTime<Utc>>,
    /// What it is.
    pub media_type: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// On which page of the file it begins.
    pub first_page: u32,
    /// How many pages it counts for.
    pub pages: u32,
}

/// The catalogue of these items, in their order.
#[must_use]
pub fn catalogue(items: &[Item]) -> Vec<Line> {
    let mut next_page = 1;
    (1..)
        .zip(items)
        .map(|(position, item)| {
            let first_page = next_page;
            let pages = pages(&item.media_type, &item.bytes);
            next_page += pages;
            Line {
                position,
                path: item.path.clone(),
                title: item.title.clone(),
                author: item.author.clone(),
                made_at: item.made_at,
                media_type: item.media_type.clone(),
                size_bytes: item.bytes.len() as u64,
                digest: digest(&item.bytes),
                first_page,
                pages,
            }
        })
        .collect()
}

/// The manifest of these items: a line for each, by path.
#[must_use]
pub fn manifest<'a>(items: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let lines: BTreeMap<&str, String> = items
        .into_iter()
        .map(|(path, bytes)| (path, digest(bytes)))
        .collect();
    lines
        .into_iter()
        .map(|(path, digest)| format!("{digest}  {path}\n"))
        .collect()
}

/// The digests that a manifest gives by path; `None` when it is no manifest.
#[must_use]
pub fn read_manifest(text: &str) -> Option<BTreeMap<&str, &str>> {
    text.lines()
        .map(|line| {
            let (digest, path) = line.split_once("  ")?;
            let plausible =
                digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            plausible.then_some((path, digest))
        })
        .collect()
}

/// How a file differs from its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// An item's bytes are not those that were sealed.
    Changed(String),
    /// An item is not there.
    Missing(String),
    /// An item is there that was not sealed.
    Extra(String),
}

/// Compares what is there with the manifest.
#[must_use]
pub fn compare(
    manifest: &BTreeMap<&str, &str>,
    found: &BTreeMap<String, Vec<u8>>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (path, sealed) in manifest {
        match found.get(*path) {
            None => differences.push(Difference::Missing((*path).to_owned())),
            Some(bytes) if digest(bytes) != *sealed => {
                differences.push(Difference::Changed((*path).to_owned()));
            }
            Some(_) => {}
        }
    }
    for path in found.keys() {
        if !manifest.contains_key(path.as_str()) && path != MANIFEST && path != SIGNATURE {
            differences.push(Difference::Extra(path.clone()));
        }
    }
    differences
}

/// The year of Asia/Shanghai in which something happened.
#[must_use]
pub fn year(at: DateTime<Utc>) -> i32 {
    FixedOffset::east_opt(8 * 3600).map_or(at.year(), |shanghai| at.with_timezone(&shanghai).year())
}

/// How many lines of text make a page.
const LINES: usize = 40;

/// How many pages something counts for in a catalogue: a text those of its lines, an original that has none one.
#[must_use]
pub fn pages(media_type: &str, bytes: &[u8]) -> u32 {
    let text = media_type.starts_with("text/") || media_type == "application/json";
    if !text {
        return 1;
    }
    let lines = bytes.split(|byte| *byte == b'\n').count();
    u32::try_from(lines.div_ceil(LINES))
        .unwrap_or(u32::MAX)
        .max(1)
}

/// A name that is safe within a file, made from the name something came with.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_') {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let tail: Vec<char> = safe
        .trim_start_matches('.')
        .chars()
        .rev()
        .take(80)
        .collect();
    if tail.is_empty() {
        return "unnamed".to_owned();
    }
    tail.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn found(items: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        items
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn g22_a_changed_a_missing_and_an_extra_item_are_told_apart() {
        let sealed = found(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let text = manifest(
            sealed
                .iter()
                .map(|(path, bytes)| (path.as_str(), bytes.as_slice())),
        );
        let manifest = read_manifest(&text).unwrap();
        assert_eq!(compare(&manifest, &sealed), []);
        let now = found(&[("a", "1"), ("b", "x"), ("d", "4"), (MANIFEST, "")]);
        assert_eq!(
            compare(&manifest, &now),
            [
                Difference::Changed("b".to_owned()),
                Difference::Missing("c".to_owned()),
                Difference::Extra("d".to_owned()),
            ]
        );
        assert_eq!(read_manifest("no manifest\n"), None);
    }

    #[test]
    fn g22_the_catalogue_counts_pages() {
        assert_eq!(pages("application/json", b"{}\n"), 1);
        assert_eq!(
            pages("text/plain; charset=utf-8", "行\n".repeat(80).as_bytes()),
            3
        );
        assert_eq!(pages("image/jpeg", &[b'\n'; 400]), 1);
        let item = |bytes: &str| Item {
            path: "a".to_owned(),
            title: String::new(),
            author: String::new(),
            made_at: None,
            media_type: "text/plain".to_owned(),
            bytes: bytes.as_bytes().to_vec(),
        };
        let lines = catalogue(&[item(&"x\n".repeat(50)), item("x")]);
        assert_eq!((lines[0].first_page, lines[0].pages), (1, 2));
        assert_eq!((lines[1].first_page, lines[1].pages), (3, 1));
    }

    #[test]
    fn g22_a_case_closed_after_midnight_in_guangdong_is_of_the_new_year() {
        assert_eq!(
            year(Utc.with_ymd_and_hms(2026, 12, 31, 15, 59, 59).unwrap()),
            2026
        );
        assert_eq!(
            year(Utc.with_ymd_and_hms(2026, 12, 31, 16, 0, 0).unwrap()),
            2027
        );
    }

    #[test]
    fn a_name_from_outside_cannot_leave_its_folder() {
        assert_eq!(safe_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(safe_name("存折 照片.jpg"), "存折_照片.jpg");
        assert_eq!(safe_name(".."), "unnamed");
    }
}
