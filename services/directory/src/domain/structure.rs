//! Units, posts and people, as reference files say them, and what must be true of them together.
//!
//! A unit has a permanent code and dated names and parents; everything is addressed to posts, which may be vacant.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::channels::{self, Channels};

/// Where something is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The file, below the reference folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}:{}: {reason}", at.file, at.line)]
pub struct Fault {
    /// Where.
    pub at: At,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 省联社.
    Province,
    /// 办事处.
    Office,
    /// 联社、农商行.
    Union,
    /// 部室.
    Department,
    /// 网点.
    Outlet,
}

/// What a unit was called and whose it was from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// Its name.
    pub name: String,
    /// Its parent's code; empty for the province.
    pub parent: String,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Where it is said.
    pub at: At,
    /// Permanent code.
    pub code: String,
    /// What it is.
    pub kind: Kind,
    /// Names and parents, oldest first.
    pub periods: Vec<Period>,
    /// Whether it is the reception of its union, or the compliance department.
    pub reception: bool,
    /// What it is there for, as codes of the taxonomy.
    pub functions: Vec<String>,
    /// What it publishes of how to complain, oldest first.
    pub channels: Vec<Channels>,
    /// The day it was retired.
    pub retired: Option<NaiveDate>,
}

impl Unit {
    /// Its parent now.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.periods
            .last()
            .map_or("", |period| period.parent.as_str())
    }

    /// Its name on a day; before its first day, the first it had.
    #[must_use]
    pub fn name_on(&self, day: NaiveDate) -> &str {
        let mut periods = self.periods.iter().rev();
        let then = periods.find(|period| period.from <= day);
        then.or(self.periods.first())
            .map_or("", |period| period.name.as_str())
    }
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where it is said.
    pub at: At,
    /// Permanent code.
    pub code: String,
    /// Its unit.
    pub unit: String,
    /// What it does, e.g. `reception_head`.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Who holds it; empty when vacant.
    pub holder: String,
    /// Who stands in; empty when nobody does.
    pub deputy: String,
    /// Its mailbox; empty when it has none.
    pub email: String,
    /// Whether it is its unit's duty post.
    pub duty: bool,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Where it is said.
    pub at: At,
    /// Permanent id; also the name of the account.
    pub id: String,
    /// Name to show.
    pub name: String,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Structure {
    /// Units.
    pub units: Vec<Unit>,
    /// Posts.
    pub posts: Vec<Post>,
    /// People.
    pub people: Vec<Person>,
}

/// In which kinds of unit a role may be.
const ROLES: [(&str, &[Kind]); 13] = [
    ("outlet_receiver", &[Kind::Outlet]),
    ("handler", &[Kind::Outlet, Kind::Department]),
    ("unit_head", &[Kind::Outlet, Kind::Department]),
    ("reception_clerk", &[Kind::Department]),
    ("reception_head", &[Kind::Department]),
    ("senior_management", &[Kind::Department]),
    ("archivist", &[Kind::Department]),
    ("office_officer", &[Kind::Office]),
    ("office_head", &[Kind::Office]),
    ("compliance_officer", &[Kind::Department]),
    ("compliance_head", &[Kind::Department]),
    ("auditor", &[Kind::Province]),
    ("administrator", &[Kind::Province]),
];

impl Structure {
    /// Everything that is wrong with it, in the order of the files.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend(doubled(
            "unit",
            self.units.iter().map(|unit| (&unit.code, &unit.at)),
        ));
        faults.extend(doubled(
            "post",
            self.posts.iter().map(|post| (&post.code, &post.at)),
        ));
        faults.extend(doubled(
            "person",
            self.people.iter().map(|person| (&person.id, &person.at)),
        ));
        let units: BTreeMap<&str, &Unit> = self
            .units
            .iter()
            .map(|unit| (unit.code.as_str(), unit))
            .collect();
        let people: BTreeSet<&str> = self
            .people
            .iter()
            .map(|person| person.id.as_str())
            .collect();
        for unit in &self.units {
            faults.extend(unit_faults(unit, &units).into_iter().map(|reason| Fault {
                at: unit.at.clone(),
                reason,
            }));
        }
        for post in &self.posts {
            let wrong = post_faults(post, &units, &people);
            faults.extend(wrong.into_iter().map(|reason| Fault {
                at: post.at.clone(),
                reason,
            }));
        }
        faults.extend(self.without_reception());
        faults.sort();
        faults
    }

    /// A union without exactly one reception has nobody to file a complaint to (guideline art. 11).
    fn without_reception(&self) -> Vec<Fault> {
        let unions = self
            .units
            .iter()
            .filter(|unit| unit.kind == Kind::Union && unit.retired.is_none());
        unions
            .filter_map(|union| {
                let receptions = self.units.iter().filter(|unit| {
                    unit.reception && unit.retired.is_none() && unit.parent() == union.code
                });
                let count = receptions.count();
                let reason = format!("union {} has {count} receptions; it needs exactly one department with reception = true", union.code);
                (count != 1).then(|| Fault { at: union.at.clone(), reason })
            })
            .collect()
    }

    /// The union a unit is, or belongs to; of an office or the province its own code, of what hangs below them theirs.
    #[must_use]
    pub fn union_of(&self, code: &str) -> String {
        let mut at = code;
        for _ in 0..=self.units.len() {
            let Some(unit) = self.units.iter().find(|unit| unit.code == at) else {
                break;
            };
            match unit.kind {
                Kind::Union | Kind::Office | Kind::Province => return unit.code.clone(),
                Kind::Department | Kind::Outlet => at = unit.parent(),
            }
        }
        code.to_owned()
    }
}

