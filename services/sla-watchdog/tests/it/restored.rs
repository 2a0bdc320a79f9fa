//! A database that comes back from a backup (P20): what it has forgotten is told to it again, and by it under the same ids.

use std::collections::BTreeSet;

use chassis::{db::sql, testing::Stack};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use sla_watchdog::SlaWatchdog;
use suda_proto::routing::v1::{CaseView, OrderIssued, ResultFiled};
use uuid::Uuid;

use crate::law::{CASE, at, ordered, result_filed, tell_law};

const SECOND: &str = "0192aaaa-0000-7000-8000-000000000012";
const THIRD: &str = "0192aaaa-0000-7000-8000-000000000022";

/// Keeps a copy of every table.
const BACK_UP: &str = "DO $$ DECLARE t name; BEGIN
    CREATE SCHEMA backup;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' LOOP
        EXECUTE format('CREATE TABLE backup.%I AS TABLE public.%I', t, t);
    END LOOP;
END $$";
/// Puts the copy in the place of what is there; tables that others point at come first.
const RESTORE: &str = "DO $$ DECLARE t name; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'backup' LOOP
        EXECUTE format('TRUNCATE public.%I CASCADE', t);
    END LOOP;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'backup' ORDER BY tablename = 'rungs',
        EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = format('public.%I', tablename)::regclass) LOOP
        EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE backup.%I', t, t);
    END LOOP;
END $$";

fn another(case_id: &str, case: Option<CaseView>) -> Option<CaseView> {
    Some(CaseView {
        case_id: case_id.to_owned(),
        complaint_id: case_id.to_owned(),
        number: format!("589002-2026-0000{}", &case_id[case_id.len() - 2..]),
        ..case?
    })
}

fn order_of(case_id: &str, when: &str) -> OrderIssued {
    let fact = ordered(when);
    OrderIssued {
        case: another(case_id, fact.case.clone()),
        ..fact
    }
}

fn result_of(case_id: &str, when: &str) -> ResultFiled {
    let fact = result_filed(when);
    ResultFiled {
        case: another(case_id, fact.case.clone()),
        ..fact
    }
}

/// Every clock: whose it is, its id, how it stands and until when.
async fn clocks(stack: &Stack) -> BTreeSet<(String, Uuid, String, DateTime<Utc>)> {
    let text =
        "SELECT number, clock_id, state, due_at FROM clocks JOIN subjects USING (subject_id)";
    let rows = stack.db.reader().query_all_raw(sql(text, [])).await;
    let rows = rows.unwrap().into_iter();
    rows.map(|row| {
        let number = row.try_get_by_index(0).unwrap();
        let id = row.try_get_by_index(1).unwrap();
        let state = row.try_get_by_index(2).unwrap();
        (number, id, state, row.try_get_by_index(3).unwrap())
    })
    .collect()
}

/// The ids under which messages of ladders were told.
async fn told(stack: &Stack) -> BTreeSet<Uuid> {
    let text = "SELECT id FROM outbox WHERE subject LIKE 'suda.sla_watchdog.v1.Escalated.%' \
                OR subject LIKE 'suda.sla_watchdog.v1.WarningDue.%'";
    let rows = stack.db.reader().query_all_raw(sql(text, [])).await;
    let rows = rows.unwrap().into_iter();
    rows.map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn p20_a_backup_six_hours_old_forgets_no_clock_and_tells_nobody_under_another_id() {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    let first = ordered("2026-09-23T10:00:00+08:00");
    stack.publish(&first, "589002", CASE).await;
    let second = order_of(SECOND, "2026-09-23T11:00:00+08:00");
    stack.publish(&second, "589002", SECOND).await;
    stack.settle().await;
    stack.clock.set(at("2026-10-10T14:00:00+08:00"));
    stack.run_task("tell_due").await;
    stack.execute(BACK_UP).await;
    let kept = told(&stack).await;

    // Six hours: a result comes in time, an order is issued, and the first order runs out at close of business.
    stack.clock.set(at("2026-10-10T20:00:00+08:00"));
    let result = result_of(SECOND, "2026-10-10T16:00:00+08:00");
    let third = order_of(THIRD, "2026-10-10T15:00:00+08:00");
    let of_result = stack.publish(&result, "589002", SECOND).await;
    let of_third = stack.publish(&third, "589002", THIRD).await;
    stack.settle().await;
    stack.run_task("tell_due").await;
    let (clocks_before, told_before) = (clocks(&stack).await, told(&stack).await);
    let lost: BTreeSet<_> = told_before.difference(&kept).copied().collect();
    assert!(!lost.is_empty(), "the first order ran out");

    stack.execute(RESTORE).await;
    assert_eq!(told(&stack).await, kept, "six hours are forgotten");
    assert!(clocks(&stack).await.len() < clocks_before.len());
    // `suda replay routing` tells the facts once more, under the ids they had.
    stack.publish_as(of_third, &third, "589002", THIRD).await;
    stack.publish_as(of_result, &result, "589002", SECOND).await;
    stack.settle().await;
    stack.run_task("tell_due").await;
    assert_eq!(clocks(&stack).await, clocks_before);
    assert_eq!(told(&stack).await, told_before);
    let late: BTreeSet<_> = clocks_before
        .iter()
        .filter(|(_, _, state, _)| state == "overdue")
        .map(|(number, ..)| number.as_str())
        .collect();
    assert_eq!(late, BTreeSet::from(["589002-2026-000001"]));
    stack.stop().await;
}
