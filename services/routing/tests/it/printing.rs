//! Official papers: who may have which made, what stands on them, and that every one leaves a trace.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use routing::papers::File;
use suda_proto::{
    intake::v1::{ComplaintRecord, GetRequest, GetResponse, MaskedIdentity, Narrative},
    routing::v1::document_service_client::DocumentServiceClient,
    sla_watchdog::v1::{
        CertifyRequest, CertifyResponse, ClockState, ClockView, DayCounted, Explanation,
        ListClocksRequest, ListClocksResponse,
    },
};
use tonic::{Request, Response, body::Body, codegen::http, server::NamedService};

use super::*;

const REASON: &str = "交经办人签字盖章";

/// What the stand-in for intake says.
fn complaint_text() -> GetResponse {
    GetResponse {
        record: Some(ComplaintRecord {
            complaint: Some(ComplaintView {
                received_by_post: "58900201-head".into(),
                ..ComplaintView::default()
            }),
            narrative: Some(Narrative {
                content: "重复扣款 #panic(\"x\") <w:t>".into(),
                demand: "退还".into(),
                occurred_when: "九月十日".into(),
                ..Narrative::default()
            }),
            amount_fen: 12_345,
            ..ComplaintRecord::default()
        }),
        complainant: Some(MaskedIdentity {
            name: "张*".into(),
            phone: "138****0001".into(),
            ..MaskedIdentity::default()
        }),
        candidates: Vec::new(),
    }
}

/// A stand-in that answers one RPC of one service.
macro_rules! stands_in {
    ($door:ident, $service:literal, $asked:ty, $answer:ty, $says:expr) => {
        #[derive(Clone)]
        struct $door;

        impl NamedService for $door {
            const NAME: &'static str = $service;
        }

        impl tonic::server::UnaryService<$asked> for $door {
            type Response = $answer;
            type Future = std::future::Ready<Result<Response<$answer>, Status>>;

            fn call(&mut self, _: Request<$asked>) -> Self::Future {
                std::future::ready(Ok(Response::new($says)))
            }
        }

        impl tonic::codegen::Service<http::Request<Body>> for $door {
            type Response = http::Response<Body>;
            type Error = Infallible;
            type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: http::Request<Body>) -> Self::Future {
                Box::pin(async move {
                    let codec = tonic_prost::ProstCodec::default();
                    Ok(tonic::server::Grpc::new(codec).unary($door, request).await)
                })
            }
        }
    };
}

stands_in!(
    IntakeDoor,
    "suda.intake.v1.IntakeService",
    GetRequest,
    GetResponse,
    complaint_text()
);
stands_in!(
    WatchdogDoor,
    "suda.sla_watchdog.v1.SlaWatchdogService",
    ListClocksRequest,
    ListClocksResponse,
    ListClocksResponse {
        clocks: vec![ClockView {
            code: "G18.1c".into(),
            due_at: Some(stamp("2026-10-10T09:30:00Z".parse().unwrap())),
            ..ClockView::default()
        }],
    }
);

/// What the stand-in for the watchdog says of a clock.
fn certified() -> CertifyResponse {
    let at = |text: &str| Some(stamp(text.parse().unwrap()));
    let counted = |date: &str, counts, count, reason: &str| DayCounted {
        date: date.into(),
        counts,
        count,
        reason: reason.into(),
        source: String::new(),
    };
    CertifyResponse {
        clock: Some(ClockView {
            code: "G18.1c".into(),
            name: "办结答复".into(),
            number: "589002-2026-000001".into(),
            limit: "7个工作日".into(),
            article: "第十八条(一)".into(),
            started_at: at("2026-09-30T02:00:00Z"),
            due_at: at("2026-10-10T09:30:00Z"),
            state: ClockState::Met.into(),
            stopped_at: at("2026-10-09T02:00:00Z"),
            extensions: 1,
            ..ClockView::default()
        }),
        explanation: Some(Explanation {
            days: vec![
                counted("2026-10-01", false, 0, "国庆节"),
                counted("2026-10-10", true, 1, "调休上班"),
            ],
            policy_code: "guangdong-2008-250".into(),
            policy_version: 2,
            calendar_version: 3,
            ..Explanation::default()
        }),
        issued_at: at("2026-10-10T10:00:00Z"),
        ..CertifyResponse::default()
    }
}

stands_in!(
    ForesightDoor,
    "suda.sla_watchdog.v1.ForesightService",
    CertifyRequest,
    CertifyResponse,
    certified()
);

