//! All SQL of routing: here the case itself, below what hangs on it.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::{
    domain::{
        case::{Case, Decline, DeclineGround, Ending, Handler, Registration, State},
        extension::{Extension, Rank},
        order::Order,
        recusal::Concerned,
    },
    errors::ActionError,
};
use course::CourseRow;

pub mod accountability;
pub mod afterwards;
pub mod appeals;
pub mod course;
pub mod detail;
pub mod disclosures;
pub mod erasing;
pub mod escalations;
pub mod lists;
pub mod matters;
pub mod notices;
pub mod panels;
pub mod prints;
pub mod record;
pub mod rectifications;
pub mod reference;
pub mod taxonomy;

/// A case with what the law needs to know of it.
pub(crate) const SELECT: &str = "
    SELECT c.case_id, c.number, c.union_code, c.unit_code, c.at_reception, c.channel, c.nature, c.received_at,
           c.registered_at, c.masked_name, c.complained_unit_code, c.complained_person_id, c.business_code,
           c.cause_code, c.handled_via_code, c.major, c.reply_channel, c.has_contact, c.complaint_revision, c.state,
           c.revision, c.moved_at, c.filed_at, c.accepted_at, c.decline_ground, c.decline_proposed_by,
           c.decline_answered_case_id, c.order_id,
           c.ordered_at, c.lead_unit_code, c.co_unit_codes, c.handler_post, c.handler_person_id, c.findings_at,
           c.decision_notified_at, c.result_author, c.extension_stage, c.ending, c.closed_at,
           c.persons, c.papers_missing, c.superior_number, c.superior_kind, c.superior_due_at,
           c.superior_reported_at, c.transfer_id, c.transfer_matter, c.transferred_to_unit_code,
           c.transfer_receipted_at, c.bouncing_unit_code, c.bouncing_person_id, c.bounced_unit_codes,
           c.lead_case_id, c.period_from, c.pause_ground, c.paused_at, c.followed_up_at, c.satisfaction,
           c.answered_by, c.member_posts, c.group_formed_at, c.skipped_union_code, c.skipped_level,
           c.also_union_code,
           ARRAY(SELECT u.unit_code FROM order_units u
                 WHERE u.order_id = c.order_id AND u.signed_at IS NOT NULL AND u.left_at IS NULL
                 ORDER BY u.place) AS signed,
           ARRAY(SELECT i.person_id FROM interests i WHERE i.case_id = c.case_id AND i.ground = 'declared'
                 ORDER BY i.declared_at, i.person_id) AS declared,
           ARRAY(SELECT i.person_id FROM interests i WHERE i.case_id = c.case_id AND i.ground = 'relation'
                 ORDER BY i.declared_at, i.person_id) AS related,
           w.approval_id AS waiting_id, w.clock_code AS waiting_clock, w.stage AS waiting_stage,
           w.until AS waiting_until, w.approver_role AS waiting_rank, w.asked_by_person_id AS waiting_person
    FROM cases c
    LEFT JOIN approvals w ON w.case_id = c.case_id AND w.matter = 'extension' AND w.decision = 'pending'";

#[derive(FromQueryResult)]
pub(crate) struct CaseRow {
    case_id: Uuid,
    number: String,
    union_code: String,
    unit_code: String,
    at_reception: bool,
    channel: i32,
    nature: i32,
    received_at: DateTime<Utc>,
    registered_at: DateTime<Utc>,
    masked_name: String,
    complained_unit_code: String,
    complained_person_id: String,
    business_code: String,
    cause_code: String,
    handled_via_code: String,
    major: bool,
    reply_channel: i32,
    has_contact: bool,
    complaint_revision: i64,
    state: String,
    revision: i64,
    moved_at: DateTime<Utc>,
    filed_at: Option<DateTime<Utc>>,
    accepted_at: Option<DateTime<Utc>>,
    decline_ground: Option<String>,
    decline_proposed_by: Option<String>,
    decline_answered_case_id: Option<Uuid>,
    order_id: Option<Uuid>,
    ordered_at: Option<DateTime<Utc>>,
    lead_unit_code: Option<String>,
    co_unit_codes: Vec<String>,
    handler_post: Option<String>,
    handler_person_id: Option<String>,
    findings_at: Option<DateTime<Utc>>,
    decision_notified_at: Option<DateTime<Utc>>,
    result_author: Option<String>,
    extension_stage: i32,
    ending: Option<String>,
    closed_at: Option<DateTime<Utc>>,
    signed: Vec<String>,
    declared: Vec<String>,
    related: Vec<String>,
    #[sea_orm(nested)]
    course: CourseRow,
    waiting_id: Option<Uuid>,
    waiting_clock: Option<String>,
    waiting_stage: Option<i32>,
    waiting_until: Option<DateTime<Utc>>,
    waiting_rank: Option<String>,
    waiting_person: Option<String>,
}

