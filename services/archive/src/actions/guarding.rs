//! A second custodian: each signed checkpoint is laid in a place that whoever has the database cannot change.

use anyhow::Context as _;

use crate::{desk::Desk, record, store::ledger};

/// Lays the checkpoints that are not there yet; gives the last place that is.
///
/// Each is written once and never over another: one that is there and says something else is told, not replaced. The end is
/// signed first, so that what the custodian has is never older than the rhythm of this task.
///
/// # Errors
/// When the ledger is broken, the folder cannot be written, or what lies there differs.
pub async fn lay(desk: &Desk) -> anyhow::Result<String> {
    let folder = desk.settings.custody_folder.trim();
    if folder.is_empty() {
        return Ok("no second custodian is set up".to_owned());
    }
    super::checkpointing::sign(desk).await?;
    let folder = std::path::Path::new(folder);
    tokio::fs::create_dir_all(folder)
        .await
        .with_context(|| format!("custody_folder {} cannot be made", folder.display()))?;
    let (mut laid, mut last) = (0, 0);
    for point in ledger::checkpoints(desk.db.reader(), 1, u64::MAX).await? {
        let path = folder.join(record::checkpoint_name(point.seq));
        let text = record::pretty(&record::Checkpoint::from(&point))?;
        last = point.seq;
        match tokio::fs::read(&path).await {
            Ok(there) if there == text => continue,
            Ok(_) => anyhow::bail!(
                "the custodian's {} is not the checkpoint of this ledger; verify the ledger against the custodian's folder",
                path.display()
            ),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        }
        // Under another name first: a reader never finds half a checkpoint.
        let half = path.with_extension("part");
        tokio::fs::write(&half, &text)
            .await
            .with_context(|| format!("cannot write {}", half.display()))?;
        tokio::fs::rename(&half, &path)
            .await
            .with_context(|| format!("cannot write {}", path.display()))?;
        laid += 1;
    }
    Ok(format!("{laid} checkpoints laid, up to {last}"))
}
