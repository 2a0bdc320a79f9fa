use chrono::Duration;

use super::*;
use crate::domain::{
    extension::Allowed,
    standing::{Role, Verb, who_may},
};

/// The whole law. A row is what is asked, a column where the case stands. `x` moves, `=` already so, `.` no.
const LAW: &str = "
                   Registered Settled Filed Accepted DeclineProposed Declined Answered Ordered Handling ResultFiled ResultPassed Closed Withdrawn Archived
SettleOnTheSpot    x          =       .     .        .               .        .        .       .        .           .            .      .         .
FileToReception    x          .       =     .        .               .        .        .       .        .           .            .      .         .
Accept             .          .       x     =        .               .        .        .       .        .           .            .      .         .
AnswerDirectly     .          .       x     x        .               .        =        .       .        .           .            .      .         .
ProposeDecline     .          .       x     x        =               .        .        .       .        .           .            .      .         .
ApproveDecline     .          .       .     .        x               =        .        .       .        .           .            .      .         .
RejectDecline      .          .       .     .        x               .        .        .       .        .           .            .      .         .
IssueOrder         .          .       x     x        .               .        .        .       .        .           .            .      .         .
SignOrder          .          .       .     .        .               .        .        x       x        x           .            .      .         .
AssignHandler      .          .       .     .        .               .        .        x       =        .           .            .      .         .
DeclareInterest    x          x       x     x        x               x        x        x       x        x           x            .      .         .
RecordContact      .          .       x     x        .               .        .        x       x        x           .            .      .         .
RecordFindings     .          .       .     .        .               .        .        .       x        .           .            .      .         .
RecordSolution     .          .       .     .        .               .        .        .       x        .           .            .      .         .
RecordAnswer       .          .       .     .        .               .        .        .       x        .           .            .      .         .
FileResult         .          .       .     .        .               .        .        .       x        =           .            .      .         .
ReturnResult       .          .       .     .        .               .        .        .       .        x           .            .      .         .
PassResult         .          .       .     .        .               .        .        .       .        x           =            .      .         .
RequestExtension   .          .       x     x        x               .        .        x       x        x           .            .      .         .
ApproveExtension   .          .       .     .        .               .        .        .       .        .           .            .      .         .
RefuseExtension    .          .       .     .        .               .        .        .       .        .           .            .      .         .
Withdraw           x          .       x     x        x               .        .        x       x        x           .            .      =         .
Close              .          x       .     .        .               x        x        .       .        .           x            =      .         .
UrgeUnit           .          .       .     .        .               .        .        x       x        .           .            .      .         .
";

fn now() -> DateTime<Utc> {
    "2026-09-23T02:00:00Z".parse().unwrap()
}

fn actor(post: &str, unit: &str, role: Role, person: &str) -> Actor {
    Actor {
        post: post.to_owned(),
        unit: unit.to_owned(),
        union: "589002".to_owned(),
        role,
        person: person.to_owned(),
        name: String::new(),
    }
}

fn handler() -> Actor {
    actor("58900201-handler", "58900201", Role::Handler, "p-handler")
}

fn clerk() -> Actor {
    actor(
        "589002SL-clerk",
        "589002SL",
        Role::ReceptionClerk,
        "p-clerk",
    )
}

fn head() -> Actor {
    actor("589002SL-head", "589002SL", Role::ReceptionHead, "p-head")
}

pub(super) fn a_case() -> Case {
    let registration = Registration {
        number: "589002-2026-000001".to_owned(),
        union: "589002".to_owned(),
        unit: "58900201".to_owned(),
        received_at: now() - Duration::hours(1),
        registered_at: now(),
        ..Registration::default()
    };
    Case::open(Uuid::nil(), registration, "p-teller", now())
}

fn draft() -> Draft {
    Draft::parse(
        "58900201",
        &["589002KJ".to_owned()],
        "",
        "查明并答复",
        false,
    )
    .unwrap()
}

