//! The codes complaints are classified by, as directory published them.

use chassis::db::{Tx, sql};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::domain::complaint::{Axis, Matter};

/// Keeps the codes in use of a version, unless it or a newer one is known.
pub async fn keep(
    tx: &Tx,
    taxonomy: &str,
    version: i64,
    codes: Vec<(Axis, String)>,
) -> Result<(), DbErr> {
    const VERSION: &str = "
        INSERT INTO taxonomies AS t (code, version) VALUES ($1, $2)
        ON CONFLICT (code) DO UPDATE SET version = excluded.version WHERE t.version < excluded.version";
    const CODES: &str = "
        INSERT INTO taxonomy_codes (taxonomy, axis, code) SELECT DISTINCT $1, a, c FROM unnest($2::text[], $3::text[]) AS u (a, c)";
    let known = tx
        .execute_raw(sql(VERSION, [taxonomy.into(), version.into()]))
        .await?;
    if known.rows_affected() == 0 {
        return Ok(());
    }
    let forget = sql(
        "DELETE FROM taxonomy_codes WHERE taxonomy = $1",
        [taxonomy.into()],
    );
    tx.execute_raw(forget).await?;
    let (axes, codes): (Vec<String>, Vec<String>) = codes
        .into_iter()
        .map(|(axis, code)| (axis.code().to_owned(), code))
        .unzip();
    tx.execute_raw(sql(CODES, [taxonomy.into(), axes.into(), codes.into()]))
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Unlisted {
    axis: String,
}

/// Which codes of a matter no taxonomy lists; none while no taxonomy was heard of.
pub async fn unlisted(db: &impl ConnectionTrait, matter: &Matter) -> Result<Vec<Axis>, DbErr> {
    const UNLISTED: &str = "
        SELECT u.axis FROM unnest($1::text[], $2::text[]) AS u (axis, code)
        WHERE u.code <> '' AND EXISTS (SELECT FROM taxonomies)
          AND NOT EXISTS (SELECT FROM taxonomy_codes t WHERE t.axis = u.axis AND t.code = u.code)";
    let (axes, codes): (Vec<String>, Vec<String>) = Axis::ALL
        .into_iter()
        .map(|axis| (axis.code().to_owned(), axis.of(matter).clone()))
        .unzip();
    let rows = Unlisted::find_by_statement(sql(UNLISTED, [axes.into(), codes.into()]))
        .all(db)
        .await?;
    let listed = |axis: &Axis| rows.iter().any(|row| row.axis == axis.code());
    Ok(Axis::ALL.into_iter().filter(listed).collect())
}
