//! How things look to others: codes and instants, no text and no identity.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use suda_proto::routing::v1 as tells;

use crate::{
    domain::{
        case::{Case, Course, DeclineGround, Ending, State, course::Satisfaction},
        escalation::Escalation,
    },
    store::notices::Notice,
};

/// An instant in a message.
#[must_use]
pub fn stamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

/// A case as others may see it.
#[must_use]
pub fn view(case: &Case) -> tells::CaseView {
    let r = &case.registration;
    let order = case.order.as_ref();
    let handler = case.handler.as_ref();
    tells::CaseView {
        case_id: case.id.to_string(),
        complaint_id: case.id.to_string(),
        number: r.number.clone(),
        union_code: r.union.clone(),
        unit_code: r.unit.clone(),
        channel: r.channel,
        nature: r.nature,
        state: state(case.state).into(),
        revision: case.revision,
        received_at: Some(stamp(r.received_at)),
        registered_at: Some(stamp(r.registered_at)),
        filed_at: case.filed_at.map(stamp),
        ordered_at: order.map(|order| stamp(order.issued_at)),
        closed_at: case.closed_at.map(stamp),
        lead_unit_code: order.map(|order| order.lead.clone()).unwrap_or_default(),
        co_unit_codes: order
            .map(|order| order.co_units.clone())
            .unwrap_or_default(),
        handler_post: handler
            .map(|handler| handler.post.clone())
            .unwrap_or_default(),
        handler_person_id: handler
            .map(|handler| handler.person.clone())
            .unwrap_or_default(),
        masked_name: r.masked_name.clone(),
        complained_unit_code: r.complained_unit.clone(),
        business_code: r.business.clone(),
        cause_code: r.cause.clone(),
        handled_via_code: r.handled_via.clone(),
        order_id: order.map(|order| order.id.to_string()).unwrap_or_default(),
        outcome: case
            .ending
            .map_or(tells::CaseOutcome::Unspecified, outcome)
            .into(),
        major: r.major,
        decision_notified_at: case.decision_notified_at.map(stamp),
        extension_stage: case.extension_stage,
        registered_at_reception: r.at_reception,
        moved_at: Some(stamp(case.moved_at)),
        persons: r.persons,
        papers_missing: r.papers_missing,
        ..course(&case.course)
    }
}

/// What happened to it beyond the ordinary course; the rest of the view is still empty.
fn course(course: &Course) -> tells::CaseView {
    let (superior, transfer) = (course.superior.as_ref(), course.transfer.as_ref());
    tells::CaseView {
        superior_number: superior
            .map(|known| known.number.clone())
            .unwrap_or_default(),
        superior_due_at: superior.and_then(|known| known.due_at).map(stamp),
        superior_kind: superior.map_or(0, |known| known.kind as i32),
        superior_reported_at: course.reported_at.map(stamp),
        lead_case_id: course
            .lead_case
            .map(|id| id.to_string())
            .unwrap_or_default(),
        transfer_id: transfer
            .map(|given| given.id.to_string())
            .unwrap_or_default(),
        transfer_matter: transfer.map_or(0, |given| given.matter as i32),
        transferred_to_unit_code: transfer
            .map(|given| given.to_unit.clone())
            .unwrap_or_default(),
        transfer_receipted_at: transfer.and_then(|given| given.receipted_at).map(stamp),
        period_from: course.period_from.map(stamp),
        pause_ground: course.pause.map_or(0, |rests| rests.ground as i32),
        paused_at: course.pause.map(|rests| stamp(rests.since)),
        bouncing_unit_code: course
            .bounce
            .as_ref()
            .map(|waits| waits.unit.clone())
            .unwrap_or_default(),
        // Whoever was not reached is still to be called.
        followed_up_at: course
            .followed_up
            .filter(|(_, heard)| *heard != Satisfaction::NotReached)
            .map(|(at, _)| stamp(at)),
        satisfaction: course.followed_up.map_or(0, |(_, heard)| heard as i32),
        group_formed: course.grouped_at.is_some(),
        skipped_level: course
            .skipped
            .as_ref()
            .map_or(0, |skipped| skipped.level as i32),
        ..tells::CaseView::default()
    }
}

