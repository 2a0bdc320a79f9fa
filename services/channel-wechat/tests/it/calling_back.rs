use channel_wechat::{
    crypto::{MessageKey, signature, signed},
    xml,
};
use suda_proto::routing::v1::{CaseClosed, CaseView};

use crate::support::{APP, KEY, OLD_KEY, TOKEN, World, seal, text};

#[tokio::test]
async fn the_platform_checks_our_address() {
    let world = World::new().await;
    let now = world.now();
    let right = signature(&[TOKEN, &now, "n"]);
    let get = |account: &str, signature: &str, timestamp: &str| {
        let url = format!(
            "{}/wechat/{account}?signature={signature}&timestamp={timestamp}&nonce=n&echostr=4375120948345356249",
            world.stack.web_url
        );
        let sent = world.client.get(url).send();
        async move {
            let answer = sent.await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        }
    };
    assert_eq!(
        get("taishan", &right, &now).await,
        (200, "4375120948345356249".to_owned())
    );
    assert_eq!(
        get("taishan", &right.replace(&right[..1], "x"), &now)
            .await
            .0,
        401
    );
    assert_eq!(get("nobody", &right, &now).await.0, 404);
    let old = signature(&[TOKEN, "1714036504", "n"]);
    assert_eq!(get("taishan", &old, "1714036504").await.0, 403);
    world.stack.stop().await;
}

#[tokio::test]
async fn f2_3_an_encrypted_message_is_answered_with_the_number_in_the_same_call() {
    let world = World::new().await;
    let (status, answer) = world.push_sealed(KEY, &text("oA", 1, "柜员态度恶劣")).await;
    assert_eq!(status, 200);
    let fields = xml::fields(&answer).unwrap();
    let sealed_for = [
        TOKEN,
        &fields["TimeStamp"],
        &fields["Nonce"],
        &fields["Encrypt"],
    ];
    assert!(signed(&sealed_for, &fields["MsgSignature"]));
    let inner = MessageKey::parse(KEY)
        .unwrap()
        .open(&fields["Encrypt"], APP)
        .unwrap();
    let inner = xml::fields(std::str::from_utf8(&inner).unwrap()).unwrap();
    assert_eq!(
        (inner["ToUserName"].as_str(), inner["FromUserName"].as_str()),
        ("oA", "gh_1")
    );
    assert!(
        inner["Content"].contains("589002-2026-000001") && inner["Content"].contains("QUERY001")
    );
    assert!(!inner["Content"].contains("态度"), "P34");
    let registered = world.office.registered();
    let request = &registered[0].request;
    assert_eq!(request.content, "柜员态度恶劣");
    assert_eq!(request.complainant.as_ref().unwrap().openid, "oA");
    let source = request.source.as_ref().unwrap();
    assert!(
        !source.message_id.contains("oA"),
        "no openid outside the vault"
    );
    assert_eq!(world.states().await, ["acknowledged"]);
    world.stack.stop().await;
}

#[tokio::test]
async fn p35_three_calls_are_one_complaint_and_the_number_still_arrives() {
    let world = World::new().await;
    let message = text("oA", 1, "排队");
    world.push_sealed(KEY, &message).await;
    for _ in 0..2 {
        assert_eq!(
            world.push_sealed(KEY, &message).await,
            (200, "success".to_owned())
        );
        world.stack.run_task("register").await;
    }
    assert_eq!(world.office.registered().len(), 1);
    // The platform called again, so it had not taken the first answer.
    let sent = world.platform.sent.lock().unwrap().clone();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["touser"], "oA");
    assert!(
        sent[0]["text"]["content"]
            .as_str()
            .unwrap()
            .contains("QUERY001")
    );
    // The same MsgId of another person is another message.
    world.push_sealed(KEY, &text("oB", 1, "排队")).await;
    assert_eq!(world.office.registered().len(), 2);
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_intake_away_or_slow_the_platform_is_answered_in_time() {
    let world = World::new().await;
    world.office.shut(true);
    assert_eq!(
        world.push_sealed(KEY, &text("oA", 1, "一")).await,
        (200, "success".to_owned())
    );
    world.office.shut(false);
    world.office.dawdle(true);
    let started = std::time::Instant::now();
    assert_eq!(
        world.push_sealed(KEY, &text("oB", 2, "二")).await,
        (200, "success".to_owned())
    );
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    world.office.dawdle(false);
    assert_eq!(world.states().await, ["received", "received"]);
    world.stack.run_task("register").await;
    assert_eq!(world.states().await, ["acknowledged", "acknowledged"]);
    assert_eq!(world.office.registered().len(), 2);
    assert_eq!(world.platform.sent.lock().unwrap().len(), 2);
    world.stack.stop().await;
}

