//! Questions: a case's file, lists, queues, notices. The same rule of sight bounds them all.

use chassis::auth::Caller;
use chrono::{DateTime, Utc};
use suda_proto::{
    common::v1::{Blob, Page},
    routing::v1 as api,
};
use uuid::Uuid;

use super::{parse, suggesting::suggestion};
use crate::{
    actions::{actors, sees, veiled},
    desk::Desk,
    domain::{
        case::Case,
        notice::by_hand,
        standing::{Verb, who_may},
    },
    errors::ActionError,
    publications::{self, stamp},
    store::{
        self, detail, escalations,
        lists::{self, Desks, Seen},
        notices, reference,
    },
};

/// A place in a list: the instant it is sorted by, and the id.
pub(super) type Place = (DateTime<Utc>, Uuid);

/// How many there are in a part of a list, when nobody says, and at most.
const PAGE: (u32, u32) = (50, 500);

/// The whole file of a case.
pub(super) async fn get_case(
    desk: &Desk,
    caller: &Caller,
    asked: api::GetCaseRequest,
) -> Result<api::GetCaseResponse, ActionError> {
    let db = &desk.db.seen_by(caller).await?;
    let found = if asked.case_id.is_empty() {
        store::find_number(db, &asked.number).await?
    } else {
        store::find(db, parse::id_of(&asked.case_id, "case_id")?).await?
    };
    let case = found
        .filter(|case| sees(caller, case))
        .ok_or(ActionError::NoCase)?;
    let approvals = detail::approvals(db, case.id).await?;
    let answer = detail::answer(db, case.id).await?;
    Ok(api::GetCaseResponse {
        case: Some(veiled(caller, &case)),
        history: detail::history(db, case.id)
            .await?
            .into_iter()
            .map(entry)
            .collect(),
        order: detail::order(db, case.id).await?.map(order),
        approvals: approvals.iter().map(approval).collect(),
        extensions: approvals.iter().filter_map(extension).collect(),
        notices: notices::of_case(db, case.id)
            .await?
            .into_iter()
            .map(|row| notice(row, true))
            .collect(),
        escalations: escalations::of_case(db, case.id)
            .await?
            .iter()
            .map(|item| escalation(item, None))
            .collect(),
        answer: answer.map(|row| api::AnswerText {
            facts: row.facts,
            basis: row.basis,
            conclusion: row.conclusion,
            remedies: row.remedies,
        }),
        open_to_caller: open_to(caller, &case),
        suggestion: suggestion(db, &case).await?,
    })
}

/// What the caller may do with a case now.
fn open_to(caller: &Caller, case: &Case) -> Vec<String> {
    let posts = actors(caller);
    let open = Verb::ALL.into_iter().filter(|verb| {
        verb.moves(case.state) && case.allows(*verb) && who_may(*verb, case, &posts).is_ok()
    });
    open.map(|verb| format!("{verb:?}")).collect()
}

/// Cases.
pub(super) async fn list_cases(
    desk: &Desk,
    caller: &Caller,
    asked: api::ListCasesRequest,
) -> Result<api::ListCasesResponse, ActionError> {
    let (size, behind) = page(asked.page)?;
    let states: Option<Vec<_>> = asked
        .states
        .iter()
        .map(|state| publications::state_of(*state))
        .collect();
    let wanted = lists::Wanted {
        union: asked.union_code,
        unit: asked.unit_code,
        states: states
            .ok_or_else(|| ActionError::invalid("states", "没有这种状态,请从列表中选择"))?,
        received_from: parse::instant(asked.received_from.as_ref(), "received_from")?,
        received_until: parse::instant(asked.received_until.as_ref(), "received_until")?,
        number: asked.number,
        open_only: asked.open_only,
        behind,
        size: i64::from(size) + 1,
    };
    let (unions, units) = sight(caller);
    let db = &desk.db.seen_by(caller).await?;
    let mut cases = lists::cases(db, seen(caller, &unions, &units), &wanted).await?;
    let next_token = next(&mut cases, size, |case| {
        (case.registration.registered_at, case.id)
    });
    Ok(api::ListCasesResponse {
        cases: cases.iter().map(|case| veiled(caller, case)).collect(),
        next_token,
    })
}

