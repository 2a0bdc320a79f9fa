//! What belongs into a file, fetched from those who own it. Never within a transaction.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chassis::grpc::LARGEST_MESSAGE;
use suda_proto::{
    common::v1::Blob,
    intake::v1::{
        EvidenceKind, GetForFileRequest, GetForFileResponse,
        intake_service_client::IntakeServiceClient,
    },
    routing::v1::{GetCaseRequest, GetCaseResponse, routing_service_client::RoutingServiceClient},
    sla_watchdog::v1::{ListClocksRequest, sla_watchdog_service_client::SlaWatchdogServiceClient},
};

use crate::{
    desk::Desk,
    file::{Original, Parts, at},
    store::cases::Ended,
};

/// More clocks than any case has.
const CLOCKS: u32 = 1000;

/// Fetches everything of a case.
///
/// # Errors
/// When somebody does not answer, or an original is not in the store.
pub async fn fetch(desk: &Desk, case: &Ended) -> anyhow::Result<Parts> {
    let case_id = case.case_id.to_string();
    let routed = RoutingServiceClient::new(desk.peers.channel("routing"))
        .max_decoding_message_size(LARGEST_MESSAGE)
        .get_case(GetCaseRequest {
            case_id: case_id.clone(),
            number: String::new(),
        })
        .await
        .context("routing does not give the case")?
        .into_inner();
    let clocks = SlaWatchdogServiceClient::new(desk.peers.channel("sla-watchdog"))
        .list_clocks(ListClocksRequest {
            case_id,
            limit: CLOCKS,
            ..ListClocksRequest::default()
        })
        .await
        .context("sla-watchdog does not give the clocks")?
        .into_inner()
        .clocks;
    let complaint = IntakeServiceClient::new(desk.peers.channel("intake"))
        .max_decoding_message_size(LARGEST_MESSAGE)
        .get_for_file(GetForFileRequest {
            complaint_id: case.complaint_id.to_string(),
        })
        .await
        .context("intake does not give the complaint")?
        .into_inner();
    let originals = originals(desk, &complaint, &routed).await?;
    Ok(Parts {
        complaint,
        case: routed,
        clocks,
        originals,
        known_items: BTreeSet::new(),
    })
}

/// The bytes of everything that was handed in, of the original message, and of the proofs of delivery.
async fn originals(
    desk: &Desk,
    complaint: &GetForFileResponse,
    case: &GetCaseResponse,
) -> anyhow::Result<Vec<Original>> {
    let mut originals = named(complaint, case);
    for original in &mut originals {
        let digest = &original.blob.digest;
        original.bytes = desk
            .blobs
            .get(digest)
            .await?
            .with_context(|| format!("the original {digest} is not in the object store"))?;
    }
    Ok(originals)
}

fn named(complaint: &GetForFileResponse, case: &GetCaseResponse) -> Vec<Original> {
    let mut originals: Vec<Original> = Vec::new();
    if let Some(record) = &complaint.record {
        for evidence in &record.evidence {
            let Some(blob) = &evidence.blob else { continue };
            let title = match (evidence.kind(), evidence.description.as_str()) {
                (EvidenceKind::Original, _) => "投诉原件".to_owned(),
                (EvidenceKind::Authorisation, _) => "授权委托书".to_owned(),
                (EvidenceKind::Succession, _) => "继承证明".to_owned(),
                (EvidenceKind::Recording, _) => "录音录像".to_owned(),
                (EvidenceKind::General | EvidenceKind::Unspecified, "") => "证据材料".to_owned(),
                (EvidenceKind::General | EvidenceKind::Unspecified, shown) => {
                    format!("证据材料:{shown}")
                }
            };
            originals.push(Original {
                folder: "evidence",
                title,
                author: evidence.added_by_post.clone(),
                made_at: at(evidence.added_at.as_ref()),
                blob: blob.clone(),
                bytes: bytes::Bytes::new(),
            });
        }
        let listed = originals
            .iter()
            .any(|original| original.blob.digest == record.raw_digest);
        if !record.raw_digest.is_empty() && !listed {
            let received = record
                .complaint
                .as_ref()
                .and_then(|view| view.received_at.as_ref());
            originals.push(Original {
                folder: "evidence",
                title: "投诉原件".to_owned(),
                author: String::new(),
                made_at: at(received),
                blob: Blob {
                    digest: record.raw_digest.clone(),
                    media_type: "application/octet-stream".to_owned(),
                    file_name: "original".to_owned(),
                    ..Blob::default()
                },
                bytes: bytes::Bytes::new(),
            });
        }
    }
    for notice in &case.notices {
        let Some(proof) = notice
            .proof
            .as_ref()
            .filter(|proof| !proof.digest.is_empty())
        else {
            continue;
        };
        originals.push(Original {
            folder: "proofs",
            title: format!("送达凭证:{}", notice.subject),
            author: String::new(),
            made_at: at(notice.sent_at.as_ref()),
            blob: proof.clone(),
            bytes: bytes::Bytes::new(),
        });
    }
    originals
}
