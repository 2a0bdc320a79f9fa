//! `suda report`: the figures of a term, and the half-year reports made of them.

mod figures;

use std::path::PathBuf;

use anyhow::Context;
use chassis::grpc::{LARGEST_MESSAGE, Peer, instant, timestamp};
use chrono::{DateTime, FixedOffset, Utc};
use suda_proto::regulatory_report::v1::{
    DraftReportRequest, ExportReportRequest, GetReportRequest, HandInReportRequest,
    ListReportsRequest, ListScorecardsRequest, RecordReceiptRequest, RehearseReportRequest,
    ReportFormat, ReportNilRequest, ReportRecipient, ReportSection, ReportView,
    ReturnReportRequest, ReviewReportRequest, Scope, SignReportRequest, Term, WriteSectionRequest,
    report_service_client::ReportServiceClient,
};

use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
    words::{happened, said},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Report {
    /// Shows the figures; with --xlsx writes them as a spreadsheet.
    Figures {
        #[command(flatten)]
        of: Of,
        /// Where to write a spreadsheet.
        #[arg(long)]
        xlsx: Option<PathBuf>,
    },
    /// Lists the cases behind a figure.
    Cases(figures::Cases),
    /// Shows the scorecards of the units below a unit, with the formula.
    Scorecards {
        #[command(flatten)]
        of: Of,
    },
    /// Says what would be missing or contradictory if the report were due on a day.
    Rehearse {
        #[command(flatten)]
        of: Of,
        /// As if it were this instant; the day it is due when it is not given.
        #[arg(long)]
        as_of: Option<DateTime<FixedOffset>>,
    },
    /// Lists reports, the ones due first on top.
    List {
        /// Only of this unit.
        #[arg(long, default_value = "")]
        unit: String,
        /// Only those not yet submitted.
        #[arg(long)]
        open: bool,
    },
    /// Shows a report with its text, its steps and its receipts.
    Show {
        /// The report's id.
        report: String,
    },
    /// Begins a report; with --addendum corrects a submitted one.
    Draft {
        #[command(flatten)]
        of: Of,
        /// Why a submitted report is to be corrected.
        #[arg(long, default_value = "")]
        addendum: String,
    },
    /// Drafts and hands in a report of a term in which nothing happened, in one step (零报告).
    Nil {
        #[command(flatten)]
        of: Of,
    },
    /// Writes a section: operation, problems, causes, rectification or next-steps.
    Write {
        /// The report's id.
        report: String,
        /// Which section.
        section: String,
        /// Its text.
        text: String,
    },
    /// Hands a report in for review.
    HandIn {
        /// The report's id.
        report: String,
    },
    /// Returns a report for more work.
    Return {
        /// The report's id.
        report: String,
        /// Why.
        #[arg(long)]
        reasons: String,
    },
    /// Passes a report; never by somebody who wrote it.
    Review {
        /// The report's id.
        report: String,
        /// The reviewer's opinion.
        #[arg(long, default_value = "")]
        opinion: String,
    },
    /// Signs a report: figures, text and documents are frozen.
    Sign {
        /// The report's id.
        report: String,
        /// Nothing is counted from here on; now, or the end of the term, when it is not given.
        #[arg(long)]
        cut_off: Option<DateTime<FixedOffset>>,
    },
    /// Records that regulator, association or compliance has it.
    Receipt {
        /// The report's id.
        report: String,
        /// Who has it: regulator, association or compliance.
        recipient: String,
        /// The receipt's number, or how it was handed over.
        #[arg(long)]
        receipt: String,
        /// Since when; now when it is not given.
        #[arg(long)]
        at: Option<DateTime<FixedOffset>>,
    },
    /// Writes a report as json, xlsx, pdf or docx.
    Export {
        /// The report's id.
        report: String,
        /// In what.
        #[arg(long, default_value = "pdf")]
        format: String,
        /// Where to; the report's own name when it is not given.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

/// Whose, of when.
#[derive(Debug, clap::Args)]
pub(super) struct Of {
    /// The union, the office, or 44 for the province.
    #[arg(long)]
    unit: String,
    /// The year.
    #[arg(long, default_value_t = 0, required_unless_present = "from")]
    year: u32,
    /// Which part of it: first-half, second-half or year.
    #[arg(long, default_value = "year")]
    term: String,
    /// The first day of a span of one's own, ISO; instead of year and term.
    #[arg(long, requires = "until")]
    from: Option<String>,
    /// Its last day.
    #[arg(long, requires = "from")]
    until: Option<String>,
}

impl Of {
    fn term(&self) -> anyhow::Result<Term> {
        if self.from.is_some() {
            return Ok(Term::Span);
        }
        Term::from_str_name(&enum_name("TERM", &self.term)).with_context(|| {
            let term = &self.term;
            format!("{term:?} 不是报告期;请写 first-half(上半年)、second-half(下半年)或 year(全年)")
        })
    }

    fn scope(&self) -> anyhow::Result<Option<Scope>> {
        Ok(Some(Scope {
            unit_code: self.unit.clone(),
            year: self.year,
            term: self.term()?.into(),
            cut_off_at: None,
            first_day: self.from.clone().unwrap_or_default(),
            last_day: self.until.clone().unwrap_or_default(),
        }))
    }
}

fn enum_name(prefix: &str, word: &str) -> String {
    format!("{prefix}_{}", word.to_uppercase().replace('-', "_"))
}

pub(super) async fn run(what: &Report, session: &Session, form: Form) -> anyhow::Result<()> {
    let peer = session.peer("regulatory-report").await?;
    let mut reports =
        ReportServiceClient::new(peer.clone()).max_decoding_message_size(LARGEST_MESSAGE);
    let request_id = uuid();
    match what {
        Report::Figures { of, xlsx } => figures::run(of, xlsx.as_ref(), peer, form).await,
        Report::Cases(wanted) => figures::cases(wanted, peer, form).await,
        Report::Scorecards { of } => {
            let scope = of.scope()?;
            let told = answer(
                reports
                    .list_scorecards(ListScorecardsRequest { scope })
                    .await,
            )?;
            let rows = told.scorecards.iter().map(|card| {
                let mut row = vec![
                    card.unit_name.clone(),
                    card.cases.to_string(),
                    hundredths(card.score_hundredths),
                ];
                row.extend(
                    card.rates
                        .iter()
                        .map(|rate| format!("{}/{}", rate.part, rate.whole)),
                );
                row
            });
            let rows: Vec<_> = rows.collect();
            if form == Form::Json {
                return output::json(
                    &serde_json::json!({ "scorecards": rows, "formula": told.formula }),
                );
            }
            let headings = [
                "单位",
                "件数",
                "得分",
                "按时",
                "一次办结",
                "无重复",
                "申诉维持",
                "回访满意",
            ];
            output::table(&headings, rows);
            for line in &told.formula {
                output::text(line);
            }
            Ok(())
        }
        Report::Rehearse { of, as_of } => {
            let request = RehearseReportRequest {
                unit_code: of.unit.clone(),
                year: of.year,
                term: of.term()?.into(),
                as_of: as_of.map(|at| timestamp(at.with_timezone(&Utc))),
            };
            let told = answer(reports.rehearse_report(request).await)?;
            let rows: Vec<_> = told
                .findings
                .into_iter()
                .map(|found| {
                    let weight = if found.blocking {
                        "必须处理"
                    } else {
                        "提示"
                    };
                    vec![
                        weight.to_owned(),
                        found.sentence,
                        found.case_numbers.join(" "),
                    ]
                })
                .collect();
            if form == Form::Json {
                return output::json(&serde_json::to_value(rows)?);
            }
            if rows.is_empty() {
                output::text("没有缺漏或矛盾,可以送审");
                return Ok(());
            }
            output::table(&["", "问题", "案件"], rows);
            Ok(())
        }
        Report::List { unit, open } => {
            let request = ListReportsRequest {
                unit_code: unit.clone(),
                open: *open,
                ..ListReportsRequest::default()
            };
            let told = answer(reports.list_reports(request).await)?;
            show(&told.reports, form)
        }
        Report::Show { report } => whole(report, &mut reports, form).await,
        Report::Draft { of, addendum } => {
            let request = DraftReportRequest {
                request_id,
                unit_code: of.unit.clone(),
                year: of.year,
                term: of.term()?.into(),
                addendum_reason: addendum.clone(),
            };
            one(answer(reports.draft_report(request).await)?.report, form)
        }
        Report::Nil { of } => {
            let request = ReportNilRequest {
                request_id,
                unit_code: of.unit.clone(),
                year: of.year,
                term: of.term()?.into(),
            };
            one(answer(reports.report_nil(request).await)?.report, form)
        }
        Report::Export { report, format, to } => {
            let format = ReportFormat::from_str_name(&enum_name("REPORT_FORMAT", format))
                .with_context(|| {
                    format!("{format:?} 不是可用的格式;请写 json、xlsx、pdf 或 docx")
                })?;
            let request = ExportReportRequest {
                report_id: report.clone(),
                format: format.into(),
            };
            let told = answer(reports.export_report(request).await)?;
            let to = to.clone().unwrap_or_else(|| PathBuf::from(&told.file_name));
            std::fs::write(&to, &told.data)
                .with_context(|| format!("无法写入 {}", to.display()))?;
            output::text(&format!("{}: {} 字节", to.display(), told.data.len()));
            Ok(())
        }
        verb => one(moved(verb, &mut reports, request_id).await?, form),
    }
}

/// The verbs that need the revision of the report; it is looked up, so that nobody has to type it.
async fn moved(
    what: &Report,
    reports: &mut ReportServiceClient<Peer>,
    request_id: String,
) -> anyhow::Result<Option<ReportView>> {
    let (Report::Write { report, .. }
    | Report::HandIn { report }
    | Report::Return { report, .. }
    | Report::Review { report, .. }
    | Report::Sign { report, .. }
    | Report::Receipt { report, .. }) = what
    else {
        return Ok(None);
    };
    let report_id = report.clone();
    let known = GetReportRequest {
        report_id: report_id.clone(),
    };
    let known = answer(reports.get_report(known).await)?.report;
    let expected_revision = known.unwrap_or_default().revision;
    Ok(match what {
        Report::Write { section, text, .. } => {
            let section = ReportSection::from_str_name(&enum_name("REPORT_SECTION", section))
                .with_context(|| {
                    format!("{section:?} 不是报告章节;请写 operation(机制运行情况)、problems(主要投诉问题)、causes(投诉原因分析)、rectification(整改措施)或 next-steps(下一步工作)")
                })?;
            let request = WriteSectionRequest {
                request_id,
                report_id,
                expected_revision,
                section: section.into(),
                text: text.clone(),
            };
            answer(reports.write_section(request).await)?.report
        }
        Report::HandIn { .. } => {
            let request = HandInReportRequest {
                request_id,
                report_id,
                expected_revision,
            };
            answer(reports.hand_in_report(request).await)?.report
        }
        Report::Return { reasons, .. } => {
            let request = ReturnReportRequest {
                request_id,
                report_id,
                expected_revision,
                reasons: reasons.clone(),
            };
            answer(reports.return_report(request).await)?.report
        }
        Report::Review { opinion, .. } => {
            let request = ReviewReportRequest {
                request_id,
                report_id,
                expected_revision,
                opinion: opinion.clone(),
            };
            answer(reports.review_report(request).await)?.report
        }
        Report::Sign { cut_off, .. } => {
            let request = SignReportRequest {
                request_id,
                report_id,
                expected_revision,
                cut_off_at: cut_off.map(|at| timestamp(at.with_timezone(&Utc))),
            };
            answer(reports.sign_report(request).await)?.report
        }
        Report::Receipt {
            recipient,
            receipt,
            at,
            ..
        } => {
            let recipient = ReportRecipient::from_str_name(&enum_name(
                "REPORT_RECIPIENT",
                recipient,
            ))
            .with_context(|| {
                format!("{recipient:?} 不是报送对象;请写 regulator(监管部门)、association(银行业协会)或 compliance(省联社合规部)")
            })?;
            let request = RecordReceiptRequest {
                request_id,
                report_id,
                expected_revision,
                recipient: recipient.into(),
                delivered_at: at.map(|at| timestamp(at.with_timezone(&Utc))),
                receipt: receipt.clone(),
            };
            answer(reports.record_receipt(request).await)?.report
        }
        _ => None,
    })
}

/// Hundredths as people read them, e.g. "87.25".
fn hundredths(points: u32) -> String {
    format!("{}.{:02}", points / 100, points % 100)
}

fn one(report: Option<ReportView>, form: Form) -> anyhow::Result<()> {
    show(&[report.unwrap_or_default()], form)
}

fn show(reports: &[ReportView], form: Form) -> anyhow::Result<()> {
    let word = |name: &str, prefix: &str| name.trim_start_matches(prefix).to_lowercase();
    let due = |report: &ReportView| output::due(report.due_at.as_ref());
    if form == Form::Json {
        let told: Vec<_> = reports
            .iter()
            .map(|report| {
                serde_json::json!({
                    "report_id": report.report_id, "unit": report.unit_code, "year": report.year,
                    "term": word(report.term().as_str_name(), "TERM_"), "addendum": report.addendum,
                    "state": word(report.state().as_str_name(), "REPORT_STATE_"), "revision": report.revision,
                    "nil": report.nil, "snapshot_digest": report.snapshot_digest,
                    "due": report.due_at.as_ref().and_then(instant).map(|at| at.to_rfc3339()),
                })
            })
            .collect();
        return output::json(&told.into());
    }
    let rows = reports.iter().map(|report| {
        let term = match report.term() {
            Term::FirstHalf => "上半年",
            Term::SecondHalf => "下半年",
            _ => "全年",
        };
        let addendum = match report.addendum {
            0 => String::new(),
            number => format!(" 补充{number}"),
        };
        vec![
            report.report_id.clone(),
            report.unit_code.clone(),
            format!(
                "{}年{term}{addendum}{}",
                report.year,
                if report.nil { "(零报告)" } else { "" }
            ),
            said(report.state().as_str_name()),
            due(report),
        ]
    });
    output::table(
        &["报告", "机构", "报告期", "状态", "报送期限"],
        rows.collect(),
    );
    Ok(())
}

async fn whole(
    report: &str,
    reports: &mut ReportServiceClient<Peer>,
    form: Form,
) -> anyhow::Result<()> {
    let request = GetReportRequest {
        report_id: report.to_owned(),
    };
    let told = answer(reports.get_report(request).await)?;
    one(told.report.clone(), form)?;
    if form == Form::Json {
        return Ok(());
    }
    for section in &told.sections {
        output::text(&format!(
            "【{}】{}",
            said(section.section().as_str_name()),
            section.text
        ));
    }
    let at = |at: &Option<prost_types::Timestamp>| output::time(at.as_ref());
    let steps = told.steps.iter().map(|step| {
        vec![
            at(&step.occurred_at),
            happened(&step.event).to_owned(),
            step.actor_post.clone(),
            step.remark.clone(),
        ]
    });
    output::table(&["时间", "事项", "岗位", "说明"], steps.collect());
    for receipt in &told.receipts {
        output::text(&format!(
            "签收:{} {} {}",
            said(receipt.recipient().as_str_name()),
            at(&receipt.delivered_at),
            receipt.receipt
        ));
    }
    Ok(())
}
