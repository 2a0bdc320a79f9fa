//! What a case shares: its order among units, its answer with other cases, its investigation with a group.

use suda_proto::intake::v1::ComplaintWithdrawn;

use super::*;

fn bounce(course: &Course<'_>, unit: &str) -> RequestBounceRequest {
    let (request_id, case_id, expected_revision) = course.head();
    RequestBounceRequest {
        request_id,
        case_id,
        expected_revision,
        unit_code: unit.into(),
        basis: "系统重复记账属科技部职责".into(),
    }
}

fn rule(course: &Course<'_>, uphold: bool, to: &str) -> RuleBounceRequest {
    let (request_id, case_id, expected_revision) = course.head();
    RuleBounceRequest {
        request_id,
        case_id,
        expected_revision,
        uphold,
        reason: "依部门职责".into(),
        new_unit_code: to.into(),
    }
}

fn join(course: &Course<'_>, lead: &str) -> JoinCaseRequest {
    let (request_id, case_id, expected_revision) = course.head();
    JoinCaseRequest {
        request_id,
        case_id,
        expected_revision,
        lead_case_id: String::new(),
        lead_number: lead.into(),
        reason: "同一笔重复扣款".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_2_a_bounce_is_ruled_on_by_the_head_and_the_order_keeps_its_limit() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let served = course.case.ordered_at;
    let status = beyond(&stack, &handler())
        .request_bounce(bounce(&course, ""))
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let mut lead = beyond(&stack, &unit_head());
    let status = lead
        .request_bounce(bounce(&course, "589002KJ"))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let asked = bounce(&course, "");
    let done = lead
        .request_bounce(asked.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(lead.request_bounce(asked).await.unwrap().into_inner(), done);
    course.moved(done.case);
    assert_eq!(course.case.bouncing_unit_code, "58900201");
    assert_eq!(
        waiting(&stack, &reception_head(), QueueKind::ToRule).await,
        1
    );
    assert_eq!(
        letters(&stack, &course.case.case_id, NoticeKind::Bounce)
            .await
            .len(),
        1
    );

    let mut head = beyond(&stack, &reception_head());
    for wrong in [rule(&course, true, ""), rule(&course, true, "58900101")] {
        let status = head.rule_bounce(wrong).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    }
    let done = head
        .rule_bounce(rule(&course, true, "58900202"))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(
        (
            course.case.state(),
            course.case.lead_unit_code.as_str(),
            course.case.ordered_at
        ),
        (CaseState::Ordered, "58900202", served)
    );
    let told = stack.published::<BounceRuled>().await;
    assert!(told.len() == 1 && told[0].upheld && told[0].new_unit_code == "58900202");
    // The unit that was taken off is out, the new one signs, and the file shows both.
    let file = get(&stack, &clerk(), &course.case.case_id).await.unwrap();
    let units: Vec<_> = file
        .order
        .unwrap()
        .units
        .into_iter()
        .map(|unit| (unit.unit_code, unit.lead, unit.left_at.is_some()))
        .collect();
    assert_eq!(
        units,
        [
            ("58900202".to_owned(), true, false),
            ("58900201".to_owned(), false, true),
            ("589002KJ".to_owned(), false, false)
        ]
    );
    let neighbour = person("p-neighbour").post("58900202-head", "58900202", "589002", "unit_head");
    assert_eq!(waiting(&stack, &neighbour, QueueKind::ToSign).await, 1);
    assert_eq!(waiting(&stack, &unit_head(), QueueKind::ToSign).await, 0);

    // A refused one is spent too: one for each unit and case.
    let mut new = beyond(&stack, &neighbour);
    let done = new.request_bounce(bounce(&course, "")).await.unwrap();
    course.moved(done.into_inner().case);
    let done = head.rule_bounce(rule(&course, false, "")).await.unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(course.case.lead_unit_code, "58900202");
    let status = new.request_bounce(bounce(&course, "")).await.unwrap_err();
    refused(&status, Code::FailedPrecondition, "bounce.once_only");
    let status = head
        .rule_bounce(rule(&course, false, ""))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "bounce.none_waits");
    let asked = GetCourseRequest {
        case_id: course.case.case_id.clone(),
    };
    let seen = head.get_course(asked).await.unwrap().into_inner();
    let rulings: Vec<_> = seen
        .bounces
        .iter()
        .map(|bounce| bounce.ruling.as_str())
        .collect();
    assert_eq!(rulings, ["upheld", "refused"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l18_3_g16_a_joined_case_is_answered_and_closed_with_its_lead_and_keeps_its_own_history() {
    let stack = started().await;
    let mut lead = Course::new(&stack, 1).await;
    lead.until_handled().await;
    let mut second = Course::new(&stack, 2).await;
    second.file().await;
    let mut door = beyond(&stack, &clerk());
    for wrong in ["589002-2026-000009", "589002-2026-000002"] {
        assert!(
            door.join_case(join(&second, wrong)).await.is_err(),
            "{wrong}"
        );
    }
    let done = door
        .join_case(join(&second, &lead.case.number))
        .await
        .unwrap();
    second.moved(done.into_inner().case);
    assert_eq!(second.case.state(), CaseState::Joined);
    assert_eq!(second.case.lead_case_id, lead.case.case_id);
    let told = stack.published::<CaseJoined>().await;
    assert_eq!(told[0].lead_number, lead.case.number);
    let own = second.case.case_id.clone();
    assert_eq!(letters(&stack, &own, NoticeKind::Joined).await.len(), 1);
    let file = get(&stack, &clerk(), &lead.case.case_id).await.unwrap();
    assert_eq!(file.history.last().unwrap().event, "CaseJoined");

    lead.findings().await.answer().await.result().await;
    lead.pass_by(&clerk()).await.unwrap();
    let answer = letters(&stack, &own, NoticeKind::Answer).await;
    assert!(
        answer.len() == 1 && answer[0].contains("589002-2026-000002"),
        "each complainant is written to under his own number: {answer:?}"
    );
    lead.close().await;
    let file = get(&stack, &clerk(), &own).await.unwrap();
    let case = file.case.unwrap();
    assert_eq!(
        (case.state(), case.outcome()),
        (CaseState::Closed, CaseOutcome::Joined)
    );
    let events: Vec<_> = file
        .history
        .iter()
        .map(|entry| entry.event.as_str())
        .collect();
    assert_eq!(events.last(), Some(&"CaseClosed"));
    assert!(
        events.contains(&"AnswerSent") && events.contains(&"CaseFiled"),
        "{events:?}"
    );
    let closed = stack.published::<CaseClosed>().await;
    assert_eq!(closed.len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l15_p53_the_withdrawal_of_a_lead_withdraws_for_nobody_else() {
    let stack = started().await;
    let leading = complaint(&stack, 1);
    let case = registered(&stack, &leading).await;
    let lead = Course {
        stack: &stack,
        case,
    };
    let mut second = Course::new(&stack, 2).await;
    let done = beyond(&stack, &clerk())
        .join_case(join(&second, &lead.case.number))
        .await
        .unwrap();
    second.moved(done.into_inner().case);
    let withdrawn = ComplaintWithdrawn {
        complaint: Some(ComplaintView {
            revision: 2,
            withdrawn_at: now(&stack),
            ..leading
        }),
        occurred_at: now(&stack),
    };
    for _ in 0..2 {
        stack
            .publish(&withdrawn, "589002", &lead.case.case_id)
            .await;
    }
    stack.settle().await;
    let case = get(&stack, &clerk(), &second.case.case_id)
        .await
        .unwrap()
        .case
        .unwrap();
    assert_eq!(
        (case.state(), case.lead_case_id.as_str()),
        (CaseState::Filed, "")
    );
    let begun = stack.published::<PeriodRestarted>().await;
    assert_eq!((begun.len(), begun[0].period_from), (1, case.received_at));
    // It goes on like any other.
    second.moved(Some(case));
    second.accept().await.order().await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_1_a_group_of_several_units_investigates_and_nobody_with_an_interest_is_in_it() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let form = |course: &Course<'_>, member: &str| {
        let (request_id, case_id, expected_revision) = course.head();
        FormGroupRequest {
            request_id,
            case_id,
            expected_revision,
            unit_codes: vec!["589002JC".into()],
            member_posts: vec!["589002JC-head".into(), member.into()],
            task: "查清重复扣款的资金去向".into(),
        }
    };
    let mut head = beyond(&stack, &reception_head());
    let status = head
        .form_group(form(&course, "58900201-teller"))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "recusal.refused");
    let told = stack.published::<RecusalRefused>().await;
    assert_eq!(
        (told[0].person_id.as_str(), told[0].attempt.as_str()),
        ("p-teller", "FormGroup")
    );
    for wrong in ["58900202-head", "58900201-vacant"] {
        let status = head.form_group(form(&course, wrong)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{wrong}: {status:?}");
    }
    let done = head
        .form_group(form(&course, "589002KJ-head"))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    let told = stack.published::<GroupFormed>().await;
    assert_eq!(told[0].unit_codes, ["58900201", "589002KJ", "589002JC"]);
    assert_eq!(told[0].lead_unit_code, "58900201");
    assert_eq!(
        letters(&stack, &course.case.case_id, NoticeKind::Group)
            .await
            .len(),
        3
    );
    // A member of a helping unit records what was found; the answer stays with the leading unit.
    let (request_id, case_id, expected_revision) = course.head();
    let asked = RecordFindingsRequest {
        request_id,
        case_id,
        expected_revision,
        findings: "资金退回原账户".into(),
        evidence: vec![],
    };
    let done = ask(&stack, &discipline())
        .record_findings(asked)
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    course.answer().await.result().await;
    stack.stop().await;
}
