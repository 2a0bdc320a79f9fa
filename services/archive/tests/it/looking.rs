//! Search: Chinese words of two characters, numbers, units, and nothing of another union.

use suda_proto::{archive::v1::SearchRequest, common::v1::Page};
use tonic::Code;

use super::*;

async fn found(stack: &Stack, person: &Person, query: &str) -> Vec<String> {
    let asked = SearchRequest {
        query: query.to_owned(),
        ..Default::default()
    };
    let answer = client(stack, person)
        .search(asked)
        .await
        .unwrap()
        .into_inner();
    let mut numbers: Vec<String> = answer
        .hits
        .into_iter()
        .map(|hit| hit.file.unwrap().number)
        .collect();
    numbers.sort();
    numbers
}

#[tokio::test]
async fn g22_words_of_two_characters_are_found_over_text_numbers_and_units() {
    let stack = started().await;
    let desk = desk(&stack);
    stack
        .publish(&unit("58900201", "台城街道网点"), "589002", "58900201")
        .await;
    let manners = Told::new(&stack, "589002", 1, "柜员服务态度恶劣,排队三小时");
    let loan = Told::new(&stack, "589002", 2, "贷款利率与合同不符,ＡＴＭ吞卡");
    let other = Told::new(&stack, "589001", 1, "柜员态度差");
    for case in [&manners, &loan, &other] {
        case.sealed(&stack, &desk).await;
    }
    let ours = archivist("589002");
    let (one, two) = (manners.number.as_str(), loan.number.as_str());
    for (query, expected) in [
        ("态度", vec![one]),
        ("排队", vec![one]),
        ("贷款 合同", vec![two]),
        ("贷款 态度", vec![]),
        // Neighbours across the comma are no word, though both stand there.
        ("劣排", vec![]),
        // The characters stand there, but not as this word.
        ("度态", vec![]),
        ("atm", vec![two]),
        ("ＡＴＭ吞卡", vec![two]),
        ("000001", vec![one]),
        ("589002-2026-000002", vec![two]),
        ("SL-0002", vec![two]),
        ("台城", vec![one, two]),
        ("赔礼道歉", vec![one, two]),
        ("款", vec![two]),
        ("张*", vec![one, two]),
        ("%", vec![]),
        ("' OR 1=1 --", vec![]),
    ] {
        assert_eq!(found(&stack, &ours, query).await, expected, "{query}");
    }
    assert_eq!(found(&stack, &auditor(), "态度").await.len(), 2);
    assert_eq!(
        found(&stack, &archivist("589001"), "589002").await,
        Vec::<String>::new()
    );

    let asked = SearchRequest {
        query: "态度".to_owned(),
        ..Default::default()
    };
    let hits = client(&stack, &ours)
        .search(asked)
        .await
        .unwrap()
        .into_inner()
        .hits;
    assert!(hits[0].excerpts[0].contains("柜员服务态度恶劣"), "{hits:?}");

    // PostgreSQL itself keeps unions apart, whatever a statement asks.
    let walled = ["files", "items", "cases", "access_log", "ledger"];
    let nobody = archivist("589003");
    stack.assert_walled(&walled, &nobody).await;
    let all = "SELECT count(*) AS count FROM files";
    assert_eq!(stack.count_seen(&archivist("589001"), all).await, 1);
    assert_eq!(stack.count_seen(&ours, all).await, 2);
    assert_eq!(stack.count_seen(&auditor(), all).await, 3);
    // A statement without a word of unions still uses the index of words, and finds nothing foreign.
    let words = "SELECT count(*) AS count FROM files WHERE file_id IN \
                 (SELECT file_id FROM file_grams WHERE grams @> '{态度}')";
    assert_eq!(stack.count_seen(&archivist("589001"), words).await, 1);
    let columns = ["union_code", "case_id", "file_id", "number"];
    assert_eq!(
        stack.without_policy(&columns).await,
        [
            "disposal_files",
            "file_grams",
            "ledger_concerns",
            "recusals",
            "transfer_files",
        ]
    );
    stack.stop().await;
}

