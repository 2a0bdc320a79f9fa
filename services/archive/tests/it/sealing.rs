//! Files: sealed when nothing is outstanding, numbered without gaps, and no byte changed unseen.

use std::io::Read as _;

use archive::verify::{Fault, verify_file};
use bytes::Bytes;
use suda_proto::{
    archive::v1::{
        CaseSealed, ExportRequest, GetFileRequest, ListFilesRequest, VerifyLedgerRequest,
    },
    routing::v1::InterestDeclared,
};
use tonic::Code;

use super::*;

async fn exported(stack: &Stack, person: &Person, number: &str) -> Result<Bytes, tonic::Status> {
    let asked = ExportRequest {
        number: number.to_owned(),
        reason: "监管现场检查调阅".to_owned(),
        ..Default::default()
    };
    let mut parts = client(stack, person).export(asked).await?.into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        bytes.extend(part.data);
    }
    Ok(bytes.into())
}

#[tokio::test]
async fn g22_a_closed_case_becomes_a_sealed_file_that_verifies_offline() {
    let stack = started().await;
    let desk = desk(&stack);
    let case = Told::new(&stack, "589002", 1, "柜员态度差,排队太久");
    // Others tell things in between; their entries are passed by, not shown.
    Told::new(&stack, "589001", 1, "").tell(&stack).await;
    case.sealed(&stack, &desk).await;
    let told = stack.published::<CaseSealed>().await;
    assert_eq!(told.len(), 1);
    let file = told[0].file.clone().unwrap();
    assert_eq!(
        (file.case_id.as_str(), file.item_number),
        (case.id.to_string().as_str(), 1)
    );
    assert_eq!(file.archival_code, "Z109-TS·2026-D10-589002SL-0001");

    let asked = GetFileRequest {
        number: case.number.clone(),
        ..Default::default()
    };
    let got = client(&stack, &archivist("589002"))
        .get_file(asked)
        .await
        .unwrap()
        .into_inner();
    let paths: Vec<&str> = got.items.iter().map(|item| item.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "complaint.json",
            "case.json",
            "clocks.json",
            "letters/001.txt",
            "evidence/001-存折.jpg",
            "ledger/entries.json",
            "ledger/proof.json"
        ]
    );

    let bytes = exported(&stack, &archivist("589002"), &case.number)
        .await
        .unwrap();
    assert_eq!(archive::domain::chain::digest(&bytes), file.file_digest);
    let key = stack.base().keys.public_pem().to_owned();
    let report = verify_file(&bytes, Some(&key)).unwrap();
    assert_eq!(
        (report.number, report.entries, report.items),
        (case.number.clone(), 5, 7)
    );
    assert!(
        report.checkpoints >= 2,
        "checkpoints lie at most 4 entries apart: {}",
        report.checkpoints
    );
    let other = chassis::keys::generate().unwrap().public_pem;
    let foreign = verify_file(&bytes, Some(&other)).unwrap_err();
    assert!(foreign[0].sentence.contains("不是受信任的"), "{foreign:?}");

    // Nothing of the other union, and of the identity only what the vault can open.
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let mut whole = String::new();
    for path in [
        "complaint.json",
        "case.json",
        "ledger/entries.json",
        "ledger/proof.json",
    ] {
        zip.by_name(path)
            .unwrap()
            .read_to_string(&mut whole)
            .unwrap();
    }
    assert!(
        whole.contains("sealed_identity")
            && whole.contains("柜员态度差")
            && !whole.contains("589001")
    );

    // It is not sealed again: the one that is tried is the other union\'s, and its peers are absent.
    assert_eq!(
        stack.run_task(archive::SEAL).await,
        "0 sealed, 0 waiting, 1 failed"
    );
    let asked = VerifyLedgerRequest::default();
    assert!(
        client(&stack, &auditor())
            .verify_ledger(asked)
            .await
            .unwrap()
            .into_inner()
            .intact
    );
    assert_eq!(
        stack
            .count("SELECT count(*) AS count FROM access_log WHERE rpc = 'Export' AND reason <> ''")
            .await,
        1
    );
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_flipped_byte_anywhere_in_a_file_is_found_and_the_item_named() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    case.sealed(&stack, &desk(&stack)).await;
    let bytes = exported(&stack, &archivist("589002"), &case.number)
        .await
        .unwrap();
    let key = stack.base().keys.public_pem().to_owned();
    let edges = (0..80).chain(bytes.len() - 400..bytes.len());
    for place in (0..bytes.len()).step_by(97).chain(edges) {
        let mut flipped = bytes.to_vec();
        flipped[place] ^= 1;
        let faults = verify_file(&flipped, Some(&key))
            .expect_err(&format!("byte {place} of {}", bytes.len()));
        assert!(
            faults
                .iter()
                .all(|fault| !fault.item.is_empty() && !fault.sentence.is_empty())
        );
    }
    // Within an item, that item is named.
    for (word, item) in [
        (&[0xD8; 40][..], "evidence/001-存折.jpg"),
        ("柜员态度差".as_bytes(), "complaint.json"),
        ("赔礼道歉".as_bytes(), "case.json"),
        ("答复\n\n经核查".as_bytes(), "letters/001.txt"),
        (b"G18.3", "clocks.json"),
    ] {
        let place = bytes
            .windows(word.len())
            .position(|window| window == word)
            .unwrap();
        let mut flipped = bytes.to_vec();
        flipped[place] ^= 1;
        let faults = verify_file(&flipped, None).unwrap_err();
        let changed = Fault {
            item: item.to_owned(),
            sentence: "内容已被改动".to_owned(),
        };
        assert!(faults.contains(&changed), "{item}: {faults:?}");
    }
    // Cut off, or empty, it is no file at all.
    assert!(verify_file(&bytes[..bytes.len() / 2], None).is_err());
    assert!(verify_file(&[], None).is_err());
    stack.stop().await;
}

