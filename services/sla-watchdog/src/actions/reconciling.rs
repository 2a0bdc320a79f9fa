//! Looks over every open clock once a day: is all planned that its ladder has, can everybody be told, does the calendar reach
//! far enough? What is missing is planned and then told late; what a person must mend is said (P3, P15, P16).

use std::sync::Arc;

use chassis::db::Tx;
use chrono::Datelike as _;
use uuid::Uuid;

use super::{ActionError, following, telling::about};
use crate::{
    desk::Desk,
    domain::recipient::Directory,
    law::NoLaw,
    parse::local,
    store::{RungRow, clocks, reference, rungs, subjects},
};

/// From this month on the calendar of the next year must be official: the State Council's notice comes in November.
const NEXT_YEAR_WANTED_FROM: u32 = 10;

/// What a round found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Messages that were not planned and are now.
    pub(crate) repaired: u64,
    /// Messages to come that would reach nobody.
    pub(crate) unreachable: u64,
    last: Option<Uuid>,
}

/// Looks over one page of open clocks after the last one; the caller goes on until there is none.
pub(crate) async fn look_over(
    tx: &Tx,
    desk: &Arc<Desk>,
    found: &mut Found,
) -> Result<bool, ActionError> {
    let law = match desk.law(tx).await {
        Ok(law) => law,
        Err(NoLaw::NotYet) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let after = found.last.unwrap_or(Uuid::nil());
    let page = clocks::page(tx, after, desk.settings.batch).await?;
    let directory = reference::directory(tx).await?;
    let subjects = subjects::of(tx, page.iter().map(|row| row.subject_id).collect()).await?;
    for row in &page {
        found.last = Some(row.clock_id);
        let Some(subject) = subjects.get(&row.subject_id) else {
            continue;
        };
        let planned = following::planned(&law, subject, row)?;
        let kept = rungs::of(tx, row.clock_id).await?;
        // One told for an earlier due instant was told; one for this instant must be there.
        let missing: Vec<_> = planned
            .iter()
            .map(|planned| RungRow::of(row, planned))
            .filter(|rung| !kept.iter().any(|kept| same(kept, rung)))
            .collect();
        let repaired = if missing.is_empty() {
            0
        } else {
            rungs::add(tx, &missing).await?
        };
        if repaired > 0 {
            tracing::error!(
                clock = %row.clock_id, repaired,
                "clock {} lacked messages of its ladder; they are planned again", row.clock_id
            );
        }
        found.repaired += repaired;
        found.unreachable += unreached(&directory, &kept, &about(subject));
    }
    Ok(!page.is_empty())
}

fn same(kept: &RungRow, rung: &RungRow) -> bool {
    let named = |rung: &RungRow| (rung.rung.clone(), rung.recipient.clone(), rung.due_version);
    named(kept) == named(rung)
}

fn unreached(
    directory: &Directory,
    rungs: &[RungRow],
    about: &crate::domain::recipient::About,
) -> u64 {
    let ahead = rungs.iter().filter(|rung| rung.sent_at.is_none());
    let lost = ahead.filter(|rung| directory.reach(&rung.recipient, about).is_none());
    u64::try_from(lost.count()).unwrap_or(u64::MAX)
}

/// Says when the calendar of the next year is missing, or not official yet, from October on (P3).
pub(crate) async fn check_calendar(tx: &Tx, desk: &Arc<Desk>) -> Result<bool, ActionError> {
    let law = match desk.law(tx).await {
        Ok(law) => law,
        Err(NoLaw::NotYet) => return Ok(true),
        Err(error) => return Err(error.into()),
    };
    let today = local(desk.clock.now()).date_naive();
    let (next, wanted) = (today.year() + 1, today.month() >= NEXT_YEAR_WANTED_FROM);
    let reaches = law
        .last_year()
        .is_some_and(|(last, official)| last > next || (last == next && official));
    if wanted && !reaches {
        tracing::error!(
            year = next,
            "there is no official calendar of {next} yet; transcribe the State Council's notice and load it"
        );
    }
    Ok(!wanted || reaches)
}
