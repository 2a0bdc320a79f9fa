//! The papers of the archive: who gets which, of what, with which trace. How they look is for the crate that sets them to prove.

use suda_proto::archive::v1::{
    PaperFormat, PaperKind, RenderPaperRequest, RenderPaperResponse, TransferView,
    paper_service_client::PaperServiceClient,
};
use tonic::{Code, Status};

use super::*;

async fn paper(
    stack: &Stack,
    person: &Person,
    asked: &RenderPaperRequest,
) -> Result<RenderPaperResponse, Status> {
    let mut client = PaperServiceClient::new(stack.channel_as(person));
    let made = client.render_paper(asked.clone()).await;
    made.map(tonic::Response::into_inner)
}

fn asked(kind: PaperKind, format: PaperFormat) -> RenderPaperRequest {
    RenderPaperRequest {
        kind: kind.into(),
        format: format.into(),
        reason: "年终移交核对".to_owned(),
        ..RenderPaperRequest::default()
    }
}

fn text(made: RenderPaperResponse) -> String {
    assert_eq!(made.media_type, "text/csv");
    String::from_utf8(made.content).unwrap()
}

fn head(person_id: &str, union: &str) -> Person {
    let (code, unit) = (format!("{union}SL-head"), format!("{union}SL"));
    person(person_id).post(&code, &unit, union, "reception_head")
}

/// Before the archive room has decided: the report of the checks is its own to have made.
pub(super) async fn of_what_waits(stack: &Stack, handed: &TransferView) {
    let report = RenderPaperRequest {
        transfer_id: handed.transfer_id.clone(),
        ..asked(PaperKind::CheckReport, PaperFormat::Pdf)
    };
    let early = paper(stack, &head("P-SLH", "589002"), &report).await;
    assert_eq!(early.unwrap_err().code(), Code::PermissionDenied);
    let made = paper(stack, &archivist("589002"), &report).await.unwrap();
    assert!(made.content.starts_with(b"%PDF-"));
    let edited = RenderPaperRequest {
        format: PaperFormat::Csv.into(),
        ..report
    };
    let refused = paper(stack, &archivist("589002"), &edited).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
}

/// A transfer of two files that was received, and a union's register and catalogues.
pub(super) async fn of_what_was_received(stack: &Stack, handed: &TransferView) {
    let catalogue = RenderPaperRequest {
        number: "589002-2026-000001".to_owned(),
        ..asked(PaperKind::Catalogue, PaperFormat::Csv)
    };
    let register = RenderPaperRequest {
        union_code: "589002".to_owned(),
        year: 2026,
        ..asked(PaperKind::Register, PaperFormat::Csv)
    };
    let list = RenderPaperRequest {
        transfer_id: handed.transfer_id.clone(),
        ..asked(PaperKind::TransferList, PaperFormat::Csv)
    };
    let reader = head("P-SLH", "589002");
    let lying = text(paper(stack, &reader, &catalogue).await.unwrap());
    assert!(
        lying.contains("证据材料:存折照片") && lying.contains("complaint.json"),
        "{lying}"
    );
    let registered = text(paper(stack, &reader, &register).await.unwrap());
    assert_eq!(registered.lines().count(), 3, "{registered}");
    assert_eq!(registered.matches("已移交").count(), 2, "{registered}");
    let listed = text(paper(stack, &auditor(), &list).await.unwrap());
    for item in ["0001", "0002"] {
        let code = format!("Z109-TS·2026-D10-589002SL-{item}");
        assert!(
            registered.contains(&code) && listed.contains(&code),
            "{code}"
        );
    }
    for said in [&lying, &registered, &listed] {
        assert!(!said.contains("柜员"), "{said}");
    }

    // The papers that are signed; the same checks give the same file.
    let signed = |kind: PaperKind| RenderPaperRequest {
        format: PaperFormat::Pdf.into(),
        kind: kind.into(),
        ..list.clone()
    };
    let report = paper(stack, &reader, &signed(PaperKind::CheckReport))
        .await
        .unwrap();
    assert_eq!(report.file_name, "电子档案四性检测报告_589002-2026-01.pdf");
    assert_eq!(
        paper(stack, &auditor(), &signed(PaperKind::CheckReport))
            .await
            .unwrap(),
        report
    );
    let form = paper(stack, &reader, &signed(PaperKind::HandoverForm))
        .await
        .unwrap();
    assert!(form.content.starts_with(b"%PDF-") && form.digest.len() == 64);

    // No reason, no kind, no such thing, another union's.
    let silent = RenderPaperRequest {
        reason: "看看".to_owned(),
        ..register.clone()
    };
    let whole = RenderPaperRequest {
        union_code: String::new(),
        ..register.clone()
    };
    let bad = asked(PaperKind::Unspecified, PaperFormat::Pdf);
    for wrong in [&silent, &whole, &bad] {
        let refused = paper(stack, &reader, wrong).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{wrong:?}");
    }
    let neighbour = head("P-N", "589001");
    for (foreign, code) in [
        (&catalogue, Code::NotFound),
        (&register, Code::PermissionDenied),
        (&list, Code::NotFound),
    ] {
        let refused = paper(stack, &neighbour, foreign).await.unwrap_err();
        assert_eq!(refused.code(), code, "{foreign:?}");
    }

    // Who is complained of gets nothing of the file, not even its line (guideline art. 5, 19).
    let complained = head("P-COMPLAINED", "589002");
    let hidden = paper(stack, &complained, &catalogue).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    let bare = text(paper(stack, &complained, &register).await.unwrap());
    assert_eq!(bare.lines().count(), 1, "{bare}");
    let barred = paper(stack, &complained, &list).await.unwrap_err();
    assert_eq!(barred.code(), Code::PermissionDenied);

    // Each that was made stands in the log with its reason; what was refused was not given.
    let kept = "SELECT count(*) AS count FROM access_log WHERE rpc = 'RenderPaper' AND reason = '年终移交核对'";
    assert_eq!(stack.count(kept).await, 8);
}
