//! Files of policies: one a file, each clock with its article, its limit and its ladder.

use serde::Deserialize;
use suda_proto::{
    common::v1::Nature,
    directory::v1::{
        ClockRule, GroupWarningRule, Limit, LimitUnit, Policy, RungRule, UnitKind, YearlyTerm,
    },
};
use toml::{Spanned, value::Datetime};

use super::{Source, digest, fault, parse, structure::date};
use crate::domain::structure::Fault;

mod checking;

pub(super) use checking::looser;
use checking::wrong;

/// The words by which a ladder names recipients.
const RECIPIENTS: [&str; 9] = [
    "handler",
    "handling_unit_head",
    "reception_clerk",
    "reception_head",
    "senior_management",
    "office",
    "compliance",
    "compliance_head",
    "archivist",
];

/// What a clock may run for.
const SUBJECTS: [&str; 6] = [
    "case",
    "appeal",
    "rectification",
    "escalation",
    "quarantine",
    "unit",
];

/// A policy and the lines of its clocks, for what is found wrong only beside other files.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// The policy.
    pub(super) policy: Policy,
    /// The file.
    pub(super) file: String,
    /// The line of each clock, in the policy's order.
    pub(super) lines: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    code: Spanned<String>,
    source: String,
    effective_from: Datetime,
    effective_until: Option<Datetime>,
    #[serde(default)]
    open_of_business: Option<Spanned<String>>,
    close_of_business: Spanned<String>,
    /// The union that sets it for itself (guideline art. 29).
    #[serde(default)]
    union: String,
    #[serde(default)]
    clock: Vec<Spanned<ClockEntry>>,
    /// When similar complaints call for a warning (guideline art. 9).
    #[serde(default)]
    group_warning: Vec<Spanned<GroupWarningEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupWarningEntry {
    code: String,
    article: String,
    complainants: u32,
    days: u32,
    similar_percent: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockEntry {
    code: String,
    name: String,
    article: String,
    #[serde(default)]
    subject: String,
    starts_on: OneOrMore,
    starts_at: String,
    #[serde(default)]
    requires: Vec<String>,
    stops_on: Vec<String>,
    #[serde(default)]
    stops_at: Vec<String>,
    #[serde(default)]
    stops_need: Vec<String>,
    #[serde(default)]
    cancelled_on: Vec<String>,
    #[serde(default)]
    resumed_on: Vec<String>,
    #[serde(default)]
    restarts_on: Vec<String>,
    #[serde(default)]
    restarts_at: Vec<String>,
    #[serde(default)]
    pauses_on: Vec<String>,
    #[serde(default)]
    unpauses_on: Vec<String>,
    #[serde(default)]
    pause_grounds: Vec<String>,
    limit: LimitEntry,
    #[serde(default)]
    extensions: Vec<LimitEntry>,
    extension_cap: Option<LimitEntry>,
    #[serde(default)]
    natures: Vec<String>,
    #[serde(default)]
    registered_at: String,
    #[serde(default)]
    outlives_case: bool,
    #[serde(default)]
    window: bool,
    #[serde(default)]
    needs_contact: bool,
    #[serde(default)]
    term: Vec<TermEntry>,
    #[serde(default)]
    unit_kinds: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    rung: Vec<Spanned<RungEntry>>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.clone()],
            Self::More(all) => all.clone(),
        }
    }
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum LimitEntry {
    SameDay(bool),
    Hours(u32),
    WorkingDays(u32),
    NaturalDays(u32),
    Months(u32),
    Given(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermEntry {
    #[serde(default)]
    code: String,
    opens_on: String,
    due_before: Option<String>,
    due_on: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RungEntry {
    code: String,
    #[serde(default)]
    working_days_before: u32,
    #[serde(default)]
    working_days_after: u32,
    #[serde(default)]
    hours_before: u32,
    #[serde(default)]
    hours_after: u32,
    #[serde(default)]
    in_working_time: Option<bool>,
    to: Vec<String>,
}

/// Reads a policy.
pub(super) fn read(file: &Source<'_>) -> Result<Read, Vec<Fault>> {
    let contents: Contents = parse(file)?;
    let mut faults = Vec::new();
    let close = &contents.close_of_business;
    for time in contents.open_of_business.iter().chain([close]) {
        if chrono::NaiveTime::parse_from_str(time.get_ref(), "%H:%M").is_err() {
            let reason = format!("{:?} is no time of day; write it as 17:30", time.get_ref());
            faults.push(fault(file, time.span().start, reason));
        }
    }
    if contents.union.is_empty() == contents.code.get_ref().starts_with("local-") {
        let reason = "a policy of one union has a code that begins with \"local-\" and names that union; others do neither";
        faults.push(fault(file, contents.code.span().start, reason.to_owned()));
    }
    let whole = |reason: String| vec![fault(file, 0, reason)];
    let effective_from = date(&contents.effective_from).map_err(whole)?.to_string();
    let effective_until = match &contents.effective_until {
        Some(day) => date(day).map_err(whole)?.to_string(),
        None => String::new(),
    };
    let (mut clocks, mut lines) = (Vec::new(), Vec::new());
    for entry in contents.clock {
        let byte = entry.span().start;
        lines.push(file.at(byte).line);
        faults.extend(wrong(entry.get_ref()).into_iter().map(|reason| {
            fault(
                file,
                byte,
                format!("clock {}: {reason}", entry.get_ref().code),
            )
        }));
        clocks.push(rule(entry.into_inner()));
    }
    if clocks.is_empty() && contents.group_warning.is_empty() {
        let reason = "a policy sets a clock or a group_warning; this one sets nothing";
        faults.push(fault(file, 0, reason.to_owned()));
    }
    let mut group_warnings = Vec::new();
    for entry in contents.group_warning {
        let byte = entry.span().start;
        match group_warning(entry.into_inner()) {
            Ok(rule) => group_warnings.push(rule),
            Err(reason) => faults.push(fault(file, byte, reason)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let policy = Policy {
        code: contents.code.into_inner(),
        version: 0,
        source: contents.source,
        effective_from,
        effective_until,
        close_of_business: contents.close_of_business.into_inner(),
        open_of_business: contents
            .open_of_business
            .map(Spanned::into_inner)
            .unwrap_or_default(),
        clocks,
        digest: digest(file),
        union_code: contents.union,
        group_warnings,
    };
    Ok(Read {
        policy,
        file: file.file.path.clone(),
        lines,
    })
}

fn group_warning(entry: GroupWarningEntry) -> Result<GroupWarningRule, String> {
    let GroupWarningEntry {
        code,
        article,
        complainants,
        days,
        similar_percent,
    } = entry;
    let sound = complainants >= 2
        && (1..=366).contains(&days)
        && (1..=100).contains(&similar_percent)
        && !code.is_empty()
        && !article.is_empty();
    if !sound {
        return Err(format!(
            "group_warning {code:?}: name its article, at least 2 complainants, 1 to 366 days, and 1 to 100 as similar_percent"
        ));
    }
    Ok(GroupWarningRule {
        code,
        article,
        complainants,
        days,
        similar_percent,
    })
}

pub(super) fn nature(word: &str) -> Option<Nature> {
    Nature::from_str_name(&format!("NATURE_{}", word.to_uppercase()))
}

fn unit_kind(word: &str) -> Option<UnitKind> {
    UnitKind::from_str_name(&format!("UNIT_KIND_{}", word.to_uppercase()))
}

/// A limit in days, roughly: good for comparing limits of one unit.
fn days(limit: &LimitEntry) -> u32 {
    match limit {
        LimitEntry::SameDay(_) | LimitEntry::Given(_) => 0,
        LimitEntry::Hours(count)
        | LimitEntry::WorkingDays(count)
        | LimitEntry::NaturalDays(count) => *count,
        LimitEntry::Months(count) => count.saturating_mul(30),
    }
}

fn limit(entry: &LimitEntry) -> Limit {
    let (unit, count) = match entry {
        LimitEntry::SameDay(_) => (LimitUnit::SameDay, 0),
        LimitEntry::Hours(count) => (LimitUnit::Hours, *count),
        LimitEntry::WorkingDays(count) => (LimitUnit::WorkingDays, *count),
        LimitEntry::NaturalDays(count) => (LimitUnit::NaturalDays, *count),
        LimitEntry::Months(count) => (LimitUnit::Months, *count),
        LimitEntry::Given(_) => (LimitUnit::Given, 0),
    };
    Limit {
        unit: unit.into(),
        count,
    }
}

fn rule(entry: ClockEntry) -> ClockRule {
    let mut starts_on = entry.starts_on.all();
    let also_starts_on = starts_on.split_off(1.min(starts_on.len()));
    let limits = |entries: &[LimitEntry]| entries.iter().map(limit).collect();
    ClockRule {
        code: entry.code,
        name: entry.name,
        article: entry.article,
        starts_on: starts_on.pop().unwrap_or_default(),
        starts_at: entry.starts_at,
        stops_on: entry.stops_on,
        cancelled_on: entry.cancelled_on,
        resumed_on: entry.resumed_on,
        limit: Some(limit(&entry.limit)),
        extensions: limits(&entry.extensions),
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
        subject: entry.subject,
        also_starts_on,
        requires: entry.requires,
        stops_at: entry.stops_at,
        stops_need: entry.stops_need,
        restarts_on: entry.restarts_on,
        restarts_at: entry.restarts_at,
        given: match entry.limit {
            LimitEntry::Given(names) => names,
            _ => Vec::new(),
        },
        pauses_on: entry.pauses_on,
        unpauses_on: entry.unpauses_on,
        pause_grounds: entry.pause_grounds,
        extension_cap: entry.extension_cap.as_ref().map(limit),
        outlives_case: entry.outlives_case,
        window: entry.window,
        needs_contact: entry.needs_contact,
        terms: entry.term.into_iter().map(term).collect(),
        unit_kinds: entry
            .unit_kinds
            .iter()
            .filter_map(|word| unit_kind(word))
            .map(i32::from)
            .collect(),
        unit_codes: entry.units,
    }
}

fn term(entry: TermEntry) -> YearlyTerm {
    let before = entry.due_before.is_some();
    YearlyTerm {
        code: entry.code,
        opens_on: entry.opens_on,
        due_on: entry.due_before.or(entry.due_on).unwrap_or_default(),
        before,
    }
}

/// A message that is told when the limit ends, or later, is told at once; a warning may wait for working time (P18).
fn rung(entry: RungEntry) -> RungRule {
    let before = entry.working_days_before > 0 || entry.hours_before > 0;
    let (days, hours) = if before {
        (entry.working_days_before, entry.hours_before)
    } else {
        (entry.working_days_after, entry.hours_after)
    };
    let (unit, count) = if hours > 0 {
        (LimitUnit::Hours, hours)
    } else {
        (LimitUnit::WorkingDays, days)
    };
    RungRule {
        code: entry.code,
        offset: Some(Limit {
            unit: unit.into(),
            count,
        }),
        before,
        recipients: entry.to,
        in_working_time: entry.in_working_time.unwrap_or(before),
    }
}
