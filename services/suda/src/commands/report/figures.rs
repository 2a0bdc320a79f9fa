//! The figures of a term, and the cases behind each of them.

use std::path::PathBuf;

use anyhow::Context as _;
use chassis::grpc::{LARGEST_MESSAGE, Peer};
use suda_proto::{
    common::v1::Page,
    regulatory_report::v1::{
        CountedCase, ExportFiguresRequest, ExportFormat, FiguresRequest, FiguresResponse,
        ListFigureCasesRequest, ListFigureCasesResponse, PerOutlet,
        regulatory_report_service_client::RegulatoryReportServiceClient,
    },
};

use super::{Of, hundredths};
use crate::{
    commands::pages,
    output::{self, Form},
    session::answer,
    words::said,
};

/// Which figure.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Cases {
    #[command(flatten)]
    of: Of,
    /// The code of the table, e.g. summary.
    #[arg(long)]
    table: String,
    /// The code of the figure, e.g. received.
    #[arg(long)]
    figure: String,
    /// How many cases at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

fn client(peer: Peer) -> RegulatoryReportServiceClient<Peer> {
    RegulatoryReportServiceClient::new(peer).max_decoding_message_size(LARGEST_MESSAGE)
}

/// Shows the figures of a term, or writes them as a spreadsheet.
pub(super) async fn run(
    of: &Of,
    xlsx: Option<&PathBuf>,
    peer: Peer,
    form: Form,
) -> anyhow::Result<()> {
    let scope = of.scope()?;
    let mut client = client(peer);
    if let Some(to) = xlsx {
        let request = ExportFiguresRequest {
            scope,
            format: ExportFormat::Xlsx.into(),
        };
        let written = answer(client.export_figures(request).await)?;
        std::fs::write(to, &written.data).with_context(|| format!("无法写入 {}", to.display()))?;
        output::text(&format!("{}: {} 字节", to.display(), written.data.len()));
        return Ok(());
    }
    if form == Form::Json {
        let request = ExportFiguresRequest {
            scope,
            format: ExportFormat::Json.into(),
        };
        let written = answer(client.export_figures(request).await)?;
        return output::json(&serde_json::from_slice(&written.data)?);
    }
    show_figures(&answer(client.figures(FiguresRequest { scope }).await)?);
    Ok(())
}

fn show_figures(figures: &FiguresResponse) {
    output::text(&format!(
        "{} 应于 {} 前报送",
        figures.unit_name, figures.due_on
    ));
    for table in &figures.tables {
        let rows: Vec<_> = table
            .rows
            .iter()
            .filter(|row| row.count > 0 || table.code == "summary")
            .map(|row| vec![row.label.clone(), row.code.clone(), row.count.to_string()])
            .collect();
        if !rows.is_empty() {
            output::text(&format!("{}({})", table.title, table.code));
            output::table(&[&table.heading, "代码", "件数"], rows);
        }
    }
    let average = |row: &PerOutlet| {
        row.hundredths.map_or("—".to_owned(), |average| {
            hundredths(u32::try_from(average).unwrap_or(u32::MAX))
        })
    };
    let averages = figures.per_outlet.iter().map(|row| {
        let counts = [row.received.to_string(), row.outlets.to_string()];
        let [received, outlets] = counts;
        vec![row.unit_name.clone(), received, outlets, average(row)]
    });
    output::text("网均投诉量");
    output::table(
        &["机构", "本期新收", "网点数", "网均件数"],
        averages.collect(),
    );
    for identity in &figures.identities {
        let holds = if identity.holds { "相符" } else { "不符" };
        output::text(&format!(
            "{}:{} = {} {holds}",
            identity.sentence, identity.left, identity.right
        ));
    }
    for note in &figures.notes {
        output::text(note);
    }
}

/// Lists the cases behind a figure.
pub(super) async fn cases(wanted: &Cases, peer: Peer, form: Form) -> anyhow::Result<()> {
    let mut client = client(peer);
    let scope = wanted.of.scope()?;
    let mut total = 0;
    let found = pages::all(wanted.limit, async |page: Page| {
        let request = ListFigureCasesRequest {
            scope: scope.clone(),
            table_code: wanted.table.clone(),
            figure_code: wanted.figure.clone(),
            page: Some(page),
        };
        let told = answer(client.list_figure_cases(request).await)?;
        total = told.total;
        Ok((told.cases, told.next_token))
    })
    .await?;
    if form == Form::Json {
        return output::message(&ListFigureCasesResponse {
            cases: found,
            total,
            next_token: String::new(),
        });
    }
    output::table(
        &["编号", "渠道", "收到", "办结", "状态", "超时环节"],
        found.iter().map(row).collect(),
    );
    output::text(&format!("共 {total} 件"));
    Ok(())
}

fn row(case: &CountedCase) -> Vec<String> {
    vec![
        case.number.clone(),
        said(case.channel().as_str_name()),
        output::time(case.received_at.as_ref()),
        output::time(case.ended_at.as_ref()),
        case.standing.clone(),
        case.breached_clocks.join("、"),
    ]
}
