//! Letters to the complainant and the proof of their delivery.

use chassis::clock::Clock as _;
use suda_proto::{
    channel::v1::{DeliveryView, Manner, NoticeDelivered, NoticeFailed},
    common::v1::Blob,
};

use super::*;

async fn letter(stack: &Stack, case_id: &str, kind: NoticeKind) -> Notice {
    let file = get(stack, &clerk(), case_id).await.unwrap();
    file.notices
        .into_iter()
        .rfind(|notice| notice.view.as_ref().unwrap().kind() == kind)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn l19_l21_an_answer_is_fetched_by_its_adapter_and_keeps_the_proof() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await.findings().await;
    let (request_id, case_id, expected_revision) = course.head();
    let three = AnswerText {
        remedies: String::new(),
        ..four_parts()
    };
    let asked = RecordAnswerRequest {
        request_id,
        case_id,
        expected_revision,
        answer: Some(three),
        delivery: None,
    };
    let status = ask(&stack, &handler())
        .record_answer(asked)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);

    course.answer().await;
    let told = stack.published::<NoticeRequested>().await;
    let notice = told
        .iter()
        .map(|told| told.notice.clone().unwrap())
        .rfind(|notice| notice.kind() == NoticeKind::Answer);
    let notice = notice.unwrap();
    assert_eq!(
        (notice.channel(), notice.complaint_id.as_str()),
        (Channel::Email, course.case.complaint_id.as_str())
    );

    let adapter = person("channel-email")
        .post("channel-email", "44", "44", "channel")
        .unions(["*"]);
    let asked = GetNoticeRequest {
        notice_id: notice.notice_id.clone(),
    };
    let fetched = ask(&stack, &adapter)
        .get_notice(asked)
        .await
        .unwrap()
        .into_inner()
        .notice
        .unwrap();
    assert!(
        fetched.text.contains("已全额退还并致歉。") && fetched.text.contains("台山农商行台城支行"),
        "{}",
        fetched.text
    );
    // What was written inside, and who wrote it, is in no letter (P39, P40).
    let outside = format!("{}\n{}", fetched.subject, fetched.text);
    for inside in [
        "属实可能性大",
        "查明扣款原因并答复投诉人",
        "p-handler",
        "p-clerk",
        "58900201",
    ] {
        assert!(!outside.contains(inside), "{inside} stands in {outside}");
    }

    // The bounce after the confirmation is the higher word, though it may come first.
    let delivery = |revision| DeliveryView {
        notice_id: notice.notice_id.clone(),
        manner: Manner::Email.into(),
        sent_at: now(&stack),
        settled_at: now(&stack),
        artefact: Some(Blob {
            digest: "ab".repeat(32),
            size_bytes: 7,
            ..Blob::default()
        }),
        result: "250 ok".into(),
        revision,
        ..DeliveryView::default()
    };
    let failed = NoticeFailed {
        delivery: Some(delivery(2)),
        occurred_at: now(&stack),
        unknown: false,
    };
    let delivered = NoticeDelivered {
        delivery: Some(delivery(1)),
        occurred_at: now(&stack),
    };
    stack.publish(&failed, "589002", &notice.notice_id).await;
    stack.settle().await;
    stack.publish(&delivered, "589002", &notice.notice_id).await;
    // A notice of somebody else is none of ours.
    let foreign = DeliveryView {
        notice_id: new_id(),
        ..delivery(1)
    };
    let foreign = NoticeDelivered {
        delivery: Some(foreign),
        occurred_at: now(&stack),
    };
    stack.publish(&foreign, "589002", "z").await;
    stack.settle().await;
    let kept = letter(&stack, &course.case.case_id, NoticeKind::Answer).await;
    assert_eq!(kept.view.unwrap().state(), NoticeState::Failed);
    assert_eq!(kept.proof.unwrap().digest, "ab".repeat(32));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l21_a_letter_by_post_is_for_a_person_who_keeps_the_proof() {
    let stack = started().await;
    let mut view = complaint(&stack, 1);
    view.reply_channel = Channel::Letter.into();
    let mut course = Course {
        stack: &stack,
        case: registered(&stack, &view).await,
    };
    course.file().await.accept().await;
    let notice = letter(&stack, &course.case.case_id, NoticeKind::Acceptance).await;
    assert!(notice.by_hand);
    let notice_id = notice.view.unwrap().notice_id;
    let record = |note: &str| RecordNoticeDeliveryRequest {
        request_id: new_id(),
        notice_id: notice_id.clone(),
        delivery: Some(Delivery {
            manner: Manner::Post.into(),
            notified_at: now(&stack),
            proof: None,
            note: note.into(),
        }),
        delivered: true,
    };
    let mut client = ask(&stack, &clerk());
    assert_eq!(
        client
            .record_notice_delivery(record(""))
            .await
            .unwrap_err()
            .code(),
        Code::InvalidArgument
    );
    let request = record("挂号信 XA123456789CN");
    let done = client
        .record_notice_delivery(request.clone())
        .await
        .unwrap()
        .into_inner()
        .notice
        .unwrap();
    assert_eq!(
        (done.view.as_ref().unwrap().state(), done.result.as_str()),
        (NoticeState::Delivered, "挂号信 XA123456789CN")
    );
    assert_eq!(
        client
            .record_notice_delivery(request)
            .await
            .unwrap()
            .into_inner()
            .notice
            .unwrap(),
        done
    );
    let status = client
        .record_notice_delivery(record("再来一次"))
        .await
        .unwrap_err();
    refused(
        &status,
        Code::FailedPrecondition,
        "notice.already_delivered",
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_2_a_direct_answer_by_telephone_needs_its_proof_and_an_anonymous_one_reaches_nobody() {
    let stack = started().await;
    let mut view = complaint(&stack, 1);
    view.has_contact = false;
    view.reply_channel = 0;
    let mut course = Course {
        stack: &stack,
        case: registered(&stack, &view).await,
    };
    course.file().await.accept().await;
    let notice = letter(&stack, &course.case.case_id, NoticeKind::Acceptance).await;
    assert_eq!(notice.view.unwrap().state(), NoticeState::Unreachable);
    assert!(stack.published::<NoticeRequested>().await.is_empty());

    let by_phone = |note: &str, course: &Course<'_>| {
        let delivery = Delivery {
            manner: Manner::PhoneCall.into(),
            note: note.into(),
            ..Delivery::default()
        };
        direct_answer(course, Some(delivery))
    };
    let mut client = ask(&stack, &clerk());
    let status = client
        .answer_directly(by_phone("", &course))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let done = client
        .answer_directly(by_phone("录音 20260923-17", &course))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(course.case.outcome(), CaseOutcome::AnsweredDirectly);
    assert_eq!(
        stack.published::<CaseAnswered>().await[0].manner(),
        Manner::PhoneCall
    );
    let notice = letter(&stack, &course.case.case_id, NoticeKind::Answer).await;
    assert_eq!(
        (notice.view.unwrap().state(), notice.result.as_str()),
        (NoticeState::Delivered, "录音 20260923-17")
    );
    course.close().await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_l21_the_complainant_is_told_when_the_letter_is_posted_and_not_when_the_answer_is_written()
 {
    let stack = started().await;
    let mut view = complaint(&stack, 1);
    view.reply_channel = Channel::Letter.into();
    let mut course = Course {
        stack: &stack,
        case: registered(&stack, &view).await,
    };
    course.until_handled().await.findings().await.answer().await;
    assert_eq!(stack.published::<AnswerSent>().await.len(), 1);
    assert!(stack.published::<DecisionNotified>().await.is_empty());
    let notice = letter(&stack, &course.case.case_id, NoticeKind::Answer).await;
    stack.clock.advance(TimeDelta::hours(30));
    let posted_at = stack.clock.now() - TimeDelta::hours(4);
    let request = RecordNoticeDeliveryRequest {
        request_id: new_id(),
        notice_id: notice.view.unwrap().notice_id,
        delivery: Some(Delivery {
            manner: Manner::Post.into(),
            notified_at: Some(chassis::grpc::timestamp(posted_at)),
            proof: None,
            note: "挂号信 XA223456789CN".into(),
        }),
        delivered: true,
    };
    ask(&stack, &clerk())
        .record_notice_delivery(request)
        .await
        .unwrap();
    let told = stack.published::<DecisionNotified>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].occurred_at,
        Some(chassis::grpc::timestamp(posted_at))
    );
    assert_eq!(told[0].manner(), Manner::Post);
    stack.stop().await;
}
