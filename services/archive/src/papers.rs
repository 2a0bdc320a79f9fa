//! What the papers of the archive say: 卷内目录, 案卷登记册, 移交清册, 移交与接收登记表, 四性检测报告. How they look is the
//! business of [`documents`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use documents::{
    Date, Document,
    catalogue::{Catalogue, CatalogueLine},
    check_report::{CheckLine, CheckReport, CheckResult},
    file_register::{FileRegister, RegisterLine},
    transfer::{
        Check as Ticked, CheckOutcome, HandoverForm, PackageLine, TransferLine, TransferList,
    },
};

use crate::{
    domain::{
        bag,
        checks::{self, Check, Outcome, Property},
        package::Line,
        transfer::State,
    },
    lists,
    store::{
        count,
        files::FileRow,
        transfers::{LineRow, TransferRow},
    },
};

/// A document that may be set on another thread.
pub(crate) type AnyPaper = Box<dyn Document + Send>;

/// What every digest of the archive is made with.
const ALGORITHM: &str = "SHA-256";

/// The names of units by code; a unit that nobody told of is called by its code.
pub(crate) struct Names(pub(crate) BTreeMap<String, String>);

impl Names {
    pub(crate) fn of<'a>(&'a self, code: &'a str) -> &'a str {
        self.0.get(code).map_or(code, String::as_str)
    }

    /// Who made a piece of a file, in words of a paper: a unit, a post, or one of the services.
    fn author<'a>(&'a self, author: &'a str) -> &'a str {
        match author {
            "intake" => "投诉登记系统",
            "routing" => "投诉办理系统",
            "sla-watchdog" => "时限监督系统",
            "archive" => "档案系统",
            other => self.of(other),
        }
    }
}

/// A table for people who work on with it.
pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Its bytes, as spreadsheets read them.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn csv(self) -> anyhow::Result<Vec<u8>> {
        let head = self.head.into_iter().map(str::to_owned).collect();
        let rows = self
            .rows
            .into_iter()
            .map(|row| row.into_iter().map(inert).collect());
        lists::csv(std::iter::once(head).chain(rows).collect())
    }
}

/// A cell that no spreadsheet takes for a formula: what evidence is called was chosen by whoever sent it.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

/// 卷内目录 of a file.
pub(crate) fn catalogue(row: &FileRow, lines: &[Line], names: &Names) -> Catalogue {
    let lines = lines.iter().map(|line| CatalogueLine {
        position: line.position,
        number: String::new(),
        author: names.author(&line.author).to_owned(),
        title: line.title.clone(),
        date: line.made_at.map(Date::from),
        pages: line.pages.to_string(),
        remark: String::new(),
    });
    Catalogue {
        union: names.of(&row.union_code).to_owned(),
        archival_code: row.archival_code.clone(),
        title: lists::title(row),
        year: row.year.to_string(),
        retention: lists::term(row).to_owned(),
        lines: lines.collect(),
        digest: row.file_digest.clone().unwrap_or_default(),
        digest_algorithm: ALGORITHM.to_owned(),
        made_on: row.sealed_at.unwrap_or(row.closed_at).into(),
    }
}

/// The same, to be worked on: with path, kind, size and digest of each piece, which the paper has no room for.
pub(crate) fn catalogue_table(row: &FileRow, lines: &[Line], names: &Names) -> Table {
    let rows = lines.iter().map(|line| {
        vec![
            row.archival_code.clone(),
            line.position.to_string(),
            names.author(&line.author).to_owned(),
            line.title.clone(),
            line.made_at.map(crate::clockwork::day).unwrap_or_default(),
            line.first_page.to_string(),
            line.pages.to_string(),
            line.path.clone(),
            line.media_type.clone(),
            line.size_bytes.to_string(),
            line.digest.clone(),
        ]
    });
    Table {
        head: vec![
            "档号",
            "序号",
            "责任者",
            "题名",
            "日期",
            "起始页",
            "页数",
            "路径",
            "格式",
            "字节",
            "数字摘要(SHA-256)",
        ],
        rows: rows.collect(),
    }
}

