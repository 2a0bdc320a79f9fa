//! Messages in: whatever happens to a complaint or its case, and what directory tells.
//!
//! Which of them matter to a clock is said by the policies, not here: every fact of intake and routing is kept, and a
//! policy published later may name any of them.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    db::Tx,
    inbox::{Heard, HearsAll, Trouble},
};
use chrono::Utc;
use prost::Message;
use prost_types::Timestamp;
use suda_proto::{
    directory::v1::{CalendarPublished, PolicyPublished, PostChanged, UnitChanged},
    intake::v1::ComplaintView,
    routing::v1::CaseView,
};
use uuid::Uuid;

use crate::{
    actions::{self, ActionError, Law},
    desk::Desk,
    parse,
    store::{self, FactRow, MatterRow},
};

const INTAKE: &str = "suda.intake.v1.";
const ROUTING: &str = "suda.routing.v1.";
const EXTENSION: &str = "suda.routing.v1.ExtensionGranted";

/// What every fact of routing begins with.
#[derive(Clone, PartialEq, Message)]
struct CaseFact {
    #[prost(message, optional, tag = "1")]
    case: Option<CaseView>,
    #[prost(message, optional, tag = "2")]
    occurred_at: Option<Timestamp>,
}

/// What an extension says beside that.
#[derive(Clone, PartialEq, Message)]
struct Extension {
    #[prost(string, tag = "4")]
    clock_code: String,
    #[prost(uint32, tag = "5")]
    stage: u32,
}

/// What every fact of intake about a complaint begins with.
#[derive(Clone, PartialEq, Message)]
struct ComplaintFact {
    #[prost(message, optional, tag = "1")]
    complaint: Option<ComplaintView>,
    #[prost(message, optional, tag = "2")]
    occurred_at: Option<Timestamp>,
}

/// The desk, as the inbox holds it.
pub(crate) struct Ears(pub(crate) Arc<Desk>);

impl HearsAll for Ears {
    async fn hear_all(&self, tx: &Tx, batch: &[Heard]) -> Result<(), Trouble> {
        let mut facts: BTreeMap<Uuid, Vec<(MatterRow, FactRow)>> = BTreeMap::new();
        for heard in batch {
            if let Some((matter, fact)) = self.read(tx, heard).await? {
                facts
                    .entry(matter.complaint_id)
                    .or_default()
                    .push((matter, fact));
            }
        }
        if facts.is_empty() {
            return Ok(());
        }
        let law = Law::load(tx).await.map_err(trouble)?;
        // In the order of their ids, so that two batches never wait for each other.
        for (matter, fact) in facts.into_values().flatten() {
            actions::follow(tx, &self.0, &law, &matter, &fact)
                .await
                .map_err(trouble)?;
        }
        Ok(())
    }
}

impl Ears {
    async fn read(&self, tx: &Tx, heard: &Heard) -> Result<Option<(MatterRow, FactRow)>, Trouble> {
        let message = heard.message();
        if message.starts_with(ROUTING) {
            return case_fact(heard);
        }
        if message.starts_with(INTAKE) {
            return complaint_fact(heard);
        }
        match message {
            "suda.directory.v1.UnitChanged" => {
                if let Some(unit) = decode::<UnitChanged>(heard)?.unit {
                    store::keep_unit(tx, &parse::unit(&unit), number(unit.revision)).await?;
                }
            }
            "suda.directory.v1.PostChanged" => {
                if let Some(post) = decode::<PostChanged>(heard)?.post {
                    let abolished = !post.abolished_on.is_empty();
                    store::keep_post(tx, &parse::post(&post), number(post.revision), abolished)
                        .await?;
                }
            }
            "suda.directory.v1.CalendarPublished" => {
                if let Some(told) = decode::<CalendarPublished>(heard)?.calendar {
                    parse::calendar(&told).map_err(malformed)?;
                    store::keep_calendar(tx, &told).await?;
                }
            }
            "suda.directory.v1.PolicyPublished" => {
                if let Some(told) = decode::<PolicyPublished>(heard)?.policy {
                    parse::policy(&told).map_err(malformed)?;
                    store::keep_policy(tx, &told).await?;
                }
            }
            // Others tell of things that have no clock.
            _ => {}
        }
        Ok(None)
    }
}

