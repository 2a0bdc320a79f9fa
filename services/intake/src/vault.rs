//! Encryption of what belongs to complainants (PIPL art. 51; guideline art. 5).
//!
//! Each complaint has its own key; a key-encryption key from a file wraps it. Identity and text are encrypted with the
//! complaint's key and bound to its id and to what they are, so that bytes cannot be exchanged between rows. To destroy
//! the wrapped key is to erase them. The blind index finds the same telephone number again without telling which it is.
//!
//! The file says by which algorithms: AES-256-GCM and SHA-256, or SM4-GCM and SM3 where commercial cryptography is asked for
//! (密码法 art. 27). A rotation may change the cipher; the digest is chosen once, since it finds what was written before.

use std::{collections::BTreeMap, fmt, path::Path};

use hmac::{Hmac, Mac as _};
use rand::{RngCore as _, rngs::OsRng};
use sha2::Sha256;
use sm3::Sm3;
use uuid::Uuid;

use self::{
    cipher::{Algorithm, Cipher},
    file::{File, IndexDigest},
};

mod cipher;
mod file;

pub use file::{Suite, make};

const INDEX_KEY_BYTES: usize = 32;
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

/// A key-encryption key.
struct Wrapping {
    algorithm: Algorithm,
    cipher: Cipher,
}

/// The keys of the vault.
pub struct Vault {
    fingerprints: Vec<(String, String)>,
    current: String,
    wrapping: BTreeMap<String, Wrapping>,
    digest: IndexDigest,
    /// Filled up with zeros to the block of the digest, as HMAC does it.
    index: [u8; BLOCK_BYTES],
}

/// A complaint's key.
pub struct DataKey {
    id: Uuid,
    cipher: Cipher,
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
            make(path, Suite::Aes).map_err(|error| trouble(error.to_string()))?;
        }
        let text = std::fs::read_to_string(path).map_err(|error| {
            trouble(format!(
                "{error}; set service.vault_file to the file with the keys"
            ))
        })?;
        // The parser's message would quote the line, and with it a key.
        let file: File = toml::from_str(&text)
            .map_err(|error: toml::de::Error| trouble(error.message().to_owned()))?;
        let key = |name: &str, text: &str, bytes: usize| -> Result<Vec<u8>, VaultTrouble> {
            let key = hex::decode(text).ok().filter(|key| key.len() == bytes);
            key.ok_or_else(|| trouble(format!("{name} is not {} hexadecimal digits", 2 * bytes)))
        };
        let mut index = [0; BLOCK_BYTES];
        index[..INDEX_KEY_BYTES].copy_from_slice(&key("index", &file.index, INDEX_KEY_BYTES)?);
        let mut fingerprints = vec![("index".to_owned(), file.digest.fingerprint(&file.index))];
        let mut wrapping = BTreeMap::new();
        let aes = file.keys.iter().map(|key| (Algorithm::Aes256Gcm, key));
        let sm4 = file.sm4_keys.iter().map(|key| (Algorithm::Sm4Gcm, key));
        for (algorithm, (id, text)) in aes.chain(sm4) {
            let bytes = key(id, text, algorithm.key_bytes())?;
            let cipher = algorithm.cipher(&bytes);
            let cipher = cipher.ok_or_else(|| trouble(format!("{id} is no key")))?;
            let known = wrapping.insert(id.clone(), Wrapping { algorithm, cipher });
            if known.is_some() {
                return Err(trouble(format!(
                    "two keys are called {id}; give the new one a name of its own"
                )));
            }
            fingerprints.push((format!("key {id}"), file::fingerprint(text)));
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
            digest: file.digest,
            index,
        })
    }

    /// What tells the keys of this file from those of another: a digest of each, by its name.
    #[must_use]
    pub fn fingerprints(&self) -> &[(String, String)] {
        &self.fingerprints
    }

    /// How what is sealed with a key of this name is sealed, as the contract names it.
    pub fn algorithm(&self, kek_id: &str) -> Result<&'static str, VaultTrouble> {
        Ok(self.wrapping(kek_id)?.algorithm.name())
    }

    /// A new key.
    pub fn new_key(&self, id: Uuid) -> Result<(DataKey, WrappedKey), VaultTrouble> {
        let wrapping = self.wrapping(&self.current)?;
        let mut bytes = vec![0; wrapping.algorithm.key_bytes()];
        OsRng.fill_bytes(&mut bytes);
        let wrapped = WrappedKey {
            id,
            kek_id: self.current.clone(),
            bytes: cipher::seal(&wrapping.cipher, "key", id, &bytes)?,
        };
        Ok((wrapping.data_key(id, &bytes)?, wrapped))
    }

    /// A stored key.
    pub fn open_key(&self, wrapped: &WrappedKey) -> Result<DataKey, VaultTrouble> {
        let wrapping = self.wrapping(&wrapped.kek_id)?;
        let bytes = cipher::open(&wrapping.cipher, "key", wrapped.id, &wrapped.bytes)?;
        wrapping.data_key(wrapped.id, &bytes)
    }

    /// The blind index of a contact in its normal form.
    #[must_use]
    pub fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        self.mac(["blind", kind, value])
    }

    /// The keyed digest of a number's query code.
    #[must_use]
    pub fn code_mac(&self, complaint: Uuid, code: &str) -> Vec<u8> {
        self.mac(["query_code", &complaint.to_string(), code])
    }

    /// Whether a query code is the right one, in a time that does not tell how much of it is.
    #[must_use]
    pub fn code_fits(&self, complaint: Uuid, code: &str, mac: &[u8]) -> bool {
        let parts = ["query_code", &complaint.to_string(), code];
        let fits = match self.digest {
            IndexDigest::Sha256 => {
                cipher::keyed::<Hmac<Sha256>>(&self.index, parts).verify_slice(mac)
            }
            IndexDigest::Sm3 => cipher::keyed::<Hmac<Sm3>>(&self.index, parts).verify_slice(mac),
        };
        fits.is_ok()
    }

    fn mac(&self, parts: [&str; 3]) -> Vec<u8> {
        match self.digest {
            IndexDigest::Sha256 => cipher::keyed::<Hmac<Sha256>>(&self.index, parts)
                .finalize()
                .into_bytes(),
            IndexDigest::Sm3 => cipher::keyed::<Hmac<Sm3>>(&self.index, parts)
                .finalize()
                .into_bytes(),
        }
        .to_vec()
    }

    fn wrapping(&self, id: &str) -> Result<&Wrapping, VaultTrouble> {
        self.wrapping
            .get(id)
            .ok_or_else(|| VaultTrouble::NoKey(id.to_owned()))
    }
}

