use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    facts::{
        Appeal,
        samples::{fact, utc},
    },
    period::Term,
};

const RECEIVED: &str = "2026-03-02T10:00:00+08:00";
const HANDLED: Option<(&str, &str)> = Some(("2026-03-20T10:00:00+08:00", "handled"));

fn year() -> Period {
    Period::of(2026, Term::Year).unwrap()
}

fn cards(facts: &[Fact]) -> Vec<Scorecard> {
    scorecards(facts, &year(), year().ends_at)
}

/// A handled case that went well in every way.
fn good(item: u32) -> Fact {
    Fact {
        lead_unit: "589002XD".to_owned(),
        followed_up: Some((utc("2026-03-22T10:00:00+08:00"), true)),
        ..fact(item, RECEIVED, HANDLED)
    }
}

#[test]
fn g8_l27_the_weights_make_a_full_score() {
    assert_eq!(PARTS.iter().map(|part| part.weight).sum::<u32>(), FULL);
}

#[test]
fn g8_l27_a_score_is_the_sum_anybody_can_do_again() {
    let at = utc("2026-03-15T10:00:00+08:00");
    let late = Fact {
        breaches: BTreeMap::from([("G18.1c".to_owned(), at)]),
        ..good(2)
    };
    let returned = Fact {
        returned_at: Some(at),
        followed_up: Some((at, false)),
        ..good(3)
    };
    let overturned = Fact {
        appeals: vec![Appeal {
            lodged_at: at,
            decided_at: Some(at),
            outcome: "changed".to_owned(),
        }],
        complained_again_at: Some(at),
        ..good(4)
    };
    let cards = cards(&[good(1), late, returned, overturned]);
    let union = cards.iter().find(|card| card.unit == "589002").unwrap();
    let made: Vec<(&str, usize, usize, u32)> = union
        .rates
        .iter()
        .map(|rate| (rate.part.code, rate.met, rate.of, rate.points()))
        .collect();
    assert_eq!(
        made,
        [
            ("timeliness", 3, 4, 3_000),
            ("first_time", 3, 4, 1_500),
            ("repeat", 3, 4, 1_125),
            ("appeal", 3, 4, 1_125),
            ("satisfaction", 3, 4, 750),
        ]
    );
    assert_eq!((union.cases, union.score()), (4, 7_500));
    // The handling unit answers for the same cases.
    assert_eq!(cards[1].unit, "589002XD");
    assert_eq!(cards[1].score(), 7_500);
}

#[test]
fn g8_l27_what_a_unit_cannot_answer_for_does_not_count() {
    let ended = |item, outcome| fact(item, RECEIVED, Some(("2026-03-20T10:00:00+08:00", outcome)));
    let others = [
        ended(1, "withdrawn"),
        ended(2, "declined"),
        ended(3, "transferred"),
        ended(4, "joined"),
    ];
    assert!(cards(&others).is_empty());
    assert!(cards(&[fact(5, RECEIVED, None)]).is_empty());
    // Nobody was called back, and that costs nothing.
    assert_eq!(cards(&[fact(6, RECEIVED, HANDLED)])[0].score(), FULL);
}

proptest! {
    #[test]
    fn a_late_case_more_never_makes_a_score_better(good_cases in 0..20_u32, late_cases in 0..20_u32) {
        let late = |item| Fact {
            breaches: BTreeMap::from([("L18".to_owned(), utc("2026-03-17T10:00:00+08:00"))]),
            ..good(item)
        };
        let mut facts: Vec<Fact> = (0..=good_cases).map(good).collect();
        facts.extend((0..late_cases).map(|item| late(100 + item)));
        let before = cards(&facts)[0].score();
        facts.push(late(999));
        prop_assert!(cards(&facts)[0].score() <= before);
        prop_assert!(before <= FULL);
    }
}
