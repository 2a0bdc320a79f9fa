//! Papers that are owed, and members of staff who are related to complainants.

use suda_proto::{
    intake::v1::{
        AddEvidenceRequest, AddMaterialRequest, Capacity, ComplaintRegistered,
        DeclareRelationRequest, EndRelationRequest, EvidenceKind, GetRequest, ListRelationsRequest,
        ListRequest, PapersCompleted, RelationFound, Representative,
        relation_service_client::RelationServiceClient,
    },
    routing::v1::{CaseState, CaseTransferredOut, CaseView},
};

use crate::*;

fn relations(stack: &Stack, who: &Person) -> RelationServiceClient<Peer> {
    RelationServiceClient::new(stack.channel_as(who))
}

fn declaration(phone: &str) -> DeclareRelationRequest {
    DeclareRelationRequest {
        request_id: new_id(),
        relation: "表兄弟".into(),
        phone: phone.into(),
        ..DeclareRelationRequest::default()
    }
}

fn get(answer: &RegisterResponse) -> GetRequest {
    GetRequest {
        complaint_id: complaint_id(answer),
        ..GetRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l14_l12_f2_2_whoever_owes_papers_is_registered_and_marked_until_they_come_by_any_channel()
{
    let stack = started().await;
    let mut desk = client(&stack, &clerk());
    let agent = |capacity: Capacity| {
        let mut request = complaint();
        let complainant = request.complainant.as_mut().unwrap();
        complainant.capacity = capacity.into();
        complainant.principal_name = "夏侯代表".into();
        request
    };
    let answer = register(&mut desk, agent(Capacity::AuthorisedAgent)).await;
    assert!(
        answer.complaint.as_ref().unwrap().papers_missing,
        "the clerk is told"
    );
    let told = stack.published::<ComplaintRegistered>().await;
    assert!(told[0].complaint.as_ref().unwrap().papers_missing);

    // Another file does not do; the authorisation does, once.
    let item = evidence(&mut desk, b"\x89PNG\r\n\x1a\n general", "回单.png").await;
    let mut mandate = evidence(&mut desk, b"\x89PNG\r\n\x1a\n mandate", "委托书.png").await;
    mandate.kind = EvidenceKind::Authorisation.into();
    for (given, missing) in [
        (item, true),
        (mandate.clone(), false),
        (mandate.clone(), false),
    ] {
        let add = AddEvidenceRequest {
            request_id: new_id(),
            complaint_id: complaint_id(&answer),
            evidence: vec![given],
        };
        let added = desk.add_evidence(add.clone()).await.unwrap().into_inner();
        assert_eq!(desk.add_evidence(add).await.unwrap().into_inner(), added);
        assert_eq!(added.complaint.unwrap().papers_missing, missing);
    }
    let told = stack.published::<PapersCompleted>().await;
    assert_eq!(told.len(), 1);

    // An heir sends the proof later by mail; a joint complaint needs representatives with a mandate.
    let heir = register(&mut desk, agent(Capacity::Heir)).await;
    let mut proof = evidence(&mut desk, b"\x89PNG\r\n\x1a\n proof", "公证书.png").await;
    proof.kind = EvidenceKind::Succession.into();
    let add = AddMaterialRequest {
        request_id: new_id(),
        complaint_id: complaint_id(&heir),
        channel: Channel::Email.into(),
        content: "补交继承公证书".into(),
        evidence: vec![proof],
        ..AddMaterialRequest::default()
    };
    let added = desk.add_material(add).await.unwrap().into_inner();
    assert!(!added.complaint.unwrap().papers_missing);
    let joint = RegisterRequest {
        persons: 20,
        representatives: vec![
            Representative {
                name: "夏侯代表".into(),
                phone: String::new(),
            };
            5
        ],
        ..complaint()
    };
    let view = register(&mut desk, joint.clone()).await.complaint.unwrap();
    assert!(
        view.papers_missing && view.major,
        "twenty face to face are grave (L29)"
    );
    let with = RegisterRequest {
        request_id: new_id(),
        evidence: vec![mandate],
        ..joint
    };
    let view = register(&mut desk, with).await.complaint.unwrap();
    assert!(!view.papers_missing);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g19_l17_whoever_declared_a_relation_sees_nothing_of_it_before_and_after() {
    let stack = started().await;
    let mut desk = client(&stack, &clerk());
    let before = register(&mut desk, complaint()).await;
    let mut kin = relations(&stack, &receiver());
    for wrong in [declaration(""), declaration("nobody")] {
        let status = kin.declare_relation(wrong).await.unwrap_err();
        assert_eq!(field(&status), "phone");
    }
    let mut silent = declaration("13812345678");
    silent.relation = " ".into();
    let status = kin.declare_relation(silent).await.unwrap_err();
    assert_eq!(field(&status), "relation");
    client(&stack, &receiver()).get(get(&before)).await.unwrap();

    let asked = declaration("138 1234 5678");
    let done = kin
        .declare_relation(asked.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        kin.declare_relation(asked).await.unwrap().into_inner(),
        done
    );
    let after = register(&mut desk, complaint()).await;
    for answer in [&before, &after] {
        let status = client(&stack, &receiver())
            .get(get(answer))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
    }
    let listed = client(&stack, &receiver())
        .list(ListRequest::default())
        .await
        .unwrap();
    assert!(listed.into_inner().complaints.is_empty());
    let told = stack.published::<RelationFound>().await;
    let who: Vec<_> = told.iter().map(|told| told.person_id.as_str()).collect();
    assert_eq!(who, ["P-receiver", "P-receiver"]);

    // It is kept blind, only its person sees it, and taken back it bars no more; what it barred stays barred.
    assert!(secrets_in(&bytes_of(&stack, "relations").await).is_empty());
    assert!(secrets_in(&bytes_of(&stack, "relation_tokens").await).is_empty());
    let own = kin
        .list_relations(ListRelationsRequest {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(own.relations.len(), 1);
    let mut stranger = relations(&stack, &clerk());
    let theirs = stranger
        .list_relations(ListRelationsRequest {})
        .await
        .unwrap();
    assert!(theirs.into_inner().relations.is_empty());
    let end = || EndRelationRequest {
        request_id: new_id(),
        relation_id: done.relation_id.clone(),
    };
    assert_eq!(
        field(&stranger.end_relation(end()).await.unwrap_err()),
        "relation_id"
    );
    kin.end_relation(end()).await.unwrap();
    let later = register(&mut desk, complaint()).await;
    client(&stack, &receiver()).get(get(&later)).await.unwrap();
    let status = client(&stack, &receiver())
        .get(get(&before))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_g10_the_unit_that_a_case_was_handed_to_reads_what_it_is_about() {
    let stack = started().await;
    let answer = register(&mut client(&stack, &clerk()), complaint()).await;
    let id = complaint_id(&answer);
    let status = client(&stack, &other_clerk())
        .get(get(&answer))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let case = CaseView {
        case_id: id.clone(),
        complaint_id: id.clone(),
        union_code: "589002".into(),
        state: CaseState::Transferred.into(),
        revision: 3,
        moved_at: at(&stack, days(0)),
        transferred_to_unit_code: "589001SL".into(),
        ..CaseView::default()
    };
    let told = CaseTransferredOut {
        case: Some(case),
        ..CaseTransferredOut::default()
    };
    stack.publish(&told, "589002", &id).await;
    stack.settle().await;
    client(&stack, &other_clerk())
        .get(get(&answer))
        .await
        .unwrap();
    stack.stop().await;
}
