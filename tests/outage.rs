//! Killed at random under load: nothing acknowledged is lost, nothing is done twice, and everything drains.
//!
//! `cargo nextest run -p suite --run-ignored only two_minutes` kills for two minutes instead of some twenty seconds. Each run
//! prints its seed; `SUDA_OUTAGE_SEED=…` kills in the same order again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chassis::grpc::Peer;
use chrono::TimeDelta;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde_json::{Value, json};
use suite::{Province, SERVICES, administrator, person, post, raw::Rpc};
use tokio::time::{Instant, interval};
use tonic::{Code, Status};

use crate::course::{complaint, four_parts, merged, request_id};

/// How many register at the same time.
const CALLERS: usize = 3;
/// A caller's pause between two complaints, and between two tries of one.
const PAUSE: Duration = Duration::from_millis(400);
/// How long one try may take; whoever is killed meanwhile answers never.
const TRY: Duration = Duration::from_secs(5);
/// How long one complaint may take until it is acknowledged, with everything dying around it.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_doubled_when_processes_are_killed_under_load() {
    killed_for(Duration::from_secs(22)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "two minutes of killing; run it with --run-ignored only"]
async fn nothing_is_lost_or_doubled_in_two_minutes_of_killing() {
    killed_for(Duration::from_secs(120)).await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration file"
)]
fn seed() -> u64 {
    let wanted = std::env::var("SUDA_OUTAGE_SEED").ok();
    wanted.map_or_else(rand::random, |seed| seed.parse().unwrap())
}

#[expect(
    clippy::print_stdout,
    reason = "whoever repeats a run must know its seed"
)]
async fn killed_for(time: Duration) {
    let seed = seed();
    println!("SUDA_OUTAGE_SEED={seed}");
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    let until = Instant::now() + time;
    let (killed, acknowledged) = tokio::join!(
        kill(&province, StdRng::seed_from_u64(seed), until),
        load(&province, until)
    );
    println!(
        "{} complaints acknowledged; killed {killed:?}",
        acknowledged.len()
    );
    for service in &SERVICES {
        province.stack.wait_until_ready(service.name).await.unwrap();
    }
    province.settle().await;
    // What was due while they were down is told now.
    province.advance(TimeDelta::days(3)).await;
    nothing_is_lost(&province, &acknowledged).await;
    nothing_is_doubled(&province).await;
    province.stop().await;
}

/// Kills each service in turn, then the broker, then the database, and turns the clock a day between the rounds.
async fn kill(
    province: &Province,
    mut chance: StdRng,
    until: Instant,
) -> BTreeMap<&'static str, u32> {
    let mut killed = BTreeMap::new();
    'rounds: loop {
        let mut round: Vec<&'static str> = SERVICES.iter().map(|service| service.name).collect();
        round.shuffle(&mut chance);
        round.extend(["nats", "postgres"]);
        for part in round {
            let pause = Duration::from_millis(chance.gen_range(200..1500));
            tokio::time::timeout(pause, std::future::pending::<()>())
                .await
                .unwrap_err();
            if Instant::now() >= until {
                break 'rounds;
            }
            province.stack.kill(part).await.unwrap();
            *killed.entry(part).or_default() += 1;
        }
        let day = json!({ "seconds": 86_400 });
        let rpc = "suda.operation.v1.OperationService/AdvanceClock";
        // It may be tried again after it was done: time only goes on.
        until_done(rpc, &province.peer_of(&administrator(), "directory"), &day).await;
    }
    killed
}

/// Registers until the time is over and leads some of the cases on; gives what was acknowledged.
async fn load(province: &Province, until: Instant) -> BTreeSet<String> {
    let callers = (0..CALLERS).map(async |caller| {
        let mut acknowledged = BTreeSet::new();
        let mut tick = interval(PAUSE);
        while Instant::now() < until {
            tick.tick().await;
            let unit = json!({ "content": format!("自助机吞卡,第 {} 次。", acknowledged.len()) });
            let clerk = province.peer_of(&clerk(), "intake");
            let rpc = "suda.intake.v1.IntakeService/Register";
            let told = until_done(rpc, &clerk, &complaint(unit)).await;
            let told = &told["complaint"];
            acknowledged.insert(told["number"].as_str().unwrap().to_owned());
            lead(
                province,
                told["complaint_id"].as_str().unwrap(),
                caller + acknowledged.len(),
            )
            .await;
        }
        acknowledged
    });
    let told = futures::future::join_all(callers).await;
    let count: usize = told.iter().map(BTreeSet::len).sum();
    let all: BTreeSet<String> = told.into_iter().flatten().collect();
    assert_eq!(all.len(), count, "a number was given twice");
    all
}

