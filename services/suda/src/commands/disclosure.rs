//! `suda reprisal`, `suda violation`, `suda major`: what goes straight up.

use chrono::{DateTime, FixedOffset};
use suda_proto::routing::v1::{
    AcknowledgeReprisalRequest, AnswerReprisalRequest, ListMajorsRequest, ListReprisalsRequest,
    ListViolationsRequest, MajorKind, MajorView, RecordViolationReceiptRequest, ReportMajorRequest,
    ReportReprisalRequest, ReportViolationRequest, ReprisalKind, ReprisalView,
    TransferViolationRequest, ViolationView, disclosure_service_client::DisclosureServiceClient,
};

use super::matters::{Facts, case_id, history, list, show, stamp};
use crate::{
    given::uuid,
    output::{Form, time},
    session::{Session, answer},
    words::{self, said},
};

type Client = DisclosureServiceClient<chassis::grpc::client::Peer>;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Reprisal {
    /// Reports reprisal or obstruction straight to the compliance department.
    Report {
        /// What it is.
        #[arg(long, value_parser = words::parser("REPRISAL_KIND_", ReprisalKind::from_str_name))]
        kind: ReprisalKind,
        /// The number of the complaint.
        #[arg(long, default_value = "")]
        case: String,
        /// What happened, when, by whom.
        #[arg(long)]
        account: String,
    },
    /// Takes note of a report.
    Acknowledge {
        /// The report's id.
        id: String,
    },
    /// Answers a report.
    Answer {
        /// The report's id.
        id: String,
        /// What was found, and what is done about it.
        #[arg(long)]
        answer: String,
    },
    /// Lists reports: all for the compliance department, else one's own.
    List {
        /// Only what waits, longest waiting first.
        #[arg(long)]
        waiting: bool,
    },
}

pub(super) async fn reprisal(what: &Reprisal, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DisclosureServiceClient::new(session.peer("routing").await?);
    let report = match what {
        Reprisal::Report {
            kind,
            case,
            account,
        } => {
            let request = ReportReprisalRequest {
                request_id: uuid(),
                case_number: case.clone(),
                kind: (*kind).into(),
                account: account.clone(),
                evidence: Vec::new(),
            };
            answer(client.report_reprisal(request).await)?.reprisal
        }
        Reprisal::Acknowledge { id } => {
            let request = AcknowledgeReprisalRequest {
                request_id: uuid(),
                expected_revision: reprisal_revision(&mut client, id).await?,
                reprisal_id: id.clone(),
            };
            answer(client.acknowledge_reprisal(request).await)?.reprisal
        }
        Reprisal::Answer { id, answer: text } => {
            let request = AnswerReprisalRequest {
                request_id: uuid(),
                expected_revision: reprisal_revision(&mut client, id).await?,
                reprisal_id: id.clone(),
                answer: text.clone(),
            };
            answer(client.answer_reprisal(request).await)?.reprisal
        }
        Reprisal::List { waiting } => {
            let request = ListReprisalsRequest {
                page: None,
                waiting_only: *waiting,
            };
            let found = answer(client.list_reprisals(request).await)?;
            let views: Vec<ReprisalView> = found
                .reprisals
                .iter()
                .filter_map(|report| report.view.clone())
                .collect();
            list(form, &found, &views, reprisal_facts)?;
            if form == Form::Table {
                for report in &found.reprisals {
                    history(&report.history);
                }
            }
            return Ok(());
        }
    };
    show(form, &report.unwrap_or_default(), reprisal_facts)
}

async fn reprisal_revision(client: &mut Client, id: &str) -> anyhow::Result<u64> {
    let request = ListReprisalsRequest::default();
    let found = answer(client.list_reprisals(request).await)?.reprisals;
    let views = found.into_iter().filter_map(|report| report.view);
    let view = views.into_iter().find(|view| view.reprisal_id == id);
    view.map(|view| view.revision)
        .ok_or_else(|| anyhow::anyhow!("没有您可以查看的报告 {id}"))
}

