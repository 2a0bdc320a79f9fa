use super::*;

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-09-23T{time}+08:00").parse().unwrap()
}

fn rule() -> FormRule {
    FormRule {
        spoken_seconds: 30,
        by: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
        grace_minutes: 30,
    }
}

#[test]
fn the_events_of_a_call_amount_to_the_same_in_any_order_and_doubled() {
    let events = [
        Event::Ringing(at("10:00:00")),
        Event::Answered(at("10:00:10")),
        Event::HungUp(at("10:05:10"), Some(300)),
        Event::HungUp(at("10:04:00"), None),
        Event::Recording("a.wav".to_owned()),
    ];
    let mut expected = Call::default();
    for event in &events {
        expected.hear(event);
    }
    assert_eq!(expected.hung_up_at, Some(at("10:05:10")));
    assert_eq!(expected.reached_us_at(), Some(at("10:00:00")));
    // Every order of the five, each with its first two told again.
    for number in 0..120_usize {
        let mut left: Vec<&Event> = events.iter().collect();
        let mut order = Vec::new();
        let mut rest = number;
        for size in (1..=5).rev() {
            order.push(left.remove(rest % size));
            rest /= size;
        }
        let mut call = Call::default();
        for event in order.iter().chain(&order[..2]) {
            call.hear(event);
        }
        assert_eq!(call, expected, "{order:?}");
    }
}

/// A clerk can proof-read it: answered, ended, form due.
const LAW: &str = "
10:00:00  10:05:00  17:30:00   an ordinary call: by the end of the day
10:00:00  10:00:30  -          nothing was said
10:00:00  -         17:30:00   the end was never told
17:20:00  17:25:00  17:55:00   half an hour for the form
23:20:00  23:50:00  23:59:00   never on the next day
-         10:00:00  -          nobody answered
";

#[test]
fn g24_1_a_call_that_was_spoken_has_a_form_the_same_day() {
    for line in LAW.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let mut next = || words.next().filter(|word| *word != "-").map(at);
        let call = Call {
            answered_at: next(),
            hung_up_at: next(),
            ..Call::default()
        };
        assert_eq!(call.form_due_at(&rule()), next(), "{line}");
    }
}
