//! Regulatory-report from outside: over gRPC, with a real PostgreSQL and a real broker.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod counting;
mod exporting;
mod reference;
mod reporting;

use chassis::{
    grpc::{Peer, timestamp},
    testing::{Person, Stack, person},
};
use chrono::{DateTime, Utc};
use regulatory_report::RegulatoryReport;
use suda_proto::{
    common::v1::{Channel, Nature},
    directory::v1::{Unit, UnitChanged, UnitKind, UnitPeriod},
    intake::v1::{ComplaintRegistered, ComplaintView},
    regulatory_report::v1::{
        FiguresRequest, FiguresResponse, Scope, Term,
        regulatory_report_service_client::RegulatoryReportServiceClient,
    },
    routing::v1::{CaseClosed, CaseOpened, CaseOutcome, CaseState, CaseView},
    sla_watchdog::v1::{ClockBreached, ClockView},
};
use tonic::Status;
use uuid::Uuid;

type Client = RegulatoryReportServiceClient<Peer>;

fn client(stack: &Stack, person: &Person) -> Client {
    RegulatoryReportServiceClient::new(stack.channel_as(person))
}

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn head_of(union: &str) -> Person {
    let (code, unit) = (format!("{union}SL-head"), format!("{union}SL"));
    person("P-UNION").post(&code, &unit, union, "reception_head")
}

fn office() -> Person {
    person("P-OFFICE")
        .post("5890-officer", "5890", "5890", "office_officer")
        .unions(["5890", "589001", "589002"])
}

fn province() -> Person {
    person("P-PROVINCE")
        .post("44HG-officer", "44HG", "44", "compliance_officer")
        .unions(["*"])
}

fn unit(code: &str, kind: UnitKind, name: &str, periods: &[(&str, &str)]) -> UnitChanged {
    let periods = periods.iter().map(|(from, parent)| UnitPeriod {
        from: (*from).to_owned(),
        name: name.to_owned(),
        parent_code: (*parent).to_owned(),
    });
    UnitChanged {
        unit: Some(Unit {
            code: code.to_owned(),
            kind: kind.into(),
            revision: 1,
            periods: periods.collect(),
            union_code: code.to_owned(),
            ..Unit::default()
        }),
        occurred_at: None,
    }
}

/// A running service that knows a province of two offices and three unions; one union changed its office in April.
async fn started() -> Stack {
    let stack = Stack::start::<RegulatoryReport>(|_| {}).await;
    let since = "2020-01-01";
    for told in [
        unit("44", UnitKind::Province, "广东省联社", &[(since, "")]),
        unit("5890", UnitKind::Office, "江门办事处", &[(since, "44")]),
        unit("5880", UnitKind::Office, "佛山办事处", &[(since, "44")]),
        unit("589001", UnitKind::Union, "江门农商行", &[(since, "5890")]),
        unit("589002", UnitKind::Union, "台山农商行", &[(since, "5890")]),
        unit(
            "588001",
            UnitKind::Union,
            "高明农商行",
            &[(since, "5890"), ("2026-04-01", "5880")],
        ),
        unit(
            "58900201",
            UnitKind::Outlet,
            "台城网点",
            &[(since, "589002")],
        ),
    ] {
        let code = told.unit.as_ref().unwrap().code.clone();
        stack.publish(&told, &code, &code).await;
    }
    stack.settle().await;
    stack
}

/// A case of a test.
#[derive(Clone)]
struct Told {
    id: Uuid,
    union: &'static str,
    number: String,
    received_at: DateTime<Utc>,
}

impl Told {
    fn new(stack: &Stack, union: &'static str, item: u32, received_at: &str) -> Self {
        Self {
            id: stack.ids.new_id(),
            union,
            number: format!("{union}-2026-{item:06}"),
            received_at: utc(received_at),
        }
    }

    fn registered(&self) -> ComplaintRegistered {
        ComplaintRegistered {
            complaint: Some(ComplaintView {
                complaint_id: self.id.to_string(),
                number: self.number.clone(),
                union_code: self.union.to_owned(),
                unit_code: format!("{}01", self.union),
                channel: Channel::Phone.into(),
                nature: Nature::ConsumerComplaint.into(),
                received_at: Some(timestamp(self.received_at)),
                cause_code: "C01".to_owned(),
                revision: 1,
                ..ComplaintView::default()
            }),
            occurred_at: None,
        }
    }

    fn view(&self, state: CaseState, revision: u64) -> CaseView {
        CaseView {
            case_id: self.id.to_string(),
            complaint_id: self.id.to_string(),
            number: self.number.clone(),
            union_code: self.union.to_owned(),
            unit_code: format!("{}01", self.union),
            channel: Channel::Phone.into(),
            nature: Nature::ConsumerComplaint.into(),
            received_at: Some(timestamp(self.received_at)),
            cause_code: "C01".to_owned(),
            state: state.into(),
            revision,
            ..CaseView::default()
        }
    }

    fn opened(&self) -> CaseOpened {
        CaseOpened {
            case: Some(self.view(CaseState::Registered, 1)),
            ..CaseOpened::default()
        }
    }

    fn closed(&self, at: &str) -> CaseClosed {
        let view = CaseView {
            closed_at: Some(timestamp(utc(at))),
            outcome: CaseOutcome::Handled.into(),
            ..self.view(CaseState::Closed, 9)
        };
        CaseClosed {
            case: Some(view),
            ..CaseClosed::default()
        }
    }

    fn breached(&self, clock: &str, at: &str) -> ClockBreached {
        let clock = ClockView {
            code: clock.to_owned(),
            case_id: self.id.to_string(),
            ..ClockView::default()
        };
        ClockBreached {
            clock: Some(clock),
            occurred_at: Some(timestamp(utc(at))),
        }
    }

    async fn tell<M: prost::Message + prost::Name>(&self, stack: &Stack, fact: &M) {
        stack.publish(fact, self.union, &self.id.to_string()).await;
    }
}

fn scope(unit: &str, year: u32, term: Term) -> Scope {
    Scope {
        unit_code: unit.to_owned(),
        year,
        term: term.into(),
        ..Scope::default()
    }
}

async fn figures(stack: &Stack, person: &Person, scope: Scope) -> Result<FiguresResponse, Status> {
    let asked = FiguresRequest { scope: Some(scope) };
    Ok(client(stack, person).figures(asked).await?.into_inner())
}

/// The cases of a figure.
fn cases(answer: &FiguresResponse, table: &str, code: &str) -> Vec<String> {
    let rows = &answer
        .tables
        .iter()
        .find(|known| known.code == table)
        .unwrap()
        .rows;
    let figure = rows.iter().find(|known| known.code == code);
    figure
        .map(|figure| figure.case_numbers.clone())
        .unwrap_or_default()
}
