//! What routing tells: from a domain event to a contract message. No text and no identity leaves by here.

use chassis::{
    db::Tx,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use sea_orm::DbErr;
use suda_proto::routing::v1 as tells;

use crate::{
    desk::Desk,
    domain::{
        answer::Manner,
        case::{Case, CaseEvent},
        escalation::Escalation,
        extension::Extension,
        notice::Kind,
        recusal::Ground,
    },
};

mod course;
pub mod matters;
pub mod views;

use views::ground;
pub use views::{escalation_view, ground_of, notice_view, stamp, state_of, view};

/// By whom and when something was done.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// The post; empty for the system.
    pub post: &'a str,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// How the complainant was told, with an answer.
    pub manner: Option<Manner>,
}

async fn say<M>(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    telling: &Telling<'_>,
    fact: &M,
) -> Result<(), DbErr>
where
    M: prost::Message + prost::Name,
{
    let key = case.id.to_string();
    let told = Told {
        id: desk.ids.new_id(),
        union: &case.registration.union,
        key: &key,
        occurred_at: telling.occurred_at,
        actor: if telling.post.is_empty() {
            "routing"
        } else {
            telling.post
        },
    };
    outbox::tell(tx, &told, fact).await
}

/// Tells that the complainant was told the decision in the way that counts in law, or that there is no way to reach him
/// (令2020年第3号 art. 21). What is no decision tells nothing.
pub async fn decision_notified(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    kind: i32,
    telling: &Telling<'_>,
) -> Result<(), DbErr> {
    if ![Kind::Answer as i32, Kind::Decline as i32].contains(&kind) {
        return Ok(());
    }
    let (case, occurred_at, actor_post) = said(of, telling);
    let manner = telling.manner.map_or(0, |manner| manner as i32);
    let fact = tells::DecisionNotified {
        case,
        occurred_at,
        actor_post,
        manner,
    };
    say(desk, tx, of, telling, &fact).await
}

/// Tells that a case was opened.
pub async fn opened(desk: &Desk, tx: &Tx, case: &Case, telling: &Telling<'_>) -> Result<(), DbErr> {
    let fact = tells::CaseOpened {
        case: Some(view(case)),
        occurred_at: Some(stamp(telling.occurred_at)),
        actor_post: telling.post.to_owned(),
    };
    say(desk, tx, case, telling, &fact).await
}

/// What every fact says: the case after it, when it happened, and the post that did it.
fn said(
    case: &Case,
    telling: &Telling<'_>,
) -> (Option<tells::CaseView>, Option<Timestamp>, String) {
    (
        Some(view(case)),
        Some(stamp(telling.occurred_at)),
        telling.post.to_owned(),
    )
}

