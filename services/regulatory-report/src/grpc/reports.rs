//! Requests about reports in: parse, act, answer.

use chassis::{
    auth::Caller,
    grpc::{caller, instant, timestamp},
    requests,
};
use chrono::{DateTime, Utc};
use prost::Message;
use prost_types::Timestamp;
use suda_proto::regulatory_report::v1::{self as api, report_service_server::ReportService};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    actions::{
        self, documents, may_see, rehearsing,
        reporting::{self, Begin, Command, Head},
    },
    desk::Desk,
    domain::{
        period::Term,
        report::{Recipient, Section},
        scorecard::{self, PARTS},
    },
    errors::ActionError,
    publications,
    store::reports::{self, Kept, Wanted},
    wire,
};

/// The longest section that is taken, in bytes.
const LONGEST_TEXT: usize = 200_000;
/// How many reports a part of a list has, when the caller does not say, and at most.
const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 500;

fn head(
    rpc: &'static str,
    asked: &impl Message,
    (request_id, report_id, seen): (&str, &str, u64),
) -> Result<Head, ActionError> {
    Ok(Head {
        request_id: requests::id(request_id)?,
        rpc,
        digest: requests::digest(asked),
        id: report_of(report_id)?,
        seen,
    })
}

fn report_of(text: &str) -> Result<Uuid, ActionError> {
    text.parse()
        .map_err(|_| ActionError::Invalid("report_id", "须为报告编号(UUID)".to_owned()))
}

/// An instant that may be left out.
fn at(
    timestamp: Option<&Timestamp>,
    field: &'static str,
) -> Result<Option<DateTime<Utc>>, ActionError> {
    timestamp
        .map(|at| instant(at).ok_or_else(|| ActionError::Invalid(field, "时间无效".to_owned())))
        .transpose()
}

fn term(term: api::Term) -> Result<Term, ActionError> {
    match term {
        api::Term::FirstHalf => Ok(Term::FirstHalf),
        api::Term::SecondHalf => Ok(Term::SecondHalf),
        api::Term::Year => Ok(Term::Year),
        api::Term::Span | api::Term::Unspecified => Err(ActionError::Invalid(
            "term",
            "请选择上半年、下半年或全年".to_owned(),
        )),
    }
}

fn section(section: api::ReportSection) -> Result<Section, ActionError> {
    Ok(match section {
        api::ReportSection::Operation => Section::Operation,
        api::ReportSection::Problems => Section::Problems,
        api::ReportSection::Causes => Section::Causes,
        api::ReportSection::Rectification => Section::Rectification,
        api::ReportSection::NextSteps => Section::NextSteps,
        api::ReportSection::Unspecified => {
            return Err(ActionError::Invalid("section", "请选择报告章节".to_owned()));
        }
    })
}

fn section_of(code: &str) -> api::ReportSection {
    let name = format!("REPORT_SECTION_{}", code.to_uppercase());
    api::ReportSection::from_str_name(&name).unwrap_or_default()
}

fn recipient(recipient: api::ReportRecipient) -> Result<Recipient, ActionError> {
    Ok(match recipient {
        api::ReportRecipient::Regulator => Recipient::Regulator,
        api::ReportRecipient::Association => Recipient::Association,
        api::ReportRecipient::Compliance => Recipient::Compliance,
        api::ReportRecipient::Unspecified => {
            let sentence = "请选择签收单位:监管部门、银行业协会或省联社合规部".to_owned();
            return Err(ActionError::Invalid("recipient", sentence));
        }
    })
}

fn format(format: api::ReportFormat) -> &'static str {
    match format {
        api::ReportFormat::Json => "json",
        api::ReportFormat::Xlsx => "xlsx",
        api::ReportFormat::Pdf => "pdf",
        api::ReportFormat::Docx => "docx",
        api::ReportFormat::Unspecified => "",
    }
}

impl Desk {
    /// The report of this id, when the caller may see it.
    async fn seen(&self, caller: &Caller, id: &str) -> Result<Kept, ActionError> {
        let seen = self.db.seen_by(caller).await?;
        reports::find(&seen, report_of(id)?)
            .await?
            .filter(|kept| may_see(caller, &kept.report.unit))
            .ok_or(ActionError::NoReport)
    }

