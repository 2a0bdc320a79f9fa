//! Messages in: whatever happens to a subject that may have clocks, and what directory tells.
//!
//! Which of them matter to a clock is said by the policies, not here: every fact is kept, and a policy published later may
//! name any of them.

use std::sync::Arc;

use chassis::{
    db::Tx,
    inbox::{Heard, HearsAll, Trouble},
};
use prost::Message;
use suda_proto::directory::v1::{CalendarPublished, PolicyPublished, PostChanged, UnitChanged};

use crate::{
    actions::{ActionError, following},
    desk::Desk,
    law::{Law, NoLaw},
    parse, reading,
    store::reference,
};

/// Who tells of what clocks depend on: directory of units, posts and the law, the others of things that have clocks.
pub(crate) const TELLERS: [&str; 5] = [
    DIRECTORY,
    "suda.intake.v1.",
    "suda.routing.v1.",
    "suda.archive.v1.",
    "suda.regulatory_report.v1.",
];
const DIRECTORY: &str = "suda.directory.v1.";

/// The desk, as the inbox holds it.
pub(crate) struct Ears(pub(crate) Arc<Desk>);

impl HearsAll for Ears {
    async fn hear_all(&self, tx: &Tx, batch: &[Heard]) -> Result<(), Trouble> {
        let mut facts = Vec::new();
        let mut new_law = false;
        for heard in batch {
            if heard.message().starts_with(DIRECTORY) {
                new_law |= self.learn(tx, heard).await?;
            } else {
                facts.extend(reading::facts(heard).map_err(malformed)?);
            }
        }
        if facts.is_empty() && !new_law {
            return Ok(());
        }
        // What this transaction learnt is not everybody's before it is committed.
        let law = if new_law {
            Law::load(tx).await.map(Arc::new)
        } else {
            self.0.law(tx).await
        };
        let law = match law {
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
        following::follow(tx, &self.0, &law, facts)
            .await
            .map_err(trouble)
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
