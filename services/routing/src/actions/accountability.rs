//! Everything that can be asked of the register of accountability, and rewards.

use chassis::{auth::Caller, db::Tx};
use suda_proto::routing::v1 as tells;
use uuid::Uuid;

use super::{
    Head, actors, before,
    matters::{Work, telling},
};
use crate::{
    desk::Desk,
    domain::{
        accountability::{Beneficiary, Entry, Ground, Reward, State},
        beside::Objection,
        case::Case,
        escalation::Change,
        refusal::required,
        standing::{Actor, Role},
    },
    errors::ActionError,
    publications::{
        self,
        matters::{accountability_view, reward_view},
    },
    store::{accountability, record::Text, reference},
};

/// What every command on an entry answers.
pub type Done = tells::RaiseAccountabilityResponse;

/// A candidate as a person enters it.
pub struct Raising {
    /// The case it comes from.
    pub case_id: Option<Uuid>,
    /// The union; empty for the case's.
    pub union: String,
    /// The unit that is to answer.
    pub unit: String,
    /// The post; empty when only the unit is known.
    pub post: String,
    /// The person; empty for the holder of the post.
    pub person: String,
    /// Which ground.
    pub ground: Ground,
    /// What happened.
    pub facts: String,
}

/// What is done with an entry.
pub enum Doing {
    /// It is confirmed: post and person, what is imposed, why.
    Confirm(String, String, i32, String),
    /// It is dismissed, with the reason.
    Dismiss(String),
}

/// The case and the union something is about; the caller must see the union.
async fn about(
    work: &Work<'_>,
    case_id: Option<Uuid>,
    union: &str,
) -> Result<(Option<Case>, String), ActionError> {
    let case = match case_id {
        Some(id) => Some(work.case(id).await?),
        None => None,
    };
    let own = case.as_ref().map(|case| case.registration.union.as_str());
    let union = match (union.trim(), own) {
        ("", Some(own)) => own.to_owned(),
        (given, None) if work.caller.sees(given) && !given.is_empty() => given.to_owned(),
        (given, Some(own)) if given == own => own.to_owned(),
        _ => {
            let sentence = "请填写您可见的联社;有案件时须为案件所属联社";
            return Err(ActionError::invalid("union_code", sentence));
        }
    };
    Ok((case, union))
}

/// Who leads the union, or is above it.
fn leader<'a>(union: &str, posts: &'a [Actor], verb: &'static str) -> Result<&'a Actor, Objection> {
    let within = [Role::ReceptionHead, Role::SeniorManagement];
    let above = [
        Role::OfficeOfficer,
        Role::OfficeHead,
        Role::ComplianceOfficer,
        Role::ComplianceHead,
    ];
    let fits = |actor: &&Actor| {
        above.contains(&actor.role) || within.contains(&actor.role) && actor.union == union
    };
    posts.iter().find(fits).ok_or(Objection::NotTheirs {
        verb,
        who: "受理部门负责人、高级管理层、办事处或合规部",
    })
}

/// The unit, which must be of the union.
async fn unit_of(tx: &Tx, unit: &str, union: &str) -> Result<String, ActionError> {
    let unit = required(unit, "unit_code", "单位")?;
    let known = reference::unit(tx, unit).await?;
    if known.is_none_or(|known| known.union_code != union) {
        let sentence = format!("{union} 没有单位 {unit}");
        return Err(ActionError::invalid("unit_code", sentence));
    }
    Ok(unit.to_owned())
}

/// The post and who is meant by it: the person named, else its holder.
async fn holder(tx: &Tx, post: &str, person: &str) -> Result<(String, String), ActionError> {
    if post.is_empty() {
        return Ok((String::new(), person.to_owned()));
    }
    let known = reference::post(tx, post)
        .await?
        .ok_or_else(|| ActionError::invalid("post_code", format!("没有岗位 {post}")))?;
    let person = if person.is_empty() {
        known.holder_person_id
    } else {
        person.to_owned()
    };
    Ok((post.to_owned(), person))
}

/// Enters a candidate by hand.
pub async fn raise(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    raising: &Raising,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let (case, union) = about(&work, raising.case_id, &raising.union).await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    let posts = actors(caller);
    let by =
        leader(&union, &posts, "提出责任追究").map_err(crate::domain::refusal::Refusal::from)?;
    required(&raising.facts, "facts", "事实")?;
    let (post, person) = holder(tx, raising.post.trim(), raising.person.trim()).await?;
    let entry = Entry {
        id: desk.ids.new_id(),
        source_key: format!("by-hand:{}", head.request_id),
        case_id: raising.case_id,
        unit: unit_of(tx, &raising.unit, &union).await?,
        union,
        post,
        person,
        ground: raising.ground,
        by_system: false,
        raised_at: work.now,
        state: State::Candidate,
        sanction: 0,
        decided_at: None,
        revision: 1,
    };
    accountability::insert(tx, &entry).await?;
    let texts = [
        ("依据", raising.ground.words().to_owned()),
        ("事实", raising.facts.clone()),
    ];
    let what = ("AccountabilityRaised", &texts[..]);
    keep(&work, case.as_ref(), &entry, by, what).await
}

