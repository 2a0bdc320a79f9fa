//! What was told once is still understood: a sample of every fact, written once, read with today's types.
//!
//! A new fact gets its sample by `cargo test -p suda-proto --test golden -- --ignored`, which writes the missing ones and
//! touches no other. A fact that learns a field may get a second sample beside the first, `<Fact>-2.json`.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor,
    Value, prost::Message as _,
};
use suda_proto::{DESCRIPTORS, FACTS, Fact};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");

/// How deep a written sample goes.
const DEPTH: u32 = 6;

fn descriptor(name: &str) -> MessageDescriptor {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).unwrap());
    POOL.get_message_by_name(name).unwrap()
}

/// Where the sample of a fact stands: `golden/suda/routing/v1/CaseOpened.json`.
fn place(fact: &Fact) -> PathBuf {
    Path::new(GOLDEN).join(format!("{}.json", fact.name.replace('.', "/")))
}

/// Every sample with the full name of its fact.
fn samples() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(GOLDEN)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(GOLDEN).unwrap().with_extension("");
            let name = below.to_str().unwrap().replace('/', ".");
            // A later sample of the same fact has a number behind its name.
            let name = name.split('-').next().unwrap().to_owned();
            found.push((path, name));
        }
    }
    found
}

#[test]
fn every_sample_is_still_understood() {
    for (path, name) in samples() {
        let known = FACTS.iter().find(|fact| fact.name == name);
        let fact = known.unwrap_or_else(|| {
            panic!(
                "{} is a sample of no fact; a fact that was told once stays readable",
                path.display()
            )
        });
        let text = fs::read_to_string(&path).unwrap();
        let mut json = serde_json::Deserializer::from_str(&text);
        let written = DynamicMessage::deserialize(descriptor(&name), &mut json)
            .unwrap_or_else(|error| panic!("{} is not understood: {error}", path.display()));
        let read = (fact.again)(&written.encode_to_vec()).unwrap();
        let read = DynamicMessage::decode(descriptor(&name), read.as_slice()).unwrap();
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            "{} means something else today",
            path.display()
        );
    }
}

#[test]
fn every_fact_has_a_sample() {
    assert!(FACTS.len() > 40, "the facts were not found");
    let sampled: BTreeSet<_> = samples().into_iter().map(|(_, name)| name).collect();
    let missing: Vec<_> = FACTS
        .iter()
        .map(|fact| fact.name)
        .filter(|name| !sampled.contains(*name))
        .collect();
    assert!(
        missing.is_empty(),
        "no sample of {missing:?}; write it with `cargo test -p suda-proto --test golden -- --ignored`"
    );
}

#[test]
#[ignore = "writes the samples that are missing; run once after a fact was added"]
fn write_missing_samples() {
    for fact in FACTS.iter().filter(|fact| !place(fact).exists()) {
        let sample = sample(&descriptor(fact.name), DEPTH);
        let path = place(fact);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = serde_json::to_string_pretty(&sample).unwrap();
        fs::write(path, text + "\n").unwrap();
    }
}

/// A message with every field filled; of alternatives the first.
fn sample(message: &MessageDescriptor, depth: u32) -> DynamicMessage {
    let mut filled = DynamicMessage::new(message.clone());
    if message.full_name() == "google.protobuf.Timestamp" {
        // 2026-09-23 10:00 in Guangdong.
        filled.set_field_by_name("seconds", Value::I64(1_790_128_800));
        return filled;
    }
    for field in message.fields() {
        let alternative = field.containing_oneof();
        let first = alternative.is_none_or(|group| group.fields().next() == Some(field.clone()));
        let too_deep = depth == 0 && matches!(field.kind(), Kind::Message(_));
        if first && !too_deep {
            filled.set_field(&field, value(&field, depth));
        }
    }
    filled
}

fn value(field: &FieldDescriptor, depth: u32) -> Value {
    if field.is_map() {
        let kind = field.kind();
        let entry = kind.as_message().unwrap();
        let value = single(&entry.map_entry_value_field(), depth);
        let key = match entry.map_entry_key_field().kind() {
            Kind::String => MapKey::String(field.name().to_owned()),
            Kind::Bool => MapKey::Bool(true),
            Kind::Uint32 | Kind::Fixed32 => MapKey::U32(1),
            Kind::Uint64 | Kind::Fixed64 => MapKey::U64(1),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => MapKey::I32(1),
            _ => MapKey::I64(1),
        };
        return Value::Map([(key, value)].into());
    }
    match field.cardinality() {
        Cardinality::Repeated => Value::List(vec![single(field, depth)]),
        Cardinality::Optional | Cardinality::Required => single(field, depth),
    }
}

fn single(field: &FieldDescriptor, depth: u32) -> Value {
    // Numbers differ from field to field, so that exchanged ones are seen.
    let number = field.number();
    match field.kind() {
        Kind::Bool => Value::Bool(true),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(i32::try_from(number).unwrap()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(i64::from(number)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(u64::from(number)),
        Kind::Float => Value::F32(0.5),
        Kind::Double => Value::F64(0.5),
        Kind::Bytes => Value::Bytes(field.name().to_owned().into_bytes().into()),
        Kind::String => Value::String(text(field)),
        Kind::Enum(kind) => {
            let said = kind.values().find(|value| value.number() != 0);
            Value::EnumNumber(said.map_or(0, |value| value.number()))
        }
        Kind::Message(message) => Value::Message(sample(&message, depth.saturating_sub(1))),
    }
}

/// A text that could stand there; no two fields of a message hold the same.
fn text(field: &FieldDescriptor) -> String {
    let (name, number) = (field.name(), field.number());
    if name == "union_code" {
        "589002".to_owned()
    } else if name == "number" || name.ends_with("_number") {
        format!("589002-2026-{number:06}")
    } else if name.ends_with("unit_code") || name.ends_with("unit") {
        format!("589002{number:02}")
    } else if name.ends_with("_id") || name.ends_with("_ids") {
        format!("0192c000-0000-7000-8000-{number:012}")
    } else if name.ends_with("digest") || name.ends_with("hash") {
        format!("{number:064x}")
    } else if name == "masked_name" {
        "何*".to_owned()
    } else if name == "date" || name.ends_with("_on") || name.starts_with("effective_") {
        format!("2026-09-{:02}", number % 28 + 1)
    } else {
        format!("{name} {number}")
    }
}
