//! What is told of a case beyond the ordinary course.

use chassis::db::Tx;
use sea_orm::DbErr;
use suda_proto::routing::v1 as tells;

use super::{Telling, said, say, stamp};
use crate::{
    desk::Desk,
    domain::case::{Case, CourseEvent, course::Transfer},
};

/// Tells what happened.
pub(super) async fn tell(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    event: &CourseEvent,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    match event {
        CourseEvent::TransferredIn
        | CourseEvent::SuperiorReported
        | CourseEvent::TransferredOut
        | CourseEvent::Receipted(_)
        | CourseEvent::SkipLevelAdmitted(_) => passing(desk, tx, of, event, t).await,
        CourseEvent::BounceRequested(_)
        | CourseEvent::BounceRuled { .. }
        | CourseEvent::Joined(_)
        | CourseEvent::Parted
        | CourseEvent::GroupFormed(_) => sharing(desk, tx, of, event, t).await,
        CourseEvent::PeriodRestarted(_)
        | CourseEvent::PauseBegan(_)
        | CourseEvent::PauseEnded(_)
        | CourseEvent::FollowedUp(_) => timing(desk, tx, of, event, t).await,
    }
}

async fn passing(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    event: &CourseEvent,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    let (transfer_id, matter, to_unit_code) = transfer(of.course.transfer.as_ref());
    match event {
        CourseEvent::TransferredIn => {
            let fact = tells::CaseTransferredIn {
                case,
                occurred_at,
                actor_post,
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::SuperiorReported => {
            let fact = tells::SuperiorReported {
                case,
                occurred_at,
                actor_post,
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::TransferredOut => {
            let fact = tells::CaseTransferredOut {
                case,
                occurred_at,
                actor_post,
                transfer_id,
                matter,
                to_unit_code,
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::Receipted(number) => {
            let fact = tells::TransferReceipted {
                case,
                occurred_at,
                actor_post,
                transfer_id,
                to_unit_code,
                receipt_number: number.clone(),
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::SkipLevelAdmitted(related) => {
            let fact = tells::SkipLevelAdmitted {
                case,
                occurred_at,
                actor_post,
                related_number: related.clone(),
            };
            say(desk, tx, of, t, &fact).await
        }
        _ => Ok(()),
    }
}

fn transfer(given: Option<&Transfer>) -> (String, i32, String) {
    given.map_or_else(
        || (String::new(), 0, String::new()),
        |given| {
            (
                given.id.to_string(),
                given.matter as i32,
                given.to_unit.clone(),
            )
        },
    )
}

async fn sharing(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    event: &CourseEvent,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    match event {
        CourseEvent::BounceRequested(unit) => {
            let fact = tells::BounceRequested {
                case,
                occurred_at,
                actor_post,
                unit_code: unit.clone(),
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::BounceRuled {
            unit,
            upheld,
            new_unit,
        } => {
            let fact = tells::BounceRuled {
                case,
                occurred_at,
                actor_post,
                unit_code: unit.clone(),
                upheld: *upheld,
                new_unit_code: new_unit.clone(),
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::Joined(number) => {
            let lead = of.course.lead_case;
            let fact = tells::CaseJoined {
                case,
                occurred_at,
                actor_post,
                lead_case_id: lead.map(|id| id.to_string()).unwrap_or_default(),
                lead_number: number.clone(),
            };
            say(desk, tx, of, t, &fact).await
        }
        // It lies before the reception again, and its limit counts from its own receipt as if it had never followed.
        CourseEvent::Parted => {
            let filed = tells::CaseFiled {
                case: case.clone(),
                occurred_at,
                actor_post: actor_post.clone(),
            };
            say(desk, tx, of, t, &filed).await?;
            let fact = tells::PeriodRestarted {
                case,
                occurred_at,
                actor_post,
                period_from: Some(stamp(of.registration.received_at)),
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::GroupFormed(units) => {
            let fact = tells::GroupFormed {
                case,
                occurred_at,
                actor_post,
                lead_unit_code: units.first().cloned().unwrap_or_default(),
                unit_codes: units.clone(),
            };
            say(desk, tx, of, t, &fact).await
        }
        _ => Ok(()),
    }
}

async fn timing(
    desk: &Desk,
    tx: &Tx,
    of: &Case,
    event: &CourseEvent,
    t: &Telling<'_>,
) -> Result<(), DbErr> {
    let (case, occurred_at, actor_post) = said(of, t);
    match event {
        CourseEvent::PeriodRestarted(from) => {
            let fact = tells::PeriodRestarted {
                case,
                occurred_at,
                actor_post,
                period_from: Some(stamp(*from)),
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::PauseBegan(ground) => {
            let fact = tells::PauseBegan {
                case,
                occurred_at,
                actor_post,
                ground: *ground as i32,
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::PauseEnded(rested) => {
            let fact = tells::PauseEnded {
                case,
                occurred_at,
                actor_post,
                ground: rested.ground as i32,
                began_at: Some(stamp(rested.since)),
            };
            say(desk, tx, of, t, &fact).await
        }
        CourseEvent::FollowedUp(satisfaction) => {
            let fact = tells::FollowedUp {
                case,
                occurred_at,
                actor_post,
                satisfaction: *satisfaction as i32,
            };
            say(desk, tx, of, t, &fact).await
        }
        _ => Ok(()),
    }
}
