//! Who works in which unit, as directory tells it, and whose unit is complained of.

use chassis::db::{Tx, sql};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::complaints::ComplaintRow;
use crate::domain::accused::Accused;

/// A post as it is now.
pub struct Post {
    /// Permanent.
    pub code: String,
    /// The unit it is in.
    pub unit_code: String,
    /// Who holds it; empty when nobody does.
    pub holder: String,
    /// Who stands in; empty when nobody does.
    pub deputy: String,
    /// The teller's revision.
    pub revision: i64,
}

/// Keeps a post as it is now, unless something newer is known.
pub async fn keep(tx: &Tx, post: &Post) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO posts AS p (code, unit_code, holder, deputy, revision) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (code) DO UPDATE SET unit_code = excluded.unit_code, holder = excluded.holder,
             deputy = excluded.deputy, revision = excluded.revision
         WHERE p.revision < excluded.revision",
        [
            post.code.as_str().into(),
            post.unit_code.as_str().into(),
            post.holder.as_str().into(),
            post.deputy.as_str().into(),
            post.revision.into(),
        ],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct AccusedRow {
    lead: String,
    colleagues: Vec<String>,
}

/// Which units a complaint accuses, and which one was ordered to handle it.
pub async fn accused(db: &impl ConnectionTrait, row: &ComplaintRow) -> Result<Accused, DbErr> {
    let statement = sql(
        "SELECT coalesce((SELECT s.lead_unit_code FROM case_states s WHERE s.complaint_id = $1), '') AS lead,
                array(SELECT DISTINCT p.unit_code FROM posts p
                      WHERE $2 <> '' AND (p.holder = $2 OR p.deputy = $2)) AS colleagues",
        [row.id.into(), row.complained_person_id.as_str().into()],
    );
    let known = AccusedRow::find_by_statement(statement).one(db).await?;
    let (lead, mut units) = known.map_or_else(Default::default, |row| (row.lead, row.colleagues));
    if !row.complained_unit_code.is_empty() {
        units.push(row.complained_unit_code.clone());
    }
    Ok(Accused { units, lead })
}
