//! What the facts are called in Chinese, as a history shows them.

/// The Chinese of a fact, by its name in the contract.
const FACTS: &[(&str, &str)] = &[
    ("CaseOpened", "立案"),
    ("CaseSettled", "当场解决"),
    ("CaseFiled", "移送受理部门"),
    ("CaseAccepted", "受理"),
    ("CaseAnswered", "直接答复"),
    ("DeclineProposed", "拟不予受理"),
    ("CaseDeclined", "不予受理"),
    ("DeclineRejected", "驳回不予受理"),
    ("OrderIssued", "出具督办表"),
    ("OrderSigned", "签收督办表"),
    ("HandlerAssigned", "指派承办人"),
    ("InterestDeclared", "声明回避"),
    ("RecusalRefused", "指派被拒(应回避)"),
    ("ContactRecorded", "联系投诉人"),
    ("FindingsRecorded", "调查核实"),
    ("SolutionProposed", "提出方案"),
    ("AnswerSent", "答复投诉人"),
    ("ResultFiled", "报送结果"),
    ("ResultReturned", "退回重办"),
    ("ResultPassed", "审核通过"),
    ("ExtensionRequested", "申请延期"),
    ("ExtensionGranted", "批准延期"),
    ("ExtensionRefused", "不予延期"),
    ("MaterialAdded", "补充材料"),
    ("CaseWithdrawn", "撤回"),
    ("UnitUrged", "催办"),
    ("CaseClosed", "办结"),
    ("CaseArchived", "归档"),
    ("EscalationAcknowledged", "签收升级事项"),
    ("EscalationAnswered", "答复升级事项"),
    ("Escalated", "超期升级"),
    ("NoticeDelivered", "通知已送达"),
    ("NoticeFailed", "通知未送达"),
    ("CaseTransferredIn", "转办来文"),
    ("SuperiorReported", "书面报告上级"),
    ("CaseTransferredOut", "移交"),
    ("TransferReceipted", "移交签收"),
    ("BounceRequested", "申请退单"),
    ("BounceRuled", "退单裁定"),
    ("CaseJoined", "并案"),
    ("PeriodRestarted", "期限重新计算"),
    ("PauseBegan", "期限中止"),
    ("PauseEnded", "期限恢复"),
    ("FollowedUp", "回访"),
    ("GroupFormed", "成立专项调查组"),
    ("SkipLevelAdmitted", "受理越级投诉"),
    ("PapersCompleted", "材料补齐"),
    ("ComplaintWithdrawn", "撤回(存档)"),
    ("WarningDue", "临期提醒"),
    ("AppealLodged", "提出申诉"),
    ("AppealAccepted", "受理申诉"),
    ("AppealDecided", "核查决定"),
    ("AppealWithdrawn", "撤回申诉"),
    ("AppealFollowedUp", "申诉后另案处理"),
    ("IdentityErased", "投诉人资料依法删除"),
    ("EscalationOpened", "升级事项已提交"),
    ("NoticeRequested", "发出通知"),
    ("DecisionNotified", "告知处理决定"),
    ("RectificationOpened", "下达整改"),
    ("RectificationReported", "报送整改结果"),
    ("RectificationVerified", "整改验收"),
    ("RectificationRejected", "整改退回"),
    ("AccountabilityRaised", "列入责任追究待认定"),
    ("AccountabilityDecided", "责任追究认定"),
    ("RewardRecorded", "登记奖励"),
    ("PanelConvened", "召集评议小组"),
    ("PanelDecided", "评议认定"),
    ("OpinionGiven", "发表评议意见"),
    ("ReprisalReported", "报告打击报复"),
    ("ReprisalAcknowledged", "签收打击报复报告"),
    ("ReprisalAnswered", "答复打击报复报告"),
    ("ViolationReported", "报告重大违规违纪"),
    ("ViolationTransferred", "移交重大违规违纪"),
    ("ViolationReceived", "签收重大违规违纪移交"),
    ("MajorReported", "重大紧急报告"),
    ("ReportExpected", "列入待报送"),
    ("ReportDrafted", "起草报告"),
    ("ReportHandedIn", "提交审核"),
    ("ReportReturned", "退回修改"),
    ("ReportReviewed", "审核通过"),
    ("ReportSigned", "签发"),
    ("ReportDelivered", "登记回执"),
    ("ReportSubmitted", "报送完成"),
    ("FiguresExported", "导出统计数据"),
    ("ComplaintRegistered", "登记投诉"),
    ("QuarantineOpened", "移入隔离区"),
    ("QuarantineResolved", "隔离区处理完毕"),
    ("TermOpened", "年度事项开始"),
    ("YearTransferred", "年度移交"),
];

/// An entry of a history in Chinese; one that this program does not know keeps its name.
#[must_use]
pub fn happened(name: &str) -> &str {
    FACTS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::contracts;

    #[test]
    fn a_fact_that_a_history_may_show_has_a_word() {
        let told = ["suda.routing.v1", "suda.regulatory_report.v1"];
        let missing: Vec<String> = contracts()
            .all_messages()
            .filter(|message| {
                told.contains(&message.package_name())
                    && message.parent_file().name().ends_with("events.proto")
                    && message.get_field_by_name("occurred_at").is_some()
            })
            .map(|message| message.name().to_owned())
            .filter(|name| happened(name) == name)
            .collect();
        assert!(missing.is_empty(), "no Chinese word for {missing:?}");
        assert_eq!(happened("SomethingNew"), "SomethingNew");
    }

    #[test]
    fn a_fact_has_one_word() {
        for (place, (name, word)) in FACTS.iter().enumerate() {
            assert!(!word.is_ascii(), "{name}: {word}");
            assert!(
                FACTS[..place].iter().all(|(other, _)| other != name),
                "{name}"
            );
        }
    }
}
