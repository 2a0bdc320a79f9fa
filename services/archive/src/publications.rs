//! What archive tells: files that were sealed, held, handed over and destroyed.

use chassis::{
    db::Tx,
    grpc::timestamp,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use prost::{Message, Name};
use sea_orm::DbErr;
use suda_proto::archive::v1 as tells;
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{disposal, retention::Term, transfer},
    store::{
        count, disposals::DisposalRow, files::FileRow, holds::HoldRow, transfers::TransferRow,
    },
};

fn small(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// A term in the contract's words.
#[must_use]
pub fn term(code: &str) -> tells::RetentionTerm {
    match Term::from_code(code) {
        Some(Term::Permanent) => tells::RetentionTerm::Permanent,
        Some(Term::Thirty) => tells::RetentionTerm::ThirtyYears,
        Some(Term::Ten) => tells::RetentionTerm::TenYears,
        None => tells::RetentionTerm::Unspecified,
    }
}

/// A file as everybody may see it.
#[must_use]
pub fn view(row: &FileRow) -> tells::FileView {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    tells::FileView {
        file_id: row.file_id.to_string(),
        case_id: row.case_id.to_string(),
        complaint_id: row.complaint_id.to_string(),
        number: row.number.clone(),
        union_code: row.union_code.clone(),
        unit_code: row.unit_code.clone(),
        year: small(row.year),
        item_number: small(row.item_number),
        archival_code: row.archival_code.clone(),
        file_digest: row.file_digest.clone().unwrap_or_default(),
        size_bytes: row.size_bytes.map_or(0, count),
        closed_at: Some(timestamp(row.closed_at)),
        sealed_at: row.sealed_at.map(timestamp),
        last_seq: row.last_seq.map_or(0, count),
        checkpoint_seq: row.checkpoint_seq.map_or(0, count),
        term: term(&row.term).into(),
        fonds_code: row.fonds_code.clone(),
        class_code: row.class_code.clone(),
        organ_code: row.organ_code.clone(),
        retention_rule: row.rule_code.clone(),
        schedule_version: small(row.schedule_version),
        expires_on: row
            .expires_on
            .map(|day| day.to_string())
            .unwrap_or_default(),
        open_holds: u32::try_from(row.open_holds).unwrap_or(u32::MAX),
        destroyed_at: row.destroyed_at.map(timestamp),
        main_file_id: id(row.main_file_id),
        addendum_number: small(row.addendum_number),
        transfer_id: id(row.transfer_id),
        revision: count(row.revision),
        stored_only: row.stored_only,
    }
}

/// A hold as everybody may see it.
#[must_use]
pub fn hold(row: &HoldRow) -> tells::HoldView {
    tells::HoldView {
        hold_id: row.hold_id.to_string(),
        case_id: row.case_id.to_string(),
        complaint_id: row.complaint_id.to_string(),
        number: row.number.clone(),
        union_code: row.union_code.clone(),
        ground: ground(&row.ground).into(),
        set_at: Some(timestamp(row.set_at)),
        set_by_post: row.set_by_post.clone(),
        lifted_at: row.lifted_at.map(timestamp),
        lifted_by_post: row.lifted_by_post.clone(),
    }
}

/// The grounds of holds, and their words in the database.
const GROUNDS: [(tells::HoldGround, &str); 5] = [
    (tells::HoldGround::Litigation, "litigation"),
    (tells::HoldGround::Regulator, "regulator"),
    (tells::HoldGround::Audit, "audit"),
    (tells::HoldGround::Investigation, "investigation"),
    (tells::HoldGround::Other, "other"),
];

fn ground(word: &str) -> tells::HoldGround {
    GROUNDS
        .iter()
        .find(|(_, known)| *known == word)
        .map_or(tells::HoldGround::Unspecified, |(ground, _)| *ground)
}

/// The word of a ground in the database; none when it was not said.
#[must_use]
pub fn ground_word(ground: tells::HoldGround) -> Option<&'static str> {
    GROUNDS
        .iter()
        .find(|(known, _)| *known == ground)
        .map(|(_, word)| *word)
}

/// A transfer as everybody may see it.
#[must_use]
pub fn transfer(row: &TransferRow) -> tells::TransferView {
    let state = match transfer::State::from_word(&row.state) {
        Some(transfer::State::HandedOver) => tells::TransferState::HandedOver,
        Some(transfer::State::Accepted) => tells::TransferState::Accepted,
        Some(transfer::State::Returned) => tells::TransferState::Returned,
        None => tells::TransferState::Unspecified,
    };
    tells::TransferView {
        transfer_id: row.transfer_id.to_string(),
        union_code: row.union_code.clone(),
        year: small(row.year),
        batch: small(row.batch),
        state: state.into(),
        files: small(row.files),
        payload_bytes: count(row.payload_bytes),
        bag_digest: row.bag_digest.clone(),
        bag_bytes: count(row.bag_bytes),
        handed_at: Some(timestamp(row.handed_at)),
        handed_by_post: row.handed_by_post.clone(),
        decided_at: row.decided_at.map(timestamp),
        decided_by_post: row.decided_by_post.clone(),
        revision: count(row.revision),
    }
}

