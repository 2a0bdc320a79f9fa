//! What happened to a case beyond the ordinary course: its columns, and the words beside them.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use uuid::Uuid;

use super::{CaseRow, SELECT};
use crate::{
    domain::{
        case::{
            Case, Course,
            course::{
                Bounce, Level, Matter, Pause, PauseGround, Satisfaction, Skipped, Superior,
                SuperiorKind, Transfer,
            },
        },
        standing::Actor,
    },
    errors::ActionError,
};

/// The columns of a case that its course is read from.
#[derive(FromQueryResult)]
pub(crate) struct CourseRow {
    pub(super) persons: i32,
    pub(super) papers_missing: bool,
    superior_number: Option<String>,
    superior_kind: Option<String>,
    superior_due_at: Option<DateTime<Utc>>,
    superior_reported_at: Option<DateTime<Utc>>,
    transfer_id: Option<Uuid>,
    transfer_matter: Option<String>,
    transferred_to_unit_code: Option<String>,
    transfer_receipted_at: Option<DateTime<Utc>>,
    bouncing_unit_code: Option<String>,
    bouncing_person_id: Option<String>,
    bounced_unit_codes: Vec<String>,
    lead_case_id: Option<Uuid>,
    period_from: Option<DateTime<Utc>>,
    pause_ground: Option<String>,
    paused_at: Option<DateTime<Utc>>,
    followed_up_at: Option<DateTime<Utc>>,
    satisfaction: Option<String>,
    answered_by: Option<String>,
    member_posts: Vec<String>,
    group_formed_at: Option<DateTime<Utc>>,
    skipped_union_code: Option<String>,
    skipped_level: Option<String>,
    also_union_code: Option<String>,
}

impl CourseRow {
    /// What the columns mean; the name of a group of columns that cannot be.
    pub(super) fn read(self) -> Result<Course, &'static str> {
        Ok(Course {
            superior: match (self.superior_number, self.superior_kind) {
                (None, None) => None,
                (Some(number), Some(kind)) => Some(Superior {
                    number,
                    kind: of(&KINDS, &kind).ok_or("superior_kind")?,
                    due_at: self.superior_due_at,
                }),
                _ => return Err("superior"),
            },
            reported_at: self.superior_reported_at,
            transfer: match (
                self.transfer_id,
                self.transfer_matter,
                self.transferred_to_unit_code,
            ) {
                (None, None, None) => None,
                (Some(id), Some(matter), Some(to_unit)) => Some(Transfer {
                    id,
                    matter: of(&MATTERS, &matter).ok_or("transfer_matter")?,
                    to_unit,
                    receipted_at: self.transfer_receipted_at,
                }),
                _ => return Err("transfer"),
            },
            bounce: match (self.bouncing_unit_code, self.bouncing_person_id) {
                (None, None) => None,
                (Some(unit), Some(asked_by)) => Some(Bounce { unit, asked_by }),
                _ => return Err("bounce"),
            },
            bounced: self.bounced_unit_codes,
            lead_case: self.lead_case_id,
            period_from: self.period_from,
            pause: match (self.pause_ground, self.paused_at) {
                (None, None) => None,
                (Some(ground), Some(since)) => Some(Pause {
                    ground: of(&GROUNDS, &ground).ok_or("pause_ground")?,
                    since,
                }),
                _ => return Err("pause"),
            },
            followed_up: match (self.followed_up_at, self.satisfaction) {
                (None, None) => None,
                (Some(at), Some(heard)) => Some((at, of(&HEARD, &heard).ok_or("satisfaction")?)),
                _ => return Err("follow-up"),
            },
            answered_by: self.answered_by,
            members: self.member_posts,
            grouped_at: self.group_formed_at,
            skipped: match (self.skipped_union_code, self.skipped_level) {
                (None, None) => None,
                (Some(union), Some(level)) => Some(Skipped {
                    union,
                    level: of(&LEVELS, &level).ok_or("skipped_level")?,
                }),
                _ => return Err("skipped level"),
            },
            also_union: self.also_union_code,
        })
    }
}

const KINDS: [(&str, SuperiorKind); 3] = [
    ("superior", SuperiorKind::Superior),
    ("regulator", SuperiorKind::Regulator),
    ("third_party", SuperiorKind::ThirdParty),
];
const MATTERS: [(&str, Matter); 3] = [
    ("criminal_case", Matter::CriminalCase),
    ("personnel", Matter::Personnel),
    ("skipped_level", Matter::SkippedLevel),
];
const GROUNDS: [(&str, PauseGround); 2] = [
    ("appraisal", PauseGround::Appraisal),
    ("mediation", PauseGround::Mediation),
];
pub(super) const HEARD: [(&str, Satisfaction); 3] = [
    ("satisfied", Satisfaction::Satisfied),
    ("dissatisfied", Satisfaction::Dissatisfied),
    ("not_reached", Satisfaction::NotReached),
];
const LEVELS: [(&str, Level); 3] = [
    ("undecided", Level::Undecided),
    ("admitted", Level::Admitted),
    ("referred", Level::Referred),
];

