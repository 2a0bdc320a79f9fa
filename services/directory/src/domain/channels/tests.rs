use super::*;
use crate::domain::structure::Period;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn channels(from: &str, hotline: &str) -> Channels {
    Channels {
        from: day(from),
        hotlines: vec![hotline.to_owned()],
        address: "虚构路1号".to_owned(),
        ..Channels::default()
    }
}

fn unit(code: &str, kind: Kind, parent: &str, channels: Vec<Channels>) -> Unit {
    Unit {
        at: Default::default(),
        code: code.to_owned(),
        kind,
        periods: vec![Period {
            from: day("2008-12-01"),
            name: code.to_owned(),
            parent: parent.to_owned(),
        }],
        reception: code.ends_with("SL") || code.ends_with("HG"),
        functions: Vec::new(),
        channels,
        retired: None,
    }
}

fn province() -> Structure {
    Structure {
        units: vec![
            unit("44", Kind::Province, "", vec![]),
            unit(
                "44HG",
                Kind::Department,
                "44",
                vec![channels("2026-01-01", "020-0000044")],
            ),
            unit("5890", Kind::Office, "44", vec![]),
            unit("589002", Kind::Union, "5890", vec![]),
            unit(
                "589002SL",
                Kind::Department,
                "589002",
                vec![
                    channels("2024-01-01", "0750-0000002"),
                    channels("2026-07-01", "0750-0000003"),
                ],
            ),
            unit("58900201", Kind::Outlet, "589002", vec![]),
            unit(
                "58900202",
                Kind::Outlet,
                "589002",
                vec![channels("2026-01-01", "0750-0000022")],
            ),
            unit("589003", Kind::Union, "5890", vec![]),
            unit("589003SL", Kind::Department, "589003", vec![]),
        ],
        ..Structure::default()
    }
}

#[test]
fn g7_l8_a_unit_shows_its_own_channels_else_those_of_its_union_by_the_day() {
    let province = province();
    let shown = |code: &str, on: &str| {
        let found = province.published(code, day(on))?;
        Some((found.by.code.clone(), found.channels.hotlines[0].clone()))
    };
    let of = |by: &str, number: &str| Some((by.to_owned(), number.to_owned()));
    assert_eq!(
        shown("58900202", "2026-03-01"),
        of("58900202", "0750-0000022")
    );
    assert_eq!(
        shown("58900201", "2026-03-01"),
        of("589002SL", "0750-0000002")
    );
    assert_eq!(
        shown("589002", "2026-07-01"),
        of("589002SL", "0750-0000003")
    );
    // Before the outlet published its own, the reception's held for it.
    assert_eq!(
        shown("58900202", "2025-12-31"),
        of("589002SL", "0750-0000002")
    );
    assert_eq!(shown("58900201", "2023-12-31"), None);
    assert_eq!(shown("589003", "2026-03-01"), None);
    assert_eq!(
        shown("5890", "2026-03-01"),
        None,
        "an office inherits nothing"
    );
    assert_eq!(shown("44", "2026-03-01"), of("44HG", "020-0000044"));
    assert_eq!(shown("no such unit", "2026-03-01"), None);
}

#[test]
fn g7_one_may_go_on_to_the_office_and_then_to_the_compliance_department() {
    let province = province();
    let next = |code: &str| -> Vec<&str> {
        province
            .beyond(code)
            .iter()
            .map(|unit| unit.code.as_str())
            .collect()
    };
    assert_eq!(next("58900201"), ["5890", "44HG"]);
    assert_eq!(next("589002"), ["5890", "44HG"]);
    assert_eq!(next("5890"), ["44HG"]);
    assert_eq!(next("44"), ["44HG"]);
    assert!(next("44HG").is_empty() && next("no such unit").is_empty());
}

#[test]
fn g7_l8_a_reception_that_publishes_nothing_is_warned_of() {
    let mut province = province();
    let said = |province: &Structure, on: &str| -> Vec<String> {
        let silent = province.silent_receptions(day(on));
        silent.into_iter().map(|fault| fault.reason).collect()
    };
    let today = said(&province, "2026-03-01");
    assert_eq!(today.len(), 1);
    assert!(
        today[0].contains("589003SL publishes no way to complain"),
        "{today:?}"
    );
    assert_eq!(
        said(&province, "2025-03-01").len(),
        2,
        "合规部 began in 2026"
    );
    // What the union publishes itself is its reception's, too; a telephone and an address must be among it.
    let own = Channels {
        hotlines: Vec::new(),
        ..channels("2026-01-01", "")
    };
    province.units[7].channels = vec![own];
    assert!(said(&province, "2026-03-01")[0].contains("no telephone number"));
}

#[test]
fn g7_what_cannot_be_published_is_refused() {
    let whole = Channels {
        postcode: "529200".to_owned(),
        hours: "工作日 08:30 至 17:30".to_owned(),
        emails: vec!["tousu@bank.example".to_owned()],
        link: "https://bank.example/tousu".to_owned(),
        ..channels("2026-01-01", "0750-0000002")
    };
    assert!(whole.faults().is_empty(), "{:?}", whole.faults());
    for number in [
        "",
        "12",
        "0750--1",
        "-0750",
        "call us",
        "0750 1",
        "1234567890123456",
    ] {
        let wrong = channels("2026-01-01", number);
        assert!(
            wrong.faults()[0].contains("no telephone number"),
            "{number}"
        );
    }
    for email in ["tousu", "@bank.example", "a@b", "a@b@c.d", "a b@c.d"] {
        let wrong = Channels {
            emails: vec![email.to_owned()],
            ..whole.clone()
        };
        assert!(wrong.faults()[0].contains("no address"), "{email}");
    }
    for link in [
        "http://bank.example",
        "https://",
        "bank.example",
        "https://a b",
    ] {
        let wrong = Channels {
            link: link.to_owned(),
            ..whole.clone()
        };
        assert!(wrong.faults()[0].contains("begins with https://"), "{link}");
    }
    let wrong = [
        (
            Channels {
                postcode: "5292".to_owned(),
                ..whole.clone()
            },
            "six digits",
        ),
        (
            Channels {
                hours: "全天\n".to_owned(),
                ..whole.clone()
            },
            "is one line",
        ),
        (
            Channels {
                address: "远".repeat(121),
                ..whole
            },
            "is one line",
        ),
        (Channels::default(), "names no way to complain"),
    ];
    for (channels, said) in wrong {
        assert!(channels.faults()[0].contains(said), "{said}");
    }
}
