//! Who of the staff is related to whom, blind.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::complaints::ComplaintRow;

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct RelationRow {
    /// Permanent.
    pub id: Uuid,
    /// How they are related.
    pub relation: String,
    /// When it was declared.
    pub declared_at: DateTime<Utc>,
    /// When it was taken back.
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Person {
    person_id: String,
}

#[derive(FromQueryResult)]
struct Complaint {
    complaint_id: Uuid,
}

/// Keeps a declaration.
pub async fn put(
    tx: &Tx,
    row: &RelationRow,
    person: &str,
    tokens: Vec<Vec<u8>>,
) -> Result<(), DbErr> {
    const PUT: &str =
        "INSERT INTO relations (id, person_id, relation, declared_at) VALUES ($1, $2, $3, $4)";
    const TOKENS: &str = "
        INSERT INTO relation_tokens (relation_id, token) SELECT $1, t FROM unnest($2::bytea[]) AS t
        ON CONFLICT DO NOTHING";
    let values = [
        row.id.into(),
        person.into(),
        row.relation.as_str().into(),
        row.declared_at.into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    tx.execute_raw(sql(TOKENS, [row.id.into(), tokens.into()]))
        .await?;
    Ok(())
}

/// Takes a declaration back; false when the person has none such.
pub async fn end(tx: &Tx, id: Uuid, person: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    const END: &str = "
        UPDATE relations SET ended_at = coalesce(ended_at, $3) WHERE id = $1 AND person_id = $2";
    let ended = tx
        .execute_raw(sql(END, [id.into(), person.into(), now.into()]))
        .await?;
    Ok(ended.rows_affected() == 1)
}

/// A person's own declarations, oldest first.
pub async fn of_person(db: &impl ConnectionTrait, person: &str) -> Result<Vec<RelationRow>, DbErr> {
    const OWN: &str = "
        SELECT id, relation, declared_at, ended_at FROM relations WHERE person_id = $1 ORDER BY declared_at, id";
    RelationRow::find_by_statement(sql(OWN, [person.into()]))
        .all(db)
        .await
}

/// Who of the staff is related to the complainant of a complaint.
pub async fn related_to(tx: &Tx, complaint: Uuid) -> Result<Vec<String>, DbErr> {
    const RELATED: &str = "
        SELECT DISTINCT r.person_id FROM blind_index b
        JOIN relation_tokens t ON t.token = b.token JOIN relations r ON r.id = t.relation_id
        WHERE b.complaint_id = $1 AND r.ended_at IS NULL ORDER BY r.person_id";
    let rows = Person::find_by_statement(sql(RELATED, [complaint.into()]))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// The complaints of whoever a declaration refers to, from which its person is not barred yet.
pub async fn complaints_of(
    tx: &Tx,
    relation: Uuid,
    person: &str,
) -> Result<Vec<ComplaintRow>, DbErr> {
    const COMPLAINTS: &str = "
        SELECT DISTINCT b.complaint_id FROM relation_tokens t JOIN blind_index b ON b.token = t.token
        WHERE t.relation_id = $1 AND NOT EXISTS (
            SELECT FROM recusals r WHERE r.complaint_id = b.complaint_id AND r.person_id = $2)";
    let ids = Complaint::find_by_statement(sql(COMPLAINTS, [relation.into(), person.into()]))
        .all(tx)
        .await?;
    let mut complaints = Vec::new();
    for id in ids {
        complaints.extend(super::complaints::find(tx, id.complaint_id).await?);
    }
    Ok(complaints)
}
