//! A complainant's data is erased: nothing that anybody wrote is left of the case, its history and its figures are.

use chassis::db::sql;
use sea_orm::ConnectionTrait as _;
use suda_proto::{
    channel::v1::{DeliveryView, NoticeFailed},
    intake::v1::{ErasureGround, IdentityErased, MaterialAdded},
};

use super::*;

/// An invented person, as somebody might write about her anywhere.
const WHO: &str = "何丽珍 13800000001";

/// Tables that hold nothing of a case.
const REFERENCE: [&str; 7] = [
    "_sqlx_migrations",
    "appeal_numbers",
    "clock_limits",
    "posts",
    "taxonomies",
    "unit_parents",
    "units",
];

/// What messages and answers are kept in; they carry no text, and a surname in its mask at most (decision 0021).
const MESSAGES: [&str; 4] = ["inbox", "outbox", "parked", "requests"];

/// Endings of the names of columns that hold a code or a number.
const CODES: [&str; 12] = [
    "_code",
    "_codes",
    "person_id",
    "_post",
    "_posts",
    "number",
    "_by",
    "_unit",
    "_units",
    "_kind",
    "_level",
    "digest",
];

/// Other columns that hold a set word, or what the program wrote; every other column of text is somebody's writing.
const SET_WORDS: [&str; 31] = [
    "accountability.source_key",
    "approvals.approver_role",
    "approvals.decision",
    "approvals.matter",
    "bounces.ruling",
    "cases.decline_ground",
    "cases.ending",
    "cases.pause_ground",
    "cases.result_author",
    "cases.satisfaction",
    "cases.state",
    "cases.transfer_matter",
    "escalations.recipient",
    "escalations.state",
    "follow_ups.satisfaction",
    "history.actor_name",
    "history.actor_post_name",
    "history.event",
    "interests.ground",
    "major_notices.recipient",
    "matter_history.actor_name",
    "matter_history.actor_post_name",
    "matter_history.event",
    "notices.proof_media_type",
    "notices.state",
    "notices.subject",
    "order_units.unit_name",
    "pauses.ground",
    "prints.post",
    "transfers.matter",
    "transfers.to_unit_name",
];

/// A row in every table that the course of the case leaves empty.
const ROWS: [&str; 10] = [
    "INSERT INTO approvals (approval_id, case_id, matter, approver_role, ground, asked_by_post, asked_by_person_id,
        asked_at, decision, decided_at, remark)
     VALUES (gen_random_uuid(), $1, 'decline', 'reception_head', 'x', 'p', 'p', now(), 'refused', now(), 'x')",
    "INSERT INTO interests (case_id, person_id, interest, declared_at) VALUES ($1, 'p-x', 'x', now())",
    "INSERT INTO escalations (escalation_id, case_id, union_code, unit_code, to_post, recipient, clock_code, rung_code,
        legal_due_at, opened_at, state, revision, acknowledged_by_post, acknowledged_at, answered_by_post, answered_at,
        answer)
     VALUES (gen_random_uuid(), $1, 'u', 'u', 'p', 'office', 'G18.1c', 'office', now(), now(), 'answered', 3, 'p', now(),
        'p', now(), 'x')",
    "INSERT INTO transfers (transfer_id, case_id, matter, to_unit_code, to_unit_name, reason, transferred_at,
        transferred_by_post)
     VALUES (gen_random_uuid(), $1, 'personnel', 'u', 'u', 'x', now(), 'p')",
    "INSERT INTO bounces (case_id, unit_code, basis, asked_by_post, asked_by_person_id, asked_at, ruling, reason,
        ruled_by_post, ruled_at)
     VALUES ($1, 'u', 'x', 'p', 'p', now(), 'refused', 'x', 'p', now())",
    "INSERT INTO pauses (case_id, began_at, ground, basis, ended_at) VALUES ($1, now(), 'mediation', 'x', now())",
    "INSERT INTO follow_ups (case_id, revision, satisfaction, remark, called_at, called_by_post)
     VALUES ($1, 1, 'satisfied', 'x', now(), 'p')",
    "INSERT INTO investigation_groups (case_id, revision, task, unit_codes, member_posts, formed_at, formed_by_post)
     VALUES ($1, 1, 'x', ARRAY['a', 'b'], ARRAY['p'], now(), 'p')",
    "INSERT INTO rewards (reward_id, case_id, union_code, unit_code, person_id, ground, beneficiary, honour, material,
        description, recorded_at)
     VALUES (gen_random_uuid(), $1, '589002', 'u', '', 2, 3, TRUE, FALSE, 'x', now())",
    "INSERT INTO prints (print_id, case_id, printed_at, kind, format, person_id, post, reason, digest)
     VALUES (gen_random_uuid(), $1, now(), 1, 1, 'p', 'p', '送达投诉人', repeat('0', 64))",
];

