use super::*;

/// The reference set of Guangdong, as it is shipped.
fn guangdong() -> Vec<File> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/reference");
    let mut files = Vec::new();
    for folder in ["units", "posts", "people", "calendars", "policies"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            files.push(File {
                path: format!("{folder}/{}", entry.file_name().to_string_lossy()),
                text: std::fs::read_to_string(entry.path()).unwrap(),
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// What is wrong with the set after `from` became `to` in one file; the edit must hit.
fn faults(path: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = guangdong();
    let file = files.iter_mut().find(|file| file.path == path).unwrap();
    assert!(file.text.contains(from), "{path} has no {from}");
    file.text = file.text.replacen(from, to, 1);
    read(&files)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn the_set_of_guangdong_is_right() {
    let reference = read(&guangdong()).unwrap();
    let count = |kind| {
        reference
            .structure
            .units
            .iter()
            .filter(|unit| unit.kind == kind)
            .count()
    };
    assert_eq!(count(crate::domain::structure::Kind::Office), 21);
    let unions = count(crate::domain::structure::Kind::Union);
    assert_eq!(count(crate::domain::structure::Kind::Outlet), unions * 3);
    let codes: Vec<_> = reference
        .policies
        .iter()
        .flat_map(|policy| &policy.clocks)
        .map(|clock| clock.code.as_str())
        .collect();
    assert_eq!(codes, ["L18", "G18.1a", "G18.1b", "G18.1c", "G18.3"]);
    assert_eq!(units(&reference.structure)["58900201"].union_code, "589002");
}

/// File, what is changed into what, and a word of what must be said, with its line.
const WRONG: [(&str, &str, &str, &str); 14] = [
    (
        "units/jiangmen.toml",
        "parent = \"5890\"",
        "parent = \"9999\"",
        "\"9999\", which is no unit",
    ),
    (
        "units/jiangmen.toml",
        "code = \"589001\"",
        "code = \"589002\"",
        "stands for one unit for ever",
    ),
    (
        "units/jiangmen.toml",
        "reception = true",
        "reception = false",
        "has 0 receptions",
    ),
    (
        "units/jiangmen.toml",
        "from = 2014-12-01",
        "from = 2004-12-01",
        "not in order",
    ),
    (
        "units/jiangmen.toml",
        "kind = \"union\"",
        "kind = \"onion\"",
        "unknown variant `onion`",
    ),
    (
        "posts/jiangmen.toml",
        "role = \"office_head\"",
        "role = \"boss\"",
        "has the role \"boss\"",
    ),
    (
        "posts/jiangmen.toml",
        "unit = \"5890\"",
        "unit = \"589001\"",
        "the wrong kind of unit",
    ),
    (
        "posts/jiangmen.toml",
        "holder = \"p5890head\"",
        "holder = \"nobody\"",
        "who is no person",
    ),
    (
        "calendars/province.toml",
        "makeup = [2026-09-20, 2026-10-10]",
        "makeup = [2026-09-21]",
        "no Saturday or Sunday",
    ),
    (
        "calendars/province.toml",
        "year = 2025\n",
        "year = 2023\n",
        "does not follow 2024",
    ),
    (
        "calendars/province.toml",
        "status = \"official\"",
        "status = \"sure\"",
        "write \"official\" or \"provisional\"",
    ),
    (
        "policies/cbirc-2020-3.toml",
        "{ natural_days = 30 }",
        "{ natural_days = 10 }",
        "not longer than the limit before",
    ),
    (
        "policies/guangdong-2008-250.toml",
        "v1.OrderIssued",
        "v1.OrderSent",
        "no fact any service tells",
    ),
    (
        "policies/guangdong-2008-250.toml",
        "to = [\"office\"]",
        "to = [\"somebody\"]",
        "\"somebody\" is nobody",
    ),
];

#[test]
fn what_is_wrong_is_refused_with_file_line_and_reason() {
    for (path, from, to, said) in WRONG {
        let faults = faults(path, from, to);
        let fits = |fault: &String| fault.starts_with(&format!("{path}:")) && fault.contains(said);
        assert!(faults.iter().any(fits), "{from} → {to}: {faults:#?}");
        assert!(
            !faults.iter().any(|fault| fault.contains(":0:")),
            "{faults:?}"
        );
    }
}

#[test]
fn g29_a_local_policy_may_be_stricter_but_not_looser() {
    let local = |days: u32| {
        let mut files = guangdong();
        let of_all = files
            .iter()
            .find(|file| file.path == "policies/guangdong-2008-250.toml")
            .unwrap();
        let text = of_all
            .text
            .replace("code = \"guangdong-2008-250\"", "code = \"local-589002\"")
            .replace("working_days = 7", &format!("working_days = {days}"));
        files.push(File {
            path: "policies/local-589002.toml".to_owned(),
            text,
        });
        read(&files)
    };
    assert!(local(5).is_ok());
    let faults = local(8).unwrap_err();
    assert!(faults[0].reason.contains("art. 29"), "{}", faults[0]);
}
