//! Results that are sent back: the old limit goes on as if nothing had been filed (guideline art. 12(3)).

use chassis::{grpc::timestamp, testing::Stack};
use suda_proto::{
    routing::v1::{ResultFiled, ResultReturned},
    sla_watchdog::v1::{ClockBreached, ClockMet, ClockState},
};

use crate::{
    courses::{clock, stack, tell},
    law::{at, case, filed, ordered, result_filed},
};

fn returned(revision: u64, when: &str) -> ResultReturned {
    ResultReturned {
        case: Some(case(revision)),
        occurred_at: Some(timestamp(at(when))),
        ..ResultReturned::default()
    }
}

fn again(revision: u64, when: &str) -> ResultFiled {
    ResultFiled {
        case: Some(case(revision)),
        ..result_filed(when)
    }
}

/// How often the limit of the order was told to be met and to be overrun.
async fn told(stack: &Stack) -> (usize, usize) {
    let met = stack.published::<ClockMet>().await.into_iter();
    let met = met.filter(|told| told.clock.as_ref().unwrap().code == "G18.1c");
    let overrun = stack.published::<ClockBreached>().await.into_iter();
    let overrun = overrun.filter(|told| told.clock.as_ref().unwrap().code == "G18.1c");
    (met.count(), overrun.count())
}

/// One whose result came in time; two days later nobody is late.
async fn answered_in_time() -> Stack {
    let stack = ordered_in_september().await;
    stack.clock.set(at("2026-10-10T15:00:00+08:00"));
    tell(&stack, result_filed("2026-10-10T15:00:00+08:00")).await;
    stack.clock.set(at("2026-10-12T10:00:00+08:00"));
    stack.run_task("tell_due").await;
    assert_eq!(told(&stack).await, (1, 0), "it was in time");
    stack
}

/// An order of 23 September, due on 10 October at 17:30.
async fn ordered_in_september() -> Stack {
    let stack = stack().await;
    tell(&stack, filed("2026-09-22T09:00:00+08:00")).await;
    tell(&stack, ordered("2026-09-23T10:00:00+08:00")).await;
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_3_a_result_in_time_that_is_sent_back_after_the_limit_is_late_and_that_is_told_once() {
    let stack = answered_in_time().await;
    tell(&stack, returned(4, "2026-10-12T10:00:00+08:00")).await;
    stack.run_task("tell_due").await;
    assert_eq!(clock(&stack, "G18.1c").await.1, ClockState::Overdue);
    assert_eq!(told(&stack).await, (1, 1));
    tell(&stack, again(5, "2026-10-13T10:00:00+08:00")).await;
    stack.run_task("tell_due").await;
    assert_eq!(clock(&stack, "G18.1c").await.1, ClockState::Breached);
    assert_eq!(told(&stack).await, (1, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_3_a_result_that_comes_again_before_anybody_looked_is_told_to_be_late_too() {
    let stack = answered_in_time().await;
    tell(&stack, returned(4, "2026-10-12T09:00:00+08:00")).await;
    tell(&stack, again(5, "2026-10-12T10:00:00+08:00")).await;
    stack.run_task("tell_due").await;
    assert_eq!(clock(&stack, "G18.1c").await.1, ClockState::Breached);
    assert_eq!(told(&stack).await, (1, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_3_a_result_that_was_late_and_is_sent_back_is_not_told_to_be_late_again() {
    let stack = ordered_in_september().await;
    stack.clock.set(at("2026-10-12T10:00:00+08:00"));
    stack.run_task("tell_due").await;
    tell(&stack, result_filed("2026-10-12T10:00:00+08:00")).await;
    tell(&stack, returned(4, "2026-10-13T10:00:00+08:00")).await;
    stack.clock.set(at("2026-10-13T10:00:00+08:00"));
    stack.run_task("tell_due").await;
    assert_eq!(clock(&stack, "G18.1c").await.1, ClockState::Overdue);
    tell(&stack, again(5, "2026-10-14T10:00:00+08:00")).await;
    stack.run_task("tell_due").await;
    assert_eq!(told(&stack).await, (0, 1));
    stack.stop().await;
}
