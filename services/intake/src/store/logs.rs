//! Who looked at what; how often a wrong code was tried; how far the case is.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

/// A look at an identity.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct RevealRow {
    /// Permanent id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person_id: String,
    /// In which post.
    pub post: String,
    /// Why.
    pub reason: String,
}

/// Logs a look at an identity.
pub async fn revealed(tx: &Tx, complaint: Uuid, reveal: &RevealRow) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO reveals (id, complaint_id, at, person_id, post, reason) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            reveal.id.into(),
            complaint.into(),
            reveal.at.into(),
            reveal.person_id.clone().into(),
            reveal.post.clone().into(),
            reveal.reason.clone().into(),
        ],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

/// The looks at an identity, oldest first.
pub async fn reveals(db: &impl ConnectionTrait, complaint: Uuid) -> Result<Vec<RevealRow>, DbErr> {
    let statement = sql(
        "SELECT id, at, person_id, post, reason FROM reveals WHERE complaint_id = $1 ORDER BY at, id",
        [complaint.into()],
    );
    RevealRow::find_by_statement(statement).all(db).await
}

/// Logs another look.
pub async fn looked(
    db: &impl ConnectionTrait,
    rpc: &str,
    complaint: Uuid,
    by: (&str, &str),
    purpose: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO access_log (at, rpc, complaint_id, person_id, post, purpose) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            now.into(),
            rpc.into(),
            complaint.into(),
            by.0.into(),
            by.1.into(),
            purpose.into(),
        ],
    );
    db.execute_raw(statement).await?;
    Ok(())
}

/// Counts an attempt at a number before it is checked, so that many at once are counted too; answers how many there were
/// since the window began.
pub async fn attempt(
    db: &impl ConnectionTrait,
    number: &str,
    now: DateTime<Utc>,
    window_began: DateTime<Utc>,
) -> Result<i32, DbErr> {
    let statement = sql(
        "INSERT INTO progress_attempts AS p (number, window_started_at, attempts) VALUES ($1, $2, 1)
         ON CONFLICT (number) DO UPDATE SET
             attempts = CASE WHEN p.window_started_at <= $3 THEN 1 ELSE p.attempts + 1 END,
             window_started_at = CASE WHEN p.window_started_at <= $3 THEN $2 ELSE p.window_started_at END
         RETURNING p.attempts",
        [number.into(), now.into(), window_began.into()],
    );
    let row = db.query_one_raw(statement).await?;
    row.map_or(Ok(1), |row| row.try_get("", "attempts"))
}

/// Forgets the attempts at a number: the code was right.
pub async fn forgive(db: &impl ConnectionTrait, number: &str) -> Result<(), DbErr> {
    db.execute_raw(sql(
        "DELETE FROM progress_attempts WHERE number = $1",
        [number.into()],
    ))
    .await?;
    Ok(())
}

/// Forgets all attempts from before.
pub async fn forgive_before(
    db: &impl ConnectionTrait,
    window_began: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let statement = sql(
        "DELETE FROM progress_attempts WHERE window_started_at <= $1",
        [window_began.into()],
    );
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// What a right code shows.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ProgressRow {
    /// The complaint.
    pub id: Uuid,
    /// Its code, digested.
    pub query_code_mac: Vec<u8>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was entered.
    pub registered_at: DateTime<Utc>,
    /// When the withdrawal arrived.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// How far its case is.
    pub state: Option<String>,
    /// Since when.
    pub changed_at: Option<DateTime<Utc>>,
}

/// How far a complaint is.
pub async fn progress(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<ProgressRow>, DbErr> {
    let statement = sql(
        "SELECT c.id, c.query_code_mac, c.received_at, c.registered_at, c.withdrawn_at, s.state, s.changed_at
         FROM complaints c LEFT JOIN case_states s ON s.complaint_id = c.id WHERE c.number = $1",
        [number.into()],
    );
    ProgressRow::find_by_statement(statement).one(db).await
}

/// Keeps how far a case is, unless something newer is known.
pub async fn case_is(
    tx: &Tx,
    complaint: Uuid,
    revision: i64,
    (state, lead): (&str, &str),
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO case_states AS s (complaint_id, revision, state, changed_at, lead_unit_code) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (complaint_id) DO UPDATE SET revision = excluded.revision, state = excluded.state, lead_unit_code = excluded.lead_unit_code,
             changed_at = CASE WHEN s.state = excluded.state THEN s.changed_at ELSE excluded.changed_at END
         WHERE s.revision < excluded.revision",
        [complaint.into(), revision.into(), state.into(), at.into(), lead.into()],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

/// Figures for an operator.
pub async fn counts(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, u64>, DbErr> {
    let statement = sql(
        "SELECT (SELECT count(*) FROM complaints) AS complaints,
                (SELECT count(*) FROM quarantine WHERE outcome IS NULL) AS quarantine_open,
                (SELECT count(*) FROM quarantine WHERE outcome IS NULL AND due_at <= $1) AS quarantine_overdue,
                (SELECT count(*) FROM units) AS units",
        [now.into()],
    );
    let mut counts = BTreeMap::new();
    if let Some(row) = db.query_one_raw(statement).await? {
        for name in [
            "complaints",
            "quarantine_open",
            "quarantine_overdue",
            "units",
        ] {
            let count: i64 = row.try_get("", name)?;
            counts.insert(name.to_owned(), u64::try_from(count).unwrap_or(0));
        }
    }
    Ok(counts)
}
