//! What routing does when others tell it something. Whatever comes late, twice or in another order ends the same.

use chassis::{db::Tx, inbox::Heard};
use chrono::{DateTime, Utc};
use suda_proto::{common::v1 as common, intake::v1::ComplaintView};
use uuid::Uuid;

use super::{
    command::course::superior_texts,
    following::{self, Led},
    letters,
};
use crate::{
    desk::Desk,
    domain::{
        answer::{Manner, Proof},
        case::{
            Case, CaseEvent, Outcome, Registration,
            course::{Level, Skipped, Superior, SuperiorKind},
        },
        escalation::Escalation,
        notice::{self, Limit},
        refusal::Refusal,
    },
    errors::ActionError,
    publications::{self, Telling},
    store::{
        self, erasing, escalations,
        notices::{self, Delivered},
        record::{self, Entry, Text},
        reference,
    },
};

/// Reads an instant of a message.
pub fn instant(at: Option<&prost_types::Timestamp>) -> Option<DateTime<Utc>> {
    chassis::grpc::instant(at?)
}

/// A complaint as intake told it.
pub struct Complaint {
    /// Its id, and its case's.
    pub id: Uuid,
    /// What it was when it came.
    pub registration: Registration,
    /// The member of staff complained of; empty when none.
    pub complained_person: String,
    /// The post that received it.
    pub received_by_post: String,
    /// Whether it was settled on the spot.
    pub settled: bool,
    /// When the complainant took it back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Who passed it on.
    pub superior: Option<Superior>,
}

impl Complaint {
    /// Reads intake's view.
    pub fn parse(view: Option<ComplaintView>) -> Result<Self, ActionError> {
        let odd = |field| ActionError::Malformed {
            subject: "a complaint",
            field,
        };
        let view = view.ok_or_else(|| odd("view"))?;
        let said = |number: i32, field| {
            if number == 0 {
                Err(odd(field))
            } else {
                Ok(number)
            }
        };
        let channel = said(
            common::Channel::try_from(view.channel)
                .unwrap_or_default()
                .into(),
            "channel",
        )?;
        let nature = said(
            common::Nature::try_from(view.nature)
                .unwrap_or_default()
                .into(),
            "nature",
        )?;
        if view.number.is_empty() || view.union_code.is_empty() || view.unit_code.is_empty() {
            return Err(odd("number, union or unit"));
        }
        let withdrawn_at = instant(view.withdrawn_at.as_ref());
        let superior = (!view.referral_number.is_empty()).then(|| Superior {
            number: view.referral_number.clone(),
            kind: match view.channel() {
                common::Channel::RegulatorTransfer => SuperiorKind::Regulator,
                common::Channel::ThirdParty => SuperiorKind::ThirdParty,
                _ => SuperiorKind::Superior,
            },
            due_at: instant(view.referral_due_at.as_ref()),
        });
        Ok(Self {
            id: view.complaint_id.parse().map_err(|_| odd("complaint_id"))?,
            registration: Registration {
                received_at: instant(view.received_at.as_ref())
                    .ok_or_else(|| odd("received_at"))?,
                registered_at: instant(view.registered_at.as_ref())
                    .ok_or_else(|| odd("registered_at"))?,
                number: view.number,
                union: view.union_code,
                unit: view.unit_code,
                at_reception: view.registered_at_reception,
                channel,
                nature,
                masked_name: view.masked_name,
                complained_unit: view.complained_unit_code,
                business: view.business_code,
                cause: view.cause_code,
                handled_via: view.handled_via_code,
                major: view.major,
                reply_channel: view.reply_channel,
                has_contact: view.has_contact,
                persons: view.persons,
                papers_missing: view.papers_missing,
                revision: view.revision,
            },
            complained_person: view.complained_person_id,
            received_by_post: view.received_by_post,
            settled: view.settled_on_the_spot,
            withdrawn_at,
            superior,
        })
    }
}

