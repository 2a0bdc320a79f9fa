//! From a kept message to a complaint with a number, and the number to the complainant.

use anyhow::Context as _;
use bytes::Bytes;
use chassis::{db::Tx, grpc};
use chrono::TimeDelta;
use sea_orm::DbErr;
use suda_proto::{
    common::v1::{Blob, Nature},
    intake::v1::{
        AddMaterialRequest, EvidenceItem, EvidenceKind, PutBlobRequest, QuarantineRequest,
        RegisterRequest, Source,
    },
};
use tonic::{Code, Status};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    arriving::LONGEST_WHY,
    delivering,
    desk::{Desk, LARGEST_MESSAGE, digest},
    domain::{
        Outcome as Move, day,
        incoming::{Complaint, Incoming, State},
        plain,
    },
    store::{
        self,
        conversations::{self, Conversation},
    },
    way::{Draft, Follows, Reading, Way},
};

/// The longest text that is sent to intake, which takes 20 000 characters; what is longer goes into a file beside it. The
/// rest is room for a line that is put before it.
const LONGEST_CONTENT: usize = 19_900;
/// How many files are sent with one message; intake takes 50, and one of them may be the text.
const MOST_FILES: usize = 49;
/// How many files that were not taken are named in the text.
const MOST_NAMED: usize = 10;
/// The largest file that can be sent at all.
const LARGEST_FILE: usize = LARGEST_MESSAGE - 64 * 1024;
/// How long intake may fail over one message before a person gets to see it (guideline art. 24(1): the same day).
const PATIENCE: TimeDelta = TimeDelta::hours(2);

/// What became of a message in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// It is, or belongs to, this complaint.
    Registered {
        /// The complaint.
        complaint: Complaint,
        /// The code by which the complainant asks for progress; empty for an addition.
        query_code: String,
    },
    /// It was put aside, or noted.
    Ended,
    /// An earlier message of the same sender comes first.
    Waits,
}

impl<W: Way> Desk<W> {
    /// Works on what was kept: registers, puts aside, acknowledges. For a task that repeats.
    pub async fn register_round(&self) -> anyhow::Result<String> {
        let messages = store::incoming::lease(&self.base.db, self.limits.batch).await?;
        let (mut done, mut failed) = (0_usize, 0_usize);
        for message in messages {
            let id = message.id;
            let span = tracing::info_span!("register message", message = %id);
            match Box::pin(self.advance(message)).instrument(span).await {
                Ok(waits) => {
                    store::incoming::release(&self.base.db, id, waits).await?;
                    done += usize::from(!waits);
                }
                Err(error) => {
                    tracing::warn!(message = %id, error = format!("{error:#}"), "a message could not be worked on yet");
                    store::incoming::release(&self.base.db, id, true).await?;
                    failed += 1;
                }
            }
        }
        Ok(format!("{done} messages done, {failed} to be tried again"))
    }

    /// One message, as far as it goes; says whether it has to wait.
    async fn advance(&self, message: Incoming) -> anyhow::Result<bool> {
        match message.state {
            State::Received => match self.register(&message).await? {
                Worked::Registered { query_code, .. } if !W::ANSWERED_AT_THE_DOOR => {
                    self.acknowledge(message.id, query_code).await?;
                    Ok(false)
                }
                Worked::Registered { .. } | Worked::Ended => Ok(false),
                Worked::Waits => Ok(true),
            },
            State::Registered(_) | State::Answering(..) if !W::ANSWERED_AT_THE_DOOR => {
                self.acknowledge(message.id, String::new()).await?;
                Ok(false)
            }
            // The door answers when it is asked again; there is nothing to hurry for.
            State::Registered(_) | State::Answering(..) => Ok(true),
            State::Acknowledged(..)
            | State::Unacknowledged(..)
            | State::Quarantined(_)
            | State::Noted(_) => Ok(false),
        }
    }

