//! Figures of what happened in the term: clocks overrun, months, appeals.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Bounds, Figure, figure};
use crate::domain::{
    facts::{Appeal, Fact},
    period::day,
    taxonomy::{Axis, Names},
    words::CLOCKS,
};

/// A row for each clock that somebody overran in the term.
pub(super) fn by_clock(facts: &[Fact], term: &Bounds) -> Vec<Figure> {
    let mut rows: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        for (clock, at) in &fact.breaches {
            if term.contains(*at) {
                rows.entry(clock).or_default().push(fact);
            }
        }
    }
    rows.into_iter()
        .map(|(clock, facts)| figure(clock, &clock_word(clock), &facts))
        .collect()
}

/// A row for each month in which something reached us.
pub(super) fn by_month(facts: &[&Fact]) -> Vec<Figure> {
    let mut months: BTreeMap<String, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let month = day(fact.received_at).format("%Y-%m").to_string();
        months.entry(month).or_default().push(fact);
    }
    months
        .iter()
        .map(|(month, facts)| figure(month, month, facts))
        .collect()
}

/// The cases with an appeal that was lodged, or decided one way or the other, in the term (guideline art. 20).
pub(super) fn appeals(facts: &[Fact], term: &Bounds) -> Vec<Figure> {
    let with = |wanted: &dyn Fn(&Appeal) -> bool| {
        let facts = facts.iter().filter(|fact| fact.appeals.iter().any(wanted));
        facts.collect::<Vec<&Fact>>()
    };
    let decided = |outcome: &str| {
        with(&|appeal| {
            appeal.outcome == outcome && appeal.decided_at.is_some_and(|at| term.contains(at))
        })
    };
    let open = |appeal: &Appeal| {
        appeal.lodged_at < term.until && appeal.decided_at.is_none_or(|at| at >= term.until)
    };
    vec![
        figure(
            "lodged",
            "收到申诉",
            &with(&|appeal| term.contains(appeal.lodged_at)),
        ),
        figure("upheld", "维持原处理决定", &decided("upheld")),
        figure("changed", "改变原处理决定", &decided("changed")),
        figure("re_handle", "责令重新办理", &decided("re_handle")),
        figure("withdrawn", "撤回申诉", &decided("")),
        figure("open", "期末未决", &with(&open)),
    ]
}

/// A clock's words and its article; the code of one that a union added for itself.
fn clock_word(clock: &str) -> String {
    let known = CLOCKS.iter().find(|(known, _)| *known == clock);
    known.map_or_else(
        || clock.to_owned(),
        |(code, words)| format!("{words}({code})"),
    )
}

/// How many main problems are named.
const MAIN: usize = 10;

/// The main problems (guideline art. 23): which causes in which business complainants named most often.
pub(super) fn problems(received: &[&Fact], names: &Names) -> Vec<Figure> {
    let mut pairs: BTreeMap<(String, String), Vec<&Fact>> = BTreeMap::new();
    let classified = |fact: &&&Fact| !fact.business.is_empty() || !fact.cause.is_empty();
    for fact in received.iter().filter(classified) {
        let business = names.top(Axis::Business, &fact.business);
        let cause = names.top(Axis::Cause, &fact.cause);
        pairs.entry((business, cause)).or_default().push(fact);
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(_, facts)| Reverse(facts.len()));
    let rows = pairs.iter().take(MAIN).map(|((business, cause), facts)| {
        let words = [(Axis::Business, business), (Axis::Cause, cause)];
        let words = words.map(|(axis, code)| names.name(axis, code)).join(" / ");
        figure(&format!("{business}/{cause}"), &words, facts)
    });
    rows.collect()
}
