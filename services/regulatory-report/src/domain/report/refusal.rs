//! Why a verb of a report was refused.

/// Why a verb was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not its turn.
    #[error("报告处于「{state}」状态,不能{verb}")]
    OutOfOrder {
        /// What was asked.
        verb: &'static str,
        /// Where it stands.
        state: &'static str,
    },
    /// Whoever wrote it does not judge it.
    #[error("编写人不能{0}自己编写的报告,请由他人办理")]
    Author(&'static str),
    /// Sections are missing.
    #[error("报告缺少:{0};请补齐后再送审")]
    Missing(String),
    /// The figures contradict themselves or lack something.
    #[error("数据存在问题,不能送审:{0}")]
    Figures(String),
    /// There was something after all.
    #[error("本期有投诉({0} 件新收或未结),不能作零报告,请编制正式报告")]
    NotNil(usize),
    /// Something needs to be said.
    #[error("请填写{0}")]
    Required(&'static str),
    /// A receipt cannot be older than the signature.
    #[error("签收时间早于签发时间,请核对")]
    BeforeSigned,
    /// A receipt cannot be of tomorrow.
    #[error("签收时间晚于现在,请核对")]
    InFuture,
    /// Another receipt of the same recipient stands.
    #[error("该单位的签收已登记,不能更改;如有错误请以补充报告说明")]
    Receipted,
}

impl Refusal {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfOrder { .. } => "report.out_of_order",
            Self::Author(_) => "report.author",
            Self::Missing(_) => "report.missing",
            Self::Figures(_) => "report.figures",
            Self::NotNil(_) => "report.not_nil",
            Self::Required(_) => "report.required",
            Self::BeforeSigned => "report.receipt_before_signature",
            Self::InFuture => "report.receipt_in_future",
            Self::Receipted => "report.receipted",
        }
    }
}
