//! Passwords and their hashes.

use std::thread::available_parallelism;

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _, password_hash::SaltString,
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::Semaphore, task};

use crate::{config::Settings, store};

/// Why a password was not hashed: the service is ending.
#[derive(Debug, thiserror::Error)]
#[error("nobody hashes passwords any more")]
pub(crate) struct NotHashed;

/// Hashes made at start, so that a wrong account costs the same time as a wrong password.
pub(crate) struct Passwords {
    initial: Option<String>,
    bootstrap: Option<String>,
    decoy: String,
    /// Hashing is work for a core and fills memory, both on purpose: not more at a time than there are cores.
    turns: Semaphore,
}

impl Passwords {
    /// Hashes the passwords of the settings.
    ///
    /// # Errors
    /// When one cannot be hashed.
    pub(crate) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let some = |secret: &SecretString| match secret.expose_secret() {
            "" => Ok(None),
            password => hash(password).map(Some),
        };
        Ok(Self {
            initial: some(&settings.initial_password)?,
            bootstrap: some(&settings.bootstrap_password)?,
            decoy: hash(&hex::encode(rand::random::<[u8; 16]>()))?,
            turns: Semaphore::new(available_parallelism().map_or(1, usize::from)),
        })
    }

    /// The hash that a person's password must fit; of nobody, one that nothing fits.
    pub(crate) fn of<'a>(&'a self, person: Option<&'a store::PersonRow>) -> &'a str {
        let own = person.and_then(|person| person.password.as_deref());
        match (person, own.or(self.initial.as_deref())) {
            (Some(_), Some(hash)) => hash,
            _ => &self.decoy,
        }
    }

    /// Whether a password is that of the account which loads the reference.
    ///
    /// # Errors
    /// When the service is ending.
    pub(crate) async fn fits_bootstrap(&self, password: &str) -> Result<bool, NotHashed> {
        let hash = self.bootstrap.as_deref();
        let fits = self.fit(password, hash.unwrap_or(&self.decoy)).await?;
        Ok(fits && hash.is_some())
    }

    /// Whether a password fits a hash; on a thread of its own, so that everybody else is answered meanwhile.
    ///
    /// # Errors
    /// When the service is ending.
    pub(crate) async fn fit(&self, password: &str, hash: &str) -> Result<bool, NotHashed> {
        let _turn = self.turns.acquire().await.map_err(|_| NotHashed)?;
        let (password, hash) = (password.to_owned(), hash.to_owned());
        task::spawn_blocking(move || fits(&password, &hash))
            .await
            .map_err(|_| NotHashed)
    }
}

fn hash(password: &str) -> anyhow::Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash
        .map_err(|error| anyhow::anyhow!("{error}"))?
        .to_string())
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}
