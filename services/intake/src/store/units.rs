//! What directory tells of units.

use chassis::db::sql;
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::domain::complaint::Unit;

#[derive(FromQueryResult)]
struct Row {
    code: String,
    union_code: String,
    reception: bool,
    retired_on: Option<NaiveDate>,
}

/// Keeps a unit as it is now, unless something newer is known.
pub async fn keep(
    db: &impl ConnectionTrait,
    unit: &Unit,
    kind: i32,
    revision: i64,
) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO units AS u (code, kind, union_code, reception, retired_on, revision) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, union_code = excluded.union_code,
             reception = excluded.reception, retired_on = excluded.retired_on, revision = excluded.revision
         WHERE u.revision < excluded.revision",
        [
            unit.code.clone().into(),
            kind.into(),
            unit.union_code.clone().into(),
            unit.reception.into(),
            unit.retired_on.into(),
            revision.into(),
        ],
    );
    db.execute_raw(statement).await?;
    Ok(())
}

/// These units, as far as they are known.
pub async fn find(db: &impl ConnectionTrait, codes: Vec<String>) -> Result<Vec<Unit>, DbErr> {
    let statement = sql(
        "SELECT code, union_code, reception, retired_on FROM units WHERE code = ANY($1)",
        [codes.into()],
    );
    let rows = Row::find_by_statement(statement).all(db).await?;
    let unit = |row: Row| Unit {
        code: row.code,
        union_code: row.union_code,
        reception: row.reception,
        retired_on: row.retired_on,
    };
    Ok(rows.into_iter().map(unit).collect())
}

/// Whether nothing was heard of any unit yet.
pub async fn none_known(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let row = db
        .query_one_raw(sql("SELECT 1 AS one FROM units LIMIT 1", []))
        .await?;
    Ok(row.is_none())
}
