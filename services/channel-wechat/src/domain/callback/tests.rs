use super::*;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let mut fields: Fields = [
        ("ToUserName", "gh_1"),
        ("FromUserName", "oA"),
        ("CreateTime", "1790000000"),
        ("MsgType", "text"),
        ("MsgId", "1"),
        ("Content", "排队太久"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    for (name, value) in pairs {
        fields.insert((*name).to_owned(), (*value).to_owned());
    }
    fields
}

#[test]
fn p35_neither_msgid_nor_person_nor_second_alone_tells_messages_apart() {
    let base = Push::parse(&fields(&[])).ok().unwrap().identity;
    for other in [
        ("FromUserName", "oB"),
        ("CreateTime", "1790000001"),
        ("MsgId", "2"),
    ] {
        assert_ne!(Push::parse(&fields(&[other])).ok().unwrap().identity, base);
    }
    assert_eq!(
        Push::parse(&fields(&[("Content", "x")]))
            .ok()
            .unwrap()
            .identity,
        base
    );
    let event = [
        ("MsgType", "event"),
        ("Event", "CLICK"),
        ("EventKey", "a"),
        ("MsgId", ""),
    ];
    let mut other = event;
    other[2] = ("EventKey", "b");
    let (first, second) = (Push::parse(&fields(&event)), Push::parse(&fields(&other)));
    assert_ne!(first.ok().unwrap().identity, second.ok().unwrap().identity);
}

#[test]
fn g24_1_what_is_no_message_says_why() {
    let cases = [
        (("FromUserName", ""), Unread::Missing("FromUserName")),
        (("CreateTime", "x"), Unread::Time),
        (("MsgId", " "), Unread::Missing("MsgId")),
        (("Content", "  "), Unread::Empty),
        (("MsgType", "hologram"), Unread::Kind("hologram".to_owned())),
    ];
    for (change, expected) in cases {
        assert_eq!(Push::parse(&fields(&[change])).err(), Some(expected));
    }
}

#[test]
fn a_call_back_is_fresh_on_both_sides_of_our_clock() {
    for (timestamp, expected) in [
        ("1000", true),
        ("700", true),
        ("1300", true),
        ("699", false),
        ("1301", false),
        ("", false),
        ("-9223372036854775808", false),
    ] {
        assert_eq!(fresh(timestamp, 1000, 300), expected, "{timestamp}");
    }
}

#[test]
fn l19_a_long_answer_is_cut_between_characters() {
    let text = "核查".repeat(1000);
    let pieces = pieces(&text, 2000);
    assert_eq!(pieces.concat(), text);
    assert!(pieces.iter().all(|piece| piece.len() <= 2000));
}
