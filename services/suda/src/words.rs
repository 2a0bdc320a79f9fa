//! What the contracts' words are called in Chinese, and how they are typed.
//!
//! A value of an enumeration is typed in lower case (`phone`, `consumer-complaint`) or in Chinese (`电话`), and shown in
//! Chinese. A value that has no word here is shown by its name; the test says which word is missing.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

mod facts;

pub use facts::happened;

/// The Chinese of a value, by its name in the contract.
const WORDS: &[(&str, &str)] = &[
    ("UNIT_KIND_PROVINCE", "省联社"),
    ("UNIT_KIND_OFFICE", "办事处"),
    ("UNIT_KIND_UNION", "联社、农商行"),
    ("UNIT_KIND_DEPARTMENT", "部门"),
    ("UNIT_KIND_OUTLET", "网点"),
    ("CHANNEL_LETTER", "书信"),
    ("CHANNEL_EMAIL", "电子邮件"),
    ("CHANNEL_FAX", "传真"),
    ("CHANNEL_PHONE", "电话"),
    ("CHANNEL_VISIT", "走访"),
    ("CHANNEL_SUGGESTION_BOOK", "意见簿"),
    ("CHANNEL_SUGGESTION_BOX", "意见箱"),
    ("CHANNEL_WECHAT", "微信"),
    ("CHANNEL_ONLINE", "在线"),
    ("CHANNEL_SUPERIOR_TRANSFER", "上级转办"),
    ("CHANNEL_REGULATOR_TRANSFER", "监管转办"),
    ("CHANNEL_THIRD_PARTY", "第三方"),
    ("NATURE_CONSUMER_COMPLAINT", "消费投诉"),
    ("NATURE_SUGGESTION", "意见建议"),
    ("NATURE_INQUIRY", "咨询"),
    ("NATURE_REPORT", "举报"),
    ("NATURE_PETITION", "信访"),
    ("TAXONOMY_AXIS_HANDLED_VIA", "业务办理渠道"),
    ("TAXONOMY_AXIS_BUSINESS", "业务类别"),
    ("TAXONOMY_AXIS_CAUSE", "投诉原因"),
    ("TAXONOMY_AXIS_FUNCTION", "部门职能"),
    ("GROUP_GROUND_BUSINESS", "被投诉单位和业务类别相同"),
    ("GROUP_GROUND_CAUSE", "被投诉单位和投诉原因相同"),
    ("GROUP_GROUND_TEXT", "投诉内容相似"),
    ("CAPACITY_SELF", "本人"),
    ("CAPACITY_STATUTORY_AGENT", "法定代理人"),
    ("CAPACITY_AUTHORISED_AGENT", "受托人"),
    ("CAPACITY_HEIR", "继承人"),
    ("ID_TYPE_RESIDENT", "居民身份证"),
    ("ID_TYPE_PASSPORT", "护照"),
    ("ID_TYPE_TRAVEL_PERMIT", "通行证"),
    ("ID_TYPE_ORGANISATION", "统一社会信用代码"),
    ("ID_TYPE_OTHER", "其他证件"),
    ("EVIDENCE_KIND_GENERAL", "一般证据"),
    ("EVIDENCE_KIND_AUTHORISATION", "授权委托书"),
    ("EVIDENCE_KIND_SUCCESSION", "继承证明"),
    ("EVIDENCE_KIND_RECORDING", "录音录像"),
    ("EVIDENCE_KIND_ORIGINAL", "原件"),
    ("QUARANTINE_OUTCOME_REGISTERED", "已登记为投诉"),
    ("QUARANTINE_OUTCOME_DISMISSED", "不是投诉"),
    ("PROGRESS_STATE_REGISTERED", "已登记"),
    ("PROGRESS_STATE_UNDER_ACCEPTANCE", "审核中"),
    ("PROGRESS_STATE_HANDLING", "办理中"),
    ("PROGRESS_STATE_ANSWERED", "已答复"),
    ("PROGRESS_STATE_DECLINED", "不予受理"),
    ("PROGRESS_STATE_WITHDRAWN", "已撤回"),
    ("PROGRESS_STATE_CLOSED", "已办结"),
    ("PROGRESS_STATE_TRANSFERRED", "已移交"),
    ("PROGRESS_STATE_JOINED", "已并案"),
    ("CASE_STATE_REGISTERED", "已登记"),
    ("CASE_STATE_SETTLED", "当场解决"),
    ("CASE_STATE_FILED", "待受理"),
    ("CASE_STATE_ACCEPTED", "已受理"),
    ("CASE_STATE_DECLINE_PROPOSED", "拟不予受理"),
    ("CASE_STATE_DECLINED", "不予受理"),
    ("CASE_STATE_ANSWERED", "直接答复"),
    ("CASE_STATE_ORDERED", "已督办"),
    ("CASE_STATE_HANDLING", "办理中"),
    ("CASE_STATE_RESULT_FILED", "待审核"),
    ("CASE_STATE_RESULT_PASSED", "审核通过"),
    ("CASE_STATE_CLOSED", "已办结"),
    ("CASE_STATE_WITHDRAWN", "已撤回"),
    ("CASE_STATE_ARCHIVED", "已归档"),
    ("CASE_STATE_TRANSFERRED", "已移交"),
    ("CASE_STATE_JOINED", "已并案"),
    ("CASE_OUTCOME_SETTLED_ON_THE_SPOT", "当场解决"),
    ("CASE_OUTCOME_ANSWERED_DIRECTLY", "受理部门直接答复"),
    ("CASE_OUTCOME_DECLINED", "不予受理"),
    ("CASE_OUTCOME_HANDLED", "督办办结"),
    ("CASE_OUTCOME_WITHDRAWN", "撤回"),
    ("CASE_OUTCOME_TRANSFERRED", "移交"),
    ("CASE_OUTCOME_JOINED", "并案"),
    ("DECLINE_GROUND_EMPTY", "内容空泛"),
    ("DECLINE_GROUND_GROUNDLESS", "缺乏事实根据"),
    ("DECLINE_GROUND_AGAINST_LAW", "诉求违反法律法规"),
    ("DECLINE_GROUND_ANSWERED_BEFORE", "同一事实和理由已答复"),
    ("DECLINE_GROUND_NOT_OURS", "不属于本机构职责"),
    ("DECLINE_GROUND_NOT_AUTHORISED", "不是投诉人或其代理人提出"),
    ("ESCALATION_STATE_OPEN", "待签收"),
    ("ESCALATION_STATE_ACKNOWLEDGED", "待答复"),
    ("ESCALATION_STATE_ANSWERED", "已答复"),
    ("NOTICE_KIND_ACCEPTANCE", "受理告知"),
    ("NOTICE_KIND_ANSWER", "答复"),
    ("NOTICE_KIND_DECLINE", "不予受理说明"),
    ("NOTICE_KIND_EXTENSION", "延期告知"),
    ("NOTICE_KIND_WARNING", "预警"),
    ("NOTICE_KIND_ESCALATION", "超期升级"),
    ("NOTICE_KIND_ORDER", "督办表送达"),
    ("NOTICE_KIND_URGE", "催办"),
    ("NOTICE_KIND_RETURNED", "退回重办"),
    ("NOTICE_KIND_MATERIAL", "补充材料"),
    ("NOTICE_KIND_APPEAL_ACCEPTED", "申诉受理告知"),
    ("NOTICE_KIND_APPEAL_DECIDED", "核查决定"),
    ("NOTICE_KIND_APPEAL", "申诉事项"),
    ("NOTICE_KIND_RECTIFICATION", "整改通知"),
    ("NOTICE_KIND_MAJOR", "重大紧急报告"),
    ("NOTICE_KIND_PANEL", "评议通知"),
    ("NOTICE_KIND_TRANSFER", "移交告知"),
    ("NOTICE_KIND_HANDOVER", "移交函"),
    ("NOTICE_KIND_PAUSE", "中止或恢复计时告知"),
    ("NOTICE_KIND_RESTART", "期限重新计算告知"),
    ("NOTICE_KIND_JOINED", "并案告知"),
    ("NOTICE_KIND_BOUNCE", "退单"),
    ("NOTICE_KIND_REPORT", "书面报告"),
    ("NOTICE_KIND_GROUP", "专项调查组"),
    ("NOTICE_KIND_PAPERS", "补齐材料"),
    ("NOTICE_KIND_GROUP_SUSPECTED", "群体性投诉预警"),
    ("NOTICE_STATE_REQUESTED", "待送达"),
    ("NOTICE_STATE_DELIVERED", "已送达"),
    ("NOTICE_STATE_FAILED", "未送达"),
    ("NOTICE_STATE_UNREACHABLE", "无法联系"),
    ("QUEUE_KIND_MINE", "我承办的"),
    ("QUEUE_KIND_UNIT", "本单位在办"),
    ("QUEUE_KIND_TO_ACCEPT", "待受理"),
    ("QUEUE_KIND_TO_SIGN", "待签收"),
    ("QUEUE_KIND_TO_REVIEW", "待审核"),
    ("QUEUE_KIND_TO_APPROVE", "待审批"),
    ("QUEUE_KIND_ESCALATIONS", "升级事项"),
    ("QUEUE_KIND_TO_CLOSE", "待办结"),
    ("QUEUE_KIND_TO_ASSIGN", "待指派"),
    ("QUEUE_KIND_TO_RULE", "待裁定退单"),
    ("QUEUE_KIND_TO_FOLLOW_UP", "待回访"),
    ("QUEUE_KIND_TO_REPORT", "待上报"),
    ("QUEUE_KIND_TO_RECEIPT", "待回执"),
    ("QUEUE_KIND_PAUSED", "中止计时"),
    ("QUEUE_KIND_PAPERS_MISSING", "材料不齐"),
    ("QUEUE_KIND_SKIPPED_LEVEL", "越级投诉"),
    ("MANNER_EMAIL", "电子邮件"),
    ("MANNER_WECHAT_MESSAGE", "微信"),
    ("MANNER_PHONE_CALL", "电话"),
    ("MANNER_SHORT_MESSAGE", "短信"),
    ("MANNER_POST", "邮寄"),
    ("MANNER_BY_HAND", "当面送交"),
    ("CLOCK_STATE_RUNNING", "计时中"),
    ("CLOCK_STATE_OVERDUE", "已超期"),
    ("CLOCK_STATE_MET", "按期"),
    ("CLOCK_STATE_BREACHED", "超期办结"),
    ("CLOCK_STATE_CANCELLED", "已取消"),
    ("CLOCK_STATE_PAUSED", "暂停"),
    ("CLOCK_STATE_LAPSED", "已届满"),
    ("TERM_FIRST_HALF", "上半年"),
    ("TERM_SECOND_HALF", "下半年"),
    ("TERM_YEAR", "全年"),
    ("TERM_SPAN", "自定期间"),
    ("SUPERIOR_KIND_SUPERIOR", "上级"),
    ("SUPERIOR_KIND_REGULATOR", "监管部门"),
    ("SUPERIOR_KIND_THIRD_PARTY", "第三方"),
    ("TRANSFER_MATTER_CRIMINAL_CASE", "案件"),
    ("DOCUMENT_KIND_HANDLING_FORM", "处理表(附表1)"),
    ("DOCUMENT_KIND_SUPERVISION_ORDER", "督办表(附表2)"),
    ("DOCUMENT_KIND_ACCEPTANCE", "受理告知书"),
    ("DOCUMENT_KIND_REFUSAL", "不予受理告知书"),
    ("DOCUMENT_KIND_ANSWER", "处理意见书"),
    ("DOCUMENT_KIND_EXTENSION", "延期告知书"),
    ("DOCUMENT_KIND_CERTIFICATE", "时限说明书"),
    ("DOCUMENT_KIND_APPEAL_ACCEPTANCE", "核查申请受理通知书"),
    ("DOCUMENT_KIND_APPEAL_DECISION", "核查决定书"),
    ("DOCUMENT_KIND_SUPERIOR_REPORT", "向上级书面报告"),
    ("DOCUMENT_FORMAT_PDF", "PDF"),
    ("DOCUMENT_FORMAT_DOCX", "DOCX"),
    ("TRANSFER_MATTER_PERSONNEL", "人事"),
    ("TRANSFER_MATTER_SKIPPED_LEVEL", "越级"),
    ("PAUSE_GROUND_APPRAISAL", "鉴定评估"),
    ("PAUSE_GROUND_MEDIATION", "调解"),
    ("SATISFACTION_SATISFIED", "满意"),
    ("SATISFACTION_DISSATISFIED", "不满意"),
    ("SATISFACTION_NOT_REACHED", "未能联系上"),
    ("SKIPPED_LEVEL_UNDECIDED", "越级,待定"),
    ("SKIPPED_LEVEL_ADMITTED", "越级,已受理"),
    ("SKIPPED_LEVEL_REFERRED", "越级,已转有权单位"),
    ("APPEAL_LEVEL_OFFICE", "办事处"),
    ("APPEAL_LEVEL_COMPLIANCE", "合规部"),
    ("APPEAL_STATE_LODGED", "已提出"),
    ("APPEAL_STATE_ACCEPTED", "已受理"),
    ("APPEAL_STATE_DECIDED", "已作出核查决定"),
    ("APPEAL_STATE_WITHDRAWN", "已撤回"),
    ("APPEAL_OUTCOME_UPHELD", "维持"),
    ("APPEAL_OUTCOME_CHANGED", "变更"),
    ("APPEAL_OUTCOME_REHANDLE", "责令重新处理"),
    ("RECTIFICATION_STATE_OPEN", "整改中"),
    ("RECTIFICATION_STATE_REPORTED", "待验收"),
    ("RECTIFICATION_STATE_VERIFIED", "已验收"),
    ("ACCOUNTABILITY_GROUND_NOT_REGISTERED", "不按规定登记"),
    ("ACCOUNTABILITY_GROUND_DECLINED_WRONGLY", "应当受理而不受理"),
    (
        "ACCOUNTABILITY_GROUND_DELAYED",
        "推诿、敷衍、拖延或未按期办结",
    ),
    (
        "ACCOUNTABILITY_GROUND_CONCEALED",
        "重大、紧急投诉隐瞒、谎报、缓报",
    ),
    ("ACCOUNTABILITY_GROUND_NOT_REPORTED", "不按时报告查处结果"),
    (
        "ACCOUNTABILITY_GROUND_MASS_COMPLAINT",
        "处理不恰当引起大规模投诉",
    ),
    ("ACCOUNTABILITY_GROUND_OTHER", "其他违反规定"),
    ("SANCTION_ADMONISHED", "批评教育"),
    ("SANCTION_CIRCULATED", "通报批评"),
    ("SANCTION_DEDUCTION", "经济处罚"),
    ("SANCTION_WARNING", "警告"),
    ("SANCTION_DEMERIT", "记过"),
    ("SANCTION_DEMOTION", "降级、撤职"),
    ("SANCTION_DISCHARGE", "解除劳动合同、开除"),
    ("SANCTION_OTHER", "其他处理"),
    ("ACCOUNTABILITY_STATE_CANDIDATE", "待认定"),
    ("ACCOUNTABILITY_STATE_CONFIRMED", "已认定"),
    ("ACCOUNTABILITY_STATE_DISMISSED", "不予追究"),
    ("REWARD_GROUND_HANDLED_WELL", "处理及时有效、改进成效明显"),
    ("REWARD_GROUND_LOSS_AVERTED", "投诉属实并避免较大损失"),
    ("REWARD_BENEFICIARY_UNIT", "单位"),
    ("REWARD_BENEFICIARY_STAFF", "员工"),
    ("REWARD_BENEFICIARY_COMPLAINANT", "投诉人"),
    ("PANEL_STATE_CONVENED", "评议中"),
    ("PANEL_STATE_DECIDED", "已作出认定"),
    ("PANEL_FINDING_MALICIOUS", "认定恶意投诉"),
    ("PANEL_FINDING_NOT_MALICIOUS", "不属于恶意投诉"),
    ("REPRISAL_KIND_RETALIATION", "打击报复投诉人"),
    ("REPRISAL_KIND_OBSTRUCTION", "阻止、干扰正当投诉"),
    ("REPRISAL_STATE_REPORTED", "已报告"),
    ("REPRISAL_STATE_ACKNOWLEDGED", "已签收"),
    ("REPRISAL_STATE_ANSWERED", "已答复"),
    ("VIOLATION_STATE_REPORTED", "已报告合规部"),
    ("VIOLATION_STATE_TRANSFERRED", "已移交"),
    ("VIOLATION_STATE_RECEIVED", "已签收移交"),
    ("MAJOR_KIND_MAJOR", "重大"),
    ("MAJOR_KIND_URGENT", "紧急"),
    ("REPORT_STATE_EXPECTED", "待编制"),
    ("REPORT_STATE_DRAFTED", "编制中"),
    ("REPORT_STATE_HANDED_IN", "待审核"),
    ("REPORT_STATE_REVIEWED", "待签发"),
    ("REPORT_STATE_SIGNED", "已签发"),
    ("REPORT_STATE_SUBMITTED", "已报送"),
    ("REPORT_RECIPIENT_REGULATOR", "监管部门"),
    ("REPORT_RECIPIENT_ASSOCIATION", "银行业协会"),
    ("REPORT_RECIPIENT_COMPLIANCE", "省联社合规部"),
    ("REPORT_SECTION_OPERATION", "机制运行情况"),
    ("REPORT_SECTION_PROBLEMS", "主要投诉问题"),
    ("REPORT_SECTION_CAUSES", "投诉原因分析"),
    ("REPORT_SECTION_RECTIFICATION", "整改措施"),
    ("REPORT_SECTION_NEXT_STEPS", "下一步工作"),
];

