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

/// The case a message is about, as far as its recipients depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its union.
    pub union: String,
    /// Where it was registered.
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
        self.head_or_duty(&unit, post)
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
                (
                    assigned.or_else(|| {
                        self.post(&unit, &["handler", "outlet_receiver", "reception_clerk"])
                    }),
                    unit,
                )
            }
            "handling_unit_head" => (
                self.post(working, &["unit_head", "reception_head"]),
                working.clone(),
            ),
            "reception_clerk" | "reception_head" => {
                let unit = self.unit(|unit| unit.reception && unit.union == about.union);
                (self.post(&unit, &[word]), unit)
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
                let office = self
                    .units
                    .get(&about.union)
                    .map(|union| union.parent.clone())
                    .unwrap_or_default();
                (
                    self.post(&office, &["office_head", "office_officer"]),
                    office,
                )
            }
            // "compliance" and whatever a policy should never say.
            _ => {
                let unit = self.unit(|unit| {
                    unit.reception && unit.union != about.union && self.is_provincial(unit)
                });
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
mod tests {
    use super::*;

    fn unit(code: &str, parent: &str, union: &str, reception: bool) -> Unit {
        Unit {
            code: code.to_owned(),
            parent: parent.to_owned(),
            union: union.to_owned(),
            reception,
        }
    }

    fn post(code: &str, unit: &str, role: &str, (held, deputised): (bool, bool)) -> Post {
        let duty = role == "office_head" || role == "compliance_head";
        Post {
            code: code.to_owned(),
            unit: unit.to_owned(),
            role: role.to_owned(),
            held,
            deputised,
            duty,
        }
    }

    fn guangdong(head: (bool, bool)) -> Directory {
        Directory::new(
            vec![
                unit("44", "", "44", false),
                unit("44HG", "44", "44", true),
                unit("5890", "44", "5890", false),
                unit("589002", "5890", "589002", false),
                unit("589002SL", "589002", "589002", true),
                unit("589002GL", "589002", "589002", false),
                unit("58900201", "589002", "589002", false),
            ],
            vec![
                post("44HG-head", "44HG", "compliance_head", (true, false)),
                post("5890-head", "5890", "office_head", (true, false)),
                post("589002SL-head", "589002SL", "reception_head", head),
                post(
                    "589002SL-clerk",
                    "589002SL",
                    "reception_clerk",
                    (true, false),
                ),
                post(
                    "589002GL-head",
                    "589002GL",
                    "senior_management",
                    (true, false),
                ),
                post("58900201-head", "58900201", "unit_head", (true, false)),
                post("58900201-handler", "58900201", "handler", (false, false)),
            ],
        )
    }

    /// Word, whether the reception's head is held or deputised, and whom it reaches how.
    const LADDER: [(&str, (bool, bool), &str, &str); 8] = [
        ("reception_head", (true, false), "589002SL-head", "holder"),
        ("reception_head", (false, true), "589002SL-head", "deputy"),
        ("reception_head", (false, false), "5890-head", "duty"),
        ("reception_clerk", (true, false), "589002SL-clerk", "holder"),
        (
            "senior_management",
            (true, false),
            "589002GL-head",
            "holder",
        ),
        ("office", (true, false), "5890-head", "holder"),
        ("compliance", (true, false), "44HG-head", "holder"),
        ("handler", (true, false), "58900201-head", "head"),
    ];

    #[test]
    fn p15_no_message_goes_to_nobody() {
        let about = About {
            union: "589002".to_owned(),
            unit: "58900201".to_owned(),
            ..About::default()
        };
        for (word, head, post, via) in LADDER {
            let reached = guangdong(head).reach(word, &about).unwrap();
            assert_eq!(
                (reached.post.as_str(), reached.via),
                (post, via),
                "{word} with {head:?}"
            );
        }
    }
}
