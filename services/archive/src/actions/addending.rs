//! Addenda (补卷): what came after a file was sealed, with a seal of its own that is linked to the file before.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;

use super::{
    round::{self, Round},
    sealing::{self, Adding, Outcome},
};
use crate::{
    desk::Desk,
    fetching,
    file::Parts,
    record::Previous,
    store::{
        cases::{self, Ended},
        count,
        files::{self, FileRow},
        ledger,
    },
};

/// Seals what came late, of cases that have been quiet for long enough.
///
/// # Errors
/// When the database fails; a case that fails is noted and the others go on.
pub async fn round(desk: &Desk) -> anyhow::Result<Round> {
    let quiet = TimeDelta::hours(desk.settings.addendum_quiet_hours);
    let before = desk.clock.now() - quiet;
    let late = cases::late(desk.db.reader(), before, desk.settings.seal_batch).await?;
    round::of(desk, "the addendum of case", &late, |case| {
        Box::pin(async move {
            let parts = fetching::fetch(desk, case).await?;
            add(desk, case, parts).await
        })
    })
    .await
}

/// Seals the addendum of a case of parts that were fetched: of them only what no file of the case holds.
///
/// # Errors
/// When the ledger is broken, or a store fails.
pub async fn add(desk: &Desk, case: &Ended, mut parts: Parts) -> anyhow::Result<Outcome> {
    let db = desk.db.reader();
    let sealed = files::of_case(db, case.case_id).await?;
    let (Some(main), Some(last)) = (sealed.first(), sealed.last()) else {
        return Ok(Outcome::Waits("the file itself is not sealed".to_owned()));
    };
    let last_seq = last.last_seq.map_or(0, count);
    let mut entries = ledger::concerning(db, case.case_id, sealing::keys(case, &parts)).await?;
    if let Some(why) = sealing::outstanding(desk, case, &parts, &entries) {
        return Ok(Outcome::Waits(why));
    }
    entries.retain(|entry| entry.seq > last_seq);
    if entries.is_empty() {
        return Ok(Outcome::Already);
    }
    only_new(db, &sealed, &mut parts).await?;
    let adding = Adding {
        main: main.clone(),
        number: last.addendum_number + 1,
        previous: Previous {
            main_archival_code: main.archival_code.clone(),
            main_sha256: main.file_digest.clone().context("a sealed file")?,
            archival_code: last.archival_code.clone(),
            sha256: last.file_digest.clone().context("a sealed file")?,
            last_seq,
        },
    };
    sealing::make(desk, case, &parts, entries, Some(&adding)).await
}

/// Leaves out originals and letters that stand in a file of the case already.
async fn only_new(
    db: &impl ConnectionTrait,
    sealed: &[FileRow],
    parts: &mut Parts,
) -> anyhow::Result<()> {
    let mut known = BTreeSet::new();
    for row in sealed {
        known.extend(
            files::items(db, row.file_id)
                .await?
                .into_iter()
                .map(|line| line.digest),
        );
    }
    parts
        .originals
        .retain(|original| !known.contains(&original.blob.digest));
    parts.known_items = known;
    Ok(())
}
