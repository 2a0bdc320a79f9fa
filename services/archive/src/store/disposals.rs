//! Disposals and what they say of each file.

use chassis::db::{Tx, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    Scope,
    files::{FILE, FileRow},
};

/// A disposal.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct DisposalRow {
    /// The disposal.
    pub disposal_id: Uuid,
    /// The union.
    pub union_code: String,
    /// Where it stands.
    pub state: String,
    /// The appraisal.
    pub opinion: String,
    /// When it was proposed.
    pub proposed_at: DateTime<Utc>,
    /// Who proposed it.
    pub proposed_by: String,
    /// In which post.
    pub proposed_by_post: String,
    /// The second person's opinion.
    pub decision_opinion: String,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided.
    pub decided_by: String,
    /// In which post.
    pub decided_by_post: String,
    /// Raised by every change.
    pub revision: i64,
    /// How many files are to be destroyed.
    pub to_destroy: i64,
    /// How many are to be kept longer.
    pub to_keep: i64,
}

const DISPOSAL: &str = "disposal_id, union_code, state, opinion, proposed_at, proposed_by, proposed_by_post, \
    decision_opinion, decided_at, decided_by, decided_by_post, revision, \
    (SELECT count(*) FROM disposal_files l WHERE l.disposal_id = d.disposal_id AND l.keep_until IS NULL) AS to_destroy, \
    (SELECT count(*) FROM disposal_files l WHERE l.disposal_id = d.disposal_id AND l.keep_until IS NOT NULL) AS to_keep";

/// What is to become of a file.
pub type Choice = (Uuid, Option<NaiveDate>);

/// Stores a proposal.
pub async fn insert(tx: &Tx, row: &DisposalRow, choices: &[Choice]) -> Result<(), DbErr> {
    let text = "INSERT INTO disposals (disposal_id, union_code, state, opinion, proposed_at, proposed_by, \
                proposed_by_post, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        row.disposal_id.into(),
        row.union_code.as_str().into(),
        row.state.as_str().into(),
        row.opinion.as_str().into(),
        row.proposed_at.into(),
        row.proposed_by.as_str().into(),
        row.proposed_by_post.as_str().into(),
        row.revision.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    for (file_id, keep_until) in choices {
        let text =
            "INSERT INTO disposal_files (disposal_id, file_id, keep_until) VALUES ($1, $2, $3)";
        let values = [
            row.disposal_id.into(),
            (*file_id).into(),
            (*keep_until).into(),
        ];
        tx.execute_raw(sql(text, values)).await?;
    }
    Ok(())
}

/// A disposal.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<DisposalRow>, DbErr> {
    let text = format!("SELECT {DISPOSAL} FROM disposals d WHERE disposal_id = $1");
    DisposalRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}

/// A disposal that nobody else changes until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<DisposalRow>, DbErr> {
    let text = format!("SELECT {DISPOSAL} FROM disposals d WHERE disposal_id = $1 FOR UPDATE OF d");
    DisposalRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await
}

/// Stores what was decided on a locked disposal.
pub async fn decide(tx: &Tx, row: &DisposalRow) -> Result<(), DbErr> {
    let text = "UPDATE disposals SET state = $2, decision_opinion = $3, decided_at = $4, decided_by = $5, \
                decided_by_post = $6, revision = $7 WHERE disposal_id = $1";
    let values = [
        row.disposal_id.into(),
        row.state.as_str().into(),
        row.decision_opinion.as_str().into(),
        row.decided_at.into(),
        row.decided_by.as_str().into(),
        row.decided_by_post.as_str().into(),
        row.revision.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct ChoiceRow {
    file_id: Uuid,
    keep_until: Option<NaiveDate>,
}

/// What a disposal says of each file.
pub async fn choices(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Choice>, DbErr> {
    let text =
        "SELECT file_id, keep_until FROM disposal_files WHERE disposal_id = $1 ORDER BY file_id";
    let rows = ChoiceRow::find_by_statement(sql(text, [id.into()]))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.file_id, row.keep_until))
        .collect())
}

/// A line of the record.
#[derive(Debug, FromQueryResult)]
pub struct LineRow {
    /// Until when it is kept longer; none to destroy it.
    pub keep_until: Option<NaiveDate>,
    /// The file.
    #[sea_orm(nested)]
    pub file: FileRow,
}

/// The record of a disposal, by archival code.
pub async fn lines(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<LineRow>, DbErr> {
    let text = format!(
        "SELECT l.keep_until, f.* FROM disposal_files l JOIN LATERAL \
           (SELECT {FILE} FROM files f WHERE f.file_id = l.file_id) f ON TRUE \
         WHERE l.disposal_id = $1 ORDER BY f.archival_code"
    );
    LineRow::find_by_statement(sql(&text, [id.into()]))
        .all(db)
        .await
}

#[derive(FromQueryResult)]
struct FileId {
    file_id: Uuid,
}

/// Which of these files stand in a proposal that is not decided.
pub async fn proposed(tx: &Tx, ids: Vec<Uuid>) -> Result<Vec<Uuid>, DbErr> {
    let text = "SELECT l.file_id FROM disposal_files l JOIN disposals d ON d.disposal_id = l.disposal_id \
                WHERE d.state = 'proposed' AND l.file_id = ANY($1)";
    let rows = FileId::find_by_statement(sql(text, [ids.into()]))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.file_id).collect())
}

/// Disposals within a scope, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: Option<String>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u32,
) -> Result<Vec<DisposalRow>, DbErr> {
    let text = format!(
        "SELECT {DISPOSAL} FROM disposals d WHERE ($1::text[] IS NULL OR union_code = ANY($1)) \
           AND ($2::text IS NULL OR union_code = $2) \
           AND ($3::timestamptz IS NULL OR (proposed_at, disposal_id) < ($3, $4)) \
         ORDER BY proposed_at DESC, disposal_id DESC LIMIT $5"
    );
    let (at, id) = after.unzip();
    let values = [
        scope.unions.clone().into(),
        union.into(),
        at.into(),
        id.into(),
        i64::from(limit).into(),
    ];
    DisposalRow::find_by_statement(sql(&text, values))
        .all(db)
        .await
}
