use chrono::{NaiveTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    calendar::tests::guangdong,
    policy::{Hours, Pauses},
    subject::Kind,
};

mod beyond;

fn at(text: &str) -> DateTime<FixedOffset> {
    text.parse().unwrap()
}

fn names(events: &[&str]) -> Vec<String> {
    events.iter().map(|&event| event.to_owned()).collect()
}

fn rule(code: &str, starts_on: &str, stops_on: &[&str], limit: Limit) -> Rule {
    Rule {
        code: code.to_owned(),
        starts_on: names(&[starts_on]),
        stops_on: names(stops_on),
        cancelled_on: names(&["CaseWithdrawn", "CaseJoined"]),
        resumed_on: names(&["ResultReturned"]),
        limit,
        ..Rule::default()
    }
}

fn policy() -> Policy {
    let mut order = rule(
        "G18.1c",
        "OrderIssued",
        &["ResultFiled"],
        Limit::WorkingDays(7),
    );
    order.extension_cap = Some(Limit::Months(3));
    let mut legal = rule(
        "L18",
        "ComplaintRegistered",
        &["DecisionNotified"],
        Limit::NaturalDays(15),
    );
    legal.extensions = vec![Limit::NaturalDays(30), Limit::NaturalDays(60)];
    legal.natures = vec![1];
    legal.starts_at = StartsAt::Received;
    legal.restarts_on = names(&["PeriodRestarted"]);
    legal.restarts_at = names(&["period_from"]);
    legal.pauses = Pauses {
        begin: names(&["PauseBegan"]),
        end: names(&["PauseEnded"]),
        grounds: names(&["appraisal", "mediation"]),
    };
    let mut superior = rule(
        "G18.2a",
        "CaseTransferredIn",
        &["ResultFiled"],
        Limit::Given,
    );
    superior.given = names(&["superior_due_at", "referral_due_at"]);
    let mut report = rule(
        "G18.2b",
        "ResultPassed",
        &["SuperiorReported"],
        Limit::WorkingDays(3),
    );
    report.starts_on.push("CaseAnswered".to_owned());
    report.requires = names(&["CaseTransferredIn"]);
    let mut contact = rule(
        "Z5.1",
        "ComplaintRegistered",
        &["ContactRecorded"],
        Limit::Hours(24),
    );
    contact.starts_at = StartsAt::Received;
    contact.stops_at = names(&["contacted_at"]);
    contact.needs_contact = true;
    Policy {
        code: "p".to_owned(),
        version: 3,
        source: String::new(),
        from: "2008-01-01".parse().unwrap(),
        until: None,
        hours: Hours {
            open: NaiveTime::from_hms_opt(8, 30, 0).unwrap(),
            close: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
        },
        union: String::new(),
        rules: vec![order, legal, superior, report, contact],
    }
}

fn fact(event: &str, when: &str) -> Fact {
    Fact {
        event: event.to_owned(),
        at: at(when),
        instants: BTreeMap::new(),
        ground: None,
        extends: None,
    }
}

fn carrying(event: &str, when: &str, name: &str, instant: &str) -> Fact {
    Fact {
        instants: [(name.to_owned(), at(instant))].into(),
        ..fact(event, when)
    }
}

fn paused(when: &str, ground: &str) -> Fact {
    Fact {
        ground: Some(ground.to_owned()),
        ..fact("PauseBegan", when)
    }
}

fn granted(code: &str, stage: u32, until: Option<&str>) -> Fact {
    let mut granted = fact("ExtensionGranted", "2026-10-01T09:00:00+08:00");
    granted.extends = Some((code.to_owned(), stage));
    granted.instants = until
        .map(|until| ("until".to_owned(), at(until)))
        .into_iter()
        .collect();
    granted
}

fn complaint() -> Subject {
    Subject {
        kind: Kind::Case,
        union: "589002".to_owned(),
        received_at: at("2026-09-21T09:00:00+08:00"),
        nature: 1,
        at_reception: true,
        has_contact: true,
    }
}

