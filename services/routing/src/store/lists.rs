//! Lists and queues: which cases a caller sees, and which wait for him.

use chassis::db::sql;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use uuid::Uuid;

use super::{CaseRow, SELECT, state_name};
use crate::{
    domain::case::{Case, State},
    errors::ActionError,
};

/// Which rows of `cases c` a caller sees: $1 unions or null for all, $2 units or null for all, $3 the person, who sees
/// nothing of a case that concerns him (guideline art. 19).
pub(crate) const VISIBLE: &str = "
    ($1::text[] IS NULL OR c.union_code = ANY($1) OR c.also_union_code = ANY($1))
    AND ($2::text[] IS NULL OR c.unit_code = ANY($2) OR c.lead_unit_code = ANY($2) OR c.co_unit_codes && $2
         OR c.transferred_to_unit_code = ANY($2))
    AND (c.complained_person_id = '' OR c.complained_person_id <> $3)
    AND NOT EXISTS (SELECT FROM interests i WHERE i.case_id = c.case_id AND i.person_id = $3)";

/// Who looks.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The unions he sees; none for all.
    pub unions: Option<&'a [String]>,
    /// The units he is bounded to; none for all of the unions.
    pub units: Option<&'a [String]>,
    /// The person.
    pub person: &'a str,
}

impl Seen<'_> {
    /// As the first three values of a statement.
    pub(crate) fn values(&self) -> [Value; 3] {
        [
            self.unions.map(<[String]>::to_vec).into(),
            self.units.map(<[String]>::to_vec).into(),
            self.person.into(),
        ]
    }
}

/// What is wanted of a list of cases.
#[derive(Default)]
pub struct Wanted {
    /// Only of this union; empty for any.
    pub union: String,
    /// Only registered at or ordered to this unit; empty for any.
    pub unit: String,
    /// Only in these states; empty for any.
    pub states: Vec<State>,
    /// Only received at or after this.
    pub received_from: Option<DateTime<Utc>>,
    /// Only received before this.
    pub received_until: Option<DateTime<Utc>>,
    /// Only the one with this number; empty for any.
    pub number: String,
    /// Only those that have not ended.
    pub open_only: bool,
    /// Those behind this place.
    pub behind: Option<(DateTime<Utc>, Uuid)>,
    /// How many.
    pub size: i64,
}