/// Opens the case of a complaint, or takes over a newer view of it; answers with the case, locked.
///
/// Registered at the reception, it is filed with its receipt; settled on the spot, it is settled (guideline art. 17).
pub async fn open(desk: &Desk, tx: &Tx, complaint: &Complaint) -> Result<Case, ActionError> {
    let now = desk.clock.now();
    let registration = &complaint.registration;
    let mut new = Case::open(
        complaint.id,
        registration.clone(),
        &complaint.complained_person,
        now,
    );
    new.course.skipped = skipped(tx, complaint).await?;
    if !store::insert(tx, &new).await? {
        let mut case = store::lock(tx, complaint.id)
            .await?
            .ok_or(ActionError::NotYet("the case"))?;
        if case.registration.revision < registration.revision {
            store::refresh(tx, complaint.id, registration, &complaint.complained_person).await?;
            case = store::lock(tx, complaint.id)
                .await?
                .ok_or(ActionError::NotYet("the case"))?;
        }
        return Ok(case);
    }
    let mut case = new;
    let post = complaint.received_by_post.as_str();
    let registered = registration.registered_at;
    let telling = Telling {
        post,
        occurred_at: registered,
        manner: None,
    };
    write(tx, &case, "CaseOpened", (post, registered, now), &[]).await?;
    publications::opened(desk, tx, &case, &telling).await?;
    if let Some(superior) = &complaint.superior {
        let texts = superior_texts(superior);
        let outcome = case.pass_on(superior.clone(), registered)?;
        let by = (post, registered);
        step(desk, tx, &case, outcome, ("CaseTransferredIn", texts), by).await?;
    }
    if registration.papers_missing {
        let words = notice::course::papers_missing(&registration.number);
        if let Some(unit) = reference::reception(tx, &registration.union).await? {
            letters::to_unit(desk, tx, &case, &words, &unit.unit_code, ("", now)).await?;
        }
    }
    if complaint.settled {
        let text = "登记时已当场解决,情况见投诉登记(附表1)";
        let outcome = case.settle("", text, registered)?;
        step(
            desk,
            tx,
            &case,
            outcome,
            ("CaseSettled", vec![("当场解决情况", text.to_owned())]),
            (post, registered),
        )
        .await?;
    } else if registration.at_reception {
        let received = registration.received_at;
        let outcome = case.file("由受理部门直接登记", received, now)?;
        step(
            desk,
            tx,
            &case,
            outcome,
            ("CaseFiled", vec![]),
            (post, received),
        )
        .await?;
    }
    Ok(case)
}

/// Whether a complaint skipped its union: it came to an office or to the compliance department, nobody passed it on, and
/// it is no report of misconduct, which belongs there (guideline art. 20, 21).
async fn skipped(tx: &Tx, complaint: &Complaint) -> Result<Option<Skipped>, ActionError> {
    let r = &complaint.registration;
    let report = r.nature == i32::from(common::Nature::Report);
    if complaint.superior.is_some() || report || r.complained_unit.is_empty() {
        return Ok(None);
    }
    let above = reference::unit(tx, &r.union).await?;
    let relief = [reference::OFFICE, reference::PROVINCE];
    if !above.is_some_and(|unit| relief.contains(&unit.kind)) {
        return Ok(None);
    }
    let Some(complained) = reference::unit(tx, &r.complained_unit).await? else {
        return Ok(None);
    };
    let union = reference::unit(tx, &complained.union_code).await?;
    Ok(union
        .filter(|unit| unit.kind == reference::UNION)
        .map(|unit| Skipped {
            union: unit.unit_code,
            level: Level::Undecided,
        }))
}

