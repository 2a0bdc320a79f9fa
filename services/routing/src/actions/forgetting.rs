//! What routing forgets when a complainant's data was erased (个人信息保护法 art. 47).

use chassis::db::Tx;
use chrono::{DateTime, Utc};

use super::hearing::{Complaint, open, write};
use crate::{
    desk::Desk,
    domain::erasure::Ground,
    errors::ActionError,
    publications::{self, Telling},
    store::erasing,
};

/// Drops the masked name and every text of a case. The case, its history and its figures stay.
pub async fn forget(
    desk: &Desk,
    tx: &Tx,
    complaint: &Complaint,
    (ground, post, at): (Ground, &str, DateTime<Utc>),
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let case = open(desk, tx, complaint).await?;
    let first = erasing::forget(tx, case.id, now).await?;
    erasing::empty(tx, case.id).await?;
    if !first {
        return Ok(());
    }
    write(
        tx,
        &case,
        "IdentityErased",
        (post, at, now),
        &[("依据", ground.words().to_owned())],
    )
    .await?;
    // Who cannot be reached counts as told, as for a letter that had nowhere to go from the first.
    for kind in erasing::stop_letters(tx, case.id).await? {
        let telling = Telling {
            post,
            occurred_at: now,
            manner: None,
        };
        publications::decision_notified(desk, tx, &case, kind, &telling).await?;
    }
    Ok(())
}