impl TryFrom<CaseRow> for Case {
    type Error = ActionError;

    fn try_from(row: CaseRow) -> Result<Self, ActionError> {
        let odd = |what: &str| ActionError::Inconsistent {
            table: "cases",
            id: row.case_id.to_string(),
            what: what.to_owned(),
        };
        let state = State::ALL
            .into_iter()
            .find(|state| state_name(*state) == row.state);
        let state = state.ok_or_else(|| odd("state"))?;
        let ending = match &row.ending {
            None => None,
            Some(name) => Some(ending_of(name).ok_or_else(|| odd("ending"))?),
        };
        let decline = match (&row.decline_ground, &row.decline_proposed_by) {
            (None, None) => None,
            (Some(ground), Some(person)) => Some(Decline {
                ground: ground_of(ground).ok_or_else(|| odd("decline_ground"))?,
                proposed_by: person.clone(),
                answered_case: row.decline_answered_case_id,
            }),
            _ => return Err(odd("decline")),
        };
        let order = match (row.order_id, row.ordered_at, &row.lead_unit_code) {
            (None, None, None) => None,
            (Some(id), Some(issued_at), Some(lead)) => Some(Order {
                id,
                issued_at,
                lead: lead.clone(),
                co_units: row.co_unit_codes.clone(),
                signed: row.signed.clone(),
            }),
            _ => return Err(odd("order")),
        };
        let handler = match (&row.handler_post, &row.handler_person_id) {
            (None, None) => None,
            (Some(post), Some(person)) => Some(Handler {
                post: post.clone(),
                person: person.clone(),
            }),
            _ => return Err(odd("handler")),
        };
        let waiting = match (
            row.waiting_id,
            &row.waiting_clock,
            row.waiting_stage,
            row.waiting_until,
            row.waiting_rank.as_deref(),
            &row.waiting_person,
        ) {
            (None, ..) => None,
            (Some(id), Some(clock), Some(stage), Some(until), Some(rank), Some(person)) => {
                Some(Extension {
                    id,
                    clock: clock.clone(),
                    stage: u32::try_from(stage).map_err(|_| odd("waiting_stage"))?,
                    until,
                    rank: rank_of(rank).ok_or_else(|| odd("waiting_rank"))?,
                    requested_by: person.clone(),
                })
            }
            _ => return Err(odd("waiting extension")),
        };
        let revision = u64::try_from(row.revision).map_err(|_| odd("revision"))?;
        let complaint_revision =
            u64::try_from(row.complaint_revision).map_err(|_| odd("complaint_revision"))?;
        let extension_stage =
            u32::try_from(row.extension_stage).map_err(|_| odd("extension_stage"))?;
        let persons = u32::try_from(row.course.persons).map_err(|_| odd("persons"))?;
        let papers_missing = row.course.papers_missing;
        let course = row.course.read().map_err(odd)?;
        Ok(Self {
            id: row.case_id,
            registration: Registration {
                number: row.number,
                union: row.union_code,
                unit: row.unit_code,
                at_reception: row.at_reception,
                channel: row.channel,
                nature: row.nature,
                received_at: row.received_at,
                registered_at: row.registered_at,
                masked_name: row.masked_name,
                complained_unit: row.complained_unit_code,
                business: row.business_code,
                cause: row.cause_code,
                handled_via: row.handled_via_code,
                major: row.major,
                reply_channel: row.reply_channel,
                has_contact: row.has_contact,
                persons,
                papers_missing,
                revision: complaint_revision,
            },
            state,
            revision,
            moved_at: row.moved_at,
            concerned: Concerned {
                complained_person: row.complained_person_id,
                declared: row.declared,
                related: row.related,
            },
            filed_at: row.filed_at,
            accepted_at: row.accepted_at,
            decline,
            order,
            handler,
            findings_at: row.findings_at,
            decision_notified_at: row.decision_notified_at,
            result_author: row.result_author,
            waiting,
            extension_stage,
            ending,
            closed_at: row.closed_at,
            course,
        })
    }
}

/// Loads a case and keeps everybody else from moving it until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Case>, ActionError> {
    let text = format!("{SELECT} WHERE c.case_id = $1 FOR UPDATE OF c");
    let row = CaseRow::find_by_statement(sql(&text, [id.into()]))
        .one(tx)
        .await?;
    row.map(Case::try_from).transpose()
}