/// Every kind of matter beside a case; $2 is the case's number.
const MATTERS: [&str; 7] = [
    "INSERT INTO appeals (appeal_id, number, case_id, union_code, level, unit_code, decision_received_at, received_at,
        late, state, revision, moved_at)
     VALUES (gen_random_uuid(), '5890-SS-2026-0009', $1, $2, 1, '5890', now(), now(), FALSE, 1, 1, now())
     RETURNING appeal_id",
    "INSERT INTO rectifications (rectification_id, case_id, union_code, unit_code, complained_unit_code, business_code,
        cause_code, due_at, opened_at, state, revision, moved_at)
     VALUES (gen_random_uuid(), $1, $2, 'u', '', '', '', now() + interval '1 day', now(), 1, 1, now())
     RETURNING rectification_id",
    "INSERT INTO accountability (accountability_id, source_key, case_id, union_code, unit_code, post_code, person_id,
        ground, by_system, raised_at, state, revision)
     VALUES (gen_random_uuid(), 'test', $1, $2, 'u', '', '', 3, TRUE, now(), 1, 1) RETURNING accountability_id",
    "INSERT INTO panels (panel_id, case_id, union_code, examined_units, convened_at, state, revision)
     VALUES (gen_random_uuid(), $1, $2, ARRAY['u'], now(), 1, 1) RETURNING panel_id",
    "INSERT INTO majors (major_id, case_id, union_code, kind, known_at, reported_at)
     VALUES (gen_random_uuid(), $1, $2, 1, now(), now()) RETURNING major_id",
    "INSERT INTO reprisals (reprisal_id, unit_code, case_number, kind, reporter_person_id, reported_at, state, revision)
     SELECT gen_random_uuid(), '44HG', number, 1, 'p', now(), 1, 1 FROM cases WHERE case_id = $1 AND $2 <> ''
     RETURNING reprisal_id",
    "INSERT INTO violations (violation_id, compliance_unit, unit_code, case_number, concerned_unit, concerned_person_id,
        reporter_person_id, reported_at, state, revision)
     SELECT gen_random_uuid(), '44HG', '44HG', number, 'u', 'p', 'p', now(), 1, 1
     FROM cases WHERE case_id = $1 AND $2 <> '' RETURNING violation_id",
];

async fn run(stack: &Stack, text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> u64 {
    let done = stack.db.reader().execute_raw(sql(text, values)).await;
    done.unwrap().rows_affected()
}

/// Table and column of every text that is kept of cases.
async fn texts(stack: &Stack) -> Vec<(String, String, String)> {
    const COLUMNS: &str = "
        SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'character varying')
        ORDER BY table_name, column_name";
    let rows = stack.db.reader().query_all_raw(sql(COLUMNS, [])).await;
    rows.unwrap()
        .into_iter()
        .map(|row| {
            let read = |column| row.try_get_by_index::<String>(column).unwrap();
            (read(0), read(1), read(2))
        })
        .filter(|(table, ..)| {
            let table = table.as_str();
            !REFERENCE.contains(&table) && !MESSAGES.contains(&table)
        })
        .collect()
}

/// Whether a column is for what somebody writes.
fn written(table: &str, column: &str) -> bool {
    let name = format!("{table}.{column}");
    !SET_WORDS.contains(&name.as_str()) && !CODES.iter().any(|ending| column.ends_with(ending))
}

/// Writes the invented person into every column that somebody writes, and answers with how many there are.
async fn seed(stack: &Stack) -> usize {
    let mut seeded = 0;
    for (table, column, kind) in texts(stack).await {
        if !written(&table, &column) {
            continue;
        }
        let value = if kind == "jsonb" {
            serde_json::json!([["调查核实情况", WHO], ["申诉编号", "5890-SS-2026-0009"]]).into()
        } else {
            WHO.into()
        };
        let rows = run(stack, &format!("UPDATE {table} SET {column} = $1"), [value]).await;
        assert!(rows > 0, "{table} has no row: {column} is not looked at");
        seeded += 1;
    }
    seeded
}

