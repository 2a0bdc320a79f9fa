//! Reports from the day they are expected to the last receipt.

use suda_proto::{
    common::v1::Page,
    directory::v1::{Taxonomy, TaxonomyAxis, TaxonomyEntry, TaxonomyPublished},
    regulatory_report::v1::{
        DraftReportRequest, ExportReportRequest, GetReportRequest, HandInReportRequest,
        ListReportsRequest, ListScorecardsRequest, RecordReceiptRequest, RehearseReportRequest,
        ReportDelivered, ReportExpected, ReportFormat, ReportNilRequest, ReportRecipient,
        ReportSection, ReportSigned, ReportState, ReportSubmitted, ReportView, ReturnReportRequest,
        ReviewReportRequest, SignReportRequest, WriteSectionRequest,
        report_service_client::ReportServiceClient,
    },
    routing::v1::{
        AppealDecided, AppealLodged, AppealOutcome, AppealView, AppealWithdrawn, CaseDeclined,
        DeclineGround, FollowedUp, ResultReturned, Satisfaction,
    },
};
use tonic::Code;

use super::*;

type Reports = ReportServiceClient<Peer>;

fn reports(stack: &Stack, person: &Person) -> Reports {
    ReportServiceClient::new(stack.channel_as(person))
}

/// The office's officer and its head: one writes, the other judges.
fn officer(id: &str) -> Person {
    person(id)
        .post("5890-officer", "5890", "5890", "office_officer")
        .unions(["5890", "589001", "589002"])
}

fn head() -> Person {
    person("P-HEAD")
        .post("5890-head", "5890", "5890", "office_head")
        .unions(["5890", "589001", "589002"])
}

/// Asks once more until it is said what the revision is; each request has an id of its own.
struct Life<'a> {
    stack: &'a Stack,
    view: ReportView,
}

impl Life<'_> {
    fn next(&self) -> (String, String, u64) {
        let id = self.stack.ids.new_id().to_string();
        (id, self.view.report_id.clone(), self.view.revision)
    }

    async fn write(&mut self, by: &Person, section: ReportSection) {
        let (request_id, report_id, expected_revision) = self.next();
        let request = WriteSectionRequest {
            request_id,
            report_id,
            expected_revision,
            section: section.into(),
            text: "本期受理渠道畅通,投诉均已登记。".to_owned(),
        };
        let told = reports(self.stack, by).write_section(request).await;
        self.view = told.unwrap().into_inner().report.unwrap();
    }

    async fn hand_in(&mut self, by: &Person) -> Result<(), Status> {
        let (request_id, report_id, expected_revision) = self.next();
        let request = HandInReportRequest {
            request_id,
            report_id,
            expected_revision,
        };
        let told = reports(self.stack, by).hand_in_report(request).await?;
        self.view = told.into_inner().report.unwrap();
        Ok(())
    }

    async fn review(&mut self, by: &Person) -> Result<(), Status> {
        let (request_id, report_id, expected_revision) = self.next();
        let request = ReviewReportRequest {
            request_id,
            report_id,
            expected_revision,
            opinion: "数据属实".to_owned(),
        };
        let told = reports(self.stack, by).review_report(request).await?;
        self.view = told.into_inner().report.unwrap();
        Ok(())
    }

    async fn sign(&mut self, by: &Person) -> Result<(), Status> {
        let (request_id, report_id, expected_revision) = self.next();
        let request = SignReportRequest {
            request_id,
            report_id,
            expected_revision,
            cut_off_at: None,
        };
        let told = reports(self.stack, by).sign_report(request).await?;
        self.view = told.into_inner().report.unwrap();
        Ok(())
    }

    async fn receipt(&mut self, by: &Person, recipient: ReportRecipient) {
        let (request_id, report_id, expected_revision) = self.next();
        let request = RecordReceiptRequest {
            request_id,
            report_id,
            expected_revision,
            recipient: recipient.into(),
            delivered_at: None,
            receipt: "收文〔2026〕7号".to_owned(),
        };
        let told = reports(self.stack, by).record_receipt(request).await;
        self.view = told.unwrap().into_inner().report.unwrap();
    }

    async fn exported(&self, by: &Person, format: ReportFormat) -> Vec<u8> {
        let request = ExportReportRequest {
            report_id: self.view.report_id.clone(),
            format: format.into(),
        };
        let told = reports(self.stack, by).export_report(request).await;
        told.unwrap().into_inner().data
    }
}