    async fn whole(
        &self,
        caller: &Caller,
        kept: &Kept,
    ) -> Result<api::GetReportResponse, ActionError> {
        let (db, id) = (&self.db.seen_by(caller).await?, kept.report.id);
        let tree = crate::store::tree(db).await?;
        let sections = reports::sections(db, id).await?.into_iter();
        let steps = reports::steps(db, id).await?.into_iter();
        let receipts = reports::receipts(db, id).await?.into_iter();
        Ok(api::GetReportResponse {
            report: Some(publications::view(kept)),
            unit_name: tree.name(&kept.report.unit, kept.period.last_day),
            sections: sections
                .map(|row| api::SectionText {
                    section: section_of(&row.section).into(),
                    text: row.text,
                    actor_post: row.post,
                    written_at: Some(timestamp(row.written_at)),
                })
                .collect(),
            steps: steps
                .map(|row| api::ReportStep {
                    event: row.event,
                    occurred_at: Some(timestamp(row.occurred_at)),
                    actor_post: row.post,
                    remark: row.remark,
                })
                .collect(),
            receipts: receipts
                .filter_map(|row| {
                    Some(api::ReportReceipt {
                        recipient: publications::recipient(Recipient::of(&row.recipient)?).into(),
                        delivered_at: Some(timestamp(row.delivered_at)),
                        receipt: row.receipt,
                        actor_post: row.post,
                    })
                })
                .collect(),
            addendum_reason: kept.reason.clone(),
        })
    }

    async fn listed(
        &self,
        caller: &Caller,
        request: api::ListReportsRequest,
    ) -> Result<api::ListReportsResponse, ActionError> {
        let page = request.page.unwrap_or_default();
        let size = if page.size == 0 {
            PAGE
        } else {
            page.size.min(LONGEST_PAGE)
        };
        let after = (!page.token.is_empty())
            .then(|| report_of(&page.token))
            .transpose()?;
        let wanted = Wanted {
            units: units(caller, &request.unit_code)?,
            year: (request.year > 0).then(|| i32::try_from(request.year).unwrap_or(i32::MAX)),
            open: request.open,
            after,
            limit: i64::from(size),
        };
        let seen = self.db.seen_by(caller).await?;
        let found = reports::list(&seen, wanted).await?;
        let full = found.len() == usize::try_from(size).unwrap_or(usize::MAX);
        let last = found.last().map(|kept| kept.report.id.to_string());
        Ok(api::ListReportsResponse {
            reports: found.iter().map(publications::view).collect(),
            next_token: last.filter(|_| full).unwrap_or_default(),
        })
    }

    async fn document(
        &self,
        caller: &Caller,
        request: &api::ExportReportRequest,
    ) -> Result<actions::Document, ActionError> {
        let kept = self.seen(caller, &request.report_id).await?;
        let format = format(request.format());
        let asked = actions::Asked {
            unit: kept.report.unit.clone(),
            year: kept.period.year,
            term: kept.period.term,
            cut_off: kept.report.cut_off_at,
        };
        let counted = actions::count_for(self, &asked).await?;
        actions::note(self, caller, "ExportReport", &counted).await?;
        let seen = self.db.seen_by(caller).await?;
        let frozen = reports::document(&seen, kept.report.id, format).await?;
        drop(seen);
        let document = match frozen {
            Some(row) => {
                let bytes = self.blobs.get(&row.digest).await;
                let bytes = bytes.map_err(ActionError::Blobs)?.ok_or_else(|| {
                    ActionError::Inconsistent(format!("the bytes {} are gone", row.digest))
                })?;
                actions::Document {
                    data: bytes.to_vec(),
                    file_name: row.file_name,
                    media_type: row.media_type.into(),
                    digest: row.digest,
                }
            }
            None => documents::write(self, &kept, &counted, format).await?,
        };
        let post = caller.posts.first().map_or("", |post| post.code.as_str());
        self.db
            .transaction("export_report", async |tx| {
                publications::exported(tx, self, &counted, &document.digest, post).await
            })
            .await?;
        Ok(document)
    }
}

