//! The kinds of notices.

/// What a notice is; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 受理告知.
    Acceptance = 1,
    /// 答复.
    Answer = 2,
    /// 不予受理说明.
    Decline = 3,
    /// 延期告知.
    Extension = 4,
    /// A warning before a limit ends.
    Warning = 5,
    /// An overdue case.
    Escalation = 6,
    /// 督办表 served.
    Order = 7,
    /// 催办.
    Urge = 8,
    /// A result returned.
    Returned = 9,
    /// The complainant added material.
    Material = 10,
    /// 移交告知, to the complainant.
    Transfer = 11,
    /// 移交函, to a unit.
    Handover = 12,
    /// 期限中止、恢复.
    Pause = 13,
    /// 期限重新计算.
    Restart = 14,
    /// 并案.
    Joined = 15,
    /// 退单.
    Bounce = 16,
    /// 书面报告.
    Report = 17,
    /// 专项调查组.
    Group = 18,
    /// Papers are missing.
    Papers = 19,
    /// 群体性投诉预警.
    GroupSuspected = 20,
    /// 申诉受理告知.
    AppealAccepted = 31,
    /// 核查决定.
    AppealDecided = 32,
    /// An appeal, to a post.
    Appeal = 33,
    /// 整改通知.
    Rectification = 34,
    /// 重大、紧急投诉即时报告.
    Major = 35,
    /// A panel's summons or finding.
    Panel = 36,
}
