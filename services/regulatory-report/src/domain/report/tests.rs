use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// What each verb answers in each state; a nil report and an ordinary one differ in nothing but its text.
const LAW: &str = "
             draft    write    nil      hand_in  back     review   sign     receipt
expected     moves    no       moves    no       no       no       no       no
drafted      already  moves    moves    moves    no       no       no       no
handed_in    no       no       no       already  moves    moves    no       no
reviewed     no       no       no       no       moves    already  moves    no
signed       no       no       no       no       no       no       no       moves
submitted    no       no       no       no       no       no       no       already
";

fn now() -> DateTime<Utc> {
    "2026-06-10T02:00:00Z".parse().unwrap()
}

/// A report in a state, written by "author".
fn report(state: State) -> Report {
    let mut report = Report::expect(Uuid::nil(), "5890", 0);
    report.state = state;
    report.authors.insert("author".to_owned());
    for (section, ..) in SECTIONS {
        report.text.insert(section, "正文".to_owned());
    }
    if matches!(state, Signed | Submitted) {
        report.signed_at = Some(now());
    }
    if state == Submitted {
        for (recipient, ..) in RECIPIENTS {
            report.receipts.insert(recipient, now());
        }
    }
    report
}

fn ask(report: &mut Report, verb: &str) -> Answer {
    match verb {
        "draft" => report.draft("author"),
        "write" => report.write("author", Section::Causes, "又一段"),
        "nil" => report.say_nil("author", 0),
        "hand_in" => report.hand_in(&[]),
        "back" => report.send_back("补充原因"),
        "review" => report.review("reviewer"),
        "sign" => report.sign("head", now(), "digest", now()),
        "receipt" => report.receipt(Recipient::Regulator, "收文 7 号", now(), now()),
        other => panic!("no verb {other}"),
    }
}

#[test]
fn g23_the_law_of_a_report_holds_in_every_cell() {
    let mut lines = LAW.lines().filter(|line| !line.trim().is_empty());
    let verbs: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let mut cells = 0;
    for line in lines {
        let mut words = line.split_whitespace();
        let state = State::of(words.next().unwrap()).unwrap();
        for (verb, expected) in verbs.iter().zip(words) {
            let before = report(state);
            let mut after = before.clone();
            let answer = ask(&mut after, verb);
            let said = match &answer {
                Ok(Outcome::Moved(_)) => "moves",
                Ok(Outcome::Already) => "already",
                Err(_) => "no",
            };
            assert_eq!(said, expected, "{verb} in {}: {answer:?}", state.code());
            let step = u64::from(said == "moves");
            assert_eq!(after.revision, before.revision + step);
            if step == 0 {
                assert_eq!(after, before, "{verb} in {}", state.code());
            }
            cells += 1;
        }
    }
    assert_eq!(cells, STATES.len() * verbs.len());
}

#[test]
fn g23_who_wrote_it_neither_reviews_nor_signs_it() {
    assert_eq!(
        report(HandedIn).review("author"),
        Err(Refusal::Author("审核"))
    );
    assert_eq!(
        report(Reviewed).sign("author", now(), "digest", now()),
        Err(Refusal::Author("签发"))
    );
    let mut helped = report(Drafted);
    assert_eq!(
        helped.write("helper", Section::Problems, "补写"),
        Ok(Outcome::Moved(Event::Written))
    );
    assert_eq!(helped.hand_in(&[]), Ok(Outcome::Moved(Event::HandedIn)));
    assert_eq!(helped.review("helper"), Err(Refusal::Author("审核")));
}

#[test]
fn g23_what_is_missing_or_contradictory_is_named_and_keeps_it_back() {
    let mut bare = report(Drafted);
    bare.text.remove(&Section::Causes);
    bare.text.remove(&Section::Rectification);
    let Err(refusal) = bare.hand_in(&[]) else {
        panic!("it was handed in")
    };
    assert_eq!(
        refusal.to_string(),
        "报告缺少:投诉原因分析、整改措施;请补齐后再送审"
    );
    // What is to be done next may be left out.
    let mut short = report(Drafted);
    short.text.remove(&Section::NextSteps);
    assert!(short.hand_in(&["合计不符".to_owned()]).is_err());
    assert_eq!(short.hand_in(&[]), Ok(Outcome::Moved(Event::HandedIn)));
}

#[test]
fn g23_a_nil_report_is_refused_when_there_was_something() {
    assert_eq!(
        report(Expected).say_nil("author", 2),
        Err(Refusal::NotNil(2))
    );
    let mut nil = report(Expected);
    assert_eq!(
        nil.say_nil("author", 0),
        Ok(Outcome::Moved(Event::HandedIn))
    );
    assert!(nil.nil && nil.text.is_empty() && nil.state == HandedIn);
}

#[test]
fn g23_it_is_submitted_when_regulator_association_and_compliance_have_it() {
    let mut report = report(Signed);
    let at = |hours| now() + TimeDelta::hours(hours);
    let mut told = Vec::new();
    for (recipient, hours) in [
        (Recipient::Compliance, 3),
        (Recipient::Regulator, 1),
        (Recipient::Association, 2),
    ] {
        assert_eq!(report.submitted_at(), None);
        told.push(report.receipt(recipient, "签收", at(hours), at(9)).unwrap());
    }
    assert_eq!(
        told.last(),
        Some(&Outcome::Moved(Event::Submitted(Recipient::Association)))
    );
    assert_eq!(report.submitted_at(), Some(at(3)));
    assert_eq!(
        report.receipt(Recipient::Regulator, "再签", at(5), at(9)),
        Err(Refusal::Receipted)
    );
}

#[test]
fn g23_a_receipt_lies_between_signature_and_now() {
    let before = now() - TimeDelta::seconds(1);
    let after = now() + TimeDelta::seconds(1);
    assert_eq!(
        report(Signed).receipt(Recipient::Regulator, "收", before, now()),
        Err(Refusal::BeforeSigned)
    );
    assert_eq!(
        report(Signed).receipt(Recipient::Regulator, "收", after, now()),
        Err(Refusal::InFuture)
    );
    assert_eq!(
        report(Signed).receipt(Recipient::Regulator, " ", now(), now()),
        Err(Refusal::Required("签收号或送达方式"))
    );
}

proptest! {
    #[test]
    fn whatever_is_asked_in_whatever_order_what_is_signed_stays_as_it_was(
        verbs in proptest::collection::vec(0..8_usize, 0..40)
    ) {
        const VERBS: [&str; 8] = ["draft", "write", "nil", "hand_in", "back", "review", "sign", "receipt"];
        let mut report = Report::expect(Uuid::nil(), "5890", 0);
        let mut frozen = None;
        for verb in verbs {
            let before = report.revision;
            let answer = ask(&mut report, VERBS[verb]);
            prop_assert_eq!(report.revision - before, u64::from(matches!(answer, Ok(Outcome::Moved(_)))));
            let signed = report.signed_at.map(|at| (at, report.text.clone(), report.snapshot.clone()));
            if let Some(frozen) = &frozen {
                prop_assert_eq!(Some(frozen), signed.as_ref());
            }
            frozen = signed;
        }
    }
}
