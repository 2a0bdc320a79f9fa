//! Which post may do what for which case: one table, so that neighbours can be compared.
//!
//! The rules of access (`proto/access.cedar`) say which roles may ask at all; here stands for which case. What depends
//! on the person and not on the post (proposer and approver, author and reviewer) stands with the verbs.

use super::{case::Case, refusal::Refusal};

mod verbs;

pub use verbs::Verb;

/// What a post does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 网点受理员.
    OutletReceiver,
    /// 承办人.
    Handler,
    /// 承办单位负责人.
    UnitHead,
    /// 受理部门经办.
    ReceptionClerk,
    /// 受理部门负责人.
    ReceptionHead,
    /// 联社高级管理层.
    SeniorManagement,
    /// 办事处专员.
    OfficeOfficer,
    /// 办事处负责人.
    OfficeHead,
    /// 合规部专员.
    ComplianceOfficer,
    /// 合规部负责人.
    ComplianceHead,
    /// Any other role; it does nothing to a case.
    Other,
}
use Role::{
    ComplianceHead, ComplianceOfficer, Handler, OfficeHead, OfficeOfficer, Other, OutletReceiver,
    ReceptionClerk, ReceptionHead, SeniorManagement, UnitHead,
};

impl Role {
    /// Reads the word that tokens use.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "outlet_receiver" => OutletReceiver,
            "handler" => Handler,
            "unit_head" => UnitHead,
            "reception_clerk" => ReceptionClerk,
            "reception_head" => ReceptionHead,
            "senior_management" => SeniorManagement,
            "office_officer" => OfficeOfficer,
            "office_head" => OfficeHead,
            "compliance_officer" => ComplianceOfficer,
            "compliance_head" => ComplianceHead,
            _ => Other,
        }
    }

    /// Whether the post heads its unit.
    #[must_use]
    pub fn is_head(self) -> bool {
        [UnitHead, ReceptionHead, OfficeHead, ComplianceHead].contains(&self)
    }
}

/// Who does something: a post, and the person in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    /// The post.
    pub post: String,
    /// The unit it is in.
    pub unit: String,
    /// The union that unit belongs to.
    pub union: String,
    /// What the post does.
    pub role: Role,
    /// The person.
    pub person: String,
    /// The person's name, for the file.
    pub name: String,
}

/// Names of people do not belong in logs.
impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor")
            .field("post", &self.post)
            .finish_non_exhaustive()
    }
}

/// Where a post must be for a case to be its affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// In the case's union.
    Union,
    /// In the unit where it was registered.
    Registering,
    /// In the unit that leads.
    Lead,
    /// In any unit on the order.
    Ordered,
    /// In its special investigation group.
    Member,
    /// In the unit it was handed to.
    Receiving,
    /// Wherever the case may be seen.
    Anywhere,
}

const RECEIVING: &[Role] = &[OutletReceiver, UnitHead];
/// The reception of a union; an office and the compliance department are the reception of what comes to them.
const RECEPTION: &[Role] = &[
    ReceptionClerk,
    ReceptionHead,
    OfficeOfficer,
    OfficeHead,
    ComplianceOfficer,
    ComplianceHead,
];
const RECEPTION_HEADS: &[Role] = &[ReceptionHead, OfficeHead, ComplianceHead];
/// Whoever works in a handling unit, which may be the reception itself.
const UNIT: &[Role] = &[
    Handler,
    UnitHead,
    ReceptionClerk,
    ReceptionHead,
    OfficeOfficer,
    OfficeHead,
    ComplianceOfficer,
    ComplianceHead,
];
/// Whoever gives a receipt for what was handed over.
const RECEIVERS: &[Role] = &[
    Handler,
    UnitHead,
    ReceptionClerk,
    ReceptionHead,
    SeniorManagement,
    OfficeOfficer,
    OfficeHead,
    ComplianceOfficer,
    ComplianceHead,
];
const UNIT_HEADS: &[Role] = &[UnitHead, ReceptionHead, OfficeHead, ComplianceHead];
const RELIEF: &[Role] = &[OfficeOfficer, OfficeHead, ComplianceOfficer, ComplianceHead];
const APPROVERS: &[Role] = &[SeniorManagement, ReceptionHead, OfficeHead, ComplianceHead];
const ABOVE: &[Role] = &[
    ReceptionClerk,
    ReceptionHead,
    SeniorManagement,
    OfficeOfficer,
    OfficeHead,
    ComplianceOfficer,
    ComplianceHead,
];
const ANYBODY: &[Role] = &[
    OutletReceiver,
    Handler,
    UnitHead,
    ReceptionClerk,
    ReceptionHead,
    SeniorManagement,
    OfficeOfficer,
    OfficeHead,
    ComplianceOfficer,
    ComplianceHead,
    Other,
];