#[tokio::test]
async fn only_the_platform_may_call() {
    let world = World::new().await;
    let message = text("oA", 1, "一");
    let cipher = seal(KEY, &message);
    let body = format!("<xml><Encrypt>{cipher}</Encrypt></xml>");
    // Signed for another cipher.
    assert_eq!(world.push_cipher("other", &body).await.0, 401);
    // Not signed at all.
    let now = world.now();
    let query = [
        ("timestamp", now.as_str()),
        ("nonce", "n"),
        ("encrypt_type", "aes"),
    ];
    assert_eq!(world.post("taishan", &query, body.clone()).await.0, 401);
    assert_eq!(world.post("plain", &[], message.clone()).await.0, 401);
    // Plain where only encrypted is taken.
    let plain = signature(&[TOKEN, &now, "n"]);
    let query = [
        ("signature", plain.as_str()),
        ("timestamp", &now),
        ("nonce", "n"),
    ];
    assert_eq!(world.post("taishan", &query, message.clone()).await.0, 403);
    // An old call played again.
    let old = signature(&[TOKEN, "1714037059", "n"]);
    let query = [
        ("signature", old.as_str()),
        ("timestamp", "1714037059"),
        ("nonce", "n"),
    ];
    assert_eq!(world.post("plain", &query, message).await.0, 403);
    assert_eq!(
        world.post("plain", &query, "x".repeat(2_000_000)).await.0,
        413
    );
    assert!(world.states().await.is_empty());
    assert_eq!(world.office.calls(), 0);
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_what_the_platform_sent_and_nobody_can_read_is_put_aside() {
    let world = World::new().await;
    let message = text("oA", 1, "一");
    let other_key = OLD_KEY.replace('z', "q");
    let truncated = seal(KEY, &message);
    let truncated = &truncated[..100];
    let wrong_app = MessageKey::parse(KEY)
        .unwrap()
        .seal(message.as_bytes(), "wx0", [1; 16])
        .unwrap();
    for cipher in [
        seal(&other_key, &message).as_str(),
        truncated,
        &wrong_app,
        &seal(KEY, "<xml>"),
        &seal(KEY, &text("oA", 2, "")),
    ] {
        let body = format!("<xml><Encrypt>{cipher}</Encrypt></xml>");
        assert_eq!(
            world.push_cipher(cipher, &body).await,
            (200, "success".to_owned())
        );
    }
    assert_eq!(
        world.push_cipher("", "<xml><Encrypt>").await,
        (200, "success".to_owned())
    );
    assert_eq!(
        world.push_plain("{\"json\":1}").await,
        (200, "success".to_owned())
    );
    // A kind of message that has a NUL and a line end in its name.
    let odd = message.replace("[text]", "[te\0xt\nx]");
    assert_ne!(odd, message);
    assert_eq!(world.push_plain(&odd).await.0, 200);
    world.stack.run_task("register").await;
    let quarantined = world.office.quarantined();
    assert_eq!(quarantined.len(), 8);
    assert!(
        world
            .states()
            .await
            .iter()
            .all(|state| state == "quarantined")
    );
    for request in quarantined {
        let digest = request.source.unwrap().raw_digest;
        assert!(world.stack.blobs.get(&digest).await.unwrap().is_some());
        assert!(!request.why.is_empty());
    }
    assert!(world.office.registered().is_empty());
    world.stack.stop().await;
}

#[tokio::test]
async fn the_key_before_this_one_is_still_taken_and_answers_are_sealed_with_it() {
    let world = World::new().await;
    let (_, answer) = world.push_sealed(OLD_KEY, &text("oA", 1, "一")).await;
    let fields = xml::fields(&answer).unwrap();
    assert!(
        MessageKey::parse(OLD_KEY)
            .unwrap()
            .open(&fields["Encrypt"], APP)
            .is_ok()
    );
    world.stack.stop().await;
}

#[tokio::test]
async fn l15_what_a_person_writes_next_belongs_to_his_complaint_until_it_is_closed() {
    let world = World::new().await;
    let (_, first) = world.push_plain(&text("oA", 1, "一")).await;
    assert!(first.contains("000001"));
    let (_, second) = world.push_plain(&text("oA", 2, "补充")).await;
    assert!(second.contains("补充的材料已收到") && second.contains("000001"));
    assert_eq!(world.office.registered().len(), 1);
    assert_eq!(world.office.materials()[0].content, "补充");
    // The window is over.
    world.stack.clock.advance(chrono::TimeDelta::hours(49));
    world.push_plain(&text("oA", 3, "另一件")).await;
    assert_eq!(world.office.registered().len(), 2);
    // The case is closed.
    let complaint = world.office.registered()[1]
        .answer
        .complaint
        .clone()
        .unwrap();
    let closed = CaseClosed {
        case: Some(CaseView {
            complaint_id: complaint.complaint_id,
            ..CaseView::default()
        }),
        ..CaseClosed::default()
    };
    world.stack.publish(&closed, "589002", "case").await;
    world.stack.settle().await;
    world.push_plain(&text("oA", 4, "又一件")).await;
    assert_eq!(world.office.registered().len(), 3);
    world.stack.stop().await;
}

#[tokio::test]
async fn l15_messages_of_one_person_wait_for_his_first() {
    let world = World::new().await;
    world.office.shut(true);
    for number in 1..=3 {
        world.push_plain(&text("oA", number, "一句一句说")).await;
    }
    world.office.shut(false);
    for _ in 0..3 {
        world
            .stack
            .execute("UPDATE incoming SET next_try_at = now()")
            .await;
        world.stack.run_task("register").await;
    }
    assert_eq!(world.office.registered().len(), 1);
    assert_eq!(world.office.materials().len(), 2);
    world.stack.stop().await;
}

#[tokio::test]
async fn f2_2_a_picture_is_fetched_and_an_event_is_only_noted() {
    let world = World::new().await;
    let picture = |id: u32, media: &str| {
        format!(
            "<xml><ToUserName>gh_1</ToUserName><FromUserName>o{id}</FromUserName><CreateTime>1790000000</CreateTime>\
             <MsgType>image</MsgType><PicUrl>http://x</PicUrl><MediaId>{media}</MediaId><MsgId>{id}</MsgId></xml>"
        )
    };
    world.push_sealed(KEY, &picture(1, "MEDIA1")).await;
    world.push_sealed(KEY, &picture(2, "GONE")).await;
    let registered = world.office.registered();
    let digest = &registered[0].request.evidence[0]
        .blob
        .as_ref()
        .unwrap()
        .digest;
    assert_eq!(world.office.file(digest).unwrap(), [0xff, 0xd8, 0xff]);
    assert!(registered[1].request.content.contains("文件未能取回"));
    let event = "<xml><ToUserName>gh_1</ToUserName><FromUserName>oA</FromUserName><CreateTime>1790000000</CreateTime>\
                 <MsgType>event</MsgType><Event>subscribe</Event></xml>";
    for _ in 0..2 {
        assert_eq!(
            world.push_sealed(KEY, event).await,
            (200, "success".to_owned())
        );
    }
    world.stack.run_task("register").await;
    assert_eq!(
        world.states().await,
        ["acknowledged", "acknowledged", "noted"]
    );
    assert_eq!(world.office.registered().len(), 2);
    // The platform is busy whenever it is asked: the words do not wait for the picture for ever.
    world.push_sealed(KEY, &picture(3, "BUSY")).await;
    let again = "UPDATE incoming SET next_try_at = now()";
    for (minutes, registered) in [(29, 2), (2, 3)] {
        world
            .stack
            .clock
            .advance(chrono::TimeDelta::minutes(minutes));
        world.stack.execute(again).await;
        world.stack.run_task("register").await;
        assert_eq!(world.office.registered().len(), registered);
    }
    let content = world.office.registered()[2].request.content.clone();
    assert!(content.contains("请投诉人重发"), "{content}");
    world.stack.stop().await;
}
