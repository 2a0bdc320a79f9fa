//! The register of files, their catalogues, and the search.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{Number, Scope, big, cases::Ended, count};
use crate::domain::package::{Line, Scheme};

/// A file in the register.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct FileRow {
    /// The file.
    pub file_id: Uuid,
    /// The case it holds.
    pub case_id: Uuid,
    /// The complaint it holds.
    pub complaint_id: Uuid,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union_code: String,
    /// The unit that answered for it.
    pub unit_code: String,
    /// 年度.
    pub year: i32,
    /// 件号.
    pub item_number: i32,
    /// 档号.
    pub archival_code: String,
    /// When the case ended.
    pub closed_at: DateTime<Utc>,
    /// When it was sealed.
    pub sealed_at: Option<DateTime<Utc>>,
    /// SHA-256 of its bytes.
    pub file_digest: Option<String>,
    /// How many bytes.
    pub size_bytes: Option<i64>,
    /// The last ledger entry in it.
    pub last_seq: Option<i64>,
    /// The newest checkpoint in it.
    pub checkpoint_seq: Option<i64>,
}

const FILE: &str = "file_id, case_id, complaint_id, number, union_code, unit_code, year, item_number, archival_code, \
                    closed_at, sealed_at, file_digest, size_bytes, last_seq, checkpoint_seq";

/// What of a file a caller within `$1` (unions) and `$2` (person) sees.
const VISIBLE: &str = "sealed_at IS NOT NULL AND ($1::text[] IS NULL OR union_code = ANY($1)) \
                       AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.case_id = f.case_id AND r.person_id = $2)";

/// Gives a case its place in the register, or finds the one it has. The counter of its union and year is locked until `tx`
/// ends, so that a number is given only together with its row.
pub async fn reserve(
    tx: &Tx,
    file_id: Uuid,
    case: &Ended,
    year: i32,
    scheme: &Scheme,
    now: DateTime<Utc>,
) -> Result<FileRow, DbErr> {
    let text = format!("SELECT {FILE} FROM files WHERE case_id = $1 FOR UPDATE");
    let known = async || {
        FileRow::find_by_statement(sql(&text, [case.case_id.into()]))
            .one(tx)
            .await
    };
    if let Some(row) = known().await? {
        return Ok(row);
    }
    let counter = "INSERT INTO item_numbers (union_code, year, last) VALUES ($1, $2, 1) \
                   ON CONFLICT (union_code, year) DO UPDATE SET last = item_numbers.last + 1 RETURNING last::bigint AS number";
    let values = [case.union_code.as_str().into(), year.into()];
    let item = Number::find_by_statement(sql(counter, values))
        .one(tx)
        .await?
        .and_then(|row| u32::try_from(row.number).ok())
        .ok_or_else(|| DbErr::Custom("no item number was given".to_owned()))?;
    let insert = "INSERT INTO files (file_id, case_id, complaint_id, number, union_code, unit_code, year, item_number, \
                  archival_code, closed_at, reserved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    // Another replica that was quicker makes this fail on the case's key: nothing is given twice, and nothing is lost.
    let values = [
        file_id.into(),
        case.case_id.into(),
        case.complaint_id.into(),
        case.number.as_str().into(),
        case.union_code.as_str().into(),
        case.unit_code.as_str().into(),
        year.into(),
        i32::try_from(item).unwrap_or(i32::MAX).into(),
        scheme.code(&case.union_code, year, item).into(),
        case.ended_at.into(),
        now.into(),
    ];
    tx.execute_raw(sql(insert, values)).await?;
    known()
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the file just registered".to_owned()))
}

/// What a sealed file is recorded with.
pub struct Recorded<'a> {
    /// When.
    pub sealed_at: DateTime<Utc>,
    /// SHA-256 of its bytes.
    pub digest: &'a str,
    /// How many bytes.
    pub size_bytes: u64,
    /// The last ledger entry in it.
    pub last_seq: u64,
    /// The newest checkpoint in it.
    pub checkpoint_seq: u64,
    /// What it is found by.
    pub text: &'a str,
    /// The pairs of it.
    pub grams: Vec<String>,
    /// Its catalogue.
    pub lines: &'a [Line],
}

/// Records that a reserved file is sealed; `None` when somebody else was quicker.
pub async fn record(
    tx: &Tx,
    file_id: Uuid,
    sealed: &Recorded<'_>,
) -> Result<Option<FileRow>, DbErr> {
    let text = format!(
        "UPDATE files SET sealed_at = $2, file_digest = $3, size_bytes = $4, last_seq = $5, checkpoint_seq = $6, \
         text = $7, grams = $8 WHERE file_id = $1 AND sealed_at IS NULL RETURNING {FILE}"
    );
    let values = [
        file_id.into(),
        sealed.sealed_at.into(),
        sealed.digest.into(),
        big(sealed.size_bytes).into(),
        big(sealed.last_seq).into(),
        big(sealed.checkpoint_seq).into(),
        sealed.text.into(),
        sealed.grams.clone().into(),
    ];
    let Some(row) = FileRow::find_by_statement(sql(&text, values))
        .one(tx)
        .await?
    else {
        return Ok(None);
    };
    for line in sealed.lines {
        let text = "INSERT INTO items (file_id, position, path, title, author, made_at, media_type, size_bytes, digest) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = [
            file_id.into(),
            i32::try_from(line.position).unwrap_or(i32::MAX).into(),
            line.path.as_str().into(),
            line.title.as_str().into(),
            line.author.as_str().into(),
            line.made_at.into(),
            line.media_type.as_str().into(),
            big(line.size_bytes).into(),
            line.digest.as_str().into(),
        ];
        tx.execute_raw(sql(text, values)).await?;
    }
    Ok(Some(row))
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The union.
    pub union: String,
    /// The year.
    pub year: i32,
    /// The item number.
    pub item: i32,
}

