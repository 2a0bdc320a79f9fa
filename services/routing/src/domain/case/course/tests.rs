use chrono::Duration;

use super::{
    super::{
        tests::{a_case, a_case_that_is, a_lead, actor, ask, clerk, handler, head, now, superior},
        *,
    },
    Level, PauseGround, Satisfaction, Skipped,
};
use crate::domain::{
    extension::Allowed,
    standing::{Role, Verb},
};

fn moves(answer: Answer) -> bool {
    matches!(answer, Ok(Outcome::Moved(_)))
}

fn unit_head(unit: &str) -> Actor {
    actor(
        &format!("{unit}-head"),
        unit,
        Role::UnitHead,
        &format!("p-{unit}"),
    )
}

#[test]
fn g17_4_g18_2_what_was_passed_on_is_closed_only_after_the_report() {
    let mut case = a_case_that_is(ResultPassed);
    assert_eq!(case.report("已办", "3号", now()), Err(Refusal::NoSuperior));
    assert!(moves(case.pass_on(superior(), now())));
    assert_eq!(case.pass_on(superior(), now()), Ok(Outcome::Already));
    assert_eq!(case.close(now()), Err(Refusal::NotReported));
    assert!(case.report("已办", " ", now()).is_err());
    assert!(moves(case.report("已办", "3号", now())));
    assert_eq!(case.report("已办", "3号", now()), Ok(Outcome::Already));
    // A second letter from above is owed a report of its own.
    let mut second = superior();
    second.number = "转字 9 号".to_owned();
    assert!(moves(case.pass_on(second, now())));
    assert_eq!(case.close(now()), Err(Refusal::NotReported));
    assert!(moves(case.report("已办", "4号", now())));
    assert!(moves(case.close(now())));
    let mut early = superior();
    early.due_at = Some(now() - Duration::days(1));
    assert!(a_case().pass_on(early, now()).is_err());
}

#[test]
fn g10_a_transferred_case_is_closed_only_after_the_receipt() {
    let mut case = a_case_that_is(Transferred);
    assert_eq!(case.close(now()), Err(Refusal::NoReceipt));
    assert!(case.receipt(" ", now()).is_err());
    assert!(moves(case.receipt("收 12 号", now())));
    assert_eq!(
        case.receipt("收 12 号", now()),
        Err(Refusal::AlreadyReceipted)
    );
    assert!(moves(case.close(now())));
    assert_eq!(case.ending, Some(Ending::Transferred));
}

#[test]
fn g20_what_skipped_a_level_is_worked_on_only_once_that_is_decided() {
    let skips = || {
        let mut case = a_case_that_is(Filed);
        case.course.skipped = Some(Skipped {
            union: "589002".to_owned(),
            level: Level::Undecided,
        });
        case
    };
    for verb in [
        Verb::Accept,
        Verb::AnswerDirectly,
        Verb::ProposeDecline,
        Verb::IssueOrder,
        Verb::TransferOut,
    ] {
        let mut case = skips();
        let refused = Err(Refusal::SkipsLevel("589002".to_owned()));
        assert_eq!(ask(&mut case, verb), refused, "{verb:?}");
    }
    let mut case = skips();
    assert!(case.admit("", " ", now()).is_err(), "a ground is stated");
    assert!(moves(case.admit("", "投诉受理部门自身", now())));
    assert_eq!(case.admit("", "再说", now()), Ok(Outcome::Already));
    assert_eq!(
        case.refer(Uuid::nil(), "589002SL", now()),
        Err(Refusal::SkipsNoLevel)
    );
    assert!(ask(&mut case, Verb::Accept).is_ok());
    let mut case = skips();
    assert!(moves(case.refer(Uuid::nil(), "589002SL", now())));
    assert_eq!(
        (case.state, case.ending),
        (Transferred, Some(Ending::Transferred))
    );
    assert_eq!(
        case.refer(Uuid::nil(), "589002SL", now()),
        Ok(Outcome::Already)
    );
    assert_eq!(case.admit("", "再说", now()), Err(Refusal::SkipsNoLevel));
    assert_eq!(
        a_case_that_is(Filed).admit("", "特殊", now()),
        Err(Refusal::SkipsNoLevel)
    );
}

