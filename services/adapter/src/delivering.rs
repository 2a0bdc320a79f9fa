//! From routing's wish to a sent notice with proof (令2020年第3号 art. 21).

use std::collections::BTreeMap;

use bytes::Bytes;
use chassis::db::Tx;
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use sea_orm::DbErr;
use suda_proto::{
    intake::v1::GetContactRequest,
    routing::v1::{GetNoticeRequest, NoticeState, NoticeView},
};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{
        Outcome as Move,
        delivery::{Delivery, Proof, State},
        incoming::Incoming,
    },
    publications,
    registering::{Trouble, again, refuses},
    store::{
        self,
        conversations::{self, Conversation},
    },
    way::{Letter, Outcome, Purpose, Way},
};

/// The task that sends notices.
pub const DELIVER: &str = "deliver";
/// How many complaints' notices are sent at a time: most of it is waiting for other services and for the channel.
const BESIDE: usize = 4;

/// The notices of each complaint, oldest first: an acceptance is told before an answer.
fn in_lanes(notices: Vec<Delivery>) -> Vec<Vec<Delivery>> {
    let mut lanes: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
    for notice in notices {
        let lane = lanes.entry(notice.complaint_id.clone()).or_default();
        lane.push(notice);
    }
    let mut lanes: Vec<_> = lanes.into_values().collect();
    for lane in &mut lanes {
        // Ids sort by the time they were made.
        lane.sort_by(|one, other| one.notice_id.cmp(&other.notice_id));
    }
    lanes
}

/// Keeps routing's wish; a repeat of it changes nothing.
pub async fn request<W: Way>(
    tx: &Tx,
    notice: &NoticeView,
    occurred_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let delivery = Delivery {
        notice_id: notice.notice_id.clone(),
        complaint_id: notice.complaint_id.clone(),
        case_id: notice.case_id.clone(),
        union_code: notice.union_code.clone(),
        number: notice.number.clone(),
        to_post: notice.to_post.clone(),
        state: if W::BY_HAND {
            State::Manual
        } else {
            State::Pending
        },
        sent_at: None,
        settled_at: None,
        proof: Proof::default(),
        result: String::new(),
        revision: 1,
    };
    store::deliveries::insert(tx, &delivery, occurred_at).await?;
    Ok(())
}

/// Records that a notice came back, which undoes its proof of delivery.
pub(crate) async fn bounce<W: Way>(
    desk: &Desk<W>,
    tx: &Tx,
    notice_id: &str,
    message: &Incoming,
    said: &str,
) -> Result<(), Trouble> {
    let Some(mut delivery) = store::deliveries::lock(tx, notice_id).await? else {
        return Ok(());
    };
    let proof = Proof {
        digest: message.raw_digest.clone(),
        size_bytes: 0,
        media_type: "message/rfc822".to_owned(),
    };
    if delivery.fail(proof, said, desk.base.clock.now())? == Move::Moved {
        store::deliveries::save(tx, &delivery).await?;
        publications::failed(desk, tx, &delivery, false).await?;
    }
    Ok(())
}

impl<W: Way> Desk<W> {
    /// Sends what is due, several complaints' notices beside each other. For the task [`DELIVER`]; after a full batch another round
    /// follows at once.
    pub async fn deliver_round(&self) -> anyhow::Result<String> {
        let notices = store::deliveries::lease(&self.base.db, self.limits.batch).await?;
        let full = u32::try_from(notices.len()) == Ok(self.limits.batch);
        let lanes = in_lanes(notices).into_iter();
        let lanes: Vec<_> = lanes.map(|lane| self.deliver_lane(lane)).collect();
        let mut lanes = stream::iter(lanes).buffer_unordered(BESIDE);
        let (mut done, mut failed) = (0_usize, 0_usize);
        while let Some(lane) = lanes.next().await {
            let (lane_done, lane_failed) = lane?;
            done += lane_done;
            failed += lane_failed;
        }
        if full && done > 0 {
            self.base.wake.wake(DELIVER);
        }
        Ok(format!("{done} notices done, {failed} to be tried again"))
    }

    /// Sends the notices of one complaint, one after the other; gives how many are done and how many failed.
    async fn deliver_lane(&self, notices: Vec<Delivery>) -> anyhow::Result<(usize, usize)> {
        let (mut done, mut failed) = (0, 0);
        for notice in notices {
            let id = notice.notice_id.clone();
            let span = tracing::info_span!("deliver notice", notice = %id);
            match Box::pin(self.deliver(notice)).instrument(span).await {
                Ok(()) => {
                    store::deliveries::release(&self.base.db, &id, false).await?;
                    done += 1;
                }
                Err(error) => {
                    tracing::warn!(notice = %id, error = format!("{error:#}"), "a notice could not be sent yet");
                    store::deliveries::release(&self.base.db, &id, true).await?;
                    failed += 1;
                }
            }
        }
        Ok((done, failed))
    }

