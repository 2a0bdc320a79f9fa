//! The clocks that a source of law sets, as data.

use chrono::{NaiveDate, NaiveTime};

use super::deadline::Limit;

/// A published version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which.
    pub code: String,
    /// Its version.
    pub version: u64,
    /// The document.
    pub source: String,
    /// The first day it applies to.
    pub from: NaiveDate,
    /// The last day it applies to.
    pub until: Option<NaiveDate>,
    /// When a working day ends.
    pub close: NaiveTime,
    /// Its clocks.
    pub rules: Vec<Rule>,
}

/// A clock as a policy sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its code, e.g. "G18.1b".
    pub code: String,
    /// Its official name.
    pub name: String,
    /// The article.
    pub article: String,
    /// The fact that starts it.
    pub starts_on: String,
    /// Whether it counts from when the complaint was received; else from when that fact happened.
    pub from_receipt: bool,
    /// The facts that stop it.
    pub stops_on: Vec<String>,
    /// The facts that end it without a result.
    pub cancelled_on: Vec<String>,
    /// Facts after which it runs again with its old due instant.
    pub resumed_on: Vec<String>,
    /// Its limit.
    pub limit: Limit,
    /// The limits of its extensions, counted from the start.
    pub extensions: Vec<Limit>,
    /// The natures it runs for, by number; empty means all.
    pub natures: Vec<i32>,
    /// Where the complaint must have been registered.
    pub place: Place,
    /// Who is told when.
    pub rungs: Vec<Rung>,
}

/// Where a complaint must have been registered for a clock to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// At an outlet or a department that is not the reception.
    OutletOrDepartment,
    /// At the reception.
    Reception,
}

/// A rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Its name within the clock.
    pub code: String,
    /// How many working days from the due instant; negative for before.
    pub working_days: i32,
    /// Whom it goes to.
    pub recipients: Vec<String>,
}

impl Policy {
    /// Whether it applies to what starts on this day.
    #[must_use]
    pub fn applies(&self, on: NaiveDate) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// The policies that apply to what starts on this day: of each the newest version.
#[must_use]
pub fn in_force(policies: &[Policy], on: NaiveDate) -> Vec<&Policy> {
    let mut newest: Vec<&Policy> = Vec::new();
    for policy in policies.iter().filter(|policy| policy.applies(on)) {
        match newest.iter_mut().find(|known| known.code == policy.code) {
            Some(known) if known.version < policy.version => *known = policy,
            Some(_) => {}
            None => newest.push(policy),
        }
    }
    newest
}
