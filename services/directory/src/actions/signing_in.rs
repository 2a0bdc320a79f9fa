//! Signing in: a password becomes a token that says who one is, which posts one holds and which unions one sees.

use chassis::{
    auth::{AUDIENCE, Claims, HeldPost},
    db::Db,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use suda_proto::{common::v1::Role, directory::v1::Post};

use super::passwords::{NotHashed, Passwords};
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
    /// The password could not be hashed.
    #[error("the password could not be checked")]
    Hash(#[from] NotHashed),
}

/// Checks a password and says who signed in; the person's row counts the wrong ones.
///
/// No connection is held while the password is hashed, which takes long on purpose. Whoever guesses many at a time learns no more
/// than whoever guesses one after the other: what came of the hash is told only under the row's lock, if the row is not locked by then.
///
/// # Errors
/// Why nobody was signed in.
pub(crate) async fn check(
    db: &Db,
    settings: &Settings,
    passwords: &Passwords,
    (account, password): (&str, &str),
    now: DateTime<Utc>,
) -> Result<Claims, NotSignedIn> {
    if account == BOOTSTRAP {
        return if passwords.fits_bootstrap(password).await? {
            Ok(bootstrap(settings, now))
        } else {
            Err(NotSignedIn::Wrong)
        };
    }
    let person = open(store::person(db.reader(), account).await?, now)?;
    let hash = passwords.of(person.as_ref());
    let right = passwords.fit(password, hash).await? && person.is_some();
    let Some(person) = person else {
        return Err(NotSignedIn::Wrong);
    };
    db.transaction::<_, NotSignedIn, _>("login", async |tx| {
        let now_known = open(store::lock_person(tx, account).await?, now)?;
        // Whoever left, or has another password by now, is not signed in with what held a moment ago.
        let person = now_known.filter(|now_known| now_known.password == person.password);
        let Some(mut person) = person else {
            return Ok(Err(NotSignedIn::Wrong));
        };
        if !right {
            count_wrong(&mut person, settings, now);
            store::save_person(tx, &person).await?;
            return Ok(Err(NotSignedIn::Wrong));
        }
        if person.failures > 0 {
            (person.failures, person.locked_until) = (0, None);
            store::save_person(tx, &person).await?;
        }
        Ok(Ok(claims(tx, settings, &person, now).await?))
    })
    .await?
}

/// The person, if there is one and the account is not locked.
fn open(
    person: Option<store::PersonRow>,
    now: DateTime<Utc>,
) -> Result<Option<store::PersonRow>, NotSignedIn> {
    let person = person.filter(|person| person.left_at.is_none());
    let locked = person.as_ref().and_then(|person| person.locked_until);
    match locked.filter(|until| *until > now) {
        Some(until) => Err(NotSignedIn::Locked((until - now).num_minutes() + 1)),
        None => Ok(person),
    }
}

/// One more wrong password; one too many locks the account.
fn count_wrong(person: &mut store::PersonRow, settings: &Settings, now: DateTime<Utc>) {
    person.failures += 1;
    if u32::try_from(person.failures).unwrap_or(u32::MAX) >= settings.failures_allowed {
        person.failures = 0;
        person.locked_until = Some(now + TimeDelta::minutes(i64::from(settings.locked_minutes)));
    }
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
