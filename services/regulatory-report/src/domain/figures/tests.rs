use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    facts::samples::{fact, utc},
    period::Term,
    taxonomy::samples::names,
};

fn first_half() -> Period {
    Period::of(2026, Term::FirstHalf).unwrap()
}

fn counted(facts: &[Fact]) -> Figures {
    let period = first_half();
    count(facts, &period, period.ends_at, &Tree::default(), &names())
}

fn cases(figures: &Figures, table: &str, code: &str) -> Vec<u32> {
    figures
        .find(table, code)
        .map(|figure| {
            figure
                .cases
                .iter()
                .map(|number| number[12..].parse().unwrap())
                .collect()
        })
        .unwrap_or_default()
}

#[test]
fn g23_a_case_counts_where_it_came_and_where_it_ended() {
    // One line for each case: when it reached us, when it ended, and where it counts in the first half of 2026.
    const LAW: &str = "
        2025-12-31T23:59:59+08:00 -                         brought carried
        2025-12-31T23:59:59+08:00 2026-01-01T00:00:00+08:00 brought closed
        2025-12-31T23:59:59+08:00 2025-12-31T23:59:59+08:00
        2026-01-01T00:00:00+08:00 2026-06-30T23:59:59+08:00 received closed
        2026-06-30T23:59:59+08:00 2026-07-01T00:00:00+08:00 received carried
        2026-07-01T00:00:00+08:00 -                        
        2026-03-01T10:00:00+08:00 2026-03-01T10:00:00+08:00 received closed";
    for (item, line) in (1..).zip(LAW.lines().filter(|line| !line.trim().is_empty())) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let ended = (cells[1] != "-").then_some((cells[1], "handled"));
        let figures = counted(&[fact(item, cells[0], ended)]);
        for (word, code) in [
            ("brought", "brought_forward"),
            ("received", "received"),
            ("closed", "closed"),
            ("carried", "carried_forward"),
        ] {
            let expected = if cells[2..].contains(&word) {
                vec![item]
            } else {
                vec![]
            };
            assert_eq!(cases(&figures, "summary", code), expected, "{code}: {line}");
        }
        assert!(
            figures.identities.iter().all(Identity::holds),
            "{line}: {:?}",
            figures.identities
        );
    }
}

#[test]
fn g23_on_time_extended_and_late_are_told_apart() {
    let closed = Some(("2026-03-20T10:00:00+08:00", "handled"));
    let received = "2026-03-01T10:00:00+08:00";
    let breach =
        |clock: &str| BTreeMap::from([(clock.to_owned(), utc("2026-03-10T17:30:00+08:00"))]);
    let facts = [
        fact(1, received, closed),
        Fact {
            breaches: breach("G18.1c"),
            ..fact(2, received, closed)
        },
        // A step within the bank was slow; the answer was not.
        Fact {
            breaches: breach("G18.1b"),
            ..fact(3, received, closed)
        },
        Fact {
            extended_at: Some(utc("2026-03-12T10:00:00+08:00")),
            ..fact(4, received, closed)
        },
        // Extended and late all the same.
        Fact {
            breaches: breach("L18"),
            extended_at: Some(utc("2026-03-12T10:00:00+08:00")),
            ..fact(5, received, closed)
        },
        Fact {
            breaches: breach("L18"),
            ..fact(6, received, None)
        },
    ];
    let figures = counted(&facts);
    for (code, expected) in [
        ("on_time", vec![1, 3]),
        ("extended", vec![4]),
        ("late", vec![2, 5]),
        ("open_overdue", vec![6]),
    ] {
        assert_eq!(cases(&figures, "timeliness", code), expected, "{code}");
    }
    assert_eq!(cases(&figures, "clock", "G18.1b"), [3]);
    assert_eq!(cases(&figures, "clock", "L18"), [5, 6]);
    assert!(figures.identities.iter().all(Identity::holds));
}

