//! The other ways a case can go: declined, returned for more work, given more time, withdrawn, settled on the spot.

use chrono::TimeDelta;
use mail_parser::MessageParser;
use serde_json::json;
use suite::{Province, person, post};
use tonic::Code;

use crate::course::{
    CLERK, Course, HANDLER, HEAD, MANAGEMENT, UNIT_HEAD, complaint, counted, four_parts, request_id,
};

/// The sentence and its code for programs, as a clerk is shown it.
fn sentence(status: &tonic::Status) -> String {
    chassis::grpc::sentence(status)
}

/// All courses share one stack; each ends sealed and counted.
#[tokio::test(flavor = "multi_thread")]
async fn g12_3_g15_g17_1_g18_3_g19_l15_l18_l19_l21_cases_end_declined_returned_extended_withdrawn_or_settled()
 {
    let province = Province::start("2026-09-21T10:00:00+08:00").await;
    let declined = declined(&province).await;
    let returned = returned(&province).await;
    let extended = extended(&province).await;
    let withdrawn = withdrawn(&province).await;
    let settled = settled(&province).await;
    province.settle().await;

    let mut numbers = [&declined, &returned, &extended, &withdrawn, &settled].map(String::clone);
    numbers.sort();
    let mut sealed: Vec<_> = province
        .sealed(5)
        .await
        .into_iter()
        .map(|file| file.number)
        .collect();
    sealed.sort();
    assert_eq!(sealed, numbers);
    province.advance(TimeDelta::hours(1)).await;
    assert_eq!(
        counted(&province, "summary", "closed").await,
        (5, numbers.to_vec())
    );
    assert_eq!(
        counted(&province, "summary", "declined").await,
        (1, vec![declined])
    );
    assert_eq!(
        counted(&province, "summary", "withdrawn").await,
        (1, vec![withdrawn])
    );
    let mut resolved = vec![returned.clone(), extended.clone(), settled];
    resolved.sort();
    assert_eq!(
        counted(&province, "summary", "resolved").await,
        (3, resolved)
    );
    assert_eq!(
        counted(&province, "timeliness", "extended").await,
        (1, vec![extended])
    );
    province.stop().await;
}

/// Guideline art. 15: a ground, another person's approval, an explanation to the complainant.
async fn declined(province: &Province) -> String {
    let by_mail = json!({
        "channel": "CHANNEL_EMAIL",
        "complainant": { "name": "古月梅", "email": "gu@farmer.example", "capacity": "CAPACITY_SELF" },
        "content": "隔壁银行的理财亏了,请你们赔。",
    });
    let mut course = Course::begin(province, CLERK, complaint(by_mail)).await;
    let explanation = "您反映的理财产品由其他银行销售,不属于本机构业务,请向该银行反映。";
    let proposal = json!({ "ground": "DECLINE_GROUND_NOT_OURS", "explanation": explanation });
    assert_eq!(
        course.moves(CLERK, "ProposeDecline", proposal).await,
        "DECLINE_PROPOSED"
    );

    // Not the clerk's rank; and not the same person, whichever posts he holds.
    let refused = course.refused(CLERK, "ApproveDecline", json!({})).await;
    assert_eq!(refused.code(), Code::PermissionDenied);
    let both = person(
        CLERK,
        vec![
            post("589002SL-clerk", "589002SL", "589002", "reception_clerk"),
            post("589002SL-head", "589002SL", "589002", "reception_head"),
        ],
    );
    let peer = province.peer_of(&both, "routing");
    let refused = course
        .asked(peer, "ApproveDecline", json!({}))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    assert_eq!(
        course.moves(HEAD, "ApproveDecline", json!({})).await,
        "DECLINED"
    );

    // The explanation lies in the adapter's outgoing mailbox, for the complainant, and its proof comes back.
    let folder = province.stack.layout.path("mail/out/new");
    let explained = || {
        let mails = std::fs::read_dir(&folder).into_iter().flatten();
        let mut raws = mails.map(|mail| std::fs::read(mail.unwrap().path()).unwrap());
        raws.any(|raw| {
            let mail = MessageParser::default().parse(&raw).unwrap();
            let to = mail
                .to()
                .and_then(|to| to.first())
                .and_then(|to| to.address());
            to == Some("gu@farmer.example")
                && mail
                    .body_text(0)
                    .is_some_and(|text| text.contains("由其他银行销售"))
        })
    };
    province.wait("the explanation", async || explained()).await;
    let proved = async || {
        let file = course.file(CLERK).await.unwrap();
        let notices = file["notices"].as_array().unwrap().iter();
        let mut declines = notices.filter(|notice| notice["view"]["kind"] == "NOTICE_KIND_DECLINE");
        declines.any(|notice| {
            notice["view"]["state"] == "NOTICE_STATE_DELIVERED" && !notice["proof"].is_null()
        })
    };
    province.wait("the proof of the explanation", proved).await;
    let mut course = Course::of(province, CLERK, course.id()).await;
    assert_eq!(
        course
            .moves(CLERK, "Close", json!({ "remark": "已说明" }))
            .await,
        "CLOSED"
    );
    course.number().to_owned()
}

