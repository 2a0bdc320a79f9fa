//! Notices on their way out.

use std::collections::BTreeMap;

use chassis::db::{Db, Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::LEASE;
use crate::domain::delivery::{Delivery, Proof, State};

const COLUMNS: &str = "notice_id, complaint_id, case_id, union_code, complaint_number, to_post, state, sent_at, \
                       settled_at, proof_digest, proof_size_bytes, proof_media_type, result, revision";

/// Keeps a notice to be sent; a repeat of the request changes nothing.
pub async fn insert(
    tx: &Tx,
    delivery: &Delivery,
    requested_at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = "INSERT INTO deliveries (notice_id, complaint_id, case_id, union_code, complaint_number, to_post, \
                requested_at, state, proof_digest, proof_size_bytes, proof_media_type, result, revision) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, '', '', $9) ON CONFLICT DO NOTHING";
    let values = [
        delivery.notice_id.as_str().into(),
        delivery.complaint_id.as_str().into(),
        delivery.case_id.as_str().into(),
        delivery.union_code.as_str().into(),
        delivery.number.as_str().into(),
        delivery.to_post.as_str().into(),
        requested_at.into(),
        delivery.state.name().into(),
        delivery.revision.into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    Ok(done.rows_affected() == 1)
}

/// Takes some notices to work on; nobody else has them until the lease ends.
pub async fn lease(db: &Db, how_many: u32) -> Result<Vec<Delivery>, DbErr> {
    let text = format!(
        "UPDATE deliveries SET leased_until = now() + interval '{LEASE}' WHERE notice_id IN (\
         SELECT notice_id FROM deliveries WHERE state IN ('pending', 'handed_over') \
         AND next_try_at <= now() AND leased_until <= now() ORDER BY next_try_at, notice_id LIMIT $1 \
         FOR UPDATE SKIP LOCKED) RETURNING {COLUMNS}"
    );
    let rows = db
        .reader()
        .query_all_raw(sql(&text, [i64::from(how_many).into()]))
        .await?;
    rows.iter().map(from_row).collect()
}

/// Gives a notice back, to be tried again after some seconds.
pub async fn release(db: &Db, notice_id: &str, failed: bool) -> Result<(), DbErr> {
    let text = "UPDATE deliveries SET leased_until = '-infinity', tries = CASE WHEN $2 THEN tries + 1 ELSE 0 END, \
                next_try_at = CASE WHEN $2 THEN now() + make_interval(secs => least(300, power(2, least(tries, 8)) * (0.75 + random() / 2))) \
                ELSE now() END WHERE notice_id = $1";
    db.reader()
        .execute_raw(sql(text, [notice_id.into(), failed.into()]))
        .await?;
    Ok(())
}

/// Loads a notice and keeps everybody else from moving it until `tx` ends.
pub async fn lock(tx: &Tx, notice_id: &str) -> Result<Option<Delivery>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM deliveries WHERE notice_id = $1 FOR UPDATE");
    let row = tx.query_one_raw(sql(&text, [notice_id.into()])).await?;
    row.as_ref().map(from_row).transpose()
}

/// Stores a moved notice.
pub async fn save(tx: &Tx, delivery: &Delivery) -> Result<(), DbErr> {
    let text = "UPDATE deliveries SET state = $2, sent_at = $3, settled_at = $4, proof_digest = $5, \
                proof_size_bytes = $6, proof_media_type = $7, result = $8, revision = $9, updated_at = now() \
                WHERE notice_id = $1 AND revision = $9 - 1";
    let values = [
        delivery.notice_id.as_str().into(),
        delivery.state.name().into(),
        delivery.sent_at.into(),
        delivery.settled_at.into(),
        delivery.proof.digest.as_str().into(),
        delivery.proof.size_bytes.into(),
        delivery.proof.media_type.as_str().into(),
        delivery.result.as_str().into(),
        delivery.revision.into(),
    ];
    let done = tx.execute_raw(sql(text, values)).await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// Counts notices by state.
pub async fn counts(db: &Db) -> Result<BTreeMap<String, u64>, DbErr> {
    let text = "SELECT state, count(*) AS notices FROM deliveries GROUP BY state";
    let rows = db.reader().query_all_raw(sql(text, [])).await?;
    rows.iter()
        .map(|row| {
            let state: String = row.try_get("", "state")?;
            Ok((format!("notices_{state}"), super::count(row, "notices")?))
        })
        .collect()
}

fn from_row(row: &QueryResult) -> Result<Delivery, DbErr> {
    let notice_id: String = row.try_get("", "notice_id")?;
    let name: String = row.try_get("", "state")?;
    let state = State::of(&name).ok_or_else(|| super::impossible("deliveries", &notice_id))?;
    Ok(Delivery {
        notice_id,
        complaint_id: row.try_get("", "complaint_id")?,
        case_id: row.try_get("", "case_id")?,
        union_code: row.try_get("", "union_code")?,
        number: row.try_get("", "complaint_number")?,
        to_post: row.try_get("", "to_post")?,
        state,
        sent_at: row.try_get("", "sent_at")?,
        settled_at: row.try_get("", "settled_at")?,
        proof: Proof {
            digest: row.try_get("", "proof_digest")?,
            size_bytes: row.try_get("", "proof_size_bytes")?,
            media_type: row.try_get("", "proof_media_type")?,
        },
        result: row.try_get("", "result")?,
        revision: row.try_get("", "revision")?,
    })
}
