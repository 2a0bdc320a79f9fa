//! The ledger: every event once, in one chain, and no change unseen.

use archive::{custody::verify_custody, domain::chain::digest, verify::verify_ledger};
use chassis::inbox::{Heard, HearsAll as _, Trouble};
use suda_proto::{
    archive::v1::{
        ExportLedgerRequest, ListLedgerRequest, VerifyLedgerRequest, VerifyLedgerResponse,
    },
    routing::v1::{CaseFiled, CaseState},
};
use tonic::Code;

use super::*;

async fn verified(stack: &Stack) -> VerifyLedgerResponse {
    let asked = VerifyLedgerRequest::default();
    client(stack, &auditor())
        .verify_ledger(asked)
        .await
        .unwrap()
        .into_inner()
}

async fn exported(stack: &Stack, person: &Person) -> Vec<u8> {
    let asked = ExportLedgerRequest {
        reason: "年度审计取证".to_owned(),
        ..Default::default()
    };
    let mut lines = client(stack, person)
        .export_ledger(asked)
        .await
        .unwrap()
        .into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = lines.message().await.unwrap() {
        bytes.extend(part.data);
    }
    bytes
}

/// Changes rows as somebody with the password of the database could.
async fn tamper(stack: &Stack, statement: &str) {
    stack
        .execute("ALTER TABLE ledger DISABLE TRIGGER ledger_append_only")
        .await;
    assert!(stack.execute(statement).await > 0, "{statement}");
    stack
        .execute("ALTER TABLE ledger ENABLE TRIGGER ledger_append_only")
        .await;
}

#[tokio::test]
async fn g22_doubled_and_reordered_events_stand_in_the_ledger_once_each() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "");
    let ids: Vec<Uuid> = (0..20).map(|_| stack.ids.new_id()).collect();
    for round in 0..3 {
        for (place, id) in ids.iter().enumerate().rev() {
            // The second round comes in another order than the first.
            let place = if round == 1 {
                ids.len() - 1 - place
            } else {
                place
            };
            let id = if round == 1 { ids[place] } else { *id };
            let fact = CaseFiled {
                case: Some(case.view(CaseState::Filed, place as u64 + 1)),
                ..Default::default()
            };
            stack
                .publish_as(id, &fact, "589002", &case.id.to_string())
                .await;
        }
    }
    stack.settle().await;
    assert_eq!(
        stack.count("SELECT count(*) AS count FROM ledger").await,
        20
    );
    assert_eq!(
        stack
            .count("SELECT count(DISTINCT message_id) AS count FROM ledger")
            .await,
        20
    );
    stack.run_task(archive::SIGN).await;
    let found = verified(&stack).await;
    assert!(
        found.intact && found.entries == 20 && found.checkpoints == 1,
        "{found:?}"
    );
    // Nothing was added: nothing is signed again.
    stack.run_task(archive::SIGN).await;
    assert_eq!(
        stack
            .count("SELECT count(*) AS count FROM checkpoints")
            .await,
        1
    );
    stack.stop().await;
}

fn heard(id: Uuid, body: &[u8]) -> Heard {
    Heard {
        id,
        subject: "suda.sla_watchdog.v1.WatchdogBeat.44".to_owned(),
        union: "44".to_owned(),
        key: "watchdog".to_owned(),
        occurred_at: DateTime::UNIX_EPOCH,
        actor: "sla-watchdog".to_owned(),
        source: "sla-watchdog".to_owned(),
        body: body.to_vec().into(),
        traceparent: None,
    }
}

