//! All SQL of regulatory-report.

use std::collections::BTreeMap;

use chassis::db::{Tx, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

pub mod reports;
pub mod taxonomy;
pub mod turns;

use crate::domain::{
    facts::{Appeal, Fact},
    tree::{Kind, Span, Tree, Unit},
};

/// A complaint or a case as it was told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The case, which is also the complaint.
    pub case_id: Uuid,
    /// Its number.
    pub number: String,
    /// The union.
    pub union: String,
    /// The unit that registered it.
    pub unit: String,
    /// How it reached us.
    pub channel: String,
    /// What kind of matter it is.
    pub nature: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// The unit that handles it.
    pub lead_unit: String,
    /// The unit complained of.
    pub complained_unit: String,
    /// Axis B.
    pub business: String,
    /// Axis C.
    pub cause: String,
    /// Axis A.
    pub via: String,
    /// Whether it is 重大.
    pub major: bool,
    /// How it ended.
    pub outcome: String,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// The teller's revision.
    pub revision: u64,
}

const COLUMNS: &str = "case_id, number, union_code, unit_code, channel, nature, received_at, complained_unit_code, \
                       business_code, cause_code, handled_via_code, major";

fn values(told: &Told) -> Vec<sea_orm::Value> {
    vec![
        told.case_id.into(),
        told.number.as_str().into(),
        told.union.as_str().into(),
        told.unit.as_str().into(),
        told.channel.as_str().into(),
        told.nature.as_str().into(),
        told.received_at.into(),
        told.complained_unit.as_str().into(),
        told.business.as_str().into(),
        told.cause.as_str().into(),
        told.via.as_str().into(),
        told.major.into(),
        i64::try_from(told.revision).unwrap_or(i64::MAX).into(),
    ]
}

/// The columns that both tellers fill, taken from what is told.
const TAKEN: &str = "number = excluded.number, union_code = excluded.union_code, unit_code = excluded.unit_code, \
                     channel = excluded.channel, nature = excluded.nature, received_at = excluded.received_at, \
                     complained_unit_code = excluded.complained_unit_code, business_code = excluded.business_code, \
                     cause_code = excluded.cause_code, handled_via_code = excluded.handled_via_code, major = excluded.major";

/// Keeps a complaint as intake told it, unless routing told of its case, or a newer revision is known.
pub async fn keep_complaint(tx: &Tx, told: &Told) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO cases ({COLUMNS}, complaint_revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (case_id) DO UPDATE SET {TAKEN}, complaint_revision = excluded.complaint_revision \
         WHERE cases.case_revision = 0 AND cases.complaint_revision < excluded.complaint_revision"
    );
    tx.execute_raw(sql(&text, values(told))).await?;
    Ok(())
}

/// Keeps a case as routing told it, unless this or a newer revision is known.
pub async fn keep_case(tx: &Tx, told: &Told) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO cases ({COLUMNS}, case_revision, lead_unit_code, outcome, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT (case_id) DO UPDATE SET {TAKEN}, case_revision = excluded.case_revision, \
           lead_unit_code = excluded.lead_unit_code, outcome = excluded.outcome, ended_at = excluded.ended_at \
         WHERE cases.case_revision < excluded.case_revision"
    );
    let mut values = values(told);
    values.extend([
        told.lead_unit.as_str().into(),
        told.outcome.as_str().into(),
        told.ended_at.into(),
    ]);
    tx.execute_raw(sql(&text, values)).await?;
    Ok(())
}

/// Keeps when the limit of a case was first extended.
pub async fn keep_extension(tx: &Tx, case_id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "INSERT INTO extensions (case_id, granted_at) VALUES ($1, $2) \
                ON CONFLICT (case_id) DO UPDATE SET granted_at = LEAST(extensions.granted_at, excluded.granted_at)";
    tx.execute_raw(sql(text, [case_id.into(), at.into()]))
        .await?;
    Ok(())
}

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockResult {
    /// Stopped in time.
    Met,
    /// Overrun.
    Breached,
}

/// Keeps how a clock ended.
pub async fn keep_clock(
    tx: &Tx,
    case_id: Uuid,
    clock: &str,
    result: ClockResult,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO clock_results (case_id, clock_code, result, at) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (case_id, clock_code, result) DO UPDATE SET at = LEAST(clock_results.at, excluded.at)";
    let result = match result {
        ClockResult::Met => "met",
        ClockResult::Breached => "breached",
    };
    tx.execute_raw(sql(
        text,
        [case_id.into(), clock.into(), result.into(), at.into()],
    ))
    .await?;
    Ok(())
}

