//! Many at once: two watchdogs, and a whole province on the first morning after Golden Week.

use std::time::Instant;

use chassis::{
    db::sql,
    testing::{Stack, beginning},
};
use sea_orm::ConnectionTrait as _;
use sla_watchdog::SlaWatchdog;
use suda_proto::sla_watchdog::v1::Escalated;

use crate::law::{CASE, at, ordered, tell_law};

/// Copies the one clock that runs, and a message of it that is due at 09:00, so many times.
async fn multiply(stack: &Stack, count: i32) {
    for text in [
        "INSERT INTO subjects (subject_id, case_id, number, union_code, unit_code, nature, at_reception, received_at, \
         revision, lead_unit, handler_post, has_contact) \
         SELECT gen_random_uuid(), gen_random_uuid(), s.number, s.union_code, s.unit_code, s.nature, s.at_reception, \
         s.received_at, s.revision, s.lead_unit, s.handler_post, true FROM subjects s, generate_series(1, $1)",
        "INSERT INTO clocks (clock_id, subject_id, code, policy_code, policy_version, calendar_version, started_at, \
         due_at, due_version, extensions, provisional, state) \
         SELECT gen_random_uuid(), s.subject_id, c.code, c.policy_code, 1, 1, c.started_at, c.due_at, 1, 0, false, \
         'running' FROM subjects s, (SELECT * FROM clocks WHERE code = 'G18.1c' LIMIT 1) c \
         WHERE s.subject_id <> c.subject_id AND $1 > 0",
        "INSERT INTO rungs (clock_id, rung, due_version, recipient, legal_at, deliver_at, escalation) \
         SELECT clock_id, 'herd', 1, 'handling_unit_head', '2026-10-08T09:00:00+08:00', '2026-10-08T09:00:00+08:00', \
         true FROM clocks WHERE $1 > 0",
    ] {
        stack
            .db
            .reader()
            .execute_raw(sql(text, [count.into()]))
            .await
            .unwrap();
    }
}

/// How many messages are left that were not told: of clocks that run, and of clocks that stand still or have ended. The
/// watchdog passes by the second, for it would look at them again and again for ever.
pub(crate) async fn left(stack: &Stack) -> (i64, i64) {
    let text = "SELECT count(*) FILTER (WHERE NOT idle), count(*) FILTER (WHERE idle), \
                count(*) FILTER (WHERE idle = (c.state IN ('running', 'overdue'))) \
                FROM rungs JOIN clocks c USING (clock_id) WHERE sent_at IS NULL";
    let found = stack.db.reader().query_one_raw(sql(text, [])).await;
    let found = found.unwrap().unwrap();
    let count = |at| found.try_get_by_index::<i64>(at).unwrap();
    assert_eq!(count(2), 0, "messages that do not follow their clock");
    (count(0), count(1))
}

async fn stack(count: i32) -> Stack {
    let stack = Stack::start::<SlaWatchdog>(|_| {}).await;
    tell_law(&stack).await;
    stack
        .publish(&ordered("2026-09-23T10:00:00+08:00"), "589002", CASE)
        .await;
    stack.settle().await;
    multiply(&stack, count).await;
    assert!(stack.base().clock.now() == beginning());
    stack.clock.set(at("2026-10-08T09:00:01+08:00"));
    stack
}

/// Both look at once, again and again, until nothing is due.
async fn both(stack: &Stack) {
    let (one, other) = tokio::join!(stack.run_task("tell_due"), stack.run_task("tell_due"));
    assert!(one.starts_with("told") && other.starts_with("told"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p22_p19_two_watchdogs_tell_each_message_once() {
    let stack = stack(1_200).await;
    both(&stack).await;
    let told = stack.published::<Escalated>().await;
    let mut clocks: Vec<_> = told
        .into_iter()
        .map(|told| told.clock.unwrap().clock_id)
        .collect();
    assert_eq!(clocks.len(), 1_201);
    clocks.sort();
    clocks.dedup();
    assert_eq!(clocks.len(), 1_201);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: a minute or so, and its figures are printed"]
#[expect(clippy::print_stderr, reason = "its figures are what it is for")]
async fn p19_fifty_thousand_messages_on_the_first_morning_after_golden_week() {
    let stack = stack(50_000).await;
    let started = Instant::now();
    both(&stack).await;
    let took = started.elapsed().as_secs_f64();
    let told = stack.published::<Escalated>().await.len();
    let all = started.elapsed().as_secs_f64();
    assert_eq!(told, 50_001);
    eprintln!(
        "{told} messages told in {took:.1} s ({:.0} a second), at the broker after {all:.1} s",
        50_001.0 / took
    );
    stack.stop().await;
}
