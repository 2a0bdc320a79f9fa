use chrono::NaiveDate;

use super::{
    super::words::{IdType, Nature},
    *,
};

/// What is refused: what is done to a sound draft, and the field and code of the answer.
#[test]
fn f2_2_what_is_wrong_is_named() {
    type Spoil = fn(&mut Draft);
    let law: [(Spoil, &str, &str); 30] = [
        (|d| d.unit_code = "999".into(), "unit_code", "UNIT_UNKNOWN"),
        (
            |d| d.unit_code = "58900209".into(),
            "unit_code",
            "UNIT_RETIRED",
        ),
        (
            |d| d.matter.complained_unit_code = "999".into(),
            "matter.complained_unit_code",
            "UNIT_UNKNOWN",
        ),
        (|d| d.channel = None, "channel", "CHANNEL_MISSING"),
        (|d| d.nature = None, "nature", "NATURE_MISSING"),
        (
            |d| d.received_at = Some(now() + TimeDelta::minutes(2)),
            "received_at",
            "RECEIVED_IN_FUTURE",
        ),
        (
            |d| d.received_at = Some(now() - TimeDelta::days(1)),
            "late_reason",
            "LATE_WITHOUT_REASON",
        ),
        (
            |d| d.narrative.content = " \n\t\u{3000}".into(),
            "content",
            "CONTENT_MISSING",
        ),
        (
            |d| d.narrative.content = "\u{200b}\0\u{202e}\u{feff}".into(),
            "content",
            "CONTENT_MISSING",
        ),
        (
            |d| d.received_at = Some(DateTime::UNIX_EPOCH),
            "received_at",
            "RECEIVED_TOO_LONG_AGO",
        ),
        (
            |d| d.received_at = "-0009-01-01T00:00:00Z".parse().ok(),
            "received_at",
            "RECEIVED_TOO_LONG_AGO",
        ),
        (
            |d| d.matter.amount_fen = i64::MAX,
            "matter.amount_fen",
            "AMOUNT_TOO_LARGE",
        ),
        (
            |d| d.complainant.address = "台城街道\n环城西路".into(),
            "complainant.address",
            "MALFORMED",
        ),
        (
            |d| d.narrative.content = "投".repeat(20_001),
            "content",
            "CONTENT_TOO_LONG",
        ),
        (
            |d| d.narrative.content = "x".repeat(1 << 20),
            "content",
            "CONTENT_TOO_LONG",
        ),
        (
            |d| d.narrative.demand = "赔".repeat(4_001),
            "demand",
            "TOO_LONG",
        ),
        (
            |d| d.complainant.name = "张\0三".into(),
            "complainant.name",
            "MALFORMED",
        ),
        (
            |d| d.complainant.phone = "打不通".into(),
            "complainant.phone",
            "MALFORMED",
        ),
        (
            |d| d.complainant.anonymous = true,
            "complainant.name",
            "ANONYMOUS_WITH_NAME",
        ),
        (
            |d| d.complainant = Complainant::default(),
            "complainant",
            "NOBODY_NAMED",
        ),
        (
            |d| d.complainant.id_type = None,
            "complainant.id_type",
            "ID_TYPE_MISSING",
        ),
        (
            |d| d.complainant.id_number = "110105194912310021".into(),
            "complainant.id_number",
            "MALFORMED",
        ),
        (
            |d| d.complainant.capacity = Some(Capacity::StatutoryAgent),
            "complainant.principal_name",
            "PRINCIPAL_MISSING",
        ),
        (
            |d| joint(d, 30, 6),
            "representatives",
            "TOO_MANY_REPRESENTATIVES",
        ),
        (
            |d| joint(d, 2, 3),
            "persons",
            "FEWER_PERSONS_THAN_REPRESENTATIVES",
        ),
        (
            |d| d.channel = Some(Channel::RegulatorTransfer),
            "referral.number",
            "REFERRAL_NUMBER_MISSING",
        ),
        (
            |d| {
                d.referral = Some(Referral {
                    number: "粤银监转1号".into(),
                    due_at: Some(now()),
                });
            },
            "referral.due_at",
            "REFERRAL_DUE_TOO_EARLY",
        ),
        (
            |d| d.matter.amount_fen = -1,
            "matter.amount_fen",
            "AMOUNT_NEGATIVE",
        ),
        (
            |d| {
                d.source = Some(Source {
                    account: "mail".into(),
                    ..Source::default()
                });
            },
            "source",
            "SOURCE_INCOMPLETE",
        ),
        (
            |d| d.reply_channel = Some(Channel::Wechat),
            "reply_channel",
            "NO_SUCH_CONTACT",
        ),
    ];
    for (spoil, field, code) in law {
        let mut draft = sound();
        spoil(&mut draft);
        let refusal = check(draft).expect_err(code);
        assert_eq!(refusal.about(), (field, code), "{refusal}");
        assert!(!refusal.to_string().contains("张三"), "{refusal}");
    }
}

#[test]
fn g3_a_sound_draft_is_received_in_its_normal_form() {
    let complaint = check(sound()).unwrap();
    assert_eq!(complaint.complainant.phone, "13812345678");
    assert_eq!(complaint.complainant.masked_name(), "张*");
    assert_eq!((complaint.persons, complaint.major), (1, false));
    assert_eq!(complaint.reply_channel, Some(Channel::Phone));
    assert_eq!(complaint.matter.currency, "CNY");
    assert_eq!(format!("{complaint:?}"), "Complaint(redacted)");
}

