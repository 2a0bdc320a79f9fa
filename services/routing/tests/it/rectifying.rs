//! Rectifications: the task, its result, its verification, and the same before and after.

use suda_proto::routing::v1::rectification_service_client::RectificationServiceClient;

use super::*;

fn tasks(stack: &Stack, who: &Person) -> RectificationServiceClient<Peer> {
    RectificationServiceClient::new(stack.channel_as(who))
}

fn tech() -> Person {
    person("p-tech").post("589002KJ-head", "589002KJ", "589002", "unit_head")
}

fn opening(case: &CaseView, unit: &str) -> OpenRectificationRequest {
    OpenRectificationRequest {
        request_id: new_id(),
        case_id: case.case_id.clone(),
        unit_code: unit.into(),
        problem: "重发控制有缺陷".into(),
        requirements: "修补并回归测试".into(),
        ..Default::default()
    }
}

async fn queue(stack: &Stack, who: &Person) -> Vec<RectificationView> {
    let asked = ListRectificationsRequest {
        waiting_only: true,
        ..Default::default()
    };
    let found = tasks(stack, who).list_rectifications(asked).await.unwrap();
    found.into_inner().rectifications
}

async fn read(stack: &Stack, who: &Person, id: &str) -> Result<GetRectificationResponse, Status> {
    let asked = GetRectificationRequest {
        rectification_id: id.into(),
    };
    let found = tasks(stack, who).get_rectification(asked).await?;
    Ok(found.into_inner())
}