#[test]
fn a_unit_bounces_once_another_rules_and_the_order_keeps_its_instant() {
    let mut case = a_case_that_is(Handling);
    let issued = case.order.as_ref().map(|order| order.issued_at);
    let (lead, later) = (unit_head("58900201"), now() + Duration::days(2));
    assert!(case.request_bounce(&lead, "58900201", " ", later).is_err());
    assert!(
        case.request_bounce(&lead, "589002KJ", "非我", later)
            .is_err()
    );
    assert!(moves(case.request_bounce(
        &lead,
        "58900201",
        "属科技部",
        later
    )));
    assert_eq!(
        case.request_bounce(&lead, "58900201", "属科技部", later),
        Ok(Outcome::Already)
    );
    let helps = unit_head("589002KJ");
    let waits = Err(Refusal::BounceWaits("58900201".to_owned()));
    assert_eq!(
        case.request_bounce(&helps, "589002KJ", "非我", later),
        waits
    );
    let mut asker = head();
    asker.person.clone_from(&lead.person);
    assert_eq!(
        case.rule_bounce(&asker, false, "不成立", "", later),
        Err(Refusal::BouncerRules)
    );
    assert!(case.rule_bounce(&head(), true, "成立", "", later).is_err());
    assert!(
        case.rule_bounce(&head(), true, "成立", "58900201", later)
            .is_err()
    );
    assert!(moves(case.rule_bounce(
        &head(),
        true,
        "成立",
        "589002KJ",
        later
    )));
    let order = case.order.clone().unwrap();
    assert_eq!((order.lead.as_str(), order.co_units.len()), ("589002KJ", 0));
    assert_eq!(
        (case.state, &case.handler, Some(order.issued_at)),
        (Ordered, &None, issued)
    );
    // It does not come back to who was taken off it, and a refused bounce is spent too.
    assert!(moves(case.request_bounce(
        &helps,
        "589002KJ",
        "属支行",
        later
    )));
    assert!(
        case.rule_bounce(&head(), true, "成立", "58900201", later)
            .is_err()
    );
    assert!(moves(case.rule_bounce(
        &head(),
        false,
        "不成立",
        "58900202",
        later
    )));
    assert_eq!(case.order.as_ref().unwrap().lead, "589002KJ");
    let spent = Err(Refusal::BouncedBefore("589002KJ".to_owned()));
    assert_eq!(
        case.request_bounce(&helps, "589002KJ", "仍非我", later),
        spent
    );
    assert_eq!(
        case.rule_bounce(&head(), false, "无", "", later),
        Err(Refusal::NoBounce)
    );
}

#[test]
fn p53_l18_3_a_joined_case_keeps_its_own_end_and_no_lead_is_decided_or_joined() {
    let lead = a_lead();
    let mut case = a_case_that_is(Accepted);
    assert!(matches!(
        case.join(&case.clone(), "同", now()),
        Err(Refusal::CannotLead(_))
    ));
    let mut decided = lead.clone();
    decided.decision_notified_at = Some(now());
    assert!(matches!(
        case.join(&decided, "同", now()),
        Err(Refusal::CannotLead(_))
    ));
    let mut follows = lead.clone();
    follows.course.lead_case = Some(Uuid::from_u128(8));
    assert!(matches!(
        case.join(&follows, "同", now()),
        Err(Refusal::CannotLead(_))
    ));
    let mut elsewhere = lead.clone();
    elsewhere.registration.union = "589001".to_owned();
    assert!(matches!(
        case.join(&elsewhere, "同", now()),
        Err(Refusal::CannotLead(_))
    ));
    assert!(moves(case.join(&lead, "同一事项", now())));
    assert_eq!(case.join(&lead, "同一事项", now()), Ok(Outcome::Already));
    let at = now() + Duration::days(5);
    assert!(matches!(
        case.told_with_lead(at, at),
        Outcome::Moved(CaseEvent::AnswerSent)
    ));
    assert_eq!(case.told_with_lead(at, at), Outcome::Already);
    assert!(matches!(
        case.close_with_lead(at),
        Outcome::Moved(CaseEvent::Closed)
    ));
    assert_eq!(
        (case.ending, case.decision_notified_at),
        (Some(Ending::Joined), Some(at))
    );
    // The lead was taken back: the other complainant did not withdraw, and his limit counts from his own receipt.
    let mut other = a_case_that_is(Joined);
    assert!(matches!(other.part(at), Outcome::Moved(_)));
    assert_eq!(
        (other.state, other.ending, other.course.lead_case),
        (Filed, None, None)
    );
    assert_eq!(
        other.course.period_from,
        Some(other.registration.received_at)
    );
}

