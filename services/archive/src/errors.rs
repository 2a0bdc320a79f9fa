//! Why something was not done, and how a caller is told.

use chassis::grpc::{denied, internal, invalid, not_found, unavailable};
use sea_orm::{DbErr, RuntimeErr};
use tonic::Status;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A field of the request is wrong.
    #[error("{1}")]
    Invalid(&'static str, String),
    /// There is none, or none that the caller may know of.
    #[error("没有这份案卷,或不在您的查阅范围内;未办结或尚未封卷的投诉请到受理部门查询")]
    NoFile,
    /// The caller may not see it.
    #[error("{0}")]
    NotYours(String),
    /// The bytes are gone or were changed.
    #[error("案卷 {0} 的文件在存储中缺失或已被改动;请立即告知系统管理员和审计")]
    Damaged(String),
    /// The store does not answer.
    #[error("the object store failed")]
    Blobs(#[source] anyhow::Error),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

impl From<ActionError> for Status {
    fn from(error: ActionError) -> Self {
        match &error {
            ActionError::Invalid(field, sentence) => invalid(field, sentence.as_str()),
            ActionError::NoFile => not_found(error.to_string()),
            ActionError::NotYours(sentence) => denied(sentence.as_str()),
            ActionError::Store(DbErr::Conn(_) | DbErr::ConnectionAcquire(_))
            | ActionError::Store(DbErr::Query(RuntimeErr::Internal(_))) => {
                unavailable("档案库暂时连不上,请稍后重试")
            }
            ActionError::Damaged(_) => {
                let sentence = error.to_string();
                tracing::error!("{sentence}");
                chassis::grpc::refused("archive.damaged", sentence)
            }
            ActionError::Blobs(_) | ActionError::Store(_) => internal(&error),
        }
    }
}
