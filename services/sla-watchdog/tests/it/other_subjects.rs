//! Clocks of what is no case: items before an office, messages put aside, duties of units.

use chassis::{
    grpc::timestamp,
    testing::{Stack, person},
};
use chrono::TimeDelta;
use sla_watchdog::SlaWatchdog;
use suda_proto::{
    directory::v1::{ClockRule, Limit, LimitUnit, Policy, RungRule, UnitKind, YearlyTerm},
    intake::v1::{QuarantineOpened, QuarantineResolved, QuarantineView},
    regulatory_report::v1::{FiguresExported, Term},
    routing::v1::{EscalationAcknowledged, EscalationOpened, EscalationView},
    sla_watchdog::v1::{
        ClockArmed, ClockBreached, ClockMet, Escalated, ListClocksRequest, ListToldRequest,
        SubjectKind, TermOpened, WarningDue, sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};

use crate::law::{CASE, at, case, publish_policy, rule, tell_law, withdrawn};

const ITEM: &str = "0192aaaa-0000-7000-8000-000000000077";

async fn stack(clocks: Vec<ClockRule>) -> Stack {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    let policy = Policy {
        code: "others".to_owned(),
        version: 1,
        effective_from: "2008-01-01".to_owned(),
        close_of_business: "17:30".to_owned(),
        clocks,
        ..Policy::default()
    };
    publish_policy(&stack, policy).await;
    stack
}

fn reminder(code: &str, days: u32, recipient: &str) -> RungRule {
    RungRule {
        code: code.to_owned(),
        offset: Some(Limit {
            unit: LimitUnit::WorkingDays.into(),
            count: days,
        }),
        recipients: vec![recipient.to_owned()],
        ..RungRule::default()
    }
}

fn item() -> Option<EscalationView> {
    Some(EscalationView {
        escalation_id: ITEM.to_owned(),
        case_id: CASE.to_owned(),
        union_code: "589002".to_owned(),
        unit_code: "5890".to_owned(),
        to_post: "5890-head".to_owned(),
        revision: 1,
        ..EscalationView::default()
    })
}

fn acknowledgement() -> ClockRule {
    ClockRule {
        subject: "escalation".to_owned(),
        rungs: vec![
            reminder("reminder-1", 0, "handling_unit_head"),
            reminder("reminder-2", 1, "handling_unit_head"),
            reminder("reminder-3", 2, "compliance_head"),
        ],
        ..rule(
            "E1",
            "suda.routing.v1.EscalationOpened",
            "suda.routing.v1.EscalationAcknowledged",
            1,
        )
    }
}

async fn open_item(stack: &Stack) {
    let opened = EscalationOpened {
        case: Some(case(5)),
        occurred_at: Some(timestamp(at("2026-10-13T17:30:00+08:00"))),
        escalation: item(),
        ..EscalationOpened::default()
    };
    stack.publish(&opened, "589002", CASE).await;
    stack.settle().await;
}

async fn reminded(stack: &Stack) -> Vec<String> {
    let told = stack.published::<Escalated>().await;
    told.into_iter()
        .map(|told| {
            let (clock, rung) = (told.clock.unwrap(), told.rung.unwrap());
            assert_eq!(
                (clock.case_id.as_str(), clock.subject_id.as_str()),
                (CASE, ITEM)
            );
            format!("{} to {}", rung.rung_code, rung.to_post)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_an_item_nobody_acknowledges_is_reminded_of_each_working_day_until_somebody_does() {
    let stack = stack(vec![acknowledgement()]).await;
    open_item(&stack).await;
    stack.clock.set(at("2026-10-15T18:00:00+08:00"));
    stack.run_task("tell_due").await;
    assert_eq!(
        reminded(&stack).await,
        ["reminder-1 to 5890-head", "reminder-2 to 5890-head"]
    );
    let acknowledged = EscalationAcknowledged {
        case: Some(case(6)),
        occurred_at: Some(timestamp(at("2026-10-15T18:10:00+08:00"))),
        escalation: item(),
        ..EscalationAcknowledged::default()
    };
    stack.publish(&acknowledged, "589002", CASE).await;
    stack.settle().await;
    stack.clock.advance(TimeDelta::days(9));
    stack.run_task("tell_due").await;
    assert_eq!(reminded(&stack).await.len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_when_the_case_moves_to_its_end_nobody_is_reminded_of_its_items() {
    let stack = stack(vec![acknowledgement()]).await;
    open_item(&stack).await;
    let own = person("P9")
        .post("44HG-head", "44HG", "44", "compliance_head")
        .unions(["*"]);
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&own));
    let with_related = ListClocksRequest {
        case_id: CASE.to_owned(),
        with_related: true,
        ..ListClocksRequest::default()
    };
    let clocks = client
        .list_clocks(with_related)
        .await
        .unwrap()
        .into_inner()
        .clocks;
    assert_eq!(clocks.len(), 1);
    assert_eq!(
        (clocks[0].subject_kind(), clocks[0].unit_code.as_str()),
        (SubjectKind::Escalation, "5890")
    );
    stack
        .publish(&withdrawn("2026-10-14T09:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    stack.clock.set(at("2026-10-30T18:00:00+08:00"));
    assert_eq!(stack.run_task("tell_due").await, "told 0");
    stack.stop().await;
}

fn put_aside() -> Option<QuarantineView> {
    Some(QuarantineView {
        quarantine_id: ITEM.to_owned(),
        union_code: "589002".to_owned(),
        unit_code: "589002SL".to_owned(),
        ..QuarantineView::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_1_a_message_put_aside_is_due_the_same_day_and_stops_when_it_is_resolved() {
    let same_day = ClockRule {
        subject: "quarantine".to_owned(),
        limit: Some(Limit {
            unit: LimitUnit::SameDay.into(),
            count: 0,
        }),
        rungs: vec![reminder("breach", 0, "reception_clerk")],
        ..rule(
            "G24.1",
            "suda.intake.v1.QuarantineOpened",
            "suda.intake.v1.QuarantineResolved",
            0,
        )
    };
    let stack = stack(vec![same_day]).await;
    let opened = QuarantineOpened {
        quarantine: put_aside(),
        occurred_at: Some(timestamp(at("2026-09-23T18:30:00+08:00"))),
    };
    stack.publish(&opened, "589002", ITEM).await;
    stack.settle().await;
    let own = person("P9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&own));
    let asked = ListClocksRequest {
        subject_kind: SubjectKind::Quarantine.into(),
        ..ListClocksRequest::default()
    };
    let clocks = client
        .list_clocks(asked.clone())
        .await
        .unwrap()
        .into_inner()
        .clocks;
    // After closing time the day ends at its 24:00, never at the next day's 00:00.
    assert_eq!(
        (clocks[0].due_words.as_str(), clocks[0].case_id.as_str()),
        ("2026-09-23 24:00", "")
    );
    stack.clock.set(at("2026-09-24T09:00:00+08:00"));
    stack.run_task("tell_due").await;
    assert_eq!(stack.published::<ClockBreached>().await.len(), 1);
    // The post finds it in its own list, though no case and so no notice of one exists.
    let told = client
        .list_told(ListToldRequest::default())
        .await
        .unwrap()
        .into_inner()
        .messages;
    assert!(
        told.is_empty(),
        "the reception's clerk is no post here: its word went to the head above"
    );
    let above = person("P2").post("5890-head", "5890", "5890", "office_head");
    let mut head = SlaWatchdogServiceClient::new(stack.channel_as(&above));
    let told = head
        .list_told(ListToldRequest::default())
        .await
        .unwrap()
        .into_inner()
        .messages;
    assert_eq!(told[0].clock.as_ref().unwrap().code, "G24.1");
    let resolved = QuarantineResolved {
        quarantine: put_aside(),
        occurred_at: Some(timestamp(at("2026-09-24T09:30:00+08:00"))),
        ..QuarantineResolved::default()
    };
    stack.publish(&resolved, "589002", ITEM).await;
    stack.settle().await;
    let open = client.list_clocks(asked).await.unwrap().into_inner().clocks;
    assert!(open.is_empty());
    stack.stop().await;
}

/// A yearly duty as G23 has it; here the export of figures stands for the submission.
fn yearly() -> ClockRule {
    let term = |code: &str, opens: &str, due: &str| YearlyTerm {
        code: code.to_owned(),
        opens_on: opens.to_owned(),
        due_on: due.to_owned(),
        before: true,
    };
    ClockRule {
        subject: "unit".to_owned(),
        limit: Some(Limit {
            unit: LimitUnit::Given.into(),
            count: 0,
        }),
        given: vec!["due_at".to_owned()],
        terms: vec![
            term("first_half", "05-15", "06-15"),
            term("year", "11-15", "12-15"),
        ],
        unit_kinds: vec![UnitKind::Office.into()],
        rungs: vec![RungRule {
            before: true,
            ..reminder("warning", 7, "handling_unit_head")
        }],
        ..rule(
            "G23",
            "suda.sla_watchdog.v1.TermOpened",
            "suda.regulatory_report.v1.FiguresExported",
            0,
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g23_each_office_s_report_has_its_clock_before_15_december_and_ends_with_that_term_s_submission()
 {
    let stack = stack(vec![yearly()]).await;
    assert_eq!(stack.run_task("open_terms").await, "opened 0");
    stack.clock.set(at("2026-11-16T09:00:00+08:00"));
    assert_eq!(stack.run_task("open_terms").await, "opened 1");
    assert_eq!(stack.run_task("open_terms").await, "opened 0");
    let opened = stack.published::<TermOpened>().await;
    assert_eq!(
        (
            opened.len(),
            opened[0].unit_code.as_str(),
            opened[0].term.as_str()
        ),
        (1, "5890", "year")
    );
    let head = person("P2")
        .post("5890-head", "5890", "5890", "office_head")
        .unions(["5890", "589002"]);
    let mut client = SlaWatchdogServiceClient::new(stack.channel_as(&head));
    let asked = ListClocksRequest {
        subject_kind: SubjectKind::Unit.into(),
        ..ListClocksRequest::default()
    };
    let clocks = client
        .list_clocks(asked.clone())
        .await
        .unwrap()
        .into_inner()
        .clocks;
    assert_eq!(
        (clocks[0].due_words.as_str(), clocks[0].number.as_str()),
        ("2026-12-14 24:00", "2026 year")
    );
    // Seven working days before, the office's head is told, by deputy.
    stack.clock.set(at("2026-12-04T18:00:00+08:00"));
    stack.run_task("tell_due").await;
    let warned = stack.published::<WarningDue>().await;
    assert_eq!(warned[0].rung.as_ref().unwrap().to_post, "5890-head");
    let submitted = |term: Term| FiguresExported {
        unit_code: "5890".to_owned(),
        occurred_at: Some(timestamp(at("2026-12-10T10:00:00+08:00"))),
        year: 2026,
        term: term.into(),
        ..FiguresExported::default()
    };
    stack
        .publish(&submitted(Term::FirstHalf), "5890", "5890")
        .await;
    assert!(stack.published::<ClockMet>().await.is_empty());
    stack.publish(&submitted(Term::Year), "5890", "5890").await;
    assert_eq!(stack.published::<ClockMet>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g23_a_report_submitted_before_its_term_opens_is_in_time() {
    let stack = stack(vec![yearly()]).await;
    let submitted = FiguresExported {
        unit_code: "5890".to_owned(),
        occurred_at: Some(timestamp(at("2026-11-10T10:00:00+08:00"))),
        year: 2026,
        term: Term::Year.into(),
        ..FiguresExported::default()
    };
    stack.publish(&submitted, "5890", "5890").await;
    stack.settle().await;
    stack.clock.set(at("2026-11-16T09:00:00+08:00"));
    stack.run_task("open_terms").await;
    assert_eq!(stack.published::<ClockMet>().await.len(), 1);
    stack.stop().await;
}

/// The transfer of a year's files, for the same unit and the same year.
fn handed_over() -> ClockRule {
    ClockRule {
        code: "G22".to_owned(),
        terms: vec![YearlyTerm {
            code: "year".to_owned(),
            opens_on: "12-01".to_owned(),
            due_on: "12-31".to_owned(),
            before: false,
        }],
        ..yearly()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g22_g23_each_duty_of_a_unit_has_its_own_clock_from_its_own_opening() {
    let stack = stack(vec![yearly(), handed_over()]).await;
    stack.clock.set(at("2026-11-16T09:00:00+08:00"));
    assert_eq!(stack.run_task("open_terms").await, "opened 1");
    let armed = async || {
        let armed = stack.published::<ClockArmed>().await.into_iter();
        let codes: Vec<_> = armed.map(|armed| armed.clock.unwrap().code).collect();
        codes
    };
    assert_eq!(armed().await, ["G23"]);
    stack.clock.set(at("2026-12-01T09:00:00+08:00"));
    assert_eq!(stack.run_task("open_terms").await, "opened 1");
    assert_eq!(armed().await, ["G23", "G22"]);
    stack.stop().await;
}
