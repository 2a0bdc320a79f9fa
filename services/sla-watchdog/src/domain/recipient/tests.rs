use super::*;

fn unit(code: &str, parent: &str, union: &str, reception: bool) -> Unit {
    Unit {
        code: code.to_owned(),
        parent: parent.to_owned(),
        union: union.to_owned(),
        reception,
        ..Unit::default()
    }
}

fn post(code: &str, unit: &str, role: &str, (held, deputised): (bool, bool)) -> Post {
    let duty = role == "office_head" || role == "compliance_head";
    Post {
        code: code.to_owned(),
        unit: unit.to_owned(),
        role: role.to_owned(),
        held,
        deputised,
        duty,
    }
}

fn guangdong(head: (bool, bool)) -> Directory {
    Directory::new(
        vec![
            unit("44", "", "44", false),
            unit("44HG", "44", "44", true),
            unit("5890", "44", "5890", false),
            unit("589002", "5890", "589002", false),
            unit("589002SL", "589002", "589002", true),
            unit("589002GL", "589002", "589002", false),
            unit("58900201", "589002", "589002", false),
        ],
        vec![
            post("44HG-head", "44HG", "compliance_head", (true, false)),
            post("5890-head", "5890", "office_head", (true, false)),
            post("589002SL-head", "589002SL", "reception_head", head),
            post(
                "589002SL-clerk",
                "589002SL",
                "reception_clerk",
                (true, false),
            ),
            post(
                "589002GL-head",
                "589002GL",
                "senior_management",
                (true, false),
            ),
            post("58900201-head", "58900201", "unit_head", (true, false)),
            post("58900201-handler", "58900201", "handler", (false, false)),
        ],
    )
}

/// Word, whether the reception's head is held or deputised, and whom it reaches how.
const LADDER: [(&str, (bool, bool), &str, &str); 8] = [
    ("reception_head", (true, false), "589002SL-head", "holder"),
    ("reception_head", (false, true), "589002SL-head", "deputy"),
    ("reception_head", (false, false), "5890-head", "duty"),
    ("reception_clerk", (true, false), "589002SL-clerk", "holder"),
    (
        "senior_management",
        (true, false),
        "589002GL-head",
        "holder",
    ),
    ("office", (true, false), "5890-head", "holder"),
    ("compliance", (true, false), "44HG-head", "holder"),
    ("handler", (true, false), "58900201-head", "head"),
];

#[test]
fn p15_no_message_goes_to_nobody() {
    let about = About {
        union: "589002".to_owned(),
        unit: "58900201".to_owned(),
        ..About::default()
    };
    for (word, head, post, via) in LADDER {
        let reached = guangdong(head).reach(word, &about).unwrap();
        assert_eq!(
            (reached.post.as_str(), reached.via),
            (post, via),
            "{word} with {head:?}"
        );
    }
}

#[test]
fn p15_an_office_receives_for_itself_and_what_is_left_goes_to_compliance() {
    let about = About {
        union: "5890".to_owned(),
        unit: "5890".to_owned(),
        ..About::default()
    };
    let reach = |word: &str| guangdong((true, false)).reach(word, &about).unwrap();
    for (word, post) in [
        ("handler", "5890-head"),
        ("handling_unit_head", "5890-head"),
        ("reception_head", "5890-head"),
        ("office", "5890-head"),
        ("senior_management", "5890-head"),
        ("archivist", "5890-head"),
        ("compliance_head", "44HG-head"),
    ] {
        assert_eq!(reach(word).post, post, "{word}");
    }
    let nowhere = About::default();
    assert_eq!(
        guangdong((true, false))
            .reach("handler", &nowhere)
            .unwrap()
            .post,
        "44HG-head"
    );
}
