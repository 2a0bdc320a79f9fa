//! The law as one table, and how every verb is asked in it.

use chrono::Duration;

use super::{
    course::{Matter, PauseGround, Satisfaction, Superior, SuperiorKind},
    *,
};
use crate::domain::{
    extension::Allowed,
    standing::{Role, Verb},
};

/// The whole law. A row is what is asked, a column where the case stands. `x` moves, `=` already so, `.` no.
const LAW: &str = "
                   Registered Settled Filed Accepted DeclineProposed Declined Answered Ordered Handling ResultFiled ResultPassed Closed Withdrawn Archived Transferred Joined
SettleOnTheSpot    x          =       .     .        .               .        .        .       .        .           .            .      .         .        .           .
FileToReception    x          .       =     .        .               .        .        .       .        .           .            .      .         .        .           .
Accept             .          .       x     =        .               .        .        .       .        .           .            .      .         .        .           .
AnswerDirectly     .          .       x     x        .               .        =        .       .        .           .            .      .         .        .           .
ProposeDecline     .          .       x     x        =               .        .        .       .        .           .            .      .         .        .           .
ApproveDecline     .          .       .     .        x               =        .        .       .        .           .            .      .         .        .           .
RejectDecline      .          .       .     .        x               .        .        .       .        .           .            .      .         .        .           .
IssueOrder         .          .       x     x        .               .        .        .       .        .           .            .      .         .        .           .
SignOrder          .          .       .     .        .               .        .        x       x        x           .            .      .         .        .           .
AssignHandler      .          .       .     .        .               .        .        x       =        .           .            .      .         .        .           .
DeclareInterest    x          x       x     x        x               x        x        x       x        x           x            .      .         .        x           x
RecordContact      .          .       x     x        .               .        .        x       x        x           .            .      .         .        .           .
RecordFindings     .          .       .     .        .               .        .        .       x        .           .            .      .         .        .           .
RecordSolution     .          .       .     .        .               .        .        .       x        .           .            .      .         .        .           .
RecordAnswer       .          .       .     .        .               .        .        .       x        .           .            .      .         .        .           .
FileResult         .          .       .     .        .               .        .        .       x        =           .            .      .         .        .           .
ReturnResult       .          .       .     .        .               .        .        .       .        x           .            .      .         .        .           .
PassResult         .          .       .     .        .               .        .        .       .        x           =            .      .         .        .           .
RequestExtension   .          .       x     x        x               .        .        x       x        x           .            .      .         .        .           .
ApproveExtension   .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
RefuseExtension    .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
Withdraw           x          .       x     x        x               .        .        x       x        x           .            .      =         .        .           x
Close              .          x       .     .        .               x        x        .       .        .           x            =      .         .        .           .
UrgeUnit           .          .       .     .        .               .        .        x       x        .           .            .      .         .        .           .
RecordSuperior     x          x       x     x        x               x        x        x       x        x           x            .      .         .        .           .
ReportToSuperior   .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
TransferOut        .          .       x     x        .               .        .        x       x        .           .            .      .         .        =           .
ReceiptTransfer    .          .       .     .        .               .        .        .       .        .           .            .      .         .        x           .
RequestBounce      .          .       .     .        .               .        .        x       x        .           .            .      .         .        .           .
RuleBounce         .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
JoinCase           x          .       x     x        .               .        .        .       .        .           .            .      .         .        .           =
RestartPeriod      x          .       x     x        x               .        .        x       .        .           .            .      .         .        .           .
BeginPause         x          .       x     x        .               .        .        x       .        .           .            .      .         .        .           .
EndPause           .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
FollowUp           .          x       .     .        .               .        x        .       .        .           x            x      .         x        .           .
FormGroup          .          .       .     .        .               .        .        x       x        .           .            .      .         .        .           .
AdmitSkipLevel     .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
ReferSkipLevel     .          .       .     .        .               .        .        .       .        .           .            .      .         .        .           .
NoteRelation       x          x       x     x        x               x        x        x       x        x           x            x      x         x        x           x
";

pub(super) fn now() -> DateTime<Utc> {
    "2026-09-23T02:00:00Z".parse().unwrap()
}

