//! From a kept message to a complaint with a number, and the number to the complainant.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use chassis::{db::Tx, grpc};
use sea_orm::DbErr;
use suda_proto::{
    common::v1::{Blob, Nature},
    intake::v1::{
        AddMaterialRequest, EvidenceItem, EvidenceKind, GetContactRequest, PutBlobRequest,
        QuarantineRequest, RegisterRequest, Source,
    },
};
use tonic::{Code, Status};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    delivering,
    desk::{Desk, digest},
    domain::{
        Outcome as Move, day,
        incoming::{Complaint, Incoming, State},
    },
    store::{
        self,
        conversations::{self, Conversation},
    },
    way::{Draft, Follows, Letter, Outcome, Purpose, Reading, Way},
};

/// The longest text intake takes; what is longer goes into a file beside it.
const LONGEST_CONTENT: usize = 20_000;

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

    /// Registers a message and answers it while the other side waits, with complaint and query code.
    ///
    /// `None` when there is nothing to tell, or when it takes longer than `patience`; the task then goes on with it.
    pub async fn answer_at_the_door(
        &self,
        id: Uuid,
        patience: Duration,
    ) -> anyhow::Result<Option<(Complaint, String)>> {
        let Some(message) = store::incoming::lease_one(&self.base.db, id).await? else {
            return Ok(None);
        };
        let told = tokio::time::timeout(patience, Box::pin(self.tell_at_the_door(&message))).await;
        if told.is_err() {
            // Nothing was told at the door, whatever the row says by now.
            let nothing = Outcome::NotTaken("登记超过等待时间".to_owned());
            drop(self.settle(id, nothing).await);
        }
        store::incoming::release(&self.base.db, id, false).await?;
        told.unwrap_or(Ok(None))
    }

    async fn tell_at_the_door(
        &self,
        message: &Incoming,
    ) -> anyhow::Result<Option<(Complaint, String)>> {
        let (complaint, mut query_code) = match message.state.complaint() {
            Some(complaint) => (complaint.clone(), String::new()),
            None if message.state != State::Received => return Ok(None),
            None => match self.register(message).await? {
                Worked::Registered {
                    complaint,
                    query_code,
                } => (complaint, query_code),
                Worked::Ended | Worked::Waits => return Ok(None),
            },
        };
        if query_code.is_empty() && !complaint.addition {
            query_code = self.query_code(message.id, &complaint).await?;
        }
        let first = self.begin_answer(message.id, None).await?.is_some();
        if first {
            let said = Outcome::Taken {
                proof: Bytes::new(),
                media_type: "",
                said: String::new(),
            };
            self.settle(message.id, said).await?;
        }
        Ok((first || W::ANSWERED_AT_THE_DOOR).then_some((complaint, query_code)))
    }

    async fn query_code(&self, id: Uuid, complaint: &Complaint) -> anyhow::Result<String> {
        let request = GetContactRequest {
            complaint_id: complaint.id.to_string(),
            notice_id: id.to_string(),
            channel: W::CHANNEL.into(),
        };
        let answer = self.intake().get_contact(request).await;
        answer
            .map(|answer| answer.into_inner().query_code)
            .map_err(|status| again("ask intake for the query code", &status))
    }

    /// Lets an acknowledgement that the other side certainly did not get be sent once more.
    pub async fn answer_again(&self, id: Uuid) -> anyhow::Result<()> {
        self.base
            .db
            .transaction("answer_again", async |tx| {
                let mut row = locked(tx, id).await?;
                if matches!(row.state, State::Acknowledged(..)) && row.take_back()? == Move::Moved {
                    store::incoming::save(tx, &row).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await?;
        Ok(())
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
        let raw = self
            .base
            .blobs
            .get(&message.raw_digest)
            .await?
            .context("the kept bytes are gone")?;
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
                let why = format!("登记未被接受：{}", grpc::sentence(&status));
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
            complaint_id: conversation.complaint_id.to_string(),
            number: String::new(),
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
        if draft.content.chars().count() > LONGEST_CONTENT {
            let whole = std::mem::take(&mut draft.content);
            draft.content = whole
                .chars()
                .take(LONGEST_CONTENT - 100)
                .collect::<String>()
                + "\n（正文过长，全文见附件《正文全文.txt》）";
            draft.files.push(crate::File {
                name: "正文全文.txt".to_owned(),
                bytes: Bytes::from(whole),
                kind: EvidenceKind::General,
                description: "正文全文".to_owned(),
            });
        }
        for file in std::mem::take(&mut draft.files) {
            let request = PutBlobRequest {
                data: file.bytes.to_vec(),
                file_name: file.name.clone(),
            };
            match self.intake().put_blob(request).await {
                Ok(answer) => evidence.push(EvidenceItem {
                    blob: Some(answer.into_inner().blob.unwrap_or_else(|| Blob {
                        digest: digest(&file.bytes),
                        ..Blob::default()
                    })),
                    kind: file.kind.into(),
                    description: file.description,
                }),
                Err(status) if refuses(&status) => {
                    draft.content.push_str(&format!(
                        "\n（附件《{}》未能存入：{}；可从原始消息中取得）",
                        file.name,
                        grpc::sentence(&status)
                    ));
                }
                Err(status) => return Err(again("hand a file to intake", &status)),
            }
        }
        Ok(evidence)
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
            why: why.to_owned(),
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
                if row.quarantine(why)? == Move::Moved {
                    store::incoming::save(tx, &row).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await?;
        Ok(Worked::Ended)
    }

    /// Tells the complainant number and query code on his own channel (F2.3), once.
    pub async fn acknowledge(&self, id: Uuid, query_code: String) -> anyhow::Result<()> {
        let found = store::incoming::find(&self.base.db, id).await?;
        let message = found.context("the message is gone")?;
        let Some(complaint) = message.state.complaint().cloned() else {
            return Ok(());
        };
        if matches!(message.state, State::Answering(..)) && !self.way.repeatable() {
            return self
                .settle(
                    id,
                    Outcome::Unknown("发送回执时中断，是否送达不明".to_owned()),
                )
                .await;
        }
        let query_code = if query_code.is_empty() && !complaint.addition {
            self.query_code(id, &complaint).await?
        } else {
            query_code
        };
        let address = self.reply_address(&message).await?;
        let Some(sent_at) = self.begin_answer(id, address.as_ref().err()).await? else {
            return Ok(());
        };
        let conversation = conversations::by_complaint(&self.base.db, complaint.id).await?;
        let letter = Letter {
            purpose: Purpose::Acknowledges(id),
            account: message.account.clone(),
            address: address.unwrap_or_default(),
            subject: subject(&complaint),
            text: acknowledgement(&complaint, &query_code, message.received_at),
            token: self.token(complaint.id),
            anchor: conversation.map_or_else(String::new, |conversation| conversation.anchor),
            sent_at,
        };
        let outcome = self.way.send(&letter).await;
        self.settle(id, outcome).await
    }

    /// Records that the acknowledgement goes out now; `None` when it must not, be it for this reason.
    pub async fn begin_answer(
        &self,
        id: Uuid,
        unwanted: Option<&String>,
    ) -> anyhow::Result<Option<chrono::DateTime<chrono::Utc>>> {
        let now = self.base.clock.now();
        let limit = self.limits.answers_per_day;
        let begun = self
            .base
            .db
            .transaction("begin_answer", async |tx| {
                let mut row = locked(tx, id).await?;
                if let State::Answering(_, at) = row.state {
                    return Ok::<_, Trouble>(self.way.repeatable().then_some(at));
                }
                if row.state.complaint().is_none()
                    || matches!(
                        row.state,
                        State::Acknowledged(..) | State::Unacknowledged(..)
                    )
                {
                    return Ok(None);
                }
                let day = day::start_of(now);
                let why = if let Some(why) = unwanted {
                    Some(why.clone())
                } else if store::incoming::answers_since(tx, &row.sender_key, day).await? >= limit {
                    Some(format!("当天对同一发件人的回执已达{limit}次，不再自动回复"))
                } else {
                    None
                };
                let moved = match &why {
                    Some(why) => row.give_up(why)?,
                    None => row.answer(now)?,
                };
                if moved == Move::Moved {
                    store::incoming::save(tx, &row).await?;
                }
                Ok(why.is_none().then_some(now))
            })
            .await?;
        Ok(begun)
    }

    /// Records what became of the acknowledgement.
    pub async fn settle(&self, id: Uuid, outcome: Outcome) -> anyhow::Result<()> {
        let now = self.base.clock.now();
        let not_taken = match &outcome {
            Outcome::NotTaken(said) => Some(said.clone()),
            Outcome::Taken { .. } | Outcome::Refused { .. } | Outcome::Unknown(_) => None,
        };
        self.base
            .db
            .transaction("settle_answer", async |tx| {
                let mut row = locked(tx, id).await?;
                let moved = match &outcome {
                    Outcome::Taken { .. } => row.acknowledge(now)?,
                    Outcome::Refused { said, .. } | Outcome::Unknown(said) => row.give_up(said)?,
                    Outcome::NotTaken(_) => row.take_back()?,
                };
                if moved == Move::Moved {
                    store::incoming::save(tx, &row).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await?;
        not_taken.map_or(Ok(()), |said| {
            Err(anyhow::anyhow!("the acknowledgement was not taken: {said}"))
        })
    }

    /// The address the acknowledgement goes to, out of the kept bytes; or why there must be none.
    async fn reply_address(&self, message: &Incoming) -> anyhow::Result<Result<String, String>> {
        let raw = self.base.blobs.get(&message.raw_digest).await?;
        let raw = raw.context("the kept bytes are gone")?;
        Ok(self.way.reply_address(&raw))
    }
}

/// The subject of an acknowledgement; it repeats nothing of what was written to us.
fn subject(complaint: &Complaint) -> String {
    if complaint.addition {
        format!("已收到补充材料（投诉编号 {}）", complaint.number)
    } else {
        format!("已受理登记（投诉编号 {}）", complaint.number)
    }
}

/// The text of an acknowledgement (F2.3); it repeats nothing of what was written to us.
#[must_use]
pub fn acknowledgement(
    complaint: &Complaint,
    query_code: &str,
    received_at: chrono::DateTime<chrono::Utc>,
) -> String {
    let at = day::in_words(received_at);
    if complaint.addition {
        return format!(
            "您好！您于{at}补充的材料已收到，并入投诉 {}。",
            complaint.number
        );
    }
    format!(
        "您好！您反映的问题已于{at}收到并登记。\n投诉编号：{}\n查询码：{query_code}\n凭编号和查询码可以查询办理进度，\
         请妥善保管，不要告诉他人。如需补充材料，请直接回复本消息。",
        complaint.number
    )
}

async fn note(tx: &Tx, id: Uuid, why: &str) -> Result<(), Trouble> {
    let mut row = locked(tx, id).await?;
    if row.note(why)? == Move::Moved {
        store::incoming::save(tx, &row).await?;
    }
    Ok(())
}

async fn locked(tx: &Tx, id: Uuid) -> Result<Incoming, DbErr> {
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
    )
}

pub(crate) fn again(what: &'static str, status: &Status) -> anyhow::Error {
    anyhow::anyhow!(
        "cannot {what}: {} ({:?})",
        grpc::sentence(status),
        status.code()
    )
}
