//! Figures: each case once, in its term, within the caller's right.

use suda_proto::{common::v1::Page, regulatory_report::v1::ListFigureCasesRequest};
use tonic::Code;

use super::*;

#[tokio::test]
async fn g23_doubled_and_reordered_events_count_each_case_once() {
    let stack = started().await;
    let one = Told::new(&stack, "589002", 1, "2026-07-02T10:00:00+08:00");
    let two = Told::new(&stack, "589002", 2, "2026-07-03T10:00:00+08:00");
    // The end first, everything twice, and the beginning last.
    for _ in 0..2 {
        one.tell(&stack, &one.breached("L18", "2026-07-18T00:00:00+08:00"))
            .await;
        one.tell(&stack, &one.closed("2026-08-01T10:00:00+08:00"))
            .await;
        one.tell(&stack, &one.opened()).await;
        one.tell(&stack, &one.registered()).await;
        two.tell(&stack, &two.registered()).await;
    }
    let closed = two.closed("2026-07-04T10:00:00+08:00");
    let id = stack.ids.new_id();
    for _ in 0..3 {
        stack
            .publish_as(id, &closed, "589002", &two.id.to_string())
            .await;
    }
    stack.settle().await;
    let answer = figures(
        &stack,
        &head_of("589002"),
        scope("589002", 2026, Term::SecondHalf),
    )
    .await
    .unwrap();
    let (first, second) = (one.number.clone(), two.number.clone());
    assert_eq!(
        cases(&answer, "summary", "received"),
        [first.clone(), second.clone()]
    );
    assert_eq!(
        cases(&answer, "summary", "closed"),
        [first.clone(), second.clone()]
    );
    assert_eq!(
        cases(&answer, "timeliness", "late"),
        std::slice::from_ref(&first)
    );
    assert_eq!(cases(&answer, "timeliness", "on_time"), [second]);
    assert_eq!(cases(&answer, "clock", "L18"), [first]);
    assert!(
        answer.identities.iter().all(|sum| sum.holds),
        "{:?}",
        answer.identities
    );
    assert_eq!(answer.due_on, "2026-12-15");
    stack.stop().await;
}

#[tokio::test]
async fn g23_half_years_part_at_midnight_in_guangdong() {
    let stack = started().await;
    let june = Told::new(&stack, "589002", 1, "2026-06-30T23:59:59+08:00");
    let july = Told::new(&stack, "589002", 2, "2026-07-01T00:00:00+08:00");
    for case in [&june, &july] {
        case.tell(&stack, &case.registered()).await;
        case.tell(&stack, &case.closed("2026-07-01T00:00:00+08:00"))
            .await;
    }
    stack.settle().await;
    let head = head_of("589002");
    let first = figures(&stack, &head, scope("589002", 2026, Term::FirstHalf))
        .await
        .unwrap();
    let second = figures(&stack, &head, scope("589002", 2026, Term::SecondHalf))
        .await
        .unwrap();
    let year = figures(&stack, &head, scope("589002", 2026, Term::Year))
        .await
        .unwrap();
    let (june, july) = (june.number, july.number);
    assert_eq!(
        cases(&first, "summary", "received"),
        std::slice::from_ref(&june)
    );
    assert_eq!(
        cases(&first, "summary", "carried_forward"),
        std::slice::from_ref(&june)
    );
    assert_eq!(
        cases(&second, "summary", "brought_forward"),
        std::slice::from_ref(&june)
    );
    assert_eq!(
        cases(&second, "summary", "received"),
        std::slice::from_ref(&july)
    );
    assert_eq!(
        cases(&second, "summary", "closed"),
        [june.clone(), july.clone()]
    );
    assert_eq!(cases(&year, "summary", "received"), [june.clone(), july]);
    // Up to a cut-off, as the report of 15 June counts.
    let until_may = Scope {
        cut_off_at: Some(timestamp(utc("2026-06-01T00:00:00+08:00"))),
        ..scope("589002", 2026, Term::FirstHalf)
    };
    let may = figures(&stack, &head, until_may).await.unwrap();
    assert_eq!(cases(&may, "summary", "received"), Vec::<String>::new());
    assert!(
        may.notes
            .iter()
            .any(|note| note.contains("2026-06-01 00:00")),
        "{:?}",
        may.notes
    );
    assert!(may.notes.iter().any(|note| note.contains("零报告")));
    stack.stop().await;
}

