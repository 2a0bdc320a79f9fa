//! Everything that can be asked of a panel. Nothing of it moves the case.

use chassis::{auth::Caller, db::Tx};
use suda_proto::routing::v1 as tells;

use super::{
    Head, actors, before, letters,
    matters::{Work, listed, telling},
};
use crate::{
    desk::Desk,
    domain::{
        answer::Proof,
        case::Case,
        escalation::Change,
        notice::beside,
        panel::{Finding, Member, Panel, examined, who_convenes},
        refusal::Refusal,
        standing::Actor,
    },
    errors::ActionError,
    publications::{self, matters::panel_view},
    store::{self, panels, record::Text, reference},
};

/// What every command on a panel answers.
pub type Done = tells::ConvenePanelResponse;

/// A panel as it is convened.
pub struct Convening {
    /// Why it is thought malicious.
    pub suspicion: String,
    /// What shows it.
    pub evidence: Vec<Proof>,
    /// The posts whose holders are its members.
    pub member_posts: Vec<String>,
}

/// What is done with a panel.
pub enum Doing {
    /// A member gives an opinion.
    GiveOpinion(Finding, String),
    /// It decides by its majority.
    Decide(String),
}

/// Convenes a panel on a case.
pub async fn convene(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    convening: &Convening,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let case = work.case(head.id).await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    let posts = actors(caller);
    let by = who_convenes(&case, &examined(&case), &posts)?;
    let mut members = Vec::new();
    for post in &convening.member_posts {
        members.push(member(tx, post.trim()).await?);
    }
    let evidence = convening
        .evidence
        .iter()
        .filter(|proof| !proof.digest.is_empty())
        .count();
    let grounds = (convening.suspicion.as_str(), evidence);
    let panel = Panel::convene(&case, desk.ids.new_id(), members, grounds, work.now)?;
    if !panels::insert(tx, &panel).await? {
        let sentence = "本案已有评议小组在评议,请待其作出认定";
        return Err(ActionError::invalid("case_id", sentence));
    }
    let texts = [
        ("怀疑理由", convening.suspicion.clone()),
        ("证据", listed(&convening.evidence)),
    ];
    keep(&work, &case, &panel, by, ("PanelConvened", &texts)).await?;
    let words = beside::panel_convened(&case.registration.number);
    for member in &panel.members {
        let me = (by.post.as_str(), work.now);
        letters::to_post(desk, tx, &case, &words, &member.post, me).await?;
    }
    answer(&work, &panel).await
}

/// Who sits for a post: its holder, or its deputy while it is vacant.
async fn member(tx: &Tx, post: &str) -> Result<Member, ActionError> {
    let known = reference::post(tx, post).await?;
    let known = known.filter(|known| !known.abolished).ok_or_else(|| {
        ActionError::invalid("member_posts", format!("没有岗位 {post},或者已撤销"))
    })?;
    let person = if known.holder_person_id.is_empty() {
        known.deputy_person_id
    } else {
        known.holder_person_id
    };
    if person.is_empty() {
        let sentence = format!("岗位 {post} 空缺,不能参加评议");
        return Err(ActionError::invalid("member_posts", sentence));
    }
    Ok(Member {
        post: known.post_code,
        unit: known.unit_code,
        person,
        opinion: None,
    })
}

/// Whether the caller may know of a panel: a member does, and whoever sees the case and not only as one of its units.
#[must_use]
pub fn sees(caller: &Caller, case: &Case, panel: &Panel) -> bool {
    let sits = panel
        .members
        .iter()
        .any(|member| member.person == caller.person_id);
    sits || super::sees(caller, case) && caller.outlet_only().is_none()
}

/// Does what is asked of a panel, once.
pub async fn perform(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    doing: &Doing,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let unknown = || ActionError::NoMatter("评议");
    let mut panel = panels::lock(tx, head.id).await?.ok_or_else(unknown)?;
    let case = store::lock(tx, panel.case_id).await?;
    let case = case
        .filter(|case| sees(caller, case, &panel))
        .ok_or_else(unknown)?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    work.fresh(panel.revision)?;
    let posts = actors(caller);
    match doing {
        Doing::GiveOpinion(finding, reasons) => {
            let change = panel.give_opinion(&caller.person_id, *finding, reasons)?;
            if change == Change::Made {
                panels::save(tx, &panel).await?;
                let by = sitting(&panel, caller, &posts)?;
                let texts = [
                    ("评议意见", finding.words().to_owned()),
                    ("理由", reasons.clone()),
                ];
                let this = (panel.id, panel.revision);
                work.write(this, by, ("OpinionGiven", work.now), &texts)
                    .await?;
            }
        }
        Doing::Decide(reasons) => {
            let by = who_convenes(&case, &panel.examined, &posts)?;
            // A decision is always a move; a request that comes again was answered above.
            if panel.decide(by, reasons, work.now)? == Change::Already {
                return answer(&work, &panel).await;
            }
            panels::save(tx, &panel).await?;
            let finding = panel.decided.map(|(finding, _)| finding);
            let texts = [
                ("认定", finding.map_or("", Finding::words).to_owned()),
                ("理由", reasons.clone()),
            ];
            keep(&work, &case, &panel, by, ("PanelDecided", &texts)).await?;
            let reception = reference::reception(tx, &panel.union).await?;
            if let (Some(finding), Some(unit)) = (finding, reception) {
                let words = beside::panel_decided(&case.registration.number, finding);
                let me = (by.post.as_str(), work.now);
                letters::to_unit(desk, tx, &case, &words, &unit.unit_code, me).await?;
            }
        }
    }
    answer(&work, &panel).await
}

/// The post in which the caller sits on the panel, or any of his when he holds another one by now.
fn sitting<'a>(panel: &Panel, caller: &Caller, posts: &'a [Actor]) -> Result<&'a Actor, Refusal> {
    let seat = panel
        .members
        .iter()
        .find(|member| member.person == caller.person_id);
    let own = posts
        .iter()
        .find(|actor| seat.is_some_and(|member| member.post == actor.post));
    own.or_else(|| posts.first()).ok_or(Refusal::NotTheirs {
        verb: "发表评议意见",
        who: "评议小组成员",
    })
}

async fn keep(
    work: &Work<'_>,
    case: &Case,
    panel: &Panel,
    by: &Actor,
    (event, texts): (&'static str, &[Text]),
) -> Result<(), ActionError> {
    let Work { desk, tx, now, .. } = *work;
    work.write((panel.id, panel.revision), by, (event, now), texts)
        .await?;
    let t = telling(&by.post, now);
    publications::matters::panel(desk, tx, case, panel, &t).await?;
    Ok(())
}

async fn answer(work: &Work<'_>, panel: &Panel) -> Result<Done, ActionError> {
    let answer = Done {
        panel: Some(panel_view(panel)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}
