//! The taxonomy with its routing table, as directory last told it.

use chassis::db::{Tx, sql};
use prost::Message as _;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use suda_proto::directory::v1::{RoutingRow, Taxonomy};

use super::{big, reference::Unit};
use crate::domain::suggestion::{Place, Row, Table};

/// Keeps a taxonomy, unless a newer version of it is kept.
pub async fn put(tx: &Tx, taxonomy: &Taxonomy) -> Result<(), DbErr> {
    const PUT: &str = "
        INSERT INTO taxonomies (code, version, body) VALUES ($1, $2, $3)
        ON CONFLICT (code) DO UPDATE SET version = $2, body = $3 WHERE taxonomies.version < $2";
    let values = [
        taxonomy.code.as_str().into(),
        big(taxonomy.version).into(),
        taxonomy.encode_to_vec().into(),
    ];
    tx.execute_raw(sql(PUT, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Body {
    body: Vec<u8>,
}

/// The routing table; none when no taxonomy was published.
pub async fn current(db: &impl ConnectionTrait) -> Result<Option<Table>, DbErr> {
    const CURRENT: &str = "SELECT body FROM taxonomies ORDER BY code LIMIT 1";
    let row = Body::find_by_statement(sql(CURRENT, [])).one(db).await?;
    row.map(|row| table(&row.body)).transpose()
}

/// Reads a taxonomy as it is kept.
pub(crate) fn table(body: &[u8]) -> Result<Table, DbErr> {
    let told = Taxonomy::decode(body)
        .map_err(|error| DbErr::Custom(format!("a kept taxonomy is damaged: {error}")))?;
    Ok(Table {
        version: told.version,
        names: told
            .entries
            .iter()
            .map(|entry| ((entry.axis, entry.code.clone()), entry.name.clone()))
            .collect(),
        above: told
            .entries
            .iter()
            .map(|entry| ((entry.axis, entry.code.clone()), entry.parent_code.clone()))
            .collect(),
        rows: told.rows.into_iter().map(row).collect(),
    })
}

fn row(told: RoutingRow) -> Row {
    Row {
        code: told.code,
        name: told.name,
        source: told.source,
        businesses: told.business_codes,
        causes: told.cause_codes,
        handled_via: told.handled_via_codes,
        natures: told.natures,
        person_complained: told.person_complained,
        lead: Place::parse(&told.lead),
        helpers: told.helpers.iter().map(|word| Place::parse(word)).collect(),
    }
}

/// The unit of a union that is there for something.
pub async fn unit_for(
    db: &impl ConnectionTrait,
    union: &str,
    function: &str,
) -> Result<Option<Unit>, DbErr> {
    const UNIT: &str = "
        SELECT unit_code, kind, name, union_code, reception, retired, functions FROM units
        WHERE union_code = $1 AND $2 = ANY(functions) AND NOT retired ORDER BY unit_code LIMIT 1";
    Unit::find_by_statement(sql(UNIT, [union.into(), function.into()]))
        .one(db)
        .await
}
