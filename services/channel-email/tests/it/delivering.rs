use suda_proto::{
    channel::v1::{Manner, NoticeDelivered, NoticeFailed},
    common::v1::Channel,
    directory::v1::{Post, PostChanged},
    routing::v1::{NoticeKind, NoticeRequested, NoticeState, NoticeView},
};

use crate::support::{World, mail};

fn notice(id: &str, complaint: &str, to_post: &str) -> NoticeView {
    NoticeView {
        notice_id: id.to_owned(),
        kind: NoticeKind::Answer.into(),
        channel: Channel::Email.into(),
        to_post: to_post.to_owned(),
        complaint_id: complaint.to_owned(),
        case_id: "case-1".to_owned(),
        union_code: "589002".to_owned(),
        number: "589002-2026-000001".to_owned(),
        state: NoticeState::Requested.into(),
        revision: 1,
    }
}

impl World {
    async fn requested(&self, view: NoticeView) {
        let fact = NoticeRequested {
            notice: Some(view),
            ..NoticeRequested::default()
        };
        self.stack.publish(&fact, "589002", "case-1").await;
        self.stack.settle().await;
    }
}

#[tokio::test]
async fn l21_a_notice_is_sent_once_and_keeps_its_proof() {
    let world = World::new().await;
    world.arrives("jiangmen", "1.a", mail("m1@example.com", "", "一"));
    world.work().await;
    let complaint = world.office.registered()[0]
        .answer
        .complaint
        .clone()
        .unwrap();
    let view = notice("n1", &complaint.complaint_id, "");
    world
        .office
        .has_notice(view.clone(), "处理决定告知", "经核查……", "");
    world.requested(view.clone()).await;
    world.requested(view).await;
    world.stack.run_task("deliver").await;
    world.stack.run_task("deliver").await;
    let sent = world.sent();
    let letter = sent
        .iter()
        .find(|sent| sent.subject() == "处理决定告知")
        .unwrap();
    assert_eq!(sent.len(), 2, "the acknowledgement and the notice");
    assert_eq!(letter.header("In-Reply-To"), "<m1@example.com>");
    assert!(letter.text().contains("经核查"));
    let told: Vec<NoticeDelivered> = world.stack.published().await;
    assert_eq!(told.len(), 1);
    let delivery = told[0].delivery.clone().unwrap();
    assert_eq!(delivery.manner(), Manner::Email);
    let artefact = delivery.artefact.unwrap();
    let proof = world
        .stack
        .blobs
        .get(&artefact.digest)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(proof.len() as u64, artefact.size_bytes);
    let id = letter.header("Message-ID");

    // A bounce undoes it.
    let bounce = format!(
        "Return-Path: <>\r\nFrom: mailer-daemon@example.com\r\nSubject: failed\r\nMessage-ID: <b@x>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
    );
    world.arrives("jiangmen", "2.b", bounce);
    world.work().await;
    let failed: Vec<NoticeFailed> = world.stack.published().await;
    assert_eq!(failed.len(), 1);
    let after = failed[0].delivery.clone().unwrap();
    assert!(after.revision > delivery.revision);
    assert!(!failed[0].unknown);
    world.stack.stop().await;
}

#[tokio::test]
async fn g18_3_an_alarm_reaches_the_mailbox_of_the_post() {
    let world = World::new().await;
    let post = |email: &str, revision| PostChanged {
        post: Some(Post {
            code: "589002SL-head".to_owned(),
            email: email.to_owned(),
            revision,
            ..Post::default()
        }),
        occurred_at: None,
    };
    world
        .stack
        .publish(&post("head@taishan.example", 2), "589002", "589002SL-head")
        .await;
    world
        .stack
        .publish(&post("old@taishan.example", 1), "589002", "589002SL-head")
        .await;
    let view = notice("n1", "", "589002SL-head");
    world
        .office
        .has_notice(view.clone(), "超期预警", "投诉将到期", "");
    world.requested(view).await;
    let nobody = notice("n2", "", "589002XD-head");
    world
        .office
        .has_notice(nobody.clone(), "超期预警", "投诉将到期", "");
    world.requested(nobody).await;
    world.stack.run_task("deliver").await;
    let sent = world.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].header("To"), "head@taishan.example");
    assert_eq!(sent[0].header("Auto-Submitted"), "auto-generated");
    let failed: Vec<NoticeFailed> = world.stack.published().await;
    assert_eq!(
        failed.len(),
        1,
        "a post without a mailbox is said to be one"
    );
    world.stack.stop().await;
}

#[tokio::test]
async fn p33_what_waits_is_sent_later_and_what_is_done_by_hand_is_left() {
    let world = World::new().await;
    let view = notice("n1", "", "589002SL-head");
    world
        .office
        .has_notice(view.clone(), "一", "一", "head@taishan.example");
    let mut done = notice("n2", "", "589002SL-head");
    done.state = NoticeState::Delivered.into();
    world
        .office
        .has_notice(done.clone(), "二", "二", "head@taishan.example");
    let mut other = notice("n3", "", "589002SL-head");
    other.channel = Channel::Wechat.into();
    world.office.shut(true);
    for view in [view, done, other] {
        world.requested(view).await;
    }
    world.stack.run_task("deliver").await;
    assert_eq!(world.sent().len(), 0);
    world.office.shut(false);
    world
        .stack
        .execute("UPDATE deliveries SET next_try_at = now()")
        .await;
    world.stack.run_task("deliver").await;
    assert_eq!(world.sent().len(), 1);
    assert_eq!(
        world
            .stack
            .count("SELECT count(*) AS count FROM deliveries WHERE state = 'dropped'")
            .await,
        1
    );
    assert_eq!(
        world
            .stack
            .count("SELECT count(*) AS count FROM deliveries")
            .await,
        2
    );
    world.stack.stop().await;
}