async fn drafted<'a>(
    stack: &'a Stack,
    by: &Person,
    unit: &str,
    reason: &str,
) -> Result<Life<'a>, Status> {
    let request = DraftReportRequest {
        request_id: stack.ids.new_id().to_string(),
        unit_code: unit.to_owned(),
        year: 2026,
        term: Term::Year.into(),
        addendum_reason: reason.to_owned(),
    };
    let told = reports(stack, by).draft_report(request).await?;
    let view = told.into_inner().report.unwrap();
    Ok(Life { stack, view })
}

const SECTIONS: [ReportSection; 4] = [
    ReportSection::Operation,
    ReportSection::Problems,
    ReportSection::Causes,
    ReportSection::Rectification,
];

/// The words of a DOCX file.
/// Publishes a taxonomy of one cause.
async fn named(stack: &Stack) {
    let cause = TaxonomyEntry {
        code: "C01".into(),
        axis: TaxonomyAxis::Cause.into(),
        name: "服务态度及服务质量".into(),
        ..TaxonomyEntry::default()
    };
    let taxonomy = Taxonomy {
        code: "guangdong".into(),
        version: 1,
        entries: vec![cause],
        ..Taxonomy::default()
    };
    let told = TaxonomyPublished {
        taxonomy: Some(taxonomy),
        occurred_at: None,
    };
    stack.publish(&told, "all", "guangdong").await;
    stack.settle().await;
}

fn docx(bytes: &[u8]) -> String {
    let mut file = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    let mut body = file.by_name("word/document.xml").unwrap();
    std::io::Read::read_to_string(&mut body, &mut text).unwrap();
    text
}

#[tokio::test]
async fn g23_reports_are_expected_once_of_offices_and_the_unions_of_their_prefecture() {
    let stack = started().await;
    stack.run_task("expect_reports").await;
    stack.run_task("expect_reports").await;
    let expected: Vec<ReportExpected> = stack.published().await;
    let mut whose: Vec<_> = expected
        .iter()
        .map(|fact| {
            let view = fact.report.as_ref().unwrap();
            assert_eq!(
                view.due_at,
                Some(timestamp(utc("2026-12-15T00:00:00+08:00")))
            );
            (view.unit_code.clone(), view.term())
        })
        .collect();
    whose.sort_by(|one, other| one.0.cmp(&other.0));
    // 高明 left 江门 for 佛山, whose name it does not carry; 台山 carries no prefecture's name. 15 June is behind us.
    let year = |unit: &str| (unit.to_owned(), Term::Year);
    assert_eq!(whose, [year("5880"), year("5890"), year("589001")]);
    stack.stop().await;
}

