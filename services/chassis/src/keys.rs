//! The service's own key: signs its identity, the tokens it gives to others, and what must stay provable.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{
        DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
        spki::der::pem::LineEnding,
    },
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sha2::{Digest as _, Sha256};

use crate::{
    auth::{AUDIENCE, Claims, HeldPost, TrustedKey},
    clock::Clock,
};

/// How long a service's own token lives; it is renewed at half of that.
const IDENTITY_MINUTES: i64 = 10;

/// What went wrong with a key or a trust file.
#[derive(Debug, thiserror::Error)]
pub enum KeyTrouble {
    /// A file could not be read.
    #[error("cannot read {}; make a key with `suda keys new` or name the right file", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A trust file is wrong.
    #[error("trust file {}: {reason}", path.display())]
    Trust {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Something is no Ed25519 key.
    #[error("{0} is no Ed25519 key in PEM (PKCS#8)")]
    Key(String),
    /// A token could not be signed.
    #[error("cannot sign a token")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

/// A new pair of keys, as text.
pub struct NewKey {
    /// The private key, PKCS#8 PEM. It stays where it is used.
    pub private_pem: String,
    /// The public key, PEM. It goes into trust files.
    pub public_pem: String,
}

/// Makes a new pair of keys.
pub fn generate() -> Result<NewKey, KeyTrouble> {
    pems(&SigningKey::generate(&mut rand::rngs::OsRng))
}

pub(crate) fn pems(key: &SigningKey) -> Result<NewKey, KeyTrouble> {
    let new = || KeyTrouble::Key("the new key".to_owned());
    Ok(NewKey {
        private_pem: key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| new())?
            .to_string(),
        public_pem: key
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| new())?,
    })
}

/// Writes a private key so that only its owner may read it; an existing file is not overwritten.
pub fn write_private(path: &Path, private_pem: &str) -> Result<(), KeyTrouble> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let trouble = |source| KeyTrouble::Write {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(trouble)?;
    file.write_all(private_pem.as_bytes()).map_err(trouble)
}

/// Checks a signature made by [`Keys::sign`].
pub fn verify(public_pem: &str, bytes: &[u8], signature: &[u8]) -> Result<bool, KeyTrouble> {
    let key = VerifyingKey::from_public_key_pem(public_pem)
        .map_err(|_| KeyTrouble::Key("the public key".to_owned()))?;
    Ok(Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_strict(bytes, &signature).is_ok()))
}

/// The service's own key. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    id: String,
    subject: String,
    role: String,
    signing: SigningKey,
    encoding: EncodingKey,
    public_pem: String,
    clock: Arc<dyn Clock>,
    identity: Mutex<Option<(String, DateTime<Utc>)>>,
}

impl Keys {
    /// Loads the key of this service, which signs its identity with this role (`service` or `channel`).
    pub fn load(
        path: &Path,
        service: &str,
        role: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyTrouble> {
        let pem = std::fs::read_to_string(path).map_err(|source| KeyTrouble::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::from_pem(&pem, service, role, clock)
            .map_err(|_| KeyTrouble::Key(path.display().to_string()))
    }

    /// Takes the key from its text.
    pub fn from_pem(
        pem: &str,
        service: &str,
        role: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyTrouble> {
        let bad = || KeyTrouble::Key("the private key".to_owned());
        let signing = SigningKey::from_pkcs8_pem(pem).map_err(|_| bad())?;
        let der = signing.to_pkcs8_der().map_err(|_| bad())?;
        let public_pem = pems(&signing)?.public_pem;
        // The id follows the key, so that an old and a new key of one service are told apart.
        let print = hex::encode(Sha256::digest(signing.verifying_key().as_bytes()));
        Ok(Self(Arc::new(Inner {
            id: format!("{service}-{}", &print[..12]),
            subject: service.to_owned(),
            role: role.to_owned(),
            encoding: EncodingKey::from_ed_der(der.as_bytes()),
            signing,
            public_pem,
            clock,
            identity: Mutex::new(None),
        })))
    }

    /// The id of the key, as in the header of the tokens it signs.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.0.id
    }

    /// The public key, PEM.
    #[must_use]
    pub fn public_pem(&self) -> &str {
        &self.0.public_pem
    }

    /// Signs bytes; [`verify`] checks the signature.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.signing.sign(bytes).to_bytes().to_vec()
    }

    /// Signs a token; the issuer is filled in.
    pub fn sign_token(&self, claims: &Claims) -> Result<String, KeyTrouble> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.0.id.clone());
        let claims = Claims {
            iss: self.0.id.clone(),
            ..claims.clone()
        };
        jsonwebtoken::encode(&header, &claims, &self.0.encoding).map_err(KeyTrouble::Sign)
    }

    /// The token with which this service shows who it is.
    pub fn identity_token(&self) -> Result<String, KeyTrouble> {
        let now = self.0.clock.now();
        let mut identity = self
            .0
            .identity
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((token, renew_at)) = identity.as_ref()
            && now < *renew_at
        {
            return Ok(token.clone());
        }
        let Inner { subject, role, .. } = &*self.0;
        let token = self.sign_token(&Claims {
            iss: String::new(),
            sub: subject.clone(),
            name: subject.clone(),
            aud: AUDIENCE.to_owned(),
            exp: (now + TimeDelta::minutes(IDENTITY_MINUTES)).timestamp(),
            iat: now.timestamp(),
            posts: vec![HeldPost {
                code: subject.clone(),
                unit: subject.clone(),
                union: "*".to_owned(),
                role: role.clone(),
            }],
            unions: vec!["*".to_owned()],
        })?;
        *identity = Some((
            token.clone(),
            now + TimeDelta::minutes(IDENTITY_MINUTES / 2),
        ));
        Ok(token)
    }

    /// The entry with which others trust this service's own identity.
    #[must_use]
    pub fn trusted(&self) -> TrustedKey {
        TrustedKey {
            id: self.0.id.clone(),
            subject: Some(self.0.subject.clone()),
            roles: vec![self.0.role.clone()],
            public_pem: self.0.public_pem.clone(),
        }
    }

    /// The entry with which others trust every token this service signs: people signed in as well as itself.
    #[must_use]
    pub fn trusted_for_everyone(&self) -> TrustedKey {
        TrustedKey {
            subject: None,
            roles: crate::auth::every_role(),
            ..self.trusted()
        }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("id", &self.0.id)
            .finish_non_exhaustive()
    }
}
