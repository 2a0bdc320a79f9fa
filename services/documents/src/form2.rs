//! 客户投诉处理督办表 (附表2 of the guideline): what a unit is ordered to do by when, and what it did.
//!
//! The body of the annex is lost; its boxes follow guideline art. 17 and 18 and 令2020年第3号 art. 18 and 19.

use serde::Serialize;

use crate::{Date, Document, Moment, Sheet, form1::yes_or_no};

/// 附表2. What is not known yet is empty and stays a blank box for the pen.
#[derive(Clone, Default, Serialize)]
pub struct Form2 {
    /// The union (联社), above the title.
    pub union: String,
    /// 督办编号.
    pub order_number: String,
    /// 投诉编号.
    pub number: String,
    /// 来源: 客户, 部门, 上级 or 监管.
    pub source: String,
    /// 来文号 of a superior or regulator; empty for none.
    pub source_number: String,
    /// 密级.
    pub secrecy: String,
    /// 紧急程度.
    pub urgency: String,
    /// 承办单位 (主办).
    pub lead_unit: String,
    /// 协办单位.
    pub co_units: Vec<String>,
    /// 投诉摘要.
    pub summary: String,
    /// 督办事项与要求.
    pub requirement: String,
    /// 签发时间: also the date of the file.
    pub issued_at: Option<Moment>,
    /// 办结时限.
    pub due: Option<Moment>,
    /// Why then, e.g. "收到督办表起7个工作日(《指引》第十八条)".
    pub due_basis: String,
    /// 签发岗位.
    pub issued_by: String,
    /// The post of the unit that signed for it.
    pub signed_by: String,
    /// When it signed; service is receipt whenever that was.
    pub signed_at: Option<Moment>,
    /// 调查情况.
    pub findings: String,
    /// 处理意见.
    pub opinion: String,
    /// 答复情况.
    pub answer: String,
    /// 整改措施.
    pub rectification: String,
    /// 责任认定.
    pub liability: String,
    /// 延期.
    pub extension: OrderExtension,
    /// 受理部门审核意见.
    pub review: String,
    /// 是否退回重办.
    #[serde(serialize_with = "yes_or_no")]
    pub returned: Option<bool>,
    /// 领导批示.
    pub instruction: String,
    /// 上报: to whom and when (guideline art. 18(2)).
    pub reported: String,
    /// 办结日期.
    pub closed_on: Option<Date>,
    /// 归档档号.
    pub archival_code: String,
}

/// 延期, as asked for and granted (guideline art. 18(3), 令2020年第3号 art. 18).
#[derive(Clone, Default, Serialize)]
pub struct OrderExtension {
    /// 原因.
    pub reason: String,
    /// 申请延至.
    pub until: Option<Moment>,
    /// 审批岗位.
    pub approved_by: String,
    /// 告知投诉人时间.
    pub told_at: Option<Moment>,
}

impl Document for Form2 {
    fn sheet(&self) -> Sheet {
        let number = if self.order_number.is_empty() {
            &self.number
        } else {
            &self.order_number
        };
        Sheet::form(
            "form2.typ",
            "客户投诉处理督办表",
            number,
            &self.union,
            self.issued_at.map(Moment::date).unwrap_or_default(),
            self,
        )
    }
}
