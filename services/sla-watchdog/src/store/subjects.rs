//! What clocks run for, and what happened to it.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::rows;

/// What a clock runs for, as far as clocks and ladders need it.
#[derive(Debug, Clone, Default, FromQueryResult, Serialize)]
pub(crate) struct SubjectRow {
    pub(crate) subject_id: Uuid,
    pub(crate) kind: String,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) case_id: Option<Uuid>,
    pub(crate) number: String,
    pub(crate) union_code: String,
    pub(crate) unit_code: String,
    pub(crate) nature: i32,
    pub(crate) at_reception: bool,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) revision: i64,
    pub(crate) lead_unit: String,
    pub(crate) handler_post: String,
    pub(crate) major: bool,
    pub(crate) has_contact: bool,
}

/// A fact about a subject.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub(crate) struct FactRow {
    pub(crate) message_id: Uuid,
    pub(crate) subject_id: Uuid,
    pub(crate) event: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) extends_clock: Option<String>,
    pub(crate) extends_stage: Option<i32>,
    pub(crate) instants: serde_json::Value,
    pub(crate) ground: Option<String>,
}

impl FactRow {
    /// The instants it carries, by name.
    pub(crate) fn carried(&self) -> BTreeMap<String, DateTime<Utc>> {
        let carried = self.instants.as_object().into_iter().flatten();
        carried
            .filter_map(|(name, at)| Some((name.clone(), at.as_str()?.parse().ok()?)))
            .collect()
    }
}

const SUBJECT: &str = "subject_id, kind, parent_id, case_id, number, union_code, unit_code, nature, at_reception, \
                       received_at, revision, lead_unit, handler_post, major, has_contact";
const FACT: &str =
    "message_id, subject_id, event, at, extends_clock, extends_stage, instants, ground";

/// Keeps what messages say of subjects, unless newer ones were heard, and locks their rows; each subject is named once.
pub(crate) async fn keep(tx: &Tx, subjects: &[&SubjectRow]) -> Result<Vec<SubjectRow>, DbErr> {
    let newer = |column: &str| {
        format!(
            "{column} = CASE WHEN excluded.revision > known.revision THEN excluded.{column} ELSE known.{column} END"
        )
    };
    let text = format!(
        "INSERT INTO subjects AS known ({SUBJECT}) \
         SELECT {SUBJECT} FROM jsonb_populate_recordset(NULL::subjects, $1) ORDER BY subject_id \
         ON CONFLICT (subject_id) DO UPDATE SET \
         case_id = coalesce(excluded.case_id, known.case_id), revision = greatest(known.revision, excluded.revision), \
         major = known.major OR excluded.major, has_contact = known.has_contact AND excluded.has_contact, \
         number = CASE WHEN known.number = '' THEN excluded.number ELSE known.number END, {}, {} RETURNING {SUBJECT}",
        newer("lead_unit"),
        newer("handler_post"),
    );
    SubjectRow::find_by_statement(sql(&text, [rows(subjects)?]))
        .all(tx)
        .await
}

/// The subject of this id: a complaint also by its case's.
pub(crate) async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<SubjectRow>, DbErr> {
    let text = format!(
        "SELECT {SUBJECT} FROM subjects WHERE subject_id = $1 OR (case_id = $1 AND kind = 'case') \
         ORDER BY (subject_id = $1) DESC LIMIT 1"
    );
    SubjectRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}

/// These subjects, in no order.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, SubjectRow>, DbErr> {
    let text = format!("SELECT {SUBJECT} FROM subjects WHERE subject_id = ANY($1)");
    let rows = SubjectRow::find_by_statement(sql(&text, [ids.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.subject_id, row)).collect())
}

/// What belongs to a case.
pub(crate) async fn children(
    db: &impl ConnectionTrait,
    parent: Uuid,
) -> Result<Vec<SubjectRow>, DbErr> {
    let text = format!("SELECT {SUBJECT} FROM subjects WHERE parent_id = $1 ORDER BY subject_id");
    SubjectRow::find_by_statement(sql(&text, [parent.into()]))
        .all(db)
        .await
}