impl Wrapping {
    /// A complaint's key is one of the algorithm that wraps it.
    fn data_key(&self, id: Uuid, bytes: &[u8]) -> Result<DataKey, VaultTrouble> {
        let cipher = self.algorithm.cipher(bytes);
        Ok(DataKey {
            id,
            cipher: cipher.ok_or(VaultTrouble::Broken("key", id))?,
        })
    }
}

impl DataKey {
    /// Encrypts.
    pub fn seal(&self, content: Content, plain: &[u8]) -> Result<Vec<u8>, VaultTrouble> {
        cipher::seal(&self.cipher, content.name(), self.id, plain)
    }

    /// Decrypts.
    pub fn open(&self, content: Content, sealed: &[u8]) -> Result<Vec<u8>, VaultTrouble> {
        cipher::open(&self.cipher, content.name(), self.id, sealed)
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
    fn a_rotation_to_sm4_keeps_what_aes_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.toml");
        let write = |digest: &str, more: &str| {
            let index = "05".repeat(32);
            let aes = "06".repeat(32);
            let text = format!("{more}\nindex = \"{index}\"\n{digest}\n[keys]\nk1 = \"{aes}\"\n");
            std::fs::write(&path, text).unwrap();
        };
        write("", "current = \"k1\"");
        let before = Vault::load(&path, false).unwrap();
        let (old, wrapped) = before.new_key(Uuid::from_u128(1)).unwrap();
        let sealed = old.seal(Content::Narrative, "投诉".as_bytes()).unwrap();
        let sm4 = format!(
            "current = \"k2\"\nsm4_keys = {{ k2 = \"{}\" }}",
            "07".repeat(16)
        );
        write("", &sm4);
        let after = Vault::load(&path, false).unwrap();
        assert_eq!(
            after
                .open_key(&wrapped)
                .unwrap()
                .open(Content::Narrative, &sealed)
                .unwrap(),
            "投诉".as_bytes()
        );
        assert_eq!(after.algorithm("k1").unwrap(), "AES-256-GCM");
        let (new, wrapped) = after.new_key(Uuid::from_u128(2)).unwrap();
        assert_eq!(after.algorithm(&wrapped.kek_id).unwrap(), "SM4-GCM");
        let sealed = new.seal(Content::Identity, "李四".as_bytes()).unwrap();
        let same = after.open_key(&wrapped).unwrap();
        assert_eq!(
            same.open(Content::Identity, &sealed).unwrap(),
            "李四".as_bytes()
        );
        assert!(same.open(Content::Narrative, &sealed).is_err());
        // What is found again is found by the digest it was written with.
        let (index, of_before) = (&after.fingerprints()[0], &before.fingerprints()[0]);
        assert_eq!(index, of_before);
        write("digest = \"SM3\"", &sm4);
        let sm3 = Vault::load(&path, false).unwrap();
        assert_ne!(&sm3.fingerprints()[0], of_before);
        assert_ne!(
            sm3.blind("phone", "13812345678"),
            before.blind("phone", "13812345678")
        );
        let mac = sm3.code_mac(Uuid::from_u128(1), "ABCDEFGH");
        assert!(sm3.code_fits(Uuid::from_u128(1), "ABCDEFGH", &mac));
        assert!(!before.code_fits(Uuid::from_u128(1), "ABCDEFGH", &mac));
        // A file that was made so from the start.
        let made = folder.path().join("made.toml");
        make(&made, Suite::Commercial).unwrap();
        let made = Vault::load(&made, false).unwrap();
        let (_, wrapped) = made.new_key(Uuid::from_u128(3)).unwrap();
        assert_eq!(made.algorithm(&wrapped.kek_id).unwrap(), "SM4-GCM");
        assert_eq!(made.digest, IndexDigest::Sm3);
        // Two keys of one name, and a key that is too short.
        write("", &sm4.replace("k2", "k1"));
        let said = Vault::load(&path, false).unwrap_err().to_string();
        assert!(said.contains("two keys are called k1"), "{said}");
        write("", &sm4.replace("0707", "07"));
        let said = Vault::load(&path, false).unwrap_err().to_string();
        assert!(said.contains("k2 is not 32 hexadecimal digits"), "{said}");
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
