//! Messages in: every one of them into the ledger, and of a few what the archive must know itself.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    db::Tx,
    grpc::instant,
    inbox::{Heard, HearsAll, Trouble},
};
use chrono::SubsecRound as _;
use suda_proto::{
    directory::v1::UnitChanged,
    intake::v1::{ComplaintRegistered, IdentityErased},
    routing::v1::{CaseState, CaseView, InterestDeclared, RecusalRefused},
};
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{
        addendum,
        chain::{Event, digest},
    },
    publications::Teller,
    record,
    store::{
        big,
        cases::{self, Case},
        keeping, ledger,
    },
};

/// The part that all facts of routing share.
#[derive(Clone, PartialEq, prost::Message)]
struct CaseFact {
    #[prost(message, optional, tag = "1")]
    case: Option<CaseView>,
}

impl HearsAll for Desk {
    async fn hear_all(&self, tx: &Tx, batch: &[Heard]) -> Result<(), Trouble> {
        // PostgreSQL keeps microseconds; a finer instant would not give the same hash again.
        let now = self.clock.now().trunc_subsecs(6);
        let head = ledger::lock_head(tx).await?;
        let ids = batch.iter().map(|heard| heard.id).collect();
        let mut known: HashMap<(Uuid, String), String> = ledger::known(tx, ids)
            .await?
            .into_iter()
            .map(|row| ((row.message_id, row.source), row.body_digest))
            .collect();
        let (mut seq, mut prev) = (head.seq, head.hash);
        let mut entries = Vec::with_capacity(batch.len());
        let (mut named, mut last) = (Vec::new(), BTreeMap::new());
        for heard in batch {
            let body_digest = digest(&heard.body);
            let name = (heard.id, heard.source.clone());
            match known.get(&name) {
                Some(recorded) if *recorded == body_digest => continue,
                Some(_) => {
                    return Err(Trouble::Park(anyhow::anyhow!(
                        "message {} of {} is in the ledger with another content",
                        heard.id,
                        heard.source
                    )));
                }
                None => {}
            }
            known.insert(name, body_digest);
            seq += 1;
            let entry = event(heard, now).enter(seq, &prev);
            prev.clone_from(&entry.hash);
            entries.push(entry);
            self.learn(tx, heard).await?;
            let key = heard.key.parse::<Uuid>().ok();
            let case = record::concerned(heard.message(), &heard.body);
            if let Some(case) = case.filter(|case| Some(*case) != key) {
                named.push((case, big(seq)));
            }
            if let Some(case) = case.or(key).filter(|_| addendum::belongs(heard.message())) {
                last.insert(case, big(seq));
            }
        }
        ledger::append(tx, &entries).await?;
        if !named.is_empty() {
            ledger::concern(tx, &named).await?;
        }
        if !last.is_empty() {
            let last: Vec<(Uuid, i64)> = last.into_iter().collect();
            cases::told(tx, &last, now).await?;
        }
        Ok(())
    }
}

fn event(heard: &Heard, now: chrono::DateTime<chrono::Utc>) -> Event {
    Event {
        message_id: heard.id,
        source: heard.source.clone(),
        subject: heard.subject.clone(),
        union: heard.union.clone(),
        key: heard.key.clone(),
        occurred_at: heard.occurred_at.trunc_subsecs(6),
        actor: heard.actor.clone(),
        body: heard.body.to_vec(),
        recorded_at: now,
    }
}

impl Desk {
    /// Keeps what the archive itself must know. What cannot be read is in the ledger all the same.
    async fn learn(&self, tx: &Tx, heard: &Heard) -> Result<(), Trouble> {
        let message = heard.message();
        let learned = match message {
            "suda.directory.v1.UnitChanged" => self.learn_unit(tx, heard).await,
            "suda.intake.v1.ComplaintRegistered" => self.learn_complaint(tx, heard).await,
            "suda.intake.v1.IdentityErased" => self.learn_erasure(tx, heard).await,
            _ if message.starts_with("suda.routing.v1.") => self.learn_case(tx, heard).await,
            _ => Ok(()),
        };
        match learned {
            Err(Trouble::Park(reason)) => {
                tracing::warn!(message = %heard.id, subject = heard.subject, %reason, "the ledger has what the archive cannot read");
                Ok(())
            }
            other => other,
        }
    }