impl Verb {
    /// What people call it, and who may do it: the table.
    #[rustfmt::skip]
    fn rule(self) -> (&'static str, &'static str, &'static [(&'static [Role], At)]) {
        match self {
            // At the outlet or department (guideline art. 17(1)).
            Self::SettleOnTheSpot  => ("登记当场解决", "登记单位或受理部门", &[(RECEIVING, At::Registering), (RECEPTION, At::Union)]),
            Self::FileToReception  => ("报送受理部门", "登记单位或受理部门", &[(RECEIVING, At::Registering), (RECEPTION, At::Union)]),
            // At the reception (guideline art. 12, 15, 17(2)).
            Self::Accept           => ("受理", "受理部门", &[(RECEPTION, At::Union)]),
            Self::AnswerDirectly   => ("直接答复", "受理部门", &[(RECEPTION, At::Union)]),
            Self::ProposeDecline   => ("提出不予受理", "受理部门", &[(RECEPTION, At::Union)]),
            Self::ApproveDecline   => ("批准不予受理", "受理部门负责人", &[(RECEPTION_HEADS, At::Union)]),
            Self::RejectDecline    => ("退回不予受理的意见", "受理部门负责人", &[(RECEPTION_HEADS, At::Union)]),
            Self::IssueOrder       => ("签发督办表", "受理部门", &[(RECEPTION, At::Union)]),
            // In the handling units (guideline art. 13, 19).
            Self::SignOrder        => ("签收督办表", "督办表所列单位", &[(UNIT, At::Ordered)]),
            Self::AssignHandler    => ("指派承办人", "主办单位负责人或受理部门负责人", &[(UNIT_HEADS, At::Lead), (RECEPTION_HEADS, At::Union)]),
            Self::DeclareInterest  => ("声明利害关系", "可见本案的岗位", &[(ANYBODY, At::Anywhere)]),
            Self::RecordContact    => ("登记联系情况", "承办单位或受理部门", &[(UNIT, At::Ordered), (RECEPTION, At::Union)]),
            Self::RecordFindings   => ("登记调查情况", "主办单位或专项调查组", &[(UNIT, At::Lead), (UNIT, At::Member)]),
            Self::RecordSolution   => ("提出处理方案", "主办单位", &[(UNIT, At::Lead)]),
            Self::RecordAnswer     => ("答复投诉人", "主办单位", &[(UNIT, At::Lead)]),
            Self::FileResult       => ("报送办理结果", "主办单位", &[(UNIT, At::Lead)]),
            // Reviewed by the reception (guideline art. 12).
            Self::ReturnResult     => ("退回办理结果", "受理部门", &[(RECEPTION, At::Union)]),
            Self::PassResult       => ("审核办理结果", "受理部门", &[(RECEPTION, At::Union)]),
            // More time (guideline art. 18(3), 令2020年第3号 art. 18).
            Self::RequestExtension => ("申请延期", "主办单位或受理部门", &[(UNIT, At::Lead), (RECEPTION, At::Union)]),
            Self::ApproveExtension => ("批准延期", "受理部门负责人或高级管理层", &[(APPROVERS, At::Union)]),
            Self::RefuseExtension  => ("不批准延期", "受理部门负责人或高级管理层", &[(APPROVERS, At::Union)]),
            // The end.
            Self::Withdraw         => ("登记撤回", "登记单位或受理部门", &[(RECEIVING, At::Registering), (RECEPTION, At::Union)]),
            Self::Close            => ("办结", "受理部门", &[(RECEPTION, At::Union)]),
            Self::UrgeUnit         => ("催办", "受理部门、高级管理层、办事处或合规部", &[(ABOVE, At::Anywhere)]),
            // Passed on and handed over (guideline art. 10, 17(4), 18(2), 20).
            Self::RecordSuperior   => ("登记上级来文", "受理部门", &[(RECEPTION, At::Union)]),
            Self::ReportToSuperior => ("书面报告上级", "受理部门", &[(RECEPTION, At::Union)]),
            Self::TransferOut      => ("移交", "受理部门负责人", &[(RECEPTION_HEADS, At::Union)]),
            Self::ReceiptTransfer  => ("签收移交", "接收移交的单位", &[(RECEIVERS, At::Receiving)]),
            Self::AdmitSkipLevel   => ("接收越级投诉", "办事处或合规部", &[(RELIEF, At::Union)]),
            Self::ReferSkipLevel   => ("转交越级投诉", "办事处或合规部", &[(RELIEF, At::Union)]),
            // Shared among units and with other cases.
            Self::RequestBounce    => ("退单", "督办表所列单位的负责人", &[(UNIT_HEADS, At::Ordered)]),
            Self::RuleBounce       => ("裁定退单", "受理部门负责人", &[(RECEPTION_HEADS, At::Union)]),
            Self::FormGroup        => ("成立专项调查组", "受理部门负责人", &[(RECEPTION_HEADS, At::Union)]),
            Self::JoinCase         => ("并案", "受理部门", &[(RECEPTION, At::Union)]),
            // The legal limit (令2020年第3号 art. 18, 23) and what comes after it (guideline art. 12(6)).
            Self::RestartPeriod    => ("重新计算期限", "受理部门", &[(RECEPTION, At::Union)]),
            Self::BeginPause       => ("中止期限", "受理部门", &[(RECEPTION, At::Union)]),
            Self::EndPause         => ("恢复期限", "受理部门", &[(RECEPTION, At::Union)]),
            Self::FollowUp         => ("登记回访", "受理部门", &[(RECEPTION, At::Union)]),
            Self::NoteRelation     => ("登记回避", "受理部门", &[(RECEPTION, At::Union)]),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        self.rule().0
    }
}

