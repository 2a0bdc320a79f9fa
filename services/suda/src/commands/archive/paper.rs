//! Papers of the archive on the command line: catalogues, registers, and what is signed at a transfer.

use std::path::PathBuf;

use anyhow::Context as _;
use suda_proto::archive::v1::{
    PaperFormat, PaperKind, RenderPaperRequest, paper_service_client::PaperServiceClient,
};

use crate::{
    output,
    session::{Session, answer},
};

/// A kind of file.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(in crate::commands) enum Format {
    /// To be signed, sealed and kept.
    Pdf,
    /// To be worked on; lists only.
    Csv,
}

impl Format {
    pub(super) fn wire(self) -> PaperFormat {
        match self {
            Self::Pdf => PaperFormat::Pdf,
            Self::Csv => PaperFormat::Csv,
        }
    }
}

/// Which paper of a transfer.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(in crate::commands) enum OfTransfer {
    /// 归档移交清册.
    List,
    /// 电子档案移交与接收登记表.
    Form,
    /// 四性检测报告.
    Checks,
}

impl OfTransfer {
    pub(super) fn wire(self) -> PaperKind {
        match self {
            Self::List => PaperKind::TransferList,
            Self::Form => PaperKind::HandoverForm,
            Self::Checks => PaperKind::CheckReport,
        }
    }
}

/// What every paper is asked with.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Wanted {
    /// Why; it is kept.
    #[arg(long)]
    reason: String,
    /// As what.
    #[arg(long, default_value = "pdf")]
    format: Format,
    /// Where to; the paper's own name when it is not given.
    #[arg(long)]
    to: Option<PathBuf>,
}

/// Has a paper made and writes it to its file.
pub(super) async fn write(
    request: RenderPaperRequest,
    wanted: &Wanted,
    session: &Session,
) -> anyhow::Result<()> {
    let request = RenderPaperRequest {
        reason: wanted.reason.clone(),
        format: wanted.format.wire().into(),
        ..request
    };
    let mut client = PaperServiceClient::new(session.peer("archive").await?)
        .max_decoding_message_size(chassis::grpc::LARGEST_MESSAGE);
    let file = answer(client.render_paper(request).await)?;
    let to = wanted.to.clone().unwrap_or_else(|| file.file_name.into());
    std::fs::write(&to, &file.content).with_context(|| format!("无法写入 {}", to.display()))?;
    output::text(&format!("{}: sha256 {}", to.display(), file.digest));
    Ok(())
}
