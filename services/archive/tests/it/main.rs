//! Archive from outside: over gRPC, with a real PostgreSQL and a real broker.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod keeping;
mod looking;
mod papers;
mod retaining;
mod sealing;
mod transferring;

use std::sync::Arc;

use archive::{
    Archive,
    actions::sealing::{Outcome, seal},
    config::Settings,
    desk::Desk,
    file::{Original, Parts},
    store::cases,
};
use chassis::{
    grpc::{Peer, timestamp},
    testing::{Person, Stack, person},
};
use chrono::{DateTime, Utc};
use suda_proto::{
    archive::v1::archive_service_client::ArchiveServiceClient,
    common::v1::Blob,
    directory::v1::{Unit, UnitChanged, UnitPeriod},
    intake::v1::{
        ComplaintRecord, ComplaintRegistered, ComplaintView, GetForFileResponse, MaskedIdentity,
        Narrative, Sealed,
    },
    routing::v1::{
        AnswerText, CaseClosed, CaseFiled, CaseOpened, CaseState, CaseView, GetCaseResponse,
        HistoryEntry, NamedText, Notice, NoticeView,
    },
    sla_watchdog::v1::{ClockMet, ClockState, ClockView},
};
use uuid::Uuid;

type Client = ArchiveServiceClient<Peer>;

async fn started() -> Stack {
    Stack::start::<Archive>(|_| {}).await
}

fn settings() -> Settings {
    Settings {
        checkpoint_seconds: 60,
        checkpoint_entries: 4,
        seal_seconds: 5,
        seal_batch: 10,
        no_clock_patience_seconds: 60,
        addendum_quiet_hours: 0,
        bag_limit_bytes: 1 << 30,
        scanner_address: String::new(),
        custody_folder: String::new(),
        custody_seconds: 3600,
        former_keys: Vec::new(),
        fonts: String::new(),
    }
}

/// The archive room of the process, as its doors have it.
fn desk(stack: &Stack) -> Arc<Desk> {
    archive::desk(stack.base().clone(), settings())
}

fn client(stack: &Stack, person: &Person) -> Client {
    ArchiveServiceClient::new(stack.channel_as(person))
}

fn archivist(union: &str) -> Person {
    let (code, unit) = (format!("{union}DA-archivist"), format!("{union}DA"));
    person("P-DA").post(&code, &unit, union, "archivist")
}

fn auditor() -> Person {
    person("P-AU")
        .post("44-auditor", "44", "44", "auditor")
        .unions(["*"])
}

/// A case of a test.
#[derive(Clone)]
struct Told {
    id: Uuid,
    union: &'static str,
    number: String,
    content: String,
    closed_at: DateTime<Utc>,
}

impl Told {
    fn new(stack: &Stack, union: &'static str, item: u32, content: &str) -> Self {
        Self {
            id: stack.ids.new_id(),
            union,
            number: format!("{union}-2026-{item:06}"),
            content: content.to_owned(),
            closed_at: stack.clock_now(),
        }
    }

    fn view(&self, state: CaseState, revision: u64) -> CaseView {
        CaseView {
            case_id: self.id.to_string(),
            complaint_id: self.id.to_string(),
            number: self.number.clone(),
            union_code: self.union.to_owned(),
            unit_code: format!("{}01", self.union),
            state: state.into(),
            revision,
            closed_at: (state == CaseState::Closed).then(|| timestamp(self.closed_at)),
            ..CaseView::default()
        }
    }

    fn clock(&self, state: ClockState) -> ClockView {
        ClockView {
            clock_id: format!("clock-{}", self.id),
            code: "G18.3".to_owned(),
            case_id: self.id.to_string(),
            state: state.into(),
            ..ClockView::default()
        }
    }

