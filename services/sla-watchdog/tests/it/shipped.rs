//! The limits of `deploy/reference` as they are shipped, each with an example that a clerk can check with a wall calendar.

use chrono::{Datelike as _, NaiveDate, Weekday};
use directory::reference::{self, Reference};
use sla_watchdog::{domain::calendar::Calendar, preview};

pub(crate) fn shipped() -> Reference {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/reference");
    reference::read(&reference::files(&root).unwrap()).unwrap()
}

/// Clock, start, due, and the article it stands under.
const LIMITS: [(&str, &str, &str, &str); 17] = [
    (
        "G18.1a",
        "2026-09-23T09:00:00+08:00",
        "2026-09-23 17:30",
        "第十八条(一)",
    ),
    (
        "G18.1a",
        "2026-09-26T09:00:00+08:00",
        "2026-09-26 24:00",
        "第十八条(一)",
    ),
    (
        "G18.1b",
        "2026-09-18T09:00:00+08:00",
        "2026-09-21 17:30",
        "第十八条(一)",
    ),
    (
        "G18.1c",
        "2026-09-23T09:00:00+08:00",
        "2026-10-10 17:30",
        "第十八条(一)",
    ),
    (
        "G18.3",
        "2026-07-15T09:00:00+08:00",
        "2026-10-15 24:00",
        "第十八条(三)",
    ),
    (
        "L18",
        "2026-09-23T09:00:00+08:00",
        "2026-10-08 24:00",
        "第十八条",
    ),
    // Over 春节 the fifteen natural days end before the working days would (facts.md §0.2).
    (
        "L18",
        "2026-02-04T10:00:00+08:00",
        "2026-02-19 24:00",
        "第十八条",
    ),
    (
        "Z5.1",
        "2026-09-30T16:20:00+08:00",
        "2026-10-01 16:20",
        "五、1",
    ),
    (
        "Z5.2",
        "2026-09-30T16:20:00+08:00",
        "2026-10-02 16:20",
        "五、2",
    ),
    (
        "G24.1",
        "2026-09-23T18:30:00+08:00",
        "2026-09-23 24:00",
        "第二十四条(一)",
    ),
    (
        "E1",
        "2026-09-30T17:30:00+08:00",
        "2026-10-08 17:30",
        "第一条",
    ),
    (
        "E2",
        "2026-09-30T17:30:00+08:00",
        "2026-10-10 17:30",
        "第二条",
    ),
    (
        "Z5.3",
        "2026-09-30T16:20:00+08:00",
        "2026-10-03 16:20",
        "五、3",
    ),
    (
        "G18.2b",
        "2026-09-30T10:00:00+08:00",
        "2026-10-10 17:30",
        "第十八条(二)",
    ),
    (
        "L20a",
        "2026-09-23T10:00:00+08:00",
        "2026-10-23 24:00",
        "第二十条",
    ),
    (
        "L20b",
        "2026-09-23T10:00:00+08:00",
        "2026-10-23 24:00",
        "第二十条",
    ),
    // Into a year whose notice is not out: provisional, see below.
    (
        "G18.1c",
        "2026-12-29T09:00:00+08:00",
        "2027-01-08 17:30",
        "第十八条(一)",
    ),
];

#[test]
fn g18_1a_g18_1b_g18_1c_g18_3_g18_2b_l18_l20a_l20b_z5_1_z5_2_z5_3_the_shipped_limits_end_when_a_clerk_says()
 {
    let reference = shipped();
    for (code, from, due, article) in LIMITS {
        let told = preview::preview(
            &reference.policies,
            &reference.calendars,
            code,
            from.parse().unwrap(),
            "",
        )
        .unwrap();
        assert_eq!(told.due_words, due, "{code} from {from}");
        assert_eq!(
            told.provisional,
            due.starts_with("2027"),
            "{code} from {from}"
        );
        assert_eq!(told.rule.unwrap().article, article);
    }
}

#[test]
fn g18_2a_a_limit_that_a_superior_gives_cannot_be_computed_ahead() {
    let reference = shipped();
    let refused = preview::preview(
        &reference.policies,
        &reference.calendars,
        "G18.2a",
        "2026-09-23T09:00:00+08:00".parse().unwrap(),
        "",
    )
    .unwrap_err();
    assert!(
        refused.to_string().contains("由上级在转办时给定"),
        "{refused}"
    );
}

#[test]
fn p13_every_limit_that_is_no_window_has_somebody_told_when_it_ends() {
    for policy in shipped().policies {
        for clock in &policy.clocks {
            let at_the_end = clock.rungs.iter().any(|rung| {
                !rung.before && rung.offset.as_ref().is_none_or(|offset| offset.count == 0)
            });
            assert!(clock.window != at_the_end, "{} {}", policy.code, clock.code);
        }
    }
}

/// What the notices of the State Council give for each year: working days in all, the make-up days among them, and on how many
/// of them 2 and 7 working days (guideline art. 18) end later than 15 natural days (令2020年第3号 art. 18), with the longest
/// way in natural days. Counted once more from the published tables, apart from this program.
const YEARS: [(i32, usize, &str, usize, i64); 3] = [
    (
        2024,
        251,
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
        20,
        19,
    ),
    (2025, 248, "01-26 02-08 04-27 09-28 10-11", 24, 20),
    (2026, 248, "01-04 02-14 02-28 05-09 09-20 10-10", 23, 20),
];

fn worked_in(calendar: &Calendar, year: i32) -> Vec<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let days = first.iter_days().take_while(|day| day.year() == year);
    days.filter(|day| calendar.day(*day).unwrap().worked)
        .collect()
}

#[test]
fn the_shipped_calendar_has_the_working_days_of_the_notices() {
    let calendar = preview::newest(&shipped().calendars, "").unwrap();
    for (year, in_all, make_up, ..) in YEARS {
        let worked = worked_in(&calendar, year);
        assert_eq!(worked.len(), in_all, "{year}");
        let at_weekends: Vec<_> = worked
            .iter()
            .filter(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
            .map(|day| day.format("%m-%d").to_string())
            .collect();
        assert_eq!(at_weekends.join(" "), make_up, "{year}");
    }
}

#[test]
fn g18_1b_g18_1c_l18_two_and_seven_working_days_may_be_longer_than_fifteen_days() {
    let calendar = preview::newest(&shipped().calendars, "").unwrap();
    for (year, _, _, longer, longest) in YEARS {
        let ways: Vec<_> = worked_in(&calendar, year)
            .into_iter()
            .map(|day| (calendar.add(day, 9).unwrap().0 - day).num_days())
            .collect();
        let count = ways.iter().filter(|days| **days > 15).count();
        let most = ways.iter().max().copied();
        assert_eq!((count, most), (longer, Some(longest)), "{year}");
    }
    // The example: received on 2026-02-04, before 春节.
    let received = NaiveDate::from_ymd_opt(2026, 2, 4).unwrap();
    let answered = NaiveDate::from_ymd_opt(2026, 2, 24).unwrap();
    assert_eq!(calendar.add(received, 9).unwrap().0, answered);
}
