use super::*;

/// A clerk can proof-read it.
const LAW: &str = "
             hand_over  take_back  confirm  fail     lose     drop
pending      moves      already    no       moves    no       moves
manual       moves      no         no       moves    no       moves
handed_over  already    moves      moves    moves    moves    no
confirmed    no         no         already  moves    no       no
failed       no         no         no       already  no       no
unknown      no         no         moves    moves    already  no
dropped      no         no         no       no       no       already
";

fn in_state(name: &str) -> Delivery {
    Delivery {
        notice_id: "n".to_owned(),
        complaint_id: String::new(),
        case_id: String::new(),
        union_code: "589002".to_owned(),
        number: String::new(),
        to_post: String::new(),
        state: State::of(name).unwrap(),
        sent_at: None,
        settled_at: None,
        proof: Proof::default(),
        result: String::new(),
        revision: 1,
    }
}

#[test]
fn l21_the_law_of_a_notice_on_its_way_out() {
    let now = DateTime::UNIX_EPOCH;
    let mut lines = LAW.lines().filter(|line| !line.trim().is_empty());
    let verbs: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    for line in lines {
        let mut words = line.split_whitespace();
        let state = words.next().unwrap();
        for (verb, expected) in verbs.iter().zip(words) {
            let mut notice = in_state(state);
            let before = notice.clone();
            let done = match *verb {
                "hand_over" => notice.hand_over(now),
                "take_back" => notice.take_back(),
                "confirm" => notice.confirm(Proof::default(), "250", now),
                "fail" => notice.fail(Proof::default(), "550", now),
                "lose" => notice.lose("timeout", now),
                "drop" => notice.drop_it(),
                other => panic!("no verb {other}"),
            };
            let found = match done {
                Ok(Outcome::Moved) => "moves",
                Ok(Outcome::Already) => "already",
                Err(_) => "no",
            };
            assert_eq!(found, expected, "{verb} while {state}");
            if expected == "moves" {
                assert_eq!(notice.revision, 2, "{verb} while {state}");
            } else {
                assert_eq!(notice, before, "{verb} while {state}");
            }
        }
    }
}

#[test]
fn l21_the_instant_of_sending_stays_when_the_outcome_comes_later() {
    let sent = DateTime::UNIX_EPOCH;
    let later = sent + chrono::TimeDelta::hours(3);
    let mut notice = in_state("pending");
    let outcome = notice.hand_over(sent).unwrap();
    assert_eq!(outcome, Outcome::Moved);
    let outcome = notice.confirm(Proof::default(), "250", later).unwrap();
    assert_eq!(outcome, Outcome::Moved);
    assert_eq!(notice.sent_at, Some(sent));
    assert_eq!(notice.settled_at, Some(later));
}
