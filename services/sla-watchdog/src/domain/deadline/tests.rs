use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{
    Exception,
    tests::{guangdong, on},
};

fn counted_with(
    limit: Limit,
    from: DateTime<FixedOffset>,
    pauses: &[Pause],
    calendar: &Calendar,
) -> Due {
    let count = Count {
        from,
        close: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
        calendar,
        pauses,
    };
    limit.due(count, None).unwrap()
}

fn due_of(limit: Limit, from: &str, pauses: &[Pause]) -> Due {
    counted_with(limit, from.parse().unwrap(), pauses, &guangdong())
}

fn due(limit: Limit, from: &str) -> String {
    due_of(limit, from, &[]).at.to_rfc3339()
}

fn pause(from: &str, until: &str) -> Pause {
    Pause {
        ground: "appraisal".to_owned(),
        from: from.parse().unwrap(),
        until: Some(until.parse().unwrap()),
    }
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
fn v1_v3_v6_v9_the_vectors_of_the_bug_reports_come_out() {
    for (vector, from, limit, expected) in [
        (
            "V1",
            "2026-09-18T09:00:00+08:00",
            Limit::WorkingDays(2),
            "2026-09-21 17:30",
        ),
        (
            "V3",
            "2026-09-23T09:00:00+08:00",
            Limit::WorkingDays(7),
            "2026-10-10 17:30",
        ),
        (
            "V6",
            "2026-10-01T09:00:00+08:00",
            Limit::WorkingDays(2),
            "2026-10-09 17:30",
        ),
        (
            "V9",
            "2026-09-23T09:00:00+08:00",
            Limit::SameDay,
            "2026-09-23 17:30",
        ),
        (
            "V9 after closing",
            "2026-09-23T18:00:00+08:00",
            Limit::SameDay,
            "2026-09-23 24:00",
        ),
        (
            "V9 on a holiday",
            "2026-10-01T09:00:00+08:00",
            Limit::SameDay,
            "2026-10-01 24:00",
        ),
    ] {
        assert_eq!(words(due_of(limit, from, &[]).at), expected, "{vector}");
    }
}

#[test]
fn z5_1_z5_2_z5_3_hours_run_day_and_night_and_over_holidays() {
    for (hours, expected) in [
        (24, "2026-10-01T16:20:00+08:00"),
        (48, "2026-10-02T16:20:00+08:00"),
        (72, "2026-10-03T16:20:00+08:00"),
    ] {
        assert_eq!(
            due(Limit::Hours(hours), "2026-09-30T16:20:00+08:00"),
            expected
        );
    }
    let days = due_of(Limit::Hours(24), "2026-09-30T16:20:00+08:00", &[]).days;
    let counts: Vec<_> = days.iter().map(|day| (day.date, day.count)).collect();
    assert_eq!(counts, [(on("2026-09-30"), 7), (on("2026-10-01"), 24)]);
}

#[test]
fn g18_2a_a_limit_that_was_given_ends_at_its_instant() {
    let at: DateTime<FixedOffset> = "2026-10-09T00:00:00+08:00".parse().unwrap();
    let count = Count {
        from: "2026-10-05T10:00:00+08:00".parse().unwrap(),
        close: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
        calendar: &guangdong(),
        pauses: &[],
    };
    let due = Limit::Given.due(count, Some(at)).unwrap();
    assert_eq!((due.at, words(due.at).as_str()), (at, "2026-10-08 24:00"));
    assert_eq!(due.days.last().unwrap().count, 3);
}

#[test]
fn l18_2_l23_of_a_pause_whole_days_are_left_out() {
    // From Friday afternoon to Wednesday noon four whole days pass, two of them worked.
    let away = [pause(
        "2026-10-16T15:00:00+08:00",
        "2026-10-21T12:00:00+08:00",
    )];
    let from = "2026-10-14T10:00:00+08:00";
    let natural = due_of(Limit::NaturalDays(15), from, &away);
    assert_eq!(words(natural.at), "2026-11-02 24:00");
    let worked = due_of(Limit::WorkingDays(7), from, &away);
    assert_eq!(words(worked.at), "2026-10-27 17:30");
    let left_out: Vec<_> = worked
        .days
        .iter()
        .filter(|day| day.reason.contains("暂停"))
        .collect();
    assert_eq!(left_out.len(), 2);
    assert_eq!(left_out[0].reason, "暂停(鉴定、检测、评估),不计入");
    let by_the_clock = due_of(Limit::Hours(72), from, &away);
    assert_eq!(words(by_the_clock.at), "2026-10-22 07:00");
}

#[test]
fn p5_what_is_spent_of_a_limit_is_what_was_counted() {
    let away = [pause(
        "2026-10-16T15:00:00+08:00",
        "2026-10-21T12:00:00+08:00",
    )];
    let due = due_of(Limit::WorkingDays(7), "2026-10-14T10:00:00+08:00", &away);
    for (at, spent) in [
        ("2026-10-14T18:00:00+08:00", 0),
        ("2026-10-16T09:00:00+08:00", 2),
        ("2026-10-20T09:00:00+08:00", 2),
        ("2026-10-21T09:00:00+08:00", 3),
        ("2026-11-30T09:00:00+08:00", 7),
    ] {
        assert_eq!(due.consumed(at.parse().unwrap()), spent, "{at}");
    }
}

#[test]
fn l18_a_natural_limit_that_ends_on_a_day_off_keeps_both_dates() {
    let due = due_of(Limit::NaturalDays(15), "2026-09-17T10:00:00+08:00", &[]);
    assert_eq!(due.at.to_rfc3339(), "2026-10-03T00:00:00+08:00");
    assert_eq!(
        due.rolled.unwrap().to_rfc3339(),
        "2026-10-09T00:00:00+08:00"
    );
}

#[test]
fn a_sum_into_a_year_without_notice_is_provisional() {
    assert!(due_of(Limit::WorkingDays(7), "2026-12-30T10:00:00+08:00", &[]).provisional);
}

#[test]
fn every_day_of_the_sum_is_explained() {
    let days = due_of(Limit::WorkingDays(7), "2026-09-23T10:00:00+08:00", &[]).days;
    assert_eq!(days.len(), 18);
    assert_eq!(days.iter().filter(|day| day.counts).count(), 7);
    assert_eq!(days[0].reason, "开始的当日不计入");
    assert_eq!(days[8].reason, "国庆节放假");
    assert_eq!(
        (days[17].reason.as_str(), days[17].source.as_str()),
        ("国庆节调休上班", "通知")
    );
}

fn limits() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1_u32..30).prop_map(Limit::WorkingDays),
        (1_u32..60).prop_map(Limit::NaturalDays),
        (1_u32..4).prop_map(Limit::Months),
        (1_u32..200).prop_map(Limit::Hours),
    ]
}