/// Tells the world what happened to a case, as part of `tx`.
pub async fn tell(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    event: &CaseEvent,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    let manner = t.manner.map_or(0, |manner| manner as i32);
    match event {
        CaseEvent::Settled => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseSettled {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::Filed => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseFiled {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::Accepted => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseAccepted {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::AnsweredDirectly => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseAnswered {
                    case,
                    occurred_at,
                    actor_post,
                    manner,
                },
            )
            .await
        }
        CaseEvent::DeclineProposed(g) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::DeclineProposed {
                    case,
                    occurred_at,
                    actor_post,
                    ground: ground(*g),
                },
            )
            .await
        }
        CaseEvent::DeclineRejected(g) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::DeclineRejected {
                    case,
                    occurred_at,
                    actor_post,
                    ground: ground(*g),
                },
            )
            .await
        }
        CaseEvent::Declined(g) => {
            let answered = of
                .decline
                .as_ref()
                .and_then(|decline| decline.answered_case);
            let answered_case_id = answered.map(|id| id.to_string()).unwrap_or_default();
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseDeclined {
                    case,
                    occurred_at,
                    actor_post,
                    ground: ground(*g),
                    answered_case_id,
                },
            )
            .await
        }
        CaseEvent::OrderIssued => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::OrderIssued {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::OrderSigned(unit) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::OrderSigned {
                    case,
                    occurred_at,
                    actor_post,
                    unit_code: unit.clone(),
                },
            )
            .await
        }
        CaseEvent::HandlerAssigned => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::HandlerAssigned {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::InterestDeclared(person) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::InterestDeclared {
                    case,
                    occurred_at,
                    actor_post,
                    person_id: person.clone(),
                },
            )
            .await
        }
        CaseEvent::ContactRecorded(at) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ContactRecorded {
                    case,
                    occurred_at,
                    actor_post,
                    contacted_at: Some(stamp(*at)),
                },
            )
            .await
        }
        CaseEvent::FindingsRecorded => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::FindingsRecorded {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::SolutionProposed => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::SolutionProposed {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::AnswerSent => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::AnswerSent {
                    case,
                    occurred_at,
                    actor_post,
                    manner,
                },
            )
            .await
        }
        CaseEvent::ResultFiled => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ResultFiled {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::ResultReturned => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ResultReturned {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::ResultPassed => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ResultPassed {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::ExtensionRequested(Extension {
            clock,
            stage,
            until,
            ..
        }) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ExtensionRequested {
                    case,
                    occurred_at,
                    actor_post,
                    clock_code: clock.clone(),
                    stage: *stage,
                    until: Some(stamp(*until)),
                },
            )
            .await
        }
        CaseEvent::ExtensionGranted(Extension {
            clock,
            stage,
            until,
            ..
        }) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ExtensionGranted {
                    case,
                    occurred_at,
                    actor_post,
                    clock_code: clock.clone(),
                    stage: *stage,
                    until: Some(stamp(*until)),
                },
            )
            .await
        }
        CaseEvent::ExtensionRefused(Extension { clock, stage, .. }) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::ExtensionRefused {
                    case,
                    occurred_at,
                    actor_post,
                    clock_code: clock.clone(),
                    stage: *stage,
                },
            )
            .await
        }
        CaseEvent::Withdrawn => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseWithdrawn {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        CaseEvent::Closed => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::CaseClosed {
                    case,
                    occurred_at,
                    actor_post,
                },
            )
            .await
        }
        // The notice that goes to the unit tells it.
        CaseEvent::Urged => Ok(()),
        CaseEvent::Course(event) => course::tell(desk, tx, of, event, t).await,
        // The archive has told it, by CaseSealed.
        CaseEvent::Archived => Ok(()),
    }
}

/// Tells that somebody who must keep out was refused.
pub async fn refused(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    (person, why, attempt): (&str, Ground, &str),
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    let ground = match why {
        Ground::ComplainedOf => tells::RecusalGround::ComplainedOf,
        Ground::DeclaredInterest => tells::RecusalGround::DeclaredInterest,
        Ground::Relation => tells::RecusalGround::Relation,
    };
    say(
        desk,
        tx,
        of,
        t,
        &tells::RecusalRefused {
            case,
            occurred_at,
            actor_post,
            person_id: person.to_owned(),
            ground: ground.into(),
            attempt: attempt.to_owned(),
        },
    )
    .await
}

/// Tells that an item was opened, acknowledged or answered: whichever it now is.
pub async fn escalation(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    item: &Escalation,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    let told = Some(escalation_view(item));
    match (&item.acknowledged, &item.answered) {
        (_, Some(_)) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::EscalationAnswered {
                    case,
                    occurred_at,
                    actor_post,
                    escalation: told,
                },
            )
            .await
        }
        (Some(_), None) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::EscalationAcknowledged {
                    case,
                    occurred_at,
                    actor_post,
                    escalation: told,
                },
            )
            .await
        }
        (None, None) => {
            say(
                desk,
                tx,
                of,
                t,
                &tells::EscalationOpened {
                    case,
                    occurred_at,
                    actor_post,
                    escalation: told,
                },
            )
            .await
        }
    }
}

/// Tells that a notice is to be sent.
pub async fn notice(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    notice: tells::NoticeView,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    say(
        desk,
        tx,
        of,
        t,
        &tells::NoticeRequested {
            case,
            occurred_at,
            actor_post,
            notice: Some(notice),
        },
    )
    .await
}
