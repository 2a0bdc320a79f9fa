//! Who may call what, and for whose complaints: every RPC, every role, every relation of units, cell by cell.
//!
//! `tests/access.tsv` holds the cells as they were decided. The test makes them anew from the contracts, from
//! `proto/access.cedar` and from what the doors know of a caller, and says which differ.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use chassis::{
    access::{Access, every_rpc, is_open},
    auth::{Caller, HeldPost, every_role},
};

/// What stands above the cells.
const HEAD: &str = "\
# Who may call what, and for whose complaints. Made by services/chassis/tests/access.rs from the contracts, proto/access.cedar
# and the unions and units of a token; each cell is a decision. After one, write the file anew and look at what changed:
#   cargo test -p chassis --test access -- --ignored && git diff tests/access.tsv
#
# A letter allows, a dot denies; the letters say whose complaint it is:
#   o own unit   b another unit of the own union; for an office, the province and services a union below
#   s a sibling: another union of the same office; for an office another office
#   u the office or the province above   p the compliance department   f a union of another office
# `-` no permit for this role   `*` permitted, and not about a complaint of some unit   `open` takes no token
#
# A letter says that the doors and the second wall leave the way open. Each service still asks for more: that the post stands
# on this case, is not complained of in it and has declared no interest (guideline art. 19), and that two persons act.
";

/// What is not about the complaint of some unit, so that the caller's units play no part.
const NOT_OF_A_UNIT: [&str; 4] = [
    "suda.operation.v1.OperationService/",
    "suda.directory.v1.DirectoryService/",
    "suda.intake.v1.RelationService/",
    "suda.intake.v1.IntakeService/Progress",
];

/// The letters of the relations, each with the union and unit of the complaint.
type Places = [(char, &'static str, &'static str); 6];

/// Somebody who holds one post of this role, with the unions that the directory gives it, and whose complaints there are.
fn caller(role: &str) -> (Caller, Places) {
    let (unit, union, unions): (&'static str, &'static str, &[&str]) = match role {
        "outlet_receiver" => ("58900201", "589002", &["589002"]),
        "handler" | "unit_head" => ("589002XD", "589002", &["589002"]),
        "reception_clerk" | "reception_head" => ("589002SL", "589002", &["589002"]),
        "senior_management" | "archivist" => ("589002", "589002", &["589002"]),
        "office_officer" | "office_head" => ("5890", "5890", &["589002", "589003", "5890"]),
        "compliance_officer" | "compliance_head" | "auditor" | "administrator" => {
            ("44HG", "44", &["*"])
        }
        "service" | "channel" => ("44", "44", &["*"]),
        _ => panic!(
            "the role {role} has no place in this table: say where its posts are and what they see"
        ),
    };
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let caller = Caller {
        person_id: "p-1".to_owned(),
        name: String::new(),
        posts: vec![HeldPost {
            code: format!("{unit}-x"),
            unit: unit.to_owned(),
            union: union.to_owned(),
            role: role.to_owned(),
        }],
        unions: owned(unions),
    };
    let places = match union {
        "589002" => [
            ('o', union, unit),
            ('b', "589002", "58900209"),
            ('s', "589003", "58900301"),
            ('u', "5890", "5890"),
            ('p', "44", "44HG"),
            ('f', "591002", "59100201"),
        ],
        _ => [
            ('o', union, unit),
            ('b', "589002", "58900201"),
            ('s', "5910", "5910"),
            ('u', "44", "44"),
            ('p', "44", "44HG"),
            ('f', "591002", "59100201"),
        ],
    };
    (caller, places)
}

fn cell(access: &Access, rpc: &str, role: &str) -> String {
    if is_open(rpc) {
        return "open".to_owned();
    }
    if !access.allows(&[role], rpc) {
        return "-".to_owned();
    }
    if NOT_OF_A_UNIT.iter().any(|known| rpc.starts_with(known)) {
        return "*".to_owned();
    }
    let (caller, places) = caller(role);
    let units = caller.outlet_only();
    let reached = |union: &str, unit: &str| {
        caller.sees(union)
            && units
                .as_ref()
                .is_none_or(|units| units.iter().any(|own| own == unit))
    };
    places
        .into_iter()
        .map(|(letter, union, unit)| if reached(union, unit) { letter } else { '.' })
        .collect()
}

/// The whole table: a row for each RPC, a column for each role.
fn table() -> String {
    let access = Access::parse(suda_proto::ACCESS).unwrap();
    let roles = every_role();
    let mut text = format!("{HEAD}rpc\t{}\n", roles.join("\t"));
    for rpc in every_rpc().unwrap() {
        let cells: Vec<_> = roles.iter().map(|role| cell(&access, &rpc, role)).collect();
        writeln!(text, "{rpc}\t{}", cells.join("\t")).unwrap();
    }
    text
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/access.tsv")
}

/// The cells of a table, by RPC and role.
fn cells(text: &str) -> BTreeMap<(String, String), String> {
    let mut rows = text.lines().filter(|line| !line.starts_with('#'));
    let roles: Vec<_> = rows
        .next()
        .unwrap_or_default()
        .split('\t')
        .skip(1)
        .collect();
    let row = |line: &str| {
        let (rpc, cells) = line.split_once('\t').unwrap_or((line, ""));
        let named = roles.iter().zip(cells.split('\t'));
        let named =
            named.map(|(role, cell)| ((rpc.to_owned(), (*role).to_owned()), cell.to_owned()));
        named.collect::<Vec<_>>()
    };
    rows.flat_map(row).collect()
}

#[test]
fn every_cell_of_role_rpc_and_unit_is_as_it_was_decided() {
    let decided = std::fs::read_to_string(file()).unwrap_or_default();
    let made = table();
    let (before, now) = (cells(&decided), cells(&made));
    let mut differing = String::new();
    for place in before
        .keys()
        .chain(now.keys().filter(|place| !before.contains_key(*place)))
    {
        let said =
            |cells: &BTreeMap<_, String>| cells.get(place).cloned().unwrap_or("no cell".to_owned());
        if said(&before) != said(&now) {
            let (rpc, role) = place;
            let (was, is) = (said(&before), said(&now));
            writeln!(
                differing,
                "{rpc} as {role}: {was} in tests/access.tsv, {is} now"
            )
            .unwrap();
        }
    }
    assert!(
        differing.is_empty() && decided == made,
        "{differing}access is not as it was decided; if it is meant, write it: \
         cargo test -p chassis --test access -- --ignored"
    );
}

#[test]
fn every_rpc_has_a_row_and_no_cell_allows_what_no_permit_names() {
    let access = Access::parse(suda_proto::ACCESS).unwrap();
    let decided = cells(&std::fs::read_to_string(file()).unwrap());
    let roles = every_role();
    for rpc in every_rpc().unwrap() {
        for role in &roles {
            let cell = decided.get(&(rpc.clone(), role.clone()));
            let cell =
                cell.unwrap_or_else(|| panic!("tests/access.tsv has no cell for {rpc} as {role}"));
            assert_eq!(cell == "open", is_open(&rpc), "{rpc} as {role}");
            assert!(
                cell == "-" || cell == "open" || access.named().contains(&rpc),
                "{rpc} is allowed as {role}, and no permit names it"
            );
        }
    }
    assert_eq!(decided.len(), every_rpc().unwrap().len() * roles.len());
}

#[test]
#[ignore = "writes tests/access.tsv, after a decision"]
fn write_the_cells() {
    std::fs::write(file(), table()).unwrap();
}
