//! What went straight up: reports of reprisal and of serious violations, grave and urgent cases.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    big, count,
    lists::Seen,
    matters::{self, Columns, Wanted},
};
use crate::{
    domain::disclosure::{LINE, Major, MajorKind, Reprisal, ReprisalKind, Violation},
    errors::ActionError,
};

#[derive(FromQueryResult)]
struct ReprisalRow {
    reprisal_id: Uuid,
    unit_code: String,
    case_number: String,
    kind: i32,
    reporter_person_id: String,
    reported_at: DateTime<Utc>,
    acknowledged_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    revision: i64,
}

const REPRISAL: &str = "
    SELECT r.reprisal_id, r.unit_code, r.case_number, r.kind, r.reporter_person_id, r.reported_at, r.acknowledged_at,
           r.answered_at, r.revision
    FROM reprisals r";

// Neither union nor case bounds who sees it: the compliance department does, and whoever reported.
const REPRISALS: Columns = Columns {
    select: REPRISAL,
    visible: "(r.unit_code = ANY($2) OR r.reporter_person_id = $3) AND ($1::text[] IS NULL OR true)",
    union: "''",
    case: "NULL::uuid",
    unit: "r.unit_code",
    waits: "r.state <> 3",
    place: "r.reported_at, r.reprisal_id",
};

impl TryFrom<ReprisalRow> for Reprisal {
    type Error = ActionError;

    fn try_from(row: ReprisalRow) -> Result<Self, ActionError> {
        Ok(Self {
            id: row.reprisal_id,
            kind: ReprisalKind::of(row.kind)
                .ok_or_else(|| odd("reprisals", row.reprisal_id, "kind"))?,
            unit: row.unit_code,
            case_number: row.case_number,
            reporter: row.reporter_person_id,
            reported_at: row.reported_at,
            acknowledged_at: row.acknowledged_at,
            answered_at: row.answered_at,
            revision: count(row.revision),
        })
    }
}

fn odd(table: &'static str, id: Uuid, what: &str) -> ActionError {
    ActionError::Inconsistent {
        table,
        id: id.to_string(),
        what: what.to_owned(),
    }
}

/// Stores a new report of reprisal.
pub async fn insert_reprisal(tx: &Tx, report: &Reprisal) -> Result<(), DbErr> {
    const INSERT: &str = "
        INSERT INTO reprisals (reprisal_id, unit_code, case_number, kind, reporter_person_id, reported_at, state,
            revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        report.id.into(),
        report.unit.as_str().into(),
        report.case_number.as_str().into(),
        (report.kind as i32).into(),
        report.reporter.as_str().into(),
        report.reported_at.into(),
        report.state().into(),
        big(report.revision).into(),
    ];
    tx.execute_raw(sql(INSERT, values)).await?;
    Ok(())
}

/// Stores a report of reprisal that moved.
pub async fn save_reprisal(tx: &Tx, report: &Reprisal) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE reprisals SET state = $2, acknowledged_at = $3, answered_at = $4, revision = $5 WHERE reprisal_id = $1";
    let values = [
        report.id.into(),
        report.state().into(),
        report.acknowledged_at.into(),
        report.answered_at.into(),
        big(report.revision).into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    Ok(())
}

/// Finds a report of reprisal and keeps everybody else from moving it until `tx` ends.
pub async fn lock_reprisal(tx: &Tx, id: Uuid) -> Result<Option<Reprisal>, ActionError> {
    let text = format!("{REPRISAL} WHERE r.reprisal_id = $1 FOR UPDATE OF r");
    let row = ReprisalRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?;
    row.map(Reprisal::try_from).transpose()
}

