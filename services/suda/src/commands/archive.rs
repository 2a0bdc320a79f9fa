//! `suda archive`: sealed files, found, taken out, and proved without a server.

use std::path::PathBuf;

use anyhow::{Context, bail};
use archive::verify;
use suda_proto::archive::v1::{
    ExportRequest, FileView, ListFilesRequest, SearchRequest,
    archive_service_client::ArchiveServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Archive {
    /// Proves a sealed file, offline; names what was changed.
    Verify {
        /// The file.
        file: PathBuf,
        /// The public key of the archive, PEM; without it the file is known to be whole, not whose it is.
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Lists the sealed files.
    List,
    /// Searches the sealed files.
    Search {
        /// Words, Chinese or not.
        query: String,
    },
    /// Takes a sealed file out; who did and why is kept.
    Export {
        /// The complaint's number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Where to; the number and `.zip` when it is not given.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

pub(super) async fn run(what: &Archive, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Archive::Verify { file, key } => verify(file, key.as_ref(), form),
        Archive::List => {
            let mut client = ArchiveServiceClient::new(session.peer("archive").await?);
            let files = answer(client.list_files(ListFilesRequest::default()).await)?.files;
            show(&files, form)
        }
        Archive::Search { query } => {
            let mut client = ArchiveServiceClient::new(session.peer("archive").await?);
            let request = SearchRequest {
                query: query.clone(),
                ..SearchRequest::default()
            };
            let hits = answer(client.search(request).await)?.hits;
            show(
                &hits
                    .into_iter()
                    .filter_map(|hit| hit.file)
                    .collect::<Vec<_>>(),
                form,
            )
        }
        Archive::Export { number, reason, to } => {
            let bytes = export(number, reason, session).await?;
            let to = to.clone().unwrap_or_else(|| format!("{number}.zip").into());
            std::fs::write(&to, &bytes)
                .with_context(|| format!("cannot write {}", to.display()))?;
            output::text(&format!(
                "{}: {} bytes; prove it with `suda archive verify {0}`",
                to.display(),
                bytes.len()
            ));
            Ok(())
        }
    }
}

fn verify(file: &PathBuf, key: Option<&PathBuf>, form: Form) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let key = key
        .map(|key| {
            std::fs::read_to_string(key).with_context(|| format!("cannot read {}", key.display()))
        })
        .transpose()?;
    match verify::verify_file(&bytes, key.as_deref()) {
        Ok(report) if form == Form::Json => output::json(&serde_json::to_value(report)?),
        Ok(report) => {
            let signed = if report.trusted {
                "签名与给定公钥一致"
            } else {
                "完整;未给出公钥,未核对签名人"
            };
            output::text(&format!(
                "{} 档号 {}:{} 件,{} 条留痕,{signed}(公钥指纹 {})",
                report.number, report.archival_code, report.items, report.entries, report.key_print
            ));
            Ok(())
        }
        Err(faults) => {
            let said: Vec<_> = faults.iter().map(|fault| format!("  {fault}")).collect();
            bail!("{} 不可信:\n{}", file.display(), said.join("\n"))
        }
    }
}

async fn export(number: &str, reason: &str, session: &Session) -> anyhow::Result<Vec<u8>> {
    let mut client = ArchiveServiceClient::new(session.peer("archive").await?);
    let request = ExportRequest {
        number: number.to_owned(),
        reason: reason.to_owned(),
        ..ExportRequest::default()
    };
    let bar = output::spinner("taking the file out")?;
    let mut parts = answer(client.export(request).await)?;
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        bytes.extend(part.data);
        bar.set_message(format!("{} bytes", bytes.len()));
    }
    bar.finish_and_clear();
    Ok(bytes)
}

fn show(files: &[FileView], form: Form) -> anyhow::Result<()> {
    let rows = files.iter().map(|file| {
        vec![
            file.number.clone(),
            file.archival_code.clone(),
            file.unit_code.clone(),
            file.size_bytes.to_string(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if form == Form::Json {
        return output::json(&serde_json::to_value(rows)?);
    }
    output::table(&["编号", "档号", "单位", "字节"], rows);
    Ok(())
}
