//! What is true of a case: its states, its ending, and the facts that others may rely on.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::course::CourseEvent;
use crate::domain::extension::Extension;

/// What the complaint was when it came; kept from intake's view of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registration {
    /// The complaint's number.
    pub number: String,
    /// The union it belongs to.
    pub union: String,
    /// The unit where it was registered.
    pub unit: String,
    /// Whether that unit is the reception itself.
    pub at_reception: bool,
    /// How it reached us: the contract's number, which no rule here reads.
    pub channel: i32,
    /// What kind of matter it is: the contract's number, which no rule here reads.
    pub nature: i32,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
    /// The complainant's name, masked.
    pub masked_name: String,
    /// The unit complained of; empty when not known.
    pub complained_unit: String,
    /// Business, axis B.
    pub business: String,
    /// Cause, axis C.
    pub cause: String,
    /// Where the business was done, axis A.
    pub handled_via: String,
    /// Whether it is grave.
    pub major: bool,
    /// How the complainant is to be answered: the contract's number of the channel.
    pub reply_channel: i32,
    /// Whether there is any way to reach the complainant.
    pub has_contact: bool,
    /// How many persons complain together.
    pub persons: u32,
    /// Whether an agent, an heir or representatives still owe their papers (令2020年第3号 art. 12, 14).
    pub papers_missing: bool,
    /// The revision of intake's view that this was taken from.
    pub revision: u64,
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// 已登记.
    Registered,
    /// 当场解决.
    Settled,
    /// 待受理.
    Filed,
    /// 已受理.
    Accepted,
    /// 拟不予受理.
    DeclineProposed,
    /// 不予受理.
    Declined,
    /// 直接答复.
    Answered,
    /// 已督办.
    Ordered,
    /// 办理中.
    Handling,
    /// 待审核.
    ResultFiled,
    /// 审核通过.
    ResultPassed,
    /// 已办结.
    Closed,
    /// 已撤回.
    Withdrawn,
    /// 已归档.
    Archived,
    /// 已移交.
    Transferred,
    /// 已并案.
    Joined,
}

/// How a case ended, or is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// 当场解决.
    SettledOnTheSpot,
    /// 受理部门直接答复.
    AnsweredDirectly,
    /// 不予受理.
    Declined,
    /// 督办办结.
    Handled,
    /// 撤回.
    Withdrawn,
    /// 移交.
    Transferred,
    /// 并案.
    Joined,
}

/// Why a complaint is not accepted (guideline art. 15, 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclineGround {
    /// 内容空泛.
    Empty,
    /// 缺乏事实根据.
    Groundless,
    /// 违反法律法规.
    AgainstLaw,
    /// 同一事实和理由已经答复.
    AnsweredBefore,
    /// 不属于本机构.
    NotOurs,
    /// 不是投诉人、法定代理人或受托人提出 (令2020年第3号 art. 18(4)).
    NotAuthorised,
}

/// A decline that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// On which ground.
    pub ground: DeclineGround,
    /// The person who proposed it.
    pub proposed_by: String,
    /// The case that answered the same facts, when that is the ground (guideline art. 16).
    pub answered_case: Option<Uuid>,
}

/// Who handles a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The post.
    pub post: String,
    /// The person in it.
    pub person: String,
}

/// A fact about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseEvent {
    /// The outlet or department settled it.
    Settled,
    /// It lies before the reception.
    Filed,
    /// It is ours.
    Accepted,
    /// The reception answered it.
    AnsweredDirectly,
    /// A decline waits for approval.
    DeclineProposed(DeclineGround),
    /// The decline was rejected; the case is accepted.
    DeclineRejected(DeclineGround),
    /// It is not accepted.
    Declined(DeclineGround),
    /// The order is served.
    OrderIssued,
    /// A unit signed for the order.
    OrderSigned(String),
    /// Somebody handles it.
    HandlerAssigned,
    /// Somebody is out of it.
    InterestDeclared(String),
    /// The complainant was contacted at this instant.
    ContactRecorded(DateTime<Utc>),
    /// Findings are on record.
    FindingsRecorded,
    /// A solution is on record.
    SolutionProposed,
    /// The complainant has an answer.
    AnswerSent,
    /// The result lies before the reception.
    ResultFiled,
    /// The result goes back to the unit.
    ResultReturned,
    /// The result is good.
    ResultPassed,
    /// More time is asked for.
    ExtensionRequested(Extension),
    /// More time is given.
    ExtensionGranted(Extension),
    /// No more time is given.
    ExtensionRefused(Extension),
    /// The unit was urged.
    Urged,
    /// The complainant took it back.
    Withdrawn,
    /// It is done.
    Closed,
    /// The sealed file exists.
    Archived,
    /// Something beyond the ordinary course.
    Course(CourseEvent),
}

use State::{
    Accepted, Answered, Archived, Closed, DeclineProposed, Declined, Filed, Handling, Joined,
    Ordered, Registered, ResultFiled, ResultPassed, Settled, Transferred, Withdrawn,
};

impl State {
    /// All of them, in the order of life.
    pub const ALL: [Self; 16] = [
        Registered,
        Settled,
        Filed,
        Accepted,
        DeclineProposed,
        Declined,
        Answered,
        Ordered,
        Handling,
        ResultFiled,
        ResultPassed,
        Closed,
        Withdrawn,
        Archived,
        Transferred,
        Joined,
    ];

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Registered => "已登记",
            Settled => "当场解决",
            Filed => "待受理",
            Accepted => "已受理",
            DeclineProposed => "拟不予受理",
            Declined => "不予受理",
            Answered => "直接答复",
            Ordered => "已督办",
            Handling => "办理中",
            ResultFiled => "待审核",
            ResultPassed => "审核通过",
            Closed => "已办结",
            Withdrawn => "已撤回",
            Archived => "已归档",
            Transferred => "已移交",
            Joined => "已并案",
        }
    }
}

impl DeclineGround {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Empty => "内容空泛,没有具体事实",
            Self::Groundless => "缺乏事实根据",
            Self::AgainstLaw => "诉求违反法律法规",
            Self::AnsweredBefore => "同一事实和理由已经答复",
            Self::NotOurs => "不属于本机构的业务或职责",
            Self::NotAuthorised => "不是由投诉人本人、法定代理人或受托人提出",
        }
    }
}
