//! Everything that can be asked of a rectification: lock, ask, save, tell.

use chassis::{auth::Caller, db::Tx};
use chrono::{DateTime, Utc};
use suda_proto::routing::v1 as tells;

use super::{
    Head, actors, before, letters,
    matters::{Work, listed, note, telling},
};
use crate::{
    desk::Desk,
    domain::{
        answer::Proof,
        case::Case,
        escalation::Change,
        notice::{Words, beside},
        rectification::{Rectification, Task, who_leads},
        standing::Actor,
        suggestion::{BUSINESS, CAUSE},
    },
    errors::ActionError,
    publications::{
        self,
        matters::{Step, rectification_view},
    },
    store::{self, record::Text, rectifications, reference, taxonomy},
};

/// What every command on a rectification answers.
pub type Done = tells::OpenRectificationResponse;

/// A task as it is given.
pub struct Opening {
    /// The unit that must put it right.
    pub unit: String,
    /// What is wrong.
    pub problem: String,
    /// What is required.
    pub requirements: String,
    /// By when; none for the usual limit.
    pub due_at: Option<DateTime<Utc>>,
    /// The business to be counted; empty for the case's own.
    pub business: String,
    /// The cause to be counted; empty for the case's own.
    pub cause: String,
}

/// What is done with a rectification.
pub enum Doing {
    /// The unit files its result, with what shows it.
    Report(String, Vec<Proof>),
    /// The result is verified.
    Verify(String),
    /// The result is rejected.
    Reject(String),
}

/// Whether the caller may know of a rectification: the unit that must put it right sees it, also without the case.
#[must_use]
pub fn sees(caller: &Caller, case: &Case, task: &Rectification) -> bool {
    let own = caller
        .outlet_only()
        .is_some_and(|units| units.contains(&task.unit));
    let barred = case.concerned.bars(&caller.person_id).is_some();
    super::sees(caller, case) || own && caller.sees(&task.union) && !barred
}

/// Refuses codes that are not in the taxonomy; while none was published there is nothing to look them up in.
async fn known_codes(tx: &Tx, opening: &Opening) -> Result<(), ActionError> {
    let Some(table) = taxonomy::current(tx).await? else {
        return Ok(());
    };
    for (field, axis, name, code) in [
        ("business_code", BUSINESS, "业务类别", &opening.business),
        ("cause_code", CAUSE, "投诉原因", &opening.cause),
    ] {
        let code = code.trim();
        if !code.is_empty() && table.name(axis, code).is_none() {
            let sentence = format!(
                "没有{name}代码 {code};现行代码用 suda taxonomy list 查看,不填则取该投诉的{name}"
            );
            return Err(ActionError::invalid(field, sentence));
        }
    }
    Ok(())
}

/// Gives a unit its task (guideline art. 10).
pub async fn open(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    opening: &Opening,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let case = work.case(head.id).await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    let posts = actors(caller);
    let by = who_leads(&case.registration.union, &posts)?;
    let unit = opening.unit.trim();
    let known = reference::unit(tx, unit).await?;
    let of_union =
        |unit: &reference::Unit| unit.union_code == case.registration.union && !unit.retired;
    if !unit.is_empty() && !known.as_ref().is_some_and(of_union) {
        let sentence = format!("本联社没有单位 {unit},或者该单位已撤销");
        return Err(ActionError::invalid("unit_code", sentence));
    }
    known_codes(tx, opening).await?;
    let task = Task {
        id: desk.ids.new_id(),
        unit,
        problem: &opening.problem,
        requirements: &opening.requirements,
        due_at: opening.due_at,
        business: &opening.business,
        cause: &opening.cause,
    };
    let task = Rectification::open(&case, &task, work.now)?;
    rectifications::insert(tx, &task).await?;
    let texts = vec![
        ("存在的问题", opening.problem.clone()),
        ("整改要求", opening.requirements.clone()),
    ];
    let words =
        beside::rectification_opened(&case.registration.number, &task, &opening.requirements);
    let to = Some((words, task.unit.clone()));
    let what = ("RectificationOpened", Step::Began, texts);
    keep(&work, &case, &task, by, what, to).await
}

/// Does what is asked of a rectification, once.
pub async fn perform(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    doing: &Doing,
) -> Result<Done, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let unknown = || ActionError::NoMatter("整改事项");
    let mut task = rectifications::lock(tx, head.id)
        .await?
        .ok_or_else(unknown)?;
    let case = store::lock(tx, task.case_id).await?;
    let case = case
        .filter(|case| sees(caller, case, &task))
        .ok_or_else(unknown)?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    work.fresh(task.revision)?;
    let posts = actors(caller);
    let number = &case.registration.number;
    let (by, change) = match doing {
        Doing::Report(result, _) => {
            let by = task.reporter(&posts)?;
            (by, task.report(by, result, work.now)?)
        }
        Doing::Verify(opinion) => {
            let by = who_leads(&task.union, &posts)?;
            (by, task.verify(by, opinion, work.now)?)
        }
        Doing::Reject(reasons) => {
            let by = who_leads(&task.union, &posts)?;
            (by, task.reject(by, reasons, work.now)?)
        }
    };
    if change == Change::Already {
        let answer = Done {
            rectification: Some(rectification_view(&task)),
        };
        work.answered(&answer).await?;
        return Ok(answer);
    }
    rectifications::save(tx, &task).await?;
    let (what, to): ((_, _, Vec<Text>), _) = match doing {
        Doing::Report(result, evidence) => {
            let reception = reference::reception(tx, &task.union).await?;
            let words = beside::rectification_reported(number);
            let texts = vec![("整改结果", result.clone()), ("材料", listed(evidence))];
            (
                ("RectificationReported", Step::Reported, texts),
                reception.map(|unit| (words, unit.unit_code)),
            )
        }
        Doing::Verify(opinion) => {
            let words = beside::rectification_judged(number, &task, None);
            let texts = vec![("验收意见", opinion.clone())];
            (
                ("RectificationVerified", Step::Decided, texts),
                Some((words, task.unit.clone())),
            )
        }
        Doing::Reject(reasons) => {
            let words = beside::rectification_judged(number, &task, Some(reasons));
            let texts = vec![("退回理由", reasons.clone())];
            (
                ("RectificationRejected", Step::Rejected, texts),
                Some((words, task.unit.clone())),
            )
        }
    };
    keep(&work, &case, &task, by, what, to).await
}

/// Keeps and tells what happened, tells the unit that is to do something, and answers.
async fn keep(
    work: &Work<'_>,
    case: &Case,
    task: &Rectification,
    by: &Actor,
    (event, step, texts): (&'static str, Step, Vec<Text>),
    to: Option<(Words, String)>,
) -> Result<Done, ActionError> {
    let Work { desk, tx, now, .. } = *work;
    work.write((task.id, task.revision), by, (event, now), &texts)
        .await?;
    let texts = [("整改单位", task.unit.clone())];
    note(tx, case, event, (now, now), &texts).await?;
    let t = telling(&by.post, now);
    publications::matters::rectification(desk, tx, case, task, step, &t).await?;
    if let Some((words, unit)) = to {
        letters::to_unit(desk, tx, case, &words, &unit, (&by.post, now)).await?;
    }
    let answer = Done {
        rectification: Some(rectification_view(task)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}
