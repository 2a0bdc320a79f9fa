use proptest::prelude::*;

use super::*;
use crate::domain::beside::samples::{
    a_case, actor, clerk, compliance, days, now, office, unit_head,
};

/// The whole law. A row is what is asked, a column where the rectification stands. `x` moves, `=` already so, `.` no.
const LAW: &str = "
            Open Reported Verified
report      x    .        .
verify      .    x        =
reject      .    x        .
";

fn task() -> Task<'static> {
    Task {
        id: Uuid::from_u128(20),
        unit: "58900201",
        problem: "排队时间过长",
        requirements: "增开弹性窗口",
        due_at: None,
        business: "",
        cause: "",
    }
}

fn opened() -> Rectification {
    Rectification::open(&a_case(), &task(), now()).unwrap()
}

fn stands(state: State) -> Rectification {
    let mut task = opened();
    let moved = match state {
        State::Open => return task,
        State::Reported => task.report(&unit_head(), "已增开", now()),
        State::Verified => task
            .report(&unit_head(), "已增开", now())
            .and_then(|_| task.verify(&clerk(), "属实", now())),
    };
    assert_eq!(moved, Ok(Change::Made));
    task
}

fn ask(task: &mut Rectification, verb: &str) -> Result<Change, Refusal> {
    match verb {
        "report" => task.report(&unit_head(), "已增开", now()),
        "verify" => task.verify(&clerk(), "属实", now()),
        _ => task.reject(&clerk(), "没有照片", now()),
    }
}

#[test]
fn g10_g13_3_l9_the_law_of_rectifications_holds_cell_by_cell() {
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
            let mut task = before.clone();
            let found = match ask(&mut task, verb) {
                Ok(Change::Made) => "x",
                Ok(Change::Already) => "=",
                Err(_) => ".",
            };
            assert_eq!(found, expected, "{verb} in {name}");
            let moved = u64::from(found == "x");
            assert_eq!(task.revision, before.revision + moved, "{verb} in {name}");
            if moved == 0 {
                assert_eq!(task, before, "{verb} in {name}");
            }
        }
    }
}

proptest! {
    /// Whatever is asked in whatever order, a rectification never stands where the law forbids it to stand.
    #[test]
    fn g13_3_no_walk_reaches_a_forbidden_state(walk in proptest::collection::vec(0..3_usize, 0..30)) {
        let mut task = opened();
        for step in walk {
            let before = task.clone();
            let moved = ask(&mut task, ["report", "verify", "reject"][step]) == Ok(Change::Made);
            prop_assert_eq!(task.revision, before.revision + u64::from(moved));
            prop_assert_eq!(task.state == State::Verified, task.verified_at.is_some());
            prop_assert!(task.reported.is_some() || task.state == State::Open);
            // However often it is sent back, it gets no more time.
            prop_assert_eq!(task.due_at, before.due_at);
            if before.state == State::Verified { prop_assert_eq!(&task, &before); }
        }
    }
}

#[test]
fn g10_a_task_says_what_is_wrong_what_is_required_and_by_when() {
    assert_eq!(opened().due_at, now() + days(30));
    let open = |task: Task<'_>| Rectification::open(&a_case(), &task, now());
    for wrong in [
        Task {
            problem: " ",
            ..task()
        },
        Task {
            requirements: "",
            ..task()
        },
        Task { unit: "", ..task() },
        Task {
            due_at: Some(now()),
            ..task()
        },
    ] {
        assert_eq!(open(wrong).unwrap_err().code(), "request.invalid");
    }
    let own = Task {
        cause: "C07",
        due_at: Some(now() + days(5)),
        ..task()
    };
    let own = open(own).unwrap();
    assert_eq!(own.due_at, now() + days(5));
    // What is not said is taken from the case.
    let same = Same {
        unit: "58900201".to_owned(),
        business: "B01".to_owned(),
        cause: "C07".to_owned(),
    };
    assert_eq!(own.same, same);
}

#[test]
fn g13_3_neither_the_unit_nor_whoever_filed_it_verifies_a_result() {
    let same_unit = actor("58900201", "589002", Role::ReceptionHead, "p-other");
    let same_person = actor("589002SL", "589002", Role::ReceptionHead, "p-unit-head");
    for itself in [same_unit, same_person] {
        let mut task = stands(State::Reported);
        let verified = task.verify(&itself, "属实", now()).unwrap_err();
        assert_eq!(verified.code(), "rectification.verifies_itself");
        let rejected = task.reject(&itself, "不实", now()).unwrap_err();
        assert_eq!(rejected.code(), "rectification.verifies_itself");
        assert_eq!(task, stands(State::Reported));
    }
    // The reception of the union leads, or whoever is above it; another union's does not.
    for leads in [clerk(), office(), compliance()] {
        assert!(who_leads("589002", &[leads]).is_ok());
    }
    assert!(who_leads("589001", &[clerk()]).is_err());
    assert!(who_leads("589002", &[unit_head()]).is_err());
    assert!(opened().reporter(&[unit_head()]).is_ok());
    assert!(opened().reporter(&[clerk()]).is_err());
}

#[test]
fn l9_the_windows_before_and_after_are_equally_long_and_do_not_meet() {
    let task = opened();
    assert_eq!(task.windows(now()).before, (now() - days(90), now()));
    assert_eq!(task.windows(now()).after, None);
    let verified = stands(State::Verified);
    let windows = verified.windows(now() + days(89));
    assert_eq!(windows.after, Some((now(), now() + days(90))));
    assert!(!windows.complete);
    assert!(verified.windows(now() + days(90)).complete);
}