#[test]
fn g18_1c_a_certificate_says_what_the_watchdog_counted() {
    let union = "台山农商行".to_owned();
    let paper = routing::papers::certificate::certificate(
        certified(),
        union,
        "台山农商行受理部门".to_owned(),
    )
    .unwrap();
    assert_eq!(paper.due_at.to_string(), "2026年10月10日 17:30");
    assert_eq!(
        (paper.state.as_str(), paper.result.as_str()),
        ("已终止", "按期完成")
    );
    assert_eq!(paper.remarks, ["经批准延期1次。"]);
    assert_eq!(paper.calendar, "全省日历第3版");
    assert_eq!((paper.days.len(), paper.days[1].count), (2, 1));
    let pdf = documents::Press::new(None).render(&paper, documents::Format::Pdf);
    assert!(pdf.unwrap().bytes.starts_with(b"%PDF-"));
    // Half a certificate is none.
    let bare = CertifyResponse {
        explanation: None,
        ..certified()
    };
    let refused =
        routing::papers::certificate::certificate(bare, String::new(), String::new()).err();
    assert!(refused.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_1c_a_certificate_is_made_of_a_clock_that_is_named() {
    let stack = beside_others().await;
    let course = Course::new(&stack, 1).await;
    let asked = |clock: &str| RenderDocumentRequest {
        case_id: course.case.case_id.clone(),
        kind: DocumentKind::Certificate.into(),
        reason: REASON.into(),
        clock_code: clock.into(),
        ..RenderDocumentRequest::default()
    };
    let mut client = DocumentServiceClient::new(stack.channel_as(&clerk()));
    let refused = client.render_document(asked(" ")).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let made = client.render_document(asked("G18.1c")).await.unwrap();
    assert!(made.get_ref().content.starts_with(b"%PDF-"));
    stack.stop().await;
}

/// Routing with stand-ins for intake and the watchdog beside it.
async fn beside_others() -> Stack {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tonic::transport::Server::builder()
        .add_service(IntakeDoor)
        .add_service(WatchdogDoor)
        .add_service(ForesightDoor)
        .serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener));
    #[expect(clippy::disallowed_methods, reason = "it lives as long as the test")]
    drop(tokio::spawn(server));
    started_with(|setup| {
        setup
            .set("peers.intake", &url)
            .set("peers.sla-watchdog", &url);
    })
    .await
}

pub(super) async fn print(
    stack: &Stack,
    who: &Person,
    case_id: &str,
    kind: DocumentKind,
    format: DocumentFormat,
) -> Result<RenderDocumentResponse, Status> {
    let asked = RenderDocumentRequest {
        case_id: case_id.into(),
        kind: kind.into(),
        format: format.into(),
        reason: REASON.into(),
        ..RenderDocumentRequest::default()
    };
    let mut client = DocumentServiceClient::new(stack.channel_as(who));
    Ok(client.render_document(asked).await?.into_inner())
}

async fn prints(stack: &Stack, who: &Person, case_id: &str) -> Result<Vec<Print>, Status> {
    let asked = ListPrintsRequest {
        case_id: case_id.into(),
        ..ListPrintsRequest::default()
    };
    let mut client = DocumentServiceClient::new(stack.channel_as(who));
    Ok(client.list_prints(asked).await?.into_inner().prints)
}