/// Who has a register made, of what.
pub(crate) struct Registering<'a> {
    /// The union's code.
    pub(crate) union: &'a str,
    /// The year.
    pub(crate) year: i32,
    /// The unit that has it made.
    pub(crate) made_by: &'a str,
    /// When.
    pub(crate) at: DateTime<Utc>,
}

/// 案卷登记册 of a union and year.
pub(crate) fn register(of: &Registering<'_>, files: &[FileRow], names: &Names) -> FileRegister {
    let mut fonds: Vec<&str> = files.iter().map(|row| row.fonds_code.as_str()).collect();
    fonds.sort_unstable();
    fonds.dedup();
    let addenda = files.iter().filter(|row| row.addendum_number > 0).count();
    let lines = (1_u32..).zip(files).map(|(position, row)| RegisterLine {
        position,
        archival_code: row.archival_code.clone(),
        title: lists::title(row),
        author: names.of(&row.unit_code).to_owned(),
        closed_on: Some(row.closed_at.into()),
        sealed_on: row.sealed_at.map(Date::from),
        retention: lists::term(row).to_owned(),
        kept_until: kept_until(row),
        transfer: handed(row).to_owned(),
        remark: remarks(row),
    });
    FileRegister {
        union: names.of(of.union).to_owned(),
        fonds: fonds.join("、"),
        year: of.year.to_string(),
        made_by: of.made_by.to_owned(),
        made_on: of.at.into(),
        lines: lines.collect(),
        // Whoever must keep out of a case does not see its file; the paper says so whether there is one or not.
        note: format!("其中补卷{addenda}件。编制人应当回避的案卷不在本册列出。"),
    }
}

/// The same, to be worked on.
pub(crate) fn register_table(files: &[FileRow], names: &Names) -> Table {
    let rows = (1_u32..).zip(files).map(|(position, row)| {
        vec![
            position.to_string(),
            row.archival_code.clone(),
            lists::title(row),
            row.number.clone(),
            names.of(&row.unit_code).to_owned(),
            crate::clockwork::day(row.closed_at),
            row.sealed_at.map(crate::clockwork::day).unwrap_or_default(),
            lists::term(row).to_owned(),
            kept_until(row),
            handed(row).to_owned(),
            remarks(row),
            row.size_bytes.unwrap_or(0).to_string(),
            row.file_digest.clone().unwrap_or_default(),
        ]
    });
    Table {
        head: vec![
            "序号",
            "档号",
            "案卷题名",
            "投诉编号",
            "责任者",
            "办结日期",
            "封卷日期",
            "保管期限",
            "保管至",
            "移交情况",
            "备注",
            "字节",
            "数字摘要(SHA-256)",
        ],
        rows: rows.collect(),
    }
}

fn kept_until(row: &FileRow) -> String {
    row.expires_on
        .map(|day| day.to_string())
        .unwrap_or_default()
}

fn handed(row: &FileRow) -> &'static str {
    if row.transfer_id.is_some() {
        "已移交"
    } else {
        "未移交"
    }
}

fn remarks(row: &FileRow) -> String {
    let mut remarks = Vec::new();
    if row.open_holds > 0 {
        remarks.push("封存".to_owned());
    }
    if row.stored_only {
        remarks.push("只作保存".to_owned());
    }
    if let Some(at) = row.destroyed_at {
        remarks.push(format!("{}销毁", crate::clockwork::day(at)));
    }
    remarks.join("、")
}

/// A transfer with its list, each line with the pages of its file.
pub(crate) struct Handed<'a> {
    /// The transfer.
    pub(crate) row: &'a TransferRow,
    /// Its list.
    pub(crate) lines: &'a [(LineRow, u64)],
    /// The names of units.
    pub(crate) names: &'a Names,
}

