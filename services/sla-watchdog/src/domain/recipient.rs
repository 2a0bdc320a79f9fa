//! Whom a word of the ladder reaches: a post with somebody in it, never nobody.
//!
//! Order: the post's holder, its deputy, the head of its unit, the duty post of the parent unit, and so on up to the
//! province's 合规部 (P15).

use std::collections::BTreeMap;

/// A unit, as far as messages need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its code.
    pub code: String,
    /// Its parent's code; empty for the province.
    pub parent: String,
    /// The union it belongs to.
    pub union: String,
    /// Whether it is the reception of its union, or the compliance department of the province.
    pub reception: bool,
    /// What it is, by number; 0 when it was not told.
    pub kind: i32,
    /// Whether it is retired.
    pub retired: bool,
}

/// A post, as far as messages need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Its code.
    pub code: String,
    /// Its unit.
    pub unit: String,
    /// What it does, in lower case, e.g. `reception_head`.
    pub role: String,
    /// Whether somebody holds it.
    pub held: bool,
    /// Whether somebody stands in.
    pub deputised: bool,
    /// Whether it is its unit's duty post.
    pub duty: bool,
}

/// Units and posts.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    units: BTreeMap<String, Unit>,
    posts: Vec<Post>,
}

/// What a message is about, as far as its recipients depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its union.
    pub union: String,
    /// Where it was registered; the unit that has it, for what is no case.
    pub unit: String,
    /// The lead unit that was ordered to handle it; empty before.
    pub lead_unit: String,
    /// The handler's post; empty before one is assigned.
    pub handler_post: String,
}

/// A post that somebody will read at, and how it was come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The post.
    pub post: String,
    /// Its unit.
    pub unit: String,
    /// "holder", "deputy", "head" or "duty".
    pub via: &'static str,
}

const HEADS: [&str; 5] = [
    "unit_head",
    "reception_head",
    "senior_management",
    "office_head",
    "compliance_head",
];

/// Who does the work of a unit, in the order in which they are asked.
const WORKERS: [&str; 5] = [
    "handler",
    "outlet_receiver",
    "reception_clerk",
    "office_officer",
    "compliance_officer",
];

impl Directory {
    /// Knows these.
    #[must_use]
    pub fn new(units: Vec<Unit>, posts: Vec<Post>) -> Self {
        let units = units
            .into_iter()
            .map(|unit| (unit.code.clone(), unit))
            .collect();
        Self { units, posts }
    }

    /// Whom a word of the ladder reaches in a case; `None` only when nobody at all holds a post up to the province.
    #[must_use]
    pub fn reach(&self, word: &str, about: &About) -> Option<Reached> {
        let (post, unit) = self.meant(word, about);
        if let Some(post) = post {
            if post.held {
                return Some(reached(post, "holder"));
            }
            if post.deputised {
                return Some(reached(post, "deputy"));
            }
        }
        // Whatever is left without anybody is the compliance department's (P15).
        self.head_or_duty(&unit, post).or_else(|| {
            let compliance = self.compliance();
            let roles = ["compliance_head", "compliance_officer"];
            let post = self.post(&compliance, &roles)?;
            (post.held || post.deputised).then(|| reached(post, "duty"))
        })
    }

    /// The units that are not retired.
    pub fn living(&self) -> impl Iterator<Item = &Unit> {
        self.units.values().filter(|unit| !unit.retired)
    }

    fn compliance(&self) -> String {
        self.unit(|unit| unit.reception && self.is_provincial(unit))
    }

    /// The unit that receives for a union; an office receives for itself.
    fn reception(&self, about: &About) -> String {
        let reception = self.unit(|unit| unit.reception && unit.union == about.union);
        if reception.is_empty() {
            about.unit.clone()
        } else {
            reception
        }
    }

    /// The office above a union; for an office itself.
    fn office(&self, about: &About) -> String {
        let own = self.units.get(&about.union);
        let parent = own.and_then(|union| self.units.get(&union.parent));
        match parent {
            // Above an office there is only the province, which is no office.
            Some(parent) if parent.parent.is_empty() => about.union.clone(),
            Some(parent) => parent.code.clone(),
            None => String::new(),
        }
    }

