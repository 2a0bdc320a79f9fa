//! Messages in: one `hear` per message.

use chassis::{
    db::Tx,
    inbox::{Heard, Hears, Trouble},
};
use chrono::NaiveDate;
use suda_proto::{
    archive::v1::CaseSealed,
    channel::v1::{DeliveryView, NoticeDelivered, NoticeFailed},
    directory::v1::{LimitUnit, PolicyPublished, PostChanged, TaxonomyPublished, UnitChanged},
    intake::v1::{
        ComplaintRegistered, ComplaintWithdrawn, GroupSuspected, IdentityErased, MaterialAdded,
        PapersCompleted, RelationFound,
    },
    sla_watchdog::v1::{ClockBreached, ClockView, Escalated, RungView, SubjectKind, WarningDue},
};

use crate::{
    actions::{
        forgetting, grouping,
        hearing::{self, Complaint, Ended, Rung, instant},
        matters::{self, Brought},
        raising::{self, Breach},
        supplementing,
    },
    desk::Desk,
    domain::{
        answer::{Manner, Proof},
        erasure::Ground,
        extension::in_shanghai,
    },
    errors::ActionError,
    store::{self, reference},
};

impl Hears<ComplaintRegistered> for Desk {
    async fn hear(&self, tx: &Tx, told: ComplaintRegistered, _: &Heard) -> Result<(), Trouble> {
        let brought = Brought::of(told.complaint.as_ref());
        let complaint = Complaint::parse(told.complaint)?;
        let case = hearing::open(self, tx, &complaint).await?;
        Ok(matters::registered(self, tx, &case, &brought).await?)
    }
}

impl Hears<ComplaintWithdrawn> for Desk {
    async fn hear(&self, tx: &Tx, told: ComplaintWithdrawn, heard: &Heard) -> Result<(), Trouble> {
        let complaint = Complaint::parse(told.complaint)?;
        Ok(hearing::withdraw(self, tx, &complaint, heard.occurred_at).await?)
    }
}

impl Hears<MaterialAdded> for Desk {
    async fn hear(&self, tx: &Tx, told: MaterialAdded, heard: &Heard) -> Result<(), Trouble> {
        let complaint = Complaint::parse(told.complaint)?;
        let at = instant(told.received_at.as_ref()).unwrap_or(heard.occurred_at);
        let material = (told.material_id.as_str(), told.new_facts, at);
        Ok(supplementing::note_material(self, tx, &complaint, material).await?)
    }
}

impl Hears<PapersCompleted> for Desk {
    async fn hear(&self, tx: &Tx, told: PapersCompleted, heard: &Heard) -> Result<(), Trouble> {
        let complaint = Complaint::parse(told.complaint)?;
        Ok(supplementing::papers_completed(self, tx, &complaint, heard.occurred_at).await?)
    }
}

impl Hears<RelationFound> for Desk {
    async fn hear(&self, tx: &Tx, told: RelationFound, heard: &Heard) -> Result<(), Trouble> {
        let complaint = Complaint::parse(told.complaint)?;
        if told.person_id.is_empty() {
            return Err(malformed("RelationFound", "person_id").into());
        }
        let (person, at) = (told.person_id.as_str(), heard.occurred_at);
        Ok(supplementing::keep_out(self, tx, &complaint, person, at).await?)
    }
}

impl Hears<IdentityErased> for Desk {
    async fn hear(&self, tx: &Tx, told: IdentityErased, heard: &Heard) -> Result<(), Trouble> {
        let ground = Ground::of(told.ground).ok_or(malformed("IdentityErased", "ground"))?;
        let complaint = Complaint::parse(told.complaint)?;
        let at = instant(told.occurred_at.as_ref()).unwrap_or(heard.occurred_at);
        // For a file that was destroyed it is a service's name, which is no post.
        let post = match ground {
            Ground::FileDestroyed => "",
            Ground::Request | Ground::TermEnded | Ground::Ordered => told.actor_post.as_str(),
        };
        Ok(forgetting::forget(self, tx, &complaint, (ground, post, at)).await?)
    }
}

