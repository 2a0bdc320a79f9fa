//! One complaint, led through its life by the people of 台山.

use serde_json::{Value, json};
use suite::{Province, raw::Rpc};
use tonic::Status;

/// The reception's clerk.
pub(crate) const CLERK: &str = "p589002slclerk";
/// Who stands in for the reception's head: the post is vacant.
pub(crate) const HEAD: &str = "p589002slheadd";
/// The senior management.
pub(crate) const MANAGEMENT: &str = "p589002glhead";
/// The head of the credit department.
pub(crate) const UNIT_HEAD: &str = "p589002xdhead";
/// Its handler.
pub(crate) const HANDLER: &str = "p589002xdhandler";

/// A request id that was never used.
pub(crate) fn request_id() -> String {
    uuid::Uuid::from_u128(rand::random()).to_string()
}

/// A complaint that the reception of 台山 took by telephone; `more` says what is otherwise.
pub(crate) fn complaint(more: Value) -> Value {
    merged(
        json!({
            "request_id": request_id(),
            "unit_code": "589002SL",
            "channel": "CHANNEL_PHONE",
            "nature": "NATURE_CONSUMER_COMPLAINT",
            "complainant": { "name": "曾国明", "phone": "13800000000", "capacity": "CAPACITY_SELF" },
            "matter": { "complained_unit_code": "58900201" },
            "content": "自助机吞卡后三天没有人联系我。",
            "persons": 1,
        }),
        more,
    )
}

/// An answer in its four parts, told by telephone.
pub(crate) fn four_parts() -> Value {
    json!({
        "answer": {
            "facts": "经核查,情况属实。",
            "basis": "《客户服务规范》第三条。",
            "conclusion": "多收款项已退还并致歉。",
            "remedies": "如不满意,可在三十日内申请核查,也可申请调解、仲裁或提起诉讼。",
        },
        "delivery": { "manner": "MANNER_PHONE_CALL", "note": "已电话答复" },
    })
}

pub(crate) fn merged(mut into: Value, more: Value) -> Value {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
    into
}

/// A case on its way.
pub(crate) struct Course<'a> {
    pub(crate) province: &'a Province,
    /// The case as it was last seen.
    pub(crate) case: Value,
}

impl<'a> Course<'a> {
    /// Registers a complaint and waits until it is a case.
    pub(crate) async fn begin(province: &'a Province, account: &str, complaint: Value) -> Self {
        let rpc = "suda.intake.v1.IntakeService/Register";
        let told = province.ask(account, rpc, complaint).await.unwrap();
        province.settle().await;
        Self::of(
            province,
            account,
            told["complaint"]["complaint_id"].as_str().unwrap(),
        )
        .await
    }

    /// The case of a complaint.
    pub(crate) async fn of(province: &'a Province, account: &str, id: &str) -> Self {
        let mut course = Self {
            province,
            case: json!({ "case_id": id }),
        };
        course.case = course.file(account).await.unwrap()["case"].take();
        course
    }

    pub(crate) fn id(&self) -> &str {
        self.case["case_id"].as_str().unwrap()
    }

    pub(crate) fn number(&self) -> &str {
        self.case["number"].as_str().unwrap()
    }

    /// Where it stands, e.g. "FILED".
    pub(crate) fn state(&self) -> &str {
        let state = self.case["state"].as_str().unwrap();
        state.trim_start_matches("CASE_STATE_")
    }

    /// The whole file, as somebody sees it.
    pub(crate) async fn file(&self, account: &str) -> Result<Value, Status> {
        let rpc = "suda.routing.v1.RoutingService/GetCase";
        let asked = json!({ "case_id": self.id() });
        self.province.ask(account, rpc, asked).await
    }

    /// Asks for a move and says where the case stands then.
    pub(crate) async fn moves(&mut self, account: &str, verb: &str, with: Value) -> &str {
        let peer = self.province.peer(account, "routing").await;
        let moved = self.asked(peer, verb, with).await;
        let mut moved = moved.unwrap_or_else(|refused| panic!("{verb} as {account}: {refused}"));
        self.case = moved["case"].take();
        self.state()
    }

    /// Asks for a move that must be refused.
    pub(crate) async fn refused(&self, account: &str, verb: &str, with: Value) -> Status {
        let peer = self.province.peer(account, "routing").await;
        let moved = self.asked(peer, verb, with).await;
        moved.map_or_else(
            |refused| refused,
            |_| panic!("{verb} as {account} is not refused"),
        )
    }

    pub(crate) async fn asked(
        &self,
        peer: chassis::grpc::Peer,
        verb: &str,
        with: Value,
    ) -> Result<Value, Status> {
        let head = json!({
            "request_id": request_id(),
            "case_id": self.id(),
            "expected_revision": self.case["revision"],
        });
        let rpc = Rpc::named(&format!("suda.routing.v1.RoutingService/{verb}"));
        rpc.ask(peer, &merged(head, with)).await
    }

    /// Orders the credit department of 台山 to handle it.
    pub(crate) async fn order(&mut self) -> &str {
        let order = json!({
            "lead_unit_code": "589002XD",
            "matter": "核查自助机吞卡处理经过",
            "requirements": "七个工作日内办结并答复客户",
        });
        self.moves(HEAD, "IssueOrder", order).await
    }

    /// Accepts it and answers it directly; then it is closed.
    pub(crate) async fn answer_and_close(&mut self) {
        self.moves(HEAD, "Accept", json!({ "opinion": "受理" }))
            .await;
        self.moves(HEAD, "AnswerDirectly", four_parts()).await;
        let closed = self.moves(HEAD, "Close", json!({ "remark": "办结" })).await;
        assert_eq!(closed, "CLOSED");
    }

    /// Its clock of this code.
    pub(crate) async fn clock(&self, code: &str) -> Value {
        let rpc = "suda.sla_watchdog.v1.SlaWatchdogService/ListClocks";
        let asked = json!({ "case_id": self.id() });
        let told = self.province.ask("p44hgofficer", rpc, asked).await.unwrap();
        let clocks = told["clocks"].as_array().unwrap();
        let clock = clocks.iter().find(|clock| clock["code"] == code);
        clock.cloned().unwrap_or_default()
    }
}

/// The figures of the second half of 2026 of 台山's office: how many cases a row counts, and their numbers.
pub(crate) async fn counted(province: &Province, table: &str, row: &str) -> (u64, Vec<String>) {
    let rpc = "suda.regulatory_report.v1.RegulatoryReportService/Figures";
    let scope = json!({ "unit_code": "5890", "year": 2026, "term": "TERM_SECOND_HALF" });
    let told = province
        .ask("p5890head", rpc, json!({ "scope": scope }))
        .await;
    let told = told.unwrap();
    for identity in told["identities"].as_array().unwrap() {
        assert_eq!(identity["holds"], true, "{identity}");
    }
    let tables = told["tables"].as_array().unwrap();
    let rows = tables
        .iter()
        .filter(|found| found["code"] == table)
        .flat_map(|found| found["rows"].as_array().unwrap());
    let figure = rows.into_iter().find(|found| found["code"] == row);
    let figure = figure.unwrap_or_else(|| panic!("no {row} in {table}: {told}"));
    let mut numbers: Vec<String> = figure["case_numbers"]
        .as_array()
        .map(|numbers| {
            numbers
                .iter()
                .map(|number| number.as_str().unwrap().to_owned())
                .collect()
        })
        .unwrap_or_default();
    numbers.sort();
    (figure["count"].as_u64().unwrap_or_default(), numbers)
}
