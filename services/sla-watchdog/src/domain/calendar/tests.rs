use super::*;
use proptest::prelude::*;

pub(crate) fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn holiday(reason: &str) -> Exception {
    Exception {
        worked: false,
        reason: reason.to_owned(),
        source: "通知".to_owned(),
    }
}

fn make_up(reason: &str) -> Exception {
    Exception {
        worked: true,
        reason: reason.to_owned(),
        source: "通知".to_owned(),
    }
}

/// 2025 and 2026 as the notices of the State Council set 春节 2026, 中秋节 and 国庆节; 2027 is not out yet.
pub(crate) fn guangdong() -> Calendar {
    let span = |reason: &'static str, first: &str, last: &str| {
        on(first)
            .iter_days()
            .take_while({
                let last = on(last);
                move |date| *date <= last
            })
            .map(move |date| (date, holiday(reason)))
            .collect::<Vec<_>>()
    };
    let mut days = span("春节", "2026-02-15", "2026-02-23");
    days.extend(span("中秋节", "2026-09-25", "2026-09-27"));
    days.extend(span("国庆节", "2026-10-01", "2026-10-07"));
    for (date, reason) in [
        ("2026-02-14", "春节"),
        ("2026-02-28", "春节"),
        ("2026-09-20", "国庆节"),
        ("2026-10-10", "国庆节"),
    ] {
        days.push((on(date), make_up(reason)));
    }
    let years = [
        (2025, Status::Official),
        (2026, Status::Official),
        (2027, Status::Provisional),
    ];
    Calendar::new(1, years, days)
}

#[test]
fn v1_a_make_up_sunday_is_worked() {
    assert_eq!(
        guangdong().add(on("2026-09-18"), 2).unwrap().0,
        on("2026-09-21")
    );
}

#[test]
fn v3_seven_working_days_over_national_day_end_on_a_make_up_saturday() {
    assert_eq!(
        guangdong().add(on("2026-09-23"), 7).unwrap().0,
        on("2026-10-10")
    );
}

#[test]
fn v6_a_sum_that_starts_on_a_holiday_counts_from_the_first_working_day() {
    assert_eq!(
        guangdong().add(on("2026-10-01"), 2).unwrap().0,
        on("2026-10-09")
    );
}

#[test]
fn a_county_may_add_its_own_day_off() {
    let county = Calendar::new(1, [], [(on("2026-10-09"), holiday("本地"))]);
    assert_eq!(
        guangdong()
            .with(&county)
            .add(on("2026-09-23"), 6)
            .unwrap()
            .0,
        on("2026-10-10")
    );
}

#[test]
fn p3_a_year_nobody_loaded_is_refused() {
    assert_eq!(
        guangdong().add(on("2027-12-30"), 5),
        Err(BeyondCalendar { year: 2028 })
    );
}

proptest! {
    #[test]
    fn p4_adding_and_counting_are_inverse(offset in 0_u64..600, count in 1_u32..60) {
        let from = on("2025-01-01") + Days::new(offset);
        let (until, _) = guangdong().add(from, count).unwrap();
        prop_assert_eq!(guangdong().count(from, until).unwrap(), i32::try_from(count).unwrap());
        prop_assert_eq!(guangdong().count(until, from).unwrap(), -i32::try_from(count).unwrap());
    }

    #[test]
    fn p6_a_day_off_more_never_makes_a_deadline_earlier(offset in 0_u64..600, count in 1_u32..40, off in 0_u64..700) {
        let from = on("2025-01-01") + Days::new(offset);
        let more = guangdong().and(on("2025-01-01") + Days::new(off), holiday("加放"));
        prop_assert!(more.add(from, count).unwrap().0 >= guangdong().add(from, count).unwrap().0);
    }

    #[test]
    fn p6_a_day_worked_more_never_makes_a_deadline_later(offset in 0_u64..600, count in 1_u32..40, on_ in 0_u64..700) {
        let from = on("2025-01-01") + Days::new(offset);
        let more = guangdong().and(on("2025-01-01") + Days::new(on_), make_up("加班"));
        prop_assert!(more.add(from, count).unwrap().0 <= guangdong().add(from, count).unwrap().0);
    }
}
