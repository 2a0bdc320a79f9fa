use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn p30_no_machine_is_ever_answered() {
    let plain = Markers::default();
    let cases: [(&str, Markers, &str); 11] = [
        ("a person", plain.clone(), "answer"),
        (
            "auto-submitted: no",
            Markers {
                auto_submitted: "no".to_owned(),
                ..plain.clone()
            },
            "answer",
        ),
        (
            "out of office",
            Markers {
                auto_submitted: "auto-replied".to_owned(),
                ..plain.clone()
            },
            "note",
        ),
        (
            "a web form",
            Markers {
                auto_submitted: "auto-generated".to_owned(),
                ..plain.clone()
            },
            "silent",
        ),
        (
            "a mailing list",
            Markers {
                list: true,
                ..plain.clone()
            },
            "silent",
        ),
        (
            "precedence bulk",
            Markers {
                precedence: "bulk".to_owned(),
                ..plain.clone()
            },
            "silent",
        ),
        (
            "a bounce",
            Markers {
                report: true,
                null_return_path: true,
                ..plain.clone()
            },
            "note",
        ),
        (
            "suppress",
            Markers {
                suppress: true,
                ..plain.clone()
            },
            "silent",
        ),
        (
            "absence without headers",
            Markers {
                absence_subject: true,
                answers_ours: true,
                ..plain.clone()
            },
            "note",
        ),
        (
            "ourselves",
            Markers {
                from_ourselves: true,
                our_own: true,
                ..plain.clone()
            },
            "note",
        ),
        (
            "the form on our own page",
            Markers {
                from_ourselves: true,
                ..plain
            },
            "silent",
        ),
    ];
    for (name, markers, expected) in cases {
        let found = match treatment(&markers) {
            Treatment::Answer => "answer",
            Treatment::Silent(_) => "silent",
            Treatment::Note(_) => "note",
        };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn p30_g24_1_a_person_may_begin_with_the_word_a_machine_begins_with() {
    for (subject, absent) in [
        ("自动回复: 投诉已登记", true),
        ("【自动回复】我在休假", true),
        ("Automatic reply: 投诉已登记", true),
        ("外出", true),
        ("外出：Re: 投诉已登记", true),
        ("外出期间被扣费，补充材料", false),
        ("自动回复不解决问题，请人工处理", false),
        ("Re: 自动回复", false),
        ("", false),
    ] {
        assert_eq!(absence_subject(subject), absent, "{subject}");
    }
}

#[test]
fn g3_only_our_own_servers_say_when_it_came() {
    let own = vec!["mx1.example".to_owned(), "mx2.example".to_owned()];
    let taken = at("2026-09-23T02:00:00Z");
    let hop = |by: &str, time: &str| Hop {
        by: by.to_owned(),
        at: at(time),
    };
    // Two of ours in a row, then a stranger, then a forged one of ours.
    let hops = [
        hop("mx2.example", "2026-09-23T01:30:00Z"),
        hop("MX1.example", "2026-09-23T01:00:00Z"),
        hop("stranger.example", "2026-09-22T01:00:00Z"),
        hop("mx1.example", "2026-09-01T01:00:00Z"),
    ];
    assert_eq!(received_at(&hops, &own, taken), at("2026-09-23T01:00:00Z"));
    assert_eq!(received_at(&hops[2..], &own, taken), taken);
    let fast = [hop("mx1.example", "2026-09-24T01:00:00Z")];
    assert_eq!(
        received_at(&fast, &own, taken),
        taken,
        "a server whose clock is fast"
    );
}

#[test]
fn p28_a_message_id_of_ours_says_what_it_was() {
    let own = OwnId {
        kind: Kind::Notice,
        id: "0192f0c1-0000-7000-8000-000000000001".to_owned(),
        token: "0123456789abcdef0123456789abcdef".to_owned(),
    };
    let id = own.message_id("suda.example");
    assert_eq!(
        OwnId::parse(&format!("<{id}>"), "suda.example"),
        Some(own.clone())
    );
    assert_eq!(OwnId::parse(&id, "other.example"), None);
    for foreign in [
        "<12345@suda.example>",
        "<ack.a\0b.t@suda.example>",
        "<ack.1.t\u{202e}@suda.example>",
        "<ack..t@suda.example>",
        &format!("<ack.1.{}@suda.example>", "t".repeat(101)),
    ] {
        assert_eq!(OwnId::parse(foreign, "suda.example"), None, "{foreign:?}");
    }
    let alarm = OwnId {
        kind: Kind::Alarm,
        token: String::new(),
        ..own
    };
    assert_eq!(OwnId::parse(&alarm.message_id("d"), "d"), Some(alarm));
}
