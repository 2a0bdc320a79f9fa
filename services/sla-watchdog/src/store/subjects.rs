//! What clocks run for, and what happened to it.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

/// What a clock runs for, as far as clocks and ladders need it.
#[derive(Debug, Clone, Default, FromQueryResult)]
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
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct FactRow {
    pub(crate) message_id: Uuid,
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

/// Keeps what a message says of a subject, unless a newer one was heard, and locks its row.
pub(crate) async fn keep(tx: &Tx, subject: &SubjectRow) -> Result<SubjectRow, DbErr> {
    let newer = |column: &str| {
        format!(
            "{column} = CASE WHEN excluded.revision > known.revision THEN excluded.{column} ELSE known.{column} END"
        )
    };
    let text = format!(
        "INSERT INTO subjects AS known ({SUBJECT}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (subject_id) DO UPDATE SET \
         case_id = coalesce(excluded.case_id, known.case_id), revision = greatest(known.revision, excluded.revision), \
         major = known.major OR excluded.major, has_contact = known.has_contact AND excluded.has_contact, \
         number = CASE WHEN known.number = '' THEN excluded.number ELSE known.number END, {}, {} RETURNING {SUBJECT}",
        newer("lead_unit"),
        newer("handler_post"),
    );
    let values = [
        subject.subject_id.into(),
        subject.kind.as_str().into(),
        subject.parent_id.into(),
        subject.case_id.into(),
        subject.number.as_str().into(),
        subject.union_code.as_str().into(),
        subject.unit_code.as_str().into(),
        subject.nature.into(),
        subject.at_reception.into(),
        subject.received_at.into(),
        subject.revision.into(),
        subject.lead_unit.as_str().into(),
        subject.handler_post.as_str().into(),
        subject.major.into(),
        subject.has_contact.into(),
    ];
    SubjectRow::find_by_statement(sql(&text, values))
        .one(tx)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the subject just kept".to_owned()))
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

pub(crate) async fn get(db: &impl ConnectionTrait, id: Uuid) -> Result<SubjectRow, DbErr> {
    find(db, id)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("subject {id}")))
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

/// What belongs to a case and has a clock that runs, locked.
pub(crate) async fn lock_open_children(tx: &Tx, parent: Uuid) -> Result<Vec<SubjectRow>, DbErr> {
    let text = format!(
        "SELECT {SUBJECT} FROM subjects s WHERE parent_id = $1 AND EXISTS \
         (SELECT FROM clocks c WHERE c.subject_id = s.subject_id AND c.stopped_at IS NULL) \
         ORDER BY subject_id FOR UPDATE OF s"
    );
    SubjectRow::find_by_statement(sql(&text, [parent.into()]))
        .all(tx)
        .await
}

/// Locks what another thing belongs to, if it is known: always before that thing itself.
pub(crate) async fn lock(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let text = "SELECT subject_id FROM subjects WHERE subject_id = $1 FOR UPDATE";
    Waiting::find_by_statement(sql(text, [id.into()]))
        .one(tx)
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

/// Keeps a fact; says whether it was new.
pub(crate) async fn keep_fact(tx: &Tx, subject_id: Uuid, fact: &FactRow) -> Result<bool, DbErr> {
    let text = "INSERT INTO facts (message_id, subject_id, event, at, extends_clock, extends_stage, instants, ground) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let values = [
        fact.message_id.into(),
        subject_id.into(),
        fact.event.as_str().into(),
        fact.at.into(),
        fact.extends_clock.clone().into(),
        fact.extends_stage.into(),
        fact.instants.clone().into(),
        fact.ground.clone().into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    Ok(done.rows_affected() > 0)
}

/// What happened to a subject and, if it belongs to a case, to that case.
pub(crate) async fn facts(
    db: &impl ConnectionTrait,
    subject: &SubjectRow,
) -> Result<Vec<FactRow>, DbErr> {
    let text = "SELECT message_id, event, at, extends_clock, extends_stage, instants, ground FROM facts \
                WHERE subject_id = $1 OR subject_id = $2 ORDER BY at, message_id";
    FactRow::find_by_statement(sql(
        text,
        [subject.subject_id.into(), subject.parent_id.into()],
    ))
    .all(db)
    .await
}

#[derive(Debug, FromQueryResult)]
struct Waiting {
    subject_id: Uuid,
}

/// Notes that a clock cannot be computed yet; says whether that is new.
pub(crate) async fn wait_for_calendar(
    tx: &Tx,
    subject_id: Uuid,
    (policy, code): (&str, &str),
    year: i32,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = "INSERT INTO beyond (subject_id, policy_code, code, year, since) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT DO NOTHING";
    let values = [
        subject_id.into(),
        policy.into(),
        code.into(),
        year.into(),
        now.into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets which clocks of a subject wait, before they are looked at again.
pub(crate) async fn clear_waiting(tx: &Tx, subject_id: Uuid) -> Result<(), DbErr> {
    let text = "DELETE FROM beyond WHERE subject_id = $1";
    tx.execute_raw(sql(text, [subject_id.into()]))
        .await
        .map(drop)
}

/// The subjects with clocks that wait for a calendar.
pub(crate) async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    let text = "SELECT DISTINCT subject_id FROM beyond ORDER BY subject_id";
    let rows = Waiting::find_by_statement(sql(text, [])).all(db).await?;
    Ok(rows.into_iter().map(|row| row.subject_id).collect())
}
