//! Rows of reports.

use std::collections::{BTreeMap, BTreeSet};

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::domain::{
    period::{Period, Term},
    report::{Recipient, Report, Section, State},
};

/// A report with what its life does not need: of which term, why.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The report.
    pub report: Report,
    /// Its term.
    pub period: Period,
    /// Why it corrects another one.
    pub reason: String,
}

/// A section as it was last written.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SectionRow {
    /// Which.
    pub section: String,
    /// Its text.
    pub text: String,
    /// The post that wrote it.
    pub post: String,
    /// When.
    pub written_at: DateTime<Utc>,
}

/// A step of a report's life.
#[derive(Debug, Clone, FromQueryResult)]
pub struct StepRow {
    /// The fact.
    pub event: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// The post.
    pub post: String,
    /// What was said.
    pub remark: String,
}

/// A receipt.
#[derive(Debug, Clone, FromQueryResult)]
pub struct ReceiptRow {
    /// Whose.
    pub recipient: String,
    /// When they had it.
    pub delivered_at: DateTime<Utc>,
    /// Its number.
    pub receipt: String,
    /// The post that recorded it.
    pub post: String,
}

/// A document that was frozen.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct DocumentRow {
    /// What it is written in.
    pub format: String,
    /// SHA-256 of the bytes.
    pub digest: String,
    /// A name for the file.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// How many complaints it says were received.
    pub received: i32,
    /// How many it says were carried forward.
    pub carried: i32,
}

/// The words of terms in rows.
const TERMS: [(Term, &str); 3] = [
    (Term::FirstHalf, "first_half"),
    (Term::SecondHalf, "second_half"),
    (Term::Year, "year"),
];

/// The word of a term in rows; spans of one's own have no reports.
#[must_use]
pub fn term_code(term: Term) -> &'static str {
    TERMS
        .iter()
        .find(|(known, _)| *known == term)
        .map_or("", |(_, code)| code)
}

#[derive(FromQueryResult)]
struct Row {
    report_id: Uuid,
    unit_code: String,
    year: i32,
    term: String,
    addendum: i32,
    addendum_reason: String,
    state: String,
    revision: i64,
    nil: bool,
    authors: Vec<String>,
    cut_off_at: Option<DateTime<Utc>>,
    snapshot: String,
    signed_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "report_id, unit_code, year, term, addendum, addendum_reason, state, revision, nil, authors, \
                       cut_off_at, snapshot, signed_at";

fn inconsistent(id: Uuid, what: &str) -> DbErr {
    DbErr::Type(format!("row {id} of table reports is inconsistent: {what}"))
}

impl Row {
    async fn kept(self, db: &impl ConnectionTrait) -> Result<Kept, DbErr> {
        let id = self.report_id;
        let wrong = |what| inconsistent(id, what);
        let term = TERMS
            .iter()
            .find(|(_, code)| *code == self.term)
            .map(|(term, _)| *term)
            .ok_or_else(|| wrong("term"))?;
        let year = u32::try_from(self.year).map_err(|_| wrong("year"))?;
        let mut text = BTreeMap::new();
        for row in sections(db, id).await? {
            let section = Section::of(&row.section).ok_or_else(|| wrong("section"))?;
            text.insert(section, row.text);
        }
        let mut had = BTreeMap::new();
        for row in receipts(db, id).await? {
            let recipient = Recipient::of(&row.recipient).ok_or_else(|| wrong("recipient"))?;
            had.insert(recipient, row.delivered_at);
        }
        let report = Report {
            id,
            unit: self.unit_code,
            addendum: u32::try_from(self.addendum).map_err(|_| wrong("addendum"))?,
            state: State::of(&self.state).ok_or_else(|| wrong("state"))?,
            revision: u64::try_from(self.revision).map_err(|_| wrong("revision"))?,
            nil: self.nil,
            text,
            authors: self.authors.into_iter().collect::<BTreeSet<_>>(),
            cut_off_at: self.cut_off_at,
            snapshot: self.snapshot,
            signed_at: self.signed_at,
            receipts: had,
        };
        Ok(Kept {
            report,
            period: Period::of(year, term).map_err(|_| wrong("year"))?,
            reason: self.addendum_reason,
        })
    }
}

/// The report of this id.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Kept>, DbErr> {
    one(
        db,
        &format!("SELECT {COLUMNS} FROM reports WHERE report_id = $1"),
        vec![id.into()],
    )
    .await
}

