use crate::support::{World, mail};

#[tokio::test]
async fn f2_3_a_mail_becomes_one_complaint_and_is_acknowledged_once() {
    let world = World::new().await;
    world.arrives("jiangmen", "1.a", mail("m1@example.com", "", "排队两小时"));
    world.work().await;
    let registered = world.office.registered();
    assert_eq!(registered.len(), 1);
    let request = &registered[0].request;
    assert_eq!(request.unit_code, "589001SL");
    assert!(request.content.contains("排队两小时") && request.content.contains("主题：投诉"));
    assert_eq!(
        request.source.as_ref().unwrap().message_id,
        "m1@example.com"
    );
    assert_eq!(
        request.complainant.as_ref().unwrap().email,
        "zhang@example.com"
    );
    let received = request.received_at.as_ref().unwrap().seconds;
    assert_eq!(
        received,
        chassis::testing::beginning().timestamp(),
        "never the Date header"
    );
    // Nothing is deleted.
    assert_eq!(world.names("jiangmen/new"), Vec::<String>::new());
    assert_eq!(world.names("jiangmen/.processed/cur"), ["1.a"]);

    let sent = world.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].text().contains("589002-2026-000001") && sent[0].text().contains("QUERY001"));
    assert!(
        !sent[0].text().contains("排队"),
        "P34: nothing of the mail is repeated"
    );
    assert_eq!(sent[0].header("Auto-Submitted"), "auto-replied");
    assert_eq!(sent[0].header("In-Reply-To"), "<m1@example.com>");
    assert!(sent[0].header("Message-ID").ends_with("@suda.example>"));
    assert_eq!(world.states().await, ["acknowledged"]);

    // The same mail again, here and in the other mailbox: still one complaint, one answer, three deliveries.
    world.arrives(
        "jiangmen",
        "2.b",
        mail("m1@example.com", "Received: again\r\n", "排队两小时"),
    );
    world.arrives(
        "taishan",
        "3.c",
        mail("m1@example.com", "X-Other: 1\r\n", "排队两小时"),
    );
    world.work().await;
    assert_eq!(world.office.registered().len(), 1);
    assert_eq!(world.sent().len(), 1);
    assert_eq!(
        world
            .stack
            .count("SELECT count(*) AS count FROM arrivals")
            .await,
        3
    );
    // The same id for another text is another mail.
    world.arrives("jiangmen", "4.d", mail("m1@example.com", "", "另外一件事"));
    world.work().await;
    assert_eq!(world.office.registered().len(), 2);
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_a_mail_is_kept_while_intake_is_away_and_registered_when_it_is_back() {
    let world = World::new().await;
    world.office.shut(true);
    world.arrives("jiangmen", "1.a", mail("m1@example.com", "", "一"));
    world.work().await;
    assert_eq!(world.states().await, ["received"]);
    assert_eq!(world.names("jiangmen/new").len(), 0);
    world.office.shut(false);
    world
        .stack
        .execute("UPDATE incoming SET next_try_at = now()")
        .await;
    world.work().await;
    assert_eq!(world.states().await, ["acknowledged"]);
    assert_eq!(world.office.registered().len(), 1);
    // Intake is there and fails over this one mail: after two hours a person gets to see it, the same day.
    let fails = mail("m2@example.com", "", "二")
        .replace("From: Zhang", "From: =?UTF-8?B?5YaF6YOo6ZSZ6K+v?=");
    world.arrives("jiangmen", "2.b", fails);
    // The bytes of another are gone from the store.
    world.office.shut(true);
    world.arrives("jiangmen", "3.c", mail("m3@example.com", "", "三"));
    world.work().await;
    world.office.shut(false);
    let again = "UPDATE incoming SET next_try_at = now(), raw_digest = CASE message_id WHEN 'm3@example.com' \
                 THEN repeat('ab', 32) ELSE raw_digest END";
    for (hours, expected) in [(0, "received"), (3, "quarantined")] {
        world.stack.clock.advance(chrono::TimeDelta::hours(hours));
        world.stack.execute(again).await;
        world.work().await;
        assert_eq!(
            world.states().await,
            ["acknowledged", expected, "quarantined"]
        );
    }
    let quarantined = world.office.quarantined();
    assert!(
        quarantined[0].why.contains("已不在存储中"),
        "{quarantined:?}"
    );
    assert!(quarantined[1].why.contains("请人工登记"), "{quarantined:?}");
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_a_worker_that_died_after_registering_leaves_no_second_complaint() {
    let world = World::new().await;
    world.arrives("jiangmen", "1.a", mail("m1@example.com", "", "一"));
    world.work().await;
    // As if it had died before the answer of intake was stored, and once more before the answer was known to be sent.
    world
        .stack
        .execute(
            "UPDATE incoming SET state = 'received', complaint_id = NULL, complaint_number = NULL, union_code = NULL, \
             answered_at = NULL, acknowledged_at = NULL, leased_until = '-infinity'",
        )
        .await;
    world.work().await;
    assert_eq!(world.office.registered().len(), 1);
    assert_eq!(world.sent().len(), 1, "a Maildir knows a mail by its name");
    assert_eq!(world.states().await, ["acknowledged"]);
    world.stack.stop().await;
}

#[tokio::test]
async fn g24_1_what_cannot_be_read_is_put_aside_with_its_bytes() {
    let world = World::new().await;
    let bad: [(&str, Vec<u8>); 5] = [
        (
            "1.no-headers",
            b"just some words without any header".to_vec(),
        ),
        ("2.empty", Vec::new()),
        (
            "3.no-text",
            b"From: a@example.com\r\nSubject: x\r\n\r\n".to_vec(),
        ),
        (
            "4.no-sender",
            b"Subject: x\r\nMessage-ID: <y@z>\r\n\r\ntext\r\n".to_vec(),
        ),
        (
            "5.large",
            mail("large@example.com", "", &"长".repeat(100_000)).into_bytes(),
        ),
    ];
    for (name, bytes) in &bad {
        world.arrives("taishan", name, bytes);
    }
    world.work().await;
    let quarantined = world.office.quarantined();
    assert_eq!(quarantined.len(), bad.len());
    assert_eq!(world.office.registered().len(), 0);
    assert_eq!(world.sent().len(), 0);
    for request in &quarantined {
        assert_eq!(request.unit_code, "589002SL");
        let digest = &request.source.as_ref().unwrap().raw_digest;
        let kept = world.stack.blobs.get(digest).await.unwrap().unwrap();
        assert!(bad.iter().any(|(_, bytes)| *bytes == kept));
    }
    assert!(
        world
            .states()
            .await
            .iter()
            .all(|state| state == "quarantined")
    );
    // What intake does not register it shows, with the reason in one line and without a program's words.
    let nowhere =
        mail("nowhere@example.com", "", "无处回信").replace("zhang@example.com", "root@localhost");
    world.arrives("taishan", "6.refused", nowhere);
    world.work().await;
    let quarantined = world.office.quarantined();
    assert_eq!(quarantined.len(), bad.len() + 1);
    assert_eq!(quarantined[bad.len()].why, "登记未被接受：格式不正确");
    // What the sender chose must not keep the mail out: ids with a NUL or without end, hidden names, fifty-two files.
    let file = "--b\r\nContent-Disposition: attachment; filename=\"x\"\r\n\r\nfile\r\n";
    let files = format!("{}--b--\r\n", file.repeat(52));
    let hostile = [
        mail(
            "nul\0@example.com",
            "References: <ack.1.\0@suda.example>\r\n",
            "一\0",
        ),
        mail(&format!("{}@example.com", "x".repeat(9_000)), "", "二"),
        mail("hidden@example.com", "", "三")
            .replace("From: Zhang", "From: =?UTF-8?B?4oCu5bygAOS4iQ==?="),
        mail("files@example.com", "MIME-Version: 1.0\r\n", &files)
            .replace("text/plain; charset=utf-8", "multipart/mixed; boundary=b"),
        mail("long@example.com", "", &"长".repeat(25_000)),
    ];
    for (number, bytes) in hostile.iter().enumerate() {
        for name in ["a", "b"] {
            world.arrives("jiangmen", &format!("7.{number}{name}"), bytes);
        }
    }
    world.work().await;
    let registered = world.office.registered();
    assert_eq!(
        registered.len(),
        hostile.len(),
        "{:?}",
        world.states().await
    );
    let name = |number: usize| registered[number].request.complainant.clone().unwrap().name;
    assert_eq!(name(2), "张 三");
    assert_eq!(registered[3].request.evidence.len(), 49);
    assert!(
        registered[3]
            .request
            .content
            .contains("一件最多存 49 个附件")
    );
    assert_eq!(registered[4].request.evidence.len(), 1);
    assert!(registered[4].request.content.contains("正文全文.txt"));
    world.stack.stop().await;
}

#[tokio::test]
async fn l15_an_answer_to_our_mail_goes_to_the_same_complaint() {
    let world = World::new().await;
    world.arrives("jiangmen", "1.a", mail("m1@example.com", "", "一"));
    world.work().await;
    let ours = world.sent()[0].header("Message-ID");
    let reply = format!("In-Reply-To: {ours}\r\n");
    world.arrives("jiangmen", "2.b", mail("m2@example.com", &reply, "补充"));
    // Somebody else who got hold of our mail is not the complainant: a person decides.
    let stranger = mail("m3@example.com", &reply, "冒名").replace("zhang@", "li@");
    world.arrives("jiangmen", "3.c", stranger);
    world.work().await;
    let materials = world.office.materials();
    assert_eq!(materials.len(), 1);
    assert!(materials[0].content.contains("补充"));
    let registered = world.office.registered();
    assert_eq!(registered.len(), 2);
    assert!(
        registered[1]
            .request
            .content
            .starts_with("【可能属于投诉 589002-2026-000001】")
    );
    world.stack.stop().await;
}

#[tokio::test]
async fn p30_no_machine_is_answered_and_nobody_without_end() {
    let world = World::new().await;
    let out_of_office = mail(
        "o1@example.com",
        "Auto-Submitted: auto-replied\r\n",
        "我在休假",
    );
    world.arrives("jiangmen", "1.a", out_of_office);
    let form = mail(
        "o2@example.com",
        "Auto-Submitted: auto-generated\r\n",
        "网上表单的投诉",
    );
    world.arrives("jiangmen", "2.b", form);
    world.work().await;
    assert_eq!(
        world.office.registered().len(),
        1,
        "a machine may pass a complaint on"
    );
    assert_eq!(world.sent().len(), 0);
    assert_eq!(world.states().await, ["noted", "unacknowledged"]);
    for number in 0..4 {
        let name = format!("9.{number}");
        world.arrives(
            "jiangmen",
            &name,
            mail(&format!("p{number}@example.com"), "", &name),
        );
    }
    world.work().await;
    assert_eq!(world.office.registered().len(), 5, "all are registered");
    assert_eq!(world.sent().len(), 2, "two are answered, as set");
    // The next day there are answers again.
    world.stack.clock.advance(chrono::TimeDelta::days(1));
    world.arrives("jiangmen", "9.9", mail("p9@example.com", "", "次日"));
    world.work().await;
    assert_eq!(world.sent().len(), 3);
    world.stack.stop().await;
}

#[tokio::test]
async fn g18_1a_arrival_at_our_own_server_counts_and_lateness_is_explained() {
    let world = World::new().await;
    let passed = "Received: from x by mx.jiangmen.example; Tue, 22 Sep 2026 23:50:00 +0800\r\n\
                  Received: from y by forged.example; Mon, 1 Jun 2026 08:00:00 +0800\r\n";
    world.arrives("jiangmen", "1.a", mail("m1@example.com", passed, "昨夜"));
    world.work().await;
    let request = world.office.registered()[0].request.clone();
    let expected: chrono::DateTime<chrono::Utc> = "2026-09-22T23:50:00+08:00".parse().unwrap();
    assert_eq!(request.received_at.unwrap().seconds, expected.timestamp());
    assert!(request.late_reason.contains("2026年09月22日 23:50"));
    world.stack.stop().await;
}

#[tokio::test]
async fn f2_2_attachments_become_evidence_and_a_refused_one_is_named() {
    let world = World::new().await;
    let body = "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n见附件\r\n\
                --b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"a.png\"\r\n\
                Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
                --b\r\nContent-Type: application/x\r\nContent-Disposition: attachment; filename=\"b.exe\"\r\n\r\nMZ\r\n--b--\r\n";
    let raw = format!(
        "From: a@example.com\r\nSubject: x\r\nMessage-ID: <e@e>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}"
    );
    world.arrives("jiangmen", "1.a", raw);
    world.work().await;
    let request = world.office.registered()[0].request.clone();
    assert_eq!(request.evidence.len(), 1);
    let digest = &request.evidence[0].blob.as_ref().unwrap().digest;
    assert_eq!(world.office.file(digest).unwrap(), b"\x89PNG\r\n\x1a\n");
    assert!(request.content.contains("附件《b.exe》未能存入"));
    world.stack.stop().await;
}
