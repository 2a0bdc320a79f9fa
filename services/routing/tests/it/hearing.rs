//! What others tell: however late, doubled or reordered, the case ends the same.

use suda_proto::intake::v1::{ComplaintWithdrawn, MaterialAdded};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn g17_2_registered_at_the_reception_is_filed_at_receipt_and_settled_is_settled() {
    let stack = started().await;
    let mut here = complaint(&stack, 1);
    here.registered_at_reception = true;
    here.unit_code = "589002SL".into();
    here.received_at = Some(stamp(chassis::testing::beginning() - days(1)));
    let case = registered(&stack, &here).await;
    assert_eq!(
        (case.state(), case.filed_at),
        (CaseState::Filed, here.received_at)
    );
    let filed = stack.published::<CaseFiled>().await;
    assert_eq!(filed[0].occurred_at, here.received_at);

    let mut settled = complaint(&stack, 2);
    settled.settled_on_the_spot = true;
    let case = registered(&stack, &settled).await;
    assert_eq!(
        (case.state(), case.outcome()),
        (CaseState::Settled, CaseOutcome::SettledOnTheSpot)
    );
    assert_eq!(stack.published::<CaseSettled>().await.len(), 1);
    let mut course = Course {
        stack: &stack,
        case,
    };
    course.close().await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l15_a_withdrawal_before_after_and_twice_ends_the_case_once() {
    let stack = started().await;
    let mut early = complaint(&stack, 1);
    early.revision = 2;
    early.withdrawn_at = now(&stack);
    let withdrawn = ComplaintWithdrawn {
        complaint: Some(early.clone()),
        occurred_at: now(&stack),
    };
    // It overtakes the registration.
    for _ in 0..2 {
        stack
            .publish(&withdrawn, "589002", &early.complaint_id)
            .await;
    }
    stack.settle().await;
    let late = ComplaintView {
        revision: 1,
        withdrawn_at: None,
        ..early.clone()
    };
    let case = registered(&stack, &late).await;
    assert_eq!(
        (case.state(), case.outcome()),
        (CaseState::Withdrawn, CaseOutcome::Withdrawn)
    );
    assert_eq!(stack.published::<CaseOpened>().await.len(), 1);
    assert_eq!(stack.published::<CaseWithdrawn>().await.len(), 1);

    // What is decided is not undone; the withdrawal is on record.
    let mut course = Course::new(&stack, 2).await;
    course.until_filed().await.pass_by(&clerk()).await.unwrap();
    let view = ComplaintView {
        complaint_id: course.case.case_id.clone(),
        revision: 2,
        ..complaint(&stack, 2)
    };
    let told = ComplaintWithdrawn {
        complaint: Some(view),
        occurred_at: now(&stack),
    };
    stack.publish(&told, "589002", &course.case.case_id).await;
    stack.settle().await;
    let file = get(&stack, &clerk(), &course.case.case_id).await.unwrap();
    assert_eq!(file.case.unwrap().state(), CaseState::ResultPassed);
    assert_eq!(file.history.last().unwrap().event, "ComplaintWithdrawn");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_and_older_views_change_nothing() {
    let stack = started().await;
    let view = complaint(&stack, 1);
    let told = ComplaintRegistered {
        complaint: Some(view.clone()),
        occurred_at: now(&stack),
    };
    for _ in 0..3 {
        stack.publish(&told, "589002", &view.complaint_id).await;
    }
    let newer = ComplaintView {
        revision: 3,
        cause_code: "C05".into(),
        major: true,
        ..view.clone()
    };
    let older = ComplaintView {
        revision: 2,
        cause_code: "C01".into(),
        ..view.clone()
    };
    for view in [newer, older] {
        let told = MaterialAdded {
            complaint: Some(view),
            occurred_at: now(&stack),
            material_id: new_id(),
            new_facts: false,
            received_at: now(&stack),
        };
        stack.publish(&told, "589002", "x").await;
        stack.settle().await;
    }
    let file = get(&stack, &clerk(), &view.complaint_id).await.unwrap();
    let case = file.case.unwrap();
    assert_eq!(
        (case.cause_code.as_str(), case.major, case.revision),
        ("C05", true, 1)
    );
    assert_eq!(
        file.history
            .iter()
            .filter(|entry| entry.event == "MaterialAdded")
            .count(),
        2
    );
    assert_eq!(stack.published::<CaseOpened>().await.len(), 1);

    // What makes no sense is parked, not guessed.
    let broken = ComplaintRegistered {
        complaint: Some(ComplaintView { channel: 0, ..view }),
        occurred_at: now(&stack),
    };
    stack.allow_parked();
    stack.publish(&broken, "589002", "y").await;
    stack.settle().await;
    assert_eq!(stack.parked().await, 1);
    stack.stop().await;
}
