//! All SQL of archive.

use sea_orm::FromQueryResult;

pub mod access;
pub mod cases;
pub mod disposals;
pub mod files;
pub mod holds;
pub mod keeping;
pub mod ledger;
pub mod schedules;
pub mod transfers;

/// Who may see what: the unions (all when none are named), and the person who may be barred from single cases.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The unions; `None` for all.
    pub unions: Option<Vec<String>>,
    /// The caller.
    pub person_id: String,
}

impl Scope {
    /// Whether a union is within it.
    #[must_use]
    pub fn sees(&self, union: &str) -> bool {
        self.unions
            .as_ref()
            .is_none_or(|unions| unions.iter().any(|seen| seen == union))
    }
}

/// Numbers in rows are signed.
pub(crate) fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number in a row that is never negative.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A row that is one number.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Number {
    pub(crate) number: i64,
}
