//! Who sees what: unions apart, units bounded, roles refused.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn two_unions_see_no_byte_of_each_other() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_filed().await;
    let mut stranger = ask(&stack, &clerk_of_another_union());
    let id = course.case.case_id.clone();
    let other = clerk_of_another_union();
    refused(
        &get(&stack, &other, &id).await.unwrap_err(),
        Code::NotFound,
        "request.not_found",
    );
    let number = GetCaseRequest {
        case_id: String::new(),
        number: course.case.number.clone(),
    };
    assert_eq!(
        stranger.get_case(number).await.unwrap_err().code(),
        Code::NotFound
    );
    let all = ListCasesRequest {
        union_code: "589002".into(),
        ..Default::default()
    };
    assert!(
        stranger
            .list_cases(all)
            .await
            .unwrap()
            .into_inner()
            .cases
            .is_empty()
    );
    for kind in 0..=9 {
        let queue = stranger
            .list_queue(ListQueueRequest { kind, page: None })
            .await
            .unwrap()
            .into_inner();
        assert!(
            queue.items.is_empty() && queue.counts.iter().all(|count| count.count == 0),
            "queue {kind}"
        );
    }
    assert!(
        stranger
            .list_notices(ListNoticesRequest::default())
            .await
            .unwrap()
            .into_inner()
            .notices
            .is_empty()
    );
    let file = get(&stack, &clerk(), &id).await.unwrap();
    let notice_id = file.notices[0].view.as_ref().unwrap().notice_id.clone();
    let status = stranger
        .get_notice(GetNoticeRequest { notice_id })
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    refused(
        &course
            .pass_by(&clerk_of_another_union())
            .await
            .err()
            .unwrap(),
        Code::NotFound,
        "request.not_found",
    );
    // PostgreSQL itself keeps them apart, whatever a statement asks.
    stack
        .assert_walled(&["cases", "history", "notices"], &clerk_of_another_union())
        .await;
    let all = "SELECT count(*) AS count FROM cases";
    let (ours, theirs) = (
        stack.count(all).await,
        stack.count_seen(&clerk(), all).await,
    );
    assert_eq!(ours, theirs);
    assert_eq!(
        stack
            .without_policy(&["union_code", "case_id", "case_number"])
            .await,
        ["interests", "units"]
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_sees_what_was_registered_at_it_or_ordered_to_it() {
    let stack = started().await;
    let mut ours = Course::new(&stack, 1).await;
    ours.file().await.accept().await.order().await;
    let mut elsewhere = complaint(&stack, 2);
    elsewhere.unit_code = "58900202".into();
    let elsewhere = registered(&stack, &elsewhere).await;

    let seen = async |who: &Person| {
        let cases = ask(&stack, who)
            .list_cases(ListCasesRequest::default())
            .await
            .unwrap()
            .into_inner()
            .cases;
        let mut numbers: Vec<String> = cases.into_iter().map(|case| case.number).collect();
        numbers.sort();
        numbers
    };
    let (first, second) = (ours.case.number.clone(), elsewhere.number.clone());
    assert_eq!(seen(&receiver()).await, std::slice::from_ref(&first));
    let tech = person("p-tech").post("589002KJ-head", "589002KJ", "589002", "unit_head");
    assert_eq!(seen(&tech).await, std::slice::from_ref(&first));
    let neighbour =
        person("p-n").post("58900202-receiver", "58900202", "589002", "outlet_receiver");
    assert_eq!(seen(&neighbour).await, std::slice::from_ref(&second));
    assert_eq!(seen(&clerk()).await, [first.clone(), second.clone()]);
    assert_eq!(seen(&office()).await, [first, second]);
    assert_eq!(
        get(&stack, &neighbour, &ours.case.case_id)
            .await
            .unwrap_err()
            .code(),
        Code::NotFound
    );
    stack.assert_walled(&["orders"], &neighbour).await;
    let all = "SELECT count(*) AS count FROM cases";
    for (who, seen) in [
        (&receiver(), 1),
        (&tech, 1),
        (&neighbour, 1),
        (&office(), 2),
    ] {
        assert_eq!(stack.count_seen(who, all).await, seen, "{who:?}");
    }

    // The queues of the unit: to sign, to assign.
    let count = async |who: &Person, kind: QueueKind| {
        let asked = ListQueueRequest {
            kind: kind.into(),
            page: None,
        };
        let queue = ask(&stack, who)
            .list_queue(asked)
            .await
            .unwrap()
            .into_inner();
        let counted = queue
            .counts
            .iter()
            .find(|count| count.kind() == kind)
            .unwrap()
            .count;
        assert_eq!(
            u64::try_from(queue.items.len()).unwrap(),
            counted,
            "{kind:?}"
        );
        counted
    };
    assert_eq!(count(&unit_head(), QueueKind::ToSign).await, 1);
    assert_eq!(count(&unit_head(), QueueKind::ToAssign).await, 1);
    assert_eq!(count(&tech, QueueKind::ToSign).await, 1);
    assert_eq!(count(&tech, QueueKind::ToAssign).await, 0);
    assert_eq!(count(&neighbour, QueueKind::Unit).await, 1);
    assert_eq!(count(&clerk(), QueueKind::ToAccept).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_role_or_post_is_refused_with_a_sentence() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let (request_id, case_id, expected_revision) = course.head();
    let asked = AcceptRequest {
        request_id,
        case_id,
        expected_revision,
        opinion: String::new(),
    };
    let status = ask(&stack, &receiver()).accept(asked).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let administrator = person("p-admin")
        .post("44-admin", "44", "44", "administrator")
        .unions(["*"]);
    assert_eq!(
        get(&stack, &administrator, &course.case.case_id)
            .await
            .unwrap_err()
            .code(),
        Code::PermissionDenied
    );

    // The head of another unit holds the right role, but not for this case.
    course.order().await;
    let (request_id, case_id, expected_revision) = course.head();
    let asked = AssignHandlerRequest {
        request_id,
        case_id,
        expected_revision,
        handler_post: "58900201-handler".into(),
        person_id: String::new(),
    };
    let tech = person("p-tech").post("589002KJ-head", "589002KJ", "589002", "unit_head");
    let status = ask(&stack, &tech).assign_handler(asked).await.unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    assert!(status.message().contains("主办单位负责人"), "{status:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_on_where_the_part_before_ended() {
    let stack = started().await;
    for number in 1..=7 {
        registered(&stack, &complaint(&stack, number)).await;
        stack
            .clock
            .advance(TimeDelta::seconds(i64::from(number % 2)));
    }
    let mut client = ask(&stack, &clerk());
    let (mut numbers, mut token) = (Vec::new(), String::new());
    loop {
        let page = suda_proto::common::v1::Page { size: 3, token };
        let asked = ListCasesRequest {
            page: Some(page),
            open_only: true,
            ..Default::default()
        };
        let part = client.list_cases(asked).await.unwrap().into_inner();
        assert!(part.cases.len() <= 3);
        numbers.extend(part.cases.into_iter().map(|case| case.number));
        token = part.next_token;
        if token.is_empty() {
            break;
        }
    }
    let counted = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!((counted, numbers.len()), (7, 7));
    let page = suda_proto::common::v1::Page {
        size: 3,
        token: "nonsense".into(),
    };
    let asked = ListCasesRequest {
        page: Some(page),
        ..Default::default()
    };
    assert_eq!(
        client.list_cases(asked).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    stack.stop().await;
}
