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
    /// No taxonomy lists it.
    #[error("{}“{code}”不在现行分类表内,请用 suda taxonomy list 查看可用的代码;不能确定的可不填", label(.field))]
    UnknownCode {
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
    #[error("收到时间不能晚于现在,请核对日期和时间")]
    InFuture,
    /// A slip of the year.
    #[error("收到时间早于十年前,请核对年份;确有其事的,请按发现之日登记,并在投诉内容中写明")]
    TooLongAgo,
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
    #[error("{}超过 {limit} 字,请缩短,或把全文作为附件上传", label(.field))]
    TooLong {
        /// Where.
        field: &'static str,
        /// How much.
        limit: usize,
    },
    /// It cannot be what it should be.
    #[error("{}格式不正确:{};没有可不填", label(.field), hint(.field))]
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
    #[error("填写了证件号码但没有证件类型,请选择证件类型,或删去证件号码")]
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
    #[error("来文要求的办理期限不能早于收到时间,请核对两个日期")]
    ReferralDueTooEarly,
    /// An amount is none or more.
    #[error("涉及金额不能为负数,请改正")]
    AmountNegative,
    /// Yuan taken for fen.
    #[error("涉及金额超过一万亿元,请核对单位(以分计)")]
    AmountTooLarge,
    /// Both or neither.
    #[error("消息来源须同时填写账号和消息编号")]
    SourceIncomplete,
    /// One at a time.
    #[error("一次最多提交 50 个附件,请分次提交")]
    TooManyFiles,
    /// Answered to where?
    #[error("客户要求以“{}”答复,但没有相应的联系方式;请补填,或改选其他答复方式", .0.word())]
    NoSuchContact(Channel),
}

impl Refusal {
    /// The field of the request it is about, and its code for programs.
    #[must_use]
    pub fn about(&self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownUnit { field, .. } => (field, "UNIT_UNKNOWN"),
            Self::UnknownCode { field, .. } => (field, "CODE_UNKNOWN"),
            Self::RetiredUnit { .. } => ("unit_code", "UNIT_RETIRED"),
            Self::ChannelMissing => ("channel", "CHANNEL_MISSING"),
            Self::NatureMissing => ("nature", "NATURE_MISSING"),
            Self::InFuture => ("received_at", "RECEIVED_IN_FUTURE"),
            Self::TooLongAgo => ("received_at", "RECEIVED_TOO_LONG_AGO"),
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
            Self::AmountTooLarge => ("matter.amount_fen", "AMOUNT_TOO_LARGE"),
            Self::SourceIncomplete => ("source", "SOURCE_INCOMPLETE"),
            Self::TooManyFiles => ("evidence", "TOO_MANY_FILES"),
            Self::NoSuchContact(_) => ("reply_channel", "NO_SUCH_CONTACT"),
        }
    }
}

/// What a field is called on the form.
fn label(field: &str) -> &str {
    match field {
        "late_reason" => "补登原因",
        "demand" => "投诉请求",
        "settlement" => "现场处理情况",
        "complainant.name" => "投诉人姓名",
        "complainant.phone" => "投诉人电话",
        "complainant.email" => "投诉人电子邮箱",
        "complainant.openid" => "投诉人微信标识",
        "complainant.address" => "投诉人地址",
        "complainant.id_number" => "证件号码",
        "complainant.principal_name" => "被代理人(被继承人)姓名",
        "matter.complained_staff" => "被投诉人员",
        "matter.complained_person_id" => "被投诉人员编号",
        "matter.occurred_when" => "发生时间",
        "matter.occurred_where" => "发生地点",
        "matter.business_code" => "业务类别代码",
        "matter.cause_code" => "投诉原因代码",
        "matter.handled_via_code" => "办理渠道代码",
        "matter.currency" => "币种",
        "representatives.name" => "代表姓名",
        "representatives.phone" => "代表电话",
        "referral.number" => "来文号",
        "source.account" => "消息账号",
        "source.message_id" => "消息编号",
        "source.raw_digest" => "原件摘要",
        "file_name" | "evidence.blob.file_name" => "附件文件名",
        "evidence.description" => "附件说明",
        "dismiss_reason" => "不予登记的原因",
        "reason" => "原因",
        "reference" => "文号",
        "relation" => "与投诉人的关系",
        other => other,
    }
}

/// What a field should look like.
fn hint(field: &str) -> &'static str {
    match field {
        "complainant.phone" | "representatives.phone" => {
            "只能有数字、空格、括号、+ 和 -,3 至 20 位;分机号请写在投诉内容里"
        }
        "complainant.email" => "应如 name@example.com",
        "complainant.openid" => "应为微信平台给出的标识,请勿手工改动",
        "complainant.id_number" => "与证件类型不符,居民身份证为 18 位,请逐位核对",
        "matter.currency" => "应为三个大写字母,如 CNY",
        "matter.business_code" | "matter.cause_code" | "matter.handled_via_code" => {
            "请从分类表中选用代码"
        }
        "source.raw_digest" => "应为 64 位十六进制 SHA-256",
        "matter.complained_person_id" => "只能有字母、数字和 - _ .",
        _ => "含有换行或其他控制字符,请写成一行",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clerk never saw the names that programs give to fields.
    #[test]
    fn f2_2_what_is_wrong_is_said_without_a_word_of_the_program() {
        let fields = [
            "complainant.phone",
            "complainant.email",
            "complainant.id_number",
            "matter.currency",
            "representatives.phone",
            "matter.occurred_when",
            "late_reason",
            "evidence.description",
        ];
        for field in fields {
            let malformed = Refusal::Malformed { field }.to_string();
            let long = Refusal::TooLong { field, limit: 200 }.to_string();
            for sentence in [malformed, long] {
                assert!(!sentence.contains(field), "{sentence}");
                assert!(!sentence.contains('_'), "{sentence}");
            }
        }
        assert_eq!(
            Refusal::TooLong {
                field: "demand",
                limit: 4_000
            }
            .to_string(),
            "投诉请求超过 4000 字,请缩短,或把全文作为附件上传"
        );
        assert_eq!(
            Refusal::Malformed {
                field: "complainant.email"
            }
            .to_string(),
            "投诉人电子邮箱格式不正确:应如 name@example.com;没有可不填"
        );
    }
}
