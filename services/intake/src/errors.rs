//! Why something was not done, and how a caller is told.

use chassis::grpc::{denied, internal, invalid, not_found, refused, stale, unavailable};
use sea_orm::{DbErr, RuntimeErr};
use tonic::Status;
use uuid::Uuid;

use crate::{
    domain::{complaint, erasure, standing},
    vault::VaultTrouble,
};

/// Why an action was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The complaint is not one that can be registered.
    #[error(transparent)]
    Refused(#[from] complaint::Refusal),
    /// What came later is not something that can be added.
    #[error(transparent)]
    Later(#[from] standing::Refusal),
    /// A term or a hold runs.
    #[error(transparent)]
    NotErased(#[from] erasure::Refusal),
    /// A field of the request is wrong.
    #[error("{1}")]
    Invalid(&'static str, String),
    /// There is none, or none that the caller may know of.
    #[error("没有这件投诉,或不在您的查看范围内;请核对编号")]
    NoComplaint,
    /// There is none, or none that the caller may know of.
    #[error("没有这条待处理消息,或不在您的查看范围内;请刷新列表")]
    NoQuarantine,
    /// There is none, or none that the caller may know of.
    #[error("没有这个群体投诉预警,或不在您的查看范围内;请刷新列表")]
    NoGroup,
    /// The caller may not do it there.
    #[error("{0}")]
    NotYours(String),
    /// Guideline art. 5 and 19.
    #[error("您是本件的被投诉人或已声明利害关系,依规定回避,不能查看或办理")]
    Recused,
    /// Guideline art. 5 and 19.
    #[error(
        "本件投诉的是您所在机构或其工作人员,依规定不能查看投诉人身份;需与投诉人联系的,请由受理部门办理,或由受理部门以督办表交办"
    )]
    Accused,
    /// Directory has not told yet.
    #[error("机构资料尚未同步到受理登记服务,请稍后重试;投诉未登记")]
    UnitsUnknownYet,
    /// The same id, another content.
    #[error("同一请求号已用于内容不同的请求;请换用新的请求号")]
    RequestReused,
    /// The law or the state of things does not allow it.
    #[error("{1}")]
    NotNow(&'static str, String),
    /// The key was destroyed.
    #[error("本件的投诉人资料和投诉内容已依法删除,不能再查看或补充")]
    Erased,
    /// Number and code do not fit; which of them is not told.
    #[error("投诉编号或查询码不正确,请核对回执")]
    WrongCode,
    /// Somebody else was quicker.
    #[error("本件刚被他人更新,请刷新后重试")]
    Stale,
    /// The vault failed.
    #[error("the vault failed")]
    Vault(#[from] VaultTrouble),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
    /// The object store failed.
    #[error("the object store failed")]
    Blobs(#[source] anyhow::Error),
    /// A row contradicts another: our fault.
    #[error("{0} {1} is inconsistent")]
    Inconsistent(&'static str, Uuid),
}

impl From<ActionError> for Status {
    fn from(error: ActionError) -> Self {
        let sentence = error.to_string();
        match error {
            ActionError::Refused(refusal) => invalid(refusal.about().0, sentence),
            ActionError::Later(
                standing::Refusal::InFuture | standing::Refusal::BeforeComplaint,
            ) => invalid("received_at", sentence),
            ActionError::Later(standing::Refusal::Nothing | standing::Refusal::TooLong(_)) => {
                invalid("content", sentence)
            }
            ActionError::Invalid(field, sentence) => invalid(field, sentence),
            ActionError::NoComplaint
            | ActionError::NoQuarantine
            | ActionError::NoGroup
            | ActionError::WrongCode => not_found(sentence),
            ActionError::NotErased(erasure::Refusal::NoReference) => invalid("reference", sentence),
            ActionError::NotErased(refusal) => refused(refusal.code(), sentence),
            ActionError::NotYours(_) | ActionError::Recused | ActionError::Accused => {
                denied(sentence)
            }
            ActionError::UnitsUnknownYet => unavailable(sentence),
            ActionError::RequestReused => invalid("request_id", sentence),
            ActionError::NotNow(code, sentence) => refused(code, sentence),
            ActionError::Erased => refused("complaint.erased", sentence),
            ActionError::Stale => stale(sentence),
            ActionError::Store(ref failed) if is_away(failed) => {
                tracing::warn!(error = %failed, "the database is away");
                unavailable("数据库暂时不可用,操作可能未生效;请用同一请求号重试,不会重复办理")
            }
            ActionError::Vault(_) | ActionError::Store(_) | ActionError::Inconsistent(..) => {
                internal(&error)
            }
            ActionError::Blobs(ref failed) => {
                tracing::error!(error = format!("{failed:#}"), "the object store failed");
                unavailable("附件存储暂时不可用,请稍后重试")
            }
        }
    }
}

/// Whether the database cannot be reached, so that trying again may help.
fn is_away(failed: &DbErr) -> bool {
    match failed {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match &**error {
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                // Shut down, starting up, or out of connections.
                sqlx::Error::Database(error) => error
                    .code()
                    .is_some_and(|code| code.starts_with("57P") || code.starts_with("53")),
                _ => false,
            }
        }
        _ => false,
    }
}
