//! What people and programs read: tables, JSON, sentences.
//!
//! JSON is a message of the contracts with all its fields, in snake case; what is absent is null, so that the keys are
//! always the same. Tables are in Chinese.
#![expect(clippy::print_stderr, reason = "this is what the command line says")]

use std::{io::Write as _, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::grpc::instant;
use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use indicatif::{ProgressBar, ProgressStyle};
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MapKey, ReflectMessage as _, Value};
use prost_types::Timestamp;
use serde_json::json;
use sla_watchdog::parse::local;

/// The form of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// The descriptors of all contracts.
#[must_use]
pub fn contracts() -> &'static DescriptorPool {
    #[expect(
        clippy::expect_used,
        reason = "the build wrote them from the contracts"
    )]
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        DescriptorPool::decode(suda_proto::DESCRIPTORS).expect("descriptors of the contracts")
    });
    &POOL
}

/// Says a line about what is going on; it does not mix with an answer that a program reads.
pub fn note(line: &str) {
    eprintln!("{line}");
}

/// Prints an answer that is one text.
pub fn text(text: &str) {
    put(text);
}

/// Prints an answer as JSON.
///
/// # Errors
/// When it cannot be written.
pub fn json(value: &serde_json::Value) -> anyhow::Result<()> {
    put(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints a message of the contracts as JSON.
///
/// # Errors
/// When it cannot be written.
pub fn message<M: Message + Name>(message: &M) -> anyhow::Result<()> {
    json(&as_json(message)?)
}

/// A message of the contracts as JSON: every field by its name in the contract, null when it is absent.
///
/// # Errors
/// When the contracts do not know it.
pub fn as_json<M: Message + Name>(message: &M) -> anyhow::Result<serde_json::Value> {
    Ok(object(&dynamic(message)?))
}

/// A part of a message, by its name: the case of whatever answer has one.
///
/// # Errors
/// When the message has no such part, or it is another one.
pub fn part<P: Message + Default>(message: &impl Name, name: &str) -> anyhow::Result<P> {
    let message = dynamic(message)?;
    match message.get_field_by_name(name).as_deref() {
        Some(Value::Message(part)) => Ok(part.transcode_to()?),
        _ => anyhow::bail!("{} has no {name}", message.descriptor().full_name()),
    }
}

/// A message with some fields, by their names.
///
/// # Errors
/// When it has no such field, or of another type.
pub fn made<M: Message + Name + Default>(
    fields: impl IntoIterator<Item = (&'static str, Value)>,
) -> anyhow::Result<M> {
    let mut message = dynamic(&M::default())?;
    for (name, value) in fields {
        message
            .try_set_field_by_name(name, value)
            .map_err(|error| anyhow::anyhow!("{}: {error}", M::full_name()))?;
    }
    Ok(message.transcode_to()?)
}

fn dynamic<M: Message + Name>(message: &M) -> anyhow::Result<DynamicMessage> {
    let name = M::full_name();
    let descriptor = contracts()
        .get_message_by_name(&name)
        .ok_or_else(|| anyhow::anyhow!("the contracts do not know {name}"))?;
    Ok(DynamicMessage::decode(
        descriptor,
        message.encode_to_vec().as_slice(),
    )?)
}

fn object(message: &DynamicMessage) -> serde_json::Value {
    if message.descriptor().full_name() == "google.protobuf.Timestamp" {
        let at = message.transcode_to::<Timestamp>().ok();
        return rfc3339(at.as_ref()).into();
    }
    let fields = message.descriptor();
    let fields = fields.fields().map(|field| {
        let value = if field.supports_presence() && !message.has_field(&field) {
            serde_json::Value::Null
        } else {
            plain(&message.get_field(&field), &field.kind())
        };
        (field.name().to_owned(), value)
    });
    serde_json::Value::Object(fields.collect())
}

fn plain(value: &Value, kind: &Kind) -> serde_json::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::I32(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::U32(value) => (*value).into(),
        Value::U64(value) => (*value).into(),
        Value::F32(value) => (*value).into(),
        Value::F64(value) => (*value).into(),
        Value::String(value) => value.as_str().into(),
        Value::Bytes(value) => STANDARD.encode(value).into(),
        Value::EnumNumber(number) => kind
            .as_enum()
            .and_then(|kind| kind.get_value(*number))
            .map_or_else(|| json!(number), |value| value.name().into()),
        Value::Message(message) => object(message),
        Value::List(values) => values.iter().map(|value| plain(value, kind)).collect(),
        Value::Map(entries) => {
            let of = kind
                .as_message()
                .map_or(Kind::String, |entry| entry.map_entry_value_field().kind());
            let entries = entries.iter().map(|(key, value)| {
                let key = match key {
                    MapKey::Bool(key) => key.to_string(),
                    MapKey::I32(key) => key.to_string(),
                    MapKey::I64(key) => key.to_string(),
                    MapKey::U32(key) => key.to_string(),
                    MapKey::U64(key) => key.to_string(),
                    MapKey::String(key) => key.clone(),
                };
                (key, plain(value, &of))
            });
            serde_json::Value::Object(entries.collect())
        }
    }
}

/// Prints a table with these headings.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>) {
    let mut table = bare();
    table.set_header(headings.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    put(&table.to_string());
}

/// Prints what is known of one thing, a line each; what is empty is left out.
pub fn facts(facts: &[(&str, String)]) {
    let mut table = bare();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row(vec![(*name).to_owned(), value.clone()]);
    }
    put(&table.to_string());
}

/// Prints a table under a heading, when it has rows.
pub fn section(heading: &str, headings: &[&str], rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        put(&format!("\n{heading}"));
        table(headings, rows);
    }
}

