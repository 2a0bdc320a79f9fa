//! Why something is not done, in words a clerk can act on.

/// A refusal: an answer, not a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The order of a case's life forbids it.
    #[error("案件处于“{state}”,不能{verb}")]
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
    #[error("督办表没有列入单位 {0}")]
    UnitNotOrdered(String),
    /// There is no extension that waits.
    #[error("没有待审批的延期申请")]
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
    #[error("延期最长只能到 {cap}({article})")]
    PastCap {
        /// The cap, as people read it.
        cap: String,
        /// The article it comes from.
        article: &'static str,
    },
    /// The rank does not suffice.
    #[error("这次延期须由{0}审批")]
    RankTooLow(&'static str),
    /// Somebody who must keep out was named as handler (guideline art. 19).
    #[error("该人员须回避本案({0}),不能指派;本次尝试已记录(指引第十九条)")]
    Recused(&'static str),
    /// An escalation item is answered after it was acknowledged.
    #[error("请先签收该升级事项,再予答复")]
    NotAcknowledged,
    /// It was answered before, with other words.
    #[error("该升级事项已答复")]
    AlreadyAnswered,
    /// It was delivered before.
    #[error("该通知已有送达证明")]
    AlreadyDelivered,
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
