//! The documents name commands that exist, and all of them.

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};

use super::Command;

const OWN: &str = include_str!("../../README.md");
const ROOT: &str = include_str!("../../../../README.md");

/// Every command below this one, with the words that call it; groups only when `groups` is wanted.
fn all(command: &clap::Command, words: &[String], groups: bool) -> Vec<Vec<String>> {
    let below: Vec<_> = command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
        .collect();
    let mut found = Vec::new();
    if groups || below.is_empty() {
        found.push(words.to_vec());
    }
    for below in below {
        let mut words = words.to_vec();
        words.push(below.get_name().to_owned());
        found.extend(all(below, &words, groups));
    }
    found
}

#[test]
fn every_command_helps() {
    Command::command().debug_assert();
    let commands = all(&Command::command(), &["suda".to_owned()], true);
    assert!(commands.len() > 60, "{}", commands.len());
    for words in commands {
        let asked = words.iter().map(String::as_str).chain(["--help"]);
        let told = Command::try_parse_from(asked).unwrap_err();
        assert_eq!(told.kind(), ErrorKind::DisplayHelp, "{words:?}: {told}");
        assert!(told.to_string().contains("Usage:"), "{words:?}");
    }
}

#[test]
fn every_command_has_its_row_and_every_row_its_command() {
    let rows: Vec<&str> = OWN
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|row| row.starts_with("suda "))
        .collect();
    let commands: Vec<String> = all(&Command::command(), &["suda".to_owned()], false)
        .iter()
        .map(|words| words.join(" "))
        .collect();
    let missing: Vec<_> = commands
        .iter()
        .filter(|command| !rows.contains(&command.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "no row in services/suda/README.md: {missing:?}"
    );
    let unknown: Vec<_> = rows
        .iter()
        .filter(|row| !commands.iter().any(|command| command == *row))
        .collect();
    assert!(unknown.is_empty(), "no such command: {unknown:?}");
}

#[test]
fn the_commands_of_the_readme_can_be_typed() {
    let lines: Vec<&str> = ROOT
        .lines()
        .filter(|line| line.starts_with("target/debug/suda "))
        .collect();
    assert!(lines.len() >= 6, "{lines:?}");
    for line in lines {
        let typed = words(line.split(" #").next().unwrap_or_default());
        if let Err(wrong) = Command::try_parse_from(&typed) {
            panic!("{line}: {wrong}");
        }
    }
}

/// A line as a shell splits it: at blanks, but not within double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn what_is_wrong_is_refused_before_anybody_is_called() {
    for wrong in [
        "suda case show 589002",
        "suda case accept",
        "suda case decline propose 589002-2026-000001 --ground unknown --explanation x",
        "suda case accept 589002-2026-000001 --request-id 7",
        "suda case extend request 589002-2026-000001 --clock L18 --ground x --until tomorrow",
        "suda complaint register --unit 58900201 --content x --name y --anonymous",
        "suda complaint quarantine resolve 0192aaaa-0000-7000-8000-000000000001",
        "suda load --complaints 0",
        "suda archive ledger",
        "suda archive ledger --check --reason audit",
        "suda archive ledger --check --to ledger.jsonl",
        "suda case level admit 589002-2026-000001",
        "suda case pause begin 589002-2026-000001 --ground holiday --basis x",
        "suda case superior record 589002-2026-000001 --kind superior --number x --due soon",
        "suda case follow-up 589002-2026-000001 --satisfaction perhaps",
        "suda relation declare --relation kin",
        "suda relation declare --relation kin --id-number 440000000000000000",
        "suda accountability confirm x --sanction fine --reason x",
        "suda appeal decide x --outcome no --procedure x --time-limits x --result x --reasons x",
    ] {
        let told = Command::try_parse_from(wrong.split(' ')).unwrap_err();
        assert_eq!(told.exit_code(), 2, "{wrong}");
    }
}