/// Leads a case on: one is left as it is, one ordered, one answered and closed.
async fn lead(province: &Province, id: &str, turn: usize) {
    let steps: &[(&str, Value)] = match turn % 3 {
        0 => &[],
        1 => &[(
            "IssueOrder",
            json!({ "lead_unit_code": "589002XD", "matter": "核查吞卡", "requirements": "办结并答复" }),
        )],
        _ => &[
            ("AnswerDirectly", four_parts()),
            ("Close", json!({ "remark": "办结" })),
        ],
    };
    let peer = province.peer_of(&clerk(), "routing");
    for (verb, with) in steps {
        let get = "suda.routing.v1.RoutingService/GetCase";
        let case = until_done(get, &peer, &json!({ "case_id": id })).await;
        let head = json!({ "request_id": request_id(), "case_id": id, "expected_revision": case["case"]["revision"] });
        let rpc = format!("suda.routing.v1.RoutingService/{verb}");
        until_done(&rpc, &peer, &merged(head, with.clone())).await;
    }
}

fn clerk() -> chassis::auth::Claims {
    person(
        "p589002slclerk",
        vec![post(
            "589002SL-clerk",
            "589002SL",
            "589002",
            "reception_clerk",
        )],
    )
}

/// Asks again with the same request id until it is done.
async fn until_done(rpc: &str, peer: &Peer, asked: &Value) -> Value {
    let rpc = Rpc::named(rpc);
    let started = Instant::now();
    let mut tick = interval(PAUSE);
    loop {
        tick.tick().await;
        match rpc.ask(peer.clone().within(TRY), asked).await {
            Ok(answer) => return answer,
            Err(refused) => assert!(
                passes(&refused) && started.elapsed() < PATIENCE,
                "{}: {refused}",
                rpc.name
            ),
        }
    }
}

/// Whether a refusal is of the kind that passes when everybody is up again. A case that is not there yet will come.
fn passes(refused: &Status) -> bool {
    match refused.code() {
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::NotFound
        | Code::Cancelled
        | Code::Unknown => true,
        // A connection that broke in the middle of a statement.
        Code::Internal => refused.details().is_empty() || refused.message().contains("h2"),
        _ => false,
    }
}

async fn nothing_is_lost(province: &Province, acknowledged: &BTreeSet<String>) {
    let numbers = async |service: &str, statement: &str| {
        let rows = province.rows(service, statement).await;
        let numbers: BTreeSet<String> = rows.iter().cloned().collect();
        assert_eq!(numbers.len(), rows.len(), "{service} has a number twice");
        numbers
    };
    let kept = numbers("intake", "SELECT number FROM complaints").await;
    // Every caller asked until it was told, so what is kept and what was told are the same, without gaps.
    assert_eq!(&kept, acknowledged);
    let gapless: BTreeSet<String> = (1..=kept.len())
        .map(|number| format!("589002-2026-{number:06}"))
        .collect();
    assert_eq!(kept, gapless);
    assert_eq!(numbers("routing", "SELECT number FROM cases").await, kept);
    assert_eq!(
        numbers(
            "sla-watchdog",
            "SELECT DISTINCT number FROM subjects WHERE kind = 'case'"
        )
        .await,
        kept
    );
    let (count, counted) = crate::course::counted(province, "summary", "received").await;
    assert_eq!(
        (count, counted.into_iter().collect()),
        (kept.len() as u64, kept.clone())
    );
    // Every case that was closed is sealed.
    let closed = numbers(
        "routing",
        "SELECT number FROM cases WHERE closed_at IS NOT NULL",
    )
    .await;
    province.sealed(closed.len()).await;
    // A fact that arrives after sealing makes an addendum (补卷) beside the file, which is no second file.
    let sealed = "SELECT number FROM files WHERE addendum_number = 0";
    assert_eq!(numbers("archive", sealed).await, closed);
    assert!(!closed.is_empty() && closed.len() < kept.len());
}

