use std::sync::{Arc, Mutex};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::keys::{self, Keys};

struct Turned(Mutex<DateTime<Utc>>);

impl Clock for Turned {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

struct Desk {
    clock: Arc<Turned>,
    directory: Keys,
    intake: Keys,
    verifier: Verifier,
}

fn desk() -> Desk {
    let clock = Arc::new(Turned(Mutex::new("2026-09-23T02:00:00Z".parse().unwrap())));
    let key = |service: &str| {
        Keys::from_pem(
            &keys::generate().unwrap().private_pem,
            service,
            "service",
            clock.clone(),
        )
        .unwrap()
    };
    let (directory, intake) = (key("directory"), key("intake"));
    let trust = Trust {
        keys: vec![directory.trusted_for_everyone(), intake.trusted()],
    };
    let verifier = Verifier::new(&trust, clock.clone()).unwrap();
    Desk {
        clock,
        directory,
        intake,
        verifier,
    }
}

impl Desk {
    fn claims(&self) -> Claims {
        let now = self.clock.now();
        Claims {
            iss: String::new(),
            sub: "P001".to_owned(),
            name: "陈某".to_owned(),
            aud: AUDIENCE.to_owned(),
            exp: (now + TimeDelta::hours(8)).timestamp(),
            iat: now.timestamp(),
            posts: vec![HeldPost {
                code: "589002SL-clerk".to_owned(),
                unit: "589002SL".to_owned(),
                union: "589002".to_owned(),
                role: "reception_clerk".to_owned(),
            }],
            unions: vec!["589002".to_owned()],
        }
    }
}

#[test]
fn a_token_says_who_calls() {
    let desk = desk();
    let token = desk.directory.sign_token(&desk.claims()).unwrap();
    for _ in 0..2 {
        let caller = desk.verifier.verify(&token).unwrap();
        assert_eq!(caller.person_id, "P001");
        assert!(caller.sees("589002") && !caller.sees("589001"));
        assert_eq!(caller.roles(), ["reception_clerk"]);
        assert!(
            !format!("{caller:?}").contains("陈某"),
            "a name would reach a log"
        );
    }
}

#[test]
fn a_token_expires_by_our_clock_even_when_it_was_taken_before() {
    let desk = desk();
    let token = desk.directory.sign_token(&desk.claims()).unwrap();
    desk.verifier.verify(&token).unwrap();
    *desk.clock.0.lock().unwrap() += TimeDelta::hours(8);
    assert_eq!(
        desk.verifier.verify(&token).unwrap_err().code(),
        "token.expired"
    );
    assert_eq!(
        desk.verifier.verify(&token).unwrap_err().code(),
        "token.expired"
    );
    // The law's year is simulated: a token of that year is good then, whatever year the machine is in.
    *desk.clock.0.lock().unwrap() += TimeDelta::days(3650);
    desk.verifier
        .verify(&desk.directory.sign_token(&desk.claims()).unwrap())
        .unwrap();
}

#[test]
fn a_foreign_or_altered_token_is_refused_and_says_what_to_do() {
    let desk = desk();
    let good = desk.directory.sign_token(&desk.claims()).unwrap();
    let parts: Vec<&str> = good.split('.').collect();

    let stranger = Keys::from_pem(
        &keys::generate().unwrap().private_pem,
        "directory",
        "service",
        desk.clock.clone(),
    );
    let foreign = stranger.unwrap().sign_token(&desk.claims()).unwrap();

    let body = String::from_utf8(BASE64.decode(parts[1]).unwrap()).unwrap();
    let altered = BASE64.encode(body.replace("reception_clerk", "administrator"));
    let tampered = format!("{}.{altered}.{}", parts[0], parts[2]);

    let elsewhere = Claims {
        aud: "another".to_owned(),
        ..desk.claims()
    };
    let elsewhere = desk.directory.sign_token(&elsewhere).unwrap();

    // The old trick: no signature, or one made with the public key as a shared secret.
    let unsigned = BASE64.encode(format!(
        r#"{{"alg":"none","kid":"{}"}}"#,
        desk.directory.key_id()
    ));
    let unsigned = format!("{unsigned}.{}.", parts[1]);
    let shared = BASE64.encode(format!(
        r#"{{"alg":"HS256","kid":"{}"}}"#,
        desk.directory.key_id()
    ));
    let shared = format!("{shared}.{}.{}", parts[1], parts[2]);

    let table = [
        (foreign.as_str(), "token.foreign"),
        (tampered.as_str(), "token.tampered"),
        (elsewhere.as_str(), "token.audience"),
        (unsigned.as_str(), "token.malformed"),
        (shared.as_str(), "token.malformed"),
        (&good[..good.len() / 2], "token.malformed"),
        ("", "token.malformed"),
        ("a.b.c", "token.malformed"),
    ];
    for (token, code) in table {
        let refused = desk.verifier.verify(token).unwrap_err();
        assert_eq!(refused.code(), code, "{token}");
        assert!(
            refused.to_string().contains("请"),
            "{refused} does not say what to do"
        );
    }
}

#[test]
fn a_service_cannot_speak_for_another_or_give_itself_a_role() {
    let desk = desk();
    let own = desk
        .verifier
        .verify(&desk.intake.identity_token().unwrap())
        .unwrap();
    assert!(own.is_service() && own.unions_or_all().is_none());

    let other = Claims {
        sub: "routing".to_owned(),
        posts: vec![],
        ..desk.claims()
    };
    let refused = desk
        .verifier
        .verify(&desk.intake.sign_token(&other).unwrap())
        .unwrap_err();
    assert_eq!(refused.code(), "token.subject");

    let clerk = Claims {
        sub: "intake".to_owned(),
        ..desk.claims()
    };
    let refused = desk
        .verifier
        .verify(&desk.intake.sign_token(&clerk).unwrap())
        .unwrap_err();
    assert_eq!(refused.code(), "token.role");
}

#[test]
fn an_identity_is_renewed_before_it_expires() {
    let desk = desk();
    let first = desk.intake.identity_token().unwrap();
    assert_eq!(first, desk.intake.identity_token().unwrap());
    *desk.clock.0.lock().unwrap() += TimeDelta::minutes(6);
    let second = desk.intake.identity_token().unwrap();
    assert_ne!(first, second);
    desk.verifier.verify(&first).unwrap();
    *desk.clock.0.lock().unwrap() += TimeDelta::minutes(5);
    assert_eq!(
        desk.verifier.verify(&first).unwrap_err().code(),
        "token.expired"
    );
    desk.verifier.verify(&second).unwrap();
}

#[test]
fn a_signature_holds_for_these_bytes_only() {
    let desk = desk();
    let signature = desk.intake.sign(b"checkpoint 7");
    assert!(keys::verify(desk.intake.public_pem(), b"checkpoint 7", &signature).unwrap());
    assert!(!keys::verify(desk.intake.public_pem(), b"checkpoint 8", &signature).unwrap());
    assert!(!keys::verify(desk.directory.public_pem(), b"checkpoint 7", &signature).unwrap());
    assert!(!keys::verify(desk.intake.public_pem(), b"checkpoint 7", b"short").unwrap());
}

#[test]
fn a_trust_file_is_written_read_and_checked() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trust.toml");
    let trust = Trust {
        keys: vec![desk.directory.trusted_for_everyone(), desk.intake.trusted()],
    };
    trust.write(&path).unwrap();
    assert_eq!(Trust::load(&path).unwrap(), trust);

    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        Trust::parse(&text.replace("\"service\"", "\"king\""))
            .unwrap_err()
            .contains("king")
    );
    assert!(
        Trust::parse(&text.replace("PUBLIC KEY", "SOMETHING"))
            .unwrap_err()
            .contains("no Ed25519 public key")
    );
    assert!(
        Trust::parse(&format!("{text}\n{text}"))
            .unwrap_err()
            .contains("twice")
    );
    assert!(
        Trust::load(&folder.path().join("absent"))
            .unwrap_err()
            .to_string()
            .contains("absent")
    );

    let key = folder.path().join("intake.pem");
    keys::write_private(&key, &keys::generate().unwrap().private_pem).unwrap();
    assert!(
        keys::write_private(&key, "other").is_err(),
        "a key was overwritten"
    );
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "others can read the key");
    Keys::load(&key, "intake", "service", desk.clock.clone()).unwrap();
}

#[test]
fn what_a_caller_sees_follows_from_its_posts() {
    let post = |unit: &str, role: &str| HeldPost {
        code: format!("{unit}-{role}"),
        unit: unit.to_owned(),
        union: "589002".to_owned(),
        role: role.to_owned(),
    };
    let caller = |posts: Vec<HeldPost>| Caller {
        person_id: "P".to_owned(),
        name: "N".to_owned(),
        posts,
        unions: vec!["589002".to_owned()],
    };
    let outlet = caller(vec![
        post("58900201", "outlet_receiver"),
        post("58900201", "unit_head"),
    ]);
    assert_eq!(outlet.outlet_only(), Some(vec!["58900201".to_owned()]));
    let both = caller(vec![
        post("58900201", "handler"),
        post("589002SL", "reception_clerk"),
    ]);
    assert_eq!(both.outlet_only(), None);
    assert_eq!(
        both.post_with(&["reception_head", "reception_clerk"])
            .unwrap()
            .unit,
        "589002SL"
    );
    assert_eq!(caller(vec![]).outlet_only(), None);
    assert!(!caller(vec![]).is_service());
}
