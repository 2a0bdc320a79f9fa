//! 案卷登记册: the register of a union's files of one year (guideline art. 22).

use serde::Serialize;

use crate::{Date, Document, Sheet};

/// The register.
#[derive(Clone, Serialize)]
pub struct FileRegister {
    /// The union.
    pub union: String,
    /// 全宗号; several when it changed within the year.
    pub fonds: String,
    /// 年度.
    pub year: String,
    /// 编制单位: a unit or post.
    pub made_by: String,
    /// 编制日期: the date of the file.
    pub made_on: Date,
    /// The files, in order.
    pub lines: Vec<RegisterLine>,
    /// What is to be known of the whole, e.g. what it leaves out; empty for nothing.
    pub note: String,
}

/// A file in the register.
#[derive(Clone, Default, Serialize)]
pub struct RegisterLine {
    /// 序号, from 1.
    pub position: u32,
    /// 档号 (DA/T 13).
    pub archival_code: String,
    /// 案卷题名.
    pub title: String,
    /// 责任者: a unit or post.
    pub author: String,
    /// 办结日期.
    pub closed_on: Option<Date>,
    /// 封卷日期.
    pub sealed_on: Option<Date>,
    /// 保管期限.
    pub retention: String,
    /// 保管至; empty when it is kept for ever.
    pub kept_until: String,
    /// 移交情况.
    pub transfer: String,
    /// 备注.
    pub remark: String,
}

impl Document for FileRegister {
    fn sheet(&self) -> Sheet {
        Sheet::form(
            "register.typ",
            "案卷登记册",
            &format!("{}年度", self.year),
            &self.union,
            self.made_on,
            self,
        )
    }
}
