use super::*;
use crate::domain::{calendar::tests::guangdong, deadline::Limit};
use chrono::NaiveTime;

fn at(text: &str) -> DateTime<FixedOffset> {
    text.parse().unwrap()
}

fn rule(code: &str, starts_on: &str, stops_on: &[&str], limit: Limit) -> Rule {
    Rule {
        code: code.to_owned(),
        name: code.to_owned(),
        article: String::new(),
        starts_on: starts_on.to_owned(),
        from_receipt: false,
        stops_on: stops_on.iter().map(|&event| event.to_owned()).collect(),
        cancelled_on: vec!["CaseWithdrawn".to_owned()],
        resumed_on: vec!["ResultReturned".to_owned()],
        limit,
        extensions: Vec::new(),
        natures: Vec::new(),
        place: Place::Anywhere,
        rungs: Vec::new(),
    }
}

fn policy() -> Policy {
    let mut legal = rule(
        "L18",
        "ComplaintRegistered",
        &["AnswerSent"],
        Limit::NaturalDays(15),
    );
    legal.extensions = vec![Limit::NaturalDays(30), Limit::NaturalDays(60)];
    legal.natures = vec![1];
    legal.from_receipt = true;
    Policy {
        code: "p".to_owned(),
        version: 3,
        source: String::new(),
        from: "2008-01-01".parse().unwrap(),
        until: None,
        close: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
        rules: vec![
            rule(
                "G18.1c",
                "OrderIssued",
                &["ResultFiled"],
                Limit::WorkingDays(7),
            ),
            legal,
        ],
    }
}

fn fact(event: &str, when: &str) -> Fact {
    Fact {
        event: event.to_owned(),
        at: at(when),
        received_at: at("2026-09-21T09:00:00+08:00"),
        extends: None,
    }
}

fn clocks_of(facts: &[Fact]) -> Vec<Clock> {
    clocks(
        &Matter {
            nature: 1,
            at_reception: true,
        },
        facts,
        &[policy()],
        &guangdong(),
    )
    .unwrap()
}

fn found(facts: &[Fact], code: &str) -> Clock {
    clocks_of(facts)
        .into_iter()
        .find(|clock| clock.code == code)
        .unwrap()
}

#[test]
fn g18_1c_runs_from_the_order_and_is_met_by_the_result() {
    let facts = [
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("ResultFiled", "2026-10-10T17:30:00+08:00"),
    ];
    let clock = found(&facts, "G18.1c");
    assert_eq!(clock.due.at, at("2026-10-10T17:30:00+08:00"));
    assert!(matches!(clock.end, Some(End::Stopped { met: true, .. })));
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
    assert!(matches!(clock.end, Some(End::Stopped { met: false, .. })));
}

#[test]
fn facts_in_any_order_make_the_same_clocks() {
    let facts = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("ResultFiled", "2026-09-29T10:00:00+08:00"),
        fact("ResultReturned", "2026-09-30T10:00:00+08:00"),
        fact("AnswerSent", "2026-10-08T10:00:00+08:00"),
    ];
    let expected = clocks_of(&facts);
    let mut turned = facts.to_vec();
    for _ in 0..facts.len() {
        turned.rotate_left(1);
        assert_eq!(clocks_of(&turned), expected);
        let mut doubled = turned.clone();
        doubled.extend(turned.clone());
        assert_eq!(clocks_of(&doubled), expected);
    }
}

#[test]
fn l18_runs_for_consumer_complaints_only_and_from_receipt() {
    let facts = [fact("ComplaintRegistered", "2026-09-23T10:00:00+08:00")];
    assert_eq!(
        found(&facts, "L18").started_at,
        at("2026-09-21T09:00:00+08:00")
    );
    let suggestion = Matter {
        nature: 2,
        at_reception: true,
    };
    assert!(
        clocks(&suggestion, &facts, &[policy()], &guangdong())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn l18_extensions_count_from_the_start_and_end_at_the_cap() {
    let mut facts = vec![fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00")];
    for (stage, due) in [
        (1, "2026-10-22T00:00:00+08:00"),
        (2, "2026-11-21T00:00:00+08:00"),
        (3, "2026-11-21T00:00:00+08:00"),
    ] {
        let mut granted = fact("ExtensionGranted", "2026-10-01T09:00:00+08:00");
        granted.extends = Some(("L18".to_owned(), stage));
        facts.push(granted);
        assert_eq!(found(&facts, "L18").due.at, at(due), "stage {stage}");
    }
}

#[test]
fn l15_a_withdrawal_ends_every_clock_without_a_result() {
    let facts = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        fact("OrderIssued", "2026-09-23T10:00:00+08:00"),
        fact("CaseWithdrawn", "2026-09-24T10:00:00+08:00"),
    ];
    assert!(
        clocks_of(&facts)
            .iter()
            .all(|clock| matches!(clock.end, Some(End::Cancelled { .. })))
    );
}
