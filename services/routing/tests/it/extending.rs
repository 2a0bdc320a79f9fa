//! More time: asked for, granted by the right rank, told to the complainant, never past the cap.

use suda_proto::directory::v1::{ClockRule, Limit, LimitUnit, Policy, PolicyPublished};

use super::*;

fn request(course: &Course<'_>, stage: u32, until: DateTime<Utc>) -> RequestExtensionRequest {
    let (request_id, case_id, expected_revision) = course.head();
    RequestExtensionRequest {
        request_id,
        case_id,
        expected_revision,
        clock_code: "L18".into(),
        stage,
        ground: "须外部鉴定".into(),
        until: Some(stamp(until)),
    }
}

fn approve(course: &Course<'_>) -> ApproveExtensionRequest {
    let (request_id, case_id, expected_revision) = course.head();
    ApproveExtensionRequest {
        request_id,
        case_id,
        expected_revision,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_two_extensions_by_rising_ranks_with_notice_to_the_complainant() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let start = chassis::testing::beginning();

    let past = ask(&stack, &handler())
        .request_extension(request(&course, 1, start + days(32)))
        .await;
    refused(
        &past.unwrap_err(),
        Code::FailedPrecondition,
        "extension.past_cap",
    );
    let done = ask(&stack, &handler())
        .request_extension(request(&course, 1, start + days(29)))
        .await
        .unwrap();
    let done = done.into_inner();
    assert!(!done.extension_id.is_empty());
    course.moved(done.case);

    let status = ask(&stack, &manager())
        .approve_extension(approve(&course))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "extension.rank_too_low");
    let queue = ListQueueRequest {
        kind: QueueKind::ToApprove.into(),
        page: None,
    };
    let items = ask(&stack, &reception_head())
        .list_queue(queue)
        .await
        .unwrap()
        .into_inner()
        .items;
    assert_eq!(items[0].extension_id, done.extension_id);
    let done = ask(&stack, &reception_head())
        .approve_extension(approve(&course))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(course.case.extension_stage, 1);

    let done = ask(&stack, &handler())
        .request_extension(request(&course, 2, start + days(60)))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    let status = ask(&stack, &reception_head())
        .approve_extension(approve(&course))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "extension.rank_too_low");
    let done = ask(&stack, &manager())
        .approve_extension(approve(&course))
        .await
        .unwrap();
    course.moved(done.into_inner().case);

    let granted = stack.published::<ExtensionGranted>().await;
    assert_eq!(
        granted
            .iter()
            .map(|told| (told.clock_code.as_str(), told.stage))
            .collect::<Vec<_>>(),
        [("L18", 1), ("L18", 2)]
    );
    assert_eq!(granted[1].until, Some(stamp(start + days(60))));
    let letters = stack.published::<NoticeRequested>().await;
    let extensions = letters
        .iter()
        .filter(|told| told.notice.as_ref().unwrap().kind() == NoticeKind::Extension);
    assert_eq!(extensions.count(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g29_a_stricter_policy_binds_from_its_first_day() {
    let stack = started().await;
    let days_of = |count| Limit {
        unit: LimitUnit::NaturalDays.into(),
        count,
    };
    let clock = ClockRule {
        code: "L18".into(),
        extensions: vec![days_of(20)],
        ..ClockRule::default()
    };
    let policy = Policy {
        code: "strict".into(),
        version: 1,
        effective_from: "2026-01-01".into(),
        clocks: vec![clock],
        ..Policy::default()
    };
    let told = PolicyPublished {
        policy: Some(policy),
        occurred_at: now(&stack),
    };
    stack.publish(&told, "44", "strict").await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let start = chassis::testing::beginning();
    let status = ask(&stack, &handler())
        .request_extension(request(&course, 1, start + days(25)))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "extension.past_cap");
    let refuse = |course: &Course<'_>| {
        let (request_id, case_id, expected_revision) = course.head();
        RefuseExtensionRequest {
            request_id,
            case_id,
            expected_revision,
            reason: "不必".into(),
            ..Default::default()
        }
    };
    let done = ask(&stack, &handler())
        .request_extension(request(&course, 1, start + days(19)))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    ask(&stack, &reception_head())
        .refuse_extension(refuse(&course))
        .await
        .unwrap();
    assert_eq!(stack.published::<ExtensionRefused>().await.len(), 1);
    stack.stop().await;
}
