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
        #[arg(long)]
        kind: Kind,
        /// As what.
        #[arg(long, default_value = "pdf")]
        format: Format,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Which clock a certificate is of, e.g. G18.1c.
        #[arg(long, default_value = "", required_if_eq("kind", "certificate"))]
        clock: String,
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

/// A paper.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Kind {
    /// 客户投诉处理表 (附表1).
    Form1,
    /// 客户投诉处理督办表 (附表2).
    Form2,
    /// 受理告知书.
    Acceptance,
    /// 不予受理告知书.
    Refusal,
    /// 处理意见书.
    Answer,
    /// 延期告知书.
    Extension,
    /// 时限说明书 of the clock that --clock names.
    Certificate,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Format {
    /// To be signed, sealed and kept.
    Pdf,
    /// To be edited; letters only.
    Docx,
}

impl Kind {
    fn wire(self) -> DocumentKind {
        match self {
            Self::Form1 => DocumentKind::HandlingForm,
            Self::Form2 => DocumentKind::SupervisionOrder,
            Self::Acceptance => DocumentKind::Acceptance,
            Self::Refusal => DocumentKind::Refusal,
            Self::Answer => DocumentKind::Answer,
            Self::Extension => DocumentKind::Extension,
            Self::Certificate => DocumentKind::Certificate,
        }
    }
}

impl Format {
    fn wire(self) -> DocumentFormat {
        match self {
            Self::Pdf => DocumentFormat::Pdf,
            Self::Docx => DocumentFormat::Docx,
        }
    }
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
            to,
        } => {
            let request = RenderDocumentRequest {
                number: number.clone(),
                kind: kind.wire().into(),
                format: format.wire().into(),
                reason: reason.clone(),
                clock_code: clock.clone(),
                ..RenderDocumentRequest::default()
            };
            let file = answer(client.render_document(request).await)?;
            let to = to.clone().unwrap_or_else(|| file.file_name.into());
            std::fs::write(&to, &file.content)
                .with_context(|| format!("cannot write {}", to.display()))?;
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
