//! `suda archive`: sealed files, found, taken out, and proved without a server.

use std::path::PathBuf;

use anyhow::{Context, bail};
use archive::{custody, inspection, verify};
use suda_proto::archive::v1::{
    ExportRequest, FileView, ListFilesRequest, PaperKind, RenderPaperRequest, SearchRequest,
    archive_service_client::ArchiveServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
};

mod ledger;
mod paper;
mod person;
mod retention;
mod transfer;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Archive {
    /// Proves a sealed file, the bag of a transfer, or an exported ledger, offline; names what was changed.
    Verify {
        /// The file.
        file: PathBuf,
        /// Of an exported ledger: the second custodian's folder of signed checkpoints, to be compared with it.
        #[arg(long)]
        custody: Option<PathBuf>,
        /// The public key of the archive, PEM; without it the file is known to be whole, not whose it is.
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Lists the sealed files.
    List,
    /// Writes what lies in a file (卷内目录); who did and why is kept.
    Catalogue {
        /// The complaint's number.
        number: String,
        #[command(flatten)]
        wanted: paper::Wanted,
    },
    /// Writes the register of a union's files of a year (案卷登记册); who did and why is kept.
    Register {
        /// The union.
        #[arg(long)]
        union: String,
        /// The year.
        #[arg(long)]
        year: u32,
        #[command(flatten)]
        wanted: paper::Wanted,
    },
    /// Searches the sealed files.
    Search {
        /// Words, Chinese or not.
        query: String,
    },
    /// Year-end transfers.
    #[command(subcommand)]
    Transfer(transfer::Transfer),
    /// The retention schedule, legal holds and disposal.
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Finds a person's sealed files; the search is logged, what was looked for is not.
    Person {
        /// By what: name, phone, email, openid, `id_number`.
        kind: String,
        /// It, in full.
        value: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Erases a complainant's data by destroying its key. It cannot be undone.
    Erase {
        /// The complaint's number.
        number: String,
        /// On which ground: request, `term_ended`, ordered.
        #[arg(long)]
        ground: String,
        /// The document that orders or asks for it.
        #[arg(long, default_value = "")]
        reference: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Lists who read what, and why.
    Access {
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
    },
    /// Takes the ledger out as lines of JSON, or has the server check it; who did and why is kept.
    Ledger(ledger::Wanted),
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
        Archive::Verify { file, custody, key } => {
            verify(file, custody.as_ref(), key.as_ref(), form)
        }
        Archive::Catalogue { number, wanted } => {
            let request = RenderPaperRequest {
                kind: PaperKind::Catalogue.into(),
                number: number.clone(),
                ..RenderPaperRequest::default()
            };
            paper::write(request, wanted, session).await
        }
        Archive::Register {
            union,
            year,
            wanted,
        } => {
            let request = RenderPaperRequest {
                kind: PaperKind::Register.into(),
                union_code: union.clone(),
                year: *year,
                ..RenderPaperRequest::default()
            };
            paper::write(request, wanted, session).await
        }
        Archive::Transfer(what) => transfer::run(what, session, form).await,
        Archive::Retention(what) => retention::run(what, session, form).await,
        Archive::Person {
            kind,
            value,
            reason,
        } => person::find(kind, value, reason, session, form).await,
        Archive::Erase {
            number,
            ground,
            reference,
            reason,
        } => person::erase(number, ground, reference, reason, session).await,
        Archive::Access { union } => person::access(union, session, form).await,
        Archive::Ledger(wanted) => ledger::run(wanted, session, form).await,
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
            std::fs::write(&to, &bytes).with_context(|| format!("无法写入 {}", to.display()))?;
            output::text(&format!(
                "{}: {} 字节;可用 `suda archive verify {0}` 验证",
                to.display(),
                bytes.len()
            ));
            Ok(())
        }
    }
}

/// The checkpoints that a second custodian has, by name.
fn checkpoints(folder: &PathBuf) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("无法读取 {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("checkpoint-") && name.ends_with(".json") {
            let bytes =
                std::fs::read(&path).with_context(|| format!("无法读取 {}", path.display()))?;
            found.push((name, bytes));
        }
    }
    if found.is_empty() {
        bail!("{} 中没有签名点文件", folder.display());
    }
    found.sort();
    Ok(found)
}

fn verify(
    file: &PathBuf,
    custody: Option<&PathBuf>,
    key: Option<&PathBuf>,
    form: Form,
) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("无法读取 {}", file.display()))?;
    let key = key
        .map(|key| {
            std::fs::read_to_string(key).with_context(|| format!("无法读取 {}", key.display()))
        })
        .transpose()?;
    let key = key.as_deref();
    let verified = match custody {
        Some(folder) => custody::verify_custody(&bytes, &checkpoints(folder)?, key),
        None if bytes.starts_with(b"{\"line\"") => verify::verify_ledger(&bytes, key),
        None if inspection::is_bag(&bytes) => inspection::verify_bag(&bytes, key),
        None => verify::verify_file(&bytes, key),
    };
    match verified {
        Ok(report) if form == Form::Json => output::json(&serde_json::to_value(report)?),
        Ok(report) => {
            let signed = if report.trusted {
                "签名与给定公钥一致"
            } else {
                "完整;未给出公钥,未核对签名人"
            };
            let code = match report.archival_code.as_str() {
                "" => String::new(),
                code => format!(" 档号 {code}"),
            };
            output::text(&format!(
                "{}{code}:{} 件,{} 条留痕,{} 个签名点,{signed}(公钥指纹 {})",
                report.number, report.items, report.entries, report.checkpoints, report.key_print
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
    let bar = output::spinner("正在取出案卷")?;
    let mut parts = answer(client.export(request).await)?;
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        bytes.extend(part.data);
        bar.set_message(format!("{} 字节", bytes.len()));
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
