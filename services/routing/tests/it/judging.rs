//! Panels on suspected malicious complaints: members from elsewhere, evidence, reasons; the case runs on.

use suda_proto::{common::v1::Blob, routing::v1::panel_service_client::PanelServiceClient};

use super::*;

fn panels(stack: &Stack, who: &Person) -> PanelServiceClient<Peer> {
    PanelServiceClient::new(stack.channel_as(who))
}

fn tech() -> Person {
    person("p-tech").post("589002KJ-head", "589002KJ", "589002", "unit_head")
}

fn neighbour() -> Person {
    person("p-neighbour").post("58900202-head", "58900202", "589002", "unit_head")
}

fn convening(case: &CaseView, members: &[&str]) -> ConvenePanelRequest {
    ConvenePanelRequest {
        request_id: new_id(),
        case_id: case.case_id.clone(),
        suspicion: "同一事实多次虚构".into(),
        evidence: vec![Blob {
            digest: "ab".repeat(32),
            file_name: "录像.mp4".into(),
            ..Blob::default()
        }],
        member_posts: members.iter().map(|post| (*post).to_owned()).collect(),
    }
}

const THREE: [&str; 3] = ["589002KJ-head", "58900202-head", "5890-officer"];

#[tokio::test(flavor = "multi_thread")]
async fn z6_4_z6_5_a_panel_examines_with_evidence_and_the_case_runs_on() {
    let stack = started().await;
    let mut course = Course::new(&stack, 1).await;
    course.file().await;
    let case = course.case.clone();
    let mut head = panels(&stack, &reception_head());
    for (members, reason) in [
        (
            vec!["589002KJ-head", "5890-officer"],
            "panel.too_few_members",
        ),
        (
            vec!["589002KJ-head", "5890-officer", "58900201-handler"],
            "panel.member_of_examined",
        ),
    ] {
        let status = head
            .convene_panel(convening(&case, &members))
            .await
            .unwrap_err();
        refused(&status, Code::FailedPrecondition, reason);
    }
    let bare = ConvenePanelRequest {
        evidence: vec![],
        ..convening(&case, &THREE)
    };
    let status = head.convene_panel(bare).await.unwrap_err();
    refused(&status, Code::FailedPrecondition, "panel.no_evidence");
    // The unit complained of does not convene one.
    let status = panels(&stack, &unit_head())
        .convene_panel(convening(&case, &THREE))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let asked = convening(&case, &THREE);
    let convened = head.convene_panel(asked.clone()).await.unwrap();
    let again = head.convene_panel(asked).await.unwrap();
    assert_eq!(convened.get_ref(), again.get_ref());
    let panel = convened.into_inner().panel.unwrap();
    // One at a time.
    let status = head
        .convene_panel(convening(&case, &THREE))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);

    // The case runs on while the panel sits.
    course.accept().await.order().await;

    let deciding = |revision| DecidePanelRequest {
        request_id: new_id(),
        panel_id: panel.panel_id.clone(),
        expected_revision: revision,
        reasons: "综合三份意见".into(),
    };
    let status = head.decide_panel(deciding(1)).await.unwrap_err();
    refused(&status, Code::FailedPrecondition, "panel.opinions_missing");
    let opinion = |revision, finding: PanelFinding| GiveOpinionRequest {
        request_id: new_id(),
        panel_id: panel.panel_id.clone(),
        expected_revision: revision,
        finding: finding.into(),
        reasons: "见录像".into(),
    };
    let status = panels(&stack, &clerk())
        .give_opinion(opinion(1, PanelFinding::Malicious))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "panel.not_a_member");
    let first = opinion(1, PanelFinding::Malicious);
    let mut member = panels(&stack, &tech());
    let given = member.give_opinion(first.clone()).await.unwrap();
    assert_eq!(
        given.get_ref(),
        member.give_opinion(first).await.unwrap().get_ref()
    );
    let stale = panels(&stack, &neighbour())
        .give_opinion(opinion(1, PanelFinding::Malicious))
        .await
        .unwrap_err();
    refused(&stale, Code::Aborted, "request.stale");
    for (who, revision) in [(neighbour(), 2), (officer(), 3)] {
        panels(&stack, &who)
            .give_opinion(opinion(revision, PanelFinding::Malicious))
            .await
            .unwrap();
    }
    let decided = head.decide_panel(deciding(4)).await.unwrap();
    let decided = decided.into_inner().panel.unwrap();
    assert_eq!(decided.finding(), PanelFinding::Malicious);
    assert_eq!(stack.published::<PanelConvened>().await.len(), 1);
    assert_eq!(stack.published::<PanelDecided>().await.len(), 1);

    // Malicious or not, the case is there and goes on to its answer.
    course.assign_to("58900201-handler").await.unwrap();
    course.findings().await.answer().await.result().await;
    course.pass_by(&clerk()).await.unwrap().close().await;
    assert_eq!(course.case.state(), CaseState::Closed);
    let status = head
        .convene_panel(convening(&course.case, &THREE))
        .await
        .unwrap_err();
    refused(&status, Code::FailedPrecondition, "panel.case_ended");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn z6_4_a_member_sees_the_panel_and_the_unit_complained_of_does_not() {
    let stack = started().await;
    let case = registered(&stack, &complaint(&stack, 1)).await;
    let convened = panels(&stack, &office())
        .convene_panel(convening(&case, &THREE))
        .await
        .unwrap();
    let panel = convened.into_inner().panel.unwrap();
    let read = async |who: &Person| {
        let asked = GetPanelRequest {
            panel_id: panel.panel_id.clone(),
        };
        panels(&stack, who).get_panel(asked).await
    };
    let listed = async |who: &Person| {
        let asked = ListPanelsRequest {
            waiting_only: true,
            ..Default::default()
        };
        panels(&stack, who)
            .list_panels(asked)
            .await
            .unwrap()
            .into_inner()
            .panels
            .len()
    };
    let shown = read(&neighbour()).await.unwrap().into_inner();
    assert_eq!(shown.open_to_caller, ["GiveOpinion"]);
    assert_eq!(shown.members.len(), 3);
    assert_eq!(listed(&neighbour()).await, 1);
    assert_eq!(listed(&reception_head()).await, 1);
    for stranger in [unit_head(), handler(), clerk_of_another_union()] {
        assert_eq!(read(&stranger).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(listed(&stranger).await, 0);
    }
    stack.stop().await;
}