#[tokio::test]
async fn g22_replicas_that_append_at_once_make_one_chain() {
    let stack = started().await;
    let ids: Vec<Uuid> = (0..60).map(|_| stack.ids.new_id()).collect();
    let replicas = (0..6).map(|replica| {
        let (desk, ids) = (desk(&stack), ids.clone());
        async move {
            // Each takes all of them, from another place on.
            for chunk in ids[replica * 10..]
                .chunks(7)
                .chain(ids[..replica * 10].chunks(7))
            {
                let batch: Vec<Heard> = chunk.iter().map(|id| heard(*id, b"beat")).collect();
                let taken: Result<(), Trouble> = desk
                    .db
                    .transaction("test", async |tx| desk.hear_all(tx, &batch).await)
                    .await;
                taken.unwrap();
            }
        }
    });
    futures::future::join_all(replicas).await;
    assert_eq!(
        stack.count("SELECT count(*) AS count FROM ledger").await,
        60
    );
    let found = verified(&stack).await;
    assert!(found.intact && found.entries == 60, "{found:?}");
    // The same id with another content is nobody's repeat.
    let desk = desk(&stack);
    let batch = [heard(ids[3], b"another")];
    let taken: Result<(), Trouble> = desk
        .db
        .transaction("test", async |tx| desk.hear_all(tx, &batch).await)
        .await;
    assert!(matches!(taken, Err(Trouble::Park(_))));
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_tampered_row_is_found_on_the_server_and_offline() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "");
    case.tell(&stack).await;
    stack.run_task(archive::SIGN).await;
    assert!(verified(&stack).await.intact);
    let key = stack.base().keys.public_pem().to_owned();
    let report = verify_ledger(&exported(&stack, &auditor()).await, Some(&key)).unwrap();
    assert_eq!((report.entries, report.checkpoints), (5, 1));

    let refused = stack.db.reader();
    let refused =
        sea_orm::ConnectionTrait::execute_unprepared(refused, "UPDATE ledger SET actor = 'x'")
            .await;
    assert!(refused.unwrap_err().to_string().contains("append-only"));

    tamper(&stack, "UPDATE ledger SET actor = 'nobody' WHERE seq = 3").await;
    let found = verified(&stack).await;
    assert!(!found.intact);
    assert_eq!(found.faults[0].seq, 3);
    assert!(found.faults[0].sentence.contains("要素"), "{found:?}");
    let faults = verify_ledger(&exported(&stack, &auditor()).await, Some(&key)).unwrap_err();
    assert_eq!(faults[0].item, "总账第 3 条", "{faults:?}");

    // Whoever also recomputes the hash is caught by the entry after it; whoever rewrites all of it, by the signature.
    tamper(&stack, "UPDATE ledger SET body = 'x'::bytea WHERE seq = 4").await;
    let found = verified(&stack).await;
    assert!(
        found
            .faults
            .iter()
            .any(|fault| fault.seq == 4 && fault.sentence.contains("事件内容")),
        "{found:?}"
    );
    tamper(&stack, "DELETE FROM ledger WHERE seq = 5").await;
    let found = verified(&stack).await;
    assert!(
        found
            .faults
            .iter()
            .any(|fault| fault.seq == 5 && fault.sentence.contains("总账中没有该条")),
        "{found:?}"
    );
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_ledger_that_was_changed_is_not_signed_again() {
    let stack = started().await;
    Told::new(&stack, "589002", 1, "").tell(&stack).await;
    let desk = desk(&stack);
    archive::actions::checkpointing::sign(&desk).await.unwrap();
    Told::new(&stack, "589002", 2, "").tell(&stack).await;
    tamper(&stack, "UPDATE ledger SET key = 'x' WHERE seq = 8").await;
    let refused = archive::actions::checkpointing::sign(&desk)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("第 8 条"), "{refused}");
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_flipped_byte_anywhere_in_an_exported_ledger_is_found() {
    let stack = started().await;
    Told::new(&stack, "589002", 1, "").tell(&stack).await;
    stack.run_task(archive::SIGN).await;
    let bytes = exported(&stack, &auditor()).await;
    let key = stack.base().keys.public_pem().to_owned();
    verify_ledger(&bytes, Some(&key)).unwrap();
    // Not every place, for the sake of time; a prime, so that no kind of place is left out.
    for place in (0..bytes.len()).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        let found = verify_ledger(&flipped, Some(&key));
        let around = String::from_utf8_lossy(&bytes[place.saturating_sub(20)..place]).into_owned();
        assert!(found.is_err(), "byte {place} after {around:?}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_union_sees_nothing_of_another_unions_entries() {
    let stack = started().await;
    let theirs = Told::new(&stack, "589001", 7, "");
    Told::new(&stack, "589002", 1, "").tell(&stack).await;
    theirs.tell(&stack).await;
    stack.run_task(archive::SIGN).await;
    let ours = archivist("589002");
    let listed = client(&stack, &ours)
        .list_ledger(ListLedgerRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.entries.len(), 5);
    assert!(
        listed
            .entries
            .iter()
            .all(|entry| entry.union_code == "589002")
    );
    let asked = ListLedgerRequest {
        union_code: "589001".to_owned(),
        ..Default::default()
    };
    let denied = client(&stack, &ours).list_ledger(asked).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    // The export still verifies, and holds no byte of the other's.
    let bytes = exported(&stack, &ours).await;
    let report = verify_ledger(&bytes, None).unwrap();
    assert_eq!(report.entries, 10);
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("589001") && !text.contains(&theirs.id.to_string()));
    let body = digest(b"");
    assert!(!text.contains(&body));
    stack.stop().await;
}