/// Guideline art. 12, 13, 18(1), 19: ordered, handled, reviewed, returned, reviewed again.
async fn returned(province: &Province) -> String {
    // The complaint is about the handler himself.
    let about = json!({
        "matter": { "complained_unit_code": "589002XD", "complained_person_id": HANDLER },
        "content": "信贷员上门时态度粗暴。",
    });
    let mut course = Course::begin(province, CLERK, complaint(about)).await;
    assert_eq!(course.order().await, "ORDERED");
    province.settle().await;
    let due = course.clock("G18.1c").await["due_at"].clone();
    assert!(due.is_string(), "{due}");
    course.moves(UNIT_HEAD, "SignOrder", json!({})).await;
    province.settle().await;
    assert_eq!(
        course.clock("G18.1c").await["due_at"],
        due,
        "signing changes no limit"
    );

    let himself = json!({ "handler_post": "589002XD-handler" });
    let refused = course.refused(UNIT_HEAD, "AssignHandler", himself).await;
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(
        sentence(&refused).contains("回避"),
        "{}",
        sentence(&refused)
    );
    assert_eq!(
        course.file(HANDLER).await.unwrap_err().code(),
        Code::NotFound
    );
    let ledger = "suda.archive.v1.ArchiveService/ListLedger";
    let asked = json!({ "key": course.id(), "subject_prefix": "suda.routing.v1.RecusalRefused" });
    province.settle().await;
    let recorded = province.ask("p44hghead", ledger, asked).await.unwrap();
    let recorded = recorded["entries"].as_array().map_or(0, Vec::len);
    assert!(recorded > 0, "the refused attempt is not recorded");

    let head = json!({ "handler_post": "589002XD-head" });
    assert_eq!(
        course.moves(UNIT_HEAD, "AssignHandler", head).await,
        "HANDLING"
    );
    let contact = json!({ "manner": "MANNER_PHONE_CALL", "summary": "已致电了解情况" });
    course.moves(UNIT_HEAD, "RecordContact", contact).await;
    course
        .moves(
            UNIT_HEAD,
            "RecordFindings",
            json!({ "findings": "走访三户,情况属实" }),
        )
        .await;
    course
        .moves(
            UNIT_HEAD,
            "RecordSolution",
            json!({ "solution": "当面致歉并更换信贷员" }),
        )
        .await;
    let mut three_parts = four_parts();
    three_parts["answer"]["remedies"] = json!("");
    let refused = course.refused(UNIT_HEAD, "RecordAnswer", three_parts).await;
    assert_eq!(refused.code(), Code::InvalidArgument);
    course.moves(UNIT_HEAD, "RecordAnswer", four_parts()).await;
    let result = json!({ "result": "已致歉并更换信贷员" });
    assert_eq!(
        course.moves(UNIT_HEAD, "FileResult", result.clone()).await,
        "RESULT_FILED"
    );
    province.settle().await;
    assert_eq!(course.clock("G18.1c").await["state"], "CLOCK_STATE_MET");

    // Whoever wrote it does not review it, whichever posts he holds.
    let both = person(
        UNIT_HEAD,
        vec![
            post("589002XD-head", "589002XD", "589002", "unit_head"),
            post("589002SL-clerk", "589002SL", "589002", "reception_clerk"),
        ],
    );
    let peer = province.peer_of(&both, "routing");
    let refused = course
        .asked(peer, "PassResult", json!({}))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");

    province.advance(TimeDelta::days(1)).await;
    let reasons = json!({ "reasons": "没有附走访记录" });
    assert_eq!(
        course.moves(CLERK, "ReturnResult", reasons).await,
        "HANDLING"
    );
    province.settle().await;
    let resumed = course.clock("G18.1c").await;
    assert_eq!(resumed["state"], "CLOCK_STATE_RUNNING");
    assert_eq!(resumed["due_at"], due, "the old limit goes on");
    assert_eq!(
        course.moves(UNIT_HEAD, "FileResult", result).await,
        "RESULT_FILED"
    );
    assert_eq!(
        course.moves(CLERK, "PassResult", json!({})).await,
        "RESULT_PASSED"
    );
    assert_eq!(
        course
            .moves(CLERK, "Close", json!({ "remark": "办结" }))
            .await,
        "CLOSED"
    );
    province.settle().await;
    assert_eq!(course.clock("G18.1c").await["state"], "CLOCK_STATE_MET");
    course.number().to_owned()
}

