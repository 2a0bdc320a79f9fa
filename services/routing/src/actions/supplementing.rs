//! What comes to a case later: material, papers, and word of who is related to its complainant.

use chassis::db::Tx;
use chrono::{DateTime, Utc};

use super::{
    hearing::{Complaint, open, step, write},
    letters::{self, Way},
};
use crate::{
    desk::Desk,
    domain::{
        case::{Case, Outcome},
        notice,
        recusal::Ground,
        refusal::Refusal,
    },
    errors::ActionError,
    store::{self, record},
};

/// Notes material that the complainant added. New facts begin the legal limit anew while there is no decision
/// (令2020年第3号 art. 18(3)); after it the material only supplements the file (P11).
pub async fn note_material(
    desk: &Desk,
    tx: &Tx,
    complaint: &Complaint,
    (material, new_facts, at): (&str, bool, DateTime<Utc>),
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let mut case = open(desk, tx, complaint).await?;
    let said = |said: bool, text: &str| if said { text.to_owned() } else { String::new() };
    let texts = [
        ("材料", material.to_owned()),
        ("新事实", said(new_facts, "有新的事实和理由")),
        (
            "说明",
            said(
                !case.undecided() || case.ended(),
                "在处理决定之后收到,作为补充材料存档;不服决定的走申诉(核查)程序",
            ),
        ),
    ];
    write(tx, &case, "MaterialAdded", ("", at, now), &texts).await?;
    if new_facts {
        restart(desk, tx, &mut case, at).await?;
    }
    tell_of_material(desk, tx, &case, new_facts, now).await
}

/// Begins the legal limit anew, unless there is a decision or the case has ended.
async fn restart(
    desk: &Desk,
    tx: &Tx,
    case: &mut Case,
    at: DateTime<Utc>,
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let from = at.max(case.registration.received_at).min(now);
    let moved = match case.restart(from, "投诉人补充新的事实和理由", now) {
        Ok(Outcome::Already) | Err(Refusal::Decided(_) | Refusal::OutOfOrder { .. }) => {
            return Ok(());
        }
        Ok(moved) => moved,
        Err(refusal) => return Err(refusal.into()),
    };
    let texts = vec![("新的事实和理由", "见补充材料".to_owned())];
    step(
        desk,
        tx,
        case,
        moved,
        ("PeriodRestarted", texts),
        ("", from),
    )
    .await?;
    if case.waiting.is_none() {
        record::lapse_extension(tx, case, now).await?;
    }
    let words = letters::letterhead(tx, case, None, now)
        .await?
        .restarted(from);
    letters::to_complainant(desk, tx, case, &words, &Way::Send(None), ("", now)).await
}

/// Tells whoever works on the case, or on its lead, that there is new material: the handler, else the leading unit.
async fn tell_of_material(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    new_facts: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if case.ended() {
        return Ok(());
    }
    let words = notice::material_added(&case.registration.number, new_facts);
    let lead = match case.course.lead_case {
        Some(lead) => store::find(tx, lead).await?,
        None => None,
    };
    let works = lead.as_ref().unwrap_or(case);
    match (&works.handler, &works.order) {
        (Some(handler), _) => {
            letters::to_post(desk, tx, case, &words, &handler.post, ("", now)).await
        }
        (None, Some(order)) => {
            letters::to_unit(desk, tx, case, &words, &order.lead, ("", now)).await
        }
        (None, None) => Ok(()),
    }
}

/// Notes that the papers that were missing are there.
pub async fn papers_completed(
    desk: &Desk,
    tx: &Tx,
    complaint: &Complaint,
    at: DateTime<Utc>,
) -> Result<(), ActionError> {
    let case = open(desk, tx, complaint).await?;
    let now = desk.clock.now();
    write(tx, &case, "PapersCompleted", ("", at, now), &[]).await
}

/// Keeps somebody out of a case who has declared to be related to its complainant (令2020年第3号 art. 17).
pub async fn keep_out(
    desk: &Desk,
    tx: &Tx,
    complaint: &Complaint,
    person: &str,
    at: DateTime<Utc>,
) -> Result<(), ActionError> {
    const RELATION: &str = "本人已申报与投诉人的关系";
    let now = desk.clock.now();
    let mut case = open(desk, tx, complaint).await?;
    let moved = case.note_relation(person, RELATION, now)?;
    if moved == Outcome::Already {
        return Ok(());
    }
    let texts = vec![
        ("须回避人员", person.to_owned()),
        ("原因", RELATION.to_owned()),
    ];
    step(
        desk,
        tx,
        &case,
        moved,
        ("InterestDeclared", texts),
        ("", at),
    )
    .await?;
    record::put_interest(tx, &case, person, (Ground::Relation, RELATION), now).await?;
    Ok(())
}
