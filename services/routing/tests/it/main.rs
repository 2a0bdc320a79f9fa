//! Routing from outside: over gRPC, with a real PostgreSQL and a real broker.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod answering_for;
mod appealing;
mod declining;
mod disclosing;
mod escalating;
mod extending;
mod forgetting;
mod handling;
mod hearing;
mod judging;
mod passing;
mod printing;
mod rectifying;
mod recusing;
mod seeing;
mod sharing;
mod suggesting;
mod timing;
mod writing;

use chassis::{
    grpc::Peer,
    testing::{Person, Setup, Stack, person},
};
use chrono::{DateTime, TimeDelta, Utc};
use prost_types::Timestamp;
use routing::Routing;
use suda_proto::{
    common::v1::{Channel, Nature, Role},
    directory::v1::{Post, PostChanged, Unit, UnitChanged, UnitKind, UnitPeriod},
    intake::v1::{ComplaintRegistered, ComplaintView},
    routing::v1::{
        course_service_client::CourseServiceClient, routing_service_client::RoutingServiceClient, *,
    },
};
use tonic::{Code, Status};
use uuid::Uuid;

type Client = RoutingServiceClient<Peer>;

/// A running routing that knows the units and posts of two unions, their office and the compliance department.
async fn started() -> Stack {
    started_with(|_| {}).await
}

/// The same with other settings.
async fn started_with(configure: impl FnOnce(&mut Setup)) -> Stack {
    let stack = Stack::start::<Routing>(configure).await;
    for (code, kind, name, union, reception) in [
        ("44HG", UnitKind::Department, "省联社合规部", "44", true),
        ("44JJ", UnitKind::Department, "省联社纪检室", "44", false),
        ("5890", UnitKind::Office, "江门办事处", "5890", false),
        ("589002", UnitKind::Union, "台山农商行", "589002", false),
        ("589002SL", UnitKind::Department, "受理部门", "589002", true),
        ("589002KJ", UnitKind::Department, "科技部", "589002", false),
        (
            "589002GL",
            UnitKind::Department,
            "高级管理层",
            "589002",
            false,
        ),
        (
            "589002JC",
            UnitKind::Department,
            "纪检监察室",
            "589002",
            false,
        ),
        ("58900201", UnitKind::Outlet, "台城支行", "589002", false),
        ("58900202", UnitKind::Outlet, "广海支行", "589002", false),
        ("589001", UnitKind::Union, "江门农商行", "589001", false),
        ("589001SL", UnitKind::Department, "受理部门", "589001", true),
        ("58900101", UnitKind::Outlet, "蓬江支行", "589001", false),
    ] {
        let period = UnitPeriod {
            from: "2010-01-01".into(),
            name: name.into(),
            parent_code: parent_of(code, union),
        };
        let unit = Unit {
            code: code.into(),
            kind: kind.into(),
            revision: 1,
            periods: vec![period],
            reception,
            union_code: union.into(),
            ..Unit::default()
        };
        let told = UnitChanged {
            unit: Some(unit),
            occurred_at: now(&stack),
        };
        stack.publish(&told, union, code).await;
    }
    for (code, unit, role, holder, email) in [
        (
            "58900201-head",
            "58900201",
            Role::UnitHead,
            "p-unit-head",
            "tc@example.com",
        ),
        (
            "58900201-handler",
            "58900201",
            Role::Handler,
            "p-handler",
            "",
        ),
        ("58900201-teller", "58900201", Role::Handler, "p-teller", ""),
        ("58900201-vacant", "58900201", Role::Handler, "", ""),
        (
            "589002KJ-head",
            "589002KJ",
            Role::UnitHead,
            "p-tech",
            "kj@example.com",
        ),
        (
            "589002JC-head",
            "589002JC",
            Role::UnitHead,
            "p-discipline",
            "",
        ),
        (
            "589002GL-head",
            "589002GL",
            Role::SeniorManagement,
            "p-manager",
            "",
        ),
        (
            "58900202-head",
            "58900202",
            Role::UnitHead,
            "p-neighbour",
            "",
        ),
        (
            "589002SL-head",
            "589002SL",
            Role::ReceptionHead,
            "p-reception-head",
            "sl@example.com",
        ),
        (
            "589002SL-clerk",
            "589002SL",
            Role::ReceptionClerk,
            "p-clerk",
            "",
        ),
        (
            "5890-head",
            "5890",
            Role::OfficeHead,
            "p-office",
            "bsc@example.com",
        ),
        ("5890-officer", "5890", Role::OfficeOfficer, "p-officer", ""),
        (
            "44HG-head",
            "44HG",
            Role::ComplianceHead,
            "p-compliance",
            "hg@example.com",
        ),
    ] {
        let post = Post {
            code: code.into(),
            unit_code: unit.into(),
            role: role.into(),
            name: format!("岗位 {code}"),
            revision: 1,
            holder_person_id: holder.into(),
            email: email.into(),
            ..Post::default()
        };
        let told = PostChanged {
            post: Some(post),
            occurred_at: now(&stack),
        };
        stack.publish(&told, unit, code).await;
    }
    stack.settle().await;
    stack
}

