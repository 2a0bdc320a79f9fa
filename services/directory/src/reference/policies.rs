//! Files of policies: one a file, each clock with its article, its limit and its ladder.

use serde::Deserialize;
use suda_proto::{
    DESCRIPTORS,
    common::v1::Nature,
    directory::v1::{ClockRule, Limit, LimitUnit, Policy, RungRule},
};
use toml::{Spanned, value::Datetime};

use super::{File, digest, fault, parse, structure::date};
use crate::domain::structure::{At, Fault};

/// The words by which a ladder names recipients.
const RECIPIENTS: [&str; 7] = [
    "handler",
    "handling_unit_head",
    "reception_clerk",
    "reception_head",
    "senior_management",
    "office",
    "compliance",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    code: String,
    source: String,
    effective_from: Datetime,
    effective_until: Option<Datetime>,
    close_of_business: Spanned<String>,
    clock: Vec<Spanned<ClockEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockEntry {
    code: String,
    name: String,
    article: String,
    starts_on: String,
    starts_at: String,
    stops_on: Vec<String>,
    #[serde(default)]
    cancelled_on: Vec<String>,
    #[serde(default)]
    resumed_on: Vec<String>,
    limit: LimitEntry,
    #[serde(default)]
    extensions: Vec<LimitEntry>,
    #[serde(default)]
    natures: Vec<String>,
    #[serde(default)]
    registered_at: String,
    rung: Vec<Spanned<RungEntry>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum LimitEntry {
    SameDay(bool),
    WorkingDays(u32),
    NaturalDays(u32),
    Months(u32),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RungEntry {
    code: String,
    #[serde(default)]
    working_days_before: u32,
    #[serde(default)]
    working_days_after: u32,
    to: Vec<String>,
}

/// Reads a policy.
pub(super) fn read(file: &File) -> Result<Policy, Vec<Fault>> {
    let contents: Contents = parse(file)?;
    let mut faults = Vec::new();
    let close = &contents.close_of_business;
    if chrono::NaiveTime::parse_from_str(close.get_ref(), "%H:%M").is_err() {
        faults.push(fault(
            file,
            close.span().start,
            format!("{:?} is no time of day; write it as 17:30", close.get_ref()),
        ));
    }
    let whole = |reason: String| vec![fault(file, 0, reason)];
    let effective_from = date(&contents.effective_from).map_err(whole)?.to_string();
    let effective_until = match &contents.effective_until {
        Some(day) => date(day).map_err(whole)?.to_string(),
        None => String::new(),
    };
    let mut clocks = Vec::new();
    for entry in contents.clock {
        let byte = entry.span().start;
        faults.extend(wrong(entry.get_ref()).into_iter().map(|reason| {
            fault(
                file,
                byte,
                format!("clock {}: {reason}", entry.get_ref().code),
            )
        }));
        clocks.push(rule(entry.into_inner()));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Policy {
        code: contents.code,
        version: 0,
        source: contents.source,
        effective_from,
        effective_until,
        close_of_business: contents.close_of_business.into_inner(),
        clocks,
        digest: digest(file),
    })
}

fn wrong(entry: &ClockEntry) -> Vec<String> {
    let mut faults = Vec::new();
    let lists = [&entry.stops_on, &entry.cancelled_on, &entry.resumed_on];
    for event in std::iter::once(&entry.starts_on).chain(lists.into_iter().flatten()) {
        if !is_event(event) {
            faults.push(format!("{event:?} is no fact any service tells; see proto"));
        }
    }
    if entry.article.is_empty() {
        faults.push("names no article".to_owned());
    }
    if !["received_at", "occurred_at"].contains(&entry.starts_at.as_str()) {
        faults.push(format!(
            "starts_at {:?}: write received_at or occurred_at",
            entry.starts_at
        ));
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
    if matches!(entry.limit, LimitEntry::SameDay(false)) {
        faults.push("same_day is true or not there at all".to_owned());
    }
    let steps: Vec<u32> = std::iter::once(entry.limit)
        .chain(entry.extensions.iter().copied())
        .map(days)
        .collect();
    if steps.windows(2).any(|pair| pair[0] >= pair[1]) {
        faults.push(
            "an extension is not longer than the limit before it; each counts from the start"
                .to_owned(),
        );
    }
    for rung in &entry.rung {
        let rung = rung.get_ref();
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
        if rung.working_days_before > 0 && rung.working_days_after > 0 {
            faults.push(format!("rung {} is both before and after", rung.code));
        }
    }
    faults
}

/// Whether any service tells a fact of this full name.
fn is_event(name: &str) -> bool {
    let Some((package, message)) = name.rsplit_once('.') else {
        return false;
    };
    // The descriptors name each message once, as a field of its file; a prefix of another name does not count.
    let needle = [
        &[0x0a, u8::try_from(message.len()).unwrap_or(0)],
        message.as_bytes(),
    ]
    .concat();
    package.starts_with("suda.")
        && DESCRIPTORS
            .windows(needle.len())
            .any(|window| window == needle)
        && DESCRIPTORS
            .windows(package.len())
            .any(|window| window == package.as_bytes())
}

fn nature(word: &str) -> Option<Nature> {
    Nature::from_str_name(&format!("NATURE_{}", word.to_uppercase()))
}

/// A limit in days, roughly: good for comparing limits of one unit.
fn days(limit: LimitEntry) -> u32 {
    match limit {
        LimitEntry::SameDay(_) => 0,
        LimitEntry::WorkingDays(count) | LimitEntry::NaturalDays(count) => count,
        LimitEntry::Months(count) => count.saturating_mul(30),
    }
}

fn limit(entry: LimitEntry) -> Limit {
    let (unit, count) = match entry {
        LimitEntry::SameDay(_) => (LimitUnit::SameDay, 0),
        LimitEntry::WorkingDays(count) => (LimitUnit::WorkingDays, count),
        LimitEntry::NaturalDays(count) => (LimitUnit::NaturalDays, count),
        LimitEntry::Months(count) => (LimitUnit::Months, count),
    };
    Limit {
        unit: unit.into(),
        count,
    }
}

fn rule(entry: ClockEntry) -> ClockRule {
    ClockRule {
        code: entry.code,
        name: entry.name,
        article: entry.article,
        starts_on: entry.starts_on,
        starts_at: entry.starts_at,
        stops_on: entry.stops_on,
        cancelled_on: entry.cancelled_on,
        resumed_on: entry.resumed_on,
        limit: Some(limit(entry.limit)),
        extensions: entry.extensions.into_iter().map(limit).collect(),
        natures: entry
            .natures
            .iter()
            .filter_map(|word| nature(word))
            .map(i32::from)
            .collect(),
        registered_at: entry.registered_at,
        rungs: entry
            .rung
            .into_iter()
            .map(|rung| self::rung(rung.into_inner()))
            .collect(),
    }
}

fn rung(entry: RungEntry) -> RungRule {
    let before = entry.working_days_before > 0;
    let count = if before {
        entry.working_days_before
    } else {
        entry.working_days_after
    };
    RungRule {
        code: entry.code,
        offset: Some(Limit {
            unit: LimitUnit::WorkingDays.into(),
            count,
        }),
        before,
        recipients: entry.to,
    }
}

/// A union may set limits of its own beside the province's, stricter ones only (guideline art. 29). A local policy names the
/// province's clock by the same code and counts in the same unit.
pub(super) fn looser(policies: &[Policy]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for local in policies
        .iter()
        .filter(|policy| policy.code.starts_with("local-"))
    {
        let others = policies
            .iter()
            .filter(|policy| !policy.code.starts_with("local-"));
        for of_all in others.flat_map(|policy| &policy.clocks) {
            for own in local.clocks.iter().filter(|own| own.code == of_all.code) {
                let (own_limit, limit) = (
                    own.limit.unwrap_or_default(),
                    of_all.limit.unwrap_or_default(),
                );
                if own_limit.unit != limit.unit || own_limit.count > limit.count {
                    let at = At {
                        file: format!("policies/{}.toml", local.code),
                        line: 1,
                    };
                    let reason = format!(
                        "clock {} is looser than the province's, which art. 29 does not allow",
                        own.code
                    );
                    faults.push(Fault { at, reason });
                }
            }
        }
    }
    faults
}
