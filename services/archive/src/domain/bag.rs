//! A `BagIt` bag (RFC 8493): declaration, tag files and manifests, and what is wrong with one that is found.
//!
//! Everything handed over is payload below `data/`; `tagmanifest-sha256.txt` covers the tag files, and the archive's signature
//! stands over the tag manifest, so that it covers all.

use std::collections::{BTreeMap, BTreeSet};

use super::{chain::digest, package};

/// The declaration.
pub const DECLARATION: &str = "bagit.txt";
/// The metadata.
pub const INFO: &str = "bag-info.txt";
/// The digests of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// The digests of the tag files.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The archive's signature over the tag manifest.
pub const SIGNATURE: &str = "signature.json";
/// What stands in the declaration.
pub const DECLARED: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// Where the payload lies.
pub const DATA: &str = "data/";
/// Where the sealed files lie.
pub const FILES: &str = "data/files/";
/// 移交清册.
pub const LIST: &str = "data/移交清册.csv";
/// 移交清册, for programs.
pub const LIST_JSON: &str = "data/移交清册.json";
/// 电子档案移交与接收登记表.
pub const FORM: &str = "data/移交与接收登记表.csv";
/// 数字摘要清单.
pub const DIGESTS: &str = "data/数字摘要清单.csv";

/// The name of a bag: its folder and, with `.zip`, its file.
#[must_use]
pub fn name(union: &str, year: i32, batch: u32) -> String {
    format!("{union}-{year}-{batch:02}")
}

/// Payload-Oxum: how many bytes and how many files.
#[must_use]
pub fn oxum<'a>(payload: impl IntoIterator<Item = &'a [u8]>) -> String {
    let (bytes, files) = payload
        .into_iter()
        .fold((0, 0), |(bytes, files), one| (bytes + one.len(), files + 1));
    format!("{bytes}.{files}")
}

/// Writes metadata, a line each.
#[must_use]
pub fn write_info(fields: &[(&str, String)]) -> String {
    fields
        .iter()
        .map(|(label, value)| format!("{label}: {value}\n"))
        .collect()
}

/// Reads metadata; lines that are none are left out.
#[must_use]
pub fn read_info(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .collect()
}

/// What is wrong with a bag: the path, and a sentence.
pub type Fault = (String, String);

/// Everything that is wrong with a bag whose items are these, by path within the bag.
#[must_use]
pub fn inspect(found: &BTreeMap<String, Vec<u8>>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut blame =
        |path: &str, sentence: &str| faults.push((path.to_owned(), sentence.to_owned()));
    for path in [DECLARATION, INFO, MANIFEST, TAG_MANIFEST, SIGNATURE] {
        if !found.contains_key(path) {
            blame(path, "缺失");
        }
    }
    if found
        .get(DECLARATION)
        .is_some_and(|bytes| bytes != DECLARED.as_bytes())
    {
        blame(DECLARATION, "不是 BagIt 1.0 的声明");
    }
    let text = |path: &str| {
        found
            .get(path)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
    };
    let listed = |path: &str| text(path).and_then(package::read_manifest);
    let payload: BTreeSet<&str> = found
        .keys()
        .map(String::as_str)
        .filter(|path| path.starts_with(DATA))
        .collect();
    for (manifest, what) in [(MANIFEST, true), (TAG_MANIFEST, false)] {
        let Some(digests) = listed(manifest) else {
            if found.contains_key(manifest) {
                blame(manifest, "内容已被改动,无法读取");
            }
            continue;
        };
        for (path, expected) in &digests {
            match found.get(*path) {
                None => blame(path, "缺失"),
                Some(bytes) if digest(bytes) != *expected => blame(path, "内容已被改动"),
                Some(_) => {}
            }
        }
        if what {
            for extra in payload.iter().filter(|path| !digests.contains_key(**path)) {
                blame(extra, "清单中没有此件,系事后加入");
            }
        } else {
            for tag in [DECLARATION, INFO, MANIFEST] {
                if !digests.contains_key(tag) {
                    blame(TAG_MANIFEST, &format!("没有列出 {tag}"));
                }
            }
        }
    }
    let known = [DECLARATION, INFO, MANIFEST, TAG_MANIFEST, SIGNATURE];
    for path in found.keys() {
        if !path.starts_with(DATA) && !known.contains(&path.as_str()) {
            blame(path, "移交时没有此件,系事后加入");
        }
    }
    if let Some(info) = text(INFO).map(read_info) {
        let there = oxum(
            payload
                .iter()
                .filter_map(|path| Some(found.get(*path)?.as_slice())),
        );
        if info.get("Payload-Oxum") != Some(&there.as_str()) {
            blame(INFO, &format!("所载数据量与实际不符(实际为 {there})"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag() -> BTreeMap<String, Vec<u8>> {
        let mut bag = BTreeMap::from([
            ("data/a.txt".to_owned(), b"one".to_vec()),
            (DECLARATION.to_owned(), DECLARED.into()),
            (SIGNATURE.to_owned(), b"{}".to_vec()),
        ]);
        let oxum = oxum([&b"one"[..]]);
        assert_eq!(oxum, "3.1");
        bag.insert(
            INFO.to_owned(),
            write_info(&[("Payload-Oxum", oxum)]).into(),
        );
        let manifest = package::manifest([("data/a.txt", &b"one"[..])]);
        bag.insert(MANIFEST.to_owned(), manifest.into());
        let tags = [DECLARATION, INFO, MANIFEST];
        let tagged = package::manifest(tags.map(|path| (path, bag[path].as_slice())));
        bag.insert(TAG_MANIFEST.to_owned(), tagged.into());
        bag
    }

    type Parts = BTreeMap<String, Vec<u8>>;

    #[test]
    fn g22_a_bag_that_is_whole_has_no_fault_and_each_change_is_named() {
        assert_eq!(inspect(&bag()), []);
        let changed = |change: &dyn Fn(&mut Parts)| {
            let mut bag = bag();
            change(&mut bag);
            inspect(&bag)
                .into_iter()
                .map(|(path, sentence)| format!("{path}: {sentence}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let said = changed(&|bag| {
            bag.insert("data/a.txt".to_owned(), b"two".to_vec());
        });
        assert_eq!(said, "data/a.txt: 内容已被改动");
        let said = changed(&|bag| {
            bag.remove("data/a.txt");
        });
        assert!(said.contains("data/a.txt: 缺失"), "{said}");
        let said = changed(&|bag| {
            bag.insert("data/b.txt".to_owned(), vec![]);
        });
        assert!(said.contains("data/b.txt: 清单中没有此件"), "{said}");
        let said = changed(&|bag| {
            bag.insert("run.exe".to_owned(), vec![]);
        });
        assert!(said.contains("run.exe: 移交时没有此件"), "{said}");
        let said = changed(&|bag| {
            bag.insert(INFO.to_owned(), b"Payload-Oxum: 4.1\n".to_vec());
        });
        assert!(said.contains("bag-info.txt: 内容已被改动"), "{said}");
        assert!(said.contains("实际为 3.1"), "{said}");
        let said = changed(&|bag| {
            bag.remove(TAG_MANIFEST);
        });
        assert_eq!(said, "tagmanifest-sha256.txt: 缺失");
    }

    #[test]
    fn g22_metadata_is_read_as_it_is_written() {
        let text = write_info(&[
            ("Source-Organization", "589002".to_owned()),
            ("Payload-Oxum", "3.1".to_owned()),
        ]);
        assert_eq!(read_info(&text)["Payload-Oxum"], "3.1");
        assert_eq!(name("589002", 2026, 1), "589002-2026-01");
    }
}
