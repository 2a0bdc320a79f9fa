//! Escalation items and notices: what people do with them.

use chassis::{
    auth::{Caller, HeldPost},
    db::Tx,
    requests,
};
use chrono::{DateTime, Utc};
use suda_proto::routing::v1 as tells;

use super::{Head, before, sees};
use crate::{
    desk::Desk,
    domain::{
        answer::Delivery,
        case::Case,
        escalation::{Change, Escalation},
        refusal::Refusal,
    },
    errors::ActionError,
    publications::{self, Telling},
    store::{
        self, escalations,
        notices::{self, Delivered, Notice},
        record::{self, Entry, Text},
    },
};

/// What is done with an item.
pub enum Doing {
    /// It is taken note of.
    Acknowledge,
    /// It is answered.
    Answer(String),
}

/// Acknowledges or answers an escalation item, for the office or department that it lies before.
pub async fn do_escalation(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    doing: &Doing,
) -> Result<tells::AnswerEscalationResponse, ActionError> {
    let now = desk.clock.now();
    let mut item = escalations::lock(tx, head.id)
        .await?
        .ok_or(ActionError::NoEscalation)?;
    let case = store::lock(tx, item.case_id)
        .await?
        .ok_or(ActionError::NoEscalation)?;
    if !sees(caller, &case) {
        return Err(ActionError::NoEscalation);
    }
    if let Some(answer) = before(tx, head).await? {
        return Ok(answer);
    }
    if item.revision != head.seen {
        return Err(ActionError::Stale {
            seen: head.seen,
            now: item.revision,
        });
    }
    let post = caller.posts.iter().find(|post| post.unit == item.unit);
    let post = post.ok_or(Refusal::NotTheirs {
        verb: "处理该升级事项",
        who: "收到该事项的办事处或合规部",
    })?;
    let (change, event, texts): (_, _, Vec<Text>) = match doing {
        Doing::Acknowledge => (
            item.acknowledge(&post.code, now),
            "EscalationAcknowledged",
            vec![],
        ),
        Doing::Answer(text) => {
            let change = item.answer(&post.code, text, now)?;
            (
                change,
                "EscalationAnswered",
                vec![("答复意见", text.clone())],
            )
        }
    };
    if change == Change::Made {
        escalations::save(tx, &item).await?;
        keep(
            desk,
            tx,
            (&case, &item),
            (caller, post),
            (event, &texts),
            now,
        )
        .await?;
    }
    let answer = tells::AnswerEscalationResponse {
        escalation: Some(publications::escalation_view(&item)),
    };
    requests::answered(tx, head.request_id, head.rpc, &head.digest, &answer, now).await?;
    Ok(answer)
}

async fn keep(
    desk: &Desk,
    tx: &Tx,
    (case, item): (&Case, &Escalation),
    (caller, post): (&Caller, &HeldPost),
    (event, texts): (&'static str, &[Text]),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let entry = Entry {
        event,
        occurred_at: now,
        recorded_at: now,
        post: &post.code,
        person: &caller.person_id,
        name: &caller.name,
        texts,
    };
    record::write(tx, case, entry).await?;
    let telling = Telling {
        post: &post.code,
        occurred_at: now,
        manner: None,
    };
    publications::escalation(desk, tx, case, item, &telling).await?;
    Ok(())
}

/// A delivery as it was asked to be recorded.
pub struct Recorded {
    /// How, when, with which proof.
    pub telling: super::command::Telling,
    /// Whether it was delivered; else the attempt failed.
    pub delivered: bool,
}

/// Records the proof of a notice that a person delivered (令2020年第3号 art. 21).
pub async fn record_delivery(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    recorded: &Recorded,
) -> Result<Notice, ActionError> {
    let notice = notices::lock(tx, head.id)
        .await?
        .ok_or(ActionError::NoNotice)?;
    let case = store::lock(tx, notice.case_id)
        .await?
        .ok_or(ActionError::NoNotice)?;
    let now = case.next_instant(desk.clock.now());
    if !sees(caller, &case) {
        return Err(ActionError::NoNotice);
    }
    let done: Option<tells::RecordNoticeDeliveryResponse> = before(tx, head).await?;
    if done.is_none() {
        if !notice.to_post.is_empty() {
            let sentence = "发给岗位的通知由系统送达,不须登记送达证明";
            return Err(ActionError::invalid("notice_id", sentence));
        }
        if notice.state == "delivered" {
            return Err(Refusal::AlreadyDelivered.into());
        }
        let asked = &recorded.telling;
        let manner = asked.manner.ok_or(Refusal::Missing {
            field: "delivery.manner",
            what: "告知方式",
        })?;
        let received_at = case.registration.received_at;
        let delivery = Delivery::parse(
            manner,
            asked.at,
            asked.proof.clone(),
            &asked.note,
            received_at,
            now,
        )?;
        let told = Delivered {
            state: if recorded.delivered {
                "delivered"
            } else {
                "failed"
            },
            manner: Some(delivery.manner),
            sent_at: Some(delivery.at),
            proof: &delivery.proof,
            result: &delivery.note,
            revision: 0,
        };
        notices::deliver(tx, notice.notice_id, &told).await?;
        if recorded.delivered {
            let telling = Telling {
                post: caller.posts.first().map_or("", |post| post.code.as_str()),
                occurred_at: delivery.at,
                manner: Some(delivery.manner),
            };
            publications::decision_notified(desk, tx, &case, notice.kind, &telling).await?;
        }
        let texts = [
            ("通知", notice.subject.clone()),
            ("告知方式", delivery.manner.words().to_owned()),
            (
                "告知证明",
                format!("{} {}", delivery.note, delivery.proof.digest),
            ),
        ];
        let entry = Entry {
            event: if recorded.delivered {
                "NoticeDelivered"
            } else {
                "NoticeFailed"
            },
            occurred_at: delivery.at,
            recorded_at: now,
            post: caller
                .posts
                .first()
                .map(|post| post.code.as_str())
                .unwrap_or_default(),
            person: &caller.person_id,
            name: &caller.name,
            texts: &texts,
        };
        record::write(tx, &case, entry).await?;
        let answer = tells::RecordNoticeDeliveryResponse::default();
        requests::answered(tx, head.request_id, head.rpc, &head.digest, &answer, now).await?;
    }
    notices::find(tx, head.id)
        .await?
        .ok_or(ActionError::NoNotice)
}
