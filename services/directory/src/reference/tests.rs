use std::sync::LazyLock;

use super::*;

/// The reference set of Guangdong, as it is shipped.
static GUANGDONG: LazyLock<Vec<File>> = LazyLock::new(|| {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/reference");
    files(&root).unwrap()
});

/// One prefecture with all above it: enough for what files say of each other.
const JIANGMEN: [&str; 5] = [
    "units/province",
    "units/jiangmen",
    "posts/jiangmen",
    "people/jiangmen",
    "taxonomy/",
];

/// The files whose path begins with one of these.
fn some(beginnings: &[&str]) -> Vec<File> {
    let wanted = |file: &&File| beginnings.iter().any(|begin| file.path.starts_with(begin));
    let files: Vec<_> = GUANGDONG.iter().filter(wanted).cloned().collect();
    assert!(files.len() >= beginnings.len(), "{beginnings:?}");
    files
}

/// What is wrong after `from` became `to` in one file; the edit must hit. A calendar, a policy and the taxonomy are read by
/// themselves, units and posts with the prefecture they belong to.
fn faults(path: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = match path.split('/').next() {
        Some("units" | "posts" | "people") => some(&JIANGMEN),
        _ => some(&[path]),
    };
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
fn a_prefecture_and_each_file_of_law_are_right_by_themselves() {
    for alone in [
        &JIANGMEN[..],
        &["calendars/"],
        &["policies/"],
        &["taxonomy/"],
    ] {
        let read = read(&some(alone));
        assert!(read.is_ok(), "{alone:?}: {:?}", read.unwrap_err());
    }
}

#[test]
fn the_set_of_guangdong_is_right() {
    let reference = read(&GUANGDONG).unwrap();
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
    assert_eq!(
        codes,
        [
            "L18", "L20a", "L20b", "Z5.1", "Z5.2", "Z5.3", "G18.1a", "G18.1b", "G18.1c", "G18.2a",
            "G18.2b", "G18.3", "G24.1", "G10", "G23", "G22", "E1", "E2"
        ]
    );
    assert_eq!(units(&reference.structure)["58900201"].union_code, "589002");
}

/// File, what is changed into what, and a word of what must be said, with its line.
const WRONG: [(&str, &str, &str, &str); 21] = [
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
    (
        "policies/guangdong-2008-250.toml",
        "given = [\"superior_due_at\", \"referral_due_at\"]",
        "given = [\"when_it_suits\"]",
        "given names the instants",
    ),
    (
        "policies/guangdong-2008-250.toml",
        "subject = \"quarantine\"",
        "subject = \"weather\"",
        "there are case, appeal",
    ),
    (
        "policies/guangdong-2008-250.toml",
        "subject = \"quarantine\"",
        "subject = \"unit\"",
        "a clock of units has terms",
    ),
    (
        "policies/customer-complaint-system.toml",
        "stops_at = [\"contacted_at\"]",
        "stops_at = [\"whenever_at\"]",
        "an instant that a fact carries",
    ),
    (
        "policies/customer-complaint-system.toml",
        "open_of_business = \"08:30\"",
        "open_of_business = \"half past\"",
        "no time of day",
    ),
    (
        "policies/customer-complaint-system.toml",
        "source = ",
        "union = \"589002\"\nsource = ",
        "begins with \"local-\"",
    ),
    (
        "calendars/province.toml",
        "last = 2026-04-06",
        "last = 2026-04-30",
        "no day is worked in the 30 days",
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

/// The set with a file more: the guideline's limits as a union's own, changed.
fn with_local(change: impl Fn(String) -> String) -> Result<Reference, Vec<Fault>> {
    let mut files = some(&["policies/", "units/province", "units/jiangmen", "taxonomy/"]);
    let of_all = files
        .iter()
        .find(|file| file.path == "policies/guangdong-2008-250.toml")
        .unwrap();
    let text = of_all.text.replace(
        "code = \"guangdong-2008-250\"",
        "code = \"local-589002\"\nunion = \"589002\"",
    );
    files.push(File {
        path: "policies/local-589002.toml".to_owned(),
        text: change(text),
    });
    read(&files)
}

#[test]
fn g29_a_union_s_own_policy_may_be_stricter_but_not_looser() {
    let days = |days: u32| {
        with_local(|text| text.replace("working_days = 7", &format!("working_days = {days}")))
    };
    let own = days(5).unwrap();
    let own = own
        .policies
        .iter()
        .find(|policy| policy.union_code == "589002");
    assert_eq!(own.unwrap().clocks[2].limit.unwrap().count, 5);
    let same_day = with_local(|text| text.replace("{ working_days = 2 }", "{ same_day = true }"));
    assert!(same_day.is_ok(), "{same_day:?}");
    for (from, to, said) in [
        (
            "working_days = 7",
            "working_days = 8",
            "its limit is longer",
        ),
        ("working_days = 7", "natural_days = 7", "counted otherwise"),
        (
            "limit = { months = 3 }",
            "limit = { months = 4 }",
            "its limit is longer",
        ),
    ] {
        let faults = with_local(|text| text.replace(from, to)).unwrap_err();
        let fault = &faults[0];
        assert!(
            fault.reason.contains("art. 29") && fault.reason.contains(said),
            "{fault}"
        );
        // The line is that of the clock, so that whoever wrote it finds it.
        assert!(
            fault.at.file == "policies/local-589002.toml" && fault.at.line > 50,
            "{fault}"
        );
    }
}

#[test]
fn g29_what_a_union_sets_for_itself_names_a_union_that_is_one() {
    let faults =
        with_local(|text| text.replace("union = \"589002\"", "union = \"999999\"")).unwrap_err();
    assert!(
        faults[0].reason.contains("\"999999\", which is none"),
        "{}",
        faults[0]
    );
}

#[test]
fn p1_a_county_adds_days_of_its_own_over_the_province_s() {
    let county = |union: &str| {
        let mut files = some(&[
            "calendars/",
            "units/province",
            "units/jiangmen",
            "taxonomy/",
        ]);
        files.push(File {
            path: "calendars/county-589002.toml".to_owned(),
            text: format!(
                "code = \"county-589002\"\nunion = \"{union}\"\ntime_zone = \"Asia/Shanghai\"\n\n[[year]]\nyear = 2026\n\
                 status = \"official\"\nnotice = \"台山市人民政府通告\"\n\n[[year.span]]\nname = \"本地节日\"\n\
                 first = 2026-03-03\nlast = 2026-03-03\n"
            ),
        });
        read(&files)
    };
    let read = county("589002").unwrap();
    let own = read
        .calendars
        .iter()
        .find(|calendar| calendar.union_code == "589002")
        .unwrap();
    assert_eq!(own.years[0].holidays[0].date, "2026-03-03");
    assert!(
        county("58900201").unwrap_err()[0]
            .reason
            .contains("which is none")
    );
    assert!(
        county("").unwrap_err()[0]
            .reason
            .contains("names the union")
    );
}

#[test]
fn c_h_d_t_m_a_taxonomy_that_contradicts_itself_is_refused_with_its_line() {
    let path = "taxonomy/guangdong.toml";
    for (from, to, said) in [
        (
            "below = \"C01\"",
            "below = \"C99\"",
            "stands below \"C99\", which is not on its axis above it",
        ),
        (
            "code = \"C02\"",
            "code = \"C01\"",
            "entry \"C01\" stands on its axis twice",
        ),
        (
            "business = [\"B04.error\"]",
            "business = [\"B04.errors\"]",
            "business \"B04.errors\" is no entry",
        ),
        (
            "lead = \"credit\"",
            "lead = \"loans\"",
            "\"loans\" is no function",
        ),
        (
            "code = \"C-cnaps\"",
            "code = \"C-counter\"",
            "row \"C-counter\" stands here twice",
        ),
    ] {
        let faults = faults(path, from, to);
        assert!(
            faults
                .iter()
                .any(|fault| fault.starts_with(path) && fault.contains(said)),
            "{from} → {to}: {faults:?}"
        );
    }
    let strange = faults(
        "units/jiangmen.toml",
        "functions = [\"credit\"]",
        "functions = [\"loans\"]",
    );
    assert!(
        strange[0].contains("which the taxonomy does not name"),
        "{strange:?}"
    );
}

#[test]
fn g9_a_warning_of_one_complainant_is_refused() {
    let faults = faults(
        "policies/guangdong-2008-250.toml",
        "complainants = 5",
        "complainants = 1",
    );
    assert!(faults[0].contains("at least 2 complainants"), "{faults:?}");
}

#[test]
fn a_policy_that_sets_nothing_is_refused() {
    let file = File {
        path: "policies/empty.toml".to_owned(),
        text: "code = \"empty\"\nsource = \"x\"\neffective_from = 2026-01-01\nclose_of_business = \"17:30\"\n"
            .to_owned(),
    };
    let faults = policy(&file).unwrap_err();
    assert!(faults[0].to_string().contains("sets nothing"), "{faults:?}");
}

#[test]
fn g7_l8_every_reception_and_office_of_guangdong_publishes_how_to_complain_with_invented_numbers() {
    let reference = read(&GUANGDONG).unwrap();
    let day = "2026-09-23".parse().unwrap();
    assert_eq!(warnings(&reference, day), []);
    let units = &reference.structure.units;
    for unit in units {
        let shown = reference.structure.published(&unit.code, day);
        assert!(shown.is_some(), "{} shows no way to complain", unit.code);
        for channels in &unit.channels {
            // No number of a subscriber begins with 0: nobody is called who has nothing to do with this.
            for number in &channels.hotlines {
                assert_eq!(
                    number.split_once('-').map(|(_, rest)| &rest[..3]),
                    Some("000"),
                    "{number}"
                );
            }
            let hosts = channels.emails.iter().chain([&channels.link]);
            assert!(
                hosts.into_iter().all(|host| host.contains(".example")),
                "{}",
                unit.code
            );
        }
    }
}

#[test]
fn g7_channels_that_cannot_be_published_are_refused_with_file_line_and_reason() {
    let path = "units/jiangmen.toml";
    for (from, to, said) in [
        (
            "hotlines = [\"0750-0009001\"]",
            "hotlines = [\"call us\"]",
            "channels of unit 589001SL: hotline \"call us\" is no telephone number",
        ),
        (
            "postcode = \"000000\"",
            "postcode = \"5292\"",
            "has six digits",
        ),
        (
            "link = \"https://",
            "link = \"http://",
            "begins with https://",
        ),
        ("wechat = ", "wetchat = ", "unknown field `wetchat`"),
        (
            "hours = ",
            "hours = \"\"\n\n[[unit.channels]]\nfrom = 2025-01-01\nhours = ",
            "are not in order of their first day",
        ),
    ] {
        let faults = faults(path, from, to);
        let fits = |fault: &String| fault.starts_with(&format!("{path}:")) && fault.contains(said);
        assert!(faults.iter().any(fits), "{from} → {to}: {faults:#?}");
        assert!(
            !faults.iter().any(|fault| fault.contains(":1:")),
            "{faults:?}"
        );
    }
}

#[test]
fn a_line_is_found_from_the_first_byte_to_the_last() {
    let file = File {
        path: "x.toml".to_owned(),
        text: "a\n\nbc\nd".to_owned(),
    };
    let source = Source::of(&file);
    let lines: Vec<_> = (0..file.text.len())
        .map(|byte| source.at(byte).line)
        .collect();
    assert_eq!(lines, [1, 1, 2, 3, 3, 3, 4]);
}