/// The units whose reports a caller may see; `None` for all.
fn units(caller: &Caller, wanted: &str) -> Result<Option<Vec<String>>, ActionError> {
    if !wanted.is_empty() {
        if !may_see(caller, wanted) {
            return Err(ActionError::NotYours(wanted.to_owned()));
        }
        return Ok(Some(vec![wanted.to_owned()]));
    }
    let Some(mut units) = caller.unions_or_all() else {
        return Ok(None);
    };
    units.extend(caller.posts.iter().map(|post| post.union.clone()));
    Ok(Some(units))
}

#[tonic::async_trait]
impl ReportService for Desk {
    async fn list_reports(
        &self,
        request: Request<api::ListReportsRequest>,
    ) -> Result<Response<api::ListReportsResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.listed(&caller, request.into_inner()).await?,
        ))
    }

    async fn get_report(
        &self,
        request: Request<api::GetReportRequest>,
    ) -> Result<Response<api::GetReportResponse>, Status> {
        let caller = caller(&request)?;
        let kept = self.seen(&caller, &request.into_inner().report_id).await?;
        Ok(Response::new(self.whole(&caller, &kept).await?))
    }

    async fn draft_report(
        &self,
        request: Request<api::DraftReportRequest>,
    ) -> Result<Response<api::DraftReportResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let nobody = Uuid::nil().to_string();
        let head = head("DraftReport", &asked, (&asked.request_id, &nobody, 0))?;
        let begin = Begin {
            unit: asked.unit_code.trim().to_owned(),
            year: asked.year,
            term: term(asked.term())?,
            reason: asked.addendum_reason.trim().to_owned(),
            nil: false,
        };
        let report = Some(reporting::begin(self, &caller, &head, &begin).await?);
        Ok(Response::new(api::DraftReportResponse { report }))
    }

    async fn write_section(
        &self,
        request: Request<api::WriteSectionRequest>,
    ) -> Result<Response<api::WriteSectionResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.report_id.as_str());
        let head = head(
            "WriteSection",
            &asked,
            (which.0, which.1, asked.expected_revision),
        )?;
        if asked.text.len() > LONGEST_TEXT {
            let sentence = format!("文字太长,请控制在 {LONGEST_TEXT} 字节以内");
            return Err(ActionError::Invalid("text", sentence).into());
        }
        let command = Command::WriteSection {
            section: section(asked.section())?,
            text: asked.text,
        };
        let report = Some(reporting::perform(self, &caller, &head, &command).await?);
        Ok(Response::new(api::WriteSectionResponse { report }))
    }

    async fn hand_in_report(
        &self,
        request: Request<api::HandInReportRequest>,
    ) -> Result<Response<api::HandInReportResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.report_id.as_str());
        let head = head(
            "HandInReport",
            &asked,
            (which.0, which.1, asked.expected_revision),
        )?;
        let report = Some(reporting::perform(self, &caller, &head, &Command::HandIn).await?);
        Ok(Response::new(api::HandInReportResponse { report }))
    }

    async fn return_report(
        &self,
        request: Request<api::ReturnReportRequest>,
    ) -> Result<Response<api::ReturnReportResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.report_id.as_str());
        let head = head(
            "ReturnReport",
            &asked,
            (which.0, which.1, asked.expected_revision),
        )?;
        let command = Command::Return {
            reasons: asked.reasons,
        };
        let report = Some(reporting::perform(self, &caller, &head, &command).await?);
        Ok(Response::new(api::ReturnReportResponse { report }))
    }

    async fn review_report(
        &self,
        request: Request<api::ReviewReportRequest>,
    ) -> Result<Response<api::ReviewReportResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.report_id.as_str());
        let head = head(
            "ReviewReport",
            &asked,
            (which.0, which.1, asked.expected_revision),
        )?;
        let command = Command::Review {
            opinion: asked.opinion,
        };
        let report = Some(reporting::perform(self, &caller, &head, &command).await?);
        Ok(Response::new(api::ReviewReportResponse { report }))
    }

    async fn sign_report(
        &self,
        request: Request<api::SignReportRequest>,
    ) -> Result<Response<api::SignReportResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.report_id.as_str());
        let head = head(
            "SignReport",
            &asked,
            (which.0, which.1, asked.expected_revision),
        )?;
        let command = Command::Sign {
            cut_off: at(asked.cut_off_at.as_ref(), "cut_off_at")?,
        };
        let report = Some(reporting::perform(self, &caller, &head, &command).await?);
        Ok(Response::new(api::SignReportResponse { report }))
    }

    async fn record_receipt(
        &self,
        request: Request<api::RecordReceiptRequest>,
    ) -> Result<Response<api::RecordReceiptResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.report_id.as_str());
        let head = head(
            "RecordReceipt",
            &asked,
            (which.0, which.1, asked.expected_revision),
        )?;
        let command = Command::Receipt {
            recipient: recipient(asked.recipient())?,
            at: at(asked.delivered_at.as_ref(), "delivered_at")?,
            receipt: asked.receipt,
        };
        let report = Some(reporting::perform(self, &caller, &head, &command).await?);
        Ok(Response::new(api::RecordReceiptResponse { report }))
    }

    async fn report_nil(
        &self,
        request: Request<api::ReportNilRequest>,
    ) -> Result<Response<api::ReportNilResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let nobody = Uuid::nil().to_string();
        let head = head("ReportNil", &asked, (&asked.request_id, &nobody, 0))?;
        let begin = Begin {
            unit: asked.unit_code.trim().to_owned(),
            year: asked.year,
            term: term(asked.term())?,
            reason: String::new(),
            nil: true,
        };
        let report = Some(reporting::begin(self, &caller, &head, &begin).await?);
        Ok(Response::new(api::ReportNilResponse { report }))
    }

    async fn export_report(
        &self,
        request: Request<api::ExportReportRequest>,
    ) -> Result<Response<api::ExportReportResponse>, Status> {
        let caller = caller(&request)?;
        let document = self.document(&caller, &request.into_inner()).await?;
        Ok(Response::new(api::ExportReportResponse {
            data: document.data,
            file_name: document.file_name,
            media_type: document.media_type.into_owned(),
            digest: document.digest,
        }))
    }

    async fn rehearse_report(
        &self,
        request: Request<api::RehearseReportRequest>,
    ) -> Result<Response<api::RehearseReportResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.unit_code.trim(), asked.year, term(asked.term())?);
        let as_of = at(asked.as_of.as_ref(), "as_of")?;
        let rehearsed = rehearsing::rehearse_term(self, &caller, which, as_of).await?;
        actions::note(self, &caller, "RehearseReport", &rehearsed.counted).await?;
        let findings = rehearsed.findings.into_iter().map(|finding| api::Finding {
            code: finding.code.to_owned(),
            sentence: finding.sentence,
            case_numbers: finding.cases,
            blocking: finding.blocking,
        });
        Ok(Response::new(api::RehearseReportResponse {
            as_of: Some(timestamp(rehearsed.as_of)),
            findings: findings.collect(),
            figures: Some(wire::response(&rehearsed.counted)),
        }))
    }

    async fn list_scorecards(
        &self,
        request: Request<api::ListScorecardsRequest>,
    ) -> Result<Response<api::ListScorecardsResponse>, Status> {
        let caller = caller(&request)?;
        let asked = wire::asked(request.into_inner().scope)?;
        let counted = actions::count(self, &caller, "ListScorecards", &asked).await?;
        let cards = scorecard::scorecards(&counted.facts, &counted.period, counted.cut_off);
        Ok(Response::new(api::ListScorecardsResponse {
            scorecards: cards
                .iter()
                .map(|card| wire::card(card, &counted))
                .collect(),
            formula: PARTS
                .iter()
                .map(|part| format!("{}:{}", part.label, part.formula))
                .collect(),
            formula_since: scorecard::SINCE.to_owned(),
        }))
    }
}
