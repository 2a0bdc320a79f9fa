use super::*;
use crate::simulation::{course::Course, expected};

/// The place of a union whose reception nobody heads.
const HEADLESS: usize = 5;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 2026 as the reference set has it.
fn calendar() -> Calendar {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/reference/calendars/province.toml"
    );
    let text = std::fs::read_to_string(folder).unwrap();
    let file = directory::reference::File {
        path: "calendars/province.toml".to_owned(),
        text,
    };
    let read = directory::reference::read(&[file]).unwrap();
    sla_watchdog::preview::newest(&read.calendars, "").unwrap()
}

fn planned(seed: u64, complaints: u64) -> Plan {
    let moments = moments(&calendar(), day("2026-01-01"), day("2026-06-30")).unwrap();
    let terms = Terms {
        seed,
        complaints,
        headed: (0..83).map(|union| union != HEADLESS).collect(),
        outlets: 3,
    };
    plan(&terms, moments)
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_another() {
    assert_eq!(planned(7, 500), planned(7, 500));
    assert_ne!(planned(7, 500), planned(8, 500));
}

#[test]
fn a_make_up_saturday_is_worked_and_a_holiday_is_not() {
    let moments = moments(&calendar(), day("2026-10-01"), day("2026-10-10")).unwrap();
    let kinds: Vec<_> = moments
        .iter()
        .map(|moment| (moment.day.to_string(), moment.kind))
        .collect();
    assert!(kinds.contains(&("2026-10-10".to_owned(), Kind::Afternoon)));
    assert!(kinds.contains(&("2026-10-01".to_owned(), Kind::DayOff)));
}

#[test]
fn steps_come_after_the_complaint_and_in_order() {
    let plan = planned(3, 2000);
    for life in &plan.lives {
        let mut at = life.arrival.moment;
        for (moment, step) in &life.steps {
            assert!(*moment >= at, "{step:?} of {life:?}");
            at = *moment;
        }
        assert!(life.arrival.received_at <= plan.moments[life.arrival.moment].at);
    }
}

#[test]
fn every_course_is_taken_and_the_sums_come_out() {
    let plan = planned(1, 4000);
    let courses: std::collections::BTreeSet<Course> =
        plan.lives.iter().map(|life| life.course).collect();
    assert_eq!(courses.len(), 10, "{courses:?}");
    let mut all = expected::Summary::new();
    for summary in expected::summaries(&plan, 83) {
        for (code, count) in summary {
            *all.entry(code).or_default() += count;
        }
    }
    assert_eq!(all["received"], 4000);
    assert_eq!(all["closed"] + all["carried_forward"], 4000);
    let ended = ["resolved", "declined", "withdrawn", "elsewhere"].map(|code| all[code]);
    assert_eq!(ended.iter().sum::<u64>(), all["closed"]);
    assert_eq!(all["closed"], expected::ended(&plan));
}

#[test]
fn p15_where_nobody_heads_the_reception_what_only_a_head_may_do_waits() {
    let plan = planned(4, 5000);
    let waiting: Vec<_> = plan
        .lives
        .iter()
        .filter(|life| life.union == HEADLESS)
        .collect();
    assert!(waiting.len() > 20, "{}", waiting.len());
    let steps = waiting.iter().flat_map(|life| &life.steps);
    for (_, step) in steps {
        assert!(
            matches!(
                step,
                Step::File
                    | Step::Call
                    | Step::Accept
                    | Step::ProposeDecline
                    | Step::Withdraw
                    | Step::FollowUp { .. }
            ),
            "{step:?}"
        );
    }
    let summary = &expected::summaries(&plan, 83)[HEADLESS];
    assert!(summary["carried_forward"] > summary.get("closed").copied().unwrap_or(0));
}
