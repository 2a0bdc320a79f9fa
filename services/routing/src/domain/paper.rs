//! The official papers of a case: which there are, and what having one made takes.

use super::refusal::{Refusal, required};

/// An official paper; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 附表1.
    HandlingForm = 1,
    /// 附表2.
    SupervisionOrder = 2,
    /// 受理告知书.
    Acceptance = 3,
    /// 不予受理告知书.
    Refusal = 4,
    /// 处理意见书.
    Answer = 5,
    /// 延期告知书.
    Extension = 6,
    /// 时限说明书.
    Certificate = 7,
    /// 核查申请受理通知书.
    AppealAcceptance = 8,
    /// 核查决定书.
    AppealDecision = 9,
    /// 向上级书面报告.
    SuperiorReport = 10,
}

impl Paper {
    /// Why a case has none yet.
    #[must_use]
    pub fn missing(self) -> &'static str {
        match self {
            Self::HandlingForm => "投诉登记后才能出具客户投诉处理表",
            Self::SupervisionOrder => "尚未签发督办表",
            Self::Acceptance => "投诉尚未受理,不能出具受理告知书",
            Self::Refusal => "没有经批准的不予受理决定,不能出具不予受理告知书",
            Self::Answer => "尚未答复投诉人,不能出具处理意见书",
            Self::Extension => "没有经批准的延期,不能出具延期告知书",
            Self::Certificate => "没有这项时限,不能出具时限说明书",
            Self::AppealAcceptance => "没有已受理的申诉,不能出具核查申请受理通知书",
            Self::AppealDecision => "申诉尚未作出核查决定,不能出具核查决定书",
            Self::SuperiorReport => {
                "不是上级、监管部门或第三方转来的投诉,或者尚未答复投诉人,不能出具书面报告"
            }
        }
    }
}

/// The shortest reason that says anything.
const SHORTEST: usize = 4;

/// Takes the reason for a print (spec §6: every print and export is logged).
pub fn reason(text: &str) -> Result<String, Refusal> {
    let text = required(text, "reason", "打印或导出的理由")?;
    if text.chars().count() < SHORTEST {
        return Err(Refusal::Wrong {
            field: "reason",
            sentence: format!("打印或导出的理由至少写{SHORTEST}个字"),
        });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_needs_a_reason_that_says_something() {
        assert!(reason("  ").is_err());
        assert!(reason("打印").is_err());
        assert_eq!(reason(" 交经办人签字 ").unwrap(), "交经办人签字");
    }
}
