//! What becomes of the legal limit, and the call-back after the answer.

use suda_proto::{channel::v1::Manner, intake::v1::MaterialAdded};

use super::*;

fn material(stack: &Stack, view: &ComplaintView, revision: u64, new_facts: bool) -> MaterialAdded {
    MaterialAdded {
        complaint: Some(ComplaintView {
            revision,
            ..view.clone()
        }),
        occurred_at: now(stack),
        material_id: new_id(),
        new_facts,
        received_at: now(stack),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_3_new_facts_begin_the_limit_anew_once_and_after_the_decision_only_supplement_the_file()
{
    let stack = started().await;
    let view = complaint(&stack, 1);
    let case = registered(&stack, &view).await;
    let mut course = Course {
        stack: &stack,
        case,
    };
    course.file().await.accept().await.order().await;
    stack.clock.advance(days(3));
    let told = material(&stack, &view, 2, true);
    for _ in 0..2 {
        stack.publish(&told, "589002", &view.complaint_id).await;
    }
    stack.settle().await;
    let begun = stack.published::<PeriodRestarted>().await;
    assert_eq!((begun.len(), begun[0].period_from), (1, told.received_at));
    let file = get(&stack, &clerk(), &view.complaint_id).await.unwrap();
    course.moved(file.case);
    assert_eq!(course.case.period_from, told.received_at);
    assert_eq!(
        letters(&stack, &view.complaint_id, NoticeKind::Restart)
            .await
            .len(),
        1
    );
    // Nobody handles it yet: the leading unit is told.
    let heads = letters(&stack, &view.complaint_id, NoticeKind::Material).await;
    assert!(!heads.is_empty());
    // Material without new facts changes no limit.
    let plain = material(&stack, &view, 3, false);
    stack.publish(&plain, "589002", &view.complaint_id).await;
    stack.settle().await;

    course.assign_to("58900201-handler").await.unwrap();
    course.findings().await.answer().await;
    let late = material(&stack, &view, 4, true);
    stack.publish(&late, "589002", &view.complaint_id).await;
    stack.settle().await;
    assert_eq!(stack.published::<PeriodRestarted>().await.len(), 1);
    let file = get(&stack, &clerk(), &view.complaint_id).await.unwrap();
    let last = file.history.last().unwrap();
    assert_eq!(last.event, "MaterialAdded");
    assert!(
        last.texts
            .iter()
            .any(|text| text.text.contains("补充材料存档")),
        "{last:?}"
    );

    // A clerk may decide it too; a decided case refuses.
    let (request_id, case_id, expected_revision) = course.head();
    let asked = RestartPeriodRequest {
        request_id,
        case_id,
        expected_revision,
        received_at: now(&stack),
        reason: "转账凭证".into(),
    };
    let status = beyond(&stack, &clerk())
        .restart_period(asked)
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "case.decided");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_2_l23_the_limit_rests_with_a_ground_and_notice_and_runs_again() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let begin = |course: &Course<'_>, ground: PauseGround, basis: &str| {
        let (request_id, case_id, expected_revision) = course.head();
        BeginPauseRequest {
            request_id,
            case_id,
            expected_revision,
            ground: ground.into(),
            basis: basis.into(),
        }
    };
    let mut door = beyond(&stack, &clerk());
    for wrong in [
        begin(&course, PauseGround::Unspecified, "等材料"),
        begin(&course, PauseGround::Mediation, " "),
    ] {
        let status = door.begin_pause(wrong).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    }
    let asked = begin(
        &course,
        PauseGround::Mediation,
        "广东银行业调解中心,投诉人已书面同意",
    );
    let done = door.begin_pause(asked.clone()).await.unwrap().into_inner();
    assert_eq!(door.begin_pause(asked).await.unwrap().into_inner(), done);
    course.moved(done.case);
    assert_eq!(course.case.pause_ground(), PauseGround::Mediation);
    let told = stack.published::<PauseBegan>().await;
    assert_eq!((told.len(), told[0].ground()), (1, PauseGround::Mediation));
    assert_eq!(waiting(&stack, &clerk(), QueueKind::Paused).await, 1);
    let status = ask(&stack, &clerk())
        .answer_directly(direct_answer(&course, None))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "pause.runs");

    stack.clock.advance(days(4));
    let (request_id, case_id, expected_revision) = course.head();
    let end = EndPauseRequest {
        request_id,
        case_id,
        expected_revision,
        remark: "调解未成".into(),
    };
    let done = door.end_pause(end).await.unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(course.case.paused_at, None);
    let told = stack.published::<PauseEnded>().await;
    assert_eq!((told.len(), told[0].ground()), (1, PauseGround::Mediation));
    assert!(told[0].began_at.is_some() && told[0].began_at != told[0].occurred_at);
    assert_eq!(
        letters(&stack, &course.case.case_id, NoticeKind::Pause)
            .await
            .len(),
        2
    );
    let asked = GetCourseRequest {
        case_id: course.case.case_id.clone(),
    };
    let seen = door.get_course(asked).await.unwrap().into_inner();
    assert!(seen.pauses.len() == 1 && seen.pauses[0].ended_at.is_some());

    // A simulated clock may stand still while it rests, runs and rests again.
    for (ground, basis) in [
        (PauseGround::Mediation, "再次调解,投诉人已书面同意"),
        (PauseGround::Appraisal, "笔迹鉴定"),
    ] {
        let done = door.begin_pause(begin(&course, ground, basis)).await;
        course.moved(done.unwrap().into_inner().case);
        let (request_id, case_id, expected_revision) = course.head();
        let end = EndPauseRequest {
            request_id,
            case_id,
            expected_revision,
            remark: String::new(),
        };
        let done = door.end_pause(end).await.unwrap();
        course.moved(done.into_inner().case);
    }
    let asked = GetCourseRequest {
        case_id: course.case.case_id.clone(),
    };
    let seen = door.get_course(asked).await.unwrap().into_inner();
    let grounds: Vec<_> = seen.pauses.iter().map(Pause::ground).collect();
    assert_eq!(
        grounds,
        [
            PauseGround::Mediation,
            PauseGround::Mediation,
            PauseGround::Appraisal
        ]
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_6_z4_7_the_call_back_is_by_somebody_who_took_no_part() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_filed().await;
    course.pass_by(&clerk()).await.unwrap();
    course.close().await;
    assert_eq!(waiting(&stack, &clerk(), QueueKind::ToFollowUp).await, 1);
    let call = |course: &Course<'_>, heard: Satisfaction| {
        let (request_id, case_id, expected_revision) = course.head();
        FollowUpRequest {
            request_id,
            case_id,
            expected_revision,
            satisfaction: heard.into(),
            remark: "对退款速度满意".into(),
            called_at: None,
        }
    };
    // The handler holds a post at the reception too, and still must not.
    let both = handler().post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let status = beyond(&stack, &both)
        .follow_up(call(&course, Satisfaction::Satisfied))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "follow_up.handler");
    assert_eq!(waiting(&stack, &both, QueueKind::ToFollowUp).await, 0);
    let mut door = beyond(&stack, &clerk());
    let status = door
        .follow_up(call(&course, Satisfaction::Unspecified))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    // Not reached is not called back.
    for (heard, waits) in [(Satisfaction::NotReached, 1), (Satisfaction::Satisfied, 0)] {
        let done = door.follow_up(call(&course, heard)).await.unwrap();
        course.moved(done.into_inner().case);
        assert_eq!(course.case.satisfaction(), heard);
        assert_eq!(course.case.followed_up_at.is_some(), waits == 0);
        assert_eq!(
            waiting(&stack, &clerk(), QueueKind::ToFollowUp).await,
            waits
        );
    }
    assert_eq!(course.case.state(), CaseState::Closed);
    let told = stack.published::<FollowedUp>().await;
    assert_eq!(told.len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l19_a_complaint_from_a_machine_whose_clock_is_ahead_can_be_answered_at_once() {
    let stack = started().await;
    let ahead = chassis::testing::beginning() + TimeDelta::minutes(1);
    let view = ComplaintView {
        received_at: Some(stamp(ahead)),
        ..complaint(&stack, 1)
    };
    let mut course = Course {
        stack: &stack,
        case: registered(&stack, &view).await,
    };
    course.file().await;
    let delivery = Delivery {
        manner: Manner::PhoneCall.into(),
        note: "录音 20260923-17".into(),
        ..Delivery::default()
    };
    let answer = direct_answer(&course, Some(delivery));
    let done = ask(&stack, &clerk()).answer_directly(answer).await.unwrap();
    course.moved(done.into_inner().case);
    let answered = course.case.decision_notified_at;
    assert_eq!(answered, Some(stamp(ahead)), "not before it came");
    stack.stop().await;
}
