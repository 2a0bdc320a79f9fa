//! Everything that can be asked of an appeal: lock, ask, save, tell.

use chassis::{auth::Caller, db::Tx};
use chrono::{DateTime, Datelike as _, Utc};
use suda_proto::routing::v1 as tells;
use uuid::Uuid;

use super::{
    Head, actors, before,
    letters::{self, Way},
    matters::{Work, listed, note, telling},
    raising,
};
use crate::{
    desk::Desk,
    domain::{
        answer::Proof,
        appeal::{Appeal, Application, Level, Review, Verdict},
        case::Case,
        escalation::Change,
        extension::in_shanghai,
        notice::beside::{self, AppealHead},
        refusal::Refusal,
        standing::{Actor, Role},
    },
    errors::ActionError,
    publications::{
        self,
        matters::{Step, appeal_view},
    },
    store::{self, appeals, matters, record::Text, reference},
};

/// What every command on an appeal answers.
pub type Done = tells::LodgeAppealResponse;

/// An application as it was brought.
pub struct Lodging {
    /// Where it is lodged; none for the level of the caller's own post.
    pub level: Option<Level>,
    /// When it was received; none for now.
    pub received_at: Option<DateTime<Utc>>,
    /// What the complainant objects to.
    pub grounds: String,
    /// Why it comes late.
    pub late_reason: String,
    /// The application and what came with it.
    pub evidence: Vec<Proof>,
}

/// What is done with an appeal.
pub enum Doing {
    /// It is taken.
    Accept,
    /// It is decided.
    Decide(Verdict, Review),
    /// It is taken back.
    Withdraw(String),
    /// The case in which the matter is handled again is linked.
    FollowUp(Uuid),
}

/// Takes an application in.
pub async fn lodge(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    lodging: &Lodging,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let case = work.case(head.id).await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    let posts = actors(caller);
    let by = receiver(&case, &posts)?;
    let level = lodging.level.or_else(|| Level::of_role(by.role));
    let level = level.ok_or(Refusal::Missing {
        field: "level",
        what: "向哪一级申诉(办事处或合规部)",
    })?;
    let (unit, union) = body(tx, &case, level).await?;
    let application = Application {
        id: desk.ids.new_id(),
        level,
        unit: &unit,
        union: &union,
        received_at: lodging.received_at.unwrap_or(work.now),
        grounds: &lodging.grounds,
        late_reason: &lodging.late_reason,
    };
    let earlier = appeals::of_case(tx, case.id).await?;
    let mut appeal = Appeal::lodge(&case, &application, &earlier, work.now)?;
    let year = in_shanghai(work.now).year();
    appeal.number = appeals::next_number(tx, &unit, year).await?;
    appeals::insert(tx, &appeal).await?;
    let texts = [
        ("申诉事实和理由", lodging.grounds.clone()),
        ("逾期理由", lodging.late_reason.clone()),
        ("材料", listed(&lodging.evidence)),
    ];
    let at = appeal.received_at;
    let this = (appeal.id, appeal.revision);
    work.write(this, by, ("AppealLodged", at), &texts).await?;
    let texts = [("申诉编号", appeal.number.clone())];
    note(tx, &case, "AppealLodged", (at, work.now), &texts).await?;
    // The 30 days of the appeal body run from the receipt (令2020年第3号 art. 20).
    let t = telling(&by.post, at);
    publications::matters::appeal(desk, tx, &case, &appeal, Step::Began, &t).await?;
    let words = beside::appeal_waits(&case.registration.number, &appeal);
    letters::to_unit(desk, tx, &case, &words, &unit, (&by.post, work.now)).await?;
    let answer = Done {
        appeal: Some(appeal_view(&appeal, &case)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}

/// Who receives an application: the reception of the case's union, or an officer above it.
fn receiver<'a>(case: &Case, posts: &'a [Actor]) -> Result<&'a Actor, Refusal> {
    let fits = |actor: &&Actor| {
        let reception = [Role::ReceptionClerk, Role::ReceptionHead].contains(&actor.role);
        Level::of_role(actor.role).is_some()
            || (reception && actor.union == case.registration.union)
    };
    posts.iter().find(fits).ok_or(Refusal::NotTheirs {
        verb: "登记申诉",
        who: "受理部门、办事处或合规部",
    })
}

/// The office or department at a level, and the union it belongs to.
async fn body(tx: &Tx, case: &Case, level: Level) -> Result<(String, String), ActionError> {
    let union = &case.registration.union;
    let unit = match level {
        Level::Office => matters::office_of(tx, union)
            .await?
            .unwrap_or_else(|| union.clone()),
        Level::Compliance => matters::compliance(tx)
            .await?
            .ok_or_else(|| ActionError::invalid("level", "尚无合规部岗位,请管理员先建立"))?,
    };
    let known = reference::unit(tx, &unit).await?;
    let union = known.map_or_else(|| unit.clone(), |known| known.union_code);
    Ok((unit, union))
}