/// A complaint about a cause, as intake tells it.
fn caused(stack: &Stack, number: u32) -> ComplaintView {
    ComplaintView {
        cause_code: "C-system".into(),
        business_code: "B-transfer".into(),
        ..complaint(stack, number)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_g13_3_l9_a_task_is_reported_rejected_reported_and_verified() {
    let stack = started().await;
    let case = registered(&stack, &caused(&stack, 1)).await;
    for wrong in ["589001SL", "589002XX", ""] {
        let status = tasks(&stack, &clerk())
            .open_rectification(opening(&case, wrong))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{wrong}");
    }
    let asked = opening(&case, "589002KJ");
    let mut reception = tasks(&stack, &clerk());
    let opened = reception.open_rectification(asked.clone()).await.unwrap();
    let again = reception.open_rectification(asked).await.unwrap();
    assert_eq!(opened.get_ref(), again.get_ref());
    let opened = opened.into_inner().rectification.unwrap();
    assert_eq!(opened.cause_code, "C-system");
    assert_eq!(stack.published::<RectificationOpened>().await.len(), 1);

    // The unit has it in its list and may file, though the case is none of its own and stays out of its sight.
    assert_eq!(queue(&stack, &tech()).await, std::slice::from_ref(&opened));
    let seen = read(&stack, &tech(), &opened.rectification_id)
        .await
        .unwrap();
    assert_eq!(seen.open_to_caller, ["ReportRectification"]);
    assert_eq!(seen.case, None);
    let report = |revision| ReportRectificationRequest {
        request_id: new_id(),
        rectification_id: opened.rectification_id.clone(),
        expected_revision: revision,
        result: "已修补".into(),
        evidence: vec![],
    };
    let status = tasks(&stack, &reception_head())
        .report_rectification(report(1))
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let mut unit = tasks(&stack, &tech());
    let reported = unit.report_rectification(report(1)).await.unwrap();
    assert_eq!(reported.into_inner().rectification.unwrap().revision, 2);
    refused(
        &unit.report_rectification(report(1)).await.unwrap_err(),
        Code::Aborted,
        "request.stale",
    );
    let rejecting = RejectRectificationRequest {
        request_id: new_id(),
        rectification_id: opened.rectification_id.clone(),
        expected_revision: 2,
        reasons: "没有测试记录".into(),
    };
    let rejected = reception.reject_rectification(rejecting).await.unwrap();
    let rejected = rejected.into_inner().rectification.unwrap();
    assert_eq!((rejected.rejections, &rejected.due_at), (1, &opened.due_at));
    unit.report_rectification(report(3)).await.unwrap();
    let verifying = VerifyRectificationRequest {
        request_id: new_id(),
        rectification_id: opened.rectification_id.clone(),
        expected_revision: 4,
        opinion: "已核对测试记录".into(),
    };
    let verified = reception.verify_rectification(verifying).await.unwrap();
    let verified = verified.into_inner().rectification.unwrap();
    assert_eq!(verified.state(), RectificationState::Verified);
    assert!(queue(&stack, &tech()).await.is_empty());
    assert_eq!(stack.published::<RectificationReported>().await.len(), 2);
    assert_eq!(stack.published::<RectificationRejected>().await.len(), 1);
    assert_eq!(stack.published::<RectificationVerified>().await.len(), 1);
    let file = read(&stack, &clerk(), &opened.rectification_id)
        .await
        .unwrap();
    assert_eq!(file.history.len(), 5);
    assert!(file.case.is_some());

    // Another union sees nothing of it, nor does another unit.
    let neighbour = person("p-n").post("58900202-head", "58900202", "589002", "unit_head");
    for stranger in [clerk_of_another_union(), neighbour] {
        let status = read(&stack, &stranger, &opened.rectification_id).await;
        refused(&status.unwrap_err(), Code::NotFound, "request.not_found");
    }
    let all = ListRectificationsRequest::default();
    let found = tasks(&stack, &clerk_of_another_union())
        .list_rectifications(all)
        .await
        .unwrap();
    assert!(found.into_inner().rectifications.is_empty());
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l9_recurrence_counts_the_same_before_and_after_in_equal_windows() {
    let stack = started().await;
    // One too early to count, two of the same, one of another cause.
    registered(&stack, &caused(&stack, 1)).await;
    stack.clock.advance(days(100));
    registered(&stack, &caused(&stack, 2)).await;
    let mut other = caused(&stack, 3);
    other.cause_code = "C-queue".into();
    registered(&stack, &other).await;
    let case = registered(&stack, &caused(&stack, 4)).await;
    stack.clock.advance(days(1));
    let opened = tasks(&stack, &clerk())
        .open_rectification(opening(&case, "589002KJ"))
        .await
        .unwrap();
    let opened = opened.into_inner().rectification.unwrap();
    let id = opened.rectification_id.clone();
    let counted = async |complete| {
        let found = read(&stack, &clerk(), &id).await.unwrap();
        let recurrence = found.recurrence.unwrap();
        assert_eq!(
            (recurrence.window_days, recurrence.complete),
            (90, complete)
        );
        (recurrence.before, recurrence.after)
    };
    assert_eq!(counted(false).await, (2, 0));
    // What comes while it is put right counts neither before nor after.
    stack.clock.advance(days(10));
    registered(&stack, &caused(&stack, 5)).await;
    let report = ReportRectificationRequest {
        request_id: new_id(),
        rectification_id: id.clone(),
        expected_revision: 1,
        result: "已修补".into(),
        evidence: vec![],
    };
    tasks(&stack, &tech())
        .report_rectification(report)
        .await
        .unwrap();
    stack.clock.advance(days(1));
    let verify = VerifyRectificationRequest {
        request_id: new_id(),
        rectification_id: id.clone(),
        expected_revision: 2,
        opinion: "属实".into(),
    };
    tasks(&stack, &clerk())
        .verify_rectification(verify)
        .await
        .unwrap();
    stack.clock.advance(days(30));
    registered(&stack, &caused(&stack, 6)).await;
    assert_eq!(counted(false).await, (2, 1));
    stack.clock.advance(days(61));
    registered(&stack, &caused(&stack, 7)).await;
    assert_eq!(counted(true).await, (2, 1));
    stack.stop().await;
}
