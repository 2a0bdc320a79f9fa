//! What comes from above and what is handed on: transfers in and out, the report, complaints that skipped a level.

use suda_proto::{
    intake::v1::{MaterialAdded, PapersCompleted, RelationFound},
    sla_watchdog::v1::{ClockView, Escalated, RungView},
};

use super::{
    printing::{holds, print},
    *,
};

/// A complaint that a regulator passed on to the reception, with its own number and limit.
fn from_above(stack: &Stack, number: u32) -> ComplaintView {
    ComplaintView {
        unit_code: "589002SL".into(),
        registered_at_reception: true,
        channel: Channel::RegulatorTransfer.into(),
        referral_number: "江金监转〔2026〕18号".into(),
        referral_due_at: Some(stamp(chassis::testing::beginning() + days(10))),
        ..complaint(stack, number)
    }
}

/// A complaint about a union's outlet that came to the office.
fn at_office(stack: &Stack, number: u32) -> ComplaintView {
    ComplaintView {
        number: format!("5890-2026-{number:06}"),
        union_code: "5890".into(),
        unit_code: "5890".into(),
        registered_at_reception: true,
        complained_person_id: String::new(),
        ..complaint(stack, number)
    }
}

fn accept(course: &Course<'_>) -> AcceptRequest {
    let (request_id, case_id, expected_revision) = course.head();
    AcceptRequest {
        request_id,
        case_id,
        expected_revision,
        opinion: String::new(),
    }
}

fn close(course: &Course<'_>) -> CloseRequest {
    let (request_id, case_id, expected_revision) = course.head();
    CloseRequest {
        request_id,
        case_id,
        expected_revision,
        remark: String::new(),
    }
}