#[test]
fn g23_what_happened_after_the_cut_off_is_not_counted() {
    let facts = [
        fact(
            1,
            "2026-05-01T10:00:00+08:00",
            Some(("2026-06-10T10:00:00+08:00", "handled")),
        ),
        fact(2, "2026-06-05T10:00:00+08:00", None),
    ];
    let june = count(
        &facts,
        &first_half(),
        utc("2026-06-01T00:00:00+08:00"),
        &Tree::default(),
        &names(),
    );
    assert_eq!(cases(&june, "summary", "received"), [1]);
    assert_eq!(cases(&june, "summary", "carried_forward"), [1]);
    assert_eq!(
        facts[0].standing(utc("2026-06-01T00:00:00+08:00")),
        "办理中"
    );
    let whole = counted(&facts);
    assert_eq!(cases(&whole, "summary", "received"), [1, 2]);
    assert_eq!(cases(&whole, "summary", "closed"), [1]);
}

#[test]
fn g23_main_problems_are_the_pairs_of_business_and_cause_named_most_often() {
    let said = |item, business: &str, cause: &str| Fact {
        business: business.to_owned(),
        cause: cause.to_owned(),
        ..fact(item, "2026-03-01T10:00:00+08:00", None)
    };
    let figures = counted(&[
        said(1, "B04", "C12"),
        said(2, "B04", "C01.queue"),
        said(3, "B04", "C01"),
        said(4, "", "C99"),
        said(5, "", ""),
    ]);
    let table = figures.tables.iter().find(|table| table.code == "problem");
    let rows: Vec<(&str, usize)> = table
        .unwrap()
        .rows
        .iter()
        .map(|row| (row.label.as_str(), row.cases.len()))
        .collect();
    let expected = [
        ("支付结算 / 服务态度及服务质量", 2),
        ("未填报 / C99(未收录)", 1),
        ("支付结算 / 债务催收方式和手段", 1),
    ];
    assert_eq!(rows, expected);
    // The first level has the cases of the second, which stands below it and is not counted twice.
    assert_eq!(cases(&figures, "cause", "C01"), [2, 3]);
    assert_eq!(cases(&figures, "cause", "C01.queue"), [2]);
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let hours = 0..24 * 1096_i64;
    let ended = prop::option::of((
        0..24 * 400_i64,
        prop::sample::select(OUTCOMES.map(|(code, _)| code).to_vec()),
    ));
    let breach = prop::collection::btree_map(
        prop::sample::select(vec!["L18", "G18.1a", "G18.1b", "G18.1c", "G18.3"]),
        0..24 * 400_i64,
        0..3,
    );
    let codes = (
        prop::sample::select(vec!["589001", "589002", "5890"]),
        prop::sample::select(vec!["phone", "email", "wechat", "carrier_pigeon", ""]),
        prop::sample::select(vec!["C01", "C01.queue", "C12", "C99", ""]),
    );
    (
        hours,
        ended,
        breach,
        prop::option::of(0..24 * 400_i64),
        codes,
        any::<u32>(),
    )
        .prop_map(
            |(hours, ended, breaches, extended, (union, channel, cause), item)| {
                let received_at =
                    utc("2025-01-01T00:00:00+08:00") + chrono::TimeDelta::hours(hours);
                let after = |hours| received_at + chrono::TimeDelta::hours(hours);
                Fact {
                    union: union.to_owned(),
                    channel: channel.to_owned(),
                    cause: cause.to_owned(),
                    received_at,
                    outcome: ended
                        .map(|(_, outcome)| outcome.to_owned())
                        .unwrap_or_default(),
                    ended_at: ended.map(|(hours, _)| after(hours)),
                    extended_at: extended.map(after),
                    breaches: breaches
                        .into_iter()
                        .map(|(clock, hours)| (clock.to_owned(), after(hours)))
                        .collect(),
                    ..fact(item % 1_000_000, "2025-01-01T00:00:00+08:00", None)
                }
            },
        )
}

