//! What intake tells: from rows to contract messages. No text and no identity goes out.

use chassis::{
    db::Tx,
    grpc::timestamp,
    ids::Ids,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use prost::{Message, Name};
use sea_orm::DbErr;
use suda_proto::intake::v1 as tells;
use uuid::Uuid;

use crate::{
    desk::Actor,
    domain::{
        erasure,
        group::Ground,
        words::{Channel, Nature},
    },
    store::{complaints::ComplaintRow, groups::GroupRow, quarantine::QuarantineRow},
};

/// Tells the world, as part of `tx`.
pub struct Teller<'a> {
    /// Where it is told.
    pub tx: &'a Tx,
    /// New ids.
    pub ids: &'a Ids,
    /// Who did it.
    pub actor: &'a Actor,
    /// When.
    pub now: DateTime<Utc>,
}

impl Teller<'_> {
    /// A complaint was registered.
    pub async fn registered(&self, row: &ComplaintRow) -> Result<(), DbErr> {
        let occurred_at = Some(timestamp(self.now));
        self.tell(
            row,
            &tells::ComplaintRegistered {
                complaint: Some(view(row)),
                occurred_at,
            },
        )
        .await
    }

    /// Material was added.
    pub async fn material_added(
        &self,
        row: &ComplaintRow,
        material: Uuid,
        new_facts: bool,
        received_at: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let told = tells::MaterialAdded {
            complaint: Some(view(row)),
            occurred_at: Some(timestamp(self.now)),
            material_id: material.to_string(),
            new_facts,
            received_at: Some(timestamp(received_at)),
        };
        self.tell(row, &told).await
    }

    /// Evidence was added.
    pub async fn evidence_added(&self, row: &ComplaintRow, evidence: &[Uuid]) -> Result<(), DbErr> {
        let told = tells::EvidenceAdded {
            complaint: Some(view(row)),
            occurred_at: Some(timestamp(self.now)),
            evidence_ids: evidence.iter().map(Uuid::to_string).collect(),
        };
        self.tell(row, &told).await
    }

    /// No papers are owed any more.
    pub async fn papers_completed(&self, row: &ComplaintRow) -> Result<(), DbErr> {
        let told = tells::PapersCompleted {
            complaint: Some(view(row)),
            occurred_at: Some(timestamp(self.now)),
        };
        self.tell(row, &told).await
    }

    /// A member of staff is related to the complainant.
    pub async fn relation_found(&self, row: &ComplaintRow, person: &str) -> Result<(), DbErr> {
        let told = tells::RelationFound {
            complaint: Some(view(row)),
            occurred_at: Some(timestamp(self.now)),
            person_id: person.to_owned(),
        };
        self.tell(row, &told).await
    }

    /// A complaint was withdrawn.
    pub async fn withdrawn(&self, row: &ComplaintRow) -> Result<(), DbErr> {
        let occurred_at = Some(timestamp(self.now));
        self.tell(
            row,
            &tells::ComplaintWithdrawn {
                complaint: Some(view(row)),
                occurred_at,
            },
        )
        .await
    }

    /// An identity was shown.
    pub async fn revealed(&self, row: &ComplaintRow, reveal: Uuid) -> Result<(), DbErr> {
        let told = tells::IdentityRevealed {
            complaint_id: row.id.to_string(),
            occurred_at: Some(timestamp(self.now)),
            reveal_id: reveal.to_string(),
            actor_post: self.actor.post.clone(),
        };
        self.tell(row, &told).await
    }

    /// A complainant's data was erased.
    pub async fn erased(
        &self,
        row: &ComplaintRow,
        erasure: Uuid,
        ground: erasure::Ground,
    ) -> Result<(), DbErr> {
        let told = tells::IdentityErased {
            complaint: Some(view(row)),
            occurred_at: Some(timestamp(self.now)),
            erasure_id: erasure.to_string(),
            ground: ground.number(),
            actor_post: self.actor.post.clone(),
        };
        self.tell(row, &told).await
    }

    /// Similar complaints call for a warning.
    pub async fn group_suspected(
        &self,
        group: &GroupRow,
        newest: &ComplaintRow,
    ) -> Result<(), DbErr> {
        let told = tells::GroupSuspected {
            group: Some(group_view(group)),
            occurred_at: Some(timestamp(self.now)),
            complaint: Some(view(newest)),
        };
        self.tell(newest, &told).await
    }

    /// A message was put aside.
    pub async fn quarantine_opened(&self, row: &QuarantineRow) -> Result<(), DbErr> {
        let told = tells::QuarantineOpened {
            quarantine: Some(quarantine_view(row)),
            occurred_at: Some(timestamp(self.now)),
        };
        self.put(&row.union_code, row.id, &told).await
    }

    /// A message that was put aside is resolved.
    pub async fn quarantine_resolved(&self, row: &QuarantineRow) -> Result<(), DbErr> {
        let told = tells::QuarantineResolved {
            quarantine: Some(quarantine_view(row)),
            occurred_at: Some(timestamp(self.now)),
            outcome: outcome(row).into(),
            complaint_id: row
                .complaint_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
        };
        self.put(&row.union_code, row.id, &told).await
    }

    async fn tell<M: Message + Name>(&self, row: &ComplaintRow, told: &M) -> Result<(), DbErr> {
        self.put(&row.union_code, row.id, told).await
    }

    async fn put<M: Message + Name>(&self, union: &str, key: Uuid, told: &M) -> Result<(), DbErr> {
        let key = key.to_string();
        let about = Told {
            id: self.ids.new_id(),
            union,
            key: &key,
            occurred_at: self.now,
            actor: &self.actor.post,
        };
        outbox::tell(self.tx, &about, told).await
    }
}

