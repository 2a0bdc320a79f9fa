use serde_json::json;
use suda_proto::{
    channel::v1::{Manner, NoticeDelivered, NoticeFailed},
    common::v1::Channel,
    intake::v1::EvidenceKind,
    routing::v1::{NoticeRequested, NoticeState, NoticeView},
};

use crate::support::{SECRET, Signed, World, event, form};

#[tokio::test]
async fn f2_3_an_agents_form_is_answered_with_the_number_each_time_it_is_posted() {
    let world = World::new().await;
    world.post(&event("ringing", "c1", "09:50:00")).await;
    world.post(&event("answered", "c1", "09:50:10")).await;
    for _ in 0..3 {
        let (status, answer) = world.post(&form("c1", "09:58:00", "柜员态度恶劣")).await;
        assert_eq!(status, 200);
        assert_eq!(answer["number"], "589002-2026-000001");
        assert_eq!(answer["query_code"], "QUERY001");
    }
    let registered = world.office.registered();
    assert_eq!(registered.len(), 1);
    let request = &registered[0].request;
    assert_eq!(request.unit_code, "589002SL");
    assert_eq!(request.complainant.as_ref().unwrap().phone, "13800005678");
    assert_eq!(request.source.as_ref().unwrap().account, "96138");
    let rang: chrono::DateTime<chrono::Utc> = "2026-09-23T09:50:00+08:00".parse().unwrap();
    let received = request.received_at.as_ref().unwrap().seconds;
    assert_eq!(
        received,
        rang.timestamp(),
        "it reached us at the first ring"
    );
    assert_eq!(world.states().await, ["acknowledged"]);
    // Who withholds his number and gives no name is anonymous.
    let mut withheld = form("c2", "09:58:00", "不愿透露姓名");
    withheld["caller"] = json!("sip:anonymous@anonymous.invalid");
    withheld["form"]["name"] = json!(" ");
    let (status, answer) = world.post(&withheld).await;
    assert_eq!(
        (status, answer["number"].as_str()),
        (200, Some("589002-2026-000002"))
    );
    let who = world.office.registered()[1]
        .request
        .complainant
        .clone()
        .unwrap();
    assert!(who.anonymous && who.phone.is_empty());
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_a_form_waits_for_intake_and_gets_its_number_when_it_is_posted_again() {
    let world = World::new().await;
    world.office.shut(true);
    let body = form("c1", "09:58:00", "排队");
    let (status, answer) = world.post(&body).await;
    assert_eq!((status, answer["state"].as_str()), (202, Some("kept")));
    world.office.shut(false);
    world.stack.run_task("register").await;
    assert_eq!(world.states().await, ["registered"]);
    let (status, answer) = world.post(&body).await;
    assert_eq!(
        (status, answer["number"].as_str()),
        (200, Some("589002-2026-000001"))
    );
    assert_eq!(world.states().await, ["acknowledged"]);
    assert_eq!(world.office.registered().len(), 1);
    world.stack.stop().await;
}

#[tokio::test]
async fn only_the_call_centre_may_post_and_only_now() {
    let world = World::new().await;
    let body = form("c1", "09:58:00", "一").to_string();
    let now = world.now();
    let signed = |secret, timestamp, nonce| Signed {
        secret,
        timestamp,
        nonce,
    };
    let wrong = "another secret of some length";
    assert_eq!(
        world
            .post_as("hotline", &signed(wrong, now, "n1"), &body)
            .await
            .0,
        401
    );
    assert_eq!(
        world
            .post_as("hotline", &signed(SECRET, now, ""), &body)
            .await
            .0,
        401
    );
    assert_eq!(
        world
            .post_as("nowhere", &signed(SECRET, now, "n1"), &body)
            .await
            .0,
        404
    );
    for late in [-301, 301] {
        let signed = signed(SECRET, now + late, "n1");
        assert_eq!(world.post_as("hotline", &signed, &body).await.0, 403);
    }
    let long = "x".repeat(2_000_000);
    assert_eq!(
        world
            .post_as("hotline", &signed(SECRET, now, "n1"), &long)
            .await
            .0,
        413
    );
    assert!(world.states().await.is_empty());
    // A nonce is for one body; the same post again is a repeat, not an attack.
    assert_eq!(
        world
            .post_as("hotline", &signed(SECRET, now, "n1"), &body)
            .await
            .0,
        200
    );
    assert_eq!(
        world
            .post_as("hotline", &signed(SECRET, now, "n1"), &body)
            .await
            .0,
        200
    );
    let other = form("c1", "09:58:00", "二").to_string();
    assert_eq!(
        world
            .post_as("hotline", &signed(SECRET, now, "n1"), &other)
            .await
            .0,
        403
    );
    assert_eq!(world.office.registered().len(), 1);
    // Nonces are forgotten once they cannot be played again.
    world.stack.clock.advance(chrono::TimeDelta::seconds(601));
    world.stack.run_task("forms").await;
    assert_eq!(
        world
            .stack
            .count("SELECT count(*) AS count FROM nonces")
            .await,
        0
    );
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_what_the_call_centre_sent_and_nobody_can_read_is_put_aside() {
    let world = World::new().await;
    let mut no_form = event("form", "c1", "09:00:00");
    no_form["form"] = json!(null);
    let mut nature = form("c2", "09:00:00", "一");
    nature["form"]["nature"] = json!("gossip");
    let mut unit = form("c3", "09:00:00", "一");
    unit["form"]["unit_code"] = json!("99999");
    let mut instant = event("hung_up", "c5", "09:00:00");
    instant["at"] = json!("-9999-01-01T00:00:00Z");
    let mut amount = form("c6", "09:00:00", "一");
    amount["form"]["amount_fen"] = json!(-1);
    let bodies = [
        json!({"event": "exploded", "event_id": "1", "at": "2026-09-23T09:00:00+08:00"}),
        json!({"event": "ringing", "event_id": "2", "at": "yesterday", "call_id": "c"}),
        json!(["not", "an", "object"]),
        no_form,
        nature,
        unit,
        form("c4", "09:00:00", "  "),
        // No database keeps the NUL of an id nor the year of an instant, and no complaint has such an amount.
        event("ringing", "c\0", "09:00:00"),
        instant,
        amount,
    ];
    for body in &bodies {
        let (status, answer) = world.post(body).await;
        assert_eq!(
            (status, answer["state"].as_str()),
            (202, Some("kept")),
            "{body}"
        );
    }
    world
        .stack
        .execute("UPDATE incoming SET next_try_at = now(), leased_until = '-infinity'")
        .await;
    world.stack.run_task("register").await;
    assert_eq!(world.office.quarantined().len(), bodies.len());
    assert!(
        world
            .states()
            .await
            .iter()
            .all(|state| state == "quarantined")
    );
    assert!(world.office.registered().is_empty());
    world.stack.stop().await;
}

#[tokio::test]
async fn f2_2_the_recording_becomes_evidence_whenever_it_comes() {
    let world = World::new().await;
    // The event first, then the form, then the file; and all of it twice.
    let mut ready = event("recording", "c1", "10:06:00");
    ready["recording"] = json!("c1.wav");
    for _ in 0..2 {
        world.post(&ready).await;
        world.post(&form("c1", "09:58:00", "一")).await;
        world.stack.run_task("bind").await;
    }
    assert!(world.office.evidence().is_empty());
    std::fs::write(world.recordings.path().join("c1.wav"), b"RIFF").unwrap();
    for _ in 0..2 {
        world
            .stack
            .execute("UPDATE call_forms SET next_try_at = now()")
            .await;
        world.stack.run_task("bind").await;
    }
    let evidence = world.office.evidence();
    assert_eq!(evidence.len(), 1);
    assert_eq!(evidence[0].evidence[0].kind(), EvidenceKind::Recording);
    let digest = &evidence[0].evidence[0].blob.as_ref().unwrap().digest;
    assert_eq!(world.office.file(digest).unwrap(), b"RIFF");
    // A name that is a path reaches nothing.
    let mut evil = event("recording", "c2", "10:06:00");
    evil["recording"] = json!("../secret");
    world.post(&evil).await;
    world.post(&form("c2", "09:58:00", "二")).await;
    world.stack.run_task("bind").await;
    assert_eq!(world.office.evidence().len(), 1);
    let given_up = "SELECT count(*) AS count FROM call_forms WHERE note <> ''";
    assert_eq!(world.stack.count(given_up).await, 1);
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_a_call_nobody_wrote_down_is_put_aside_the_same_day() {
    let world = World::new().await;
    // Late and doubled: hung up before answered, answered before ringing.
    let mut hung_up = event("hung_up", "silent", "09:05:00");
    hung_up["talk_seconds"] = json!(240);
    for body in [
        &hung_up,
        &event("answered", "silent", "09:00:10"),
        &event("ringing", "silent", "09:00:00"),
        &hung_up,
    ] {
        assert_eq!(world.post(body).await.0, 200);
    }
    // That it was answered was never told; the clock of the call centre is an hour ahead.
    let mut unheard = event("hung_up", "unheard", "11:05:00");
    unheard["talk_seconds"] = json!(300);
    assert_eq!(world.post(&unheard).await.0, 200);
    // A short call, an unanswered one, and one with its form need nothing.
    world.post(&event("answered", "short", "09:00:00")).await;
    let mut short = event("hung_up", "short", "09:01:00");
    short["talk_seconds"] = json!(12);
    world.post(&short).await;
    world.post(&event("ringing", "missed", "09:00:00")).await;
    world.post(&event("answered", "written", "09:00:00")).await;
    world.post(&form("written", "09:10:00", "一")).await;

    world.stack.run_task("forms").await;
    assert_eq!(
        world.states().await,
        ["acknowledged"],
        "it is only ten o'clock"
    );
    world
        .stack
        .clock
        .set("2026-09-23T17:30:00+08:00".parse().unwrap());
    for _ in 0..2 {
        world.stack.run_task("forms").await;
        world.stack.run_task("register").await;
    }
    let quarantined = world.office.quarantined();
    assert_eq!(quarantined.len(), 2);
    let now: chrono::DateTime<chrono::Utc> = "2026-09-23T10:00:00+08:00".parse().unwrap();
    let unheard = quarantined
        .iter()
        .position(|aside| aside.received_at.as_ref().unwrap().seconds == now.timestamp());
    let quarantined = [quarantined[1 - unheard.unwrap()].clone()];
    assert_eq!(quarantined[0].unit_code, "589002SL");
    let answered: chrono::DateTime<chrono::Utc> = "2026-09-23T09:00:10+08:00".parse().unwrap();
    assert_eq!(
        quarantined[0].received_at.as_ref().unwrap().seconds,
        answered.timestamp()
    );
    let digest = &quarantined[0].source.as_ref().unwrap().raw_digest;
    let kept = world.stack.blobs.get(digest).await.unwrap().unwrap();
    assert!(
        String::from_utf8(kept.to_vec())
            .unwrap()
            .contains("13800005678"),
        "so that somebody can call back"
    );
    world.stack.stop().await;
}

#[tokio::test]
async fn l21_every_attempt_is_kept_and_the_instant_of_dialling_counts() {
    let world = World::new().await;
    let attempt = |notice: &str, number: u32, time: &str, result: &str, given_up: bool| {
        let mut body = event("attempt", "", time);
        body["event_id"] = json!(format!("{notice}-{number}"));
        body["attempt"] = json!({ "notice_id": notice, "result": result, "given_up": given_up });
        body
    };
    // The first attempt is told before the notice is known here.
    world
        .post(&attempt("n1", 1, "09:00:00", "no_answer", false))
        .await;
    world
        .post(&attempt("n1", 2, "09:30:00", "reached", false))
        .await;
    world.stack.run_task("attempts").await;
    for id in ["n1", "n2", "n3"] {
        let view = NoticeView {
            notice_id: id.to_owned(),
            channel: Channel::Phone.into(),
            complaint_id: "c".to_owned(),
            case_id: "case".to_owned(),
            union_code: "589002".to_owned(),
            state: NoticeState::Requested.into(),
            ..NoticeView::default()
        };
        let fact = NoticeRequested {
            notice: Some(view),
            ..NoticeRequested::default()
        };
        world.stack.publish(&fact, "589002", "case").await;
    }
    world.stack.settle().await;
    world
        .post(&attempt("n2", 1, "09:40:00", "busy", false))
        .await;
    world
        .post(&attempt("n2", 2, "09:50:00", "refused", true))
        .await;
    for _ in 0..2 {
        world.stack.run_task("attempts").await;
        world
            .post(&attempt("n1", 2, "09:30:00", "reached", false))
            .await;
    }
    let delivered: Vec<NoticeDelivered> = world.stack.published().await;
    assert_eq!(delivered.len(), 1);
    let delivery = delivered[0].delivery.clone().unwrap();
    assert_eq!(
        (delivery.notice_id.as_str(), delivery.manner()),
        ("n1", Manner::PhoneCall)
    );
    let dialled: chrono::DateTime<chrono::Utc> = "2026-09-23T09:30:00+08:00".parse().unwrap();
    assert_eq!(delivery.sent_at.unwrap().seconds, dialled.timestamp());
    let proof = delivery.artefact.unwrap();
    assert!(
        world
            .stack
            .blobs
            .get(&proof.digest)
            .await
            .unwrap()
            .is_some()
    );
    let failed: Vec<NoticeFailed> = world.stack.published().await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].delivery.as_ref().unwrap().notice_id, "n2");
    let waiting = "SELECT count(*) AS count FROM deliveries WHERE state = 'manual'";
    assert_eq!(
        world.stack.count(waiting).await,
        1,
        "n3 waits for somebody to dial"
    );
    assert_eq!(
        world
            .stack
            .count("SELECT count(*) AS count FROM attempts")
            .await,
        4
    );
    // The call centre began to count its events anew: another call by a known id is another call.
    world
        .post(&attempt("n3", 1, "09:55:00", "busy", false))
        .await;
    let mut reused = attempt("n3", 1, "09:58:00", "reached", false);
    reused["event_id"] = json!("n1-1");
    world.post(&reused).await;
    world.stack.run_task("attempts").await;
    let delivered: Vec<NoticeDelivered> = world.stack.published().await;
    assert_eq!(delivered.len(), 2);
    world.stack.stop().await;
}
