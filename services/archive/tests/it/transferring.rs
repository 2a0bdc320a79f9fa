//! The year-end transfer: a bag that proves itself, the four checks, and the clock of guideline art. 22 that stops.

use archive::inspection::verify_bag;
use chassis::grpc::status::reason;
use suda_proto::archive::v1::{
    CheckItem, CheckProperty, CheckResult, CheckTransferRequest, ExportTransferRequest,
    GetTransferRequest, PrepareTransferRequest, ReceiveTransferRequest, TransferAccepted,
    TransferReturned, TransferState, TransferView, YearHandedOver, YearTransferred,
    transfer_service_client::TransferServiceClient,
};
use tonic::{Code, Status};

use super::*;

type Transfers = TransferServiceClient<Peer>;

fn transfers(stack: &Stack, person: &Person) -> Transfers {
    TransferServiceClient::new(stack.channel_as(person))
}

fn clerk(union: &str) -> Person {
    let (code, unit) = (format!("{union}SL-clerk"), format!("{union}SL"));
    person("P-SL").post(&code, &unit, union, "reception_clerk")
}

fn year(stack: &Stack, union: &str) -> PrepareTransferRequest {
    PrepareTransferRequest {
        request_id: stack.ids.new_id().to_string(),
        union_code: union.to_owned(),
        year: 2026,
    }
}

async fn prepare(stack: &Stack, union: &str) -> Result<TransferView, Status> {
    let asked = year(stack, union);
    let done = transfers(stack, &clerk(union))
        .prepare_transfer(asked)
        .await?;
    stack.settle().await;
    Ok(done.into_inner().transfer.unwrap())
}

async fn receive(
    stack: &Stack,
    transfer: &TransferView,
    accept: bool,
    findings: &str,
) -> Result<(TransferView, Vec<CheckItem>), Status> {
    let asked = ReceiveTransferRequest {
        request_id: stack.ids.new_id().to_string(),
        transfer_id: transfer.transfer_id.clone(),
        expected_revision: transfer.revision,
        accept,
        findings: findings.to_owned(),
    };
    let archivist = archivist(&transfer.union_code);
    let done = transfers(stack, &archivist).receive_transfer(asked).await?;
    stack.settle().await;
    let done = done.into_inner();
    Ok((done.transfer.unwrap(), done.items))
}

async fn checked(stack: &Stack, transfer: &TransferView) -> (Vec<CheckItem>, bool) {
    let asked = CheckTransferRequest {
        transfer_id: transfer.transfer_id.clone(),
    };
    let archivist = archivist(&transfer.union_code);
    let done = transfers(stack, &archivist).check_transfer(asked).await;
    let done = done.unwrap().into_inner();
    (done.items, done.acceptable)
}

async fn bag(stack: &Stack, transfer: &TransferView) -> Vec<u8> {
    let asked = ExportTransferRequest {
        transfer_id: transfer.transfer_id.clone(),
        reason: "档案室离线核对".to_owned(),
    };
    let archivist = archivist(&transfer.union_code);
    let parts = transfers(stack, &archivist).export_transfer(asked).await;
    let mut parts = parts.unwrap().into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await.unwrap() {
        bytes.extend(part.data);
    }
    bytes
}

fn failing(items: &[CheckItem]) -> Vec<&str> {
    items
        .iter()
        .filter(|item| item.result() == CheckResult::Failed)
        .map(|item| item.code.as_str())
        .collect()
}

