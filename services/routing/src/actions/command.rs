//! What can be asked of a case, as it was parsed at the door.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    domain::{
        answer::{Answer, Manner, Proof},
        case::DeclineGround,
        extension::in_shanghai,
        order::Draft,
        standing::Verb,
    },
    store::record::Text,
};

pub mod course;

pub use course::CourseCommand;

/// How a complainant shall be told, as it was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// How; none means as the complainant asked to be answered.
    pub manner: Option<Manner>,
    /// When it was done, by a person.
    pub at: Option<DateTime<Utc>>,
    /// The proof.
    pub proof: Proof,
    /// What the proof says.
    pub note: String,
}

/// What can be asked of a case.
#[derive(Clone)]
#[expect(
    missing_docs,
    reason = "each is the RPC of the same name, with its fields"
)]
pub enum Command {
    SettleOnTheSpot {
        settlement: String,
    },
    FileToReception {
        reason: String,
    },
    Accept {
        opinion: String,
    },
    AnswerDirectly {
        answer: Answer,
        telling: Telling,
    },
    ProposeDecline {
        ground: DeclineGround,
        explanation: String,
        answered_number: String,
    },
    ApproveDecline {
        remark: String,
    },
    RejectDecline {
        reason: String,
    },
    IssueOrder {
        draft: Draft,
    },
    SignOrder {
        unit: String,
    },
    AssignHandler {
        post: String,
        person: String,
    },
    DeclareInterest {
        interest: String,
    },
    RecordContact {
        at: Option<DateTime<Utc>>,
        manner: Option<Manner>,
        summary: String,
    },
    RecordFindings {
        findings: String,
        evidence: Vec<Proof>,
    },
    RecordSolution {
        solution: String,
    },
    RecordAnswer {
        answer: Answer,
        telling: Telling,
    },
    FileResult {
        result: String,
        rectification: String,
    },
    ReturnResult {
        reasons: String,
    },
    PassResult {
        opinion: String,
    },
    RequestExtension {
        clock: String,
        stage: u32,
        ground: String,
        until: DateTime<Utc>,
    },
    ApproveExtension {
        id: Option<Uuid>,
        remark: String,
    },
    RefuseExtension {
        id: Option<Uuid>,
        reason: String,
    },
    Withdraw {
        statement: String,
    },
    Close {
        remark: String,
    },
    UrgeUnit {
        message: String,
    },
    /// Something beyond the ordinary course.
    Course(CourseCommand),
}