#[tokio::test]
async fn g23_a_report_goes_from_draft_to_receipts_and_stays_what_was_signed() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "2026-07-02T10:00:00+08:00");
    case.tell(&stack, &case.registered()).await;
    case.tell(&stack, &case.closed("2026-07-10T10:00:00+08:00"))
        .await;
    stack.settle().await;
    stack.run_task("expect_reports").await;
    let (one, head) = (officer("P-ONE"), head());
    let mut life = drafted(&stack, &one, "5890", "").await.unwrap();
    assert_eq!(life.view.state(), ReportState::Drafted);
    let refused = life.hand_in(&one).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("机制运行情况"), "{refused}");
    for section in SECTIONS {
        life.write(&one, section).await;
    }
    life.hand_in(&one).await.unwrap();
    // An officer does not review, and no author does, whatever his post.
    let by_officer = life.review(&officer("P-TWO")).await.unwrap_err();
    assert_eq!(by_officer.code(), Code::PermissionDenied);
    let author = person("P-ONE")
        .post("5890-head", "5890", "5890", "office_head")
        .unions(["5890", "589001", "589002"]);
    let by_author = life.review(&author).await.unwrap_err();
    assert_eq!(by_author.code(), Code::FailedPrecondition);
    life.review(&head).await.unwrap();
    life.sign(&head).await.unwrap();
    assert_eq!(life.view.state(), ReportState::Signed);
    let signed = life.exported(&one, ReportFormat::Json).await;
    let told: serde_json::Value = serde_json::from_slice(&signed).unwrap();
    assert_eq!(told["sections"].as_array().unwrap().len(), 4);
    assert_eq!(told["comparisons"][1]["code"], "received");
    assert_eq!(
        (
            &told["comparisons"][1]["current"],
            &told["comparisons"][1]["before"]
        ),
        (&1.into(), &0.into())
    );

    // It is set as an official paper too, and as one that can be edited: frozen with the figures.
    let paper = life.exported(&one, ReportFormat::Pdf).await;
    assert!(paper.starts_with(b"%PDF-1."));
    let editable = life.exported(&one, ReportFormat::Docx).await;
    let words = docx(&editable);
    for said in [
        "客户投诉管理机制运行情况报告",
        "投诉原因分析",
        "数据勾稽关系",
        "当地监管部门、银行业协会(同业公会)",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }

    // A complaint that is registered late changes the figures, but not what was signed.
    let late = Told::new(&stack, "589002", 2, "2026-07-03T10:00:00+08:00");
    late.tell(&stack, &late.registered()).await;
    stack.settle().await;
    assert_eq!(life.exported(&one, ReportFormat::Json).await, signed);
    assert_eq!(life.exported(&one, ReportFormat::Pdf).await, paper);
    // Nor do names that are published later; the addendum has them.
    let cause = |told: &serde_json::Value| {
        let tables = told["tables"].as_array().unwrap();
        let cause = tables.iter().find(|table| table["code"] == "cause");
        cause.unwrap()["rows"][0]["label"].clone()
    };
    let told: serde_json::Value = serde_json::from_slice(&signed).unwrap();
    assert_eq!(cause(&told), "C01(未收录)");
    named(&stack).await;
    assert_eq!(life.exported(&one, ReportFormat::Json).await, signed);
    assert_eq!(life.exported(&one, ReportFormat::Pdf).await, paper);
    for recipient in [ReportRecipient::Regulator, ReportRecipient::Association] {
        life.receipt(&one, recipient).await;
    }
    assert_eq!(life.view.state(), ReportState::Signed);
    let too_early = drafted(&stack, &one, "5890", "漏报一件")
        .await
        .err()
        .unwrap();
    assert_eq!(too_early.code(), Code::FailedPrecondition);
    life.receipt(&one, ReportRecipient::Compliance).await;
    assert_eq!(life.view.state(), ReportState::Submitted);

    // It is put right by an addendum, and in no other way.
    let again = drafted(&stack, &one, "5890", "").await.err().unwrap();
    assert_eq!(again.code(), Code::FailedPrecondition);
    let mut addendum = drafted(&stack, &one, "5890", "漏报一件").await.unwrap();
    assert_eq!(addendum.view.addendum, 1);
    addendum.write(&one, ReportSection::Problems).await;
    addendum.hand_in(&one).await.unwrap();
    addendum.review(&head).await.unwrap();
    addendum.sign(&head).await.unwrap();
    let corrected = addendum.exported(&one, ReportFormat::Json).await;
    let told: serde_json::Value = serde_json::from_slice(&corrected).unwrap();
    assert_eq!(told["comparisons"][1]["current"], 2);
    assert_eq!(told["addendum_reason"], "漏报一件");
    assert_eq!(cause(&told), "服务态度及服务质量");

    let expected: Vec<ReportDelivered> = stack.published().await;
    assert_eq!(expected.len(), 3);
    let submitted: Vec<ReportSubmitted> = stack.published().await;
    assert_eq!(submitted.len(), 1);
    let signatures: Vec<ReportSigned> = stack.published().await;
    assert_eq!(signatures.len(), 2);
    let whole = GetReportRequest {
        report_id: life.view.report_id.clone(),
    };
    let whole = reports(&stack, &head).get_report(whole).await.unwrap();
    let whole = whole.into_inner();
    assert_eq!(
        (whole.receipts.len(), whole.unit_name.as_str()),
        (3, "江门办事处")
    );
    assert_eq!(whole.steps.first().unwrap().event, "ReportExpected");
    assert_eq!(whole.steps.last().unwrap().event, "ReportSubmitted");
    stack.stop().await;
}