/// Finds a case to be read.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Case>, ActionError> {
    let text = format!("{SELECT} WHERE c.case_id = $1");
    let row = CaseRow::find_by_statement(sql(&text, [id.into()]))
        .one(db)
        .await?;
    row.map(Case::try_from).transpose()
}

/// Finds a case by its complaint's number.
pub async fn find_number(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<Case>, ActionError> {
    let text = format!("{SELECT} WHERE c.number = $1");
    let row = CaseRow::find_by_statement(sql(&text, [number.into()]))
        .one(db)
        .await?;
    row.map(Case::try_from).transpose()
}

/// Stores a new case; false when it is there already.
pub async fn insert(tx: &Tx, case: &Case) -> Result<bool, DbErr> {
    const INSERT: &str = "
        INSERT INTO cases (case_id, number, union_code, unit_code, at_reception, channel, nature, received_at,
            registered_at, masked_name, complained_unit_code, complained_person_id, business_code, cause_code,
            handled_via_code, major, reply_channel, has_contact, complaint_revision, state, revision, moved_at,
            persons, papers_missing, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, 'open')
        ON CONFLICT (case_id) DO NOTHING";
    let r = &case.registration;
    let values = [
        case.id.into(),
        r.number.as_str().into(),
        r.union.as_str().into(),
        r.unit.as_str().into(),
        r.at_reception.into(),
        r.channel.into(),
        r.nature.into(),
        r.received_at.into(),
        r.registered_at.into(),
        r.masked_name.as_str().into(),
        r.complained_unit.as_str().into(),
        case.concerned.complained_person.as_str().into(),
        r.business.as_str().into(),
        r.cause.as_str().into(),
        r.handled_via.as_str().into(),
        r.major.into(),
        r.reply_channel.into(),
        r.has_contact.into(),
        big(r.revision).into(),
        state_name(case.state).into(),
        big(case.revision).into(),
        case.moved_at.into(),
        i32::try_from(r.persons).unwrap_or(i32::MAX).into(),
        r.papers_missing.into(),
    ];
    Ok(tx.execute_raw(sql(INSERT, values)).await?.rows_affected() == 1)
}

/// Takes over a newer view of the complaint; nothing of the case moves by it.
pub async fn refresh(
    tx: &Tx,
    id: Uuid,
    r: &Registration,
    complained_person: &str,
) -> Result<(), DbErr> {
    const REFRESH: &str = "
        UPDATE cases SET masked_name = CASE WHEN erased_at IS NULL THEN $2 ELSE '' END, complained_unit_code = $3,
            complained_person_id = $4, business_code = $5, cause_code = $6, handled_via_code = $7, major = $8,
            reply_channel = $9, has_contact = $10 AND erased_at IS NULL, nature = $11, complaint_revision = $12,
            persons = $13, papers_missing = $14, updated_by = 'refresh'
        WHERE case_id = $1 AND complaint_revision < $12";
    let values = [
        id.into(),
        r.masked_name.as_str().into(),
        r.complained_unit.as_str().into(),
        complained_person.into(),
        r.business.as_str().into(),
        r.cause.as_str().into(),
        r.handled_via.as_str().into(),
        r.major.into(),
        r.reply_channel.into(),
        r.has_contact.into(),
        r.nature.into(),
        big(r.revision).into(),
        i32::try_from(r.persons).unwrap_or(i32::MAX).into(),
        r.papers_missing.into(),
    ];
    tx.execute_raw(sql(REFRESH, values)).await?;
    Ok(())
}

/// Stores a moved case; its revision is one above the stored one.
pub async fn save(tx: &Tx, case: &Case, done: &'static str) -> Result<(), ActionError> {
    const SAVE: &str = "
        UPDATE cases SET state = $3, revision = $2, moved_at = $4, filed_at = $5, accepted_at = $6,
            decline_ground = $7, decline_proposed_by = $8, order_id = $9, ordered_at = $10, lead_unit_code = $11,
            co_unit_codes = $12, handler_post = $13, handler_person_id = $14, findings_at = $15,
            decision_notified_at = $16, result_author = $17, extension_stage = $18, ending = $19, closed_at = $20,
            updated_by = $21, superior_number = $22, superior_kind = $23, superior_due_at = $24,
            superior_reported_at = $25, transfer_id = $26, transfer_matter = $27, transferred_to_unit_code = $28,
            transfer_receipted_at = $29, bouncing_unit_code = $30, bouncing_person_id = $31, bounced_unit_codes = $32,
            lead_case_id = $33, period_from = $34, pause_ground = $35, paused_at = $36, followed_up_at = $37,
            satisfaction = $38, answered_by = $39, member_posts = $40, group_formed_at = $41,
            skipped_union_code = $42, skipped_level = $43,
            decline_answered_case_id = $44
        WHERE case_id = $1 AND revision = $2 - 1";
    let order = case.order.as_ref();
    let handler = case.handler.as_ref();
    let decline = case.decline.as_ref();
    let values = [
        case.id.into(),
        big(case.revision).into(),
        state_name(case.state).into(),
        case.moved_at.into(),
        case.filed_at.into(),
        case.accepted_at.into(),
        decline.map(|decline| ground_name(decline.ground)).into(),
        decline.map(|decline| decline.proposed_by.clone()).into(),
        order.map(|order| order.id).into(),
        order.map(|order| order.issued_at).into(),
        order.map(|order| order.lead.clone()).into(),
        order
            .map(|order| order.co_units.clone())
            .unwrap_or_default()
            .into(),
        handler.map(|handler| handler.post.clone()).into(),
        handler.map(|handler| handler.person.clone()).into(),
        case.findings_at.into(),
        case.decision_notified_at.into(),
        case.result_author.clone().into(),
        i32::try_from(case.extension_stage)
            .unwrap_or(i32::MAX)
            .into(),
        case.ending.map(ending_name).into(),
        case.closed_at.into(),
        done.into(),
    ];
    let answered = decline.and_then(|decline| decline.answered_case);
    let values = values
        .into_iter()
        .chain(course::values(case))
        .chain([answered.into()]);
    match tx.execute_raw(sql(SAVE, values)).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(ActionError::Stale {
            seen: case.revision - 1,
            now: case.revision,
        }),
    }
}