/// The same, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Kept>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM reports WHERE report_id = $1 FOR UPDATE");
    one(tx, &text, vec![id.into()]).await
}

/// The latest report or addendum of a unit's term, locked.
pub async fn lock_latest(tx: &Tx, unit: &str, period: &Period) -> Result<Option<Kept>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM reports WHERE unit_code = $1 AND year = $2 AND term = $3 \
         ORDER BY addendum DESC LIMIT 1 FOR UPDATE"
    );
    one(tx, &text, of_term(unit, period)).await
}

/// The latest report or addendum of a unit's term.
pub async fn latest(
    db: &impl ConnectionTrait,
    unit: &str,
    period: &Period,
) -> Result<Option<Kept>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM reports WHERE unit_code = $1 AND year = $2 AND term = $3 \
         ORDER BY addendum DESC LIMIT 1"
    );
    one(db, &text, of_term(unit, period)).await
}

fn of_term(unit: &str, period: &Period) -> Vec<sea_orm::Value> {
    let year = i32::try_from(period.year).unwrap_or(0);
    vec![unit.into(), year.into(), term_code(period.term).into()]
}

async fn one(
    db: &impl ConnectionTrait,
    text: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Option<Kept>, DbErr> {
    match Row::find_by_statement(sql(text, values)).one(db).await? {
        Some(row) => row.kept(db).await.map(Some),
        None => Ok(None),
    }
}

/// Which reports are wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The units; `None` for all.
    pub units: Option<Vec<String>>,
    /// The year; `None` for any.
    pub year: Option<i32>,
    /// Only those not yet submitted.
    pub open: bool,
    /// Behind this one, in the order of the list.
    pub after: Option<Uuid>,
    /// How many at most.
    pub limit: i64,
}

/// Reports, the ones due first on top.
pub async fn list(db: &impl ConnectionTrait, wanted: Wanted) -> Result<Vec<Kept>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM reports WHERE ($1::text[] IS NULL OR unit_code = ANY($1)) AND ($2::int IS NULL OR year = $2) \
         AND (NOT $3 OR state <> 'submitted') AND ($4::uuid IS NULL OR (due_at, report_id) > \
           (SELECT due_at, report_id FROM reports WHERE report_id = $4)) \
         ORDER BY due_at, report_id LIMIT $5"
    );
    let values = [
        wanted.units.into(),
        wanted.year.into(),
        wanted.open.into(),
        wanted.after.into(),
        wanted.limit.into(),
    ];
    let mut kept = Vec::new();
    for row in Row::find_by_statement(sql(&text, values)).all(db).await? {
        kept.push(row.kept(db).await?);
    }
    Ok(kept)
}

/// Stores a new report, unless one of the same term and addendum is known; says whether it was stored.
pub async fn insert(
    tx: &Tx,
    kept: &Kept,
    by: &'static str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let report = &kept.report;
    let text = "INSERT INTO reports (report_id, unit_code, year, term, addendum, addendum_reason, due_at, created_at, \
                  state, revision, authors, updated_at, updated_by) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $8, $12) ON CONFLICT DO NOTHING";
    let authors: Vec<String> = report.authors.iter().cloned().collect();
    let values = [
        report.id.into(),
        report.unit.as_str().into(),
        i32::try_from(kept.period.year).unwrap_or(0).into(),
        term_code(kept.period.term).into(),
        i32::try_from(report.addendum).unwrap_or(i32::MAX).into(),
        kept.reason.as_str().into(),
        kept.period.due_at().into(),
        now.into(),
        report.state.code().into(),
        i64::try_from(report.revision).unwrap_or(i64::MAX).into(),
        authors.into(),
        by.into(),
    ];
    Ok(tx.execute_raw(sql(text, values)).await?.rows_affected() == 1)
}

/// Stores what a report is now.
pub async fn save(
    tx: &Tx,
    report: &Report,
    by: &'static str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE reports SET state = $2, revision = $3, nil = $4, authors = $5, cut_off_at = $6, snapshot = $7, \
                  signed_at = $8, updated_at = $9, updated_by = $10 WHERE report_id = $1 AND revision = $3 - 1";
    let authors: Vec<String> = report.authors.iter().cloned().collect();
    let values = [
        report.id.into(),
        report.state.code().into(),
        i64::try_from(report.revision).unwrap_or(i64::MAX).into(),
        report.nil.into(),
        authors.into(),
        report.cut_off_at.into(),
        report.snapshot.as_str().into(),
        report.signed_at.into(),
        now.into(),
        by.into(),
    ];
    if tx.execute_raw(sql(text, values)).await?.rows_affected() == 1 {
        Ok(())
    } else {
        Err(inconsistent(report.id, "it changed under a lock"))
    }
}