#[tokio::test]
async fn g22_a_year_is_handed_over_checked_by_four_properties_and_received() {
    let stack = started().await;
    let desk = desk(&stack);
    for item in 1..=2 {
        Told::new(&stack, "589002", item, "柜员态度差")
            .sealed(&stack, &desk)
            .await;
    }
    let asked = year(&stack, "589002");
    let mut clerks = transfers(&stack, &clerk("589002"));
    let handed = clerks.prepare_transfer(asked.clone()).await;
    let handed = handed.unwrap().into_inner().transfer.unwrap();
    // The same request is answered alike and hands nothing over twice.
    let again = clerks.prepare_transfer(asked).await.unwrap().into_inner();
    assert_eq!(again.transfer.as_ref(), Some(&handed));
    assert_eq!((handed.files, handed.batch), (2, 1));
    assert_eq!(handed.state(), TransferState::HandedOver);
    let second = prepare(&stack, "589002").await.unwrap_err();
    assert_eq!(reason(&second).as_deref(), Some("transfer.under_way"));

    let (items, acceptable) = checked(&stack, &handed).await;
    assert!(acceptable, "{items:?}");
    for property in [
        CheckProperty::Authenticity,
        CheckProperty::Completeness,
        CheckProperty::Usability,
        CheckProperty::Security,
    ] {
        let of = items.iter().filter(|item| item.property() == property);
        assert!(of.count() >= 3, "{property:?}");
    }
    // What was not executed is not called passed.
    let scan = items.iter().find(|item| item.code == "A1").unwrap();
    assert_eq!(scan.result(), CheckResult::NotExecuted);
    papers::of_what_waits(&stack, &handed).await;

    let (received, items) = receive(&stack, &handed, true, "").await.unwrap();
    assert_eq!(received.state(), TransferState::Accepted);
    assert_eq!(failing(&items), Vec::<&str>::new());
    assert_eq!(stack.published::<YearHandedOver>().await.len(), 1);
    let told = stack.published::<YearTransferred>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].transfer.as_ref(), Some(&received));
    let again = prepare(&stack, "589002").await.unwrap_err();
    assert_eq!(reason(&again).as_deref(), Some("transfer.nothing_left"));

    // The report stays, and so does the list, with codes and without a word of the complaint.
    assert_eq!(checked(&stack, &handed).await.0, items);
    let asked = GetTransferRequest {
        transfer_id: handed.transfer_id.clone(),
    };
    let got = transfers(&stack, &auditor()).get_transfer(asked).await;
    let lines = got.unwrap().into_inner().lines;
    let codes: Vec<&str> = lines
        .iter()
        .map(|line| line.file.as_ref().unwrap().archival_code.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "Z109-TS·2026-D10-589002SL-0001",
            "Z109-TS·2026-D10-589002SL-0002"
        ]
    );
    assert!(lines.iter().all(|line| !line.title.contains("柜员")));
    papers::of_what_was_received(&stack, &handed).await;
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_bag_verifies_offline_and_every_change_is_named() {
    let stack = started().await;
    let desk = desk(&stack);
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    case.sealed(&stack, &desk).await;
    let handed = prepare(&stack, "589002").await.unwrap();
    let bytes = bag(&stack, &handed).await;
    let key = stack.base().keys.public_pem().to_owned();
    let report = verify_bag(&bytes, Some(&key)).unwrap();
    assert_eq!(
        (report.number.as_str(), report.items),
        ("589002-2026-01", 1)
    );
    let other = chassis::keys::generate().unwrap().public_pem;
    assert!(verify_bag(&bytes, Some(&other)).is_err());
    // RFC 8493: the required elements, in one folder that bears the bag's name.
    let zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.clone())).unwrap();
    let names: Vec<&str> = zip.file_names().collect();
    for needed in [
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/移交清册.csv",
        "data/移交与接收登记表.csv",
        "data/数字摘要清单.csv",
    ] {
        let path = format!("589002-2026-01/{needed}");
        assert!(names.contains(&path.as_str()), "{path}: {names:?}");
    }
    let edges = (0..60).chain(bytes.len() - 200..bytes.len());
    for place in (0..bytes.len()).step_by(211).chain(edges) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        let faults = verify_bag(&flipped, Some(&key))
            .expect_err(&format!("byte {place} of {}", bytes.len()));
        assert!(faults.iter().all(|fault| !fault.item.is_empty()));
    }
    // Within a sealed file, the file and the item in it are named.
    let word = "柜员态度差".as_bytes();
    let place = bytes.windows(word.len()).position(|part| part == word);
    let mut flipped = bytes.clone();
    flipped[place.unwrap()] ^= 1;
    let faults = verify_bag(&flipped, None).unwrap_err();
    let named = faults
        .iter()
        .any(|fault| fault.item == "data/files/Z109-TS·2026-D10-589002SL-0001.zip!complaint.json");
    assert!(named, "{faults:?}");
    assert_eq!(
        stack
            .count("SELECT count(*) AS count FROM access_log WHERE rpc = 'ExportTransfer' AND reason <> ''")
            .await,
        1
    );
    stack.stop().await;
}

