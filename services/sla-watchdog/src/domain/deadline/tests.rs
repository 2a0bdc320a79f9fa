use super::*;
use crate::domain::calendar::tests::guangdong;

fn due(limit: Limit, from: &str) -> String {
    let close = NaiveTime::from_hms_opt(17, 30, 0).unwrap();
    limit
        .due(from.parse().unwrap(), close, &guangdong())
        .unwrap()
        .at
        .to_rfc3339()
}

/// Start, limit, due: what a clerk can check with a wall calendar.
const EXAMPLES: [(&str, Limit, &str); 10] = [
    // 国庆 2026: seven working days end on a make-up Saturday (G18.1c)
    (
        "2026-09-23T10:00:00+08:00",
        Limit::WorkingDays(7),
        "2026-10-10T17:30:00+08:00",
    ),
    // a Sunday that is worked counts (G18.1b)
    (
        "2026-09-18T16:00:00+08:00",
        Limit::WorkingDays(2),
        "2026-09-21T17:30:00+08:00",
    ),
    (
        "2026-10-01T09:00:00+08:00",
        Limit::WorkingDays(2),
        "2026-10-09T17:30:00+08:00",
    ),
    // the same day (G18.1a): at close of business, or at 24:00 when it came later or on a day off
    (
        "2026-09-23T10:00:00+08:00",
        Limit::SameDay,
        "2026-09-23T17:30:00+08:00",
    ),
    (
        "2026-09-23T18:00:00+08:00",
        Limit::SameDay,
        "2026-09-24T00:00:00+08:00",
    ),
    (
        "2026-09-26T10:00:00+08:00",
        Limit::SameDay,
        "2026-09-27T00:00:00+08:00",
    ),
    // natural days end at 24:00, holidays or not (L18)
    (
        "2026-09-23T10:00:00+08:00",
        Limit::NaturalDays(15),
        "2026-10-09T00:00:00+08:00",
    ),
    (
        "2026-02-04T10:00:00+08:00",
        Limit::NaturalDays(15),
        "2026-02-20T00:00:00+08:00",
    ),
    // months end on the day of the same number, or the last there is (G18.3)
    (
        "2026-07-15T10:00:00+08:00",
        Limit::Months(3),
        "2026-10-16T00:00:00+08:00",
    ),
    (
        "2026-11-30T10:00:00+08:00",
        Limit::Months(3),
        "2027-03-01T00:00:00+08:00",
    ),
];

#[test]
fn g18_1a_g18_1b_g18_1c_g18_3_l18_worked_examples_come_out() {
    for (from, limit, expected) in EXAMPLES {
        assert_eq!(due(limit, from), expected, "{} from {from}", limit.words());
    }
}

#[test]
fn l18_a_natural_limit_that_ends_on_a_day_off_keeps_both_dates() {
    let close = NaiveTime::from_hms_opt(17, 30, 0).unwrap();
    let from = "2026-09-17T10:00:00+08:00".parse().unwrap();
    let due = Limit::NaturalDays(15)
        .due(from, close, &guangdong())
        .unwrap();
    assert_eq!(due.at.to_rfc3339(), "2026-10-03T00:00:00+08:00");
    assert_eq!(
        due.rolled.unwrap().to_rfc3339(),
        "2026-10-09T00:00:00+08:00"
    );
}

#[test]
fn a_sum_into_a_year_without_notice_is_provisional() {
    let close = NaiveTime::from_hms_opt(17, 30, 0).unwrap();
    let from = "2026-12-30T10:00:00+08:00".parse().unwrap();
    assert!(
        Limit::WorkingDays(7)
            .due(from, close, &guangdong())
            .unwrap()
            .provisional
    );
}

#[test]
fn every_day_of_the_sum_is_explained() {
    let close = NaiveTime::from_hms_opt(17, 30, 0).unwrap();
    let from = "2026-09-23T10:00:00+08:00".parse().unwrap();
    let days = Limit::WorkingDays(7)
        .due(from, close, &guangdong())
        .unwrap()
        .days;
    assert_eq!(days.len(), 18);
    assert_eq!(days.iter().filter(|day| day.counts).count(), 7);
    assert_eq!(days[0].reason, "开始的当日不计入");
    assert_eq!(days[8].reason, "国庆节放假");
    assert_eq!(days[17].reason, "国庆节调休上班");
}