/// Keeps a unit unless this or a newer revision is known.
pub async fn keep_unit(
    tx: &Tx,
    code: &str,
    union: &str,
    unit: &Unit,
    revision: u64,
) -> Result<(), DbErr> {
    let text = "INSERT INTO units (code, kind, union_code, revision, retired_on) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, union_code = excluded.union_code, \
                  retired_on = excluded.retired_on, revision = excluded.revision WHERE units.revision < excluded.revision";
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    let values = [
        code.into(),
        kind_name(unit.kind).into(),
        union.into(),
        revision.into(),
        unit.retired_on.into(),
    ];
    if tx.execute_raw(sql(text, values)).await?.rows_affected() == 0 {
        return Ok(());
    }
    tx.execute_raw(sql(
        "DELETE FROM unit_periods WHERE code = $1",
        [code.into()],
    ))
    .await?;
    for span in &unit.spans {
        let text =
            "INSERT INTO unit_periods (code, from_day, name, parent_code) VALUES ($1, $2, $3, $4)";
        let values = [
            code.into(),
            span.from.into(),
            span.name.as_str().into(),
            span.parent.as_str().into(),
        ];
        tx.execute_raw(sql(text, values)).await?;
    }
    Ok(())
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Province, "province"),
    (Kind::Office, "office"),
    (Kind::Union, "union"),
    (Kind::Department, "department"),
    (Kind::Outlet, "outlet"),
];

fn kind_name(kind: Kind) -> &'static str {
    KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("outlet", |(_, name)| name)
}

#[derive(FromQueryResult)]
struct UnitRow {
    code: String,
    kind: String,
    retired_on: Option<NaiveDate>,
    from_day: NaiveDate,
    name: String,
    parent_code: String,
}

/// All units.
pub async fn tree(db: &impl ConnectionTrait) -> Result<Tree, DbErr> {
    let text = "SELECT u.code, u.kind, u.retired_on, p.from_day, p.name, p.parent_code FROM units u \
                JOIN unit_periods p ON p.code = u.code ORDER BY u.code, p.from_day";
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    for row in UnitRow::find_by_statement(sql(text, [])).all(db).await? {
        let kind = KINDS
            .iter()
            .find(|(_, name)| *name == row.kind)
            .map(|(kind, _)| *kind)
            .ok_or_else(|| DbErr::Type(format!("unit {} has the kind {:?}", row.code, row.kind)))?;
        let unit = units.entry(row.code).or_insert(Unit {
            kind,
            spans: Vec::new(),
            retired_on: row.retired_on,
        });
        unit.spans.push(Span {
            from: row.from_day,
            name: row.name,
            parent: row.parent_code,
        });
    }
    Ok(Tree(units))
}

#[derive(FromQueryResult)]
struct FactRow {
    case_id: Uuid,
    number: String,
    union_code: String,
    unit_code: String,
    channel: String,
    nature: String,
    received_at: DateTime<Utc>,
    lead_unit_code: String,
    complained_unit_code: String,
    business_code: String,
    cause_code: String,
    handled_via_code: String,
    major: bool,
    outcome: String,
    ended_at: Option<DateTime<Utc>>,
    granted_at: Option<DateTime<Utc>>,
    clocks: Vec<String>,
    breached: Vec<DateTime<Utc>>,
    returned_at: Option<DateTime<Utc>>,
    repeats_another: bool,
    complained_again_at: Option<DateTime<Utc>>,
    followed_up_at: Option<DateTime<Utc>>,
    satisfied: Option<bool>,
    appeals: serde_json::Value,
}

#[derive(serde::Deserialize)]
struct AppealRow {
    lodged_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    outcome: String,
}

impl TryFrom<FactRow> for Fact {
    type Error = DbErr;

