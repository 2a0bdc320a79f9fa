//! Why an action was not done, and what that means at each door.

use chassis::{grpc, inbox::Trouble, requests::RequestTrouble};
use documents::RenderError;
use sea_orm::DbErr;
use tonic::Status;

use crate::domain::{beside::Objection, refusal::Refusal};

/// Why an action was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The domain said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such case, or none that the caller may know of.
    #[error("没有这件案件,或者您无权查看;请核对编号")]
    NoCase,
    /// There is no such notice, or none that the caller may know of.
    #[error("没有这份通知,或者您无权查看;请核对编号")]
    NoNotice,
    /// There is no such escalation item, or none that the caller may know of.
    #[error("没有这项升级事项,或者您无权查看;请核对编号")]
    NoEscalation,
    /// There is no such appeal, task, entry, panel or report, or none that the caller may know of.
    #[error("没有这项{0},或者您无权查看;请核对编号")]
    NoMatter(&'static str),
    /// The case has no such official paper yet.
    #[error("{0}")]
    NoPaper(&'static str),
    /// The official paper cannot be made.
    #[error(transparent)]
    Paper(#[from] RenderError),
    /// Another service did not give what is needed.
    #[error("{}", .0.message())]
    Elsewhere(Box<Status>),
    /// Somebody else was quicker.
    #[error("内容已被他人更新(您看到的是第 {seen} 版,现在是第 {now} 版),请刷新后重新办理")]
    Stale {
        /// The revision the caller has seen.
        seen: u64,
        /// The revision it has.
        now: u64,
    },
    /// A field of the request is wrong.
    #[error("{sentence}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        sentence: String,
    },
    /// A message lacks what it must say.
    #[error("a message of {subject} says no proper {field}")]
    Malformed {
        /// The message.
        subject: &'static str,
        /// The field.
        field: &'static str,
    },
    /// What a message speaks of is not known here yet.
    #[error("{0} is not known here yet")]
    NotYet(&'static str),
    /// A row says what cannot be: our bug.
    #[error("row {id} of table {table} is inconsistent: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
    /// The request's id was not taken.
    #[error(transparent)]
    Request(#[from] RequestTrouble),
}

impl ActionError {
    /// A field of the request is wrong.
    pub fn invalid(field: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            sentence: sentence.into(),
        }
    }
}

impl From<ActionError> for Status {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(refusal) => match &refusal {
                Refusal::Missing { field, .. } | Refusal::Wrong { field, .. } => {
                    grpc::invalid(field, refusal.to_string())
                }
                Refusal::NotTheirs { .. } | Refusal::Beside(Objection::NotTheirs { .. }) => {
                    grpc::denied(refusal.to_string())
                }
                Refusal::OutOfOrder { .. }
                | Refusal::ProposerDecides
                | Refusal::AuthorReviews
                | Refusal::RequesterDecides
                | Refusal::NotTheHandler(..)
                | Refusal::NoFindings(_)
                | Refusal::NoAnswer
                | Refusal::UnitNotOrdered(_)
                | Refusal::NoExtension
                | Refusal::ExtensionWaits
                | Refusal::ExtensionOutOfOrder { .. }
                | Refusal::PastCap { .. }
                | Refusal::RankTooLow(_)
                | Refusal::Recused(_)
                | Refusal::NotAcknowledged
                | Refusal::AlreadyAnswered
                | Refusal::AlreadyDelivered
                | Refusal::SkipsLevel(_)
                | Refusal::SkipsNoLevel
                | Refusal::PapersMissing
                | Refusal::NotReported
                | Refusal::NoSuperior
                | Refusal::NoReceipt
                | Refusal::AlreadyReceipted
                | Refusal::BouncedBefore(_)
                | Refusal::BounceWaits(_)
                | Refusal::NoBounce
                | Refusal::BouncerRules
                | Refusal::CannotLead(_)
                | Refusal::Decided(_)
                | Refusal::Rests
                | Refusal::RestsNot
                | Refusal::HandlerFollowsUp
                | Refusal::Beside(_) => grpc::refused(refusal.code(), refusal.to_string()),
            },
            ActionError::NoCase
            | ActionError::NoNotice
            | ActionError::NoEscalation
            | ActionError::NoMatter(_) => grpc::not_found(error.to_string()),
            ActionError::Stale { .. } => grpc::stale(error.to_string()),
            ActionError::Invalid { field, sentence } => grpc::invalid(field, sentence),
            ActionError::Request(RequestTrouble::Reused(_) | RequestTrouble::NoId) => {
                grpc::invalid("request_id", error.to_string())
            }
            ActionError::NoPaper(sentence) => grpc::refused("paper.none", sentence.to_owned()),
            ActionError::Paper(RenderError::NotEditable(_)) => {
                grpc::invalid("format", error.to_string())
            }
            ActionError::Paper(RenderError::NoFonts(_)) => {
                tracing::error!(
                    error = chassis::telemetry::chain(&error),
                    "an official paper cannot be made"
                );
                grpc::refused(
                    "paper.no_fonts",
                    "本系统没有找到公文字体,不能出具文书,请联系系统管理员",
                )
            }
            ActionError::Elsewhere(status) => *status,
            ActionError::Paper(_)
            | ActionError::Malformed { .. }
            | ActionError::NotYet(_)
            | ActionError::Inconsistent { .. }
            | ActionError::Request(RequestTrouble::Store(_))
            | ActionError::Store(_) => grpc::internal(&error),
        }
    }
}

impl From<Status> for ActionError {
    fn from(status: Status) -> Self {
        Self::Elsewhere(Box::new(status))
    }
}

/// Again, when it may work later; parked, when it never will.
impl From<ActionError> for Trouble {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::NotYet(_)
            | ActionError::Store(_)
            | ActionError::Request(RequestTrouble::Store(_)) => Self::Again(error.into()),
            ActionError::Refused(_)
            | ActionError::NoCase
            | ActionError::NoNotice
            | ActionError::NoEscalation
            | ActionError::NoMatter(_)
            | ActionError::NoPaper(_)
            | ActionError::Paper(_)
            | ActionError::Elsewhere(_)
            | ActionError::Stale { .. }
            | ActionError::Invalid { .. }
            | ActionError::Malformed { .. }
            | ActionError::Inconsistent { .. }
            | ActionError::Request(RequestTrouble::Reused(_) | RequestTrouble::NoId) => {
                Self::Park(error.into())
            }
        }
    }
}
