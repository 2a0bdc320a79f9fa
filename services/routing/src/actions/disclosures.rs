//! What goes straight up: reprisal, serious violations, grave and urgent cases.

use chassis::{auth::Caller, db::Tx};
use chrono::{DateTime, Utc};
use suda_proto::routing::v1 as tells;

use super::{
    Head, actors, before, letters,
    matters::{Work, listed, note, telling},
    raising,
};
use crate::{
    desk::Desk,
    domain::{
        answer::Proof,
        beside::Objection,
        case::Case,
        disclosure::{LINE, Major, MajorKind, Reprisal, ReprisalKind, Violation},
        escalation::Change,
        notice::beside,
        refusal::{Refusal, required},
        standing::{Actor, Role},
    },
    errors::ActionError,
    publications::{
        self,
        matters::{major_view, reprisal_view, violation_view},
    },
    store::{disclosures, matters, record::Text, reference},
};

/// The compliance department, and the union it belongs to.
async fn compliance(tx: &Tx) -> Result<(String, String), ActionError> {
    let unit = matters::compliance(tx)
        .await?
        .ok_or_else(|| ActionError::invalid("request_id", "尚无合规部岗位,请管理员先建立"))?;
    let known = reference::unit(tx, &unit).await?;
    let union = known.map_or_else(|| unit.clone(), |known| known.union_code);
    Ok((unit, union))
}

/// The caller's post in the compliance department that has a report.
fn officer<'a>(unit: &str, posts: &'a [Actor], verb: &'static str) -> Result<&'a Actor, Refusal> {
    let officers = [Role::ComplianceOfficer, Role::ComplianceHead];
    let found = posts
        .iter()
        .find(|actor| actor.unit == unit && officers.contains(&actor.role));
    Ok(found.ok_or(Objection::NotTheirs {
        verb,
        who: "省联社合规部",
    })?)
}

/// A report of reprisal as it is made.
pub struct Reporting {
    /// The number of the complaint; may be empty.
    pub case_number: String,
    /// What is reported.
    pub kind: ReprisalKind,
    /// What happened.
    pub account: String,
    /// What shows it.
    pub evidence: Vec<Proof>,
}

