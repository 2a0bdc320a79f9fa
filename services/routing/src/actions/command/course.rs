//! What can be asked of a case beyond the ordinary course.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    domain::{
        case::course::{Matter, PauseGround, Satisfaction, Superior},
        extension::in_shanghai,
        standing::Verb,
    },
    store::record::Text,
};

/// What can be asked of a case beyond the ordinary course.
#[derive(Clone)]
#[expect(
    missing_docs,
    reason = "each is the RPC of the same name, with its fields"
)]
pub enum CourseCommand {
    RecordSuperior {
        superior: Superior,
        received_at: Option<DateTime<Utc>>,
    },
    ReportToSuperior {
        report: String,
        letter: String,
    },
    TransferOut {
        matter: Matter,
        to_unit: String,
        reason: String,
    },
    ReceiptTransfer {
        number: String,
        remark: String,
    },
    RequestBounce {
        unit: String,
        basis: String,
    },
    RuleBounce {
        uphold: bool,
        reason: String,
        new_unit: String,
    },
    JoinCase {
        lead: Option<Uuid>,
        lead_number: String,
        reason: String,
    },
    RestartPeriod {
        received_at: DateTime<Utc>,
        reason: String,
    },
    BeginPause {
        ground: PauseGround,
        basis: String,
    },
    EndPause {
        remark: String,
    },
    FollowUp {
        satisfaction: Satisfaction,
        remark: String,
        called_at: Option<DateTime<Utc>>,
    },
    FormGroup {
        units: Vec<String>,
        members: Vec<String>,
        task: String,
    },
    AdmitSkipLevel {
        overdue: String,
        circumstances: String,
    },
    ReferSkipLevel {
        reason: String,
    },
    NoteRelation {
        person: String,
        relation: String,
    },
}

impl CourseCommand {
    /// Which verb it is.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::RecordSuperior { .. } => Verb::RecordSuperior,
            Self::ReportToSuperior { .. } => Verb::ReportToSuperior,
            Self::TransferOut { .. } => Verb::TransferOut,
            Self::ReceiptTransfer { .. } => Verb::ReceiptTransfer,
            Self::RequestBounce { .. } => Verb::RequestBounce,
            Self::RuleBounce { .. } => Verb::RuleBounce,
            Self::JoinCase { .. } => Verb::JoinCase,
            Self::RestartPeriod { .. } => Verb::RestartPeriod,
            Self::BeginPause { .. } => Verb::BeginPause,
            Self::EndPause { .. } => Verb::EndPause,
            Self::FollowUp { .. } => Verb::FollowUp,
            Self::FormGroup { .. } => Verb::FormGroup,
            Self::AdmitSkipLevel { .. } => Verb::AdmitSkipLevel,
            Self::ReferSkipLevel { .. } => Verb::ReferSkipLevel,
            Self::NoteRelation { .. } => Verb::NoteRelation,
        }
    }

    /// What stands in the history under which heading.
    #[must_use]
    pub fn texts(&self) -> Vec<Text> {
        let one = |name: &'static str, text: &String| vec![(name, text.clone())];
        let moment = |at: &DateTime<Utc>| in_shanghai(*at).format("%Y-%m-%d %H:%M").to_string();
        match self {
            Self::RecordSuperior { superior, .. } => superior_texts(superior),
            Self::ReportToSuperior { report, letter } => {
                vec![
                    ("处理结果报告", report.clone()),
                    ("上报文号", letter.clone()),
                ]
            }
            Self::TransferOut {
                matter,
                to_unit,
                reason,
            } => vec![
                ("移交事由", matter.words().to_owned()),
                ("接收部门", to_unit.clone()),
                ("理由", reason.clone()),
            ],
            Self::ReceiptTransfer { number, remark } => {
                vec![("签收凭证", number.clone()), ("备注", remark.clone())]
            }
            Self::RequestBounce { unit, basis } => {
                vec![("退单单位", unit.clone()), ("退单依据", basis.clone())]
            }
            Self::RuleBounce {
                uphold,
                reason,
                new_unit,
            } => vec![
                (
                    "裁定",
                    if *uphold {
                        "退单成立"
                    } else {
                        "退单不成立"
                    }
                    .to_owned(),
                ),
                ("理由", reason.clone()),
                ("接办单位", new_unit.clone()),
            ],
            Self::JoinCase {
                lead_number,
                reason,
                ..
            } => vec![("主案", lead_number.clone()), ("并案理由", reason.clone())],
            Self::RestartPeriod {
                received_at,
                reason,
            } => vec![
                ("收到新材料", moment(received_at)),
                ("新的事实和理由", reason.clone()),
            ],
            Self::BeginPause { ground, basis } => vec![
                ("中止事由", ground.words().to_owned()),
                ("说明", basis.clone()),
            ],
            Self::EndPause { remark } => one("结果", remark),
            Self::FollowUp {
                satisfaction,
                remark,
                ..
            } => vec![
                ("满意度", satisfaction.words().to_owned()),
                ("回访情况", remark.clone()),
            ],
            Self::FormGroup {
                units,
                members,
                task,
            } => vec![
                ("参加单位", units.join("、")),
                ("成员岗位", members.join("、")),
                ("调查任务", task.clone()),
            ],
            Self::AdmitSkipLevel {
                overdue,
                circumstances,
            } => vec![
                ("超期案件", overdue.clone()),
                ("特殊情况", circumstances.clone()),
            ],
            Self::ReferSkipLevel { reason } => one("备注", reason),
            Self::NoteRelation { person, relation } => vec![
                ("须回避人员", person.clone()),
                ("与投诉人的关系", relation.clone()),
            ],
        }
    }

    /// What a verb is called in the history once it is done: the event's name.
    #[must_use]
    pub fn event(&self) -> &'static str {
        match self {
            Self::RecordSuperior { .. } => "CaseTransferredIn",
            Self::ReportToSuperior { .. } => "SuperiorReported",
            Self::TransferOut { .. } | Self::ReferSkipLevel { .. } => "CaseTransferredOut",
            Self::ReceiptTransfer { .. } => "TransferReceipted",
            Self::RequestBounce { .. } => "BounceRequested",
            Self::RuleBounce { .. } => "BounceRuled",
            Self::JoinCase { .. } => "CaseJoined",
            Self::RestartPeriod { .. } => "PeriodRestarted",
            Self::BeginPause { .. } => "PauseBegan",
            Self::EndPause { .. } => "PauseEnded",
            Self::FollowUp { .. } => "FollowedUp",
            Self::FormGroup { .. } => "GroupFormed",
            Self::AdmitSkipLevel { .. } => "SkipLevelAdmitted",
            Self::NoteRelation { .. } => "InterestDeclared",
        }
    }
}

/// Who passed a case on, for the history.
#[must_use]
pub fn superior_texts(superior: &Superior) -> Vec<Text> {
    let due = superior.due_at.map(|at| {
        let at = in_shanghai(at);
        at.format("%Y-%m-%d %H:%M").to_string()
    });
    vec![
        ("来文单位", superior.kind.words().to_owned()),
        ("来文号", superior.number.clone()),
        ("规定期限", due.unwrap_or_default()),
    ]
}
