use proptest::prelude::*;

use super::*;
use crate::domain::beside::samples::{
    a_case, clerk, compliance, days, declined, now, office, unit_head,
};

/// The whole law. A row is what is asked, a column where the appeal stands. `x` moves, `=` already so, `.` no.
const LAW: &str = "
            Lodged Accepted Decided Withdrawn
accept      x      =        .       .
decide      .      x        .       .
withdraw    x      x        .       =
follow_up   .      .        x       .
";

fn application(level: Level) -> Application<'static> {
    let (unit, union) = match level {
        Level::Office => ("5890", "5890"),
        Level::Compliance => ("44HG", "44"),
    };
    Application {
        id: Uuid::from_u128(level as u128 + 10),
        level,
        unit,
        union,
        received_at: now() + days(1),
        grounds: "未查看监控录像",
        late_reason: "",
    }
}

fn lodge(level: Level, before: &[Appeal]) -> Result<Appeal, Refusal> {
    let case = declined();
    Appeal::lodge(&case, &application(level), before, now() + days(60))
}

fn lodged() -> Appeal {
    lodge(Level::Office, &[]).unwrap()
}

fn stands(state: State) -> Appeal {
    let mut appeal = lodged();
    let moved = match state {
        State::Lodged => return appeal,
        State::Accepted => appeal.accept(&office(), &[], now()),
        State::Decided => appeal
            .accept(&office(), &[], now())
            .and_then(|_| appeal.decide(&office(), &[], Verdict::Rehandle, now())),
        State::Withdrawn => appeal.withdraw("来电撤回", now()),
    };
    assert_eq!(moved, Ok(Change::Made));
    appeal
}

/// A case that was registered after the decision.
fn another() -> Case {
    let mut case = a_case();
    case.id = Uuid::from_u128(2);
    case.registration.registered_at = now() + days(3);
    case
}

fn ask(appeal: &mut Appeal, verb: &str) -> Result<Change, Refusal> {
    match verb {
        "accept" => appeal.accept(&office(), &[], now()),
        "decide" => appeal.decide(&office(), &[], Verdict::Rehandle, now()),
        "withdraw" => appeal.withdraw("来电撤回", now()),
        _ => appeal.follow_up(&another(), now()),
    }
}

#[test]
fn g20_l20_the_law_of_appeals_holds_cell_by_cell() {
    let mut lines = LAW.trim().lines();
    let states: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    for line in lines {
        let mut cells = line.split_whitespace();
        let verb = cells.next().unwrap();
        for (name, expected) in states.iter().zip(cells) {
            let state = State::ALL
                .into_iter()
                .find(|state| format!("{state:?}") == *name)
                .unwrap();
            let before = stands(state);
            let mut appeal = before.clone();
            let found = match ask(&mut appeal, verb) {
                Ok(Change::Made) => "x",
                Ok(Change::Already) => "=",
                Err(_) => ".",
            };
            assert_eq!(found, expected, "{verb} in {name}");
            let moved = u64::from(found == "x");
            assert_eq!(appeal.revision, before.revision + moved, "{verb} in {name}");
            if moved == 0 {
                assert_eq!(appeal, before, "{verb} in {name}");
            }
        }
    }
}

proptest! {
    /// Whatever is asked in whatever order, an appeal never stands where the law forbids it to stand.
    #[test]
    fn l20_no_walk_reaches_a_forbidden_state(walk in proptest::collection::vec(0..4_usize, 0..30)) {
        let mut appeal = lodged();
        for step in walk {
            let before = appeal.clone();
            let verb = ["accept", "decide", "withdraw", "follow_up"][step];
            let moved = ask(&mut appeal, verb) == Ok(Change::Made);
            prop_assert_eq!(appeal.revision, before.revision + u64::from(moved));
            prop_assert_eq!(appeal.state == State::Decided, appeal.decided.is_some());
            prop_assert_eq!(appeal.state == State::Withdrawn, appeal.withdrawn_at.is_some());
            prop_assert!(appeal.accepted_at.is_some() || appeal.state != State::Decided);
            prop_assert_eq!(appeal.accepted_at.is_some(), !appeal.officer.is_empty());
            prop_assert!(appeal.follow_up.is_none() || appeal.decided.is_some());
            if matches!(before.state, State::Decided | State::Withdrawn) { prop_assert_eq!(appeal.state, before.state); }
        }
    }
}

#[test]
fn l20a_the_thirtieth_day_is_in_time_and_the_thirty_first_needs_a_reason() {
    // Decided on 23 September at 10:00 in Shanghai; the day itself is not counted, so 23 October is the last.
    let end = in_time_until(now());
    assert_eq!(
        in_shanghai(end).to_rfc3339(),
        "2026-10-23T23:59:59.999999+08:00"
    );
    let case = declined();
    let at = |received_at, late_reason| {
        let asked = Application {
            received_at,
            late_reason,
            ..application(Level::Office)
        };
        Appeal::lodge(&case, &asked, &[], now() + days(90))
    };
    assert!(!at(end, "").unwrap().late);
    let after = end + chrono::TimeDelta::microseconds(1);
    let refused = at(after, " ").unwrap_err();
    assert_eq!(refused.code(), "appeal.late_without_reason");
    assert!(refused.to_string().contains("2026年10月23日"), "{refused}");
    // With its reason it is taken all the same, and flagged.
    assert!(at(after, "住院").unwrap().late);
    // Neither before the decision nor in the future.
    for wrong in [now() - days(1), now() + days(91)] {
        assert_eq!(at(wrong, "").unwrap_err().code(), "request.invalid");
    }
}

