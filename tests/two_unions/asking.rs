//! Requests for whatever is known of somebody else's complaint, built from the contracts.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value as Field};
use suda_proto::{archive::v1::PaperKind, intake::v1::IdentityKind, routing::v1::DocumentKind};

use super::{Known, SECRETS};
use crate::course::request_id;

/// A request of one RPC and the values of 台山 that stand in it.
pub(super) struct Asked {
    pub(super) message: DynamicMessage,
    pub(super) with: BTreeSet<String>,
}

/// Requests for what is known: with nothing, with each id alone, and with one of each.
pub(super) fn requests(input: &MessageDescriptor, known: &Known) -> Vec<Asked> {
    let mut wanted: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
    let mut all = BTreeMap::new();
    for field in fields_of(input, 2) {
        let name = field.name();
        let values = match name {
            // The ledger goes by what an entry is about.
            "key" => known.get("case_id"),
            "query" => {
                wanted.extend(
                    SECRETS.map(|word| BTreeMap::from([(name.to_owned(), word.to_owned())])),
                );
                None
            }
            _ => known.get(name),
        };
        for value in values.into_iter().flatten().take(3) {
            wanted.push(BTreeMap::from([(name.to_owned(), value.clone())]));
            all.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
        if name.ends_with("union_code") {
            all.insert(name.to_owned(), "589002".to_owned());
        } else if name.ends_with("unit_code") {
            all.insert(name.to_owned(), "589002SL".to_owned());
            for unit in ["589002", "589002SL", "589002XD"] {
                wanted.push(BTreeMap::from([(name.to_owned(), unit.to_owned())]));
            }
        }
    }
    // Bytes are had by what they belong to and their digest, together.
    let owners = known.get("complaint_id").into_iter().flatten().take(3);
    let digests = known.get("digest").into_iter().flatten().take(6);
    if input.get_field_by_name("digest").is_some() {
        wanted.extend(owners.flat_map(|owner| {
            let digests = digests.clone();
            digests.map(|digest| {
                BTreeMap::from([
                    ("complaint_id".to_owned(), owner.clone()),
                    ("digest".to_owned(), digest.clone()),
                ])
            })
        }));
    }
    wanted.push(all);
    let asked = wanted.into_iter().map(|with| Asked {
        message: filled(input, &with, 2),
        with: with.into_values().collect(),
    });
    asked.collect()
}

/// The text fields of a message and of those within it.
fn fields_of(message: &MessageDescriptor, depth: u32) -> Vec<FieldDescriptor> {
    let mut found = Vec::new();
    for field in message.fields() {
        match field.kind() {
            Kind::Message(inner) if depth > 0 && !field.is_list() && !field.is_map() => {
                found.extend(fields_of(&inner, depth - 1));
            }
            Kind::String => found.push(field),
            _ => {}
        }
    }
    found
}

fn filled(
    message: &MessageDescriptor,
    with: &BTreeMap<String, String>,
    depth: u32,
) -> DynamicMessage {
    let mut request = DynamicMessage::new(message.clone());
    for field in message.fields() {
        let name = field.name();
        let value = match field.kind() {
            Kind::String if field.is_list() => with
                .get(name)
                .map(|value| Field::List(vec![Field::String(value.clone())])),
            Kind::String => with
                .get(name)
                .cloned()
                .or_else(|| plausible(name))
                .map(Field::String),
            Kind::Uint32 if name == "year" => Some(Field::U32(2026)),
            Kind::Uint64 if name == "expected_revision" => Some(Field::U64(1)),
            Kind::Enum(kind) if ["term", "format"].contains(&name) => {
                // The last of them: the second half-year comes before the whole one, spreadsheets after JSON.
                let values: Vec<_> = kind.values().map(|value| value.number()).collect();
                let wanted = if name == "term" { 2 } else { values.len() - 1 };
                Some(Field::EnumNumber(values[wanted]))
            }
            // A letter and a list can be had in every format.
            Kind::Enum(kind) if name == "kind" => Some(Field::EnumNumber(match kind.name() {
                "DocumentKind" => DocumentKind::Answer.into(),
                "PaperKind" => PaperKind::Register.into(),
                _ => IdentityKind::Phone.into(),
            })),
            Kind::Message(_) if name == "until" => {
                Some(Field::Message(instant(&field, "2026-12-31T00:00:00Z")))
            }
            Kind::Message(inner) if depth > 0 && !field.is_list() && !field.is_map() => {
                let within = filled(&inner, with, depth - 1);
                let empty = within == DynamicMessage::new(inner) || inner_is_time(&field);
                (!empty && field.containing_oneof().is_none()).then_some(Field::Message(within))
            }
            _ => None,
        };
        if let Some(value) = value {
            request.set_field(&field, value);
        }
    }
    request
}

fn inner_is_time(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(inner) if inner.full_name().starts_with("google."))
}

/// An instant as the field has it.
fn instant(field: &FieldDescriptor, at: &str) -> DynamicMessage {
    let Kind::Message(kind) = field.kind() else {
        panic!("{} is no instant", field.full_name());
    };
    let mut instant = DynamicMessage::new(kind);
    instant.set_field_by_name("seconds", Field::I64(suite::at(at).timestamp()));
    instant
}

/// What a person would write there.
fn plausible(field: &str) -> Option<String> {
    Some(match field {
        "request_id" => request_id(),
        "reason" | "reasons" | "statement" | "remark" | "opinion" | "content" => {
            "核对有关情况".to_owned()
        }
        "table_code" => "summary".to_owned(),
        "figure_code" => "received".to_owned(),
        "clock_code" => "G18.1c".to_owned(),
        // Found by the telephone number, and by the end of every term.
        "value" => "13912345678".to_owned(),
        "on" => "2199-12-31".to_owned(),
        _ => return None,
    })
}