/// The ledger holds each message that was told, once, in an unbroken chain; and no fact is told twice.
async fn nothing_is_doubled(province: &Province) {
    let mut told = BTreeSet::new();
    for service in &SERVICES {
        let rows = province.rows(service.name, "SELECT id FROM outbox").await;
        assert_eq!(
            province
                .rows(service.name, "SELECT count(*) FROM parked")
                .await,
            ["0"],
            "{} parked messages",
            service.name
        );
        told.extend(rows);
    }
    let wrote = async || {
        province
            .rows("archive", "SELECT message_id FROM ledger")
            .await
    };
    // The watchdog's pulse goes on while this is compared: what was told before must be there.
    province
        .wait("the ledger", async || {
            told.is_subset(&wrote().await.into_iter().collect())
        })
        .await;
    let entries = wrote().await;
    let unique: BTreeSet<_> = entries.iter().collect();
    assert_eq!(
        unique.len(),
        entries.len(),
        "a message stands in the ledger twice"
    );
    let rpc = "suda.archive.v1.ArchiveService/VerifyLedger";
    let verified = province.ask("p44hghead", rpc, json!({})).await.unwrap();
    assert_eq!(verified["intact"], true, "{verified}");
    assert!(verified["entries"].as_u64().unwrap() >= told.len() as u64);

    for (service, what, statement) in [
        (
            "sla-watchdog",
            "clock",
            "SELECT subject_id::text || code FROM clocks",
        ),
        (
            "routing",
            "escalation",
            "SELECT case_id::text || clock_code || rung_code || recipient FROM escalations",
        ),
        ("archive", "file", "SELECT case_id FROM files"),
    ] {
        let rows = province.rows(service, statement).await;
        let once: BTreeSet<_> = rows.iter().collect();
        assert_eq!(once.len(), rows.len(), "{service} has a {what} twice");
        assert!(
            !rows.is_empty() || what == "escalation",
            "{service} has no {what}"
        );
    }
    facts_are_told_once(province).await;
}

/// What each fact is about may happen once; it is found in the ledger, which holds what was told as it was told.
async fn facts_are_told_once(province: &Province) {
    // What makes two facts of a kind the same fact: these fields, wherever they stand in the message.
    const ONCE: [(&str, &[&str]); 10] = [
        ("suda.intake.v1.ComplaintRegistered", &["number"]),
        ("suda.routing.v1.CaseOpened", &["case_id"]),
        ("suda.routing.v1.CaseFiled", &["case_id"]),
        ("suda.routing.v1.OrderIssued", &["case_id"]),
        ("suda.routing.v1.CaseClosed", &["case_id"]),
        ("suda.archive.v1.CaseSealed", &["case_id"]),
        ("suda.sla_watchdog.v1.ClockArmed", &["case_id", "code"]),
        ("suda.sla_watchdog.v1.ClockMet", &["case_id", "code"]),
        (
            "suda.sla_watchdog.v1.WarningDue",
            &["case_id", "code", "due_version", "rung_code", "recipient"],
        ),
        (
            "suda.sla_watchdog.v1.Escalated",
            &["case_id", "code", "due_version", "rung_code", "recipient"],
        ),
    ];
    let pool = prost_reflect::DescriptorPool::decode(suda_proto::DESCRIPTORS).unwrap();
    for (fact, fields) in ONCE {
        let descriptor = pool.get_message_by_name(fact).unwrap();
        let statement =
            format!("SELECT encode(body, 'hex') FROM ledger WHERE subject LIKE '{fact}.%'");
        let bodies = province.rows("archive", &statement).await;
        let mut seen = BTreeSet::new();
        for body in &bodies {
            let json = suite::raw::to_json(&descriptor, &bytes(body));
            let same: Vec<String> = fields.iter().map(|field| found(&json, field)).collect();
            assert!(
                seen.insert(same.clone()),
                "{fact} of {same:?} is told twice"
            );
        }
        assert!(!seen.is_empty(), "no {fact} was told");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The first value of this field in a message or in one within it.
fn found(json: &Value, field: &str) -> String {
    let Some(fields) = json.as_object() else {
        return String::new();
    };
    if let Some(value) = fields.get(field) {
        return value.to_string();
    }
    let within = fields.values().map(|value| found(value, field));
    within
        .into_iter()
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}