#[tokio::test]
async fn g23_an_office_counts_the_unions_of_that_term_and_the_province_all() {
    let stack = started().await;
    for (union, item, received) in [
        ("589001", 1, "2026-08-01T10:00:00+08:00"),
        ("589002", 1, "2026-08-02T10:00:00+08:00"),
        ("5890", 1, "2026-08-03T10:00:00+08:00"),
        ("588001", 1, "2026-08-04T10:00:00+08:00"),
        ("588001", 2, "2025-08-04T10:00:00+08:00"),
        ("44", 1, "2026-08-05T10:00:00+08:00"),
    ] {
        let case = Told::new(&stack, union, item, received);
        case.tell(&stack, &case.registered()).await;
        case.tell(&stack, &case.closed("2026-09-01T10:00:00+08:00"))
            .await;
    }
    stack.settle().await;
    let received = async |person: &Person, unit: &str, year| {
        let answer = figures(&stack, person, scope(unit, year, Term::SecondHalf))
            .await
            .unwrap();
        assert!(answer.identities.iter().all(|sum| sum.holds));
        cases(&answer, "summary", "received")
    };
    assert_eq!(
        received(&office(), "5890", 2026).await,
        [
            "5890-2026-000001",
            "589001-2026-000001",
            "589002-2026-000001"
        ]
    );
    // Then 高明 still stood below 江门.
    assert_eq!(
        received(&office(), "5890", 2025).await,
        ["588001-2026-000002"]
    );
    assert_eq!(
        received(&province(), "5880", 2026).await,
        ["588001-2026-000001"]
    );
    assert_eq!(received(&province(), "44", 2026).await.len(), 5);
    assert_eq!(
        received(&office(), "589002", 2026).await,
        ["589002-2026-000001"]
    );
    let answer = figures(&stack, &province(), scope("5890", 2026, Term::SecondHalf))
        .await
        .unwrap();
    assert_eq!(answer.unit_name, "江门办事处");
    let unions = &answer
        .tables
        .iter()
        .find(|table| table.code == "union")
        .unwrap()
        .rows;
    let labels: Vec<&str> = unions.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["江门办事处", "江门农商行", "台山农商行"]);
    stack.stop().await;
}

#[tokio::test]
async fn a_union_sees_nothing_of_another_nor_of_its_office() {
    let stack = started().await;
    let ours = Told::new(&stack, "589002", 1, "2026-08-02T10:00:00+08:00");
    let theirs = Told::new(&stack, "589001", 77, "2026-08-02T10:00:00+08:00");
    for case in [&ours, &theirs] {
        case.tell(&stack, &case.registered()).await;
    }
    stack.settle().await;
    let head = head_of("589002");
    for unit in ["589001", "5890", "44", "5880"] {
        let refused = figures(&stack, &head, scope(unit, 2026, Term::SecondHalf))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{unit}");
    }
    let answer = figures(&stack, &head, scope("589002", 2026, Term::SecondHalf))
        .await
        .unwrap();
    assert!(!format!("{answer:?}").contains("589001"));
    // PostgreSQL itself keeps them apart, whatever a statement asks.
    stack.assert_walled(&["cases"], &head_of("589003")).await;
    let all = "SELECT count(*) AS count FROM cases";
    assert_eq!(
        (stack.count_seen(&head, all).await, stack.count(all).await),
        (1, 2)
    );
    for (role, unit, union) in [
        ("administrator", "44", "44"),
        ("handler", "58900201", "589002"),
        ("outlet_receiver", "58900201", "589002"),
    ] {
        let other = person("P9").post("x", unit, union, role).unions(["*"]);
        let refused = figures(&stack, &other, scope("589002", 2026, Term::SecondHalf))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{role}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn g23_the_cases_behind_a_figure_are_listed_page_by_page() {
    let stack = started().await;
    for item in 1..=5 {
        let case = Told::new(&stack, "589002", item, "2026-08-02T10:00:00+08:00");
        case.tell(&stack, &case.registered()).await;
    }
    stack.settle().await;
    let (mut token, mut numbers) = (String::new(), Vec::new());
    loop {
        let asked = ListFigureCasesRequest {
            scope: Some(scope("589002", 2026, Term::SecondHalf)),
            table_code: "channel".to_owned(),
            figure_code: "phone".to_owned(),
            page: Some(Page {
                size: 2,
                token: token.clone(),
            }),
        };
        let answer = client(&stack, &head_of("589002"))
            .list_figure_cases(asked)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.total, 5);
        assert!(
            answer
                .cases
                .iter()
                .all(|case| case.standing == "办理中" && case.channel() == Channel::Phone)
        );
        numbers.extend(answer.cases.into_iter().map(|case| case.number));
        token = answer.next_token;
        if token.is_empty() {
            break;
        }
    }
    let expected: Vec<String> = (1..=5)
        .map(|item| format!("589002-2026-{item:06}"))
        .collect();
    assert_eq!(numbers, expected);
    stack.stop().await;
}

#[tokio::test]
async fn what_is_no_unit_or_no_term_is_refused_with_what_to_do() {
    let stack = started().await;
    let answer = async |scope: Option<Scope>| {
        let asked = FiguresRequest { scope };
        client(&stack, &province())
            .figures(asked)
            .await
            .unwrap_err()
            .code()
    };
    let now = Term::SecondHalf;
    assert_eq!(answer(None).await, Code::InvalidArgument);
    assert_eq!(
        answer(Some(scope("", 2026, now))).await,
        Code::InvalidArgument
    );
    assert_eq!(
        answer(Some(scope("589002", 26, now))).await,
        Code::InvalidArgument
    );
    assert_eq!(
        answer(Some(scope("589002", 2026, Term::Unspecified))).await,
        Code::InvalidArgument
    );
    assert_eq!(
        answer(Some(scope("589002", 2027, Term::FirstHalf))).await,
        Code::InvalidArgument
    );
    assert_eq!(
        answer(Some(scope("999999", 2026, now))).await,
        Code::NotFound
    );
    assert_eq!(
        answer(Some(scope("58900201", 2026, now))).await,
        Code::NotFound
    );
    let early = Scope {
        cut_off_at: Some(timestamp(utc("2026-06-01T00:00:00+08:00"))),
        ..scope("589002", 2026, now)
    };
    assert_eq!(answer(Some(early)).await, Code::InvalidArgument);
    stack.stop().await;
}
