//! Bad input, tried from outside: each gets a sentence that says what is wrong, or is put aside, and nothing is half-written.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_wechat::crypto::signature;
use chrono::TimeDelta;
use serde_json::{Value, json};
use suda_proto::directory::v1::ReferenceFile;
use suite::{Province, raw::Rpc};
use tonic::{Code, Status};

use crate::course::{CLERK, Course, complaint, request_id};

const REGISTER: &str = "suda.intake.v1.IntakeService/Register";

/// How many rows each table of a service has; who looked at what is written down even when nothing came of it.
async fn rows(province: &Province, service: &str) -> BTreeMap<String, String> {
    let counts = "SELECT tablename || '=' || (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', tablename), \
                  false, true, '')))[1]::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%access_log%'";
    let rows = province.rows(service, counts).await;
    let counted: BTreeMap<_, _> = rows
        .iter()
        .filter_map(|row| row.split_once('='))
        .map(|(table, count)| (table.to_owned(), count.to_owned()))
        .collect();
    assert!(counted.contains_key("outbox"), "{counted:?}");
    counted
}

/// Whether a refusal says what is wrong in a sentence, and where when that is known.
fn is_clear(refused: &Status, code: Code, field: &str) {
    let fields: Vec<_> = chassis::grpc::status::fields(refused)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    let sentence = chassis::grpc::sentence(refused);
    assert_eq!(refused.code(), code, "{field}: {sentence}");
    let chinese = sentence
        .chars()
        .filter(|letter| *letter >= '\u{4e00}')
        .count();
    assert!(
        chinese > 5,
        "{field}: {sentence:?} is no sentence for a clerk"
    );
    assert!(
        field.is_empty() || fields.iter().any(|named| named == field),
        "{fields:?} does not name {field}: {sentence}"
    );
}

