//! 电子档案四性检测报告: what the four checks of DA/T 70-2018 found in a transfer.

use serde::Serialize;

use crate::{Document, Moment, Sheet};

/// The report.
#[derive(Clone, Serialize)]
pub struct CheckReport {
    /// The union.
    pub union: String,
    /// 编号: the transfer's name.
    pub number: String,
    /// 检测环节, e.g. "移交与接收".
    pub stage: String,
    /// 检测对象.
    pub object: String,
    /// 检测数量, e.g. "7卷 1.234 GB".
    pub extent: String,
    /// The digest of the whole.
    pub digest: String,
    /// Its algorithm, e.g. "SHA-256".
    pub digest_algorithm: String,
    /// 检测时间.
    pub checked_at: Moment,
    /// 检测单位: a unit or post.
    pub checked_by: String,
    /// The checks, in the order of the properties.
    pub checks: Vec<CheckLine>,
    /// 检测结论.
    pub conclusion: String,
    /// 接收意见; empty leaves the box to the pen.
    pub opinion: String,
}

/// A check of the report.
#[derive(Clone, Serialize)]
pub struct CheckLine {
    /// 真实性, 完整性, 可用性 or 安全性.
    pub property: String,
    /// 编号.
    pub code: String,
    /// 检测项目.
    pub title: String,
    /// 检测数量.
    pub examined: u32,
    /// How it came out.
    pub result: CheckResult,
    /// What was found, or remarked; a sentence each.
    pub findings: Vec<String>,
}

/// How a check of the report came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CheckResult {
    /// 通过.
    #[serde(rename = "通过")]
    Passed,
    /// 不通过.
    #[serde(rename = "不通过")]
    Failed,
    /// 未执行: what it needs is not set up.
    #[serde(rename = "未执行")]
    NotExecuted,
}

/// How many findings of one check are printed; a broken bag may have thousands, and the first tell what is the matter.
const PRINTED: usize = 40;

/// A report as it is printed.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    report: &'a CheckReport,
    groups: Vec<Group>,
}

/// The checks of one property, and how they came out.
#[derive(Serialize)]
struct Group {
    property: String,
    passed: usize,
    failed: usize,
    not_executed: usize,
    checks: Vec<CheckLine>,
}

impl CheckReport {
    /// The checks by property, in the order in which the properties come first.
    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for check in &self.checks {
            let check = shortened(check);
            match groups
                .last_mut()
                .filter(|group| group.property == check.property)
            {
                Some(group) => group.checks.push(check),
                None => groups.push(Group {
                    property: check.property.clone(),
                    passed: 0,
                    failed: 0,
                    not_executed: 0,
                    checks: vec![check],
                }),
            }
        }
        for group in &mut groups {
            let count = |result| {
                group
                    .checks
                    .iter()
                    .filter(|check| check.result == result)
                    .count()
            };
            let counts = (
                count(CheckResult::Passed),
                count(CheckResult::Failed),
                count(CheckResult::NotExecuted),
            );
            (group.passed, group.failed, group.not_executed) = counts;
        }
        groups
    }
}

fn shortened(check: &CheckLine) -> CheckLine {
    let mut findings: Vec<String> = check.findings.iter().take(PRINTED).cloned().collect();
    let more = check.findings.len() - findings.len();
    if more > 0 {
        findings.push(format!("另有{more}项，见检测记录"));
    }
    CheckLine {
        findings,
        ..check.clone()
    }
}

impl Document for CheckReport {
    fn sheet(&self) -> Sheet {
        let shown = Shown {
            report: self,
            groups: self.groups(),
        };
        Sheet::form(
            "checks.typ",
            "电子档案四性检测报告",
            &self.number,
            &self.checked_by,
            self.checked_at.date(),
            &shown,
        )
    }
}
