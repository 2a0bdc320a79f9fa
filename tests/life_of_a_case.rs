//! A complaint's way through the services, as the README tells it.

#[path = "life_of_a_case/courses.rs"]
mod courses;
#[path = "life_of_a_case/traced.rs"]
mod traced;
#[path = "life_of_a_case/untouched.rs"]
mod untouched;

use chrono::TimeDelta;
use suda_proto::{
    archive::v1::{ExportRequest, archive_service_client::ArchiveServiceClient},
    channel::v1::Manner,
    common::v1::Channel,
    intake::v1::{ComplaintView, ListRequest, intake_service_client::IntakeServiceClient},
    regulatory_report::v1::{
        FiguresRequest, Scope, Term,
        regulatory_report_service_client::RegulatoryReportServiceClient,
    },
    routing::v1::{
        AcceptRequest, AnswerDirectlyRequest, AnswerText, CaseState, CaseView, CloseRequest,
        Delivery, GetCaseRequest, routing_service_client::RoutingServiceClient,
    },
};
use suite::Province;

async fn case_of(province: &Province, account: &str, id: &str) -> CaseView {
    let mut routing = RoutingServiceClient::new(province.peer(account, "routing").await);
    let request = GetCaseRequest {
        case_id: id.to_owned(),
        number: String::new(),
    };
    routing
        .get_case(request)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap()
}

/// Accepts a case and answers it directly, in four parts; then it is closed.
async fn answer_and_close(province: &Province, case: &CaseView, turn: u32) {
    let mut routing = RoutingServiceClient::new(province.peer("p589002slheadd", "routing").await);
    let request_id = |step: u32| format!("0192aaaa-0000-7000-8000-00000000{turn:02}{step:02}");
    let accept = AcceptRequest {
        request_id: request_id(1),
        case_id: case.case_id.clone(),
        expected_revision: case.revision,
        opinion: "受理".to_owned(),
    };
    let case = routing
        .accept(accept)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap();
    let direct = AnswerDirectlyRequest {
        request_id: request_id(2),
        case_id: case.case_id.clone(),
        expected_revision: case.revision,
        answer: Some(AnswerText {
            facts: "经核查,情况属实。".to_owned(),
            basis: "《客户服务规范》第三条。".to_owned(),
            conclusion: "多收款项已退还并致歉。".to_owned(),
            remedies: "如不满意,可在三十日内申请核查,也可申请调解、仲裁或提起诉讼。".to_owned(),
        }),
        delivery: Some(Delivery {
            manner: Manner::PhoneCall.into(),
            note: "已电话答复".to_owned(),
            ..Delivery::default()
        }),
    };
    let case = routing
        .answer_directly(direct)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap();
    let close = CloseRequest {
        request_id: request_id(3),
        case_id: case.case_id.clone(),
        expected_revision: case.revision,
        remark: "办结".to_owned(),
    };
    let closed = routing
        .close(close)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap();
    assert_eq!(closed.state(), CaseState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn g22_g23_a_mail_a_wechat_message_and_a_call_end_in_sealed_files_and_figures() {
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    province.bring_inputs().await;
    let mut intake = IntakeServiceClient::new(province.peer("p589002slheadd", "intake").await);
    let listed = intake
        .list(ListRequest::default())
        .await
        .unwrap()
        .into_inner()
        .complaints;
    let mut channels: Vec<_> = listed.iter().map(ComplaintView::channel).collect();
    channels.sort_unstable();
    assert_eq!(channels, [Channel::Email, Channel::Phone, Channel::Wechat]);
    for (view, turn) in listed.iter().zip(1..) {
        let case = case_of(&province, "p589002slheadd", &view.complaint_id).await;
        answer_and_close(&province, &case, turn).await;
    }
    province.settle().await;

    // Each file proves itself, without the archive.
    let files = province.sealed(3).await;
    let mut archive =
        ArchiveServiceClient::new(province.peer("p589002daarchivist", "archive").await);
    for file in &files {
        let request = ExportRequest {
            file_id: file.file_id.clone(),
            reason: "抽查案卷".to_owned(),
            ..ExportRequest::default()
        };
        let mut parts = archive.export(request).await.unwrap().into_inner();
        let mut bytes = Vec::new();
        while let Some(part) = parts.message().await.unwrap() {
            bytes.extend(part.data);
        }
        archive::verify::verify_file(&bytes, None).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        archive::verify::verify_file(&bytes, None).unwrap_err();
    }

    // The half-year counts what came before now, and names it.
    province.advance(TimeDelta::hours(1)).await;
    let mut report =
        RegulatoryReportServiceClient::new(province.peer("p5890head", "regulatory-report").await);
    let scope = Scope {
        unit_code: "5890".to_owned(),
        year: 2026,
        term: Term::SecondHalf.into(),
        ..Scope::default()
    };
    let figures = report
        .figures(FiguresRequest { scope: Some(scope) })
        .await
        .unwrap()
        .into_inner();
    assert!(
        figures.identities.iter().all(|identity| identity.holds),
        "{:?}",
        figures.identities
    );
    let mut numbers: Vec<_> = listed.iter().map(|view| view.number.clone()).collect();
    numbers.sort();
    let counted = figures
        .tables
        .iter()
        .flat_map(|table| &table.rows)
        .find(|figure| figure.code == "received")
        .unwrap();
    let mut named = counted.case_numbers.clone();
    named.sort();
    assert_eq!((counted.count, named), (3, numbers));
    province.stop().await;
}
