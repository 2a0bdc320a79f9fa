//! What may be wrong with a policy: by itself, and beside the others.

use std::{collections::BTreeSet, sync::LazyLock};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use suda_proto::{
    DESCRIPTORS, FACTS,
    directory::v1::{ClockRule, Limit, LimitUnit},
};

use super::{
    ClockEntry, LimitEntry, RECIPIENTS, Read, RungEntry, SUBJECTS, days, nature, unit_kind,
};
use crate::domain::structure::{At, Fault};

/// Everything that is wrong with a clock by itself.
pub(super) fn wrong(entry: &ClockEntry) -> Vec<String> {
    let mut faults = Vec::new();
    let lists = [
        &entry.requires,
        &entry.stops_on,
        &entry.cancelled_on,
        &entry.resumed_on,
        &entry.restarts_on,
        &entry.pauses_on,
        &entry.unpauses_on,
    ];
    let starts = entry.starts_on.all();
    for event in starts.iter().chain(lists.into_iter().flatten()) {
        if !is_event(event) {
            faults.push(format!("{event:?} is no fact any service tells; see proto"));
        }
    }
    if starts.is_empty() {
        faults.push("starts on nothing".to_owned());
    }
    if entry.article.is_empty() {
        faults.push("names no article".to_owned());
    }
    if !entry.subject.is_empty() && !SUBJECTS.contains(&entry.subject.as_str()) {
        faults.push(format!(
            "subject {:?}: there are {}",
            entry.subject,
            SUBJECTS.join(", ")
        ));
    }
    let named = entry.stops_at.iter().chain(&entry.stops_need);
    let named = named.chain(&entry.restarts_at);
    for name in named.chain([&entry.starts_at]) {
        if !is_instant(name) {
            faults.push(format!(
                "starts_at, stops_at, stops_need or restarts_at {name:?}: write received_at, occurred_at, or an instant that a fact carries"
            ));
        }
    }
    if !["", "outlet_or_department", "reception"].contains(&entry.registered_at.as_str()) {
        faults.push(format!(
            "registered_at {:?}: write outlet_or_department, reception, or nothing",
            entry.registered_at
        ));
    }
    faults.extend(
        entry
            .natures
            .iter()
            .filter(|word| nature(word).is_none())
            .map(|word| format!("{word:?} is no nature")),
    );
    faults.extend(wrong_limits(entry));
    faults.extend(wrong_terms(entry));
    faults.extend(
        entry
            .rung
            .iter()
            .flat_map(|rung| wrong_rung(rung.get_ref())),
    );
    faults
}

fn wrong_limits(entry: &ClockEntry) -> Vec<String> {
    let mut faults = Vec::new();
    if matches!(entry.limit, LimitEntry::SameDay(false)) {
        faults.push("same_day is true or not there at all".to_owned());
    }
    if let LimitEntry::Given(names) = &entry.limit
        && (names.is_empty() || names.iter().any(|name| !is_instant(name)))
    {
        faults.push("given names the instants that the starting fact may carry".to_owned());
    }
    let steps: Vec<u32> = std::iter::once(&entry.limit)
        .chain(&entry.extensions)
        .map(days)
        .collect();
    if steps.windows(2).any(|pair| pair[0] >= pair[1]) {
        faults.push(
            "an extension is not longer than the limit before it; each counts from the start"
                .to_owned(),
        );
    }
    let pauses = !entry.pauses_on.is_empty();
    if pauses == entry.unpauses_on.is_empty() || pauses == entry.pause_grounds.is_empty() {
        faults.push(
            "a pause has facts that begin it, facts that end it, and the grounds on which it is allowed"
                .to_owned(),
        );
    }
    if pauses && matches!(entry.limit, LimitEntry::SameDay(_) | LimitEntry::Given(_)) {
        faults.push("a limit of the same day, or one that was given, is not paused".to_owned());
    }
    faults
}