/// What is reported past the line names no case, and so has no clock of one.
fn case_fact(heard: &Heard) -> Result<Option<(MatterRow, FactRow)>, Trouble> {
    let told: CaseFact = decode(heard)?;
    let Some(case) = told.case else {
        return Ok(None);
    };
    let at = parse::instant(told.occurred_at.as_ref(), "occurred_at").map_err(malformed)?;
    let extension = if heard.message() == EXTENSION {
        Some(decode::<Extension>(heard)?)
    } else {
        None
    };
    let matter = MatterRow {
        complaint_id: case
            .complaint_id
            .parse()
            .map_err(|_| missing(heard, "complaint_id"))?,
        case_id: Some(
            case.case_id
                .parse()
                .map_err(|_| missing(heard, "case_id"))?,
        ),
        number: case.number,
        union_code: case.union_code,
        unit_code: case.unit_code,
        nature: case.nature,
        at_reception: case.registered_at_reception,
        received_at: parse::instant(case.received_at.as_ref(), "received_at").map_err(malformed)?,
        revision: number(case.revision),
        lead_unit: case.lead_unit_code,
        handler_post: case.handler_post,
    };
    let stage = extension
        .as_ref()
        .map(|told| i32::try_from(told.stage).unwrap_or(i32::MAX));
    let fact = FactRow {
        message_id: heard.id,
        event: heard.message().to_owned(),
        at,
        extends_clock: extension.map(|told| told.clock_code),
        extends_stage: stage,
    };
    Ok(Some((matter, fact)))
}

/// Facts of intake that are not about a complaint, such as one set aside, have no clock here.
fn complaint_fact(heard: &Heard) -> Result<Option<(MatterRow, FactRow)>, Trouble> {
    if !["ComplaintRegistered", "ComplaintWithdrawn"]
        .iter()
        .any(|name| heard.message().ends_with(name))
    {
        return Ok(None);
    }
    let told: ComplaintFact = decode(heard)?;
    let complaint = told.complaint.ok_or_else(|| missing(heard, "complaint"))?;
    let matter = MatterRow {
        complaint_id: complaint
            .complaint_id
            .parse()
            .map_err(|_| missing(heard, "complaint_id"))?,
        case_id: None,
        number: complaint.number,
        union_code: complaint.union_code,
        unit_code: complaint.unit_code,
        nature: complaint.nature,
        at_reception: complaint.registered_at_reception,
        received_at: parse::instant(complaint.received_at.as_ref(), "received_at")
            .map_err(malformed)?,
        revision: 0,
        lead_unit: String::new(),
        handler_post: String::new(),
    };
    let fact = FactRow {
        message_id: heard.id,
        event: heard.message().to_owned(),
        at: parse::instant(told.occurred_at.as_ref(), "occurred_at")
            .map_err(malformed)?
            .with_timezone(&Utc),
        extends_clock: None,
        extends_stage: None,
    };
    Ok(Some((matter, fact)))
}

fn decode<M: Message + Default>(heard: &Heard) -> Result<M, Trouble> {
    M::decode(heard.body.clone()).map_err(|error| Trouble::Park(error.into()))
}

fn missing(heard: &Heard, field: &str) -> Trouble {
    Trouble::Park(anyhow::anyhow!(
        "{} without a usable {field}",
        heard.message()
    ))
}

fn malformed(wrong: parse::Malformed) -> Trouble {
    Trouble::Park(wrong.into())
}

fn number(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

/// Again or park: what is not known yet will be; what cannot be used will not change by waiting, but a calendar that
/// does not reach far enough may be published any day.
fn trouble(error: ActionError) -> Trouble {
    match error {
        ActionError::NotYet | ActionError::Beyond(_) | ActionError::Store(_) => {
            Trouble::Again(error.into())
        }
        ActionError::Unknown(_) => Trouble::Park(error.into()),
    }
}