#[tokio::test]
async fn g23_a_nil_report_takes_one_step_and_is_refused_when_there_was_something() {
    let stack = started().await;
    let nil = |unit: &str| ReportNilRequest {
        request_id: stack.ids.new_id().to_string(),
        unit_code: unit.to_owned(),
        year: 2026,
        term: Term::Year.into(),
    };
    let clerk = |union: &str| {
        let (code, unit) = (format!("{union}SL-clerk"), format!("{union}SL"));
        person("P-CLERK").post(&code, &unit, union, "reception_clerk")
    };
    let request = nil("589001");
    let told = reports(&stack, &clerk("589001"))
        .report_nil(request.clone())
        .await;
    let view = told.unwrap().into_inner().report.unwrap();
    assert!(view.nil);
    assert_eq!(view.state(), ReportState::HandedIn);
    // The same request again is the same report.
    let again = reports(&stack, &clerk("589001")).report_nil(request).await;
    assert_eq!(again.unwrap().into_inner().report.unwrap(), view);

    let case = Told::new(&stack, "589002", 1, "2026-07-02T10:00:00+08:00");
    case.tell(&stack, &case.registered()).await;
    stack.settle().await;
    let refused = reports(&stack, &clerk("589002"))
        .report_nil(nil("589002"))
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("1 件"), "{refused}");
    assert_eq!(stack.count("SELECT count(*) FROM reports").await, 1);
    // Nor for another union.
    let foreign = reports(&stack, &clerk("589002"))
        .report_nil(nil("589001"))
        .await;
    assert_eq!(foreign.unwrap_err().code(), Code::PermissionDenied);
    stack.stop().await;
}

#[tokio::test]
async fn g23_a_rehearsal_names_what_is_missing_on_the_day_it_is_due() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "2026-07-02T10:00:00+08:00");
    case.tell(&stack, &case.registered()).await;
    case.tell(&stack, &case.breached("L18", "2026-07-18T00:00:00+08:00"))
        .await;
    stack.settle().await;
    let request = RehearseReportRequest {
        unit_code: "5890".to_owned(),
        year: 2026,
        term: Term::Year.into(),
        as_of: None,
    };
    let told = reports(&stack, &head()).rehearse_report(request).await;
    let told = told.unwrap().into_inner();
    let codes: Vec<_> = told
        .findings
        .iter()
        .map(|found| found.code.as_str())
        .collect();
    assert_eq!(codes, ["business", "via", "overdue", "below", "text"]);
    assert_eq!(told.findings[2].case_numbers, [case.number]);
    assert!(told.findings[3].sentence.contains("江门农商行尚未签发"));
    stack.stop().await;
}

