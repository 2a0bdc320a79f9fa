//! Scorecards of units (guideline art. 8: 检查、监督、考核; 令2020年第3号 art. 27): the formula is published and anybody can do the sum again.
//!
//! A unit is judged by what it can answer for: cases that were withdrawn, transferred, joined to another one or not accepted
//! do not count, whoever else thinks they should. Nothing to count costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{facts::Fact, period::Period};

/// From when on the formula below holds, ISO. A new formula gets a new date; old scorecards keep theirs.
pub const SINCE: &str = "2026-01-01";

/// A full score, in hundredths of a point.
pub const FULL: u32 = 10_000;

/// What a score is made of.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its code.
    pub code: &'static str,
    /// The same in Chinese.
    pub label: &'static str,
    /// What it adds at most, in hundredths of a point.
    pub weight: u32,
    /// How it is counted, for whoever wants to do it again.
    pub formula: &'static str,
    counts: fn(&Fact, DateTime<Utc>) -> Option<bool>,
}

/// The parts of a score; their weights make a full one.
pub const PARTS: [Part; 5] = [
    Part {
        code: "timeliness",
        label: "按时办结率",
        weight: 4_000,
        formula: "未超过任一答复时限(L18、G18.1c、G18.2a、G18.3)办结的件数 ÷ 办结件数 × 40 分",
        counts: |fact, until| Some(!fact.late_before(until)),
    },
    Part {
        code: "first_time",
        label: "一次办结率",
        weight: 2_000,
        formula: "办理结果未被退回的件数 ÷ 办结件数 × 20 分",
        counts: |fact, until| Some(!fact.returned_before(until)),
    },
    Part {
        code: "repeat",
        label: "无重复投诉率",
        weight: 1_500,
        formula: "答复后未因同一事实和理由再次投诉(再次投诉以“已经答复”不予受理为准)的件数 ÷ 办结件数 × 15 分",
        counts: |fact, until| Some(!fact.complained_again_before(until)),
    },
    Part {
        code: "appeal",
        label: "申诉维持率",
        weight: 1_500,
        formula: "未被申诉改变或责令重新办理的件数 ÷ 办结件数 × 15 分",
        counts: |fact, until| Some(!fact.overturned_before(until)),
    },
    Part {
        code: "satisfaction",
        label: "回访满意率",
        weight: 1_000,
        formula: "回访表示满意的件数 ÷ 已回访件数 × 10 分",
        counts: |fact, until| fact.satisfied_before(until),
    },
];

/// A rate and what it was made of.
#[derive(Debug, Clone)]
pub struct Rate {
    /// What it is.
    pub part: Part,
    /// How many cases met it.
    pub met: usize,
    /// Of how many.
    pub of: usize,
}

impl Rate {
    /// What it adds to the score, in hundredths of a point, cut off and never rounded up.
    #[must_use]
    pub fn points(&self) -> u32 {
        if self.of == 0 {
            return self.part.weight;
        }
        let points = u64::from(self.part.weight) * self.met as u64 / self.of as u64;
        u32::try_from(points).unwrap_or(self.part.weight)
    }
}

/// How one unit did.
#[derive(Debug, Clone)]
pub struct Scorecard {
    /// The unit.
    pub unit: String,
    /// What its score is made of.
    pub rates: Vec<Rate>,
    /// How many cases it was made of.
    pub cases: usize,
}

impl Scorecard {
    /// The score, in hundredths of a point.
    #[must_use]
    pub fn score(&self) -> u32 {
        self.rates.iter().map(Rate::points).sum()
    }
}

/// The outcomes a unit answers for.
const ANSWERABLE: [&str; 3] = ["settled_on_the_spot", "answered_directly", "handled"];

/// The scorecards of everybody who closed cases in a term: unions, and the units that handled.
#[must_use]
pub fn scorecards(facts: &[Fact], period: &Period, until: DateTime<Utc>) -> Vec<Scorecard> {
    let mut by_unit: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    let closed = facts.iter().filter(|fact| {
        fact.ended_before(until)
            && !fact.ended_before(period.starts_at)
            && ANSWERABLE.contains(&fact.outcome.as_str())
    });
    for fact in closed {
        // A case that its union answered by itself is the union's alone.
        let units = [fact.union.as_str(), fact.lead_unit.as_str()];
        let units: BTreeSet<&str> = units.into_iter().filter(|unit| !unit.is_empty()).collect();
        for unit in units {
            by_unit.entry(unit).or_default().push(fact);
        }
    }
    by_unit
        .into_iter()
        .map(|(unit, facts)| Scorecard {
            unit: unit.to_owned(),
            rates: PARTS
                .iter()
                .map(|part| rate(*part, &facts, until))
                .collect(),
            cases: facts.len(),
        })
        .collect()
}

fn rate(part: Part, facts: &[&Fact], until: DateTime<Utc>) -> Rate {
    let counted: Vec<bool> = facts
        .iter()
        .filter_map(|fact| (part.counts)(fact, until))
        .collect();
    Rate {
        part,
        met: counted.iter().filter(|met| **met).count(),
        of: counted.len(),
    }
}

#[cfg(test)]
mod tests;
