//! Calendars and policies that change while clocks run.

use chassis::testing::{Person, Stack, person};
use sla_watchdog::SlaWatchdog;
use suda_proto::{
    directory::v1::{Calendar, CalendarYear},
    sla_watchdog::v1::{
        ApplyLawRequest, ApplyLawResponse, ClockArmed, ClockCancelled, ClockMet, ClockMoved,
        ExplainRequest, ListClocksRequest, PreviewLawRequest, PreviewLawResponse,
        foresight_service_client::ForesightServiceClient,
        sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};
use tonic::Status;

use crate::law::{
    CASE, at, day, filed, later, ordered, policy, publish_calendar, publish_policy, result_filed,
    tell_law,
};

async fn stack() -> Stack {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    stack
}

fn administrator() -> Person {
    person("admin").post("admin", "44", "44", "administrator")
}

fn clerk() -> Person {
    person("P9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk")
}

async fn preview(stack: &Stack, request: PreviewLawRequest) -> PreviewLawResponse {
    let mut client = ForesightServiceClient::new(stack.channel_as(&administrator()));
    client.preview_law(request).await.unwrap().into_inner()
}

async fn apply(stack: &Stack, id: u32, token: &str) -> Result<ApplyLawResponse, Status> {
    let mut client = ForesightServiceClient::new(stack.channel_as(&administrator()));
    let request = ApplyLawRequest {
        request_id: format!("0192bbbb-0000-7000-8000-{id:012}"),
        token: token.to_owned(),
        reason: "国办发明电〔2026〕9号".to_owned(),
    };
    client
        .apply_law(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn due(stack: &Stack) -> (String, u64) {
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&clerk()));
    let request = ExplainRequest {
        case_id: CASE.to_owned(),
        clock_code: "G18.1c".to_owned(),
    };
    let told = client.explain(request).await.unwrap().into_inner();
    let clock = told.clock.unwrap();
    (clock.due_words, clock.calendar_version)
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_p8_a_holiday_announced_late_moves_open_clocks_only_as_it_was_previewed() {
    let stack = stack().await;
    stack
        .publish(&filed("2026-09-22T09:00:00+08:00"), "589002", CASE)
        .await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    let holiday = later(2, &["2026-10-09"], &[]);

    // As a draft: shown, and nothing written.
    let draft = PreviewLawRequest {
        calendars: vec![holiday.clone()],
        ..PreviewLawRequest::default()
    };
    let seen = preview(&stack, draft).await;
    // The clock that was met by the order is closed and is none of those that move.
    assert_eq!(
        (seen.open, seen.moved, seen.earlier, seen.later),
        (1, 1, 0, 1)
    );
    assert_eq!(seen.moves[0].due_words, "2026-10-12 17:30");
    assert_eq!(due(&stack).await, ("2026-10-10 17:30".to_owned(), 1));

    // Published, it holds for what begins now; open clocks wait for somebody's word.
    publish_calendar(&stack, holiday).await;
    let waiting = preview(&stack, PreviewLawRequest::default()).await;
    assert_eq!((waiting.waiting, &waiting.token), (true, &seen.token));
    assert_eq!(due(&stack).await, ("2026-10-10 17:30".to_owned(), 1));
    let refused = apply(&stack, 1, "another").await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Aborted);
    assert_eq!(apply(&stack, 2, &seen.token).await.unwrap().moved, 1);
    assert_eq!(apply(&stack, 2, &seen.token).await.unwrap().moved, 1);
    assert_eq!(due(&stack).await, ("2026-10-12 17:30".to_owned(), 2));
    let moved = stack.published::<ClockMoved>().await;
    assert_eq!(moved.len(), 1);
    assert_eq!(
        moved[0].was_due_at,
        Some(chassis::grpc::timestamp(at("2026-10-10T17:30:00+08:00")))
    );
    assert_eq!(
        (moved[0].was_calendar_version, moved[0].reason.as_str()),
        (1, "国办发明电〔2026〕9号")
    );
    assert!(!preview(&stack, PreviewLawRequest::default()).await.waiting);

    // The result of the clock that had ended keeps the version it was reached under.
    let met = stack.published::<ClockMet>().await;
    assert_eq!(met[0].clock.as_ref().unwrap().calendar_version, 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_a_sum_past_the_last_loaded_day_waits_for_its_calendar_and_holds_no_other_clock() {
    let stack = stack().await;
    stack
        .publish(&filed("2026-12-23T09:00:00+08:00"), "589002", CASE)
        .await;
    stack
        .publish(&ordered("2026-12-25T10:00:00+08:00"), "589002", CASE)
        .await;
    // Seven working days and the ladder after them need 2027, which nobody loaded; the two days before do not.
    let codes = |armed: Vec<ClockArmed>| -> Vec<(String, bool)> {
        let clocks = armed.into_iter().map(|told| told.clock.unwrap());
        clocks
            .map(|clock| (clock.code, clock.provisional))
            .collect()
    };
    let armed = codes(stack.published::<ClockArmed>().await);
    assert_eq!(armed, [("G18.1b".to_owned(), false)]);
    assert_eq!(stack.run_task("beat").await, "alive");
    publish_calendar(&stack, later(2, &[], &[2027])).await;
    let armed = codes(stack.published::<ClockArmed>().await);
    assert_eq!(armed[1], ("G18.1c".to_owned(), true));
    // When the notice of 2027 is out, the provisional date follows it, with a trail.
    let mut official = later(3, &[], &[2027]);
    official.years[1].official = true;
    official.years[1].notice = "国务院办公厅关于2027年部分节假日安排的通知".to_owned();
    official.years[1].holidays = vec![day("2027-01-01", "元旦")];
    publish_calendar(&stack, official).await;
    let seen = preview(&stack, PreviewLawRequest::default()).await;
    assert_eq!(seen.moved, 1);
    apply(&stack, 1, &seen.token).await.unwrap();
    let moved = stack
        .published::<ClockMoved>()
        .await
        .pop()
        .unwrap()
        .clock
        .unwrap();
    assert_eq!(
        (moved.due_words.as_str(), moved.provisional),
        ("2027-01-06 17:30", false)
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_a_policy_that_is_replaced_ends_the_clocks_it_has_no_more_once_that_was_said() {
    let stack = stack().await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    let mut replaced = policy();
    replaced.version = 2;
    replaced.digest = "second".to_owned();
    replaced.clocks.truncate(1);
    publish_policy(&stack, replaced).await;
    // A fact that comes meanwhile moves the clock by the version it was armed with.
    assert!(stack.published::<ClockCancelled>().await.is_empty());
    let seen = preview(&stack, PreviewLawRequest::default()).await;
    assert_eq!((seen.moved, seen.ended), (1, 1));
    apply(&stack, 1, &seen.token).await.unwrap();
    let ended = stack.published::<ClockCancelled>().await;
    assert_eq!(ended[0].clock.as_ref().unwrap().policy_version, 1);
    stack
        .publish(&result_filed("2026-10-30T10:00:00+08:00"), "589002", CASE)
        .await;
    assert!(stack.published::<ClockMet>().await.is_empty());
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_a_county_s_own_day_off_counts_in_that_county_only() {
    let stack = stack().await;
    let county = Calendar {
        code: "county-589002".to_owned(),
        version: 1,
        union_code: "589002".to_owned(),
        digest: "county".to_owned(),
        years: vec![CalendarYear {
            year: 2026,
            official: true,
            notice: "台山市人民政府通告".to_owned(),
            holidays: vec![day("2026-09-28", "本地节日")],
            ..CalendarYear::default()
        }],
        ..Calendar::default()
    };
    publish_calendar(&stack, county).await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&clerk()));
    let request = ExplainRequest {
        case_id: CASE.to_owned(),
        clock_code: "G18.1c".to_owned(),
    };
    let told = client.explain(request).await.unwrap().into_inner();
    let (clock, explanation) = (told.clock.unwrap(), told.explanation.unwrap());
    assert_eq!(
        (clock.due_words.as_str(), clock.county_calendar_version),
        ("2026-10-12 17:30", 1)
    );
    let own = explanation
        .days
        .iter()
        .find(|day| day.date == "2026-09-28")
        .unwrap();
    assert_eq!(
        (own.counts, own.source.as_str()),
        (false, "台山市人民政府通告")
    );
    let open = client
        .list_clocks(ListClocksRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(open.clocks.len(), 1);
    stack.stop().await;
}