/// A value in Chinese, by its name in the contract; nothing for one that is not said.
#[must_use]
pub fn said(name: &str) -> String {
    if name.ends_with("_UNSPECIFIED") {
        return String::new();
    }
    WORDS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| name.to_owned(), |(_, word)| (*word).to_owned())
}

/// Reads a value of the enumeration whose names begin with `prefix`.
pub fn parser<T: Clone + Send + Sync + 'static>(
    prefix: &'static str,
    from_name: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    let known: Vec<Typed> = WORDS
        .iter()
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, word)| Typed::new(name, word, prefix))
        .collect();
    let values: Vec<_> = known.iter().map(Typed::value).collect();
    PossibleValuesParser::new(values).try_map(move |text: String| {
        known
            .iter()
            .find(|value| value.is(&text))
            .and_then(|value| from_name(value.name))
            .ok_or("本程序不认识这个值;请使用更新的版本")
    })
}

/// A value, as it can be typed.
#[derive(Clone)]
struct Typed {
    name: &'static str,
    word: &'static str,
    hyphens: &'static str,
    underscores: &'static str,
}

impl Typed {
    fn new(name: &'static str, word: &'static str, prefix: &str) -> Self {
        let typed = name.trim_start_matches(prefix).to_lowercase();
        // There are some dozens, and the parser keeps them for the life of the program.
        Self {
            name,
            word,
            hyphens: typed.replace('_', "-").leak(),
            underscores: typed.leak(),
        }
    }

