//! Maildirs: mail is taken from `new/` and `cur/`, moved to `.processed/cur/`, and nothing is deleted.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use tokio::{fs, io::AsyncWriteExt as _};

/// A mail in a Maildir.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its file name without the flags, which tells it from all others.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Makes a Maildir and its folder of processed mail, where they are not there yet.
pub async fn prepare(folder: &Path) -> anyhow::Result<()> {
    for below in [
        "tmp",
        "new",
        "cur",
        ".processed/tmp",
        ".processed/new",
        ".processed/cur",
    ] {
        let path = folder.join(below);
        fs::create_dir_all(&path)
            .await
            .with_context(|| format!("cannot make {}", path.display()))?;
    }
    Ok(())
}

/// What lies in `new/` and `cur/`, in the order of arrival as far as the names tell.
pub async fn waiting(folder: &Path) -> anyhow::Result<Vec<Found>> {
    let mut found = lying(&folder.join("new")).await?;
    found.append(&mut lying(&folder.join("cur")).await?);
    found.sort();
    Ok(found)
}

/// The mails of one folder of a Maildir, in no order.
async fn lying(folder: &Path) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut entries = fs::read_dir(folder)
        .await
        .with_context(|| format!("cannot look into {}", folder.display()))?;
    while let Some(entry) = entries.next_entry().await? {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if file_name.starts_with('.') || !entry.file_type().await?.is_file() {
            continue;
        }
        let name = file_name
            .split(":2,")
            .next()
            .unwrap_or(&file_name)
            .to_owned();
        found.push(Found {
            name,
            path: entry.path(),
        });
    }
    Ok(found)
}

/// Moves a mail that was kept to the processed ones; the move is atomic, and no other mail is overwritten.
pub async fn process(folder: &Path, found: &Found) -> anyhow::Result<()> {
    let below = folder.join(".processed/cur");
    let file_name = found
        .path
        .file_name()
        .context("a mail without a file name")?;
    let mut target = below.join(file_name);
    let mut number = 1;
    while fs::try_exists(&target).await? {
        number += 1;
        target = below.join(format!("{}.{number}:2,S", found.name));
    }
    match fs::rename(&found.path, &target).await {
        // Another worker, or the mail program that set a flag, was faster; the next look finds it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.with_context(|| format!("cannot move {}", found.path.display())),
    }
}

/// Puts a mail into `new/`; one that lies there, or that the reader has moved to `cur/`, is not put there again.
pub async fn deliver(folder: &Path, name: &str, mail: &[u8]) -> anyhow::Result<()> {
    for below in ["tmp", "new", "cur"] {
        fs::create_dir_all(folder.join(below)).await?;
    }
    let target = folder.join("new").join(name);
    // What waits in `new/` has no flags behind its name, so that it need not be listed: a box that nobody empties would make
    // every mail slower than the one before it.
    if fs::try_exists(&target).await? {
        return Ok(());
    }
    let read = lying(&folder.join("cur")).await?;
    if read.iter().any(|found| found.name == name) {
        return Ok(());
    }
    let draft = folder.join("tmp").join(name);
    let mut file = fs::File::create(&draft).await?;
    file.write_all(mail).await?;
    file.sync_all().await?;
    fs::rename(&draft, &target).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn l21_a_mail_that_was_put_there_once_is_not_put_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, name) = (folder.path(), "1.a.suda");
        let lies = |below: &str| {
            let below = std::fs::read_dir(folder.join(below)).unwrap();
            below
                .map(|entry| entry.unwrap().file_name())
                .collect::<Vec<_>>()
        };
        deliver(folder, name, b"one").await.unwrap();
        deliver(folder, name, b"two").await.unwrap();
        assert_eq!(lies("new"), [name]);
        assert_eq!(
            std::fs::read(folder.join("new").join(name)).unwrap(),
            b"one"
        );
        // The reader has it in front of him now.
        let read = format!("{name}:2,RS");
        std::fs::rename(
            folder.join("new").join(name),
            folder.join("cur").join(&read),
        )
        .unwrap();
        deliver(folder, name, b"three").await.unwrap();
        assert_eq!((lies("new"), lies("cur")), (vec![], vec![read.into()]));
        // Another mail, whose name begins like that.
        deliver(folder, "1.a", b"four").await.unwrap();
        assert_eq!(lies("new"), ["1.a"]);
        assert!(lies("tmp").is_empty());
    }
}