fn clocks_of(subject: &Subject, facts: &[Fact]) -> Vec<Clock> {
    applicable(&[policy()], subject)
        .into_iter()
        .filter_map(|law| clock(law, subject, facts, &guangdong()).unwrap())
        .collect()
}

fn found(facts: &[Fact], code: &str) -> Clock {
    let clocks = clocks_of(&complaint(), facts);
    clocks.into_iter().find(|clock| clock.code == code).unwrap()
}

fn met(clock: &Clock) -> Option<bool> {
    match clock.end {
        Some(End::Stopped { met, .. }) => Some(met),
        Some(End::Cancelled { .. }) | None => None,
    }
}

#[test]
fn g18_1c_runs_from_the_order_and_is_met_by_the_result() {
    let facts = [
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("ResultFiled", "2026-10-10T17:30:00+08:00"),
    ];
    let clock = found(&facts, "G18.1c");
    assert_eq!(clock.due.at, at("2026-10-10T17:30:00+08:00"));
    assert_eq!(met(&clock), Some(true));
}

#[test]
fn g18_1c_a_returned_result_lets_the_old_limit_go_on() {
    let mut facts = vec![
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("ResultFiled", "2026-09-29T10:00:00+08:00"),
        fact("ResultReturned", "2026-09-30T10:00:00+08:00"),
    ];
    assert_eq!(found(&facts, "G18.1c").end, None);
    facts.push(fact("ResultFiled", "2026-10-11T10:00:00+08:00"));
    let clock = found(&facts, "G18.1c");
    assert_eq!(clock.due.at, at("2026-10-10T17:30:00+08:00"));
    assert_eq!(met(&clock), Some(false));
}

#[test]
fn facts_in_any_order_make_the_same_clocks() {
    let facts = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("ResultFiled", "2026-09-29T10:00:00+08:00"),
        fact("ResultReturned", "2026-09-30T10:00:00+08:00"),
        fact("DecisionNotified", "2026-10-08T10:00:00+08:00"),
    ];
    let expected = clocks_of(&complaint(), &facts);
    assert_eq!(expected.len(), 3);
    let mut turned = facts.to_vec();
    for _ in 0..facts.len() {
        turned.rotate_left(1);
        assert_eq!(clocks_of(&complaint(), &turned), expected);
        let mut doubled = turned.clone();
        doubled.extend(turned.clone());
        assert_eq!(clocks_of(&complaint(), &doubled), expected);
    }
}

#[test]
fn f3_1_l18_runs_for_consumer_complaints_only_and_from_receipt() {
    let facts = [fact("ComplaintRegistered", "2026-09-23T10:00:00+08:00")];
    assert_eq!(
        found(&facts, "L18").started_at,
        at("2026-09-21T09:00:00+08:00")
    );
    let suggestion = Subject {
        nature: 2,
        ..complaint()
    };
    let codes: Vec<_> = clocks_of(&suggestion, &facts)
        .into_iter()
        .map(|clock| clock.code)
        .collect();
    assert_eq!(codes, ["Z5.1"]);
}

