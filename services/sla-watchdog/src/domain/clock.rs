//! The clocks of a case, or of anything else that has a limit, as its facts make them.
//!
//! Facts come twice, late and in any order, so nothing here remembers an order of arrival: all facts of a subject go in,
//! and the clocks come out as the order of the facts themselves has it. Only listed facts start, stop, resume, restart,
//! pause or cancel a clock; a clock never reads another's state, and no clock reads when something was last changed (P10).

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use super::{
    calendar::{BeyondCalendar, Calendar},
    deadline::{Count, Due, Limit, Pause, until},
    policy::{Place, Policy, Rule, StartsAt, in_force},
    subject::{Kind, Subject},
};

/// A fact about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The full name of the event.
    pub event: String,
    /// When it happened.
    pub at: DateTime<FixedOffset>,
    /// Other instants it carries, by name.
    pub instants: BTreeMap<String, DateTime<FixedOffset>>,
    /// The ground it names, e.g. of a pause.
    pub ground: Option<String>,
    /// The clock and stage it extends, for an extension.
    pub extends: Option<(String, u32)>,
}

/// A clock, as the facts make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its code.
    pub code: String,
    /// The policy and its version.
    pub policy: (String, u64),
    /// The versions of the province's and the county's calendar.
    pub calendar: (u64, u64),
    /// From when it is counted.
    pub started_at: DateTime<FixedOffset>,
    /// When it is due, and why.
    pub due: Due,
    /// The limit that holds, the last extension included.
    pub limit: Limit,
    /// How often it was extended.
    pub extensions: u32,
    /// What is left out of it, and what may yet be.
    pub pauses: Vec<Pause>,
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

impl Clock {
    /// The pause it stands in now; one that began when it was due already does not hold it.
    #[must_use]
    pub fn paused(&self) -> Option<&Pause> {
        let open = self.pauses.iter().find(|pause| pause.until.is_none());
        open.filter(|pause| self.end.is_none() && pause.from <= self.due.at)
    }
}

/// The clocks that newly published law gives a subject: of each policy in force when it began, the newest version.
#[must_use]
pub fn applicable<'a>(policies: &'a [Policy], subject: &Subject) -> Vec<(&'a Policy, &'a Rule)> {
    let binding = in_force(policies, subject.received_at.date_naive())
        .into_iter()
        .filter(|policy| policy.binds(&subject.union));
    binding
        .flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)))
        .filter(|(_, rule)| rule.kind == subject.kind)
        .collect()
}

/// The clock that a rule makes of a subject's facts; none when it does not run for it, or nothing started it yet.
///
/// # Errors
/// When a sum needs a year that the calendar does not know.
pub fn clock(
    (policy, rule): (&Policy, &Rule),
    subject: &Subject,
    facts: &[Fact],
    calendar: &Calendar,
) -> Result<Option<Clock>, BeyondCalendar> {
    let mut facts: Vec<&Fact> = facts.iter().collect();
    facts.sort_by_key(|fact| fact.at);
    let Some(mut course) = Course::begin(rule, subject, &facts) else {
        return Ok(None);
    };
    for fact in &facts {
        course.take(fact);
    }
    let count = Count {
        from: course.started_at,
        close: policy.hours.close,
        calendar,
        pauses: &course.pauses,
    };
    let (limit, due) = course.due(count, subject)?;
    let end = course.end.map(|(stopped, at, by)| {
        if stopped {
            let met = at <= due.at;
            End::Stopped { at, by, met }
        } else {
            End::Cancelled { at, by }
        }
    });
    Ok(Some(Clock {
        code: rule.code.clone(),
        policy: (policy.code.clone(), policy.version),
        calendar: (calendar.version, calendar.county_version),
        started_at: course.started_at,
        due,
        limit,
        extensions: course.extension.map_or(0, |(stage, _)| stage),
        pauses: course.pauses,
        end,
    }))
}

fn runs_for(rule: &Rule, subject: &Subject) -> bool {
    let place = match rule.place {
        Place::Anywhere => true,
        Place::OutletOrDepartment => !subject.at_reception,
        Place::Reception => subject.at_reception,
    };
    let nature = rule.natures.is_empty() || rule.natures.contains(&subject.nature);
    place && nature && (subject.has_contact || !rule.needs_contact)
}

/// What a fact does to a clock of this rule, as a word for a certificate; nothing for most.
#[must_use]
pub fn effect(rule: &Rule, fact: &Fact) -> Option<&'static str> {
    let ground = |fact: &Fact| grounded(rule, fact);
    let extends = fact.extends.as_ref();
    match &fact.event {
        _ if starts(rule, fact) => Some("starts"),
        _ if stops(rule, fact) => Some("stops"),
        event if rule.cancelled_on.contains(event) => Some("cancels"),
        event if rule.resumed_on.contains(event) => Some("resumes"),
        event if rule.restarts_on.contains(event) => Some("restarts"),
        event if rule.pauses.begin.contains(event) => ground(fact).then_some("pauses"),
        event if rule.pauses.end.contains(event) => Some("unpauses"),
        _ if extends.is_some_and(|(code, _)| *code == rule.code) => Some("extends"),
        _ => None,
    }
}

/// A term that opened for one duty of a unit starts no other: as its ground it says of which clock it is.
fn starts(rule: &Rule, fact: &Fact) -> bool {
    let ours = || fact.ground.as_ref().is_none_or(|code| *code == rule.code);
    rule.starts_on.contains(&fact.event) && (rule.kind != Kind::Unit || ours())
}

