use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::domain::{
    facts::samples::{fact, utc},
    figures::count,
    period::Term,
    report::Section,
    taxonomy::Names,
    tree::Tree,
};

const RECEIVED: &str = "2026-03-02T10:00:00+08:00";

/// The rules that find something, in order, for these facts and this report on 15 June.
fn found(
    facts: &[Fact],
    report: Option<&Report>,
    below: &[Below],
    before: Option<usize>,
) -> Vec<(&'static str, bool)> {
    let period = Period::of(2026, Term::FirstHalf).unwrap();
    let as_of = utc("2026-06-15T00:00:00+08:00");
    let figures = count(facts, &period, as_of, &Tree::default(), &Names::default());
    let rehearsal = Rehearsal {
        facts,
        figures: &figures,
        period: &period,
        as_of,
        report,
        carried_before: before,
        below,
    };
    findings(&rehearsal)
        .iter()
        .map(|finding| (finding.code, finding.blocking))
        .collect()
}

fn written() -> Report {
    let mut report = Report::expect(Uuid::nil(), "589002", 0);
    for (section, ..) in SECTIONS {
        report.text.insert(section, "正文".to_owned());
    }
    report
}

fn filled(item: u32) -> Fact {
    Fact {
        business: "B01".to_owned(),
        via: "A.front.site".to_owned(),
        ..fact(
            item,
            RECEIVED,
            Some(("2026-03-20T10:00:00+08:00", "handled")),
        )
    }
}

#[test]
fn g23_a_rehearsal_finds_nothing_in_a_report_that_is_whole() {
    let below = [Below {
        name: "台山农商行".to_owned(),
        received: Some(1),
        counted: 1,
    }];
    assert_eq!(found(&[filled(1)], Some(&written()), &below, Some(0)), []);
    // Nothing happened, nothing is to be written.
    assert_eq!(found(&[], None, &[], None), []);
}

#[test]
fn g23_a_rehearsal_names_what_is_missing_and_what_contradicts_itself() {
    let lacking = Fact {
        business: String::new(),
        cause: String::new(),
        via: String::new(),
        outcome: String::new(),
        ..filled(1)
    };
    let overdue = Fact {
        outcome: String::new(),
        ended_at: None,
        breaches: BTreeMap::from([("L18".to_owned(), utc("2026-03-17T00:00:00+08:00"))]),
        ..filled(2)
    };
    let mut short = written();
    short.text.remove(&Section::Causes);
    let below = [
        Below {
            name: "台山农商行".to_owned(),
            received: None,
            counted: 1,
        },
        Below {
            name: "开平农商行".to_owned(),
            received: Some(3),
            counted: 2,
        },
    ];
    assert_eq!(
        found(&[lacking, overdue], Some(&short), &below, Some(4)),
        [
            // A case without a way of ending breaks the sum over the ways of ending.
            ("sum", true),
            ("cause", false),
            ("business", false),
            ("via", false),
            ("outcome", true),
            ("overdue", false),
            ("carried", false),
            ("below", false),
            ("below", false),
            ("text", true),
        ]
    );
}

#[test]
fn g23_what_ends_after_the_day_of_the_rehearsal_is_not_yet_known() {
    let later = Fact {
        outcome: String::new(),
        ended_at: Some(utc("2026-06-20T10:00:00+08:00")),
        ..filled(1)
    };
    assert_eq!(found(&[later], Some(&written()), &[], None), []);
}