    async fn deliver(&self, delivery: Delivery) -> anyhow::Result<()> {
        let id = delivery.notice_id.clone();
        if delivery.state == State::HandedOver && !self.way.repeatable() {
            let said = "发送时中断，是否送达不明，请人工核实";
            return self
                .settle_notice(&id, Outcome::Unknown(said.to_owned()))
                .await;
        }
        let request = GetNoticeRequest {
            notice_id: id.clone(),
        };
        let answer = match self.routing().get_notice(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if refuses(&status) => {
                let said = format!("取不到通知内容：{}", chassis::grpc::sentence(&status));
                return self.refuse(&id, &said).await;
            }
            Err(status) => return Err(again("ask routing for the notice", &status)),
        };
        let notice = answer.notice.unwrap_or_default();
        let view = notice.view.clone().unwrap_or_default();
        if view.state() != NoticeState::Requested && delivery.state != State::HandedOver {
            return self.drop_notice(&id).await;
        }
        let address = if delivery.to_post.is_empty() {
            self.contact(&delivery).await?
        } else {
            match self.way.post_address(&delivery.to_post).await? {
                Some(address) => Some(address),
                None => Some(answer.post_email),
            }
        };
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            let why = if delivery.to_post.is_empty() {
                "投诉人没有留下这个渠道的地址，请改用其他方式告知"
            } else {
                "该岗位没有登记邮箱，请当面或电话告知，并请系统管理员补登"
            };
            return self.refuse(&id, why).await;
        };
        let conversation = self.conversation(&delivery).await?;
        let sent_at = self.begin_delivery(&id, conversation.as_ref()).await?;
        let letter = Letter {
            purpose: if delivery.to_post.is_empty() {
                Purpose::Notice(id.clone())
            } else {
                Purpose::Alarm(id.clone())
            },
            account: conversation
                .as_ref()
                .map_or_else(String::new, |conversation| conversation.account.clone()),
            address,
            subject: notice.subject,
            text: notice.text,
            token: conversation
                .as_ref()
                .map_or_else(String::new, |conversation| conversation.token.clone()),
            anchor: conversation.map_or_else(String::new, |conversation| conversation.anchor),
            sent_at,
        };
        let outcome = self.way.send(&letter).await;
        self.settle_notice(&id, outcome).await
    }

    /// The complainant's address; `None` when there is none.
    async fn contact(&self, delivery: &Delivery) -> anyhow::Result<Option<String>> {
        let request = GetContactRequest {
            complaint_id: delivery.complaint_id.clone(),
            notice_id: delivery.notice_id.clone(),
            channel: W::CHANNEL.into(),
        };
        match self.intake().get_contact(request).await {
            Ok(answer) => Ok(Some(answer.into_inner().address)),
            Err(status) if refuses(&status) => Ok(None),
            Err(status) => Err(again("ask intake for the contact", &status)),
        }
    }

    /// The exchange a notice belongs to; it begins one when the complaint came in some other way.
    async fn conversation(&self, delivery: &Delivery) -> anyhow::Result<Option<Conversation>> {
        if !delivery.to_post.is_empty() {
            return Ok(None);
        }
        let Ok(complaint_id) = delivery.complaint_id.parse::<Uuid>() else {
            return Ok(None);
        };
        let known = conversations::by_complaint(&self.base.db, complaint_id).await?;
        Ok(Some(known.unwrap_or_else(|| Conversation {
            complaint_id,
            number: delivery.number.clone(),
            union_code: delivery.union_code.clone(),
            account: String::new(),
            sender_key: String::new(),
            token: self.token(complaint_id),
            anchor: String::new(),
            last_at: self.base.clock.now(),
        })))
    }

    async fn begin_delivery(
        &self,
        notice_id: &str,
        conversation: Option<&Conversation>,
    ) -> anyhow::Result<DateTime<Utc>> {
        let now = self.base.clock.now();
        let sent_at = self
            .base
            .db
            .transaction("begin_delivery", async |tx| {
                let mut delivery = locked(tx, notice_id).await?;
                if delivery.hand_over(now)? == Move::Moved {
                    if let Some(conversation) = conversation {
                        conversations::begin(tx, conversation).await?;
                    }
                    store::deliveries::save(tx, &delivery).await?;
                }
                Ok::<_, Trouble>(delivery.sent_at.unwrap_or(now))
            })
            .await?;
        Ok(sent_at)
    }

    async fn drop_notice(&self, notice_id: &str) -> anyhow::Result<()> {
        self.base
            .db
            .transaction("drop_notice", async |tx| {
                let mut delivery = locked(tx, notice_id).await?;
                if delivery.drop_it()? == Move::Moved {
                    store::deliveries::save(tx, &delivery).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await?;
        Ok(())
    }

    async fn refuse(&self, notice_id: &str, said: &str) -> anyhow::Result<()> {
        let outcome = Outcome::Refused {
            proof: Bytes::new(),
            media_type: "",
            said: said.to_owned(),
        };
        self.settle_notice(notice_id, outcome).await
    }

    /// Records what became of a notice, keeps the proof and tells.
    pub async fn settle_notice(&self, notice_id: &str, outcome: Outcome) -> anyhow::Result<()> {
        let proof = self.keep_proof(&outcome).await?;
        let now = self.base.clock.now();
        self.base
            .db
            .transaction("settle_notice", async |tx| {
                settle(self, tx, notice_id, &outcome, proof, now).await
            })
            .await?;
        match outcome {
            Outcome::NotTaken(said) => Err(anyhow::anyhow!("the notice was not taken: {said}")),
            Outcome::Taken { .. } | Outcome::Refused { .. } | Outcome::Unknown(_) => Ok(()),
        }
    }

    /// Records the outcome of a notice that a person delivers: dialled then, with this outcome.
    ///
    /// Says `false` when the notice is not known here yet; one that is settled stays as it is.
    pub async fn attempted(
        &self,
        tx: &Tx,
        notice_id: &str,
        dialled_at: DateTime<Utc>,
        outcome: &Outcome,
        proof: Proof,
    ) -> Result<bool, Trouble> {
        let Some(mut delivery) = store::deliveries::lock(tx, notice_id).await? else {
            return Ok(false);
        };
        if delivery.state != State::Manual {
            return Ok(true);
        }
        if delivery.hand_over(dialled_at)? == Move::Moved {
            store::deliveries::save(tx, &delivery).await?;
        }
        let now = self.base.clock.now();
        settle(self, tx, notice_id, outcome, proof, now).await?;
        Ok(true)
    }

    async fn keep_proof(&self, outcome: &Outcome) -> anyhow::Result<Proof> {
        let (Outcome::Taken {
            proof, media_type, ..
        }
        | Outcome::Refused {
            proof, media_type, ..
        }) = outcome
        else {
            return Ok(Proof::default());
        };
        if proof.is_empty() {
            return Ok(Proof::default());
        }
        Ok(Proof {
            digest: self.base.blobs.put(proof.clone()).await?,
            size_bytes: i64::try_from(proof.len())?,
            media_type: (*media_type).to_owned(),
        })
    }
}

async fn settle<W: Way>(
    desk: &Desk<W>,
    tx: &Tx,
    notice_id: &str,
    outcome: &Outcome,
    proof: Proof,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let mut delivery = locked(tx, notice_id).await?;
    let moved = match outcome {
        Outcome::Taken { said, .. } => delivery.confirm(proof, said, now)?,
        Outcome::Refused { said, .. } => delivery.fail(proof, said, now)?,
        Outcome::Unknown(said) => delivery.lose(said, now)?,
        Outcome::NotTaken(_) => delivery.take_back()?,
    };
    if moved == Move::Already {
        return Ok(());
    }
    store::deliveries::save(tx, &delivery).await?;
    match outcome {
        Outcome::Taken { .. } => publications::delivered(desk, tx, &delivery).await?,
        Outcome::Refused { .. } => publications::failed(desk, tx, &delivery, false).await?,
        Outcome::Unknown(_) => publications::failed(desk, tx, &delivery, true).await?,
        Outcome::NotTaken(_) => {}
    }
    Ok(())
}

async fn locked(tx: &Tx, notice_id: &str) -> Result<Delivery, DbErr> {
    store::deliveries::lock(tx, notice_id)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("notice {notice_id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l21_the_notices_of_one_complaint_go_one_after_the_other_oldest_first() {
        let notice = |notice_id: &str, complaint_id: &str| Delivery {
            notice_id: notice_id.to_owned(),
            complaint_id: complaint_id.to_owned(),
            case_id: String::new(),
            union_code: String::new(),
            number: String::new(),
            to_post: String::new(),
            state: State::Pending,
            sent_at: None,
            settled_at: None,
            proof: Proof::default(),
            result: String::new(),
            revision: 1,
        };
        let lanes = in_lanes(vec![
            notice("n3", "a"),
            notice("n2", "b"),
            notice("n1", "a"),
            notice("n4", "b"),
        ]);
        let ids: Vec<Vec<_>> = lanes
            .iter()
            .map(|lane| lane.iter().map(|one| one.notice_id.as_str()).collect())
            .collect();
        assert_eq!(ids, [["n1", "n3"], ["n2", "n4"]]);
    }
}
