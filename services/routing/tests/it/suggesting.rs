//! Who should handle what by the routing table, and who is warned of what many complain of.

use suda_proto::{
    directory::v1::TaxonomyPublished,
    intake::v1::{GroupGround, GroupSuspected, GroupView},
    routing::v1::{
        accountability_service_client::AccountabilityServiceClient,
        rectification_service_client::RectificationServiceClient,
    },
};

use super::*;

/// Publishes the taxonomy as it is shipped, and what 科技部 is there for.
async fn classified(stack: &Stack) {
    let file = directory::reference::File {
        path: "taxonomy/guangdong.toml".to_owned(),
        text: include_str!("../../../../deploy/reference/taxonomy/guangdong.toml").to_owned(),
    };
    let read = directory::reference::read(&[file]).unwrap();
    let told = TaxonomyPublished {
        taxonomy: read.taxonomies.first().cloned(),
        occurred_at: now(stack),
    };
    stack.publish(&told, "all", "guangdong").await;
    let period = UnitPeriod {
        from: "2010-01-01".into(),
        name: "科技部".into(),
        parent_code: "589002".into(),
    };
    let told = UnitChanged {
        unit: Some(Unit {
            code: "589002KJ".into(),
            kind: UnitKind::Department.into(),
            revision: 2,
            periods: vec![period],
            union_code: "589002".into(),
            functions: vec!["technology".into()],
            ..Unit::default()
        }),
        occurred_at: now(stack),
    };
    stack.publish(&told, "589002", "589002KJ").await;
    stack.settle().await;
}

async fn suggested(stack: &Stack, view: &ComplaintView) -> Suggestion {
    registered(stack, view).await;
    let file = get(stack, &clerk(), &view.complaint_id).await.unwrap();
    file.suggestion.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c_h_d_t_m_a_case_shows_the_row_that_decided_and_the_units_it_means() {
    let stack = started().await;
    let before = complaint(&stack, 1);
    registered(&stack, &before).await;
    let file = get(&stack, &clerk(), &before.complaint_id).await.unwrap();
    assert_eq!(file.suggestion, None, "no table was published");
    classified(&stack).await;

    let broken = ComplaintView {
        cause_code: "C02".into(),
        complained_person_id: String::new(),
        ..complaint(&stack, 2)
    };
    let told = suggested(&stack, &broken).await;
    assert_eq!(
        (told.row_code.as_str(), told.source.as_str()),
        ("D-system", "部门职责")
    );
    assert_eq!(told.taxonomy_version, 0, "as the file was read");
    let lead = told.lead.unwrap();
    assert_eq!(
        (lead.unit_code.as_str(), lead.unit_name.as_str()),
        ("589002KJ", "科技部")
    );
    assert_eq!(told.helpers[0].unit_code, "58900201");

    // A union without such a department is told what is wanted, and nobody is made up.
    let loan = ComplaintView {
        business_code: "B02".into(),
        ..complaint(&stack, 3)
    };
    let told = suggested(&stack, &loan).await;
    assert_eq!(told.row_code, "M-manager");
    let lead = told.lead.unwrap();
    assert_eq!(
        (lead.wanted_name.as_str(), lead.unit_code.as_str()),
        ("信贷管理", "")
    );

    let teller = suggested(&stack, &complaint(&stack, 4)).await;
    assert_eq!(teller.row_code, "T-teller");
    assert_eq!(teller.lead.unwrap().unit_code, "58900201");

    // A task may count another cause than the case's own, but none that is made up.
    let opening = |business: &str, cause: &str| OpenRectificationRequest {
        request_id: new_id(),
        case_id: broken.complaint_id.clone(),
        unit_code: "589002KJ".into(),
        problem: "系统故障".into(),
        requirements: "排除故障".into(),
        business_code: business.into(),
        cause_code: cause.into(),
        ..Default::default()
    };
    let mut tasks = RectificationServiceClient::new(stack.channel_as(&clerk()));
    for (business, cause, words) in [
        ("B99", "", "没有业务类别代码 B99"),
        ("B02", "系统", "没有投诉原因代码 系统"),
    ] {
        let status = tasks.open_rectification(opening(business, cause)).await;
        let status = status.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        let sentence = status.message();
        assert!(
            sentence.contains(words) && sentence.contains("suda taxonomy list"),
            "{sentence}"
        );
    }
    let opened = tasks.open_rectification(opening("B02", " ")).await.unwrap();
    let task = opened.into_inner().rectification.unwrap();
    assert_eq!(
        (task.business_code.as_str(), task.cause_code.as_str()),
        ("B02", "C02")
    );
    stack.stop().await;
}

fn group(complainants: u32) -> GroupView {
    GroupView {
        group_id: Uuid::from_u128(9).to_string(),
        union_code: "589002".into(),
        unit_code: "58900201".into(),
        ground: GroupGround::Business.into(),
        business_code: "B01".into(),
        complaints: complainants + 1,
        complainants,
        province_complaints: 40,
        days: 7,
        threshold: 5,
        ..GroupView::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_g24_6_a_group_warns_reception_and_office_and_raises_one_candidate() {
    let stack = started().await;
    let newest = complaint(&stack, 1);
    let suspected = |complainants| GroupSuspected {
        group: Some(group(complainants)),
        occurred_at: now(&stack),
        complaint: Some(newest.clone()),
    };
    // It overtakes the registration, and waits for the case.
    stack.publish(&suspected(5), "589002", "x").await;
    registered(&stack, &newest).await;
    stack.clock.advance(days(1));
    stack.publish(&suspected(10), "589002", "x").await;
    stack.settle().await;
    let file = get(&stack, &service(), &newest.complaint_id).await.unwrap();
    let warnings: Vec<Notice> = file
        .notices
        .into_iter()
        .filter(|notice| notice.view.as_ref().unwrap().kind() == NoticeKind::GroupSuspected)
        .collect();
    let mut posts: Vec<String> = warnings
        .iter()
        .map(|notice| notice.view.as_ref().unwrap().to_post.clone())
        .collect();
    posts.sort();
    assert_eq!(
        posts,
        ["5890-head", "5890-head", "589002SL-head", "589002SL-head"],
        "at five and at ten, reception and office"
    );
    assert!(
        warnings[0].text.contains("7 日内 5 人 6 件"),
        "{}",
        warnings[0].text
    );
    assert!(warnings[0].text.contains("省内同期同类:40 件"));

    let asked = ListAccountabilityRequest {
        ground: AccountabilityGround::MassComplaint.into(),
        waiting_only: true,
        ..Default::default()
    };
    let found = AccountabilityServiceClient::new(stack.channel_as(&manager()))
        .list_accountability(asked)
        .await
        .unwrap()
        .into_inner()
        .accountability;
    assert_eq!(found.len(), 1, "one candidate for one group");
    assert_eq!(found[0].unit_code, "58900201");
    stack.stop().await;
}
