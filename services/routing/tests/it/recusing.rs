//! Who must keep out of a case, and what becomes of the attempt.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn g19_l17_the_person_complained_of_is_not_assigned_and_the_attempt_is_recorded_and_told() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await.accept().await.order().await;
    let revision = course.case.revision;
    let status = course.assign_to("58900201-teller").await.err().unwrap();
    refused(&status, Code::FailedPrecondition, "recusal.refused");
    let told = stack.published::<RecusalRefused>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].person_id.as_str(), told[0].attempt.as_str()),
        ("p-teller", "AssignHandler")
    );
    assert_eq!(told[0].ground(), RecusalGround::ComplainedOf);

    let file = get(&stack, &clerk(), &course.case.case_id).await.unwrap();
    assert_eq!(file.history.last().unwrap().event, "RecusalRefused");
    assert_eq!(file.case.unwrap().revision, revision);
    let status = course.assign_to("58900201-vacant").await.err().unwrap();
    assert_eq!(status.code(), Code::InvalidArgument);
    course.assign_to("58900201-handler").await.unwrap();
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g19_whoever_must_keep_out_sees_nothing_and_cannot_approve() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let id = course.case.case_id.clone();

    // The handler is related to the complainant: out of the case, which then has no handler.
    let (request_id, case_id, expected_revision) = course.head();
    let asked = DeclareInterestRequest {
        request_id,
        case_id,
        expected_revision,
        interest: "投诉人是亲属".into(),
    };
    let done = ask(&stack, &handler())
        .declare_interest(asked.clone())
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(
        (course.case.state(), course.case.handler_post.as_str()),
        (CaseState::Ordered, "")
    );
    // The same request again is answered the same, though the case is out of sight by now.
    assert!(
        ask(&stack, &handler())
            .declare_interest(asked)
            .await
            .is_ok()
    );

    let teller = person("p-teller").post("589002SL-head", "589002SL", "589002", "reception_head");
    for (who, attempts) in [(handler(), 1), (teller, 2)] {
        refused(
            &get(&stack, &who, &id).await.unwrap_err(),
            Code::NotFound,
            "request.not_found",
        );
        let mut client = ask(&stack, &who);
        assert!(
            client
                .list_cases(ListCasesRequest::default())
                .await
                .unwrap()
                .into_inner()
                .cases
                .is_empty()
        );
        let queue = client
            .list_queue(ListQueueRequest::default())
            .await
            .unwrap()
            .into_inner();
        assert!(queue.items.is_empty() && queue.counts.iter().all(|count| count.count == 0));
        assert!(
            client
                .list_notices(ListNoticesRequest::default())
                .await
                .unwrap()
                .into_inner()
                .notices
                .is_empty()
        );
        let (request_id, case_id, expected_revision) = course.head();
        let asked = RecordContactRequest {
            request_id,
            case_id,
            expected_revision,
            summary: "联系".into(),
            ..Default::default()
        };
        let status = client.record_contact(asked).await.unwrap_err();
        refused(&status, Code::NotFound, "request.not_found");
        assert_eq!(stack.published::<RecusalRefused>().await.len(), attempts);
    }
    assert!(course.assign_to("58900201-handler").await.is_err());
    assert_eq!(
        stack.published::<InterestDeclared>().await[0].person_id,
        "p-handler"
    );
    stack.stop().await;
}