/// The register within a scope, by union, year and item number.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: Option<String>,
    year: Option<i32>,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE {VISIBLE} \
           AND ($3::text IS NULL OR union_code = $3) AND ($4::int IS NULL OR year = $4) \
           AND ($5::text IS NULL OR (union_code, year, item_number) > ($5, $6, $7)) \
         ORDER BY union_code, year, item_number LIMIT $8"
    );
    let (from, from_year, from_item) = match after {
        Some(place) => (Some(place.union), place.year, place.item),
        None => (None, 0, 0),
    };
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        union.into(),
        year.into(),
        from.into(),
        from_year.into(),
        from_item.into(),
        i64::from(limit).into(),
    ];
    FileRow::find_by_statement(sql(&text, values)).all(db).await
}

/// Which file is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// By its id.
    File(Uuid),
    /// By its case.
    Case(Uuid),
    /// By the complaint's number.
    Number(String),
}

/// A file within a scope.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: &Scope,
    which: &Which,
) -> Result<Option<FileRow>, DbErr> {
    let (column, value) = match which {
        Which::File(id) => ("file_id", (*id).into()),
        Which::Case(id) => ("case_id", (*id).into()),
        Which::Number(number) => ("number", number.as_str().into()),
    };
    let text = format!("SELECT {FILE} FROM files f WHERE {VISIBLE} AND {column} = $3");
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        value,
    ];
    FileRow::find_by_statement(sql(&text, values)).one(db).await
}

#[derive(FromQueryResult)]
struct ItemRow {
    position: i32,
    path: String,
    title: String,
    author: String,
    made_at: Option<DateTime<Utc>>,
    media_type: String,
    size_bytes: i64,
    digest: String,
}

/// The catalogue of a file.
pub async fn items(db: &impl ConnectionTrait, file_id: Uuid) -> Result<Vec<Line>, DbErr> {
    let text = "SELECT position, path, title, author, made_at, media_type, size_bytes, digest FROM items \
                WHERE file_id = $1 ORDER BY position";
    let rows = ItemRow::find_by_statement(sql(text, [file_id.into()]))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            position: u32::try_from(row.position).unwrap_or(0),
            path: row.path,
            title: row.title,
            author: row.author,
            made_at: row.made_at,
            media_type: row.media_type,
            size_bytes: count(row.size_bytes),
            digest: row.digest,
        })
        .collect())
}

/// A file that matches, with its text.
#[derive(Debug, FromQueryResult)]
pub struct Hit {
    /// The file.
    #[sea_orm(nested)]
    pub file: FileRow,
    /// Its text.
    pub text: String,
}

/// Files within a scope in which every word stands, newest first. The pairs narrow the search by index; the words decide.
pub async fn search(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: Option<String>,
    words: Vec<String>,
    grams: Vec<String>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u32,
) -> Result<Vec<Hit>, DbErr> {
    let text = format!(
        "SELECT {FILE}, text FROM files f WHERE {VISIBLE} \
           AND ($3::text IS NULL OR union_code = $3) AND grams @> $4 \
           AND NOT EXISTS (SELECT 1 FROM unnest($5::text[]) word WHERE position(word IN text) = 0) \
           AND ($6::timestamptz IS NULL OR (sealed_at, file_id) < ($6, $7)) \
         ORDER BY sealed_at DESC, file_id DESC LIMIT $8"
    );
    let (before, id) = after.map_or((None, None), |(at, id)| (Some(at), Some(id)));
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        union.into(),
        grams.into(),
        words.into(),
        before.into(),
        id.into(),
        i64::from(limit).into(),
    ];
    Hit::find_by_statement(sql(&text, values)).all(db).await
}

/// How many files are sealed, and how many ended cases are not yet.
pub async fn counts(db: &impl ConnectionTrait) -> Result<(u64, u64), DbErr> {
    let one = async |text: &str| {
        let row = Number::find_by_statement(sql(text, [])).one(db).await?;
        Ok::<_, DbErr>(row.map_or(0, |row| count(row.number)))
    };
    Ok((
        one("SELECT count(*) AS number FROM files WHERE sealed_at IS NOT NULL").await?,
        one(
            "SELECT count(*) AS number FROM cases c WHERE c.ended_at IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM files f WHERE f.case_id = c.case_id AND f.sealed_at IS NOT NULL)",
        )
        .await?,
    ))
}
