use suda_proto::{
    channel::v1::{Manner, NoticeDelivered, NoticeFailed},
    common::v1::Channel,
    routing::v1::{NoticeRequested, NoticeState, NoticeView},
};

use crate::support::{KEY, World, text};

impl World {
    async fn notice(&self, id: &str) {
        let complaint = self.office.registered()[0]
            .answer
            .complaint
            .clone()
            .unwrap();
        let view = NoticeView {
            notice_id: id.to_owned(),
            channel: Channel::Wechat.into(),
            complaint_id: complaint.complaint_id,
            case_id: "case".to_owned(),
            union_code: "589002".to_owned(),
            state: NoticeState::Requested.into(),
            ..NoticeView::default()
        };
        self.office
            .has_notice(view.clone(), "处理决定", &"核查".repeat(500), "");
        let fact = NoticeRequested {
            notice: Some(view),
            ..NoticeRequested::default()
        };
        self.stack.publish(&fact, "589002", "case").await;
        self.stack.settle().await;
        self.stack.run_task("deliver").await;
    }

    async fn delivery(&self, id: &str) -> i64 {
        let text = format!(
            "SELECT count(*) AS count FROM deliveries WHERE notice_id = '{id}' AND state = "
        );
        for (number, state) in [
            (1, "pending"),
            (2, "confirmed"),
            (3, "failed"),
            (4, "unknown"),
        ] {
            if self.stack.count(&format!("{text}'{state}'")).await == 1 {
                return number;
            }
        }
        0
    }
}

#[tokio::test]
async fn l21_a_notice_by_message_is_proved_refused_or_left_to_a_person() {
    let world = World::new().await;
    world.push_sealed(KEY, &text("oA", 1, "一")).await;
    world.notice("n1").await;
    assert_eq!(world.delivery("n1").await, 2);
    let sent = world.platform.sent.lock().unwrap().clone();
    assert_eq!(sent.len(), 2, "a long notice goes in pieces");
    let told: Vec<NoticeDelivered> = world.stack.published().await;
    let delivery = told[0].delivery.clone().unwrap();
    assert_eq!(delivery.manner(), Manner::WechatMessage);
    let proof = world
        .stack
        .blobs
        .get(&delivery.artefact.unwrap().digest)
        .await
        .unwrap()
        .unwrap();
    let proof = String::from_utf8(proof.to_vec()).unwrap();
    assert!(proof.contains("errcode") && !proof.contains("token-1"));

    // The window is closed: another way must be found.
    *world.platform.errcode.lock().unwrap() = Some(45015);
    world.notice("n2").await;
    assert_eq!(world.delivery("n2").await, 3);
    // The answer cannot be read: never sent again by itself.
    *world.platform.errcode.lock().unwrap() = None;
    world.notice("n3").await;
    assert_eq!(world.delivery("n3").await, 4);
    *world.platform.errcode.lock().unwrap() = Some(0);
    world.stack.run_task("deliver").await;
    assert_eq!(world.delivery("n3").await, 4);
    let failed: Vec<NoticeFailed> = world.stack.published().await;
    assert_eq!(
        failed
            .iter()
            .map(|failed| failed.unknown)
            .collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(world.platform.sent.lock().unwrap().len(), 2);
    world.stack.stop().await;
}

#[tokio::test]
async fn p35_a_stale_token_is_fetched_anew_once() {
    let world = World::new().await;
    world.push_sealed(KEY, &text("oA", 1, "一")).await;
    *world.platform.errcode.lock().unwrap() = Some(42001);
    world.notice("n1").await;
    assert_eq!(world.delivery("n1").await, 1);
    *world.platform.errcode.lock().unwrap() = Some(0);
    world
        .stack
        .execute("UPDATE deliveries SET next_try_at = now()")
        .await;
    world.stack.run_task("deliver").await;
    assert_eq!(world.delivery("n1").await, 2);
    world.notice("n2").await;
    assert_eq!(*world.platform.tokens.lock().unwrap(), 2);
    world.stack.stop().await;
}

#[tokio::test]
async fn p33_a_sender_that_died_after_the_hand_over_does_not_send_again() {
    let world = World::new().await;
    world.push_sealed(KEY, &text("oA", 1, "一")).await;
    world.notice("n1").await;
    world
        .stack
        .execute("UPDATE deliveries SET state = 'handed_over', settled_at = NULL, leased_until = '-infinity'")
        .await;
    world.stack.run_task("deliver").await;
    assert_eq!(world.delivery("n1").await, 4);
    assert_eq!(
        world.platform.sent.lock().unwrap().len(),
        2,
        "the two pieces of before"
    );
    world.stack.stop().await;
}
