//! Similar complaints are warned of: the union's reception and its office (群体性投诉预警, guideline art. 9).

use chassis::db::Tx;
use chrono::{DateTime, Utc};
use suda_proto::intake::v1::GroupView;
use uuid::Uuid;

use super::{letters, raising};
use crate::{
    desk::Desk,
    domain::notice::group::{self, Suspected},
    errors::ActionError,
    store::{self, matters, reference},
};

/// Tells reception and office, and asks who is to answer for it (art. 24(6)).
pub async fn suspected(
    desk: &Desk,
    tx: &Tx,
    newest: Uuid,
    told: &GroupView,
    at: DateTime<Utc>,
) -> Result<(), ActionError> {
    let case = store::find(tx, newest)
        .await?
        .ok_or(ActionError::NotYet("the case"))?;
    let name = |unit: Option<reference::Unit>| unit.map(|unit| unit.name).unwrap_or_default();
    let suspected = Suspected {
        group: told.group_id.clone(),
        union_name: name(reference::unit(tx, &told.union_code).await?),
        unit_name: name(reference::unit(tx, &told.unit_code).await?),
        ground: told.ground().into(),
        complaints: told.complaints,
        complainants: told.complainants,
        in_province: told.province_complaints,
        days: told.days,
        newest: case.registration.number.clone(),
    };
    let words = group::suspected(&suspected);
    let reception = reference::reception(tx, &told.union_code).await?;
    let office = matters::office_of(tx, &told.union_code).await?;
    let told_to = reception
        .map(|unit| unit.unit_code)
        .into_iter()
        .chain(office);
    for unit in told_to {
        letters::to_unit(desk, tx, &case, &words, &unit, ("", at)).await?;
    }
    raising::group_suspected(desk, tx, &case, told, &suspected).await
}