    /// Tells the ordinary course of the case.
    async fn tell(&self, stack: &Stack) {
        let key = self.id.to_string();
        let complaint = ComplaintView {
            complaint_id: key.clone(),
            number: self.number.clone(),
            union_code: self.union.to_owned(),
            complained_person_id: "P-COMPLAINED".to_owned(),
            masked_name: "张*".to_owned(),
            ..ComplaintView::default()
        };
        let registered = ComplaintRegistered {
            complaint: Some(complaint),
            ..Default::default()
        };
        let opened = CaseOpened {
            case: Some(self.view(CaseState::Registered, 1)),
            ..Default::default()
        };
        let filed = CaseFiled {
            case: Some(self.view(CaseState::Filed, 2)),
            ..Default::default()
        };
        let closed = CaseClosed {
            case: Some(self.view(CaseState::Closed, 3)),
            ..Default::default()
        };
        let met = ClockMet {
            clock: Some(self.clock(ClockState::Met)),
            ..Default::default()
        };
        stack.publish(&registered, self.union, &key).await;
        stack.publish(&opened, self.union, &key).await;
        stack.publish(&filed, self.union, &key).await;
        stack.publish(&closed, self.union, &key).await;
        stack.publish(&met, self.union, &key).await;
        stack.settle().await;
    }

    /// What the others would give of it.
    fn parts(&self) -> Parts {
        let record = ComplaintRecord {
            complaint: Some(ComplaintView {
                complaint_id: self.id.to_string(),
                number: self.number.clone(),
                ..ComplaintView::default()
            }),
            narrative: Some(Narrative {
                content: self.content.clone(),
                ..Narrative::default()
            }),
            ..ComplaintRecord::default()
        };
        let complaint = GetForFileResponse {
            record: Some(record),
            complainant: Some(MaskedIdentity {
                name: "张*".to_owned(),
                ..Default::default()
            }),
            sealed_identity: Some(Sealed {
                key_id: "K1".to_owned(),
                algorithm: "AES-256-GCM".to_owned(),
                bytes: vec![9; 40],
            }),
            ..GetForFileResponse::default()
        };
        let case = GetCaseResponse {
            case: Some(self.view(CaseState::Closed, 3)),
            history: vec![HistoryEntry {
                event: "CaseClosed".to_owned(),
                texts: vec![NamedText {
                    name: "办结".to_owned(),
                    text: "已向投诉人赔礼道歉".to_owned(),
                }],
                ..HistoryEntry::default()
            }],
            notices: vec![Notice {
                view: Some(NoticeView {
                    notice_id: self.id.to_string(),
                    ..Default::default()
                }),
                subject: "投诉处理答复".to_owned(),
                text: "经核查,情况属实。".to_owned(),
                ..Notice::default()
            }],
            answer: Some(AnswerText {
                conclusion: "投诉成立".to_owned(),
                ..Default::default()
            }),
            ..GetCaseResponse::default()
        };
        Parts {
            complaint,
            case,
            clocks: vec![self.clock(ClockState::Met)],
            originals: vec![Original {
                folder: "evidence",
                title: "证据材料:存折照片".to_owned(),
                author: format!("{}01-receiver", self.union),
                made_at: None,
                blob: Blob {
                    media_type: "image/jpeg".to_owned(),
                    file_name: "存折.jpg".to_owned(),
                    ..Blob::default()
                },
                bytes: vec![0xD8; 300].into(),
            }],
            known_items: std::collections::BTreeSet::new(),
        }
    }

    /// Seals it of these parts.
    async fn seal(&self, desk: &Desk, parts: &Parts) -> Outcome {
        let ended = cases::to_seal(desk.db.reader(), 100).await.unwrap();
        let case = ended.iter().find(|case| case.case_id == self.id).unwrap();
        seal(desk, case, parts).await.unwrap()
    }

    /// Tells and seals it.
    async fn sealed(&self, stack: &Stack, desk: &Desk) {
        self.tell(stack).await;
        let outcome = self.seal(desk, &self.parts()).await;
        assert!(matches!(outcome, Outcome::Sealed(_)), "{outcome:?}");
    }
}

/// What time it is in a stack.
trait Now {
    fn clock_now(&self) -> DateTime<Utc>;
}

impl Now for Stack {
    fn clock_now(&self) -> DateTime<Utc> {
        chassis::clock::Clock::now(&*self.clock)
    }
}

fn unit(code: &str, name: &str) -> UnitChanged {
    let period = UnitPeriod {
        from: "2020-01-01".to_owned(),
        name: name.to_owned(),
        parent_code: String::new(),
    };
    UnitChanged {
        unit: Some(Unit {
            code: code.to_owned(),
            revision: 1,
            periods: vec![period],
            ..Unit::default()
        }),
        occurred_at: None,
    }
}