/// 令2020年第3号 art. 18: more time, asked for with a ground and granted by the right rank.
async fn extended(province: &Province) -> String {
    let mut course = Course::begin(province, CLERK, complaint(json!({}))).await;
    course
        .moves(CLERK, "Accept", json!({ "opinion": "情况复杂" }))
        .await;
    let received: chrono::DateTime<chrono::Utc> = course.case["received_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    for (stage, days, too_low, right) in [(1, 28, MANAGEMENT, HEAD), (2, 55, HEAD, MANAGEMENT)] {
        let until = received + TimeDelta::days(days);
        let wanted = json!({ "clock_code": "L18", "stage": stage, "ground": "需要外单位鉴定", "until": until.to_rfc3339() });
        let mut beyond = wanted.clone();
        beyond["until"] = json!((received + TimeDelta::days(61)).to_rfc3339());
        let refused = course.refused(CLERK, "RequestExtension", beyond).await;
        assert!(
            sentence(&refused).contains("第十八条"),
            "{}",
            sentence(&refused)
        );
        course.moves(CLERK, "RequestExtension", wanted).await;
        let refused = course.refused(too_low, "ApproveExtension", json!({})).await;
        assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
        course.moves(right, "ApproveExtension", json!({})).await;
        province.settle().await;
        let clock = course.clock("L18").await;
        let due: chrono::DateTime<chrono::Utc> = clock["due_at"].as_str().unwrap().parse().unwrap();
        assert!(due > received + TimeDelta::days(days - 1), "{clock}");
        assert_eq!(clock["extensions"], stage);
    }
    let told = course.file(CLERK).await.unwrap()["notices"].to_string();
    assert!(told.contains("NOTICE_KIND_EXTENSION"), "{told}");
    course.moves(CLERK, "AnswerDirectly", four_parts()).await;
    assert_eq!(
        course
            .moves(CLERK, "Close", json!({ "remark": "办结" }))
            .await,
        "CLOSED"
    );
    course.number().to_owned()
}

/// 令2020年第3号 art. 15: the procedure ends the day the withdrawal arrives.
async fn withdrawn(province: &Province) -> String {
    let mut course = Course::begin(province, CLERK, complaint(json!({}))).await;
    course.order().await;
    let rpc = "suda.intake.v1.IntakeService/Withdraw";
    let asked = json!({ "request_id": request_id(), "complaint_id": course.id(), "statement": "问题已经解决" });
    province.ask(CLERK, rpc, asked).await.unwrap();
    province.settle().await;
    let course = Course::of(province, CLERK, course.id()).await;
    assert!(
        ["WITHDRAWN", "ARCHIVED"].contains(&course.state()),
        "{}",
        course.state()
    );
    for code in ["G18.1c", "L18"] {
        let clock = course.clock(code).await;
        assert_eq!(clock["state"], "CLOCK_STATE_CANCELLED", "{code}");
    }
    course.number().to_owned()
}

/// Guideline art. 17(1): an outlet settles it on the spot and files 附表1 for the record.
async fn settled(province: &Province) -> String {
    let at_the_counter = json!({
        "unit_code": "58900201",
        "channel": "CHANNEL_VISIT",
        "settlement": "当场更正姓名并致歉",
        "content": "存折上的名字打错了。",
    });
    let mut course = Course::begin(province, "p58900201receiver", complaint(at_the_counter)).await;
    assert_eq!(course.state(), "SETTLED");
    assert_eq!(course.clock("G18.1a").await["state"], "CLOCK_STATE_MET");
    assert_eq!(
        course
            .moves(CLERK, "Close", json!({ "remark": "备案" }))
            .await,
        "CLOSED"
    );
    course.number().to_owned()
}