    fn value(&self) -> PossibleValue {
        PossibleValue::new(self.hyphens)
            .aliases([self.underscores, self.word])
            .help(self.word)
    }

    fn is(&self, text: &str) -> bool {
        [self.hyphens, self.underscores, self.word].contains(&text)
    }
}

#[cfg(test)]
mod tests {
    use suda_proto::{
        common::v1::{Channel, Nature},
        routing::v1::CaseState,
    };

    use super::*;
    use crate::output::contracts;

    /// Enumerations that have no words here, and why.
    const WITHOUT_WORDS: &[(&str, &str)] = &[
        (
            "suda.archive.v1.CheckProperty",
            "archive/transfer.rs says it",
        ),
        ("suda.archive.v1.CheckResult", "archive/transfer.rs says it"),
        (
            "suda.archive.v1.TransferState",
            "archive/transfer.rs says it",
        ),
        ("suda.archive.v1.DisposalState", "shown as JSON only"),
        ("suda.archive.v1.HoldGround", "shown as JSON only"),
        ("suda.archive.v1.RetentionTerm", "shown as JSON only"),
        ("suda.archive.v1.PaperKind", "asked for by the verb"),
        ("suda.archive.v1.PaperFormat", "asked for, never shown"),
        ("suda.common.v1.Role", "not shown"),
        (
            "suda.directory.v1.LimitUnit",
            "policy list says the rule as it is written",
        ),
        ("suda.intake.v1.ErasureGround", "asked for, never shown"),
        ("suda.intake.v1.IdentityKind", "asked for, never shown"),
        (
            "suda.regulatory_report.v1.ExportFormat",
            "asked for, never shown",
        ),
        (
            "suda.regulatory_report.v1.ReportFormat",
            "asked for, never shown",
        ),
        ("suda.routing.v1.RecusalGround", "in facts only"),
        ("suda.sla_watchdog.v1.SubjectKind", "in facts only"),
    ];