fn doubled<'a>(what: &str, said: impl Iterator<Item = (&'a String, &'a At)>) -> Vec<Fault> {
    let mut seen: BTreeMap<&str, &At> = BTreeMap::new();
    let mut faults = Vec::new();
    for (code, at) in said {
        if let Some(first) = seen.insert(code, at) {
            let reason = format!(
                "{what} {code} is said already at {}:{}; a code stands for one {what} for ever",
                first.file, first.line
            );
            faults.push(Fault {
                at: at.clone(),
                reason,
            });
        }
    }
    faults
}

fn unit_faults(unit: &Unit, units: &BTreeMap<&str, &Unit>) -> Vec<String> {
    let mut faults = Vec::new();
    if unit.code.is_empty() || !unit.code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        faults.push(format!(
            "unit code {:?} may have letters and digits only",
            unit.code
        ));
    }
    if unit.periods.is_empty() {
        faults.push(format!("unit {} has no name; give it a period", unit.code));
    }
    if unit
        .periods
        .windows(2)
        .any(|pair| pair[0].from >= pair[1].from)
    {
        faults.push(format!(
            "the periods of unit {} are not in order of their first day",
            unit.code
        ));
    }
    for period in &unit.periods {
        let expected: &[Kind] = match unit.kind {
            Kind::Province => &[],
            Kind::Office => &[Kind::Province],
            Kind::Union => &[Kind::Office],
            Kind::Department => &[Kind::Union, Kind::Province, Kind::Office],
            Kind::Outlet => &[Kind::Union],
        };
        match units.get(period.parent.as_str()) {
            None if expected.is_empty() && period.parent.is_empty() => {}
            None => faults.push(format!(
                "unit {} names the parent {:?}, which is no unit",
                unit.code, period.parent
            )),
            Some(parent) if !expected.contains(&parent.kind) => {
                faults.push(format!(
                    "unit {} cannot be below {}: that is the wrong kind of unit",
                    unit.code, parent.code
                ));
            }
            Some(_) => {}
        }
    }
    if unit.reception && unit.kind != Kind::Department {
        faults.push(format!(
            "unit {} is no department and cannot be a reception",
            unit.code
        ));
    }
    faults.extend(channels::faults(unit));
    faults
}

fn post_faults(post: &Post, units: &BTreeMap<&str, &Unit>, people: &BTreeSet<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    let role = ROLES.iter().find(|(role, _)| *role == post.role);
    match (units.get(post.unit.as_str()), role) {
        (None, _) => faults.push(format!(
            "post {} is in {:?}, which is no unit",
            post.code, post.unit
        )),
        (_, None) => {
            let known = ROLES.map(|(role, _)| role).join(", ");
            faults.push(format!(
                "post {} has the role {:?}; there are: {known}",
                post.code, post.role
            ));
        }
        (Some(unit), Some((role, kinds))) if !kinds.contains(&unit.kind) => {
            faults.push(format!(
                "post {}: {role} cannot be in unit {}, the wrong kind of unit",
                post.code, unit.code
            ));
        }
        (Some(_), Some(_)) => {}
    }
    for (what, id) in [("holder", &post.holder), ("deputy", &post.deputy)] {
        if !id.is_empty() && !people.contains(id.as_str()) {
            faults.push(format!(
                "post {} names the {what} {id:?}, who is no person of these files",
                post.code
            ));
        }
    }
    if !post.holder.is_empty() && post.holder == post.deputy {
        faults.push(format!("post {}: nobody stands in for himself", post.code));
    }
    faults
}