fn report(course: &Course<'_>) -> ReportToSuperiorRequest {
    let (request_id, case_id, expected_revision) = course.head();
    ReportToSuperiorRequest {
        request_id,
        case_id,
        expected_revision,
        report: "已查明并全额退还,投诉人表示满意。".into(),
        letter_number: "台农商合规〔2026〕3号".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_4_g18_2_what_a_regulator_passed_on_is_reported_to_management_and_upwards_before_it_closes()
 {
    let stack = started().await;
    let complaint = from_above(&stack, 1);
    let case = registered(&stack, &complaint).await;
    // The registration comes twice: one transfer.
    assert_eq!(registered(&stack, &complaint).await, case);
    assert_eq!(
        (
            case.state(),
            case.superior_kind(),
            case.superior_number.as_str()
        ),
        (
            CaseState::Filed,
            SuperiorKind::Regulator,
            "江金监转〔2026〕18号"
        )
    );
    let told = stack.published::<CaseTransferredIn>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].case.as_ref().unwrap().superior_due_at,
        complaint.referral_due_at
    );

    let mut course = Course {
        stack: &stack,
        case,
    };
    course.accept().await.order().await;
    course.assign_to("58900201-handler").await.unwrap();
    course.findings().await.answer().await.result().await;
    assert_eq!(waiting(&stack, &clerk(), QueueKind::ToReport).await, 0);
    course.pass_by(&clerk()).await.unwrap();
    assert_eq!(waiting(&stack, &clerk(), QueueKind::ToReport).await, 1);
    assert_eq!(waiting(&stack, &clerk(), QueueKind::ToClose).await, 0);
    let status = ask(&stack, &clerk())
        .close(close(&course))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "superior.not_reported");

    // The report can be drafted from what is known; its number and day come with its sending.
    let (kind, docx) = (DocumentKind::SuperiorReport, DocumentFormat::Docx);
    let id = course.case.case_id.clone();
    let draft = print(&stack, &clerk(), &id, kind, docx).await.unwrap();
    for words in ["草稿", "江金监转〔2026〕18号", "来文监管部门", "督办表"] {
        assert!(holds(&draft, words), "{words}");
    }

    let asked = report(&course);
    let mut stale = report(&course);
    stale.expected_revision -= 1;
    let mut door = beyond(&stack, &clerk());
    let status = door.report_to_superior(stale).await.unwrap_err();
    refused(&status, Code::Aborted, "request.stale");
    let done = door
        .report_to_superior(asked.clone())
        .await
        .unwrap()
        .into_inner();
    let again = door.report_to_superior(asked).await.unwrap().into_inner();
    assert_eq!(done, again);
    course.moved(done.case);
    assert!(course.case.superior_reported_at.is_some());
    assert_eq!(stack.published::<SuperiorReported>().await.len(), 1);
    let sent = letters(&stack, &course.case.case_id, NoticeKind::Report).await;
    assert!(
        sent.len() == 1 && sent[0].contains("台农商合规〔2026〕3号"),
        "{sent:?}"
    );
    assert_eq!(waiting(&stack, &clerk(), QueueKind::ToReport).await, 0);
    let sent = print(&stack, &clerk(), &id, kind, docx).await.unwrap();
    let answer = four_parts();
    for words in [
        "台农商合规〔2026〕3号",
        "已查明并全额退还",
        answer.facts.as_str(),
        answer.conclusion.as_str(),
        "高级管理层",
    ] {
        assert!(holds(&sent, words), "{words}");
    }
    assert!(!holds(&sent, "草稿"));
    course.close().await;

    // A regulator may also pass on what is already here.
    let mut other = Course::new(&stack, 2).await;
    let (request_id, case_id, expected_revision) = other.head();
    let asked = RecordSuperiorRequest {
        request_id,
        case_id,
        expected_revision,
        number: "12345-77".into(),
        due_at: None,
        kind: SuperiorKind::ThirdParty.into(),
        received_at: None,
    };
    let status = beyond(&stack, &handler())
        .record_superior(asked.clone())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let done = door.record_superior(asked).await.unwrap().into_inner();
    other.moved(done.case);
    assert_eq!(other.case.superior_kind(), SuperiorKind::ThirdParty);
    assert_eq!(stack.published::<CaseTransferredIn>().await.len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_a_criminal_matter_goes_to_its_department_and_closes_with_the_receipt() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let transfer = |course: &Course<'_>, to: &str| {
        let (request_id, case_id, expected_revision) = course.head();
        TransferOutRequest {
            request_id,
            case_id,
            expected_revision,
            matter: TransferMatter::CriminalCase.into(),
            to_unit_code: to.into(),
            reason: "涉嫌挪用客户资金".into(),
        }
    };
    let status = beyond(&stack, &clerk())
        .transfer_out(transfer(&course, "589002JC"))
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let mut head = beyond(&stack, &reception_head());
    for unit in ["58900101", "nowhere", ""] {
        let status = head
            .transfer_out(transfer(&course, unit))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{unit}: {status:?}");
    }
    let done = head
        .transfer_out(transfer(&course, "589002JC"))
        .await
        .unwrap()
        .into_inner();
    course.moved(done.case);
    assert_eq!(
        (course.case.state(), course.case.outcome()),
        (CaseState::Transferred, CaseOutcome::Transferred)
    );
    let id = course.case.case_id.clone();
    let told = stack.published::<CaseTransferredOut>().await;
    assert_eq!((told.len(), told[0].to_unit_code.as_str()), (1, "589002JC"));
    let letter = letters(&stack, &id, NoticeKind::Transfer).await;
    assert!(
        letter.len() == 1 && letter[0].contains("纪检监察室"),
        "{letter:?}"
    );
    assert_eq!(letters(&stack, &id, NoticeKind::Handover).await.len(), 1);
    let status = ask(&stack, &clerk())
        .close(close(&course))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "transfer.no_receipt");

    // The department sees it and gives its receipt; another unit does neither.
    assert!(get(&stack, &tech(), &id).await.is_err());
    assert_eq!(
        waiting(&stack, &discipline(), QueueKind::ToReceipt).await,
        1
    );
    let (request_id, case_id, expected_revision) = course.head();
    let receipt = ReceiptTransferRequest {
        request_id,
        case_id,
        expected_revision,
        receipt_number: "纪收〔2026〕5号".into(),
        remark: String::new(),
    };
    let status = beyond(&stack, &reception_head())
        .receipt_transfer(receipt.clone())
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let done = beyond(&stack, &discipline())
        .receipt_transfer(receipt)
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    let told = stack.published::<TransferReceipted>().await;
    assert_eq!(told[0].receipt_number, "纪收〔2026〕5号");
    course.close().await;
    let asked = GetCourseRequest { case_id: id };
    let seen = beyond(&stack, &clerk())
        .get_course(asked)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(seen.transfer.unwrap().receipted_by_post, "589002JC-head");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_what_skipped_the_union_is_refused_with_the_place_named_and_referred_with_receipt() {
    let stack = started().await;
    let case = registered(&stack, &at_office(&stack, 1)).await;
    let mut course = Course {
        stack: &stack,
        case,
    };
    let id = course.case.case_id.clone();
    assert_eq!(course.case.skipped_level(), SkippedLevel::Undecided);
    let status = ask(&stack, &office())
        .accept(accept(&course))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "level.skipped");
    assert!(
        status.message().contains("台山农商行") && status.message().contains("岗位 589002SL-head"),
        "{status:?}"
    );
    let asked = ShowProperPlaceRequest {
        case_id: id.clone(),
    };
    let mut door = beyond(&stack, &office());
    let place = door.show_proper_place(asked).await.unwrap().into_inner();
    assert_eq!(place.unit_code, "589002SL");
    assert_eq!(waiting(&stack, &office(), QueueKind::SkippedLevel).await, 1);
    assert_eq!(waiting(&stack, &office(), QueueKind::ToAccept).await, 0);

    let (request_id, case_id, expected_revision) = course.head();
    let refer = ReferSkipLevelRequest {
        request_id,
        case_id,
        expected_revision,
        reason: String::new(),
    };
    assert!(get(&stack, &clerk(), &id).await.is_err());
    let done = door.refer_skip_level(refer).await.unwrap().into_inner();
    course.moved(done.case);
    assert_eq!(course.case.skipped_level(), SkippedLevel::Referred);
    let letter = letters(&stack, &id, NoticeKind::Transfer).await;
    assert!(
        letter[0].contains("受理部门") && letter[0].contains("无需重新提交"),
        "{letter:?}"
    );

    // The union's reception sees it; its receipt is its own registration, which names the office's number.
    assert!(get(&stack, &clerk_of_another_union(), &id).await.is_err());
    assert_eq!(
        waiting(&stack, &reception_head(), QueueKind::ToReceipt).await,
        1
    );
    let receipt = |course: &Course<'_>, number: &str| {
        let (request_id, case_id, expected_revision) = course.head();
        ReceiptTransferRequest {
            request_id,
            case_id,
            expected_revision,
            receipt_number: number.into(),
            remark: String::new(),
        }
    };
    registered(&stack, &complaint(&stack, 1)).await;
    let mut union = beyond(&stack, &reception_head());
    for number in ["收到", "589002-2026-000001"] {
        let status = union
            .receipt_transfer(receipt(&course, number))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert!(status.message().contains("5890-2026-000001"), "{status:?}");
    }
    let below = ComplaintView {
        channel: Channel::SuperiorTransfer.into(),
        referral_number: "5890-2026-000001".into(),
        ..complaint(&stack, 2)
    };
    let own = registered(&stack, &below).await;
    assert_eq!(own.superior_kind(), SuperiorKind::Superior);
    let done = union
        .receipt_transfer(receipt(&course, "589002-2026-000002"))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    let done = ask(&stack, &office()).close(close(&course)).await.unwrap();
    assert_eq!(
        done.into_inner().case.unwrap().outcome(),
        CaseOutcome::Transferred
    );
    stack.stop().await;
}

