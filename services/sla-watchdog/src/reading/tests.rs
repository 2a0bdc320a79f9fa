use bytes::Bytes;
use chassis::grpc::timestamp;
use prost::Name;
use suda_proto::{
    intake::v1::{ComplaintRegistered, ComplaintView, QuarantineOpened, QuarantineView},
    routing::v1::{CaseView, ContactRecorded, EscalationOpened, EscalationView, ExtensionGranted},
};

use super::*;

const COMPLAINT: &str = "0192aaaa-0000-7000-8000-000000000001";
const ITEM: &str = "0192aaaa-0000-7000-8000-000000000009";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn heard<M: prost::Message + Name>(fact: &M) -> Heard {
    Heard {
        id: Uuid::from_u128(7),
        union: "589002".to_owned(),
        subject: format!("{}.589002", M::full_name()),
        key: COMPLAINT.to_owned(),
        occurred_at: at("2026-09-23T10:00:00+08:00"),
        actor: "test".to_owned(),
        source: "test".to_owned(),
        body: Bytes::from(fact.encode_to_vec()),
        traceparent: None,
    }
}

fn case() -> CaseView {
    CaseView {
        case_id: COMPLAINT.to_owned(),
        complaint_id: COMPLAINT.to_owned(),
        number: "589002-2026-000001".to_owned(),
        union_code: "589002".to_owned(),
        unit_code: "58900201".to_owned(),
        nature: 1,
        received_at: Some(timestamp(at("2026-09-22T09:00:00+08:00"))),
        masked_name: "何*".to_owned(),
        major: true,
        revision: 3,
        ..CaseView::default()
    }
}

#[test]
fn z5_1_a_contact_carries_when_it_was_made_and_no_name() {
    let fact = ContactRecorded {
        case: Some(case()),
        occurred_at: Some(timestamp(at("2026-09-23T09:00:00+08:00"))),
        contacted_at: Some(timestamp(at("2026-09-22T16:00:00+08:00"))),
        ..ContactRecorded::default()
    };
    let read = facts(&heard(&fact)).unwrap();
    let [(subject, fact)] = read.as_slice() else {
        panic!("one subject");
    };
    assert_eq!(
        (subject.kind.as_str(), subject.nature, subject.revision),
        ("case", 1, 3)
    );
    assert!(subject.major && subject.has_contact);
    assert_eq!(fact.at, at("2026-09-23T09:00:00+08:00"));
    assert_eq!(
        fact.carried()["contacted_at"],
        at("2026-09-22T16:00:00+08:00")
    );
    assert!(!fact.instants.to_string().contains("何"));
}

#[test]
fn an_item_laid_before_an_office_is_a_subject_of_its_own_that_belongs_to_the_case() {
    let fact = EscalationOpened {
        case: Some(case()),
        escalation: Some(EscalationView {
            escalation_id: ITEM.to_owned(),
            case_id: COMPLAINT.to_owned(),
            union_code: "589002".to_owned(),
            unit_code: "5890".to_owned(),
            opened_at: Some(timestamp(at("2026-10-13T17:30:00+08:00"))),
            ..EscalationView::default()
        }),
        ..EscalationOpened::default()
    };
    let read = facts(&heard(&fact)).unwrap();
    let kinds: Vec<_> = read
        .iter()
        .map(|(subject, _)| subject.kind.as_str())
        .collect();
    assert_eq!(kinds, ["case", "escalation"]);
    let item = &read[1].0;
    assert_eq!(item.subject_id.to_string(), ITEM);
    assert_eq!(item.parent_id.unwrap().to_string(), COMPLAINT);
    assert_eq!(
        (item.unit_code.as_str(), item.number.as_str()),
        ("5890", "589002-2026-000001")
    );
    assert_eq!(item.received_at, at("2026-10-13T17:30:00+08:00"));
}

#[test]
fn g24_1_a_message_put_aside_is_a_subject_without_a_case() {
    let fact = QuarantineOpened {
        quarantine: Some(QuarantineView {
            quarantine_id: ITEM.to_owned(),
            union_code: "589002".to_owned(),
            unit_code: "589002SL".to_owned(),
            received_at: Some(timestamp(at("2026-09-23T08:00:00+08:00"))),
            ..QuarantineView::default()
        }),
        ..QuarantineOpened::default()
    };
    let read = facts(&heard(&fact)).unwrap();
    let subject = &read[0].0;
    assert_eq!(
        (subject.kind.as_str(), subject.case_id, subject.parent_id),
        ("quarantine", None, None)
    );
}

#[test]
fn g18_3_an_extension_carries_clock_stage_and_until() {
    let fact = ExtensionGranted {
        case: Some(case()),
        clock_code: "G18.1c".to_owned(),
        stage: 1,
        until: Some(timestamp(at("2026-11-02T17:30:00+08:00"))),
        ..ExtensionGranted::default()
    };
    let read = facts(&heard(&fact)).unwrap();
    let fact = &read[0].1;
    assert_eq!(
        (fact.extends_clock.as_deref(), fact.extends_stage),
        (Some("G18.1c"), Some(1))
    );
    assert_eq!(fact.carried()["until"], at("2026-11-02T17:30:00+08:00"));
}

#[test]
fn only_intake_says_that_nobody_can_be_reached_and_what_is_damaged_is_named() {
    let view = ComplaintView {
        complaint_id: COMPLAINT.to_owned(),
        received_at: Some(timestamp(at("2026-09-22T09:00:00+08:00"))),
        revision: 9,
        ..ComplaintView::default()
    };
    let fact = ComplaintRegistered {
        complaint: Some(view),
        occurred_at: None,
    };
    let read = facts(&heard(&fact)).unwrap();
    assert_eq!((read[0].0.has_contact, read[0].0.revision), (false, 0));
    let nameless = ContactRecorded {
        case: Some(CaseView::default()),
        ..ContactRecorded::default()
    };
    assert!(
        facts(&heard(&nameless))
            .unwrap_err()
            .to_string()
            .contains("complaint_id")
    );
}

#[test]
fn g22_g23_the_duty_of_a_unit_has_one_id_whoever_speaks_of_it() {
    assert_eq!(
        duty_id("5890", &period(2026, "first_half")),
        duty_id("5890", "2026 first_half")
    );
    assert_eq!(period(2026, ""), "2026");
    assert_eq!(snake("QuarantineOutcome"), "quarantine_outcome_");
}
