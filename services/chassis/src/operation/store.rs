//! What an operator asks of the tables that every service has.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, FromQueryResult, Statement,
};
use uuid::Uuid;

/// How many parked messages are listed at most.
const LISTED: i64 = 1000;

/// The facts that wait to be published.
#[derive(Debug, Default, FromQueryResult)]
pub(super) struct Outbox {
    pub(super) unpublished: i64,
    pub(super) oldest: Option<DateTime<Utc>>,
}

/// A message that could not be done.
#[derive(Debug, FromQueryResult)]
pub(super) struct Parked {
    pub(super) message_id: Uuid,
    pub(super) consumer: String,
    pub(super) subject: String,
    pub(super) reason: String,
    pub(super) parked_at: DateTime<Utc>,
}

fn sql(text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, values)
}

pub(super) async fn outbox(db: &DatabaseConnection) -> Result<Outbox, DbErr> {
    let text = "SELECT count(*) AS unpublished, min(written_at) AS oldest FROM outbox WHERE published_at IS NULL";
    Ok(Outbox::find_by_statement(sql(text, []))
        .one(db)
        .await?
        .unwrap_or_default())
}

pub(super) async fn count_parked(db: &DatabaseConnection) -> Result<i64, DbErr> {
    let row = db
        .query_one_raw(sql("SELECT count(*) AS parked FROM parked", []))
        .await?;
    row.map_or(Ok(0), |row| row.try_get("", "parked"))
}

pub(super) async fn parked(db: &DatabaseConnection) -> Result<Vec<Parked>, DbErr> {
    let text = "SELECT message_id, consumer, subject, reason, parked_at FROM parked ORDER BY parked_at, message_id LIMIT $1";
    Parked::find_by_statement(sql(text, [LISTED.into()]))
        .all(db)
        .await
}

/// Marks facts as unpublished again; the relay then tells them in their old order.
pub(super) async fn tell_again(
    db: &DatabaseConnection,
    since: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let text =
        "UPDATE outbox SET published_at = NULL WHERE written_at >= $1 AND published_at IS NOT NULL";
    Ok(db
        .execute_raw(sql(text, [since.into()]))
        .await?
        .rows_affected())
}
