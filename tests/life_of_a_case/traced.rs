//! From the three inputs to files and figures, and one trace that leads from the mail to every service.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use suite::{Collector, Province};

use crate::course::{Course, HEAD, counted};

/// Who takes part in a complaint by mail before any person does.
const TOGETHER: [&str; 6] = [
    "channel-email",
    "intake",
    "routing",
    "sla-watchdog",
    "archive",
    "regulatory-report",
];

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_mails_trace_leads_through_every_service_to_the_files_and_figures() {
    let collector = Collector::start().await;
    let province = Province::start_traced("2026-09-23T10:00:00+08:00", &collector.url).await;
    province.bring_inputs().await;
    let rpc = "suda.intake.v1.IntakeService/List";
    let listed = province.ask(HEAD, rpc, json!({})).await.unwrap();
    let complaints = listed["complaints"].as_array().unwrap();
    let mut channels: Vec<_> = complaints.iter().map(|view| &view["channel"]).collect();
    channels.sort_unstable_by_key(ToString::to_string);
    assert_eq!(
        channels,
        ["CHANNEL_EMAIL", "CHANNEL_PHONE", "CHANNEL_WECHAT"]
    );
    for view in complaints {
        let id = view["complaint_id"].as_str().unwrap();
        Course::of(&province, HEAD, id)
            .await
            .answer_and_close()
            .await;
    }
    province.settle().await;

    // Each file proves itself, without the archive.
    for file in province.sealed(3).await {
        let mut bytes = export(&province, &file.file_id).await;
        archive::verify::verify_file(&bytes, None).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        archive::verify::verify_file(&bytes, None).unwrap_err();
    }

    // The half-year counts what came before now, and names it.
    province.advance(TimeDelta::hours(1)).await;
    let mut numbers: Vec<_> = complaints
        .iter()
        .map(|view| view["number"].as_str().unwrap().to_owned())
        .collect();
    numbers.sort();
    assert_eq!(
        counted(&province, "summary", "received").await,
        (3, numbers.clone())
    );
    assert_eq!(
        counted(&province, "summary", "resolved").await,
        (3, numbers)
    );

    one_trace_leads_from_the_mail_to_every_service(&province, &collector).await;
    province.stop().await;
}

async fn export(province: &Province, file_id: &str) -> Vec<u8> {
    let rpc = "suda.archive.v1.ArchiveService/Export";
    let asked = json!({ "file_id": file_id, "reason": "抽查案卷" });
    let parts = province
        .ask("p589002daarchivist", rpc, asked)
        .await
        .unwrap();
    let data = parts.as_array().unwrap().iter().map(|part| &part["data"]);
    data.filter_map(Value::as_str)
        .flat_map(|part| STANDARD.decode(part).unwrap())
        .collect()
}

/// What the mail caused stands in one trace, whichever way it went: by gRPC or as a message.
async fn one_trace_leads_from_the_mail_to_every_service(
    province: &Province,
    collector: &Collector,
) {
    let together = TOGETHER.map(str::to_owned).into();
    let first = || {
        let spans = collector.spans();
        let mut firsts = spans.into_iter().filter(|span| {
            span.service == "channel-email" && span.parent.is_empty() && !span.name.is_empty()
        });
        firsts.find(|span| collector.services(&span.trace).is_superset(&together))
    };
    // The exporters send a batch every few seconds.
    province
        .wait("the trace of the mail", async || first().is_some())
        .await;
    let mail = first().unwrap();
    assert_eq!(mail.name, "register message");
    // Each hop hangs below the one that caused it.
    for (service, name, cause) in [
        (
            "intake",
            "suda.intake.v1.IntakeService/Register",
            "channel-email",
        ),
        (
            "routing",
            "suda.intake.v1.ComplaintRegistered process",
            "intake",
        ),
        (
            "sla-watchdog",
            "suda.routing.v1.CaseFiled process",
            "routing",
        ),
        ("archive", "suda.routing.v1.CaseFiled process", "routing"),
        (
            "regulatory-report",
            "suda.routing.v1.CaseFiled process",
            "routing",
        ),
    ] {
        let spans = collector.spans();
        let span = spans
            .iter()
            .find(|span| span.trace == mail.trace && span.service == service && span.name == name);
        let span = span.unwrap_or_else(|| panic!("{service} shows no {name} in the mail's trace"));
        let way = collector.way_to(span);
        assert_eq!(
            way[0].id, mail.id,
            "{service}: {name} does not begin with the mail"
        );
        let before = &way[way.len() - 2];
        assert_eq!(
            before.service, cause,
            "{service}: {name} was caused by {before:?}"
        );
    }
}