/// What a folder holds, by name.
fn laid(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut laid: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    laid.sort();
    laid
}

/// An archive room whose checkpoints a second custodian has.
fn guarded(stack: &Stack, folder: &std::path::Path) -> Desk {
    let settings = Settings {
        custody_folder: folder.display().to_string(),
        ..settings()
    };
    Arc::into_inner(archive::desk(stack.base().clone(), settings)).unwrap()
}

#[tokio::test]
async fn p42_whoever_rewrites_and_signs_the_past_is_caught_by_the_second_custodian() {
    let stack = started().await;
    let folder = tempfile::tempdir().unwrap();
    let desk = guarded(&stack, folder.path());
    Told::new(&stack, "589002", 1, "").tell(&stack).await;
    let said = archive::actions::guarding::lay(&desk).await.unwrap();
    assert_eq!(said, "2 checkpoints laid, up to 5");
    let said = archive::actions::guarding::lay(&desk).await.unwrap();
    assert_eq!(said, "0 checkpoints laid, up to 5");
    Told::new(&stack, "589002", 2, "").tell(&stack).await;
    archive::actions::guarding::lay(&desk).await.unwrap();
    let custody = laid(folder.path());
    let key = stack.base().keys.public_pem().to_owned();
    let honest = exported(&stack, &auditor()).await;
    verify_custody(&honest, &custody, Some(&key)).unwrap();

    // Somebody with the database and the key of the archive takes an event out, rewrites the chain and signs it anew.
    let mut walk = archive::store::ledger::range(stack.db.reader(), 1, 10, 100)
        .await
        .unwrap();
    walk.remove(7);
    let mut prev = archive::domain::chain::NOTHING.to_owned();
    let mut forged = Vec::new();
    for (seq, entry) in (1..).zip(walk) {
        let entry = entry.event.enter(seq, &prev);
        prev.clone_from(&entry.hash);
        forged.push(entry);
    }
    tamper(&stack, "DELETE FROM ledger").await;
    stack.execute("DELETE FROM checkpoints").await;
    desk.db
        .transaction("forge", async |tx| {
            archive::store::ledger::append(tx, &forged).await
        })
        .await
        .unwrap();
    stack.run_task(archive::SIGN).await;
    assert!(
        verified(&stack).await.intact,
        "the server alone sees nothing"
    );
    let export = exported(&stack, &auditor()).await;
    verify_ledger(&export, Some(&key)).unwrap();
    let faults = verify_custody(&export, &custody, Some(&key)).unwrap_err();
    assert!(
        faults
            .iter()
            .any(|fault| fault.sentence.contains("总账被截短")),
        "{faults:?}"
    );
    // And the archive itself stops laying checkpoints over those that are there, when it meets them.
    tamper(&stack, "DELETE FROM ledger").await;
    stack.execute("DELETE FROM checkpoints").await;
    let mut prev = archive::domain::chain::NOTHING.to_owned();
    let mut longer = Vec::new();
    for (seq, entry) in (1..).zip(forged.iter().rev()) {
        let entry = entry.event.clone().enter(seq, &prev);
        prev.clone_from(&entry.hash);
        longer.push(entry);
    }
    desk.db
        .transaction("forge", async |tx| {
            archive::store::ledger::append(tx, &longer).await
        })
        .await
        .unwrap();
    let refused = archive::actions::guarding::lay(&desk).await.unwrap_err();
    assert!(
        refused.to_string().contains("is not the checkpoint"),
        "{refused}"
    );
    let export = exported(&stack, &auditor()).await;
    let faults = verify_custody(&export, &custody, Some(&key)).unwrap_err();
    assert!(
        faults
            .iter()
            .any(|fault| fault.sentence.contains("第二保管方留存的签名点不符")),
        "{faults:?}"
    );
    // A checkpoint of the custodian that was changed is named.
    let mut changed = custody.clone();
    let text = String::from_utf8(changed[0].1.clone()).unwrap();
    changed[0].1 = text.replacen("\"seq\": 4", "\"seq\": 5", 1).into_bytes();
    let faults = verify_custody(&honest, &changed, Some(&key)).unwrap_err();
    assert_eq!(faults[0].item, changed[0].0, "{faults:?}");
    stack.stop().await;
}