/// Reports of reprisal: those before these units, and those that this person made.
pub async fn reprisals(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Reprisal>, ActionError> {
    let (text, values) = matters::list(&REPRISALS, seen, wanted);
    let rows = ReprisalRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    rows.into_iter().map(Reprisal::try_from).collect()
}

#[derive(FromQueryResult)]
struct ViolationRow {
    violation_id: Uuid,
    compliance_unit: String,
    unit_code: String,
    case_number: String,
    concerned_unit: String,
    concerned_person_id: String,
    reporter_person_id: String,
    reported_at: DateTime<Utc>,
    transferred_at: Option<DateTime<Utc>>,
    received_at: Option<DateTime<Utc>>,
    receipt_number: String,
    revision: i64,
}

const VIOLATION: &str = "
    SELECT v.violation_id, v.compliance_unit, v.unit_code, v.case_number, v.concerned_unit, v.concerned_person_id,
           v.reporter_person_id, v.reported_at, v.transferred_at, v.received_at, v.receipt_number, v.revision
    FROM violations v";

const VIOLATIONS: Columns = Columns {
    select: VIOLATION,
    visible: "
        (v.compliance_unit = ANY($2) OR v.unit_code = ANY($2) OR v.reporter_person_id = $3)
        AND (v.concerned_person_id = '' OR v.concerned_person_id <> $3) AND ($1::text[] IS NULL OR true)",
    union: "''",
    case: "NULL::uuid",
    unit: "v.unit_code",
    waits: "v.state <> 3",
    place: "v.reported_at, v.violation_id",
};

impl From<ViolationRow> for Violation {
    fn from(row: ViolationRow) -> Self {
        Self {
            id: row.violation_id,
            compliance: row.compliance_unit,
            unit: row.unit_code,
            case_number: row.case_number,
            concerned_unit: row.concerned_unit,
            concerned_person: row.concerned_person_id,
            reporter: row.reporter_person_id,
            reported_at: row.reported_at,
            transferred_at: row.transferred_at,
            receipt: row.received_at.map(|at| (row.receipt_number, at)),
            revision: count(row.revision),
        }
    }
}

/// Stores a new report of a violation.
pub async fn insert_violation(tx: &Tx, report: &Violation) -> Result<(), DbErr> {
    const INSERT: &str = "
        INSERT INTO violations (violation_id, compliance_unit, unit_code, case_number, concerned_unit,
            concerned_person_id, reporter_person_id, reported_at, state, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = [
        report.id.into(),
        report.compliance.as_str().into(),
        report.unit.as_str().into(),
        report.case_number.as_str().into(),
        report.concerned_unit.as_str().into(),
        report.concerned_person.as_str().into(),
        report.reporter.as_str().into(),
        report.reported_at.into(),
        (report.state() as i32).into(),
        big(report.revision).into(),
    ];
    tx.execute_raw(sql(INSERT, values)).await?;
    Ok(())
}

/// Stores a report of a violation that moved.
pub async fn save_violation(tx: &Tx, report: &Violation) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE violations SET unit_code = $2, state = $3, transferred_at = $4, received_at = $5, receipt_number = $6,
            revision = $7
        WHERE violation_id = $1";
    let (number, received_at) = report.receipt.clone().unzip();
    let values = [
        report.id.into(),
        report.unit.as_str().into(),
        (report.state() as i32).into(),
        report.transferred_at.into(),
        received_at.into(),
        number.unwrap_or_default().into(),
        big(report.revision).into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    Ok(())
}

/// Finds a report of a violation and keeps everybody else from moving it until `tx` ends.
pub async fn lock_violation(tx: &Tx, id: Uuid) -> Result<Option<Violation>, ActionError> {
    let text = format!("{VIOLATION} WHERE v.violation_id = $1 FOR UPDATE OF v");
    let row = ViolationRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?;
    Ok(row.map(Violation::from))
}

/// Reports of violations: those of these units, and those that this person made.
pub async fn violations(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Violation>, ActionError> {
    let (text, values) = matters::list(&VIOLATIONS, seen, wanted);
    let rows = ViolationRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Violation::from).collect())
}

#[derive(FromQueryResult)]
struct MajorRow {
    major_id: Uuid,
    case_id: Uuid,
    union_code: String,
    kind: i32,
    known_at: DateTime<Utc>,
    reported_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct ToldRow {
    recipient: String,
    to_post: String,
    sent_at: Option<DateTime<Utc>>,
}

const MAJORS: Columns = Columns {
    select: "
        SELECT m.major_id, m.case_id, m.union_code, m.kind, m.known_at, m.reported_at
        FROM majors m JOIN cases c ON c.case_id = m.case_id",
    visible: super::lists::VISIBLE,
    union: "m.union_code",
    case: "m.case_id",
    unit: "c.unit_code",
    waits: "false",
    place: "m.reported_at, m.major_id",
};

/// Stores what was told up the line; false when the case was told so before.
pub async fn insert_major(tx: &Tx, major: &Major) -> Result<bool, DbErr> {
    const INSERT: &str = "
        INSERT INTO majors (major_id, case_id, union_code, kind, known_at, reported_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (case_id, kind) DO NOTHING";
    const TOLD: &str = "
        INSERT INTO major_notices (major_id, place, recipient, to_post, sent_at) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        major.id.into(),
        major.case_id.into(),
        major.union.as_str().into(),
        (major.kind as i32).into(),
        major.known_at.into(),
        major.reported_at.into(),
    ];
    if tx.execute_raw(sql(INSERT, values)).await?.rows_affected() == 0 {
        return Ok(false);
    }
    for (place, (recipient, sent)) in (0_i32..).zip(&major.told) {
        let (post, at) = sent.clone().unzip();
        let values = [
            major.id.into(),
            place.into(),
            (*recipient).into(),
            post.unwrap_or_default().into(),
            at.into(),
        ];
        tx.execute_raw(sql(TOLD, values)).await?;
    }
    Ok(true)
}

/// Grave and urgent cases among those that the caller sees, newest first.
pub async fn majors(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Major>, ActionError> {
    const TOLD: &str =
        "SELECT recipient, to_post, sent_at FROM major_notices WHERE major_id = $1 ORDER BY place";
    let (text, values) = matters::list(&MAJORS, seen, wanted);
    let mut majors = Vec::new();
    for row in MajorRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?
    {
        let told = ToldRow::find_by_statement(sql(TOLD, [row.major_id.into()]))
            .all(db)
            .await?;
        let told = told.into_iter().filter_map(|told| {
            let recipient = LINE.into_iter().find(|word| *word == told.recipient)?;
            Some((recipient, told.sent_at.map(|at| (told.to_post, at))))
        });
        majors.push(Major {
            id: row.major_id,
            case_id: row.case_id,
            union: row.union_code,
            kind: MajorKind::of(row.kind).ok_or_else(|| odd("majors", row.major_id, "kind"))?,
            known_at: row.known_at,
            reported_at: row.reported_at,
            told: told.collect(),
        });
    }
    Ok(majors)
}