/// Confirms or dismisses a candidate.
pub async fn decide(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    doing: &Doing,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let mut entry = accountability::lock(tx, head.id)
        .await?
        .filter(|entry| sees(caller, entry))
        .ok_or(ActionError::NoMatter("责任追究事项"))?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    work.fresh(entry.revision)?;
    let posts = actors(caller);
    let by = leader(&entry.union, &posts, "认定该责任")
        .map_err(crate::domain::refusal::Refusal::from)?;
    let (change, texts): (_, Vec<Text>) = match doing {
        Doing::Confirm(post, person, sanction, reason) => {
            let named = if post.is_empty() && person.is_empty() {
                None
            } else {
                Some(holder(tx, post, person).await?)
            };
            let who = named
                .as_ref()
                .map(|(post, person)| (post.as_str(), person.as_str()));
            let change = entry.confirm(by, who, (*sanction, reason), work.now)?;
            (change, vec![("认定的事实和理由", reason.clone())])
        }
        Doing::Dismiss(reason) => {
            let change = entry.dismiss(by, reason, work.now)?;
            (change, vec![("不予追究的理由", reason.clone())])
        }
    };
    if change == Change::Already {
        let answer = done(&entry);
        work.answered(&answer).await?;
        return Ok(answer);
    }
    accountability::save(tx, &entry).await?;
    let case = match entry.case_id {
        Some(id) => crate::store::find(tx, id).await?,
        None => None,
    };
    let what = ("AccountabilityDecided", &texts[..]);
    keep(&work, case.as_ref(), &entry, by, what).await
}

/// Whether the caller may know of an entry; whom it concerns does not.
#[must_use]
pub fn sees(caller: &Caller, entry: &Entry) -> bool {
    caller.sees(&entry.union) && (entry.person.is_empty() || entry.person != caller.person_id)
}

fn done(entry: &Entry) -> Done {
    Done {
        accountability: Some(accountability_view(entry)),
    }
}

async fn keep(
    work: &Work<'_>,
    case: Option<&Case>,
    entry: &Entry,
    by: &Actor,
    (event, texts): (&'static str, &[Text]),
) -> Result<Done, ActionError> {
    let Work { desk, tx, now, .. } = *work;
    work.write((entry.id, entry.revision), by, (event, now), texts)
        .await?;
    let t = telling(&by.post, now);
    publications::matters::accountability(desk, tx, case, entry, &t).await?;
    let answer = done(entry);
    work.answered(&answer).await?;
    Ok(answer)
}

/// A reward as a person records it.
pub struct Rewarding {
    /// The case.
    pub case_id: Option<Uuid>,
    /// The union; empty for the case's.
    pub union: String,
    /// The unit; empty for the union itself.
    pub unit: String,
    /// The member of staff.
    pub person: String,
    /// Why, by the contract's number.
    pub ground: i32,
    /// Who.
    pub beneficiary: Beneficiary,
    /// Whether it is honour.
    pub honour: bool,
    /// Whether it is money or goods.
    pub material: bool,
    /// What it is, and for what.
    pub description: String,
}

/// Records a reward (guideline art. 25, 26).
pub async fn reward(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    asked: &Rewarding,
) -> Result<tells::RecordRewardResponse, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let (case, union) = about(&work, asked.case_id, &asked.union).await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    let posts = actors(caller);
    let by = leader(&union, &posts, "登记奖励").map_err(crate::domain::refusal::Refusal::from)?;
    let unit = match asked.unit.trim() {
        "" => union.clone(),
        unit => unit_of(tx, unit, &union).await?,
    };
    let reward = Reward {
        id: desk.ids.new_id(),
        case_id: asked.case_id,
        union,
        unit,
        person: asked.person.trim().to_owned(),
        beneficiary: asked.beneficiary,
        honour: asked.honour,
        material: asked.material,
        description: asked.description.trim().to_owned(),
        recorded_at: work.now,
    };
    let reward = reward.parse(asked.ground)?;
    accountability::put_reward(tx, &reward).await?;
    let t = telling(&by.post, work.now);
    publications::matters::reward(desk, tx, case.as_ref(), &reward, &t).await?;
    let answer = tells::RecordRewardResponse {
        reward: Some(reward_view(&reward)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}
