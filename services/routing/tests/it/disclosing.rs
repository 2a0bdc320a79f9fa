//! What goes straight up: reprisal past the line, serious violations with a receipt, grave cases at once.

use suda_proto::routing::v1::{
    accountability_service_client::AccountabilityServiceClient,
    disclosure_service_client::DisclosureServiceClient,
};

use super::*;

fn desk(stack: &Stack, who: &Person) -> DisclosureServiceClient<Peer> {
    DisclosureServiceClient::new(stack.channel_as(who))
}

async fn reprisals(stack: &Stack, who: &Person) -> Vec<Reprisal> {
    let found = desk(stack, who)
        .list_reprisals(ListReprisalsRequest::default())
        .await
        .unwrap();
    found.into_inner().reprisals
}

async fn violations(stack: &Stack, who: &Person) -> Vec<Violation> {
    let found = desk(stack, who)
        .list_violations(ListViolationsRequest::default())
        .await
        .unwrap();
    found.into_inner().violations
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_reprisal_is_seen_by_the_compliance_department_and_by_nobody_between() {
    let stack = started().await;
    let case = registered(&stack, &complaint(&stack, 1)).await;
    let witness = clerk();
    let asked = ReportReprisalRequest {
        request_id: new_id(),
        case_number: case.number.clone(),
        kind: ReprisalKind::Retaliation.into(),
        account: "网点负责人威胁投诉人撤回".into(),
        evidence: vec![],
    };
    let empty = ReportReprisalRequest {
        request_id: new_id(),
        account: " ".into(),
        ..asked.clone()
    };
    let status = desk(&stack, &witness)
        .report_reprisal(empty)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let done = desk(&stack, &witness)
        .report_reprisal(asked.clone())
        .await
        .unwrap();
    let again = desk(&stack, &witness).report_reprisal(asked).await.unwrap();
    assert_eq!(done.get_ref(), again.get_ref());
    let report = done.into_inner().reprisal.unwrap();

    // Neither head nor management nor office sees it; the witness follows his own.
    for between in [reception_head(), manager(), office(), unit_head()] {
        assert!(reprisals(&stack, &between).await.is_empty());
    }
    assert_eq!(reprisals(&stack, &witness).await.len(), 1);
    let seen = reprisals(&stack, &compliance()).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].case_number, case.number);
    // Not even there is it shown who reported.
    assert!(!format!("{seen:?}").contains("p-clerk"), "{seen:?}");

    // The fact names neither case nor union nor reporter, and the case knows nothing of it.
    let told = stack.published::<ReprisalReported>().await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0].case, told[0].actor_post.as_str()), (&None, ""));
    let subject = "SELECT count(*) FROM outbox WHERE subject = 'suda.routing.v1.ReprisalReported.44' AND actor = 'routing'";
    assert_eq!(stack.count(subject).await, 1);
    let file = get(&stack, &service(), &case.case_id).await.unwrap();
    assert!(
        !file
            .history
            .iter()
            .any(|entry| entry.event.contains("Reprisal"))
    );

    let answering = |revision| AnswerReprisalRequest {
        request_id: new_id(),
        reprisal_id: report.reprisal_id.clone(),
        expected_revision: revision,
        answer: "已查实,责令停止并约谈".into(),
    };
    let status = desk(&stack, &office())
        .answer_reprisal(answering(1))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let mut department = desk(&stack, &compliance());
    let status = department.answer_reprisal(answering(1)).await.unwrap_err();
    refused(&status, Code::FailedPrecondition, "matter.out_of_order");
    let acknowledge = AcknowledgeReprisalRequest {
        request_id: new_id(),
        reprisal_id: report.reprisal_id.clone(),
        expected_revision: 1,
    };
    department.acknowledge_reprisal(acknowledge).await.unwrap();
    let status = department.answer_reprisal(answering(1)).await.unwrap_err();
    refused(&status, Code::Aborted, "request.stale");
    department.answer_reprisal(answering(2)).await.unwrap();
    let own = reprisals(&stack, &witness).await;
    assert_eq!(
        own[0].view.as_ref().unwrap().state(),
        ReprisalState::Answered
    );
    assert!(
        own[0]
            .history
            .iter()
            .any(|entry| entry.event == "ReprisalAnswered")
    );
    assert_eq!(stack.published::<ReprisalAcknowledged>().await.len(), 1);
    assert_eq!(stack.published::<ReprisalAnswered>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g21_a_serious_violation_goes_to_the_compliance_department_and_on_with_a_receipt() {
    let stack = started().await;
    let asked = ReportViolationRequest {
        request_id: new_id(),
        unit_code: "58900201".into(),
        person_id: "p-unit-head".into(),
        account: "涉嫌挪用客户资金".into(),
        ..Default::default()
    };
    let wrong = ReportViolationRequest {
        request_id: new_id(),
        unit_code: "99".into(),
        ..asked.clone()
    };
    let status = desk(&stack, &manager())
        .report_violation(wrong)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let done = desk(&stack, &manager())
        .report_violation(asked.clone())
        .await
        .unwrap();
    let again = desk(&stack, &manager())
        .report_violation(asked)
        .await
        .unwrap();
    assert_eq!(done.get_ref(), again.get_ref());
    let report = done.into_inner().violation.unwrap();
    // Not the unit, not the person, not the reception, not the office: the department and who reported.
    for stranger in [unit_head(), reception_head(), office()] {
        assert!(violations(&stack, &stranger).await.is_empty());
    }
    assert_eq!(violations(&stack, &manager()).await.len(), 1);
    assert_eq!(violations(&stack, &compliance()).await.len(), 1);

    let transferring = |to: &str| TransferViolationRequest {
        request_id: new_id(),
        violation_id: report.violation_id.clone(),
        expected_revision: 1,
        to_unit_code: to.into(),
        reason: "涉嫌违纪,附材料三份".into(),
    };
    let mut department = desk(&stack, &compliance());
    for wrong in ["58900201", "44HG", "44XX", ""] {
        let status = department
            .transfer_violation(transferring(wrong))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{wrong}");
    }
    department
        .transfer_violation(transferring("44JJ"))
        .await
        .unwrap();
    // The department that pursues it sees it now and gives its receipt.
    let pursues = person("p-discipline").post("44JJ-head", "44JJ", "44", "unit_head");
    assert_eq!(violations(&stack, &pursues).await.len(), 1);
    let receiving = RecordViolationReceiptRequest {
        request_id: new_id(),
        violation_id: report.violation_id.clone(),
        expected_revision: 2,
        receipt_number: "纪检〔2026〕8号".into(),
        note: String::new(),
    };
    let status = desk(&stack, &manager())
        .record_violation_receipt(receiving.clone())
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let done = desk(&stack, &pursues)
        .record_violation_receipt(receiving)
        .await
        .unwrap();
    assert_eq!(
        done.into_inner().violation.unwrap().state(),
        ViolationState::Received
    );
    let seen = violations(&stack, &compliance()).await;
    assert_eq!(seen[0].receipt_number, "纪检〔2026〕8号");
    for told in [
        stack.published::<ViolationReported>().await.len(),
        stack.published::<ViolationTransferred>().await.len(),
        stack.published::<ViolationReceived>().await.len(),
    ] {
        assert_eq!(told, 1);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_4_l29_a_grave_case_is_told_up_the_line_at_once_and_lateness_is_measured() {
    let stack = started().await;
    let mut grave = complaint(&stack, 1);
    grave.major = true;
    let known = grave.received_at;
    let case = registered(&stack, &grave).await;
    // Nobody had to think of it.
    let told = stack.published::<MajorReported>().await;
    assert_eq!(told.len(), 1);
    let view = told[0].major.clone().unwrap();
    assert_eq!((view.known_at, view.late), (known, false));
    let line: Vec<(&str, &str)> = view
        .notices
        .iter()
        .map(|notice| (notice.recipient.as_str(), notice.to_post.as_str()))
        .collect();
    let expected = [
        ("senior_management", "589002GL-head"),
        ("office", "5890-head"),
        ("compliance", "44HG-head"),
    ];
    assert_eq!(line, expected);
    assert!(view.notices.iter().all(|notice| notice.sent_at.is_some()));
    let notices = stack.published::<NoticeRequested>().await;
    let major = |told: &&NoticeRequested| {
        told.notice
            .as_ref()
            .is_some_and(|notice| notice.kind() == NoticeKind::Major)
    };
    assert_eq!(notices.iter().filter(major).count(), 3);

    // By hand it is not told twice; as urgent it is another matter, and five hours late it is asked about.
    let mut at_reception = desk(&stack, &clerk());
    let reporting = |kind: MajorKind| ReportMajorRequest {
        request_id: new_id(),
        case_id: case.case_id.clone(),
        kind: kind.into(),
        known_at: None,
        circumstances: "多人聚集在网点".into(),
    };
    let status = at_reception
        .report_major(reporting(MajorKind::Major))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "major.told_before");
    stack.clock.advance(TimeDelta::hours(5));
    let urgent = reporting(MajorKind::Urgent);
    let done = at_reception.report_major(urgent.clone()).await.unwrap();
    let again = at_reception.report_major(urgent).await.unwrap();
    assert_eq!(done.get_ref(), again.get_ref());
    let urgent = done.into_inner().major.unwrap();
    assert!(
        urgent.late && urgent.delay_seconds >= 5 * 3600,
        "{urgent:?}"
    );
    let asked = ListAccountabilityRequest {
        ground: AccountabilityGround::Concealed.into(),
        ..Default::default()
    };
    let found = AccountabilityServiceClient::new(stack.channel_as(&manager()))
        .list_accountability(asked)
        .await
        .unwrap();
    assert_eq!(found.into_inner().accountability.len(), 1);
    let listed = async |who: &Person| {
        let found = desk(&stack, who)
            .list_majors(ListMajorsRequest::default())
            .await
            .unwrap();
        found.into_inner().majors.len()
    };
    assert_eq!(listed(&office()).await, 2);
    assert_eq!(listed(&clerk_of_another_union()).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_colleagues_of_the_person_complained_of_read_no_name_unless_they_handle_the_case() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let id = course.case.case_id.clone();
    let name = async |who: &Person| {
        let file = get(&stack, who, &id).await.unwrap();
        let listed = ask(&stack, who)
            .list_cases(ListCasesRequest::default())
            .await
            .unwrap();
        let listed = listed.into_inner().cases.remove(0).masked_name;
        let file = file.case.unwrap().masked_name;
        assert_eq!(file, listed);
        file
    };
    assert_eq!(name(&handler()).await, "张*");
    assert_eq!(name(&clerk()).await, "张*");
    let colleague = person("p-colleague").post("58900201-other", "58900201", "589002", "handler");
    for between in [unit_head(), receiver(), colleague] {
        assert_eq!(name(&between).await, "投诉人");
    }
    // The person himself sees nothing at all.
    let teller = person("p-teller").post("58900201-teller", "58900201", "589002", "handler");
    assert_eq!(
        get(&stack, &teller, &id).await.unwrap_err().code(),
        Code::NotFound
    );
    // A panel of units elsewhere is no way around it either: what he may not see he may not judge.
    assert!(
        ask(&stack, &teller)
            .list_cases(ListCasesRequest::default())
            .await
            .unwrap()
            .into_inner()
            .cases
            .is_empty()
    );
    stack.stop().await;
}
