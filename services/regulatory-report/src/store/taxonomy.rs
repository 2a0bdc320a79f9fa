//! The taxonomy as directory told it, every version.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use prost::Message as _;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use suda_proto::directory::v1::{Taxonomy, TaxonomyAxis};

use crate::domain::taxonomy::{Axis, Entry, Names};

/// Keeps a version, once.
pub async fn keep(tx: &Tx, told: &Taxonomy, published_at: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "INSERT INTO taxonomies (code, version, published_at, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let values = [
        told.code.as_str().into(),
        i64::try_from(told.version).unwrap_or(i64::MAX).into(),
        published_at.into(),
        told.encode_to_vec().into(),
    ];
    tx.execute_raw(sql(text, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Body {
    body: Vec<u8>,
}

/// The names in force before an instant; when there was none yet, those that came first, and none while nothing was told.
pub async fn names(db: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Names, DbErr> {
    let text = "SELECT body FROM taxonomies ORDER BY code, published_at < $1 DESC, \
                CASE WHEN published_at < $1 THEN -version ELSE version END LIMIT 1";
    let row = Body::find_by_statement(sql(text, [before.into()]))
        .one(db)
        .await?;
    row.map_or_else(|| Ok(Names::default()), |row| read(&row.body))
}

/// Reads a taxonomy as it is kept.
pub(crate) fn read(body: &[u8]) -> Result<Names, DbErr> {
    let told = Taxonomy::decode(body)
        .map_err(|error| DbErr::Custom(format!("a kept taxonomy is damaged: {error}")))?;
    let entries = told.entries.into_iter().filter_map(|entry| {
        let axis = match entry.axis() {
            TaxonomyAxis::HandledVia => Axis::Via,
            TaxonomyAxis::Business => Axis::Business,
            TaxonomyAxis::Cause => Axis::Cause,
            // What a unit is there for classifies no complaint.
            TaxonomyAxis::Function | TaxonomyAxis::Unspecified => return None,
        };
        Some(Entry {
            axis,
            code: entry.code,
            name: entry.name,
            above: entry.parent_code,
            retired: entry.retired,
        })
    });
    Ok(Names(entries.collect()))
}