#[test]
fn l18_3_new_facts_begin_the_limit_anew_until_the_decision_and_late_messages_change_nothing() {
    let mut case = a_case_that_is(Ordered);
    case.extension_stage = 1;
    let (later, now) = (now() + Duration::days(9), now() + Duration::days(10));
    assert!(case.restart(now + Duration::days(1), "凭证", now).is_err());
    assert!(
        case.restart(
            case.registration.received_at - Duration::days(1),
            "凭证",
            now
        )
        .is_err()
    );
    assert!(moves(case.restart(later, "凭证", now)));
    assert_eq!(
        (case.course.period_from, case.extension_stage),
        (Some(later), 0)
    );
    assert_eq!(
        case.restart(later - Duration::days(3), "旧材料", now),
        Ok(Outcome::Already)
    );
    // The first stage is counted from there, and never past the guideline's three months from receipt.
    let until = later + Duration::days(25);
    let first = (Uuid::nil(), "L18", 1);
    assert!(moves(case.request_extension(
        &handler(),
        first,
        "须鉴定",
        until,
        &Allowed::default(),
        now
    )));
    let mut told = a_case_that_is(Handling);
    assert!(matches!(
        told.restart(now, "凭证", now),
        Err(Refusal::Decided(_))
    ));
}

#[test]
fn l18_2_l23_the_limit_rests_on_two_grounds_and_nothing_is_decided_meanwhile() {
    let mut case = a_case_that_is(Filed);
    assert!(
        case.begin_pause(PauseGround::Mediation, " ", now())
            .is_err()
    );
    assert!(moves(case.begin_pause(
        PauseGround::Mediation,
        "投诉人书面同意",
        now()
    )));
    assert_eq!(
        case.begin_pause(PauseGround::Mediation, "再说", now()),
        Ok(Outcome::Already)
    );
    assert_eq!(
        case.begin_pause(PauseGround::Appraisal, "鉴定", now()),
        Err(Refusal::Rests)
    );
    assert_eq!(ask(&mut case, Verb::AnswerDirectly), Err(Refusal::Rests));
    assert_eq!(ask(&mut case, Verb::ProposeDecline), Err(Refusal::Rests));
    assert!(moves(case.end_pause(now())));
    assert_eq!(case.end_pause(now()), Err(Refusal::RestsNot));
    assert!(ask(&mut case, Verb::AnswerDirectly).is_ok());
    assert!(matches!(
        a_case_that_is(Handling).begin_pause(PauseGround::Appraisal, "鉴定", now()),
        Err(Refusal::Decided(_))
    ));
    // A withdrawal ends the rest too.
    let mut case = a_case_that_is(Filed);
    assert!(ask(&mut case, Verb::BeginPause).is_ok() && ask(&mut case, Verb::Withdraw).is_ok());
    assert_eq!(case.course.pause, None);
}

#[test]
fn g12_6_z4_7_whoever_handled_or_answered_does_not_call_back() {
    let call = |case: &mut Case, by: &Actor, heard| case.follow_up(by, heard, "情况", now(), now());
    let mut case = a_case_that_is(ResultPassed);
    let mut author = clerk();
    author.person = "p-handler".to_owned();
    assert_eq!(
        call(&mut case, &author, Satisfaction::Satisfied),
        Err(Refusal::HandlerFollowsUp)
    );
    assert!(moves(call(&mut case, &clerk(), Satisfaction::NotReached)));
    assert!(moves(call(&mut case, &clerk(), Satisfaction::Dissatisfied)));
    assert_eq!(
        call(&mut case, &clerk(), Satisfaction::Dissatisfied),
        Ok(Outcome::Already)
    );
    let mut direct = a_case_that_is(Answered);
    assert_eq!(
        call(&mut direct, &clerk(), Satisfaction::Satisfied),
        Err(Refusal::HandlerFollowsUp)
    );
    assert!(moves(call(&mut direct, &head(), Satisfaction::Satisfied)));
    let mut withdrawn = a_case_that_is(Withdrawn);
    assert!(call(&mut withdrawn, &head(), Satisfaction::Satisfied).is_err());
}
