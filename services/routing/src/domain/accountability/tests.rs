use proptest::prelude::*;

use super::*;
use crate::domain::{
    appeal::{Application, Level},
    beside::samples::{a_case, actor, days, declined, now, office, unit_head},
    standing::Role,
};

/// The whole law. A row is what is asked, a column where the entry stands. `x` moves, `=` already so, `.` no.
const LAW: &str = "
            Candidate Confirmed Dismissed
confirm     x         =         .
dismiss     x         .         =
";

/// What a missed limit means, as a table.
const CLOCKS: [(&str, Option<Ground>); 9] = [
    ("G18.1a", Some(Ground::Delayed)),
    ("G18.1b", Some(Ground::Delayed)),
    ("G18.1c", Some(Ground::Delayed)),
    ("G18.2a", Some(Ground::Delayed)),
    ("G18.2b", Some(Ground::NotReported)),
    ("G18.3", Some(Ground::Delayed)),
    ("L18", Some(Ground::Delayed)),
    ("L20a", None),
    ("L20b", Some(Ground::Delayed)),
];

fn manager() -> Actor {
    actor("589002GL", "589002", Role::SeniorManagement, "p-manager")
}

fn entry() -> Entry {
    Entry {
        id: Uuid::from_u128(30),
        source_key: "clock:1".to_owned(),
        case_id: Some(Uuid::from_u128(1)),
        union: "589002".to_owned(),
        unit: "58900201".to_owned(),
        post: String::new(),
        person: String::new(),
        ground: Ground::Delayed,
        by_system: true,
        raised_at: now(),
        state: State::Candidate,
        sanction: 0,
        decided_at: None,
        revision: 1,
    }
}

fn ask(entry: &mut Entry, verb: &str) -> Result<Change, Refusal> {
    match verb {
        "confirm" => entry.confirm(&manager(), None, (2, "拖延属实"), now()),
        _ => entry.dismiss(&manager(), "系统故障所致", now()),
    }
}

fn stands(state: State) -> Entry {
    let mut entry = entry();
    let moved = match state {
        State::Candidate => return entry,
        State::Confirmed => ask(&mut entry, "confirm"),
        State::Dismissed => ask(&mut entry, "dismiss"),
    };
    assert_eq!(moved, Ok(Change::Made));
    entry
}

#[test]
fn g27_the_law_of_the_register_holds_cell_by_cell() {
    let mut lines = LAW.trim().lines();
    let states: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    for line in lines {
        let mut cells = line.split_whitespace();
        let verb = cells.next().unwrap();
        for (name, expected) in states.iter().zip(cells) {
            let state = State::ALL
                .into_iter()
                .find(|state| format!("{state:?}") == *name)
                .unwrap();
            let before = stands(state);
            let mut entry = before.clone();
            let found = match ask(&mut entry, verb) {
                Ok(Change::Made) => "x",
                Ok(Change::Already) => "=",
                Err(_) => ".",
            };
            assert_eq!(found, expected, "{verb} in {name}");
            if found != "x" {
                assert_eq!(entry, before, "{verb} in {name}");
            }
        }
    }
}

proptest! {
    /// Whatever is asked in whatever order, an entry is decided once, and only what is confirmed has a sanction.
    #[test]
    fn g27_no_walk_decides_twice(walk in proptest::collection::vec(0..2_usize, 0..12)) {
        let mut entry = entry();
        for step in walk {
            let before = entry.clone();
            let moved = ask(&mut entry, ["confirm", "dismiss"][step]) == Ok(Change::Made);
            prop_assert_eq!(entry.revision, before.revision + u64::from(moved));
            prop_assert_eq!(entry.decided_at.is_some(), entry.state != State::Candidate);
            prop_assert_eq!(entry.sanction != 0, entry.state == State::Confirmed);
            if before.decided_at.is_some() { prop_assert_eq!(&entry, &before); }
        }
    }
}

#[test]
fn g24_1_a_complaint_registered_a_day_after_its_receipt_is_asked_about() {
    let mut case = a_case();
    assert!(!registered_late(&case));
    case.registration.received_at = case.registration.registered_at - TimeDelta::hours(24);
    assert!(!registered_late(&case));
    case.registration.received_at -= TimeDelta::seconds(1);
    assert!(registered_late(&case));
}

