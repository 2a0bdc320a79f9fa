//! Recomputing the ledger on the server.

use crate::{
    desk::Desk,
    domain::chain::{Checkpoint, Fault, NOTHING, Walk},
    errors::ActionError,
    store::ledger,
};

/// How many entries are read at a time.
const PAGE: u32 = 500;
/// How many faults are named; whoever changed a thousand entries is caught by the first.
const NAMED: usize = 50;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many entries were recomputed.
    pub entries: u64,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
    /// The last entry recomputed.
    pub until: u64,
    /// What is wrong: the entry, and a sentence.
    pub faults: Vec<(u64, String)>,
}

/// Recomputes a stretch of the chain (`until` 0: to its end) and checks the checkpoints in it.
///
/// # Errors
/// When the stretch begins behind the end, or the database fails.
pub async fn verify(desk: &Desk, from: u64, until: u64) -> Result<Found, ActionError> {
    let db = desk.db.reader();
    let head = ledger::head(db).await?;
    let from = from.max(1);
    let to_the_end = until == 0 || until >= head.seq;
    let until = if to_the_end { head.seq } else { until };
    if from > until.max(1) {
        return Err(ActionError::Invalid(
            "from_seq",
            format!("起始号 {from} 在总账末条 {} 之后", head.seq),
        ));
    }
    let before = match from {
        1 => Some(NOTHING.to_owned()),
        _ => ledger::hash_at(db, from - 1).await?,
    };
    let mut found = Found {
        until,
        ..Found::default()
    };
    let limit = if to_the_end { u64::MAX } else { until };
    let points = ledger::checkpoints(db, from, limit).await?;
    let mut walk = Walk::from(from, before.as_deref().unwrap_or(NOTHING));
    if before.is_none() {
        found
            .faults
            .push((from - 1, format!("第 {} 条记录缺失", from - 1)));
    }
    let mut waiting = points.iter().peekable();
    let mut next = from;
    let mut last_hash = None;
    while next <= until {
        let page = ledger::range(db, next, until, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        next = last.seq + 1;
        last_hash = Some(last.hash.clone());
        for entry in &page {
            while let Some(point) = waiting.next_if(|point| point.seq < entry.seq) {
                check(desk, point, None, &mut found);
            }
            walk.take(entry);
            found.entries += 1;
            if let Some(point) = waiting.next_if(|point| point.seq == entry.seq) {
                check(desk, point, Some(&entry.hash), &mut found);
            }
        }
    }
    for point in waiting {
        check(desk, point, None, &mut found);
    }
    let expected = if to_the_end {
        Some(head.hash)
    } else {
        last_hash
    };
    let broken = if until == 0 {
        Vec::new()
    } else {
        walk.end(until, &expected.unwrap_or_default())
    };
    found.faults.extend(
        broken
            .iter()
            .map(|fault: &Fault| (fault.seq, fault.to_string())),
    );
    // The first changed entry stands first; a checkpoint that does not fit follows from it.
    found.faults.sort_by_key(|(seq, _)| *seq);
    found.faults.truncate(NAMED);
    if !found.faults.is_empty() {
        tracing::error!(
            faults = found.faults.len(),
            first = found.faults.first().map(|(seq, _)| *seq),
            "the ledger is not as it was signed"
        );
    }
    Ok(found)
}

/// A checkpoint must be signed by a key of ours and know the hash that stands in the ledger.
fn check(desk: &Desk, point: &Checkpoint, hash: Option<&str>, found: &mut Found) {
    found.checkpoints += 1;
    let seq = point.seq;
    let ours = [desk.keys.public_pem()]
        .into_iter()
        .chain(desk.settings.former_keys.iter().map(String::as_str))
        .any(|key| key.trim() == point.public_pem.trim());
    if !ours {
        found
            .faults
            .push((seq, format!("第 {seq} 条处的签名点不是本档案的密钥所签")));
    }
    let genuine = chassis::keys::verify(&point.public_pem, &point.bytes(), &point.signature);
    if !genuine.unwrap_or(false) {
        found
            .faults
            .push((seq, format!("第 {seq} 条处的签名点已被改动,签名不符")));
    }
    match hash {
        Some(hash) if hash == point.hash => {}
        Some(_) => found
            .faults
            .push((seq, format!("第 {seq} 条及以前的记录与其签名点不符"))),
        None => found
            .faults
            .push((seq, format!("第 {seq} 条已签名,但总账中没有该条"))),
    }
}