    /// Registers a message with intake, or puts it aside there. Doing it again gives the same complaint.
    pub async fn register(&self, message: &Incoming) -> anyhow::Result<Worked> {
        if !message.flaw.is_empty() {
            return self.put_aside(message, &message.flaw).await;
        }
        let Some(raw) = self.base.blobs.get(&message.raw_digest).await? else {
            // A person can still ask the sender; a line in a log asks nobody.
            let why = "原始消息已不在存储中，请告知系统管理员，并设法联系来件人";
            return self.put_aside(message, why).await;
        };
        match self.way.read(message, raw).await? {
            Reading::Message(draft) => self.register_draft(message, *draft).await,
            Reading::Unreadable(why) => self.put_aside(message, &why).await,
            Reading::Noted(why) => {
                self.base
                    .db
                    .transaction("note_message", async |tx| note(tx, message.id, &why).await)
                    .await?;
                Ok(Worked::Ended)
            }
            Reading::Bounced { notice_id, said } => {
                self.base
                    .db
                    .transaction("note_bounce", async |tx| {
                        delivering::bounce(self, tx, &notice_id, message, &said).await?;
                        note(tx, message.id, &said).await
                    })
                    .await?;
                Ok(Worked::Ended)
            }
        }
    }

    async fn register_draft(&self, message: &Incoming, mut draft: Draft) -> anyhow::Result<Worked> {
        if matches!(draft.follows, Follows::Recent(_))
            && store::incoming::waits_for_earlier(&self.base.db, message.id).await?
        {
            return Ok(Worked::Waits);
        }
        let evidence = self.put_files(&mut draft).await?;
        let source = Source {
            account: message.account.clone(),
            message_id: message.message_id.clone(),
            raw_digest: message.raw_digest.clone(),
        };
        if let Some(conversation) = self.followed(message, &draft).await? {
            let added = self
                .add_material(message, &draft, &conversation, &evidence, &source)
                .await?;
            if let Some(complaint) = added {
                self.record(message, &draft, complaint.clone()).await?;
                return Ok(Worked::Registered {
                    complaint,
                    query_code: String::new(),
                });
            }
            // Intake does not take it there, so a person decides where it belongs (guideline art. 24(1)).
            draft.content = format!(
                "【可能属于投诉 {}】\n{}",
                conversation.number, draft.content
            );
        }
        let received_at = draft.received_at.unwrap_or(message.received_at);
        let mut request = RegisterRequest {
            request_id: String::new(),
            unit_code: draft
                .unit_code
                .clone()
                .unwrap_or_else(|| message.unit_code.clone()),
            channel: W::CHANNEL.into(),
            nature: draft.nature.unwrap_or(Nature::ConsumerComplaint).into(),
            received_at: Some(grpc::timestamp(received_at)),
            late_reason: day::late_reason(received_at, message.taken_at, self.base.clock.now()),
            complainant: Some(draft.complainant.clone()),
            matter: Some(draft.matter.clone()),
            content: draft.content.clone(),
            demand: draft.demand.clone(),
            persons: draft.persons,
            representatives: Vec::new(),
            referral: None,
            settlement: draft.settlement.clone(),
            source: Some(source),
            evidence,
            reply_channel: W::CHANNEL.into(),
        };
        request.request_id = request_id(message.id, &request);
        match self.intake().register(request).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                let view = answer
                    .complaint
                    .context("intake answered without a complaint")?;
                let complaint = Complaint {
                    id: view.complaint_id.parse()?,
                    number: view.number,
                    union_code: view.union_code,
                    addition: false,
                };
                self.record(message, &draft, complaint.clone()).await?;
                Ok(Worked::Registered {
                    complaint,
                    query_code: answer.query_code,
                })
            }
            Err(status) if refuses(&status) => {
                let why = format!("登记未被接受：{}", said(&status));
                self.put_aside(message, &why).await
            }
            Err(status)
                if fails(&status) && self.base.clock.now() - message.taken_at > PATIENCE =>
            {
                let why = format!("自动登记屡次出错，请人工登记：{}", said(&status));
                self.put_aside(message, &why).await
            }
            Err(status) => Err(again("register with intake", &status)),
        }
    }

    /// The exchange a message goes on with.
    async fn followed(
        &self,
        message: &Incoming,
        draft: &Draft,
    ) -> Result<Option<Conversation>, DbErr> {
        match &draft.follows {
            Follows::Nothing => Ok(None),
            Follows::Tokens(tokens) => {
                for token in tokens {
                    let found = conversations::by_token(&self.base.db, token).await?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            Follows::Recent(span) => {
                let since = message.received_at - *span;
                conversations::going_on(&self.base.db, &message.account, &message.sender_key, since)
                    .await
            }
        }
    }

    /// Adds a message to a complaint; `None` when intake does not take it there.
    async fn add_material(
        &self,
        message: &Incoming,
        draft: &Draft,
        conversation: &Conversation,
        evidence: &[EvidenceItem],
        source: &Source,
    ) -> anyhow::Result<Option<Complaint>> {
        let mut request = AddMaterialRequest {
            request_id: String::new(),
            // By number, so that intake compares the sender with the complainant: whoever has our mail may be another.
            complaint_id: String::new(),
            number: conversation.number.clone(),
            sender: draft.sender.clone(),
            channel: W::CHANNEL.into(),
            received_at: Some(grpc::timestamp(message.received_at)),
            content: draft.content.clone(),
            new_facts: false,
            evidence: evidence.to_vec(),
            source: Some(source.clone()),
        };
        request.request_id = request_id(message.id, &request);
        match self.intake().add_material(request).await {
            Ok(_) => Ok(Some(Complaint {
                id: conversation.complaint_id,
                number: conversation.number.clone(),
                union_code: conversation.union_code.clone(),
                addition: true,
            })),
            Err(status) if refuses(&status) || status.code() == Code::PermissionDenied => {
                tracing::info!(message = %message.id, "intake takes this as a complaint of its own");
                Ok(None)
            }
            Err(status) => Err(again("add material at intake", &status)),
        }
    }

    /// Hands the files in; one that intake does not keep is named in the text and stays in the kept bytes.
    async fn put_files(&self, draft: &mut Draft) -> anyhow::Result<Vec<EvidenceItem>> {
        let mut evidence = Vec::new();
        let mut missing = Vec::new();
        for file in std::mem::take(&mut draft.files) {
            if evidence.len() == MOST_FILES {
                missing.push((file.name, format!("一件最多存 {MOST_FILES} 个附件")));
                continue;
            }
            let name = file.name.clone();
            match self.put_file(file).await? {
                Ok(item) => evidence.push(item),
                Err(why) => missing.push((name, why)),
            }
        }
        for (name, why) in missing.iter().take(MOST_NAMED) {
            draft.content.push_str(&format!(
                "\n（附件《{}》未能存入：{}；可从原始消息中取得）",
                plain::line(name, LONGEST_WHY),
                plain::line(why, LONGEST_WHY)
            ));
        }
        if missing.len() > MOST_NAMED {
            let more = missing.len() - MOST_NAMED;
            draft.content.push_str(&format!(
                "\n（另有 {more} 个附件未能存入，可从原始消息中取得）"
            ));
        }
        if draft.content.chars().count() > LONGEST_CONTENT {
            let whole = std::mem::take(&mut draft.content);
            draft.content = whole.chars().take(LONGEST_CONTENT - 100).collect();
            let kept = self.put_file(crate::File {
                name: "正文全文.txt".to_owned(),
                bytes: Bytes::from(whole),
                kind: EvidenceKind::General,
                description: "正文全文".to_owned(),
            });
            draft.content.push_str(match kept.await? {
                Ok(item) => {
                    evidence.push(item);
                    "\n（正文过长，全文见附件《正文全文.txt》）"
                }
                Err(_) => "\n（正文过长，全文可从原始消息中取得）",
            });
        }
        Ok(evidence)
    }

    /// Hands a file in; or says, for a clerk, why intake does not keep it.
    async fn put_file(&self, file: crate::File) -> anyhow::Result<Result<EvidenceItem, String>> {
        if file.bytes.len() > LARGEST_FILE {
            let megabytes = file.bytes.len().div_ceil(1 << 20);
            return Ok(Err(format!("文件过大，约 {megabytes} MB")));
        }
        let request = PutBlobRequest {
            data: file.bytes.to_vec(),
            file_name: plain::line(&file.name, LONGEST_WHY),
        };
        match self.intake().put_blob(request).await {
            Ok(answer) => Ok(Ok(EvidenceItem {
                blob: Some(answer.into_inner().blob.unwrap_or_else(|| Blob {
                    digest: digest(&file.bytes),
                    ..Blob::default()
                })),
                kind: file.kind.into(),
                description: file.description,
            })),
            Err(status) if refuses(&status) => Ok(Err(said(&status))),
            Err(status) => Err(again("hand a file to intake", &status)),
        }
    }

    async fn record(
        &self,
        message: &Incoming,
        draft: &Draft,
        complaint: Complaint,
    ) -> anyhow::Result<()> {
        self.base
            .db
            .transaction("record_registration", async |tx| {
                let mut row = locked(tx, message.id).await?;
                let conversation = Conversation {
                    complaint_id: complaint.id,
                    number: complaint.number.clone(),
                    union_code: complaint.union_code.clone(),
                    account: message.account.clone(),
                    sender_key: message.sender_key.clone(),
                    token: self.token(complaint.id),
                    anchor: draft.anchor.clone(),
                    last_at: message.received_at,
                };
                conversations::open(tx, &conversation).await?;
                if row.register(complaint)? == Move::Moved {
                    store::incoming::save(tx, &row).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await?;
        Ok(())
    }

    /// Gives a message to intake as one that nobody but a person can read.
    async fn put_aside(&self, message: &Incoming, why: &str) -> anyhow::Result<Worked> {
        let mut why = plain::line(why, LONGEST_WHY);
        if why.is_empty() {
            "无法读取，原因不明".clone_into(&mut why);
        }
        let mut request = QuarantineRequest {
            request_id: String::new(),
            unit_code: message.unit_code.clone(),
            channel: W::CHANNEL.into(),
            source: Some(Source {
                account: message.account.clone(),
                message_id: message.message_id.clone(),
                raw_digest: message.raw_digest.clone(),
            }),
            received_at: Some(grpc::timestamp(message.received_at)),
            why: why.clone(),
        };
        request.request_id = request_id(message.id, &request);
        self.intake()
            .quarantine(request)
            .await
            .map_err(|status| again("put a message aside at intake", &status))?;
        self.base
            .db
            .transaction("record_quarantine", async |tx| {
                let mut row = locked(tx, message.id).await?;
                if row.quarantine(&why)? == Move::Moved {
                    store::incoming::save(tx, &row).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await?;
        Ok(Worked::Ended)
    }
}

async fn note(tx: &Tx, id: Uuid, why: &str) -> Result<(), Trouble> {
    let mut row = locked(tx, id).await?;
    if row.note(why)? == Move::Moved {
        store::incoming::save(tx, &row).await?;
    }
    Ok(())
}

pub(crate) async fn locked(tx: &Tx, id: Uuid) -> Result<Incoming, DbErr> {
    store::incoming::lock(tx, id)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("message {id}")))
}

/// Why a move was not stored.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] crate::domain::Refusal),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

/// The id of a request: the same content of the same message is the same request, another content another.
fn request_id(message: Uuid, request: &impl prost::Message) -> String {
    Uuid::new_v5(&message, &request.encode_to_vec()).to_string()
}

/// Whether asking again would give the same refusal.
pub(crate) fn refuses(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::InvalidArgument | Code::FailedPrecondition | Code::NotFound | Code::OutOfRange
    ) || grpc::status::reason(status).as_deref() == Some("request.oversize")
}

/// Whether the other side is there and fails over this very request.
fn fails(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Internal | Code::Unknown | Code::DataLoss | Code::PermissionDenied
    )
}

/// What a refusal says, in one line without the names that programs give to fields.
fn said(status: &Status) -> String {
    let fields = grpc::status::fields(status);
    let sentences: Vec<String> = fields.into_iter().map(|(_, sentence)| sentence).collect();
    if sentences.is_empty() {
        status.message().to_owned()
    } else {
        sentences.join("；")
    }
}

pub(crate) fn again(what: &'static str, status: &Status) -> anyhow::Error {
    anyhow::anyhow!(
        "cannot {what}: {} ({:?})",
        grpc::sentence(status),
        status.code()
    )
}
