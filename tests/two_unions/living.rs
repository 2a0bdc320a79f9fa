//! What 台山 has: a complaint that went all the way, with everything that can stand beside it, one that climbs, one withdrawn.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde_json::json;
use suite::Province;

use crate::course::{CLERK, Course, HANDLER, HEAD, MANAGEMENT, UNIT_HEAD, complaint, request_id};

/// 台山's complaint lives to the archive, a second one climbs to the office, a third is withdrawn, and a mail is put aside.
pub(super) async fn live(province: &Province) {
    let put = json!({ "data": STANDARD.encode("\u{89}PNG 龙眼树下拍的"), "file_name": "转账截图-龙眼树.png" });
    let rpc = "suda.intake.v1.IntakeService/PutBlob";
    let blob = province.ask(CLERK, rpc, put).await.unwrap()["blob"].take();
    let told = json!({
        "complainant": { "name": "欧阳采薇", "phone": "13912345678", "email": "caiwei@orchard.example", "address": "龙眼树村一号", "capacity": "CAPACITY_SELF" },
        "content": "果园贷款在龙眼树下面签的字,合同没有给我。",
        "demand": "把果园贷款的合同给我一份",
        "evidence": [{ "blob": blob, "description": "转账截图" }],
    });
    let mut course = Course::begin(province, CLERK, complaint(told.clone())).await;
    course.order().await;
    course.moves(UNIT_HEAD, "SignOrder", json!({})).await;
    course
        .moves(
            UNIT_HEAD,
            "AssignHandler",
            json!({ "handler_post": "589002XD-handler" }),
        )
        .await;
    let contact = json!({ "manner": "MANNER_PHONE_CALL", "summary": "已致电欧阳采薇" });
    course.moves(HANDLER, "RecordContact", contact).await;
    course
        .moves(
            HANDLER,
            "RecordFindings",
            json!({ "findings": "荔枝收购款已结清" }),
        )
        .await;
    course
        .moves(
            HANDLER,
            "RecordSolution",
            json!({ "solution": "送交果园贷款合同" }),
        )
        .await;
    let answer = json!({
        "answer": { "facts": "龙眼树下签字属实", "basis": "合同法", "conclusion": "送交果园贷款合同", "remedies": "可申请核查" },
        "delivery": { "manner": "MANNER_PHONE_CALL", "note": "已电话答复" },
    });
    course.moves(HANDLER, "RecordAnswer", answer).await;
    course
        .moves(
            HANDLER,
            "FileResult",
            json!({ "result": "果园贷款合同已送交" }),
        )
        .await;
    course
        .moves(CLERK, "PassResult", json!({ "opinion": "荔枝一事属实" }))
        .await;
    course
        .moves(CLERK, "Close", json!({ "remark": "果园贷款办结" }))
        .await;
    province.sealed(1).await;

    let mut told = told;
    told["evidence"] = json!([]);
    let mut second = Course::begin(province, CLERK, complaint(told.clone())).await;
    second.order().await;
    beside(&course, second.id()).await;
    withdrawn(&Course::begin(province, CLERK, complaint(told)).await).await;
    let layout = &province.stack.layout;
    let draft = layout.path("mail/in/tmp/headless");
    std::fs::write(&draft, "龙眼树\u{0}荔枝").unwrap();
    std::fs::rename(draft, layout.path("mail/in/new/headless")).unwrap();
    // The ladder of the second one reaches the office and the compliance department.
    province.advance(TimeDelta::days(24)).await;
}

/// Ends a third complaint with nothing beside it: the first one's file is kept for ever, as it is held for litigation.
async fn withdrawn(course: &Course<'_>) {
    let rpc = "suda.intake.v1.IntakeService/Withdraw";
    let asked = json!({ "request_id": request_id(), "complaint_id": course.id(), "statement": "果园贷款的问题已经解决" });
    course.province.ask(CLERK, rpc, asked).await.unwrap();
    course.province.settle().await;
}

/// What can stand beside a case: an appeal, a task, a panel, what was told up the line, a reward, a hold.
async fn beside(course: &Course<'_>, open_case: &str) {
    let (case_id, number) = (course.id(), course.number());
    let proof = json!([{ "digest": "ab".repeat(32), "file_name": "转账截图-荔枝.png" }]);
    let now = course.province.now("routing").await.to_rfc3339();
    let asked = [
        (
            CLERK,
            "suda.routing.v1.AppealService/LodgeAppeal",
            json!({ "case_id": case_id, "level": "APPEAL_LEVEL_OFFICE", "received_at": now, "grounds": "荔枝款没有结清" }),
        ),
        (
            HEAD,
            "suda.routing.v1.RectificationService/OpenRectification",
            json!({
                "case_id": case_id, "unit_code": "589002XD", "problem": "龙眼树下签合同", "requirements": "合同当面交给客户",
                "due_at": "2026-11-30T09:30:00Z",
            }),
        ),
        (
            HEAD,
            "suda.routing.v1.PanelService/ConvenePanel",
            json!({
                "case_id": open_case, "suspicion": "果园贷款一事多次虚构", "evidence": proof,
                "member_posts": ["589002KJ-head", "58900202-head", "5890-officer"],
            }),
        ),
        (
            HEAD,
            "suda.routing.v1.DisclosureService/ReportMajor",
            json!({
                "case_id": case_id, "kind": "MAJOR_KIND_MAJOR", "known_at": now, "circumstances": "荔枝园多人到场",
            }),
        ),
        (
            CLERK,
            "suda.routing.v1.DisclosureService/ReportViolation",
            json!({
                "case_number": number, "unit_code": "589002XD", "account": "果园贷款合同疑似伪造签名",
            }),
        ),
        (
            CLERK,
            "suda.routing.v1.DisclosureService/ReportReprisal",
            json!({
                "case_number": number, "kind": "REPRISAL_KIND_RETALIATION", "account": "威胁欧阳采薇撤回",
            }),
        ),
        (
            MANAGEMENT,
            "suda.routing.v1.AccountabilityService/RecordReward",
            json!({
                "case_id": case_id, "ground": "REWARD_GROUND_LOSS_AVERTED", "beneficiary": "REWARD_BENEFICIARY_COMPLAINANT",
                "honour": true, "description": "举报果园贷款问题属实",
            }),
        ),
        (
            HEAD,
            "suda.archive.v1.RetentionService/SetHold",
            json!({
                "number": number, "ground": "HOLD_GROUND_LITIGATION", "reason": "荔枝款诉讼",
            }),
        ),
    ];
    for (account, rpc, mut with) in asked {
        with["request_id"] = json!(request_id());
        let done = course.province.ask(account, rpc, with).await;
        done.unwrap_or_else(|refused| panic!("{rpc}: {refused}"));
    }
    course.province.settle().await;
}
