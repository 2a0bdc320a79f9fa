//! Why something beside a case is not done: one list for appeals, rectifications, accountability, panels and reports.

/// An objection: an answer, in words a clerk can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// The order of a matter's life forbids it.
    #[error("{what}处于“{state}”,不能{verb};请刷新后查看其现状")]
    OutOfOrder {
        /// What it is.
        what: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What was asked.
        verb: &'static str,
    },
    /// The caller holds no post that may do this.
    #[error("您的岗位不能{verb}:{who}")]
    NotTheirs {
        /// What was asked.
        verb: &'static str,
        /// Who may.
        who: &'static str,
    },
    /// There is no decision that an appeal could be against.
    #[error(
        "本案尚未作出处理决定,不能申诉;如已超过办理期限,投诉人可直接向当地办事处或省联社合规部投诉(指引第二十条)"
    )]
    NoDecision,
    /// The body decided the case itself.
    #[error("本案由{0}作出处理决定,不能向其自身申诉;请向省联社合规部提出")]
    OwnDecision(String),
    /// There was an appeal at this level before.
    #[error("对本案的决定已向{0}申诉(编号 {1}),同一级不再受理;请向省联社合规部提出")]
    AppealedBefore(&'static str, String),
    /// An appeal is not decided yet.
    #[error("对本案的申诉({0})尚未作出核查决定,请待其决定后再提出")]
    AppealWaits(String),
    /// No level is left.
    #[error(
        "省联社合规部已作出决定,本系统内不再有上一级;投诉人可向当地银行业协会(同业公会)申请调解,向当地监管机构反映,或依法申请仲裁、提起诉讼(指引第十六条)"
    )]
    NoLevelLeft,
    /// A late application needs its reason.
    #[error(
        "申诉于 {0} 期满(收到处理决定之日起三十日,令2020年第3号第二十条),现已逾期;请填写逾期理由,如不可抗力或期满日为节假日"
    )]
    LateWithoutReason(String),
    /// Whoever took part before keeps out of the appeal.
    #[error("您参与过本案此前的办理,不能{0}该申诉;请由未参与过的人员办理")]
    TookPart(&'static str),
    /// The matter is not to be handled again, or is so already.
    #[error("{0}")]
    NoFollowUp(&'static str),
    /// The unit does not verify itself.
    #[error("整改结果由受理部门验收,整改单位和报送人不能自己验收(指引第十条、第十二条)")]
    VerifiesItself,
    /// Nobody decides about himself or his own unit.
    #[error("责任认定须由被追究单位、人员以外的人作出")]
    JudgesItself,
    /// A panel has too few members.
    #[error("评议小组须有三名以上成员,每人一席;现有 {0} 名")]
    TooFewMembers(usize),
    /// A member comes from the unit that is examined.
    #[error("岗位 {0} 属于被投诉单位或承办单位 {1},不能参加评议")]
    MemberOfExamined(String, String),
    /// A member must keep out of the case.
    #[error("岗位 {0} 的人员须回避本案({1}),不能参加评议")]
    MemberRecused(String, &'static str),
    /// A suspicion needs evidence.
    #[error("怀疑恶意投诉须附证据,请至少附一份材料")]
    NoEvidence,
    /// Only members give opinions.
    #[error("您不是该评议小组的成员,不能发表意见")]
    NotAMember,
    /// An opinion that was given stays.
    #[error("您已发表评议意见,不能更改")]
    OpinionGiven,
    /// The panel has not spoken yet.
    #[error("还有 {0} 名成员没有发表意见,不能作出认定")]
    OpinionsMissing(usize),
    /// The case has ended.
    #[error("本案已办结,不再评议")]
    CaseEnded,
    /// It was told before.
    #[error("本案已按“{0}”即时报告,不须重复报告")]
    ToldBefore(&'static str),
}

impl Objection {
    /// Its stable name, for programs and runbooks.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfOrder { .. } => "matter.out_of_order",
            Self::NotTheirs { .. } => "access.denied",
            Self::NoDecision => "appeal.no_decision",
            Self::OwnDecision(_) => "appeal.own_decision",
            Self::AppealedBefore(..) => "appeal.appealed_before",
            Self::AppealWaits(_) => "appeal.one_waits",
            Self::NoLevelLeft => "appeal.no_level_left",
            Self::LateWithoutReason(_) => "appeal.late_without_reason",
            Self::TookPart(_) => "appeal.took_part",
            Self::NoFollowUp(_) => "appeal.no_follow_up",
            Self::VerifiesItself => "rectification.verifies_itself",
            Self::JudgesItself => "accountability.judges_itself",
            Self::TooFewMembers(_) => "panel.too_few_members",
            Self::MemberOfExamined(..) => "panel.member_of_examined",
            Self::MemberRecused(..) => "panel.member_recused",
            Self::NoEvidence => "panel.no_evidence",
            Self::NotAMember => "panel.not_a_member",
            Self::OpinionGiven => "panel.opinion_given",
            Self::OpinionsMissing(_) => "panel.opinions_missing",
            Self::CaseEnded => "panel.case_ended",
            Self::ToldBefore(_) => "major.told_before",
        }
    }
}

#[cfg(test)]
pub(super) mod samples;