fn of<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, meant)| *meant)
}

pub(super) fn word<T: PartialEq>(words: &[(&'static str, T)], meant: &T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| known == meant)
        .map_or("", |(word, _)| word)
}

/// What a number on the wire means.
#[must_use]
pub fn matter_of(number: i32) -> Option<Matter> {
    MATTERS
        .map(|(_, matter)| matter)
        .into_iter()
        .find(|matter| *matter as i32 == number)
}

/// What a number on the wire means.
#[must_use]
pub fn kind_of(number: i32) -> Option<SuperiorKind> {
    KINDS
        .map(|(_, kind)| kind)
        .into_iter()
        .find(|kind| *kind as i32 == number)
}

/// What a number on the wire means.
#[must_use]
pub fn ground_of(number: i32) -> Option<PauseGround> {
    GROUNDS
        .map(|(_, ground)| ground)
        .into_iter()
        .find(|ground| *ground as i32 == number)
}

/// What a number on the wire means.
#[must_use]
pub fn heard_of(number: i32) -> Option<Satisfaction> {
    HEARD
        .map(|(_, heard)| heard)
        .into_iter()
        .find(|heard| *heard as i32 == number)
}

/// The number on the wire of a word in a row.
#[must_use]
pub fn number(word: &str) -> i32 {
    of(&MATTERS, word)
        .map(|matter| matter as i32)
        .or_else(|| of(&GROUNDS, word).map(|ground| ground as i32))
        .or_else(|| of(&HEARD, word).map(|heard| heard as i32))
        .unwrap_or_default()
}

/// The columns of a case's course as `store::save` writes them, in its order.
pub(super) fn values(case: &Case) -> Vec<Value> {
    let c = &case.course;
    let (superior, transfer) = (c.superior.as_ref(), c.transfer.as_ref());
    let (bounce, skipped) = (c.bounce.as_ref(), c.skipped.as_ref());
    vec![
        superior.map(|known| known.number.clone()).into(),
        superior.map(|known| word(&KINDS, &known.kind)).into(),
        superior.and_then(|known| known.due_at).into(),
        c.reported_at.into(),
        transfer.map(|given| given.id).into(),
        transfer.map(|given| word(&MATTERS, &given.matter)).into(),
        transfer.map(|given| given.to_unit.clone()).into(),
        transfer.and_then(|given| given.receipted_at).into(),
        bounce.map(|waits| waits.unit.clone()).into(),
        bounce.map(|waits| waits.asked_by.clone()).into(),
        c.bounced.clone().into(),
        c.lead_case.into(),
        c.period_from.into(),
        c.pause.map(|rests| word(&GROUNDS, &rests.ground)).into(),
        c.pause.map(|rests| rests.since).into(),
        c.followed_up.map(|(at, _)| at).into(),
        c.followed_up.map(|(_, heard)| word(&HEARD, &heard)).into(),
        c.answered_by.clone().into(),
        c.members.clone().into(),
        c.grouped_at.into(),
        skipped.map(|skipped| skipped.union.clone()).into(),
        skipped.map(|skipped| word(&LEVELS, &skipped.level)).into(),
    ]
}

/// Lets another union see a case that was sent down to it.
pub async fn let_see(tx: &Tx, case: Uuid, union: &str) -> Result<(), DbErr> {
    const SEE: &str = "UPDATE cases SET also_union_code = $2 WHERE case_id = $1";
    tx.execute_raw(sql(SEE, [case.into(), union.into()]))
        .await?;
    Ok(())
}

/// Locks two cases, always in the same order, so that two who want both do not wait for each other.
pub async fn lock_both(tx: &Tx, one: Uuid, other: Uuid) -> Result<(), DbErr> {
    const BOTH: &str = "
        SELECT case_id FROM cases WHERE case_id IN ($1, $2) ORDER BY case_id FOR UPDATE";
    tx.query_all_raw(sql(BOTH, [one.into(), other.into()]))
        .await?;
    Ok(())
}

/// The cases that are joined to one, oldest first; locked with `lock`.
pub async fn joined_to(
    db: &impl ConnectionTrait,
    lead: Uuid,
    lock: bool,
) -> Result<Vec<Case>, ActionError> {
    let lock = if lock { "FOR UPDATE OF c" } else { "" };
    let text =
        format!("{SELECT} WHERE c.lead_case_id = $1 ORDER BY c.registered_at, c.case_id {lock}");
    let rows = CaseRow::find_by_statement(sql(&text, [lead.into()]))
        .all(db)
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}

#[derive(FromQueryResult)]
struct Overdue {
    overdue: bool,
}

/// Whether a limit of a case was breached, as the watchdog told it.
pub async fn overdue(db: &impl ConnectionTrait, case: Uuid) -> Result<bool, DbErr> {
    const OVERDUE: &str = "
        SELECT EXISTS (SELECT FROM history WHERE case_id = $1 AND event = 'Escalated') AS overdue";
    let row = Overdue::find_by_statement(sql(OVERDUE, [case.into()]))
        .one(db)
        .await?;
    Ok(row.is_some_and(|row| row.overdue))
}

/// A transfer with its words.
#[derive(FromQueryResult)]
pub struct TransferRow {
    /// Permanent.
    pub transfer_id: Uuid,
    /// Why.
    pub matter: String,
    /// The unit.
    pub to_unit_code: String,
    /// Its name then.
    pub to_unit_name: String,
    /// What made it that.
    pub reason: String,
    /// When.
    pub transferred_at: DateTime<Utc>,
    /// The post that handed it over.
    pub transferred_by_post: String,
    /// When the receipt came.
    pub receipted_at: Option<DateTime<Utc>>,
    /// The post that gave it.
    pub receipted_by_post: Option<String>,
    /// Its number.
    pub receipt_number: Option<String>,
}

/// The transfer of a case.
pub async fn transfer(db: &impl ConnectionTrait, case: Uuid) -> Result<Option<TransferRow>, DbErr> {
    const TRANSFER: &str = "
        SELECT transfer_id, matter, to_unit_code, to_unit_name, reason, transferred_at, transferred_by_post,
               receipted_at, receipted_by_post, receipt_number
        FROM transfers WHERE case_id = $1 ORDER BY transferred_at DESC LIMIT 1";
    TransferRow::find_by_statement(sql(TRANSFER, [case.into()]))
        .one(db)
        .await
}

/// Keeps a transfer.
pub async fn put_transfer(
    tx: &Tx,
    case: &Case,
    given: &Transfer,
    (unit_name, reason): (&str, &str),
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO transfers (transfer_id, case_id, matter, to_unit_code, to_unit_name, reason, transferred_at,
            transferred_by_post)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        given.id.into(),
        case.id.into(),
        word(&MATTERS, &given.matter).into(),
        given.to_unit.as_str().into(),
        unit_name.into(),
        reason.trim().into(),
        now.into(),
        by.post.as_str().into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// Keeps the receipt of a transfer.
pub async fn put_receipt(
    tx: &Tx,
    transfer: Uuid,
    number: &str,
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<(), DbErr> {
    const PUT: &str = "
        UPDATE transfers SET receipted_at = $2, receipted_by_post = $3, receipt_number = $4
        WHERE transfer_id = $1 AND receipted_at IS NULL";
    let values = [
        transfer.into(),
        now.into(),
        by.post.as_str().into(),
        number.into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// A bounce with its words.
#[derive(FromQueryResult)]
pub struct BounceRow {
    /// The unit.
    pub unit_code: String,
    /// Why.
    pub basis: String,
    /// The post that asked.
    pub asked_by_post: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What came of it.
    pub ruling: String,
    /// Why it was ruled so.
    pub reason: String,
    /// The post that ruled.
    pub ruled_by_post: Option<String>,
    /// When.
    pub ruled_at: Option<DateTime<Utc>>,
    /// The unit that took its place.
    pub new_unit_code: String,
}

/// The bounces of a case, oldest first.
pub async fn bounces(db: &impl ConnectionTrait, case: Uuid) -> Result<Vec<BounceRow>, DbErr> {
    const BOUNCES: &str = "
        SELECT unit_code, basis, asked_by_post, asked_at, ruling, reason, ruled_by_post, ruled_at, new_unit_code
        FROM bounces WHERE case_id = $1 ORDER BY asked_at, unit_code";
    BounceRow::find_by_statement(sql(BOUNCES, [case.into()]))
        .all(db)
        .await
}

/// Keeps that a unit bounced.
pub async fn put_bounce(
    tx: &Tx,
    case: &Case,
    unit: &str,
    basis: &str,
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO bounces (case_id, unit_code, basis, asked_by_post, asked_by_person_id, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        case.id.into(),
        unit.into(),
        basis.trim().into(),
        by.post.as_str().into(),
        by.person.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

/// Keeps what was ruled on the bounce that waits; the order's units follow.
pub async fn rule_bounce(
    tx: &Tx,
    case: &Case,
    (unit, upheld, new_unit): (&str, bool, &str),
    (reason, new_name): (&str, &str),
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<(), DbErr> {
    const RULE: &str = "
        UPDATE bounces SET ruling = $3, reason = $4, ruled_by_post = $5, ruled_at = $6, new_unit_code = $7
        WHERE case_id = $1 AND unit_code = $2 AND ruling = 'pending'";
    let values = [
        case.id.into(),
        unit.into(),
        if upheld { "upheld" } else { "refused" }.into(),
        reason.trim().into(),
        by.post.as_str().into(),
        now.into(),
        new_unit.into(),
    ];
    tx.execute_raw(sql(RULE, values)).await?;
    let Some(order) = case.order.as_ref().filter(|_| upheld) else {
        return Ok(());
    };
    const LEAVE: &str = "
        UPDATE order_units SET lead = FALSE, left_at = $3 WHERE order_id = $1 AND unit_code = $2";
    tx.execute_raw(sql(LEAVE, [order.id.into(), unit.into(), now.into()]))
        .await?;
    if new_unit.is_empty() {
        return Ok(());
    }
    put_unit(tx, order.id, (new_unit, new_name), order.lead == new_unit).await
}

/// Puts a unit on an order, behind the others; whoever was on it before is on it again.
pub async fn put_unit(
    tx: &Tx,
    order: Uuid,
    (unit, name): (&str, &str),
    lead: bool,
) -> Result<(), DbErr> {
    const UNIT: &str = "
        INSERT INTO order_units (order_id, unit_code, unit_name, lead, place)
        SELECT $1, $2, $3, $4, coalesce(max(place), 0) + 1 FROM order_units WHERE order_id = $1
        ON CONFLICT (order_id, unit_code) DO UPDATE SET lead = $4, left_at = NULL";
    let values = [order.into(), unit.into(), name.into(), lead.into()];
    tx.execute_raw(sql(UNIT, values)).await?;
    Ok(())
}

/// A rest of the legal limit.
#[derive(FromQueryResult)]
pub struct PauseRow {
    /// Why.
    pub ground: String,
    /// Who appraises or mediates what.
    pub basis: String,
    /// Since when.
    pub began_at: DateTime<Utc>,
    /// Until when.
    pub ended_at: Option<DateTime<Utc>>,
}

/// When the legal limit of a case rested, oldest first.
pub async fn pauses(db: &impl ConnectionTrait, case: Uuid) -> Result<Vec<PauseRow>, DbErr> {
    const PAUSES: &str = "
        SELECT ground, basis, began_at, ended_at FROM pauses WHERE case_id = $1 ORDER BY began_at, pause_id";
    PauseRow::find_by_statement(sql(PAUSES, [case.into()]))
        .all(db)
        .await
}

/// Keeps that the legal limit rests.
pub async fn begin_pause(tx: &Tx, case: &Case, rests: Pause, basis: &str) -> Result<(), DbErr> {
    const BEGIN: &str = "
        INSERT INTO pauses (case_id, began_at, ground, basis) VALUES ($1, $2, $3, $4)";
    let values = [
        case.id.into(),
        rests.since.into(),
        word(&GROUNDS, &rests.ground).into(),
        basis.trim().into(),
    ];
    tx.execute_raw(sql(BEGIN, values)).await?;
    Ok(())
}

/// Keeps that it runs again.
pub async fn end_pause(tx: &Tx, case: &Case, now: DateTime<Utc>) -> Result<(), DbErr> {
    const END: &str = "UPDATE pauses SET ended_at = $2 WHERE case_id = $1 AND ended_at IS NULL";
    tx.execute_raw(sql(END, [case.id.into(), now.into()]))
        .await?;
    Ok(())
}

/// Lets lapse what no longer waits in a case: a bounce without a ruling, a rest.
pub async fn lapse(tx: &Tx, case: &Case, now: DateTime<Utc>) -> Result<(), DbErr> {
    const BOUNCE: &str = "
        UPDATE bounces SET ruling = 'lapsed', ruled_at = $2 WHERE case_id = $1 AND ruling = 'pending'";
    if case.course.bounce.is_none() {
        tx.execute_raw(sql(BOUNCE, [case.id.into(), now.into()]))
            .await?;
    }
    if case.course.pause.is_none() {
        end_pause(tx, case, now).await?;
    }
    Ok(())
}
