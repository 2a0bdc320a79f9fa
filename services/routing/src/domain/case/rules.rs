//! What the law table cannot show: who decides, what comes first, what is counted.

use chrono::Duration;

use super::{
    tests::{a_case_that_is, actor, ask, clerk, handler, head, now},
    *,
};
use crate::domain::{
    extension::Allowed,
    standing::{Role, Verb, who_may},
};

#[test]
fn g15_the_proposer_of_a_decline_does_not_decide_on_it() {
    let mut case = a_case_that_is(Filed);
    assert!(
        case.propose_decline(&head(), (DeclineGround::Empty, None), "没有内容", now())
            .is_ok()
    );
    assert_eq!(
        case.approve_decline(&head(), now()),
        Err(Refusal::ProposerDecides)
    );
    assert_eq!(
        case.reject_decline(&head(), "应予受理", now()),
        Err(Refusal::ProposerDecides)
    );
    assert!(
        case.propose_decline(&head(), (DeclineGround::Empty, None), "  ", now())
            .is_err()
    );
}

#[test]
fn g12_3_the_author_of_a_result_does_not_review_it() {
    let mut case = a_case_that_is(ResultFiled);
    let author = actor(
        "589002SL-clerk",
        "589002SL",
        Role::ReceptionClerk,
        "p-handler",
    );
    assert_eq!(
        case.pass_result(&author, now()),
        Err(Refusal::AuthorReviews)
    );
    assert_eq!(
        case.return_result(&author, "不清", now()),
        Err(Refusal::AuthorReviews)
    );
}

#[test]
fn g19_the_person_complained_of_is_not_assigned_and_a_handler_with_an_interest_is_out() {
    let mut case = a_case_that_is(Ordered);
    let teller = Handler {
        post: "58900201-handler".to_owned(),
        person: "p-teller".to_owned(),
    };
    assert!(matches!(
        case.assign(teller, now()),
        Err(Refusal::Recused(_))
    ));
    assert!(ask(&mut case, Verb::AssignHandler).is_ok());
    assert!(
        case.declare_interest("p-handler", "投诉人是亲属", now())
            .is_ok()
    );
    assert_eq!((case.state, &case.handler), (Ordered, &None));
    assert!(matches!(
        ask(&mut case, Verb::AssignHandler),
        Err(Refusal::Recused(_))
    ));
}

#[test]
fn g18_1c_signing_late_changes_no_instant_of_the_order() {
    let mut case = a_case_that_is(Ordered);
    let served = case.order.clone().unwrap().issued_at;
    assert!(
        case.sign_order("589002KJ", now() + Duration::days(3))
            .is_ok()
    );
    assert_eq!(case.order.as_ref().unwrap().issued_at, served);
    assert_eq!(case.sign_order("589002KJ", now()), Ok(Outcome::Already));
    assert_eq!(
        case.sign_order("58900202", now()),
        Err(Refusal::UnitNotOrdered("58900202".to_owned()))
    );
}

#[test]
fn g13_2_a_result_is_not_filed_before_the_complainant_is_answered() {
    let mut case = a_case_that_is(Ordered);
    assert!(ask(&mut case, Verb::AssignHandler).is_ok());
    assert!(matches!(
        ask(&mut case, Verb::RecordAnswer),
        Err(Refusal::NoFindings(_))
    ));
    assert!(ask(&mut case, Verb::RecordFindings).is_ok());
    assert_eq!(ask(&mut case, Verb::FileResult), Err(Refusal::NoAnswer));
}

#[test]
fn l18_an_extension_needs_the_right_rank_another_person_and_the_stages_in_order() {
    let mut case = a_case_that_is(Handling);
    let none = Allowed::default();
    let until = now() + Duration::days(25);
    let second = (Uuid::nil(), "L18", 2);
    assert!(matches!(
        case.request_extension(&handler(), second, "须鉴定", until, &none, now()),
        Err(Refusal::ExtensionOutOfOrder { .. })
    ));
    let too_long = now() + Duration::days(31);
    let first = (Uuid::nil(), "L18", 1);
    assert!(matches!(
        case.request_extension(&head(), first, "须鉴定", too_long, &none, now()),
        Err(Refusal::PastCap { .. })
    ));
    assert!(
        case.request_extension(&head(), first, "须鉴定", until, &none, now())
            .is_ok()
    );
    assert_eq!(
        case.approve_extension(&head(), None, now()),
        Err(Refusal::RequesterDecides)
    );
    assert!(matches!(
        case.approve_extension(&clerk(), None, now()),
        Err(Refusal::RankTooLow(_))
    ));
    let other = actor("589002SL-head", "589002SL", Role::ReceptionHead, "p-deputy");
    assert!(matches!(
        case.approve_extension(&other, None, now()),
        Ok(Outcome::Moved(_))
    ));
    assert_eq!(case.extension_stage, 1);
    let until = now() + Duration::days(50);
    assert!(
        case.request_extension(&handler(), second, "仍须鉴定", until, &none, now())
            .is_ok()
    );
    assert!(matches!(
        case.approve_extension(&other, None, now()),
        Err(Refusal::RankTooLow(_))
    ));
    let manager = actor(
        "589002GL-head",
        "589002GL",
        Role::SeniorManagement,
        "p-manager",
    );
    assert!(matches!(
        case.approve_extension(&manager, None, now()),
        Ok(Outcome::Moved(_))
    ));
}

