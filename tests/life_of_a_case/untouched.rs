//! A case nobody touches: the system itself tells one after another, up to the province, on the days the law gives.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use suite::Province;

use crate::course::{CLERK, Course, complaint, request_id};

/// A message of the ladder: clock, day and time it is due in Shanghai, post, and how it came to that post.
type Told = (String, String, String, String);

fn told(clock: &str, at: &str, post: &str, via: &str) -> Told {
    (clock.into(), at.into(), post.into(), via.into())
}

/// The messages that were sent about a case for these clocks, each on the day it was due.
async fn sent(course: &Course<'_>, clocks: &[&str]) -> Vec<Told> {
    let rpc = "suda.sla_watchdog.v1.SlaWatchdogService/ListRungs";
    let asked = json!({ "case_id": course.id() });
    let listed = course
        .province
        .ask("p44hgofficer", rpc, asked)
        .await
        .unwrap();
    let rungs = listed["rungs"].as_array().unwrap().iter();
    let mut sent: Vec<Told> = rungs
        .filter(|planned| clocks.iter().any(|clock| planned["clock_code"] == *clock))
        .filter(|planned| !planned["rung"]["sent_at"].is_null())
        .map(|planned| {
            let rung = &planned["rung"];
            let (due, sent) = (shanghai(&rung["legal_at"]), shanghai(&rung["sent_at"]));
            // The clock is turned once a day; a limit that ends at midnight is found the evening after.
            let late = sent - due;
            assert!(
                late >= TimeDelta::zero() && late < TimeDelta::days(1),
                "{planned}"
            );
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&planned["clock_code"]),
                due.format("%m-%d %H:%M").to_string(),
                text(&rung["to_post"]),
                text(&rung["via"]),
            )
        })
        .collect();
    sent.sort();
    sent
}