pub(super) fn ask(case: &mut Case, verb: Verb) -> Answer {
    let now = now();
    match verb {
        Verb::SettleOnTheSpot => case.settle("当场道歉并更正", now),
        Verb::FileToReception => case.file("须查阅流水", now, now),
        Verb::Accept => case.accept(now),
        Verb::AnswerDirectly => case.answer_directly(now, now),
        Verb::ProposeDecline => {
            case.propose_decline(&clerk(), DeclineGround::Groundless, "没有事实", now)
        }
        Verb::ApproveDecline => case.approve_decline(&head(), now),
        Verb::RejectDecline => case.reject_decline(&head(), "应予受理", now),
        Verb::IssueOrder => case.issue_order(Uuid::nil(), &draft(), now),
        Verb::SignOrder => case.sign_order("58900201", now),
        Verb::AssignHandler => {
            let handler = Handler {
                post: handler().post,
                person: handler().person,
            };
            case.assign(handler, now)
        }
        Verb::DeclareInterest => case.declare_interest("p-cousin", "亲属", now),
        Verb::RecordContact => case.record_contact(now, "已电话联系", now),
        Verb::RecordFindings => case.record_findings(&handler(), "查明如下", now),
        Verb::RecordSolution => case.record_solution(&handler(), "退还费用", now),
        Verb::RecordAnswer => case.record_answer(&handler(), now, now),
        Verb::FileResult => case.file_result(&handler(), "已办结", now),
        Verb::ReturnResult => case.return_result(&clerk(), "事实不清", now),
        Verb::PassResult => case.pass_result(&clerk(), now),
        Verb::RequestExtension => {
            let asked = (Uuid::nil(), "L18", case.extension_stage + 1);
            case.request_extension(
                &handler(),
                asked,
                "须鉴定",
                now + Duration::days(20),
                &Allowed::default(),
                now,
            )
        }
        Verb::ApproveExtension => case.approve_extension(&head(), None, now),
        Verb::RefuseExtension => case.refuse_extension(&head(), None, "理由不足", now),
        Verb::Withdraw => case.withdraw("来电撤回", now, now),
        Verb::Close => case.close(now),
        Verb::UrgeUnit => case.urge("请抓紧", now),
    }
}

/// The shortest way to a state in which every verb that the state allows finds what it rests on.
fn a_case_that_is(state: State) -> Case {
    use Verb::*;
    let handled: &[Verb] = &[
        FileToReception,
        Accept,
        IssueOrder,
        AssignHandler,
        RecordFindings,
        RecordAnswer,
    ];
    let then = |more: &[Verb]| [handled, more].concat();
    let path: Vec<Verb> = match state {
        Registered => vec![],
        Settled => vec![SettleOnTheSpot],
        Filed => vec![FileToReception],
        Accepted => vec![FileToReception, Accept],
        DeclineProposed => vec![FileToReception, ProposeDecline],
        Declined => vec![FileToReception, ProposeDecline, ApproveDecline],
        Answered => vec![FileToReception, AnswerDirectly],
        Ordered => vec![FileToReception, IssueOrder],
        Handling => handled.to_vec(),
        ResultFiled => then(&[FileResult]),
        ResultPassed => then(&[FileResult, PassResult]),
        Closed | Archived => then(&[FileResult, PassResult, Close]),
        Withdrawn => vec![Withdraw],
    };
    let mut case = a_case();
    for verb in path {
        assert!(
            matches!(ask(&mut case, verb), Ok(Outcome::Moved(_))),
            "{verb:?} on the way to {state:?}"
        );
    }
    if state == Archived {
        assert!(matches!(case.archive(now()), Ok(Outcome::Moved(_))));
    }
    assert_eq!(case.state, state);
    case
}

#[test]
fn g17_every_state_answers_every_verb_as_the_law_says() {
    let mut lines = LAW.lines().filter(|line| !line.trim().is_empty());
    let states: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(states, State::ALL.map(|state| format!("{state:?}")));
    let mut seen = 0;
    for (line, verb) in lines.zip(Verb::ALL) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next().unwrap(), format!("{verb:?}"));
        for (state, expected) in State::ALL.into_iter().zip(words) {
            seen += 1;
            let mut case = a_case_that_is(state);
            let before = case.clone();
            let said = match ask(&mut case, verb) {
                Ok(Outcome::Moved(_)) => "x",
                Ok(Outcome::Already) => "=",
                Err(_) => ".",
            };
            assert_eq!(said, expected, "{verb:?} a case that is {state:?}");
            assert_eq!(
                case.revision,
                before.revision + u64::from(expected == "x"),
                "{verb:?} {state:?}"
            );
            if expected != "x" {
                assert_eq!(
                    case, before,
                    "{verb:?} must leave a case that is {state:?} alone"
                );
            }
        }
    }
    assert_eq!(seen, Verb::ALL.len() * State::ALL.len());
}

#[test]
fn g15_the_proposer_of_a_decline_does_not_decide_on_it() {
    let mut case = a_case_that_is(Filed);
    assert!(
        case.propose_decline(&head(), DeclineGround::Empty, "没有内容", now())
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
        case.propose_decline(&head(), DeclineGround::Empty, "  ", now())
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
fn g13_a_result_is_not_filed_before_the_complainant_is_answered() {
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
