//! The register of accountability, and rewards.

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
    domain::accountability::{Beneficiary, Entry, Ground, Reward, State},
    errors::ActionError,
};

#[derive(FromQueryResult)]
struct Row {
    accountability_id: Uuid,
    source_key: String,
    case_id: Option<Uuid>,
    union_code: String,
    unit_code: String,
    post_code: String,
    person_id: String,
    ground: i32,
    by_system: bool,
    raised_at: DateTime<Utc>,
    state: i32,
    sanction: i32,
    decided_at: Option<DateTime<Utc>>,
    revision: i64,
}

const SELECT: &str = "
    SELECT e.accountability_id, e.source_key, e.case_id, e.union_code, e.unit_code, e.post_code, e.person_id, e.ground,
           e.by_system, e.raised_at, e.state, e.sanction, e.decided_at, e.revision
    FROM accountability e";

// Whom an entry concerns does not see it.
const LIST: Columns = Columns {
    select: SELECT,
    visible: "
        ($1::text[] IS NULL OR e.union_code = ANY($1)) AND ($2::text[] IS NULL OR e.unit_code = ANY($2))
        AND (e.person_id = '' OR e.person_id <> $3)",
    union: "e.union_code",
    case: "e.case_id",
    unit: "e.unit_code",
    waits: "e.state = 1",
    place: "e.raised_at, e.accountability_id",
};

impl TryFrom<Row> for Entry {
    type Error = ActionError;

    fn try_from(row: Row) -> Result<Self, ActionError> {
        let odd = |what: &str| ActionError::Inconsistent {
            table: "accountability",
            id: row.accountability_id.to_string(),
            what: what.to_owned(),
        };
        let state = State::ALL
            .into_iter()
            .find(|state| *state as i32 == row.state);
        Ok(Self {
            id: row.accountability_id,
            ground: Ground::of(row.ground).ok_or_else(|| odd("ground"))?,
            state: state.ok_or_else(|| odd("state"))?,
            source_key: row.source_key,
            case_id: row.case_id,
            union: row.union_code,
            unit: row.unit_code,
            post: row.post_code,
            person: row.person_id,
            by_system: row.by_system,
            raised_at: row.raised_at,
            sanction: row.sanction,
            decided_at: row.decided_at,
            revision: count(row.revision),
        })
    }
}

/// Stores a new entry; false when it was raised for the same before.
pub async fn insert(tx: &Tx, entry: &Entry) -> Result<bool, DbErr> {
    const INSERT: &str = "
        INSERT INTO accountability (accountability_id, source_key, case_id, union_code, unit_code, post_code,
            person_id, ground, by_system, raised_at, state, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (source_key) DO NOTHING";
    let values = [
        entry.id.into(),
        entry.source_key.as_str().into(),
        entry.case_id.into(),
        entry.union.as_str().into(),
        entry.unit.as_str().into(),
        entry.post.as_str().into(),
        entry.person.as_str().into(),
        (entry.ground as i32).into(),
        entry.by_system.into(),
        entry.raised_at.into(),
        (entry.state as i32).into(),
        big(entry.revision).into(),
    ];
    Ok(tx.execute_raw(sql(INSERT, values)).await?.rows_affected() == 1)
}

/// Stores a decided entry.
pub async fn save(tx: &Tx, entry: &Entry) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE accountability SET post_code = $2, person_id = $3, state = $4, sanction = $5, decided_at = $6,
            revision = $7
        WHERE accountability_id = $1";
    let values = [
        entry.id.into(),
        entry.post.as_str().into(),
        entry.person.as_str().into(),
        (entry.state as i32).into(),
        entry.sanction.into(),
        entry.decided_at.into(),
        big(entry.revision).into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    Ok(())
}

/// Finds an entry and keeps everybody else from deciding it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Entry>, ActionError> {
    let text = format!("{SELECT} WHERE e.accountability_id = $1 FOR UPDATE OF e");
    let row = Row::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?;
    row.map(Entry::try_from).transpose()
}

/// Finds an entry.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Entry>, ActionError> {
    let text = format!("{SELECT} WHERE e.accountability_id = $1");
    let row = Row::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await?;
    row.map(Entry::try_from).transpose()
}

/// The register, as far as the caller sees it; on one ground, or by 0 on any.
pub async fn list(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
    ground: i32,
) -> Result<Vec<Entry>, ActionError> {
    let (text, mut values) = matters::list(&LIST, seen, wanted);
    let text = text.replacen(" ORDER BY", " AND ($11 = 0 OR e.ground = $11) ORDER BY", 1);
    values.push(ground.into());
    let rows = Row::find_by_statement(sql(&text, values)).all(db).await?;
    rows.into_iter().map(Entry::try_from).collect()
}

#[derive(FromQueryResult)]
struct RewardRow {
    reward_id: Uuid,
    case_id: Option<Uuid>,
    union_code: String,
    unit_code: String,
    person_id: String,
    beneficiary: i32,
    honour: bool,
    material: bool,
    description: String,
    recorded_at: DateTime<Utc>,
}

const REWARDS: Columns = Columns {
    select: "
        SELECT w.reward_id, w.case_id, w.union_code, w.unit_code, w.person_id, w.beneficiary, w.honour, w.material,
               w.description, w.recorded_at
        FROM rewards w",
    visible: "
        ($1::text[] IS NULL OR w.union_code = ANY($1)) AND ($2::text[] IS NULL OR w.unit_code = ANY($2))
        AND $3::text IS NOT NULL",
    union: "w.union_code",
    case: "w.case_id",
    unit: "w.unit_code",
    waits: "false",
    place: "w.recorded_at, w.reward_id",
};

/// Stores a reward.
pub async fn put_reward(tx: &Tx, reward: &Reward) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO rewards (reward_id, case_id, union_code, unit_code, person_id, ground, beneficiary, honour,
            material, description, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = [
        reward.id.into(),
        reward.case_id.into(),
        reward.union.as_str().into(),
        reward.unit.as_str().into(),
        reward.person.as_str().into(),
        reward.ground().into(),
        (reward.beneficiary as i32).into(),
        reward.honour.into(),
        reward.material.into(),
        reward.description.as_str().into(),
        reward.recorded_at.into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// Rewards that the caller sees, newest first.
pub async fn rewards(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Reward>, ActionError> {
    let (text, values) = matters::list(&REWARDS, seen, wanted);
    let rows = RewardRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    let all = [
        Beneficiary::Unit,
        Beneficiary::Staff,
        Beneficiary::Complainant,
    ];
    rows.into_iter()
        .map(|row| {
            let beneficiary = all.into_iter().find(|who| *who as i32 == row.beneficiary);
            Ok(Reward {
                id: row.reward_id,
                beneficiary: beneficiary.ok_or_else(|| ActionError::Inconsistent {
                    table: "rewards",
                    id: row.reward_id.to_string(),
                    what: "beneficiary".to_owned(),
                })?,
                case_id: row.case_id,
                union: row.union_code,
                unit: row.unit_code,
                person: row.person_id,
                honour: row.honour,
                material: row.material,
                description: row.description,
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}
