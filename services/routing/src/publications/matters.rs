//! How matters beside a case are told, and how they look to others: codes and instants, no text and no identity.

use chassis::{
    db::Tx,
    outbox::{self, Told},
};
use sea_orm::DbErr;
use suda_proto::routing::v1 as tells;

use super::{Telling, stamp, view};
use crate::{
    desk::Desk,
    domain::{
        accountability::{Entry, Reward, State as EntryState},
        appeal::Appeal,
        case::Case,
        disclosure::{Major, Reprisal, Violation},
        panel::Panel,
        rectification::Rectification,
    },
};

/// What happened to a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It began: lodged, opened, raised, convened, reported.
    Began,
    /// Somebody took it: accepted, acknowledged, transferred.
    Taken,
    /// Its result was filed.
    Reported,
    /// Its result was sent back.
    Rejected,
    /// It was decided, verified, answered, received.
    Decided,
    /// It was taken back.
    Withdrawn,
    /// What follows from it was linked.
    FollowedUp,
}

async fn say<M>(
    desk: &Desk,
    tx: &Tx,
    (union, key): (&str, String),
    t: &Telling<'_>,
    fact: &M,
) -> Result<(), DbErr>
where
    M: prost::Message + prost::Name,
{
    let told = Told {
        id: desk.ids.new_id(),
        union,
        key: &key,
        occurred_at: t.occurred_at,
        actor: if t.post.is_empty() { "routing" } else { t.post },
    };
    outbox::tell(tx, &told, fact).await
}

/// Tells one fact of a kind: the case if there is one, when, the post, and the matter after it.
macro_rules! tell {
    ($fact:ident { $field:ident: $view:expr }, $desk:expr, $tx:expr, $place:expr, $case:expr, $t:expr) => {{
        let fact = tells::$fact {
            case: $case.map(view),
            occurred_at: Some(stamp($t.occurred_at)),
            actor_post: $t.post.to_owned(),
            $field: Some($view),
        };
        say($desk, $tx, $place, $t, &fact).await
    }};
}

/// Tells what happened to an appeal.
pub async fn appeal(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    appeal: &Appeal,
    step: Step,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (place, case, told) = (
        (appeal.union.as_str(), of.id.to_string()),
        Some(of),
        appeal_view(appeal, of),
    );
    match step {
        Step::Began => tell!(AppealLodged { appeal: told }, desk, tx, place, case, t),
        Step::Taken => tell!(AppealAccepted { appeal: told }, desk, tx, place, case, t),
        Step::Decided => tell!(AppealDecided { appeal: told }, desk, tx, place, case, t),
        Step::Withdrawn => tell!(AppealWithdrawn { appeal: told }, desk, tx, place, case, t),
        Step::FollowedUp => tell!(AppealFollowedUp { appeal: told }, desk, tx, place, case, t),
        // No result is filed to an appeal body.
        Step::Reported | Step::Rejected => Ok(()),
    }
}

/// Tells what happened to a rectification.
pub async fn rectification(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    task: &Rectification,
    step: Step,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (place, case, told) = (
        (task.union.as_str(), of.id.to_string()),
        Some(of),
        rectification_view(task),
    );
    match step {
        Step::Began => tell!(
            RectificationOpened {
                rectification: told
            },
            desk,
            tx,
            place,
            case,
            t
        ),
        Step::Reported => {
            tell!(
                RectificationReported {
                    rectification: told
                },
                desk,
                tx,
                place,
                case,
                t
            )
        }
        Step::Decided => {
            tell!(
                RectificationVerified {
                    rectification: told
                },
                desk,
                tx,
                place,
                case,
                t
            )
        }
        Step::Rejected => {
            tell!(
                RectificationRejected {
                    rectification: told
                },
                desk,
                tx,
                place,
                case,
                t
            )
        }
        // Nobody takes a task or takes it back.
        Step::Taken | Step::Withdrawn | Step::FollowedUp => Ok(()),
    }
}

/// Tells that an entry of the register was raised, or decided: whichever it now is.
pub async fn accountability(
    desk: &Desk,
    tx: &Tx,
    of: Option<&Case>,
    entry: &Entry,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (place, told) = (
        (entry.union.as_str(), entry.id.to_string()),
        accountability_view(entry),
    );
    match entry.state {
        EntryState::Candidate => {
            tell!(
                AccountabilityRaised {
                    accountability: told
                },
                desk,
                tx,
                place,
                of,
                t
            )
        }
        EntryState::Confirmed | EntryState::Dismissed => {
            tell!(
                AccountabilityDecided {
                    accountability: told
                },
                desk,
                tx,
                place,
                of,
                t
            )
        }
    }
}

