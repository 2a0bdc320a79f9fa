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
fn g24_1_a_call_whose_events_were_lost_or_tell_nonsense_is_asked_for_all_the_same() {
    let heard = |events: &[Event]| {
        let mut call = Call::default();
        events.iter().for_each(|event| call.hear(event));
        call.form_due_at(&rule())
    };
    let due = Some(at("17:30:00"));
    let ringing = || Event::Ringing(at("10:00:00"));
    let answered = || Event::Answered(at("10:00:00"));
    let ended = |seconds| Event::HungUp(at("10:05:00"), seconds);
    // It was never told that it was answered, but that it was spoken or recorded.
    assert_eq!(heard(&[ended(Some(300))]), due);
    assert_eq!(
        heard(&[ringing(), Event::Recording("a.wav".to_owned())]),
        due
    );
    assert_eq!(heard(&[ended(Some(0))]), None);
    assert_eq!(heard(&[ringing(), ended(None)]), None);
    // Less than nothing was spoken, or it ended before it began.
    assert_eq!(heard(&[answered(), ended(Some(-1))]), due);
    assert_eq!(heard(&[answered(), ended(Some(i64::MIN))]), due);
    assert_eq!(heard(&[ended(Some(i64::MAX))]), None);
    assert_eq!(
        heard(&[answered(), Event::HungUp(at("09:00:00"), None)]),
        due
    );
}

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

#[test]
fn g24_1_l13_a_caller_who_withholds_his_number_is_no_reason_to_put_his_words_aside() {
    for (caller, number) in [
        ("13800005678", "13800005678"),
        ("+86 750-5551234", "+86 750-5551234"),
        ("sip:13800005678@pbx.example;user=phone", "13800005678"),
        ("tel:+8613800005678", "+8613800005678"),
        ("anonymous", ""),
        ("sip:anonymous@anonymous.invalid", ""),
        ("未知", ""),
        ("1", ""),
        ("", ""),
    ] {
        assert_eq!(number_of(caller), number, "{caller}");
    }
}
