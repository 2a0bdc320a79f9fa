//! Disposal: proposing what becomes of files whose term ended, deciding it, and removing what is destroyed.

use chrono::{NaiveDate, SubsecRound as _};
use suda_proto::archive::v1::{DecideDisposalResponse, ProposeDisposalResponse};
use uuid::Uuid;

use super::{Actor, Asked};
use crate::{
    clockwork,
    desk::Desk,
    domain::disposal::{self, Expired, State},
    errors::ActionError,
    publications::{self, Teller},
    store::{
        Scope,
        disposals::{self, Choice, DisposalRow},
        files::FileRow,
        keeping,
    },
};

fn appraised(rows: &[FileRow], choices: &[Choice], elsewhere: &[Uuid]) -> Vec<Expired> {
    rows.iter()
        .map(|row| Expired {
            code: row.archival_code.clone(),
            expires_on: row.expires_on,
            holds: u32::try_from(row.open_holds).unwrap_or(u32::MAX),
            destroyed: row.destroyed_at.is_some(),
            proposed: elsewhere.contains(&row.file_id),
            keep_until: choices
                .iter()
                .find(|(file_id, _)| *file_id == row.file_id)
                .and_then(|(_, until)| *until),
        })
        .collect()
}

/// Proposes a disposal.
///
/// # Errors
/// When a file is not there, its term runs, or a hold stands.
pub async fn propose(
    desk: &Desk,
    scope: &Scope,
    actor: &Actor,
    asked: &Asked,
    union: &str,
    choices: &[Choice],
    opinion: &str,
) -> Result<ProposeDisposalResponse, ActionError> {
    let now = desk.clock.now().trunc_subsecs(6);
    let today: NaiveDate = clockwork::date(now);
    let ids: Vec<Uuid> = choices.iter().map(|(file_id, _)| *file_id).collect();
    desk.db
        .transaction("propose_disposal", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            let rows = keeping::lock(tx, ids.clone()).await?;
            let barred = crate::store::access::barred_from(tx, &scope.person_id).await?;
            let known = rows
                .iter()
                .filter(|row| row.union_code == union && !barred.contains(&row.case_id))
                .count();
            if known != ids.len() {
                return Err(ActionError::NoFile);
            }
            let elsewhere = disposals::proposed(tx, ids.clone()).await?;
            disposal::propose(&appraised(&rows, choices, &elsewhere), today)?;
            let keep = choices.iter().filter(|(_, until)| until.is_some()).count();
            let row = DisposalRow {
                disposal_id: desk.ids.new_id(),
                union_code: union.to_owned(),
                state: State::Proposed.word().to_owned(),
                opinion: opinion.to_owned(),
                proposed_at: now,
                proposed_by: actor.person_id.clone(),
                proposed_by_post: actor.post.clone(),
                decision_opinion: String::new(),
                decided_at: None,
                decided_by: String::new(),
                decided_by_post: String::new(),
                revision: 1,
                to_destroy: i64::try_from(choices.len() - keep).unwrap_or(i64::MAX),
                to_keep: i64::try_from(keep).unwrap_or(i64::MAX),
            };
            disposals::insert(tx, &row, choices).await?;
            let teller = Teller {
                tx,
                desk,
                actor: &actor.post,
                at: now,
            };
            teller.disposal(&row).await?;
            let answer = ProposeDisposalResponse {
                disposal: Some(publications::disposal(&row)),
            };
            asked.after(tx, &answer, now).await?;
            Ok(answer)
        })
        .await
}

/// What the second person says.
pub struct Opinion<'a> {
    /// The revision that he saw.
    pub seen: u64,
    /// Whether he approves.
    pub approve: bool,
    /// His opinion.
    pub text: &'a str,
}

/// Decides on a disposal. What is approved is destroyed: text and index at once, the bytes by the next round of the task.
///
/// # Errors
/// When the same person proposed it, it was decided, or a hold was set meanwhile.
pub async fn decide(
    desk: &Desk,
    actor: impl FnOnce(&str) -> Result<Actor, ActionError>,
    asked: &Asked,
    id: Uuid,
    opinion: &Opinion<'_>,
) -> Result<DecideDisposalResponse, ActionError> {
    let now = desk.clock.now().trunc_subsecs(6);
    let answer = desk
        .db
        .transaction("decide_disposal", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            let mut row = disposals::lock(tx, id)
                .await?
                .ok_or(ActionError::None("份鉴定"))?;
            let actor = actor(&row.union_code)?;
            let state = State::from_word(&row.state)
                .ok_or_else(|| ActionError::Broken(format!("disposal {id}")))?;
            if state == State::Proposed && publications::disposal(&row).revision != opinion.seen {
                return Err(ActionError::Stale);
            }
            let choices = disposals::choices(tx, id).await?;
            let ids = choices.iter().map(|(file_id, _)| *file_id).collect();
            let files = keeping::lock(tx, ids).await?;
            let after = disposal::decide(
                state,
                &row.proposed_by,
                &actor.person_id,
                opinion.approve,
                &appraised(&files, &choices, &[]),
                clockwork::date(now),
            )?;
            after.word().clone_into(&mut row.state);
            opinion.text.clone_into(&mut row.decision_opinion);
            row.decided_at = Some(now);
            row.decided_by = actor.person_id;
            row.decided_by_post.clone_from(&actor.post);
            row.revision += 1;
            disposals::decide(tx, &row).await?;
            let teller = Teller {
                tx,
                desk,
                actor: &actor.post,
                at: now,
            };
            teller.disposal(&row).await?;
            if after == State::Approved {
                for (file_id, keep_until) in choices {
                    match keep_until {
                        Some(until) => {
                            let kept = keeping::prolong(tx, file_id, Some(until)).await?;
                            teller.changed(&kept).await?;
                        }
                        None => {
                            let gone = keeping::destroy(tx, file_id, now).await?;
                            teller.destroyed(&gone, id).await?;
                        }
                    }
                }
            }
            let answer = DecideDisposalResponse {
                disposal: Some(publications::disposal(&row)),
            };
            asked.after(tx, &answer, now).await?;
            Ok::<_, ActionError>(answer)
        })
        .await?;
    desk.wake.wake(crate::DESTROY);
    Ok(answer)
}

/// How many files are removed in one round.
const BATCH: u32 = 50;

/// Removes the bytes of files whose destruction was decided, and the bags they lie in. Dying in between only makes the next
/// round remove what is not there any more.
///
/// # Errors
/// When a store fails.
pub async fn remove(desk: &Desk) -> anyhow::Result<String> {
    let doomed = keeping::doomed(desk.db.reader(), BATCH).await?;
    for file in &doomed {
        desk.blobs.remove(&file.file_digest).await?;
        for bag in keeping::bags_with(desk.db.reader(), file.file_id).await? {
            desk.blobs.remove(&bag).await?;
        }
        desk.db
            .transaction("remove_file", async |tx| {
                keeping::gone(tx, file.file_id).await
            })
            .await?;
    }
    Ok(format!("{} removed", doomed.len()))
}