/// What a clerk may send that cannot be registered: what, how it is refused, and the field that is named.
fn registrations(province_now: &str) -> Vec<(&'static str, Value, Code, &'static str)> {
    let now: chrono::DateTime<chrono::Utc> = province_now.parse().unwrap();
    let tomorrow = (now + TimeDelta::days(1)).to_rfc3339();
    let last_week = (now - TimeDelta::days(7)).to_rfc3339();
    let wrong = Code::InvalidArgument;
    vec![
        (
            "empty content",
            json!({ "content": " \u{3000}\n" }),
            wrong,
            "content",
        ),
        (
            "a megabyte of content",
            json!({ "content": "诉".repeat(1 << 20) }),
            wrong,
            "content",
        ),
        (
            "an unknown unit",
            json!({ "unit_code": "589002ZZ" }),
            wrong,
            "unit_code",
        ),
        (
            "a retired unit",
            json!({ "unit_code": "58900203" }),
            wrong,
            "unit_code",
        ),
        (
            "a date in the future",
            json!({ "received_at": tomorrow }),
            wrong,
            "received_at",
        ),
        (
            "an earlier day without a reason",
            json!({ "received_at": last_week }),
            wrong,
            "late_reason",
        ),
        (
            "a slip of the year",
            json!({ "received_at": "1970-01-01T00:00:00Z" }),
            wrong,
            "received_at",
        ),
        (
            "content nobody sees",
            json!({ "content": "\u{200b}\0\u{202e}" }),
            wrong,
            "content",
        ),
        (
            "a code with a NUL in it",
            json!({ "unit_code": "58900201\0" }),
            wrong,
            "",
        ),
        (
            "an address on two lines",
            json!({ "complainant": { "address": "台城街道\n环城西路" } }),
            wrong,
            "complainant.address",
        ),
        (
            "more money than there is",
            json!({ "matter": { "amount_fen": i64::MAX.to_string() } }),
            wrong,
            "matter.amount_fen",
        ),
        (
            "an unknown channel",
            json!({ "channel": 99 }),
            wrong,
            "channel",
        ),
        ("no channel", json!({ "channel": 0 }), wrong, "channel"),
        (
            "an unknown nature",
            json!({ "nature": 99 }),
            wrong,
            "nature",
        ),
        (
            "an id that is none",
            json!({ "request_id": "first" }),
            wrong,
            "request_id",
        ),
        ("nobody", json!({ "complainant": {} }), wrong, "complainant"),
        (
            "a file that was never put",
            json!({ "evidence": [{ "blob": { "digest": "0".repeat(64) } }] }),
            wrong,
            "evidence",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_bad_input_gets_a_clear_sentence_or_the_quarantine_and_nothing_is_half_written() {
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    province.apply(without_the_outlet()).await.unwrap();
    let mut course = Course::begin(&province, CLERK, complaint(json!({}))).await;
    province.settle().await;
    refused_by_intake(&province).await;
    refused_by_routing(&mut course).await;
    refused_by_directory(&province).await;
    refused_or_put_aside_by_the_adapters(&province).await;
    province.stop().await;
}

async fn refused_by_intake(province: &Province) {
    let before = rows(province, "intake").await;
    for (what, more, code, field) in registrations("2026-09-23T10:00:00+08:00") {
        let refused = province.ask(CLERK, REGISTER, complaint(more)).await;
        let refused = refused
            .err()
            .unwrap_or_else(|| panic!("{what} is registered"));
        is_clear(&refused, code, field);
    }
    // Too large for a file, and too large for a message.
    let rpc = Rpc::named("suda.intake.v1.IntakeService/PutBlob");
    for megabytes in [21_usize, 33] {
        let put = json!({ "data": STANDARD.encode(vec![b'x'; megabytes << 20]), "file_name": "证据.bin" });
        let peer = province.peer(CLERK, "intake").await;
        let refused = rpc.ask(peer, &put).await.unwrap_err();
        assert!(
            [
                Code::InvalidArgument,
                Code::ResourceExhausted,
                Code::OutOfRange
            ]
            .contains(&refused.code()),
            "{megabytes} MiB: {refused}"
        );
        is_clear(&refused, refused.code(), "");
    }
    // Somebody else's complaint, and a role that registers nothing.
    let elsewhere = province
        .ask("p591002slclerk", REGISTER, complaint(json!({})))
        .await;
    is_clear(&elsewhere.unwrap_err(), Code::PermissionDenied, "");
    let auditor = province
        .ask("p44auditor", REGISTER, complaint(json!({})))
        .await;
    is_clear(&auditor.unwrap_err(), Code::PermissionDenied, "");
    assert_eq!(rows(province, "intake").await, before);
    // The numbers go on as if nothing had been tried.
    let told = province
        .ask(CLERK, REGISTER, complaint(json!({})))
        .await
        .unwrap();
    assert_eq!(told["complaint"]["number"], "589002-2026-000002");
    province.settle().await;
}

async fn refused_by_routing(course: &mut Course<'_>) {
    let province = course.province;
    let stale = json!({ "expected_revision": 1_000 });
    let before = rows(province, "routing").await;
    let refused = course.refused(CLERK, "Accept", stale).await;
    is_clear(&refused, Code::Aborted, "");
    let refused = course
        .refused("p589002xdhandler", "Accept", json!({}))
        .await;
    is_clear(&refused, Code::PermissionDenied, "");
    let refused = course
        .refused(
            CLERK,
            "ProposeDecline",
            json!({ "ground": 99, "explanation": "不属于本机构" }),
        )
        .await;
    is_clear(&refused, Code::InvalidArgument, "ground");
    let refused = course.refused(CLERK, "Close", json!({})).await;
    is_clear(&refused, Code::FailedPrecondition, "");
    let order = json!({ "lead_unit_code": "58900203", "matter": "核查", "requirements": "办结" });
    let refused = course.refused(CLERK, "IssueOrder", order).await;
    is_clear(&refused, refused.code(), "");
    let nowhere = json!({ "case_id": "0192aaaa-0000-7000-8000-00000000dead" });
    is_clear(
        &course.refused(CLERK, "Accept", nowhere).await,
        Code::NotFound,
        "",
    );
    assert_eq!(rows(province, "routing").await, before);
    // What was refused did not move it.
    assert_eq!(course.moves(CLERK, "Accept", json!({})).await, "ACCEPTED");
    province.settle().await;
}

/// The reference set after an outlet of 台山 was closed: what no file names any more is retired.
fn without_the_outlet() -> Vec<ReferenceFile> {
    let kept = |text: &str| {
        let (head, blocks) = text.split_once("\n[[").unwrap_or((text, ""));
        let blocks = blocks.split("\n[[").filter(|block| !block.is_empty());
        let blocks = blocks.filter(|block| !block.contains("\"58900203\""));
        std::iter::once(head.to_owned())
            .chain(blocks.map(|block| format!("[[{block}")))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let files = Province::reference().into_iter();
    files
        .map(|mut file| {
            if file.path.ends_with("jiangmen.toml") {
                file.text = kept(std::str::from_utf8(&file.text).unwrap()).into_bytes();
            }
            file
        })
        .collect()
}

async fn refused_by_directory(province: &Province) {
    let before = rows(province, "directory").await;
    for (path, from, to) in [
        // No TOML, an unknown parent, a day that is none, a clock looser than the law, a post of nobody's unit.
        ("units/jiangmen.toml", "[[unit]]", "[[unit"),
        (
            "units/jiangmen.toml",
            "parent = \"589002\"",
            "parent = \"999999\"",
        ),
        ("calendars/province.toml", "2026-10-10", "2026-10-32"),
        (
            "posts/jiangmen.toml",
            "unit = \"589002SL\"",
            "unit = \"589002QQ\"",
        ),
    ] {
        let mut files = without_the_outlet();
        let file = files.iter_mut().find(|file| file.path == path).unwrap();
        let text = std::str::from_utf8(&file.text).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        file.text = text.replacen(from, to, 1).into_bytes();
        let refused = province.apply(files).await;
        let refused = refused
            .err()
            .unwrap_or_else(|| panic!("{to} in {path} is taken"));
        assert_eq!(
            refused.code(),
            Code::InvalidArgument,
            "{to} in {path}: {refused}"
        );
        let named = chassis::grpc::status::fields(&refused);
        let said = format!("{named:?} {}", refused.message());
        assert!(said.contains(path), "{said} does not name {path}");
    }
    assert_eq!(rows(province, "directory").await, before);
}

async fn refused_or_put_aside_by_the_adapters(province: &Province) {
    let facts = &province.stack.facts;
    let now = province.now("directory").await.timestamp().to_string();
    let before = rows(province, "channel-wechat").await;
    let token = facts.secret("wechat-token").unwrap();
    let post = async |msg_signature: &str, sealed: &str| {
        let url = format!(
            "http://127.0.0.1:{}/wechat/taishan?timestamp={now}&nonce=1&encrypt_type=aes&signature={}&msg_signature={msg_signature}",
            facts.port("channel-wechat.web").unwrap(),
            signature(&[token, &now, "1"]),
        );
        let body = format!("<xml><ToUserName>x</ToUserName><Encrypt>{sealed}</Encrypt></xml>");
        let client = reqwest::Client::builder().build().unwrap();
        client
            .post(url)
            .body(body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    // A broken signature is a stranger's: nothing is kept.
    let cipher = STANDARD.encode([7_u8; 64]);
    assert_eq!(post(&"0".repeat(40), &cipher).await, 401);
    assert_eq!(rows(province, "channel-wechat").await, before);
    // A truncated cipher is the platform's, and nobody can read it: it is put aside.
    let truncated = STANDARD.encode([7_u8; 25]);
    assert_eq!(
        post(&signature(&[token, &now, "1", &truncated]), &truncated).await,
        200
    );
    // So is a mail that has no headers.
    let layout = &province.stack.layout;
    let draft = layout.path("mail/in/tmp/headless");
    std::fs::write(&draft, b"\x00\xff\xfe no header, no text").unwrap();
    std::fs::rename(draft, layout.path("mail/in/new/headless")).unwrap();
    let list = "suda.intake.v1.IntakeService/ListQuarantine";
    let aside = async || {
        let listed = province.ask(CLERK, list, json!({})).await.unwrap();
        listed["items"].as_array().cloned().unwrap_or_default()
    };
    province
        .wait("the quarantine", async || aside().await.len() == 2)
        .await;
    let mut channels: Vec<_> = aside()
        .await
        .iter()
        .inspect(|item| assert!(!item["why"].as_str().unwrap().is_empty(), "{item}"))
        .map(|item| item["quarantine"]["channel"].as_str().unwrap().to_owned())
        .collect();
    channels.sort();
    assert_eq!(channels, ["CHANNEL_EMAIL", "CHANNEL_WECHAT"]);
    // Nothing else came of them.
    let rpc = "suda.intake.v1.IntakeService/List";
    let listed = province.ask(CLERK, rpc, json!({})).await.unwrap();
    assert_eq!(listed["complaints"].as_array().unwrap().len(), 2);
    let item = &aside().await[0];
    let dismissed = json!({ "request_id": request_id(), "quarantine_id": item["quarantine"]["quarantine_id"], "dismiss_reason": "" });
    let rpc = "suda.intake.v1.IntakeService/ResolveQuarantine";
    let refused = province.ask(CLERK, rpc, dismissed).await.unwrap_err();
    is_clear(&refused, Code::InvalidArgument, "");
}
