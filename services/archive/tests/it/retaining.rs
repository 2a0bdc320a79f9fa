//! How long files are kept, what bars their disposal, two persons who decide, addenda, and erasure.

use archive::{
    actions::{addending, disposing},
    verify::verify_file,
};
use chassis::grpc::status::reason;
use suda_proto::{
    archive::v1::{
        AddendumSealed, ApplyScheduleRequest, CaseSealed, DecideDisposalRequest, DisposalChoice,
        DisposalState, ExportRequest, FileDestroyed, FileView, GetFileRequest, GetScheduleRequest,
        HoldGround, LiftHoldRequest, ListExpiredRequest, ProposeDisposalRequest, RetentionTerm,
        SearchRequest, SetHoldRequest, VerifyLedgerRequest,
        retention_service_client::RetentionServiceClient,
    },
    intake::v1::{IdentityErased, MaterialAdded},
    routing::v1::{EscalationAnswered, EscalationView},
};
use tonic::{Code, Status};

use super::*;

fn retention(stack: &Stack, person: &Person) -> RetentionServiceClient<Peer> {
    RetentionServiceClient::new(stack.channel_as(person))
}

fn compliance() -> Person {
    person("P-HG")
        .post("44HG-head", "44HG", "44", "compliance_head")
        .unions(["*"])
}

fn manager() -> Person {
    person("P-GL").post("589002-manager", "589002", "589002", "senior_management")
}

async fn file(stack: &Stack, number: &str) -> FileView {
    let asked = GetFileRequest {
        number: number.to_owned(),
        ..Default::default()
    };
    let got = client(stack, &auditor()).get_file(asked).await.unwrap();
    got.into_inner().file.unwrap()
}

async fn exported(stack: &Stack, person: &Person, number: &str) -> Result<Vec<u8>, Status> {
    let asked = ExportRequest {
        number: number.to_owned(),
        reason: "依法调阅核对".to_owned(),
        ..Default::default()
    };
    let mut parts = client(stack, person).export(asked).await?.into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        bytes.extend(part.data);
    }
    Ok(bytes)
}

async fn intact(stack: &Stack) -> bool {
    let asked = VerifyLedgerRequest::default();
    let found = client(stack, &auditor()).verify_ledger(asked).await;
    found.unwrap().into_inner().intact
}

async fn found(stack: &Stack, query: &str) -> usize {
    let asked = SearchRequest {
        query: query.to_owned(),
        ..Default::default()
    };
    let hits = client(stack, &archivist("589002")).search(asked).await;
    hits.unwrap().into_inner().hits.len()
}

fn hold(stack: &Stack, number: &str, ground: HoldGround) -> SetHoldRequest {
    SetHoldRequest {
        request_id: stack.ids.new_id().to_string(),
        number: number.to_owned(),
        ground: ground.into(),
        reason: "法院已受理本案".to_owned(),
    }
}

