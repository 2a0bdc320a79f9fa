//! The clocks of a case, as its facts make them.
//!
//! Facts come twice, late and in any order, so nothing here remembers an order of arrival: all facts of a case go in,
//! and the clocks come out as the order of the facts themselves has it. Only listed facts start, stop, resume or cancel a
//! clock; a clock never reads another's state.

use chrono::{DateTime, FixedOffset};

use super::{
    calendar::{BeyondCalendar, Calendar},
    deadline::Due,
    policy::{Place, Policy, Rule, in_force},
};

/// A fact about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The full name of the event.
    pub event: String,
    /// When it happened.
    pub at: DateTime<FixedOffset>,
    /// When the complaint was received.
    pub received_at: DateTime<FixedOffset>,
    /// The clock and stage it extends, for an extension.
    pub extends: Option<(String, u32)>,
}

/// What is true of a case as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// Its nature, by number.
    pub nature: i32,
    /// Whether it was registered at the reception.
    pub at_reception: bool,
}

/// A clock, as the facts make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its code.
    pub code: String,
    /// The policy and its version.
    pub policy: (String, u64),
    /// The version of the calendar.
    pub calendar_version: u64,
    /// From when it is counted.
    pub started_at: DateTime<FixedOffset>,
    /// When it is due, and why.
    pub due: Due,
    /// How often it was extended.
    pub extensions: u32,
    /// How it ended.
    pub end: Option<End>,
}

/// How a clock ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Stopped; in time or not.
    Stopped {
        /// When.
        at: DateTime<FixedOffset>,
        /// By which fact.
        by: String,
        /// Whether in time.
        met: bool,
    },
    /// Ended without a result.
    Cancelled {
        /// When.
        at: DateTime<FixedOffset>,
        /// By which fact.
        by: String,
    },
}

/// The clocks of a case with these facts.
///
/// # Errors
/// When a sum needs a year that the calendar does not know.
pub fn clocks(
    matter: &Matter,
    facts: &[Fact],
    policies: &[Policy],
    calendar: &Calendar,
) -> Result<Vec<Clock>, BeyondCalendar> {
    let mut facts: Vec<&Fact> = facts.iter().collect();
    facts.sort_by_key(|fact| fact.at);
    let Some(received_on) = facts.first().map(|fact| fact.received_at.date_naive()) else {
        return Ok(Vec::new());
    };
    let mut clocks = Vec::new();
    for policy in in_force(policies, received_on) {
        for rule in policy.rules.iter().filter(|rule| runs_for(rule, matter)) {
            clocks.extend(clock(policy, rule, &facts, calendar)?);
        }
    }
    Ok(clocks)
}

fn runs_for(rule: &Rule, matter: &Matter) -> bool {
    let place = match rule.place {
        Place::Anywhere => true,
        Place::OutletOrDepartment => !matter.at_reception,
        Place::Reception => matter.at_reception,
    };
    place && (rule.natures.is_empty() || rule.natures.contains(&matter.nature))
}

fn clock(
    policy: &Policy,
    rule: &Rule,
    facts: &[&Fact],
    calendar: &Calendar,
) -> Result<Option<Clock>, BeyondCalendar> {
    let Some(start) = facts.iter().find(|fact| fact.event == rule.starts_on) else {
        return Ok(None);
    };
    let started_at = if rule.from_receipt {
        start.received_at
    } else {
        start.at
    };
    let extensions = granted(rule, facts);
    let stage = usize::try_from(extensions).unwrap_or(usize::MAX);
    let limit = stage
        .checked_sub(1)
        .and_then(|stage| rule.extensions.get(stage))
        .unwrap_or(&rule.limit);
    let due = limit.due(started_at, policy.close, calendar)?;
    let end = end(rule, facts, due.at);
    Ok(Some(Clock {
        code: rule.code.clone(),
        policy: (policy.code.clone(), policy.version),
        calendar_version: calendar.version,
        started_at,
        due,
        extensions,
        end,
    }))
}

/// The highest stage that was granted; an extension past the last limit of the policy changes nothing.
fn granted(rule: &Rule, facts: &[&Fact]) -> u32 {
    let cap = u32::try_from(rule.extensions.len()).unwrap_or(u32::MAX);
    let stages = facts.iter().filter_map(|fact| fact.extends.as_ref());
    stages
        .filter(|(code, _)| *code == rule.code)
        .map(|(_, stage)| *stage)
        .max()
        .unwrap_or(0)
        .min(cap)
}

fn end(rule: &Rule, facts: &[&Fact], due: DateTime<FixedOffset>) -> Option<End> {
    let mut end = None;
    for fact in facts {
        match &end {
            None if rule.stops_on.contains(&fact.event) => {
                end = Some(End::Stopped {
                    at: fact.at,
                    by: fact.event.clone(),
                    met: fact.at <= due,
                });
            }
            None if rule.cancelled_on.contains(&fact.event) => {
                end = Some(End::Cancelled {
                    at: fact.at,
                    by: fact.event.clone(),
                });
            }
            // What was returned does not count as done: the old limit goes on.
            Some(End::Stopped { .. }) if rule.resumed_on.contains(&fact.event) => end = None,
            None | Some(End::Stopped { .. } | End::Cancelled { .. }) => {}
        }
    }
    end
}

#[cfg(test)]
mod tests;
