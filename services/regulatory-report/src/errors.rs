//! Why a question was not answered, and how a caller is told.

use chassis::grpc::{denied, internal, invalid, not_found, unavailable};
use rust_xlsxwriter::XlsxError;
use sea_orm::{DbErr, RuntimeErr};
use tonic::Status;

use crate::domain::period;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The term is none that figures can be given of.
    #[error(transparent)]
    Period(#[from] period::Refusal),
    /// A field of the request is wrong.
    #[error("{1}")]
    Invalid(&'static str, String),
    /// The caller may not see it.
    #[error("您无权查看机构 {0} 的统计数据;只能查看本机构及其下属机构")]
    NotYours(String),
    /// There is no such unit, or none that reports.
    #[error("没有机构 {0},或该机构不单独编制报告;请填写省联社、办事处或市县联社(农商行)的机构代码")]
    NoUnit(String),
    /// There is no such figure.
    #[error("本期没有这一统计项;请先查看统计表,再按其中的表名和项目代码查询")]
    NoFigure,
    /// The spreadsheet could not be written.
    #[error("the spreadsheet cannot be written")]
    Sheet(#[from] XlsxError),
    /// The document could not be written.
    #[error("the document cannot be written")]
    Json(#[from] serde_json::Error),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

impl From<ActionError> for Status {
    fn from(error: ActionError) -> Self {
        let sentence = error.to_string();
        match error {
            ActionError::Period(period::Refusal::Year(_)) => invalid("scope.year", sentence),
            ActionError::Period(period::Refusal::NotBegun) => invalid("scope.term", sentence),
            ActionError::Period(period::Refusal::CutOffBefore) => {
                invalid("scope.cut_off_at", sentence)
            }
            ActionError::Invalid(field, sentence) => invalid(field, sentence),
            ActionError::NotYours(_) => denied(sentence),
            ActionError::NoUnit(_) | ActionError::NoFigure => not_found(sentence),
            ActionError::Store(
                DbErr::Conn(_)
                | DbErr::ConnectionAcquire(_)
                | DbErr::Query(RuntimeErr::Internal(_)),
            ) => unavailable("统计库暂时连不上,请稍后重试"),
            ActionError::Sheet(_) | ActionError::Json(_) | ActionError::Store(_) => {
                internal(&error)
            }
        }
    }
}
