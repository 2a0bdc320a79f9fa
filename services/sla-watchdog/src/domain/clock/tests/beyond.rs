//! Beyond the ordinary course: given dates, reports, pauses, new facts, call-backs.

use super::*;

#[test]
fn g18_2a_the_superior_s_date_is_the_limit_and_without_one_there_is_none() {
    let given = carrying(
        "CaseTransferredIn",
        "2026-09-24T09:00:00+08:00",
        "superior_due_at",
        "2026-10-09T17:30:00+08:00",
    );
    let clock = found(std::slice::from_ref(&given), "G18.2a");
    assert_eq!(clock.due.at, at("2026-10-09T17:30:00+08:00"));
    let late = [given, fact("ResultFiled", "2026-10-09T17:30:01+08:00")];
    assert_eq!(met(&found(&late, "G18.2a")), Some(false));
    let none = [fact("CaseTransferredIn", "2026-09-24T09:00:00+08:00")];
    assert!(clocks_of(&complaint(), &none).is_empty());
}

#[test]
fn g18_2b_the_report_to_the_superior_is_due_three_working_days_after_and_only_for_what_was_transferred_in()
 {
    let passed = fact("ResultPassed", "2026-09-30T10:00:00+08:00");
    assert!(clocks_of(&complaint(), std::slice::from_ref(&passed)).is_empty());
    let facts = [
        fact("CaseTransferredIn", "2026-09-24T09:00:00+08:00"),
        passed,
    ];
    assert_eq!(
        found(&facts, "G18.2b").due.at,
        at("2026-10-10T17:30:00+08:00")
    );
}

#[test]
fn z5_1_a_contact_counts_from_when_it_was_made_and_not_from_when_it_was_written_down() {
    let registered = fact("ComplaintRegistered", "2026-09-21T09:05:00+08:00");
    let contacted = carrying(
        "ContactRecorded",
        "2026-09-22T11:00:00+08:00",
        "contacted_at",
        "2026-09-22T08:59:00+08:00",
    );
    let clock = found(&[registered.clone(), contacted], "Z5.1");
    assert_eq!(clock.due.at, at("2026-09-22T09:00:00+08:00"));
    assert_eq!(met(&clock), Some(true));
    let nobody = Subject {
        has_contact: false,
        ..complaint()
    };
    let clocks = clocks_of(&nobody, &[registered]);
    assert!(clocks.iter().all(|clock| clock.code != "Z5.1"));
}

#[test]
fn z5_3_a_call_back_that_reached_nobody_stops_nothing() {
    let mut rule = rule("Z5.3", "CaseClosed", &["FollowedUp"], Limit::Hours(72));
    rule.requires = names(&["SolutionProposed"]);
    rule.stops_need = names(&["followed_up_at"]);
    let policy = policy();
    let made = |facts: &[Fact]| clock((&policy, &rule), &complaint(), facts, &guangdong()).unwrap();
    let closed = fact("CaseClosed", "2026-09-30T10:00:00+08:00");
    // What was never to be carried out is not followed up.
    assert_eq!(made(std::slice::from_ref(&closed)), None);
    let mut facts = vec![
        closed,
        fact("SolutionProposed", "2026-09-24T10:00:00+08:00"),
        fact("FollowedUp", "2026-10-01T10:00:00+08:00"),
    ];
    assert_eq!(made(&facts).unwrap().end, None);
    let reached = "2026-10-03T09:59:00+08:00";
    facts.push(carrying("FollowedUp", reached, "followed_up_at", reached));
    let clock = made(&facts).unwrap();
    assert_eq!(clock.due.at, at("2026-10-03T10:00:00+08:00"));
    assert_eq!(met(&clock), Some(true));
}

#[test]
fn l18_2_l23_a_pause_counts_on_listed_grounds_only() {
    let registered = fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00");
    let ended = fact("PauseEnded", "2026-09-28T09:00:00+08:00");
    for (ground, due) in [
        ("appraisal", "2026-10-12T00:00:00+08:00"),
        ("mediation", "2026-10-12T00:00:00+08:00"),
        ("holiday of the handler", "2026-10-07T00:00:00+08:00"),
    ] {
        let began = paused("2026-09-22T15:00:00+08:00", ground);
        let open = found(&[registered.clone(), began.clone()], "L18");
        assert_eq!(open.paused().is_some(), ground != "holiday of the handler");
        assert_eq!(open.due.at, at("2026-10-07T00:00:00+08:00"));
        let over = found(&[registered.clone(), began, ended.clone()], "L18");
        assert_eq!((over.paused(), over.due.at), (None, at(due)), "{ground}");
    }
}

#[test]
fn p5_a_case_decided_while_its_clock_stands_still_is_met() {
    let facts = [
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        paused("2026-09-22T15:00:00+08:00", "appraisal"),
        fact("DecisionNotified", "2026-09-29T10:00:00+08:00"),
    ];
    let clock = found(&facts, "L18");
    assert_eq!((met(&clock), clock.paused()), (Some(true), None));
}

#[test]
fn l18_3_new_facts_begin_the_period_anew_and_what_was_granted_is_over() {
    let restarted = carrying(
        "PeriodRestarted",
        "2026-10-12T10:00:00+08:00",
        "period_from",
        "2026-10-09T16:00:00+08:00",
    );
    let mut facts = vec![
        fact("ComplaintRegistered", "2026-09-21T09:00:00+08:00"),
        granted("L18", 1, None),
        restarted,
    ];
    let clock = found(&facts, "L18");
    assert_eq!(clock.started_at, at("2026-10-09T16:00:00+08:00"));
    assert_eq!(
        (clock.due.at, clock.extensions),
        (at("2026-10-25T00:00:00+08:00"), 0)
    );
    // After the decision there is nothing to begin anew (P11).
    facts.insert(2, fact("DecisionNotified", "2026-10-02T10:00:00+08:00"));
    assert_eq!(
        found(&facts, "L18").started_at,
        at("2026-09-21T09:00:00+08:00")
    );
}
