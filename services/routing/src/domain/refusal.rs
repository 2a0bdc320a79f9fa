//! Why something is not done, in words a clerk can act on.

use super::beside::Objection;

/// A refusal: an answer, not a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The order of a case's life forbids it.
    #[error("案件处于“{state}”,不能{verb};现在可以办理的事项见案件详情")]
    OutOfOrder {
        /// What was asked.
        verb: &'static str,
        /// Where the case stands.
        state: &'static str,
    },
    /// A text that must be there is empty.
    #[error("请填写{what}")]
    Missing {
        /// The field of the request.
        field: &'static str,
        /// What it is.
        what: &'static str,
    },
    /// A value is not possible.
    #[error("{sentence}")]
    Wrong {
        /// The field of the request.
        field: &'static str,
        /// What is wrong with it.
        sentence: String,
    },
    /// The caller holds no post that may do this for this case.
    #[error("您的岗位不能对本案{verb}:{who}")]
    NotTheirs {
        /// What was asked.
        verb: &'static str,
        /// Who may.
        who: &'static str,
    },
    /// Whoever proposed a decline does not approve it (guideline art. 15).
    #[error("拟不予受理由另一人审批,提出人不能自己批准(指引第十五条)")]
    ProposerDecides,
    /// Author and reviewer are two persons (guideline art. 12).
    #[error("办理结果由另一人审核,办理人不能审核自己办理的案件(指引第十二条)")]
    AuthorReviews,
    /// Whoever asked for an extension does not approve it.
    #[error("延期由另一人审批,申请人不能自己批准")]
    RequesterDecides,
    /// Only the assigned handler, or the head of the leading unit, works on a case.
    #[error("本案已交由岗位 {0} 办理,只有该岗位或主办单位负责人可以{1}")]
    NotTheHandler(String, &'static str),
    /// Findings come before what rests on them.
    #[error("尚无调查核实情况,请先登记调查情况,再{0}")]
    NoFindings(&'static str),
    /// A result is filed only after the complainant was answered (guideline art. 13, 18(1)).
    #[error("尚未答复投诉人,请先登记答复,再报送办理结果(指引第十三条)")]
    NoAnswer,
    /// The unit stands on no order for this case.
    #[error("督办表没有列入单位 {0},请由督办表上的主办或协办单位办理")]
    UnitNotOrdered(String),
    /// There is no extension that waits.
    #[error("没有待审批的延期申请,可能已由他人审批;请刷新后查看")]
    NoExtension,
    /// One extension waits already.
    #[error("已有一项延期申请待审批,请先审批")]
    ExtensionWaits,
    /// Stage two follows on stage one.
    #[error(
        "{clock} 第 {stage} 次延期须在前一次延期获准之后申请,且每次只能申请一次(目前已获准 {granted} 次)"
    )]
    ExtensionOutOfOrder {
        /// The clock.
        clock: String,
        /// The stage asked for.
        stage: u32,
        /// The stages granted.
        granted: u32,
    },
    /// An extension never goes past its cap.
    #[error("延期最长只能到 {cap}({article}),请改填不晚于该日的日期")]
    PastCap {
        /// The cap, as people read it.
        cap: String,
        /// The article it comes from.
        article: &'static str,
    },
    /// The rank does not suffice.
    #[error("这次延期须由{0}审批,请转请其审批")]
    RankTooLow(&'static str),
    /// Somebody who must keep out was named as handler (guideline art. 19).
    #[error("该人员须回避本案({0}),不能指派;本次尝试已记录(指引第十九条)")]
    Recused(&'static str),
    /// An escalation item is answered after it was acknowledged.
    #[error("请先签收该升级事项,再予答复")]
    NotAcknowledged,
    /// It was answered before, with other words.
    #[error("该升级事项已答复,不须重复答复")]
    AlreadyAnswered,
    /// It was delivered before.
    #[error("该通知已有送达证明,不须重复登记")]
    AlreadyDelivered,
    /// It came to an office or to the compliance department before its union (guideline art. 20).
    #[error(
        "该投诉越级:应先向{0}提出(指引第二十条)。请转交该处并告知投诉人;确属超期未办或特殊情况的,请先写明理由予以接收"
    )]
    SkipsLevel(String),
    /// It skipped no level, or that is decided.
    #[error("该投诉没有待决定的越级问题,可能已由他人决定;请刷新后查看")]
    SkipsNoLevel,
    /// The papers of an agent, an heir or representatives are missing (令2020年第3号 art. 14, 18(4)).
    #[error(
        "授权委托书、继承证明或代表人推选材料尚未提交,身份未确认,不能答复;请催交材料,或依令2020年第3号第十八条第四款不予受理"
    )]
    PapersMissing,
    /// A superior who passed it on waits for the written report (guideline art. 18(2)).
    #[error(
        "上级或监管转办的案件须先将处理结果书面报告高级管理层和来文单位,再办结(指引第十八条第二款)"
    )]
    NotReported,
    /// Nobody passed it on.
    #[error("本案没有登记上级或监管来文,无须上报")]
    NoSuperior,
    /// The unit it was handed to has not given its receipt.
    #[error("接收单位尚未签收移交,不能办结;请催其签收,或登记其回执")]
    NoReceipt,
    /// It was handed over once.
    #[error("本案已移交,接收单位已签收,不须重复登记")]
    AlreadyReceipted,
    /// A unit bounces once (退单).
    #[error("单位 {0} 对本案已退单一次,不能再次退单;请依裁定办理")]
    BouncedBefore(String),
    /// Another bounce waits.
    #[error("单位 {0} 的退单尚待裁定,请先裁定")]
    BounceWaits(String),
    /// Nobody bounced.
    #[error("没有待裁定的退单,可能已由他人裁定;请刷新后查看")]
    NoBounce,
    /// Whoever bounced does not rule on it.
    #[error("退单由另一人裁定,提出人不能自己裁定")]
    BouncerRules,
    /// The case it shall be joined to cannot lead.
    #[error("不能并入该案:{0}")]
    CannotLead(&'static str),
    /// The complainant knows the decision; what comes now is an appeal or a supplement.
    #[error("处理决定已告知投诉人,{0};不服决定的请走申诉(核查)程序")]
    Decided(&'static str),
    /// The legal limit rests.
    #[error("本案期限已中止,请先恢复计算期限")]
    Rests,
    /// The legal limit does not rest.
    #[error("本案期限没有中止,不须恢复")]
    RestsNot,
    /// Who handled or answered a case does not call back about it.
    #[error("回访须由未经办本案的人员进行(指引第十二条第六款)")]
    HandlerFollowsUp,
    /// Something beside the case is not done.
    #[error(transparent)]
    Beside(#[from] Objection),
}

impl Refusal {
    /// Its stable name, for programs and runbooks.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfOrder { .. } => "case.out_of_order",
            Self::Missing { .. } | Self::Wrong { .. } => "request.invalid",
            Self::NotTheirs { .. } => "access.denied",
            Self::ProposerDecides => "decline.proposer_decides",
            Self::AuthorReviews => "review.author_reviews",
            Self::RequesterDecides => "extension.requester_decides",
            Self::NotTheHandler(..) => "case.not_the_handler",
            Self::NoFindings(_) => "case.no_findings",
            Self::NoAnswer => "case.no_answer",
            Self::UnitNotOrdered(_) => "order.unit_not_ordered",
            Self::NoExtension => "extension.none_waits",
            Self::ExtensionWaits => "extension.one_waits",
            Self::ExtensionOutOfOrder { .. } => "extension.out_of_order",
            Self::PastCap { .. } => "extension.past_cap",
            Self::RankTooLow(_) => "extension.rank_too_low",
            Self::Recused(_) => "recusal.refused",
            Self::NotAcknowledged => "escalation.not_acknowledged",
            Self::AlreadyAnswered => "escalation.already_answered",
            Self::AlreadyDelivered => "notice.already_delivered",
            Self::SkipsLevel(_) => "level.skipped",
            Self::SkipsNoLevel => "level.not_skipped",
            Self::PapersMissing => "papers.missing",
            Self::NotReported => "superior.not_reported",
            Self::NoSuperior => "superior.none",
            Self::NoReceipt => "transfer.no_receipt",
            Self::AlreadyReceipted => "transfer.already_receipted",
            Self::BouncedBefore(_) => "bounce.once_only",
            Self::BounceWaits(_) => "bounce.one_waits",
            Self::NoBounce => "bounce.none_waits",
            Self::BouncerRules => "bounce.asker_rules",
            Self::CannotLead(_) => "join.cannot_lead",
            Self::Decided(_) => "case.decided",
            Self::Rests => "pause.runs",
            Self::RestsNot => "pause.none",
            Self::HandlerFollowsUp => "follow_up.handler",
            Self::Beside(objection) => objection.code(),
        }
    }
}

/// Takes a text that must be there, without the blanks around it.
pub fn required<'a>(
    text: &'a str,
    field: &'static str,
    what: &'static str,
) -> Result<&'a str, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Missing { field, what });
    }
    Ok(text)
}
