//! Notices as they are requested: which words go to whom, by which channel.

use chassis::db::Tx;
use chrono::{DateTime, Utc};
use suda_proto::routing::v1 as tells;

use crate::{
    actions::command,
    desk::Desk,
    domain::{
        answer::{Delivery, Manner, Proof},
        case::Case,
        notice::{self, Letterhead, Words, channel},
    },
    errors::ActionError,
    publications::{self, Telling},
    store::{
        notices::{self, Delivered},
        reference,
    },
};

/// How the complainant is told: by an adapter or later by a person, or by a person who did it and has the proof.
pub enum Way {
    /// By this manner; none means as the complainant asked to be answered.
    Send(Option<Manner>),
    /// It was done.
    Done(Delivery),
}

impl Way {
    /// Reads what was asked (令2020年第3号 art. 21).
    pub fn parse(
        case: &Case,
        asked: &command::Telling,
        now: DateTime<Utc>,
    ) -> Result<Self, ActionError> {
        match asked.manner {
            Some(manner) if !manner.by_adapter() => Ok(Self::Done(Delivery::parse(
                manner,
                asked.at,
                asked.proof.clone(),
                &asked.note,
                case.registration.received_at,
                now,
            )?)),
            manner => Ok(Self::Send(manner)),
        }
    }

    /// The instant that counts: when it was done, or now, when it is handed to the channel.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Send(_) => now,
            Self::Done(delivery) => delivery.at,
        }
    }

    /// How.
    #[must_use]
    pub fn manner(&self) -> Option<Manner> {
        match self {
            Self::Send(manner) => *manner,
            Self::Done(delivery) => Some(delivery.manner),
        }
    }
}

/// The head of a letter that the reception of the case signs.
pub async fn letterhead(
    tx: &Tx,
    case: &Case,
    signed_by_unit: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Letterhead, ActionError> {
    let union = &case.registration.union;
    let signing = match signed_by_unit {
        Some(unit) => reference::unit(tx, unit).await?,
        None => reference::reception(tx, union).await?,
    };
    Ok(Letterhead {
        number: case.registration.number.clone(),
        received_at: case.registration.received_at,
        union_name: reference::unit(tx, union)
            .await?
            .map(|unit| unit.name)
            .unwrap_or_default(),
        signed_by: signing.map_or_else(|| "投诉受理部门".to_owned(), |unit| unit.name),
        now,
    })
}

/// Writes to the complainant.
pub async fn to_complainant(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    words: &Words,
    way: &Way,
    (post, now): (&str, DateTime<Utc>),
) -> Result<(), ActionError> {
    let registration = &case.registration;
    let channel = notice::channel_to_complainant(way.manner(), registration.reply_channel);
    let reachable = registration.has_contact && channel != channel::NONE;
    let (state, kept) = match way {
        Way::Done(_) => ("requested", tells::NoticeState::Delivered),
        Way::Send(_) if reachable => ("requested", tells::NoticeState::Requested),
        Way::Send(_) => ("unreachable", tells::NoticeState::Unreachable),
    };
    let id = desk.ids.new_id();
    notices::insert(tx, (id, case.id), words, (channel, ""), now, state).await?;
    if let Way::Done(delivery) = way {
        let told = Delivered {
            state: "delivered",
            manner: Some(delivery.manner),
            sent_at: Some(delivery.at),
            proof: &delivery.proof,
            result: &delivery.note,
            revision: 0,
        };
        notices::deliver(tx, id, &told).await?;
    }
    // Told is what was done; a letter that waits for an adapter or a person tells nobody yet. Who cannot be reached is excepted.
    let told = match way {
        Way::Done(delivery) => Some((delivery.at, Some(delivery.manner))),
        Way::Send(_) if !reachable => Some((now, None)),
        Way::Send(_) => None,
    };
    if let Some((occurred_at, manner)) = told {
        let telling = Telling {
            post,
            occurred_at,
            manner,
        };
        publications::decision_notified(desk, tx, case, words.kind as i32, &telling).await?;
    }
    // What is done or cannot be done is nobody's to send.
    if kept == tells::NoticeState::Requested {
        let view = tells::NoticeView {
            notice_id: id.to_string(),
            kind: words.kind as i32,
            channel,
            to_post: String::new(),
            complaint_id: case.id.to_string(),
            case_id: case.id.to_string(),
            union_code: registration.union.clone(),
            number: registration.number.clone(),
            state: kept.into(),
            revision: 1,
        };
        publications::notice(
            desk,
            tx,
            case,
            view,
            &Telling {
                post,
                occurred_at: now,
                manner: None,
            },
        )
        .await?;
    }
    Ok(())
}

/// Tells a post: to its mailbox when it has one, else in its own list.
pub async fn to_post(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    words: &Words,
    to_post: &str,
    (post, now): (&str, DateTime<Utc>),
) -> Result<(), ActionError> {
    let mailbox = reference::post(tx, to_post)
        .await?
        .is_some_and(|post| !post.email.is_empty());
    let (channel, state, kept) = if mailbox {
        (channel::EMAIL, "requested", tells::NoticeState::Requested)
    } else {
        (channel::NONE, "delivered", tells::NoticeState::Delivered)
    };
    let id = desk.ids.new_id();
    notices::insert(
        tx,
        (id, case.id),
        words,
        (channel, to_post),
        now,
        "requested",
    )
    .await?;
    if !mailbox {
        let shown = Delivered {
            state,
            manner: None,
            sent_at: Some(now),
            proof: &Proof::default(),
            result: "该岗位没有邮箱,已列入岗位通知列表",
            revision: 0,
        };
        notices::deliver(tx, id, &shown).await?;
    }
    let view = tells::NoticeView {
        notice_id: id.to_string(),
        kind: words.kind as i32,
        channel,
        to_post: to_post.to_owned(),
        complaint_id: String::new(),
        case_id: case.id.to_string(),
        union_code: case.registration.union.clone(),
        number: case.registration.number.clone(),
        state: kept.into(),
        revision: if mailbox { 1 } else { 2 },
    };
    publications::notice(
        desk,
        tx,
        case,
        view,
        &Telling {
            post,
            occurred_at: now,
            manner: None,
        },
    )
    .await?;
    Ok(())
}

/// Tells the post that heads a unit; a unit without any post is told nothing, and the order still stands.
pub async fn to_unit(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    words: &Words,
    unit: &str,
    by: (&str, DateTime<Utc>),
) -> Result<(), ActionError> {
    if let Some(head) = reference::head_post(tx, unit).await? {
        to_post(desk, tx, case, words, &head.post_code, by).await?;
    } else {
        tracing::warn!(unit, "a unit on an order has no post to be told");
    }
    Ok(())
}
