//! `suda document`: the official papers of a case, as files.

use std::path::PathBuf;

use anyhow::Context as _;
use suda_proto::routing::v1::{
    DocumentFormat, DocumentKind, ListPrintsRequest, RenderDocumentRequest,
    document_service_client::DocumentServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
    words,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Document {
    /// Makes a paper; who did and why is kept.
    Render {
        /// The complaint's number.
        number: String,
        /// Which paper.
        #[arg(long, value_parser = words::parser("DOCUMENT_KIND_", DocumentKind::from_str_name))]
        kind: DocumentKind,
        /// As what.
        #[arg(long, default_value = "pdf", value_parser = words::parser("DOCUMENT_FORMAT_", DocumentFormat::from_str_name))]
        format: DocumentFormat,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Which clock a certificate is of, e.g. G18.1c.
        #[arg(long, default_value = "", required_if_eq("kind", "certificate"))]
        clock: String,
        /// Which appeal a paper of one is of, by its number; the last one when it is not given.
        #[arg(long, default_value = "")]
        appeal: String,
        /// Where to; the paper's own name when it is not given.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Lists which papers of a case were made, for whom and why.
    Prints {
        /// The complaint's number.
        number: String,
    },
}

pub(super) async fn run(what: &Document, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DocumentServiceClient::new(session.peer("routing").await?);
    match what {
        Document::Render {
            number,
            kind,
            format,
            reason,
            clock,
            appeal,
            to,
        } => {
            let request = RenderDocumentRequest {
                number: number.clone(),
                kind: (*kind).into(),
                format: (*format).into(),
                reason: reason.clone(),
                clock_code: clock.clone(),
                appeal_number: appeal.clone(),
                ..RenderDocumentRequest::default()
            };
            let file = answer(client.render_document(request).await)?;
            let to = to.clone().unwrap_or_else(|| file.file_name.into());
            std::fs::write(&to, &file.content)
                .with_context(|| format!("无法写入 {}", to.display()))?;
            output::text(&format!("{}: sha256 {}", to.display(), file.digest));
            Ok(())
        }
        Document::Prints { number } => {
            let request = ListPrintsRequest {
                number: number.clone(),
                ..ListPrintsRequest::default()
            };
            let told = answer(client.list_prints(request).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            let rows = told.prints.into_iter().map(|print| {
                vec![
                    output::time(print.printed_at.as_ref()),
                    words::said(print.kind().as_str_name()),
                    print.post,
                    print.person_id,
                    print.reason,
                ]
            });
            output::table(&["时间", "文书", "岗位", "人员", "理由"], rows.collect());
            Ok(())
        }
    }
}
