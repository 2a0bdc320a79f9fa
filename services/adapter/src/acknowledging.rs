//! Number and query code to the complainant, on his own channel and once (F2.3).

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use suda_proto::intake::v1::GetContactRequest;
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{
        Outcome as Move, day,
        incoming::{Complaint, Incoming, State},
    },
    registering::{Trouble, Worked, again, locked},
    store::{self, conversations},
    way::{Letter, Outcome, Purpose, Way},
};

impl<W: Way> Desk<W> {
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
        format!("已收到补充材料（编号 {}）", complaint.number)
    } else {
        format!("投诉已登记（编号 {}）", complaint.number)
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
