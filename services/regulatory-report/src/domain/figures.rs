//! The figures of guideline art. 23, counted from facts. Every figure is the list of its cases; the number is its length.
//!
//! A complaint is new in the term in which it *reached us*; it is closed in the term in which it ended. Both are instants that
//! never change, so that the end of one term is always the beginning of the next.

use std::collections::BTreeSet;

use super::{
    facts::Fact,
    period::{Period, day},
    taxonomy::{Axis, Names},
    tree::Tree,
    words::{CHANNELS, NATURES, OUTCOMES, UNKNOWN, word},
};
use chrono::{DateTime, NaiveDate, Utc};

mod in_term;

use in_term::{appeals, by_clock, by_month, problems};

/// A figure: its code, its Chinese words, its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it counts, within its table.
    pub code: String,
    /// The same in Chinese.
    pub label: String,
    /// The numbers of its cases, in order.
    pub cases: Vec<String>,
    /// Whether its cases are also counted in a row above it.
    pub below: bool,
}

/// Figures that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which.
    pub code: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What its rows are.
    pub heading: &'static str,
    /// Its rows.
    pub rows: Vec<Figure>,
    /// Whether its rows, without those of the second level, add up to the complaints received.
    pub sums_to_received: bool,
}

/// A sum that must come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The sum in words.
    pub sentence: &'static str,
    /// Its left side.
    pub left: usize,
    /// Its right side.
    pub right: usize,
}

impl Identity {
    /// Whether it comes out.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.left == self.right
    }
}

/// A unit's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The tables.
    pub tables: Vec<Table>,
    /// The sums.
    pub identities: Vec<Identity>,
}

impl Figures {
    /// A figure by its table's code and its own.
    #[must_use]
    pub fn find(&self, table: &str, code: &str) -> Option<&Figure> {
        let table = self.tables.iter().find(|known| known.code == table)?;
        table.rows.iter().find(|known| known.code == code)
    }
}

