//! The reference files: read, checked, and turned into what directory tells. No server is needed.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use chrono::NaiveDate;
use suda_proto::directory::v1 as wire;

use crate::domain::structure::{At, Fault, Structure};

mod calendars;
mod policies;
pub(crate) mod structure;
mod taxonomy;

/// The folders of a reference folder that directory reads.
pub const FOLDERS: [&str; 6] = [
    "units",
    "posts",
    "people",
    "calendars",
    "policies",
    "taxonomy",
];

/// A file and its text.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path below the reference folder, e.g. `units/jiangmen.toml`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A file that is being read, and where its lines end.
struct Source<'a> {
    file: &'a File,
    /// The byte of each line's end, found once: a file has hundreds of entries, and each says its line.
    ends: Vec<usize>,
}

impl<'a> Source<'a> {
    fn of(file: &'a File) -> Self {
        let ends = file.text.bytes().enumerate();
        Self {
            file,
            ends: ends
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(place, _)| place)
                .collect(),
        }
    }

    /// The line that a byte stands in.
    fn at(&self, byte: usize) -> At {
        At {
            file: self.file.path.clone(),
            line: self.ends.partition_point(|end| *end < byte) + 1,
        }
    }
}

/// What the files say.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// Units, posts and people.
    pub structure: Structure,
    /// Calendars; their versions are given when they are published.
    pub calendars: Vec<wire::Calendar>,
    /// Policies; their versions are given when they are published.
    pub policies: Vec<wire::Policy>,
    /// The taxonomy; its version is given when it is published. One at most.
    pub taxonomies: Vec<wire::Taxonomy>,
}

/// The files of a reference folder, by path.
///
/// # Errors
/// When one of its folders is not there, or a file cannot be read.
pub fn files(folder: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    for below in FOLDERS {
        let path = folder.join(below);
        let entries = std::fs::read_dir(&path).with_context(|| {
            format!(
                "{} is not there; give the whole reference folder",
                path.display()
            )
        })?;
        for entry in entries {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            files.push(File {
                path: format!("{below}/{name}"),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Checks the files of a reference folder and gives what they say.
///
/// # Errors
/// Everything that is wrong, each with its file and line.
pub fn read(files: &[File]) -> Result<Reference, Vec<Fault>> {
    let mut reference = Reference::default();
    let mut faults = Vec::new();
    let mut policies = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".toml")) {
        let folder = file.path.split('/').next().unwrap_or_default();
        let file = &Source::of(file);
        let read = match folder {
            "units" | "posts" | "people" => structure::read(file, &mut reference.structure),
            "calendars" => calendars::read(file).map(|calendar| reference.calendars.push(calendar)),
            "policies" => policies::read(file).map(|read| policies.push(read)),
            "taxonomy" if !reference.taxonomies.is_empty() => Err(vec![fault(
                file,
                0,
                "there is one taxonomy; put its entries and rows into one file".to_owned(),
            )]),
            "taxonomy" => taxonomy::read(file).map(|read| reference.taxonomies.push(read)),
            _ => Err(vec![fault(
                file,
                0,
                format!("belongs into one of {}", FOLDERS.join(", ")),
            )]),
        };
        if let Err(wrong) = read {
            faults.extend(wrong);
        }
    }
    faults.extend(reference.structure.faults());
    faults.extend(taxonomy::strange_functions(
        &reference.taxonomies,
        &reference.structure,
    ));
    faults.extend(policies::looser(&policies));
    reference.policies = policies.into_iter().map(|read| read.policy).collect();
    faults.extend(strangers(&reference));
    if faults.is_empty() {
        Ok(reference)
    } else {
        Err(faults)
    }
}

/// Reads and checks one policy by itself, e.g. a draft.
///
/// # Errors
/// Everything that is wrong, each with its file and line.
pub fn policy(file: &File) -> Result<wire::Policy, Vec<Fault>> {
    policies::read(&Source::of(file)).map(|read| read.policy)
}

/// What is not wrong, but should not stay so: receptions that do not publish how to complain (guideline art. 7).
#[must_use]
pub fn warnings(reference: &Reference, day: NaiveDate) -> Vec<Fault> {
    reference.structure.silent_receptions(day)
}

/// Policies and calendars that name a union which is none.
fn strangers(reference: &Reference) -> Vec<Fault> {
    let named = reference
        .policies
        .iter()
        .map(|policy| ("policies", &policy.code, &policy.union_code))
        .chain(
            reference
                .calendars
                .iter()
                .map(|calendar| ("calendars", &calendar.code, &calendar.union_code)),
        );
    let units = &reference.structure.units;
    let is_union = |code: &String| {
        units
            .iter()
            .any(|unit| unit.code == *code && unit.kind == crate::domain::structure::Kind::Union)
    };
    named
        .filter(|(_, _, union)| !union.is_empty() && !is_union(union))
        .map(|(folder, code, union)| Fault {
            at: At {
                file: format!("{folder}/{code}.toml"),
                line: 1,
            },
            reason: format!("names the union {union:?}, which is none"),
        })
        .collect()
}

/// A fault at a byte of a file.
fn fault(source: &Source<'_>, byte: usize, reason: String) -> Fault {
    Fault {
        at: source.at(byte),
        reason,
    }
}

/// The table a file holds, typed; what does not fit is named with its line.
fn parse<T: serde::de::DeserializeOwned>(source: &Source<'_>) -> Result<T, Vec<Fault>> {
    toml::from_str(&source.file.text).map_err(|error| {
        let byte = error.span().map_or(0, |span| span.start);
        vec![fault(source, byte, error.message().to_owned())]
    })
}

/// The digest of a file's text.
fn digest(source: &Source<'_>) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(source.file.text.as_bytes()))
}

/// The units by code.
#[must_use]
pub fn units(structure: &Structure) -> BTreeMap<String, wire::Unit> {
    structure
        .units
        .iter()
        .map(|unit| (unit.code.clone(), structure::unit(unit, structure)))
        .collect()
}

/// The posts by code.
#[must_use]
pub fn posts(structure: &Structure) -> BTreeMap<String, wire::Post> {
    structure
        .posts
        .iter()
        .map(|post| (post.code.clone(), structure::post(post)))
        .collect()
}

#[cfg(test)]
mod tests;
