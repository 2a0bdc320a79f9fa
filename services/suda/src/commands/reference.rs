//! `suda reference`: units, posts, people, calendars and policies, as files.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::bail;
use chassis::{
    clock::{Clock as _, SystemClock},
    grpc::LARGEST_MESSAGE,
};
use chrono::TimeDelta;
use directory::reference;
use suda_proto::{
    directory::v1::{
        ApplyReferenceRequest, ApplyReferenceResponse, ReferenceChange, ReferenceFile,
        directory_service_client::DirectoryServiceClient,
    },
    sla_watchdog::v1::PreviewLawResponse,
};

use super::clock::law;
use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
};

/// How long directory may take over a whole province, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(300);
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
        /// Only show what would change, and which open clocks would move.
        #[arg(long)]
        preview: bool,
        /// Yes, move the open clocks that a changed calendar or policy moves.
        #[arg(long)]
        confirm: bool,
        /// Why; it goes into the trail of each clock that moves.
        #[arg(long, default_value = "日历或制度已更新")]
        reason: String,
    },
}

pub(super) async fn run(what: &Reference, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Reference::Check { folder } => {
            let read = checked(folder)?;
            let (units, posts) = (read.structure.units.len(), read.structure.posts.len());
            let today = SystemClock.now() + TimeDelta::hours(8);
            warn(reference::warnings(&read, today.date_naive()).iter());
            output::text(&format!(
                "{} is right: {units} units, {posts} posts",
                folder.display()
            ));
            Ok(())
        }
        Reference::Apply {
            folder,
            preview,
            confirm,
            reason,
        } => {
            let bar = output::spinner("comparing with what directory has")?;
            let would = apply(folder, true, session).await?;
            bar.finish_and_clear();
            warn(would.warnings.iter());
            let impact = moved(&would, folder, session).await?;
            if *preview || would.changes.is_empty() {
                show(&would, form)?;
                return match impact.filter(|_| form == Form::Table) {
                    Some(impact) => law::show(&impact, form),
                    None => Ok(()),
                };
            }
            if let Some(impact) = impact
                .as_ref()
                .filter(|impact| impact.moved > 0 && !confirm)
            {
                bail!(
                    "{}; nothing was changed. Look with --preview, then say --confirm to apply and move them",
                    law::sentence(impact)
                );
            }
            if form == Form::Table {
                show(&would, form)?;
            }
            let bar = output::spinner(&format!("applying {} changes", would.changes.len()))?;
            let applied = apply(folder, false, session).await?;
            bar.finish_and_clear();
            if form == Form::Json {
                show(&applied, form)?;
            } else {
                output::text(&format!("已生效:{} 项变更", applied.changes.len()));
            }
            match impact.filter(|impact| impact.waiting) {
                Some(impact) => law::follow(&impact, reason, session).await,
                None => Ok(()),
            }
        }
    }
}

/// What changed calendars and policies among the changes would move; none when there are none.
async fn moved(
    changes: &ApplyReferenceResponse,
    folder: &Path,
    session: &Session,
) -> anyhow::Result<Option<PreviewLawResponse>> {
    let of_law = |kind: &str| ["calendar", "policy"].contains(&kind);
    if changes.changes.iter().any(|change| of_law(&change.kind)) {
        law::of_files(folder, session).await
    } else {
        Ok(None)
    }
}

/// Applies the files of a folder.
pub(super) async fn apply(
    folder: &Path,
    preview: bool,
    session: &Session,
) -> anyhow::Result<ApplyReferenceResponse> {
    checked(folder)?;
    let files = reference::files(folder)?;
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
    let mut client = DirectoryServiceClient::new(session.peer("directory").await?.within(PATIENCE))
        .max_decoding_message_size(LARGEST_MESSAGE)
        .max_encoding_message_size(LARGEST_MESSAGE);
    answer(client.apply_reference(request).await)
}

/// Says what is not wrong but should not stay so, beside the answer.
fn warn(warnings: impl Iterator<Item = impl std::fmt::Display>) {
    for warning in warnings {
        output::note(&format!("warning: {warning}"));
    }
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
    match reference::read(&reference::files(folder)?) {
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
