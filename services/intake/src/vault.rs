//! Encryption of what belongs to complainants (PIPL art. 51; guideline art. 5).
//!
//! Each complaint has its own key; a key-encryption key from a file wraps it. Identity and text are encrypted with the
//! complaint's key and bound to its id and to what they are, so that bytes cannot be exchanged between rows. To destroy
//! the wrapped key is to erase them. The blind index finds the same telephone number again without telling which it is.

use std::{collections::BTreeMap, fmt, io::Write as _, path::Path};

use aes_gcm::{
    Aes256Gcm, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use hmac::{Hmac, Mac as _};
use rand::{RngCore as _, rngs::OsRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// How things are sealed, as the contract names it.
pub const ALGORITHM: &str = "AES-256-GCM";
const NONCE_BYTES: usize = 12;
const KEY_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;

/// What is sealed, so that one thing cannot be passed off as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Complainant and representatives.
    Identity,
    /// What the complainant said.
    Narrative,
    /// The query code.
    QueryCode,
    /// File name and description of a piece of evidence.
    Evidence,
    /// What came later.
    Material,
    /// What was said on withdrawing.
    Withdrawal,
}

/// Why the vault does not open or does not take something.
#[derive(Debug, thiserror::Error)]
pub enum VaultTrouble {
    /// The file is not there or cannot be used.
    #[error("the vault file {path}: {reason}")]
    File {
        /// Which file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A row names a key that the file does not have.
    #[error("the vault file has no key {0}; add it again, rows are still wrapped with it")]
    NoKey(String),
    /// The bytes are not what was sealed here.
    #[error("sealed {0:?} of key {1} does not open: the bytes or the vault file were changed")]
    Broken(&'static str, Uuid),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    current: String,
    index: String,
    keys: BTreeMap<String, String>,
}

/// The keys of the vault.
pub struct Vault {
    fingerprints: Vec<(String, String)>,
    current: String,
    wrapping: BTreeMap<String, Aes256Gcm>,
    /// Filled up with zeros to the block of SHA-256, as HMAC does it.
    index: [u8; BLOCK_BYTES],
}

/// A complaint's key.
pub struct DataKey {
    id: Uuid,
    cipher: Aes256Gcm,
}

/// A complaint's key as it is stored.
#[derive(Clone)]
pub struct WrappedKey {
    /// Its id.
    pub id: Uuid,
    /// What wraps it.
    pub kek_id: String,
    /// The wrapped key.
    pub bytes: Vec<u8>,
}

impl Vault {
    /// Reads the file; makes it first when that is wanted and it is not there.
    pub fn load(path: &Path, create: bool) -> Result<Self, VaultTrouble> {
        let trouble = |reason: String| VaultTrouble::File {
            path: path.display().to_string(),
            reason,
        };
        if create && !path.exists() {
            make(path).map_err(|error| trouble(error.to_string()))?;
        }
        let text = std::fs::read_to_string(path).map_err(|error| {
            trouble(format!(
                "{error}; set service.vault_file to the file with the keys"
            ))
        })?;
        // The parser's message would quote the line, and with it a key.
        let file: File = toml::from_str(&text)
            .map_err(|error: toml::de::Error| trouble(error.message().to_owned()))?;
        let key = |name: &str, text: &str| -> Result<[u8; KEY_BYTES], VaultTrouble> {
            let mut bytes = [0; KEY_BYTES];
            hex::decode_to_slice(text, &mut bytes)
                .map_err(|_| trouble(format!("{name} is not 64 hexadecimal digits")))?;
            Ok(bytes)
        };
        let mut index = [0; BLOCK_BYTES];
        index[..KEY_BYTES].copy_from_slice(&key("index", &file.index)?);
        let mut wrapping = BTreeMap::new();
        let mut fingerprints = vec![("index".to_owned(), fingerprint(&file.index))];
        for (id, text) in &file.keys {
            fingerprints.push((format!("key {id}"), fingerprint(text)));
            wrapping.insert(
                id.clone(),
                Aes256Gcm::new(&Key::<Aes256Gcm>::from(key(id, text)?)),
            );
        }
        if !wrapping.contains_key(&file.current) {
            return Err(trouble(format!(
                "current names {}, which is not among the keys",
                file.current
            )));
        }
        Ok(Self {
            fingerprints,
            current: file.current,
            wrapping,
            index,
        })
    }

    /// What tells the keys of this file from those of another: a digest of each, by its name.
    #[must_use]
    pub fn fingerprints(&self) -> &[(String, String)] {
        &self.fingerprints
    }

    /// A new key.
    pub fn new_key(&self, id: Uuid) -> Result<(DataKey, WrappedKey), VaultTrouble> {
        let mut bytes = [0; KEY_BYTES];
        OsRng.fill_bytes(&mut bytes);
        let wrapping = self.wrapping(&self.current)?;
        let wrapped = WrappedKey {
            id,
            kek_id: self.current.clone(),
            bytes: seal(wrapping, "key", id, &bytes)?,
        };
        Ok((
            DataKey {
                id,
                cipher: Aes256Gcm::new(&Key::<Aes256Gcm>::from(bytes)),
            },
            wrapped,
        ))
    }

    /// A stored key.
    pub fn open_key(&self, wrapped: &WrappedKey) -> Result<DataKey, VaultTrouble> {
        let bytes = open(
            self.wrapping(&wrapped.kek_id)?,
            "key",
            wrapped.id,
            &wrapped.bytes,
        )?;
        let cipher = Aes256Gcm::new_from_slice(&bytes)
            .map_err(|_| VaultTrouble::Broken("key", wrapped.id))?;
        Ok(DataKey {
            id: wrapped.id,
            cipher,
        })
    }

    /// The blind index of a contact in its normal form.
    #[must_use]
    pub fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        self.mac("blind", kind, value)
            .finalize()
            .into_bytes()
            .to_vec()
    }

    /// The keyed digest of a number's query code.
    #[must_use]
    pub fn code_mac(&self, complaint: Uuid, code: &str) -> Vec<u8> {
        self.mac("query_code", &complaint.to_string(), code)
            .finalize()
            .into_bytes()
            .to_vec()
    }

    /// Whether a query code is the right one, in a time that does not tell how much of it is.
    #[must_use]
    pub fn code_fits(&self, complaint: Uuid, code: &str, mac: &[u8]) -> bool {
        self.mac("query_code", &complaint.to_string(), code)
            .verify_slice(mac)
            .is_ok()
    }

    fn mac(&self, purpose: &str, kind: &str, value: &str) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new(&self.index.into());
        for part in [purpose, kind, value] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }

    fn wrapping(&self, id: &str) -> Result<&Aes256Gcm, VaultTrouble> {
        self.wrapping
            .get(id)
            .ok_or_else(|| VaultTrouble::NoKey(id.to_owned()))
    }
}

impl DataKey {
    /// Encrypts.
    pub fn seal(&self, content: Content, plain: &[u8]) -> Result<Vec<u8>, VaultTrouble> {
        seal(&self.cipher, content.name(), self.id, plain)
    }

    /// Decrypts.
    pub fn open(&self, content: Content, sealed: &[u8]) -> Result<Vec<u8>, VaultTrouble> {
        open(&self.cipher, content.name(), self.id, sealed)
    }
}

impl Content {
    fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Narrative => "narrative",
            Self::QueryCode => "query_code",
            Self::Evidence => "evidence",
            Self::Material => "material",
            Self::Withdrawal => "withdrawal",
        }
    }
}

