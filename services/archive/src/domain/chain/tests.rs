use chrono::TimeZone as _;

use super::*;

fn event(n: u64) -> Event {
    let at = Utc
        .timestamp_opt(1_790_000_000 + i64::try_from(n).unwrap(), 0)
        .unwrap();
    Event {
        message_id: Uuid::from_u128(u128::from(n)),
        source: "routing".to_owned(),
        subject: "suda.routing.v1.CaseFiled.589002".to_owned(),
        union: "589002".to_owned(),
        key: format!("case-{}", n % 3),
        occurred_at: at,
        actor: "589002SL-clerk".to_owned(),
        body: vec![u8::try_from(n % 200).unwrap(); 20],
        recorded_at: at,
    }
}

fn chain(length: u64) -> Vec<Entry> {
    let mut prev = NOTHING.to_owned();
    (1..=length)
        .map(|seq| {
            let entry = event(seq).enter(seq, &prev);
            prev.clone_from(&entry.hash);
            entry
        })
        .collect()
}

fn faults(entries: &[Entry], last: &Entry) -> Vec<Fault> {
    let mut walk = Walk::from(1, NOTHING);
    for entry in entries {
        walk.take(entry);
    }
    walk.end(last.seq, &last.hash)
}

/// A field, how it is changed, and what must be said of it.
type Change = (&'static str, fn(&mut Entry), Broken);

fn fault(seq: u64, what: Broken) -> Vec<Fault> {
    vec![Fault { seq, what }]
}

#[test]
fn g22_the_hash_of_an_entry_is_what_the_documented_text_gives() {
    // Written out by hand: whoever reads the description can recompute it with sha256sum.
    let first = &chain(1)[0];
    let body = digest(&[1; 20]);
    let text = format!(
        "suda ledger entry 1\nseq:1:1\nmessage_id:36:00000000-0000-0000-0000-000000000001\nsource:7:routing\n\
         subject:32:suda.routing.v1.CaseFiled.589002\nunion:6:589002\nkey:6:case-1\noccurred_at:16:1790000001000000\n\
         actor:14:589002SL-clerk\nbody:64:{body}\nrecorded_at:16:1790000001000000\n"
    );
    let content = digest(text.as_bytes());
    let hash = digest(
        format!("suda ledger link 1\nseq:1:1\nprev:64:{NOTHING}\ncontent:64:{content}\n")
            .as_bytes(),
    );
    assert_eq!(first.hash, hash);
}

#[test]
fn g22_a_chain_as_written_has_no_fault() {
    let whole = chain(50);
    assert_eq!(faults(&whole, &whole[49]), []);
}

#[test]
fn g22_every_changed_field_of_every_entry_is_found_and_named() {
    let whole = chain(6);
    let last = whole[5].clone();
    for index in 0..6 {
        let seq = whole[index].seq;
        let changes: [Change; 10] = [
            (
                "message id",
                |e| e.event.message_id = Uuid::nil(),
                Broken::Fields,
            ),
            ("source", |e| e.event.source.push('x'), Broken::Fields),
            ("subject", |e| e.event.subject.push('x'), Broken::Fields),
            (
                "union",
                |e| e.event.union = "589001".to_owned(),
                Broken::Fields,
            ),
            ("key", |e| e.event.key.push('x'), Broken::Fields),
            ("actor", |e| e.event.actor.clear(), Broken::Fields),
            (
                "occurred",
                |e| e.event.occurred_at += chrono::TimeDelta::microseconds(1),
                Broken::Fields,
            ),
            (
                "recorded",
                |e| e.event.recorded_at += chrono::TimeDelta::days(1),
                Broken::Fields,
            ),
            ("body", |e| e.event.body[0] ^= 1, Broken::Body),
            ("hash", |e| e.hash = digest(b"other"), Broken::Hash),
        ];
        for (name, change, expected) in changes {
            let mut altered = whole.clone();
            change(&mut altered[index]);
            let found = faults(&altered, &last);
            assert_eq!(
                found.first().map(|f| f.seq),
                Some(seq),
                "{name} of {seq}: {found:?}"
            );
            assert_eq!(found[0].what, expected, "{name} of {seq}");
        }
    }
}

#[test]
fn g22_a_rewritten_entry_is_found_by_its_successor() {
    let whole = chain(6);
    let mut altered = whole.clone();
    let mut event = altered[2].event.clone();
    event.actor = "589002SL-head".to_owned();
    altered[2] = event.enter(3, &whole[1].hash);
    assert_eq!(faults(&altered, &whole[5]), fault(4, Broken::Link));
    // At the end of the chain only the head or a checkpoint knows better.
    let mut altered = whole.clone();
    altered[5] = event_of(&whole[5]).enter(6, &whole[4].hash);
    assert_eq!(faults(&altered, &whole[5]), fault(6, Broken::Hash));
}

fn event_of(entry: &Entry) -> Event {
    Event {
        actor: "nobody".to_owned(),
        ..entry.event.clone()
    }
}

#[test]
fn g22_a_missing_entry_is_named_wherever_it_stood() {
    let whole = chain(6);
    for index in 0..6 {
        let mut altered = whole.clone();
        altered.remove(index);
        let found = faults(&altered, &whole[5]);
        assert_eq!(found, fault(whole[index].seq, Broken::Missing));
    }
}

#[test]
fn g22_links_lead_to_the_same_hash_as_the_entries_themselves() {
    let whole = chain(9);
    let links: Vec<Link> = whole[3..].iter().map(Entry::link).collect();
    assert_eq!(follow(&whole[2].hash, &links).unwrap(), whole[8].hash);
    let gap: Vec<Link> = links.iter().filter(|link| link.seq != 6).cloned().collect();
    assert_eq!(follow(&whole[2].hash, &gap).unwrap_err().seq, 6);
}