/// A complaint as everybody may see it.
#[must_use]
pub fn view(row: &ComplaintRow) -> tells::ComplaintView {
    let channel = |code: &str| Channel::from_code(code).map_or(0, Channel::number);
    tells::ComplaintView {
        complaint_id: row.id.to_string(),
        number: row.number.clone(),
        union_code: row.union_code.clone(),
        unit_code: row.unit_code.clone(),
        registered_at_reception: row.registered_at_reception,
        channel: channel(&row.channel),
        nature: Nature::from_code(&row.nature).map_or(0, Nature::number),
        received_at: Some(timestamp(row.received_at)),
        registered_at: Some(timestamp(row.registered_at)),
        received_by_post: row.received_by_post.clone(),
        masked_name: row.masked_name.clone(),
        anonymous: row.anonymous,
        complained_unit_code: row.complained_unit_code.clone(),
        complained_person_id: row.complained_person_id.clone(),
        business_code: row.business_code.clone(),
        cause_code: row.cause_code.clone(),
        handled_via_code: row.handled_via_code.clone(),
        persons: u32::try_from(row.persons).unwrap_or(1),
        major: row.major,
        settled_on_the_spot: row.settled_on_the_spot,
        referral_number: row.referral_number.clone(),
        referral_due_at: row.referral_due_at.map(timestamp),
        reply_channel: row.reply_channel.as_deref().map_or(0, channel),
        has_contact: row.has_contact,
        revision: u64::try_from(row.revision).unwrap_or(0),
        withdrawn_at: row.withdrawn_at.map(timestamp),
        papers_missing: row.missing_papers.is_some(),
    }
}

/// A group of similar complaints.
#[must_use]
pub fn group_view(row: &GroupRow) -> tells::GroupView {
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    tells::GroupView {
        group_id: row.id.to_string(),
        union_code: row.union_code.clone(),
        unit_code: row.unit_code.clone(),
        ground: Ground::from_code(&row.ground).map_or(0, |ground| ground as i32),
        business_code: row.business_code.clone(),
        cause_code: row.cause_code.clone(),
        complaints: count(row.complaints),
        complainants: count(row.complainants),
        province_complaints: count(row.province_complaints),
        first_received_at: Some(timestamp(row.first_received_at)),
        last_received_at: Some(timestamp(row.last_received_at)),
        threshold: count(row.threshold),
        days: count(row.days),
        article: row.article.clone(),
        revision: u64::try_from(row.revision).unwrap_or(0),
        warned_complainants: count(row.warned_complainants),
    }
}

/// A message that was put aside, as everybody may see it.
#[must_use]
pub fn quarantine_view(row: &QuarantineRow) -> tells::QuarantineView {
    tells::QuarantineView {
        quarantine_id: row.id.to_string(),
        union_code: row.union_code.clone(),
        unit_code: row.unit_code.clone(),
        channel: Channel::from_code(&row.channel).map_or(0, Channel::number),
        raw_digest: row.raw_digest.clone(),
        received_at: Some(timestamp(row.received_at)),
        opened_at: Some(timestamp(row.opened_at)),
        due_at: Some(timestamp(row.due_at)),
    }
}

/// How a message that was put aside ended.
#[must_use]
pub fn outcome(row: &QuarantineRow) -> tells::QuarantineOutcome {
    match row.outcome.as_deref() {
        Some("registered") => tells::QuarantineOutcome::Registered,
        Some("dismissed") => tells::QuarantineOutcome::Dismissed,
        Some(_) | None => tells::QuarantineOutcome::Unspecified,
    }
}
