//! The states, sections and recipients of a report (guideline art. 23), each with its word in rows and for people.

use State::{Drafted, Expected, HandedIn, Reviewed, Signed, Submitted};

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// 待编制.
    Expected,
    /// 编制中.
    Drafted,
    /// 待审核.
    HandedIn,
    /// 待签发.
    Reviewed,
    /// 已签发.
    Signed,
    /// 已报送.
    Submitted,
}

/// All states with their words in rows and for people, in the order of life.
pub const STATES: [(State, &str, &str); 6] = [
    (Expected, "expected", "待编制"),
    (Drafted, "drafted", "编制中"),
    (HandedIn, "handed_in", "待审核"),
    (Reviewed, "reviewed", "待签发"),
    (Signed, "signed", "已签发"),
    (Submitted, "submitted", "已报送"),
];

impl State {
    /// Its word in rows.
    #[must_use]
    pub fn code(self) -> &'static str {
        STATES
            .iter()
            .find(|(state, ..)| *state == self)
            .map_or("", |(_, code, _)| code)
    }

    /// Its word for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        STATES
            .iter()
            .find(|(state, ..)| *state == self)
            .map_or("", |(.., words)| words)
    }

    /// The state of a row.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        STATES
            .iter()
            .find(|(_, known, _)| *known == code)
            .map(|(state, ..)| *state)
    }
}

/// A section of the text (guideline art. 23: 主要投诉问题、投诉原因分析、整改措施).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// 机制运行情况.
    Operation,
    /// 主要投诉问题.
    Problems,
    /// 投诉原因分析.
    Causes,
    /// 整改措施.
    Rectification,
    /// 下一步工作.
    NextSteps,
}

/// All sections with their words in rows, their titles, and whether a report cannot do without them.
pub const SECTIONS: [(Section, &str, &str, bool); 5] = [
    (Section::Operation, "operation", "机制运行情况", true),
    (Section::Problems, "problems", "主要投诉问题", true),
    (Section::Causes, "causes", "投诉原因分析", true),
    (Section::Rectification, "rectification", "整改措施", true),
    (Section::NextSteps, "next_steps", "下一步工作", false),
];

impl Section {
    /// Its word in rows.
    #[must_use]
    pub fn code(self) -> &'static str {
        SECTIONS
            .iter()
            .find(|(section, ..)| *section == self)
            .map_or("", |(_, code, ..)| code)
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        SECTIONS
            .iter()
            .find(|(section, ..)| *section == self)
            .map_or("", |(_, _, title, _)| title)
    }

    /// The section of a row.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        SECTIONS
            .iter()
            .find(|(_, known, ..)| *known == code)
            .map(|(section, ..)| *section)
    }
}

/// Whom a report goes to (guideline art. 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recipient {
    /// 当地银监部门.
    Regulator,
    /// 银行同业公会(银行业协会).
    Association,
    /// 省联社合规部, a copy.
    Compliance,
}

/// All recipients with their words in rows and for people.
pub const RECIPIENTS: [(Recipient, &str, &str); 3] = [
    (Recipient::Regulator, "regulator", "当地监管部门"),
    (
        Recipient::Association,
        "association",
        "银行业协会(同业公会)",
    ),
    (Recipient::Compliance, "compliance", "省联社合规部(抄报)"),
];

impl Recipient {
    /// Its word in rows.
    #[must_use]
    pub fn code(self) -> &'static str {
        RECIPIENTS
            .iter()
            .find(|(known, ..)| *known == self)
            .map_or("", |(_, code, _)| code)
    }

    /// The recipient of a row.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        RECIPIENTS
            .iter()
            .find(|(_, known, _)| *known == code)
            .map(|(recipient, ..)| *recipient)
    }
}
