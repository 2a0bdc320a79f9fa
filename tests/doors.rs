//! Who is let in: every RPC of every service, found in the contracts, is tried with tokens that are none.

use std::collections::BTreeMap;

use chassis::{
    access::{Access, is_open},
    auth::{Claims, every_role},
    grpc::Peer,
};
use suite::{
    Province, SERVICES, administrator, person, post,
    raw::{Rpc, call, every_rpc},
    stranger,
};
use tonic::{Code, Status};

/// The RPCs that anybody may call without having signed in. A new one is a decision: it is written here.
const WITHOUT_TOKEN: [&str; 1] = ["suda.directory.v1.DirectoryService/Login"];

/// What every role may ask for: the caller himself, reference data, a complainant's own progress, and sums with days, where
/// the unions of the token bound what is seen.
const FOR_EVERYBODY: [&str; 15] = [
    "suda.directory.v1.DirectoryService/WhoAmI",
    "suda.directory.v1.DirectoryService/ListUnits",
    "suda.directory.v1.DirectoryService/ListPosts",
    "suda.directory.v1.DirectoryService/ListCalendars",
    "suda.directory.v1.DirectoryService/ListPolicies",
    "suda.directory.v1.DirectoryService/GetTaxonomy",
    "suda.directory.v1.DirectoryService/ListChannels",
    "suda.intake.v1.IntakeService/Progress",
    "suda.sla_watchdog.v1.SlaWatchdogService/ListClocks",
    "suda.sla_watchdog.v1.SlaWatchdogService/Explain",
    "suda.sla_watchdog.v1.SlaWatchdogService/Preview",
    "suda.sla_watchdog.v1.SlaWatchdogService/ListRungs",
    "suda.sla_watchdog.v1.SlaWatchdogService/ListTold",
    "suda.sla_watchdog.v1.ForesightService/Certify",
    "suda.sla_watchdog.v1.ForesightService/Simulate",
];

/// Whoever holds one post of this role in 台山.
fn with_role(role: &str) -> Claims {
    person(
        "p-suite",
        vec![post("589002SL-x", "589002SL", "589002", role)],
    )
}

/// A connection to each service, for all tokens.
fn ways(province: &Province) -> BTreeMap<&'static str, Peer> {
    let ways = SERVICES.iter().map(|service| service.name);
    ways.map(|name| (name, province.with_token(name, "")))
        .collect()
}

async fn tried(
    ways: &BTreeMap<&'static str, Peer>,
    rpc: &Rpc,
    token: &str,
) -> Result<Vec<Vec<u8>>, Status> {
    let way = ways[rpc.service].bearing(token).unwrap();
    call(way, &rpc.name, Vec::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_refuses_a_missing_an_expired_and_a_foreign_token_and_every_wrong_role() {
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    let (keys, ways) = (province.keys(), ways(&province));
    let mut expired = administrator();
    expired.exp = suite::at("2026-09-23T09:59:59+08:00").timestamp();
    let bad = [
        ("no token", String::new(), "token.missing"),
        (
            "an expired token",
            keys.sign_token(&expired).unwrap(),
            "token.expired",
        ),
        (
            "a foreign key",
            stranger().sign_token(&administrator()).unwrap(),
            "token.foreign",
        ),
        ("no token at all", "nonsense".to_owned(), "token.malformed"),
    ];
    let access = Access::parse(suda_proto::ACCESS).unwrap();
    let mut denied = 0;
    for rpc in every_rpc() {
        assert_eq!(
            is_open(&rpc.name),
            WITHOUT_TOKEN.contains(&rpc.name.as_str()),
            "{} is open, or not, without a decision: see WITHOUT_TOKEN",
            rpc.name
        );
        if is_open(&rpc.name) {
            continue;
        }
        for (what, token, code) in &bad {
            let refused = tried(&ways, &rpc, token).await;
            let refused = refused
                .err()
                .unwrap_or_else(|| panic!("{} of {} answers to {what}", rpc.name, rpc.service));
            assert_eq!(
                refused.code(),
                Code::Unauthenticated,
                "{} and {what}",
                rpc.name
            );
            let sentence = chassis::grpc::sentence(&refused);
            assert!(
                sentence.contains(code),
                "{} and {what}: {sentence}",
                rpc.name
            );
        }
        let wrong: Vec<_> = every_role()
            .into_iter()
            .filter(|role| !access.allows(&[role.as_str()], &rpc.name))
            .collect();
        assert_eq!(
            wrong.is_empty(),
            FOR_EVERYBODY.contains(&rpc.name.as_str()),
            "{} is for everybody, or not, without a decision: see FOR_EVERYBODY",
            rpc.name
        );
        for role in wrong {
            let token = keys.sign_token(&with_role(&role)).unwrap();
            let refused = tried(&ways, &rpc, &token).await;
            let code = refused.err().map(|refused| refused.code());
            assert_eq!(code, Some(Code::PermissionDenied), "{} as {role}", rpc.name);
            denied += 1;
        }
    }
    assert!(denied > 500, "only {denied} wrong roles were tried");

    // A service's own key speaks for that service only.
    let file = province.stack.layout.path("keys/intake.pem");
    let clock = std::sync::Arc::new(chassis::clock::SystemClock);
    let intake = chassis::keys::Keys::load(&file, "intake", "service", clock).unwrap();
    let forged = intake.sign_token(&administrator()).unwrap();
    let rpc = Rpc::named("suda.operation.v1.OperationService/Status");
    let refused = tried(&ways, &rpc, &forged).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    province.stop().await;
}