#[test]
fn l18_extensions_count_from_the_start_and_end_at_the_cap() {
    let mut facts = vec![fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00")];
    for (stage, due) in [
        (1, "2026-10-22T00:00:00+08:00"),
        (2, "2026-11-21T00:00:00+08:00"),
        (3, "2026-11-21T00:00:00+08:00"),
    ] {
        facts.push(granted("L18", stage, None));
        assert_eq!(found(&facts, "L18").due.at, at(due), "stage {stage}");
    }
}

#[test]
fn g18_3_an_extension_ends_when_it_was_granted_to_and_never_past_three_months() {
    for (until, due) in [
        ("2026-11-02T17:30:00+08:00", "2026-11-02T17:30:00+08:00"),
        // shorter than the limit itself: the limit stands
        ("2026-09-28T17:30:00+08:00", "2026-10-10T17:30:00+08:00"),
        // past three months from receipt: the cap
        ("2027-03-01T17:30:00+08:00", "2026-12-22T00:00:00+08:00"),
    ] {
        let facts = [
            fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
            granted("G18.1c", 1, Some(until)),
        ];
        assert_eq!(found(&facts, "G18.1c").due.at, at(due), "until {until}");
    }
    let legal = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        granted("L18", 1, Some("2026-10-15T17:30:00+08:00")),
    ];
    assert_eq!(found(&legal, "L18").due.at, at("2026-10-15T17:30:00+08:00"));
}

#[test]
fn l15_a_withdrawal_ends_every_clock_without_a_result() {
    let facts = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("CaseWithdrawn", "2026-09-24T10:00:00+08:00"),
    ];
    let clocks = clocks_of(&complaint(), &facts);
    assert_eq!(clocks.len(), 3);
    assert!(
        clocks
            .iter()
            .all(|clock| matches!(clock.end, Some(End::Cancelled { .. })))
    );
}

#[test]
fn p10_p9_what_no_rule_names_moves_no_clock() {
    let facts = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
    ];
    let mut noisy = facts.to_vec();
    for event in [
        "MaterialAdded",
        "UnitUrged",
        "BounceRequested",
        "BounceRuled",
        "OrderSigned",
        "NoticeRequested",
    ] {
        noisy.push(fact(event, "2026-09-24T10:00:00+08:00"));
    }
    assert_eq!(
        clocks_of(&complaint(), &noisy),
        clocks_of(&complaint(), &facts)
    );
}

#[test]
fn g29_a_union_s_own_policy_binds_that_union_only_beside_the_province_s() {
    let mut own = policy();
    own.code = "local-589002".to_owned();
    own.union = "589002".to_owned();
    own.rules.truncate(1);
    own.rules[0].limit = Limit::WorkingDays(5);
    let policies = [policy(), own];
    let ordered = [fact("OrderIssued", "2026-09-23T10:00:00+08:00")];
    let dues = |subject: &Subject| -> Vec<String> {
        applicable(&policies, subject)
            .into_iter()
            .filter_map(|law| clock(law, subject, &ordered, &guangdong()).unwrap())
            .map(|clock| clock.due.at.date_naive().to_string())
            .collect()
    };
    assert_eq!(dues(&complaint()), ["2026-10-10", "2026-10-08"]);
    let other = Subject {
        union: "589003".to_owned(),
        ..complaint()
    };
    assert_eq!(dues(&other), ["2026-10-10"]);
}

#[test]
fn p8_a_newer_version_holds_for_what_begins_under_it() {
    let mut newer = policy();
    newer.version = 4;
    let mut ended = policy();
    (ended.version, ended.until) = (5, Some("2020-01-01".parse().unwrap()));
    let policies = [policy(), newer, ended];
    assert!(
        applicable(&policies, &complaint())
            .iter()
            .all(|(policy, _)| policy.version == 4)
    );
}

proptest! {
    #[test]
    fn p5_however_a_clock_is_paused_it_is_due_no_earlier(pauses in prop::collection::vec((0_i64..20_000, 0_i64..5_000), 0..5)) {
        let mut facts = vec![fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00")];
        let plain = found(&facts, "L18").due.at;
        for (after, long) in pauses {
            let began = at("2026-09-21T09:00:00+08:00") + TimeDelta::minutes(after);
            facts.push(Fact { at: began, ..paused("2026-09-21T09:00:00+08:00", "mediation") });
            facts.push(Fact { at: began + TimeDelta::minutes(long), ..fact("PauseEnded", "2026-09-21T09:00:00+08:00") });
            prop_assert!(found(&facts, "L18").due.at >= plain);
        }
    }
}