impl Hears<UnitChanged> for Desk {
    async fn hear(&self, tx: &Tx, told: UnitChanged, heard: &Heard) -> Result<(), Trouble> {
        let unit = told.unit.ok_or(malformed("UnitChanged", "unit"))?;
        // Dated names: the one that holds on the day of the change.
        let today = in_shanghai(heard.occurred_at)
            .format("%Y-%m-%d")
            .to_string();
        let named = unit.periods.iter().rfind(|period| period.from <= today);
        let name = named
            .or(unit.periods.first())
            .map(|period| period.name.clone());
        let parent = named.or(unit.periods.first());
        let parent = parent.map_or("", |period| period.parent_code.as_str());
        store::matters::put_parent(tx, &unit.code, parent, unit.revision).await?;
        let row = reference::Unit {
            unit_code: unit.code,
            kind: unit.kind,
            name: name.unwrap_or_default(),
            union_code: unit.union_code,
            reception: unit.reception,
            retired: !unit.retired_on.is_empty() && unit.retired_on <= today,
            functions: unit.functions,
        };
        Ok(reference::put_unit(tx, &row, unit.revision).await?)
    }
}

impl Hears<PostChanged> for Desk {
    async fn hear(&self, tx: &Tx, told: PostChanged, heard: &Heard) -> Result<(), Trouble> {
        let post = told.post.ok_or(malformed("PostChanged", "post"))?;
        let today = in_shanghai(heard.occurred_at)
            .format("%Y-%m-%d")
            .to_string();
        let row = reference::Post {
            post_code: post.code,
            unit_code: post.unit_code,
            role: post.role,
            name: post.name,
            holder_person_id: post.holder_person_id,
            deputy_person_id: post.deputy_person_id,
            email: post.email,
            abolished: !post.abolished_on.is_empty() && post.abolished_on <= today,
        };
        Ok(reference::put_post(tx, &row, post.revision).await?)
    }
}

impl Hears<PolicyPublished> for Desk {
    async fn hear(&self, tx: &Tx, told: PolicyPublished, _: &Heard) -> Result<(), Trouble> {
        let policy = told.policy.ok_or(malformed("PolicyPublished", "policy"))?;
        let day = |text: &str| text.parse::<NaiveDate>();
        let from = day(&policy.effective_from)
            .map_err(|_| malformed("PolicyPublished", "effective_from"))?;
        let until = match policy.effective_until.as_str() {
            "" => None,
            text => Some(day(text).map_err(|_| malformed("PolicyPublished", "effective_until"))?),
        };
        for clock in &policy.clocks {
            for (stage, limit) in (1..).zip(&clock.extensions) {
                // Only natural days can be counted here; working days are the watchdog's affair.
                if limit.unit() == LimitUnit::NaturalDays {
                    let days = i32::try_from(limit.count)
                        .map_err(|_| malformed("PolicyPublished", "limit"))?;
                    let version = (policy.code.as_str(), policy.version);
                    reference::put_limit(tx, version, &clock.code, (stage, days), (from, until))
                        .await?;
                }
            }
        }
        Ok(())
    }
}

impl Hears<TaxonomyPublished> for Desk {
    async fn hear(&self, tx: &Tx, told: TaxonomyPublished, _: &Heard) -> Result<(), Trouble> {
        let taxonomy = told
            .taxonomy
            .ok_or(malformed("TaxonomyPublished", "taxonomy"))?;
        Ok(store::taxonomy::put(tx, &taxonomy).await?)
    }
}

impl Hears<GroupSuspected> for Desk {
    async fn hear(&self, tx: &Tx, told: GroupSuspected, heard: &Heard) -> Result<(), Trouble> {
        let group = told.group.ok_or(malformed("GroupSuspected", "group"))?;
        let complaint = Complaint::parse(told.complaint)?;
        Ok(grouping::suspected(self, tx, complaint.id, &group, heard.occurred_at).await?)
    }
}

impl Hears<WarningDue> for Desk {
    async fn hear(&self, tx: &Tx, told: WarningDue, heard: &Heard) -> Result<(), Trouble> {
        if concerns_no_case(told.clock.as_ref()) {
            return Ok(());
        }
        let rung = rung("WarningDue", told.clock, told.rung, heard)?;
        Ok(hearing::ring(self, tx, &rung, true, heard).await?)
    }
}

impl Hears<Escalated> for Desk {
    async fn hear(&self, tx: &Tx, told: Escalated, heard: &Heard) -> Result<(), Trouble> {
        if concerns_no_case(told.clock.as_ref()) {
            return Ok(());
        }
        let rung = rung("Escalated", told.clock, told.rung, heard)?;
        Ok(hearing::ring(self, tx, &rung, false, heard).await?)
    }
}