fn stops(rule: &Rule, fact: &Fact) -> bool {
    let carries = rule.stops_need.is_empty() || named(fact, &rule.stops_need).is_some();
    carries && rule.stops_on.contains(&fact.event)
}

fn grounded(rule: &Rule, fact: &Fact) -> bool {
    let ground = fact.ground.as_ref();
    ground.is_some_and(|ground| rule.pauses.grounds.contains(ground))
}

/// The course of a clock through the facts, in their order.
struct Course<'a> {
    rule: &'a Rule,
    started_at: DateTime<FixedOffset>,
    given: Option<DateTime<FixedOffset>>,
    /// The highest stage that was granted, and until when.
    extension: Option<(u32, Option<DateTime<FixedOffset>>)>,
    pauses: Vec<Pause>,
    /// Whether it was stopped (else cancelled), when, and by what.
    end: Option<(bool, DateTime<FixedOffset>, String)>,
}

impl<'a> Course<'a> {
    fn begin(rule: &'a Rule, subject: &Subject, facts: &[&Fact]) -> Option<Self> {
        let happened = |event: &String| facts.iter().any(|fact| fact.event == *event);
        let required = rule.requires.is_empty() || rule.requires.iter().any(happened);
        if !runs_for(rule, subject) || !required {
            return None;
        }
        let starts = |fact: &&&Fact| starts(rule, fact);
        let given = |fact: &Fact| named(fact, &rule.given);
        let start = match rule.limit {
            // Without a date there is no limit.
            Limit::Given => facts
                .iter()
                .filter(starts)
                .find(|fact| given(fact).is_some())?,
            _ => facts.iter().find(starts)?,
        };
        let started_at = match &rule.starts_at {
            StartsAt::Occurred => start.at,
            StartsAt::Received => subject.received_at,
            StartsAt::Named(name) => start.instants.get(name).copied().unwrap_or(start.at),
        };
        Some(Self {
            rule,
            started_at,
            given: given(start),
            extension: None,
            pauses: Vec::new(),
            end: None,
        })
    }

    fn take(&mut self, fact: &Fact) {
        let (rule, event) = (self.rule, &fact.event);
        match &self.end {
            None if stops(rule, fact) => {
                let at = named(fact, &rule.stops_at).unwrap_or(fact.at);
                self.end = Some((true, at, event.clone()));
            }
            None if rule.cancelled_on.contains(event) => {
                self.end = Some((false, fact.at, event.clone()));
            }
            None if rule.restarts_on.contains(event) => {
                // What was granted or left out belonged to the period that is over.
                self.started_at = named(fact, &rule.restarts_at).unwrap_or(fact.at);
                self.extension = None;
                self.pauses.retain(|pause| pause.until.is_none());
            }
            None => {
                self.extend(fact);
                self.pause(fact);
            }
            // What was returned does not count as done: the old limit goes on.
            Some((true, ..)) if rule.resumed_on.contains(event) => self.end = None,
            Some(_) => {}
        }
    }

    fn extend(&mut self, fact: &Fact) {
        let Some((code, stage)) = &fact.extends else {
            return;
        };
        let most = match (self.rule.extensions.len(), &self.rule.extension_cap) {
            (0, Some(_)) => u32::MAX,
            (stages, _) => u32::try_from(stages).unwrap_or(u32::MAX),
        };
        let before = self.extension.map_or(0, |(stage, _)| stage);
        let stage = (*stage).min(most);
        if *code == self.rule.code && stage > before {
            self.extension = Some((stage, fact.instants.get("until").copied()));
        }
    }

    fn pause(&mut self, fact: &Fact) {
        let open = self.pauses.iter_mut().find(|pause| pause.until.is_none());
        if let Some(open) = open {
            if self.rule.pauses.end.contains(&fact.event) {
                open.until = Some(fact.at);
            }
        } else if self.rule.pauses.begin.contains(&fact.event) && grounded(self.rule, fact) {
            self.pauses.push(Pause {
                ground: fact.ground.clone().unwrap_or_default(),
                from: fact.at,
                until: None,
            });
        }
    }

    /// The limit that holds and when it runs out. An extension never makes it earlier, and never goes past its cap.
    fn due(&self, count: Count<'_>, subject: &Subject) -> Result<(Limit, Due), BeyondCalendar> {
        let base = self.rule.limit.due(count, self.given)?;
        let Some((stage, granted)) = self.extension else {
            return Ok((self.rule.limit, base));
        };
        let index = usize::try_from(stage).unwrap_or(usize::MAX).wrapping_sub(1);
        let (limit, most) = match (self.rule.extensions.get(index), self.rule.extension_cap) {
            (Some(limit), _) => (*limit, limit.due(count, None)?),
            (None, Some(cap)) => {
                let from_receipt = Count {
                    from: subject.received_at,
                    ..count
                };
                (Limit::Given, cap.due(from_receipt, None)?)
            }
            (None, None) => return Ok((self.rule.limit, base)),
        };
        let due = match granted {
            Some(at) if at < most.at => until(count, at, "经批准延长的期限之内"),
            Some(_) | None => most,
        };
        Ok((limit, if due.at > base.at { due } else { base }))
    }
}

fn named(fact: &Fact, names: &[String]) -> Option<DateTime<FixedOffset>> {
    names
        .iter()
        .find_map(|name| fact.instants.get(name).copied())
}

#[cfg(test)]
mod tests;
