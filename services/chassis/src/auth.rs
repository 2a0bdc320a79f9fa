//! Who is calling: reads a bearer token and says whose it is, or why it is not taken.
//!
//! Every service checks tokens itself, against a file of trusted keys. The time of expiry is read by the chassis's
//! clock, so that a simulated half-year also ages the tokens.

use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use ed25519_dalek::{VerifyingKey, pkcs8::DecodePublicKey as _};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use suda_proto::common::v1::Role;

use crate::{clock::Clock, keys::KeyTrouble};

/// The audience of every token of the suite.
pub const AUDIENCE: &str = "suda";

/// How many checked tokens are remembered, so that a signature is checked once and not at every call.
const REMEMBERED: usize = 4096;

/// A post that the caller holds, or stands in for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPost {
    /// The post's code.
    pub code: String,
    /// The unit it belongs to.
    pub unit: String,
    /// The union that unit belongs to; for an office or the province its own code.
    pub union: String,
    /// What the post does, e.g. `reception_clerk`.
    pub role: String,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The id of the key that signed it; filled in by [`crate::keys::Keys::sign_token`].
    pub iss: String,
    /// The person or service.
    pub sub: String,
    /// The name to show.
    pub name: String,
    /// Always [`AUDIENCE`].
    pub aud: String,
    /// When it expires, in Unix seconds.
    pub exp: i64,
    /// When it was issued, in Unix seconds.
    pub iat: i64,
    /// The posts held.
    pub posts: Vec<HeldPost>,
    /// The unions that may be seen; `*` for all.
    pub unions: Vec<String>,
}

/// Who is calling.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// Permanent id of the person or service.
    pub person_id: String,
    /// The name to show.
    pub name: String,
    /// The posts held, or stood in for.
    pub posts: Vec<HeldPost>,
    /// The unions that may be seen; `*` for all.
    pub unions: Vec<String>,
}

impl Caller {
    /// Whether the caller may see this union.
    #[must_use]
    pub fn sees(&self, union: &str) -> bool {
        self.unions.iter().any(|seen| seen == "*" || seen == union)
    }

    /// The unions the caller may see; none for all of them.
    #[must_use]
    pub fn unions_or_all(&self) -> Option<Vec<String>> {
        if self.unions.iter().any(|union| union == "*") {
            None
        } else {
            Some(self.unions.clone())
        }
    }

    /// The first post held with one of these roles, in the order of the roles.
    #[must_use]
    pub fn post_with(&self, roles: &[&str]) -> Option<&HeldPost> {
        roles
            .iter()
            .find_map(|role| self.posts.iter().find(|post| post.role == *role))
    }

    /// The caller's units, when it works in handling units only and so sees no more than these.
    #[must_use]
    pub fn outlet_only(&self) -> Option<Vec<String>> {
        const NARROW: [&str; 3] = ["outlet_receiver", "handler", "unit_head"];
        let narrow = !self.posts.is_empty()
            && self
                .posts
                .iter()
                .all(|post| NARROW.contains(&post.role.as_str()));
        narrow.then(|| {
            let mut units: Vec<String> = self.posts.iter().map(|post| post.unit.clone()).collect();
            units.sort();
            units.dedup();
            units
        })
    }

    /// Whether the caller is a service or a channel adapter, not a person.
    #[must_use]
    pub fn is_service(&self) -> bool {
        !self.posts.is_empty()
            && self
                .posts
                .iter()
                .all(|post| post.role == "service" || post.role == "channel")
    }

    /// The roles held, sorted, each once.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        let mut roles: Vec<&str> = self.posts.iter().map(|post| post.role.as_str()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

/// Names of people do not belong in logs.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("person_id", &self.person_id)
            .field("posts", &self.posts)
            .field("unions", &self.unions)
            .finish_non_exhaustive()
    }
}

/// Why a token was not taken. The sentence says what to do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenRefused {
    /// There is none.
    #[error("没有登录凭证:请先登录(suda login),再带上 authorization: Bearer 凭证重试")]
    Missing,
    /// It is no token.
    #[error("登录凭证无法识别:请重新登录;凭证须完整,不可截断或改写")]
    Malformed,
    /// It was signed with a key that is not trusted here.
    #[error(
        "登录凭证由未受信任的密钥 {0} 签发:请向本系统重新登录;如密钥刚更换,请管理员更新信任文件"
    )]
    Foreign(String),
    /// Its signature does not fit its content.
    #[error("登录凭证的签名与内容不符:请重新登录")]
    Tampered,
    /// It was issued for another system.
    #[error("登录凭证不是为本系统签发的:请向本系统重新登录")]
    Audience,
    /// It has expired.
    #[error("登录凭证已于 {0} 过期:请重新登录")]
    Expired(String),
    /// The key may sign for another identity only.
    #[error("密钥 {key} 不得为 {subject} 签发凭证:请管理员核对信任文件")]
    Subject {
        /// The key.
        key: String,
        /// Whom the token names.
        subject: String,
    },
    /// The key may not give this role.
    #[error("密钥 {key} 不得授予角色 {role}:请管理员核对信任文件")]
    Role {
        /// The key.
        key: String,
        /// The role that the token gives.
        role: String,
    },
}

impl TokenRefused {
    /// The stable code of the refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "token.missing",
            Self::Malformed => "token.malformed",
            Self::Foreign(_) => "token.foreign",
            Self::Tampered => "token.tampered",
            Self::Audience => "token.audience",
            Self::Expired(_) => "token.expired",
            Self::Subject { .. } => "token.subject",
            Self::Role { .. } => "token.role",
        }
    }
}

