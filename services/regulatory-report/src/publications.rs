//! What regulatory-report tells: figures that left the system.

use chassis::{
    db::Tx,
    grpc::timestamp,
    outbox::{self, Told},
};
use sea_orm::DbErr;
use suda_proto::regulatory_report::v1::FiguresExported;

use crate::{actions::Counted, desk::Desk, wire::term};

/// Tells that figures were exported.
pub async fn exported(
    tx: &Tx,
    desk: &Desk,
    counted: &Counted,
    digest: &str,
    post: &str,
) -> Result<(), DbErr> {
    let now = desk.clock.now();
    let fact = FiguresExported {
        unit_code: counted.unit.clone(),
        occurred_at: Some(timestamp(now)),
        year: counted.period.year,
        term: term(counted.period.term).into(),
        cut_off_at: Some(timestamp(counted.cut_off)),
        digest: digest.to_owned(),
        actor_post: post.to_owned(),
    };
    let told = Told {
        id: desk.ids.new_id(),
        union: &counted.unit,
        key: &counted.unit,
        occurred_at: now,
        actor: post,
    };
    outbox::tell(tx, &told, &fact).await
}
