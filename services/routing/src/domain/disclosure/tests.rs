use proptest::prelude::*;

use super::*;
use crate::domain::beside::samples::now;

fn reprisal() -> Reprisal {
    Reprisal {
        id: Uuid::from_u128(60),
        unit: "44HG".to_owned(),
        case_number: "589002-2026-000001".to_owned(),
        kind: ReprisalKind::Retaliation,
        reporter: "p-witness".to_owned(),
        reported_at: now(),
        acknowledged_at: None,
        answered_at: None,
        revision: 1,
    }
}

fn violation() -> Violation {
    Violation {
        id: Uuid::from_u128(61),
        compliance: "44HG".to_owned(),
        unit: "44HG".to_owned(),
        case_number: String::new(),
        concerned_unit: "58900201".to_owned(),
        concerned_person: "p-teller".to_owned(),
        reporter: "p-manager".to_owned(),
        reported_at: now(),
        transferred_at: None,
        receipt: None,
        revision: 1,
    }
}

#[test]
fn g5_a_report_of_reprisal_is_acknowledged_then_answered_once() {
    let mut report = reprisal();
    assert!(report.answer("已查实", now()).is_err());
    assert_eq!(report.acknowledge(now()), Change::Made);
    assert_eq!(report.acknowledge(now()), Change::Already);
    assert!(report.answer(" ", now()).is_err());
    assert_eq!(report.answer("已查实,已约谈", now()), Ok(Change::Made));
    assert!(report.answer("另一答复", now()).is_err());
    assert_eq!((report.state(), report.revision), (3, 3));
    // Who reported stands in no log.
    assert!(!format!("{report:?}").contains("p-witness"));
}

#[test]
fn g21_a_violation_goes_on_to_another_department_and_comes_back_as_a_receipt() {
    let mut report = violation();
    assert!(report.receive("R-1", now()).is_err());
    for wrong in ["", "44HG", "58900201"] {
        assert!(
            report.transfer(wrong, "涉嫌挪用", now()).is_err(),
            "{wrong}"
        );
    }
    assert!(report.transfer("44JJ", "", now()).is_err());
    assert_eq!(report.transfer("44JJ", "涉嫌挪用", now()), Ok(Change::Made));
    assert_eq!(
        report.transfer("44JJ", "涉嫌挪用", now()),
        Ok(Change::Already)
    );
    assert!(report.transfer("44SJ", "涉嫌挪用", now()).is_err());
    assert!(report.receive(" ", now()).is_err());
    assert_eq!(report.receive("R-1", now()), Ok(Change::Made));
    assert_eq!(report.receive("R-1", now()), Ok(Change::Already));
    assert!(report.receive("R-2", now()).is_err());
    assert!(report.transfer("44JJ", "涉嫌挪用", now()).is_err());
    assert_eq!((report.unit.as_str(), report.revision), ("44JJ", 3));
}

proptest! {
    /// Whatever is asked in whatever order, a violation has a receipt only after it was transferred.
    #[test]
    fn g21_no_walk_gives_a_receipt_before_the_transfer(walk in proptest::collection::vec(0..4_usize, 0..20)) {
        let mut report = violation();
        for step in walk {
            let before = report.clone();
            let asked = match step {
                0 => report.transfer("44JJ", "涉嫌挪用", now()),
                1 => report.transfer("44SJ", "涉嫌挪用", now()),
                2 => report.receive("R-1", now()),
                _ => report.receive("R-2", now()),
            };
            let moved = asked == Ok(Change::Made);
            prop_assert_eq!(report.revision, before.revision + u64::from(moved));
            if !moved { prop_assert_eq!(&report, &before); }
            prop_assert!(report.receipt.is_none() || report.transferred_at.is_some());
            prop_assert_eq!(report.transferred_at.is_some(), report.unit != report.compliance);
        }
    }
}

#[test]
fn g24_4_l29_the_delay_of_a_grave_case_is_measured_to_the_last_who_was_told() {
    let told = |minutes| {
        let at = now() + TimeDelta::minutes(minutes);
        Major {
            id: Uuid::from_u128(62),
            case_id: Uuid::from_u128(1),
            union: "589002".to_owned(),
            kind: MajorKind::Major,
            known_at: now(),
            reported_at: now(),
            told: vec![
                (
                    "senior_management",
                    Some(("589002GL-head".to_owned(), now())),
                ),
                ("office", None),
                ("compliance", Some(("44HG-head".to_owned(), at))),
            ],
        }
    };
    assert_eq!(told(90).delay(), TimeDelta::minutes(90));
    assert!(!told(120).late());
    assert!(told(121).late());
}