#[tokio::test]
async fn g23_a_stale_or_foreign_caller_changes_nothing() {
    let stack = started().await;
    let one = officer("P-ONE");
    let mut life = drafted(&stack, &one, "5890", "").await.unwrap();
    let stale = life.view.clone();
    life.write(&one, ReportSection::Causes).await;
    let current = std::mem::replace(&mut life.view, stale);
    let request = ReturnReportRequest {
        request_id: stack.ids.new_id().to_string(),
        report_id: life.view.report_id.clone(),
        expected_revision: life.view.revision,
        reasons: "补充原因".to_owned(),
    };
    let refused = reports(&stack, &head()).return_report(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::Aborted);
    // Another union's people find no such report, in no list.
    let foreign = head_of("588001");
    let asked = GetReportRequest {
        report_id: current.report_id.clone(),
    };
    let hidden = reports(&stack, &foreign).get_report(asked).await;
    assert_eq!(hidden.unwrap_err().code(), Code::NotFound);
    let listed = |page| ListReportsRequest {
        page,
        ..ListReportsRequest::default()
    };
    let none = reports(&stack, &foreign).list_reports(listed(None)).await;
    assert!(none.unwrap().into_inner().reports.is_empty());
    let page = Page {
        size: 1,
        token: String::new(),
    };
    let own = reports(&stack, &one).list_reports(listed(Some(page))).await;
    assert_eq!(own.unwrap().into_inner().reports, [current]);
    // PostgreSQL itself keeps it from them, whatever a statement asks.
    let walled = ["reports", "report_sections", "report_steps"];
    stack.assert_walled(&walled, &foreign).await;
    let all = "SELECT count(*) AS count FROM report_sections";
    assert_eq!(stack.count_seen(&one, all).await, stack.count(all).await);
    let without = stack
        .without_policy(&["union_code", "report_id", "case_id"])
        .await;
    let facts = [
        "appeals",
        "case_turns",
        "clock_results",
        "extensions",
        "units",
    ];
    assert_eq!(without, facts);
    stack.stop().await;
}

#[tokio::test]
async fn g8_l27_scorecards_tell_their_formula_and_what_they_were_made_of() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "2026-07-02T10:00:00+08:00");
    case.tell(&stack, &case.closed("2026-07-10T10:00:00+08:00"))
        .await;
    let returned = ResultReturned {
        case: Some(case.view(CaseState::Handling, 5)),
        occurred_at: Some(timestamp(utc("2026-07-08T10:00:00+08:00"))),
        ..ResultReturned::default()
    };
    case.tell(&stack, &returned).await;
    // The same was complained of again, and declined because this case had answered it; nobody changed the answer.
    let again = Told::new(&stack, "589002", 2, "2026-07-20T10:00:00+08:00");
    let declined = CaseDeclined {
        case: Some(again.view(CaseState::Declined, 3)),
        occurred_at: Some(timestamp(utc("2026-07-21T10:00:00+08:00"))),
        ground: DeclineGround::AnsweredBefore.into(),
        answered_case_id: case.id.to_string(),
        ..CaseDeclined::default()
    };
    again.tell(&stack, &declined).await;
    let withdrawn = AppealView {
        appeal_id: again.id.to_string(),
        case_id: case.id.to_string(),
        received_at: Some(timestamp(utc("2026-07-22T10:00:00+08:00"))),
        withdrawn_at: Some(timestamp(utc("2026-07-23T10:00:00+08:00"))),
        revision: 2,
        ..AppealView::default()
    };
    let withdrawn = AppealWithdrawn {
        appeal: Some(withdrawn),
        ..AppealWithdrawn::default()
    };
    case.tell(&stack, &withdrawn).await;
    stack.settle().await;
    let request = ListScorecardsRequest {
        scope: Some(scope("5890", 2026, Term::SecondHalf)),
    };
    let told = reports(&stack, &head()).list_scorecards(request).await;
    let told = told.unwrap().into_inner();
    assert_eq!(told.scorecards.len(), 1);
    let card = &told.scorecards[0];
    assert_eq!(
        (card.unit_name.as_str(), card.score_hundredths),
        ("台山农商行", 6_500)
    );
    let rates: Vec<_> = card
        .rates
        .iter()
        .map(|rate| (rate.code.as_str(), rate.part, rate.whole))
        .collect();
    let made = [
        ("timeliness", 1, 1),
        ("first_time", 0, 1),
        ("repeat", 0, 1),
        ("appeal", 1, 1),
        ("satisfaction", 0, 0),
    ];
    assert_eq!(rates, made);
    let told_of = figures(&stack, &head(), scope("5890", 2026, Term::SecondHalf))
        .await
        .unwrap();
    assert_eq!(
        cases(&told_of, "appeal", "withdrawn"),
        [case.number.as_str()]
    );
    assert_eq!(told.formula.len(), card.rates.len());
    stack.stop().await;
}