/// Cases, newest registration first.
pub async fn cases(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    wanted: &Wanted,
) -> Result<Vec<Case>, ActionError> {
    let text = format!(
        "{SELECT} WHERE {VISIBLE}
            AND ($4 = '' OR c.union_code = $4)
            AND ($5 = '' OR c.unit_code = $5 OR c.lead_unit_code = $5 OR $5 = ANY(c.co_unit_codes))
            AND (cardinality($6::text[]) = 0 OR c.state = ANY($6))
            AND ($7::timestamptz IS NULL OR c.received_at >= $7)
            AND ($8::timestamptz IS NULL OR c.received_at < $8)
            AND ($9 = '' OR c.number = $9)
            AND (NOT $10 OR c.state NOT IN ('closed', 'withdrawn', 'archived'))
            AND ($11::timestamptz IS NULL OR (c.registered_at, c.case_id) < ($11, $12))
         ORDER BY c.registered_at DESC, c.case_id DESC LIMIT $13"
    );
    let states: Vec<String> = wanted
        .states
        .iter()
        .map(|state| state_name(*state).to_owned())
        .collect();
    let values = seen.values().into_iter().chain([
        wanted.union.as_str().into(),
        wanted.unit.as_str().into(),
        states.into(),
        wanted.received_from.into(),
        wanted.received_until.into(),
        wanted.number.as_str().into(),
        wanted.open_only.into(),
        wanted.behind.map(|(at, _)| at).into(),
        wanted.behind.map(|(_, id)| id).into(),
        wanted.size.into(),
    ]);
    let rows = CaseRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// For whom a queue is: what the caller's posts make of him.
#[derive(Default)]
pub struct Desks {
    /// All units his posts are in.
    pub units: Vec<String>,
    /// All his posts.
    pub posts: Vec<String>,
    /// The unions of whose reception he is.
    pub receptions: Vec<String>,
    /// The unions whose reception he heads.
    pub headed: Vec<String>,
    /// The unions he manages.
    pub managed: Vec<String>,
}

/// The queues of cases, by the contract's number, and what stands in each. $4 to $8 are the caller's [`Desks`].
const QUEUES: [(i32, &str); 15] = [
    (1, "c.state = 'handling' AND c.handler_post = ANY($5)"),
    (
        2,
        "c.state NOT IN ('closed', 'withdrawn', 'archived')
         AND (c.unit_code = ANY($4) OR c.lead_unit_code = ANY($4) OR c.co_unit_codes && $4)",
    ),
    // What skipped a level waits in a queue of its own until that is decided.
    (
        3,
        "c.state IN ('filed', 'accepted') AND c.union_code = ANY($6)
         AND c.skipped_level IS DISTINCT FROM 'undecided'",
    ),
    (
        4,
        "c.state IN ('ordered', 'handling') AND EXISTS (SELECT FROM order_units u
             WHERE u.order_id = c.order_id AND u.signed_at IS NULL AND u.left_at IS NULL AND u.unit_code = ANY($4))",
    ),
    // Not one's own results (guideline art. 12).
    (
        5,
        "c.state = 'result_filed' AND c.union_code = ANY($6) AND c.result_author <> $3
         AND c.handler_person_id <> $3",
    ),
    // Not what one asked for oneself (guideline art. 15, 令2020年第3号 art. 18).
    (
        6,
        "(c.state = 'decline_proposed' AND c.union_code = ANY($7) AND c.decline_proposed_by <> $3
          OR c.state IN ('filed', 'accepted', 'decline_proposed', 'ordered', 'handling', 'result_filed')
             AND w.asked_by_person_id <> $3
             AND (w.approver_role = 'reception_head' AND c.union_code = ANY($7)
                  OR w.approver_role = 'senior_management' AND c.union_code = ANY($8)))",
    ),
    // Not before a superior has his report and a transfer its receipt (guideline art. 10, 18(2)).
    (
        8,
        "c.state IN ('settled', 'answered', 'declined', 'result_passed', 'transferred') AND c.union_code = ANY($6)
         AND (c.superior_number IS NULL OR c.superior_reported_at IS NOT NULL)
         AND (c.state <> 'transferred' OR c.transfer_receipted_at IS NOT NULL)",
    ),
    (9, "c.state = 'ordered' AND c.lead_unit_code = ANY($4)"),
    // Not one's own bounce.
    (
        10,
        "c.state IN ('ordered', 'handling') AND c.bouncing_unit_code IS NOT NULL AND c.union_code = ANY($7)
         AND c.bouncing_person_id <> $3",
    ),
    // Answered and not yet heard about, by anybody but those who handled it (guideline art. 12(6)).
    (
        11,
        "c.ending IN ('settled_on_the_spot', 'answered_directly', 'handled', 'joined')
         AND c.state IN ('settled', 'answered', 'result_passed', 'closed', 'archived')
         AND (c.satisfaction IS NULL OR c.satisfaction = 'not_reached') AND c.union_code = ANY($6)
         AND c.handler_person_id IS DISTINCT FROM $3 AND c.result_author IS DISTINCT FROM $3
         AND c.answered_by IS DISTINCT FROM $3 AND NOT c.member_posts && $5",
    ),
    (
        12,
        "c.superior_number IS NOT NULL AND c.superior_reported_at IS NULL AND c.union_code = ANY($6)
         AND c.state IN ('settled', 'declined', 'answered', 'result_passed', 'withdrawn', 'transferred')",
    ),
    (13, "c.state = 'transferred' AND c.transfer_receipted_at IS NULL AND c.transferred_to_unit_code = ANY($4)"),
    (14, "c.pause_ground IS NOT NULL AND c.union_code = ANY($6)"),
    (
        15,
        "c.papers_missing AND c.decision_notified_at IS NULL AND c.union_code = ANY($6)
         AND c.state NOT IN ('closed', 'withdrawn', 'archived')",
    ),
    (16, "c.skipped_level = 'undecided' AND c.state IN ('registered', 'filed') AND c.union_code = ANY($6)"),
];

fn values(seen: Seen<'_>, desks: &Desks) -> Vec<Value> {
    let mut values = seen.values().to_vec();
    for list in [
        &desks.units,
        &desks.posts,
        &desks.receptions,
        &desks.headed,
        &desks.managed,
    ] {
        values.push(list.clone().into());
    }
    values
}

