//! Appeals: lodged, taken by an officer who took no part, decided with a letter, handled again in a case of its own.

use suda_proto::routing::v1::appeal_service_client::AppealServiceClient;

use super::{
    printing::{holds, print},
    *,
};

pub(super) fn appeals(stack: &Stack, who: &Person) -> AppealServiceClient<Peer> {
    AppealServiceClient::new(stack.channel_as(who))
}

/// A case that was declined and closed.
pub(super) async fn declined(stack: &Stack, number: u32) -> CaseView {
    let mut course = Course::new(stack, number).await;
    course.file().await;
    let (request_id, case_id, expected_revision) = course.head();
    let asked = ProposeDeclineRequest {
        request_id,
        case_id,
        expected_revision,
        ground: DeclineGround::Groundless.into(),
        explanation: "所述事实查无记录".into(),
        ..Default::default()
    };
    let done = ask(stack, &clerk()).propose_decline(asked).await.unwrap();
    course.moved(done.into_inner().case);
    let (request_id, case_id, expected_revision) = course.head();
    let asked = ApproveDeclineRequest {
        request_id,
        case_id,
        expected_revision,
        remark: String::new(),
    };
    let done = ask(stack, &reception_head())
        .approve_decline(asked)
        .await
        .unwrap();
    course.moved(done.into_inner().case);
    course.close().await;
    course.case.clone()
}

fn lodging(case: &CaseView, level: AppealLevel) -> LodgeAppealRequest {
    LodgeAppealRequest {
        request_id: new_id(),
        case_id: case.case_id.clone(),
        level: level.into(),
        grounds: "未查看监控录像".into(),
        ..Default::default()
    }
}

pub(super) async fn lodge(stack: &Stack, who: &Person, case: &CaseView) -> AppealView {
    let asked = lodging(case, AppealLevel::Unspecified);
    let done = appeals(stack, who).lodge_appeal(asked).await.unwrap();
    done.into_inner().appeal.unwrap()
}

fn accepting(appeal: &AppealView) -> AcceptAppealRequest {
    AcceptAppealRequest {
        request_id: new_id(),
        appeal_id: appeal.appeal_id.clone(),
        expected_revision: appeal.revision,
    }
}

pub(super) async fn accept(stack: &Stack, who: &Person, appeal: &AppealView) -> AppealView {
    let done = appeals(stack, who)
        .accept_appeal(accepting(appeal))
        .await
        .unwrap();
    done.into_inner().appeal.unwrap()
}

fn deciding(appeal: &AppealView, outcome: AppealOutcome) -> DecideAppealRequest {
    DecideAppealRequest {
        request_id: new_id(),
        appeal_id: appeal.appeal_id.clone(),
        expected_revision: appeal.revision,
        procedure: "未听取投诉人陈述".into(),
        time_limits: "在规定期限内".into(),
        result: "事实未查清".into(),
        outcome: outcome.into(),
        reasons: "监控录像可以证实投诉人所述".into(),
        decision: "重新调查并答复".into(),
    }
}

