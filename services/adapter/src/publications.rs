//! What an adapter tells: how the sending of a notice ended. No address, no name, no text.

use chassis::{
    db::Tx,
    grpc,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use suda_proto::{
    channel::v1::{DeliveryView, NoticeDelivered, NoticeFailed},
    common::v1::Blob,
};

use crate::{desk::Desk, domain::delivery::Delivery, way::Way};

/// Tells that a notice was taken.
pub(crate) async fn delivered<W: Way>(
    desk: &Desk<W>,
    tx: &Tx,
    delivery: &Delivery,
) -> Result<(), DbErr> {
    let at = settled(desk, delivery);
    let fact = NoticeDelivered {
        delivery: Some(view::<W>(delivery)),
        occurred_at: Some(grpc::timestamp(at)),
    };
    outbox::tell(tx, &told(desk, delivery, at), &fact).await
}

/// Tells that a notice was not taken, or that nobody knows.
pub(crate) async fn failed<W: Way>(
    desk: &Desk<W>,
    tx: &Tx,
    delivery: &Delivery,
    unknown: bool,
) -> Result<(), DbErr> {
    let at = settled(desk, delivery);
    let fact = NoticeFailed {
        delivery: Some(view::<W>(delivery)),
        occurred_at: Some(grpc::timestamp(at)),
        unknown,
    };
    outbox::tell(tx, &told(desk, delivery, at), &fact).await
}

fn settled<W: Way>(desk: &Desk<W>, delivery: &Delivery) -> DateTime<Utc> {
    delivery.settled_at.unwrap_or_else(|| desk.base.clock.now())
}

fn told<'a, W: Way>(desk: &Desk<W>, delivery: &'a Delivery, at: DateTime<Utc>) -> Told<'a> {
    Told {
        id: desk.base.ids.new_id(),
        union: &delivery.union_code,
        key: if delivery.case_id.is_empty() {
            &delivery.notice_id
        } else {
            &delivery.case_id
        },
        occurred_at: at,
        actor: desk.name,
    }
}

fn view<W: Way>(delivery: &Delivery) -> DeliveryView {
    let artefact = (!delivery.proof.digest.is_empty()).then(|| Blob {
        digest: delivery.proof.digest.clone(),
        size_bytes: u64::try_from(delivery.proof.size_bytes).unwrap_or_default(),
        media_type: delivery.proof.media_type.clone(),
        file_name: String::new(),
    });
    DeliveryView {
        notice_id: delivery.notice_id.clone(),
        complaint_id: delivery.complaint_id.clone(),
        case_id: delivery.case_id.clone(),
        union_code: delivery.union_code.clone(),
        manner: W::MANNER.into(),
        sent_at: delivery.sent_at.map(grpc::timestamp),
        settled_at: delivery.settled_at.map(grpc::timestamp),
        artefact,
        result: delivery.result.clone(),
        revision: u64::try_from(delivery.revision).unwrap_or_default(),
    }
}
