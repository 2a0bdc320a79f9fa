//! Erasing a person's data, finding a person's complaints, and who looked.

use chassis::grpc::status::reason;
use suda_proto::{
    archive::v1::{
        CaseSealed, FileChanged, FileDestroyed, FileView, HoldView, LegalHoldLifted, LegalHoldSet,
    },
    intake::v1::{
        EraseIdentityRequest, EraseIdentityResponse, ErasureGround, FindByIdentityRequest,
        GetRequest, IdentityErased, IdentityKind, ListAccessRequest, RevealRequest,
        vault_service_client::VaultServiceClient,
    },
};

use super::*;

fn vault(stack: &Stack, who: &Person) -> VaultServiceClient<Peer> {
    VaultServiceClient::new(stack.channel_as(who))
}

fn compliance() -> Person {
    person("P-compliance")
        .post("44HG-officer", "44HG", "44", "compliance_officer")
        .unions(["*"])
}

fn auditor() -> Person {
    person("P-auditor")
        .post("44-auditor", "44", "44", "auditor")
        .unions(["*"])
}

async fn found(stack: &Stack, who: &Person, kind: IdentityKind, value: &str) -> usize {
    let request = FindByIdentityRequest {
        kind: kind.into(),
        value: value.into(),
        reason: "投诉人来电查询".into(),
    };
    let answer = vault(stack, who).find_by_identity(request).await.unwrap();
    answer.into_inner().complaints.len()
}

fn erase(complaint_id: &str, ground: ErasureGround, reference: &str) -> EraseIdentityRequest {
    EraseIdentityRequest {
        request_id: new_id(),
        complaint_id: complaint_id.into(),
        ground: ground.into(),
        reference: reference.into(),
        reason: "投诉人申请删除个人信息".into(),
    }
}

async fn ask(
    stack: &Stack,
    request: EraseIdentityRequest,
) -> Result<EraseIdentityResponse, Status> {
    let answer = vault(stack, &compliance()).erase_identity(request).await?;
    Ok(answer.into_inner())
}

fn sealed(complaint_id: &str, revision: u64, expires_on: &str) -> FileView {
    FileView {
        file_id: Uuid::from_u128(77).to_string(),
        complaint_id: complaint_id.into(),
        expires_on: expires_on.into(),
        revision,
        ..FileView::default()
    }
}

fn hold(complaint_id: &str) -> Option<HoldView> {
    Some(HoldView {
        hold_id: Uuid::from_u128(78).to_string(),
        complaint_id: complaint_id.into(),
        ..HoldView::default()
    })
}

