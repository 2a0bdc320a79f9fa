//! The register of files, their catalogues, and the search.

use chassis::db::{Tx, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{Number, Scope, big, cases::Ended, count};
use crate::domain::{
    package::Line,
    retention::{Rule, Series},
};

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
    /// 全宗号.
    pub fonds_code: String,
    /// 门类代码.
    pub class_code: String,
    /// 保管期限代码.
    pub term: String,
    /// 机构(问题)代码.
    pub organ_code: String,
    /// The row of the schedule that decided the term.
    pub rule_code: String,
    /// The version of that schedule.
    pub schedule_version: i32,
    /// The last day of the term; none when it is kept for ever.
    pub expires_on: Option<NaiveDate>,
    /// What it is about, by code.
    pub subject: String,
    /// The file it adds to.
    pub main_file_id: Option<Uuid>,
    /// Which addendum it is; 0 for the file of a case.
    pub addendum_number: i32,
    /// The transfer it was handed over with.
    pub transfer_id: Option<Uuid>,
    /// When its destruction was decided.
    pub destroyed_at: Option<DateTime<Utc>>,
    /// Whether it is only stored.
    pub stored_only: bool,
    /// Raised by every change.
    pub revision: i64,
    /// How many legal holds stand.
    pub open_holds: i64,
}

pub(super) const FILE: &str = "file_id, case_id, complaint_id, number, union_code, unit_code, year, item_number, archival_code, \
    closed_at, sealed_at, file_digest, size_bytes, last_seq, checkpoint_seq, fonds_code, class_code, term, organ_code, \
    rule_code, schedule_version, expires_on, subject, main_file_id, addendum_number, transfer_id, destroyed_at, stored_only, \
    revision, (SELECT count(*) FROM holds h WHERE h.case_id = f.case_id AND h.lifted_at IS NULL) AS open_holds";

/// What of a file a caller within `$1` (unions) and `$2` (person) sees.
pub(super) const VISIBLE: &str = "sealed_at IS NOT NULL AND ($1::text[] IS NULL OR union_code = ANY($1)) \
                       AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.case_id = f.case_id AND r.person_id = $2)";

/// What a file is registered as.
pub struct Registering<'a> {
    /// A new id for it.
    pub file_id: Uuid,
    /// The case.
    pub case: &'a Ended,
    /// The series it stands in.
    pub series: &'a Series,
    /// The row that decided its term.
    pub rule: &'a Rule,
    /// The version of that schedule.
    pub schedule_version: u32,
    /// What it is about, by code.
    pub subject: &'a str,
    /// The file it adds to and its number, when it is an addendum.
    pub adds_to: Option<(Uuid, i32)>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Gives a file its place in the register, or finds the one it has. The counter of its series is locked until `tx` ends, so
