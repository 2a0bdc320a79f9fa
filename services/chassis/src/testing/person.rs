//! Somebody to call as: `person("P001").post("589002SL-clerk", "589002SL", "589002", "reception_clerk")`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;

use crate::{
    auth::{AUDIENCE, Caller, Claims, HeldPost, TrustedKey},
    clock::Clock,
    keys::{self, Keys},
    sight::Sight,
};

/// The year 2100: no test turns its clock further.
const FAR: i64 = 4_102_444_800;

/// A person of a test.
#[derive(Debug, Clone)]
pub struct Person {
    id: String,
    posts: Vec<HeldPost>,
    unions: Option<Vec<String>>,
    expires: i64,
}

/// A person who holds no post yet.
#[must_use]
pub fn person(id: &str) -> Person {
    Person {
        id: id.to_owned(),
        posts: Vec::new(),
        unions: None,
        expires: FAR,
    }
}

impl Person {
    /// Holds this post as well.
    #[must_use]
    pub fn post(mut self, code: &str, unit: &str, union: &str, role: &str) -> Self {
        self.posts.push(HeldPost {
            code: code.to_owned(),
            unit: unit.to_owned(),
            union: union.to_owned(),
            role: role.to_owned(),
        });
        self
    }

    /// Sees these unions; without it, those of the posts.
    #[must_use]
    pub fn unions<U: Into<String>>(mut self, unions: impl IntoIterator<Item = U>) -> Self {
        self.unions = Some(unions.into_iter().map(Into::into).collect());
        self
    }

    /// Carries a token that expires then.
    #[must_use]
    pub fn until(mut self, at: DateTime<Utc>) -> Self {
        self.expires = at.timestamp();
        self
    }

    /// What the token says.
    #[must_use]
    pub fn claims(&self) -> Claims {
        let unions = self.unions.clone().unwrap_or_else(|| {
            let mut unions: Vec<String> =
                self.posts.iter().map(|post| post.union.clone()).collect();
            unions.sort();
            unions.dedup();
            unions
        });
        Claims {
            iss: String::new(),
            sub: self.id.clone(),
            name: self.id.clone(),
            aud: AUDIENCE.to_owned(),
            exp: self.expires,
            iat: 0,
            posts: self.posts.clone(),
            unions,
        }
    }

    /// The token, signed with the key that every stack of a test trusts.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "for tests only; a fixed key signs or nothing does"
    )]
    pub fn token(&self) -> String {
        test_keys()
            .sign_token(&self.claims())
            .expect("the key of the tests signs")
    }
}

/// What bounds what this person reads.
impl From<&Person> for Sight {
    fn from(person: &Person) -> Self {
        let claims = person.claims();
        Self::from(&Caller {
            person_id: claims.sub,
            name: claims.name,
            posts: claims.posts,
            unions: claims.unions,
        })
    }
}

/// The key of the tests: always the same, known to everybody, trusted by no real service.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "for tests only; a fixed key is a key or nothing is"
)]
pub fn test_keys() -> Keys {
    let pems =
        keys::pems(&SigningKey::from_bytes(&[7; 32])).expect("the key of the tests is a key");
    Keys::from_pem(&pems.private_pem, "test", "service", Arc::new(Still))
        .expect("the key of the tests is a key")
}

/// The entry with which a stack trusts the key of the tests.
#[must_use]
pub fn trusted() -> TrustedKey {
    test_keys().trusted_for_everyone()
}

/// A clock for keys that sign nothing by the time.
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}
