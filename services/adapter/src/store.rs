//! All SQL of an adapter's common tables.

pub mod conversations;
pub mod deliveries;
pub mod incoming;

use sea_orm::{DbErr, QueryResult};

/// How long one worker has a row before another may take it; longer than any call lasts.
const LEASE: &str = "90 seconds";

/// A row that cannot be, such as an unknown state: our bug, never guessed around.
fn impossible(table: &str, id: &str) -> DbErr {
    DbErr::Custom(format!("{table} {id} is in a state that does not exist"))
}

/// A count as the database gives it.
fn count(row: &QueryResult, column: &str) -> Result<u64, DbErr> {
    let count: i64 = row.try_get("", column)?;
    Ok(u64::try_from(count).unwrap_or_default())
}
