//! The retention schedule as it is written: TOML, read into the rules of [`retention`].

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::retention::{self, Fonds, Refusal, Rule, Term, When};

/// The schedule that the program carries: version 0, in force until another is applied.
pub const SHIPPED: &str = include_str!("../../../deploy/reference/archive/retention.toml");

/// Why a text is no schedule.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleTrouble {
    /// It cannot be read; the parser names line and column.
    #[error("保管期限表读不懂:{0}")]
    Unreadable(String),
    /// A term that does not exist.
    #[error("条目 {0} 的保管期限“{1}”不存在;只有 Y、D30、D10")]
    Term(String, String),
    /// A union that stands there twice.
    #[error("机构 {0} 的全宗号写了两次")]
    Union(String),
    /// It says what cannot be.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    class_code: String,
    organ_suffix: String,
    rule: Vec<RuleText>,
    #[serde(default)]
    fonds: Vec<FondsText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    code: String,
    title: String,
    term: String,
    basis: String,
    #[serde(default)]
    major: bool,
    #[serde(default)]
    persons_at_least: u32,
    #[serde(default)]
    natures: Vec<String>,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    held_for: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FondsText {
    union: String,
    code: String,
    #[serde(default)]
    organ: String,
}

/// Reads and checks a schedule.
pub fn parse(version: u32, text: &str) -> Result<retention::Schedule, ScheduleTrouble> {
    let text: Text =
        toml::from_str(text).map_err(|error| ScheduleTrouble::Unreadable(error.to_string()))?;
    let rules = text
        .rule
        .into_iter()
        .map(|rule| {
            let term = Term::from_code(&rule.term)
                .ok_or_else(|| ScheduleTrouble::Term(rule.code.clone(), rule.term.clone()))?;
            Ok(Rule {
                code: rule.code,
                title: rule.title,
                basis: rule.basis,
                when: When {
                    major: rule.major,
                    persons_at_least: rule.persons_at_least,
                    natures: rule.natures,
                    channels: rule.channels,
                    events: rule.events,
                    held_for: rule.held_for,
                },
                term,
            })
        })
        .collect::<Result<_, ScheduleTrouble>>()?;
    let mut fonds = BTreeMap::new();
    for one in text.fonds {
        let code = Fonds {
            code: one.code,
            organ: one.organ,
        };
        if fonds.insert(one.union.clone(), code).is_some() {
            return Err(ScheduleTrouble::Union(one.union));
        }
    }
    let schedule = retention::Schedule {
        version,
        class: text.class_code,
        organ_suffix: text.organ_suffix,
        rules,
        fonds,
    };
    Ok(schedule.check()?)
}

/// The schedule that the program carries.
pub fn shipped() -> Result<retention::Schedule, ScheduleTrouble> {
    parse(0, SHIPPED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g22_a_malformed_schedule_is_refused_with_line_and_reason() {
        assert!(shipped().is_ok());
        let wrong = |from: &str, to: &str| {
            parse(1, &SHIPPED.replacen(from, to, 1))
                .unwrap_err()
                .to_string()
        };
        assert!(wrong("term = \"Y\"", "term = \"D20\"").contains("TS-01 的保管期限“D20”不存在"));
        let unreadable = wrong("major = true", "mayor = true");
        assert!(
            unreadable.contains("mayor") && unreadable.contains("line"),
            "{unreadable}"
        );
        assert!(wrong("class_code = \"TS\"", "class_code = \"T·S\"").contains("不能用在档号中"));
    }
}
