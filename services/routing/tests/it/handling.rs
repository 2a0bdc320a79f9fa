//! The ordinary course of a case, its review, and its archive.

use suda_proto::{
    archive::v1::{CaseSealed, FileView},
    routing::v1::SettleOnTheSpotRequest,
};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn g17_2_g13_2_a_case_goes_its_ordinary_course_to_the_archive() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    assert_eq!(course.case.state(), CaseState::Registered);
    course.until_filed().await;
    let ordered_at = course.case.ordered_at;
    course.pass_by(&clerk()).await.unwrap().close().await;
    assert_eq!(
        (course.case.state(), course.case.outcome()),
        (CaseState::Closed, CaseOutcome::Handled)
    );
    assert!(ordered_at.is_some() && course.case.decision_notified_at.is_some());

    // Each fact is told once, with the case after it.
    let closed = stack.published::<CaseClosed>().await;
    assert_eq!(closed.len(), 1);
    assert_eq!(
        closed[0].case.as_ref().unwrap().revision,
        course.case.revision
    );
    assert_eq!(stack.published::<CaseOpened>().await.len(), 1);
    assert_eq!(
        stack.published::<OrderIssued>().await[0].actor_post,
        "589002SL-clerk"
    );
    assert_eq!(stack.published::<AnswerSent>().await.len(), 1);

    // The archive reads the whole file, under the role of a service.
    let file = get(&stack, &service(), &course.case.case_id).await.unwrap();
    let events: Vec<&str> = file
        .history
        .iter()
        .map(|entry| entry.event.as_str())
        .collect();
    let course_of_events = [
        "CaseOpened",
        "CaseFiled",
        "CaseAccepted",
        "OrderIssued",
        "HandlerAssigned",
        "FindingsRecorded",
        "AnswerSent",
        "ResultFiled",
        "ResultPassed",
        "CaseClosed",
    ];
    assert_eq!(events, course_of_events);
    let filed = &file.history[1];
    assert_eq!(
        (filed.actor_post.as_str(), filed.actor_person_id.as_str()),
        ("58900201-receiver", "p-receiver")
    );
    assert_eq!(filed.texts[0].text, "须查阅流水");
    assert_eq!(file.answer.unwrap(), four_parts());
    let order = file.order.unwrap();
    assert_eq!(order.order_number, "589002-2026-000001-D1");
    assert_eq!(
        (order.units[0].unit_name.as_str(), order.units[0].lead),
        ("台城支行", true)
    );

    // No text and no identity leaves in an event.
    let leaked = "SELECT count(*) AS count FROM outbox
         WHERE position(convert_to('重复扣款', 'UTF8') IN body) > 0 OR position(convert_to('须查阅', 'UTF8') IN body) > 0";
    assert_eq!(stack.count(leaked).await, 0);

    let sealed = CaseSealed {
        file: Some(FileView {
            case_id: course.case.case_id.clone(),
            ..FileView::default()
        }),
        occurred_at: now(&stack),
    };
    for _ in 0..2 {
        stack.publish(&sealed, "589002", &course.case.case_id).await;
        stack.settle().await;
    }
    let file = get(&stack, &clerk(), &course.case.case_id).await.unwrap();
    assert_eq!(file.case.unwrap().state(), CaseState::Archived);
    assert_eq!(file.history.len(), course_of_events.len() + 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_3_a_result_is_returned_with_reasons_and_never_reviewed_by_its_author() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_filed().await;
    let due_from = course.case.ordered_at;
    let author = person("p-handler")
        .post("58900201-handler", "58900201", "589002", "handler")
        .post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    refused(
        &course.pass_by(&author).await.err().unwrap(),
        Code::FailedPrecondition,
        "review.author_reviews",
    );

    let returned = |reasons: &str, course: &Course<'_>| {
        let (request_id, case_id, expected_revision) = course.head();
        ReturnResultRequest {
            request_id,
            case_id,
            expected_revision,
            reasons: reasons.into(),
        }
    };
    let mut client = ask(&stack, &clerk());
    let status = client
        .return_result(returned("  ", &course))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let done = client
        .return_result(returned("没有附流水", &course))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(
        (course.case.state(), course.case.ordered_at),
        (CaseState::Handling, due_from)
    );
    course.result().await.pass_by(&clerk()).await.unwrap();
    assert_eq!(stack.published::<ResultFiled>().await.len(), 2);
    assert_eq!(stack.published::<ResultReturned>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_or_repeated_request_changes_nothing_twice() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let (request_id, case_id, expected_revision) = course.head();
    let asked = AcceptRequest {
        request_id,
        case_id,
        expected_revision,
        opinion: "受理".into(),
    };
    let mut client = ask(&stack, &clerk());
    let first = client.accept(asked.clone()).await.unwrap().into_inner();
    let again = client.accept(asked.clone()).await.unwrap().into_inner();
    assert_eq!(first, again);

    // The same id for something else is refused, and an old revision is stale.
    let other = AcceptRequest {
        opinion: "另一意见".into(),
        ..asked.clone()
    };
    assert_eq!(
        client.accept(other).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    let stale = AcceptRequest {
        request_id: new_id(),
        ..asked
    };
    refused(
        &client.accept(stale).await.unwrap_err(),
        Code::Aborted,
        "request.stale",
    );
    assert_eq!(stack.published::<CaseAccepted>().await.len(), 1);

    // Many at once: one moves the case, the others are told.
    let order = |revision| IssueOrderRequest {
        request_id: new_id(),
        case_id: course.case.case_id.clone(),
        expected_revision: revision,
        lead_unit_code: "58900201".into(),
        requirements: "查明".into(),
        ..IssueOrderRequest::default()
    };
    let revision = first.case.unwrap().revision;
    let (mut one, mut two) = (client.clone(), client.clone());
    let (a, b) = tokio::join!(
        one.issue_order(order(revision)),
        two.issue_order(order(revision))
    );
    assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1);
    refused(
        &a.err().or(b.err()).unwrap(),
        Code::Aborted,
        "request.stale",
    );
    assert_eq!(stack.published::<OrderIssued>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1c_signing_changes_no_instant_and_only_a_living_unit_of_the_union_is_ordered() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let (request_id, case_id, expected_revision) = course.head();
    let foreign = IssueOrderRequest {
        request_id,
        case_id,
        expected_revision,
        lead_unit_code: "58900101".into(),
        requirements: "查明".into(),
        ..IssueOrderRequest::default()
    };
    let status = ask(&stack, &clerk())
        .issue_order(foreign)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(
        chassis::grpc::sentence(&status).contains("lead_unit_code"),
        "{status:?}"
    );

    course.order().await;
    let served = course.case.ordered_at;
    stack.clock.advance(days(2));
    let (request_id, case_id, expected_revision) = course.head();
    let sign = SignOrderRequest {
        request_id,
        case_id,
        expected_revision,
        unit_code: String::new(),
    };
    let done = ask(&stack, &unit_head())
        .sign_order(sign)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap();
    assert_eq!(
        (done.ordered_at, done.state()),
        (served, CaseState::Ordered)
    );
    let told = stack.published::<OrderSigned>().await;
    assert_eq!(told[0].unit_code, "58900201");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_3_a_department_settles_what_it_can_and_files_the_rest_with_its_reason() {
    let stack = started().await;
    let at_department = |number| ComplaintView {
        unit_code: "589002KJ".into(),
        received_by_post: "589002KJ-head".into(),
        ..complaint(&stack, number)
    };
    let head = |case: &CaseView| (new_id(), case.case_id.clone(), case.revision);
    let settled = registered(&stack, &at_department(1)).await;
    assert_eq!(settled.state(), CaseState::Registered);
    let (request_id, case_id, expected_revision) = head(&settled);
    let asked = SettleOnTheSpotRequest {
        request_id,
        case_id,
        expected_revision,
        settlement: "已当场重置密码并说明".into(),
    };
    let done = ask(&stack, &tech())
        .settle_on_the_spot(asked)
        .await
        .unwrap();
    let done = done.into_inner().case.unwrap();
    assert_eq!(done.state(), CaseState::Settled);

    let filed = registered(&stack, &at_department(2)).await;
    let (request_id, case_id, expected_revision) = head(&filed);
    let mut asked = FileToReceptionRequest {
        request_id,
        case_id,
        expected_revision,
        reason: String::new(),
    };
    let refused = ask(&stack, &tech()).file_to_reception(asked.clone()).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
    asked.reason = "须由信贷部门核对合同".into();
    let done = ask(&stack, &tech()).file_to_reception(asked).await.unwrap();
    let done = done.into_inner().case.unwrap();
    assert_eq!(done.state(), CaseState::Filed);
    stack.stop().await;
}
