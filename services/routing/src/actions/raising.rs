//! What raises candidates for the register of accountability (guideline art. 24).
//!
//! They come from the facts that routing makes or hears, each once and with its evidence. Whether anybody is to answer is for a
//! person to decide.

use chassis::db::Tx;
use chrono::{DateTime, Utc};
use suda_proto::intake::v1::GroupView;
use uuid::Uuid;

use super::matters::telling;
use crate::{
    desk::Desk,
    domain::{
        accountability::{Entry, Ground, State, declined_wrongly, is_mass, registered_late},
        appeal::Appeal,
        case::Case,
        disclosure::Major,
        extension::in_shanghai,
        notice::group::Suspected,
    },
    errors::ActionError,
    publications,
    store::{
        self, accountability, matters,
        record::{self, Text},
        reference,
    },
};

/// Who is to answer, as far as the system knows.
#[derive(Default)]
struct Blamed {
    /// The union, when the unit is not known here and there is no case.
    union: String,
    unit: String,
    post: String,
    person: String,
}

/// Raises a candidate; for the same thing only once.
async fn raise(
    desk: &Desk,
    tx: &Tx,
    case: Option<&Case>,
    (key, ground): (String, Ground),
    blamed: Blamed,
    texts: &[Text],
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    // What an office is to answer for is not the affair of the union below it.
    let unit = reference::unit(tx, &blamed.unit).await?;
    let union = unit
        .map(|unit| unit.union_code)
        .or_else(|| case.map(|case| case.registration.union.clone()))
        .unwrap_or(blamed.union);
    let entry = Entry {
        id: desk.ids.new_id(),
        source_key: key,
        case_id: case.map(|case| case.id),
        union,
        unit: blamed.unit,
        post: blamed.post,
        person: blamed.person,
        ground,
        by_system: true,
        raised_at: now,
        state: State::Candidate,
        sanction: 0,
        decided_at: None,
        revision: 1,
    };
    if !accountability::insert(tx, &entry).await? {
        return Ok(());
    }
    let written = record::Entry {
        event: "AccountabilityRaised",
        occurred_at: now,
        recorded_at: now,
        post: "",
        person: "",
        name: "",
        texts,
    };
    matters::write(tx, entry.id, entry.revision, written).await?;
    let t = telling("", now);
    publications::matters::accountability(desk, tx, case, &entry, &t).await?;
    Ok(())
}

fn moment(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d %H:%M").to_string()
}

/// A complaint was registered: late (art. 24(1)), or by so many that something went before (art. 24(6)).
pub async fn registered(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    post: &str,
    persons: u32,
) -> Result<(), ActionError> {
    let r = &case.registration;
    if registered_late(case) {
        let held = reference::post(tx, post).await?;
        let blamed = Blamed {
            unit: r.unit.clone(),
            post: post.to_owned(),
            person: held.map(|post| post.holder_person_id).unwrap_or_default(),
            ..Blamed::default()
        };
        let texts = [
            ("投诉编号", r.number.clone()),
            ("收到时间", moment(r.received_at)),
            ("登记时间", moment(r.registered_at)),
            (
                "说明",
                "补登的理由见投诉登记;是否属于不按规定登记,请认定".to_owned(),
            ),
        ];
        let what = (
            format!("registered-late:{}", case.id),
            Ground::NotRegistered,
        );
        raise(desk, tx, Some(case), what, blamed, &texts).await?;
    }
    if is_mass(persons) {
        let unit = if r.complained_unit.is_empty() {
            &r.unit
        } else {
            &r.complained_unit
        };
        let blamed = Blamed {
            unit: unit.clone(),
            ..Blamed::default()
        };
        let texts = [
            ("投诉编号", r.number.clone()),
            ("共同投诉人数", persons.to_string()),
            (
                "说明",
                "是否因处理不恰当引起,请核查此前的相关投诉后认定".to_owned(),
            ),
        ];
        let what = (format!("mass:{}", case.id), Ground::MassComplaint);
        raise(desk, tx, Some(case), what, blamed, &texts).await?;
    }
    Ok(())
}

/// An appeal was decided: what had been declined should have been accepted (art. 24(2)).
pub async fn appeal_decided(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    appeal: &Appeal,
) -> Result<(), ActionError> {
    if !declined_wrongly(case, appeal) {
        return Ok(());
    }
    let unit = reference::reception(tx, &case.registration.union).await?;
    let blamed = Blamed {
        unit: unit.map_or_else(|| case.registration.unit.clone(), |unit| unit.unit_code),
        ..Blamed::default()
    };
    let verdict = appeal.decided.map(|(verdict, _)| verdict.words());
    let texts = [
        ("投诉编号", case.registration.number.clone()),
        ("申诉编号", appeal.number.clone()),
        ("核查决定", verdict.unwrap_or_default().to_owned()),
    ];
    // Once for a case, whichever level says so.
    let what = (format!("declined:{}", case.id), Ground::DeclinedWrongly);
    raise(desk, tx, Some(case), what, blamed, &texts).await
}

