//! What happened to a case beyond the ordinary course, and where it belongs, as people read it.

use suda_proto::routing::v1::{
    GetCourseRequest, GetCourseResponse, ShowProperPlaceRequest,
    course_service_client::CourseServiceClient, routing_service_client::RoutingServiceClient,
};

use crate::{
    commands::moving,
    given::Named,
    output::{self, Form, time},
    session::{Session, answer},
    words::said,
};

pub(super) async fn course(case: &Named, session: &Session, form: Form) -> anyhow::Result<()> {
    let peer = session.peer("routing").await?;
    let found = moving::find(&mut RoutingServiceClient::new(peer.clone()), case).await?;
    let asked = GetCourseRequest {
        case_id: found.case_id,
    };
    let told = answer(CourseServiceClient::new(peer).get_course(asked).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::text(&moving::line(&told.case.clone().unwrap_or_default()));
    sections(&told);
    Ok(())
}

fn sections(told: &GetCourseResponse) {
    if let Some(transfer) = &told.transfer {
        output::text("\n移交");
        output::facts(&[
            ("事项", said(transfer.matter().as_str_name())),
            (
                "移交至",
                format!("{} {}", transfer.to_unit_code, transfer.to_unit_name),
            ),
            ("理由", transfer.reason.clone()),
            ("移交时间", time(transfer.transferred_at.as_ref())),
            ("移交岗位", transfer.transferred_by_post.clone()),
            ("签收时间", time(transfer.receipted_at.as_ref())),
            ("签收岗位", transfer.receipted_by_post.clone()),
            ("回执编号", transfer.receipt_number.clone()),
        ]);
    }
    let bounces = told.bounces.iter().map(|bounce| {
        vec![
            bounce.unit_code.clone(),
            bounce.basis.clone(),
            time(bounce.asked_at.as_ref()),
            ruling(&bounce.ruling).to_owned(),
            bounce.reason.clone(),
            time(bounce.ruled_at.as_ref()),
            bounce.new_unit_code.clone(),
        ]
    });
    output::section(
        "退单",
        &[
            "申请单位",
            "依据",
            "申请时间",
            "裁定",
            "理由",
            "裁定时间",
            "改由",
        ],
        bounces.collect(),
    );
    let pauses = told.pauses.iter().map(|pause| {
        vec![
            said(pause.ground().as_str_name()),
            pause.basis.clone(),
            time(pause.began_at.as_ref()),
            time(pause.ended_at.as_ref()),
        ]
    });
    output::section("中止", &["事由", "依据", "自", "至"], pauses.collect());
    let joined = told.joined.iter().map(|case| {
        vec![
            case.number.clone(),
            case.unit_code.clone(),
            time(case.received_at.as_ref()),
        ]
    });
    output::section(
        "并入本案",
        &["编号", "登记单位", "收到时间"],
        joined.collect(),
    );
    if let Some(group) = &told.group {
        output::text("\n专项调查组");
        output::facts(&[
            ("单位", group.unit_codes.join("、")),
            ("成员岗位", group.member_posts.join("、")),
            ("任务", group.task.clone()),
            ("成立时间", time(group.formed_at.as_ref())),
            ("成立岗位", group.formed_by_post.clone()),
        ]);
    }
    let calls = told.follow_ups.iter().map(|call| {
        vec![
            time(call.called_at.as_ref()),
            said(call.satisfaction().as_str_name()),
            call.remark.clone(),
            call.called_by_post.clone(),
        ]
    });
    output::section(
        "回访",
        &["时间", "满意度", "投诉人意见", "回访岗位"],
        calls.collect(),
    );
}

/// What came of a bounce, in Chinese.
fn ruling(word: &str) -> &str {
    match word {
        "pending" => "待裁定",
        "upheld" => "同意退单",
        "refused" => "不同意退单",
        "lapsed" => "未裁定而终止",
        other => other,
    }
}

pub(super) async fn proper_place(
    case: &Named,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let peer = session.peer("routing").await?;
    let found = moving::find(&mut RoutingServiceClient::new(peer.clone()), case).await?;
    let asked = ShowProperPlaceRequest {
        case_id: found.case_id,
    };
    let told = answer(
        CourseServiceClient::new(peer)
            .show_proper_place(asked)
            .await,
    )?;
    if form == Form::Json {
        return output::message(&told);
    }
    let level = said(told.skipped_level().as_str_name());
    let level = if level.is_empty() {
        "不是越级投诉".to_owned()
    } else {
        level
    };
    output::facts(&[
        ("越级", level),
        (
            "应由",
            format!("{} {}", told.unit_code, told.unit_name)
                .trim()
                .to_owned(),
        ),
        ("岗位", told.post_name),
        ("电话", told.hotline),
        ("告知投诉人", told.sentence),
    ]);
    Ok(())
}
