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

/// The clocks of a case, by their articles.
pub const CLOCKS: [(&str, &str); 11] = [
    ("G18.1a", "填报处理表"),
    ("G18.1b", "出具督办表"),
    ("G18.1c", "办结答复"),
    ("G18.2a", "上级期限"),
    ("G18.2b", "书面报告上级"),
    ("G18.3", "最长期限"),
    ("L18", "告知处理决定"),
    ("L20b", "核查决定"),
    ("Z5.1", "首次联系"),
    ("Z5.2", "提出方案"),
    ("Z5.3", "回访"),
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
