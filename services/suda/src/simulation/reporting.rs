//! The reports of the half-year: drafted, reviewed, signed, submitted and rendered (guideline art. 23).

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use chassis::grpc::{LARGEST_MESSAGE, Peer};
use chrono::{DateTime, TimeDelta, Utc};
use suda_proto::{
    common::v1::{Page, Role},
    regulatory_report::v1::{
        DraftReportRequest, ExportReportRequest, HandInReportRequest, ListReportsRequest,
        RecordReceiptRequest, ReportFormat, ReportRecipient, ReportSection, ReportState,
        ReportView, ReviewReportRequest, SignReportRequest, WriteSectionRequest,
        report_service_client::ReportServiceClient,
    },
};

use super::cast::Cast;
use crate::{given::uuid, session::answer};

type Reports = ReportServiceClient<Peer>;

const TEXTS: [(ReportSection, &str); 4] = [
    (
        ReportSection::Operation,
        "本期受理渠道畅通,投诉均已登记、编号并告知查询码。",
    ),
    (
        ReportSection::Problems,
        "问题集中在排队等候、收费告知和电子渠道差错。",
    ),
    (
        ReportSection::Causes,
        "窗口安排不足,收费公示不及时,跨行差错处理环节较多。",
    ),
    (
        ReportSection::Rectification,
        "已增开弹性窗口,重新公示收费标准,差错处理中心每日对账。",
    ),
];
const RECIPIENTS: [ReportRecipient; 3] = [
    ReportRecipient::Regulator,
    ReportRecipient::Association,
    ReportRecipient::Compliance,
];
/// What a report is rendered as, and how its file ends.
const FORMATS: [(ReportFormat, &str); 3] = [
    (ReportFormat::Pdf, "pdf"),
    (ReportFormat::Docx, "docx"),
    (ReportFormat::Xlsx, "xlsx"),
];

/// Who writes, who judges and signs a unit's report.
struct Hands {
    writer: Reports,
    judge: Reports,
    signer: Reports,
}

/// Brings every report that is due within two weeks to its recipients, and the province's own after them; gives how many.
pub(super) async fn submit(cast: &Cast, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let soon = now + TimeDelta::days(14);
    let mut due: Vec<ReportView> = listed(cast, true)
        .await?
        .into_iter()
        .filter(|view| view.due_at.as_ref().and_then(chassis::grpc::instant) <= Some(soon))
        .collect();
    if let Some(last) = due.last().cloned() {
        due.push(ReportView {
            unit_code: cast.province.clone(),
            ..last
        });
    }
    let submitted = u64::try_from(due.len())?;
    for view in due {
        let unit = view.unit_code.clone();
        one(cast, view)
            .await
            .with_context(|| format!("the report of {unit}"))?;
    }
    Ok(submitted)
}

/// Renders every submitted report into a folder; gives how many files were written of each kind.
pub(super) async fn render(cast: &Cast, folder: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    std::fs::create_dir_all(folder)?;
    let mut written = BTreeMap::new();
    let mut reports = officer(cast).await?;
    for view in listed(cast, false).await? {
        if view.state() != ReportState::Submitted {
            continue;
        }
        for (format, ending) in FORMATS {
            let request = ExportReportRequest {
                report_id: view.report_id.clone(),
                format: format.into(),
            };
            let told = answer(reports.export_report(request).await)
                .with_context(|| format!("the {ending} of {}", view.unit_code))?;
            let name = format!(
                "{}-{}-{}.{ending}",
                view.unit_code, view.year, view.addendum
            );
            std::fs::write(folder.join(name), &told.data)?;
            *written.entry(ending.to_owned()).or_default() += 1;
        }
    }
    Ok(written)
}

/// The reports there are, or only those that are not submitted yet.
async fn listed(cast: &Cast, open: bool) -> anyhow::Result<Vec<ReportView>> {
    let mut reports = officer(cast).await?;
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let request = ListReportsRequest {
            page: Some(Page { size: 100, token }),
            open,
            ..ListReportsRequest::default()
        };
        let told = answer(reports.list_reports(request).await)?;
        found.extend(told.reports);
        if told.next_token.is_empty() {
            return Ok(found);
        }
        token = told.next_token;
    }
}

