//! A round of sealing: several cases beside each other, each with its own end.

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};

use super::sealing::Outcome;
use crate::{
    desk::Desk,
    store::cases::{self, Ended},
};

/// How many cases are sealed at a time: most of it is waiting for other services, the database and the object store.
const BESIDE: usize = 4;

/// What came of a round.
#[derive(Debug)]
pub struct Round {
    /// Whether there may be more to seal, so that another round follows at once.
    pub more: bool,
    /// How many were sealed.
    pub sealed: u32,
    /// Of how many something is still on its way.
    pub waiting: u32,
    /// How many failed.
    pub failed: u32,
}

/// Seals these cases, each by `one`, and notes why the rest is not; `what` names what is sealed.
///
/// After a full batch another round follows at once: a case that waits for its file is in no catalogue and no transfer.
///
/// # Errors
/// When the database fails; a case that fails is noted and the others go on.
pub async fn of<'a>(
    desk: &Desk,
    what: &str,
    ended: &'a [Ended],
    one: impl Fn(&'a Ended) -> BoxFuture<'a, anyhow::Result<Outcome>>,
) -> anyhow::Result<Round> {
    let mut round = Round {
        more: false,
        sealed: 0,
        waiting: 0,
        failed: 0,
    };
    let outcomes: Vec<BoxFuture<'a, _>> = ended
        .iter()
        .map(|case| {
            let outcome = one(case);
            async move { (case, outcome.await) }.boxed()
        })
        .collect();
    let mut outcomes = stream::iter(outcomes).buffer_unordered(BESIDE);
    while let Some((case, outcome)) = outcomes.next().await {
        let why = match outcome {
            Ok(Outcome::Sealed(_)) => {
                round.sealed += 1;
                continue;
            }
            Ok(Outcome::Already) => continue,
            Ok(Outcome::Waits(why)) => {
                round.waiting += 1;
                why
            }
            Err(error) => {
                round.failed += 1;
                tracing::error!(case = %case.case_id, error = format!("{error:#}"), "{what} {} cannot be sealed", case.number);
                format!("{error:#}")
            }
        };
        cases::waits(desk.db.reader(), case.case_id, &why).await?;
    }
    round.more = round.sealed > 0 && u32::try_from(ended.len()) == Ok(desk.settings.seal_batch);
    if round.more {
        desk.wake.wake(crate::SEAL);
    }
    Ok(round)
}
