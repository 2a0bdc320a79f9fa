//! Panels and their members.

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
    domain::panel::{Finding, Member, Panel},
    errors::ActionError,
};

#[derive(FromQueryResult)]
struct Row {
    panel_id: Uuid,
    case_id: Uuid,
    union_code: String,
    examined_units: Vec<String>,
    convened_at: DateTime<Utc>,
    finding: i32,
    decided_at: Option<DateTime<Utc>>,
    revision: i64,
}

#[derive(FromQueryResult)]
struct MemberRow {
    post_code: String,
    unit_code: String,
    person_id: String,
    opinion: i32,
}

const SELECT: &str = "
    SELECT p.panel_id, p.case_id, p.union_code, p.examined_units, p.convened_at, p.finding, p.decided_at, p.revision
    FROM panels p JOIN cases c ON c.case_id = p.case_id";

const LIST: Columns = Columns {
    select: SELECT,
    // A unit is not shown the panels on its cases; a member sees his own.
    visible: "
        (($1::text[] IS NULL OR p.union_code = ANY($1)) AND $2::text[] IS NULL
         AND (c.complained_person_id = '' OR c.complained_person_id <> $3)
         AND NOT EXISTS (SELECT FROM interests i WHERE i.case_id = c.case_id AND i.person_id = $3))
        OR EXISTS (SELECT FROM panel_members m WHERE m.panel_id = p.panel_id AND m.person_id = $3)",
    union: "p.union_code",
    case: "p.case_id",
    unit: "c.complained_unit_code",
    waits: "p.state = 1",
    place: "p.convened_at, p.panel_id",
};

async fn whole(db: &impl ConnectionTrait, row: Row) -> Result<Panel, ActionError> {
    const MEMBERS: &str = "
        SELECT post_code, unit_code, person_id, opinion FROM panel_members WHERE panel_id = $1 ORDER BY place";
    let members = MemberRow::find_by_statement(sql(MEMBERS, [row.panel_id.into()]))
        .all(db)
        .await?;
    let decided = match row.decided_at {
        None => None,
        Some(at) => {
            let finding = Finding::of(row.finding).ok_or_else(|| ActionError::Inconsistent {
                table: "panels",
                id: row.panel_id.to_string(),
                what: "finding".to_owned(),
            })?;
            Some((finding, at))
        }
    };
    let members = members.into_iter().map(|row| Member {
        post: row.post_code,
        unit: row.unit_code,
        person: row.person_id,
        opinion: Finding::of(row.opinion),
    });
    Ok(Panel {
        id: row.panel_id,
        case_id: row.case_id,
        union: row.union_code,
        examined: row.examined_units,
        members: members.collect(),
        convened_at: row.convened_at,
        decided,
        revision: count(row.revision),
    })
}

/// Stores a new panel; false when one sits on the case already.
pub async fn insert(tx: &Tx, panel: &Panel) -> Result<bool, DbErr> {
    const INSERT: &str = "
        INSERT INTO panels (panel_id, case_id, union_code, examined_units, convened_at, state, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (case_id) WHERE state = 1 DO NOTHING";
    const MEMBER: &str = "
        INSERT INTO panel_members (panel_id, post_code, unit_code, person_id, place) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        panel.id.into(),
        panel.case_id.into(),
        panel.union.as_str().into(),
        panel.examined.clone().into(),
        panel.convened_at.into(),
        (panel.state() as i32).into(),
        big(panel.revision).into(),
    ];
    if tx.execute_raw(sql(INSERT, values)).await?.rows_affected() == 0 {
        return Ok(false);
    }
    for (place, member) in (0_i32..).zip(&panel.members) {
        let values = [
            panel.id.into(),
            member.post.as_str().into(),
            member.unit.as_str().into(),
            member.person.as_str().into(),
            place.into(),
        ];
        tx.execute_raw(sql(MEMBER, values)).await?;
    }
    Ok(true)
}

/// Stores a panel that moved, with the opinions of its members.
pub async fn save(tx: &Tx, panel: &Panel) -> Result<(), DbErr> {
    const SAVE: &str = "
        UPDATE panels SET state = $2, finding = $3, decided_at = $4, revision = $5 WHERE panel_id = $1";
    const OPINION: &str =
        "UPDATE panel_members SET opinion = $3 WHERE panel_id = $1 AND person_id = $2";
    let values = [
        panel.id.into(),
        (panel.state() as i32).into(),
        panel
            .decided
            .map_or(0, |(finding, _)| finding as i32)
            .into(),
        panel.decided.map(|(_, at)| at).into(),
        big(panel.revision).into(),
    ];
    tx.execute_raw(sql(SAVE, values)).await?;
    for member in &panel.members {
        let opinion = member.opinion.map_or(0, |finding| finding as i32);
        let values = [
            panel.id.into(),
            member.person.as_str().into(),
            opinion.into(),
        ];
        tx.execute_raw(sql(OPINION, values)).await?;
    }
    Ok(())
}

/// Finds a panel and keeps everybody else from moving it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Panel>, ActionError> {
    let text = format!("{SELECT} WHERE p.panel_id = $1 FOR UPDATE OF p");
    match Row::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?
    {
        Some(row) => Ok(Some(whole(tx, row).await?)),
        None => Ok(None),
    }
}

/// Finds a panel.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Panel>, ActionError> {
    let text = format!("{SELECT} WHERE p.panel_id = $1");
    match Row::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await?
    {
        Some(row) => Ok(Some(whole(db, row).await?)),
        None => Ok(None),
    }
}

/// Panels that the caller sees.
pub async fn list(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Panel>, ActionError> {
    let (text, values) = matters::list(&LIST, seen, wanted);
    let mut panels = Vec::new();
    for row in Row::find_by_statement(sql(&text, values)).all(db).await? {
        panels.push(whole(db, row).await?);
    }
    Ok(panels)
}
