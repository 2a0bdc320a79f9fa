use super::*;

/// A clerk can proof-read it.
const LAW: &str = "
                register  quarantine  note     answer   acknowledge  take_back  give_up
received        moves     moves       moves    no       no           no         no
registered      already   no          no       moves    no           already    moves
answering       already   no          no       already  moves        moves      moves
acknowledged    already   no          no       no       already      moves      no
unacknowledged  already   no          no       no       no           no         already
quarantined     no        already     no       no       no           no         no
noted           no        no          already  no       no           no         no
";

fn complaint() -> Complaint {
    Complaint {
        id: Uuid::from_u128(7),
        number: "589002-2026-000001".to_owned(),
        union_code: "589002".to_owned(),
        addition: false,
    }
}

fn at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn in_state(name: &str) -> Incoming {
    let state = match name {
        "received" => State::Received,
        "registered" => State::Registered(complaint()),
        "answering" => State::Answering(complaint(), at()),
        "acknowledged" => State::Acknowledged(complaint(), at()),
        "unacknowledged" => State::Unacknowledged(complaint(), "上限".to_owned()),
        "quarantined" => State::Quarantined("无法解析".to_owned()),
        "noted" => State::Noted("自动回复".to_owned()),
        other => panic!("no state {other}"),
    };
    assert_eq!(state.name(), name);
    Incoming {
        id: Uuid::from_u128(1),
        scope: "mail".to_owned(),
        message_id: "m".to_owned(),
        account: "a".to_owned(),
        unit_code: "589002SL".to_owned(),
        sender_key: String::new(),
        received_at: at(),
        taken_at: at(),
        raw_digest: "d".to_owned(),
        flaw: String::new(),
        state,
        revision: 1,
    }
}

#[test]
fn the_law_of_a_message_that_came_in() {
    let mut lines = LAW.lines().filter(|line| !line.trim().is_empty());
    let verbs: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    for line in lines {
        let mut words = line.split_whitespace();
        let state = words.next().unwrap();
        for (verb, expected) in verbs.iter().zip(words) {
            let mut message = in_state(state);
            let before = message.clone();
            let done = match *verb {
                "register" => message.register(complaint()),
                "quarantine" => message.quarantine("无法解析"),
                "note" => message.note("自动回复"),
                "answer" => message.answer(at()),
                "acknowledge" => message.acknowledge(at()),
                "take_back" => message.take_back(),
                "give_up" => message.give_up("上限"),
                other => panic!("no verb {other}"),
            };
            let found = match done {
                Ok(Outcome::Moved) => "moves",
                Ok(Outcome::Already) => "already",
                Err(_) => "no",
            };
            assert_eq!(found, expected, "{verb} while {state}");
            if expected == "moves" {
                assert_eq!(message.revision, 2, "{verb} while {state}");
            } else {
                assert_eq!(message, before, "{verb} while {state}");
            }
        }
    }
}

#[test]
fn a_message_never_becomes_a_second_complaint() {
    let mut message = in_state("acknowledged");
    let mut other = complaint();
    other.id = Uuid::from_u128(8);
    assert!(message.register(other).is_err());
}