async fn officer(cast: &Cast) -> anyhow::Result<Reports> {
    let officer = compliance(cast)?;
    way(cast, &officer).await
}

/// The compliance department's officer, who sees the whole province.
pub(super) fn compliance(cast: &Cast) -> anyhow::Result<String> {
    let unit = cast.compliance.as_str();
    Ok(cast.holder(unit, Role::ComplianceOfficer)?.to_owned())
}

async fn way(cast: &Cast, person: &str) -> anyhow::Result<Reports> {
    let peer = cast.peer(person, "regulatory-report").await?;
    Ok(ReportServiceClient::new(peer).max_decoding_message_size(LARGEST_MESSAGE))
}

async fn hands(cast: &Cast, unit: &str) -> anyhow::Result<Hands> {
    let union = cast.unions.iter().find(|union| union.code == unit);
    let people = match union {
        Some(union) => [
            cast.holder(&union.reception, Role::ReceptionClerk)?,
            cast.holder(&union.reception, Role::ReceptionHead)?,
            cast.holder(&union.management, Role::SeniorManagement)?,
        ],
        None if unit == cast.province => {
            let (officer, head) = (Role::ComplianceOfficer, Role::ComplianceHead);
            let head = cast.holder(&cast.compliance, head)?;
            [cast.holder(&cast.compliance, officer)?, head, head]
        }
        None => {
            let head = cast.holder(unit, Role::OfficeHead)?;
            [cast.holder(unit, Role::OfficeOfficer)?, head, head]
        }
    };
    let [writer, judge, signer] = people;
    Ok(Hands {
        writer: way(cast, writer).await?,
        judge: way(cast, judge).await?,
        signer: way(cast, signer).await?,
    })
}

/// One report, from its draft to its last receipt.
async fn one(cast: &Cast, view: ReportView) -> anyhow::Result<()> {
    let Hands {
        mut writer,
        mut judge,
        mut signer,
    } = hands(cast, &view.unit_code).await?;
    let request = DraftReportRequest {
        request_id: uuid(),
        unit_code: view.unit_code,
        year: view.year,
        term: view.term,
        addendum_reason: String::new(),
    };
    let drafted = answer(writer.draft_report(request).await)?.report;
    let mut view = drafted.context("the answer has a report")?;
    for (section, text) in TEXTS {
        let request = WriteSectionRequest {
            request_id: uuid(),
            report_id: view.report_id.clone(),
            expected_revision: view.revision,
            section: section.into(),
            text: text.to_owned(),
        };
        let written = answer(writer.write_section(request).await)?.report;
        view = written.context("the answer has a report")?;
    }
    let request = HandInReportRequest {
        request_id: uuid(),
        report_id: view.report_id.clone(),
        expected_revision: view.revision,
    };
    let told = answer(writer.hand_in_report(request).await)?.report;
    view = told.context("the answer has a report")?;
    let request = ReviewReportRequest {
        request_id: uuid(),
        report_id: view.report_id.clone(),
        expected_revision: view.revision,
        opinion: "数据属实".to_owned(),
    };
    let told = answer(judge.review_report(request).await)?.report;
    view = told.context("the answer has a report")?;
    let request = SignReportRequest {
        request_id: uuid(),
        report_id: view.report_id.clone(),
        expected_revision: view.revision,
        cut_off_at: None,
    };
    let told = answer(signer.sign_report(request).await)?.report;
    view = told.context("the answer has a report")?;
    for recipient in RECIPIENTS {
        let request = RecordReceiptRequest {
            request_id: uuid(),
            report_id: view.report_id.clone(),
            expected_revision: view.revision,
            recipient: recipient.into(),
            delivered_at: None,
            receipt: "签收回执".to_owned(),
        };
        let told = answer(writer.record_receipt(request).await)?.report;
        view = told.context("the answer has a report")?;
    }
    Ok(())
}
