//! What comes later: evidence, material, a withdrawal.

use futures::TryStreamExt as _;
use suda_proto::intake::v1::{
    AddEvidenceRequest, AddMaterialRequest, ComplaintWithdrawn, EvidenceAdded, GetBlobRequest,
    GetRequest, MaterialAdded, WithdrawRequest,
};

use crate::*;

#[tokio::test(flavor = "multi_thread")]
async fn f2_2_evidence_is_kept_as_it_came_and_known_for_what_it_is() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let picture = [b"\x89PNG\r\n\x1a\n".to_vec(), vec![7; 700_000]].concat();
    let item = evidence(&mut client, &picture, "欧阳明月的回单.png").await;
    let digest = item.blob.clone().unwrap().digest;
    assert_eq!(item.blob.clone().unwrap().media_type, "image/png");
    let with = RegisterRequest {
        evidence: vec![item.clone()],
        ..complaint()
    };
    let answer = register(&mut client, with).await;
    let add = AddEvidenceRequest {
        request_id: new_id(),
        complaint_id: complaint_id(&answer),
        evidence: vec![item.clone(), item],
    };
    let added = client.add_evidence(add.clone()).await.unwrap().into_inner();
    assert_eq!(client.add_evidence(add).await.unwrap().into_inner(), added);
    assert_eq!(
        (added.evidence_ids.len(), added.complaint.unwrap().revision),
        (2, 2)
    );
    let get = GetRequest {
        complaint_id: complaint_id(&answer),
        ..GetRequest::default()
    };
    let record = client.get(get).await.unwrap().into_inner().record.unwrap();
    assert_eq!(record.evidence.len(), 3);
    assert_eq!(
        record.evidence[0].blob.clone().unwrap().file_name,
        "欧阳明月的回单.png"
    );
    let ask = GetBlobRequest {
        complaint_id: complaint_id(&answer),
        digest,
        ..GetBlobRequest::default()
    };
    let parts: Vec<_> = client
        .get_blob(ask.clone())
        .await
        .unwrap()
        .into_inner()
        .try_collect()
        .await
        .unwrap();
    let bytes: Vec<u8> = parts.iter().flat_map(|part| part.data.clone()).collect();
    assert_eq!(bytes, picture);
    assert_eq!(parts[0].blob.clone().unwrap().size_bytes, 700_008);
    // A file of another complaint, or of none, is not given.
    let other = register(&mut client, complaint()).await;
    let foreign = GetBlobRequest {
        complaint_id: complaint_id(&other),
        ..ask
    };
    assert_eq!(
        client.get_blob(foreign).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    let told = stack.published::<EvidenceAdded>().await;
    assert_eq!(
        (told.len(), told[0].evidence_ids.clone()),
        (1, added.evidence_ids)
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_2_a_file_that_is_too_large_empty_or_runs_is_refused() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let large = vec![b'x'; 20 * 1024 * 1024 + 1];
    for (data, name, expected) in [
        (large, "a.txt", "data"),
        (Vec::new(), "a.txt", "data"),
        (b"MZ\x90\0".to_vec(), "照片.jpg", "evidence"),
        (b"<html><script>".to_vec(), "a.pdf", "evidence"),
        (b"text".to_vec(), "a\nb", "file_name"),
    ] {
        let status = client
            .put_blob(PutBlobRequest {
                data,
                file_name: name.into(),
            })
            .await
            .unwrap_err();
        assert_eq!(field(&status), expected, "{status:?}");
    }
    let largest = PutBlobRequest {
        data: vec![b'x'; 20 * 1024 * 1024],
        file_name: "a.txt".into(),
    };
    assert_eq!(
        client
            .put_blob(largest)
            .await
            .unwrap()
            .into_inner()
            .blob
            .unwrap()
            .media_type,
        "text/plain"
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l15_material_on_any_channel_goes_to_the_same_complaint_once() {
    let stack = started().await;
    let mut mail = client(&stack, &adapter());
    let answer = register(&mut mail, message("<one@example.com>")).await;
    let ask = AddMaterialRequest {
        request_id: new_id(),
        number: number(&answer),
        sender: "MINGYUE@example.com".into(),
        channel: Channel::Wechat.into(),
        content: "补充:欧阳明月另有录音。".into(),
        source: Some(Source {
            account: "mail:jiangmen".into(),
            message_id: "<two@example.com>".into(),
            ..Source::default()
        }),
        ..AddMaterialRequest::default()
    };
    let added = mail.add_material(ask.clone()).await.unwrap().into_inner();
    assert!(!added.already);
    for again in [
        ask.clone(),
        AddMaterialRequest {
            request_id: new_id(),
            ..ask.clone()
        },
    ] {
        let repeated = mail.add_material(again).await.unwrap().into_inner();
        assert!(repeated.already);
        assert_eq!(repeated.material_id, added.material_id);
    }
    // A number can be guessed: another sender's mail is a new item, not material of this one.
    let stranger = AddMaterialRequest {
        request_id: new_id(),
        sender: "mallory@example.com".into(),
        source: None,
        ..ask.clone()
    };
    assert_eq!(
        mail.add_material(stranger).await.unwrap_err().code(),
        Code::FailedPrecondition
    );
    let empty = AddMaterialRequest {
        request_id: new_id(),
        content: " ".into(),
        source: None,
        ..ask
    };
    assert_eq!(
        field(&mail.add_material(empty).await.unwrap_err()),
        "content"
    );
    let told = stack.published::<MaterialAdded>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (
            told[0].complaint.clone().unwrap().revision,
            told[0].new_facts
        ),
        (2, false)
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l15_a_withdrawal_is_recorded_once_and_on_its_day() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let answer = register(&mut client, complaint()).await;
    stack.clock.advance(days(2));
    let ask = WithdrawRequest {
        request_id: new_id(),
        complaint_id: complaint_id(&answer),
        received_at: at(&stack, -days(1)),
        statement: "欧阳明月:问题已解决".into(),
        ..WithdrawRequest::default()
    };
    let early = WithdrawRequest {
        request_id: new_id(),
        received_at: at(&stack, -days(5)),
        ..ask.clone()
    };
    assert_eq!(
        field(&client.withdraw(early).await.unwrap_err()),
        "received_at"
    );
    let withdrawn = client.withdraw(ask.clone()).await.unwrap().into_inner();
    assert!(!withdrawn.already);
    assert_eq!(
        withdrawn.complaint.clone().unwrap().withdrawn_at,
        at(&stack, -days(1))
    );
    for again in [
        ask.clone(),
        WithdrawRequest {
            request_id: new_id(),
            ..ask
        },
    ] {
        let repeated = client.withdraw(again).await.unwrap().into_inner();
        assert!(repeated.already);
        assert_eq!(repeated.complaint, withdrawn.complaint);
    }
    assert_eq!(stack.published::<ComplaintWithdrawn>().await.len(), 1);
    stack.stop().await;
}