/// What stands in a queue.
fn condition(kind: i32) -> String {
    match QUEUES.iter().find(|(number, _)| *number == kind) {
        Some((_, condition)) => (*condition).to_owned(),
        // All that waits for the caller: every queue but the overview of the unit.
        None => {
            let all = QUEUES.iter().filter(|(number, _)| *number != 2);
            all.map(|(_, condition)| format!("({condition})"))
                .collect::<Vec<_>>()
                .join(" OR ")
        }
    }
}

#[derive(FromQueryResult)]
struct Kind {
    queue: i32,
}

/// A queue of cases, longest waiting first; each with the first queue it stands in.
pub async fn queue(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    desks: &Desks,
    kind: i32,
    behind: Option<(DateTime<Utc>, Uuid)>,
    size: i64,
) -> Result<Vec<(i32, Case)>, ActionError> {
    let which: Vec<String> = QUEUES
        .iter()
        .filter(|(number, _)| {
            if kind == 0 {
                *number != 2
            } else {
                *number == kind
            }
        })
        .map(|(number, condition)| format!("WHEN {condition} THEN {number}"))
        .collect();
    let (which, condition) = (which.join(" "), condition(kind));
    let select = SELECT.replacen(
        "SELECT ",
        &format!("SELECT (CASE {which} ELSE 0 END)::int AS queue, "),
        1,
    );
    // Every value is used once, so that the statement knows the type of each.
    let text = format!(
        "{select} WHERE {VISIBLE} AND ({condition})
            AND ($9::timestamptz IS NULL OR (c.moved_at, c.case_id) > ($9, $10))
            AND ($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) IS NOT NULL
         ORDER BY c.moved_at, c.case_id LIMIT $11"
    );
    let values = values(seen, desks).into_iter().chain([
        behind.map(|(at, _)| at).into(),
        behind.map(|(_, id)| id).into(),
        size.into(),
    ]);
    let rows = db.query_all_raw(sql(&text, values)).await?;
    rows.iter()
        .map(|row| {
            let queue = Kind::from_query_result(row, "")?.queue;
            Ok((queue, Case::try_from(CaseRow::from_query_result(row, "")?)?))
        })
        .collect()
}

/// How many cases wait in each queue, and how many escalation items at the caller's units (queue 7).
pub async fn counts(
    db: &impl ConnectionTrait,
    seen: Seen<'_>,
    desks: &Desks,
) -> Result<Vec<(i32, u64)>, DbErr> {
    let each: Vec<String> = QUEUES
        .iter()
        .map(|(number, condition)| format!("count(*) FILTER (WHERE {condition}) AS q{number}"))
        .collect();
    let text = format!(
        "SELECT {each},
            (SELECT count(*) FROM escalations e JOIN cases c ON c.case_id = e.case_id
             WHERE {VISIBLE} AND e.state <> 'answered' AND e.unit_code = ANY($4)) AS q7
         FROM cases c
         LEFT JOIN approvals w ON w.case_id = c.case_id AND w.matter = 'extension' AND w.decision = 'pending'
         WHERE {VISIBLE}
           -- Closed cases wait for a call-back, withdrawn ones for the report to a superior.
           AND (c.state NOT IN ('closed', 'withdrawn', 'archived')
                OR (c.state IN ('closed', 'archived') AND (c.satisfaction IS NULL OR c.satisfaction = 'not_reached'))
                OR (c.state = 'withdrawn' AND c.superior_number IS NOT NULL AND c.superior_reported_at IS NULL))",
        each = each.join(", "),
    );
    let Some(row) = db.query_one_raw(sql(&text, values(seen, desks))).await? else {
        return Ok(Vec::new());
    };
    (1..=16)
        .map(|number| {
            Ok((
                number,
                super::count(row.try_get("", &format!("q{number}"))?),
            ))
        })
        .collect()
}

/// How many cases there are in each state, for the operator.
pub async fn by_state(db: &impl ConnectionTrait) -> Result<Vec<(String, u64)>, DbErr> {
    let rows = db
        .query_all_raw(sql(
            "SELECT state, count(*) AS cases FROM cases GROUP BY state ORDER BY state",
            [],
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.try_get("", "state")?,
                super::count(row.try_get("", "cases")?),
            ))
        })
        .collect()
}
