//! 卷内目录: what lies in a case's file.

use serde::Serialize;

use crate::{Date, Document, Sheet};

/// The catalogue of one file (案卷).
#[derive(Clone, Serialize)]
pub struct Catalogue {
    /// The union.
    pub union: String,
    /// 档号 (DA/T 13).
    pub archival_code: String,
    /// 案卷题名.
    pub title: String,
    /// 年度.
    pub year: String,
    /// 保管期限, e.g. "10年".
    pub retention: String,
    /// What lies in it, in order.
    pub lines: Vec<CatalogueLine>,
    /// The digest of the file's manifest; empty when there is none.
    pub digest: String,
    /// Its algorithm, e.g. "SHA-256".
    pub digest_algorithm: String,
    /// When it was made: the date of the file.
    pub made_on: Date,
}

/// A piece of a file.
#[derive(Clone, Default, Serialize)]
pub struct CatalogueLine {
    /// 序号, from 1.
    pub position: u32,
    /// 文号; empty when it has none.
    pub number: String,
    /// 责任者: a unit or post.
    pub author: String,
    /// 题名.
    pub title: String,
    /// 日期; none when not known.
    pub date: Option<Date>,
    /// 页数; empty when not counted.
    pub pages: String,
    /// 备注.
    pub remark: String,
}

impl Document for Catalogue {
    fn sheet(&self) -> Sheet {
        Sheet::form(
            "catalogue.typ",
            "卷内目录",
            &self.archival_code,
            &self.union,
            self.made_on,
            self,
        )
    }
}
