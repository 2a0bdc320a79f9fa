//! What all actions on matters beside a case share: the case they are about, and what is written down of them.

use chassis::{auth::Caller, db::Tx, requests};
use chrono::{DateTime, Utc};
use suda_proto::intake::v1::ComplaintView;
use uuid::Uuid;

use super::{Head, appeals, disclosures, raising, sees};
use crate::{
    desk::Desk,
    domain::{answer::Proof, case::Case, standing::Actor},
    errors::ActionError,
    publications::Telling,
    store::{
        self, matters,
        record::{self, Entry, Text},
    },
};

/// A transaction in which a caller deals with a matter.
pub(crate) struct Work<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) tx: &'a Tx,
    pub(crate) caller: &'a Caller,
    pub(crate) head: &'a Head,
    pub(crate) now: DateTime<Utc>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(desk: &'a Desk, tx: &'a Tx, caller: &'a Caller, head: &'a Head) -> Self {
        Self {
            desk,
            tx,
            caller,
            head,
            now: desk.clock.now(),
        }
    }

    /// The case, locked, when the caller may know of it.
    pub(crate) async fn case(&self, id: Uuid) -> Result<Case, ActionError> {
        store::lock(self.tx, id)
            .await?
            .filter(|case| sees(self.caller, case))
            .ok_or(ActionError::NoCase)
    }

    /// The case of a matter, locked; who may not know of the case may not know of the matter.
    pub(crate) async fn case_of(&self, id: Uuid, what: &'static str) -> Result<Case, ActionError> {
        match self.case(id).await {
            Err(ActionError::NoCase) => Err(ActionError::NoMatter(what)),
            found => found,
        }
    }

    /// Refuses a caller who has seen another revision.
    pub(crate) fn fresh(&self, revision: u64) -> Result<(), ActionError> {
        if revision == self.head.seen {
            return Ok(());
        }
        Err(ActionError::Stale {
            seen: self.head.seen,
            now: revision,
        })
    }

    /// Adds to the history of a matter.
    pub(crate) async fn write(
        &self,
        (id, revision): (Uuid, u64),
        by: &Actor,
        (event, at): (&'static str, DateTime<Utc>),
        texts: &[Text],
    ) -> Result<(), ActionError> {
        let entry = Entry {
            event,
            occurred_at: at,
            recorded_at: self.now,
            post: &by.post,
            person: &by.person,
            name: &by.name,
            texts,
        };
        Ok(matters::write(self.tx, id, revision, entry).await?)
    }

    /// Remembers the answer of the request.
    pub(crate) async fn answered<A: prost::Message>(&self, answer: &A) -> Result<(), ActionError> {
        let Head {
            request_id,
            rpc,
            digest,
            ..
        } = self.head;
        Ok(requests::answered(self.tx, *request_id, rpc, digest, answer, self.now).await?)
    }
}

/// Says by which post and when something was done.
pub(crate) fn telling(post: &str, at: DateTime<Utc>) -> Telling<'_> {
    Telling {
        post,
        occurred_at: at,
        manner: None,
    }
}

/// Notes in the history of a case what happened beside it; by the system, for who did it stands with the matter.
pub(crate) async fn note(
    tx: &Tx,
    case: &Case,
    event: &'static str,
    (at, now): (DateTime<Utc>, DateTime<Utc>),
    texts: &[Text],
) -> Result<(), ActionError> {
    let entry = Entry {
        event,
        occurred_at: at,
        recorded_at: now,
        post: "",
        person: "",
        name: "",
        texts,
    };
    Ok(record::write(tx, case, entry).await?)
}

/// Evidence as the history shows it: what it is called and its digest, a line each.
pub(crate) fn listed(evidence: &[Proof]) -> String {
    let lines = evidence.iter().map(|proof| {
        format!("{} {}", proof.file_name, proof.digest)
            .trim()
            .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a complaint brought with it that concerns matters beside its case.
#[derive(Debug, Default)]
pub struct Brought {
    /// The post that received it.
    pub post: String,
    /// How many persons complain together.
    pub persons: u32,
    /// The superior's number; the number of an appeal when a matter is handled again.
    pub referral: String,
}

impl Brought {
    /// Reads intake's view.
    #[must_use]
    pub fn of(view: Option<&ComplaintView>) -> Self {
        view.map_or_else(Self::default, |view| Self {
            post: view.received_by_post.clone(),
            persons: view.persons,
            referral: view.referral_number.clone(),
        })
    }
}

/// What follows beside the case when its complaint was registered: told up the line when it is grave, linked to the
/// appeal that asked for it, and asked about when it came late or from many.
pub async fn registered(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    brought: &Brought,
) -> Result<(), ActionError> {
    disclosures::registered(desk, tx, case).await?;
    raising::registered(desk, tx, case, &brought.post, brought.persons).await?;
    if brought.referral.is_empty() {
        return Ok(());
    }
    appeals::link(desk, tx, case, &brought.referral).await
}