    fn try_from(row: FactRow) -> Result<Self, DbErr> {
        let appeals: Vec<AppealRow> = serde_json::from_value(row.appeals)
            .map_err(|error| DbErr::Type(format!("the appeals of {}: {error}", row.case_id)))?;
        Ok(Self {
            case_id: row.case_id,
            number: row.number,
            union: row.union_code,
            unit: row.unit_code,
            channel: row.channel,
            nature: row.nature,
            received_at: row.received_at,
            lead_unit: row.lead_unit_code,
            complained_unit: row.complained_unit_code,
            business: row.business_code,
            cause: row.cause_code,
            via: row.handled_via_code,
            major: row.major,
            outcome: row.outcome,
            ended_at: row.ended_at,
            extended_at: row.granted_at,
            breaches: row.clocks.into_iter().zip(row.breached).collect(),
            returned_at: row.returned_at,
            repeats_another: row.repeats_another,
            complained_again_at: row.complained_again_at,
            followed_up: row.followed_up_at.zip(row.satisfied),
            appeals: appeals
                .into_iter()
                .map(|appeal| Appeal {
                    lodged_at: appeal.lodged_at,
                    decided_at: appeal.decided_at,
                    outcome: appeal.outcome,
                })
                .collect(),
        })
    }
}

/// The facts of these unions that can count in a term: what reached us before its end and did not end before its start.
pub async fn facts(
    db: &impl ConnectionTrait,
    unions: Vec<String>,
    starts_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Fact>, DbErr> {
    let text = "SELECT c.case_id, c.number, c.union_code, c.unit_code, c.channel, c.nature, c.received_at, c.lead_unit_code, \
                  c.complained_unit_code, c.business_code, c.cause_code, c.handled_via_code, c.major, c.outcome, c.ended_at, \
                  e.granted_at, COALESCE(b.clocks, '{}') AS clocks, COALESCE(b.breached, '{}') AS breached, \
                  t.returned_at, COALESCE(t.repeats_another, FALSE) AS repeats_another, t.complained_again_at, \
                  t.followed_up_at, t.satisfied, \
                  COALESCE(a.appeals, '[]') AS appeals \
                FROM cases c LEFT JOIN extensions e ON e.case_id = c.case_id \
                LEFT JOIN case_turns t ON t.case_id = c.case_id \
                LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('lodged_at', p.lodged_at, 'decided_at', p.decided_at, \
                  'outcome', p.outcome) ORDER BY p.lodged_at) AS appeals FROM appeals p WHERE p.case_id = c.case_id) a ON TRUE \
                LEFT JOIN LATERAL (SELECT array_agg(r.clock_code ORDER BY r.clock_code) AS clocks, \
                  array_agg(r.at ORDER BY r.clock_code) AS breached FROM clock_results r \
                  WHERE r.case_id = c.case_id AND r.result = 'breached') b ON TRUE \
                WHERE c.union_code = ANY($1) AND c.received_at < $3 \
                  AND (c.ended_at IS NULL OR c.ended_at >= $2 OR c.received_at >= $2 OR a.appeals IS NOT NULL) \
                ORDER BY c.number";
    let values = [unions.into(), starts_at.into(), until.into()];
    let rows = FactRow::find_by_statement(sql(text, values))
        .all(db)
        .await?;
    rows.into_iter().map(Fact::try_from).collect()
}

/// A reading of figures.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// The entry.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person_id: &'a str,
    /// In which post.
    pub post: &'a str,
    /// What was asked.
    pub rpc: &'a str,
    /// Of which unit and term.
    pub what: &'a str,
}

/// Notes a reading before it is answered.
pub async fn note(db: &impl ConnectionTrait, reading: &Reading<'_>) -> Result<(), DbErr> {
    let text = "INSERT INTO access_log (id, at, person_id, post, rpc, what) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        reading.id.into(),
        reading.at.into(),
        reading.person_id.into(),
        reading.post.into(),
        reading.rpc.into(),
        reading.what.into(),
    ];
    db.execute_raw(sql(text, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Number {
    number: i64,
}

/// How many cases are known, and how many of them ended.
pub async fn counts(db: &impl ConnectionTrait) -> Result<[(&'static str, u64); 2], DbErr> {
    let one = async |text: &str| {
        let row = Number::find_by_statement(sql(text, [])).one(db).await?;
        Ok::<_, DbErr>(
            row.and_then(|row| u64::try_from(row.number).ok())
                .unwrap_or(0),
        )
    };
    Ok([
        ("cases", one("SELECT count(*) AS number FROM cases").await?),
        (
            "ended",
            one("SELECT count(*) AS number FROM cases WHERE ended_at IS NOT NULL").await?,
        ),
    ])
}
