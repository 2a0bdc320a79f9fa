//! Facts of others, read by their descriptors: whatever is told of a case, an appeal, a task, an item, a message put aside or
//! a unit's yearly duty becomes a fact about it, also an event that was thought of after this program was written.
//!
//! Of a fact only ids, codes and instants are kept: no name, no text.

use std::sync::OnceLock;

use chassis::inbox::Heard;
use chrono::{DateTime, Utc};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind as FieldKind, ReflectMessage as _, Value,
};
use serde_json::{Map, json};
use uuid::Uuid;

use crate::{
    domain::subject::Kind,
    parse::Malformed,
    store::{FactRow, SubjectRow},
};

/// Where a kind of subject stands in a fact: the field that holds its view, and the field of the view that is its id.
struct Shape {
    kind: Kind,
    holder: &'static str,
    id: &'static str,
}

const SHAPES: [Shape; 6] = [
    Shape {
        kind: Kind::Case,
        holder: "case",
        id: "complaint_id",
    },
    Shape {
        kind: Kind::Case,
        holder: "complaint",
        id: "complaint_id",
    },
    Shape {
        kind: Kind::Appeal,
        holder: "appeal",
        id: "appeal_id",
    },
    Shape {
        kind: Kind::Rectification,
        holder: "rectification",
        id: "rectification_id",
    },
    Shape {
        kind: Kind::Escalation,
        holder: "escalation",
        id: "escalation_id",
    },
    Shape {
        kind: Kind::Quarantine,
        holder: "quarantine",
        id: "quarantine_id",
    },
];

/// Who has a subject that is no case: the unit that decides, does, answers or clears.
const UNITS: [&str; 4] = [
    "body_unit_code",
    "body_code",
    "responsible_unit_code",
    "unit_code",
];
/// When something that is no case began, by the names it may have.
const BEGAN: [&str; 4] = ["received_at", "lodged_at", "opened_at", "created_at"];
/// The namespace of the ids of units' yearly duties; made once, for ever.
const DUTIES: Uuid = Uuid::from_u128(0x4d1c_9a52_6f0e_4b8c_9d37_52f1_0b7a_11e6);

/// The id of a unit's duty in a term.
#[must_use]
pub(crate) fn duty_id(unit: &str, period: &str) -> Uuid {
    Uuid::new_v5(&DUTIES, format!("{unit}/{period}").as_bytes())
}

/// The name of a term: the year, and its part when it has parts.
#[must_use]
pub(crate) fn period(year: i64, term: &str) -> String {
    format!("{year} {term}").trim_end().to_owned()
}

/// The subjects a fact is about, each with the fact; none for what has no subject here.
///
/// # Errors
/// When the message cannot be read, or its subject has no usable id.
pub(crate) fn facts(heard: &Heard) -> Result<Vec<(SubjectRow, FactRow)>, Malformed> {
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| DescriptorPool::decode(suda_proto::DESCRIPTORS).ok());
    let Some(descriptor) = pool
        .as_ref()
        .and_then(|pool| pool.get_message_by_name(heard.message()))
    else {
        // A service newer than this one told it; nothing here can name it in a policy.
        return Ok(Vec::new());
    };
    let fact = DynamicMessage::decode(descriptor, heard.body.clone())
        .map_err(|error| Malformed(format!("{}: {error}", heard.message())))?;
    let held = SHAPES
        .iter()
        .filter_map(|shape| Some((shape, message(&fact, shape.holder)?)));
    let mut read = Vec::new();
    for (shape, view) in held {
        let subject = subject(heard, &fact, shape, &view)?;
        let row = of(heard, subject.subject_id, &fact, Some(&view));
        read.push((subject, row));
    }
    if read.is_empty()
        && let Some(duty) = duty(heard, &fact)
    {
        let row = of(heard, duty.subject_id, &fact, None);
        read.push((duty, row));
    }
    Ok(read)
}

fn subject(
    heard: &Heard,
    fact: &DynamicMessage,
    shape: &Shape,
    view: &DynamicMessage,
) -> Result<SubjectRow, Malformed> {
    let missing = |field: &str| Malformed(format!("{} without a usable {field}", heard.message()));
    let id = |field: &str| text(view, field).parse::<Uuid>().ok();
    let case = message(fact, "case");
    let of_case = |field: &str| {
        case.as_ref()
            .map(|case| text(case, field))
            .unwrap_or_default()
    };
    let is_case = shape.kind == Kind::Case;
    let parent = id("complaint_id")
        .or_else(|| of_case("complaint_id").parse().ok())
        .or_else(|| id("case_id"));
    let began = BEGAN.iter().find_map(|name| instant(view, name));
    let unit = UNITS
        .iter()
        .map(|name| text(view, name))
        .find(|unit| !unit.is_empty());
    let number = [text(view, "number"), of_case("number")]
        .into_iter()
        .find(|number| !number.is_empty());
    // The revision of a complaint is not that of its case, whose units and posts are wanted here.
    let revision = if shape.holder == "complaint" {
        0
    } else {
        count(view, "revision")
    };
    Ok(SubjectRow {
        subject_id: id(shape.id).ok_or_else(|| missing(shape.id))?,
        kind: shape.kind.word().to_owned(),
        parent_id: parent.filter(|_| !is_case && shape.kind != Kind::Quarantine),
        case_id: id("case_id").or_else(|| of_case("case_id").parse().ok()),
        number: number.unwrap_or_default(),
        union_code: text(view, "union_code"),
        unit_code: if is_case {
            text(view, "unit_code")
        } else {
            unit.unwrap_or_default()
        },
        nature: i32::try_from(count(view, "nature")).unwrap_or(0),
        at_reception: flag(view, "registered_at_reception"),
        received_at: match (is_case, began) {
            (true, None) => return Err(missing("received_at")),
            (_, Some(at)) => at,
            (false, None) => occurred(heard, fact),
        },
        revision,
        lead_unit: text(view, "lead_unit_code"),
        handler_post: text(view, "handler_post"),
        major: flag(view, "major"),
        // Only intake knows; whoever does not say says nothing against it.
        has_contact: view.descriptor().get_field_by_name("has_contact").is_none()
            || flag(view, "has_contact"),
    })
}