    async fn learn_unit(&self, tx: &Tx, heard: &Heard) -> Result<(), Trouble> {
        let told: UnitChanged = decode(heard)?;
        let Some(unit) = told.unit else {
            return Ok(());
        };
        let names: Vec<&str> = unit
            .periods
            .iter()
            .rev()
            .map(|period| period.name.as_str())
            .collect();
        cases::keep_unit(tx, &unit.code, &names.join(" "), unit.revision).await?;
        Ok(())
    }

    async fn learn_complaint(&self, tx: &Tx, heard: &Heard) -> Result<(), Trouble> {
        let told: ComplaintRegistered = decode(heard)?;
        let Some(complaint) = told.complaint else {
            return Ok(());
        };
        // One complaint is one case, with one id.
        if !complaint.complained_person_id.is_empty() {
            cases::bar(
                tx,
                id(&complaint.complaint_id)?,
                &complaint.complained_person_id,
            )
            .await?;
        }
        Ok(())
    }

    /// From now on the files are only stored (个人信息保护法 art. 47): no text finds them. Their bytes stay as they were
    /// sealed, and the identity in them is bytes that no key opens any more.
    async fn learn_erasure(&self, tx: &Tx, heard: &Heard) -> Result<(), Trouble> {
        let told: IdentityErased = decode(heard)?;
        let case_id = id(&told.complaint.unwrap_or_default().complaint_id)?;
        let teller = Teller {
            tx,
            desk: self,
            actor: "archive",
            at: self.clock.now().trunc_subsecs(6),
        };
        for file in keeping::lock_case(tx, case_id).await? {
            if !file.stored_only && file.destroyed_at.is_none() {
                let stored = keeping::only_store(tx, &file).await?;
                teller.changed(&stored).await?;
            }
        }
        Ok(())
    }

    async fn learn_case(&self, tx: &Tx, heard: &Heard) -> Result<(), Trouble> {
        let Some(view) = decode::<CaseFact>(heard)?.case else {
            return Ok(());
        };
        let case_id = id(&view.case_id)?;
        match heard.message() {
            "suda.routing.v1.InterestDeclared" => {
                cases::bar(tx, case_id, &decode::<InterestDeclared>(heard)?.person_id).await?;
            }
            "suda.routing.v1.RecusalRefused" => {
                cases::bar(tx, case_id, &decode::<RecusalRefused>(heard)?.person_id).await?;
            }
            _ => {}
        }
        let ended = matches!(
            view.state(),
            CaseState::Closed | CaseState::Withdrawn | CaseState::Archived
        );
        let unit_code = if view.lead_unit_code.is_empty() {
            view.unit_code.clone()
        } else {
            view.lead_unit_code.clone()
        };
        let case = Case {
            case_id,
            complaint_id: id(&view.complaint_id)?,
            unit_code,
            revision: view.revision,
            ended_at: ended.then(|| {
                let closed = view.closed_at.as_ref().and_then(instant);
                closed.unwrap_or(heard.occurred_at)
            }),
            number: view.number,
            union_code: view.union_code,
        };
        cases::keep(tx, &case).await?;
        if ended {
            // The message is not committed yet; the task's own rhythm makes up for a bell that rings too soon.
            self.wake.wake(crate::SEAL);
        }
        Ok(())
    }
}

fn decode<M: prost::Message + Default>(heard: &Heard) -> Result<M, Trouble> {
    M::decode(heard.body.clone()).map_err(|error| Trouble::Park(error.into()))
}

fn id(text: &str) -> Result<Uuid, Trouble> {
    text.parse()
        .map_err(|error: uuid::Error| Trouble::Park(error.into()))
}