#[tokio::test]
async fn p43_readings_are_noted_with_their_purpose_and_seen_by_the_auditor_alone() {
    use suda_proto::archive::v1::{
        ListAccessRequest, SearchRequest, access_log_service_client::AccessLogServiceClient,
    };
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "柜员态度差");
    case.sealed(&stack, &desk(&stack)).await;
    let asked = SearchRequest {
        query: "态度".to_owned(),
        ..Default::default()
    };
    client(&stack, &archivist("589002"))
        .search(asked)
        .await
        .unwrap();
    exported(&stack, &auditor()).await;
    let log = async |who: &Person, asked: ListAccessRequest| {
        AccessLogServiceClient::new(stack.channel_as(who))
            .list_access(asked)
            .await
    };
    let all = log(&auditor(), ListAccessRequest::default())
        .await
        .unwrap()
        .into_inner();
    let seen: Vec<(&str, &str, &str, &str)> = all
        .accesses
        .iter()
        .map(|one| {
            (
                one.rpc.as_str(),
                one.person_id.as_str(),
                one.reason.as_str(),
                one.union_code.as_str(),
            )
        })
        .collect();
    // Whoever reads the log stands in it, too.
    assert!(seen.contains(&("ListAccess", "P-AU", "", "")), "{seen:?}");
    assert!(seen.contains(&("Search", "P-DA", "", "589002")), "{seen:?}");
    assert!(
        seen.contains(&("ExportLedger", "P-AU", "年度审计取证", "")),
        "{seen:?}"
    );
    let only = ListAccessRequest {
        rpc: "ExportLedger".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        log(&auditor(), only)
            .await
            .unwrap()
            .into_inner()
            .accesses
            .len(),
        1
    );
    let denied = log(&archivist("589002"), ListAccessRequest::default())
        .await
        .unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    // An auditor of one union sees the readings of that union.
    let own = person("P-A2").post("589001-auditor", "589001", "589001", "auditor");
    let theirs = log(&own, ListAccessRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(
        theirs.accesses.iter().all(|one| one.union_code == "589001"),
        "{theirs:?}"
    );
    stack.stop().await;
}