#[tokio::test]
async fn p41_a_person_is_erased_by_destroying_the_key_when_no_term_and_no_hold_runs() {
    let stack = started().await;
    let mut clerks = client(&stack, &clerk());
    let registered = register(&mut clerks, complaint()).await;
    let id = complaint_id(&registered);
    let request = ErasureGround::Request;
    let code = async |request| reason(&ask(&stack, request).await.unwrap_err());
    let refused = code(erase(&id, request, "")).await;
    assert_eq!(refused.as_deref(), Some("erasure.not_sealed"));
    let file = CaseSealed {
        file: Some(sealed(&id, 1, "2036-12-31")),
        ..Default::default()
    };
    stack.publish(&file, "589002", &id).await;
    stack.settle().await;
    let refused = code(erase(&id, request, "")).await;
    assert_eq!(refused.as_deref(), Some("erasure.term_runs"));
    let set = LegalHoldSet {
        hold: hold(&id),
        ..Default::default()
    };
    stack.publish(&set, "589002", &id).await;
    // Newer and older news of the file, in the wrong order.
    for (revision, until) in [(3, "2026-01-01"), (2, "2036-12-31")] {
        let file = FileChanged {
            file: Some(sealed(&id, revision, until)),
            ..Default::default()
        };
        stack.publish(&file, "589002", &id).await;
    }
    stack.settle().await;
    let refused = code(erase(&id, request, "")).await;
    assert_eq!(refused.as_deref(), Some("erasure.held"));
    let lifted = LegalHoldLifted {
        hold: hold(&id),
        ..Default::default()
    };
    stack.publish(&lifted, "589002", &id).await;
    // A setting that comes late does not set it again.
    stack.publish(&set, "589002", &id).await;
    stack.settle().await;
    assert_eq!(
        found(&stack, &clerk(), IdentityKind::Phone, "138 1234 5678").await,
        1
    );

    let asked = erase(&id, request, "");
    let done = ask(&stack, asked.clone()).await.unwrap();
    assert_eq!(
        ask(&stack, asked).await.unwrap().erasure_id,
        done.erasure_id
    );
    let view = done.complaint.unwrap();
    assert_eq!((view.masked_name.as_str(), view.revision), ("", 2));
    let again = code(erase(&id, request, "")).await;
    assert_eq!(again.as_deref(), Some("complaint.erased"));
    assert_eq!(count(&stack, "blind_index").await, 0);
    assert_eq!(count(&stack, "vault_keys WHERE wrapped IS NULL").await, 1);
    for (kind, value) in [
        (IdentityKind::Phone, "13812345678"),
        (IdentityKind::Name, "欧阳明月"),
    ] {
        assert_eq!(found(&stack, &clerk(), kind, value).await, 0);
    }
    let get = GetRequest {
        complaint_id: id.clone(),
        ..GetRequest::default()
    };
    let got = clerks.get(get).await.unwrap().into_inner();
    let record = got.record.unwrap();
    assert!(record.erased && record.narrative.is_none());
    assert_eq!(got.complainant.unwrap().name, "");
    let reveal = RevealRequest {
        complaint_id: id.clone(),
        reason: "联系投诉人".into(),
    };
    let gone = clerks.reveal(reveal).await.unwrap_err();
    assert_eq!(reason(&gone).as_deref(), Some("complaint.erased"));
    let told = stack.published::<IdentityErased>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].ground(), request);
    let bytes = prost::Message::encode_to_vec(&told[0]);
    assert_eq!(secrets_in(&bytes), Vec::<&str>::new());
    assert!(!String::from_utf8_lossy(&bytes).contains('欧'));
    for table in ["complaints", "erasures", "access_log", "outbox"] {
        let standing = bytes_of(&stack, table).await;
        assert_eq!(secrets_in(&standing), Vec::<&str>::new(), "{table}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn p41_the_law_orders_it_with_a_number_and_a_destroyed_file_takes_the_key_with_it() {
    let stack = started().await;
    let mut clerks = client(&stack, &clerk());
    let ordered = complaint_id(&register(&mut clerks, complaint()).await);
    let law = ErasureGround::Ordered;
    let refused = ask(&stack, erase(&ordered, law, " ")).await.unwrap_err();
    assert_eq!(field(&refused), "reference");
    let done = ask(&stack, erase(&ordered, law, "(2026)粤0781民初1号"))
        .await
        .unwrap();
    assert_eq!(done.complaint.unwrap().masked_name, "");
    let denied = vault(&stack, &clerk())
        .erase_identity(erase(&ordered, law, "(2026)粤0781民初1号"))
        .await
        .unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    let made_up = EraseIdentityRequest {
        ground: ErasureGround::FileDestroyed.into(),
        ..erase(&ordered, law, "")
    };
    assert_eq!(field(&ask(&stack, made_up).await.unwrap_err()), "ground");

    let photo = evidence(&mut clerks, b"%PDF-1.7 one of a kind", "存折.pdf").await;
    let digest = photo.blob.clone().unwrap().digest;
    let request = RegisterRequest {
        evidence: vec![photo],
        ..complaint()
    };
    let kept = complaint_id(&register(&mut clerks, request).await);
    let gone = FileView {
        destroyed_at: at(&stack, days(0)),
        ..sealed(&kept, 9, "2026-01-01")
    };
    let fact = FileDestroyed {
        file: Some(gone),
        ..Default::default()
    };
    let told = stack.publish(&fact, "589002", &kept).await;
    stack.publish_as(told, &fact, "589002", &kept).await;
    stack.settle().await;
    let told = stack.published::<IdentityErased>().await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].ground(), ErasureGround::FileDestroyed);
    assert_eq!(stack.run_task(intake::REMOVE).await, "1 originals removed");
    assert_eq!(stack.blobs.get(&digest).await.unwrap(), None);
    stack.stop().await;
}

