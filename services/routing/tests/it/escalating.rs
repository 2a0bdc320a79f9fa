//! What the watchdog tells: alarms to posts, and items that an office or the compliance department must answer.

use suda_proto::sla_watchdog::v1::{ClockView, Escalated, RungView, WarningDue};

use super::*;

fn clock(stack: &Stack, case: &CaseView) -> ClockView {
    ClockView {
        clock_id: new_id(),
        code: "G18.1c".into(),
        case_id: case.case_id.clone(),
        union_code: case.union_code.clone(),
        due_at: now(stack),
        ..ClockView::default()
    }
}

fn rung(stack: &Stack, code: &str, to_post: &str, to_unit: &str) -> RungView {
    RungView {
        rung_code: code.into(),
        recipient: code.into(),
        to_post: to_post.into(),
        to_unit: to_unit.into(),
        legal_at: now(stack),
        sent_at: now(stack),
        ..RungView::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ladder_an_item_at_the_office_is_acknowledged_and_answered() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let warning = WarningDue {
        clock: Some(clock(&stack, &course.case)),
        occurred_at: now(&stack),
        rung: Some(rung(&stack, "handler", "58900201-handler", "58900201")),
    };
    stack
        .publish(&warning, "589002", &course.case.case_id)
        .await;
    let mut overdue = Escalated {
        clock: Some(clock(&stack, &course.case)),
        occurred_at: now(&stack),
        rung: Some(rung(&stack, "reception_head", "589002SL-head", "589002SL")),
    };
    stack
        .publish(&overdue, "589002", &course.case.case_id)
        .await;
    overdue.rung = Some(rung(&stack, "office", "5890-head", ""));
    let id = stack
        .publish(&overdue, "589002", &course.case.case_id)
        .await;
    // Told twice, it is one item.
    stack
        .publish_as(id, &overdue, "589002", &course.case.case_id)
        .await;
    let opened = stack.published::<EscalationOpened>().await;
    assert_eq!(opened.len(), 1);
    let item = opened[0].escalation.clone().unwrap();
    assert_eq!(
        (item.unit_code.as_str(), item.clock_code.as_str()),
        ("5890", "G18.1c")
    );

    // Each post is told; a post without a mailbox finds it in its list.
    let alarms: Vec<(String, NoticeKind, Channel)> = stack
        .published::<NoticeRequested>()
        .await
        .into_iter()
        .map(|told| told.notice.unwrap())
        .map(|notice| (notice.to_post.clone(), notice.kind(), notice.channel()))
        .filter(|(_, kind, _)| [NoticeKind::Warning, NoticeKind::Escalation].contains(kind))
        .collect();
    let expected = [
        (
            "58900201-handler",
            NoticeKind::Warning,
            Channel::Unspecified,
        ),
        ("589002SL-head", NoticeKind::Escalation, Channel::Email),
        ("5890-head", NoticeKind::Escalation, Channel::Email),
    ];
    assert_eq!(
        alarms,
        expected.map(|(post, kind, channel)| (post.to_owned(), kind, channel))
    );

    let queue = ListQueueRequest {
        kind: QueueKind::Escalations.into(),
        page: None,
    };
    let mut officer = ask(&stack, &office());
    let waiting = officer.list_queue(queue).await.unwrap().into_inner();
    assert_eq!(
        waiting.items[0].escalation.as_ref().unwrap().escalation_id,
        item.escalation_id
    );
    assert_eq!(
        waiting
            .counts
            .iter()
            .find(|count| count.kind() == QueueKind::Escalations)
            .unwrap()
            .count,
        1
    );

    let answer = |revision, text: &str| AnswerEscalationRequest {
        request_id: new_id(),
        escalation_id: item.escalation_id.clone(),
        expected_revision: revision,
        answer: text.into(),
    };
    let status = officer
        .answer_escalation(answer(1, "已督促"))
        .await
        .unwrap_err();
    refused(
        &status,
        Code::FailedPrecondition,
        "escalation.not_acknowledged",
    );
    let acknowledge = AcknowledgeEscalationRequest {
        request_id: new_id(),
        escalation_id: item.escalation_id.clone(),
        expected_revision: 1,
    };
    // The union below does not take note of what lies before the office.
    let status = ask(&stack, &reception_head())
        .acknowledge_escalation(acknowledge.clone())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let done = officer
        .acknowledge_escalation(acknowledge.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        done,
        officer
            .acknowledge_escalation(acknowledge)
            .await
            .unwrap()
            .into_inner()
    );
    refused(
        &officer
            .answer_escalation(answer(1, "已督促"))
            .await
            .unwrap_err(),
        Code::Aborted,
        "request.stale",
    );
    let done = officer
        .answer_escalation(answer(2, "已约谈,限三日办结"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(done.escalation.unwrap().state(), EscalationState::Answered);

    let listed = officer
        .list_escalations(ListEscalationsRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.escalations[0].answer, "已约谈,限三日办结");
    assert_eq!(stack.published::<EscalationAcknowledged>().await.len(), 1);
    assert_eq!(stack.published::<EscalationAnswered>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_that_is_told_before_its_case_waits_for_it() {
    let stack = started().await;
    let complaint = complaint(&stack, 7);
    let case = CaseView {
        case_id: complaint.complaint_id.clone(),
        union_code: "589002".into(),
        ..CaseView::default()
    };
    let overdue = Escalated {
        clock: Some(clock(&stack, &case)),
        occurred_at: now(&stack),
        rung: Some(rung(&stack, "compliance", "44HG-head", "44HG")),
    };
    stack.publish(&overdue, "589002", &case.case_id).await;
    registered(&stack, &complaint).await;
    assert_eq!(stack.published::<EscalationOpened>().await.len(), 1);
    stack.stop().await;
}
