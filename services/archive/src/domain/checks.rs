//! The four checks of DA/T 70-2018: 真实性, 完整性, 可用性, 安全性. What each is, and the rules that need nothing but bytes.

use std::collections::BTreeMap;

/// One of the four properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// 真实性.
    Authenticity,
    /// 完整性.
    Completeness,
    /// 可用性.
    Usability,
    /// 安全性.
    Security,
}

impl Property {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authenticity => "真实性",
            Self::Completeness => "完整性",
            Self::Usability => "可用性",
            Self::Security => "安全性",
        }
    }

    /// The property of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Authenticity,
            Self::Completeness,
            Self::Usability,
            Self::Security,
        ]
        .into_iter()
        .find(|property| property.name() == name)
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 通过.
    Passed,
    /// 不通过.
    Failed,
    /// 未执行.
    NotExecuted,
}

impl Outcome {
    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotExecuted => "not_executed",
        }
    }

    /// The outcome of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::NotExecuted]
            .into_iter()
            .find(|outcome| outcome.word() == word)
    }
}

/// A check that was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Of which property.
    pub property: Property,
    /// Its code.
    pub code: String,
    /// What was checked.
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How many things were looked at.
    pub examined: u32,
    /// What was found, a sentence each.
    pub findings: Vec<String>,
}

impl Check {
    /// A check that looked at so many things and found these faults.
    #[must_use]
    pub fn of(
        property: Property,
        code: &str,
        title: &str,
        examined: usize,
        findings: Vec<String>,
    ) -> Self {
        Self {
            property,
            code: code.to_owned(),
            title: title.to_owned(),
            outcome: if findings.is_empty() {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            examined: u32::try_from(examined).unwrap_or(u32::MAX),
            findings,
        }
    }

    /// The same with remarks that do not make it fail.
    #[must_use]
    pub fn remarking(mut self, remarks: Vec<String>) -> Self {
        self.findings.extend(remarks);
        self
    }
}

/// The checks that failed, by name.
#[must_use]
pub fn failed(checks: &[Check]) -> Vec<String> {
    checks
        .iter()
        .filter(|check| check.outcome == Outcome::Failed)
        .map(|check| format!("{} {}", check.property.name(), check.code))
        .collect()
}

/// The item numbers that are missing in a series: from 1 to the last given.
#[must_use]
pub fn gaps(registered: &BTreeMap<String, Vec<u32>>) -> Vec<String> {
    let mut gaps = Vec::new();
    for (series, numbers) in registered {
        let mut numbers = numbers.clone();
        numbers.sort_unstable();
        let mut next = 1;
        for number in numbers {
            match number.checked_sub(next) {
                None => gaps.push(format!("{series}:件号 {number:04} 重复")),
                Some(0) => next = number + 1,
                Some(_) => {
                    gaps.push(format!("{series}:件号 {next:04} 至 {:04} 断号", number - 1));
                    next = number + 1;
                }
            }
        }
    }
    gaps
}

/// Formats fit for long keeping; what the archive makes itself is always one of them.
const LASTING: [&str; 12] = [
    "application/json",
    "text/plain",
    "text/csv",
    "application/pdf",
    "application/ofd",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "audio/wav",
    "audio/mpeg",
    "video/mp4",
    "message/rfc822",
];

/// Whether a format is fit for long keeping.
#[must_use]
pub fn lasts(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    LASTING.contains(&kind)
}

/// What begins like something that runs.
const PROGRAMS: [&[u8]; 7] = [
    b"MZ",
    b"\x7fELF",
    b"#!/",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"dex\n",
    b"L\0\0\0\x01\x14\x02\0",
];

/// Whether bytes are something that runs when it is opened.
#[must_use]
pub fn runs(bytes: &[u8]) -> bool {
    PROGRAMS.iter().any(|mark| bytes.starts_with(mark))
}

/// Whether a path stays in its folder.
#[must_use]
pub fn stays(path: &str) -> bool {
    !path.starts_with('/')
        && !path.contains('\\')
        && !path.contains('\0')
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g22_a_gap_and_a_double_in_the_register_are_named() {
        let registered = BTreeMap::from([
            ("A".to_owned(), vec![2, 1, 3]),
            ("B".to_owned(), vec![1, 4, 4]),
            ("C".to_owned(), vec![3]),
        ]);
        assert_eq!(
            gaps(&registered),
            [
                "B:件号 0002 至 0003 断号",
                "B:件号 0004 重复",
                "C:件号 0001 至 0002 断号"
            ]
        );
    }

    #[test]
    fn g22_a_check_without_findings_passes_and_a_remark_does_not_make_it_fail() {
        let check = |findings| Check::of(Property::Usability, "K2", "格式", 3, findings);
        assert_eq!(check(vec![]).outcome, Outcome::Passed);
        let remarked = check(vec![]).remarking(vec!["存折.bmp".to_owned()]);
        assert_eq!(remarked.outcome, Outcome::Passed);
        let faulty = check(vec!["x".to_owned()]);
        assert_eq!(failed(&[remarked, faulty]), ["可用性 K2"]);
        for property in ["真实性", "完整性", "可用性", "安全性"] {
            assert_eq!(Property::from_name(property).unwrap().name(), property);
        }
        for outcome in [Outcome::Passed, Outcome::Failed, Outcome::NotExecuted] {
            assert_eq!(Outcome::from_word(outcome.word()), Some(outcome));
        }
    }

    #[test]
    fn g22_programs_formats_and_paths_are_known() {
        assert!(runs(b"MZ\x90\0") && runs(b"#!/bin/sh\n") && !runs(b"%PDF-1.7"));
        assert!(lasts("text/plain; charset=utf-8") && !lasts("application/vnd.rar"));
        assert!(stays("data/files/a.zip"));
        for bad in ["/etc/passwd", "a/../b", "a\\b", "a//b", ""] {
            assert!(!stays(bad), "{bad:?}");
        }
    }
}
