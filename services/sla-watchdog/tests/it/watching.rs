use chassis::testing::{Stack, person};
use chrono::TimeDelta;
use sla_watchdog::SlaWatchdog;
use suda_proto::sla_watchdog::v1::{
    ClockArmed, ClockBreached, ClockCancelled, ClockMet, Escalated, ExplainRequest,
    ListClocksRequest, WarningDue, sla_watchdog_service_client::SlaWatchdogServiceClient,
};

use crate::{
    herd::left,
    law::{CASE, at, filed, ordered, result_filed, tell_law, withdrawn},
};

async fn stack() -> Stack {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    stack
}

/// Turns the clock day by day to `until` and gives who was told what on which day.
async fn told_until(stack: &Stack, until: &str) -> Vec<(String, String, String)> {
    while stack.base().clock.now() < at(until) {
        stack.clock.advance(TimeDelta::days(1));
        stack.run_task("tell_due").await;
    }
    let warned = stack
        .published::<WarningDue>()
        .await
        .into_iter()
        .map(|told| (told.occurred_at, told.rung));
    let escalated = stack
        .published::<Escalated>()
        .await
        .into_iter()
        .map(|told| (told.occurred_at, told.rung));
    warned
        .chain(escalated)
        .map(|(at, rung)| {
            let at = chassis::grpc::instant(&at.unwrap()).unwrap();
            let rung = rung.unwrap();
            (
                sla_watchdog::parse::local(at).format("%m-%d").to_string(),
                rung.rung_code,
                format!("{}/{}", rung.to_post, rung.via),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1c_an_order_nobody_touches_over_national_day_climbs_to_compliance() {
    let stack = stack().await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    stack.clock.set(at("2026-09-23T18:00:00+08:00"));
    let told = told_until(&stack, "2026-10-20T18:00:00+08:00").await;
    let expected = [
        ("10-09", "warning", "589002XD-handler/holder"),
        ("10-09", "warning", "589002XD-head/holder"),
        // Nobody holds the post of the reception's head: the message goes up to the office's duty post.
        ("10-10", "breach", "5890-head/duty"),
        ("10-12", "senior", "589002GL-head/holder"),
        ("10-13", "office", "5890-head/deputy"),
        ("10-14", "compliance", "44HG-head/holder"),
    ];
    assert_eq!(
        told,
        expected.map(|(on, rung, post)| (on.to_owned(), rung.to_owned(), post.to_owned()))
    );
    assert_eq!(stack.published::<ClockBreached>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p16_after_an_outage_what_was_missed_is_told_once_each_and_marked_late() {
    let stack = stack().await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    stack.clock.set(at("2026-10-14T09:00:00+08:00"));
    // Two replicas look at once.
    let (one, other) = tokio::join!(stack.run_task("tell_due"), stack.run_task("tell_due"));
    assert!(one != other || one == "told 0", "{one} and {other}");
    let escalated = stack.published::<Escalated>().await;
    let codes: Vec<_> = escalated
        .iter()
        .map(|told| told.rung.as_ref().unwrap().rung_code.as_str())
        .collect();
    assert_eq!(codes, ["breach", "senior", "office"]);
    assert!(
        escalated
            .iter()
            .all(|told| told.rung.as_ref().unwrap().late)
    );
    stack.run_task("tell_due").await;
    assert_eq!(stack.published::<Escalated>().await.len(), 3);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1b_a_stop_heard_before_its_start_and_both_doubled_give_one_met_clock() {
    let stack = stack().await;
    let (order, file) = (
        ordered("2026-09-23T09:00:00+08:00"),
        filed("2026-09-22T09:00:00+08:00"),
    );
    let id = stack.publish(&order, "589002", CASE).await;
    stack.settle().await;
    stack.publish(&file, "589002", CASE).await;
    stack.publish_as(id, &order, "589002", CASE).await;
    stack
        .publish(&result_filed("2026-09-29T09:00:00+08:00"), "589002", CASE)
        .await;
    let met: Vec<_> = stack
        .published::<ClockMet>()
        .await
        .into_iter()
        .map(|told| told.clock.unwrap().code)
        .collect();
    assert_eq!(stack.published::<ClockArmed>().await.len(), 2);
    assert_eq!(met.len(), 2);
    stack.clock.advance(TimeDelta::days(60));
    assert_eq!(stack.run_task("tell_due").await, "told 0");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l15_a_withdrawal_cancels_and_nobody_is_told_any_more() {
    let stack = stack().await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    let (awake, idle) = left(&stack).await;
    assert!(awake > 0 && idle == 0, "{awake} {idle}");
    stack
        .publish(&withdrawn("2026-09-24T10:00:00+08:00"), "589002", CASE)
        .await;
    assert_eq!(stack.published::<ClockCancelled>().await.len(), 1);
    assert_eq!(left(&stack).await, (0, awake));
    stack.clock.advance(TimeDelta::days(60));
    assert_eq!(stack.run_task("tell_due").await, "told 0");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_clock_is_explained_day_by_day_to_its_own_union_only() {
    let stack = stack().await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    let own = person("P9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let other = person("P8").post("589003SL-clerk", "589003SL", "589003", "reception_clerk");
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&own));
    let request = ExplainRequest {
        case_id: CASE.to_owned(),
        clock_code: "G18.1c".to_owned(),
    };
    let answer = client.explain(request.clone()).await.unwrap().into_inner();
    let explanation = answer.explanation.unwrap();
    assert_eq!(explanation.days.last().unwrap().reason, "国庆节调休上班");
    assert_eq!(answer.clock.unwrap().working_days_left, 7);
    let mut stranger = SlaWatchdogServiceClient::new(stack.channel_as(&other));
    assert_eq!(
        stranger.explain(request).await.unwrap_err().code(),
        tonic::Code::NotFound
    );
    let open = stranger
        .list_clocks(ListClocksRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(open.clocks.is_empty());
    // PostgreSQL itself keeps them apart, whatever a statement asks.
    stack
        .assert_walled(&["subjects", "facts", "clocks", "rungs"], &other)
        .await;
    let all = "SELECT count(*) AS count FROM clocks";
    assert_eq!(stack.count_seen(&own, all).await, stack.count(all).await);
    assert_eq!(
        stack
            .without_policy(&["union_code", "subject_id", "clock_id"])
            .await,
        ["beyond", "units"]
    );
    stack.stop().await;
}