#[tokio::test]
async fn a_search_goes_on_page_by_page_and_refuses_what_is_no_query() {
    let stack = started().await;
    let desk = desk(&stack);
    for item in 1..=5 {
        Told::new(&stack, "589002", item, "态度")
            .sealed(&stack, &desk)
            .await;
        stack.clock.advance(chrono::TimeDelta::seconds(1));
    }
    let (mut token, mut numbers) = (String::new(), Vec::new());
    loop {
        let page = Some(Page {
            size: 2,
            token: token.clone(),
        });
        let asked = SearchRequest {
            query: "态度".to_owned(),
            page,
            ..Default::default()
        };
        let answer = client(&stack, &archivist("589002"))
            .search(asked)
            .await
            .unwrap()
            .into_inner();
        numbers.extend(answer.hits.into_iter().map(|hit| hit.file.unwrap().number));
        token = answer.next_token;
        if token.is_empty() {
            break;
        }
    }
    let expected: Vec<String> = (1..=5)
        .rev()
        .map(|item| format!("589002-2026-{item:06}"))
        .collect();
    assert_eq!(numbers, expected);
    for (query, token) in [
        ("", ""),
        (" 　\n", ""),
        (&"长".repeat(201)[..], ""),
        ("态度", "nonsense"),
    ] {
        let page = Some(Page {
            size: 2,
            token: token.to_owned(),
        });
        let asked = SearchRequest {
            query: query.to_owned(),
            page,
            ..Default::default()
        };
        let refused = client(&stack, &archivist("589002"))
            .search(asked)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{query:?}");
    }
    let asked = SearchRequest {
        query: "态度".to_owned(),
        union_code: "589001".to_owned(),
        ..Default::default()
    };
    let refused = client(&stack, &archivist("589002"))
        .search(asked)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    stack.stop().await;
}

#[tokio::test]
async fn p45_p46_chinese_of_one_to_four_characters_mixed_words_and_traditional_ones_are_found() {
    let stack = started().await;
    let desk = desk(&stack);
    let one = Told::new(
        &stack,
        "589002",
        1,
        "请尽快修改youer服务的收费标准,金额１００元",
    );
    let two = Told::new(&stack, "589002", 2, "櫃員態度惡劣,拒絕辦理貸款");
    one.sealed(&stack, &desk).await;
    two.sealed(&stack, &desk).await;
    let ours = archivist("589002");
    let (one, two) = (one.number.as_str(), two.number.as_str());
    for (query, expected) in [
        ("费", vec![one]),
        ("收费", vec![one]),
        ("改you", vec![one]),
        ("收费标准", vec![one]),
        ("修改youer服务", vec![one]),
        ("YOUER", vec![one]),
        ("ｙｏｕｅｒ", vec![one]),
        ("100元", vec![one]),
        ("贷", vec![two]),
        ("柜员", vec![two]),
        ("櫃員", vec![two]),
        ("态度恶劣", vec![two]),
        ("拒絕办理", vec![two]),
        ("標準", vec![one]),
        ("youer 收费", vec![one]),
        ("youer 贷款", vec![]),
        ("修改服务", vec![]),
    ] {
        assert_eq!(found(&stack, &ours, query).await, expected, "{query}");
    }
    // A text that an older folding left is folded again by the task, and found.
    stack
        .execute(
            "UPDATE files SET fold_version = 1, text = '舊摺態度' WHERE item_number = 2;
             UPDATE file_grams g SET grams = '{舊摺}' FROM files f WHERE f.file_id = g.file_id AND f.item_number = 2",
        )
        .await;
    assert_eq!(found(&stack, &ours, "态度").await, Vec::<String>::new());
    assert_eq!(stack.run_task(archive::REFOLD).await, "1 folded again");
    assert_eq!(found(&stack, &ours, "态度").await, vec![two]);
    assert_eq!(stack.run_task(archive::REFOLD).await, "0 folded again");
    stack.stop().await;
}
