//! Cases beyond the ordinary course, under the limits as they are shipped.

use chassis::{
    grpc::timestamp,
    testing::{Person, Stack, person},
};
use sla_watchdog::SlaWatchdog;
use suda_proto::{
    common::v1::Nature,
    intake::v1::{ComplaintRegistered, ComplaintView},
    routing::v1::{
        AnswerSent, AppealDecided, AppealLodged, AppealView, BounceRequested, BounceRuled,
        CaseClosed, CaseJoined, CaseTransferredIn, CaseView, ContactRecorded, DecisionNotified,
        FollowedUp, PauseBegan, PauseEnded, PauseGround, PeriodRestarted, ResultPassed,
        SolutionProposed, SuperiorReported,
    },
    sla_watchdog::v1::{
        ClockMoved, ClockPaused, ClockState, ClockView, Escalated, ExplainRequest,
        ListClocksRequest, SubjectKind, WarningDue, WindowLapsed,
        sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};

use crate::{
    herd::left,
    law::{
        CASE, COMPLAINT, at, case, filed, ordered, publish_calendar, publish_policy, result_filed,
        tell_law,
    },
    shipped::shipped,
};

pub(crate) async fn stack() -> Stack {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    let reference = shipped();
    for mut calendar in reference.calendars {
        calendar.version = 2;
        publish_calendar(&stack, calendar).await;
    }
    for mut policy in reference.policies {
        policy.version = 2;
        publish_policy(&stack, policy).await;
    }
    stack
}

pub(crate) async fn tell<M: prost::Message + prost::Name>(stack: &Stack, fact: M) {
    stack.publish(&fact, "589002", CASE).await;
    stack.settle().await;
}

fn when(text: &str) -> Option<prost_types::Timestamp> {
    Some(timestamp(at(text)))
}

fn registered() -> ComplaintRegistered {
    ComplaintRegistered {
        complaint: Some(ComplaintView {
            complaint_id: COMPLAINT.to_owned(),
            number: "589002-2026-000001".to_owned(),
            union_code: "589002".to_owned(),
            unit_code: "589002SL".to_owned(),
            registered_at_reception: true,
            nature: Nature::ConsumerComplaint.into(),
            received_at: when("2026-09-22T09:00:00+08:00"),
            has_contact: true,
            revision: 1,
            ..ComplaintView::default()
        }),
        occurred_at: when("2026-09-22T09:05:00+08:00"),
    }
}

fn clerk() -> Person {
    person("P9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk")
}

async fn clocks(stack: &Stack) -> Vec<ClockView> {
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&clerk()));
    let request = ListClocksRequest {
        case_id: COMPLAINT.to_owned(),
        ..ListClocksRequest::default()
    };
    client
        .list_clocks(request)
        .await
        .unwrap()
        .into_inner()
        .clocks
}

pub(crate) async fn clock(stack: &Stack, code: &str) -> (String, ClockState) {
    let clocks = clocks(stack).await;
    let clock = clocks.iter().find(|clock| clock.code == code).unwrap();
    (clock.due_words.clone(), clock.state())
}