pub(super) fn actor(post: &str, unit: &str, role: Role, person: &str) -> Actor {
    Actor {
        post: post.to_owned(),
        unit: unit.to_owned(),
        union: "589002".to_owned(),
        role,
        person: person.to_owned(),
        name: String::new(),
    }
}

pub(super) fn handler() -> Actor {
    actor("58900201-handler", "58900201", Role::Handler, "p-handler")
}

pub(super) fn clerk() -> Actor {
    actor(
        "589002SL-clerk",
        "589002SL",
        Role::ReceptionClerk,
        "p-clerk",
    )
}

pub(super) fn head() -> Actor {
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

/// A case that another one may be joined to.
pub(super) fn a_lead() -> Case {
    let mut lead = a_case();
    lead.id = Uuid::from_u128(7);
    lead.registration.number = "589002-2026-000007".to_owned();
    lead
}

pub(super) fn superior() -> Superior {
    Superior {
        number: "粤监转〔2026〕18号".to_owned(),
        kind: SuperiorKind::Regulator,
        due_at: Some(now() + Duration::days(10)),
    }
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

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others stand in the next function"
)]
pub(super) fn ask(case: &mut Case, verb: Verb) -> Answer {
    let now = now();
    match verb {
        Verb::SettleOnTheSpot => case.settle("p-clerk", "当场道歉并更正", now),
        Verb::FileToReception => case.file("须查阅流水", now, now),
        Verb::Accept => case.accept(now),
        Verb::AnswerDirectly => case.answer_directly("p-clerk", now, now),
        Verb::ProposeDecline => {
            case.propose_decline(&clerk(), (DeclineGround::Groundless, None), "没有事实", now)
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
        _ => ask_course(case, verb),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others stand in the function before"
)]
fn ask_course(case: &mut Case, verb: Verb) -> Answer {
    let (now, other) = (now(), Uuid::from_u128(9));
    match verb {
        Verb::RecordSuperior => case.pass_on(superior(), now),
        Verb::ReportToSuperior => case.report("已退还并答复", "台农商合规〔2026〕3号", now),
        Verb::TransferOut => {
            case.transfer_out(other, Matter::CriminalCase, "589002JC", "涉嫌挪用", now)
        }
        Verb::ReceiptTransfer => case.receipt("收 12 号", now),
        Verb::RequestBounce => {
            let unit_head = actor("58900201-head", "58900201", Role::UnitHead, "p-unit-head");
            case.request_bounce(&unit_head, "58900201", "系统问题属科技部职责", now)
        }
        Verb::RuleBounce => case.rule_bounce(&head(), true, "依职责分工", "58900202", now),
        Verb::JoinCase => case.join(&a_lead(), "同一事项", now),
        Verb::RestartPeriod => case.restart(now, "补充转账凭证", now),
        Verb::BeginPause => case.begin_pause(PauseGround::Appraisal, "笔迹鉴定", now),
        Verb::EndPause => case.end_pause(now),
        Verb::FollowUp => case.follow_up(&head(), Satisfaction::Satisfied, "满意", now, now),
        Verb::FormGroup => {
            let member = Handler {
                post: "589002KJ-head".to_owned(),
                person: "p-tech".to_owned(),
            };
            case.form_group(&["589002CW".to_owned()], &[member], "查清资金去向", now)
        }
        Verb::AdmitSkipLevel => case.admit("", "投诉受理部门自身", now),
        Verb::ReferSkipLevel => case.refer(other, "589002SL", now),
        Verb::NoteRelation => case.note_relation("p-brother", "兄弟", now),
        other => unreachable!("{other:?} is of the ordinary course"),
    }
}

/// The shortest way to a state in which every verb that the state allows finds what it rests on.
pub(super) fn a_case_that_is(state: State) -> Case {
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
        Transferred => vec![FileToReception, TransferOut],
        Joined => vec![JoinCase],
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
fn g17_1_g17_2_every_state_answers_every_verb_as_the_law_says() {
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
            if expected != "." {
                assert!(
                    expected == "=" || verb.moves(state),
                    "the table of standing forbids {verb:?} a case that is {state:?}"
                );
            }
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