/// Any minute of the year, so that nothing hangs on a time of day (P4).
fn minutes() -> impl Strategy<Value = DateTime<FixedOffset>> {
    (0_i64..525_600).prop_map(|minute| {
        let first: DateTime<FixedOffset> = "2026-01-01T00:00:00+08:00".parse().unwrap();
        first + TimeDelta::minutes(minute)
    })
}

proptest! {
    #[test]
    fn p5_a_pause_never_shortens_a_limit(limit in limits(), from in minutes(), after in 0_i64..90_000, long in 0_i64..60_000) {
        let began = from + TimeDelta::minutes(after);
        let pause = Pause { ground: "mediation".to_owned(), from: began, until: Some(began + TimeDelta::minutes(long)) };
        let calendar = guangdong();
        let without = counted_with(limit, from, &[], &calendar).at;
        let with = counted_with(limit, from, &[pause], &calendar).at;
        prop_assert!(with >= without);
        // And never gives more than it took, but for the days off that then lie between.
        prop_assert!(began < without || with == without);
    }

    #[test]
    fn p4_the_minute_of_the_day_changes_no_limit_in_days(limit in limits(), from in minutes()) {
        let calendar = guangdong();
        let morning = instant(from.date_naive(), NaiveTime::MIN, *from.offset());
        if !matches!(limit, Limit::Hours(_)) {
            prop_assert_eq!(counted_with(limit, from, &[], &calendar).at, counted_with(limit, morning, &[], &calendar).at);
        }
    }

    #[test]
    fn p6_a_day_off_more_makes_no_deadline_earlier_and_a_day_worked_more_none_later(
        limit in limits(), from in minutes(), day in 0_u64..500, worked: bool
    ) {
        let date = on("2025-12-01") + Days::new(day);
        let exception = Exception { worked, reason: "加".to_owned(), source: String::new() };
        let before = counted_with(limit, from, &[], &guangdong()).at;
        let after = counted_with(limit, from, &[], &guangdong().and(date, exception)).at;
        let holds = if worked { after <= before } else { after >= before };
        prop_assert!(holds);
    }
}
