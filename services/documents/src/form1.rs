//! 客户投诉处理表 (附表1 of the guideline): what came in, what was done about it, who answers for it.
//!
//! The body of the annex is lost; its boxes follow guideline art. 12–18 and 令2020年第3号 art. 13, 19 and 21. The
//! box 处理情况, which takes the reason when a matter cannot be settled, is named in art. 17(1).

use serde::{Serialize, Serializer};

use crate::{Date, Document, Moment, Sheet};

/// 附表1. What is not known yet is empty and stays a blank box for the pen.
#[derive(Clone, Default, Serialize)]
pub struct Form1 {
    /// The union (联社), above the title.
    pub union: String,
    /// 填表单位.
    pub unit: String,
    /// 投诉编号.
    pub number: String,
    /// 填表日期: also the date of the file.
    pub filled_on: Option<Date>,
    /// 密级, e.g. "内部资料"; empty for none.
    pub secrecy: String,
    /// 投诉人, as much as its reader may see.
    pub complainant: Complainant,
    /// 投诉方式, e.g. "走访".
    pub channel: String,
    /// 接收时间.
    pub received_at: Option<Moment>,
    /// The post that received it, not the person.
    pub received_by: String,
    /// 是否当场解决; none while nobody has said.
    #[serde(serialize_with = "yes_or_no")]
    pub settled: Option<bool>,
    /// 被投诉单位.
    pub complained_unit: String,
    /// 被投诉人员, as the complainant named them.
    pub complained_staff: String,
    /// 业务种类, in the complainant's words.
    pub business: String,
    /// 发生时间、地点、金额.
    pub incident: String,
    /// 投诉内容.
    pub content: String,
    /// 投诉诉求.
    pub request: String,
    /// 处理情况.
    pub handling: String,
    /// Why it could not be settled on the spot (guideline art. 17(1)).
    pub unsolved_reason: String,
    /// 答复方式, e.g. "电话".
    pub answered_by: String,
    /// 答复时间.
    pub answered_at: Option<Moment>,
    /// 告知凭据 (令2020年第3号 art. 21).
    pub proof: String,
    /// Whether the complainant is content.
    pub satisfaction: Option<Satisfaction>,
    /// What the complainant said about the result.
    pub opinion: String,
    /// 备案号 at the reception.
    pub filing_number: String,
    /// 审核意见 of the reception.
    pub review: String,
    /// 办理渠道 (JR/T 0169 axis A), in words.
    pub via: String,
    /// 业务类别 (axis B), in words.
    pub business_class: String,
    /// 投诉原因 (axis C), in words.
    pub cause: String,
    /// 归档档号; empty until archived.
    pub archival_code: String,
}

/// 投诉人. Callers give it masked unless their reader has a right to the whole.
#[derive(Clone, Default, Serialize)]
pub struct Complainant {
    /// 姓名(名称), or 匿名.
    pub name: String,
    /// 证件: type and number.
    pub id_document: String,
    /// 联系电话.
    pub phone: String,
    /// 联系地址.
    pub address: String,
    /// 本人, 法定代理人, 受托人 or 继承人.
    pub relation: String,
}

/// 客户意见.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Satisfaction {
    /// 满意.
    #[serde(rename = "满意")]
    Satisfied,
    /// 基本满意.
    #[serde(rename = "基本满意")]
    FairlySatisfied,
    /// 不满意.
    #[serde(rename = "不满意")]
    Dissatisfied,
}

/// 是, 否, or a blank for the pen.
pub(crate) fn yes_or_no<S: Serializer>(
    value: &Option<bool>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match value {
        Some(true) => "是",
        Some(false) => "否",
        None => "",
    })
}

impl Document for Form1 {
    fn sheet(&self) -> Sheet {
        let dated = self.filled_on.or(self.received_at.map(Moment::date));
        Sheet::form(
            "form1.typ",
            "客户投诉处理表",
            &self.number,
            &self.unit,
            dated.unwrap_or_default(),
            self,
        )
    }
}