#[test]
fn g20_one_appeal_a_decision_and_level_then_the_next_then_none() {
    let undecided = a_case();
    let first = Appeal::lodge(
        &undecided,
        &application(Level::Office),
        &[],
        now() + days(2),
    );
    assert_eq!(first.unwrap_err().code(), "appeal.no_decision");
    let waiting = lodged();
    let code = |level, before: &[Appeal]| lodge(level, before).unwrap_err().code();
    assert_eq!(
        code(Level::Office, std::slice::from_ref(&waiting)),
        "appeal.one_waits"
    );
    assert_eq!(code(Level::Compliance, &[waiting]), "appeal.one_waits");
    let decided = stands(State::Decided);
    assert_eq!(
        code(Level::Office, std::slice::from_ref(&decided)),
        "appeal.appealed_before"
    );
    let second = lodge(Level::Compliance, std::slice::from_ref(&decided)).unwrap();
    // Against the office's decision, and its 30 days count from that.
    assert_eq!(second.against, Some(decided.id));
    assert_eq!(
        Some(second.decision_received_at),
        decided.decided.map(|(_, at)| at)
    );
    // The first may also go straight to the compliance department (guideline art. 20).
    let mut straight = lodge(Level::Compliance, &[]).unwrap();
    straight.decided = Some((Verdict::Upheld, now()));
    for level in [Level::Office, Level::Compliance] {
        let refused = lodge(level, std::slice::from_ref(&straight)).unwrap_err();
        assert_eq!(refused.code(), "appeal.no_level_left");
        assert!(refused.to_string().contains("同业公会"), "{refused}");
    }
    // One that was taken back does not count.
    assert!(lodge(Level::Office, &[stands(State::Withdrawn)]).is_ok());
}

#[test]
fn g20_no_body_hears_an_appeal_against_its_own_decision() {
    let mut case = declined();
    case.registration.union = "5890".to_owned();
    let lodge = |case: &Case, level| {
        Appeal::lodge(case, &application(level), &[], now() + days(2)).map_err(|no| no.code())
    };
    assert_eq!(lodge(&case, Level::Office), Err("appeal.own_decision"));
    assert!(lodge(&case, Level::Compliance).is_ok());
    case.registration.union = "44".to_owned();
    assert_eq!(lodge(&case, Level::Compliance), Err("appeal.no_level_left"));
}

#[test]
fn g20_g19_whoever_took_part_before_neither_accepts_nor_decides() {
    let took_part = ["p-office".to_owned(), "p-clerk".to_owned()];
    let mut appeal = lodged();
    let refused = appeal.accept(&office(), &took_part, now()).unwrap_err();
    assert_eq!(refused.code(), "appeal.took_part");
    let mut accepted = stands(State::Accepted);
    let refused = accepted.decide(&office(), &took_part, Verdict::Upheld, now());
    assert_eq!(refused.unwrap_err().code(), "appeal.took_part");
    assert_eq!(accepted, stands(State::Accepted));
    // Only the body that has it deals with it.
    for stranger in [clerk(), compliance(), unit_head()] {
        assert_eq!(
            appeal.who_may("受理", &[stranger]).unwrap_err().code(),
            "access.denied"
        );
    }
    assert!(appeal.who_may("受理", &[clerk(), office()]).is_ok());
}

#[test]
fn l20_a_review_looks_at_process_time_limits_and_result_and_gives_reasons() {
    let full = [
        "程序合规",
        "在期限内",
        "事实不清",
        "未查看监控",
        "三日内重查",
    ];
    assert!(Review::parse(Verdict::Rehandle, full).is_ok());
    for missing in 0..5 {
        let mut texts = full;
        texts[missing] = " ";
        let refused = Review::parse(Verdict::Rehandle, texts).unwrap_err();
        assert_eq!(refused.code(), "request.invalid", "{missing}");
    }
    // What stands needs no words of its own, but its reasons.
    assert!(Review::parse(Verdict::Upheld, ["程序", "时限", "结果", "理由", ""]).is_ok());
}

#[test]
fn g20_a_matter_is_handled_again_in_a_case_of_its_own_and_never_reopened() {
    let mut appeal = stands(State::Decided);
    let mut same = declined();
    same.registration.registered_at = now() + days(3);
    assert_eq!(
        appeal.follow_up(&same, now()).unwrap_err().code(),
        "appeal.no_follow_up"
    );
    let mut elsewhere = another();
    elsewhere.registration.union = "589001".to_owned();
    assert!(appeal.follow_up(&elsewhere, now()).is_err());
    let mut earlier = another();
    earlier.registration.registered_at = now() - days(3);
    assert!(appeal.follow_up(&earlier, now()).is_err());
    assert_eq!(appeal.follow_up(&another(), now()), Ok(Change::Made));
    assert_eq!(appeal.follow_up(&another(), now()), Ok(Change::Already));
    let mut third = another();
    third.id = Uuid::from_u128(3);
    assert!(appeal.follow_up(&third, now()).is_err());
    // What stands or was changed is not handled again.
    let mut upheld = stands(State::Accepted);
    let decided = upheld.decide(&office(), &[], Verdict::Upheld, now());
    assert_eq!(decided, Ok(Change::Made));
    assert!(upheld.follow_up(&another(), now()).is_err());
}