/// A unit's yearly duty, of a fact that names unit and year.
fn duty(heard: &Heard, fact: &DynamicMessage) -> Option<SubjectRow> {
    let file = ["report", "transfer"]
        .iter()
        .find_map(|holder| message(fact, holder));
    let view = file.as_ref().unwrap_or(fact);
    let unit = ["unit_code", "union_code"]
        .iter()
        .map(|name| text(view, name))
        .find(|unit| !unit.is_empty())?;
    let year = Some(count(view, "year")).filter(|year| *year > 0)?;
    let period = period(year, &word(view, "term"));
    let union = [text(view, "union_code"), heard.union.clone()]
        .into_iter()
        .find(|union| !union.is_empty())?;
    Some(SubjectRow {
        subject_id: duty_id(&unit, &period),
        kind: Kind::Unit.word().to_owned(),
        number: period,
        union_code: union,
        unit_code: unit,
        received_at: occurred(heard, fact),
        has_contact: true,
        ..SubjectRow::default()
    })
}

fn of(
    heard: &Heard,
    subject_id: Uuid,
    fact: &DynamicMessage,
    view: Option<&DynamicMessage>,
) -> FactRow {
    let mut instants = Map::new();
    // What the fact itself says goes before what its view says.
    for message in view.into_iter().chain([fact]) {
        for field in message.descriptor().fields() {
            if let Some(at) = instant(message, field.name()) {
                instants.insert(field.name().to_owned(), json!(at));
            }
        }
    }
    instants.remove("occurred_at");
    let extends = heard.message().ends_with(".ExtensionGranted");
    let ground = word(fact, "ground");
    FactRow {
        message_id: heard.id,
        subject_id,
        event: heard.message().to_owned(),
        at: occurred(heard, fact),
        extends_clock: extends.then(|| text(fact, "clock_code")),
        extends_stage: extends.then(|| i32::try_from(count(fact, "stage")).unwrap_or(i32::MAX)),
        instants: instants.into(),
        ground: Some(ground).filter(|ground| !ground.is_empty()),
    }
}

fn occurred(heard: &Heard, fact: &DynamicMessage) -> DateTime<Utc> {
    instant(fact, "occurred_at").unwrap_or(heard.occurred_at)
}

fn value<'a>(
    message: &'a DynamicMessage,
    name: &str,
) -> Option<(FieldDescriptor, std::borrow::Cow<'a, Value>)> {
    let field = message.descriptor().get_field_by_name(name)?;
    message
        .has_field(&field)
        .then(|| (field.clone(), message.get_field(&field)))
}

fn message(holder: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    value(holder, name)?.1.as_message().cloned()
}

fn text(message: &DynamicMessage, name: &str) -> String {
    let found = value(message, name);
    let text = found.as_ref().and_then(|(_, value)| value.as_str());
    text.unwrap_or_default().to_owned()
}

fn flag(message: &DynamicMessage, name: &str) -> bool {
    value(message, name).and_then(|(_, value)| value.as_bool()) == Some(true)
}

fn count(message: &DynamicMessage, name: &str) -> i64 {
    let Some((_, value)) = value(message, name) else {
        return 0;
    };
    match value.as_ref() {
        Value::U64(count) => i64::try_from(*count).unwrap_or(i64::MAX),
        Value::U32(count) => i64::from(*count),
        Value::I64(count) => *count,
        Value::I32(count) | Value::EnumNumber(count) => i64::from(*count),
        _ => 0,
    }
}

/// A word: text as it is, or the name of an enum's value without the enum's own name, in lower case.
fn word(message: &DynamicMessage, name: &str) -> String {
    let Some((field, value)) = value(message, name) else {
        return String::new();
    };
    match (field.kind(), value.as_ref()) {
        (FieldKind::Enum(kind), Value::EnumNumber(number)) => {
            let named = kind
                .get_value(*number)
                .map(|value| value.name().to_lowercase());
            let own = snake(kind.name());
            let named = named.unwrap_or_default();
            named.strip_prefix(&own).unwrap_or(&named).to_owned()
        }
        (_, value) => value.as_str().unwrap_or_default().to_owned(),
    }
}

/// `PauseGround` as the names of its values begin: `pause_ground_`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake.push('_');
    snake
}

fn instant(message: &DynamicMessage, name: &str) -> Option<DateTime<Utc>> {
    let (field, value) = value(message, name)?;
    let FieldKind::Message(kind) = field.kind() else {
        return None;
    };
    if kind.full_name() != "google.protobuf.Timestamp" || field.is_list() {
        return None;
    }
    let at = value.as_message()?;
    let seconds = at.get_field_by_name("seconds")?.as_i64()?;
    let nanos = at.get_field_by_name("nanos")?.as_i32()?;
    DateTime::from_timestamp(seconds, u32::try_from(nanos).ok()?)
}

#[cfg(test)]
mod tests;
