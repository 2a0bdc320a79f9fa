//! How long a file is kept, and under which code it stands in the register: a schedule (保管期限表) and the rows that decide.
//!
//! 国家档案局令第10号 knows 永久 and 定期 (30年, 10年); the code is that of DA/T 13-2022:
//! 全宗号-门类代码·年度-保管期限代码-机构(问题)代码-件号.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::NaiveDate;

/// A term of retention, the shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// 10年.
    Ten,
    /// 30年.
    Thirty,
    /// 永久.
    Permanent,
}

impl Term {
    /// Its code in the archival code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Permanent => "Y",
            Self::Thirty => "D30",
            Self::Ten => "D10",
        }
    }

    /// The term of this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Permanent, Self::Thirty, Self::Ten]
            .into_iter()
            .find(|term| term.code() == code)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Permanent => "永久",
            Self::Thirty => "30年",
            Self::Ten => "10年",
        }
    }

    /// The last day of the term of a file of this year; none when it is kept for ever. It is counted from the year after.
    #[must_use]
    pub fn expires_on(self, year: i32) -> Option<NaiveDate> {
        let years = match self {
            Self::Permanent => return None,
            Self::Thirty => 30,
            Self::Ten => 10,
        };
        NaiveDate::from_ymd_opt(year + years, 12, 31)
    }
}

/// What is known of a case when its file is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether it is 重大.
    pub major: bool,
    /// How many complain together.
    pub persons: u32,
    /// What kind of matter, in the contract's word, e.g. "petition".
    pub nature: String,
    /// How it reached us, in the contract's word, e.g. `regulator_transfer`.
    pub channel: String,
    /// The full names of the events that stand in its ledger.
    pub events: BTreeSet<String>,
    /// The grounds of the legal holds that stand.
    pub held_for: BTreeSet<String>,
}

/// What must be so for a row to fit; what is empty asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// It is 重大.
    pub major: bool,
    /// So many complain together; 0 asks for nothing.
    pub persons_at_least: u32,
    /// It is one of these kinds.
    pub natures: Vec<String>,
    /// It came one of these ways.
    pub channels: Vec<String>,
    /// One of these events happened.
    pub events: Vec<String>,
    /// It is held on one of these grounds.
    pub held_for: Vec<String>,
}

impl When {
    fn is_open(&self) -> bool {
        *self == Self::default()
    }

    fn fits(&self, facts: &Facts) -> bool {
        (!self.major || facts.major)
            && facts.persons >= self.persons_at_least
            && (self.natures.is_empty() || self.natures.contains(&facts.nature))
            && (self.channels.is_empty() || self.channels.contains(&facts.channel))
            && (self.events.is_empty() || self.events.iter().any(|one| facts.events.contains(one)))
            && (self.held_for.is_empty()
                || self.held_for.iter().any(|one| facts.held_for.contains(one)))
    }
}

/// A row of the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: String,
    /// What it is for.
    pub title: String,
    /// Where it comes from.
    pub basis: String,
    /// When it fits.
    pub when: When,
    /// How long.
    pub term: Term,
}

/// Under which codes a union's files stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fonds {
    /// 全宗号.
    pub code: String,
    /// 机构(问题)代码; empty for the default.
    pub organ: String,
}

/// A retention schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its version; 0 for the one the program carries.
    pub version: u32,
    /// 门类代码.
    pub class: String,
    /// What follows a union's code in the default 机构(问题)代码.
    pub organ_suffix: String,
    /// Its rows, in the order in which they are tried.
    pub rules: Vec<Rule>,
    /// The unions that have a number of their own.
    pub fonds: BTreeMap<String, Fonds>,
}

/// Why a schedule cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no row.
    #[error("保管期限表没有任何条目;至少要有一条不带条件的默认条目")]
    NoRule,
    /// Two rows have one code.
    #[error("条目 {0} 出现了两次;每条须有自己的代码")]
    Twice(String),
    /// Not every case would have a term.
    #[error("最后一条 {0} 带有条件,会有投诉找不到保管期限;请把不带条件的默认条目放在最后")]
    NoDefault(String),
    /// Rows that never come to be tried.
    #[error("条目 {0} 不带条件,其后的条目永远轮不到;请把它放在最后")]
    Unreachable(String),
    /// A code that would break the archival code.
    #[error("代码“{0}”不能用在档号中;请用不含“-”“·”和空格的字母、数字")]
    BadCode(String),
    /// Two unions have one number.
    #[error("全宗号 {0} 给了两家机构;一个全宗号只能归一家")]
    SharedFonds(String),
}

fn usable(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= 20
        && code.chars().all(|letter| letter.is_ascii_alphanumeric())
}

impl Schedule {
    /// Checks that every case has exactly one row that decides, and that codes can stand in an archival code.
    pub fn check(self) -> Result<Self, Refusal> {
        let mut codes = BTreeSet::new();
        let last = self.rules.last().ok_or(Refusal::NoRule)?;
        for rule in &self.rules {
            if !codes.insert(rule.code.as_str()) {
                return Err(Refusal::Twice(rule.code.clone()));
            }
            if rule.when.is_open() && rule.code != last.code {
                return Err(Refusal::Unreachable(rule.code.clone()));
            }
        }
        if !last.when.is_open() {
            return Err(Refusal::NoDefault(last.code.clone()));
        }
        let mut numbers = BTreeSet::new();
        for fonds in self.fonds.values() {
            if !numbers.insert(fonds.code.as_str()) {
                return Err(Refusal::SharedFonds(fonds.code.clone()));
            }
        }
        let organs = self.fonds.values().map(|fonds| &fonds.organ);
        let organs = organs.filter(|organ| !organ.is_empty());
        let numbers = self.fonds.values().map(|fonds| &fonds.code);
        let bad = [&self.class, &self.organ_suffix]
            .into_iter()
            .chain(numbers)
            .chain(organs)
            .find(|code| !usable(code))
            .cloned();
        match bad {
            Some(bad) => Err(Refusal::BadCode(bad)),
            None => Ok(self),
        }
    }

    /// The row that decides; none only for a schedule that was not checked.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.when.fits(facts))
    }

    /// The series of the register that a union's file of this year and term stands in.
    #[must_use]
    pub fn series(&self, union: &str, year: i32, term: Term) -> Series {
        let named = self.fonds.get(union);
        let organ = named.map(|fonds| fonds.organ.as_str()).unwrap_or_default();
        Series {
            fonds: named.map_or_else(|| union.to_owned(), |fonds| fonds.code.clone()),
            class: self.class.clone(),
            year,
            term,
            organ: if organ.is_empty() {
                format!("{union}{}", self.organ_suffix)
            } else {
                organ.to_owned()
            },
        }
    }
}

/// A series of the register: item numbers run in it without gaps from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// 全宗号.
    pub fonds: String,
    /// 门类代码.
    pub class: String,
    /// 年度.
    pub year: i32,
    /// 保管期限.
    pub term: Term,
    /// 机构(问题)代码.
    pub organ: String,
}

impl Series {
    /// The archival code (档号) of an item of the series.
    #[must_use]
    pub fn code(&self, item: u32) -> String {
        format!("{self}-{item:04}")
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            fonds,
            class,
            year,
            term,
            organ,
        } = self;
        write!(f, "{fonds}-{class}·{year}-{}-{organ}", term.code())
    }
}

#[cfg(test)]
mod tests;
