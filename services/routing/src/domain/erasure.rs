//! What is left of a case when the complainant's data is erased (个人信息保护法 art. 47).
//!
//! Whatever somebody wrote may name the complainant, so all of it goes, letters and reasons alike; what the program itself
//! wrote of codes, numbers and instants stays, and with it the history and every figure.

/// What stands where a text stood.
pub const MARK: &str = "已依法删除";

/// Headings of the history under which only the program writes: codes, numbers of ours and of letters, instants, set words.
///
/// A heading that is not here is emptied: a new one is erased until somebody has thought about it.
pub const KEPT: [&str; 57] = [
    "上报文号",
    "中止事由",
    "主办单位",
    "主案",
    "人数和件数",
    "依据",
    "共同投诉人数",
    "到期时状态",
    "到期时间",
    "协办单位",
    "参加单位",
    "告知岗位",
    "告知方式",
    "回执编号",
    "尝试",
    "并入投诉",
    "延至",
    "情形",
    "成员岗位",
    "承办岗位",
    "投诉编号",
    "报告时间",
    "接办单位",
    "接收部门",
    "收到新材料",
    "收到时间",
    "整改单位",
    "新事实",
    "时限",
    "最近一件",
    "期间",
    "来文单位",
    "来文号",
    "核查决定",
    "满意度",
    "申诉编号",
    "登记时间",
    "相隔",
    "省内同期同类",
    "知悉时间",
    "移交事由",
    "移交部门",
    "签收凭证",
    "签收单位",
    "类别",
    "级别",
    "联系方式",
    "裁定",
    "规定期限",
    "认定",
    "评议意见",
    "退单单位",
    "通知",
    "重新处理案件",
    "随主案",
    "须回避人员",
    "预警编号",
];

/// On which ground data was erased; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The complainant asked for it, and no term runs.
    Request = 1,
    /// The term of retention has ended.
    TermEnded = 2,
    /// A law, a court or an authority orders it.
    Ordered = 3,
    /// The archive destroyed the file after its term.
    FileDestroyed = 4,
}

impl Ground {
    /// The ground of the contract's number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        [
            Self::Request,
            Self::TermEnded,
            Self::Ordered,
            Self::FileDestroyed,
        ]
        .into_iter()
        .find(|ground| *ground as i32 == number)
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Request => "投诉人申请删除,且保管期限已满",
            Self::TermEnded => "保管期限届满",
            Self::Ordered => "依法责令删除",
            Self::FileDestroyed => "案卷到期鉴定销毁",
        }
    }
}
