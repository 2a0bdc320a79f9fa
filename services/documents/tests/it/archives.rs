//! What the archive room signs beside catalogue and transfer list: the register of files and the report of the four checks.

use documents::{
    check_report::{CheckLine, CheckReport, CheckResult},
    file_register::{FileRegister, RegisterLine},
};

use crate::{
    assert_says, printed,
    samples::{at, day},
};

const UNION: &str = "台山农村商业银行股份有限公司";

pub(crate) fn file_register(files: u32) -> FileRegister {
    let lines = (1..=files).map(|position| RegisterLine {
        position,
        archival_code: format!("Z109-TS·2026-D10-589002SL-{position:04}"),
        title: format!("投诉 589002-2026-{position:06} 案卷"),
        author: "台山农商行城东支行".into(),
        closed_on: Some(day("2026-11-23")),
        sealed_on: Some(day("2026-11-24")),
        retention: "10年".into(),
        kept_until: "2036-12-31".into(),
        transfer: if position < 3 {
            "已移交"
        } else {
            "未移交"
        }
        .into(),
        remark: if position == 2 { "封存" } else { "" }.into(),
    });
    FileRegister {
        union: UNION.into(),
        fonds: "Z109".into(),
        year: "2026".into(),
        made_by: "档案室".into(),
        made_on: day("2026-12-31"),
        lines: lines.collect(),
        note: "其中补卷0件。".into(),
    }
}

pub(crate) fn check_report(findings: usize) -> CheckReport {
    let check =
        |property: &str, code: &str, title: &str, result, findings: Vec<String>| CheckLine {
            property: property.into(),
            code: code.into(),
            title: title.into(),
            examined: 30,
            result,
            findings,
        };
    let passed = |property, code, title| check(property, code, title, CheckResult::Passed, vec![]);
    let wrong = (1..=findings).map(|place| format!("data/files/{place}.zip：内容已被改动"));
    CheckReport {
        union: UNION.into(),
        number: "589002-2026-01".into(),
        stage: "移交与接收".into(),
        object: "2026年度客户投诉档案年终移交第1批".into(),
        extent: "30卷 0.123 GB".into(),
        digest: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".into(),
        digest_algorithm: "SHA-256".into(),
        checked_at: at("2026-12-31T02:05:00Z"),
        checked_by: "档案室（589002DA-archivist）".into(),
        checks: vec![
            passed("真实性", "Z1", "移交包与移交时一致（整包数字摘要）"),
            check(
                "真实性",
                "Z3",
                "案卷固化信息有效",
                CheckResult::Failed,
                wrong.collect(),
            ),
            passed("完整性", "W1", "件号连续"),
            passed("可用性", "K1", "逐件可以打开"),
            check(
                "安全性",
                "A1",
                "病毒扫描",
                CheckResult::NotExecuted,
                vec!["没有配置病毒扫描程序".into()],
            ),
        ],
        conclusion: "不通过：真实性 Z3".into(),
        opinion: String::new(),
    }
}

#[test]
fn g22_the_register_of_files_lists_every_file_and_is_signed() {
    let read = printed(&file_register(60));
    assert!(read.pages.len() > 1, "{} pages", read.pages.len());
    assert_says(
        &read.text(),
        &[
            "案卷登记册",
            "全宗号：Z109",
            "年度：2026",
            "编制日期：2026年12月31日",
            "Z109-TS·2026-D10-589002SL-0060",
            "2036-12-31",
            "本册共60卷（件）。其中补卷0件。",
            "登记人（签字）",
            "审核人（签字）",
            &format!("第1页共{}页", read.pages.len()),
        ],
    );
    assert_says(&read.pages[1], &["案卷登记册（续）", "案卷题名"]);
}

#[test]
fn g22_the_report_of_the_four_checks_says_what_failed_and_what_was_not_executed() {
    let text = printed(&check_report(50)).text();
    assert_says(
        &text,
        &[
            "电子档案四性检测报告",
            "检测时间：2026年12月31日 10:05",
            "检测环节移交与接收",
            "真实性Z3案卷固化信息有效30不通过",
            "data/files/40.zip",
            "另有10项，见检测记录",
            "安全性A1病毒扫描30未执行没有配置病毒扫描程序",
            "真实性110",
            "安全性001",
            "检测结论不通过：真实性 Z3",
            "（公章）",
            "未执行的项目不视为通过",
        ],
    );
    assert!(!text.contains("data/files/41.zip"));
}