#[tokio::test]
async fn g22_a_person_is_found_by_the_blind_index_within_what_the_caller_may_see() {
    let stack = started().await;
    let mut clerks = client(&stack, &clerk());
    register(&mut clerks, complaint()).await;
    for (kind, value, hits) in [
        (IdentityKind::Name, "欧阳 明月", 1),
        (IdentityKind::Name, "欧阳", 0),
        (IdentityKind::Phone, "+86 138-1234-5678", 1),
        (IdentityKind::Email, "MINGYUE@example.com", 1),
        (IdentityKind::Openid, "oTestOpenid_0001", 1),
        (IdentityKind::IdNumber, "11010519491231002x", 1),
        (IdentityKind::Phone, "13900000000", 0),
    ] {
        assert_eq!(found(&stack, &clerk(), kind, value).await, hits, "{value}");
        assert_eq!(
            found(&stack, &other_clerk(), kind, value).await,
            0,
            "{value}"
        );
    }
    let complained =
        person("P-complained").post("589002SL-head", "589002SL", "589002", "reception_head");
    assert_eq!(
        found(&stack, &complained, IdentityKind::Name, "欧阳明月").await,
        0
    );
    // A common name is no sign of a repeat.
    let namesake = RegisterRequest {
        complainant: Some(Complainant {
            name: "欧阳明月".into(),
            phone: "13700000000".into(),
            ..Complainant::default()
        }),
        ..complaint()
    };
    let id = complaint_id(&register(&mut clerks, namesake).await);
    let get = GetRequest {
        complaint_id: id,
        ..GetRequest::default()
    };
    assert_eq!(clerks.get(get).await.unwrap().into_inner().candidates, []);
    assert_eq!(
        found(&stack, &clerk(), IdentityKind::Name, "欧阳明月").await,
        2
    );
    let no_reason = FindByIdentityRequest {
        kind: IdentityKind::Name.into(),
        value: "欧阳明月".into(),
        reason: "看".into(),
    };
    let refused = vault(&stack, &clerk()).find_by_identity(no_reason).await;
    assert_eq!(field(&refused.unwrap_err()), "reason");
    stack.stop().await;
}

#[tokio::test]
async fn p43_every_look_at_a_complaint_is_seen_by_the_auditor_with_its_purpose() {
    let stack = started().await;
    let mut clerks = client(&stack, &clerk());
    let registered = register(&mut clerks, complaint()).await;
    let id = complaint_id(&registered);
    let get = GetRequest {
        complaint_id: id.clone(),
        ..GetRequest::default()
    };
    clerks.get(get).await.unwrap();
    let reveal = RevealRequest {
        complaint_id: id,
        reason: "核实身份".into(),
    };
    clerks.reveal(reveal).await.unwrap();
    found(&stack, &clerk(), IdentityKind::Name, "欧阳明月").await;
    let looks = async |who: &Person, request: ListAccessRequest| {
        vault(&stack, who).list_access(request).await
    };
    let all = looks(&auditor(), ListAccessRequest::default())
        .await
        .unwrap()
        .into_inner();
    let seen: Vec<(&str, &str, &str)> = all
        .accesses
        .iter()
        .map(|one| (one.rpc.as_str(), one.number.as_str(), one.purpose.as_str()))
        .collect();
    let number = number(&registered);
    for expected in [
        ("Get", number.as_str(), ""),
        ("Reveal", number.as_str(), "核实身份"),
        ("FindByIdentity", number.as_str(), "投诉人来电查询"),
        ("FindByIdentity", "", "投诉人来电查询"),
        ("ListAccess", "", "审计查阅"),
    ] {
        assert!(seen.contains(&expected), "{expected:?}: {seen:?}");
    }
    let identities = ListAccessRequest {
        identity_only: true,
        number: number.clone(),
        ..Default::default()
    };
    let only = looks(&auditor(), identities).await.unwrap().into_inner();
    assert_eq!(only.accesses.len(), 2, "{only:?}");
    let denied = looks(&clerk(), ListAccessRequest::default())
        .await
        .unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    // An auditor of another union sees none of it.
    let other = person("P-a1").post("589001-auditor", "589001", "589001", "auditor");
    let none = looks(&other, ListAccessRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(none.accesses, []);
    stack.stop().await;
}