/// What waits for the caller.
pub(super) async fn list_queue(
    desk: &Desk,
    caller: &Caller,
    asked: api::ListQueueRequest,
) -> Result<api::ListQueueResponse, ActionError> {
    let db = &desk.db.seen_by(caller).await?;
    let kind = api::QueueKind::try_from(asked.kind)
        .map_err(|_| ActionError::invalid("kind", "没有这种待办,请从列表中选择"))?;
    let (size, behind) = page(asked.page)?;
    let (unions, units) = sight(caller);
    let seen = seen(caller, &unions, &units);
    let desks = desks(caller);
    let mut answer = api::ListQueueResponse::default();
    if kind == api::QueueKind::Escalations {
        let wanted = escalations::Wanted {
            units: Some(desks.units.clone()),
            waiting: true,
            oldest_first: true,
            behind,
            size: i64::from(size) + 1,
            ..escalations::Wanted::default()
        };
        let mut items = escalations::list(db, seen, &wanted).await?;
        answer.next_token = next(&mut items, size, |item| (item.opened_at, item.id));
        for item in items {
            let case = store::find(db, item.case_id).await?;
            answer.items.push(api::QueueItem {
                kind: kind.into(),
                case: case.as_ref().map(publications::view),
                waiting_since: Some(stamp(item.opened_at)),
                escalation: Some(publications::escalation_view(&item)),
                extension_id: String::new(),
            });
        }
    } else {
        let mut found =
            lists::queue(db, seen, &desks, kind.into(), behind, i64::from(size) + 1).await?;
        answer.next_token = next(&mut found, size, |(_, case)| (case.moved_at, case.id));
        answer.items = found
            .iter()
            .map(|(kind, case)| waiting(*kind, case, veiled(caller, case)))
            .collect();
    }
    let counts = lists::counts(db, seen, &desks).await?;
    answer.counts = counts
        .into_iter()
        .map(|(kind, count)| api::QueueCount { kind, count })
        .collect();
    Ok(answer)
}

fn waiting(kind: i32, case: &Case, view: api::CaseView) -> api::QueueItem {
    let extension = case
        .waiting
        .as_ref()
        .filter(|_| kind == i32::from(api::QueueKind::ToApprove));
    api::QueueItem {
        kind,
        case: Some(view),
        waiting_since: Some(stamp(case.moved_at)),
        escalation: None,
        extension_id: extension
            .map(|waiting| waiting.id.to_string())
            .unwrap_or_default(),
    }
}

/// Escalation items.
pub(super) async fn list_escalations(
    desk: &Desk,
    caller: &Caller,
    asked: api::ListEscalationsRequest,
) -> Result<api::ListEscalationsResponse, ActionError> {
    let db = &desk.db.seen_by(caller).await?;
    let (size, behind) = page(asked.page)?;
    let state = match api::EscalationState::try_from(asked.state) {
        Ok(api::EscalationState::Unspecified) => "",
        Ok(api::EscalationState::Open) => "open",
        Ok(api::EscalationState::Acknowledged) => "acknowledged",
        Ok(api::EscalationState::Answered) => "answered",
        Err(_) => return Err(ActionError::invalid("state", "没有这种状态,请从列表中选择")),
    };
    let wanted = escalations::Wanted {
        units: (!asked.unit_code.is_empty()).then(|| vec![asked.unit_code]),
        state,
        case_id: parse::optional_id(&asked.case_id, "case_id")?,
        behind,
        size: i64::from(size) + 1,
        ..escalations::Wanted::default()
    };
    let (unions, units) = sight(caller);
    let mut items = escalations::list(db, seen(caller, &unions, &units), &wanted).await?;
    let next_token = next(&mut items, size, |item| (item.opened_at, item.id));
    let mut answer = api::ListEscalationsResponse {
        escalations: Vec::new(),
        next_token,
    };
    for item in items {
        let case = store::find(db, item.case_id).await?;
        answer.escalations.push(escalation(&item, case.as_ref()));
    }
    Ok(answer)
}

