//! Which vault file this database was written with.

use chassis::db::sql;
use sea_orm::{ConnectionTrait, DbErr};

/// Whether anything was ever encrypted for this database.
pub async fn in_use(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(db
        .query_one_raw(sql("SELECT 1 AS one FROM vault_fingerprints LIMIT 1", []))
        .await?
        .is_some())
}

/// Remembers the keys of the vault file; answers with the name of one that is not what it was.
pub async fn fits(
    db: &impl ConnectionTrait,
    fingerprints: &[(String, String)],
) -> Result<Option<String>, DbErr> {
    for (name, fingerprint) in fingerprints {
        let values = [name.clone().into(), fingerprint.clone().into()];
        let statement = sql(
            "INSERT INTO vault_fingerprints (name, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            values,
        );
        db.execute_raw(statement).await?;
        let values = [name.clone().into(), fingerprint.clone().into()];
        let statement = sql(
            "SELECT 1 AS one FROM vault_fingerprints WHERE name = $1 AND fingerprint = $2",
            values,
        );
        if db.query_one_raw(statement).await?.is_none() {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}