fn is(words: &str, state: ClockState) -> (String, ClockState) {
    (words.to_owned(), state)
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_2a_g18_2b_what_a_superior_passed_on_is_done_by_its_date_and_reported_three_working_days_after()
 {
    let stack = stack().await;
    let with_number = |revision| CaseView {
        superior_number: "粤农信办〔2026〕17号".to_owned(),
        superior_due_at: when("2026-10-09T17:30:00+08:00"),
        ..case(revision)
    };
    tell(
        &stack,
        CaseTransferredIn {
            case: Some(with_number(2)),
            occurred_at: when("2026-09-23T10:00:00+08:00"),
            ..CaseTransferredIn::default()
        },
    )
    .await;
    assert_eq!(
        clock(&stack, "G18.2a").await,
        is("2026-10-09 17:30", ClockState::Running)
    );
    tell(&stack, result_filed("2026-09-29T10:00:00+08:00")).await;
    assert_eq!(clock(&stack, "G18.2a").await.1, ClockState::Met);
    tell(
        &stack,
        ResultPassed {
            case: Some(with_number(6)),
            occurred_at: when("2026-09-30T10:00:00+08:00"),
            ..ResultPassed::default()
        },
    )
    .await;
    assert_eq!(
        clock(&stack, "G18.2b").await,
        is("2026-10-10 17:30", ClockState::Running)
    );
    tell(
        &stack,
        SuperiorReported {
            case: Some(with_number(7)),
            occurred_at: when("2026-10-10T17:30:00+08:00"),
            ..SuperiorReported::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "G18.2b").await.1, ClockState::Met);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_2_l23_while_an_appraisal_lasts_nobody_is_warned_and_its_whole_days_are_left_out() {
    let stack = stack().await;
    tell(&stack, registered()).await;
    assert_eq!(
        clock(&stack, "L18").await,
        is("2026-10-07 24:00", ClockState::Running)
    );
    let (_, idle) = left(&stack).await;
    let case_at = |revision| Some(case(revision));
    tell(
        &stack,
        PauseBegan {
            case: case_at(2),
            occurred_at: when("2026-09-24T15:00:00+08:00"),
            ground: PauseGround::Appraisal.into(),
            ..PauseBegan::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "L18").await.1, ClockState::Paused);
    assert!(left(&stack).await.1 > idle, "its messages rest with it");
    assert_eq!(
        stack.published::<ClockPaused>().await[0].ground,
        "appraisal"
    );
    stack.clock.set(at("2026-10-12T10:00:00+08:00"));
    stack.run_task("tell_due").await;
    let about_l18 = |clock: &Option<ClockView>| clock.as_ref().unwrap().code == "L18";
    assert!(
        !stack
            .published::<WarningDue>()
            .await
            .iter()
            .any(|told| about_l18(&told.clock))
    );
    assert!(
        !stack
            .published::<Escalated>()
            .await
            .iter()
            .any(|told| about_l18(&told.clock))
    );
    tell(
        &stack,
        PauseEnded {
            case: case_at(3),
            occurred_at: when("2026-10-12T10:00:00+08:00"),
            ground: PauseGround::Appraisal.into(),
            began_at: when("2026-09-24T15:00:00+08:00"),
            ..PauseEnded::default()
        },
    )
    .await;
    left(&stack).await;
    // 25 September to 11 October are seventeen whole days.
    assert_eq!(
        clock(&stack, "L18").await,
        is("2026-10-24 24:00", ClockState::Running)
    );
    let moved = stack.published::<ClockMoved>().await;
    assert!(moved[0].reason.contains("鉴定或调解期间"));
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&clerk()));
    let request = ExplainRequest {
        case_id: COMPLAINT.to_owned(),
        clock_code: "L18".to_owned(),
    };
    let told = client.explain(request).await.unwrap().into_inner();
    let ledger = told.explanation.unwrap().ledger.unwrap();
    assert_eq!(
        (ledger.total, ledger.consumed, ledger.pauses[0].days),
        (15, 3, 17)
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_l21_a_letter_posted_in_time_and_written_down_late_is_in_time_and_an_answer_alone_stops_nothing()
 {
    let stack = stack().await;
    tell(&stack, registered()).await;
    tell(
        &stack,
        AnswerSent {
            case: Some(case(5)),
            occurred_at: when("2026-09-29T10:00:00+08:00"),
            ..AnswerSent::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "L18").await.1, ClockState::Running);
    stack.clock.set(at("2026-10-09T10:00:00+08:00"));
    stack.run_task("tell_due").await;
    assert_eq!(clock(&stack, "L18").await.1, ClockState::Overdue);
    tell(
        &stack,
        DecisionNotified {
            case: Some(case(5)),
            occurred_at: when("2026-10-07T16:00:00+08:00"),
            ..DecisionNotified::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "L18").await.1, ClockState::Met);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_3_new_facts_begin_the_legal_period_anew_and_no_other() {
    let stack = stack().await;
    tell(&stack, registered()).await;
    tell(
        &stack,
        PeriodRestarted {
            case: Some(case(4)),
            occurred_at: when("2026-09-30T11:00:00+08:00"),
            period_from: when("2026-09-29T18:00:00+08:00"),
            ..PeriodRestarted::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "L18").await.0, "2026-10-14 24:00");
    assert_eq!(clock(&stack, "G18.3").await.0, "2026-12-22 24:00");
    let moved = stack.published::<ClockMoved>().await;
    assert_eq!(moved.len(), 1);
    assert!(moved[0].reason.contains("新的事实和理由"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p53_a_case_that_is_joined_to_another_has_no_clock_of_its_own_any_more_and_a_bounce_stops_none()
 {
    let stack = stack().await;
    tell(&stack, registered()).await;
    tell(&stack, filed("2026-09-22T09:00:00+08:00")).await;
    tell(&stack, ordered("2026-09-23T10:00:00+08:00")).await;
    let before = clock(&stack, "G18.1c").await;
    tell(
        &stack,
        BounceRequested {
            case: Some(case(3)),
            occurred_at: when("2026-09-24T10:00:00+08:00"),
            unit_code: "589002XD".to_owned(),
            ..BounceRequested::default()
        },
    )
    .await;
    tell(
        &stack,
        BounceRuled {
            case: Some(case(4)),
            occurred_at: when("2026-09-24T16:00:00+08:00"),
            unit_code: "589002XD".to_owned(),
            ..BounceRuled::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "G18.1c").await, before);
    tell(
        &stack,
        CaseJoined {
            case: Some(case(5)),
            occurred_at: when("2026-09-25T10:00:00+08:00"),
            ..CaseJoined::default()
        },
    )
    .await;
    let running = clocks(&stack).await;
    let running: Vec<_> = running
        .iter()
        .filter(|clock| clock.stopped_at.is_none())
        .collect();
    assert!(running.is_empty(), "{running:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn z5_1_z5_2_z5_3_contact_in_24_hours_solution_in_48_and_a_call_back_in_72_that_reached_somebody()
 {
    let stack = stack().await;
    tell(&stack, registered()).await;
    assert_eq!(
        clock(&stack, "Z5.1").await,
        is("2026-09-23 09:00", ClockState::Running)
    );
    assert_eq!(
        clock(&stack, "Z5.2").await,
        is("2026-09-24 09:00", ClockState::Running)
    );
    tell(
        &stack,
        ContactRecorded {
            case: Some(case(2)),
            occurred_at: when("2026-09-23T10:00:00+08:00"),
            contacted_at: when("2026-09-23T08:50:00+08:00"),
            ..ContactRecorded::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "Z5.1").await.1, ClockState::Met);
    tell(
        &stack,
        SolutionProposed {
            case: Some(case(3)),
            occurred_at: when("2026-09-24T09:00:01+08:00"),
            ..SolutionProposed::default()
        },
    )
    .await;
    assert_eq!(clock(&stack, "Z5.2").await.1, ClockState::Breached);
    tell(
        &stack,
        CaseClosed {
            case: Some(case(4)),
            occurred_at: when("2026-09-30T16:20:00+08:00"),
            ..CaseClosed::default()
        },
    )
    .await;
    let follow_up = |revision, reached: Option<&str>| FollowedUp {
        case: Some(CaseView {
            followed_up_at: reached.and_then(when),
            ..case(revision)
        }),
        occurred_at: when("2026-10-01T10:00:00+08:00"),
        ..FollowedUp::default()
    };
    tell(&stack, follow_up(5, None)).await;
    assert_eq!(
        clock(&stack, "Z5.3").await,
        is("2026-10-03 16:20", ClockState::Running)
    );
    tell(&stack, follow_up(6, Some("2026-10-01T10:00:00+08:00"))).await;
    assert_eq!(clock(&stack, "Z5.3").await.1, ClockState::Met);
    assert!(
        clocks(&stack)
            .await
            .iter()
            .any(|clock| clock.code == "Z5.3" && clock.outlives_case)
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l20a_l20b_the_complainant_s_window_lapses_without_blame_and_the_body_decides_in_thirty_days()
 {
    let stack = stack().await;
    tell(&stack, registered()).await;
    let told = DecisionNotified {
        case: Some(case(5)),
        occurred_at: when("2026-09-25T10:00:00+08:00"),
        ..DecisionNotified::default()
    };
    tell(&stack, told).await;
    assert_eq!(
        clock(&stack, "L20a").await,
        is("2026-10-25 24:00", ClockState::Running)
    );
    let appeal = |revision| {
        Some(AppealView {
            appeal_id: "0192aaaa-0000-7000-8000-000000000055".to_owned(),
            number: "5890-SS-2026-0001".to_owned(),
            case_id: CASE.to_owned(),
            union_code: "589002".to_owned(),
            unit_code: "5890".to_owned(),
            received_at: when("2026-10-20T16:00:00+08:00"),
            revision,
            ..AppealView::default()
        })
    };
    let lodged = AppealLodged {
        case: Some(case(6)),
        occurred_at: when("2026-10-20T16:00:00+08:00"),
        appeal: appeal(1),
        ..AppealLodged::default()
    };
    tell(&stack, lodged).await;
    assert_eq!(clock(&stack, "L20a").await.1, ClockState::Met);
    let head = person("P2").post("5890-head", "5890", "5890", "office_head");
    let head = head.unions(["5890", "589002"]);
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&head));
    let asked = ListClocksRequest {
        subject_kind: SubjectKind::Appeal.into(),
        ..ListClocksRequest::default()
    };
    let open = client
        .list_clocks(asked.clone())
        .await
        .unwrap()
        .into_inner()
        .clocks;
    assert_eq!(
        (open[0].code.as_str(), open[0].due_words.as_str()),
        ("L20b", "2026-11-19 24:00")
    );
    let decided = AppealDecided {
        case: Some(case(7)),
        occurred_at: when("2026-11-10T16:00:00+08:00"),
        appeal: appeal(3),
        ..AppealDecided::default()
    };
    tell(&stack, decided).await;
    assert!(
        client
            .list_clocks(asked)
            .await
            .unwrap()
            .into_inner()
            .clocks
            .is_empty()
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l20a_a_window_nobody_used_is_over_and_nobody_was_late() {
    let stack = stack().await;
    tell(&stack, registered()).await;
    let told = DecisionNotified {
        case: Some(case(5)),
        occurred_at: when("2026-09-25T10:00:00+08:00"),
        ..DecisionNotified::default()
    };
    tell(&stack, told).await;
    stack.clock.set(at("2026-10-26T09:00:00+08:00"));
    stack.run_task("tell_due").await;
    assert_eq!(clock(&stack, "L20a").await.1, ClockState::Lapsed);
    assert_eq!(stack.published::<WindowLapsed>().await.len(), 1);
    stack.stop().await;
}