fn reprisal_facts(report: &ReprisalView) -> Facts {
    vec![
        ("标识", report.reprisal_id.clone()),
        ("类别", said(report.kind().as_str_name())),
        ("状态", said(report.state().as_str_name())),
        ("报告", time(report.reported_at.as_ref())),
        ("签收", time(report.acknowledged_at.as_ref())),
        ("答复", time(report.answered_at.as_ref())),
    ]
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Violation {
    /// Reports a serious violation by staff straight to the compliance department.
    Report {
        /// The unit of the staff concerned.
        #[arg(long)]
        unit: String,
        /// The member of staff, when known.
        #[arg(long, default_value = "")]
        person: String,
        /// The number of the complaint it came to light by.
        #[arg(long, default_value = "")]
        case: String,
        /// What is known.
        #[arg(long)]
        account: String,
    },
    /// Transfers it to the department that pursues it.
    Transfer {
        /// The report's id.
        id: String,
        /// The department.
        #[arg(long)]
        to: String,
        /// Why, and with what.
        #[arg(long)]
        reason: String,
    },
    /// Records the receipt of that department.
    Receipt {
        /// The report's id.
        id: String,
        /// The number of the receipt.
        #[arg(long)]
        number: String,
    },
    /// Lists reports.
    List {
        /// Only what waits, longest waiting first.
        #[arg(long)]
        waiting: bool,
    },
}

pub(super) async fn violation(
    what: &Violation,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut client = DisclosureServiceClient::new(session.peer("routing").await?);
    let report = match what {
        Violation::Report {
            unit,
            person,
            case,
            account,
        } => {
            let request = ReportViolationRequest {
                request_id: uuid(),
                case_number: case.clone(),
                unit_code: unit.clone(),
                person_id: person.clone(),
                account: account.clone(),
                evidence: Vec::new(),
            };
            answer(client.report_violation(request).await)?.violation
        }
        Violation::Transfer { id, to, reason } => {
            let request = TransferViolationRequest {
                request_id: uuid(),
                expected_revision: violation_revision(&mut client, id).await?,
                violation_id: id.clone(),
                to_unit_code: to.clone(),
                reason: reason.clone(),
            };
            answer(client.transfer_violation(request).await)?.violation
        }
        Violation::Receipt { id, number } => {
            let request = RecordViolationReceiptRequest {
                request_id: uuid(),
                expected_revision: violation_revision(&mut client, id).await?,
                violation_id: id.clone(),
                receipt_number: number.clone(),
                note: String::new(),
            };
            answer(client.record_violation_receipt(request).await)?.violation
        }
        Violation::List { waiting } => {
            let request = ListViolationsRequest {
                page: None,
                waiting_only: *waiting,
            };
            let found = answer(client.list_violations(request).await)?;
            let views: Vec<ViolationView> = found
                .violations
                .iter()
                .filter_map(|report| report.view.clone())
                .collect();
            list(form, &found, &views, violation_facts)?;
            if form == Form::Table {
                for report in &found.violations {
                    history(&report.history);
                }
            }
            return Ok(());
        }
    };
    show(form, &report.unwrap_or_default(), violation_facts)
}

async fn violation_revision(client: &mut Client, id: &str) -> anyhow::Result<u64> {
    let request = ListViolationsRequest::default();
    let found = answer(client.list_violations(request).await)?.violations;
    let views = found.into_iter().filter_map(|report| report.view);
    let view = views.into_iter().find(|view| view.violation_id == id);
    view.map(|view| view.revision)
        .ok_or_else(|| anyhow::anyhow!("没有您可以查看的报告 {id}"))
}

fn violation_facts(report: &ViolationView) -> Facts {
    vec![
        ("标识", report.violation_id.clone()),
        ("部门", report.unit_code.clone()),
        ("状态", said(report.state().as_str_name())),
        ("报告", time(report.reported_at.as_ref())),
        ("移交", time(report.transferred_at.as_ref())),
        ("回执", time(report.received_at.as_ref())),
    ]
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Major {
    /// Tells a grave or urgent case up the line at once.
    Report {
        /// The case, by number or id.
        #[arg(long)]
        case: String,
        /// Why.
        #[arg(long, value_parser = words::parser("MAJOR_KIND_", MajorKind::from_str_name))]
        kind: MajorKind,
        /// When it was known; when the complaint was received if it is not given.
        #[arg(long)]
        known: Option<DateTime<FixedOffset>>,
        /// What is grave or urgent about it.
        #[arg(long)]
        circumstances: String,
    },
    /// Lists the cases that were told, with how long that took.
    List {
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
    },
}

pub(super) async fn major(what: &Major, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DisclosureServiceClient::new(session.peer("routing").await?);
    match what {
        Major::Report {
            case,
            kind,
            known,
            circumstances,
        } => {
            let request = ReportMajorRequest {
                request_id: uuid(),
                case_id: case_id(case, session).await?,
                kind: (*kind).into(),
                known_at: stamp(*known),
                circumstances: circumstances.clone(),
            };
            let done = answer(client.report_major(request).await)?;
            show(form, &done.major.unwrap_or_default(), major_facts)
        }
        Major::List { union } => {
            let request = ListMajorsRequest {
                union_code: union.clone(),
                ..ListMajorsRequest::default()
            };
            let found = answer(client.list_majors(request).await)?;
            list(form, &found, &found.majors, major_facts)
        }
    }
}

fn major_facts(major: &MajorView) -> Facts {
    let told = major
        .notices
        .iter()
        .map(|notice| format!("{} {}", notice.to_post, time(notice.sent_at.as_ref())));
    vec![
        ("案件", major.case_id.clone()),
        ("联社", major.union_code.clone()),
        ("类别", said(major.kind().as_str_name())),
        ("知悉", time(major.known_at.as_ref())),
        ("告知", told.collect::<Vec<_>>().join(";")),
        ("相隔分钟", (major.delay_seconds / 60).to_string()),
        ("迟报", if major.late { "是" } else { "" }.to_owned()),
    ]
}
