//! The clocks that a source of law sets, as data.

use chrono::{NaiveDate, NaiveTime};

use super::{deadline::Limit, subject::Kind};

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
    /// When people work.
    pub hours: Hours,
    /// The union that set it for itself (guideline art. 29); empty for one that binds all.
    pub union: String,
    /// Its clocks.
    pub rules: Vec<Rule>,
}

/// When a working day begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Its first instant.
    pub open: NaiveTime,
    /// Its last instant.
    pub close: NaiveTime,
}

/// A clock as a policy sets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Its code, e.g. "G18.1b".
    pub code: String,
    /// Its official name.
    pub name: String,
    /// The article.
    pub article: String,
    /// What it runs for.
    pub kind: Kind,
    /// The facts that start it; the first that happened counts.
    pub starts_on: Vec<String>,
    /// Which instant of that fact it starts from.
    pub starts_at: StartsAt,
    /// Facts of which one must have happened; empty means none is needed.
    pub requires: Vec<String>,
    /// The facts that stop it.
    pub stops_on: Vec<String>,
    /// Instants of a stopping fact that count instead of when it happened, the first that is there.
    pub stops_at: Vec<String>,
    /// Instants of which a stopping fact must carry one; empty means none is needed.
    pub stops_need: Vec<String>,
    /// The facts that end it without a result.
    pub cancelled_on: Vec<String>,
    /// Facts after which it runs again with its old due instant.
    pub resumed_on: Vec<String>,
    /// Facts after which its limit is counted anew (令2020年第3号 art. 18(3)).
    pub restarts_on: Vec<String>,
    /// Instants of a restarting fact that count instead of when it happened, the first that is there.
    pub restarts_at: Vec<String>,
    /// Its limit.
    pub limit: Limit,
    /// For a limit that the starting fact gives: the names of its instants, the first that is there.
    pub given: Vec<String>,
    /// The limits of its extensions, counted from the start.
    pub extensions: Vec<Limit>,
    /// How far an extension without such a limit may go, counted from receipt.
    pub extension_cap: Option<Limit>,
    /// When it stands still.
    pub pauses: Pauses,
    /// The natures it runs for, by number; empty means all.
    pub natures: Vec<i32>,
    /// Where the complaint must have been registered.
    pub place: Place,
    /// Whether it runs only where the complainant can be reached.
    pub needs_contact: bool,
    /// Whether it may run on when its case is closed.
    pub outlives_case: bool,
    /// Whether it is a window for somebody outside: when it lapses nobody is late.
    pub window: bool,
    /// For a unit's yearly duty.
    pub yearly: Yearly,
    /// Who is told when.
    pub rungs: Vec<Rung>,
}

/// Which instant of the starting fact a clock is counted from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StartsAt {
    /// When that fact happened.
    #[default]
    Occurred,
    /// When the complaint was received.
    Received,
    /// An instant that the fact carries; when it does not, when the fact happened.
    Named(String),
}

/// When a clock may stand still (令2020年第3号 art. 18(2), 23).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pauses {
    /// Facts that begin a pause.
    pub begin: Vec<String>,
    /// Facts that end it.
    pub end: Vec<String>,
    /// The grounds on which it may; a pause on another ground changes nothing.
    pub grounds: Vec<String>,
}

/// Where a complaint must have been registered for a clock to run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    #[default]
    Anywhere,
    /// At an outlet or a department that is not the reception.
    OutletOrDepartment,
    /// At the reception.
    Reception,
}

/// A duty that comes to units every year (guideline art. 22, 23).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Yearly {
    /// Its terms.
    pub terms: Vec<Term>,
    /// The kinds of units it comes to, by number.
    pub unit_kinds: Vec<i32>,
    /// Single units it comes to beside those.
    pub unit_codes: Vec<String>,
}

/// A term that comes every year; days are (month, day).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// Its name within the year; empty for one without parts.
    pub code: String,
    /// When it opens.
    pub opens_on: (u32, u32),
    /// When it ends.
    pub due_on: (u32, u32),
    /// Whether it ends before that day begins (前); else with that day.
    pub before: bool,
}

/// A rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Its name within the clock.
    pub code: String,
    /// How far from the due instant.
    pub offset: Offset,
    /// Whom it goes to.
    pub recipients: Vec<String>,
    /// Whether it waits for working time.
    pub in_working_time: bool,
}

/// How far a rung lies from the due instant; negative for before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// At close of business so many working days off.
    WorkingDays(i32),
    /// So many hours off.
    Hours(i32),
}

impl Policy {
    /// Whether it applies to what starts on this day.
    #[must_use]
    pub fn applies(&self, on: NaiveDate) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// Whether it binds this union.
    #[must_use]
    pub fn binds(&self, union: &str) -> bool {
        self.union.is_empty() || self.union == union
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