#[test]
fn g24_1_characters_nobody_sees_neither_hide_a_name_nor_bar_a_complaint() {
    let mut draft = sound();
    draft.complainant.name = "\u{202e}张三\u{202c}\u{200b}".into();
    draft.complainant.phone = "\u{202d}＋８６ 138 1234 5678\u{202c}".into();
    draft.narrative.content = "柜员\0态度\u{1b}[2J恶劣\r\n排队两小时".into();
    let complaint = check(draft).unwrap();
    assert_eq!(complaint.complainant.name, "张三");
    assert_eq!(complaint.complainant.masked_name(), "张*");
    assert_eq!(complaint.complainant.phone, "13812345678");
    assert_eq!(complaint.narrative.content, "柜员态度[2J恶劣\n排队两小时");
}

#[test]
fn g3_a_back_dated_one_gives_its_reason() {
    let draft = Draft {
        received_at: Some(now() - TimeDelta::days(1)),
        late_reason: "信件于下班后到达".into(),
        ..sound()
    };
    assert_eq!(check(draft).unwrap().late_reason, "信件于下班后到达");
    // A minute of another machine's clock is no future.
    let ahead = Draft {
        received_at: Some(now() + TimeDelta::seconds(30)),
        ..sound()
    };
    assert_eq!(check(ahead).unwrap().received_at, now());
}

#[test]
fn l12_l29_twenty_persons_face_to_face_are_major() {
    for (channel, persons, major) in [
        (Channel::Visit, 20, true),
        (Channel::Visit, 19, false),
        (Channel::Letter, 200, false),
    ] {
        let mut draft = Draft {
            channel: Some(channel),
            ..sound()
        };
        joint(&mut draft, persons, 5);
        assert_eq!(
            check(draft).unwrap().major,
            major,
            "{persons} by {}",
            channel.word()
        );
    }
}

#[test]
fn l13_nothing_the_bank_holds_is_demanded() {
    let anonymous = Complainant {
        anonymous: true,
        ..Complainant::default()
    };
    let openid_only = Complainant {
        openid: "oABC".into(),
        ..Complainant::default()
    };
    for (complainant, shown, reply) in [
        (anonymous, "匿名", None),
        (openid_only, "未留名", Some(Channel::Wechat)),
    ] {
        let complaint = check(Draft {
            complainant,
            ..sound()
        })
        .unwrap();
        assert_eq!(
            (
                complaint.complainant.masked_name().as_str(),
                complaint.reply_channel
            ),
            (shown, reply)
        );
    }
}

#[test]
fn l13_l14_f2_2_an_agent_or_heir_without_his_papers_is_registered_and_owes_them() {
    for (capacity, needed) in [
        (Capacity::Oneself, None),
        (Capacity::StatutoryAgent, None),
        (Capacity::AuthorisedAgent, Some(EvidenceKind::Authorisation)),
        (Capacity::Heir, Some(EvidenceKind::Succession)),
    ] {
        let mut draft = sound();
        acts_for(&mut draft, capacity);
        assert_eq!(check(draft.clone()).unwrap().missing_papers, needed);
        draft.evidence.push(EvidenceKind::General);
        assert_eq!(check(draft.clone()).unwrap().missing_papers, needed);
        draft.evidence.extend(needed);
        assert_eq!(check(draft).unwrap().missing_papers, None);
    }
}

#[test]
fn l12_five_persons_speak_through_representatives_with_a_mandate() {
    for (persons, representatives, mandate, missing) in [
        (4, 0, false, false),
        (5, 0, true, true),
        (5, 2, false, true),
        (5, 5, true, false),
    ] {
        let mut draft = sound();
        joint(&mut draft, persons, representatives);
        if mandate {
            draft.evidence.push(EvidenceKind::Authorisation);
        }
        let missing = missing.then_some(EvidenceKind::Authorisation);
        assert_eq!(
            check(draft).unwrap().missing_papers,
            missing,
            "{persons} persons, {representatives} of them speak"
        );
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_128_800, 0).unwrap()
}

fn sound() -> Draft {
    Draft {
        unit_code: "58900201".into(),
        channel: Some(Channel::Visit),
        nature: Some(Nature::ConsumerComplaint),
        complainant: Complainant {
            name: "张三".into(),
            phone: "138 1234 5678".into(),
            id_type: Some(IdType::Resident),
            id_number: "11010519491231002X".into(),
            ..Complainant::default()
        },
        matter: Matter {
            complained_unit_code: "58900209".into(),
            amount_fen: 20_000,
            ..Matter::default()
        },
        narrative: Narrative {
            content: "柜员态度恶劣".into(),
            ..Narrative::default()
        },
        ..Draft::default()
    }
}

fn acts_for(draft: &mut Draft, capacity: Capacity) {
    draft.complainant.capacity = Some(capacity);
    draft.complainant.principal_name = "李四".into();
}

fn joint(draft: &mut Draft, persons: u32, representatives: usize) {
    draft.persons = persons;
    draft.representatives = vec![
        Representative {
            name: "张三".into(),
            phone: String::new()
        };
        representatives
    ];
}

fn check(draft: Draft) -> Result<Complaint, Refusal> {
    let units = [
        unit("58900201", None),
        unit("58900209", NaiveDate::from_ymd_opt(2025, 1, 1)),
    ];
    let find = |code: &str| units.iter().find(|unit| unit.code == code);
    let (at, of) = (
        find(&draft.unit_code),
        find(&draft.matter.complained_unit_code),
    );
    receive(draft, at, of, now())
}

fn unit(code: &str, retired_on: Option<NaiveDate>) -> Unit {
    Unit {
        code: code.into(),
        union_code: "589002".into(),
        reception: false,
        retired_on,
    }
}