fn admit(course: &Course<'_>, overdue: &str, circumstances: &str) -> AdmitSkipLevelRequest {
    let (request_id, case_id, expected_revision) = course.head();
    AdmitSkipLevelRequest {
        request_id,
        case_id,
        expected_revision,
        overdue_number: overdue.into(),
        circumstances: circumstances.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_an_office_takes_what_is_overdue_below_or_special_and_keeps_it_or_sends_it_down() {
    let stack = started().await;
    let mut below = Course::new(&stack, 1).await;
    below.until_handled().await;
    let case = registered(&stack, &at_office(&stack, 1)).await;
    let mut course = Course {
        stack: &stack,
        case,
    };
    let mut door = beyond(&stack, &office());
    for (overdue, circumstances) in [
        ("", " "),
        ("589002-2026-000001", ""),
        ("589002-2026-000009", ""),
    ] {
        let asked = admit(&course, overdue, circumstances);
        let status = door.admit_skip_level(asked).await.unwrap_err();
        assert_eq!(
            status.code(),
            Code::InvalidArgument,
            "{overdue}: {status:?}"
        );
    }
    let overdue = Escalated {
        clock: Some(ClockView {
            clock_id: new_id(),
            code: "G18.1c".into(),
            case_id: below.case.case_id.clone(),
            union_code: "589002".into(),
            due_at: now(&stack),
            ..ClockView::default()
        }),
        occurred_at: now(&stack),
        rung: Some(RungView {
            rung_code: "breach".into(),
            recipient: "reception_head".into(),
            to_post: "589002SL-head".into(),
            to_unit: "589002SL".into(),
            legal_at: now(&stack),
            sent_at: now(&stack),
            ..RungView::default()
        }),
    };
    stack.publish(&overdue, "589002", &below.case.case_id).await;
    stack.settle().await;
    let asked = admit(&course, "589002-2026-000001", "");
    let done = door.admit_skip_level(asked).await.unwrap();
    course.moved(done.into_inner().case);
    let told = stack.published::<SkipLevelAdmitted>().await;
    assert_eq!(told[0].related_number, "589002-2026-000001");
    let done = ask(&stack, &office())
        .accept(accept(&course))
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    assert_eq!(course.case.state(), CaseState::Accepted);

    // Sent down: the order goes to the reception of the union, which sees it from then on.
    let id = course.case.case_id.clone();
    assert!(get(&stack, &clerk(), &id).await.is_err());
    let (request_id, case_id, expected_revision) = course.head();
    let order = IssueOrderRequest {
        request_id,
        case_id,
        expected_revision,
        lead_unit_code: "589002SL".into(),
        requirements: "限期查明并答复".into(),
        ..IssueOrderRequest::default()
    };
    let done = ask(&stack, &office()).issue_order(order).await.unwrap();
    course.moved(done.into_inner().case);
    let (request_id, case_id, expected_revision) = course.head();
    let sign = SignOrderRequest {
        request_id,
        case_id,
        expected_revision,
        unit_code: String::new(),
    };
    assert!(ask(&stack, &clerk()).sign_order(sign).await.is_ok());
    assert!(get(&stack, &clerk_of_another_union(), &id).await.is_err());

    // Special circumstances are kept with their words; the union never sees it.
    let case = registered(&stack, &at_office(&stack, 2)).await;
    let mut special = Course {
        stack: &stack,
        case,
    };
    let asked = admit(&special, "", "投诉受理部门自身");
    let done = door.admit_skip_level(asked).await.unwrap();
    special.moved(done.into_inner().case);
    assert!(get(&stack, &clerk(), &special.case.case_id).await.is_err());
    // A report of misconduct belongs there (G21), and so does what has no union to go to.
    let mut misconduct = at_office(&stack, 3);
    misconduct.nature = Nature::Report.into();
    let case = registered(&stack, &misconduct).await;
    assert_eq!(case.skipped_level(), SkippedLevel::Unspecified);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l13_l14_l18_4_nobody_is_answered_before_his_papers_are_there() {
    let stack = started().await;
    let mut view = complaint(&stack, 1);
    (view.papers_missing, view.persons) = (true, 6);
    let case = registered(&stack, &view).await;
    assert_eq!((case.papers_missing, case.persons), (true, 6));
    assert_eq!(
        letters(&stack, &case.case_id, NoticeKind::Papers)
            .await
            .len(),
        1
    );
    let mut course = Course {
        stack: &stack,
        case,
    };
    course.file().await;
    assert_eq!(waiting(&stack, &clerk(), QueueKind::PapersMissing).await, 1);
    let status = ask(&stack, &clerk())
        .answer_directly(direct_answer(&course, None))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "papers.missing");
    let late = view.clone();
    (view.papers_missing, view.revision) = (false, 3);
    let told = PapersCompleted {
        complaint: Some(view),
        occurred_at: now(&stack),
    };
    stack.publish(&told, "589002", &course.case.case_id).await;
    // Older news of it, which comes late, takes nothing back.
    let told = MaterialAdded {
        complaint: Some(ComplaintView {
            revision: 2,
            ..late
        }),
        occurred_at: now(&stack),
        material_id: new_id(),
        new_facts: false,
        received_at: now(&stack),
    };
    stack.publish(&told, "589002", &course.case.case_id).await;
    stack.settle().await;
    assert_eq!(waiting(&stack, &clerk(), QueueKind::PapersMissing).await, 0);
    assert!(
        ask(&stack, &clerk())
            .answer_directly(direct_answer(&course, None))
            .await
            .is_ok()
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l17_g19_kin_of_the_complainant_is_out_of_the_case_by_declaration_and_by_record() {
    let stack = started().await;
    let view = complaint(&stack, 1);
    let found = RelationFound {
        complaint: Some(view.clone()),
        occurred_at: now(&stack),
        person_id: "p-handler".into(),
    };
    // It overtakes the registration and comes twice.
    for _ in 0..2 {
        stack.publish(&found, "589002", &view.complaint_id).await;
    }
    let case = registered(&stack, &view).await;
    let mut course = Course {
        stack: &stack,
        case,
    };
    assert_eq!(stack.published::<InterestDeclared>().await.len(), 1);
    course.file().await.accept().await.order().await;
    let status = course.assign_to("58900201-handler").await.err().unwrap();
    refused(&status, Code::FailedPrecondition, "recusal.refused");
    let told = stack.published::<RecusalRefused>().await;
    assert_eq!(told[0].ground(), RecusalGround::Relation);
    assert!(get(&stack, &handler(), &course.case.case_id).await.is_err());

    let (request_id, case_id, expected_revision) = course.head();
    let asked = NoteRelationRequest {
        request_id,
        case_id,
        expected_revision,
        person_id: "p-unit-head".into(),
        relation: "投诉人的姐夫".into(),
    };
    let done = beyond(&stack, &clerk()).note_relation(asked).await.unwrap();
    course.moved(done.into_inner().case);
    let listed = ask(&stack, &unit_head())
        .list_cases(ListCasesRequest::default())
        .await
        .unwrap();
    assert!(listed.into_inner().cases.is_empty());
    let status = course.assign_to("58900201-handler").await.err().unwrap();
    refused(&status, Code::NotFound, "request.not_found");
    stack.stop().await;
}