/// A key whose tokens are taken; one `[[key]]` of the trust file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// Its id, as in the header of the tokens it signs.
    pub id: String,
    /// The only identity it may sign for; absent for the key of the service that signs people in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The roles it may give.
    pub roles: Vec<String>,
    /// The public key, PEM.
    pub public_pem: String,
}

/// The keys whose tokens are taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// One for each key; two stand here while a key is being replaced.
    #[serde(default, rename = "key")]
    pub keys: Vec<TrustedKey>,
}

impl Trust {
    /// Reads a trust file.
    pub fn load(path: &Path) -> Result<Self, KeyTrouble> {
        let text = std::fs::read_to_string(path).map_err(|source| KeyTrouble::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|reason| KeyTrouble::Trust {
            path: path.to_owned(),
            reason,
        })
    }

    /// Reads the text of a trust file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trust: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let known = every_role();
        for (index, key) in trust.keys.iter().enumerate() {
            if trust.keys[..index].iter().any(|before| before.id == key.id) {
                return Err(format!("key {} stands there twice", key.id));
            }
            if let Some(role) = key.roles.iter().find(|role| !known.contains(role)) {
                return Err(format!(
                    "key {} may give the role {role}, which does not exist",
                    key.id
                ));
            }
            VerifyingKey::from_public_key_pem(&key.public_pem).map_err(|_| {
                format!(
                    "public_pem of key {} is no Ed25519 public key in PEM",
                    key.id
                )
            })?;
        }
        Ok(trust)
    }

    /// Writes a trust file.
    pub fn write(&self, path: &Path) -> Result<(), KeyTrouble> {
        let body = toml::to_string_pretty(self).map_err(|error| KeyTrouble::Trust {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let text = format!(
            "# Keys whose tokens are taken. Two entries stand here while a key is being replaced.\n\n{body}"
        );
        std::fs::write(path, text).map_err(|source| KeyTrouble::Write {
            path: path.to_owned(),
            source,
        })
    }
}

/// The names of all roles, as they stand in tokens, trust files and access rules.
#[must_use]
pub fn every_role() -> Vec<String> {
    (1..)
        .map_while(|number| Role::try_from(number).ok())
        .map(|role| {
            role.as_str_name()
                .trim_start_matches("ROLE_")
                .to_lowercase()
        })
        .collect()
}

struct Known {
    key: DecodingKey,
    subject: Option<String>,
    roles: Vec<String>,
}

/// Checks tokens.
pub struct Verifier {
    keys: HashMap<String, Known>,
    clock: Arc<dyn Clock>,
    remembered: RwLock<HashMap<String, (Arc<Caller>, i64)>>,
}

impl Verifier {
    /// Takes the tokens of these keys.
    pub fn new(trust: &Trust, clock: Arc<dyn Clock>) -> Result<Self, KeyTrouble> {
        let mut keys = HashMap::new();
        for trusted in &trust.keys {
            let public = VerifyingKey::from_public_key_pem(&trusted.public_pem)
                .map_err(|_| KeyTrouble::Key(format!("public key {}", trusted.id)))?;
            keys.insert(
                trusted.id.clone(),
                Known {
                    key: DecodingKey::from_ed_der(public.as_bytes()),
                    subject: trusted.subject.clone(),
                    roles: trusted.roles.clone(),
                },
            );
        }
        Ok(Self {
            keys,
            clock,
            remembered: RwLock::default(),
        })
    }

    /// Says whose token this is, or why it is not taken.
    pub fn verify(&self, token: &str) -> Result<Arc<Caller>, TokenRefused> {
        let known = self
            .remembered
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(token)
            .cloned();
        let (caller, expires) = match known {
            Some(known) => known,
            None => self.examine(token)?,
        };
        if self.clock.now().timestamp() >= expires {
            self.remembered
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(token);
            return Err(TokenRefused::Expired(instant(expires)));
        }
        Ok(caller)
    }

    fn examine(&self, token: &str) -> Result<(Arc<Caller>, i64), TokenRefused> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenRefused::Malformed)?;
        let id = header.kid.ok_or(TokenRefused::Malformed)?;
        let known = self
            .keys
            .get(&id)
            .ok_or_else(|| TokenRefused::Foreign(short(&id)))?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.validate_exp = false; // by our own clock, in `verify`
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[&id]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &known.key, &rules)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidAudience => TokenRefused::Audience,
                ErrorKind::InvalidIssuer => TokenRefused::Foreign(short(&id)),
                ErrorKind::InvalidSignature => TokenRefused::Tampered,
                _ => TokenRefused::Malformed,
            })?
            .claims;
        if known
            .subject
            .as_ref()
            .is_some_and(|only| *only != claims.sub)
        {
            return Err(TokenRefused::Subject {
                key: id,
                subject: short(&claims.sub),
            });
        }
        if let Some(post) = claims
            .posts
            .iter()
            .find(|post| !known.roles.contains(&post.role))
        {
            return Err(TokenRefused::Role {
                key: id,
                role: short(&post.role),
            });
        }
        let caller = Arc::new(Caller {
            person_id: claims.sub,
            name: claims.name,
            posts: claims.posts,
            unions: claims.unions,
        });
        let mut remembered = self
            .remembered
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(token.to_owned(), (caller.clone(), claims.exp));
        Ok((caller, claims.exp))
    }
}

/// What a stranger wrote is not repeated at length.
fn short(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(64)
        .collect()
}

fn instant(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .map_or_else(|| seconds.to_string(), |at| at.to_rfc3339())
}

#[cfg(test)]
mod tests;
