use chassis::{
    grpc::status::{fields, reason},
    testing::person,
};
use suda_proto::directory::v1::{
    ListChannelsRequest, ListPostsRequest, ListUnitsRequest, PostChanged,
    RenderChannelNoticeRequest, UnitChanged, directory_service_client::DirectoryServiceClient,
};
use tonic::Code;

use crate::{apply, files, stack};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_files_change_nothing_the_second_time_and_tell_nothing() {
    let stack = stack().await;
    let preview = apply(&stack, &files(), true).await.unwrap();
    assert_eq!(preview.changes.len(), 13);
    assert!(stack.published::<UnitChanged>().await.is_empty());
    let first = apply(&stack, &files(), false).await.unwrap();
    assert_eq!((first.changes, first.unchanged), (preview.changes, 0));
    // The receptions here publish nothing, which is worth a word and no refusal (guideline art. 7).
    assert_eq!(first.warnings.len(), 3, "{:?}", first.warnings);
    assert!(first.warnings[0].starts_with("units/all.toml:") && first.warnings[0].contains("44HG"));
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

#[tokio::test(flavor = "multi_thread")]
async fn g7_l8_channels_are_shown_to_everybody_and_printed_for_ones_own_counter() {
    let stack = stack().await;
    let mut published = files();
    let reception = "code = \"589002SL\"";
    let (before, rest) = published[0].1.split_once(reception).unwrap();
    let (own, after) = rest.split_once("[[unit]]").unwrap();
    let channels = "[[unit.channels]]\nfrom = 2026-01-01\nhotlines = [\"0750-0009002\"]\naddress = \"虚构路2号\"\n\
                    link = \"https://589002.suda.example/\"\n\n";
    published[0].1 = format!("{before}{reception}{own}{channels}[[unit]]{after}");
    let applied = apply(&stack, &published, false).await.unwrap();
    assert_eq!(applied.warnings.len(), 2, "{:?}", applied.warnings);
    let clerk = person("p9").post("589002SL-clerk", "589002SL", "589002", "reception_clerk");
    let other = person("p8").post("591002SL-clerk", "591002SL", "591002", "reception_clerk");

    // Public: those of another union's people see the same.
    let asked = ListChannelsRequest {
        unit_code: "589002".to_owned(),
        on: String::new(),
    };
    let list = async |person| {
        let mut client = DirectoryServiceClient::new(stack.channel_as(person));
        client
            .list_channels(asked.clone())
            .await
            .unwrap()
            .into_inner()
    };
    let shown = list(&clerk).await;
    assert_eq!(shown, list(&other).await);
    let here = shown.here.unwrap();
    assert_eq!(
        (here.name.as_str(), here.inherited_from.as_str()),
        ("台山农商行", "589002SL")
    );
    let channels = here.channels.unwrap();
    assert_eq!(channels.hotlines, ["0750-0009002"]);
    // The notice names nobody who receives, so the structure does.
    assert_eq!(channels.reception, "受理部门");
    let next: Vec<_> = shown
        .next
        .iter()
        .map(|place| place.unit_code.as_str())
        .collect();
    assert_eq!(next, ["5890", "44HG"]);
    assert_eq!(shown.next[1].name, "省联社合规部");
    assert!(shown.next.iter().all(|place| place.channels.is_none()));

    let notice = async |person, unit: &str| {
        let asked = RenderChannelNoticeRequest {
            unit_code: unit.to_owned(),
        };
        let mut client = DirectoryServiceClient::new(stack.channel_as(person));
        client
            .render_channel_notice(asked)
            .await
            .map(tonic::Response::into_inner)
    };
    let made = notice(&clerk, "589002SL").await.unwrap();
    assert!(made.content.starts_with(b"%PDF-") && made.media_type == "application/pdf");
    let kept = "SELECT count(*) AS count FROM notices WHERE person_id = 'p9' AND unit = '589002SL'";
    assert_eq!(stack.count(kept).await, 1);
    let foreign = notice(&other, "589002SL").await.unwrap_err();
    assert_eq!(foreign.code(), Code::PermissionDenied);
    let silent = notice(&other, "591002").await.unwrap_err();
    assert_eq!(reason(&silent).as_deref(), Some("directory.no_channels"));
    let unknown = notice(&clerk, "589099").await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    assert_eq!(
        stack.count("SELECT count(*) AS count FROM notices").await,
        1
    );
    stack.stop().await;
}