/// Which of these posts may do this for this case; the first that may.
pub fn who_may<'a>(verb: Verb, case: &Case, posts: &'a [Actor]) -> Result<&'a Actor, Refusal> {
    let (words, who, rules) = verb.rule();
    let fits = |actor: &&Actor| {
        rules
            .iter()
            .any(|(roles, at)| roles.contains(&actor.role) && is_at(actor, *at, case))
    };
    // The handler of a case acts as its handler when he can, and not from another post of his.
    let handling = |actor: &&Actor| {
        case.handler
            .as_ref()
            .is_some_and(|handler| handler.post == actor.post)
    };
    posts
        .iter()
        .find(|actor| handling(actor) && fits(actor))
        .or_else(|| posts.iter().find(fits))
        .ok_or(Refusal::NotTheirs { verb: words, who })
}

fn is_at(actor: &Actor, at: At, case: &Case) -> bool {
    match at {
        At::Union => actor.union == case.registration.union,
        At::Registering => actor.unit == case.registration.unit,
        At::Lead => case
            .order
            .as_ref()
            .is_some_and(|order| order.lead == actor.unit),
        At::Ordered => case
            .order
            .as_ref()
            .is_some_and(|order| order.names(&actor.unit)),
        At::Member => case.course.members.contains(&actor.post),
        At::Receiving => case
            .course
            .transfer
            .as_ref()
            .is_some_and(|given| given.to_unit == actor.unit),
        At::Anywhere => true,
    }
}