/// Takes a file apart and packs it again without one item, or with one more.
fn repacked(bytes: &[u8], without: &str, with: Option<(&str, &[u8])>) -> Vec<u8> {
    use std::io::Write as _;
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for index in 0..from.len() {
        let mut item = from.by_index(index).unwrap();
        if item.name() != without {
            to.start_file(item.name(), options).unwrap();
            std::io::copy(&mut item, &mut to).unwrap();
        }
    }
    if let Some((path, bytes)) = with {
        to.start_file(path, options).unwrap();
        to.write_all(bytes).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[tokio::test]
async fn g22_a_missing_and_an_extra_item_are_named() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    case.sealed(&stack, &desk(&stack)).await;
    let bytes = exported(&stack, &archivist("589002"), &case.number)
        .await
        .unwrap();
    let faults = verify_file(&repacked(&bytes, "letters/001.txt", None), None).unwrap_err();
    assert!(
        faults
            .iter()
            .any(|fault| fault.to_string() == "letters/001.txt: 缺失"),
        "{faults:?}"
    );
    let faults = verify_file(
        &repacked(&bytes, "", Some(("evidence/999.txt", b"x"))),
        None,
    )
    .unwrap_err();
    assert!(
        faults
            .iter()
            .any(|f| f.item == "evidence/999.txt" && f.sentence.contains("事后加入")),
        "{faults:?}"
    );
    // The same items in another container are not the file that was sealed.
    let faults = verify_file(&repacked(&bytes, "", None), None).unwrap_err();
    assert_eq!(faults[0].item, "文件包", "{faults:?}");
    stack.stop().await;
}

#[tokio::test]
async fn g22_nothing_is_sealed_while_something_is_outstanding() {
    let stack = started().await;
    let desk = desk(&stack);
    let case = Told::new(&stack, "589002", 1, "");
    case.tell(&stack).await;
    let waits = async |parts: &Parts, for_what: &str| {
        let outcome = case.seal(&desk, parts).await;
        assert!(
            matches!(&outcome, Outcome::Waits(why) if why.contains(for_what)),
            "{for_what}: {outcome:?}"
        );
    };
    let mut parts = case.parts();
    parts.clocks = vec![case.clock(ClockState::Overdue)];
    waits(&parts, "still runs").await;
    parts.clocks = vec![ClockView {
        clock_id: "another".to_owned(),
        ..case.clock(ClockState::Met)
    }];
    waits(&parts, "does not have the end of clock").await;
    parts.clocks.clear();
    waits(&parts, "knows no clock").await;
    let mut parts = case.parts();
    parts.case.case = Some(case.view(CaseState::Closed, 4));
    waits(&parts, "revision 3 of 4").await;
    parts.case.case = Some(case.view(CaseState::Filed, 3));
    waits(&parts, "has not ended").await;
    // No number was given while it waited, and none is lost.
    assert_eq!(
        stack
            .count("SELECT count(*) AS count FROM register_numbers")
            .await,
        0
    );
    // Without its peers a round says so, keeps why, and fails nothing else.
    assert_eq!(
        stack.run_task(archive::SEAL).await,
        "0 sealed, 0 waiting, 1 failed"
    );
    assert_eq!(
        stack
            .count("SELECT count(*) AS count FROM cases WHERE waits_for <> ''")
            .await,
        1
    );
    stack.stop().await;
}

#[tokio::test]
async fn g22_item_numbers_have_no_gaps_in_a_union_and_a_year() {
    let stack = started().await;
    let desk = desk(&stack);
    let mut cases = Vec::new();
    for item in 1..=4 {
        for union in ["589001", "589002"] {
            let case = Told::new(&stack, union, item, "");
            case.tell(&stack).await;
            cases.push(case);
        }
    }
    // Two replicas seal every case at the same time.
    let replicas = cases
        .iter()
        .flat_map(|case| [case, case])
        .map(async |case| {
            let ended = cases::to_seal(desk.db.reader(), 100).await.unwrap();
            match ended.iter().find(|ended| ended.case_id == case.id) {
                Some(ended) => seal(&desk, ended, &case.parts()).await.is_ok(),
                None => true,
            }
        });
    futures::future::join_all(replicas).await;
    for case in &cases {
        let ended = cases::to_seal(desk.db.reader(), 100).await.unwrap();
        if ended.iter().any(|ended| ended.case_id == case.id) {
            case.seal(&desk, &case.parts()).await;
        }
    }
    let listed = client(&stack, &auditor())
        .list_files(ListFilesRequest::default())
        .await
        .unwrap()
        .into_inner();
    let numbers: Vec<(String, u32)> = listed
        .files
        .iter()
        .map(|file| (file.union_code.clone(), file.item_number))
        .collect();
    let expected: Vec<(String, u32)> = ["589001", "589002"]
        .into_iter()
        .flat_map(|union| (1..=4).map(move |item| (union.to_owned(), item)))
        .collect();
    assert_eq!(numbers, expected);
    assert_eq!(stack.published::<CaseSealed>().await.len(), 8);
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_file_leaves_the_archive_only_with_the_right_and_a_reason() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "");
    case.sealed(&stack, &desk(&stack)).await;
    let clerk = person("P1").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let refused = exported(&stack, &clerk, &case.number).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let administrator = person("P2")
        .post("44-admin", "44", "44", "administrator")
        .unions(["*"]);
    let refused = client(&stack, &administrator)
        .list_files(ListFilesRequest::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let asked = ExportRequest {
        number: case.number.clone(),
        reason: "看看".to_owned(),
        ..Default::default()
    };
    let refused = client(&stack, &archivist("589002"))
        .export(asked)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    // Another union's file is not found, just as one that does not exist.
    let other = exported(&stack, &archivist("589001"), &case.number)
        .await
        .unwrap_err();
    let none = exported(&stack, &archivist("589001"), "589001-2026-000009")
        .await
        .unwrap_err();
    assert_eq!(
        (other.code(), other.message()),
        (none.code(), none.message())
    );
    assert_eq!(other.code(), Code::NotFound);
    stack.stop().await;
}

#[tokio::test]
async fn g19_whoever_must_keep_out_of_a_case_does_not_find_its_file() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "存折");
    let declared = InterestDeclared {
        case: Some(case.view(CaseState::Filed, 2)),
        person_id: "P-INTEREST".to_owned(),
        ..Default::default()
    };
    stack
        .publish(&declared, "589002", &case.id.to_string())
        .await;
    case.tell(&stack).await;
    let mut parts = case.parts();
    parts.case.case = Some(case.view(CaseState::Closed, 3));
    assert!(matches!(
        case.seal(&desk(&stack), &parts).await,
        Outcome::Sealed(_)
    ));
    for barred in ["P-COMPLAINED", "P-INTEREST"] {
        let head = person(barred).post("589002SL-head", "589002SL", "589002", "reception_head");
        let listed = client(&stack, &head)
            .list_files(ListFilesRequest::default())
            .await
            .unwrap()
            .into_inner();
        assert_eq!(listed.files, []);
        let refused = exported(&stack, &head, &case.number).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    }
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_round_seals_cases_beside_each_other_and_says_when_there_may_be_more() {
    let stack = started().await;
    let desk = desk(&stack);
    let mut cases = Vec::new();
    for item in 1..=11 {
        let case = Told::new(&stack, "589002", item, "");
        case.tell(&stack).await;
        cases.push(case);
    }
    let round = async || {
        let ended = cases::to_seal(desk.db.reader(), desk.settings.seal_batch).await;
        let ended = ended.unwrap();
        archive::actions::round::of(&desk, "case", &ended, |case| {
            Box::pin(async {
                let told = cases.iter().find(|told| told.id == case.case_id).unwrap();
                let mut parts = told.parts();
                if told.number == cases[0].number {
                    parts.clocks = vec![told.clock(ClockState::Overdue)];
                }
                seal(&desk, case, &parts).await
            })
        })
        .await
        .unwrap()
    };
    let first = round().await;
    assert_eq!(
        (first.sealed, first.waiting, first.failed, first.more),
        (9, 1, 0, true),
        "{first:?}"
    );
    // One is left, and the one whose clock runs: it was tried before, and holds nobody up.
    let second = round().await;
    assert_eq!(
        (second.sealed, second.waiting, second.more),
        (1, 1, false),
        "{second:?}"
    );
    assert_eq!(stack.published::<CaseSealed>().await.len(), 10);
    stack.stop().await;
}
