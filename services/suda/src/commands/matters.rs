//! What the commands about matters beside a case share: how they are found, asked and shown.

use chrono::{DateTime, FixedOffset, Utc};
use prost_types::Timestamp;
use suda_proto::routing::v1::{
    GetCaseRequest, HistoryEntry, routing_service_client::RoutingServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
    words::happened,
};

/// The id of a case that is named by its number or its id.
pub(super) async fn case_id(named: &str, session: &Session) -> anyhow::Result<String> {
    if named.parse::<uuid::Uuid>().is_ok() || named.is_empty() {
        return Ok(named.to_owned());
    }
    let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
    let asked = GetCaseRequest {
        case_id: String::new(),
        number: named.to_owned(),
    };
    let found = answer(routing.get_case(asked).await)?;
    Ok(found.case.unwrap_or_default().case_id)
}

/// An instant as messages say it.
pub(super) fn stamp(at: Option<DateTime<FixedOffset>>) -> Option<Timestamp> {
    at.map(|at| chassis::grpc::timestamp(at.with_timezone(&Utc)))
}

/// What a table says of something: its headings, each with its value.
pub(super) type Facts = Vec<(&'static str, String)>;

/// Shows one thing: a line for each of its facts, or the whole message.
pub(super) fn show<M: prost::Message + prost::Name>(
    form: Form,
    message: &M,
    facts: fn(&M) -> Facts,
) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(message);
    }
    output::facts(&facts(message));
    Ok(())
}

/// Shows a list: a table of what stands in it, or the whole message.
pub(super) fn list<M: prost::Message + prost::Name, V: Default>(
    form: Form,
    message: &M,
    views: &[V],
    facts: fn(&V) -> Facts,
) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(message);
    }
    let names = facts(&V::default());
    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let rows = views
        .iter()
        .map(|view| facts(view).into_iter().map(|(_, value)| value).collect());
    output::table(&names, rows.collect());
    Ok(())
}

/// Shows what happened to a matter, with what was written.
pub(super) fn history(entries: &[HistoryEntry]) {
    for entry in entries {
        output::text(&format!(
            "{} {} {}",
            output::time(entry.occurred_at.as_ref()),
            happened(&entry.event),
            entry.actor_post
        ));
        for text in &entry.texts {
            output::text(&format!("  {}:{}", text.name, text.text));
        }
    }
}
