//! Groups of similar complaints, and the policies that say when one is warned of.

use chassis::db::{Tx, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::Scope;
use crate::domain::group::{Features, Ground, Rule};

/// How many complaints a new one is compared with at most, newest first: a flood has its group by then.
const COMPARED: i64 = 200;
/// How many complaints of other unions with a similar text are counted at most.
const COUNTED: i64 = 5000;

/// A policy's rule, with whose it is and since when.
pub struct Published {
    /// The policy and its version.
    pub policy: (String, i64),
    /// The rule within it.
    pub code: String,
    /// The union that set it; empty for one that binds all.
    pub union: String,
    /// What it says.
    pub rule: Rule,
    /// First and last day.
    pub effective: (NaiveDate, Option<NaiveDate>),
}

/// Keeps a rule; one that is kept stays as it is.
pub async fn keep_rule(tx: &Tx, told: &Published) -> Result<(), DbErr> {
    const KEEP: &str = "
        INSERT INTO group_rules (policy_code, policy_version, code, union_code, article, complainants, days,
            similar_percent, effective_from, effective_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let values = [
        told.policy.0.as_str().into(),
        told.policy.1.into(),
        told.code.as_str().into(),
        told.union.as_str().into(),
        told.rule.article.as_str().into(),
        small(told.rule.complainants).into(),
        i32::try_from(told.rule.days).unwrap_or(i32::MAX).into(),
        small(told.rule.similar_percent).into(),
        told.effective.0.into(),
        told.effective.1.into(),
    ];
    tx.execute_raw(sql(KEEP, values)).await.map(drop)
}

#[derive(FromQueryResult)]
struct RuleRow {
    article: String,
    complainants: i32,
    days: i32,
    similar_percent: i32,
}

/// The rule that holds for a union on a day: the strictest of those in force, each in its newest version.
pub async fn rule(tx: &Tx, union: &str, day: NaiveDate) -> Result<Option<Rule>, DbErr> {
    const RULES: &str = "
        SELECT article, complainants, days, similar_percent FROM group_rules r
        WHERE union_code IN ('', $1) AND effective_from <= $2 AND (effective_until IS NULL OR effective_until >= $2)
          AND policy_version = (SELECT max(policy_version) FROM group_rules n WHERE n.policy_code = r.policy_code)";
    let rows = RuleRow::find_by_statement(sql(RULES, [union.into(), day.into()]))
        .all(tx)
        .await?;
    let number = |number: i32| u32::try_from(number).unwrap_or(0);
    let rules = rows.into_iter().map(|row| Rule {
        article: row.article,
        complainants: number(row.complainants),
        days: row.days.into(),
        similar_percent: number(row.similar_percent),
    });
    Ok(rules.reduce(Rule::stricter))
}

/// Keeps the sketch of a complaint's text.
pub async fn keep_sketch(tx: &Tx, complaint: Uuid, slots: Vec<i64>) -> Result<(), DbErr> {
    const KEEP: &str =
        "INSERT INTO sketches (complaint_id, slots) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(KEEP, [complaint.into(), slots.into()]))
        .await
        .map(drop)
}

/// Lets one complaint of a union look for its group at a time.
pub async fn lock(tx: &Tx, union: &str) -> Result<(), DbErr> {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('groups of ' || $1, 0))";
    tx.execute_raw(sql(LOCK, [union.into()])).await.map(drop)
}

#[derive(FromQueryResult)]
struct FeaturesRow {
    id: Uuid,
    unit: String,
    business_code: String,
    cause_code: String,
    slots: Vec<i64>,
    received_at: DateTime<Utc>,
    tokens: Vec<Vec<u8>>,
}

const FEATURES: &str = "
    SELECT c.id, coalesce(nullif(c.complained_unit_code, ''), c.union_code) AS unit, c.business_code, c.cause_code,
           coalesce(s.slots, '{}') AS slots, c.received_at,
           array(SELECT b.token FROM blind_index b WHERE b.complaint_id = c.id AND b.kind <> 'name') AS tokens
    FROM complaints c LEFT JOIN sketches s ON s.complaint_id = c.id
    WHERE c.withdrawn_at IS NULL AND c.nature NOT IN ('inquiry', 'suggestion')";

fn features(rows: Vec<FeaturesRow>) -> Vec<Features> {
    let read = |row: FeaturesRow| Features {
        id: row.id,
        unit: row.unit,
        business: row.business_code,
        cause: row.cause_code,
        sketch: row.slots,
        received_at: row.received_at,
        tokens: row.tokens,
    };
    rows.into_iter().map(read).collect()
}

/// What those complaints of a union are compared by that were received in a time and have anything in common with one,
/// newest first.
pub async fn received(
    tx: &Tx,
    union: &str,
    like: &Features,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Features>, DbErr> {
    let text = format!(
        "{FEATURES} AND c.union_code = $1 AND c.received_at BETWEEN $2 AND $3 AND (s.slots && $5 \
         OR (coalesce(nullif(c.complained_unit_code, ''), c.union_code) = $6 \
         AND (($7 <> '' AND c.business_code = $7) OR ($8 <> '' AND c.cause_code = $8)))) \
         ORDER BY c.received_at DESC, c.id LIMIT $4"
    );
    let values = [
        union.into(),
        from.into(),
        until.into(),
        COMPARED.into(),
        like.sketch.clone().into(),
        like.unit.as_str().into(),
        like.business.as_str().into(),
        like.cause.as_str().into(),
    ];
    let rows = FeaturesRow::find_by_statement(sql(&text, values))
        .all(tx)
        .await?;
    Ok(features(rows))
}

/// What these complaints are compared by.
pub async fn of(tx: &Tx, complaints: Vec<Uuid>) -> Result<Vec<Features>, DbErr> {
    let text = format!("{FEATURES} AND c.id = ANY($1) ORDER BY c.received_at, c.id");
    let rows = FeaturesRow::find_by_statement(sql(&text, [complaints.into()]))
        .all(tx)
        .await?;
    Ok(features(rows))
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

#[derive(FromQueryResult)]
struct Slots {
    slots: Vec<i64>,
}

/// How many complaints like one the whole province received in a time.
pub async fn in_province(
    tx: &Tx,
    like: &Features,
    ground: Ground,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    alike: impl Fn(&[i64]) -> bool,
) -> Result<u64, DbErr> {
    const COUNT: &str = "
        SELECT count(*) FROM complaints c WHERE c.received_at BETWEEN $1 AND $2 AND c.withdrawn_at IS NULL
          AND c.nature NOT IN ('inquiry', 'suggestion') AND ($3 = '' OR c.business_code = $3) AND ($4 = '' OR c.cause_code = $4)";
    const TEXTS: &str = "
        SELECT s.slots FROM sketches s JOIN complaints c ON c.id = s.complaint_id
        WHERE s.slots && $3 AND c.received_at BETWEEN $1 AND $2 AND c.withdrawn_at IS NULL
          AND c.nature NOT IN ('inquiry', 'suggestion') LIMIT $4";
    if ground == Ground::Text {
        let values = [
            from.into(),
            until.into(),
            like.sketch.clone().into(),
            COUNTED.into(),
        ];
        let rows = Slots::find_by_statement(sql(TEXTS, values)).all(tx).await?;
        let count = rows.iter().filter(|row| alike(&row.slots)).count();
        return Ok(u64::try_from(count).unwrap_or(u64::MAX));
    }
    let (business, cause) = match ground {
        Ground::Business => (like.business.as_str(), ""),
        Ground::Cause | Ground::Text => ("", like.cause.as_str()),
    };
    let values = [from.into(), until.into(), business.into(), cause.into()];
    let count = Count::find_by_statement(sql(COUNT, values)).one(tx).await?;
    Ok(count.map_or(0, |row| u64::try_from(row.count).unwrap_or(0)))
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct GroupRow {
    /// Permanent.
    pub id: Uuid,
    /// The union.
    pub union_code: String,
    /// The unit complained of.
    pub unit_code: String,
    /// Why they count as similar.
    pub ground: String,
    /// The business they share.
    pub business_code: String,
    /// The cause they share.
    pub cause_code: String,
    /// The article of the rule.
    pub article: String,
    /// How many complainants called for a warning.
    pub threshold: i32,
    /// Within how many days.
    pub days: i32,
    /// When it was seen.
    pub opened_at: DateTime<Utc>,
    /// When the first of them was received.
    pub first_received_at: DateTime<Utc>,
    /// When the newest of them was received.
    pub last_received_at: DateTime<Utc>,
    /// How many.
    pub complaints: i32,
    /// By how many complainants.
    pub complainants: i32,
    /// How many there were when it was warned of last.
    pub warned_complainants: i32,
    /// How many like these the whole province received in the same days.
    pub province_complaints: i32,
    /// Goes up by one with every change.
    pub revision: i64,
}

const GROUP: &str = "g.id, g.union_code, g.unit_code, g.ground, g.business_code, g.cause_code, g.article, g.threshold, \
    g.days, g.opened_at, g.first_received_at, g.last_received_at, g.complaints, g.complainants, g.warned_complainants, \
    g.province_complaints, g.revision";

/// Keeps a group as it is now.
pub async fn keep(tx: &Tx, group: &GroupRow) -> Result<(), DbErr> {
    const KEEP: &str = "
        INSERT INTO groups (id, union_code, unit_code, ground, business_code, cause_code, article, threshold, days,
            opened_at, first_received_at, last_received_at, complaints, complainants, warned_complainants,
            province_complaints, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (id) DO UPDATE SET first_received_at = excluded.first_received_at,
            last_received_at = excluded.last_received_at, complaints = excluded.complaints,
            complainants = excluded.complainants, warned_complainants = excluded.warned_complainants,
            province_complaints = excluded.province_complaints, revision = excluded.revision";
    let values = [
        group.id.into(),
        group.union_code.as_str().into(),
        group.unit_code.as_str().into(),
        group.ground.as_str().into(),
        group.business_code.as_str().into(),
        group.cause_code.as_str().into(),
        group.article.as_str().into(),
        group.threshold.into(),
        group.days.into(),
        group.opened_at.into(),
        group.first_received_at.into(),
        group.last_received_at.into(),
        group.complaints.into(),
        group.complainants.into(),
        group.warned_complainants.into(),
        group.province_complaints.into(),
        group.revision.into(),
    ];
    tx.execute_raw(sql(KEEP, values)).await.map(drop)
}

/// Keeps that these complaints are in a group; one that is in another stays there.
pub async fn join(tx: &Tx, group: Uuid, members: Vec<Uuid>) -> Result<(), DbErr> {
    const JOIN: &str = "
        INSERT INTO group_members (complaint_id, group_id) SELECT unnest($1::uuid[]), $2 ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(JOIN, [members.into(), group.into()]))
        .await
        .map(drop)
}

/// What a group has.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Tally {
    /// How many complaints.
    pub complaints: i64,
    /// By how many complainants: whoever shares an address with another is the same.
    pub complainants: i64,
    /// When the first of them was received.
    pub first: Option<DateTime<Utc>>,
    /// When the newest of them was received.
    pub last: Option<DateTime<Utc>>,
}

/// Counts a group.
///
/// Only complaints that joined since are compared, with those that share an address with them; all of them once more after
/// one was withdrawn or erased, for it may have held two others together.
pub async fn tally(tx: &Tx, group: Uuid) -> Result<Tally, DbErr> {
    const AGAIN: &str = "UPDATE groups SET recount = false WHERE id = $1 AND recount";
    const FORGET: &str = "UPDATE group_members SET complainant = NULL WHERE group_id = $1";
    const NEW: &str = "
        SELECT m.complaint_id FROM group_members m JOIN complaints c ON c.id = m.complaint_id
        WHERE m.group_id = $1 AND m.complainant IS NULL AND c.withdrawn_at IS NULL";
    const SEAT: &str = "
        WITH same AS (
            SELECT DISTINCT m.complainant FROM blind_index mine
            JOIN blind_index b ON b.token = mine.token AND b.kind <> 'name'
            JOIN group_members m ON m.complaint_id = b.complaint_id AND m.group_id = $2
            WHERE mine.complaint_id = $1 AND mine.kind <> 'name' AND m.complainant IS NOT NULL)
        UPDATE group_members
        SET complainant = coalesce((SELECT complainant FROM same ORDER BY complainant LIMIT 1), $1)
        WHERE group_id = $2 AND (complaint_id = $1 OR complainant IN (SELECT complainant FROM same))";
    const TALLY: &str = "
        SELECT count(*) AS complaints, count(DISTINCT m.complainant) AS complainants,
               min(c.received_at) AS first, max(c.received_at) AS last
        FROM group_members m JOIN complaints c ON c.id = m.complaint_id
        WHERE m.group_id = $1 AND c.withdrawn_at IS NULL";
    let again = tx.execute_raw(sql(AGAIN, [group.into()])).await?;
    if again.rows_affected() > 0 {
        tx.execute_raw(sql(FORGET, [group.into()])).await?;
    }
    let new = Member::find_by_statement(sql(NEW, [group.into()]))
        .all(tx)
        .await?;
    for member in new {
        tx.execute_raw(sql(SEAT, [member.complaint_id.into(), group.into()]))
            .await?;
    }
    let tally = Tally::find_by_statement(sql(TALLY, [group.into()]))
        .one(tx)
        .await?;
    tally.ok_or_else(|| DbErr::Custom("a group was not counted".to_owned()))
}

/// Has the group of a complaint counted anew, for the complaint counts no more, or its complainant is not known any more.
pub async fn recount(tx: &Tx, complaint: Uuid) -> Result<(), DbErr> {
    const RECOUNT: &str = "
        UPDATE groups SET recount = true WHERE id = (SELECT group_id FROM group_members WHERE complaint_id = $1)";
    tx.execute_raw(sql(RECOUNT, [complaint.into()]))
        .await
        .map(drop)
}

/// Whether a complaint is in a group.
pub async fn has(tx: &Tx, group: Uuid, complaint: Uuid) -> Result<bool, DbErr> {
    const HAS: &str =
        "SELECT 1 AS one FROM group_members WHERE group_id = $1 AND complaint_id = $2";
    let statement = sql(HAS, [group.into(), complaint.into()]);
    Ok(tx.query_one_raw(statement).await?.is_some())
}

/// The group that most of these complaints are in, if any is in one.
pub async fn holding(tx: &Tx, complaints: Vec<Uuid>) -> Result<Option<GroupRow>, DbErr> {
    let text = format!(
        "SELECT {GROUP} FROM groups g JOIN group_members m ON m.group_id = g.id WHERE m.complaint_id = ANY($1) \
         GROUP BY g.id ORDER BY count(*) DESC, g.opened_at DESC LIMIT 1"
    );
    GroupRow::find_by_statement(sql(&text, [complaints.into()]))
        .one(tx)
        .await
}

#[derive(FromQueryResult)]
struct Member {
    complaint_id: Uuid,
}

/// Which complaints are in a group.
pub async fn members(db: &impl ConnectionTrait, group: Uuid) -> Result<Vec<Uuid>, DbErr> {
    const MEMBERS: &str = "SELECT complaint_id FROM group_members WHERE group_id = $1";
    let rows = Member::find_by_statement(sql(MEMBERS, [group.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.complaint_id).collect())
}

/// Groups of these unions, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    union: &str,
    limit: u32,
) -> Result<Vec<GroupRow>, DbErr> {
    let text = format!(
        "SELECT {GROUP} FROM groups g WHERE ($1::text[] IS NULL OR g.union_code = ANY($1)) \
         AND ($2 = '' OR g.union_code = $2) ORDER BY g.last_received_at DESC, g.id LIMIT $3"
    );
    let values = [
        scope.unions.clone().into(),
        union.into(),
        i64::from(limit).into(),
    ];
    GroupRow::find_by_statement(sql(&text, values))
        .all(db)
        .await
}

/// A group.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<GroupRow>, DbErr> {
    let text = format!("SELECT {GROUP} FROM groups g WHERE g.id = $1");
    GroupRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await
}
