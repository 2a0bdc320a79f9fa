//! A complaint that is not accepted: proposed by one, approved by another, explained to the complainant.

use super::*;

/// Proposes a decline: because of an earlier answer when its number is given, else for want of facts.
fn propose(course: &Course<'_>, explanation: &str, answered: &str) -> ProposeDeclineRequest {
    let (request_id, case_id, expected_revision) = course.head();
    let ground = if answered.is_empty() {
        DeclineGround::Groundless
    } else {
        DeclineGround::AnsweredBefore
    };
    ProposeDeclineRequest {
        request_id,
        case_id,
        expected_revision,
        ground: ground.into(),
        explanation: explanation.into(),
        answered_number: answered.into(),
    }
}

fn approve(course: &Course<'_>) -> ApproveDeclineRequest {
    let (request_id, case_id, expected_revision) = course.head();
    ApproveDeclineRequest {
        request_id,
        case_id,
        expected_revision,
        remark: "同意".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_g16_a_decline_is_approved_by_another_and_explained_with_the_appeal_path() {
    let stack = started().await;
    let mut earlier = Course::new(&stack, 1).await;
    earlier.until_handled().await;
    let mut course = Course::new(&stack, 2).await;
    course.file().await;
    let answered = earlier.case.number.as_str();

    let mut head = ask(&stack, &reception_head());
    // Answered before means: there was an answer, to a complaint of this union, and it is named.
    let mut unnamed = propose(&course, "该事项已于六月答复。", answered);
    unnamed.answered_number = String::new();
    for wrong in [
        unnamed,
        propose(&course, "该事项已于六月答复。", answered),
        propose(&course, "该事项已于六月答复。", "589002-2026-000002"),
        propose(&course, "该事项已于六月答复。", "589001-2026-000001"),
    ] {
        let status = head.propose_decline(wrong).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    }
    earlier.findings().await.answer().await;
    let answered = earlier.case.number.as_str();
    let status = head
        .propose_decline(propose(&course, " ", answered))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let done = head
        .propose_decline(propose(&course, "该事项已于六月答复。", answered))
        .await
        .unwrap();
    course.moved(done.into_inner().case);

    // Neither the proposer nor a clerk approves it.
    let status = head.approve_decline(approve(&course)).await.unwrap_err();
    refused(
        &status,
        Code::FailedPrecondition,
        "decline.proposer_decides",
    );
    let status = ask(&stack, &clerk())
        .approve_decline(approve(&course))
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let waits = |who: Person| {
        let stack = &stack;
        async move {
            let asked = ListQueueRequest {
                kind: QueueKind::ToApprove.into(),
                page: None,
            };
            ask(stack, &who)
                .list_queue(asked)
                .await
                .unwrap()
                .into_inner()
                .items
                .len()
        }
    };
    assert_eq!(waits(reception_head()).await, 0);

    let deputy = person("p-deputy").post("589002SL-head", "589002SL", "589002", "reception_head");
    assert_eq!(waits(deputy.clone()).await, 1);
    let done = ask(&stack, &deputy)
        .approve_decline(approve(&course))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(
        (course.case.state(), course.case.outcome()),
        (CaseState::Declined, CaseOutcome::Declined)
    );
    let told = stack.published::<CaseDeclined>().await;
    assert_eq!(told[0].ground(), DeclineGround::AnsweredBefore);
    assert_eq!(told[0].answered_case_id, earlier.case.case_id);

    let file = get(&stack, &clerk(), &course.case.case_id).await.unwrap();
    let letter = file
        .notices
        .iter()
        .find(|notice| notice.view.as_ref().unwrap().kind() == NoticeKind::Decline);
    let text = &letter.unwrap().text;
    assert!(
        text.contains("该事项已于六月答复。")
            && text.contains("办事处")
            && text.contains("合规部")
            && text.contains("同业公会"),
        "{text}"
    );
    assert!(
        !text.contains("p-deputy"),
        "letters name posts, not persons: {text}"
    );
    assert_eq!(file.approvals[0].decision, "approved");
    assert!(
        file.open_to_caller.contains(&"Close".to_owned()),
        "{:?}",
        file.open_to_caller
    );
    course.close().await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_rejected_decline_is_accepted_and_goes_on() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let done = ask(&stack, &clerk())
        .propose_decline(propose(&course, "没有事实。", ""))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    let (request_id, case_id, expected_revision) = course.head();
    let asked = RejectDeclineRequest {
        request_id,
        case_id,
        expected_revision,
        reason: "事实清楚,应予受理".into(),
    };
    let done = ask(&stack, &reception_head())
        .reject_decline(asked)
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(course.case.state(), CaseState::Accepted);
    course.order().await;
    assert_eq!(stack.published::<DeclineRejected>().await.len(), 1);
    stack.stop().await;
}
