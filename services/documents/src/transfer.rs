//! The papers of a year's hand-over to the archive room (guideline art. 22): 归档移交清册 and 电子档案移交与接收登记表.

use serde::Serialize;

use crate::{Date, Document, Sheet};

/// 归档移交清册.
#[derive(Clone, Serialize)]
pub struct TransferList {
    /// The union.
    pub union: String,
    /// 移交单位.
    pub from: String,
    /// 接收单位.
    pub to: String,
    /// 年度.
    pub year: String,
    /// 批次.
    pub batch: String,
    /// 移交日期: the date of the file.
    pub handed_over_on: Date,
    /// The files, in order.
    pub lines: Vec<TransferLine>,
}

/// A file that is handed over.
#[derive(Clone, Default, Serialize)]
pub struct TransferLine {
    /// 序号, from 1.
    pub position: u32,
    /// 档号.
    pub archival_code: String,
    /// 题名.
    pub title: String,
    /// 责任者: a unit or post.
    pub author: String,
    /// 形成日期.
    pub formed_on: Option<Date>,
    /// 年度.
    pub year: String,
    /// 保管期限.
    pub retention: String,
    /// 密级.
    pub secrecy: String,
    /// 份数/页数.
    pub extent: String,
    /// 载体, e.g. "在线".
    pub medium: String,
    /// 备注.
    pub remark: String,
}

impl Document for TransferList {
    fn sheet(&self) -> Sheet {
        let number = format!("{}年度第{}批", self.year, self.batch);
        Sheet::form(
            "transfer.typ",
            "归档移交清册",
            &number,
            &self.from,
            self.handed_over_on,
            self,
        )
    }
}

/// 电子档案移交与接收登记表, with the register of digests.
#[derive(Clone, Serialize)]
pub struct HandoverForm {
    /// The union.
    pub union: String,
    /// 编号.
    pub number: String,
    /// 填表日期: the date of the file.
    pub filled_on: Date,
    /// 交接工作名称: unit or fonds, year, batch.
    pub work: String,
    /// 内容描述.
    pub description: String,
    /// 移交电子档案数量, e.g. "7卷 84件".
    pub count: String,
    /// 移交数据量 in GB with three decimals.
    pub volume: String,
    /// 载体起止顺序号.
    pub media_range: String,
    /// 载体类型、规格; "在线" when nothing is carried.
    pub medium: String,
    /// 准确性, 完整性, 可用性, 安全性 and 载体外观检验.
    pub checks: Vec<Check>,
    /// The algorithm of the digests, which must be named.
    pub digest_algorithm: String,
    /// The digest of the whole.
    pub digest: String,
    /// 移交方.
    pub from: String,
    /// 接收方.
    pub to: String,
    /// The packages with their digests.
    pub packages: Vec<PackageLine>,
}

/// A check before the hand-over.
#[derive(Clone, Serialize)]
pub struct Check {
    /// What was checked, e.g. "完整性检验".
    pub name: String,
    /// How it came out; none leaves the box to the pen.
    pub outcome: Option<CheckOutcome>,
    /// What was found.
    pub remark: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CheckOutcome {
    /// 合格.
    #[serde(rename = "合格")]
    Passed,
    /// 不合格.
    #[serde(rename = "不合格")]
    Failed,
}

/// A package that is handed over.
#[derive(Clone, Default, Serialize)]
pub struct PackageLine {
    /// 载体(包)编号.
    pub number: String,
    /// 内容说明.
    pub description: String,
    /// 数字摘要.
    pub digest: String,
    /// 实际容量.
    pub size: String,
}

impl Document for HandoverForm {
    fn sheet(&self) -> Sheet {
        Sheet::form(
            "handover.typ",
            "电子档案移交与接收登记表",
            &self.number,
            &self.from,
            self.filled_on,
            self,
        )
    }
}
