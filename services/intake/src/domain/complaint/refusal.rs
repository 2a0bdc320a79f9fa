//! Why a complaint is not registered, in words a clerk can act on.

use chrono::NaiveDate;

use super::Channel;

/// What is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Directory knows no such unit.
    #[error("没有代码为“{code}”的机构,请核对机构代码")]
    UnknownUnit {
        /// Where it stands in the form.
        field: &'static str,
        /// What stands there.
        code: String,
    },
    /// A retired unit receives nothing.
    #[error("机构“{code}”已于 {on} 撤销,请由承接其业务的机构登记")]
    RetiredUnit {
        /// The unit.
        code: String,
        /// Since when.
        on: NaiveDate,
    },
    /// Guideline art. 3.
    #[error("请选择投诉渠道")]
    ChannelMissing,
    /// 令2020年第3号 art. 2.
    #[error("请选择事项性质:消费投诉、意见建议、咨询、举报或信访")]
    NatureMissing,
    /// Nothing arrives tomorrow.
    #[error("收到时间不能晚于现在,请核对")]
    InFuture,
    /// Guideline art. 24(1).
    #[error("投诉于 {0} 收到,未在当日登记,请填写补登原因")]
    LateWithoutReason(NaiveDate),
    /// A complaint says something.
    #[error("投诉内容为空,请填写客户反映的事项")]
    ContentMissing,
    /// More belongs into a file.
    #[error("投诉内容共 {0} 字,超过 20000 字;请填写摘要,并把全文作为附件上传")]
    ContentTooLong(usize),
    /// The form's other limits.
    #[error("“{field}”超过 {limit} 字,请缩短,或把全文作为附件上传")]
    TooLong {
        /// Where.
        field: &'static str,
        /// How much.
        limit: usize,
    },
    /// It cannot be what it should be.
    #[error("“{field}”的格式不正确,请核对;没有可不填")]
    Malformed {
        /// Where.
        field: &'static str,
    },
    /// Anonymous is on purpose.
    #[error("匿名投诉不应填写姓名,请取消匿名或删去姓名")]
    AnonymousWithName,
    /// Neither a name nor a contact, and not anonymous.
    #[error("请填写投诉人姓名或任一联系方式,或注明匿名")]
    NobodyNamed,
    /// A number of what?
    #[error("填写了证件号码,请同时选择证件类型")]
    IdTypeMissing,
    /// 令2020年第3号 art. 14.
    #[error("代理人或继承人投诉,请填写被代理人(被继承人)姓名")]
    PrincipalMissing,
    /// 令2020年第3号 art. 12.
    #[error("联名投诉代表不超过 5 人,现为 {0} 人")]
    TooManyRepresentatives(usize),
    /// They are among the persons.
    #[error("联名投诉人数少于代表人数,请核对人数")]
    FewerPersonsThanRepresentatives,
    /// A representative is somebody.
    #[error("请填写每位代表的姓名")]
    RepresentativeNameless,
    /// Guideline art. 17(4).
    #[error("上级转办、监管转办或有办理期限的,请填写来文号")]
    ReferralNumberMissing,
    /// Guideline art. 18(2).
    #[error("来文要求的办理期限不能早于收到时间")]
    ReferralDueTooEarly,
    /// An amount is none or more.
    #[error("涉及金额不能为负数")]
    AmountNegative,
    /// Both or neither.
    #[error("消息来源须同时填写账号和消息编号")]
    SourceIncomplete,
    /// One at a time.
    #[error("一次最多提交 50 个附件,请分次提交")]
    TooManyFiles,
    /// Answered to where?
    #[error("客户要求以“{}”答复,但没有相应的联系方式", .0.word())]
    NoSuchContact(Channel),
}

impl Refusal {
    /// The field of the request it is about, and its code for programs.
    #[must_use]
    pub fn about(&self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownUnit { field, .. } => (field, "UNIT_UNKNOWN"),
            Self::RetiredUnit { .. } => ("unit_code", "UNIT_RETIRED"),
            Self::ChannelMissing => ("channel", "CHANNEL_MISSING"),
            Self::NatureMissing => ("nature", "NATURE_MISSING"),
            Self::InFuture => ("received_at", "RECEIVED_IN_FUTURE"),
            Self::LateWithoutReason(_) => ("late_reason", "LATE_WITHOUT_REASON"),
            Self::ContentMissing => ("content", "CONTENT_MISSING"),
            Self::ContentTooLong(_) => ("content", "CONTENT_TOO_LONG"),
            Self::TooLong { field, .. } => (field, "TOO_LONG"),
            Self::Malformed { field } => (field, "MALFORMED"),
            Self::AnonymousWithName => ("complainant.name", "ANONYMOUS_WITH_NAME"),
            Self::NobodyNamed => ("complainant", "NOBODY_NAMED"),
            Self::IdTypeMissing => ("complainant.id_type", "ID_TYPE_MISSING"),
            Self::PrincipalMissing => ("complainant.principal_name", "PRINCIPAL_MISSING"),
            Self::TooManyRepresentatives(_) => ("representatives", "TOO_MANY_REPRESENTATIVES"),
            Self::FewerPersonsThanRepresentatives => {
                ("persons", "FEWER_PERSONS_THAN_REPRESENTATIVES")
            }
            Self::RepresentativeNameless => ("representatives.name", "REPRESENTATIVE_NAMELESS"),
            Self::ReferralNumberMissing => ("referral.number", "REFERRAL_NUMBER_MISSING"),
            Self::ReferralDueTooEarly => ("referral.due_at", "REFERRAL_DUE_TOO_EARLY"),
            Self::AmountNegative => ("matter.amount_fen", "AMOUNT_NEGATIVE"),
            Self::SourceIncomplete => ("source", "SOURCE_INCOMPLETE"),
            Self::TooManyFiles => ("evidence", "TOO_MANY_FILES"),
            Self::NoSuchContact(_) => ("reply_channel", "NO_SUCH_CONTACT"),
        }
    }
}