    /// The post a word means, and the unit where it would be.
    fn meant(&self, word: &str, about: &About) -> (Option<&Post>, String) {
        let working = if about.lead_unit.is_empty() {
            &about.unit
        } else {
            &about.lead_unit
        };
        match word {
            "handler" => {
                let assigned = self
                    .posts
                    .iter()
                    .find(|post| post.code == about.handler_post);
                let unit = assigned.map_or(working, |post| &post.unit).clone();
                (assigned.or_else(|| self.post(&unit, &WORKERS)), unit)
            }
            "handling_unit_head" => (self.post(working, &HEADS), working.clone()),
            "reception_clerk" | "reception_head" => {
                let unit = self.reception(about);
                let other = if word == "reception_clerk" {
                    "office_officer"
                } else {
                    "office_head"
                };
                (self.post(&unit, &[word, other]), unit)
            }
            "archivist" => {
                let of_union = |post: &&Post| {
                    let unit = self.units.get(&post.unit);
                    unit.is_some_and(|unit| unit.union == about.union)
                };
                let post = self
                    .posts
                    .iter()
                    .filter(of_union)
                    .find(|post| post.role == word);
                (
                    post,
                    post.map_or_else(|| self.reception(about), |post| post.unit.clone()),
                )
            }
            "senior_management" => {
                let post = self.posts.iter().find(|post| {
                    post.role == word
                        && self
                            .units
                            .get(&post.unit)
                            .is_some_and(|unit| unit.union == about.union)
                });
                (
                    post,
                    post.map_or_else(|| about.union.clone(), |post| post.unit.clone()),
                )
            }
            "office" => {
                let office = self.office(about);
                (
                    self.post(&office, &["office_head", "office_officer"]),
                    office,
                )
            }
            // "compliance", "compliance_head" and whatever a policy should never say.
            _ => {
                let unit = self.compliance();
                (
                    self.post(&unit, &["compliance_head", "compliance_officer"]),
                    unit,
                )
            }
        }
    }

    fn head_or_duty(&self, unit: &str, tried: Option<&Post>) -> Option<Reached> {
        let manned = |post: &&Post| post.held || post.deputised;
        let head = self.posts.iter().filter(manned).find(|post| {
            post.unit == unit && HEADS.contains(&post.role.as_str()) && Some(*post) != tried
        });
        if let Some(post) = head {
            return Some(reached(post, "head"));
        }
        // No unit has more ancestors than there are units.
        let mut at = unit.to_owned();
        for _ in 0..=self.units.len() {
            at = self.units.get(&at)?.parent.clone();
            let duty = self
                .posts
                .iter()
                .filter(manned)
                .find(|post| post.unit == at && post.duty);
            if let Some(post) = duty {
                return Some(reached(post, "duty"));
            }
        }
        None
    }

    fn is_provincial(&self, unit: &Unit) -> bool {
        self.units
            .get(&unit.parent)
            .is_some_and(|parent| parent.parent.is_empty())
    }

    fn unit(&self, is: impl Fn(&Unit) -> bool) -> String {
        self.units
            .values()
            .find(|unit| is(unit))
            .map(|unit| unit.code.clone())
            .unwrap_or_default()
    }

    /// The first post of these roles in a unit; one with somebody in it before one without.
    fn post(&self, unit: &str, roles: &[&str]) -> Option<&Post> {
        let any = |vacant_too: bool| {
            roles.iter().find_map(|role| {
                self.posts.iter().find(|post| {
                    post.unit == unit
                        && post.role == *role
                        && (vacant_too || post.held || post.deputised)
                })
            })
        };
        any(false).or_else(|| any(true))
    }
}

fn reached(post: &Post, via: &'static str) -> Reached {
    Reached {
        post: post.code.clone(),
        unit: post.unit.clone(),
        via,
    }
}

#[cfg(test)]
mod tests;
