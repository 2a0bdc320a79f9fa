//! Similar complaints of many are warned of (群体性投诉预警, guideline art. 9).

use suda_proto::{
    directory::v1::{GroupWarningRule, Policy, PolicyPublished},
    intake::v1::{
        EraseIdentityRequest, ErasureGround, GetGroupRequest, GroupGround, GroupSuspected,
        GroupView, ListGroupsRequest, Representative, WithdrawRequest,
        group_service_client::GroupServiceClient, vault_service_client::VaultServiceClient,
    },
};

use crate::*;

/// Publishes that three complainants within seven days call for a warning; for one union two do.
async fn ruled(stack: &Stack) {
    for (code, union, complainants) in [("guangdong", "", 3), ("local-589001", "589001", 2)] {
        let policy = Policy {
            code: code.into(),
            version: 1,
            effective_from: "2008-12-01".into(),
            union_code: union.into(),
            group_warnings: vec![GroupWarningRule {
                code: "G9".into(),
                article: "第九条".into(),
                complainants,
                days: 7,
                similar_percent: 40,
            }],
            ..Policy::default()
        };
        let fact = PolicyPublished {
            policy: Some(policy),
            occurred_at: None,
        };
        stack.publish(&fact, "all", code).await;
    }
    stack.settle().await;
}

/// A complaint of somebody with this telephone.
fn of(phone: &str, complained_unit: &str, business: &str, content: &str) -> RegisterRequest {
    RegisterRequest {
        complainant: Some(Complainant {
            name: "欧阳明月".into(),
            phone: phone.into(),
            ..Complainant::default()
        }),
        matter: Some(Matter {
            complained_unit_code: complained_unit.into(),
            business_code: business.into(),
            ..Matter::default()
        }),
        content: content.into(),
        ..complaint()
    }
}

async fn warned(stack: &Stack) -> Vec<GroupView> {
    stack.settle().await;
    let told = stack.published::<GroupSuspected>().await;
    told.into_iter().map(|told| told.group.unwrap()).collect()
}

fn groups(stack: &Stack, who: &Person) -> GroupServiceClient<Peer> {
    GroupServiceClient::new(stack.channel_as(who))
}

const WORDS: [&str; 4] = [
    "存折取不到款",
    "利息算得不对",
    "柜台不给打印流水",
    "叫号机坏了没人管",
];