/// Facts with a number each.
fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec(any_fact(), 0..60).prop_map(|mut facts| {
        for (item, fact) in (1..).zip(&mut facts) {
            fact.number = format!("589002-2026-{item:06}");
        }
        facts
    })
}

proptest! {
    #[test]
    fn g23_every_sum_comes_out_whatever_the_facts(facts in any_facts(), cut in 1..181_i64) {
        let period = first_half();
        for cut_off in [period.ends_at, period.starts_at + chrono::TimeDelta::days(cut)] {
            let figures = count(&facts, &period, cut_off, &Tree::default(), &names());
            for identity in &figures.identities {
                prop_assert!(identity.holds(), "{identity:?}");
            }
            let received = figures.find("summary", "received").unwrap().cases.len();
            for table in figures.tables.iter().filter(|table| table.sums_to_received) {
                let sum: usize = table.rows.iter().filter(|row| !row.below).map(|row| row.cases.len()).sum();
                prop_assert_eq!(sum, received, "{}", table.code);
            }
        }
    }

    #[test]
    fn g23_the_end_of_a_term_is_the_beginning_of_the_next(facts in any_facts()) {
        let tree = Tree::default();
        let [first, second, year] = [Term::FirstHalf, Term::SecondHalf, Term::Year].map(|term| {
            let period = Period::of(2026, term).unwrap();
            count(&facts, &period, period.ends_at, &tree, &names())
        });
        let of = |figures: &Figures, code: &str| figures.find("summary", code).unwrap().cases.clone();
        prop_assert_eq!(of(&first, "carried_forward"), of(&second, "brought_forward"));
        prop_assert_eq!(of(&second, "carried_forward"), of(&year, "carried_forward"));
        for code in ["received", "closed", "resolved", "declined", "withdrawn"] {
            prop_assert_eq!(of(&first, code).len() + of(&second, code).len(), of(&year, code).len(), "{}", code);
        }
    }

    #[test]
    fn g23_the_province_is_the_sum_of_its_unions(facts in any_facts()) {
        let whole = counted(&facts);
        for code in ["brought_forward", "received", "closed", "carried_forward"] {
            let parts: usize = ["589001", "589002", "5890"]
                .iter()
                .map(|union| {
                    let own: Vec<Fact> = facts.iter().filter(|fact| fact.union == *union).cloned().collect();
                    counted(&own).find("summary", code).unwrap().cases.len()
                })
                .sum();
            prop_assert_eq!(parts, whole.find("summary", code).unwrap().cases.len());
        }
    }
}

#[test]
fn g23_the_sheet_of_a_real_bank_adds_up() {
    // 1362 + 159 + 10908 + 104 + 97 = 12630 in front, 12630 + 247 = 12877 in all; the electronic ones in two of their six kinds.
    const SHEET: [(&str, u32); 7] = [
        ("A.front.site", 1362),
        ("A.front.self", 159),
        ("A.front.e.web", 908),
        ("A.front.e.app", 10_000),
        ("A.front.third", 104),
        ("A.front.oth", 97),
        ("A.back", 247),
    ];
    let mut facts = Vec::new();
    for (code, count) in SHEET {
        for _ in 0..count {
            let item = u32::try_from(facts.len()).unwrap() + 1;
            facts.push(Fact {
                via: code.to_owned(),
                ..fact(item, "2026-03-01T10:00:00+08:00", None)
            });
        }
    }
    let figures = counted(&facts);
    let of = |code: &str| figures.find("via", code).unwrap().cases.len();
    assert_eq!(
        (of("A.front.e"), of("A.front"), of("A.back")),
        (10_908, 12_630, 247)
    );
    assert_eq!(
        figures.find("summary", "received").unwrap().cases.len(),
        12_877
    );
    let table = figures
        .tables
        .iter()
        .find(|table| table.code == "via")
        .unwrap();
    let firsts = table.rows.iter().filter(|row| !row.below);
    assert_eq!(firsts.map(|row| row.cases.len()).sum::<usize>(), 12_877);
}
