//! Bytes that are kept as they came: named by their SHA-256, in a folder or an object store.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use bytes::Bytes;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem, path::Path,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Section `[blobs]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder they are kept in.
    pub folder: PathBuf,
}

/// The kept bytes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// Opens the store, making its folder when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(settings: &Settings) -> anyhow::Result<Self> {
        let folder = &settings.folder;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("blobs.folder {} cannot be made", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .with_context(|| format!("blobs.folder {} cannot be opened", folder.display()))?
            .with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Keeps `bytes`, whole or not at all, and gives their digest; keeping them again changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put(&self, bytes: Bytes) -> anyhow::Result<String> {
        let digest = hex::encode(Sha256::digest(&bytes));
        let path = place(&digest)?;
        if self.0.head(&path).await.is_err() {
            self.0
                .put(&path, PutPayload::from_bytes(bytes))
                .await
                .with_context(|| format!("cannot keep {digest}"))?;
        }
        Ok(digest)
    }

    /// The bytes with this digest; `None` when they are not kept here.
    ///
    /// # Errors
    /// When the digest is none, the store cannot be read, or the bytes are no longer what they were.
    pub async fn get(&self, digest: &str) -> anyhow::Result<Option<Bytes>> {
        let bytes = match self.0.get(&place(digest)?).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {digest}")),
        };
        anyhow::ensure!(
            hex::encode(Sha256::digest(&bytes)) == digest,
            "the bytes kept as {digest} were changed"
        );
        Ok(Some(bytes))
    }
}

/// Two levels of folders, so that none grows too large to list.
fn place(digest: &str) -> anyhow::Result<Path> {
    anyhow::ensure!(
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{digest:?} is no SHA-256"
    );
    Ok(Path::from(format!(
        "{}/{}/{digest}",
        &digest[..2],
        &digest[2..4]
    )))
}