/// The line up: departments and outlets below their union, unions below the office, the office below the province.
fn parent_of(code: &str, union: &str) -> String {
    match (code, union) {
        ("5890", _) | (_, "44") => "44",
        (code, union) if code == union => "5890",
        (_, union) => union,
    }
    .to_owned()
}

fn receiver() -> Person {
    person("p-receiver").post("58900201-receiver", "58900201", "589002", "outlet_receiver")
}
fn unit_head() -> Person {
    person("p-unit-head").post("58900201-head", "58900201", "589002", "unit_head")
}
fn handler() -> Person {
    person("p-handler").post("58900201-handler", "58900201", "589002", "handler")
}
fn clerk() -> Person {
    person("p-clerk").post("589002SL-clerk", "589002SL", "589002", "reception_clerk")
}
fn reception_head() -> Person {
    person("p-reception-head").post("589002SL-head", "589002SL", "589002", "reception_head")
}
fn manager() -> Person {
    person("p-manager").post("589002GL-head", "589002GL", "589002", "senior_management")
}
fn office() -> Person {
    person("p-office")
        .post("5890-head", "5890", "5890", "office_head")
        .unions(["5890", "589001", "589002"])
}
fn tech() -> Person {
    person("p-tech").post("589002KJ-head", "589002KJ", "589002", "unit_head")
}
fn discipline() -> Person {
    person("p-discipline").post("589002JC-head", "589002JC", "589002", "unit_head")
}
fn officer() -> Person {
    person("p-officer")
        .post("5890-officer", "5890", "5890", "office_officer")
        .unions(["5890", "589001", "589002"])
}
fn compliance() -> Person {
    person("p-compliance")
        .post("44HG-head", "44HG", "44", "compliance_head")
        .unions(["*"])
}
fn service() -> Person {
    person("archive")
        .post("archive", "44", "44", "service")
        .unions(["*"])
}
fn clerk_of_another_union() -> Person {
    person("p-other").post("589001SL-clerk", "589001SL", "589001", "reception_clerk")
}

fn stamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: at.timestamp(),
        nanos: 0,
    }
}

fn now(stack: &Stack) -> Option<Timestamp> {
    use chassis::clock::Clock as _;
    Some(stamp(stack.clock.now()))
}

fn ask(stack: &Stack, who: &Person) -> Client {
    RoutingServiceClient::new(stack.channel_as(who))
}

/// The door for what happens beyond the ordinary course.
fn beyond(stack: &Stack, who: &Person) -> CourseServiceClient<Peer> {
    CourseServiceClient::new(stack.channel_as(who))
}