impl Command {
    /// Which verb it is.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::SettleOnTheSpot { .. } => Verb::SettleOnTheSpot,
            Self::FileToReception { .. } => Verb::FileToReception,
            Self::Accept { .. } => Verb::Accept,
            Self::AnswerDirectly { .. } => Verb::AnswerDirectly,
            Self::ProposeDecline { .. } => Verb::ProposeDecline,
            Self::ApproveDecline { .. } => Verb::ApproveDecline,
            Self::RejectDecline { .. } => Verb::RejectDecline,
            Self::IssueOrder { .. } => Verb::IssueOrder,
            Self::SignOrder { .. } => Verb::SignOrder,
            Self::AssignHandler { .. } => Verb::AssignHandler,
            Self::DeclareInterest { .. } => Verb::DeclareInterest,
            Self::RecordContact { .. } => Verb::RecordContact,
            Self::RecordFindings { .. } => Verb::RecordFindings,
            Self::RecordSolution { .. } => Verb::RecordSolution,
            Self::RecordAnswer { .. } => Verb::RecordAnswer,
            Self::FileResult { .. } => Verb::FileResult,
            Self::ReturnResult { .. } => Verb::ReturnResult,
            Self::PassResult { .. } => Verb::PassResult,
            Self::RequestExtension { .. } => Verb::RequestExtension,
            Self::ApproveExtension { .. } => Verb::ApproveExtension,
            Self::RefuseExtension { .. } => Verb::RefuseExtension,
            Self::Withdraw { .. } => Verb::Withdraw,
            Self::Close { .. } => Verb::Close,
            Self::UrgeUnit { .. } => Verb::UrgeUnit,
            Self::Course(command) => command.verb(),
        }
    }

    /// What stands in the history under which heading.
    #[must_use]
    pub fn texts(&self) -> Vec<Text> {
        let one = |name: &'static str, text: &String| vec![(name, text.clone())];
        match self {
            Self::SettleOnTheSpot { settlement } => one("当场解决情况", settlement),
            Self::FileToReception { reason } => one("不能当场解决的原因", reason),
            Self::Accept { opinion } | Self::PassResult { opinion } => one("意见", opinion),
            Self::AnswerDirectly { answer, telling } | Self::RecordAnswer { answer, telling } => {
                vec![
                    ("核实的事实", answer.facts.clone()),
                    ("依据和理由", answer.basis.clone()),
                    ("处理结论", answer.conclusion.clone()),
                    ("救济途径", answer.remedies.clone()),
                    (
                        "告知方式",
                        telling
                            .manner
                            .map_or_else(String::new, |manner| manner.words().to_owned()),
                    ),
                    ("告知证明", telling.note.clone()),
                ]
            }
            Self::ProposeDecline {
                ground,
                explanation,
                answered_number,
            } => {
                vec![
                    ("理由", ground.words().to_owned()),
                    ("已答复的投诉", answered_number.clone()),
                    ("对投诉人的说明", explanation.clone()),
                ]
            }
            Self::ApproveDecline { remark }
            | Self::Close { remark }
            | Self::ApproveExtension { remark, .. } => one("备注", remark),
            Self::RejectDecline { reason } | Self::RefuseExtension { reason, .. } => {
                one("理由", reason)
            }
            Self::IssueOrder { draft } => vec![
                ("主办单位", draft.lead.clone()),
                ("协办单位", draft.co_units.join("、")),
                ("事由", draft.matter.clone()),
                ("督办事项与要求", draft.requirements.clone()),
            ],
            Self::SignOrder { unit } => one("签收单位", unit),
            Self::AssignHandler { post, .. } => one("承办岗位", post),
            Self::DeclareInterest { interest } => one("利害关系", interest),
            Self::RecordContact {
                manner, summary, ..
            } => vec![
                (
                    "联系方式",
                    manner.map_or_else(String::new, |manner| manner.words().to_owned()),
                ),
                ("联系情况", summary.clone()),
            ],
            Self::RecordFindings { findings, evidence } => {
                let evidence: Vec<String> = evidence
                    .iter()
                    .map(|kept| format!("{} {}", kept.file_name, kept.digest))
                    .collect();
                vec![
                    ("调查核实情况", findings.clone()),
                    ("证据", evidence.join("\n")),
                ]
            }
            Self::RecordSolution { solution } => one("处理方案", solution),
            Self::FileResult {
                result,
                rectification,
            } => {
                vec![
                    ("办理结果", result.clone()),
                    ("整改措施", rectification.clone()),
                ]
            }
            Self::ReturnResult { reasons } => one("退回理由", reasons),
            Self::RequestExtension {
                clock,
                stage,
                ground,
                until,
            } => vec![
                ("时限", format!("{clock} 第 {stage} 次延期")),
                (
                    "延至",
                    in_shanghai(*until).format("%Y-%m-%d %H:%M").to_string(),
                ),
                ("延期理由", ground.clone()),
            ],
            Self::Withdraw { statement } => one("撤回情况", statement),
            Self::UrgeUnit { message } => one("催办内容", message),
            Self::Course(command) => command.texts(),
        }
    }

    /// What a verb is called in the history once it is done: the event's name.
    #[must_use]
    pub fn event(&self) -> &'static str {
        match self {
            Self::SettleOnTheSpot { .. } => "CaseSettled",
            Self::FileToReception { .. } => "CaseFiled",
            Self::Accept { .. } => "CaseAccepted",
            Self::AnswerDirectly { .. } => "CaseAnswered",
            Self::ProposeDecline { .. } => "DeclineProposed",
            Self::ApproveDecline { .. } => "CaseDeclined",
            Self::RejectDecline { .. } => "DeclineRejected",
            Self::IssueOrder { .. } => "OrderIssued",
            Self::SignOrder { .. } => "OrderSigned",
            Self::AssignHandler { .. } => "HandlerAssigned",
            Self::DeclareInterest { .. } => "InterestDeclared",
            Self::RecordContact { .. } => "ContactRecorded",
            Self::RecordFindings { .. } => "FindingsRecorded",
            Self::RecordSolution { .. } => "SolutionProposed",
            Self::RecordAnswer { .. } => "AnswerSent",
            Self::FileResult { .. } => "ResultFiled",
            Self::ReturnResult { .. } => "ResultReturned",
            Self::PassResult { .. } => "ResultPassed",
            Self::RequestExtension { .. } => "ExtensionRequested",
            Self::ApproveExtension { .. } => "ExtensionGranted",
            Self::RefuseExtension { .. } => "ExtensionRefused",
            Self::Withdraw { .. } => "CaseWithdrawn",
            Self::Close { .. } => "CaseClosed",
            Self::UrgeUnit { .. } => "UnitUrged",
            Self::Course(command) => command.event(),
        }
    }
}