/// A count as PostgreSQL keeps it.
pub(crate) fn big(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as it is.
pub(crate) fn count(kept: i64) -> u64 {
    u64::try_from(kept).unwrap_or_default()
}

pub(crate) fn state_name(state: State) -> &'static str {
    match state {
        State::Registered => "registered",
        State::Settled => "settled",
        State::Filed => "filed",
        State::Accepted => "accepted",
        State::DeclineProposed => "decline_proposed",
        State::Declined => "declined",
        State::Answered => "answered",
        State::Ordered => "ordered",
        State::Handling => "handling",
        State::ResultFiled => "result_filed",
        State::ResultPassed => "result_passed",
        State::Closed => "closed",
        State::Withdrawn => "withdrawn",
        State::Archived => "archived",
        State::Transferred => "transferred",
        State::Joined => "joined",
    }
}

fn ending_name(ending: Ending) -> &'static str {
    match ending {
        Ending::SettledOnTheSpot => "settled_on_the_spot",
        Ending::AnsweredDirectly => "answered_directly",
        Ending::Declined => "declined",
        Ending::Handled => "handled",
        Ending::Withdrawn => "withdrawn",
        Ending::Transferred => "transferred",
        Ending::Joined => "joined",
    }
}

fn ending_of(name: &str) -> Option<Ending> {
    let all = [
        Ending::SettledOnTheSpot,
        Ending::AnsweredDirectly,
        Ending::Declined,
        Ending::Handled,
        Ending::Withdrawn,
        Ending::Transferred,
        Ending::Joined,
    ];
    all.into_iter().find(|ending| ending_name(*ending) == name)
}

fn ground_name(ground: DeclineGround) -> &'static str {
    match ground {
        DeclineGround::Empty => "empty",
        DeclineGround::Groundless => "groundless",
        DeclineGround::AgainstLaw => "against_law",
        DeclineGround::AnsweredBefore => "answered_before",
        DeclineGround::NotOurs => "not_ours",
        DeclineGround::NotAuthorised => "not_authorised",
    }
}

fn ground_of(name: &str) -> Option<DeclineGround> {
    let all = [
        DeclineGround::Empty,
        DeclineGround::Groundless,
        DeclineGround::AgainstLaw,
        DeclineGround::AnsweredBefore,
        DeclineGround::NotOurs,
        DeclineGround::NotAuthorised,
    ];
    all.into_iter().find(|ground| ground_name(*ground) == name)
}

pub(crate) fn rank_name(rank: Rank) -> &'static str {
    match rank {
        Rank::ReceptionHead => "reception_head",
        Rank::SeniorManagement => "senior_management",
    }
}

fn rank_of(name: &str) -> Option<Rank> {
    [Rank::ReceptionHead, Rank::SeniorManagement]
        .into_iter()
        .find(|rank| rank_name(*rank) == name)
}