fn seal(
    cipher: &Aes256Gcm,
    what: &'static str,
    id: Uuid,
    plain: &[u8],
) -> Result<Vec<u8>, VaultTrouble> {
    let mut nonce = [0; NONCE_BYTES];
    OsRng.fill_bytes(&mut nonce);
    let bound = bound_to(what, id);
    let payload = Payload {
        msg: plain,
        aad: &bound,
    };
    let bytes = cipher
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| VaultTrouble::Broken(what, id))?;
    Ok([&nonce[..], &bytes].concat())
}

fn open(
    cipher: &Aes256Gcm,
    what: &'static str,
    id: Uuid,
    sealed: &[u8],
) -> Result<Vec<u8>, VaultTrouble> {
    let broken = || VaultTrouble::Broken(what, id);
    let (nonce, bytes) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(broken)?;
    let bound = bound_to(what, id);
    cipher
        .decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: bytes,
                aad: &bound,
            },
        )
        .map_err(|_| broken())
}

fn bound_to(what: &str, id: Uuid) -> Vec<u8> {
    [b"suda.intake.v1 ", what.as_bytes(), b" ", id.as_bytes()].concat()
}

/// A digest that tells two keys apart and nothing of either: keys are random.
fn fingerprint(key: &str) -> String {
    let digest = Sha256::digest(format!(
        "suda.intake.v1 fingerprint {}",
        key.to_ascii_lowercase()
    ));
    hex::encode(&digest[..8])
}

