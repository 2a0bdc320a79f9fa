use std::time::Duration;

use async_nats::jetstream::stream;
use chassis::{streams, testing::Stack};

use crate::sample::Sample;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn streams_are_brought_to_what_is_declared_and_applying_it_again_changes_nothing() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    let broker = stack.broker();
    let info = async || -> stream::Info {
        let mut stream = broker.get_stream("SUDA_DIRECTORY").await.unwrap();
        stream.info().await.unwrap().clone()
    };
    let first = info().await;
    streams::apply(broker, Some(1)).await.unwrap();
    let second = info().await;
    assert_eq!(
        (second.created, &second.config),
        (first.created, &first.config)
    );

    let shorter = stream::Config {
        max_age: DAY,
        ..first.config.clone()
    };
    broker.update_stream(&shorter).await.unwrap();
    streams::apply(broker, Some(1)).await.unwrap();
    assert_eq!(info().await.config, first.config);
    assert_eq!(first.config.max_age, DAY * 3650);
}

#[tokio::test]
async fn the_configuration_says_on_how_many_servers_a_message_lies() {
    let stack = Stack::start::<Sample>(|_| {}).await;
    // Three are declared, and this is a single server.
    let refused = streams::apply(stack.broker(), None).await.unwrap_err();
    assert!(refused.to_string().contains("SUDA_"), "{refused}");
    streams::apply(stack.broker(), Some(1)).await.unwrap();
}