#[tokio::test]
async fn g12_5_z4_8_figures_of_any_span_of_days_are_had_at_any_time() {
    let stack = started().await;
    for (item, day) in [(1, "2026-07-02"), (2, "2026-07-03"), (3, "2026-07-04")] {
        let case = Told::new(&stack, "589002", item, &format!("{day}T10:00:00+08:00"));
        case.tell(&stack, &case.registered()).await;
    }
    stack.settle().await;
    let span = |first: &str, last: &str| Scope {
        unit_code: "589002".to_owned(),
        term: Term::Span.into(),
        first_day: first.to_owned(),
        last_day: last.to_owned(),
        ..Scope::default()
    };
    let head = head_of("589002");
    let told = figures(&stack, &head, span("2026-07-03", "2026-07-03"))
        .await
        .unwrap();
    assert_eq!(cases(&told, "summary", "received"), ["589002-2026-000002"]);
    assert_eq!(cases(&told, "month", "2026-07"), ["589002-2026-000002"]);
    let received = told
        .comparisons
        .iter()
        .find(|row| row.code == "received")
        .unwrap();
    assert_eq!(
        (received.current, received.before, received.year_before),
        (1, 1, 0)
    );
    let backwards = figures(&stack, &head, span("2026-07-04", "2026-07-03")).await;
    assert_eq!(backwards.unwrap_err().code(), Code::InvalidArgument);
    let none = figures(&stack, &head, span("", "2026-07-03")).await;
    assert_eq!(none.unwrap_err().code(), Code::InvalidArgument);
    stack.stop().await;
}

#[tokio::test]
async fn g23_l20_g12_6_appeals_and_call_backs_count_whatever_order_they_come_in() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "2026-07-02T10:00:00+08:00");
    let appeal = |revision, outcome: AppealOutcome| AppealView {
        appeal_id: case.id.to_string(),
        case_id: case.id.to_string(),
        received_at: Some(timestamp(utc("2026-07-20T10:00:00+08:00"))),
        decided_at: (revision > 1).then(|| timestamp(utc("2026-08-01T10:00:00+08:00"))),
        outcome: outcome.into(),
        revision,
        ..AppealView::default()
    };
    let decided = AppealDecided {
        appeal: Some(appeal(3, AppealOutcome::Changed)),
        ..AppealDecided::default()
    };
    let lodged = AppealLodged {
        appeal: Some(appeal(1, AppealOutcome::Unspecified)),
        ..AppealLodged::default()
    };
    let called = |satisfaction: Satisfaction, at: &str| FollowedUp {
        case: Some(case.view(CaseState::Closed, 9)),
        occurred_at: Some(timestamp(utc(at))),
        satisfaction: satisfaction.into(),
        ..FollowedUp::default()
    };
    // The decision before the appeal, the later call before the earlier one, and the case last.
    case.tell(&stack, &decided).await;
    case.tell(&stack, &lodged).await;
    case.tell(
        &stack,
        &called(Satisfaction::Satisfied, "2026-07-15T10:00:00+08:00"),
    )
    .await;
    case.tell(
        &stack,
        &called(Satisfaction::Dissatisfied, "2026-07-13T10:00:00+08:00"),
    )
    .await;
    case.tell(
        &stack,
        &called(Satisfaction::NotReached, "2026-07-16T10:00:00+08:00"),
    )
    .await;
    let mut closed = case.closed("2026-07-10T10:00:00+08:00");
    closed.case.as_mut().unwrap().revision = 10;
    case.tell(&stack, &closed).await;
    stack.settle().await;
    let head = head_of("589002");
    let told = figures(&stack, &head, scope("589002", 2026, Term::SecondHalf)).await;
    let told = told.unwrap();
    let own = std::slice::from_ref(&case.number);
    assert_eq!(cases(&told, "appeal", "lodged"), own);
    assert_eq!(cases(&told, "appeal", "changed"), own);
    assert_eq!(cases(&told, "appeal", "open"), Vec::<String>::new());
    assert_eq!(cases(&told, "follow_up", "satisfied"), own);
    assert_eq!(
        cases(&told, "follow_up", "unsatisfied"),
        Vec::<String>::new()
    );
    stack.stop().await;
}