/// The exact text of a notice.
pub(super) async fn get_notice(
    desk: &Desk,
    caller: &Caller,
    asked: api::GetNoticeRequest,
) -> Result<api::GetNoticeResponse, ActionError> {
    let db = &desk.db.seen_by(caller).await?;
    let id = parse::id_of(&asked.notice_id, "notice_id")?;
    let row = notices::find(db, id).await?.ok_or(ActionError::NoNotice)?;
    let case = store::find(db, row.case_id).await?;
    case.filter(|case| sees(caller, case))
        .ok_or(ActionError::NoNotice)?;
    let post = reference::post(db, &row.to_post).await?;
    Ok(api::GetNoticeResponse {
        post_email: post.map(|post| post.email).unwrap_or_default(),
        notice: Some(notice(row, true)),
    })
}

/// Notices.
pub(super) async fn list_notices(
    desk: &Desk,
    caller: &Caller,
    asked: api::ListNoticesRequest,
) -> Result<api::ListNoticesResponse, ActionError> {
    let (size, behind) = page(asked.page)?;
    let state = match api::NoticeState::try_from(asked.state) {
        Ok(api::NoticeState::Unspecified) => "",
        Ok(api::NoticeState::Requested) => "requested",
        Ok(api::NoticeState::Delivered) => "delivered",
        Ok(api::NoticeState::Failed) => "failed",
        Ok(api::NoticeState::Unreachable) => "unreachable",
        Err(_) => return Err(ActionError::invalid("state", "没有这种状态,请从列表中选择")),
    };
    let wanted = notices::Wanted {
        case_id: parse::optional_id(&asked.case_id, "case_id")?,
        to_post: asked.to_post,
        state,
        behind,
        size: i64::from(size) + 1,
    };
    let (unions, units) = sight(caller);
    let db = &desk.db.seen_by(caller).await?;
    let mut rows = notices::list(db, seen(caller, &unions, &units), &wanted).await?;
    let next_token = next(&mut rows, size, |row| (row.requested_at, row.notice_id));
    let notices = rows.into_iter().map(|row| notice(row, false)).collect();
    Ok(api::ListNoticesResponse {
        notices,
        next_token,
    })
}

/// The unions and units a caller is bounded to; none for all.
pub(super) fn sight(caller: &Caller) -> (Option<Vec<String>>, Option<Vec<String>>) {
    (caller.unions_or_all(), caller.outlet_only())
}

pub(super) fn seen<'a>(
    caller: &'a Caller,
    unions: &'a Option<Vec<String>>,
    units: &'a Option<Vec<String>>,
) -> Seen<'a> {
    Seen {
        unions: unions.as_deref(),
        units: units.as_deref(),
        person: &caller.person_id,
    }
}

/// What the caller's posts make of him.
fn desks(caller: &Caller) -> Desks {
    const CLERKS: [&str; 3] = ["reception_clerk", "office_officer", "compliance_officer"];
    const HEADS: [&str; 3] = ["reception_head", "office_head", "compliance_head"];
    let mut desks = Desks::default();
    for post in &caller.posts {
        let role = post.role.as_str();
        desks.units.push(post.unit.clone());
        desks.posts.push(post.code.clone());
        if HEADS.contains(&role) {
            desks.headed.push(post.union.clone());
        }
        if HEADS.contains(&role) || CLERKS.contains(&role) {
            desks.receptions.push(post.union.clone());
        }
        if role == "senior_management" {
            desks.managed.push(post.union.clone());
        }
    }
    desks
}

/// How many are wanted, and behind which place.
pub(super) fn page(page: Option<Page>) -> Result<(u32, Option<Place>), ActionError> {
    let page = page.unwrap_or_default();
    let size = if page.size == 0 {
        PAGE.0
    } else {
        page.size.min(PAGE.1)
    };
    if page.token.is_empty() {
        return Ok((size, None));
    }
    let place = page.token.split_once('.').and_then(|(at, id)| {
        let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
        Some((at, id.parse().ok()?))
    });
    let place =
        place.ok_or_else(|| ActionError::invalid("page.token", "翻页标记无效,请从第一页开始"))?;
    Ok((size, Some(place)))
}

/// Cuts a list to its part and says what to continue with; one more row was asked for than the part has.
pub(super) fn next<T>(rows: &mut Vec<T>, size: u32, place: impl Fn(&T) -> Place) -> String {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if rows.len() <= size {
        return String::new();
    }
    rows.truncate(size);
    rows.last().map_or_else(String::new, |last| {
        let (at, id) = place(last);
        format!("{}.{id}", at.timestamp_micros())
    })
}