impl Handed<'_> {
    fn union(&self) -> &str {
        self.names.of(&self.row.union_code)
    }

    fn name(&self) -> String {
        let batch = u32::try_from(self.row.batch).unwrap_or(0);
        bag::name(&self.row.union_code, self.row.year, batch)
    }

    fn work(&self) -> String {
        format!(
            "{}{}年度客户投诉档案年终移交第{}批",
            self.union(),
            self.row.year,
            self.row.batch
        )
    }

    fn volume(&self) -> String {
        format!("{} GB", lists::gigabytes(self.row.payload_bytes))
    }

    /// 归档移交清册.
    pub(crate) fn list(&self) -> TransferList {
        let lines = self.lines.iter().map(|(line, pages)| {
            let row = &line.file;
            TransferLine {
                position: u32::try_from(line.position).unwrap_or(0),
                archival_code: row.archival_code.clone(),
                title: lists::title(row),
                author: self.names.of(&row.unit_code).to_owned(),
                formed_on: Some(row.closed_at.into()),
                year: row.year.to_string(),
                retention: lists::term(row).to_owned(),
                secrecy: "内部".to_owned(),
                extent: format!("1/{pages}"),
                medium: "在线".to_owned(),
                remark: if row.addendum_number == 0 {
                    String::new()
                } else {
                    "补卷".to_owned()
                },
            }
        });
        TransferList {
            union: self.union().to_owned(),
            from: "受理部门".to_owned(),
            to: "档案室".to_owned(),
            year: self.row.year.to_string(),
            batch: self.row.batch.to_string(),
            handed_over_on: self.row.handed_at.into(),
            lines: lines.collect(),
        }
    }

    /// The same, to be worked on.
    pub(crate) fn list_table(&self) -> Table {
        let rows = self.lines.iter().map(|(line, pages)| {
            let row = &line.file;
            vec![
                line.position.to_string(),
                row.archival_code.clone(),
                lists::title(row),
                self.names.of(&row.unit_code).to_owned(),
                crate::clockwork::day(row.closed_at),
                row.year.to_string(),
                lists::term(row).to_owned(),
                "内部".to_owned(),
                pages.to_string(),
                line.path.clone(),
                row.size_bytes.unwrap_or(0).to_string(),
                row.file_digest.clone().unwrap_or_default(),
            ]
        });
        Table {
            head: vec![
                "序号",
                "档号",
                "题名",
                "责任者",
                "形成日期",
                "年度",
                "保管期限",
                "密级",
                "页数",
                "包内路径",
                "字节",
                "数字摘要(SHA-256)",
            ],
            rows: rows.collect(),
        }
    }

    /// 电子档案移交与接收登记表; the checks are ticked once the archive room has decided.
    pub(crate) fn form(&self, checks: &[Check]) -> HandoverForm {
        let ends = match self.lines.len() {
            0 => "无（零移交）".to_owned(),
            1 => "001".to_owned(),
            last => format!("001 至 {last:03}"),
        };
        let mut ticked: Vec<Ticked> = [
            ("准确性检验", Property::Authenticity),
            ("完整性检验", Property::Completeness),
            ("可用性检验", Property::Usability),
            ("安全性检验", Property::Security),
        ]
        .map(|(name, property)| tick(name, property, checks))
        .into();
        ticked.push(Ticked {
            name: "载体外观检验".to_owned(),
            outcome: None,
            remark: "在线移交，没有载体".to_owned(),
        });
        let packages = self.lines.iter().map(|(line, _)| PackageLine {
            number: format!("{:03}", line.position),
            description: format!("{} {}", line.file.archival_code, lists::title(&line.file)),
            digest: line.file.file_digest.clone().unwrap_or_default(),
            size: format!("{}字节", line.file.size_bytes.unwrap_or(0)),
        });
        HandoverForm {
            union: self.union().to_owned(),
            number: self.name(),
            filled_on: self.row.handed_at.into(),
            work: self.work(),
            description:
                "客户投诉处理案卷（处理表、督办表、来往函件、证据原件、办理过程、审批、时限结果）"
                    .to_owned(),
            count: format!("{}卷（件）", self.row.files),
            volume: self.volume(),
            media_range: ends,
            medium: "在线".to_owned(),
            checks: ticked,
            digest_algorithm: ALGORITHM.to_owned(),
            digest: self.row.bag_digest.clone(),
            from: format!("{}受理部门", self.union()),
            to: format!("{}档案室", self.union()),
            packages: packages.collect(),
        }
    }

    /// 四性检测报告.
    pub(crate) fn report(&self, checks: &[Check], by: &str, at: DateTime<Utc>) -> CheckReport {
        let lines = checks.iter().map(|check| CheckLine {
            property: check.property.name().to_owned(),
            code: check.code.clone(),
            title: check.title.clone(),
            examined: check.examined,
            result: match check.outcome {
                Outcome::Passed => CheckResult::Passed,
                Outcome::Failed => CheckResult::Failed,
                Outcome::NotExecuted => CheckResult::NotExecuted,
            },
            findings: check.findings.clone(),
        });
        let failed = checks::failed(checks);
        let findings = self.row.findings.as_str();
        let opinion = match State::from_word(&self.row.state) {
            Some(State::Accepted) if findings.is_empty() => "同意接收。".to_owned(),
            Some(State::Accepted) => format!("同意接收。{findings}"),
            Some(State::Returned) => format!("退回：{findings}"),
            Some(State::HandedOver) | None => String::new(),
        };
        CheckReport {
            union: self.union().to_owned(),
            number: self.name(),
            stage: "移交与接收".to_owned(),
            object: self.work(),
            extent: format!("{}卷（件） {}", count(self.row.files.into()), self.volume()),
            digest: self.row.bag_digest.clone(),
            digest_algorithm: ALGORITHM.to_owned(),
            checked_at: at.into(),
            checked_by: by.to_owned(),
            checks: lines.collect(),
            conclusion: if failed.is_empty() {
                "无不通过项，可以接收。".to_owned()
            } else {
                format!(
                    "不通过：{}。不得接收，须退回并写明问题。",
                    failed.join("、")
                )
            },
            opinion,
        }
    }
}

