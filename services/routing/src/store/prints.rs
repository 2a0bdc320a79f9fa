//! Who had which official paper made, and why.

use chassis::db::sql;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

/// A paper that somebody had made.
#[derive(FromQueryResult)]
pub struct Print {
    /// When.
    pub printed_at: DateTime<Utc>,
    /// Which paper, by the contract's number.
    pub kind: i32,
    /// As what, by the contract's number.
    pub format: i32,
    /// The person.
    pub person_id: String,
    /// The post.
    pub post: String,
    /// Why.
    pub reason: String,
    /// SHA-256 of the file, hexadecimal.
    pub digest: String,
}

/// Keeps it.
pub async fn put(
    db: &impl ConnectionTrait,
    (print_id, case_id): (Uuid, Uuid),
    print: &Print,
) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO prints (print_id, case_id, printed_at, kind, format, person_id, post, reason, digest)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        print_id.into(),
        case_id.into(),
        print.printed_at.into(),
        print.kind.into(),
        print.format.into(),
        print.person_id.as_str().into(),
        print.post.as_str().into(),
        print.reason.as_str().into(),
        print.digest.as_str().into(),
    ];
    db.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// Those of a case, newest first.
pub async fn of_case(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<Print>, DbErr> {
    const PRINTS: &str = "
        SELECT printed_at, kind, format, person_id, post, reason, digest
        FROM prints WHERE case_id = $1 ORDER BY printed_at DESC, print_id DESC";
    Print::find_by_statement(sql(PRINTS, [case_id.into()]))
        .all(db)
        .await
}
