//! Signing in: a password becomes a token that says who one is, which posts one holds and which unions one sees.

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _, password_hash::SaltString,
};
use chassis::{
    auth::{AUDIENCE, Claims, HeldPost},
    db::Tx,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use secrecy::{ExposeSecret as _, SecretString};
use suda_proto::{common::v1::Role, directory::v1::Post};

use crate::{config::Settings, store};

/// The account that loads the reference before there are people.
const BOOTSTRAP: &str = "admin";

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSignedIn {
    /// The account or the password is wrong; which of them is not said.
    #[error("账号或密码不正确")]
    Wrong,
    /// Too many wrong passwords.
    #[error("密码连续输错次数过多,账号已锁定,请在{0}分钟后再试,或联系系统管理员")]
    Locked(i64),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

/// Hashes made at start, so that a wrong account costs the same time as a wrong password.
pub(crate) struct Passwords {
    initial: Option<String>,
    bootstrap: Option<String>,
    decoy: String,
}

impl Passwords {
    /// Hashes the passwords of the settings.
    pub(crate) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let some = |secret: &SecretString| match secret.expose_secret() {
            "" => Ok(None),
            password => hash(password).map(Some),
        };
        Ok(Self {
            initial: some(&settings.initial_password)?,
            bootstrap: some(&settings.bootstrap_password)?,
            decoy: hash(&hex::encode(rand::random::<[u8; 16]>()))?,
        })
    }

    fn of<'a>(&'a self, person: Option<&'a store::PersonRow>) -> (&'a str, bool) {
        let own = person.and_then(|person| person.password.as_deref());
        match (person, own.or(self.initial.as_deref())) {
            (Some(_), Some(hash)) => (hash, true),
            _ => (&self.decoy, false),
        }
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

/// Checks a password; the person's row counts the wrong ones, whatever comes of it.
pub(crate) async fn check(
    tx: &Tx,
    settings: &Settings,
    passwords: &Passwords,
    (account, password): (&str, &str),
    now: DateTime<Utc>,
) -> Result<Result<Claims, NotSignedIn>, DbErr> {
    if account == BOOTSTRAP {
        let right = fits(
            password,
            passwords.bootstrap.as_deref().unwrap_or(&passwords.decoy),
        );
        return Ok(if right && passwords.bootstrap.is_some() {
            Ok(bootstrap(settings, now))
        } else {
            Err(NotSignedIn::Wrong)
        });
    }
    let person = store::lock_person(tx, account)
        .await?
        .filter(|person| person.left_at.is_none());
    if let Some(until) = person
        .as_ref()
        .and_then(|person| person.locked_until)
        .filter(|until| *until > now)
    {
        return Ok(Err(NotSignedIn::Locked((until - now).num_minutes() + 1)));
    }
    let (hash, known) = passwords.of(person.as_ref());
    let right = fits(password, hash) && known;
    let Some(mut person) = person else {
        return Ok(Err(NotSignedIn::Wrong));
    };
    if right {
        if person.failures > 0 {
            (person.failures, person.locked_until) = (0, None);
            store::save_person(tx, &person).await?;
        }
        return Ok(Ok(claims(tx, settings, &person, now).await?));
    }
    person.failures += 1;
    if u32::try_from(person.failures).unwrap_or(u32::MAX) >= settings.failures_allowed {
        person.failures = 0;
        person.locked_until = Some(now + TimeDelta::minutes(i64::from(settings.locked_minutes)));
    }
    store::save_person(tx, &person).await?;
    Ok(Err(NotSignedIn::Wrong))
}

fn empty(settings: &Settings, id: &str, name: &str, now: DateTime<Utc>) -> Claims {
    Claims {
        iss: String::new(),
        sub: id.to_owned(),
        name: name.to_owned(),
        aud: AUDIENCE.to_owned(),
        exp: (now + TimeDelta::minutes(i64::from(settings.token_minutes))).timestamp(),
        iat: now.timestamp(),
        posts: Vec::new(),
        unions: Vec::new(),
    }
}

fn bootstrap(settings: &Settings, now: DateTime<Utc>) -> Claims {
    let post = HeldPost {
        code: BOOTSTRAP.to_owned(),
        unit: "44".to_owned(),
        union: "44".to_owned(),
        role: "administrator".to_owned(),
    };
    Claims {
        posts: vec![post],
        unions: vec!["*".to_owned()],
        ..empty(settings, BOOTSTRAP, BOOTSTRAP, now)
    }
}

/// What a person's token says.
async fn claims(
    db: &impl ConnectionTrait,
    settings: &Settings,
    person: &store::PersonRow,
    now: DateTime<Utc>,
) -> Result<Claims, DbErr> {
    let mut claims = empty(settings, &person.id, &person.name, now);
    for post in store::posts_of(db, &person.id).await? {
        let Some(unit) = store::unit(db, &post.unit_code).await? else {
            continue;
        };
        claims
            .unions
            .extend(unions(db, &post, &unit.union_code).await?);
        let role = role_of(&post);
        claims.posts.push(HeldPost {
            code: post.code,
            unit: post.unit_code,
            union: unit.union_code,
            role,
        });
    }
    if claims.unions.iter().any(|union| union == "*") {
        claims.unions = vec!["*".to_owned()];
    }
    claims.unions.sort();
    claims.unions.dedup();
    Ok(claims)
}

/// The role of a post, in lower case.
pub(crate) fn role_of(post: &Post) -> String {
    let name = Role::try_from(post.role).unwrap_or_default().as_str_name();
    name.trim_start_matches("ROLE_").to_lowercase()
}

/// The unions a post sees: the province's posts all of them, an office's those below it, any other its own.
async fn unions(db: &impl ConnectionTrait, post: &Post, union: &str) -> Result<Vec<String>, DbErr> {
    match Role::try_from(post.role).unwrap_or_default() {
        Role::ComplianceHead | Role::ComplianceOfficer | Role::Auditor | Role::Administrator => {
            Ok(vec!["*".to_owned()])
        }
        Role::OfficeHead | Role::OfficeOfficer => {
            let mut unions = store::unions_below(db, &post.unit_code).await?;
            unions.push(post.unit_code.clone());
            Ok(unions)
        }
        _ => Ok(vec![union.to_owned()]),
    }
}
