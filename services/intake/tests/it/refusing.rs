//! What is refused, and that nothing of it stays.

use suda_proto::{
    directory::v1::{Taxonomy, TaxonomyAxis, TaxonomyEntry, TaxonomyPublished},
    intake::v1::{Representative, intake_service_client::IntakeServiceClient},
};

use crate::*;

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_what_is_wrong_is_named_and_nothing_is_half_written() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    type Spoil = fn(&mut RegisterRequest);
    let law: [(Spoil, &str); 17] = [
        (|r| r.request_id = "1".into(), "request_id"),
        (|r| r.content = String::new(), "content"),
        (|r| r.content = "投".repeat(20_001), "content"),
        (|r| r.content = "x".repeat(1 << 20), "content"),
        (|r| r.unit_code = "000".into(), "unit_code"),
        (|r| r.unit_code = "58900209".into(), "unit_code"),
        (
            |r| r.matter.as_mut().unwrap().complained_unit_code = "000".into(),
            "matter.complained_unit_code",
        ),
        (|r| r.channel = 0, "channel"),
        (|r| r.channel = 99, "channel"),
        (|r| r.nature = 99, "nature"),
        (
            |r| {
                r.received_at = Some(prost_types::Timestamp {
                    seconds: 4_000_000_000,
                    nanos: 0,
                });
            },
            "received_at",
        ),
        (
            |r| {
                r.received_at = Some(prost_types::Timestamp {
                    seconds: i64::MAX,
                    nanos: 0,
                });
            },
            "received_at",
        ),
        (
            |r| {
                r.received_at = Some(prost_types::Timestamp {
                    seconds: 1_790_000_000,
                    nanos: 0,
                });
            },
            "late_reason",
        ),
        (
            |r| r.complainant.as_mut().unwrap().id_number = "110105194912310021".into(),
            "complainant.id_number",
        ),
        (
            |r| r.complainant.as_mut().unwrap().capacity = 3,
            "complainant.principal_name",
        ),
        (
            |r| {
                (r.persons, r.representatives) = (
                    9,
                    vec![
                        Representative {
                            name: "夏侯代表".into(),
                            ..Default::default()
                        };
                        6
                    ],
                );
            },
            "representatives",
        ),
        (
            |r| {
                r.evidence = vec![EvidenceItem {
                    blob: Some(Blob {
                        digest: "ab".repeat(32),
                        ..Default::default()
                    }),
                    ..Default::default()
                }];
            },
            "evidence",
        ),
    ];
    for (spoil, expected) in law {
        let mut request = complaint();
        spoil(&mut request);
        let status = client.register(request).await.unwrap_err();
        assert_eq!(field(&status), expected, "{status:?}");
        assert!(
            secrets_in(status.message().as_bytes()).is_empty(),
            "{}",
            status.message()
        );
    }
    for table in [
        "complaints",
        "vault_keys",
        "arrivals",
        "numbers",
        "blind_index",
        "evidence",
        "outbox",
        "complaint_units",
    ] {
        assert_eq!(count(&stack, table).await, 0, "{table}");
    }
    // What no database keeps is for the caller to mend, and what nobody sees bars nothing.
    let mut request = complaint();
    request.unit_code = "58900201\0".into();
    let status = client.register(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    assert!(status.message().contains("空字符"), "{status:?}");
    let mut request = complaint();
    request.content = "柜员\0把我的存折\u{202e}扔在地上\u{1b}[2J".into();
    let who = request.complainant.as_mut().unwrap();
    who.name = "\u{202e}欧阳明月\u{202c}".into();
    who.phone = "\u{202d}＋８６１３８１２３４５６７８\u{202c}".into();
    let registered = register(&mut client, request).await;
    assert_eq!(number(&registered), "589002-2026-000001");
    let earlier = register(&mut client, complaint()).await;
    let get = suda_proto::intake::v1::GetRequest {
        complaint_id: complaint_id(&earlier),
        ..Default::default()
    };
    let answer = client.get(get).await.unwrap().into_inner();
    assert_eq!(
        answer.candidates.len(),
        1,
        "one telephone, however it is written"
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_units_are_known_a_caller_is_told_to_come_again() {
    let stack = bare().await;
    let status = client(&stack, &clerk())
        .register(complaint())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_2_only_the_right_posts_register_for_their_own_units_and_by_codes_of_the_taxonomy() {
    let stack = started().await;
    for who in [
        person("P")
            .post("44-admin", "44", "44", "administrator")
            .unions(["*"]),
        person("P").post("589002DA-archivist", "589002DA", "589002", "archivist"),
        person("P")
            .post("44-auditor", "44", "44", "auditor")
            .unions(["*"]),
        // Another union's clerk, and a receiver of another outlet.
        other_clerk(),
        person("P").post("58900202-receiver", "58900202", "589002", "outlet_receiver"),
    ] {
        let status = client(&stack, &who)
            .register(complaint())
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied, "{who:?} {status:?}");
    }
    // Nobody at all.
    let anybody = IntakeServiceClient::new(stack.channel_as(&person("P")))
        .register(complaint())
        .await
        .unwrap_err();
    assert_eq!(anybody.code(), Code::PermissionDenied);
    assert_eq!(count(&stack, "complaints").await, 0);

    // Once the taxonomy was heard, a clerk is told which code is none; what an adapter brings is registered with it open.
    let entry = |axis: TaxonomyAxis, code: &str| TaxonomyEntry {
        code: code.into(),
        axis: axis.into(),
        ..TaxonomyEntry::default()
    };
    let taxonomy = Taxonomy {
        code: "guangdong".into(),
        version: 1,
        entries: vec![
            entry(TaxonomyAxis::Business, "B01"),
            entry(TaxonomyAxis::Cause, "C01"),
        ],
        ..Taxonomy::default()
    };
    let told = TaxonomyPublished {
        taxonomy: Some(taxonomy),
        occurred_at: None,
    };
    stack.publish(&told, "all", "guangdong").await;
    stack.settle().await;
    let with = |business: &str, cause: &str| RegisterRequest {
        matter: Some(Matter {
            business_code: business.into(),
            cause_code: cause.into(),
            ..Matter::default()
        }),
        ..message(&new_id())
    };
    let mut clerks = client(&stack, &clerk());
    let refused = clerks.register(with("B99", "C01")).await.unwrap_err();
    assert_eq!(field(&refused), "matter.business_code");
    assert!(refused.message().contains("B99"), "{refused:?}");
    assert!(refused.message().contains("suda taxonomy list"));
    // A code of another axis is none here.
    let refused = clerks.register(with("B01", "B01")).await.unwrap_err();
    assert_eq!(field(&refused), "matter.cause_code");
    let codes = |answer: RegisterResponse| {
        let view = answer.complaint.unwrap();
        (view.business_code, view.cause_code)
    };
    let kept = codes(register(&mut clerks, with("B01", "C01")).await);
    assert_eq!(kept, ("B01".to_owned(), "C01".to_owned()));
    let mut adapters = client(&stack, &adapter());
    let kept = codes(register(&mut adapters, with("B99", "C01")).await);
    assert_eq!(kept, (String::new(), "C01".to_owned()));
    let kept = codes(register(&mut adapters, with("B01", "C 1")).await);
    assert_eq!(kept, ("B01".to_owned(), String::new()));
    stack.stop().await;
}
