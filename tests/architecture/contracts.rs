//! The contracts and their catalogue, `proto/README.md`, say the same, and the services do what it says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use prost_reflect::DescriptorPool;
use suda_proto::{ACCESS, DESCRIPTORS, FACTS};

use super::{ROOT, lines_of, services};

/// These hear every fact; the catalogue leaves them out.
const HEAR_EVERYTHING: [&str; 2] = ["archive", "sla-watchdog"];

/// What the catalogue says of a fact or an RPC: its full name, and who hears or asks.
fn catalogue() -> BTreeMap<String, String> {
    let text = fs::read_to_string(format!("{ROOT}/proto/README.md")).unwrap();
    let mut package = "";
    let mut rows = BTreeMap::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            package = heading.trim();
        }
        let Some((name, rest)) = line
            .strip_prefix("| `")
            .and_then(|line| line.split_once("` | "))
        else {
            continue;
        };
        let (who, why) = rest.split_once(" | ").unwrap();
        assert!(
            why.trim_end_matches('|').trim().len() > 3,
            "proto/README.md says nothing of what {name} is for"
        );
        let twice = rows.insert(format!("{package}.{name}"), who.trim().to_owned());
        assert_eq!(twice, None, "proto/README.md names {name} twice");
    }
    rows
}

/// The RPCs of every service by the names that policies and the catalogue use.
pub(crate) fn rpcs() -> BTreeSet<String> {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let services = pool
        .services()
        .filter(|service| service.full_name().starts_with("suda."));
    services
        .flat_map(|service| {
            let name = service.full_name().to_owned();
            let methods: Vec<_> = service
                .methods()
                .map(|method| format!("{name}/{}", method.name()))
                .collect();
            methods
        })
        .collect()
}

#[test]
fn the_catalogue_names_every_fact_and_every_rpc_and_nothing_else() {
    let said: BTreeSet<_> = catalogue().into_keys().collect();
    let mut there = rpcs();
    there.extend(FACTS.iter().map(|fact| fact.name.to_owned()));
    assert!(there.len() > 100, "the contracts were not found");
    let missing: Vec<_> = there.difference(&said).collect();
    assert!(
        missing.is_empty(),
        "proto/README.md has no row for {missing:?}; see its \"Adding a contract\""
    );
    let gone: Vec<_> = said.difference(&there).collect();
    assert!(
        gone.is_empty(),
        "proto/README.md has rows for {gone:?}, which are no facts and no RPCs"
    );
}

#[test]
fn the_catalogue_says_who_hears_what() {
    let mut heard: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for service in services() {
        let name = service.file_name().unwrap().to_string_lossy().into_owned();
        for (_, line) in lines_of(&service.join("src")) {
            for part in line.split(".on::<").skip(1) {
                let message = part.split('>').next().unwrap().rsplit("::").next().unwrap();
                heard
                    .entry(message.to_owned())
                    .or_default()
                    .insert(name.clone());
            }
        }
    }
    let catalogue = catalogue();
    for fact in FACTS {
        let short = fact.name.rsplit('.').next().unwrap();
        let said: BTreeSet<_> = catalogue
            .get(fact.name)
            .map_or("–", String::as_str)
            .split(", ")
            .filter(|who| *who != "–")
            .map(str::to_owned)
            .collect();
        let mut hearers = heard.remove(short).unwrap_or_default();
        hearers.retain(|hearer| !HEAR_EVERYTHING.contains(&hearer.as_str()));
        assert_eq!(
            said, hearers,
            "left what proto/README.md says of who hears {short}, right what the services do"
        );
    }
    assert!(heard.is_empty(), "nobody tells {heard:?}, yet it is heard");
}

#[test]
fn every_fact_that_is_heard_is_told_and_every_one_has_a_sample_and_a_stream() {
    let streams = fs::read_to_string(format!("{ROOT}/deploy/streams.toml")).unwrap();
    let catalogue = catalogue();
    for fact in FACTS {
        let (package, short) = fact.name.rsplit_once('.').unwrap();
        let owner = match package.split('.').nth(1).unwrap() {
            "channel" => "adapter".to_owned(),
            owner => owner.replace('_', "-"),
        };
        // A contract may be there before its teller; who hears it relies on it being told.
        let told = lines_of(format!("{ROOT}/services/{owner}/src").as_ref());
        let heard = catalogue.get(fact.name).is_some_and(|who| who != "–");
        assert!(
            !heard
                || told.iter().any(|(place, line)| {
                    !place.ends_with("/subscriptions.rs") && line.contains(short)
                }),
            "{owner} never tells {short}"
        );
        let sample = format!("proto/golden/{}.json", fact.name.replace('.', "/"));
        assert!(
            fs::exists(format!("{ROOT}/{sample}")).unwrap(),
            "{sample} is missing; `cargo test -p suda-proto --test golden -- --ignored` writes it"
        );
        assert!(
            streams.contains(&format!("\"{package}.>\"")),
            "no stream in deploy/streams.toml carries {package}"
        );
    }
}

#[test]
fn the_access_rules_name_no_rpc_that_is_not_there() {
    let there = rpcs();
    let named: Vec<_> = ACCESS
        .split("Action::\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(named.len() > 50, "the rules were not found");
    let gone = named.iter().find(|name| !there.contains(**name));
    assert_eq!(
        gone, None,
        "proto/access.cedar speaks of an RPC that is not there"
    );
}
