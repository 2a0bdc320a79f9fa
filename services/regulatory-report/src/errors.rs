//! Why a question was not answered, and how a caller is told.

use chassis::{
    grpc::{denied, internal, invalid, not_found, refused, stale, unavailable},
    requests::RequestTrouble,
};
use documents::RenderError;
use rust_xlsxwriter::XlsxError;
use sea_orm::{DbErr, RuntimeErr};
use tonic::Status;

use crate::domain::{period, report::Refusal};

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
    /// The caller's posts may not do it for this unit.
    #[error(
        "您的岗位不能为机构 {0} 办理此事;编制由受理部门、办事处或合规部经办,审核和签发由其负责人或高级管理层办理"
    )]
    NotTheirs(String),
    /// There is no such report, or none that the caller may know of.
    #[error("没有这份报告,或者您无权查看")]
    NoReport,
    /// The report's life says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else was quicker.
    #[error("内容已被他人更新(您看到的是第 {seen} 版,现在是第 {now} 版),请刷新后重新办理")]
    Stale {
        /// The revision the caller has seen.
        seen: u64,
        /// The revision it has.
        now: u64,
    },
    /// Two began the same report at once.
    #[error("同一报告正由他人编制,请稍后重试")]
    Busy,
    /// An addendum needs a submitted report.
    #[error("只有已报送的报告才能编制补充报告;未报送的报告请直接修改")]
    NothingToCorrect,
    /// A corrected report is corrected again by another addendum.
    #[error("该报告已有补充报告;请说明更正原因,编制新的补充报告")]
    Corrected,
    /// A row says what cannot be: our bug.
    #[error("a row is inconsistent: {0}")]
    Inconsistent(String),
    /// The object store failed.
    #[error("the object store failed")]
    Blobs(#[source] anyhow::Error),
    /// The request's id was not taken.
    #[error(transparent)]
    Request(#[from] RequestTrouble),
    /// There is no such figure.
    #[error("本期没有这一统计项;请先查看统计表,再按其中的表名和项目代码查询")]
    NoFigure,
    /// The spreadsheet could not be written.
    #[error("the spreadsheet cannot be written")]
    Sheet(#[from] XlsxError),
    /// The document could not be written.
    #[error("the document cannot be written")]
    Json(#[from] serde_json::Error),
    /// The report could not be set.
    #[error(transparent)]
    Paper(#[from] RenderError),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

impl From<ActionError> for Status {
    fn from(error: ActionError) -> Self {
        let sentence = error.to_string();
        match error {
            ActionError::Period(period::Refusal::Year(_)) => invalid("scope.year", sentence),
            ActionError::Period(period::Refusal::Span) => invalid("scope.first_day", sentence),
            ActionError::Period(period::Refusal::NotBegun) => invalid("scope.term", sentence),
            ActionError::Period(period::Refusal::CutOffBefore) => {
                invalid("scope.cut_off_at", sentence)
            }
            ActionError::Invalid(field, sentence) => invalid(field, sentence),
            ActionError::NotYours(_) | ActionError::NotTheirs(_) => denied(sentence),
            ActionError::NoUnit(_) | ActionError::NoFigure | ActionError::NoReport => {
                not_found(sentence)
            }
            ActionError::Refused(Refusal::Required(_)) => invalid("text", sentence),
            ActionError::Refused(Refusal::BeforeSigned | Refusal::InFuture) => {
                invalid("delivered_at", sentence)
            }
            ActionError::Refused(refusal) => refused(refusal.code(), sentence),
            ActionError::NothingToCorrect | ActionError::Corrected => {
                refused("report.addendum", sentence)
            }
            ActionError::Stale { .. } | ActionError::Busy => stale(sentence),
            ActionError::Request(RequestTrouble::Reused(_) | RequestTrouble::NoId) => {
                invalid("request_id", sentence)
            }
            ActionError::Store(
                DbErr::Conn(_)
                | DbErr::ConnectionAcquire(_)
                | DbErr::Query(RuntimeErr::Internal(_)),
            ) => unavailable("统计库暂时连不上,请稍后重试"),
            ActionError::Paper(RenderError::NoFonts(_)) => {
                let error = chassis::telemetry::chain(&error);
                tracing::error!(error, "a report cannot be set");
                refused(
                    "paper.no_fonts",
                    "本系统没有找到公文字体,不能出具报告,请联系系统管理员",
                )
            }
            ActionError::Paper(_)
            | ActionError::Sheet(_)
            | ActionError::Json(_)
            | ActionError::Inconsistent(_)
            | ActionError::Blobs(_)
            | ActionError::Request(RequestTrouble::Store(_))
            | ActionError::Store(_) => internal(&error),
        }
    }
}