/// An instant, moved so that it shows what a watch in Shanghai shows.
fn shanghai(value: &Value) -> DateTime<Utc> {
    let at: DateTime<Utc> = value.as_str().unwrap().parse().unwrap();
    at + TimeDelta::hours(8)
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1b_g18_1c_l18_cases_nobody_touches_over_national_day_climb_to_office_and_compliance() {
    // Wednesday. 25 to 27 September is 中秋, 1 to 7 October 国庆, Saturday 10 October is worked.
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    let filed = Course::begin(&province, CLERK, complaint(json!({}))).await;
    let mut ordered = Course::begin(&province, CLERK, complaint(json!({}))).await;
    assert_eq!(filed.state(), "FILED");
    assert_eq!(ordered.order().await, "ORDERED");
    province.settle().await;

    // Close of business is behind when the day's messages are looked for.
    province.advance(TimeDelta::hours(8)).await;
    for _ in 0..22 {
        province.advance(TimeDelta::days(1)).await;
    }

    // Filed and left: the order was due on the second working day, 28 September; the decision after 15 natural days.
    assert_eq!(
        sent(&filed, &["G18.1b", "L18"]).await,
        [
            told("G18.1b", "09-24 17:30", "589002SL-clerk", "holder"),
            told("G18.1b", "09-24 17:30", "589002SL-head", "deputy"),
            told("G18.1b", "09-28 17:30", "589002SL-head", "deputy"),
            told("G18.1b", "09-29 17:30", "589002GL-head", "holder"),
            told("G18.1b", "09-30 17:30", "5890-head", "holder"),
            told("G18.1b", "10-08 17:30", "44HG-head", "holder"),
            told("L18", "09-29 17:30", "589002SL-clerk", "holder"),
            told("L18", "09-29 17:30", "589002SL-head", "deputy"),
            told("L18", "10-09 00:00", "589002SL-head", "deputy"),
            told("L18", "10-09 17:30", "589002GL-head", "holder"),
            told("L18", "10-10 17:30", "5890-head", "holder"),
            told("L18", "10-12 17:30", "44HG-head", "holder"),
        ]
    );
    // Ordered and left: seven working days end on 10 October, a make-up Saturday.
    assert_eq!(
        sent(&ordered, &["G18.1b", "G18.1c"]).await,
        [
            told("G18.1c", "10-09 17:30", "589002XD-handler", "holder"),
            told("G18.1c", "10-09 17:30", "589002XD-head", "holder"),
            told("G18.1c", "10-10 17:30", "589002SL-head", "deputy"),
            told("G18.1c", "10-12 17:30", "589002GL-head", "holder"),
            told("G18.1c", "10-13 17:30", "5890-head", "holder"),
            told("G18.1c", "10-14 17:30", "44HG-head", "holder"),
        ]
    );
    assert_eq!(ordered.clock("G18.1b").await["state"], "CLOCK_STATE_MET");
    assert_eq!(filed.clock("G18.1b").await["state"], "CLOCK_STATE_OVERDUE");
    assert_eq!(filed.clock("L18").await["state"], "CLOCK_STATE_OVERDUE");

    items_are_answered(&filed, "G18.1b").await;
    items_are_answered(&ordered, "G18.1c").await;
    posts_were_written_to(&filed).await;
    province.stop().await;
}

/// The office and the compliance department each have an item, take note of it and answer it; nobody else can.
async fn items_are_answered(course: &Course<'_>, clock: &str) {
    let list = "suda.routing.v1.RoutingService/ListEscalations";
    let asked = json!({ "case_id": course.id() });
    let listed = course
        .province
        .ask("p44hgofficer", list, asked.clone())
        .await
        .unwrap();
    let items = listed["escalations"].as_array().unwrap().iter();
    let mut views: Vec<_> = items
        .map(|item| item["view"].clone())
        .filter(|item| item["clock_code"] == clock)
        .collect();
    views.sort_by_key(|item| item["unit_code"].to_string());
    let units: Vec<_> = views.iter().map(|item| &item["unit_code"]).collect();
    assert_eq!(units, ["44HG", "5890"]);
    for (item, account) in views.iter().zip(["p44hgofficer", "p5890head"]) {
        let asked = |revision: &Value| json!({ "request_id": request_id(), "escalation_id": item["escalation_id"], "expected_revision": revision });
        let acknowledge = "suda.routing.v1.RoutingService/AcknowledgeEscalation";
        let province = course.province;
        let refused = province
            .ask(CLERK, acknowledge, asked(&item["revision"]))
            .await;
        assert_eq!(refused.unwrap_err().code(), tonic::Code::PermissionDenied);
        let noted = province
            .ask(account, acknowledge, asked(&item["revision"]))
            .await
            .unwrap();
        let noted = &noted["escalation"];
        assert_eq!(noted["state"], "ESCALATION_STATE_ACKNOWLEDGED");
        let mut answer = asked(&noted["revision"]);
        answer["answer"] = json!("已督促联社,限三个工作日内办结并回报");
        let rpc = "suda.routing.v1.RoutingService/AnswerEscalation";
        let answered = province.ask(account, rpc, answer).await.unwrap();
        assert_eq!(answered["escalation"]["state"], "ESCALATION_STATE_ANSWERED");
    }
    let listed = course
        .province
        .ask("p44hgofficer", list, asked)
        .await
        .unwrap();
    let open = listed["escalations"].as_array().unwrap().iter();
    let open = open.filter(|item| {
        item["view"]["clock_code"] == clock && item["view"]["state"] != "ESCALATION_STATE_ANSWERED"
    });
    assert_eq!(open.count(), 0);
}

/// A vacant post has a mailbox all the same: its deputy reads it, and the mail is there.
async fn posts_were_written_to(course: &Course<'_>) {
    let folder = course.province.stack.layout.path("mail/out/new");
    let written = |address: &str| {
        let mails = std::fs::read_dir(&folder).unwrap();
        let mut texts = mails.map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap());
        texts.any(|text| text.contains(&format!("To: {address}")))
    };
    for address in [
        "589002sl-head@suda.example",
        "589002gl-head@suda.example",
        "5890-head@suda.example",
        "44hg-head@suda.example",
    ] {
        let what = format!("a mail to {address}");
        course.province.wait(&what, async || written(address)).await;
    }
}
