//! Who sees what, and what is written down about it.

use futures::TryStreamExt as _;
use intake::{store, vault::Vault};
use suda_proto::{
    common::v1::Page,
    directory::v1::{Post, PostChanged},
    intake::v1::{
        AddMaterialRequest, GetBlobRequest, GetContactRequest, GetForFileRequest, GetRequest,
        IdentityRevealed, ListQuarantineRequest, ListRequest, ProgressRequest, ProgressState,
        QuarantineRequest, Representative, RevealRequest, WithdrawRequest,
    },
    routing::v1::{CaseClosed, CaseFiled, CaseState, CaseView, InterestDeclared, OrderIssued},
};

use crate::*;

#[tokio::test(flavor = "multi_thread")]
async fn g5_an_identity_is_masked_unless_revealed_with_a_reason_that_is_kept() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let answer = register(&mut client, complaint()).await;
    let get = GetRequest {
        complaint_id: complaint_id(&answer),
        ..GetRequest::default()
    };
    let seen = client.get(get).await.unwrap().into_inner();
    let masked = seen.complainant.unwrap();
    assert_eq!(
        (masked.name.as_str(), masked.phone.as_str()),
        ("欧阳**", "138****5678")
    );
    assert_eq!(
        (masked.email.as_str(), masked.id_number.as_str()),
        ("m*****e@example.com", "1****************X")
    );
    assert!(masked.has_address && masked.has_openid);
    assert_eq!(
        seen.record.unwrap().narrative.unwrap().demand,
        "要求当面道歉"
    );
    let ask = |reason: &str| RevealRequest {
        complaint_id: complaint_id(&answer),
        reason: reason.into(),
    };
    assert_eq!(
        field(&client.reveal(ask("看看")).await.unwrap_err()),
        "reason"
    );
    assert_eq!(count(&stack, "reveals").await, 0);
    let revealed = client
        .reveal(ask("电话回访核实"))
        .await
        .unwrap()
        .into_inner();
    let who = revealed.complainant.unwrap();
    assert_eq!(
        (who.name.as_str(), who.phone.as_str(), who.email.as_str()),
        ("欧阳明月", "13812345678", "mingyue@example.com")
    );
    let told = stack.published::<IdentityRevealed>().await;
    assert_eq!(
        (told.len(), told[0].reveal_id.clone()),
        (1, revealed.reveal_id.clone())
    );
    let file = GetForFileRequest {
        complaint_id: complaint_id(&answer),
    };
    let file = crate::client(&stack, &archive())
        .get_for_file(file)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(file.reveals.len(), 1);
    let entry = &file.reveals[0];
    assert_eq!(
        (
            entry.reason.as_str(),
            entry.person_id.as_str(),
            entry.post.as_str()
        ),
        ("电话回访核实", "P-clerk", "589002SL-clerk")
    );
    let sealed = file.sealed_identity.unwrap();
    assert!(!sealed.bytes.is_empty() && secrets_in(&sealed.bytes).is_empty());
    assert_eq!(count(&stack, "access_log").await, 2, "Get and GetForFile");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_the_person_complained_of_sees_nothing_of_it_and_their_unit_not_who_complained() {
    let stack = started().await;
    let answer = register(&mut client(&stack, &clerk()), complaint()).await;
    let complained =
        person("P-complained").post("589002SL-clerk2", "589002SL", "589002", "reception_clerk");
    let mut client = client(&stack, &complained);
    let get = GetRequest {
        complaint_id: complaint_id(&answer),
        ..GetRequest::default()
    };
    assert_eq!(
        client.get(get).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    let reveal = RevealRequest {
        complaint_id: complaint_id(&answer),
        reason: "核实情况".into(),
    };
    assert_eq!(
        client.reveal(reveal).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    assert!(
        client
            .list(ListRequest::default())
            .await
            .unwrap()
            .into_inner()
            .complaints
            .is_empty()
    );

    // Nor does whoever heads the unit of that person learn who complained, until the reception orders it to answer.
    let id = complaint_id(&answer);
    let head = person("P-head").post("58900201-head", "58900201", "589002", "unit_head");
    let mut head = crate::client(&stack, &head);
    let reveal = || RevealRequest {
        complaint_id: id.clone(),
        reason: "核实情况".into(),
    };
    head.reveal(reveal()).await.unwrap();
    let post = Post {
        code: "58900201-teller".into(),
        unit_code: "58900201".into(),
        holder_person_id: "P-complained".into(),
        revision: 1,
        ..Post::default()
    };
    let told = PostChanged {
        post: Some(post),
        occurred_at: None,
    };
    stack.publish(&told, "589002", "58900201-teller").await;
    stack.settle().await;
    let refused = head.reveal(reveal()).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused:?}");
    let ordered = |lead: &str, co: &str, revision: u64| OrderIssued {
        case: Some(CaseView {
            case_id: id.clone(),
            complaint_id: id.clone(),
            union_code: "589002".into(),
            state: CaseState::Ordered.into(),
            lead_unit_code: lead.into(),
            co_unit_codes: vec![co.into()],
            revision,
            ..CaseView::default()
        }),
        ..OrderIssued::default()
    };
    stack
        .publish(&ordered("58900201", "58900202", 4), "589002", &id)
        .await;
    stack.settle().await;
    head.reveal(reveal()).await.unwrap();
    // The unit complained of may read the case it helps with, and still not who complained.
    let accused = person("P-02").post("58900202-head", "58900202", "589002", "unit_head");
    let mut accused = crate::client(&stack, &accused);
    let get = GetRequest {
        complaint_id: id.clone(),
        ..GetRequest::default()
    };
    accused.get(get).await.unwrap();
    let refused = accused.reveal(reveal()).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused:?}");
    assert_eq!(count(&stack, "reveals").await, 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_unions_and_two_outlets_see_nothing_of_each_other() {
    let stack = started().await;
    let mut ours = client(&stack, &clerk());
    let item = evidence(&mut ours, b"\x89PNG\r\n\x1a\n", "a.png").await;
    let answer = register(
        &mut ours,
        RegisterRequest {
            evidence: vec![item.clone()],
            ..complaint()
        },
    )
    .await;
    let id = complaint_id(&answer);
    let outlet = person("P-02").post("58900202-head", "58900202", "589002", "unit_head");
    for stranger in [other_clerk(), outlet] {
        let mut client = client(&stack, &stranger);
        let by_id = GetRequest {
            complaint_id: id.clone(),
            ..GetRequest::default()
        };
        let by_number = GetRequest {
            number: number(&answer),
            ..GetRequest::default()
        };
        let reveal = RevealRequest {
            complaint_id: id.clone(),
            reason: "想看一看".into(),
        };
        let blob = GetBlobRequest {
            complaint_id: id.clone(),
            digest: item.blob.clone().unwrap().digest,
            ..GetBlobRequest::default()
        };
        let material = AddMaterialRequest {
            request_id: new_id(),
            complaint_id: id.clone(),
            channel: 1,
            content: "x".into(),
            ..Default::default()
        };
        let withdraw = WithdrawRequest {
            request_id: new_id(),
            complaint_id: id.clone(),
            ..WithdrawRequest::default()
        };
        let refusals = [
            client.get(by_id).await.unwrap_err(),
            client.get(by_number).await.unwrap_err(),
            client.reveal(reveal).await.unwrap_err(),
            client.get_blob(blob).await.map(|_| ()).unwrap_err(),
            client.add_material(material).await.unwrap_err(),
            client.withdraw(withdraw).await.unwrap_err(),
        ];
        for status in refusals {
            assert_eq!(status.code(), Code::NotFound, "{stranger:?} {status:?}");
        }
        for union_code in ["", "589002"] {
            let list = ListRequest {
                union_code: union_code.into(),
                ..ListRequest::default()
            };
            assert!(
                client
                    .list(list)
                    .await
                    .unwrap()
                    .into_inner()
                    .complaints
                    .is_empty()
            );
        }
    }
    // Its own outlet sees it, and a request id of ours tells the other union nothing.
    let list = client(&stack, &receiver())
        .list(ListRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(list.complaints.len(), 1);
    let mut aside = client(&stack, &adapter());
    aside.quarantine(quarantined("q")).await.unwrap();
    let theirs = client(&stack, &other_clerk())
        .list_quarantine(ListQuarantineRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(theirs.items.is_empty());
    a_second_wall_stands(&stack).await;
    stack.stop().await;
}

/// PostgreSQL itself keeps unions, outlets and those concerned apart, whatever a statement asks.
async fn a_second_wall_stands(stack: &Stack) {
    let mut ours = client(stack, &clerk());
    let get = GetRequest {
        number: "589002-2026-000001".into(),
        ..GetRequest::default()
    };
    let seen = ours.get(get).await.unwrap().into_inner();
    let complaint_id = seen.record.unwrap().complaint.unwrap().complaint_id;
    let material = AddMaterialRequest {
        request_id: new_id(),
        complaint_id: complaint_id.clone(),
        channel: 1,
        content: "补充说明".into(),
        ..Default::default()
    };
    ours.add_material(material).await.unwrap();
    let reason = "电话回访核实".into();
    let reveal = RevealRequest {
        complaint_id,
        reason,
    };
    ours.reveal(reveal).await.unwrap();
    let complaint = [
        "complaints",
        "evidence",
        "materials",
        "reveals",
        "access_log",
    ];
    stack.assert_walled(&complaint, &other_clerk()).await;
    stack.assert_walled(&["quarantine"], &other_clerk()).await;
    let outlet = person("P-02").post("58900202-head", "58900202", "589002", "unit_head");
    stack.assert_walled(&complaint, &outlet).await;
    // Nor does whom it concerns see it, though he may see every union.
    let auditor = person("P-audit")
        .post("44-audit", "44HG", "44", "auditor")
        .unions(["*"]);
    let all = "SELECT count(*) AS count FROM complaints";
    assert_eq!(stack.count_seen(&auditor, all).await, 1);
    stack
        .execute("INSERT INTO recusals SELECT id, 'P-audit' FROM complaints")
        .await;
    assert_eq!(stack.count_seen(&auditor, all).await, 0);
    // What was sent to his unit is seen from another union, as an office sends things down.
    stack
        .execute("INSERT INTO complaint_units SELECT id, '589001SL' FROM complaints")
        .await;
    assert_eq!(stack.count_seen(&other_clerk(), all).await, 1);
    let without = stack
        .without_policy(&["union_code", "complaint_id", "number"])
        .await;
    assert_eq!(
        without,
        [
            "arrivals",
            "blind_index",
            "case_states",
            "complaint_units",
            "group_rules",
            "kept_files",
            "legal_holds",
            "numbers",
            "progress_attempts",
            "recusals",
            "sketches",
            "units",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_paged_without_repeats() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    for _ in 0..7 {
        register(&mut client, complaint()).await;
    }
    let (mut numbers, mut token) = (Vec::new(), String::new());
    loop {
        let list = ListRequest {
            page: Some(Page { size: 3, token }),
            ..ListRequest::default()
        };
        let part = client.list(list).await.unwrap().into_inner();
        numbers.extend(part.complaints.into_iter().map(|view| view.number));
        token = part.next_token;
        if token.is_empty() {
            break;
        }
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 7);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_3_progress_is_told_for_number_and_code_and_guessing_is_stopped() {
    let stack = started().await;
    let answer = register(&mut client(&stack, &clerk()), complaint()).await;
    let mut public = client(&stack, &archive());
    let ask = |code: &str| ProgressRequest {
        number: number(&answer),
        query_code: code.into(),
    };
    let code = answer.query_code.clone();
    let told = public
        .progress(ask(&format!(
            "{}-{}",
            &code[..4].to_lowercase(),
            &code[4..]
        )))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (told.state(), told.received_at),
        (ProgressState::Registered, at(&stack, days(0)))
    );
    // A right code forgets the wrong ones before it; the fifth wrong one in a row stops also the right one.
    for wrong in ["", "AAAAAAAA", "2222", "x"] {
        assert_eq!(
            public.progress(ask(wrong)).await.unwrap_err().code(),
            Code::NotFound
        );
    }
    public.progress(ask(&code)).await.unwrap();
    for _ in 0..5 {
        assert_eq!(
            public.progress(ask("AAAAAAAA")).await.unwrap_err().code(),
            Code::NotFound
        );
    }
    assert_eq!(
        public.progress(ask(&code)).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    stack.clock.advance(TimeDelta::minutes(16));
    public.progress(ask(&code)).await.unwrap();
    // A number that does not exist answers the same.
    let nothing = ProgressRequest {
        number: "589002-2026-999999".into(),
        query_code: code,
    };
    assert_eq!(
        public.progress(nothing).await.unwrap_err().code(),
        Code::NotFound
    );
    stack.clock.advance(TimeDelta::minutes(16));
    stack.run_task("forget_attempts").await;
    assert_eq!(count(&stack, "progress_attempts").await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l21_an_adapter_gets_one_address_for_one_notice() {
    let stack = started().await;
    let mut mail = client(&stack, &adapter());
    let answer = register(&mut mail, message("<c@example.com>")).await;
    let ask = GetContactRequest {
        complaint_id: complaint_id(&answer),
        notice_id: new_id(),
        ..GetContactRequest::default()
    };
    let contact = mail.get_contact(ask.clone()).await.unwrap().into_inner();
    assert_eq!(
        (contact.channel(), contact.address.as_str()),
        (Channel::Email, "mingyue@example.com")
    );
    assert_eq!(
        (contact.number, contact.query_code),
        (number(&answer), answer.query_code)
    );
    let fax = GetContactRequest {
        channel: Channel::Fax.into(),
        ..ask.clone()
    };
    assert_eq!(
        mail.get_contact(fax).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    assert_eq!(count(&stack, "access_log").await, 1);
    assert_eq!(
        client(&stack, &clerk())
            .get_contact(ask)
            .await
            .unwrap_err()
            .code(),
        Code::PermissionDenied
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_the_complainant_stands_nowhere_in_the_clear() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let item = evidence(&mut client, b"\x89PNG\r\n\x1a\n", "欧阳明月.png").await;
    let request = RegisterRequest {
        persons: 2,
        representatives: vec![Representative {
            name: "夏侯代表".into(),
            phone: "13812345678".into(),
        }],
        settlement: "欧阳明月表示接受".into(),
        evidence: vec![item.clone()],
        received_at: at(&stack, -days(1)),
        late_reason: "请联系 13812345678".into(),
        ..complaint()
    };
    let id = complaint_id(&register(&mut client, request).await);
    let material = AddMaterialRequest {
        request_id: new_id(),
        complaint_id: id.clone(),
        channel: 1,
        content: "欧阳明月 13812345678".into(),
        evidence: vec![item],
        ..AddMaterialRequest::default()
    };
    client.add_material(material).await.unwrap();
    client
        .get(GetRequest {
            complaint_id: id.clone(),
            ..GetRequest::default()
        })
        .await
        .unwrap();
    client
        .reveal(RevealRequest {
            complaint_id: id.clone(),
            reason: "电话回访".into(),
        })
        .await
        .unwrap();
    let withdraw = WithdrawRequest {
        request_id: new_id(),
        complaint_id: id,
        statement: "欧阳明月撤回".into(),
        ..WithdrawRequest::default()
    };
    client.withdraw(withdraw).await.unwrap();
    let why = QuarantineRequest {
        why: "来电 13812345678 无法识别".into(),
        ..quarantined("pii")
    };
    crate::client(&stack, &adapter())
        .quarantine(why)
        .await
        .unwrap();
    assert!(count(&stack, "outbox").await >= 5);
    // The search itself works: what may be seen is found, also inside encoded bodies.
    let outbox = bytes_of(&stack, "outbox").await;
    assert!(
        outbox
            .windows("欧阳**".len())
            .any(|window| window == "欧阳**".as_bytes())
    );
    for table in [
        "outbox",
        "complaints",
        "arrivals",
        "blind_index",
        "evidence",
        "files",
        "materials",
        "reveals",
        "access_log",
        "quarantine",
        "requests",
        "progress_attempts",
        "complaint_units",
    ] {
        let found = secrets_in(&bytes_of(&stack, table).await);
        assert!(found.is_empty(), "{table} holds {found:?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_destroy_the_key_is_to_erase_identity_and_text() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let request = complaint();
    let answer = register(&mut client, request.clone()).await;
    stack
        .execute("UPDATE vault_keys SET wrapped = NULL, destroyed_at = now()")
        .await;
    let id = complaint_id(&answer);
    let seen = client
        .get(GetRequest {
            complaint_id: id.clone(),
            ..GetRequest::default()
        })
        .await
        .unwrap()
        .into_inner();
    let record = seen.record.unwrap();
    assert!(record.erased && record.narrative.is_none());
    assert_eq!(record.complaint.unwrap().number, number(&answer));
    let reveal = RevealRequest {
        complaint_id: id.clone(),
        reason: "核实情况".into(),
    };
    assert_eq!(
        client.reveal(reveal).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    let again = register(&mut client, request).await;
    assert!(again.already && again.query_code.is_empty());
    let file = GetForFileRequest { complaint_id: id };
    assert!(
        crate::client(&stack, &archive())
            .get_for_file(file)
            .await
            .unwrap()
            .into_inner()
            .record
            .unwrap()
            .erased
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_the_original_message_is_shown_to_the_reception_only() {
    let stack = started().await;
    let mut mail = client(&stack, &adapter());
    let raw = PutBlobRequest {
        data: b"From: mingyue@example.com\r\n\r\nx".to_vec(),
        file_name: String::new(),
    };
    let digest = mail
        .put_blob(raw)
        .await
        .unwrap()
        .into_inner()
        .blob
        .unwrap()
        .digest;
    let mut request = message("<raw@example.com>");
    request
        .source
        .as_mut()
        .unwrap()
        .raw_digest
        .clone_from(&digest);
    let answer = register(&mut mail, request).await;
    let ask = GetBlobRequest {
        complaint_id: complaint_id(&answer),
        digest,
        ..GetBlobRequest::default()
    };
    let parts: Vec<_> = client(&stack, &clerk())
        .get_blob(ask.clone())
        .await
        .unwrap()
        .into_inner()
        .try_collect()
        .await
        .unwrap();
    assert!(parts[1].data.starts_with(b"From:"));
    let status = client(&stack, &receiver())
        .get_blob(ask)
        .await
        .map(|_| ())
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    stack.stop().await;
}

fn quarantined(message_id: &str) -> QuarantineRequest {
    crate::quarantining::aside(message_id)
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_3_what_routing_tells_of_the_case_is_told_on_and_g19_opens_and_closes_doors() {
    let stack = started().await;
    let answer = register(&mut client(&stack, &clerk()), complaint()).await;
    let id = complaint_id(&answer);
    let case = |state: CaseState, revision: u64| CaseView {
        case_id: id.clone(),
        complaint_id: id.clone(),
        union_code: "589002".into(),
        state: state.into(),
        revision,
        moved_at: at(&stack, days(0)),
        ..CaseView::default()
    };
    let handler = person("P-handler").post("58900202-handler", "58900202", "589002", "handler");
    let get = GetRequest {
        complaint_id: id.clone(),
        ..GetRequest::default()
    };
    assert_eq!(
        client(&stack, &handler)
            .get(get.clone())
            .await
            .unwrap_err()
            .code(),
        Code::NotFound
    );
    let ordered = CaseView {
        lead_unit_code: "58900202".into(),
        ..case(CaseState::Ordered, 4)
    };
    stack
        .publish(
            &OrderIssued {
                case: Some(ordered),
                ..OrderIssued::default()
            },
            "589002",
            &id,
        )
        .await;
    // Late news of the past changes nothing.
    stack
        .publish(
            &CaseFiled {
                case: Some(case(CaseState::Filed, 2)),
                ..CaseFiled::default()
            },
            "589002",
            &id,
        )
        .await;
    stack.settle().await;
    let ask = ProgressRequest {
        number: number(&answer),
        query_code: answer.query_code.clone(),
    };
    let mut public = client(&stack, &archive());
    assert_eq!(
        public
            .progress(ask.clone())
            .await
            .unwrap()
            .into_inner()
            .state(),
        ProgressState::Handling
    );
    client(&stack, &handler).get(get.clone()).await.unwrap();
    let declared = InterestDeclared {
        case: Some(case(CaseState::Ordered, 5)),
        person_id: "P-handler".into(),
        ..Default::default()
    };
    stack.publish(&declared, "589002", &id).await;
    stack
        .publish(
            &CaseClosed {
                case: Some(case(CaseState::Closed, 9)),
                ..CaseClosed::default()
            },
            "589002",
            &id,
        )
        .await;
    stack.settle().await;
    let mut handler = client(&stack, &handler);
    assert_eq!(
        handler.get(get).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    assert!(
        handler
            .list(ListRequest::default())
            .await
            .unwrap()
            .into_inner()
            .complaints
            .is_empty()
    );
    assert_eq!(
        public.progress(ask).await.unwrap().into_inner().state(),
        ProgressState::Closed
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_takes_no_vault_file_but_its_own() {
    let stack = started().await;
    let folder = tempfile::tempdir().unwrap();
    let other = Vault::load(&folder.path().join("other.toml"), true).unwrap();
    let fits = store::vault::fits(stack.db.reader(), other.fingerprints())
        .await
        .unwrap();
    assert_eq!(fits.as_deref(), Some("index"));
    assert!(store::vault::in_use(stack.db.reader()).await.unwrap());
    stack.stop().await;
}