pub(super) async fn decide(
    stack: &Stack,
    who: &Person,
    appeal: &AppealView,
    outcome: AppealOutcome,
) -> AppealView {
    let done = appeals(stack, who)
        .decide_appeal(deciding(appeal, outcome))
        .await
        .unwrap();
    done.into_inner().appeal.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_l20b_an_appeal_goes_from_the_application_to_the_decision_letter() {
    let stack = started().await;
    let case = declined(&stack, 1).await;
    stack.clock.advance(days(5));

    // The reception takes the application in and must say where it goes; twice told, it is one appeal.
    let mut asked = lodging(&case, AppealLevel::Unspecified);
    let status = appeals(&stack, &clerk())
        .lodge_appeal(asked.clone())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    asked.level = AppealLevel::Office.into();
    let mut at_reception = appeals(&stack, &clerk());
    let lodged = at_reception.lodge_appeal(asked.clone()).await.unwrap();
    let again = at_reception.lodge_appeal(asked).await.unwrap();
    assert_eq!(lodged.get_ref(), again.get_ref());
    let lodged = lodged.into_inner().appeal.unwrap();
    assert_eq!(lodged.number, "5890-SS-2026-0001");
    assert_eq!((lodged.unit_code.as_str(), lodged.late), ("5890", false));

    // It waits at the office, whose list shows it.
    let waiting = |who: Person| {
        let stack = &stack;
        async move {
            let asked = ListAppealsRequest {
                waiting_only: true,
                ..Default::default()
            };
            let found = appeals(stack, &who).list_appeals(asked).await.unwrap();
            found.into_inner().appeals
        }
    };
    assert_eq!(waiting(office()).await, std::slice::from_ref(&lodged));

    // Neither the union nor another level deals with it, and a stale one is refused.
    let status = appeals(&stack, &compliance())
        .accept_appeal(accepting(&lodged))
        .await
        .unwrap_err();
    refused(&status, Code::PermissionDenied, "access.denied");
    let mut stale = accepting(&lodged);
    stale.expected_revision = 9;
    let status = appeals(&stack, &office())
        .accept_appeal(stale)
        .await
        .unwrap_err();
    refused(&status, Code::Aborted, "request.stale");
    let accepted = accept(&stack, &office(), &lodged).await;
    let unreasoned = DecideAppealRequest {
        reasons: " ".into(),
        ..deciding(&accepted, AppealOutcome::Upheld)
    };
    let status = appeals(&stack, &office())
        .decide_appeal(unreasoned)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    stack.clock.advance(days(1));
    let decided = decide(&stack, &office(), &accepted, AppealOutcome::Changed).await;
    assert_eq!(decided.outcome(), AppealOutcome::Changed);
    assert!(waiting(office()).await.is_empty());

    // The fact says when the application was received: the 30 days of the office run from there.
    let told = stack.published::<AppealLodged>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].occurred_at, lodged.received_at);
    assert_eq!(told[0].case.as_ref().unwrap().case_id, case.case_id);
    assert_eq!(stack.published::<AppealAccepted>().await.len(), 1);
    assert_eq!(stack.published::<AppealDecided>().await.len(), 1);

    // The complainant has two letters more; the second has all three reviews, the reasons and what else there is.
    let file = get(&stack, &clerk(), &case.case_id).await.unwrap();
    let letters: Vec<&Notice> = file
        .notices
        .iter()
        .filter(|notice| notice.view.as_ref().unwrap().to_post.is_empty())
        .collect();
    let letter = letters.last().unwrap();
    assert_eq!(
        letter.view.as_ref().unwrap().kind(),
        NoticeKind::AppealDecided
    );
    for words in [
        "5890-SS-2026-0001",
        "未听取投诉人陈述",
        "在规定期限内",
        "事实未查清",
        "变更原处理决定",
        "监控录像可以证实",
        "省联社合规部",
        "同业公会",
        "江门办事处",
    ] {
        assert!(letter.text.contains(words), "{words}");
    }
    assert!(
        file.history
            .iter()
            .any(|entry| entry.event == "AppealDecided")
    );

    // The appeal is a file of its own; its reasons are read there, and its case has not moved.
    let asked = GetAppealRequest {
        number: lodged.number,
        ..Default::default()
    };
    let own = appeals(&stack, &clerk()).get_appeal(asked).await.unwrap();
    let own = own.into_inner();
    let events: Vec<&str> = own
        .history
        .iter()
        .map(|entry| entry.event.as_str())
        .collect();
    assert_eq!(events, ["AppealLodged", "AppealAccepted", "AppealDecided"]);
    assert_eq!(own.case.unwrap().revision, case.revision);

    // Both letters are to be had as official papers, by whoever sees the case.
    let paper =
        async |who: Person, kind, format| print(&stack, &who, &case.case_id, kind, format).await;
    let (docx, pdf) = (DocumentFormat::Docx, DocumentFormat::Pdf);
    let accepted = paper(office(), DocumentKind::AppealAcceptance, docx)
        .await
        .unwrap();
    for words in [
        "投诉核查申请受理通知书",
        "5890-SS-2026-0001",
        "客户投诉不予受理告知书，2026年",
        "台山农商行",
        "自收到核查申请之日起30日内",
    ] {
        assert!(holds(&accepted, words), "{words}");
    }
    let decided = paper(clerk(), DocumentKind::AppealDecision, docx)
        .await
        .unwrap();
    for words in [
        "投诉核查决定书",
        "未查看监控录像",
        "处理过程：未听取投诉人陈述",
        "处理时限：在规定期限内",
        "处理结果：事实未查清",
        "监控录像可以证实",
        "变更原处理决定。重新调查并答复",
        "省联社合规部",
    ] {
        assert!(holds(&decided, words), "{words}");
    }
    assert!(!holds(&decided, "p-office"), "no person is named");
    let sealed = paper(office(), DocumentKind::AppealDecision, pdf).await;
    assert!(sealed.unwrap().content.starts_with(b"%PDF-"));
    let stranger = clerk_of_another_union();
    let status = paper(stranger, DocumentKind::AppealDecision, pdf).await;
    refused(&status.unwrap_err(), Code::NotFound, "request.not_found");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_an_officer_who_took_part_before_keeps_out_of_the_appeal() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    // The head of the office urged the unit: that is taking part.
    let (request_id, case_id, expected_revision) = course.head();
    let asked = UrgeUnitRequest {
        request_id,
        case_id,
        expected_revision,
        message: "请尽快办理".into(),
    };
    let done = ask(&stack, &office()).urge_unit(asked).await.unwrap();
    course.moved(done.into_inner().case);
    course.findings().await.answer().await.result().await;
    course.pass_by(&clerk()).await.unwrap();
    let case = course.case.clone();
    let lodged = lodge(&stack, &office(), &case).await;
    let status = appeals(&stack, &office())
        .accept_appeal(accepting(&lodged))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "appeal.took_part");
    // Another officer of the same office may; who lodged an appeal has not taken part in the case by that.
    let accepted = accept(&stack, &officer(), &lodged).await;
    let status = appeals(&stack, &office())
        .decide_appeal(deciding(&accepted, AppealOutcome::Upheld))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "appeal.took_part");
    let decided = decide(&stack, &officer(), &accepted, AppealOutcome::Upheld).await;

    // One for a decision and level; then the compliance department, and after it none.
    let status = appeals(&stack, &office())
        .lodge_appeal(lodging(&case, AppealLevel::Office))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "appeal.appealed_before");
    let second = lodge(&stack, &compliance(), &case).await;
    assert_eq!(second.number, "44HG-SS-2026-0001");
    assert_eq!(second.against_appeal_id, decided.appeal_id);
    assert_eq!(second.decision_received_at, decided.decided_at);
    let accepted = accept(&stack, &compliance(), &second).await;
    decide(&stack, &compliance(), &accepted, AppealOutcome::Upheld).await;
    let status = appeals(&stack, &compliance())
        .lodge_appeal(lodging(&case, AppealLevel::Compliance))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "appeal.no_level_left");
    assert!(status.message().contains("同业公会"), "{status:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l20a_a_late_application_needs_its_reason_and_one_can_be_taken_back() {
    let stack = started().await;
    let case = declined(&stack, 1).await;
    stack.clock.advance(days(40));
    let mut asked = lodging(&case, AppealLevel::Office);
    let status = appeals(&stack, &office())
        .lodge_appeal(asked.clone())
        .await
        .unwrap_err();
    refused(
        &status,
        Code::FailedPrecondition,
        "appeal.late_without_reason",
    );
    // A refusal takes no number: there is no gap.
    asked.request_id = new_id();
    asked.late_reason = "住院一月".into();
    let done = appeals(&stack, &office())
        .lodge_appeal(asked)
        .await
        .unwrap();
    let lodged = done.into_inner().appeal.unwrap();
    assert_eq!(
        (lodged.late, lodged.number.as_str()),
        (true, "5890-SS-2026-0001")
    );
    let taken_back = WithdrawAppealRequest {
        request_id: new_id(),
        appeal_id: lodged.appeal_id.clone(),
        expected_revision: lodged.revision,
        statement: "来电撤回".into(),
    };
    let done = appeals(&stack, &office())
        .withdraw_appeal(taken_back)
        .await
        .unwrap();
    assert_eq!(
        done.into_inner().appeal.unwrap().state(),
        AppealState::Withdrawn
    );
    assert_eq!(stack.published::<AppealWithdrawn>().await.len(), 1);
    let mut asked = lodging(&case, AppealLevel::Office);
    asked.late_reason = "住院一月".into();
    let done = appeals(&stack, &office())
        .lodge_appeal(asked)
        .await
        .unwrap();
    assert_eq!(
        done.into_inner().appeal.unwrap().number,
        "5890-SS-2026-0002"
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_a_matter_to_be_handled_again_is_a_new_case_linked_by_its_number() {
    let stack = started().await;
    let case = declined(&stack, 1).await;
    let lodged = lodge(&stack, &office(), &case).await;
    let accepted = accept(&stack, &office(), &lodged).await;
    let decided = decide(&stack, &office(), &accepted, AppealOutcome::Rehandle).await;
    // The union is told what to do.
    let told = stack.published::<NoticeRequested>().await;
    let to_reception = told
        .iter()
        .filter_map(|told| told.notice.as_ref())
        .any(|notice| notice.kind() == NoticeKind::Appeal && notice.to_post == "589002SL-head");
    assert!(to_reception);
    // A case that bears the number is linked by itself; one that came before the decision is not.
    let mut again = complaint(&stack, 2);
    again.channel = Channel::SuperiorTransfer.into();
    again.referral_number = decided.number.clone();
    let new = registered(&stack, &again).await;
    let followed = stack.published::<AppealFollowedUp>().await;
    assert_eq!(followed.len(), 1);
    let view = followed[0].appeal.clone().unwrap();
    assert_eq!(view.follow_up_case_id, new.case_id);
    // Both keep what they are: the first stays closed, the new one has its own limits.
    let first = get(&stack, &clerk(), &case.case_id)
        .await
        .unwrap()
        .case
        .unwrap();
    assert_eq!(
        (first.state(), first.revision),
        (case.state(), case.revision)
    );
    assert_eq!(new.state(), CaseState::Registered);
    // A third one is not linked by hand either.
    let third = registered(&stack, &complaint(&stack, 3)).await;
    let asked = LinkFollowUpRequest {
        request_id: new_id(),
        appeal_id: view.appeal_id.clone(),
        expected_revision: view.revision,
        case_id: third.case_id,
    };
    let status = appeals(&stack, &clerk())
        .link_follow_up(asked)
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "appeal.no_follow_up");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_two_unions_see_no_byte_of_each_others_appeals() {
    let stack = started().await;
    let case = declined(&stack, 1).await;
    let lodged = lodge(&stack, &office(), &case).await;
    let other = clerk_of_another_union();
    let mut stranger = appeals(&stack, &other);
    let by_id = GetAppealRequest {
        appeal_id: lodged.appeal_id.clone(),
        ..Default::default()
    };
    let by_number = GetAppealRequest {
        number: lodged.number.clone(),
        ..Default::default()
    };
    for asked in [by_id, by_number] {
        let status = stranger.get_appeal(asked).await.unwrap_err();
        refused(&status, Code::NotFound, "request.not_found");
    }
    let all = ListAppealsRequest {
        union_code: "589002".into(),
        ..Default::default()
    };
    let found = stranger.list_appeals(all).await.unwrap().into_inner();
    assert!(found.appeals.is_empty());
    let status = stranger
        .lodge_appeal(lodging(&case, AppealLevel::Office))
        .await
        .unwrap_err();
    refused(&status, Code::NotFound, "request.not_found");
    stack.stop().await;
}