/// An item as others may see it.
#[must_use]
pub fn escalation_view(item: &Escalation) -> tells::EscalationView {
    let state = match (&item.acknowledged, &item.answered) {
        (_, Some(_)) => tells::EscalationState::Answered,
        (Some(_), None) => tells::EscalationState::Acknowledged,
        (None, None) => tells::EscalationState::Open,
    };
    tells::EscalationView {
        escalation_id: item.id.to_string(),
        case_id: item.case_id.to_string(),
        union_code: item.union.clone(),
        unit_code: item.unit.clone(),
        to_post: item.to_post.clone(),
        recipient: item.recipient.clone(),
        clock_code: item.clock.clone(),
        rung_code: item.rung.clone(),
        legal_due_at: Some(stamp(item.legal_due_at)),
        opened_at: Some(stamp(item.opened_at)),
        state: state.into(),
        acknowledged_at: item.acknowledged.as_ref().map(|(_, at)| stamp(*at)),
        answered_at: item.answered.as_ref().map(|(_, at, _)| stamp(*at)),
        revision: item.revision,
    }
}

/// A notice as others may see it.
#[must_use]
pub fn notice_view(notice: &Notice) -> tells::NoticeView {
    let to_complainant = notice.to_post.is_empty();
    tells::NoticeView {
        notice_id: notice.notice_id.to_string(),
        kind: notice.kind,
        channel: notice.channel,
        to_post: notice.to_post.clone(),
        complaint_id: if to_complainant {
            notice.case_id.to_string()
        } else {
            String::new()
        },
        case_id: notice.case_id.to_string(),
        union_code: notice.union_code.clone(),
        number: notice.number.clone(),
        state: notice_state(&notice.state).into(),
        revision: u64::try_from(notice.revision).unwrap_or_default(),
    }
}

/// Where a notice stands, from its row.
fn notice_state(name: &str) -> tells::NoticeState {
    match name {
        "requested" => tells::NoticeState::Requested,
        "delivered" => tells::NoticeState::Delivered,
        "failed" => tells::NoticeState::Failed,
        "unreachable" => tells::NoticeState::Unreachable,
        _ => tells::NoticeState::Unspecified,
    }
}

fn state(state: State) -> tells::CaseState {
    match state {
        State::Registered => tells::CaseState::Registered,
        State::Settled => tells::CaseState::Settled,
        State::Filed => tells::CaseState::Filed,
        State::Accepted => tells::CaseState::Accepted,
        State::DeclineProposed => tells::CaseState::DeclineProposed,
        State::Declined => tells::CaseState::Declined,
        State::Answered => tells::CaseState::Answered,
        State::Ordered => tells::CaseState::Ordered,
        State::Handling => tells::CaseState::Handling,
        State::ResultFiled => tells::CaseState::ResultFiled,
        State::ResultPassed => tells::CaseState::ResultPassed,
        State::Closed => tells::CaseState::Closed,
        State::Withdrawn => tells::CaseState::Withdrawn,
        State::Archived => tells::CaseState::Archived,
        State::Transferred => tells::CaseState::Transferred,
        State::Joined => tells::CaseState::Joined,
    }
}

/// The state that a contract number means.
#[must_use]
pub fn state_of(number: i32) -> Option<State> {
    State::ALL
        .into_iter()
        .find(|known| i32::from(state(*known)) == number)
}

fn outcome(ending: Ending) -> tells::CaseOutcome {
    match ending {
        Ending::SettledOnTheSpot => tells::CaseOutcome::SettledOnTheSpot,
        Ending::AnsweredDirectly => tells::CaseOutcome::AnsweredDirectly,
        Ending::Declined => tells::CaseOutcome::Declined,
        Ending::Handled => tells::CaseOutcome::Handled,
        Ending::Withdrawn => tells::CaseOutcome::Withdrawn,
        Ending::Transferred => tells::CaseOutcome::Transferred,
        Ending::Joined => tells::CaseOutcome::Joined,
    }
}

pub(super) fn ground(ground: DeclineGround) -> i32 {
    let ground = match ground {
        DeclineGround::Empty => tells::DeclineGround::Empty,
        DeclineGround::Groundless => tells::DeclineGround::Groundless,
        DeclineGround::AgainstLaw => tells::DeclineGround::AgainstLaw,
        DeclineGround::AnsweredBefore => tells::DeclineGround::AnsweredBefore,
        DeclineGround::NotOurs => tells::DeclineGround::NotOurs,
        DeclineGround::NotAuthorised => tells::DeclineGround::NotAuthorised,
    };
    ground.into()
}

/// The ground that a contract number means.
#[must_use]
pub fn ground_of(number: i32) -> Option<DeclineGround> {
    let all = [
        DeclineGround::Empty,
        DeclineGround::Groundless,
        DeclineGround::AgainstLaw,
        DeclineGround::AnsweredBefore,
        DeclineGround::NotOurs,
        DeclineGround::NotAuthorised,
    ];
    all.into_iter().find(|known| ground(*known) == number)
}
