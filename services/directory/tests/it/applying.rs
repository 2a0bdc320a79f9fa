use chassis::{grpc::status::fields, testing::person};
use suda_proto::directory::v1::{
    ListPostsRequest, ListUnitsRequest, PostChanged, UnitChanged,
    directory_service_client::DirectoryServiceClient,
};

use crate::{apply, files, stack};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_files_change_nothing_the_second_time_and_tell_nothing() {
    let stack = stack().await;
    let preview = apply(&stack, &files(), true).await.unwrap();
    assert_eq!(preview.changes.len(), 13);
    assert!(stack.published::<UnitChanged>().await.is_empty());
    let first = apply(&stack, &files(), false).await.unwrap();
    assert_eq!((first.changes, first.unchanged), (preview.changes, 0));
    let second = apply(&stack, &files(), false).await.unwrap();
    assert_eq!((second.changes.len(), second.unchanged), (0, 13));
    assert_eq!(stack.published::<UnitChanged>().await.len(), 8);
    assert_eq!(stack.published::<PostChanged>().await.len(), 3);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_union_keeps_its_code_and_what_a_file_no_longer_names_is_retired() {
    let stack = stack().await;
    apply(&stack, &files(), false).await.unwrap();
    let mut changed = files();
    changed[0].1 = changed[0].1.replace("台山农商行", "台山新行");
    changed[1].1 = changed[1]
        .1
        .split("[[post]]\ncode = \"591002SL-clerk\"")
        .next()
        .unwrap()
        .to_owned();
    let answer = apply(&stack, &changed, false).await.unwrap();
    let said: Vec<_> = answer
        .changes
        .iter()
        .map(|change| (change.code.as_str(), change.change.as_str()))
        .collect();
    assert_eq!(said, [("589002", "changed"), ("591002SL-clerk", "retired")]);
    let renamed = stack
        .published::<UnitChanged>()
        .await
        .pop()
        .unwrap()
        .unit
        .unwrap();
    assert_eq!((renamed.code.as_str(), renamed.revision), ("589002", 2));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_files_are_refused_with_file_and_line_and_change_nothing() {
    let stack = stack().await;
    let mut wrong = files();
    wrong[0].1 = wrong[0].1.replace("parent = \"5910\"", "parent = \"5911\"");
    let refused = apply(&stack, &wrong, false).await.unwrap_err();
    let said = fields(&refused);
    assert!(
        said.iter()
            .any(|(place, reason)| place.starts_with("units/all.toml:") && reason.contains("5911")),
        "{said:?}"
    );
    assert_eq!(stack.count("SELECT count(*) AS count FROM units").await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_unions_see_nothing_of_each_other_and_a_vacant_post_reaches_the_office() {
    let stack = stack().await;
    apply(&stack, &files(), false).await.unwrap();
    let clerk = person("p9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let mut client = DirectoryServiceClient::new(stack.channel_as(&clerk));
    let units = client
        .list_units(ListUnitsRequest::default())
        .await
        .unwrap()
        .into_inner()
        .units;
    assert!(units.iter().all(|unit| unit.union_code == "589002") && units.len() == 2);
    let posts = client
        .list_posts(ListPostsRequest::default())
        .await
        .unwrap()
        .into_inner()
        .posts;
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].reaches_post_code, "5890-head");
    stack.stop().await;
}