/// The instants between which is counted.
struct Bounds {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Bounds {
    fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}

/// Counts the facts of one unit and everything below it.
#[must_use]
pub fn count(
    facts: &[Fact],
    period: &Period,
    cut_off: DateTime<Utc>,
    tree: &Tree,
    names: &Names,
) -> Figures {
    let term = Bounds {
        from: period.starts_at,
        until: cut_off,
    };
    let until = term.until;
    let pick =
        |wanted: &dyn Fn(&&Fact) -> bool| facts.iter().filter(wanted).collect::<Vec<&Fact>>();
    let open_at = |fact: &Fact, at| fact.received_at < at && !fact.ended_before(at);
    let brought = pick(&|fact| open_at(fact, term.from));
    let received = pick(&|fact| term.contains(fact.received_at));
    let closed = pick(&|fact| fact.ended_before(until) && !fact.ended_before(term.from));
    let carried = pick(&|fact| open_at(fact, until));
    let outcome = |wanted: &[&str]| {
        closed
            .iter()
            .copied()
            .filter(|fact| wanted.contains(&fact.outcome.as_str()))
            .collect::<Vec<_>>()
    };
    let resolved = outcome(&["settled_on_the_spot", "answered_directly", "handled"]);
    let declined = outcome(&["declined"]);
    let withdrawn = outcome(&["withdrawn"]);
    let elsewhere = outcome(&["transferred", "joined"]);
    let (late, in_time): (Vec<&Fact>, Vec<&Fact>) = closed
        .iter()
        .copied()
        .partition(|fact| fact.late_before(until));
    let (extended, on_time): (Vec<&Fact>, Vec<&Fact>) = in_time
        .into_iter()
        .partition(|fact| fact.extended_before(until));
    let overdue: Vec<&Fact> = carried
        .iter()
        .copied()
        .filter(|fact| fact.late_before(until))
        .collect();
    let major: Vec<&Fact> = received.iter().copied().filter(|fact| fact.major).collect();
    let identities = vec![
        Identity {
            sentence: "期初未结 + 本期新收 − 本期办结 = 期末未结",
            left: (brought.len() + received.len()).saturating_sub(closed.len()),
            right: carried.len(),
        },
        Identity {
            sentence: "按时 + 延期 + 超时 = 本期办结",
            left: on_time.len() + extended.len() + late.len(),
            right: closed.len(),
        },
        Identity {
            sentence: "已解决 + 不予受理 + 撤回 + 移交并案 = 本期办结",
            left: resolved.len() + declined.len() + withdrawn.len() + elsewhere.len(),
            right: closed.len(),
        },
    ];
    let summary = vec![
        figure("brought_forward", "期初未结", &brought),
        figure("received", "本期新收", &received),
        figure("closed", "本期办结", &closed),
        figure("carried_forward", "期末未结", &carried),
        figure("resolved", "其中:已解决", &resolved),
        figure("declined", "其中:不予受理", &declined),
        figure("withdrawn", "其中:撤回", &withdrawn),
        figure("elsewhere", "其中:移交、并案", &elsewhere),
        figure("major", "新收中的重大投诉", &major),
    ];
    let timeliness = vec![
        figure("on_time", "按时办结", &on_time),
        figure("extended", "延期办结(经批准,期限内)", &extended),
        figure("late", "超时办结", &late),
        figure("open_overdue", "期末未结中已超时", &overdue),
    ];
    let repeats: Vec<&Fact> = received
        .iter()
        .copied()
        .filter(|fact| fact.repeats_another)
        .collect();
    let said = |wanted: bool| {
        let closed = closed.iter().copied();
        let said = closed.filter(|fact| fact.satisfied_before(until) == Some(wanted));
        said.collect::<Vec<&Fact>>()
    };
    let follow_up = vec![
        figure("satisfied", "回访满意", &said(true)),
        figure("unsatisfied", "回访不满意", &said(false)),
        figure("repeat", "新收中的重复投诉(同一事实和理由)", &repeats),
    ];
    let last_day = day(until - chrono::TimeDelta::microseconds(1));
    let mut tables = vec![
        table("summary", "总体情况", "项目", summary),
        table("timeliness", "时限执行情况", "项目", timeliness),
        table(
            "outcome",
            "办结方式",
            "办结方式",
            by(&closed, |fact| &fact.outcome, &OUTCOMES),
        ),
        table("clock", "超时环节", "时限", by_clock(facts, &term)),
        table("appeal", "申诉情况", "项目", appeals(facts, &term)),
        table("follow_up", "回访和重复投诉", "项目", follow_up),
        table(
            "problem",
            "主要问题(件数最多的前十项)",
            "业务 / 原因",
            problems(&received, names),
        ),
    ];
    tables.extend([
        spread(
            "channel",
            "投诉渠道",
            "渠道",
            by(&received, |fact| &fact.channel, &CHANNELS),
        ),
        spread("month", "各月新收", "月份", by_month(&received)),
        spread(
            "nature",
            "投诉性质",
            "性质",
            by(&received, |fact| &fact.nature, &NATURES),
        ),
        spread(
            "cause",
            "投诉原因(JR/T 0169 C轴)",
            "原因",
            by_axis(&received, |fact| &fact.cause, Axis::Cause, names),
        ),
        spread(
            "business",
            "业务类别(JR/T 0169 B轴)",
            "业务",
            by_axis(&received, |fact| &fact.business, Axis::Business, names),
        ),
        spread(
            "via",
            "业务办理渠道(JR/T 0169 A轴)",
            "办理渠道",
            by_axis(&received, |fact| &fact.via, Axis::Via, names),
        ),
    ]);
    let named = |of: fn(&Fact) -> &String| by_unit(&received, of, tree, last_day);
    tables.extend([
        spread("union", "各机构新收", "机构", named(|fact| &fact.union)),
        spread(
            "unit",
            "各登记单位新收",
            "登记单位",
            named(|fact| &fact.unit),
        ),
        spread(
            "complained_unit",
            "各被投诉单位新收",
            "被投诉单位",
            named(|fact| &fact.complained_unit),
        ),
        table(
            "union_closed",
            "各机构办结",
            "机构",
            by_unit(&closed, |fact| &fact.union, tree, last_day),
        ),
        table(
            "union_open",
            "各机构期末未结",
            "机构",
            by_unit(&carried, |fact| &fact.union, tree, last_day),
        ),
        table(
            "lead_unit",
            "各承办单位办结",
            "承办单位",
            by_unit(&closed, |fact| &fact.lead_unit, tree, last_day),
        ),
    ]);
    Figures { tables, identities }
}

fn table(
    code: &'static str,
    title: &'static str,
    heading: &'static str,
    rows: Vec<Figure>,
) -> Table {
    Table {
        code,
        title,
        heading,
        rows,
        sums_to_received: false,
    }
}

fn spread(
    code: &'static str,
    title: &'static str,
    heading: &'static str,
    rows: Vec<Figure>,
) -> Table {
    Table {
        sums_to_received: true,
        ..table(code, title, heading, rows)
    }
}

fn figure(code: &str, label: &str, facts: &[&Fact]) -> Figure {
    let cases: BTreeSet<&String> = facts.iter().map(|fact| &fact.number).collect();
    Figure {
        code: code.to_owned(),
        label: label.to_owned(),
        cases: cases.into_iter().cloned().collect(),
        below: false,
    }
}

/// A row for each word of the table, used or not, then one for each other code, then one for what was not filled in.
fn by(facts: &[&Fact], of: fn(&Fact) -> &String, words: &[(&str, &str)]) -> Vec<Figure> {
    let others: BTreeSet<&str> = facts
        .iter()
        .map(|fact| of(fact).as_str())
        .filter(|code| !code.is_empty() && !words.iter().any(|(known, _)| known == code))
        .collect();
    let mut rows: Vec<Figure> = words
        .iter()
        .map(|(code, _)| *code)
        .chain(others)
        .map(|code| figure(code, &word(words, code), &with(facts, of, code)))
        .collect();
    rows.extend(unfilled(facts, of));
    rows
}

/// The rows of an axis of the taxonomy, the first level with the second below.
fn by_axis(facts: &[&Fact], of: fn(&Fact) -> &String, axis: Axis, names: &Names) -> Vec<Figure> {
    let codes: BTreeSet<String> = facts.iter().map(|fact| of(fact).clone()).collect();
    let rows = names.rows(axis, &codes).into_iter().map(|row| {
        let cases = facts.iter().copied();
        let cases: Vec<&Fact> = cases.filter(|fact| row.codes.contains(of(fact))).collect();
        Figure {
            below: row.below,
            ..figure(&row.code, &row.label, &cases)
        }
    });
    rows.collect()
}

fn by_unit(facts: &[&Fact], of: fn(&Fact) -> &String, tree: &Tree, on: NaiveDate) -> Vec<Figure> {
    let codes: BTreeSet<&str> = facts
        .iter()
        .map(|fact| of(fact).as_str())
        .filter(|code| !code.is_empty())
        .collect();
    let mut rows: Vec<Figure> = codes
        .into_iter()
        .map(|code| figure(code, &tree.full_name(code, on), &with(facts, of, code)))
        .collect();
    rows.extend(unfilled(facts, of));
    rows
}

fn with<'a>(facts: &[&'a Fact], of: fn(&Fact) -> &String, code: &str) -> Vec<&'a Fact> {
    facts
        .iter()
        .copied()
        .filter(|fact| of(fact) == code)
        .collect()
}

fn unfilled(facts: &[&Fact], of: fn(&Fact) -> &String) -> Option<Figure> {
    let rest = with(facts, of, "");
    (!rest.is_empty()).then(|| figure("", UNKNOWN, &rest))
}

#[cfg(test)]
mod tests;
