//! What the stores of matters beside a case share: their history, their numbers, their lists, and the line up.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use uuid::Uuid;

use super::{big, detail::HistoryRow, lists::Seen, record::Entry, reference::Post};

/// Adds to the history of a matter, whose row is locked.
pub async fn write(tx: &Tx, id: Uuid, revision: u64, entry: Entry<'_>) -> Result<(), DbErr> {
    const WRITE: &str = "
        INSERT INTO matter_history (matter_id, sequence, event, occurred_at, recorded_at, actor_post,
            actor_post_name, actor_person_id, actor_name, revision, texts)
        SELECT $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5,
            coalesce((SELECT name FROM posts WHERE post_code = $5), ''), $6, $7, $8, $9
        FROM matter_history WHERE matter_id = $1";
    let texts: Vec<(&str, &str)> = entry
        .texts
        .iter()
        .map(|(name, text)| (*name, text.trim()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let values = [
        id.into(),
        entry.event.into(),
        entry.occurred_at.into(),
        entry.recorded_at.into(),
        entry.post.into(),
        entry.person.into(),
        entry.name.into(),
        big(revision).into(),
        serde_json::json!(texts).into(),
    ];
    tx.execute_raw(sql(WRITE, values)).await?;
    Ok(())
}

/// The history of a matter, oldest first.
pub async fn history(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<HistoryRow>, DbErr> {
    const HISTORY: &str = "
        SELECT sequence, event, occurred_at, recorded_at, actor_post, actor_post_name, actor_person_id, actor_name,
               revision, texts
        FROM matter_history WHERE matter_id = $1 ORDER BY sequence";
    HistoryRow::find_by_statement(sql(HISTORY, [id.into()]))
        .all(db)
        .await
}

#[derive(FromQueryResult)]
struct Person {
    person: String,
}

/// Everybody who took part in a case before this appeal: in its history, as handler, or in another appeal of it.
pub async fn took_part(
    db: &impl ConnectionTrait,
    case_id: Uuid,
    appeal_id: Uuid,
) -> Result<Vec<String>, DbErr> {
    const TOOK_PART: &str = "
        SELECT actor_person_id AS person FROM history WHERE case_id = $1
        UNION SELECT handler_person_id FROM cases WHERE case_id = $1 AND handler_person_id IS NOT NULL
        UNION SELECT decline_proposed_by FROM cases WHERE case_id = $1 AND decline_proposed_by IS NOT NULL
        UNION SELECT result_author FROM cases WHERE case_id = $1 AND result_author IS NOT NULL
        UNION SELECT complained_person_id FROM cases WHERE case_id = $1
        UNION SELECT person_id FROM interests WHERE case_id = $1
        UNION SELECT asked_by_person_id FROM approvals WHERE case_id = $1
        UNION SELECT h.actor_person_id FROM matter_history h JOIN appeals a ON a.appeal_id = h.matter_id
              WHERE a.case_id = $1 AND a.appeal_id <> $2";
    let rows = Person::find_by_statement(sql(TOOK_PART, [case_id.into(), appeal_id.into()]))
        .all(db)
        .await?;
    let persons = rows.into_iter().map(|row| row.person);
    Ok(persons.filter(|person| !person.is_empty()).collect())
}

/// Keeps whose a unit is, unless a newer word of it is kept.
pub async fn put_parent(tx: &Tx, unit: &str, parent: &str, revision: u64) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO unit_parents (unit_code, parent_code, revision) VALUES ($1, $2, $3)
        ON CONFLICT (unit_code) DO UPDATE SET parent_code = $2, revision = $3 WHERE unit_parents.revision < $3";
    let values = [unit.into(), parent.into(), big(revision).into()];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Code {
    code: String,
}

/// The office that a union belongs to: the first above it.
pub async fn office_of(db: &impl ConnectionTrait, union: &str) -> Result<Option<String>, DbErr> {
    // Kind 2 is an office, by the contract's number.
    const OFFICE: &str = "
        WITH RECURSIVE up AS (
            SELECT parent_code, 1 AS step FROM unit_parents WHERE unit_code = $1
            UNION ALL
            SELECT p.parent_code, up.step + 1 FROM up JOIN unit_parents p ON p.unit_code = up.parent_code
            WHERE up.step < 10)
        SELECT u.unit_code AS code FROM up JOIN units u ON u.unit_code = up.parent_code
        WHERE u.kind = 2 AND NOT u.retired ORDER BY up.step LIMIT 1";
    let row = Code::find_by_statement(sql(OFFICE, [union.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| row.code))
}

/// The compliance department (合规部): the unit whose posts are its officers'.
pub async fn compliance(db: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    // Roles 10 and 11 are its officer and its head, by the contract's number.
    const COMPLIANCE: &str = "
        SELECT unit_code AS code FROM posts WHERE role IN (10, 11) AND NOT abolished
        ORDER BY role DESC, post_code LIMIT 1";
    let row = Code::find_by_statement(sql(COMPLIANCE, [])).one(db).await?;
    Ok(row.map(|row| row.code))
}

/// The senior management of a union.
pub async fn managers(db: &impl ConnectionTrait, union: &str) -> Result<Option<Post>, DbErr> {
    // Role 6, by the contract's number; one that is held before one that is vacant.
    const MANAGERS: &str = "
        SELECT p.post_code, p.unit_code, p.role, p.name, p.holder_person_id, p.deputy_person_id, p.email, p.abolished
        FROM posts p JOIN units u ON u.unit_code = p.unit_code
        WHERE u.union_code = $1 AND p.role = 6 AND NOT p.abolished
        ORDER BY p.holder_person_id = '', p.deputy_person_id = '', p.post_code LIMIT 1";
    Post::find_by_statement(sql(MANAGERS, [union.into()]))
        .one(db)
        .await
}

/// What is wanted of a list of matters.
#[derive(Default)]
pub struct Wanted {
    /// Only of this union; empty for any.
    pub union: String,
    /// Only of this case.
    pub case_id: Option<Uuid>,
    /// Only of this unit; empty for any.
    pub unit: String,
    /// Only what waits, longest waiting first; else newest first.
    pub waiting: bool,
    /// Those behind this place.
    pub behind: Option<(DateTime<Utc>, Uuid)>,
    /// How many.
    pub size: i64,
}

/// Where a kind of matter has what its list goes by: columns, and what waits.
pub(crate) struct Columns {
    /// The statement up to its condition.
    pub select: &'static str,
    /// Who sees it; of $1 unions, $2 units, $3 person.
    pub visible: &'static str,
    /// The union.
    pub union: &'static str,
    /// The case.
    pub case: &'static str,
    /// The unit.
    pub unit: &'static str,
    /// What waits.
    pub waits: &'static str,
    /// What it is sorted by.
    pub place: &'static str,
}

/// A list of matters as a statement.
pub(crate) fn list(of: &Columns, seen: Seen<'_>, wanted: &Wanted) -> (String, Vec<Value>) {
    let Columns {
        select,
        visible,
        union,
        case,
        unit,
        waits,
        place,
    } = of;
    let (beyond, order) = if wanted.waiting {
        (">", "ASC")
    } else {
        ("<", "DESC")
    };
    let sorted: Vec<String> = place
        .split(", ")
        .map(|column| format!("{column} {order}"))
        .collect();
    let text = format!(
        "{select} WHERE ({visible}) AND ($4 = '' OR {union} = $4) AND ($5::uuid IS NULL OR {case} = $5)
            AND ($6 = '' OR {unit} = $6) AND (NOT $7 OR {waits})
            AND ($8::timestamptz IS NULL OR ({place}) {beyond} ($8, $9::uuid))
         ORDER BY {sorted} LIMIT $10",
        sorted = sorted.join(", "),
    );
    let values = seen.values().into_iter().chain([
        wanted.union.as_str().into(),
        wanted.case_id.into(),
        wanted.unit.as_str().into(),
        wanted.waiting.into(),
        wanted.behind.map(|(at, _)| at).into(),
        wanted.behind.map(|(_, id)| id).into(),
        wanted.size.into(),
    ]);
    (text, values.collect())
}
