//! What cannot be read is put aside and cleared the same day.

use futures::TryStreamExt as _;
use suda_proto::intake::v1::{
    ComplaintRegistered, GetBlobRequest, ListQuarantineRequest, QuarantineOpened,
    QuarantineOutcome, QuarantineRequest, QuarantineResolved, ResolveQuarantineRequest,
    resolve_quarantine_request::Resolution,
};

use crate::*;

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_a_message_put_aside_is_one_item_with_its_own_clock() {
    let stack = started().await;
    let mut mail = client(&stack, &adapter());
    let first = mail.quarantine(aside("m1")).await.unwrap().into_inner();
    assert!(!first.already);
    let again = mail.quarantine(aside("m1")).await.unwrap().into_inner();
    assert!(again.already);
    assert_eq!(again.quarantine, first.quarantine);
    // Without an id, the bytes tell.
    assert!(
        !mail
            .quarantine(aside(""))
            .await
            .unwrap()
            .into_inner()
            .already
    );
    assert!(
        mail.quarantine(aside(""))
            .await
            .unwrap()
            .into_inner()
            .already
    );
    for (spoil, expected) in [
        ("raw", "source.raw_digest"),
        ("why", "why"),
        ("unit", "unit_code"),
        ("account", "source"),
    ] {
        let mut request = aside("m9");
        match spoil {
            "raw" => request.source.as_mut().unwrap().raw_digest.clear(),
            "why" => request.why.clear(),
            "unit" => request.unit_code = "000".into(),
            _ => request.source.as_mut().unwrap().account.clear(),
        }
        assert_eq!(
            field(&mail.quarantine(request).await.unwrap_err()),
            expected
        );
    }
    // Whatever a program says of a message, the message is seen: several lines, no end, a NUL.
    let why = format!("登记未被接受:\n  content: 为空\0{}", "误".repeat(1_000));
    let wordy = QuarantineRequest { why, ..aside("m1") };
    assert!(mail.quarantine(wordy).await.unwrap().into_inner().already);
    let mut clerk = client(&stack, &clerk());
    let list = |overdue: Vec<bool>, items: Vec<suda_proto::intake::v1::QuarantineItem>| {
        assert_eq!(
            items.iter().map(|item| item.overdue).collect::<Vec<_>>(),
            overdue
        );
    };
    list(
        vec![false, false],
        clerk
            .list_quarantine(ListQuarantineRequest::default())
            .await
            .unwrap()
            .into_inner()
            .items,
    );
    stack.clock.set("2026-09-23T16:00:00Z".parse().unwrap());
    list(
        vec![true, true],
        clerk
            .list_quarantine(ListQuarantineRequest::default())
            .await
            .unwrap()
            .into_inner()
            .items,
    );
    assert_eq!(stack.published::<QuarantineOpened>().await.len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_a_complaint_is_registered_from_it_once() {
    let stack = started().await;
    let mut mail = client(&stack, &adapter());
    let raw = PutBlobRequest {
        data: b"\xff\xfe unreadable".to_vec(),
        file_name: String::new(),
    };
    let digest = mail
        .put_blob(raw)
        .await
        .unwrap()
        .into_inner()
        .blob
        .unwrap()
        .digest;
    let mut request = aside("m1");
    request.source.as_mut().unwrap().raw_digest = digest;
    let id = mail
        .quarantine(request)
        .await
        .unwrap()
        .into_inner()
        .quarantine
        .unwrap()
        .quarantine_id;
    let mut clerk = client(&stack, &clerk());
    let ask = GetBlobRequest {
        quarantine_id: id.clone(),
        ..GetBlobRequest::default()
    };
    let parts: Vec<_> = clerk
        .get_blob(ask)
        .await
        .unwrap()
        .into_inner()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(parts[1].data, b"\xff\xfe unreadable");
    // What is wrong with the complaint leaves the message open.
    let resolve = |register: RegisterRequest| ResolveQuarantineRequest {
        request_id: new_id(),
        quarantine_id: id.clone(),
        resolution: Some(Resolution::Register(register)),
    };
    let typed = RegisterRequest {
        unit_code: String::new(),
        channel: 0,
        ..complaint()
    };
    let wrong = resolve(RegisterRequest {
        content: String::new(),
        ..typed.clone()
    });
    assert_eq!(
        field(&clerk.resolve_quarantine(wrong).await.unwrap_err()),
        "content"
    );
    let done = clerk
        .resolve_quarantine(resolve(typed.clone()))
        .await
        .unwrap()
        .into_inner();
    let (item, registered) = (done.item.unwrap(), done.registered.unwrap());
    assert_eq!(
        (item.outcome(), item.complaint_id.clone()),
        (QuarantineOutcome::Registered, complaint_id(&registered))
    );
    let view = registered.complaint.clone().unwrap();
    assert_eq!(
        (view.unit_code.as_str(), view.channel()),
        ("589002SL", Channel::Email)
    );
    // Again, and the mail itself delivered again: the same complaint.
    let again = clerk
        .resolve_quarantine(resolve(typed))
        .await
        .unwrap()
        .into_inner()
        .registered
        .unwrap();
    let delivered = register(&mut mail, message("m1")).await;
    for answer in [again, delivered] {
        assert!(answer.already);
        assert_eq!(
            (number(&answer), &answer.query_code),
            (number(&registered), &registered.query_code)
        );
    }
    let dismiss = ResolveQuarantineRequest {
        resolution: Some(Resolution::DismissReason("广告".into())),
        ..resolve(complaint())
    };
    assert_eq!(
        clerk.resolve_quarantine(dismiss).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    assert!(
        clerk
            .list_quarantine(ListQuarantineRequest::default())
            .await
            .unwrap()
            .into_inner()
            .items
            .is_empty()
    );
    let told = stack.published::<QuarantineResolved>().await;
    assert_eq!(
        (told.len(), told[0].complaint_id.clone()),
        (1, complaint_id(&registered))
    );
    assert_eq!(stack.published::<ComplaintRegistered>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_it_is_dismissed_with_a_reason_only_and_by_the_right_union() {
    let stack = started().await;
    let id = client(&stack, &adapter())
        .quarantine(aside("m1"))
        .await
        .unwrap()
        .into_inner()
        .quarantine
        .unwrap()
        .quarantine_id;
    let resolve = |reason: &str| ResolveQuarantineRequest {
        request_id: new_id(),
        quarantine_id: id.clone(),
        resolution: Some(Resolution::DismissReason(reason.into())),
    };
    let mut clerk = client(&stack, &clerk());
    assert_eq!(
        field(&clerk.resolve_quarantine(resolve("")).await.unwrap_err()),
        "dismiss_reason"
    );
    let theirs = client(&stack, &other_clerk())
        .resolve_quarantine(resolve("广告"))
        .await
        .unwrap_err();
    assert_eq!(theirs.code(), Code::NotFound);
    let item = clerk
        .resolve_quarantine(resolve("广告邮件"))
        .await
        .unwrap()
        .into_inner()
        .item
        .unwrap();
    assert_eq!(
        (item.outcome(), item.dismiss_reason.as_str()),
        (QuarantineOutcome::Dismissed, "广告邮件")
    );
    assert_eq!(item.resolved_by_post, "589002SL-clerk");
    clerk.resolve_quarantine(resolve("广告邮件")).await.unwrap();
    let register = ResolveQuarantineRequest {
        resolution: Some(Resolution::Register(complaint())),
        ..resolve("")
    };
    assert_eq!(
        clerk.resolve_quarantine(register).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    let all = ListQuarantineRequest {
        resolved: true,
        ..ListQuarantineRequest::default()
    };
    assert_eq!(
        clerk
            .list_quarantine(all)
            .await
            .unwrap()
            .into_inner()
            .items
            .len(),
        1
    );
    assert_eq!(stack.published::<QuarantineResolved>().await.len(), 1);
    stack.stop().await;
}

/// A message that could not be read.
pub(crate) fn aside(message_id: &str) -> QuarantineRequest {
    QuarantineRequest {
        request_id: new_id(),
        unit_code: "589002SL".into(),
        channel: Channel::Email.into(),
        source: Some(Source {
            account: "mail:jiangmen".into(),
            message_id: message_id.into(),
            raw_digest: "cd".repeat(32),
        }),
        why: "没有邮件头".into(),
        ..QuarantineRequest::default()
    }
}
