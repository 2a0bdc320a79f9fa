//! Who calls: people of the reference set, who sign in, and people made for a test, whose tokens directory's own key signs.

use std::sync::Arc;

use chassis::{
    auth::{AUDIENCE, Claims, HeldPost},
    clock::SystemClock,
    grpc::client::Peer,
    keys::{self, Keys},
};

use crate::Province;

/// The year 2100: no test turns its clock further.
const FAR: i64 = 4_102_444_800;

/// A post that is held.
#[must_use]
pub fn post(code: &str, unit: &str, union: &str, role: &str) -> HeldPost {
    HeldPost {
        code: code.to_owned(),
        unit: unit.to_owned(),
        union: union.to_owned(),
        role: role.to_owned(),
    }
}

/// A person with these posts, who sees the unions of the posts.
#[must_use]
pub fn person(id: &str, posts: Vec<HeldPost>) -> Claims {
    let mut unions: Vec<String> = posts.iter().map(|post| post.union.clone()).collect();
    unions.sort();
    unions.dedup();
    Claims {
        iss: String::new(),
        sub: id.to_owned(),
        name: id.to_owned(),
        aud: AUDIENCE.to_owned(),
        exp: FAR,
        iat: 0,
        posts,
        unions,
    }
}

/// Whoever runs the stack.
#[must_use]
pub fn administrator() -> Claims {
    person("suite", vec![post("44-admin", "44", "44", "administrator")])
}

/// A key that no service trusts.
#[must_use]
pub fn stranger() -> Keys {
    let pem = keys::generate().expect("a key").private_pem;
    Keys::from_pem(&pem, "directory", "service", Arc::new(SystemClock)).expect("a key")
}

impl Province {
    /// The key with which directory signs people in.
    #[must_use]
    pub fn keys(&self) -> Keys {
        let file = self.stack.layout.path("keys/directory.pem");
        Keys::load(&file, "directory", "service", Arc::new(SystemClock)).expect("directory's key")
    }

    /// The way to a service with a token, or without when it is empty.
    #[must_use]
    pub fn with_token(&self, service: &str, token: &str) -> Peer {
        let url = self.stack.facts.grpc_url(service).expect("a service");
        let peer = Peer::with_token(&url, token).expect("an address");
        // A machine that is busy with other tests is slow, not wrong.
        peer.within(crate::PATIENCE)
    }

    /// The way of a person made for this test to a service.
    #[must_use]
    pub fn peer_of(&self, claims: &Claims, service: &str) -> Peer {
        let token = self.keys().sign_token(claims).expect("the key signs");
        self.with_token(service, &token)
    }
}