pub(super) fn entry(row: detail::HistoryRow) -> api::HistoryEntry {
    let texts: Vec<(String, String)> = serde_json::from_value(row.texts).unwrap_or_default();
    api::HistoryEntry {
        sequence: store::count(row.sequence),
        event: row.event,
        occurred_at: Some(stamp(row.occurred_at)),
        recorded_at: Some(stamp(row.recorded_at)),
        actor_post: row.actor_post,
        actor_post_name: row.actor_post_name,
        actor_person_id: row.actor_person_id,
        actor_name: row.actor_name,
        revision: store::count(row.revision),
        texts: texts
            .into_iter()
            .map(|(name, text)| api::NamedText { name, text })
            .collect(),
    }
}

fn order((row, units): (detail::OrderRow, Vec<detail::OrderUnitRow>)) -> api::Order {
    let unit = |row: detail::OrderUnitRow| api::OrderUnit {
        unit_code: row.unit_code,
        unit_name: row.unit_name,
        lead: row.lead,
        signed_at: row.signed_at.map(stamp),
        signed_by_post: row.signed_by_post.unwrap_or_default(),
        left_at: row.left_at.map(stamp),
    };
    api::Order {
        order_id: row.order_id.to_string(),
        order_number: row.order_number,
        matter: row.matter,
        requirements: row.requirements,
        urgent: row.urgent,
        issued_at: Some(stamp(row.issued_at)),
        issued_by_post: row.issued_by_post,
        units: units.into_iter().map(unit).collect(),
    }
}

fn approval(row: &detail::ApprovalRow) -> api::Approval {
    api::Approval {
        matter: row.matter.clone(),
        asked_by_post: row.asked_by_post.clone(),
        asked_at: Some(stamp(row.asked_at)),
        decision: row.decision.clone(),
        decided_by_post: row.decided_by_post.clone().unwrap_or_default(),
        decided_at: row.decided_at.map(stamp),
        remark: row.remark.clone(),
    }
}

fn extension(row: &detail::ApprovalRow) -> Option<api::Extension> {
    let state = match row.decision.as_str() {
        "pending" => "requested",
        "approved" => "granted",
        other => other,
    };
    Some(api::Extension {
        extension_id: row.approval_id.to_string(),
        clock_code: row.clock_code.clone()?,
        stage: u32::try_from(row.stage?).ok()?,
        ground: row.ground.clone(),
        until: row.until.map(stamp),
        state: state.to_owned(),
        requested_by_post: row.asked_by_post.clone(),
        requested_at: Some(stamp(row.asked_at)),
        decided_by_post: row.decided_by_post.clone().unwrap_or_default(),
        decided_at: row.decided_at.map(stamp),
        approver_role: row.approver_role.clone(),
    })
}

/// A notice on the wire; with its text, or for a list without it.
pub(super) fn notice(row: notices::Notice, with_text: bool) -> api::Notice {
    let proof = (!row.proof_digest.is_empty()).then(|| Blob {
        digest: row.proof_digest.clone(),
        size_bytes: store::count(row.proof_size_bytes),
        media_type: row.proof_media_type.clone(),
        file_name: row.proof_file_name.clone(),
    });
    api::Notice {
        view: Some(publications::notice_view(&row)),
        subject: row.subject,
        text: if with_text { row.body } else { String::new() },
        requested_at: Some(stamp(row.requested_at)),
        manner: row.manner,
        sent_at: row.sent_at.map(stamp),
        proof,
        result: row.result,
        by_hand: row.to_post.is_empty() && by_hand(row.channel),
    }
}

fn escalation(
    item: &crate::domain::escalation::Escalation,
    case: Option<&Case>,
) -> api::Escalation {
    let answered = item.answered.as_ref();
    api::Escalation {
        view: Some(publications::escalation_view(item)),
        answer: answered.map(|(.., text)| text.clone()).unwrap_or_default(),
        acknowledged_by_post: item
            .acknowledged
            .as_ref()
            .map(|(post, _)| post.clone())
            .unwrap_or_default(),
        answered_by_post: answered.map(|(post, ..)| post.clone()).unwrap_or_default(),
        case: case.map(publications::view),
    }
}
