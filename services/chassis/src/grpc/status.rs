//! What a caller is told when a request is not done: a closed list of codes, a stable reason, a sentence for a person.

use std::error::Error;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::{auth::TokenRefused, db, telemetry};

/// The domain of every reason.
pub const DOMAIN: &str = "suda";
/// How many characters the fields of one status may have together. A status travels in HTTP/2 headers, of which most clients
/// take 16 KiB; a Chinese character needs up to 13 bytes there.
const MOST_SAID: usize = 900;
/// How many characters one sentence may have; whoever quotes what was sent quotes no more of it.
const LONGEST_SENTENCE: usize = 300;

/// A field of the request is wrong.
#[must_use]
pub fn invalid(field: &str, sentence: impl Into<String>) -> Status {
    invalid_all(vec![(field.to_owned(), sentence.into())])
}

/// Several fields of the request are wrong; the caller is told all at once, or as many as one answer can hold.
#[must_use]
pub fn invalid_all(fields: Vec<(String, String)>) -> Status {
    let fields = as_many_as_fit(fields);
    let message = fields
        .iter()
        .map(|(field, sentence)| format!("{field}: {sentence}"))
        .collect::<Vec<_>>()
        .join("; ");
    let violations: Vec<FieldViolation> = fields
        .into_iter()
        .map(|(field, sentence)| FieldViolation::new(field, sentence))
        .collect();
    let mut details = ErrorDetails::with_bad_request(violations);
    details.set_error_info("request.invalid", DOMAIN, []);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

fn as_many_as_fit(fields: Vec<(String, String)>) -> Vec<(String, String)> {
    let (all, mut said) = (fields.len(), 0);
    let mut kept = Vec::new();
    for (field, sentence) in fields {
        let (field, sentence) = (shortened(field), shortened(sentence));
        said += field.chars().count() + sentence.chars().count();
        if said > MOST_SAID {
            break;
        }
        kept.push((field, sentence));
    }
    if kept.len() < all {
        let more = all - kept.len();
        kept.push((
            "…".to_owned(),
            format!("另有 {more} 处错误没有列出,请先改正以上各处再提交"),
        ));
    }
    kept
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_SENTENCE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The law or the state of things does not allow it; the code is the refusal's own.
#[must_use]
pub fn refused(code: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::FailedPrecondition, code, sentence)
}

/// What is asked for is not there, or not for this caller to know of.
#[must_use]
pub fn not_found(sentence: impl Into<String>) -> Status {
    with_reason(Code::NotFound, "request.not_found", sentence)
}

/// The caller may not do this.
#[must_use]
pub fn denied(sentence: impl Into<String>) -> Status {
    with_reason(Code::PermissionDenied, "access.denied", sentence)
}

/// Somebody else was quicker; the caller reads again and decides again.
#[must_use]
pub fn stale(sentence: impl Into<String>) -> Status {
    with_reason(Code::Aborted, "request.stale", sentence)
}

/// It may work later.
#[must_use]
pub fn unavailable(sentence: impl Into<String>) -> Status {
    with_reason(Code::Unavailable, "service.unavailable", sentence)
}

/// It is not known who calls.
#[must_use]
pub fn unauthenticated(refused: &TokenRefused) -> Status {
    with_reason(Code::Unauthenticated, refused.code(), refused.to_string())
}

/// It is our fault, or the database's that is away. The whole chain of causes is logged here, once; the caller is told no
/// detail, but whether to come again.
#[must_use]
pub fn internal(error: &(dyn Error + 'static)) -> Status {
    if db::is_away(error) {
        tracing::warn!(error = telemetry::chain(error), "the database is away");
        return unavailable("数据库暂时不可用,操作可能未生效;请用同一请求号重试,不会重复办理");
    }
    if db::is_unstorable(error) {
        return with_reason(
            Code::InvalidArgument,
            "request.invalid",
            "填写的内容含有不可见的空字符(NUL),无法保存;请删去后重新输入,不要从其他程序原样粘贴",
        );
    }
    tracing::error!(
        error = telemetry::chain(error),
        "a request failed by our fault"
    );
    fault()
}

/// The answer for our own fault, when the cause is logged already.
pub(super) fn fault() -> Status {
    let hint = telemetry::trace_id().map_or_else(String::new, |id| format!("(追踪号 {id})"));
    with_reason(
        Code::Internal,
        "service.fault",
        format!("系统内部错误,本次操作未完成;请稍后重试,仍不行请告知系统管理员{hint}"),
    )
}

/// The call took longer than it may.
pub(super) fn overdue(seconds: f32) -> Status {
    with_reason(
        Code::DeadlineExceeded,
        "request.deadline",
        format!("{seconds:.1} 秒内未能完成;操作可能已生效,请用同一请求号重试,不会重复办理"),
    )
}

/// The message is larger than is taken.
pub(super) fn oversize(bytes: usize, limit: usize) -> Status {
    with_reason(
        Code::ResourceExhausted,
        "request.oversize",
        format!("请求有 {bytes} 字节,超过上限 {limit} 字节;请减小附件或分次提交"),
    )
}

/// The service has no such RPC.
pub(super) fn unknown_rpc(rpc: &str) -> Status {
    let known: String = rpc
        .chars()
        .filter(|letter| !letter.is_control())
        .take(120)
        .collect();
    with_reason(
        Code::Unimplemented,
        "request.unknown_rpc",
        format!("本服务没有 {known};请核对地址与版本"),
    )
}

/// Somewhere, something took too many calls at once.
pub(super) fn busy() -> Status {
    with_reason(Code::Unavailable, "service.busy", "服务正忙,请稍后重试")
}

fn with_reason(code: Code, reason: &str, sentence: impl Into<String>) -> Status {
    Status::with_error_details(
        code,
        shortened(sentence.into()),
        ErrorDetails::with_error_info(reason, DOMAIN, []),
    )
}

/// The stable reason that a status carries, e.g. `token.expired`.
#[must_use]
pub fn reason(status: &Status) -> Option<String> {
    status
        .get_details_error_info()
        .filter(|info| info.domain == DOMAIN)
        .map(|info| info.reason)
}

/// The fields that a status finds wrong, each with a sentence.
#[must_use]
pub fn fields(status: &Status) -> Vec<(String, String)> {
    status
        .get_details_bad_request()
        .map(|bad| {
            bad.field_violations
                .into_iter()
                .map(|field| (field.field, field.description))
                .collect()
        })
        .unwrap_or_default()
}

/// What a person is told: one sentence, a line for each wrong field, and the reason for whoever looks it up.
#[must_use]
pub fn sentence(status: &Status) -> String {
    let fields = fields(status);
    let what = if fields.is_empty() {
        match (status.code(), status.message()) {
            (Code::Unavailable, "") => "服务暂时联系不上,请稍后重试".to_owned(),
            (Code::DeadlineExceeded | Code::Cancelled, "" | "Timeout expired") => {
                "等待超时,请用同一请求号重试".to_owned()
            }
            (Code::Unimplemented, "") => "对方服务没有这项功能,请核对版本".to_owned(),
            (code, "") => format!("请求未完成({})", code.description()),
            (_, message) => message.to_owned(),
        }
    } else {
        let lines: Vec<String> = fields
            .iter()
            .map(|(field, wrong)| format!("  {field}: {wrong}"))
            .collect();
        format!("请求内容有误:\n{}", lines.join("\n"))
    };
    match reason(status) {
        Some(reason) => format!("{what} [{reason}]"),
        None => what,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sea_orm::{DbErr, RuntimeErr};

    use super::*;
    use crate::requests::RequestTrouble;

    #[test]
    fn a_refusal_carries_its_code_and_its_sentence() {
        let status = refused("case.out_of_order", "案件已办结,不能再签发督办表");
        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(reason(&status).as_deref(), Some("case.out_of_order"));
        assert_eq!(
            sentence(&status),
            "案件已办结,不能再签发督办表 [case.out_of_order]"
        );
    }

    #[test]
    fn every_wrong_field_is_named() {
        let status = invalid_all(vec![
            ("unit_code".to_owned(), "没有这个单位".to_owned()),
            ("received_at".to_owned(), "不能晚于现在".to_owned()),
        ]);
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(fields(&status).len(), 2);
        let text = sentence(&status);
        assert!(
            text.contains("unit_code: 没有这个单位") && text.contains("received_at: 不能晚于现在"),
            "{text}"
        );
    }

    #[test]
    fn a_thousand_wrong_fields_still_fit_into_the_headers_of_one_answer() {
        let wrong = |line| {
            (
                format!("units/jiangmen.toml:{line}"),
                "没有上级机构,请先写明上级机构".to_owned(),
            )
        };
        let status = invalid_all((0..1_000).map(wrong).collect());
        let named = fields(&status);
        assert!(named.len() > 10, "{}", named.len());
        let more = format!("另有 {} 处", 1_000 - (named.len() - 1));
        assert!(named.last().unwrap().1.contains(&more), "{named:?}");
        let quoting = refused("case.matter", "诉".repeat(1 << 20));
        for status in [status, quoting] {
            let headers = status.into_http::<()>().into_parts().0.headers;
            let bytes: usize = headers.values().map(http::HeaderValue::len).sum();
            assert!(bytes < 15 << 10, "{bytes}");
        }
    }

    #[test]
    fn our_own_fault_gives_no_detail() {
        let status = internal(&std::io::Error::other(
            "password of the database is hunter2",
        ));
        assert_eq!(status.code(), Code::Internal);
        assert!(!format!("{status:?}").contains("hunter2"));
    }

    #[test]
    fn a_database_that_is_away_is_nobodys_fault_and_the_caller_comes_again() {
        let away = |error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)));
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for error in [sqlx::Error::PoolTimedOut, sqlx::Error::Io(broken)] {
            let failed = RequestTrouble::Store(away(error));
            assert_eq!(internal(&failed).code(), Code::Unavailable);
        }
        assert_eq!(
            internal(&away(sqlx::Error::RowNotFound)).code(),
            Code::Internal
        );
    }

    #[test]
    fn g24_1_what_no_database_keeps_is_the_caller_s_to_mend() {
        /// What PostgreSQL says of a NUL in a text.
        #[derive(Debug)]
        struct Said;
        impl std::fmt::Display for Said {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("invalid byte sequence for encoding \"UTF8\": 0x00")
            }
        }
        impl Error for Said {}
        impl sqlx::error::DatabaseError for Said {
            fn message(&self) -> &str {
                "invalid byte sequence"
            }
            fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
                Some("22021".into())
            }
            fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
                self
            }
            fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
                self
            }
            fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
                self
            }
            fn kind(&self) -> sqlx::error::ErrorKind {
                sqlx::error::ErrorKind::Other
            }
        }
        let error = sqlx::Error::Database(Box::new(Said));
        let error = DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)));
        let status = internal(&RequestTrouble::Store(error));
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert!(sentence(&status).contains("空字符"), "{status:?}");
    }

    #[test]
    fn a_status_of_somebody_else_still_reads() {
        assert_eq!(
            sentence(&Status::new(Code::Unavailable, "")),
            "服务暂时联系不上,请稍后重试"
        );
        assert_eq!(sentence(&Status::new(Code::Unknown, "odd")), "odd");
    }
}
