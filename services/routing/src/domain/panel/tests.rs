use proptest::prelude::*;

use super::*;
use crate::domain::{
    beside::samples::{a_case, actor, clerk, compliance, now, office, unit_head},
    order::Draft,
};

fn member(unit: &str, person: &str) -> Member {
    Member {
        post: format!("{unit}-{person}"),
        unit: unit.to_owned(),
        person: person.to_owned(),
        opinion: None,
    }
}

fn three() -> Vec<Member> {
    vec![
        member("589002KJ", "p-tech"),
        member("589002FK", "p-risk"),
        member("58900202", "p-neighbour"),
    ]
}

fn convene(case: &Case, members: Vec<Member>) -> Result<Panel, Refusal> {
    Panel::convene(
        case,
        Uuid::from_u128(50),
        members,
        ("多次虚构事实", 1),
        now(),
    )
}

fn convened() -> Panel {
    convene(&a_case(), three()).unwrap()
}

#[test]
fn z6_4_a_panel_has_three_members_from_other_units_and_evidence() {
    let case = a_case();
    let code = |members| convene(&case, members).unwrap_err().code();
    assert_eq!(code(three()[..2].to_vec()), "panel.too_few_members");
    // One person in two posts is one member.
    let mut twice = three();
    twice[2].person = "p-tech".to_owned();
    assert_eq!(code(twice), "panel.too_few_members");
    let mut own = three();
    own[1] = member("58900201", "p-handler");
    assert_eq!(code(own), "panel.member_of_examined");
    let mut accused = three();
    accused[0].person = "p-teller".to_owned();
    assert_eq!(code(accused), "panel.member_recused");
    let bare = Panel::convene(&case, Uuid::nil(), three(), ("多次虚构事实", 0), now());
    assert_eq!(bare.unwrap_err().code(), "panel.no_evidence");
    let silent = Panel::convene(&case, Uuid::nil(), three(), (" ", 1), now());
    assert_eq!(silent.unwrap_err().code(), "request.invalid");
    assert!(convene(&case, three()).is_ok());
}

#[test]
fn z6_4_the_units_that_handle_a_case_are_examined_like_the_one_complained_of() {
    let mut case = a_case();
    let draft = Draft::parse("589002KJ", &[], "", "查明", false).unwrap();
    let ordered = case
        .file("须查", now(), now())
        .and_then(|_| case.issue_order(Uuid::nil(), &draft, now()));
    assert!(ordered.is_ok());
    assert_eq!(examined(&case), ["58900201", "589002KJ"]);
    assert_eq!(
        convene(&case, three()).unwrap_err().code(),
        "panel.member_of_examined"
    );
    let mut unnamed = a_case();
    unnamed.registration.complained_unit = String::new();
    assert_eq!(examined(&unnamed), ["58900201"]);
    // The unit complained of convenes nothing, whatever its post.
    let convenes = |actor: Actor| who_convenes(&a_case(), &examined(&a_case()), &[actor]).is_ok();
    let head = |unit, union| actor(unit, union, Role::ReceptionHead, "p-head");
    assert!(convenes(head("589002SL", "589002")));
    assert!(convenes(office()));
    assert!(convenes(compliance()));
    assert!(!convenes(head("58900201", "589002")));
    assert!(!convenes(head("589001SL", "589001")));
    assert!(!convenes(unit_head()));
    assert!(!convenes(clerk()));
}

#[test]
fn z6_5_a_panel_decides_by_its_majority_when_all_have_spoken() {
    use Finding::{Malicious, NotMalicious};
    for (opinions, finding) in [
        ([Malicious, Malicious, Malicious], Malicious),
        ([Malicious, NotMalicious, Malicious], Malicious),
        ([NotMalicious, NotMalicious, Malicious], NotMalicious),
    ] {
        let mut panel = convened();
        for (member, opinion) in three().iter().zip(opinions) {
            let early = panel.decide(&office(), "综合意见", now()).unwrap_err();
            assert_eq!(early.code(), "panel.opinions_missing");
            let given = panel.give_opinion(&member.person, opinion, "见材料");
            assert_eq!(given, Ok(Change::Made));
        }
        assert!(panel.decide(&unit_head(), "综合意见", now()).is_err());
        assert!(panel.decide(&office(), "", now()).is_err());
        let decided = panel.decide(&office(), "综合意见", now());
        assert_eq!(decided, Ok(Change::Made));
        assert_eq!(panel.decided, Some((finding, now())));
        assert!(panel.decide(&office(), "综合意见", now()).is_err());
    }
    // A tie is in favour of the complainant.
    let mut four = three();
    four.push(member("589002XD", "p-credit"));
    let mut panel = convene(&a_case(), four.clone()).unwrap();
    for (member, opinion) in four
        .iter()
        .zip([Malicious, Malicious, NotMalicious, NotMalicious])
    {
        let given = panel.give_opinion(&member.person, opinion, "见材料");
        assert_eq!(given, Ok(Change::Made));
    }
    let decided = panel.decide(&office(), "综合意见", now());
    assert_eq!(decided, Ok(Change::Made));
    assert_eq!(panel.decided, Some((NotMalicious, now())));
}

#[test]
fn z6_5_only_members_speak_and_each_once() {
    let mut panel = convened();
    let give = |panel: &mut Panel, person: &str, finding| {
        panel
            .give_opinion(person, finding, "见材料")
            .map_err(|no| no.code())
    };
    let stranger = give(&mut panel, "p-clerk", Finding::Malicious);
    assert_eq!(stranger, Err("panel.not_a_member"));
    assert!(
        panel
            .give_opinion("p-tech", Finding::Malicious, " ")
            .is_err()
    );
    let first = give(&mut panel, "p-tech", Finding::Malicious);
    assert_eq!(first, Ok(Change::Made));
    let again = give(&mut panel, "p-tech", Finding::Malicious);
    assert_eq!(again, Ok(Change::Already));
    let other = give(&mut panel, "p-tech", Finding::NotMalicious);
    assert_eq!(other, Err("panel.opinion_given"));
    assert_eq!((panel.revision, panel.opinions()), (2, 1));
}

proptest! {
    /// Whatever is asked in whatever order, a panel decides once, after all have spoken, and for malice by more than half.
    #[test]
    fn z6_5_no_walk_decides_early(walk in proptest::collection::vec(0..7_usize, 0..30)) {
        let mut panel = convened();
        for step in walk {
            let before = panel.clone();
            let asked = match (three().get(step / 2), step % 2) {
                (Some(member), 0) => panel.give_opinion(&member.person, Finding::Malicious, "见材料"),
                (Some(member), _) => panel.give_opinion(&member.person, Finding::NotMalicious, "见材料"),
                (None, _) => panel.decide(&office(), "综合意见", now()),
            };
            let moved = asked == Ok(Change::Made);
            prop_assert_eq!(panel.revision, before.revision + u64::from(moved));
            if !moved || before.decided.is_some() { prop_assert_eq!(&panel, &before); }
            if let Some((finding, _)) = panel.decided {
                let against = panel.members.iter().filter(|member| member.opinion == Some(Finding::Malicious)).count();
                prop_assert_eq!(panel.opinions(), panel.members.len());
                prop_assert_eq!(finding == Finding::Malicious, against * 2 > panel.members.len());
            }
        }
    }
}
