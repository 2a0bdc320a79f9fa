//! The register of accountability: candidates raised by the system, each once and with evidence; decided by people.

use suda_proto::{
    routing::v1::accountability_service_client::AccountabilityServiceClient,
    sla_watchdog::v1::{ClockBreached, ClockView, SubjectKind},
};

use super::{appealing, *};

fn register(stack: &Stack, who: &Person) -> AccountabilityServiceClient<Peer> {
    AccountabilityServiceClient::new(stack.channel_as(who))
}

async fn listed(
    stack: &Stack,
    who: &Person,
    ground: AccountabilityGround,
) -> Vec<AccountabilityView> {
    let asked = ListAccountabilityRequest {
        ground: ground.into(),
        waiting_only: true,
        ..Default::default()
    };
    let found = register(stack, who)
        .list_accountability(asked)
        .await
        .unwrap();
    found.into_inner().accountability
}

async fn evidence(stack: &Stack, id: &str) -> GetAccountabilityResponse {
    let asked = GetAccountabilityRequest {
        accountability_id: id.into(),
    };
    let found = register(stack, &manager()).get_accountability(asked).await;
    found.unwrap().into_inner()
}

fn breach(stack: &Stack, case: &CaseView, code: &str) -> ClockBreached {
    ClockBreached {
        clock: Some(ClockView {
            clock_id: format!("clock-{code}"),
            code: code.into(),
            name: "办结答复".into(),
            article: "第十八条(一)".into(),
            case_id: case.case_id.clone(),
            number: case.number.clone(),
            union_code: case.union_code.clone(),
            due_at: now(stack),
            ..ClockView::default()
        }),
        occurred_at: now(stack),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_a_complaint_registered_late_raises_a_candidate_once() {
    let stack = started().await;
    let mut late = complaint(&stack, 1);
    stack.clock.advance(TimeDelta::hours(30));
    late.registered_at = now(&stack);
    registered(&stack, &late).await;
    // Told again as another message, it raises nothing new.
    registered(&stack, &late).await;
    registered(&stack, &complaint(&stack, 2)).await;
    let found = listed(&stack, &manager(), AccountabilityGround::NotRegistered).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].raised_by_system);
    assert_eq!(found[0].post_code, "58900201-receiver");
    let shown = evidence(&stack, &found[0].accountability_id).await;
    let texts = &shown.history[0].texts;
    assert!(texts.iter().any(|text| text.text == "589002-2026-000001"));
    assert_eq!(stack.published::<AccountabilityRaised>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_2_a_decline_that_an_appeal_does_not_uphold_raises_a_candidate() {
    let stack = started().await;
    let case = appealing::declined(&stack, 1).await;
    let lodged = appealing::lodge(&stack, &office(), &case).await;
    let accepted = appealing::accept(&stack, &office(), &lodged).await;
    appealing::decide(&stack, &office(), &accepted, AppealOutcome::Rehandle).await;
    let found = listed(&stack, &manager(), AccountabilityGround::DeclinedWrongly).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].unit_code, "589002SL");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_3_g24_5_a_missed_limit_raises_a_candidate_for_who_had_the_case() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.until_handled().await;
    let case = course.case.clone();
    for code in ["G18.1c", "G18.1c", "G18.2b", "L20a"] {
        let told = breach(&stack, &case, code);
        stack.publish(&told, "589002", &case.case_id).await;
    }
    // What is not the case's own clock is the delay of the unit that has it: an item at an office, a task, an appeal.
    let of_unit = |code: &str, kind: SubjectKind, unit: &str| {
        let mut told = breach(&stack, &case, code);
        let clock = told.clock.as_mut().unwrap();
        clock.subject_kind = kind.into();
        clock.unit_code = unit.into();
        told
    };
    for (code, kind, unit) in [
        ("E1", SubjectKind::Escalation, "5890"),
        ("G10", SubjectKind::Rectification, "589002KJ"),
        ("L20b", SubjectKind::Appeal, "44HG"),
    ] {
        let told = of_unit(code, kind, unit);
        stack.publish(&told, "589002", &case.case_id).await;
    }
    // A unit's yearly duty has no case; what could not be read may be no complaint at all, and accuses nobody.
    for (code, kind) in [
        ("G23", SubjectKind::Unit),
        ("G22", SubjectKind::Unit),
        ("G24.1", SubjectKind::Quarantine),
    ] {
        let mut told = of_unit(code, kind, "5890");
        let clock = told.clock.as_mut().unwrap();
        (clock.case_id, clock.union_code) = (String::new(), "5890".into());
        clock.number = "2026 first_half".into();
        stack.publish(&told, "5890", "5890").await;
    }
    stack.settle().await;
    let all = listed(&stack, &compliance(), AccountabilityGround::Unspecified).await;
    let mut blamed: Vec<_> = all
        .iter()
        .filter(|entry| entry.unit_code != "58900201" && entry.unit_code != "589002SL")
        .map(|entry| {
            let (unit, union) = (entry.unit_code.as_str(), entry.union_code.as_str());
            (unit, union, entry.ground(), entry.case_id.is_empty())
        })
        .collect();
    blamed.sort_unstable_by_key(|(unit, _, ground, _)| (*unit, i32::from(*ground)));
    assert_eq!(
        blamed,
        [
            ("44HG", "44", AccountabilityGround::Delayed, false),
            ("5890", "5890", AccountabilityGround::Delayed, false),
            ("5890", "5890", AccountabilityGround::NotReported, true),
            ("5890", "5890", AccountabilityGround::Other, true),
            ("589002KJ", "589002", AccountabilityGround::Delayed, false),
        ]
    );
    let delayed = listed(&stack, &manager(), AccountabilityGround::Delayed).await;
    assert_eq!(delayed.len(), 2, "{delayed:?}");
    let delayed: Vec<_> = delayed
        .into_iter()
        .filter(|entry| entry.unit_code == "58900201")
        .collect();
    assert_eq!(delayed[0].post_code, "58900201-handler");
    let shown = evidence(&stack, &delayed[0].accountability_id).await;
    assert_eq!(shown.person_id, "p-handler");
    assert!(
        shown.history[0]
            .texts
            .iter()
            .any(|text| text.text.contains("G18.1c"))
    );
    let unreported = listed(&stack, &manager(), AccountabilityGround::NotReported).await;
    assert_eq!(unreported.len(), 1);
    assert_eq!(unreported[0].unit_code, "589002SL");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_6_a_complaint_by_twenty_raises_a_candidate() {
    let stack = started().await;
    let mut many = complaint(&stack, 1);
    many.persons = 20;
    many.major = true;
    registered(&stack, &many).await;
    let found = listed(&stack, &manager(), AccountabilityGround::MassComplaint).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].unit_code, "58900201");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_7_g27_a_person_enters_a_candidate_and_another_decides() {
    let stack = started().await;
    let case = registered(&stack, &complaint(&stack, 1)).await;
    let raising = RaiseAccountabilityRequest {
        request_id: new_id(),
        case_id: case.case_id.clone(),
        unit_code: "58900201".into(),
        post_code: "58900201-teller".into(),
        ground: AccountabilityGround::Other.into(),
        facts: "经查确属违规操作".into(),
        ..Default::default()
    };
    let mut head = register(&stack, &reception_head());
    let raised = head.raise_accountability(raising.clone()).await.unwrap();
    let again = head.raise_accountability(raising.clone()).await.unwrap();
    assert_eq!(raised.get_ref(), again.get_ref());
    let raised = raised.into_inner().accountability.unwrap();
    assert!(!raised.raised_by_system);
    for (unit, facts) in [("589001SL", "事实"), ("58900201", " ")] {
        let wrong = RaiseAccountabilityRequest {
            request_id: new_id(),
            unit_code: unit.into(),
            facts: facts.into(),
            ..raising.clone()
        };
        let status = head.raise_accountability(wrong).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{unit}");
    }
    let confirming = |revision| ConfirmAccountabilityRequest {
        request_id: new_id(),
        accountability_id: raised.accountability_id.clone(),
        expected_revision: revision,
        sanction: Sanction::Warning.into(),
        reason: "违规操作属实".into(),
        ..Default::default()
    };
    // The head of a reception proposes and does not decide; who is accused does not even see it.
    let status = head
        .confirm_accountability(confirming(1))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let accused =
        person("p-teller").post("589002GL-deputy", "589002", "589002", "senior_management");
    let status = register(&stack, &accused)
        .confirm_accountability(confirming(1))
        .await
        .unwrap_err();
    refused(&status, Code::NotFound, "request.not_found");
    assert!(
        listed(&stack, &accused, AccountabilityGround::Unspecified)
            .await
            .is_empty()
    );
    let mut leads = register(&stack, &manager());
    let status = leads
        .confirm_accountability(confirming(7))
        .await
        .unwrap_err();
    refused(&status, Code::Aborted, "request.stale");
    let confirmed = leads.confirm_accountability(confirming(1)).await.unwrap();
    let confirmed = confirmed.into_inner().accountability.unwrap();
    assert_eq!(confirmed.state(), AccountabilityState::Confirmed);
    assert_eq!(confirmed.sanction(), Sanction::Warning);
    let dismissing = DismissAccountabilityRequest {
        request_id: new_id(),
        accountability_id: raised.accountability_id.clone(),
        expected_revision: 2,
        reason: "不予追究".into(),
    };
    let status = leads.dismiss_accountability(dismissing).await.unwrap_err();
    refused(&status, Code::FailedPrecondition, "matter.out_of_order");
    assert_eq!(stack.published::<AccountabilityDecided>().await.len(), 1);

    // Two unions see nothing of each other.
    let other = person("p-other-manager").post("589001GL", "589001", "589001", "senior_management");
    assert!(
        listed(&stack, &other, AccountabilityGround::Unspecified)
            .await
            .is_empty()
    );
    let asked = GetAccountabilityRequest {
        accountability_id: raised.accountability_id,
    };
    let status = register(&stack, &other)
        .get_accountability(asked)
        .await
        .unwrap_err();
    refused(&status, Code::NotFound, "request.not_found");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g25_g26_rewards_are_recorded_and_name_no_complainant() {
    let stack = started().await;
    let case = registered(&stack, &complaint(&stack, 1)).await;
    let rewarding = |beneficiary: RewardBeneficiary, ground: RewardGround| RecordRewardRequest {
        request_id: new_id(),
        case_id: case.case_id.clone(),
        ground: ground.into(),
        beneficiary: beneficiary.into(),
        honour: true,
        description: "举报属实,避免较大损失".into(),
        ..Default::default()
    };
    let mut leads = register(&stack, &manager());
    let wrong = rewarding(RewardBeneficiary::Complainant, RewardGround::HandledWell);
    let status = leads.record_reward(wrong).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let asked = rewarding(RewardBeneficiary::Complainant, RewardGround::LossAverted);
    let done = leads.record_reward(asked.clone()).await.unwrap();
    assert_eq!(
        done.get_ref(),
        leads.record_reward(asked).await.unwrap().get_ref()
    );
    let staff = RecordRewardRequest {
        person_id: "p-handler".into(),
        unit_code: "58900201".into(),
        ..rewarding(RewardBeneficiary::Staff, RewardGround::HandledWell)
    };
    leads.record_reward(staff).await.unwrap();
    let found = leads
        .list_rewards(ListRewardsRequest::default())
        .await
        .unwrap();
    let rewards = found.into_inner().rewards;
    assert_eq!(rewards.len(), 2);
    let told = stack.published::<RewardRecorded>().await;
    assert_eq!(told.len(), 2);
    let complainant = told[0].reward.as_ref().unwrap();
    assert_eq!(complainant.beneficiary(), RewardBeneficiary::Complainant);
    assert_eq!(complainant.unit_code, "589002");
    let other = person("p-other-manager").post("589001GL", "589001", "589001", "senior_management");
    let found = register(&stack, &other)
        .list_rewards(ListRewardsRequest::default())
        .await
        .unwrap();
    assert!(found.into_inner().rewards.is_empty());
    stack.stop().await;
}