#[test]
fn g24_2_only_a_decline_that_was_not_upheld_is_asked_about() {
    let asked = Application {
        id: Uuid::from_u128(11),
        level: Level::Office,
        unit: "5890",
        union: "5890",
        received_at: now() + days(1),
        grounds: "应予受理",
        late_reason: "",
    };
    let case = declined();
    let lodged = Appeal::lodge(&case, &asked, &[], now() + days(2)).unwrap();
    assert!(!declined_wrongly(&case, &lodged));
    let with = |verdict| Appeal {
        decided: Some((verdict, now())),
        ..lodged.clone()
    };
    assert!(!declined_wrongly(&case, &with(Verdict::Upheld)));
    assert!(declined_wrongly(&case, &with(Verdict::Changed)));
    assert!(declined_wrongly(&case, &with(Verdict::Rehandle)));
    assert!(!declined_wrongly(&a_case(), &with(Verdict::Rehandle)));
}

#[test]
fn g24_3_g24_5_a_missed_limit_is_delay_and_a_missed_report_is_not_reporting() {
    for (clock, ground) in CLOCKS {
        assert_eq!(Ground::of_clock(clock), ground, "{clock}");
    }
}

#[test]
fn g24_6_twenty_who_complain_together_are_a_mass() {
    assert!(!is_mass(19));
    assert!(is_mass(20));
}

#[test]
fn g24_7_every_item_of_article_24_has_its_number_and_its_words() {
    let items = "一二三四五六七".chars();
    for ((number, item), ground) in (1..).zip(items).zip(Ground::ALL) {
        assert_eq!(ground as i32, number);
        assert_eq!(Ground::of(number), Some(ground));
        assert!(ground.words().contains(&format!("({item})")), "{number}");
    }
    assert_eq!(Ground::of(8), None);
}

#[test]
fn g27_nobody_decides_about_himself_or_his_own_unit() {
    for own in [
        unit_head(),
        actor("589002GL", "589002", Role::SeniorManagement, "p-accused"),
    ] {
        let mut accused = entry();
        accused.person = "p-accused".to_owned();
        let before = accused.clone();
        let confirmed = accused.confirm(&own, None, (1, "属实"), now());
        assert_eq!(
            confirmed.unwrap_err().code(),
            "accountability.judges_itself"
        );
        let dismissed = accused.dismiss(&own, "不实", now());
        assert_eq!(
            dismissed.unwrap_err().code(),
            "accountability.judges_itself"
        );
        assert_eq!(accused, before);
    }
    // Nor by blaming it on somebody else, nor by naming himself.
    let mut entry = entry();
    let itself = entry.confirm(&manager(), Some(("x", "p-manager")), (1, "属实"), now());
    assert!(itself.is_err());
    // A decision has its reason, and a confirmed one its sanction.
    assert!(entry.confirm(&office(), None, (0, "属实"), now()).is_err());
    assert!(entry.confirm(&office(), None, (9, "属实"), now()).is_err());
    assert!(entry.confirm(&office(), None, (1, " "), now()).is_err());
    assert!(entry.dismiss(&office(), "", now()).is_err());
    let who = Some(("58900201-handler", "p-handler"));
    let confirmed = entry.confirm(&office(), who, (5, "拖延属实"), now());
    assert_eq!(confirmed, Ok(Change::Made));
    assert_eq!((entry.person.as_str(), entry.sanction), ("p-handler", 5));
}

#[test]
fn g25_g26_staff_and_units_are_rewarded_by_one_article_and_complainants_by_the_other() {
    let reward = |beneficiary, person: &str, case_id| Reward {
        id: Uuid::from_u128(40),
        case_id,
        union: "589002".to_owned(),
        unit: "58900201".to_owned(),
        person: person.to_owned(),
        beneficiary,
        honour: true,
        material: false,
        description: "及时处理,通报表扬".to_owned(),
        recorded_at: now(),
    };
    let case = Some(Uuid::from_u128(1));
    assert!(reward(Beneficiary::Unit, "", None).parse(1).is_ok());
    assert!(
        reward(Beneficiary::Staff, "p-handler", None)
            .parse(1)
            .is_ok()
    );
    assert!(reward(Beneficiary::Complainant, "", case).parse(2).is_ok());
    for (wrong, ground) in [
        (reward(Beneficiary::Unit, "", None), 2),
        (reward(Beneficiary::Unit, "p-handler", None), 1),
        (reward(Beneficiary::Staff, "", None), 1),
        (reward(Beneficiary::Complainant, "", case), 1),
        (reward(Beneficiary::Complainant, "", None), 2),
        (reward(Beneficiary::Complainant, "p-somebody", case), 2),
        (
            Reward {
                honour: false,
                ..reward(Beneficiary::Unit, "", None)
            },
            1,
        ),
        (
            Reward {
                description: String::new(),
                ..reward(Beneficiary::Unit, "", None)
            },
            1,
        ),
    ] {
        assert_eq!(wrong.parse(ground).unwrap_err().code(), "request.invalid");
    }
}