#[tokio::test]
async fn g22_the_term_the_row_and_the_number_follow_from_the_facts_of_the_case() {
    let stack = started().await;
    let desk = desk(&stack);
    let ordinary = Told::new(&stack, "589002", 1, "");
    let grave = Told::new(&stack, "589002", 2, "");
    let sued = Told::new(&stack, "589002", 3, "");
    ordinary.sealed(&stack, &desk).await;
    grave.tell(&stack).await;
    let mut parts = grave.parts();
    let view = parts.complaint.record.as_mut().unwrap().complaint.as_mut();
    view.unwrap().major = true;
    grave.seal(&desk, &parts).await;
    sued.tell(&stack).await;
    let mut head = retention(&stack, &compliance());
    let asked = hold(&stack, &sued.number, HoldGround::Litigation);
    head.set_hold(asked).await.unwrap();
    sued.seal(&desk, &sued.parts()).await;
    let mut seen = Vec::new();
    for case in [&ordinary, &grave, &sued] {
        let file = file(&stack, &case.number).await;
        let term = file.term();
        seen.push((
            file.archival_code,
            term,
            file.retention_rule,
            file.expires_on,
        ));
    }
    let row = |code: &str, term, rule: &str, until: &str| {
        (code.to_owned(), term, rule.to_owned(), until.to_owned())
    };
    let (ten, ever) = (RetentionTerm::TenYears, RetentionTerm::Permanent);
    assert_eq!(
        seen,
        [
            row("Z109-TS·2026-D10-589002SL-0001", ten, "TS-99", "2036-12-31"),
            // Each series has its own numbers, from 1 without gaps.
            row("Z109-TS·2026-Y-589002SL-0001", ever, "TS-03", ""),
            row("Z109-TS·2026-Y-589002SL-0002", ever, "TS-01", ""),
        ]
    );
    let bytes = exported(&stack, &archivist("589002"), &grave.number)
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("\"rule\": \"TS-03\"") && text.contains("令2020年第3号第二十九条"));
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_new_schedule_is_checked_versioned_and_leaves_sealed_files_alone() {
    let stack = started().await;
    let desk = desk(&stack);
    Told::new(&stack, "589002", 1, "")
        .sealed(&stack, &desk)
        .await;
    let mut head = retention(&stack, &compliance());
    let get = GetScheduleRequest::default();
    let shipped = head.get_schedule(get).await.unwrap().into_inner();
    assert_eq!(shipped.version, 0);
    let apply = |text: &str, check_only| ApplyScheduleRequest {
        request_id: stack.ids.new_id().to_string(),
        text: text.to_owned(),
        check_only,
    };
    let bad = shipped.text.replacen("term = \"D10\"", "term = \"D5\"", 1);
    let refused = head.apply_schedule(apply(&bad, false)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let fields = chassis::grpc::status::fields(&refused);
    assert!(fields[0].1.contains("D5"), "{fields:?}");
    let same = head
        .apply_schedule(apply(&shipped.text, false))
        .await
        .unwrap();
    assert!(same.into_inner().unchanged);
    let longer = shipped.text.replacen("term = \"D10\"", "term = \"D30\"", 1);
    let checked = head.apply_schedule(apply(&longer, true)).await.unwrap();
    assert_eq!(checked.into_inner().version, 1);
    assert_eq!(
        stack.count("SELECT count(*) AS count FROM schedules").await,
        0
    );
    head.apply_schedule(apply(&longer, false)).await.unwrap();
    Told::new(&stack, "589002", 2, "")
        .sealed(&stack, &desk)
        .await;
    let terms: Vec<(String, u32)> = stack
        .published::<CaseSealed>()
        .await
        .into_iter()
        .filter_map(|told| told.file)
        .map(|file| (file.archival_code, file.schedule_version))
        .collect();
    assert_eq!(
        terms,
        [
            ("Z109-TS·2026-D10-589002SL-0001".to_owned(), 0),
            ("Z109-TS·2026-D30-589002SL-0001".to_owned(), 1)
        ]
    );
    let denied = retention(&stack, &archivist("589002"))
        .apply_schedule(apply(&longer, false))
        .await
        .unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    stack.stop().await;
}

#[tokio::test]
async fn g22_two_persons_dispose_of_what_expired_a_hold_bars_it_and_the_record_stays() {
    let stack = started().await;
    let desk = desk(&stack);
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    let kept = Told::new(&stack, "589002", 2, "存折");
    case.sealed(&stack, &desk).await;
    kept.sealed(&stack, &desk).await;
    let ids = [
        file(&stack, &case.number).await.file_id,
        file(&stack, &kept.number).await.file_id,
    ];
    let mut archivist_room = retention(&stack, &archivist("589002"));
    let propose = |until: &str| ProposeDisposalRequest {
        request_id: stack.ids.new_id().to_string(),
        union_code: "589002".to_owned(),
        choices: vec![
            DisposalChoice {
                file_id: ids[0].clone(),
                keep_until: String::new(),
            },
            DisposalChoice {
                file_id: ids[1].clone(),
                keep_until: until.to_owned(),
            },
        ],
        opinion: "保管期满,无继续保存价值".to_owned(),
    };
    let early = archivist_room
        .propose_disposal(propose("2046-12-31"))
        .await
        .unwrap_err();
    assert_eq!(reason(&early).as_deref(), Some("disposal.not_expired"));
    // Ten years on; tokens do not live that long, so the term is moved and not the clock.
    stack
        .execute("UPDATE files SET expires_on = '2026-01-01'")
        .await;
    let expired = archivist_room
        .list_expired(ListExpiredRequest::default())
        .await;
    assert_eq!(expired.unwrap().into_inner().files.len(), 2);
    let shorter = archivist_room
        .propose_disposal(propose("2025-12-31"))
        .await
        .unwrap_err();
    assert_eq!(reason(&shorter).as_deref(), Some("disposal.shorter"));
    let proposed = archivist_room
        .propose_disposal(propose("2046-12-31"))
        .await
        .unwrap();
    let disposal = proposed.into_inner().disposal.unwrap();
    assert_eq!((disposal.to_destroy, disposal.to_keep), (1, 1));
    let twice = archivist_room
        .propose_disposal(propose("2046-12-31"))
        .await
        .unwrap_err();
    assert_eq!(reason(&twice).as_deref(), Some("disposal.elsewhere"));

    let decide = || DecideDisposalRequest {
        request_id: stack.ids.new_id().to_string(),
        disposal_id: disposal.disposal_id.clone(),
        expected_revision: disposal.revision,
        approve: true,
        opinion: "同意鉴定意见".to_owned(),
    };
    // A hold that was set meanwhile bars it; lifted, it does not.
    let mut head = retention(&stack, &compliance());
    let asked = hold(&stack, &case.number, HoldGround::Regulator);
    let held = head
        .set_hold(asked)
        .await
        .unwrap()
        .into_inner()
        .hold
        .unwrap();
    assert_eq!(file(&stack, &case.number).await.open_holds, 1);
    let barred = retention(&stack, &manager())
        .decide_disposal(decide())
        .await
        .unwrap_err();
    assert_eq!(reason(&barred).as_deref(), Some("disposal.held"));
    let lift = |request_id: String| LiftHoldRequest {
        request_id,
        hold_id: held.hold_id.clone(),
        reason: "检查已结束".to_owned(),
    };
    let denied = archivist_room
        .lift_hold(lift(stack.ids.new_id().to_string()))
        .await
        .unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    head.lift_hold(lift(stack.ids.new_id().to_string()))
        .await
        .unwrap();
    // Whoever proposed does not decide, whatever other post he holds.
    let same = person("P-DA").post("589002SL-head", "589002SL", "589002", "reception_head");
    let alone = retention(&stack, &same)
        .decide_disposal(decide())
        .await
        .unwrap_err();
    assert_eq!(reason(&alone).as_deref(), Some("disposal.same_person"));
    let asked = decide();
    let mut management = retention(&stack, &manager());
    let done = management
        .decide_disposal(asked.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        management
            .decide_disposal(asked)
            .await
            .unwrap()
            .into_inner(),
        done
    );
    assert_eq!(done.disposal.unwrap().state(), DisposalState::Approved);
    assert_eq!(disposing::remove(&desk).await.unwrap(), "1 removed");

    // The content is gone everywhere; register, catalogue and ledger stay.
    let destroyed = file(&stack, &case.number).await;
    assert!(destroyed.destroyed_at.is_some());
    assert_eq!(stack.blobs.get(&destroyed.file_digest).await.unwrap(), None);
    let gone = exported(&stack, &archivist("589002"), &case.number)
        .await
        .unwrap_err();
    assert_eq!(reason(&gone).as_deref(), Some("archive.destroyed"));
    assert_eq!(found(&stack, "态度").await, 0);
    assert_eq!(file(&stack, &kept.number).await.expires_on, "2046-12-31");
    assert!(
        exported(&stack, &archivist("589002"), &kept.number)
            .await
            .is_ok()
    );
    let told = stack.published::<FileDestroyed>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].disposal_id, disposal.disposal_id);
    stack.run_task(archive::SIGN).await;
    assert!(intact(&stack).await);
    stack.stop().await;
}

