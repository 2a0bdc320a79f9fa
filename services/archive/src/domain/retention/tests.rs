//! The shipped schedule as a table that an archivist can proof-read, and what is refused.

use super::*;
use crate::schedule;

/// Facts, and the row and term that the shipped schedule gives.
const LAW: &str = "
major persons nature             channel             event                               held        | row   term
no    1       consumer_complaint visit               -                                   -           | TS-99 10年
no    1       suggestion         suggestion_box      -                                   -           | TS-99 10年
no    1       inquiry            phone               -                                   -           | TS-99 10年
no    4       consumer_complaint letter              -                                   -           | TS-99 10年
no    5       consumer_complaint letter              -                                   -           | TS-04 30年
yes   20      consumer_complaint visit               -                                   -           | TS-03 永久
no    1       consumer_complaint regulator_transfer  -                                   -           | TS-05 30年
no    1       consumer_complaint superior_transfer   -                                   -           | TS-05 30年
no    1       report             letter              -                                   -           | TS-06 30年
no    1       petition           visit               -                                   -           | TS-06 30年
no    1       consumer_complaint visit               suda.routing.v1.CaseTransferredOut  -           | TS-02 永久
no    1       consumer_complaint visit               suda.routing.v1.AppealLodged        -           | TS-07 30年
no    1       consumer_complaint visit               -                                   litigation  | TS-01 永久
no    1       consumer_complaint visit               -                                   audit       | TS-99 10年
yes   1       petition           regulator_transfer  -                                   litigation  | TS-01 永久
";

#[test]
fn g22_the_facts_of_a_case_decide_its_term_and_the_row_is_shown() {
    let schedule = schedule::shipped().unwrap();
    let rows = LAW.trim().lines().skip(1);
    for row in rows {
        let (facts, expected) = row.split_once('|').unwrap();
        let facts: Vec<&str> = facts.split_whitespace().collect();
        let set = |word: &str| {
            (word != "-")
                .then(|| word.to_owned())
                .into_iter()
                .collect::<BTreeSet<_>>()
        };
        let facts = Facts {
            major: facts[0] == "yes",
            persons: facts[1].parse().unwrap(),
            nature: facts[2].to_owned(),
            channel: facts[3].to_owned(),
            events: set(facts[4]),
            held_for: set(facts[5]),
        };
        let rule = schedule.decide(&facts).unwrap();
        let decided = format!("{} {}", rule.code, rule.term.name());
        assert_eq!(decided, expected.trim(), "{row}");
        assert!(!rule.basis.is_empty());
    }
}

#[test]
fn g22_a_term_is_counted_from_the_year_after_and_a_permanent_one_never_ends() {
    let ends = |term: Term| term.expires_on(2026).map(|day| day.to_string());
    assert_eq!(ends(Term::Ten).as_deref(), Some("2036-12-31"));
    assert_eq!(ends(Term::Thirty).as_deref(), Some("2056-12-31"));
    assert_eq!(ends(Term::Permanent), None);
    assert!(Term::Ten < Term::Thirty && Term::Thirty < Term::Permanent);
    for term in [Term::Ten, Term::Thirty, Term::Permanent] {
        assert_eq!(Term::from_code(term.code()), Some(term));
    }
    assert_eq!(Term::from_code("D20"), None);
}

#[test]
fn g22_the_archival_code_has_the_parts_of_the_standard() {
    let schedule = schedule::shipped().unwrap();
    let named = schedule.series("589002", 2026, Term::Ten);
    assert_eq!(named.code(1), "Z109-TS·2026-D10-589002SL-0001");
    // A union without a number of its own stands under its permanent code.
    let other = schedule.series("589001", 2026, Term::Permanent);
    assert_eq!(other.code(12345), "589001-TS·2026-Y-589001SL-12345");
}

#[test]
fn g22_the_sample_code_of_the_standard_comes_out() {
    // DA/T 13-2022, by piece: the sample that is reproduced everywhere.
    let sample = Series {
        fonds: "Z109".to_owned(),
        class: "WS".to_owned(),
        year: 2011,
        term: Term::Permanent,
        organ: "BGS".to_owned(),
    };
    assert_eq!(sample.code(1), "Z109-WS·2011-Y-BGS-0001");
}

#[test]
fn g22_a_schedule_that_leaves_a_case_without_a_term_is_refused() {
    let shipped = schedule::shipped().unwrap();
    let default = shipped.rules.last().unwrap().clone();
    let with = |rules: Vec<Rule>| {
        Schedule {
            rules,
            ..shipped.clone()
        }
        .check()
        .unwrap_err()
    };
    let first = shipped.rules[0].clone();
    assert_eq!(with(vec![]), Refusal::NoRule);
    assert_eq!(
        with(vec![first.clone()]),
        Refusal::NoDefault("TS-01".to_owned())
    );
    assert_eq!(
        with(vec![default.clone(), first.clone()]),
        Refusal::Unreachable("TS-99".to_owned())
    );
    assert_eq!(
        with(vec![first.clone(), first, default]),
        Refusal::Twice("TS-01".to_owned())
    );
    let mut shared = shipped.clone();
    let fonds = shared.fonds["589002"].clone();
    shared.fonds.insert("589001".to_owned(), fonds);
    assert_eq!(
        shared.check().unwrap_err(),
        Refusal::SharedFonds("Z109".to_owned())
    );
    let mut bad = shipped;
    bad.class = "T-S".to_owned();
    let refused = bad.check().unwrap_err();
    assert_eq!(refused, Refusal::BadCode("T-S".to_owned()));
    assert!(refused.to_string().contains("档号"));
}