/// The tables in which the person's name or number can still be read, messages included.
async fn left(stack: &Stack) -> Vec<String> {
    const TABLES: &str = "
        SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1";
    let tables = stack.db.reader().query_all_raw(sql(TABLES, [])).await;
    let mut found = Vec::new();
    for row in tables.unwrap() {
        let table: String = row.try_get_by_index(0).unwrap();
        let text = format!(
            "SELECT count(*) FROM {table} t
             WHERE t::text LIKE '%何丽珍%' OR t::text LIKE '%13800000001%'
                OR t::text LIKE '%' || encode(convert_to('何丽珍', 'UTF8'), 'hex') || '%'"
        );
        let row = stack.db.reader().query_one_raw(sql(&text, [])).await;
        if row.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap() > 0 {
            found.push(table);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn p41_whoever_was_erased_is_nowhere_in_the_case_and_the_case_and_its_figures_stay() {
    let stack = started().await;
    let view = ComplaintView {
        masked_name: "何**".into(),
        ..complaint(&stack, 1)
    };
    let case = registered(&stack, &view).await;
    let mut course = Course {
        stack: &stack,
        case,
    };
    course.until_filed().await;
    let id: Uuid = course.case.case_id.parse().unwrap();
    for text in ROWS {
        run(&stack, text, [id.into()]).await;
    }
    for text in MATTERS {
        let written = format!(
            "WITH new (id) AS ({text})
             INSERT INTO matter_history (matter_id, sequence, event, occurred_at, recorded_at, actor_post,
                 actor_post_name, actor_person_id, actor_name, revision)
             SELECT id, 1, 'X', now(), now(), '', '', '', '', 1 FROM new"
        );
        run(&stack, &written, [id.into(), "589002".into()]).await;
    }
    assert_eq!(seed(&stack).await, 24, "columns that somebody writes");
    let before = get(&stack, &clerk(), &view.complaint_id).await.unwrap();
    assert!(left(&stack).await.len() > 12, "it is written everywhere");

    let after = |revision| {
        Some(ComplaintView {
            revision,
            masked_name: String::new(),
            ..view.clone()
        })
    };
    let told = IdentityErased {
        complaint: after(7),
        occurred_at: now(&stack),
        erasure_id: new_id(),
        ground: ErasureGround::TermEnded.into(),
        actor_post: "44HG-head".into(),
    };
    stack.publish(&told, "589002", &view.complaint_id).await;
    stack.settle().await;
    let nowhere: Vec<String> = Vec::new();
    assert_eq!(left(&stack).await, nowhere);

    // Every entry of the history is there, with what the program itself wrote of numbers.
    let file = get(&stack, &clerk(), &view.complaint_id).await.unwrap();
    let kept = file.case.as_ref().unwrap();
    assert_eq!(kept.masked_name, "");
    let figures = |case: &CaseView| {
        let mut case = case.clone();
        case.masked_name = String::new();
        case
    };
    assert_eq!(figures(kept), figures(before.case.as_ref().unwrap()));
    assert_eq!(file.history.len(), before.history.len() + 1);
    let last = file.history.last().unwrap();
    assert_eq!(last.event, "IdentityErased");
    assert_eq!(last.texts[0].text, "保管期限届满");
    let texts: Vec<(&str, &str)> = file.history[0]
        .texts
        .iter()
        .map(|text| (text.name.as_str(), text.text.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            ("调查核实情况", "已依法删除"),
            ("申诉编号", "5890-SS-2026-0009")
        ]
    );
    assert!(
        file.notices
            .iter()
            .all(|notice| notice.text == "已依法删除")
    );
    // What waited for the complainant has nowhere to go.
    let states = file
        .notices
        .iter()
        .filter_map(|notice| notice.view.as_ref());
    let mut to_complainant = states.filter(|view| view.to_post.is_empty());
    assert!(to_complainant.all(|view| view.state() != NoticeState::Requested));

    // An adapter that comes late, an older view and a newer one bring nothing back; told twice, it is one entry.
    let letter = file
        .notices
        .iter()
        .filter_map(|notice| notice.view.as_ref())
        .find(|view| view.to_post.is_empty());
    let failed = NoticeFailed {
        delivery: Some(DeliveryView {
            notice_id: letter.unwrap().notice_id.clone(),
            result: format!("{WHO}: 550 no such user"),
            revision: 9,
            ..DeliveryView::default()
        }),
        ..NoticeFailed::default()
    };
    stack.publish(&failed, "589002", "x").await;
    stack.publish(&told, "589002", &view.complaint_id).await;
    for revision in [3, 8] {
        let material = MaterialAdded {
            complaint: Some(ComplaintView {
                masked_name: WHO.into(),
                has_contact: true,
                ..after(revision).unwrap()
            }),
            occurred_at: now(&stack),
            material_id: new_id(),
            new_facts: false,
            received_at: now(&stack),
        };
        stack.publish(&material, "589002", &view.complaint_id).await;
    }
    stack.settle().await;
    assert_eq!(left(&stack).await, nowhere);
    let file = get(&stack, &clerk(), &view.complaint_id).await.unwrap();
    let erased = file.history.iter().filter(|e| e.event == "IdentityErased");
    assert_eq!(erased.count(), 1);
    stack.stop().await;
}
