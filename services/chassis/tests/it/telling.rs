use chassis::{
    outbox::{self, Told},
    testing::Stack,
};
use sea_orm::DbErr;
use suda_proto::directory::v1::PostChanged;

use crate::sample::{Sample, post_changed};

async fn tell(stack: &Stack, commit: bool) {
    let id = stack.ids.new_id();
    let told = Told {
        id,
        union: "589002",
        key: "589002",
        occurred_at: chassis::testing::beginning(),
        actor: "test",
    };
    let done = stack
        .db
        .transaction("tell", async |tx| {
            outbox::tell(tx, &told, &post_changed()).await?;
            if commit {
                Ok(())
            } else {
                Err(DbErr::Custom("thought better of it".to_owned()))
            }
        })
        .await;
    assert_eq!(done.is_ok(), commit);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_is_published_and_what_is_rolled_back_is_not() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    tell(&stack, false).await;
    for _ in 0..700 {
        tell(&stack, true).await;
    }
    assert_eq!(stack.at_broker::<PostChanged>().await.len(), 700);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_told_by_a_slow_transaction_is_published_after_faster_ones() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    let slow = stack.ids.new_id();
    let told = Told {
        id: slow,
        union: "589002",
        key: "slow",
        occurred_at: chassis::testing::beginning(),
        actor: "test",
    };
    let done: Result<(), DbErr> = stack
        .db
        .transaction("slow", async |tx| {
            outbox::tell(tx, &told, &post_changed()).await?;
            // Later positions are published while this one is not yet to be seen.
            tell(&stack, true).await;
            stack.settle().await;
            Ok(())
        })
        .await;
    done.unwrap();
    assert_eq!(stack.at_broker::<PostChanged>().await.len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_runs_when_it_is_told_to() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    assert_eq!(stack.run_task("count").await, "counted");
    stack.stop().await;
}
