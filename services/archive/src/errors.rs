//! Why something was not done, and how a caller is told.

use chassis::{
    grpc::{denied, internal, invalid, not_found, refused, stale, unavailable},
    requests::RequestTrouble,
};
use documents::RenderError;
use sea_orm::{DbErr, RuntimeErr};
use tonic::Status;

use crate::{
    domain::{disposal, transfer},
    schedule::ScheduleTrouble,
};

/// Why a question was not answered, or something not done.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A field of the request is wrong.
    #[error("{1}")]
    Invalid(&'static str, String),
    /// There is none, or none that the caller may know of.
    #[error("没有这份案卷,或不在您的查阅范围内;未办结或尚未封卷的投诉请到受理部门查询")]
    NoFile,
    /// There is none, or none that the caller may know of.
    #[error("没有这{0},或不在您的查阅范围内;请核对编号")]
    None(&'static str),
    /// The caller may not see or do it.
    #[error("{0}")]
    NotYours(String),
    /// The state of things does not allow it.
    #[error("{1}")]
    NotNow(&'static str, String),
    /// A transfer is not made or decided.
    #[error(transparent)]
    Transfer(#[from] transfer::Refusal),
    /// Files are not disposed of.
    #[error(transparent)]
    Disposal(#[from] disposal::Refusal),
    /// The text is no retention schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleTrouble),
    /// The request is no new one, and no repeat.
    #[error(transparent)]
    Request(#[from] RequestTrouble),
    /// Somebody else was quicker.
    #[error("刚被他人更新,请刷新后重试")]
    Stale,
    /// The bytes are gone or were changed.
    #[error("案卷 {0} 的文件在存储中缺失或已被改动;请立即告知系统管理员和审计")]
    Damaged(String),
    /// A row or an answer contradicts itself: our fault.
    #[error("inconsistent: {0}")]
    Broken(String),
    /// The store does not answer.
    #[error("the object store failed")]
    Blobs(#[source] anyhow::Error),
    /// A paper is not made.
    #[error(transparent)]
    Paper(#[from] RenderError),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

impl From<ActionError> for Status {
    fn from(error: ActionError) -> Self {
        let sentence = error.to_string();
        match &error {
            ActionError::Invalid(field, _) => invalid(field, sentence),
            ActionError::NoFile | ActionError::None(_) => not_found(sentence),
            ActionError::NotYours(_) => denied(sentence),
            ActionError::NotNow(code, _) => refused(code, sentence),
            ActionError::Transfer(transfer::Refusal::NoFindings) => invalid("findings", sentence),
            ActionError::Transfer(refusal) => refused(refusal.code(), sentence),
            ActionError::Disposal(disposal::Refusal::Nothing) => invalid("choices", sentence),
            ActionError::Disposal(refusal) => refused(refusal.code(), sentence),
            ActionError::Schedule(_) => invalid("text", sentence),
            ActionError::Request(RequestTrouble::Reused(_) | RequestTrouble::NoId) => {
                invalid("request_id", sentence)
            }
            ActionError::Stale => stale(sentence),
            ActionError::Store(DbErr::Conn(_) | DbErr::ConnectionAcquire(_))
            | ActionError::Store(DbErr::Query(RuntimeErr::Internal(_))) => {
                unavailable("档案库暂时连不上,请稍后重试")
            }
            ActionError::Paper(RenderError::NoFonts(_)) => {
                tracing::error!("{sentence}");
                refused(
                    "archive.no_fonts",
                    "服务器上没有公文字体,暂时不能出具;请告知系统管理员",
                )
            }
            ActionError::Damaged(_) => {
                tracing::error!("{sentence}");
                refused("archive.damaged", sentence)
            }
            ActionError::Broken(_)
            | ActionError::Paper(_)
            | ActionError::Blobs(_)
            | ActionError::Request(RequestTrouble::Store(_))
            | ActionError::Store(_) => internal(&error),
        }
    }
}