/// Makes a vault file with new keys, readable by its owner only. Another process may have been quicker.
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let random = || {
        let mut bytes = [0; KEY_BYTES];
        OsRng.fill_bytes(&mut bytes);
        hex::encode(bytes)
    };
    let file = File {
        current: "k1".to_owned(),
        index: random(),
        keys: BTreeMap::from([("k1".to_owned(), random())]),
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

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedKey")
            .field("id", &self.id)
            .field("kek_id", &self.kek_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g5_what_is_sealed_opens_with_its_own_key_for_its_own_purpose_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/vault.toml");
        assert!(
            Vault::load(&path, false).is_err(),
            "in production the file is given"
        );
        let vault = Vault::load(&path, true).unwrap();
        let (key, wrapped) = vault.new_key(Uuid::from_u128(1)).unwrap();
        let (other, _) = vault.new_key(Uuid::from_u128(2)).unwrap();
        let sealed = key.seal(Content::Identity, "张三".as_bytes()).unwrap();
        // A second process reads the same file.
        let again = Vault::load(&path, true).unwrap();
        let same = again.open_key(&wrapped).unwrap();
        assert_eq!(
            same.open(Content::Identity, &sealed).unwrap(),
            "张三".as_bytes()
        );
        assert!(same.open(Content::Narrative, &sealed).is_err());
        assert!(other.open(Content::Identity, &sealed).is_err());
        assert!(
            again
                .open_key(&WrappedKey {
                    id: Uuid::from_u128(2),
                    ..wrapped.clone()
                })
                .is_err()
        );
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(
                same.open(Content::Identity, &changed).is_err(),
                "byte {place}"
            );
        }
        assert_eq!(
            vault.blind("phone", "13812345678"),
            again.blind("phone", "13812345678")
        );
        assert_ne!(
            vault.blind("phone", "13812345678"),
            vault.blind("id", "13812345678")
        );
        let mac = vault.code_mac(Uuid::from_u128(1), "ABCDEFGH");
        assert!(vault.code_fits(Uuid::from_u128(1), "ABCDEFGH", &mac));
        assert!(!vault.code_fits(Uuid::from_u128(1), "ABCDEFGJ", &mac));
        assert!(!vault.code_fits(Uuid::from_u128(2), "ABCDEFGH", &mac));
    }

    #[test]
    fn a_rotated_key_still_opens_what_the_old_one_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.toml");
        let (_, wrapped) = Vault::load(&path, true)
            .unwrap()
            .new_key(Uuid::nil())
            .unwrap();
        let text = std::fs::read_to_string(&path)
            .unwrap()
            .replace("current = \"k1\"", "current = \"k2\"");
        std::fs::write(&path, format!("{text}k2 = \"{}\"\n", "07".repeat(32))).unwrap();
        let vault = Vault::load(&path, false).unwrap();
        assert!(vault.open_key(&wrapped).is_ok());
        assert_eq!(vault.new_key(Uuid::nil()).unwrap().1.kek_id, "k2");
        std::fs::write(&path, "current = \"k1\"\nindex = \"secret\"\n[keys]\n").unwrap();
        assert!(
            !Vault::load(&path, false)
                .unwrap_err()
                .to_string()
                .contains("secret")
        );
    }
}