/// How many wait in a queue of somebody's, by its count and by its list.
async fn waiting(stack: &Stack, who: &Person, kind: QueueKind) -> u64 {
    let asked = ListQueueRequest {
        kind: kind.into(),
        page: None,
    };
    let queue = ask(stack, who)
        .list_queue(asked)
        .await
        .unwrap()
        .into_inner();
    let counted = queue.counts.iter().find(|count| count.kind() == kind);
    let counted = counted.map_or(0, |count| count.count);
    assert_eq!(
        counted,
        queue.items.len() as u64,
        "{kind:?} counts what it lists"
    );
    counted
}

/// The texts of a case's notices of a kind.
async fn letters(stack: &Stack, case_id: &str, kind: NoticeKind) -> Vec<String> {
    let file = get(stack, &service(), case_id).await.unwrap();
    let of_kind = |notice: &Notice| notice.view.as_ref().unwrap().kind() == kind;
    file.notices
        .into_iter()
        .filter(of_kind)
        .map(|notice| notice.text)
        .collect()
}

fn new_id() -> String {
    Uuid::from_u128(rand()).to_string()
}

/// Different each time; what it is does not matter.
fn rand() -> u128 {
    use std::{
        collections::hash_map::RandomState,
        hash::{BuildHasher as _, Hasher as _},
    };
    let half = || u128::from(RandomState::new().build_hasher().finish());
    (half() << 64) | half()
}

fn code_of(status: &Status) -> Option<String> {
    chassis::grpc::status::reason(status)
}

/// A complaint as intake tells it: an outlet's, by e-mail, about a teller.
fn complaint(stack: &Stack, number: u32) -> ComplaintView {
    ComplaintView {
        complaint_id: new_id(),
        number: format!("589002-2026-{number:06}"),
        union_code: "589002".into(),
        unit_code: "58900201".into(),
        channel: Channel::Email.into(),
        nature: Nature::ConsumerComplaint.into(),
        received_at: now(stack),
        registered_at: now(stack),
        received_by_post: "58900201-receiver".into(),
        masked_name: "张*".into(),
        complained_unit_code: "58900201".into(),
        complained_person_id: "p-teller".into(),
        persons: 1,
        reply_channel: Channel::Email.into(),
        has_contact: true,
        revision: 1,
        ..ComplaintView::default()
    }
}

/// Tells that a complaint was registered, and gives its case.
async fn registered(stack: &Stack, complaint: &ComplaintView) -> CaseView {
    let told = ComplaintRegistered {
        complaint: Some(complaint.clone()),
        occurred_at: now(stack),
    };
    stack
        .publish(&told, &complaint.union_code, &complaint.complaint_id)
        .await;
    stack.settle().await;
    get(stack, &service(), &complaint.complaint_id)
        .await
        .unwrap()
        .case
        .unwrap()
}

async fn get(stack: &Stack, who: &Person, case_id: &str) -> Result<GetCaseResponse, Status> {
    let asked = GetCaseRequest {
        case_id: case_id.into(),
        number: String::new(),
    };
    Ok(ask(stack, who).get_case(asked).await?.into_inner())
}

/// The steps of the ordinary course, each by whoever takes it.
struct Course<'a> {
    stack: &'a Stack,
    case: CaseView,
}

impl<'a> Course<'a> {
    async fn new(stack: &'a Stack, number: u32) -> Self {
        let case = registered(stack, &complaint(stack, number)).await;
        Self { stack, case }
    }

    fn head(&self) -> (String, String, u64) {
        (new_id(), self.case.case_id.clone(), self.case.revision)
    }

    fn moved(&mut self, case: Option<CaseView>) -> &mut Self {
        self.case = case.unwrap();
        self
    }

    async fn file(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = FileToReceptionRequest {
            request_id,
            case_id,
            expected_revision,
            reason: "须查阅流水".into(),
        };
        let done = ask(self.stack, &receiver())
            .file_to_reception(asked)
            .await
            .unwrap();
        self.moved(done.into_inner().case)
    }

    async fn accept(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = AcceptRequest {
            request_id,
            case_id,
            expected_revision,
            opinion: "属实可能性大".into(),
        };
        let done = ask(self.stack, &clerk()).accept(asked).await.unwrap();
        self.moved(done.into_inner().case)
    }

