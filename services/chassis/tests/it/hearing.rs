use chassis::{
    db::{Db, Settings},
    testing::{Stack, database_url, person},
};
use sea_orm::ConnectionTrait as _;
use suda_proto::{
    directory::v1::{Unit, UnitChanged},
    operation::v1::{
        ListParkedRequest, ReplayParkedRequest, StatusRequest,
        operation_service_client::OperationServiceClient,
    },
};

use crate::sample::Sample;

const HEARD: &str = "SELECT count(*) AS count FROM heard";

fn unit(code: &str) -> UnitChanged {
    UnitChanged {
        unit: Some(Unit {
            code: code.to_owned(),
            ..Unit::default()
        }),
        occurred_at: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_is_done_once() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    let id = stack.publish(&unit("589002"), "589002", "589002").await;
    stack
        .publish_as(id, &unit("589002"), "589002", "589002")
        .await;
    stack.settle().await;
    stack
        .publish_as(id, &unit("589002"), "589002", "589002")
        .await;
    stack.settle().await;
    assert_eq!(stack.count(HEARD).await, 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_done_yet_is_done_later_and_leaves_nothing_half_written() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    stack.publish(&unit("later"), "589002", "589002").await;
    // One whose handler panics is no other: it must not end the hearing of its stream.
    stack.publish(&unit("shaky"), "589002", "589002").await;
    stack.publish(&unit("after"), "589002", "589002").await;
    stack.settle().await;
    assert_eq!(stack.count(HEARD).await, 3);
    stack.stop().await;
}

/// The policy of `heard` holds, whatever a statement asks; units 1, 2 and 3 were heard.
#[expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
async fn a_reading_sees_what_its_reader_may_see(stack: &Stack) {
    let clerk = person("p-1").post("1-clerk", "1", "1", "reception_clerk");
    assert_eq!(stack.count_seen(&clerk, HEARD).await, 1);
    let handler = person("p-2")
        .post("3-handler", "3", "1", "handler")
        .unions(["1", "2"]);
    assert_eq!(stack.count_seen(&handler, HEARD).await, 1);
    let auditor = person("p-3").post("1-audit", "1", "1", "auditor");
    assert_eq!(
        stack
            .count_seen(&auditor.clone().unions(["*"]), HEARD)
            .await,
        3
    );
    let nobody = auditor.unions(Vec::<String>::new());
    assert_eq!(stack.count_seen(&nobody, HEARD).await, 1);
    let concerned = person("2")
        .post("1-audit", "1", "1", "auditor")
        .unions(["*"]);
    assert_eq!(stack.count_seen(&concerned, HEARD).await, 2);
    assert_eq!(stack.count_unsaid(HEARD).await, 0);
    let seen = stack.db.seen_by(&concerned).await.unwrap();
    let refused = seen.execute_unprepared("DELETE FROM heard").await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("read-only"), "{refused}");
    drop(seen);
    // Every connection works for the service again.
    for _ in 0..32 {
        assert_eq!(stack.count(HEARD).await, 3);
    }
    assert_eq!(stack.db.unbound_role().await.unwrap(), None);
    // A role that passes by is known for what it is.
    let settings = Settings {
        url: database_url().await.into(),
        max_connections: 1,
        start_patience_seconds: 10,
    };
    let passing = Db::connect(&settings, "test").await.unwrap();
    assert!(passing.unbound_role().await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hopeless_message_is_parked_and_holds_nobody_up() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    stack.allow_parked();
    for code in ["1", "hopeless", "2", "3"] {
        stack.publish(&unit(code), "589002", code).await;
    }
    stack.settle().await;
    assert_eq!(stack.count(HEARD).await, 3);
    a_reading_sees_what_its_reader_may_see(&stack).await;
    let operator = person("op")
        .post("44-admin", "44", "44", "administrator")
        .unions(["*"]);
    let mut client = OperationServiceClient::new(stack.channel_as(&operator));
    let parked = client
        .list_parked(ListParkedRequest {})
        .await
        .unwrap()
        .into_inner()
        .messages;
    assert_eq!(parked.len(), 1);
    assert!(
        parked[0].reason.contains("no unit is called hopeless"),
        "{}",
        parked[0].reason
    );
    let request = ReplayParkedRequest {
        message_id: "all".to_owned(),
    };
    let replayed = client.replay_parked(request).await.unwrap().into_inner();
    assert_eq!((replayed.done, replayed.still_parked), (0, 1));
    let status = client
        .status(StatusRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!((status.service.as_str(), status.parked), ("sample", 1));
    assert_eq!(status.counts, [("samples".to_owned(), 7)].into());
    let brief = client.status(StatusRequest { brief: true }).await;
    let brief = brief.unwrap().into_inner();
    assert_eq!((brief.parked, brief.counts.len()), (1, 0));
    stack.stop().await;
}