/// Tells that a reward was recorded.
pub async fn reward(
    desk: &Desk,
    tx: &Tx,
    of: Option<&Case>,
    reward: &Reward,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let place = (reward.union.as_str(), reward.id.to_string());
    tell!(
        RewardRecorded {
            reward: reward_view(reward)
        },
        desk,
        tx,
        place,
        of,
        t
    )
}

/// Tells that a panel was convened, or has decided; an opinion alone is not told.
pub async fn panel(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    panel: &Panel,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (place, case, told) = (
        (panel.union.as_str(), of.id.to_string()),
        Some(of),
        panel_view(panel),
    );
    match panel.decided {
        None => tell!(PanelConvened { panel: told }, desk, tx, place, case, t),
        Some(_) => tell!(PanelDecided { panel: told }, desk, tx, place, case, t),
    }
}

/// Tells what happened to a report of reprisal, under the union of the compliance department and without its case.
pub async fn reprisal(
    desk: &Desk,
    tx: &Tx,
    union: &str,
    report: &Reprisal,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let place = (union, report.id.to_string());
    let told = reprisal_view(report);
    let none: Option<&Case> = None;
    match (report.acknowledged_at, report.answered_at) {
        (_, Some(_)) => tell!(
            ReprisalAnswered { reprisal: told },
            desk,
            tx,
            place,
            none,
            t
        ),
        (Some(_), None) => {
            tell!(
                ReprisalAcknowledged { reprisal: told },
                desk,
                tx,
                place,
                none,
                t
            )
        }
        (None, None) => tell!(
            ReprisalReported { reprisal: told },
            desk,
            tx,
            place,
            none,
            t
        ),
    }
}

/// Tells what happened to a report of a violation, under the union of the compliance department and without its case.
pub async fn violation(
    desk: &Desk,
    tx: &Tx,
    union: &str,
    report: &Violation,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    use crate::domain::disclosure::ViolationState::{Received, Reported, Transferred};
    let place = (union, report.id.to_string());
    let told = violation_view(report);
    let none: Option<&Case> = None;
    match report.state() {
        Reported => tell!(
            ViolationReported { violation: told },
            desk,
            tx,
            place,
            none,
            t
        ),
        Transferred => tell!(
            ViolationTransferred { violation: told },
            desk,
            tx,
            place,
            none,
            t
        ),
        Received => tell!(
            ViolationReceived { violation: told },
            desk,
            tx,
            place,
            none,
            t
        ),
    }
}

/// Tells that a grave or urgent case was told up the line.
pub async fn major(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    major: &Major,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (place, case) = ((major.union.as_str(), of.id.to_string()), Some(of));
    tell!(
        MajorReported {
            major: major_view(major)
        },
        desk,
        tx,
        place,
        case,
        t
    )
}

/// An appeal as others may see it.
#[must_use]
pub fn appeal_view(appeal: &Appeal, case: &Case) -> tells::AppealView {
    tells::AppealView {
        appeal_id: appeal.id.to_string(),
        number: appeal.number.clone(),
        case_id: appeal.case_id.to_string(),
        union_code: appeal.union.clone(),
        case_number: case.registration.number.clone(),
        level: appeal.level as i32,
        unit_code: appeal.unit.clone(),
        state: appeal.state as i32,
        decision_received_at: Some(stamp(appeal.decision_received_at)),
        received_at: Some(stamp(appeal.received_at)),
        late: appeal.late,
        accepted_at: appeal.accepted_at.map(stamp),
        decided_at: appeal.decided.map(|(_, at)| stamp(at)),
        outcome: appeal.decided.map_or(0, |(verdict, _)| verdict as i32),
        withdrawn_at: appeal.withdrawn_at.map(stamp),
        against_appeal_id: appeal.against.map(|id| id.to_string()).unwrap_or_default(),
        follow_up_case_id: appeal
            .follow_up
            .map(|id| id.to_string())
            .unwrap_or_default(),
        revision: appeal.revision,
        moved_at: Some(stamp(appeal.moved_at)),
    }
}