/// Reports reprisal; neither the union nor the office learns of it (guideline art. 5).
pub async fn report_reprisal(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    reporting: &Reporting,
) -> Result<tells::ReportReprisalResponse, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    required(&reporting.account, "account", "经过")?;
    let (unit, union) = compliance(tx).await?;
    let report = Reprisal {
        id: desk.ids.new_id(),
        unit,
        case_number: reporting.case_number.trim().to_owned(),
        kind: reporting.kind,
        reporter: caller.person_id.clone(),
        reported_at: work.now,
        acknowledged_at: None,
        answered_at: None,
        revision: 1,
    };
    disclosures::insert_reprisal(tx, &report).await?;
    let texts = [
        ("类别", reporting.kind.words().to_owned()),
        ("经过", reporting.account.clone()),
        ("材料", listed(&reporting.evidence)),
    ];
    // Who reported stands in the row alone, so that no list and no history can show it.
    keep_reprisal(&work, &union, &report, None, ("ReprisalReported", &texts)).await?;
    let answer = tells::ReportReprisalResponse {
        reprisal: Some(reprisal_view(&report)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}

/// Acknowledges a report of reprisal, or answers it.
pub async fn do_reprisal(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    answer: Option<&str>,
) -> Result<tells::ReportReprisalResponse, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let mut report = disclosures::lock_reprisal(tx, head.id)
        .await?
        .ok_or(ActionError::NoMatter("报告"))?;
    let posts = actors(caller);
    let by = officer(&report.unit, &posts, "处理该报告")?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    work.fresh(report.revision)?;
    let (change, event, texts): (_, _, Vec<Text>) = match answer {
        None => (report.acknowledge(work.now), "ReprisalAcknowledged", vec![]),
        Some(text) => (
            report.answer(text, work.now)?,
            "ReprisalAnswered",
            vec![("答复意见", text.to_owned())],
        ),
    };
    if change == Change::Made {
        disclosures::save_reprisal(tx, &report).await?;
        let (_, union) = compliance(tx).await?;
        keep_reprisal(&work, &union, &report, Some(by), (event, &texts)).await?;
    }
    let answer = tells::ReportReprisalResponse {
        reprisal: Some(reprisal_view(&report)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}

async fn keep_reprisal(
    work: &Work<'_>,
    union: &str,
    report: &Reprisal,
    by: Option<&Actor>,
    (event, texts): (&'static str, &[Text]),
) -> Result<(), ActionError> {
    let entry = crate::store::record::Entry {
        event,
        occurred_at: work.now,
        recorded_at: work.now,
        post: by.map_or("", |by| &by.post),
        person: by.map_or("", |by| &by.person),
        name: by.map_or("", |by| &by.name),
        texts,
    };
    matters::write(work.tx, report.id, report.revision, entry).await?;
    let t = telling(by.map_or("", |by| &by.post), work.now);
    publications::matters::reprisal(work.desk, work.tx, union, report, &t).await?;
    Ok(())
}

/// A report of a serious violation as it is made.
pub struct Accusing {
    /// The number of the complaint it came to light by; may be empty.
    pub case_number: String,
    /// The unit of the staff concerned.
    pub unit: String,
    /// The member of staff; may be empty.
    pub person: String,
    /// What is known.
    pub account: String,
    /// What shows it.
    pub evidence: Vec<Proof>,
}

/// What is done with a report of a violation.
pub enum Pursuing {
    /// It is transferred: the department, and why.
    Transfer(String, String),
    /// The receipt is recorded: its number, and what it says.
    Receive(String, String),
}

/// Reports a serious violation straight to the compliance department (guideline art. 21).
pub async fn report_violation(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    accusing: &Accusing,
) -> Result<tells::ReportViolationResponse, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    required(&accusing.account, "account", "已知情况")?;
    let unit = required(&accusing.unit, "unit_code", "涉事人员所在单位")?;
    if reference::unit(tx, unit).await?.is_none() {
        return Err(ActionError::invalid(
            "unit_code",
            format!("没有单位 {unit}"),
        ));
    }
    let (compliance, union) = compliance(tx).await?;
    let report = Violation {
        id: desk.ids.new_id(),
        unit: compliance.clone(),
        compliance,
        case_number: accusing.case_number.trim().to_owned(),
        concerned_unit: unit.to_owned(),
        concerned_person: accusing.person.trim().to_owned(),
        reporter: caller.person_id.clone(),
        reported_at: work.now,
        transferred_at: None,
        receipt: None,
        revision: 1,
    };
    disclosures::insert_violation(tx, &report).await?;
    let texts = [
        ("已知情况", accusing.account.clone()),
        ("材料", listed(&accusing.evidence)),
    ];
    let posts = actors(caller);
    let by = posts.first();
    let what = ("ViolationReported", &texts[..]);
    keep_violation(&work, &union, &report, by, what).await
}

/// Transfers a serious violation, or records the receipt of who pursues it.
pub async fn do_violation(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    pursuing: &Pursuing,
) -> Result<tells::ReportViolationResponse, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let unknown = ActionError::NoMatter("报告");
    let mut report = disclosures::lock_violation(tx, head.id)
        .await?
        .filter(|report| {
            report.concerned_person.is_empty() || report.concerned_person != caller.person_id
        })
        .ok_or(unknown)?;
    let posts = actors(caller);
    let of_department = posts.iter().find(|actor| actor.unit == report.unit);
    let by = match (pursuing, of_department) {
        (Pursuing::Receive(..), Some(by)) => by,
        _ => officer(&report.compliance, &posts, "处理该报告")?,
    };
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    work.fresh(report.revision)?;
    let (_, union) = compliance(tx).await?;
    let (change, event, texts): (_, _, Vec<Text>) = match pursuing {
        Pursuing::Transfer(to, reason) => {
            let known = reference::unit(tx, to.trim()).await?;
            if known.is_none_or(|unit| unit.retired || unit.union_code != union) {
                let sentence = format!("省联社没有部门 {to}");
                return Err(ActionError::invalid("to_unit_code", sentence));
            }
            (
                report.transfer(to, reason, work.now)?,
                "ViolationTransferred",
                vec![("移交部门", to.clone()), ("移交理由和材料", reason.clone())],
            )
        }
        Pursuing::Receive(number, said) => (
            report.receive(number, work.now)?,
            "ViolationReceived",
            vec![("回执编号", number.clone()), ("回执内容", said.clone())],
        ),
    };
    if change == Change::Already {
        let answer = tells::ReportViolationResponse {
            violation: Some(violation_view(&report)),
        };
        work.answered(&answer).await?;
        return Ok(answer);
    }
    disclosures::save_violation(tx, &report).await?;
    let what = (event, &texts[..]);
    keep_violation(&work, &union, &report, Some(by), what).await
}

async fn keep_violation(
    work: &Work<'_>,
    union: &str,
    report: &Violation,
    by: Option<&Actor>,
    (event, texts): (&'static str, &[Text]),
) -> Result<tells::ReportViolationResponse, ActionError> {
    let Work { desk, tx, now, .. } = *work;
    if let Some(by) = by {
        work.write((report.id, report.revision), by, (event, now), texts)
            .await?;
    }
    // Who reported is told to nobody but those who see the report itself.
    let post = match by {
        Some(by) if report.transferred_at.is_some() => by.post.as_str(),
        _ => "",
    };
    let t = telling(post, now);
    publications::matters::violation(desk, tx, union, report, &t).await?;
    let answer = tells::ReportViolationResponse {
        violation: Some(violation_view(report)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}

/// Tells a grave or urgent case up the line by hand (guideline art. 24(4)).
pub async fn report_major(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    (kind, known_at, circumstances): (MajorKind, Option<DateTime<Utc>>, &str),
) -> Result<tells::ReportMajorResponse, ActionError> {
    let work = Work::new(desk, tx, caller, head);
    let case = work.case(head.id).await?;
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    required(circumstances, "circumstances", "重大、紧急的情况")?;
    let known_at = known_at.unwrap_or(case.registration.received_at);
    if known_at > work.now {
        return Err(ActionError::invalid("known_at", "知悉时间不能晚于当前时间"));
    }
    let posts = actors(caller);
    let by = posts.first().ok_or(Refusal::NotTheirs {
        verb: "即时报告",
        who: "可见本案的岗位",
    })?;
    let what = (kind, known_at);
    let major = tell_up(desk, tx, &case, what, &by.post)
        .await?
        .ok_or_else(|| Refusal::from(Objection::ToldBefore(kind.words())))?;
    let texts = [("情况", circumstances.to_owned())];
    work.write((major.id, 1), by, ("MajorReported", work.now), &texts)
        .await?;
    let answer = tells::ReportMajorResponse {
        major: Some(major_view(&major)),
    };
    work.answered(&answer).await?;
    Ok(answer)
}

/// Tells a complaint that was registered as grave up the line by itself: nobody has to think of it.
pub async fn registered(desk: &Desk, tx: &Tx, case: &Case) -> Result<(), ActionError> {
    if case.registration.major {
        let what = (MajorKind::Major, case.registration.received_at);
        tell_up(desk, tx, case, what, "").await?;
    }
    Ok(())
}

/// Tells senior management, office and compliance department at once; nothing when they were told before.
async fn tell_up(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    (kind, known_at): (MajorKind, DateTime<Utc>),
    post: &str,
) -> Result<Option<Major>, ActionError> {
    let now = desk.clock.now();
    let union = &case.registration.union;
    let mut told = Vec::new();
    for recipient in LINE {
        let found = match recipient {
            "senior_management" => matters::managers(tx, union).await?,
            "office" => match matters::office_of(tx, union).await? {
                Some(unit) => reference::head_post(tx, &unit).await?,
                None => None,
            },
            _ => match matters::compliance(tx).await? {
                Some(unit) => reference::head_post(tx, &unit).await?,
                None => None,
            },
        };
        told.push((recipient, found.map(|post| (post.post_code, now))));
    }
    let major = Major {
        id: desk.ids.new_id(),
        case_id: case.id,
        union: union.clone(),
        kind,
        known_at: known_at.min(now),
        reported_at: now,
        told,
    };
    if !disclosures::insert_major(tx, &major).await? {
        return Ok(None);
    }
    let name = reference::unit(tx, union).await?;
    let name = name.map_or_else(|| union.clone(), |unit| unit.name);
    let words = beside::major(&case.registration.number, &name, kind, major.known_at);
    let mut lines: Vec<Text> = vec![("类别", kind.words().to_owned())];
    for (recipient, sent) in &major.told {
        if let Some((to, _)) = sent {
            letters::to_post(desk, tx, case, &words, to, (post, now)).await?;
            lines.push(("告知岗位", to.clone()));
        } else {
            tracing::warn!(case = %case.id, recipient, "a grave case has nobody at this step of the line");
        }
    }
    note(tx, case, "MajorReported", (now, now), &lines).await?;
    let t = telling(post, now);
    publications::matters::major(desk, tx, case, &major, &t).await?;
    raising::told_late(desk, tx, case, &major).await?;
    Ok(Some(major))
}
