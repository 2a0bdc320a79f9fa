use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use proptest::prelude::*;

use super::*;

const RULE: Rule = Rule {
    article: String::new(),
    complainants: 3,
    days: 7,
    similar_percent: 40,
};

fn key(pair: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    pair.hash(&mut hasher);
    hasher.finish()
}

fn complaint(number: u128, day: i64, who: &str) -> Features {
    Features {
        id: Uuid::from_u128(number),
        unit: "58900101".to_owned(),
        business: "B03".to_owned(),
        cause: String::new(),
        sketch: Vec::new(),
        received_at: DateTime::UNIX_EPOCH + TimeDelta::days(day),
        tokens: vec![who.as_bytes().to_vec()],
    }
}

#[test]
fn g9_as_many_complainants_as_the_policy_says_within_its_days_are_a_group() {
    let earlier = [complaint(1, 0, "a"), complaint(2, 3, "b")];
    let third = cluster(&complaint(3, 7, "c"), &earlier, &RULE).unwrap();
    assert_eq!((third.ground, third.complainants), (Ground::Business, 3));
    assert!(warns(third.complainants, 0, &RULE));
    let late = cluster(&complaint(3, 8, "c"), &earlier, &RULE).unwrap();
    assert_eq!(late.complainants, 2, "the first was eight days before");
    assert!(!warns(late.complainants, 0, &RULE));
}

#[test]
fn g9_one_who_complains_again_and_again_is_no_group() {
    let earlier = [complaint(1, 0, "a"), complaint(2, 1, "a")];
    let again = cluster(&complaint(3, 2, "a"), &earlier, &RULE);
    assert_eq!(again, None);
    let mut linked = complaint(3, 2, "b");
    linked.tokens.push(b"a".to_vec());
    assert_eq!(
        complainants(&[&earlier[0], &linked, &complaint(4, 2, "b")]),
        1,
        "who shares a telephone with one and an address with another is both"
    );
}

#[test]
fn g9_another_unit_another_business_and_no_business_are_not_alike() {
    let other = Features {
        unit: "58900102".to_owned(),
        ..complaint(1, 0, "a")
    };
    let nothing = Features {
        business: String::new(),
        ..complaint(2, 0, "b")
    };
    let new = complaint(3, 0, "c");
    assert_eq!(cluster(&new, &[other, nothing.clone()], &RULE), None);
    let also = Features {
        id: Uuid::from_u128(4),
        ..nothing.clone()
    };
    assert_eq!(cluster(&also, &[nothing], &RULE), None, "nothing in common");
}

#[test]
fn g9_similar_texts_are_a_group_whatever_they_are_filed_under() {
    let told = |number, who: &str, unit: &str, text: &str| Features {
        unit: unit.to_owned(),
        business: String::new(),
        sketch: sketch(text, key),
        ..complaint(number, 0, who)
    };
    let text = "我们村的养老金存折从六月起就取不到款,柜台说系统升级,每次都让我们白跑一趟。";
    let like = "我村养老金存折从六月起取不到款,柜台说系统升级,每次都让我们白跑一趟!";
    let other = "贷款利率和合同上写的不一样,客户经理不肯解释。";
    let one = told(1, "a", "1", text);
    let two = told(2, "b", "2", like);
    let new = told(3, "c", "3", text);
    let stranger = told(4, "d", "3", other);
    let found = cluster(&new, &[one, two, stranger], &RULE).unwrap();
    assert_eq!((found.ground, found.complainants), (Ground::Text, 3));
    assert_eq!(found.members.len(), 3);
}

#[test]
fn g9_a_group_is_warned_of_when_it_reaches_the_number_and_whenever_it_doubles() {
    let warned: Vec<u32> = (1..=13)
        .scan(0, |at, complainants| {
            let warns = warns(complainants, *at, &RULE);
            *at = if warns { complainants } else { *at };
            Some((warns, complainants))
        })
        .filter_map(|(warns, complainants)| warns.then_some(complainants))
        .collect();
    assert_eq!(warned, [3, 6, 12]);
}

#[test]
fn g29_a_union_s_stricter_number_holds() {
    let own = Rule {
        complainants: 2,
        ..RULE
    };
    assert_eq!(RULE.stricter(own.clone()).complainants, 2);
    assert_eq!(own.stricter(RULE).complainants, 2);
}

proptest! {
    #[test]
    fn a_text_is_like_itself_and_its_sketch_does_not_say_what_it_is(text in "[一-龥]{2,80}") {
        let own = sketch(&text, key);
        prop_assert_eq!(likeness(&own, &own), 100);
        let keyed_otherwise = sketch(&text, |pair| key(pair) ^ 0x5555);
        prop_assert!(likeness(&own, &keyed_otherwise) < 40);
    }

    #[test]
    fn no_more_complainants_than_complaints(who in prop::collection::vec("[a-c]{1}", 1..12)) {
        let complaints: Vec<Features> =
            (1..).zip(&who).map(|(number, who)| complaint(number, 0, who)).collect();
        let all: Vec<&Features> = complaints.iter().collect();
        let distinct: std::collections::BTreeSet<&String> = who.iter().collect();
        prop_assert_eq!(complainants(&all), u32::try_from(distinct.len()).unwrap());
    }
}