    async fn order(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = IssueOrderRequest {
            request_id,
            case_id,
            expected_revision,
            lead_unit_code: "58900201".into(),
            co_unit_codes: vec!["589002KJ".into()],
            matter: "跨行转账重复扣款".into(),
            requirements: "查明扣款原因并答复投诉人".into(),
            urgent: false,
        };
        let done = ask(self.stack, &clerk()).issue_order(asked).await.unwrap();
        self.moved(done.into_inner().case)
    }

    async fn assign_to(&mut self, post: &str) -> Result<&mut Self, Status> {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = AssignHandlerRequest {
            request_id,
            case_id,
            expected_revision,
            handler_post: post.into(),
            person_id: String::new(),
        };
        let done = ask(self.stack, &unit_head()).assign_handler(asked).await?;
        Ok(self.moved(done.into_inner().case))
    }

    async fn findings(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = RecordFindingsRequest {
            request_id,
            case_id,
            expected_revision,
            findings: "系统于九月十日重复扣款一笔".into(),
            evidence: vec![],
        };
        let done = ask(self.stack, &handler())
            .record_findings(asked)
            .await
            .unwrap();
        self.moved(done.into_inner().case)
    }

    async fn answer(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let (answer, delivery) = (Some(four_parts()), None);
        let asked = RecordAnswerRequest {
            request_id,
            case_id,
            expected_revision,
            answer,
            delivery,
        };
        let done = ask(self.stack, &handler())
            .record_answer(asked)
            .await
            .unwrap();
        self.moved(done.into_inner().case)
    }

    async fn result(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = FileResultRequest {
            request_id,
            case_id,
            expected_revision,
            result: "已退还并答复".into(),
            rectification: "修补重发控制".into(),
        };
        let done = ask(self.stack, &handler())
            .file_result(asked)
            .await
            .unwrap();
        self.moved(done.into_inner().case)
    }

    async fn pass_by(&mut self, who: &Person) -> Result<&mut Self, Status> {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = PassResultRequest {
            request_id,
            case_id,
            expected_revision,
            opinion: "同意".into(),
        };
        let done = ask(self.stack, who).pass_result(asked).await?;
        Ok(self.moved(done.into_inner().case))
    }

    async fn close(&mut self) -> &mut Self {
        let (request_id, case_id, expected_revision) = self.head();
        let asked = CloseRequest {
            request_id,
            case_id,
            expected_revision,
            remark: String::new(),
        };
        let done = ask(self.stack, &clerk()).close(asked).await.unwrap();
        self.moved(done.into_inner().case)
    }

    /// As far as a handler who works on it.
    async fn until_handled(&mut self) -> &mut Self {
        self.file().await.accept().await.order().await;
        self.assign_to("58900201-handler").await.unwrap()
    }

    /// As far as a result that waits for its review.
    async fn until_filed(&mut self) -> &mut Self {
        self.until_handled()
            .await
            .findings()
            .await
            .answer()
            .await
            .result()
            .await
    }
}

fn direct_answer(course: &Course<'_>, delivery: Option<Delivery>) -> AnswerDirectlyRequest {
    let (request_id, case_id, expected_revision) = course.head();
    AnswerDirectlyRequest {
        request_id,
        case_id,
        expected_revision,
        answer: Some(four_parts()),
        delivery,
    }
}

fn four_parts() -> AnswerText {
    AnswerText {
        facts: "经核实,我行于九月十日重复扣款一笔。".into(),
        basis: "依据《支付结算办法》。".into(),
        conclusion: "已全额退还并致歉。".into(),
        remedies: "如有异议,可向江门办事处申请核查,或申请调解、仲裁、提起诉讼。".into(),
    }
}

fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

/// A refusal, by its code over the wire and by its reason.
fn refused(status: &Status, code: Code, reason: &str) {
    assert_eq!(
        (status.code(), code_of(status).as_deref()),
        (code, Some(reason)),
        "{status:?}"
    );
}
