//! What the tests of matters beside a case start from.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::domain::{
    case::{Case, DeclineGround, Registration},
    standing::{Actor, Role},
};

pub(in crate::domain) fn now() -> DateTime<Utc> {
    "2026-09-23T02:00:00Z".parse().unwrap()
}

pub(in crate::domain) fn days(days: i64) -> Duration {
    Duration::days(days)
}

pub(in crate::domain) fn actor(unit: &str, union: &str, role: Role, person: &str) -> Actor {
    Actor {
        post: format!("{unit}-{person}"),
        unit: unit.to_owned(),
        union: union.to_owned(),
        role,
        person: person.to_owned(),
        name: String::new(),
    }
}

pub(in crate::domain) fn office() -> Actor {
    actor("5890", "5890", Role::OfficeHead, "p-office")
}

pub(in crate::domain) fn compliance() -> Actor {
    actor("44HG", "44", Role::ComplianceOfficer, "p-compliance")
}

pub(in crate::domain) fn clerk() -> Actor {
    actor("589002SL", "589002", Role::ReceptionClerk, "p-clerk")
}

pub(in crate::domain) fn unit_head() -> Actor {
    actor("58900201", "589002", Role::UnitHead, "p-unit-head")
}

/// A complaint about a teller of an outlet.
pub(in crate::domain) fn a_case() -> Case {
    let registration = Registration {
        number: "589002-2026-000001".to_owned(),
        union: "589002".to_owned(),
        unit: "58900201".to_owned(),
        complained_unit: "58900201".to_owned(),
        cause: "C01".to_owned(),
        business: "B01".to_owned(),
        received_at: now() - Duration::hours(1),
        registered_at: now(),
        ..Registration::default()
    };
    Case::open(Uuid::from_u128(1), registration, "p-teller", now())
}

/// The same, declined an instant later.
pub(in crate::domain) fn declined() -> Case {
    let mut case = a_case();
    let head = actor("589002SL", "589002", Role::ReceptionHead, "p-head");
    let moved = case
        .file("须查阅流水", now(), now())
        .and_then(|_| {
            case.propose_decline(
                &clerk(),
                (DeclineGround::Groundless, None),
                "没有事实",
                now(),
            )
        })
        .and_then(|_| case.approve_decline(&head, now()));
    assert!(moved.is_ok());
    case
}
