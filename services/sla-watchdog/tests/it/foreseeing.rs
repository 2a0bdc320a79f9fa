//! What would be told, what would have been, why a clock is due when it is; and what a night's look mends.

use chassis::{
    db::sql,
    testing::{Stack, person},
};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use sla_watchdog::SlaWatchdog;
use suda_proto::{
    routing::v1::{CaseClosed, CaseView},
    sla_watchdog::v1::{
        BacktestRequest, CertifyRequest, CertifyResponse, ClockArmed, Escalated, SimulateRequest,
        WarningDue, WatchdogBeat, foresight_service_client::ForesightServiceClient,
    },
};

use crate::law::{CASE, at, case, ordered, policy, result_filed, tell_law};

async fn stack() -> Stack {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    stack
}

fn stamp(text: &str) -> Option<prost_types::Timestamp> {
    Some(chassis::grpc::timestamp(at(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn p15_a_simulation_names_who_would_be_told_and_writes_and_tells_nothing() {
    let stack = stack().await;
    let head = person("P9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let mut client = ForesightServiceClient::new(stack.channel_as(&head));
    let request = SimulateRequest {
        until: stamp("2026-10-13T18:00:00+08:00"),
        ..SimulateRequest::default()
    };
    let seen = client.simulate(request.clone()).await.unwrap().into_inner();
    let told: Vec<_> = seen
        .messages
        .iter()
        .map(|line| line.rung.as_ref().unwrap())
        .map(|rung| {
            (
                rung.rung_code.as_str(),
                rung.to_post.as_str(),
                rung.via.as_str(),
            )
        })
        .collect();
    let expected = [
        ("warning", "589002XD-handler", "holder"),
        ("warning", "589002XD-head", "holder"),
        ("breach", "5890-head", "duty"),
        ("senior", "589002GL-head", "holder"),
        ("office", "5890-head", "deputy"),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        (seen.breaches.len(), seen.unreachable.len(), seen.cut),
        (1, 0, false)
    );
    stack.run_task("tell_due").await;
    assert!(stack.published::<WarningDue>().await.is_empty());
    let stranger = person("P8").post("589003SL-clerk", "589003SL", "589003", "reception_clerk");
    let mut other = ForesightServiceClient::new(stack.channel_as(&stranger));
    assert!(
        other
            .simulate(request)
            .await
            .unwrap()
            .into_inner()
            .messages
            .is_empty()
    );
    let past = SimulateRequest {
        until: stamp("2026-09-01T18:00:00+08:00"),
        ..SimulateRequest::default()
    };
    assert_eq!(
        client.simulate(past).await.unwrap_err().code(),
        tonic::Code::InvalidArgument
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1c_a_certificate_holds_the_sum_the_facts_the_ladder_and_a_digest_of_itself() {
    use prost::Message as _;
    use sha2::Digest as _;

    let stack = stack().await;
    let clerk = person("P9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let mut client = ForesightServiceClient::new(stack.channel_as(&clerk));
    let request = CertifyRequest {
        case_id: CASE.to_owned(),
        clock_code: "G18.1c".to_owned(),
    };
    let told = client.certify(request).await.unwrap().into_inner();
    let explanation = told.explanation.clone().unwrap();
    assert_eq!(explanation.due_words, "2026-10-10 17:30");
    let ledger = explanation.ledger.unwrap();
    assert_eq!(
        (ledger.total, ledger.consumed, ledger.budget.as_str()),
        (7, 0, "7个工作日")
    );
    let effects: Vec<_> = told.facts.iter().map(|fact| fact.effect.as_str()).collect();
    assert_eq!(
        (effects.as_slice(), told.rungs.len()),
        (["starts"].as_slice(), 6)
    );
    assert_eq!(told.calendar_digest, "first");
    let bare = CertifyResponse {
        digest: String::new(),
        ..told.clone()
    };
    let digest = sha2::Sha256::digest(bare.encode_to_vec());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, told.digest);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g29_a_draft_is_tried_on_closed_cases_and_nothing_is_written() {
    let stack = stack().await;
    stack
        .publish(&result_filed("2026-09-30T09:00:00+08:00"), "589002", CASE)
        .await;
    let led = CaseView {
        lead_unit_code: "589002XD".to_owned(),
        ..case(4)
    };
    let closed = CaseClosed {
        case: Some(led),
        occurred_at: stamp("2026-09-30T10:00:00+08:00"),
        ..CaseClosed::default()
    };
    stack.publish(&closed, "589002", CASE).await;
    stack.settle().await;
    let armed = stack.published::<ClockArmed>().await.len();
    let head = person("P7")
        .post("44HG-head", "44HG", "44", "compliance_head")
        .unions(["*"]);
    let mut client = ForesightServiceClient::new(stack.channel_as(&head));
    let mut draft = policy();
    draft.clocks[1].limit.as_mut().unwrap().count = 3;
    let request = BacktestRequest {
        draft: Some(draft),
        from: stamp("2026-07-01T00:00:00+08:00"),
        until: stamp("2027-01-01T00:00:00+08:00"),
    };
    let told = client.backtest(request).await.unwrap().into_inner();
    let line = told
        .clocks
        .iter()
        .find(|line| line.clock_code == "G18.1c")
        .unwrap();
    // Three working days after 23 September end on the 29th.
    assert_eq!(
        (
            told.cases,
            line.met,
            line.breached,
            line.would_be_met,
            line.would_be_breached
        ),
        (1, 1, 0, 0, 1)
    );
    let units: Vec<_> = told
        .units
        .iter()
        .map(|line| line.unit_code.as_str())
        .collect();
    // One line for each clock of the unit.
    assert_eq!(units, ["589002XD", "589002XD"]);
    assert_eq!((told.changes.len(), told.changes[0].met), (1, false));
    assert_eq!(stack.published::<ClockArmed>().await.len(), armed);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p16_p3_what_is_missing_from_a_ladder_is_planned_again_and_told_late() {
    let stack = stack().await;
    let lost = "DELETE FROM rungs WHERE rung = 'office'";
    stack.db.reader().execute_raw(sql(lost, [])).await.unwrap();
    stack.clock.set(at("2026-10-14T09:00:00+08:00"));
    let said = stack.run_task("reconcile").await;
    // It is October, and nobody loaded 2027 (P3).
    assert_eq!(
        said,
        "repaired 1, 0 would reach nobody, next calendar missing"
    );
    stack.run_task("tell_due").await;
    let told = stack.published::<Escalated>().await;
    let office: Vec<_> = told
        .iter()
        .map(|told| told.rung.as_ref().unwrap())
        .filter(|rung| rung.rung_code == "office")
        .collect();
    assert!(office.len() == 1 && office[0].late);
    // Once a day is enough, and the second look finds nothing to mend.
    assert_eq!(stack.run_task("reconcile").await, "done for 2026-10-14");
    stack.clock.advance(TimeDelta::days(1));
    assert!(stack.run_task("reconcile").await.starts_with("repaired 0"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p15_p21_nobody_to_tell_is_counted_and_a_beat_says_what_was_examined() {
    let stack = stack().await;
    let gone = "UPDATE posts SET held = false, deputised = false";
    stack.db.reader().execute_raw(sql(gone, [])).await.unwrap();
    stack.run_task("beat").await;
    stack.clock.set(at("2026-10-14T09:00:00+08:00"));
    assert_eq!(stack.run_task("tell_due").await, "told 1");
    assert_eq!(stack.run_task("tell_due").await, "told 0");
    stack.run_task("beat").await;
    let beats = stack.published::<WatchdogBeat>().await;
    // Before it ever looked it had examined nothing, though a clock ran: that is what directory alarms about.
    assert_eq!((beats[0].examined, beats[0].open_clocks), (0, 1));
    assert_eq!(
        (
            beats[1].examined,
            beats[1].open_clocks,
            beats[1].unreachable
        ),
        (1, 1, 5)
    );
    // Somebody takes the compliance department's post: all that waited reaches it.
    let filled = "UPDATE posts SET held = true WHERE code = '44HG-head'";
    stack
        .db
        .reader()
        .execute_raw(sql(filled, []))
        .await
        .unwrap();
    stack.clock.advance(TimeDelta::hours(2));
    assert_eq!(stack.run_task("tell_due").await, "told 5");
    stack.stop().await;
}