/// A rectification as others may see it.
#[must_use]
pub fn rectification_view(task: &Rectification) -> tells::RectificationView {
    tells::RectificationView {
        rectification_id: task.id.to_string(),
        case_id: task.case_id.to_string(),
        union_code: task.union.clone(),
        unit_code: task.unit.clone(),
        complained_unit_code: task.same.unit.clone(),
        business_code: task.same.business.clone(),
        cause_code: task.same.cause.clone(),
        due_at: Some(stamp(task.due_at)),
        state: task.state as i32,
        opened_at: Some(stamp(task.opened_at)),
        reported_at: task.reported.as_ref().map(|(_, at)| stamp(*at)),
        verified_at: task.verified_at.map(stamp),
        rejections: task.rejections,
        revision: task.revision,
        moved_at: Some(stamp(task.moved_at)),
    }
}

/// An entry of the register as others may see it.
#[must_use]
pub fn accountability_view(entry: &Entry) -> tells::AccountabilityView {
    tells::AccountabilityView {
        accountability_id: entry.id.to_string(),
        case_id: entry.case_id.map(|id| id.to_string()).unwrap_or_default(),
        union_code: entry.union.clone(),
        unit_code: entry.unit.clone(),
        post_code: entry.post.clone(),
        ground: entry.ground as i32,
        raised_by_system: entry.by_system,
        state: entry.state as i32,
        raised_at: Some(stamp(entry.raised_at)),
        decided_at: entry.decided_at.map(stamp),
        sanction: entry.sanction,
        revision: entry.revision,
    }
}

/// A reward as others may see it.
#[must_use]
pub fn reward_view(reward: &Reward) -> tells::RewardView {
    tells::RewardView {
        reward_id: reward.id.to_string(),
        case_id: reward.case_id.map(|id| id.to_string()).unwrap_or_default(),
        union_code: reward.union.clone(),
        unit_code: reward.unit.clone(),
        ground: reward.ground(),
        beneficiary: reward.beneficiary as i32,
        honour: reward.honour,
        material: reward.material,
        recorded_at: Some(stamp(reward.recorded_at)),
    }
}

/// A panel as others may see it.
#[must_use]
pub fn panel_view(panel: &Panel) -> tells::PanelView {
    tells::PanelView {
        panel_id: panel.id.to_string(),
        case_id: panel.case_id.to_string(),
        union_code: panel.union.clone(),
        state: panel.state() as i32,
        member_unit_codes: panel
            .members
            .iter()
            .map(|member| member.unit.clone())
            .collect(),
        opinions: u32::try_from(panel.opinions()).unwrap_or(u32::MAX),
        finding: panel.decided.map_or(0, |(finding, _)| finding as i32),
        convened_at: Some(stamp(panel.convened_at)),
        decided_at: panel.decided.map(|(_, at)| stamp(at)),
        revision: panel.revision,
    }
}

/// A report of reprisal as others may see it.
#[must_use]
pub fn reprisal_view(report: &Reprisal) -> tells::ReprisalView {
    tells::ReprisalView {
        reprisal_id: report.id.to_string(),
        unit_code: report.unit.clone(),
        kind: report.kind as i32,
        state: report.state(),
        reported_at: Some(stamp(report.reported_at)),
        acknowledged_at: report.acknowledged_at.map(stamp),
        answered_at: report.answered_at.map(stamp),
        revision: report.revision,
    }
}

/// A report of a violation as others may see it.
#[must_use]
pub fn violation_view(report: &Violation) -> tells::ViolationView {
    tells::ViolationView {
        violation_id: report.id.to_string(),
        unit_code: report.unit.clone(),
        state: report.state() as i32,
        reported_at: Some(stamp(report.reported_at)),
        transferred_at: report.transferred_at.map(stamp),
        received_at: report.receipt.as_ref().map(|(_, at)| stamp(*at)),
        revision: report.revision,
    }
}

/// What was told up the line, as others may see it.
#[must_use]
pub fn major_view(major: &Major) -> tells::MajorView {
    let told = major
        .told
        .iter()
        .map(|(recipient, sent)| tells::MajorNotice {
            recipient: (*recipient).to_owned(),
            to_post: sent
                .as_ref()
                .map(|(post, _)| post.clone())
                .unwrap_or_default(),
            sent_at: sent.as_ref().map(|(_, at)| stamp(*at)),
        });
    tells::MajorView {
        major_id: major.id.to_string(),
        case_id: major.case_id.to_string(),
        union_code: major.union.clone(),
        kind: major.kind as i32,
        known_at: Some(stamp(major.known_at)),
        reported_at: Some(stamp(major.reported_at)),
        notices: told.collect(),
        delay_seconds: u64::try_from(major.delay().num_seconds()).unwrap_or_default(),
        late: major.late(),
    }
}