/// A disposal as everybody may see it.
#[must_use]
pub fn disposal(row: &DisposalRow) -> tells::DisposalView {
    let state = match disposal::State::from_word(&row.state) {
        Some(disposal::State::Proposed) => tells::DisposalState::Proposed,
        Some(disposal::State::Approved) => tells::DisposalState::Approved,
        Some(disposal::State::Refused) => tells::DisposalState::Refused,
        None => tells::DisposalState::Unspecified,
    };
    tells::DisposalView {
        disposal_id: row.disposal_id.to_string(),
        union_code: row.union_code.clone(),
        state: state.into(),
        to_destroy: u32::try_from(row.to_destroy).unwrap_or(0),
        to_keep: u32::try_from(row.to_keep).unwrap_or(0),
        proposed_at: Some(timestamp(row.proposed_at)),
        proposed_by_post: row.proposed_by_post.clone(),
        decided_at: row.decided_at.map(timestamp),
        decided_by_post: row.decided_by_post.clone(),
        revision: count(row.revision),
    }
}

/// Tells the world, as part of a transaction.
pub struct Teller<'a> {
    /// Where it is told.
    pub tx: &'a Tx,
    /// New ids.
    pub desk: &'a Desk,
    /// The post that did it, or the archive itself.
    pub actor: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

impl Teller<'_> {
    async fn tell<M: Message + Name>(&self, union: &str, key: Uuid, fact: &M) -> Result<(), DbErr> {
        let told = Told {
            id: self.desk.ids.new_id(),
            union,
            key: &key.to_string(),
            occurred_at: self.at,
            actor: self.actor,
        };
        outbox::tell(self.tx, &told, fact).await
    }

    fn now(&self) -> Option<prost_types::Timestamp> {
        Some(timestamp(self.at))
    }

    /// A file, or an addendum, was sealed.
    pub async fn sealed(&self, row: &FileRow) -> Result<(), DbErr> {
        let (file, occurred_at) = (Some(view(row)), self.now());
        if row.addendum_number == 0 {
            let fact = tells::CaseSealed { file, occurred_at };
            self.tell(&row.union_code, row.case_id, &fact).await
        } else {
            let fact = tells::AddendumSealed { file, occurred_at };
            self.tell(&row.union_code, row.case_id, &fact).await
        }
    }

    /// A file changed.
    pub async fn changed(&self, row: &FileRow) -> Result<(), DbErr> {
        let fact = tells::FileChanged {
            file: Some(view(row)),
            occurred_at: self.now(),
        };
        self.tell(&row.union_code, row.case_id, &fact).await
    }

    /// A hold was set or lifted.
    pub async fn hold(&self, row: &HoldRow) -> Result<(), DbErr> {
        let (hold, occurred_at) = (Some(hold(row)), self.now());
        if row.lifted_at.is_none() {
            let fact = tells::LegalHoldSet { hold, occurred_at };
            self.tell(&row.union_code, row.case_id, &fact).await
        } else {
            let fact = tells::LegalHoldLifted { hold, occurred_at };
            self.tell(&row.union_code, row.case_id, &fact).await
        }
    }

    /// A year was handed over.
    pub async fn handed_over(&self, row: &TransferRow) -> Result<(), DbErr> {
        let fact = tells::YearHandedOver {
            transfer: Some(transfer(row)),
            occurred_at: self.now(),
        };
        self.tell(&row.union_code, row.transfer_id, &fact).await
    }

    /// A transfer was decided; `complete` when nothing of its year is left to hand over.
    pub async fn decided(&self, row: &TransferRow, complete: bool) -> Result<(), DbErr> {
        let (view, occurred_at) = (Some(transfer(row)), self.now());
        let (union, key) = (row.union_code.as_str(), row.transfer_id);
        if row.state != transfer::State::Accepted.word() {
            let transfer = view;
            let fact = tells::TransferReturned {
                transfer,
                occurred_at,
            };
            self.tell(union, key, &fact).await
        } else if complete {
            let transfer = view;
            let fact = tells::YearTransferred {
                transfer,
                occurred_at,
            };
            self.tell(union, key, &fact).await
        } else {
            let transfer = view;
            let fact = tells::TransferAccepted {
                transfer,
                occurred_at,
            };
            self.tell(union, key, &fact).await
        }
    }

    /// A disposal was proposed or decided.
    pub async fn disposal(&self, row: &DisposalRow) -> Result<(), DbErr> {
        let (view, occurred_at) = (Some(disposal(row)), self.now());
        let (union, key) = (row.union_code.as_str(), row.disposal_id);
        if row.decided_at.is_none() {
            let fact = tells::DisposalProposed {
                disposal: view,
                occurred_at,
            };
            self.tell(union, key, &fact).await
        } else {
            let fact = tells::DisposalDecided {
                disposal: view,
                occurred_at,
            };
            self.tell(union, key, &fact).await
        }
    }

    /// A file's content was destroyed.
    pub async fn destroyed(&self, row: &FileRow, disposal: Uuid) -> Result<(), DbErr> {
        let fact = tells::FileDestroyed {
            file: Some(view(row)),
            occurred_at: self.now(),
            disposal_id: disposal.to_string(),
        };
        self.tell(&row.union_code, row.case_id, &fact).await
    }

    /// A version of the retention schedule was applied.
    pub async fn schedule(&self, version: u32, digest: &str) -> Result<(), DbErr> {
        let fact = tells::RetentionScheduleApplied {
            version,
            digest: digest.to_owned(),
            occurred_at: self.now(),
        };
        self.tell(PROVINCE, Uuid::nil(), &fact).await
    }
}

/// The province's own code: what concerns everybody is told under it.
const PROVINCE: &str = "44";