/// that a number is given only together with its row.
pub async fn reserve(tx: &Tx, new: &Registering<'_>) -> Result<FileRow, DbErr> {
    let (main, addendum) = new.adds_to.unzip();
    let addendum = addendum.unwrap_or(0);
    let text = format!(
        "SELECT {FILE} FROM files f WHERE case_id = $1 AND addendum_number = $2 FOR UPDATE"
    );
    let known = async || {
        let values = [new.case.case_id.into(), addendum.into()];
        FileRow::find_by_statement(sql(&text, values)).one(tx).await
    };
    if let Some(row) = known().await? {
        return Ok(row);
    }
    let Series {
        fonds,
        class,
        year,
        term,
        organ,
    } = new.series;
    let counter = "INSERT INTO register_numbers AS n (fonds_code, class_code, year, term, organ_code, last) \
                   VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (fonds_code, class_code, year, term, organ_code) \
                   DO UPDATE SET last = n.last + 1 RETURNING n.last::bigint AS number";
    let values = [
        fonds.as_str().into(),
        class.as_str().into(),
        (*year).into(),
        term.code().into(),
        organ.as_str().into(),
    ];
    let item = Number::find_by_statement(sql(counter, values))
        .one(tx)
        .await?
        .and_then(|row| u32::try_from(row.number).ok())
        .ok_or_else(|| DbErr::Custom("no item number was given".to_owned()))?;
    let insert = "INSERT INTO files (file_id, case_id, complaint_id, number, union_code, unit_code, year, item_number, \
                  archival_code, closed_at, reserved_at, fonds_code, class_code, term, organ_code, rule_code, \
                  schedule_version, expires_on, subject, main_file_id, addendum_number, fold_version) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    // Another replica that was quicker makes this fail on the case's key: nothing is given twice, and nothing is lost.
    let case = new.case;
    let values = [
        new.file_id.into(),
        case.case_id.into(),
        case.complaint_id.into(),
        case.number.as_str().into(),
        case.union_code.as_str().into(),
        case.unit_code.as_str().into(),
        (*year).into(),
        i32::try_from(item).unwrap_or(i32::MAX).into(),
        new.series.code(item).into(),
        case.ended_at.into(),
        new.now.into(),
        fonds.as_str().into(),
        class.as_str().into(),
        term.code().into(),
        organ.as_str().into(),
        new.rule.code.as_str().into(),
        i32::try_from(new.schedule_version)
            .unwrap_or(i32::MAX)
            .into(),
        term.expires_on(*year).into(),
        new.subject.into(),
        main.into(),
        addendum.into(),
        crate::domain::words::FOLD_VERSION.into(),
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
    /// Whether it is only stored, because the complainant's data was erased before.
    pub stored_only: bool,
    /// Its catalogue.
    pub lines: &'a [Line],
}

/// Keeps the pairs that narrow a search for a file.
pub(super) async fn put_grams(tx: &Tx, file_id: Uuid, grams: Vec<String>) -> Result<(), DbErr> {
    let text = "INSERT INTO file_grams (file_id, grams) VALUES ($1, $2) \
                ON CONFLICT (file_id) DO UPDATE SET grams = excluded.grams";
    tx.execute_raw(sql(text, [file_id.into(), grams.into()]))
        .await?;
    Ok(())
}

/// Records that a reserved file is sealed; `None` when somebody else was quicker.
pub async fn record(
    tx: &Tx,
    file_id: Uuid,
    sealed: &Recorded<'_>,
) -> Result<Option<FileRow>, DbErr> {
    let text = format!(
        "UPDATE files f SET sealed_at = $2, file_digest = $3, size_bytes = $4, last_seq = $5, checkpoint_seq = $6, \
         text = $7, stored_only = $8 WHERE file_id = $1 AND sealed_at IS NULL RETURNING {FILE}"
    );
    let values = [
        file_id.into(),
        sealed.sealed_at.into(),
        sealed.digest.into(),
        big(sealed.size_bytes).into(),
        big(sealed.last_seq).into(),
        big(sealed.checkpoint_seq).into(),
        sealed.text.into(),
        sealed.stored_only.into(),
    ];
    let Some(row) = FileRow::find_by_statement(sql(&text, values))
        .one(tx)
        .await?
    else {
        return Ok(None);
    };
    put_grams(tx, file_id, sealed.grams.clone()).await?;
    for line in sealed.lines {
        let text = "INSERT INTO items (file_id, position, path, title, author, made_at, media_type, size_bytes, digest, \
                    first_page, pages) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
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
            i32::try_from(line.first_page).unwrap_or(i32::MAX).into(),
            i32::try_from(line.pages).unwrap_or(i32::MAX).into(),
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
    /// The term.
    pub term: String,
    /// The item number.
    pub item: i32,
}

/// Which files are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only this union's.
    pub union: Option<String>,
    /// Only this year's.
    pub year: Option<i32>,
    /// Only those of these complaints.
    pub complaints: Option<Vec<Uuid>>,
    /// Only after this place.
    pub after: Option<Place>,
    /// How many at most.
    pub limit: u32,
}

/// The register within a scope, by union, year, term and item number.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    wanted: Wanted,
) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE {VISIBLE} \
           AND ($3::text IS NULL OR union_code = $3) AND ($4::int IS NULL OR year = $4) \
           AND ($5::text IS NULL OR (union_code, year, term, item_number) > ($5, $6, $7, $8)) \
           AND ($9::uuid[] IS NULL OR complaint_id = ANY($9)) \
         ORDER BY union_code, year, term, item_number LIMIT $10"
    );
    let place = wanted.after.unwrap_or(Place {
        union: String::new(),
        year: 0,
        term: String::new(),
        item: 0,
    });
    let values = [
        scope.unions.clone().into(),
        scope.person_id.as_str().into(),
        wanted.union.into(),
        wanted.year.into(),
        (!place.union.is_empty()).then_some(place.union).into(),
        place.year.into(),
        place.term.into(),
        place.item.into(),
        wanted.complaints.into(),
        i64::from(wanted.limit).into(),
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
    // Of a case's file and its addenda the file itself is meant.
    let text = format!(
        "SELECT {FILE} FROM files f WHERE {VISIBLE} AND {column} = $3 ORDER BY addendum_number LIMIT 1"
    );
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
    first_page: i32,
    pages: i32,
}

/// The catalogue of a file.
pub async fn items(db: &impl ConnectionTrait, file_id: Uuid) -> Result<Vec<Line>, DbErr> {
    let text = "SELECT position, path, title, author, made_at, media_type, size_bytes, digest, first_page, pages FROM items \
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
            first_page: u32::try_from(row.first_page).unwrap_or(0),
            pages: u32::try_from(row.pages).unwrap_or(0),
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
           AND ($3::text IS NULL OR union_code = $3) \
           AND file_id IN (SELECT g.file_id FROM file_grams g WHERE g.grams @> $4) \
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

/// The addenda to a file, oldest first.
pub async fn addenda(db: &impl ConnectionTrait, main: Uuid) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE main_file_id = $1 AND sealed_at IS NOT NULL ORDER BY addendum_number"
    );
    FileRow::find_by_statement(sql(&text, [main.into()]))
        .all(db)
        .await
}

/// A case's file and its addenda, oldest first; those that are sealed.
pub async fn of_case(db: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<FileRow>, DbErr> {
    let text = format!(
        "SELECT {FILE} FROM files f WHERE case_id = $1 AND sealed_at IS NOT NULL ORDER BY addendum_number"
    );
    FileRow::find_by_statement(sql(&text, [case_id.into()]))
        .all(db)
        .await
}

/// How many files of cases are sealed, how many addenda, and how many cases that ended have no file yet.
pub async fn counts(db: &impl ConnectionTrait) -> Result<(u64, u64, u64), DbErr> {
    let one = async |text: &str| {
        let row = Number::find_by_statement(sql(text, [])).one(db).await?;
        Ok::<_, DbErr>(row.map_or(0, |row| count(row.number)))
    };
    let files = "SELECT count(*) AS number FROM files WHERE sealed_at IS NOT NULL AND destroyed_at IS NULL AND addendum_number";
    Ok((
        one(&format!("{files} = 0")).await?,
        one(&format!("{files} > 0")).await?,
        one(
            "SELECT count(*) AS number FROM cases c WHERE c.ended_at IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM files f WHERE f.case_id = c.case_id AND f.sealed_at IS NOT NULL)",
        )
        .await?,
    ))
}
