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
    common::v1::{Channel, Nature},
    intake::v1::{
        Capacity, Complainant, ComplaintView, ListRequest, Matter, RegisterRequest,
        RegisterResponse, intake_service_client::IntakeServiceClient,
    },
    regulatory_report::v1::{
        FiguresRequest, Scope, Term,
        regulatory_report_service_client::RegulatoryReportServiceClient,
    },
    routing::v1::{
        AcceptRequest, AnswerDirectlyRequest, AnswerText, CaseState, CaseView, CloseRequest,
        Delivery, GetCaseRequest, IssueOrderRequest, ListEscalationsRequest,
        routing_service_client::RoutingServiceClient,
    },
    sla_watchdog::v1::{ListRungsRequest, sla_watchdog_service_client::SlaWatchdogServiceClient},
};
use suite::{Province, at};
use tonic::Code;

fn complaint(request_id: &str, unit: &str) -> RegisterRequest {
    RegisterRequest {
        request_id: request_id.to_owned(),
        unit_code: unit.to_owned(),
        channel: Channel::Phone.into(),
        nature: Nature::ConsumerComplaint.into(),
        complainant: Some(Complainant {
            name: "曾国明".to_owned(),
            phone: "13800000000".to_owned(),
            capacity: Capacity::Self_.into(),
            ..Complainant::default()
        }),
        matter: Some(Matter {
            complained_unit_code: "58900201".to_owned(),
            ..Matter::default()
        }),
        content: "自助机吞卡后三天没有人联系我。".to_owned(),
        persons: 1,
        ..RegisterRequest::default()
    }
}

async fn register(
    province: &Province,
    account: &str,
    request: RegisterRequest,
) -> RegisterResponse {
    let mut intake = IntakeServiceClient::new(province.peer(account, "intake").await);
    intake.register(request).await.unwrap().into_inner()
}

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

