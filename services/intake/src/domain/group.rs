//! When similar complaints of one union call for an early warning (群体性投诉预警, guideline art. 9).
//!
//! The numbers are policy; what counts as similar stands here. Complaints of one complainant count once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How many values a sketch has.
pub const SLOTS: usize = 32;

/// Why complaints count as similar; the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The same unit is complained of, for the same business.
    Business = 1,
    /// The same unit is complained of, for the same cause.
    Cause = 2,
    /// Their texts are similar.
    Text = 3,
}

impl Ground {
    /// All of them; of two that fit equally well the first is told.
    pub const ALL: [Self; 3] = [Self::Business, Self::Cause, Self::Text];

    /// The word it is kept as.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Cause => "cause",
            Self::Text => "text",
        }
    }

    /// The ground of a word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.code() == code)
    }
}

/// The policy that holds for a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The article it comes from.
    pub article: String,
    /// How many complainants call for a warning.
    pub complainants: u32,
    /// Within how many natural days.
    pub days: i64,
    /// From which share on texts are similar, in percent.
    pub similar_percent: u32,
}

impl Rule {
    /// The stricter of two: fewer complainants, then more days.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        let strictness = |rule: &Self| (rule.complainants, -rule.days, rule.similar_percent);
        if strictness(&other) < strictness(&self) {
            other
        } else {
            self
        }
    }
}

/// What of a complaint is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// The complaint.
    pub id: Uuid,
    /// The unit complained of; the union when none is named.
    pub unit: String,
    /// The business; empty when not known.
    pub business: String,
    /// The cause; empty when not known.
    pub cause: String,
    /// What its text looks like; empty when there is none to be compared.
    pub sketch: Vec<i64>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// Keyed digests of the complainant's contacts.
    pub tokens: Vec<Vec<u8>>,
}

impl Features {
    /// Whether another complaint is like this one.
    #[must_use]
    pub fn like(&self, other: &Self, ground: Ground, rule: &Rule) -> bool {
        let same = |one: &str, other: &str| !one.is_empty() && one == other;
        match ground {
            Ground::Business => self.unit == other.unit && same(&self.business, &other.business),
            Ground::Cause => self.unit == other.unit && same(&self.cause, &other.cause),
            Ground::Text => likeness(&self.sketch, &other.sketch) >= rule.similar_percent,
        }
    }
}

/// A sketch of a text, for comparing it without it.
///
/// For each slot it has the smallest of the numbers that the text's pairs of neighbouring characters have there. Two texts
/// share about as many slots as pairs (`MinHash`), and nobody without the key can tell which pairs they were.
pub fn sketch(text: &str, key: impl Fn(&str) -> u64) -> Vec<i64> {
    let letters: Vec<char> = text
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    let pairs: BTreeSet<String> = letters
        .windows(2)
        .map(|pair| pair.iter().collect())
        .collect();
    let keys: Vec<u64> = pairs.iter().map(|pair| key(pair)).collect();
    let slot = |slot: usize| {
        let seed = u64::try_from(slot).unwrap_or(0) + 1;
        let smallest = keys.iter().map(|key| mix(key ^ mix(seed))).min();
        smallest.map(u64::cast_signed)
    };
    (0..SLOTS).filter_map(slot).collect()
}

/// Spreads a number over all its bits (the finisher of `SplitMix64`).
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// How much of two texts is the same, in percent, as far as their sketches tell.
#[must_use]
pub fn likeness(one: &[i64], other: &[i64]) -> u32 {
    if one.len() != SLOTS || other.len() != SLOTS {
        return 0;
    }
    let same = one.iter().zip(other).filter(|(one, other)| one == other);
    u32::try_from(same.count() * 100 / SLOTS).unwrap_or(0)
}

/// Complaints that look like one matter of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Why.
    pub ground: Ground,
    /// The complaints, oldest first.
    pub members: Vec<Uuid>,
    /// By how many complainants.
    pub complainants: u32,
}

/// The largest set of complaints like a new one that fits into the rule's days, itself included.
#[must_use]
pub fn cluster(new: &Features, others: &[Features], rule: &Rule) -> Option<Cluster> {
    let mut best: Option<Cluster> = None;
    for ground in Ground::ALL {
        let mut alike: Vec<&Features> = others
            .iter()
            .filter(|other| other.id != new.id && new.like(other, ground, rule))
            .chain([new])
            .collect();
        alike.sort_by_key(|one| (one.received_at, one.id));
        let found = densest(new, &alike, rule, ground);
        if best
            .as_ref()
            .is_none_or(|best| found.complainants > best.complainants)
        {
            best = Some(found);
        }
    }
    best.filter(|best| best.members.len() > 1)
}

fn densest(new: &Features, alike: &[&Features], rule: &Rule, ground: Ground) -> Cluster {
    let span = TimeDelta::days(rule.days);
    let mut best = Cluster {
        ground,
        members: vec![new.id],
        complainants: 1,
    };
    for first in alike
        .iter()
        .filter(|one| one.received_at <= new.received_at)
    {
        let until = first.received_at + span;
        if new.received_at > until {
            continue;
        }
        let within: Vec<&Features> = alike
            .iter()
            .copied()
            .filter(|one| one.received_at >= first.received_at && one.received_at <= until)
            .collect();
        let complainants = complainants(&within);
        if complainants > best.complainants {
            best = Cluster {
                ground,
                members: within.iter().map(|one| one.id).collect(),
                complainants,
            };
        }
    }
    best
}

/// How many complainants there are, as far as their contacts tell them apart: who shares one is the same.
#[must_use]
pub fn complainants(complaints: &[&Features]) -> u32 {
    let mut of_token: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut roots: Vec<usize> = (0..complaints.len()).collect();
    let root = |roots: &[usize], mut at: usize| {
        while roots[at] != at {
            at = roots[at];
        }
        at
    };
    for (at, complaint) in complaints.iter().enumerate() {
        for token in &complaint.tokens {
            let known = *of_token.entry(token).or_insert(at);
            let (one, other) = (root(&roots, known), root(&roots, at));
            roots[one.max(other)] = one.min(other);
        }
    }
    let own = (0..roots.len()).filter(|at| roots[*at] == *at);
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

/// Whether a group is warned of: when it reaches the rule's number, and again whenever it has doubled.
#[must_use]
pub fn warns(complainants: u32, warned_at: u32, rule: &Rule) -> bool {
    complainants >= rule.complainants.max(warned_at.saturating_mul(2))
}

#[cfg(test)]
mod tests;
