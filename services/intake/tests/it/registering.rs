//! Registering: every channel, and each thing once.

use std::collections::BTreeSet;

use suda_proto::intake::v1::{ComplaintRegistered, GetRequest, Referral, Representative};

use crate::*;

#[tokio::test(flavor = "multi_thread")]
async fn g3_every_channel_and_nature_is_registered_and_told() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    for (place, channel) in (1..=12).enumerate() {
        let request = RegisterRequest {
            channel,
            nature: channel % 5 + 1,
            unit_code: "589002SL".into(),
            referral: Some(Referral {
                number: "粤信转[2026]7号".into(),
                due_at: at(&stack, days(10)),
            }),
            ..complaint()
        };
        let answer = register(&mut client, request).await;
        assert!(!answer.already);
        assert_eq!(answer.query_code.len(), 8);
        assert_eq!(number(&answer), format!("589002-2026-{:06}", place + 1));
    }
    let told = stack.published::<ComplaintRegistered>().await;
    assert_eq!(told.len(), 12);
    let first = told[0].complaint.clone().unwrap();
    assert_eq!(
        (
            first.number.as_str(),
            first.revision,
            first.registered_at_reception
        ),
        ("589002-2026-000001", 1, true)
    );
    assert_eq!(
        (first.masked_name.as_str(), first.has_contact, first.persons),
        ("欧阳**", true, 1)
    );
    assert_eq!(
        (first.union_code.as_str(), first.received_by_post.as_str()),
        ("589002", "589002SL-clerk")
    );
    assert_eq!(
        (
            first.complained_unit_code.as_str(),
            first.business_code.as_str()
        ),
        ("58900202", "B04.account")
    );
    assert_eq!(
        (first.referral_number.as_str(), first.received_at),
        ("粤信转[2026]7号", at(&stack, days(0)))
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_1_an_outlet_settles_on_the_spot_and_l12_twenty_face_to_face_are_major() {
    let stack = started().await;
    let mut client = client(&stack, &receiver());
    let settled = RegisterRequest {
        settlement: "已当面致歉并更正".into(),
        ..complaint()
    };
    let view = register(&mut client, settled).await.complaint.unwrap();
    assert!(view.settled_on_the_spot && !view.registered_at_reception && !view.major);
    let representatives = vec![
        Representative {
            name: "夏侯代表".into(),
            phone: "13900000000".into()
        };
        5
    ];
    let joint = RegisterRequest {
        persons: 20,
        representatives,
        ..complaint()
    };
    let view = register(&mut client, joint).await.complaint.unwrap();
    assert!(view.major);
    assert_eq!(view.persons, 20);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gives_the_same_complaint_number_and_code() {
    let stack = started().await;
    let mut client = client(&stack, &adapter());
    let request = message("<a@example.com>");
    let first = register(&mut client, request.clone()).await;
    assert!(!first.already);
    // The same call, and the same mail fetched again: also on the next day, when it would need a reason.
    stack.clock.advance(days(1));
    for again in [
        request.clone(),
        RegisterRequest {
            request_id: new_id(),
            ..request.clone()
        },
    ] {
        let answer = register(&mut client, again).await;
        assert!(answer.already);
        assert_eq!(
            (number(&answer), &answer.query_code),
            (number(&first), &first.query_code)
        );
        assert_eq!(answer.complaint, first.complaint);
    }
    // The same id for something else is refused.
    let reused = RegisterRequest {
        content: "另一件事".into(),
        source: None,
        ..request
    };
    assert_eq!(
        field(&client.register(reused).await.unwrap_err()),
        "request_id"
    );
    assert_eq!(count(&stack, "complaints").await, 1);
    assert_eq!(stack.published::<ComplaintRegistered>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_message_delivered_fifty_times_at_once_is_one_complaint() {
    let stack = started().await;
    let client = client(&stack, &adapter());
    let calls = (0..50).map(|_| {
        let mut client = client.clone();
        async move { register(&mut client, message("<storm@example.com>")).await }
    });
    let answers = futures::future::join_all(calls).await;
    let numbers: BTreeSet<String> = answers.iter().map(number).collect();
    let codes: BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.query_code.clone())
        .collect();
    assert_eq!(numbers, BTreeSet::from(["589002-2026-000001".to_owned()]));
    assert_eq!(codes.len(), 1);
    assert_eq!(answers.iter().filter(|answer| !answer.already).count(), 1);
    assert_eq!(
        (
            count(&stack, "complaints").await,
            count(&stack, "vault_keys").await
        ),
        (1, 1)
    );
    assert_eq!(stack.published::<ComplaintRegistered>().await.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f2_3_two_hundred_at_once_are_numbered_without_gaps() {
    let stack = started().await;
    let (ours, theirs) = (client(&stack, &clerk()), client(&stack, &other_clerk()));
    let calls = (0..200).map(|place| {
        let (mut client, unit) = if place % 4 == 0 {
            (theirs.clone(), "58900101")
        } else {
            (ours.clone(), "58900201")
        };
        // One in ten is refused in the middle: it must leave no hole.
        let nature = if place % 10 == 9 { 99 } else { 1 };
        let request = RegisterRequest {
            unit_code: unit.into(),
            nature,
            ..complaint()
        };
        async move {
            client
                .register(request)
                .await
                .ok()
                .map(|answer| number(&answer.into_inner()))
        }
    });
    let numbers: BTreeSet<String> = futures::future::join_all(calls)
        .await
        .into_iter()
        .flatten()
        .collect();
    let expected = |union: &str, count: u32| {
        (1..=count)
            .map(|place| format!("{union}-2026-{place:06}"))
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<String> = [expected("589001", 50), expected("589002", 130)]
        .concat()
        .into_iter()
        .collect();
    assert_eq!(numbers, all);
    assert_eq!(stack.published::<ComplaintRegistered>().await.len(), 180);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_3_numbers_begin_anew_with_the_year_in_shanghai() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    stack.clock.set("2026-12-31T15:59:59Z".parse().unwrap());
    assert_eq!(
        number(&register(&mut client, complaint()).await),
        "589002-2026-000001"
    );
    stack.clock.set("2026-12-31T16:00:00Z".parse().unwrap());
    assert_eq!(
        number(&register(&mut client, complaint()).await),
        "589002-2027-000001"
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_an_earlier_complaint_of_the_same_person_is_shown_to_the_clerk() {
    let stack = started().await;
    let mut client = client(&stack, &clerk());
    let first = register(&mut client, complaint()).await;
    stack.clock.advance(days(30));
    let mut stranger = complaint();
    stranger.complainant = Some(Complainant {
        name: "司马青衫".into(),
        phone: "13700000000".into(),
        ..Complainant::default()
    });
    register(&mut client, stranger).await;
    let mut again = complaint();
    // The same telephone alone is enough to find the person, a similar text to propose the complaint.
    again.complainant = Some(Complainant {
        name: "欧阳".into(),
        phone: "+86 13812345678".into(),
        ..Complainant::default()
    });
    again.matter = None;
    again.content = "再次反映:柜员把我的存折扔在地上,态度十分恶劣,至今无人道歉。".into();
    let again = register(&mut client, again).await;
    let get = GetRequest {
        number: number(&again),
        ..GetRequest::default()
    };
    let candidates = client.get(get).await.unwrap().into_inner().candidates;
    assert_eq!(candidates.len(), 1);
    assert_eq!(
        candidates[0].complaint.clone().unwrap().number,
        number(&first)
    );
    assert!(candidates[0].text_percent >= 40 && !candidates[0].same_unit);
    stack.stop().await;
}

/// How many complaints a second are acknowledged. Run it alone: `cargo nextest run -p intake --run-ignored all bench_`.
#[ignore = "a measurement, not a proof"]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bench_registering() {
    const CALLS: usize = 4000;
    let stack = started().await;
    for tasks in [1, 32] {
        for unions in [1, 2] {
            let started = std::time::Instant::now();
            let each = CALLS / tasks;
            let workers = (0..tasks).map(|task| {
                let (who, unit) = if task % unions == 1 {
                    (other_clerk(), "58900101")
                } else {
                    (clerk(), "58900201")
                };
                let mut client = client(&stack, &who);
                async move {
                    let mut took = Vec::with_capacity(each);
                    for _ in 0..each {
                        let at = std::time::Instant::now();
                        register(
                            &mut client,
                            RegisterRequest {
                                unit_code: unit.into(),
                                ..complaint()
                            },
                        )
                        .await;
                        took.push(at.elapsed());
                    }
                    took
                }
            });
            let mut took = futures::future::join_all(workers).await.concat();
            took.sort();
            let rate = took.len() as f64 / started.elapsed().as_secs_f64();
            let (half, most) = (took[took.len() / 2], took[took.len() * 99 / 100]);
            eprintln!("{tasks} callers, {unions} unions: {rate:.0}/s, p50 {half:?}, p99 {most:?}");
        }
    }
    stack.stop().await;
}