/// Whether a file holds these words as they are; a DOCX keeps its parts uncompressed.
pub(super) fn holds(file: &RenderDocumentResponse, words: &str) -> bool {
    let words = words.as_bytes();
    file.content.windows(words.len()).any(|part| part == words)
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_1_g17_2_the_two_forms_are_made_and_every_print_leaves_a_trace() {
    let stack = beside_others().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_filed().await;
    let id = course.case.case_id.clone();
    for kind in [DocumentKind::HandlingForm, DocumentKind::SupervisionOrder] {
        let file = print(&stack, &clerk(), &id, kind, DocumentFormat::Unspecified)
            .await
            .unwrap();
        assert!(file.content.starts_with(b"%PDF-"));
        assert_eq!(file.media_type, "application/pdf");
        assert!(
            file.file_name.contains("589002-2026-000001"),
            "{}",
            file.file_name
        );
        let again = print(&stack, &clerk(), &id, kind, DocumentFormat::Pdf)
            .await
            .unwrap();
        assert_eq!(
            (&file.digest, &file.content),
            (&again.digest, &again.content)
        );
    }
    let trace = prints(&stack, &reception_head(), &id).await.unwrap();
    assert_eq!(trace.len(), 4);
    for print in &trace {
        assert_eq!(
            (
                print.person_id.as_str(),
                print.post.as_str(),
                print.reason.as_str()
            ),
            ("p-clerk", "589002SL-clerk", REASON)
        );
        assert_eq!(
            (print.format(), print.digest.len()),
            (DocumentFormat::Pdf, 64)
        );
    }
    let status = prints(&stack, &handler(), &id).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_1_g17_2_what_is_known_stands_in_the_boxes_of_the_forms() {
    let stack = beside_others().await;
    let mut course = Course::new(&stack, 1).await;
    course
        .until_filed()
        .await
        .pass_by(&reception_head())
        .await
        .unwrap();
    let id: Uuid = course.case.case_id.parse().unwrap();
    let case = routing::store::find(stack.db.reader(), id)
        .await
        .unwrap()
        .unwrap();
    let file = File::read(&stack.db, case).await.unwrap();
    let form = file.form1(&complaint_text());
    assert_eq!(form.union, "台山农商行");
    assert_eq!(form.unit, "台城支行");
    assert_eq!(
        (
            form.complainant.name.as_str(),
            form.complainant.phone.as_str()
        ),
        ("张*", "138****0001")
    );
    assert_eq!(form.content, "重复扣款 #panic(\"x\") <w:t>");
    assert_eq!(form.incident, "九月十日，123.45元");
    assert_eq!(
        (form.settled, form.unsolved_reason.as_str()),
        (Some(false), "须查阅流水")
    );
    assert_eq!(form.handling, "系统于九月十日重复扣款一笔\n已退还并答复");
    assert_eq!(form.review, "同意");
    assert!(form.answered_at.is_some());

    let due = documents::Moment::end_of_day("2026-10-10T09:30:00Z".parse().unwrap());
    let form = file.form2(&complaint_text(), Some(due)).unwrap();
    assert_eq!(form.order_number, "589002-2026-000001-D1");
    assert_eq!(
        (form.lead_unit.as_str(), form.co_units.len()),
        ("台城支行", 1)
    );
    assert_eq!(form.requirement, "查明扣款原因并答复投诉人");
    assert_eq!(form.due.unwrap().to_string(), "2026年10月10日 17:30");
    assert_eq!(
        (form.rectification.as_str(), form.returned),
        ("修补重发控制", Some(false))
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_l19_letters_are_made_once_there_is_something_to_tell() {
    let stack = beside_others().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let id = course.case.case_id.clone();
    for kind in [
        DocumentKind::SupervisionOrder,
        DocumentKind::Acceptance,
        DocumentKind::Refusal,
        DocumentKind::Answer,
        DocumentKind::Extension,
        DocumentKind::AppealAcceptance,
        DocumentKind::AppealDecision,
        DocumentKind::SuperiorReport,
    ] {
        let status = print(&stack, &clerk(), &id, kind, DocumentFormat::Pdf)
            .await
            .unwrap_err();
        refused(&status, Code::FailedPrecondition, "paper.none");
    }
    course.accept().await.order().await;
    course
        .assign_to("58900201-handler")
        .await
        .unwrap()
        .findings()
        .await
        .answer()
        .await;
    let letter = print(
        &stack,
        &clerk(),
        &id,
        DocumentKind::Acceptance,
        DocumentFormat::Docx,
    )
    .await
    .unwrap();
    assert!(holds(&letter, "自收到投诉之日起15日内"));
    let letter = print(
        &stack,
        &handler(),
        &id,
        DocumentKind::Answer,
        DocumentFormat::Docx,
    )
    .await
    .unwrap();
    let parts = four_parts();
    for part in [parts.facts, parts.basis, parts.conclusion, parts.remedies] {
        assert!(holds(&letter, &part), "{part}");
    }
    assert!(holds(&letter, "台城支行"), "the unit that answered signs");
    assert!(!holds(&letter, "p-handler"), "no person is named");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g19_who_may_not_see_a_case_prints_nothing_of_it() {
    let stack = beside_others().await;
    let course = Course::new(&stack, 1).await;
    let id = course.case.case_id.clone();
    let teller = person("p-teller").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    for who in [clerk_of_another_union(), teller] {
        let kind = DocumentKind::HandlingForm;
        let status = print(&stack, &who, &id, kind, DocumentFormat::Pdf)
            .await
            .unwrap_err();
        refused(&status, Code::NotFound, "request.not_found");
    }
    assert!(
        prints(&stack, &reception_head(), &id)
            .await
            .unwrap()
            .is_empty()
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_print_without_a_reason_or_of_the_wrong_kind_is_refused_in_words() {
    let stack = beside_others().await;
    let course = Course::new(&stack, 1).await;
    let asked = RenderDocumentRequest {
        case_id: course.case.case_id.clone(),
        kind: DocumentKind::HandlingForm.into(),
        format: DocumentFormat::Docx.into(),
        reason: REASON.into(),
        ..RenderDocumentRequest::default()
    };
    let nameless = RenderDocumentRequest {
        kind: 0,
        ..asked.clone()
    };
    let silent = RenderDocumentRequest {
        reason: "看".into(),
        ..asked.clone()
    };
    let mut client = DocumentServiceClient::new(stack.channel_as(&clerk()));
    for (asked, words) in [
        (asked, "只能出具PDF"),
        (nameless, "哪种文书"),
        (silent, "至少写4个字"),
    ] {
        let status = client.render_document(asked).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(words), "{}", status.message());
    }
    assert!(
        prints(&stack, &reception_head(), &course.case.case_id)
            .await
            .unwrap()
            .is_empty()
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_waits_for_intake_and_letters_do_not() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await.accept().await;
    let id = course.case.case_id.clone();
    let status = print(
        &stack,
        &clerk(),
        &id,
        DocumentKind::HandlingForm,
        DocumentFormat::Pdf,
    )
    .await
    .unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    print(
        &stack,
        &clerk(),
        &id,
        DocumentKind::Acceptance,
        DocumentFormat::Docx,
    )
    .await
    .unwrap();
    assert_eq!(
        prints(&stack, &reception_head(), &id).await.unwrap().len(),
        1
    );
    stack.stop().await;
}
