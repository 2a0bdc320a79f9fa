//! Messages in: whatever happens to a subject that may have clocks, and what directory tells.
//!
//! Which of them matter to a clock is said by the policies, not here: every fact is kept, and a policy published later may
//! name any of them.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    db::Tx,
    inbox::{Heard, HearsAll, Trouble},
};
use prost::Message;
use suda_proto::directory::v1::{CalendarPublished, PolicyPublished, PostChanged, UnitChanged};
use uuid::Uuid;

use crate::{
    actions::{ActionError, following},
    desk::Desk,
    law::{Law, NoLaw},
    parse, reading,
    store::{FactRow, SubjectRow, reference},
};

/// Who tells of things that have clocks.
const TELLERS: [&str; 4] = [
    "suda.intake.v1.",
    "suda.routing.v1.",
    "suda.archive.v1.",
    "suda.regulatory_report.v1.",
];

/// The desk, as the inbox holds it.
pub(crate) struct Ears(pub(crate) Arc<Desk>);

impl HearsAll for Ears {
    async fn hear_all(&self, tx: &Tx, batch: &[Heard]) -> Result<(), Trouble> {
        let mut facts: BTreeMap<Uuid, Vec<(SubjectRow, FactRow)>> = BTreeMap::new();
        let mut new_law = false;
        for heard in batch {
            if TELLERS
                .iter()
                .any(|teller| heard.message().starts_with(teller))
            {
                for (subject, fact) in reading::facts(heard).map_err(malformed)? {
                    // What belongs to a case is locked after it, and so always in the same order.
                    let first = subject.parent_id.unwrap_or(subject.subject_id);
                    facts.entry(first).or_default().push((subject, fact));
                }
            } else {
                new_law |= self.learn(tx, heard).await?;
            }
        }
        if facts.is_empty() && !new_law {
            return Ok(());
        }
        let law = match Law::load(tx).await {
            Ok(law) => law,
            // Half of the law is no reason to hear the other half again.
            Err(NoLaw::NotYet) if facts.is_empty() => return Ok(()),
            Err(error) => return Err(trouble(error.into())),
        };
        if new_law {
            following::take_up_waiting(tx, &self.0, &law)
                .await
                .map_err(trouble)?;
        }
        // In the order of their ids, so that two batches never wait for each other.
        for (subject, fact) in facts.into_values().flatten() {
            following::follow(tx, &self.0, &law, &subject, &fact)
                .await
                .map_err(trouble)?;
        }
        Ok(())
    }
}

impl Ears {
    /// Takes over what directory tells; says whether it was a policy or a calendar.
    async fn learn(&self, tx: &Tx, heard: &Heard) -> Result<bool, Trouble> {
        match heard.message() {
            "suda.directory.v1.UnitChanged" => {
                if let Some(unit) = decode::<UnitChanged>(heard)?.unit {
                    reference::keep_unit(tx, &parse::unit(&unit), number(unit.revision)).await?;
                }
            }
            "suda.directory.v1.PostChanged" => {
                if let Some(post) = decode::<PostChanged>(heard)?.post {
                    let abolished = !post.abolished_on.is_empty();
                    let revision = number(post.revision);
                    reference::keep_post(tx, &parse::post(&post), revision, abolished).await?;
                }
            }
            "suda.directory.v1.CalendarPublished" => {
                if let Some(told) = decode::<CalendarPublished>(heard)?.calendar {
                    parse::calendar(&told).map_err(malformed)?;
                    reference::keep_calendar(tx, &told).await?;
                    return Ok(true);
                }
            }
            "suda.directory.v1.PolicyPublished" => {
                if let Some(told) = decode::<PolicyPublished>(heard)?.policy {
                    parse::policy(&told).map_err(malformed)?;
                    reference::keep_policy(tx, &told).await?;
                    return Ok(true);
                }
            }
            // Others tell of things that have no clock.
            _ => {}
        }
        Ok(false)
    }
}

fn decode<M: Message + Default>(heard: &Heard) -> Result<M, Trouble> {
    M::decode(heard.body.clone()).map_err(|error| Trouble::Park(error.into()))
}

fn malformed(wrong: parse::Malformed) -> Trouble {
    Trouble::Park(wrong.into())
}

fn number(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

/// Again or park: what is not known yet will be; what cannot be used will not change by waiting.
fn trouble(error: ActionError) -> Trouble {
    match error {
        ActionError::NoLaw(NoLaw::Unknown(_)) | ActionError::Malformed(_) => {
            Trouble::Park(error.into())
        }
        ActionError::NoLaw(NoLaw::NotYet | NoLaw::Store(_))
        | ActionError::Beyond(_)
        | ActionError::Changed
        | ActionError::Request(_)
        | ActionError::Store(_) => Trouble::Again(error.into()),
    }
}