/// Only what comes to units every year has terms; a term opens before it ends, on days that every year has.
fn wrong_terms(entry: &ClockEntry) -> Vec<String> {
    let mut faults = Vec::new();
    let of_units = entry.subject == "unit";
    if of_units == entry.term.is_empty() {
        faults.push("a clock of units has terms, and no other has".to_owned());
    }
    if of_units == (entry.unit_kinds.is_empty() && entry.units.is_empty()) {
        faults.push("a clock of units names unit_kinds or units, and no other does".to_owned());
    }
    let unknown = entry
        .unit_kinds
        .iter()
        .filter(|word| unit_kind(word).is_none());
    faults.extend(unknown.map(|word| format!("{word:?} is no kind of unit")));
    for term in &entry.term {
        let due = match (&term.due_before, &term.due_on) {
            (Some(due), None) | (None, Some(due)) => due,
            _ => {
                faults.push(format!("term {:?} has due_before or due_on", term.code));
                continue;
            }
        };
        let day = |text: &String| format!("2027-{text}").parse::<chrono::NaiveDate>().ok();
        let days = (day(&term.opens_on), day(due));
        if !matches!(days, (Some(opens), Some(due)) if opens < due) {
            faults.push(format!(
                "term {:?} opens on a day and ends on a later one of the year, each written MM-DD",
                term.code
            ));
        }
    }
    faults
}

fn wrong_rung(rung: &RungEntry) -> Vec<String> {
    let mut faults = Vec::new();
    if rung.to.is_empty() {
        faults.push(format!("rung {} goes to nobody", rung.code));
    }
    for word in rung
        .to
        .iter()
        .filter(|word| !RECIPIENTS.contains(&word.as_str()))
    {
        faults.push(format!(
            "rung {}: {word:?} is nobody; there are {}",
            rung.code,
            RECIPIENTS.join(", ")
        ));
    }
    let offsets = [
        rung.working_days_before,
        rung.working_days_after,
        rung.hours_before,
        rung.hours_after,
    ];
    if offsets.iter().filter(|count| **count > 0).count() > 1 {
        faults.push(format!(
            "rung {} is both before and after, or both in days and in hours",
            rung.code
        ));
    }
    faults
}

/// The names of all fields of all contracts, read once: a policy has hundreds of names to look up.
static FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap_or_default();
    let mut open: Vec<_> = set
        .file
        .into_iter()
        .flat_map(|file| file.message_type)
        .collect();
    let mut names = BTreeSet::new();
    while let Some(message) = open.pop() {
        names.extend(message.field.into_iter().filter_map(|field| field.name));
        open.extend(message.nested_type);
    }
    names
});

/// Whether a name is that of an instant: any message of the contracts may carry it.
fn is_instant(name: &str) -> bool {
    ["_at", "_from"].iter().any(|end| name.ends_with(end)) && FIELDS.contains(name)
}

/// Whether any service tells a fact of this full name.
fn is_event(name: &str) -> bool {
    FACTS.iter().any(|fact| fact.name == name)
}

/// A union may set limits of its own beside the province's, stricter ones only, and further ones (guideline art. 29). A local
/// policy names the province's clock by the same code and counts in the same unit; the same day is stricter than any.
pub(in crate::reference) fn looser(policies: &[Read]) -> Vec<Fault> {
    let (local, of_all): (Vec<_>, Vec<_>) = policies
        .iter()
        .partition(|read| !read.policy.union_code.is_empty());
    let mut faults = Vec::new();
    for read in local {
        for (own, line) in read.policy.clocks.iter().zip(&read.lines) {
            let others = of_all.iter().flat_map(|other| &other.policy.clocks);
            for other in others.filter(|other| other.code == own.code) {
                if let Some(reason) = is_looser(own, other) {
                    let at = At {
                        file: read.file.clone(),
                        line: *line,
                    };
                    faults.push(Fault { at, reason });
                }
            }
        }
    }
    faults
}

fn is_looser(own: &ClockRule, other: &ClockRule) -> Option<String> {
    let limit = |rule: &ClockRule| rule.limit.unwrap_or_default();
    let longest = |rule: &ClockRule| rule.extensions.last().copied().unwrap_or(limit(rule));
    let exceeds = |own: Limit, other: Limit| {
        own.unit() != LimitUnit::SameDay && (own.unit != other.unit || own.count > other.count)
    };
    let what = if exceeds(limit(own), limit(other)) {
        "its limit is longer, or counted otherwise"
    } else if exceeds(longest(own), longest(other)) {
        "its extensions go further"
    } else if own
        .pause_grounds
        .iter()
        .any(|ground| !other.pause_grounds.contains(ground))
    {
        "it may be paused on more grounds"
    } else {
        return None;
    };
    Some(format!(
        "clock {} is looser than the province's: {what}; art. 29 of the guideline allows stricter ones only",
        own.code
    ))
}