impl Hears<ClockBreached> for Desk {
    async fn hear(&self, tx: &Tx, told: ClockBreached, _: &Heard) -> Result<(), Trouble> {
        let clock = told.clock.ok_or(malformed("ClockBreached", "clock"))?;
        let of_unit = match clock.subject_kind() {
            // A program that knew cases only says nothing of the kind.
            SubjectKind::Unspecified | SubjectKind::Case => false,
            SubjectKind::Appeal
            | SubjectKind::Rectification
            | SubjectKind::Escalation
            | SubjectKind::Unit => true,
            // What could not be read may be no complaint at all: its delay is asked about when it is registered.
            SubjectKind::Quarantine => return Ok(()),
        };
        let breach = Breach {
            due_at: instant(clock.due_at.as_ref()).ok_or(malformed("ClockBreached", "due_at"))?,
            case_id: clock.case_id.parse().ok(),
            unit: Some(clock.unit_code).filter(|unit| of_unit && !unit.is_empty()),
            clock_id: clock.clock_id,
            code: clock.code,
            name: clock.name,
            article: clock.article,
            number: clock.number,
            union: clock.union_code,
        };
        Ok(raising::breached(self, tx, &breach).await?)
    }
}

impl Hears<NoticeDelivered> for Desk {
    async fn hear(&self, tx: &Tx, told: NoticeDelivered, heard: &Heard) -> Result<(), Trouble> {
        let ended = ended("NoticeDelivered", told.delivery, true, heard)?;
        Ok(hearing::delivered(self, tx, &ended).await?)
    }
}

impl Hears<NoticeFailed> for Desk {
    async fn hear(&self, tx: &Tx, told: NoticeFailed, heard: &Heard) -> Result<(), Trouble> {
        let ended = ended("NoticeFailed", told.delivery, false, heard)?;
        Ok(hearing::delivered(self, tx, &ended).await?)
    }
}

impl Hears<CaseSealed> for Desk {
    async fn hear(&self, tx: &Tx, told: CaseSealed, heard: &Heard) -> Result<(), Trouble> {
        let file = told.file.ok_or(malformed("CaseSealed", "file"))?;
        let case_id = file
            .case_id
            .parse()
            .map_err(|_| malformed("CaseSealed", "case_id"))?;
        Ok(hearing::archived(self, tx, case_id, heard.occurred_at).await?)
    }
}

/// A message put aside, or a unit's yearly duty: the watchdog's own list shows the post what it was told.
fn concerns_no_case(clock: Option<&ClockView>) -> bool {
    clock.is_some_and(|clock| clock.case_id.is_empty())
}

fn malformed(subject: &'static str, field: &'static str) -> ActionError {
    ActionError::Malformed { subject, field }
}

fn rung(
    subject: &'static str,
    clock: Option<ClockView>,
    rung: Option<RungView>,
    heard: &Heard,
) -> Result<Rung, ActionError> {
    let clock = clock.ok_or(malformed(subject, "clock"))?;
    let rung = rung.ok_or(malformed(subject, "rung"))?;
    Ok(Rung {
        case_id: clock
            .case_id
            .parse()
            .map_err(|_| malformed(subject, "case_id"))?,
        due_at: instant(clock.due_at.as_ref()).ok_or(malformed(subject, "due_at"))?,
        clock: clock.code,
        code: rung.rung_code,
        recipient: rung.recipient,
        to_post: rung.to_post,
        to_unit: rung.to_unit,
        sent_at: instant(rung.sent_at.as_ref()).unwrap_or(heard.occurred_at),
    })
}

fn ended(
    subject: &'static str,
    delivery: Option<DeliveryView>,
    delivered: bool,
    heard: &Heard,
) -> Result<Ended, ActionError> {
    let delivery = delivery.ok_or(malformed(subject, "delivery"))?;
    let artefact = delivery.artefact.unwrap_or_default();
    Ok(Ended {
        notice_id: delivery
            .notice_id
            .parse()
            .map_err(|_| malformed(subject, "notice_id"))?,
        delivered,
        manner: Manner::parse(delivery.manner)?,
        sent_at: instant(delivery.sent_at.as_ref()),
        at: instant(delivery.settled_at.as_ref()).unwrap_or(heard.occurred_at),
        proof: Proof {
            digest: artefact.digest,
            size_bytes: artefact.size_bytes,
            media_type: artefact.media_type,
            file_name: artefact.file_name,
        },
        result: delivery.result,
        revision: delivery.revision,
    })
}
