//! `suda reference`: units, posts, people, calendars and policies, as files.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chassis::grpc::LARGEST_MESSAGE;
use directory::reference::{self, File};
use suda_proto::directory::v1::{
    ApplyReferenceRequest, ApplyReferenceResponse, ReferenceChange, ReferenceFile,
    directory_service_client::DirectoryServiceClient,
};

use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
};

/// How many changes are shown; the first application of a province has thousands.
const SHOWN: usize = 40;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Reference {
    /// Checks the files without a server.
    Check {
        /// The folder.
        folder: PathBuf,
    },
    /// Checks the files, shows what they change, and changes it.
    Apply {
        /// The folder.
        folder: PathBuf,
        /// Only show what would change.
        #[arg(long)]
        preview: bool,
    },
}

pub(super) async fn run(what: &Reference, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Reference::Check { folder } => {
            let read = checked(folder)?;
            let (units, posts) = (read.structure.units.len(), read.structure.posts.len());
            output::text(&format!(
                "{} is right: {units} units, {posts} posts",
                folder.display()
            ));
            Ok(())
        }
        Reference::Apply { folder, preview } => {
            let bar = output::spinner("comparing with what directory has")?;
            let would = apply(folder, true, session).await?;
            bar.finish_and_clear();
            if *preview || would.changes.is_empty() {
                return show(&would, form);
            }
            if form == Form::Table {
                show(&would, form)?;
            }
            let bar = output::spinner(&format!("applying {} changes", would.changes.len()))?;
            let applied = apply(folder, false, session).await?;
            bar.finish_and_clear();
            if form == Form::Json {
                return show(&applied, form);
            }
            output::text(&format!("已生效:{} 项变更", applied.changes.len()));
            Ok(())
        }
    }
}

/// Applies the files of a folder.
pub(super) async fn apply(
    folder: &Path,
    preview: bool,
    session: &Session,
) -> anyhow::Result<ApplyReferenceResponse> {
    checked(folder)?;
    let files = files(folder)?;
    let files = files
        .into_iter()
        .map(|file| ReferenceFile {
            path: file.path,
            text: file.text.into_bytes(),
        })
        .collect();
    let request = ApplyReferenceRequest {
        request_id: uuid(),
        files,
        preview,
    };
    let mut client = DirectoryServiceClient::new(session.peer("directory").await?)
        .max_decoding_message_size(LARGEST_MESSAGE)
        .max_encoding_message_size(LARGEST_MESSAGE);
    answer(client.apply_reference(request).await)
}

fn show(applied: &ApplyReferenceResponse, form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(applied);
    }
    if !applied.changes.is_empty() {
        output::table(
            &["变更", "类别", "代码", "内容"],
            applied.changes.iter().take(SHOWN).map(row).collect(),
        );
    }
    if let Some(more) = applied
        .changes
        .len()
        .checked_sub(SHOWN)
        .filter(|more| *more > 0)
    {
        output::text(&format!("… 另有 {more} 项;--output json 显示全部"));
    }
    output::text(&format!(
        "变更 {} 项,不变 {} 项",
        applied.changes.len(),
        applied.unchanged
    ));
    Ok(())
}

fn row(change: &ReferenceChange) -> Vec<String> {
    let word = |word: &str| {
        match word {
            "new" => "新增",
            "changed" => "变更",
            "retired" => "停用",
            "unit" => "机构",
            "post" => "岗位",
            "person" => "人员",
            "calendar" => "日历",
            "policy" => "制度",
            other => other,
        }
        .to_owned()
    };
    vec![
        word(&change.change),
        word(&change.kind),
        change.code.clone(),
        change.description.clone(),
    ]
}

/// What the files say, once they are right.
pub(super) fn checked(folder: &Path) -> anyhow::Result<reference::Reference> {
    match reference::read(&files(folder)?) {
        Ok(read) => Ok(read),
        Err(faults) => {
            let said: Vec<_> = faults
                .iter()
                .map(|fault| format!("  {}/{fault}", folder.display()))
                .collect();
            bail!(
                "the reference files are not right; nothing was changed:\n{}",
                said.join("\n")
            )
        }
    }
}

fn files(folder: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    for below in ["units", "posts", "people", "calendars", "policies"] {
        let path = folder.join(below);
        let entries = std::fs::read_dir(&path).with_context(|| {
            format!(
                "{} is not there; give the whole reference folder",
                path.display()
            )
        })?;
        for entry in entries {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            files.push(File {
                path: format!("{below}/{name}"),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}