#[tokio::test(flavor = "multi_thread")]
async fn g9_three_of_one_unit_and_business_are_a_group_that_its_own_union_sees_with_the_province_s_number()
 {
    let stack = started().await;
    ruled(&stack).await;
    let mut desk = client(&stack, &clerk());
    let mut numbers = Vec::new();
    for (phone, text) in [("13800000001", WORDS[0]), ("13800000002", WORDS[1])] {
        numbers.push(number(
            &register(&mut desk, of(phone, "58900202", "B01", text)).await,
        ));
    }
    // Who complains twice is one; and another unit or business is another matter.
    register(&mut desk, of("13800000002", "58900202", "B01", WORDS[2])).await;
    register(&mut desk, of("13800000003", "58900201", "B01", WORDS[3])).await;
    register(&mut desk, of("13800000004", "58900202", "B02", WORDS[3])).await;
    assert_eq!(warned(&stack).await, []);

    // One like it elsewhere counts for the province and is shown to nobody here.
    let mut others = client(&stack, &other_clerk());
    let elsewhere = RegisterRequest {
        unit_code: "58900101".into(),
        ..of("13800000005", "58900101", "B01", WORDS[3])
    };
    register(&mut others, elsewhere.clone()).await;
    let third = register(&mut desk, of("13800000006", "58900202", "B01", WORDS[2])).await;
    numbers.push(number(&third));
    let told = warned(&stack).await;
    assert_eq!(told.len(), 1);
    let group = &told[0];
    assert_eq!(group.ground(), GroupGround::Business);
    assert_eq!(
        (group.complainants, group.complaints, group.threshold),
        (3, 4, 3)
    );
    assert_eq!((group.unit_code.as_str(), group.days), ("58900202", 7));
    assert_eq!(
        group.province_complaints, 6,
        "its four, one of a sister outlet and one of another union"
    );

    let shown = groups(&stack, &clerk())
        .get_group(GetGroupRequest {
            group_id: group.group_id.clone(),
        })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(shown.complaint_numbers.len(), 4);
    for number in &numbers {
        assert!(shown.complaint_numbers.contains(number));
    }
    let refused = groups(&stack, &other_clerk())
        .get_group(GetGroupRequest {
            group_id: group.group_id.clone(),
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let asked = ListGroupsRequest::default();
    let theirs = groups(&stack, &other_clerk())
        .list_groups(asked.clone())
        .await
        .unwrap();
    assert_eq!(theirs.into_inner().groups, []);
    let ours = groups(&stack, &clerk()).list_groups(asked).await.unwrap();
    assert_eq!(ours.into_inner().groups.len(), 1);

    // The other union is stricter for itself: its second one is warned of there (guideline art. 29).
    let second = RegisterRequest {
        request_id: new_id(),
        ..of("13800000007", "58900101", "B01", WORDS[0])
    };
    let second = RegisterRequest {
        unit_code: "58900101".into(),
        ..second
    };
    register(&mut others, second).await;
    let told = warned(&stack).await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[1].union_code.as_str(), told[1].threshold),
        ("589001", 2)
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_a_group_grows_in_silence_until_it_has_doubled_and_one_received_too_late_is_not_of_it() {
    let stack = started().await;
    ruled(&stack).await;
    let mut desk = client(&stack, &clerk());
    for last in 1..=5 {
        let phone = format!("1380000000{last}");
        register(&mut desk, of(&phone, "58900202", "B01", WORDS[0])).await;
        stack.settle().await;
    }
    assert_eq!(warned(&stack).await.len(), 1, "the fourth and fifth join");
    register(&mut desk, of("13800000006", "58900202", "B01", WORDS[0])).await;
    let told = warned(&stack).await;
    assert_eq!(told.len(), 2, "six are twice three");
    assert_eq!(told[0].group_id, told[1].group_id);
    assert_eq!((told[1].complainants, told[1].warned_complainants), (6, 6));

    // One complaint whose representatives are two earlier complainants makes one of them; withdrawn, they are apart again.
    let counted = async || {
        stack.settle().await;
        let asked = ListGroupsRequest::default();
        let listed = groups(&stack, &clerk()).list_groups(asked).await.unwrap();
        let group = listed.into_inner().groups.remove(0);
        (group.complaints, group.complainants)
    };
    let representative = |phone: &str| Representative {
        name: "夏侯代表".into(),
        phone: phone.into(),
    };
    let joint = RegisterRequest {
        persons: 2,
        representatives: ["13800000001", "13800000002"].map(representative).into(),
        ..of("13800000003", "58900202", "B01", WORDS[0])
    };
    let joint = register(&mut desk, joint).await;
    assert_eq!(counted().await, (7, 4));
    let withdrawn = WithdrawRequest {
        request_id: new_id(),
        complaint_id: complaint_id(&joint),
        ..WithdrawRequest::default()
    };
    desk.withdraw(withdrawn).await.unwrap();
    register(&mut desk, of("13800000008", "58900202", "B01", WORDS[0])).await;
    assert_eq!(counted().await, (7, 7));

    stack.clock.advance(days(8));
    register(&mut desk, of("13800000007", "58900202", "B01", WORDS[0])).await;
    assert_eq!(warned(&stack).await.len(), 2);
    assert_eq!(counted().await, (7, 7));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_similar_texts_without_a_business_are_a_group_and_what_was_erased_is_compared_no_more() {
    let stack = started().await;
    ruled(&stack).await;
    let mut desk = client(&stack, &clerk());
    let text = "我们村的养老金存折从六月起就取不到款,柜台说系统升级,每次都让我们白跑一趟。";
    let like = "我们村养老金存折从六月起就取不到款,柜台说系统升级,每次都让我们白跑一趟!";
    let first = register(&mut desk, of("13800000001", "", "", text)).await;
    register(&mut desk, of("13800000002", "58900202", "", like)).await;
    register(&mut desk, of("13800000003", "", "", WORDS[1])).await;
    assert_eq!(warned(&stack).await, []);
    let officer = person("P-compliance")
        .post("44HG-head", "44HG", "44", "compliance_head")
        .unions(["*"]);
    let erase = EraseIdentityRequest {
        request_id: new_id(),
        complaint_id: complaint_id(&first),
        ground: ErasureGround::Ordered.into(),
        reference: "(2026)粤0781行初1号".into(),
        reason: "人民法院裁定删除".into(),
    };
    VaultServiceClient::new(stack.channel_as(&officer))
        .erase_identity(erase)
        .await
        .unwrap();
    register(&mut desk, of("13800000004", "", "", text)).await;
    assert_eq!(warned(&stack).await, [], "two are left");
    register(&mut desk, of("13800000005", "", "", like)).await;
    let told = warned(&stack).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].ground(), told[0].complainants),
        (GroupGround::Text, 3)
    );
    stack.stop().await;
}