/// A clock that ran out, as the watchdog told it.
pub struct Breach {
    /// The clock's id.
    pub clock_id: String,
    /// Its code.
    pub code: String,
    /// Its official name.
    pub name: String,
    /// The article it comes from.
    pub article: String,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// The case; none for a unit's yearly duty.
    pub case_id: Option<Uuid>,
    /// For a yearly duty the name of the term.
    pub number: String,
    /// The union.
    pub union: String,
    /// The unit that has what the clock runs for, when that is not the case itself: an appeal, a rectification, an item to be
    /// answered, a report, a transfer. None for a case, where it depends on the clock who had it in hand.
    pub unit: Option<String>,
}

/// A limit was missed: delayed (art. 24(3)), or a report not made in time (art. 24(5)).
pub async fn breached(desk: &Desk, tx: &Tx, breach: &Breach) -> Result<(), ActionError> {
    let Some(ground) = Ground::of_clock(&breach.code) else {
        return Ok(());
    };
    let case = match breach.case_id {
        Some(id) => Some(
            store::find(tx, id)
                .await?
                .ok_or(ActionError::NotYet("the case"))?,
        ),
        None => None,
    };
    let blamed = match (&breach.unit, &case) {
        (Some(unit), _) => Blamed {
            union: breach.union.clone(),
            unit: unit.clone(),
            ..Blamed::default()
        },
        (None, Some(case)) => responsible(tx, case, &breach.code).await?,
        (None, None) => return Ok(()),
    };
    let (number, state) = match &case {
        Some(case) => (
            ("投诉编号", case.registration.number.clone()),
            case.state.words(),
        ),
        None => (("期间", breach.number.clone()), ""),
    };
    let texts = [
        number,
        ("时限", format!("{} {}", breach.code, breach.name)),
        ("依据", breach.article.clone()),
        ("到期时间", moment(breach.due_at)),
        ("到期时状态", state.to_owned()),
    ];
    let what = (format!("clock:{}", breach.clock_id), ground);
    raise(desk, tx, case.as_ref(), what, blamed, &texts).await
}

/// Who had the case in hand when this limit of the case ended.
async fn responsible(tx: &Tx, case: &Case, clock: &str) -> Result<Blamed, ActionError> {
    let r = &case.registration;
    let only = |unit: String| Blamed {
        unit,
        ..Blamed::default()
    };
    match clock {
        // To be filed by the outlet or department that received it.
        "G18.1a" => Ok(only(r.unit.clone())),
        // To be handled by the unit that leads; everything else by the reception.
        _ => match (&case.order, &case.handler) {
            (Some(order), handler) if !["G18.1b", "G18.2b"].contains(&clock) => Ok(Blamed {
                unit: order.lead.clone(),
                post: handler.as_ref().map(|h| h.post.clone()).unwrap_or_default(),
                person: handler
                    .as_ref()
                    .map(|h| h.person.clone())
                    .unwrap_or_default(),
                ..Blamed::default()
            }),
            _ => {
                let reception = reference::reception(tx, &r.union).await?;
                Ok(only(
                    reception.map_or_else(|| r.unit.clone(), |unit| unit.unit_code),
                ))
            }
        },
    }
}

/// A grave or urgent case was not told up the line at once (art. 24(4)).
pub async fn told_late(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    major: &Major,
) -> Result<(), ActionError> {
    if !major.late() {
        return Ok(());
    }
    let blamed = Blamed {
        unit: case.registration.unit.clone(),
        ..Blamed::default()
    };
    let texts = [
        ("投诉编号", case.registration.number.clone()),
        ("类别", major.kind.words().to_owned()),
        ("知悉时间", moment(major.known_at)),
        ("报告时间", moment(major.reported_at)),
        ("相隔", format!("{} 分钟", major.delay().num_minutes())),
    ];
    let key = format!("major:{}:{}", case.id, major.kind as i32);
    raise(
        desk,
        tx,
        Some(case),
        (key, Ground::Concealed),
        blamed,
        &texts,
    )
    .await
}

/// Similar complaints were warned of: whether they come of wrong handling is to be examined (art. 24(6)).
pub async fn group_suspected(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    told: &GroupView,
    group: &Suspected,
) -> Result<(), ActionError> {
    let unit = if told.unit_code.is_empty() {
        &told.union_code
    } else {
        &told.unit_code
    };
    let blamed = Blamed {
        unit: unit.clone(),
        ..Blamed::default()
    };
    let texts = [
        ("预警编号", told.group_id.clone()),
        ("情形", group.why().to_owned()),
        (
            "人数和件数",
            format!("{} 人 {} 件", told.complainants, told.complaints),
        ),
        ("省内同期同类", format!("{} 件", told.province_complaints)),
        ("最近一件", case.registration.number.clone()),
        (
            "说明",
            "是否因处理不恰当引起,请核查相关投诉后认定".to_owned(),
        ),
    ];
    let what = (format!("group:{}", told.group_id), Ground::MassComplaint);
    raise(desk, tx, Some(case), what, blamed, &texts).await
}