/// What belongs to these cases and has a clock that runs, locked.
pub(crate) async fn lock_open_children(
    tx: &Tx,
    parents: Vec<Uuid>,
) -> Result<Vec<SubjectRow>, DbErr> {
    let text = format!(
        "SELECT {SUBJECT} FROM subjects s WHERE parent_id = ANY($1) AND EXISTS \
         (SELECT FROM clocks c WHERE c.subject_id = s.subject_id AND c.stopped_at IS NULL) \
         ORDER BY subject_id FOR UPDATE OF s"
    );
    SubjectRow::find_by_statement(sql(&text, [parents.into()]))
        .all(tx)
        .await
}

/// Locks what other things belong to, where it is known: always before those things themselves.
pub(crate) async fn lock(tx: &Tx, ids: Vec<Uuid>) -> Result<(), DbErr> {
    let text =
        "SELECT subject_id FROM subjects WHERE subject_id = ANY($1) ORDER BY subject_id FOR UPDATE";
    Named::find_by_statement(sql(text, [ids.into()]))
        .all(tx)
        .await
        .map(drop)
}

/// Complaints received in a time whose cases are closed: none of their clocks that a file waits for runs.
pub(crate) async fn closed(
    db: &impl ConnectionTrait,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    unions: Option<Vec<String>>,
) -> Result<Vec<SubjectRow>, DbErr> {
    let text = format!(
        "SELECT {SUBJECT} FROM subjects s WHERE kind = 'case' AND received_at >= $1 AND received_at < $2 \
         AND ($3::text[] IS NULL OR union_code = ANY($3)) \
         AND EXISTS (SELECT FROM facts f WHERE f.subject_id = s.subject_id AND f.event = 'suda.routing.v1.CaseClosed') \
         ORDER BY received_at, subject_id"
    );
    SubjectRow::find_by_statement(sql(&text, [from.into(), until.into(), unions.into()]))
        .all(db)
        .await
}

/// Keeps facts; says how many were new.
pub(crate) async fn keep_facts(tx: &Tx, facts: &[&FactRow]) -> Result<u64, DbErr> {
    let text = format!(
        "INSERT INTO facts ({FACT}) SELECT {FACT} FROM jsonb_populate_recordset(NULL::facts, $1) ON CONFLICT DO NOTHING"
    );
    let done = tx.execute_raw(sql(&text, [rows(facts)?])).await?;
    Ok(done.rows_affected())
}

/// What happened to these subjects, in order.
pub(crate) async fn facts(
    db: &impl ConnectionTrait,
    subjects: Vec<Uuid>,
) -> Result<Vec<FactRow>, DbErr> {
    let text =
        format!("SELECT {FACT} FROM facts WHERE subject_id = ANY($1) ORDER BY at, message_id");
    FactRow::find_by_statement(sql(&text, [subjects.into()]))
        .all(db)
        .await
}

#[derive(Debug, FromQueryResult)]
struct Named {
    subject_id: Uuid,
}

/// A clock that cannot be computed yet.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub(crate) struct Waiting {
    pub(crate) subject_id: Uuid,
    pub(crate) policy_code: String,
    pub(crate) code: String,
    /// The year that no calendar knows.
    pub(crate) year: i32,
    pub(crate) since: DateTime<Utc>,
}

/// Notes which clocks cannot be computed yet; gives those of which that is new.
pub(crate) async fn wait_for_calendar(tx: &Tx, waiting: &[Waiting]) -> Result<Vec<Waiting>, DbErr> {
    let text = "INSERT INTO beyond (subject_id, policy_code, code, year, since) \
                SELECT subject_id, policy_code, code, year, since FROM jsonb_populate_recordset(NULL::beyond, $1) \
                ON CONFLICT DO NOTHING RETURNING subject_id, policy_code, code, year, since";
    Waiting::find_by_statement(sql(text, [rows(waiting)?]))
        .all(tx)
        .await
}

/// Forgets which clocks of these subjects wait, before they are looked at again.
pub(crate) async fn clear_waiting(tx: &Tx, subjects: Vec<Uuid>) -> Result<(), DbErr> {
    let text = "DELETE FROM beyond WHERE subject_id = ANY($1)";
    tx.execute_raw(sql(text, [subjects.into()])).await.map(drop)
}

/// The subjects with clocks that wait for a calendar.
pub(crate) async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    let text = "SELECT DISTINCT subject_id FROM beyond ORDER BY subject_id";
    let rows = Named::find_by_statement(sql(text, [])).all(db).await?;
    Ok(rows.into_iter().map(|row| row.subject_id).collect())
}
