//! The lists of a year-end transfer: 移交清册, 移交与接收登记表, 数字摘要清单.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{domain::retention::Term, store::files::FileRow};

/// A transfer as far as its lists need it.
pub struct Handing<'a> {
    /// The bag's name.
    pub name: &'a str,
    /// The union's code.
    pub union: &'a str,
    /// The union's name; its code when none is known.
    pub union_name: &'a str,
    /// The year.
    pub year: i32,
    /// The batch.
    pub batch: u32,
    /// The post that hands over.
    pub handed_by_post: &'a str,
    /// The day in Shanghai.
    pub day: &'a str,
}

/// A file and where it lies in the bag.
pub struct Handed<'a> {
    /// Its row in the register.
    pub row: &'a FileRow,
    /// Its path in the bag.
    pub path: String,
    /// How many pages it counts.
    pub pages: u64,
}

/// 题名: the complaint's number and what it is about, by code: a list names nobody and quotes nothing.
#[must_use]
pub fn title(row: &FileRow) -> String {
    let kind = if row.addendum_number == 0 {
        "案卷".to_owned()
    } else {
        format!("案卷补卷{}", row.addendum_number)
    };
    if row.subject.is_empty() {
        format!("投诉 {} {kind}", row.number)
    } else {
        format!("投诉 {} {kind}({})", row.number, row.subject)
    }
}

/// The name of a file's term.
#[must_use]
pub fn term(row: &FileRow) -> &str {
    Term::from_code(&row.term).map_or(row.term.as_str(), |term| term.name())
}

const LIST: [&str; 11] = [
    "序号",
    "档号",
    "题名",
    "责任者",
    "形成日期",
    "年度",
    "保管期限",
    "密级",
    "页数",
    "载体",
    "备注",
];

/// 归档移交清册.
///
/// # Errors
/// When it cannot be written.
pub fn list(handing: &Handing<'_>, files: &[Handed<'_>]) -> anyhow::Result<Vec<u8>> {
    let mut lines: Vec<Vec<String>> = vec![LIST.map(str::to_owned).to_vec()];
    for (number, file) in (1_u32..).zip(files) {
        let row = file.row;
        lines.push(vec![
            number.to_string(),
            row.archival_code.clone(),
            title(row),
            row.unit_code.clone(),
            crate::clockwork::day(row.closed_at),
            row.year.to_string(),
            term(row).to_owned(),
            "内部".to_owned(),
            file.pages.to_string(),
            "在线(电子)".to_owned(),
            if row.addendum_number == 0 {
                String::new()
            } else {
                "补卷".to_owned()
            },
        ]);
    }
    lines.push(vec![format!("合计 {} 件", files.len())]);
    lines.push(vec![
        format!("移交人(岗位):{}", handing.handed_by_post),
        format!("移交日期:{}", handing.day),
        "接收人:".to_owned(),
        "监交人:".to_owned(),
        "接收日期:".to_owned(),
    ]);
    csv(lines)
}

/// 归档移交清册, for programs.
#[must_use]
pub fn list_json(handing: &Handing<'_>, files: &[Handed<'_>]) -> Value {
    let lines = (1_u32..).zip(files).map(|(number, file)| {
        let row = file.row;
        json!({
            "position": number,
            "archival_code": row.archival_code,
            "title": title(row),
            "number": row.number,
            "unit": row.unit_code,
            "closed_on": crate::clockwork::day(row.closed_at),
            "year": row.year,
            "term": row.term,
            "rule": row.rule_code,
            "pages": file.pages,
            "path": file.path,
            "sha256": row.file_digest,
            "size_bytes": row.size_bytes,
        })
    });
    json!({
        "format": "suda-transfer-1",
        "bag": handing.name,
        "union": handing.union,
        "year": handing.year,
        "batch": handing.batch,
        "handed_by_post": handing.handed_by_post,
        "handed_on": handing.day,
        "files": lines.collect::<Vec<_>>(),
    })
}

/// 电子档案移交与接收登记表, as far as whoever hands over fills it in; the archive room's half is in the register of transfers.
///
/// # Errors
/// When it cannot be written.
pub fn form(handing: &Handing<'_>, files: &[Handed<'_>]) -> anyhow::Result<Vec<u8>> {
    let bytes: i64 = files.iter().filter_map(|file| file.row.size_bytes).sum();
    let ends = match (files.first(), files.last()) {
        (Some(first), Some(last)) => {
            format!("{} 至 {}", first.row.archival_code, last.row.archival_code)
        }
        _ => "无(零移交)".to_owned(),
    };
    let line = |name: &str, value: String| vec![name.to_owned(), value];
    csv(vec![
        vec!["项目".to_owned(), "移交方".to_owned(), "接收方".to_owned()],
        line(
            "交接工作名称",
            format!(
                "{} {} 年客户投诉档案年终移交(第 {} 批)",
                handing.union_name, handing.year, handing.batch
            ),
        ),
        line(
            "内容描述",
            "客户投诉处理案卷(处理表、督办表、来往函件、证据原件、办理过程、审批、时限结果)"
                .to_owned(),
        ),
        line("移交电子档案数量", format!("{} 件", files.len())),
        line("移交数据量", format!("{} GB", gigabytes(bytes))),
        line("载体起止顺序号", ends),
        line("载体类型、规格", "在线".to_owned()),
        line("准确性检验", "清册与案卷目录逐件核对".to_owned()),
        line("完整性检验", "件数、件号、清单核对".to_owned()),
        line("可用性检验", "逐件打开".to_owned()),
        line("安全性检验", "无可执行程序".to_owned()),
        line("载体外观检验", "在线移交,无实体载体".to_owned()),
        line("数字摘要", "SHA-256,见数字摘要清单".to_owned()),
        line("填表人(签名)", format!("{}(岗位)", handing.handed_by_post)),
        line("审核人(签名)", String::new()),
        line("日期", handing.day.to_owned()),
        line("单位(印章)", handing.union_name.to_owned()),
    ])
}

/// 数字摘要清单: package, content, digest and the algorithm, size.
///
/// # Errors
/// When it cannot be written.
pub fn digests(files: &[Handed<'_>]) -> anyhow::Result<Vec<u8>> {
    let mut lines = vec![
        [
            "载体(包)编号",
            "内容说明",
            "算法",
            "数字摘要",
            "实际容量(字节)",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for file in files {
        lines.push(vec![
            file.path.clone(),
            title(file.row),
            "SHA-256".to_owned(),
            file.row.file_digest.clone().unwrap_or_default(),
            file.row.size_bytes.unwrap_or(0).to_string(),
        ]);
    }
    csv(lines)
}

/// 数据量 in GB with three decimals, as the form asks for it.
#[must_use]
pub fn gigabytes(bytes: i64) -> String {
    // Whole thousandths, so that nothing is rounded through a float.
    let thousandths = (i128::from(bytes) * 1000 + (1 << 29)) >> 30;
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// Lines as spreadsheets read them.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn csv(lines: Vec<Vec<String>>) -> anyhow::Result<Vec<u8>> {
    // The mark lets spreadsheets know that it is UTF-8.
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for line in lines {
        writer.write_record(line)?;
    }
    writer.into_inner().context("a list cannot be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g22_the_volume_is_told_in_gigabytes_with_three_decimals() {
        assert_eq!(gigabytes(0), "0.000");
        assert_eq!(gigabytes(1 << 30), "1.000");
        assert_eq!(gigabytes((1 << 30) + (1 << 29)), "1.500");
        assert_eq!(gigabytes(1_100_000), "0.001");
    }
}