/// How the checks of a property came out together; what was not executed is said beside the box.
fn tick(name: &str, property: Property, checks: &[Check]) -> Ticked {
    let of: Vec<&Check> = checks
        .iter()
        .filter(|check| check.property == property)
        .collect();
    let with = |outcome| -> Vec<&str> {
        let found = of.iter().filter(|check| check.outcome == outcome);
        found.map(|check| check.code.as_str()).collect()
    };
    let (failed, skipped) = (with(Outcome::Failed), with(Outcome::NotExecuted));
    let mut remarks = Vec::new();
    if !failed.is_empty() {
        remarks.push(format!("不通过：{}", failed.join("、")));
    }
    if !skipped.is_empty() {
        remarks.push(format!("未执行：{}，补检后勾选", skipped.join("、")));
    }
    Ticked {
        name: name.to_owned(),
        // What was not executed has not passed: the box is left to the pen of who executes it.
        outcome: if !failed.is_empty() {
            Some(CheckOutcome::Failed)
        } else if of.is_empty() || !skipped.is_empty() {
            None
        } else {
            Some(CheckOutcome::Passed)
        },
        remark: remarks.join("；"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g22_a_cell_of_a_list_is_no_formula() {
        for cell in ["=1+1", "+1", "-1", "@x", "\tx"] {
            assert_eq!(inert(cell.to_owned()), format!("'{cell}"));
        }
        assert_eq!(inert("证据材料:存折照片".to_owned()), "证据材料:存折照片");
        let table = Table {
            head: vec!["题名"],
            rows: vec![vec!["=HYPERLINK(\"x\")".to_owned()]],
        };
        let text = String::from_utf8(table.csv().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}题名\n\"'=HYPERLINK(\"\"x\"\")\"\n");
    }

    #[test]
    fn g22_a_box_of_the_form_is_ticked_by_all_checks_of_its_property() {
        let check = |code: &str, outcome| Check {
            outcome,
            ..Check::of(Property::Security, code, "", 1, Vec::new())
        };
        let ticked = |checks: &[Check]| {
            let ticked = tick("安全性检验", Property::Security, checks);
            (ticked.outcome, ticked.remark)
        };
        assert_eq!(ticked(&[]), (None, String::new()));
        let passed = check("A2", Outcome::Passed);
        let skipped = check("A1", Outcome::NotExecuted);
        let all = ticked(std::slice::from_ref(&passed));
        assert_eq!(all, (Some(CheckOutcome::Passed), String::new()));
        assert_eq!(
            ticked(&[skipped.clone(), passed.clone()]),
            (None, "未执行：A1，补检后勾选".to_owned())
        );
        let failed = check("A3", Outcome::Failed);
        assert_eq!(
            ticked(&[skipped, passed, failed]),
            (
                Some(CheckOutcome::Failed),
                "不通过：A3；未执行：A1，补检后勾选".to_owned()
            )
        );
    }
}
