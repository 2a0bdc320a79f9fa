//! What goes when a complainant's data is erased: every text of the case and of what stands beside it.
//!
//! `tests/it/forgetting.rs` seeds every column of these tables and looks whether anything is left, so a new column is not forgotten.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::domain::erasure::{KEPT, MARK};

/// Empties texts; $1 is the case, $2 the mark. What was empty stays so, for that says something too.
const TEXTS: [&str; 13] = [
    "UPDATE orders SET matter = CASE matter WHEN '' THEN '' ELSE $2 END, requirements = $2 WHERE case_id = $1",
    "UPDATE answers SET facts = $2, basis = $2, conclusion = $2, remedies = $2 WHERE case_id = $1",
    "UPDATE approvals SET ground = CASE ground WHEN '' THEN '' ELSE $2 END,
        remark = CASE remark WHEN '' THEN '' ELSE $2 END WHERE case_id = $1",
    "UPDATE interests SET interest = $2 WHERE case_id = $1",
    "UPDATE notices SET body = $2, result = CASE result WHEN '' THEN '' ELSE $2 END, proof_file_name = ''
     WHERE case_id = $1",
    "UPDATE escalations SET answer = CASE answer WHEN '' THEN '' ELSE $2 END WHERE case_id = $1",
    "UPDATE transfers SET reason = CASE reason WHEN '' THEN '' ELSE $2 END WHERE case_id = $1",
    "UPDATE bounces SET basis = $2, reason = CASE reason WHEN '' THEN '' ELSE $2 END WHERE case_id = $1",
    "UPDATE pauses SET basis = $2 WHERE case_id = $1",
    "UPDATE follow_ups SET remark = $2 WHERE case_id = $1",
    "UPDATE investigation_groups SET task = $2 WHERE case_id = $1",
    "UPDATE rewards SET description = $2 WHERE case_id = $1",
    "UPDATE prints SET reason = $2 WHERE case_id = $1",
];

/// Empties the texts of an entry, but for those whose heading is in $3.
const HISTORY: &str = "
    SET texts = coalesce((
        SELECT jsonb_agg(CASE WHEN pair ->> 0 = ANY($3) THEN pair ELSE jsonb_build_array(pair ->> 0, $2::text) END
                         ORDER BY place)
        FROM jsonb_array_elements(texts) WITH ORDINALITY AS t (pair, place)), '[]')";

/// The matters beside a case; reports of reprisal and of violations know it by its number only.
const MATTERS: &str = "
    SELECT appeal_id FROM appeals WHERE case_id = $1
    UNION ALL SELECT rectification_id FROM rectifications WHERE case_id = $1
    UNION ALL SELECT accountability_id FROM accountability WHERE case_id = $1
    UNION ALL SELECT panel_id FROM panels WHERE case_id = $1
    UNION ALL SELECT major_id FROM majors WHERE case_id = $1
    UNION ALL SELECT r.reprisal_id FROM reprisals r JOIN cases c ON c.number = r.case_number WHERE c.case_id = $1
    UNION ALL SELECT v.violation_id FROM violations v JOIN cases c ON c.number = v.case_number WHERE c.case_id = $1";

/// Drops the masked name of a locked case; false when that was done before.
pub async fn forget(tx: &Tx, case: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    const FORGET: &str = "
        UPDATE cases SET masked_name = '', has_contact = FALSE, erased_at = $2, updated_by = 'forget'
        WHERE case_id = $1 AND erased_at IS NULL";
    let done = tx
        .execute_raw(sql(FORGET, [case.into(), now.into()]))
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Empties every text of a case and of what stands beside it.
pub async fn empty(tx: &Tx, case: Uuid) -> Result<(), DbErr> {
    for text in TEXTS {
        tx.execute_raw(sql(text, [case.into(), MARK.into()]))
            .await?;
    }
    let kept: Vec<String> = KEPT.map(str::to_owned).into();
    for text in [
        format!("UPDATE history {HISTORY} WHERE case_id = $1"),
        format!("UPDATE matter_history {HISTORY} WHERE matter_id IN ({MATTERS})"),
    ] {
        let values = [case.into(), MARK.into(), kept.clone().into()];
        tx.execute_raw(sql(&text, values)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Kind {
    kind: i32,
}

/// Stops the letters to the complainant that were not sent yet, for nobody can be reached; answers with what they were.
pub async fn stop_letters(tx: &Tx, case: Uuid) -> Result<Vec<i32>, DbErr> {
    const STOP: &str = "
        UPDATE notices SET state = 'unreachable', revision = revision + 1
        WHERE case_id = $1 AND to_post = '' AND state = 'requested' RETURNING kind";
    let rows = Kind::find_by_statement(sql(STOP, [case.into()]))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.kind).collect())
}

#[derive(FromQueryResult)]
struct Forgotten {
    forgotten: bool,
}

/// Whether the complainant of a case is forgotten here.
pub async fn forgotten(tx: &Tx, case: Uuid) -> Result<bool, DbErr> {
    const FORGOTTEN: &str =
        "SELECT erased_at IS NOT NULL AS forgotten FROM cases WHERE case_id = $1";
    let row = Forgotten::find_by_statement(sql(FORGOTTEN, [case.into()]))
        .one(tx)
        .await?;
    Ok(row.is_some_and(|row| row.forgotten))
}