/// Ends the case of a complaint that was taken back; a decided one only notes it (令2020年第3号 art. 15).
pub async fn withdraw(
    desk: &Desk,
    tx: &Tx,
    complaint: &Complaint,
    told_at: DateTime<Utc>,
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let mut case = open(desk, tx, complaint).await?;
    let at = complaint.withdrawn_at.unwrap_or(told_at);
    let text = "投诉人撤回投诉";
    match case.withdraw(text, at, now) {
        Ok(Outcome::Already) => Ok(()),
        Ok(moved) => {
            record::lapse(tx, &case, now).await?;
            step(
                desk,
                tx,
                &case,
                moved,
                ("CaseWithdrawn", vec![("撤回情况", text.to_owned())]),
                ("", at),
            )
            .await?;
            following::follow(desk, tx, &case, &Led::TakenBack, ("", now)).await
        }
        Err(Refusal::OutOfOrder { state, .. }) => {
            let texts = [("说明", format!("案件已处于“{state}”,撤回只作记录"))];
            write(tx, &case, "ComplaintWithdrawn", ("", at, now), &texts).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Notes that the sealed file exists (guideline art. 22).
pub async fn archived(
    desk: &Desk,
    tx: &Tx,
    case_id: Uuid,
    at: DateTime<Utc>,
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let mut case = store::lock(tx, case_id)
        .await?
        .ok_or(ActionError::NotYet("the case"))?;
    match case.archive(now) {
        Ok(Outcome::Already) => Ok(()),
        Ok(moved) => step(desk, tx, &case, moved, ("CaseArchived", vec![]), ("", at)).await,
        Err(_) => Err(ActionError::NotYet("the end of the case")),
    }
}

/// A rung of the ladder, as the watchdog told it.
pub struct Rung {
    /// The case.
    pub case_id: Uuid,
    /// The clock.
    pub clock: String,
    /// The rung.
    pub code: String,
    /// Whom the ladder meant.
    pub recipient: String,
    /// The post it goes to.
    pub to_post: String,
    /// The unit that post is in.
    pub to_unit: String,
    /// When the case is, or was, due.
    pub due_at: DateTime<Utc>,
    /// When it was told.
    pub sent_at: DateTime<Utc>,
}

/// Warns a post, or tells it of an overdue case; an office and the compliance department get an item to be answered.
pub async fn ring(
    desk: &Desk,
    tx: &Tx,
    rung: &Rung,
    warning: bool,
    heard: &Heard,
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let case = store::lock(tx, rung.case_id)
        .await?
        .ok_or(ActionError::NotYet("the case"))?;
    let unit = match &case.order {
        Some(order) => reference::unit(tx, &order.lead).await?,
        None => reference::unit(tx, &case.registration.unit).await?,
    };
    let limit = Limit {
        number: case.registration.number.clone(),
        clock: rung.clock.clone(),
        due_at: rung.due_at,
        state: case.state,
        unit_name: unit.map(|unit| unit.name).unwrap_or_default(),
    };
    let must_answer = !warning && Escalation::is_for(&rung.recipient);
    let words = if warning {
        limit.warning()
    } else {
        limit.escalation(must_answer)
    };
    let texts = [
        ("时限", rung.clock.clone()),
        ("级别", rung.code.clone()),
        ("告知岗位", rung.to_post.clone()),
    ];
    let event = if warning { "WarningDue" } else { "Escalated" };
    write(tx, &case, event, ("", rung.sent_at, now), &texts).await?;
    // A rung that reached nobody is the watchdog's alarm, not a notice to no post.
    if rung.to_post.is_empty() {
        return Ok(());
    }
    letters::to_post(desk, tx, &case, &words, &rung.to_post, ("", now)).await?;
    if must_answer {
        let unit = if rung.to_unit.is_empty() {
            let post = reference::post(tx, &rung.to_post).await?;
            post.ok_or(ActionError::NotYet("the post of a rung"))?
                .unit_code
        } else {
            rung.to_unit.clone()
        };
        let item = Escalation {
            id: heard.id,
            case_id: case.id,
            union: case.registration.union.clone(),
            unit,
            to_post: rung.to_post.clone(),
            recipient: rung.recipient.clone(),
            clock: rung.clock.clone(),
            rung: rung.code.clone(),
            legal_due_at: rung.due_at,
            opened_at: now,
            acknowledged: None,
            answered: None,
            revision: 1,
        };
        escalations::insert(tx, &item).await?;
        let telling = Telling {
            post: "",
            occurred_at: now,
            manner: None,
        };
        publications::escalation(desk, tx, &case, &item, &telling).await?;
    }
    Ok(())
}

/// How an adapter's delivery ended.
pub struct Ended {
    /// The notice.
    pub notice_id: Uuid,
    /// Whether it was delivered.
    pub delivered: bool,
    /// How.
    pub manner: Option<Manner>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the outcome was known.
    pub at: DateTime<Utc>,
    /// The proof.
    pub proof: Proof,
    /// What the other side said.
    pub result: String,
    /// The revision of the adapter's word.
    pub revision: u64,
}

/// Keeps how a notice was delivered. Notices of others, such as intake's acknowledgement, are none of ours.
pub async fn delivered(desk: &Desk, tx: &Tx, ended: &Ended) -> Result<(), ActionError> {
    let Some(notice) = notices::lock(tx, ended.notice_id).await? else {
        return Ok(());
    };
    // Adapters count their words from 1; one that is not newer is late or a repeat.
    let revision = ended.revision.max(1);
    if u64::try_from(notice.delivery_revision).unwrap_or_default() >= revision {
        return Ok(());
    }
    // What the other side said, and what a proof is called, may name whoever was forgotten meanwhile.
    let mut proof = ended.proof.clone();
    let mut result = ended.result.as_str();
    if erasing::forgotten(tx, notice.case_id).await? {
        proof.file_name = String::new();
        result = "";
    }
    let told = Delivered {
        state: if ended.delivered {
            "delivered"
        } else {
            "failed"
        },
        manner: ended.manner,
        sent_at: ended.sent_at,
        proof: &proof,
        result,
        revision,
    };
    notices::deliver(tx, ended.notice_id, &told).await?;
    let case = store::lock(tx, notice.case_id)
        .await?
        .ok_or(ActionError::NotYet("the case"))?;
    if ended.delivered && notice.to_post.is_empty() {
        let telling = Telling {
            post: "",
            occurred_at: ended.sent_at.unwrap_or(ended.at),
            manner: ended.manner,
        };
        publications::decision_notified(desk, tx, &case, notice.kind, &telling).await?;
    }
    let texts = [
        ("通知", notice.subject),
        (
            "告知方式",
            ended
                .manner
                .map_or_else(String::new, |manner| manner.words().to_owned()),
        ),
        ("告知证明", proof.digest),
        ("结果", result.to_owned()),
    ];
    let event = if ended.delivered {
        "NoticeDelivered"
    } else {
        "NoticeFailed"
    };
    write(
        tx,
        &case,
        event,
        ("", ended.sent_at.unwrap_or(ended.at), desk.clock.now()),
        &texts,
    )
    .await
}

/// Saves, writes down and tells a move that nobody at a door made.
pub(super) async fn step(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    outcome: Outcome,
    (name, texts): (&'static str, Vec<Text>),
    (post, at): (&str, DateTime<Utc>),
) -> Result<(), ActionError> {
    let Outcome::Moved(event) = outcome else {
        return Ok(());
    };
    store::save(tx, case, name).await?;
    write(tx, case, name, (post, at, desk.clock.now()), &texts).await?;
    let telling = Telling {
        post,
        occurred_at: at,
        manner: None,
    };
    if event != CaseEvent::Archived {
        publications::tell(desk, tx, case, &event, &telling).await?;
    }
    Ok(())
}

pub(super) async fn write(
    tx: &Tx,
    case: &Case,
    event: &'static str,
    (post, occurred_at, recorded_at): (&str, DateTime<Utc>, DateTime<Utc>),
    texts: &[Text],
) -> Result<(), ActionError> {
    let entry = Entry {
        event,
        occurred_at,
        recorded_at,
        post,
        person: "",
        name: "",
        texts,
    };
    Ok(record::write(tx, case, entry).await?)
}