#[tokio::test]
async fn g22_what_comes_after_sealing_becomes_an_addendum_linked_to_the_file() {
    let stack = started().await;
    let desk = desk(&stack);
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    case.sealed(&stack, &desk).await;
    let main = file(&stack, &case.number).await;
    let late = async || {
        cases::late(desk.db.reader(), stack.clock_now(), 10)
            .await
            .unwrap()
    };
    stack.settle().await;
    assert!(late().await.is_empty(), "its own sealing is nothing late");
    let material = MaterialAdded {
        complaint: Some(ComplaintView {
            complaint_id: case.id.to_string(),
            ..ComplaintView::default()
        }),
        ..Default::default()
    };
    stack
        .publish(&material, "589002", &case.id.to_string())
        .await;
    // Told under its own key; it names the case.
    let other = stack.ids.new_id().to_string();
    let answered = EscalationAnswered {
        escalation: Some(EscalationView {
            escalation_id: other.clone(),
            case_id: case.id.to_string(),
            ..EscalationView::default()
        }),
        ..Default::default()
    };
    stack.publish(&answered, "589002", &other).await;
    stack.settle().await;
    let waiting = late().await;
    assert_eq!(waiting.len(), 1);
    let mut parts = case.parts();
    parts.originals.push(Original {
        title: "补充材料".to_owned(),
        blob: Blob {
            digest: "ab".repeat(32),
            file_name: "补充.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            ..Blob::default()
        },
        bytes: vec![7; 99].into(),
        ..parts.originals[0].clone()
    });
    // Originals are known by their digest.
    parts.originals[0].blob.digest = archive::domain::chain::digest(&[0xD8; 300]);
    let outcome = addending::add(&desk, &waiting[0], parts).await.unwrap();
    assert!(matches!(outcome, Outcome::Sealed(_)), "{outcome:?}");
    let told = stack.published::<AddendumSealed>().await;
    let addendum = told[0].file.clone().unwrap();
    assert_eq!(addendum.main_file_id, main.file_id);
    assert_eq!(
        (addendum.archival_code.as_str(), addendum.addendum_number),
        ("Z109-TS·2026-D10-589002SL-0002", 1)
    );
    assert_eq!(stack.published::<CaseSealed>().await.len(), 1);
    assert!(late().await.is_empty());

    let asked = GetFileRequest {
        number: case.number.clone(),
        ..Default::default()
    };
    let got = client(&stack, &auditor())
        .get_file(asked)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(got.file.unwrap().file_id, main.file_id);
    assert_eq!(got.addenda.len(), 1);
    let bytes = stack
        .blobs
        .get(&addendum.file_digest)
        .await
        .unwrap()
        .unwrap();
    let key = stack.base().keys.public_pem().to_owned();
    let report = verify_file(&bytes, Some(&key)).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    assert!(names.contains(&"previous.json".to_owned()), "{names:?}");
    let handed_in: Vec<&String> = names
        .iter()
        .filter(|name| name.starts_with("evidence/"))
        .collect();
    assert_eq!(
        handed_in,
        ["evidence/001-补充.jpg"],
        "what stands in the file is not repeated"
    );
    assert!(!names.iter().any(|name| name.starts_with("letters/")));
    let mut previous = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("previous.json").unwrap(), &mut previous)
        .unwrap();
    assert!(previous.contains(&main.file_digest) && previous.contains(&main.archival_code));
    let mut entries = String::new();
    let mut item = zip.by_name("ledger/entries.json").unwrap();
    std::io::Read::read_to_string(&mut item, &mut entries).unwrap();
    assert!(entries.contains("MaterialAdded") && entries.contains("EscalationAnswered"));
    assert!(!entries.contains("ComplaintRegistered") && report.entries >= 2);
    drop(item);
    stack.stop().await;
}

#[tokio::test]
async fn p41_after_an_erasure_files_and_chain_still_verify_and_no_text_finds_them() {
    let stack = started().await;
    let desk = desk(&stack);
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    case.sealed(&stack, &desk).await;
    assert_eq!(found(&stack, "态度").await, 1);
    let erased = IdentityErased {
        complaint: Some(ComplaintView {
            complaint_id: case.id.to_string(),
            ..ComplaintView::default()
        }),
        ..Default::default()
    };
    stack.publish(&erased, "589002", &case.id.to_string()).await;
    stack.settle().await;
    assert!(file(&stack, &case.number).await.stored_only);
    for (query, hits) in [("态度", 0), ("张*", 0), (case.number.as_str(), 1)] {
        assert_eq!(found(&stack, query).await, hits, "{query}");
    }
    let refused = exported(&stack, &archivist("589002"), &case.number)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let bytes = exported(&stack, &compliance(), &case.number).await.unwrap();
    let key = stack.base().keys.public_pem().to_owned();
    verify_file(&bytes, Some(&key)).unwrap();
    stack.run_task(archive::SIGN).await;
    assert!(intact(&stack).await);
    stack.stop().await;
}
