//! How the register moves after a file was sealed: holds, terms, transfers, destruction, erasure.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    Scope,
    files::{FILE, FileRow, VISIBLE},
};
use crate::domain::words;

/// The files of a case, locked in their order.
pub async fn lock_case(tx: &Tx, case_id: Uuid) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE case_id = $1 AND sealed_at IS NOT NULL ORDER BY file_id FOR UPDATE OF f"
    );
    FileRow::find_by_statement(sql(&text, [case_id.into()]))
        .all(tx)
        .await
}

/// These files, locked in their order.
pub async fn lock(tx: &Tx, ids: Vec<Uuid>) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE file_id = ANY($1) AND sealed_at IS NOT NULL ORDER BY file_id FOR UPDATE OF f"
    );
    FileRow::find_by_statement(sql(&text, [ids.into()]))
        .all(tx)
        .await
}

async fn change(
    tx: &Tx,
    set: &str,
    file_id: Uuid,
    value: Option<sea_orm::Value>,
) -> Result<FileRow, DbErr> {
    let text = format!(
        "UPDATE files f SET {set}, revision = revision + 1 WHERE file_id = $1 RETURNING {FILE}"
    );
    let values = std::iter::once(file_id.into()).chain(value);
    FileRow::find_by_statement(sql(&text, values.collect::<Vec<_>>()))
        .one(tx)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("a locked file".to_owned()))
}

/// Raises a file's revision: its holds changed.
pub async fn touch(tx: &Tx, file_id: Uuid) -> Result<FileRow, DbErr> {
    change(tx, "fold_version = fold_version", file_id, None).await
}

/// Keeps a file until a later day, or for ever.
pub async fn prolong(tx: &Tx, file_id: Uuid, until: Option<NaiveDate>) -> Result<FileRow, DbErr> {
    change(tx, "expires_on = $2", file_id, Some(until.into())).await
}

/// Hands a file over with a transfer, or takes it back from one that was returned.
pub async fn hand(tx: &Tx, file_id: Uuid, transfer: Option<Uuid>) -> Result<FileRow, DbErr> {
    change(tx, "transfer_id = $2", file_id, Some(transfer.into())).await
}

/// Decides that a file is destroyed: its text is gone at once, its bytes as soon as the task that removes them comes by.
pub async fn destroy(tx: &Tx, file_id: Uuid, now: DateTime<Utc>) -> Result<FileRow, DbErr> {
    super::files::put_grams(tx, file_id, Vec::new()).await?;
    let set = "destroyed_at = $2, text = ''";
    change(tx, set, file_id, Some(now.into())).await
}

/// Only stores a file from now on: nothing of the complaint's text or parties finds it (个人信息保护法 art. 47).
pub async fn only_store(tx: &Tx, row: &FileRow) -> Result<FileRow, DbErr> {
    let text = words::fold(&format!("{}\n{}", row.number, row.archival_code));
    let grams: Vec<String> = words::grams(&text).into_iter().collect();
    let statement = format!(
        "UPDATE files f SET stored_only = TRUE, text = $2, revision = revision + 1 \
         WHERE file_id = $1 RETURNING {FILE}"
    );
    super::files::put_grams(tx, row.file_id, grams).await?;
    FileRow::find_by_statement(sql(&statement, [row.file_id.into(), text.into()]))
        .one(tx)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("a locked file".to_owned()))
}

/// A file that was destroyed and whose bytes may still be there.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Doomed {
    /// The file.
    pub file_id: Uuid,
    /// SHA-256 of its bytes.
    pub file_digest: String,
}

/// Files whose bytes are to be removed.
pub async fn doomed(db: &impl ConnectionTrait, limit: u32) -> Result<Vec<Doomed>, DbErr> {
    let text = "SELECT file_id, file_digest FROM files WHERE destroyed_at IS NOT NULL AND NOT content_gone \
                ORDER BY file_id LIMIT $1";
    Doomed::find_by_statement(sql(text, [i64::from(limit).into()]))
        .all(db)
        .await
}

#[derive(FromQueryResult)]
struct Bag {
    bag_digest: String,
}