#[tokio::test]
async fn g22_what_fails_a_check_is_returned_with_findings_and_handed_over_again() {
    let stack = started().await;
    let desk = desk(&stack);
    for item in 1..=2 {
        Told::new(&stack, "589002", item, "")
            .sealed(&stack, &desk)
            .await;
    }
    // Somebody lost a row of the register: the numbers have a gap.
    let gap = "UPDATE files SET item_number = 5 WHERE item_number = 2";
    stack.execute(gap).await;
    let handed = prepare(&stack, "589002").await.unwrap();
    let (items, acceptable) = checked(&stack, &handed).await;
    assert!(!acceptable);
    assert_eq!(failing(&items), ["W3"]);
    let finding = items.iter().find(|item| item.code == "W3").unwrap();
    assert!(
        finding.findings[0].contains("0002 至 0004 断号"),
        "{finding:?}"
    );
    let refused = receive(&stack, &handed, true, "").await.unwrap_err();
    assert_eq!(reason(&refused).as_deref(), Some("transfer.checks_failed"));
    let refused = receive(&stack, &handed, false, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let (returned, _) = receive(&stack, &handed, false, "件号断号,请核对")
        .await
        .unwrap();
    assert_eq!(returned.state(), TransferState::Returned);
    assert_eq!(stack.published::<TransferReturned>().await.len(), 1);
    let twice = receive(&stack, &returned, false, "件号断号,请核对")
        .await
        .unwrap_err();
    assert_eq!(reason(&twice).as_deref(), Some("transfer.decided"));

    let repair = "UPDATE files SET item_number = 2 WHERE item_number = 5";
    stack.execute(repair).await;
    let second = prepare(&stack, "589002").await.unwrap();
    assert_eq!((second.batch, second.files), (2, 2));
    // Bytes that were changed in the store are damage, not a finding to be argued about.
    let stale = TransferView {
        revision: 7,
        ..second.clone()
    };
    let refused = receive(&stack, &stale, true, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    receive(&stack, &second, true, "").await.unwrap();
    assert_eq!(stack.published::<YearTransferred>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test]
async fn g22_nothing_is_handed_over_while_a_case_of_the_year_is_not_sealed() {
    let stack = started().await;
    let desk = desk(&stack);
    let late = Told::new(&stack, "589002", 1, "");
    late.tell(&stack).await;
    let refused = prepare(&stack, "589002").await.unwrap_err();
    assert_eq!(reason(&refused).as_deref(), Some("transfer.unsealed"));
    assert!(refused.message().contains(&late.number), "{refused:?}");
    late.seal(&desk, &late.parts()).await;
    let first = prepare(&stack, "589002").await.unwrap();
    // A case that ends after the first batch was made follows in the next; only then is the year over.
    let later = Told::new(&stack, "589002", 2, "");
    later.tell(&stack).await;
    let (items, _) = checked(&stack, &first).await;
    assert_eq!(failing(&items), ["W5"]);
    later.seal(&desk, &later.parts()).await;
    receive(&stack, &first, true, "").await.unwrap();
    assert_eq!(stack.published::<TransferAccepted>().await.len(), 1);
    assert_eq!(stack.published::<YearTransferred>().await.len(), 0);
    let second = prepare(&stack, "589002").await.unwrap();
    assert_eq!((second.batch, second.files), (2, 1));
    receive(&stack, &second, true, "").await.unwrap();
    assert_eq!(stack.published::<YearTransferred>().await.len(), 1);

    // A union without any complaint says so, once.
    let nil = prepare(&stack, "589001").await.unwrap();
    assert_eq!(nil.files, 0);
    receive(&stack, &nil, true, "").await.unwrap();
    assert_eq!(stack.published::<YearTransferred>().await.len(), 2);
    stack.stop().await;
}

#[tokio::test]
async fn g22_only_the_union_hands_over_and_only_its_archive_room_receives() {
    let stack = started().await;
    Told::new(&stack, "589002", 1, "")
        .sealed(&stack, &desk(&stack))
        .await;
    let foreign = transfers(&stack, &clerk("589001"))
        .prepare_transfer(year(&stack, "589002"))
        .await
        .unwrap_err();
    assert_eq!(foreign.code(), Code::PermissionDenied);
    let archivists = transfers(&stack, &archivist("589002"))
        .prepare_transfer(year(&stack, "589002"))
        .await
        .unwrap_err();
    assert_eq!(archivists.code(), Code::PermissionDenied);
    let handed = prepare(&stack, "589002").await.unwrap();
    let asked = ReceiveTransferRequest {
        request_id: stack.ids.new_id().to_string(),
        transfer_id: handed.transfer_id.clone(),
        expected_revision: 1,
        accept: true,
        findings: String::new(),
    };
    let other = transfers(&stack, &archivist("589001"))
        .receive_transfer(asked.clone())
        .await
        .unwrap_err();
    assert_eq!(other.code(), Code::NotFound);
    // Who holds both posts still does not receive what he handed over himself.
    let both = person("P-SL").post("589002DA-archivist", "589002DA", "589002", "archivist");
    let own = transfers(&stack, &both)
        .receive_transfer(asked)
        .await
        .unwrap_err();
    assert_eq!(reason(&own).as_deref(), Some("transfer.own"));
    let next = PrepareTransferRequest {
        year: 2027,
        ..year(&stack, "589002")
    };
    let early = transfers(&stack, &clerk("589002"))
        .prepare_transfer(next)
        .await
        .unwrap_err();
    assert_eq!(reason(&early).as_deref(), Some("transfer.year_to_come"));
    stack.stop().await;
}
