//! The vault file: which keys there are, and of which algorithm.

use std::{collections::BTreeMap, io::Write as _, path::Path};

use rand::{RngCore as _, rngs::OsRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{INDEX_KEY_BYTES, cipher::Algorithm};

/// By which algorithms a new vault file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// AES-256-GCM and SHA-256.
    Aes,
    /// SM4-GCM and SM3 (商用密码, 密码法 art. 27).
    Commercial,
}

/// By which digest contacts and query codes are found again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum IndexDigest {
    #[default]
    #[serde(rename = "SHA-256")]
    Sha256,
    /// GB/T 32905.
    #[serde(rename = "SM3")]
    Sm3,
}

/// What stands in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The key that new complaints' keys are wrapped with.
    pub(super) current: String,
    /// The key of the blind index.
    pub(super) index: String,
    #[serde(default)]
    pub(super) digest: IndexDigest,
    /// Those of AES-256-GCM.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) keys: BTreeMap<String, String>,
    /// Those of SM4-GCM.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) sm4_keys: BTreeMap<String, String>,
}

impl IndexDigest {
    /// A file whose digest was exchanged is another file: it would find nobody again.
    pub(super) fn fingerprint(self, key: &str) -> String {
        match self {
            Self::Sha256 => fingerprint(key),
            Self::Sm3 => fingerprint(&format!("SM3 {key}")),
        }
    }
}

/// A digest that tells two keys apart and nothing of either: keys are random.
pub(super) fn fingerprint(key: &str) -> String {
    let digest = Sha256::digest(format!(
        "suda.intake.v1 fingerprint {}",
        key.to_ascii_lowercase()
    ));
    hex::encode(&digest[..8])
}

/// Makes a vault file with new keys, readable by its owner only, unless there is one: another process may have been quicker.
///
/// # Errors
/// When it cannot be written.
pub fn make(path: &Path, suite: Suite) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let random = |bytes: usize| {
        let mut bytes = vec![0; bytes];
        OsRng.fill_bytes(&mut bytes);
        hex::encode(bytes)
    };
    let key =
        |algorithm: Algorithm| BTreeMap::from([("k1".to_owned(), random(algorithm.key_bytes()))]);
    let (digest, keys, sm4_keys) = match suite {
        Suite::Aes => (
            IndexDigest::Sha256,
            key(Algorithm::Aes256Gcm),
            BTreeMap::new(),
        ),
        Suite::Commercial => (IndexDigest::Sm3, BTreeMap::new(), key(Algorithm::Sm4Gcm)),
    };
    let file = File {
        current: "k1".to_owned(),
        index: random(INDEX_KEY_BYTES),
        digest,
        keys,
        sm4_keys,
    };
    let body = toml::to_string(&file).map_err(std::io::Error::other)?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    // Written whole beside its place and then put there, so that nobody reads half a file.
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    out.write_all(format!("# The keys of intake's vault. Add a key and make it current to rotate; remove none.\n{body}").as_bytes())?;
    out.sync_all()?;
    let put = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match put {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