fn bare() -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table
}

/// An instant as people read it; nothing when it is absent.
#[must_use]
pub fn time(at: Option<&Timestamp>) -> String {
    at.and_then(instant)
        .map(|at| local(at).format("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// A due instant as people read it: the end of a day is its 24:00, not the next day's beginning.
#[must_use]
pub fn due(at: Option<&Timestamp>) -> String {
    let Some(at) = at.and_then(instant).map(local) else {
        return String::new();
    };
    if at.time() == chrono::NaiveTime::MIN {
        let day = at.date_naive().pred_opt().unwrap_or_default();
        return format!("{day} 24:00");
    }
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// An instant as programs read it.
#[must_use]
pub fn rfc3339(at: Option<&Timestamp>) -> Option<String> {
    at.and_then(instant).map(|at| local(at).to_rfc3339())
}

/// A bar for long work; it is drawn on standard error, and only for people.
///
/// # Errors
/// Never in practice: the template is fixed.
pub fn bar(steps: u64, what: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {elapsed} 余 {eta}")?
        .progress_chars("=> ");
    Ok(ProgressBar::new(steps)
        .with_style(style)
        .with_message(what.to_owned()))
}

/// A sign of life for work of unknown length.
///
/// # Errors
/// Never in practice: the template is fixed.
pub fn spinner(what: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}")?;
    let bar = ProgressBar::new_spinner()
        .with_style(style)
        .with_message(what.to_owned());
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    Ok(bar)
}

/// Writes to standard output; when its reader has gone, as `head` does, nothing is left to say.
fn put(text: &str) {
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use suda_proto::{
        operation::v1::StatusResponse,
        routing::v1::{AcceptResponse, CaseState, CaseView, IssueOrderResponse},
    };

    use super::*;

    #[test]
    fn json_has_every_field_and_null_for_what_is_absent() {
        let case = CaseView {
            number: "589002-2026-000001".to_owned(),
            state: CaseState::Filed.into(),
            revision: 3,
            received_at: Some(Timestamp {
                seconds: 1_790_128_800,
                nanos: 0,
            }),
            ..CaseView::default()
        };
        let told = AcceptResponse { case: Some(case) };
        let json = &as_json(&told).unwrap()["case"];
        assert_eq!(json["state"], "CASE_STATE_FILED");
        assert_eq!(json["revision"], 3);
        assert_eq!(json["received_at"], "2026-09-23T10:00:00+08:00");
        assert!(json["closed_at"].is_null() && json.get("closed_at").is_some());
        assert_eq!(json["co_unit_codes"], json!([]));
        let fields = contracts()
            .get_message_by_name("suda.routing.v1.CaseView")
            .unwrap();
        assert_eq!(json.as_object().unwrap().len(), fields.fields().len());
    }

    #[test]
    fn json_shows_maps_and_parts_are_found_by_name() {
        let status = StatusResponse {
            counts: HashMap::from([("cases".to_owned(), 7)]),
            ..StatusResponse::default()
        };
        assert_eq!(as_json(&status).unwrap()["counts"]["cases"], 7);
        let told = IssueOrderResponse {
            case: Some(CaseView {
                number: "x".to_owned(),
                ..CaseView::default()
            }),
            order_id: "o".to_owned(),
        };
        assert_eq!(part::<CaseView>(&told, "case").unwrap().number, "x");
        assert!(part::<CaseView>(&told, "order_id").is_err());
    }

    #[test]
    fn the_end_of_a_day_is_its_24_00() {
        let midnight = Timestamp {
            seconds: 1_790_092_800,
            nanos: 0,
        };
        assert_eq!(due(Some(&midnight)), "2026-09-22 24:00");
        assert_eq!(time(Some(&midnight)), "2026-09-23 00:00");
        assert_eq!(time(None), "");
    }
}
