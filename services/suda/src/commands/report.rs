//! `suda report`: the figures of a half-year, for a union, an office or the province.

use std::path::PathBuf;

use anyhow::Context;
use suda_proto::regulatory_report::v1::{
    ExportFiguresRequest, ExportFormat, FiguresRequest, FiguresResponse, Scope, Term,
    regulatory_report_service_client::RegulatoryReportServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Report {
    /// Shows the figures; with --xlsx writes them as a spreadsheet.
    Figures {
        /// The union, the office, or 44 for the province.
        #[arg(long)]
        unit: String,
        /// The year.
        #[arg(long)]
        year: u32,
        /// Which part of it: first-half, second-half or year.
        #[arg(long, default_value = "year")]
        term: String,
        /// Where to write a spreadsheet.
        #[arg(long)]
        xlsx: Option<PathBuf>,
    },
}

pub(super) async fn run(what: &Report, session: &Session, form: Form) -> anyhow::Result<()> {
    let Report::Figures {
        unit,
        year,
        term,
        xlsx,
    } = what;
    let term = Term::from_str_name(&format!("TERM_{}", term.to_uppercase().replace('-', "_")))
        .with_context(|| {
            format!("{term:?} is no part of a year; write first-half, second-half or year")
        })?;
    let scope = Some(Scope {
        unit_code: unit.clone(),
        year: *year,
        term: term.into(),
        cut_off_at: None,
    });
    let mut client = RegulatoryReportServiceClient::new(session.peer("regulatory-report").await?);
    if let Some(to) = xlsx {
        let request = ExportFiguresRequest {
            scope,
            format: ExportFormat::Xlsx.into(),
        };
        let written = answer(client.export_figures(request).await)?;
        std::fs::write(to, &written.data)
            .with_context(|| format!("cannot write {}", to.display()))?;
        output::text(&format!("{}: {} bytes", to.display(), written.data.len()));
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
    show(&answer(client.figures(FiguresRequest { scope }).await)?);
    Ok(())
}

fn show(figures: &FiguresResponse) {
    output::text(&format!(
        "{} 应于 {} 前报送",
        figures.unit_name, figures.due_on
    ));
    for table in &figures.tables {
        let rows: Vec<_> = table
            .rows
            .iter()
            .filter(|row| row.count > 0 || table.code == "summary")
            .map(|row| vec![row.label.clone(), row.count.to_string()])
            .collect();
        if !rows.is_empty() {
            output::text(&table.title);
            output::table(&[&table.heading, "件数"], rows);
        }
    }
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
