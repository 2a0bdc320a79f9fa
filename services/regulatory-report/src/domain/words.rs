//! The Chinese words of figures. A code that stands in no table here is shown as it is.

/// How a complaint reached us (guideline art. 3).
pub const CHANNELS: [(&str, &str); 12] = [
    ("letter", "书信"),
    ("email", "电子邮件"),
    ("fax", "传真"),
    ("phone", "电话"),
    ("visit", "走访"),
    ("suggestion_book", "意见簿"),
    ("suggestion_box", "意见箱"),
    ("wechat", "微信"),
    ("online", "在线"),
    ("superior_transfer", "上级转办"),
    ("regulator_transfer", "监管转办"),
    ("third_party", "第三方"),
];

/// What kind of matter it is.
pub const NATURES: [(&str, &str); 5] = [
    ("consumer_complaint", "消费投诉"),
    ("suggestion", "意见建议"),
    ("inquiry", "咨询"),
    ("report", "举报"),
    ("petition", "信访"),
];

/// How a case ended.
pub const OUTCOMES: [(&str, &str); 7] = [
    ("settled_on_the_spot", "当场解决"),
    ("answered_directly", "受理部门直接答复"),
    ("handled", "督办办结"),
    ("declined", "不予受理"),
    ("withdrawn", "撤回"),
    ("transferred", "移交"),
    ("joined", "并案"),
];

/// Where the business was done: axis A of JR/T 0169.
pub const VIA: [(&str, &str); 11] = [
    ("A.front.site", "营业现场"),
    ("A.front.self", "自助机具"),
    ("A.front.e.web", "网银渠道"),
    ("A.front.e.tel", "电话渠道"),
    ("A.front.e.app", "移动客户端"),
    ("A.front.e.pub", "网络公众平台"),
    ("A.front.e.sms", "短信渠道"),
    ("A.front.e.oth", "其他电子渠道"),
    ("A.front.third", "第三方渠道"),
    ("A.front.oth", "其他前台渠道"),
    ("A.back", "中、后台业务渠道"),
];

/// Causes: axis C of JR/T 0169, in its order of presentation.
pub const CAUSES: [(&str, &str); 12] = [
    ("C01", "服务态度及服务质量"),
    ("C02", "金融机构服务设施、设备、业务系统"),
    ("C03", "金融机构管理制度、业务规则与流程"),
    ("C04", "营销方式和手段"),
    ("C05", "信息披露"),
    ("C06", "自主选择权"),
    ("C07", "定价收费"),
    ("C08", "产品收益"),
    ("C09", "合同条款"),
    ("C10", "消费者资金安全"),
    ("C11", "消费者信息安全"),
    ("C12", "债务催收方式和手段"),
];

/// What is shown for an empty code.
pub const UNKNOWN: &str = "未填报";

/// The word for a code in a table.
#[must_use]
pub fn word(table: &[(&str, &str)], code: &str) -> String {
    if code.is_empty() {
        return UNKNOWN.to_owned();
    }
    table
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, word)| word)
        .to_owned()
}