#[test]
fn a_post_of_another_unit_or_union_stands_nowhere_near_a_case() {
    let case = a_case_that_is(Ordered);
    let lead = actor("58900201-head", "58900201", Role::UnitHead, "p-unit-head");
    let other_unit = actor("58900202-head", "58900202", Role::UnitHead, "p-x");
    let mut other_union = clerk();
    other_union.union = "589001".to_owned();
    assert!(who_may(Verb::AssignHandler, &case, std::slice::from_ref(&lead)).is_ok());
    for verb in [
        Verb::AssignHandler,
        Verb::SignOrder,
        Verb::RecordFindings,
        Verb::RequestExtension,
    ] {
        assert!(
            who_may(verb, &case, std::slice::from_ref(&other_unit)).is_err(),
            "{verb:?}"
        );
    }
    for verb in [
        Verb::Accept,
        Verb::IssueOrder,
        Verb::PassResult,
        Verb::Close,
        Verb::Withdraw,
    ] {
        assert!(
            who_may(verb, &case, std::slice::from_ref(&other_union)).is_err(),
            "{verb:?}"
        );
        assert!(
            who_may(verb, &case, &[other_union.clone(), clerk()]).is_ok(),
            "{verb:?}"
        );
    }
}

fn moves(answer: Answer) -> bool {
    matches!(answer, Ok(Outcome::Moved(_)))
}

#[test]
fn f3_1_a_group_has_several_units_one_lead_and_nobody_with_an_interest() {
    let mut case = a_case_that_is(Handling);
    let member = |person: &str| Handler {
        post: "589002KJ-head".to_owned(),
        person: person.to_owned(),
    };
    let units = ["589002CW".to_owned(), "58900201".to_owned()];
    assert!(matches!(
        case.form_group(&units, &[member("p-teller")], "查清", now()),
        Err(Refusal::Recused(_))
    ));
    assert!(case.form_group(&units, &[], "查清", now()).is_err());
    assert!(moves(case.form_group(
        &units,
        &[member("p-tech")],
        "查清",
        now()
    )));
    assert_eq!(
        case.form_group(&units, &[member("p-tech")], "查清", now()),
        Ok(Outcome::Already)
    );
    let order = case.order.clone().unwrap();
    assert_eq!(
        order.units().collect::<Vec<_>>(),
        ["58900201", "589002KJ", "589002CW"]
    );
    // A member investigates, though another unit leads; he does not answer the complainant.
    let by = actor("589002KJ-head", "589002KJ", Role::UnitHead, "p-tech");
    assert!(who_may(Verb::RecordFindings, &case, std::slice::from_ref(&by)).is_ok());
    assert!(case.record_findings(&by, "资金已查清", now()).is_ok());
    assert!(who_may(Verb::RecordAnswer, &case, std::slice::from_ref(&by)).is_err());
}

#[test]
fn l14_l18_4_nobody_is_answered_before_his_papers_are_there() {
    let mut case = a_case_that_is(Filed);
    case.registration.papers_missing = true;
    assert_eq!(
        ask(&mut case, Verb::AnswerDirectly),
        Err(Refusal::PapersMissing)
    );
    assert!(
        case.propose_decline(
            &clerk(),
            (DeclineGround::NotAuthorised, None),
            "未提交授权",
            now()
        )
        .is_ok()
    );
    let mut ordered = a_case_that_is(Ordered);
    ordered.registration.papers_missing = true;
    assert!(ask(&mut ordered, Verb::AssignHandler).is_ok());
    assert!(ask(&mut ordered, Verb::RecordFindings).is_ok());
    assert_eq!(
        ask(&mut ordered, Verb::RecordAnswer),
        Err(Refusal::PapersMissing)
    );
}

#[test]
fn l17_g19_kin_of_the_complainant_is_out_wherever_the_case_stands() {
    let mut case = a_case_that_is(ResultFiled);
    assert!(moves(case.note_relation(
        "p-handler",
        "投诉人的弟弟",
        now()
    )));
    assert_eq!(
        (case.state, &case.handler, &case.result_author),
        (Ordered, &None, &None)
    );
    assert_eq!(
        case.note_relation("p-handler", "投诉人的弟弟", now()),
        Ok(Outcome::Already)
    );
    assert!(case.note_relation(" ", "弟弟", now()).is_err());
    let mut ended = a_case_that_is(Archived);
    assert!(moves(ended.note_relation("p-cousin", "表亲", now())));
    assert_eq!(ended.state, Archived);
}

#[test]
fn what_is_open_to_a_caller_is_what_the_verbs_allow() {
    let mut case = a_case_that_is(Transferred);
    assert!(!case.allows(Verb::Close) && case.allows(Verb::ReceiptTransfer));
    assert!(ask(&mut case, Verb::ReceiptTransfer).is_ok());
    assert!(case.allows(Verb::Close) && !case.allows(Verb::ReceiptTransfer));
    let mut case = a_case_that_is(Ordered);
    assert!(!case.allows(Verb::RuleBounce) && !case.allows(Verb::EndPause));
    assert!(
        ask(&mut case, Verb::RequestBounce).is_ok() && ask(&mut case, Verb::BeginPause).is_ok()
    );
    assert!(case.allows(Verb::RuleBounce) && case.allows(Verb::EndPause));
    assert!(!case.allows(Verb::BeginPause) && !case.allows(Verb::ReportToSuperior));
}