/// Does what is asked of an appeal, once.
pub async fn perform(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    doing: &Doing,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let mut appeal = appeals::lock(tx, head.id)
        .await?
        .ok_or(ActionError::NoMatter("申诉"))?;
    let case = work.case_of(appeal.case_id, "申诉").await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    work.fresh(appeal.revision)?;
    let posts = actors(caller);
    let change = match doing {
        Doing::Accept => {
            let by = appeal.who_may("受理该申诉", &posts)?;
            let took_part = matters::took_part(tx, case.id, appeal.id).await?;
            appeal.accept(by, &took_part, work.now)?
        }
        Doing::Decide(verdict, _) => {
            let by = appeal.who_may("决定该申诉", &posts)?;
            let took_part = matters::took_part(tx, case.id, appeal.id).await?;
            appeal.decide(by, &took_part, *verdict, work.now)?
        }
        Doing::Withdraw(statement) => {
            appeal.who_may("登记撤回该申诉", &posts)?;
            appeal.withdraw(statement, work.now)?
        }
        Doing::FollowUp(new) => {
            let new = work.case(*new).await?;
            appeal.follow_up(&new, work.now)?
        }
    };
    if change == Change::Made {
        let by = appeal
            .who_may("", &posts)
            .or_else(|_| receiver(&case, &posts))?;
        appeals::save(tx, &appeal).await?;
        keep(&work, &case, &appeal, by, doing).await?;
    }
    let answer = Done {
        appeal: Some(appeal_view(&appeal, &case)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}

/// Keeps and tells what happened, and writes the letters that follow from it.
async fn keep(
    work: &Work<'_>,
    case: &Case,
    appeal: &Appeal,
    by: &Actor,
    doing: &Doing,
) -> Result<(), ActionError> {
    let Work { desk, tx, now, .. } = *work;
    let (event, step, texts): (_, _, Vec<Text>) = match doing {
        Doing::Accept => ("AppealAccepted", Step::Taken, vec![]),
        Doing::Decide(verdict, review) => (
            "AppealDecided",
            Step::Decided,
            vec![
                ("处理过程", review.procedure.clone()),
                ("处理时限", review.time_limits.clone()),
                ("处理结果", review.result.clone()),
                ("核查决定", verdict.words().to_owned()),
                ("决定内容", review.decision.clone()),
                ("理由", review.reasons.clone()),
            ],
        ),
        Doing::Withdraw(statement) => (
            "AppealWithdrawn",
            Step::Withdrawn,
            vec![("撤回情况", statement.clone())],
        ),
        Doing::FollowUp(new) => (
            "AppealFollowedUp",
            Step::FollowedUp,
            vec![("重新处理案件", new.to_string())],
        ),
    };
    let this = (appeal.id, appeal.revision);
    work.write(this, by, (event, now), &texts).await?;
    let texts = [("申诉编号", appeal.number.clone())];
    note(tx, case, event, (now, now), &texts).await?;
    let t = telling(&by.post, now);
    publications::matters::appeal(desk, tx, case, appeal, step, &t).await?;
    let me = (by.post.as_str(), now);
    match doing {
        Doing::Accept => {
            let words = letterhead(work, case, appeal).await?.accepted(appeal);
            letters::to_complainant(desk, tx, case, &words, &Way::Send(None), me).await?;
        }
        Doing::Decide(verdict, review) => {
            let words = letterhead(work, case, appeal)
                .await?
                .decided(appeal, *verdict, review);
            letters::to_complainant(desk, tx, case, &words, &Way::Send(None), me).await?;
            let number = &case.registration.number;
            let words = beside::appeal_decided(number, appeal, *verdict, &review.decision);
            if let Some(reception) = reference::reception(tx, &appeal.union).await? {
                letters::to_unit(desk, tx, case, &words, &reception.unit_code, me).await?;
            }
            raising::appeal_decided(desk, tx, case, appeal).await?;
        }
        Doing::Withdraw(_) | Doing::FollowUp(_) => {}
    }
    Ok(())
}

async fn letterhead(
    work: &Work<'_>,
    case: &Case,
    appeal: &Appeal,
) -> Result<AppealHead, ActionError> {
    let name = async |code: &str| {
        let unit = reference::unit(work.tx, code).await?;
        Ok::<_, ActionError>(unit.map_or_else(|| code.to_owned(), |unit| unit.name))
    };
    Ok(AppealHead {
        number: case.registration.number.clone(),
        union_name: name(&case.registration.union).await?,
        body_name: name(&appeal.unit).await?,
        now: work.now,
    })
}

/// Links a new case to the appeal whose number it was registered with, when it is what was asked for.
pub async fn link(desk: &Desk, tx: &Tx, new: &Case, referral: &str) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let Some(found) = appeals::find_number(tx, referral.trim()).await? else {
        return Ok(());
    };
    let Some(mut appeal) = appeals::lock(tx, found.id).await? else {
        return Ok(());
    };
    // Whatever else somebody wrote as a number is not linked; the clerk can still do it by hand.
    if appeal.follow_up(new, now) != Ok(Change::Made) {
        return Ok(());
    }
    let case = store::find(tx, appeal.case_id)
        .await?
        .ok_or(ActionError::NotYet("the case of an appeal"))?;
    appeals::save(tx, &appeal).await?;
    let entry = crate::store::record::Entry {
        event: "AppealFollowedUp",
        occurred_at: now,
        recorded_at: now,
        post: "",
        person: "",
        name: "",
        texts: &[("重新处理案件", new.registration.number.clone())],
    };
    matters::write(tx, appeal.id, appeal.revision, entry).await?;
    let t = telling("", now);
    publications::matters::appeal(desk, tx, &case, &appeal, Step::FollowedUp, &t).await?;
    Ok(())
}