    #[test]
    fn every_enumeration_of_the_contracts_has_words_or_a_reason_why_not() {
        for kind in contracts().all_enums() {
            let name = kind.full_name();
            if !name.starts_with("suda.") {
                continue;
            }
            let excused = WITHOUT_WORDS.iter().any(|(known, _)| *known == name);
            let shown = kind
                .values()
                .any(|value| WORDS.iter().any(|(word, _)| *word == value.name()));
            assert!(shown != excused, "{name}: words and excuse, or neither");
        }
    }

    #[test]
    fn a_word_means_one_value_of_its_enumeration() {
        for kind in contracts().all_enums() {
            let mut words: Vec<_> = kind
                .values()
                .filter_map(|value| WORDS.iter().find(|(name, _)| *name == value.name()))
                .map(|(_, word)| word)
                .collect();
            let many = words.len();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), many, "{}: {words:?}", kind.full_name());
        }
    }

    #[test]
    fn an_enumeration_that_is_shown_has_a_word_for_each_of_its_values() {
        let mut missing = Vec::new();
        for kind in contracts().all_enums() {
            let names: Vec<_> = kind
                .values()
                .skip(1)
                .map(|value| value.name().to_owned())
                .collect();
            let known = |name: &String| WORDS.iter().any(|(word, _)| word == name);
            if names.iter().any(known) {
                missing.extend(names.into_iter().filter(|name| !known(name)));
            }
        }
        assert!(missing.is_empty(), "no Chinese word for {missing:?}");
        let unknown: Vec<_> = WORDS
            .iter()
            .filter(|(word, _)| {
                !contracts()
                    .all_enums()
                    .any(|kind| kind.values().any(|value| value.name() == *word))
            })
            .collect();
        assert!(unknown.is_empty(), "in no contract: {unknown:?}");
    }

    #[test]
    fn a_value_is_typed_in_either_language() {
        let nature = clap::Command::new("test")
            .arg(clap::Arg::new("nature").value_parser(parser("NATURE_", Nature::from_str_name)));
        for typed in ["consumer-complaint", "consumer_complaint", "消费投诉"] {
            let read = nature
                .clone()
                .try_get_matches_from(["test", typed])
                .unwrap();
            assert_eq!(
                read.get_one::<Nature>("nature"),
                Some(&Nature::ConsumerComplaint)
            );
        }
        let wrong = nature
            .try_get_matches_from(["test", "complaint"])
            .unwrap_err();
        assert!(wrong.to_string().contains("consumer-complaint"), "{wrong}");
        assert_eq!(wrong.exit_code(), 2);
    }

    #[test]
    fn a_value_is_shown_in_chinese() {
        assert_eq!(said(CaseState::Filed.as_str_name()), "待受理");
        assert_eq!(said(Channel::Unspecified.as_str_name()), "");
        assert_eq!(said("SOMETHING_NEW"), "SOMETHING_NEW");
    }
}
