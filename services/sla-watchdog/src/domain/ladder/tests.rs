use chrono::NaiveTime;

use super::*;
use crate::domain::calendar::tests::guangdong;

fn rung(code: &str, offset: Offset) -> Rung {
    Rung {
        code: code.to_owned(),
        offset,
        recipients: vec!["reception_head".to_owned()],
        in_working_time: code.starts_with("warning"),
    }
}

fn hours() -> Hours {
    Hours {
        open: NaiveTime::from_hms_opt(8, 30, 0).unwrap(),
        close: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
    }
}

fn running(started_at: &str, due: &str) -> Running {
    Running {
        started_at: started_at.parse().unwrap(),
        due: due.parse().unwrap(),
        urgent: false,
    }
}

fn told(rungs: &[Rung], clock: Running) -> Vec<(String, String)> {
    plan(rungs, clock, hours(), &guangdong())
        .unwrap()
        .into_iter()
        .map(|rung| (rung.code, rung.deliver_at.format("%m-%d %H:%M").to_string()))
        .collect()
}

fn at(code: &str, when: &str) -> (String, String) {
    (code.to_owned(), when.to_owned())
}

#[test]
fn p13_the_ladder_of_an_order_over_national_day_falls_on_working_days() {
    let rungs = [
        rung("compliance", Offset::WorkingDays(3)),
        rung("breach", Offset::WorkingDays(0)),
        rung("warning", Offset::WorkingDays(-2)),
        rung("office", Offset::WorkingDays(2)),
    ];
    let clock = running("2026-09-23T10:00:00+08:00", "2026-10-10T17:30:00+08:00");
    let expected = [
        at("warning", "10-08 17:30"),
        at("breach", "10-10 17:30"),
        at("office", "10-13 17:30"),
        at("compliance", "10-14 17:30"),
    ];
    assert_eq!(told(&rungs, clock), expected);
}

#[test]
fn a_warning_before_the_start_is_left_out() {
    let clock = running("2026-09-23T10:00:00+08:00", "2026-09-23T17:30:00+08:00");
    assert!(told(&[rung("warning", Offset::WorkingDays(-1))], clock).is_empty());
}

/// When a 48-hour limit began, and when the warning 12 hours before its end is told, with nobody woken for it.
const NIGHTS: [(&str, &str, &str); 5] = [
    // in working time: at once
    (
        "2026-09-21T22:00:00+08:00",
        "2026-09-23T22:00:00+08:00",
        "09-23 10:00",
    ),
    // at night: when the day begins
    (
        "2026-09-21T16:00:00+08:00",
        "2026-09-23T16:00:00+08:00",
        "09-23 08:30",
    ),
    // the next day begins too late: at the close before
    (
        "2026-09-21T08:00:00+08:00",
        "2026-09-23T08:00:00+08:00",
        "09-22 17:30",
    ),
    // on a day off: at the close before the holiday
    (
        "2026-09-24T12:00:00+08:00",
        "2026-09-26T12:00:00+08:00",
        "09-24 17:30",
    ),
    // it began on a day off itself: as the ladder says, for there is no better instant
    (
        "2026-10-02T12:00:00+08:00",
        "2026-10-04T12:00:00+08:00",
        "10-04 00:00",
    ),
];

#[test]
fn p18_a_warning_waits_for_working_time_and_a_breach_does_not() {
    let rungs = [
        rung("warning", Offset::Hours(-12)),
        rung("breach", Offset::Hours(0)),
    ];
    for (start, due, warned) in NIGHTS {
        let clock = running(start, due);
        let breach = clock.due.format("%m-%d %H:%M").to_string();
        assert_eq!(
            told(&rungs, clock),
            [at("warning", warned), at("breach", &breach)],
            "{due}"
        );
    }
}

#[test]
fn g24_4_p18_what_is_grave_never_waits() {
    let clock = Running {
        urgent: true,
        ..running("2026-09-21T16:00:00+08:00", "2026-09-23T16:00:00+08:00")
    };
    assert_eq!(
        told(&[rung("warning", Offset::Hours(-12))], clock),
        [at("warning", "09-23 04:00")]
    );
}
