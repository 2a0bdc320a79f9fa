//! Bytes that are kept as they came: named by their SHA-256, in a folder or an object store that speaks S3.

use std::{fmt, path::PathBuf, sync::Arc};

use anyhow::Context;
use bytes::Bytes;
use futures::StreamExt as _;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem, path::Path,
};
use secrecy::SecretString;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

mod s3;

/// Section `[blobs]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What they are kept in.
    pub kind: Kind,
    /// The folder.
    pub folder: PathBuf,
    /// Where the object store is.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// The authority that signed its certificate, PEM; empty when it is a public one.
    pub authority: PathBuf,
    /// The key's id.
    pub access_key_id: SecretString,
    /// The key.
    pub secret_access_key: SecretString,
}

/// What bytes are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A folder.
    Folder,
    /// A bucket of an object store.
    S3,
    /// Nothing: this service keeps none.
    None,
}

/// The kept bytes. Cheap to clone.
#[derive(Clone)]
pub struct Blobs(Option<Arc<dyn ObjectStore>>);

impl Blobs {
    /// Opens the store: makes its folder when it is not there, asks the object store whether it takes the key.
    ///
    /// # Errors
    /// When the folder cannot be made, or the object store refuses or does not answer.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self(match settings.kind {
            Kind::None => None,
            Kind::Folder => Some(Arc::new(folder(settings)?)),
            Kind::S3 => {
                let store = s3::open(settings)?;
                let listed = store.list(Some(&Path::from("00/00"))).next().await;
                listed.transpose().with_context(|| {
                    format!(
                        "bucket {} at {} cannot be read; see blobs.endpoint, blobs.bucket and the key, which must list, get, put and delete",
                        settings.bucket, settings.endpoint
                    )
                })?;
                Some(Arc::new(store))
            }
        }))
    }

    fn store(&self) -> anyhow::Result<&dyn ObjectStore> {
        self.0
            .as_deref()
            .context("this service keeps no bytes: blobs.kind is \"none\"")
    }

    /// Keeps `bytes`, whole or not at all, and gives their digest; keeping them again changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put(&self, bytes: Bytes) -> anyhow::Result<String> {
        let digest = hex::encode(Sha256::digest(&bytes));
        let path = place(&digest)?;
        let store = self.store()?;
        if store.head(&path).await.is_err() {
            store
                .put(&path, PutPayload::from_bytes(bytes))
                .await
                .with_context(|| format!("cannot keep {digest}"))?;
        }
        Ok(digest)
    }

    /// Removes the bytes with this digest; when they are not there, nothing is to be done.
    ///
    /// # Errors
    /// When the digest is none, or the store cannot be written.
    pub async fn remove(&self, digest: &str) -> anyhow::Result<()> {
        match self.store()?.delete(&place(digest)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error).with_context(|| format!("cannot remove {digest}")),
        }
    }

    /// The bytes with this digest; `None` when they are not kept here.
    ///
    /// # Errors
    /// When the digest is none, the store cannot be read, or the bytes are no longer what they were.
    pub async fn get(&self, digest: &str) -> anyhow::Result<Option<Bytes>> {
        let bytes = match self.store()?.get(&place(digest)?).await {
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

/// Where they are kept may name a key.
impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blobs").finish_non_exhaustive()
    }
}

fn folder(settings: &Settings) -> anyhow::Result<LocalFileSystem> {
    let folder = &settings.folder;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("blobs.folder {} cannot be made", folder.display()))?;
    let store = LocalFileSystem::new_with_prefix(folder)
        .with_context(|| format!("blobs.folder {} cannot be opened", folder.display()))?;
    Ok(store.with_fsync(true))
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