/// Stores a section as it is now.
pub async fn put_section(
    tx: &Tx,
    id: Uuid,
    section: Section,
    text: &str,
    post: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let statement = "INSERT INTO report_sections (report_id, section, text, post, written_at) VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (report_id, section) DO UPDATE SET text = excluded.text, post = excluded.post, \
                       written_at = excluded.written_at";
    let values = [
        id.into(),
        section.code().into(),
        text.into(),
        post.into(),
        now.into(),
    ];
    tx.execute_raw(sql(statement, values)).await?;
    Ok(())
}

/// Removes the text of a report that turned out to be nil.
pub async fn clear_sections(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let text = "DELETE FROM report_sections WHERE report_id = $1";
    tx.execute_raw(sql(text, [id.into()])).await?;
    Ok(())
}

/// The sections of a report.
pub async fn sections(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<SectionRow>, DbErr> {
    let text = "SELECT section, text, post, written_at FROM report_sections WHERE report_id = $1 ORDER BY section";
    SectionRow::find_by_statement(sql(text, [id.into()]))
        .all(db)
        .await
}

/// A step to be kept.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// The revision it made.
    pub revision: u64,
    /// The fact.
    pub event: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// The post.
    pub post: &'a str,
    /// The person in it.
    pub person: &'a str,
    /// What was said.
    pub remark: &'a str,
}

/// Keeps a step.
pub async fn put_step(tx: &Tx, id: Uuid, step: &Step<'_>) -> Result<(), DbErr> {
    let text = "INSERT INTO report_steps (revision, report_id, event, occurred_at, post, person_id, remark) \
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        i64::try_from(step.revision).unwrap_or(i64::MAX).into(),
        id.into(),
        step.event.into(),
        step.at.into(),
        step.post.into(),
        step.person.into(),
        step.remark.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// The life of a report so far.
pub async fn steps(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<StepRow>, DbErr> {
    let text = "SELECT event, occurred_at, post, remark FROM report_steps WHERE report_id = $1 ORDER BY revision";
    StepRow::find_by_statement(sql(text, [id.into()]))
        .all(db)
        .await
}

/// Keeps a receipt.
pub async fn put_receipt(
    tx: &Tx,
    id: Uuid,
    recipient: Recipient,
    receipt: &str,
    post: &str,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO report_receipts (report_id, recipient, delivered_at, receipt, post) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        id.into(),
        recipient.code().into(),
        at.into(),
        receipt.into(),
        post.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// The receipts of a report.
pub async fn receipts(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<ReceiptRow>, DbErr> {
    let text = "SELECT recipient, delivered_at, receipt, post FROM report_receipts WHERE report_id = $1 ORDER BY recipient";
    ReceiptRow::find_by_statement(sql(text, [id.into()]))
        .all(db)
        .await
}

/// Freezes a document.
pub async fn put_document(tx: &Tx, id: Uuid, document: &DocumentRow) -> Result<(), DbErr> {
    let text = "INSERT INTO report_documents (report_id, format, digest, file_name, media_type, received, carried) \
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        id.into(),
        document.format.as_str().into(),
        document.digest.as_str().into(),
        document.file_name.as_str().into(),
        document.media_type.as_str().into(),
        document.received.into(),
        document.carried.into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

/// A frozen document.
pub async fn document(
    db: &impl ConnectionTrait,
    id: Uuid,
    format: &str,
) -> Result<Option<DocumentRow>, DbErr> {
    let text = "SELECT format, digest, file_name, media_type, received, carried FROM report_documents \
                WHERE report_id = $1 AND format = $2";
    DocumentRow::find_by_statement(sql(text, [id.into(), format.into()]))
        .one(db)
        .await
}

#[derive(FromQueryResult)]
struct KnownRow {
    unit_code: String,
    term: String,
}

/// The units and terms of a year for which a report is known.
pub async fn expected(
    db: &impl ConnectionTrait,
    year: u32,
) -> Result<BTreeSet<(String, String)>, DbErr> {
    let text = "SELECT unit_code, term FROM reports WHERE year = $1 AND addendum = 0";
    let year = i32::try_from(year).unwrap_or(0);
    let rows = KnownRow::find_by_statement(sql(text, [year.into()]))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.unit_code, row.term))
        .collect())
}