/// The bags that a file lies in and that were not removed.
pub async fn bags_with(db: &impl ConnectionTrait, file_id: Uuid) -> Result<Vec<String>, DbErr> {
    let text = "SELECT bag_digest FROM transfers t WHERE NOT bag_gone AND EXISTS \
                (SELECT 1 FROM transfer_files l WHERE l.transfer_id = t.transfer_id AND l.file_id = $1)";
    let rows = Bag::find_by_statement(sql(text, [file_id.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.bag_digest).collect())
}

/// Notes that the bytes of a file, and the bags it lay in, are gone.
pub async fn gone(tx: &Tx, file_id: Uuid) -> Result<(), DbErr> {
    for text in [
        "UPDATE files SET content_gone = TRUE WHERE file_id = $1 AND destroyed_at IS NOT NULL",
        "UPDATE transfers t SET bag_gone = TRUE WHERE EXISTS \
         (SELECT 1 FROM transfer_files l WHERE l.transfer_id = t.transfer_id AND l.file_id = $1)",
    ] {
        tx.execute_raw(sql(text, [file_id.into()])).await?;
    }
    Ok(())
}

/// Files within a scope whose term ended before a day and that are not destroyed, by union and code.
pub async fn expired(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: Option<String>,
    before: NaiveDate,
    after: Option<(String, String)>,
    limit: u32,
) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE {VISIBLE} AND destroyed_at IS NULL AND expires_on < $3 \
           AND ($4::text IS NULL OR union_code = $4) \
           AND ($5::text IS NULL OR (union_code, archival_code) > ($5, $6)) \
         ORDER BY union_code, archival_code LIMIT $7"
    );
    let (after_union, after_code) = after.unzip();
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        before.into(),
        union.into(),
        after_union.into(),
        after_code.into(),
        i64::from(limit).into(),
    ];
    FileRow::find_by_statement(sql(&text, values)).all(db).await
}

#[derive(FromQueryResult)]
struct Numbered {
    series: String,
    item_number: i32,
}

/// The item numbers of every series of a union and year, destroyed files and those being sealed too.
pub async fn registered(
    db: &impl ConnectionTrait,
    union: &str,
    year: i32,
) -> Result<BTreeMap<String, Vec<u32>>, DbErr> {
    let text = "SELECT fonds_code || '-' || class_code || '·' || year || '-' || term || '-' || organ_code AS series, \
                item_number FROM files WHERE union_code = $1 AND year = $2 ORDER BY 1, 2";
    let rows = Numbered::find_by_statement(sql(text, [union.into(), year.into()]))
        .all(db)
        .await?;
    let mut registered: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for row in rows {
        let numbers = registered.entry(row.series).or_default();
        numbers.push(u32::try_from(row.item_number).unwrap_or(0));
    }
    Ok(registered)
}

#[derive(FromQueryResult)]
struct OldText {
    file_id: Uuid,
    text: String,
}

/// Folds texts again that an older folding made; how many.
pub async fn refold(tx: &Tx, limit: u32) -> Result<usize, DbErr> {
    let text = "SELECT file_id, text FROM files WHERE sealed_at IS NOT NULL AND fold_version < $1 \
                ORDER BY file_id LIMIT $2 FOR UPDATE SKIP LOCKED";
    let values = [words::FOLD_VERSION.into(), i64::from(limit).into()];
    let rows = OldText::find_by_statement(sql(text, values))
        .all(tx)
        .await?;
    for row in &rows {
        // Lines part what stood in different places; each is folded by itself.
        let lines: Vec<String> = row.text.lines().map(words::fold).collect();
        let folded = lines.join("\n");
        let grams: Vec<String> = words::grams(&folded).into_iter().collect();
        super::files::put_grams(tx, row.file_id, grams).await?;
        let text = "UPDATE files SET text = $2, fold_version = $3 WHERE file_id = $1";
        let values = [
            row.file_id.into(),
            folded.into(),
            words::FOLD_VERSION.into(),
        ];
        tx.execute_raw(sql(text, values)).await?;
    }
    Ok(rows.len())
}