/// Accepts a case of 台山 and orders its credit department to handle it.
async fn order(province: &Province, id: &str) -> CaseView {
    let mut routing = RoutingServiceClient::new(province.peer("p589002slclerk", "routing").await);
    let case = case_of(province, "p589002slclerk", id).await;
    let accept = AcceptRequest {
        request_id: "0192aaaa-0000-7000-8000-0000000000a1".to_owned(),
        case_id: id.to_owned(),
        expected_revision: case.revision,
        opinion: "属实,交信贷管理部办理".to_owned(),
    };
    let case = routing
        .accept(accept)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap();
    // Ordering needs the head of the reception; at 台山 the post is vacant and its deputy stands in.
    let mut head = RoutingServiceClient::new(province.peer("p589002slheadd", "routing").await);
    let issue = IssueOrderRequest {
        request_id: "0192aaaa-0000-7000-8000-0000000000a2".to_owned(),
        case_id: id.to_owned(),
        expected_revision: case.revision,
        lead_unit_code: "589002XD".to_owned(),
        matter: "核查自助机吞卡处理经过".to_owned(),
        requirements: "七个工作日内办结并答复客户".to_owned(),
        ..IssueOrderRequest::default()
    };
    head.issue_order(issue)
        .await
        .unwrap()
        .into_inner()
        .case
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1c_a_case_nobody_touches_over_national_day_climbs_to_office_and_compliance() {
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    let request = complaint("0192aaaa-0000-7000-8000-000000000001", "589002SL");
    let told = register(&province, "p589002slclerk", request.clone()).await;
    let again = register(&province, "p589002slclerk", request).await;
    let view = told.complaint.unwrap();
    assert_eq!(
        (view.number.as_str(), again.already),
        ("589002-2026-000001", true)
    );
    province.settle().await;
    let case = order(&province, &view.complaint_id).await;
    assert_eq!(case.state(), CaseState::Ordered);
    province.settle().await;

    // Close of business is behind when the day's messages are looked for.
    province.advance(TimeDelta::hours(8)).await;
    for _ in 0..22 {
        province.advance(TimeDelta::days(1)).await;
    }
    let mut watchdog =
        SlaWatchdogServiceClient::new(province.peer("p44hgofficer", "sla-watchdog").await);
    let request = ListRungsRequest {
        case_id: case.case_id.clone(),
    };
    let rungs = watchdog
        .list_rungs(request)
        .await
        .unwrap()
        .into_inner()
        .rungs;
    let told: Vec<_> = rungs
        .iter()
        .filter(|planned| planned.clock_code == "G18.1c")
        .map(|planned| planned.rung.clone().unwrap())
        .map(|rung| {
            let sent =
                chassis::grpc::instant(&rung.sent_at.unwrap()).unwrap() + TimeDelta::hours(8);
            (sent.format("%m-%d").to_string(), rung.to_post, rung.via)
        })
        .collect();
    let expected = [
        ("10-09", "589002XD-handler", "holder"),
        ("10-09", "589002XD-head", "holder"),
        ("10-10", "589002SL-head", "deputy"),
        ("10-12", "589002GL-head", "holder"),
        ("10-13", "5890-head", "holder"),
        ("10-14", "44HG-head", "holder"),
    ];
    assert_eq!(
        told,
        expected.map(|(on, post, via)| (on.to_owned(), post.to_owned(), via.to_owned()))
    );

    let mut routing = RoutingServiceClient::new(province.peer("p44hgofficer", "routing").await);
    let request = ListEscalationsRequest {
        case_id: case.case_id,
        ..ListEscalationsRequest::default()
    };
    let items = routing
        .list_escalations(request)
        .await
        .unwrap()
        .into_inner()
        .escalations;
    let of_orders = items
        .iter()
        .filter_map(|item| item.view.as_ref())
        .filter(|item| item.clock_code == "G18.1c");
    let mut units: Vec<_> = of_orders.map(|item| item.unit_code.as_str()).collect();
    units.sort_unstable();
    assert_eq!(units, ["44HG", "5890"]);
    province.stop().await;
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

#[tokio::test(flavor = "multi_thread")]
async fn two_unions_see_nothing_of_each_other_and_nothing_acknowledged_is_lost_when_processes_are_killed()
 {
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    let killed = [
        "intake",
        "routing",
        "sla-watchdog",
        "nats",
        "directory",
        "postgres",
    ];
    let mut acknowledged = Vec::new();
    for (round, part) in killed.iter().enumerate() {
        let request = complaint(
            &format!("0192aaaa-0000-7000-8000-0000000001{round:02}"),
            "589002SL",
        );
        acknowledged.push(
            register(&province, "p589002slclerk", request)
                .await
                .complaint
                .unwrap()
                .number,
        );
        province.stack.kill(part).await.unwrap();
        for service in &suite::SERVICES {
            province.stack.wait_until_ready(service.name).await.unwrap();
        }
    }
    province.settle().await;
    let mut own = IntakeServiceClient::new(province.peer("p589002slclerk", "intake").await);
    let listed = own.list(ListRequest::default()).await.unwrap().into_inner();
    let mut kept: Vec<_> = listed
        .complaints
        .iter()
        .map(|view| view.number.clone())
        .collect();
    kept.sort();
    assert_eq!(kept, acknowledged);
    for view in &listed.complaints {
        let case = case_of(&province, "p589002slclerk", &view.complaint_id).await;
        assert_eq!(
            (case.state(), case.received_at),
            (CaseState::Filed, view.received_at)
        );
    }
    let mut other = IntakeServiceClient::new(province.peer("p591002slclerk", "intake").await);
    assert!(
        other
            .list(ListRequest::default())
            .await
            .unwrap()
            .into_inner()
            .complaints
            .is_empty()
    );
    let mut routing = RoutingServiceClient::new(province.peer("p591002slclerk", "routing").await);
    let request = GetCaseRequest {
        case_id: listed.complaints[0].complaint_id.clone(),
        number: String::new(),
    };
    assert_eq!(
        routing.get_case(request).await.unwrap_err().code(),
        Code::NotFound
    );
    assert!(
        at("2026-09-23T10:00:00+08:00")
            <= chassis::grpc::instant(&listed.complaints[0].received_at.unwrap()).unwrap()
    );
    province.stop().await;
}
