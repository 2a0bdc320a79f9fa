//! Signing the end of the ledger.

use anyhow::{Context as _, bail};
use chrono::SubsecRound as _;

use crate::{
    desk::Desk,
    domain::chain::{Checkpoint, NOTHING, Walk},
    store::ledger,
};

/// Signs the end of the chain, and points on the way to it, so that no more than a set number of entries lie between two.
///
/// What is signed was recomputed first: a chain that was changed is never blessed. Gives the last signed place.
///
/// # Errors
/// When the chain is not as it was signed before; then nothing more is signed until somebody has looked.
pub async fn sign(desk: &Desk) -> anyhow::Result<u64> {
    let db = desk.db.reader();
    let step = desk.settings.checkpoint_entries.max(1);
    loop {
        let (seq, hash) = match ledger::last_checkpoint(db).await? {
            Some(last) => (last.seq, last.hash),
            None => (0, NOTHING.to_owned()),
        };
        let head = ledger::head(db).await?;
        if head.seq < seq {
            bail!("the ledger ends at {} although {seq} was signed", head.seq);
        }
        if head.seq == seq {
            return Ok(seq);
        }
        let until = head.seq.min(seq + step);
        let entries = ledger::range(db, seq + 1, until, u32::MAX).await?;
        let mut walk = Walk::from(seq + 1, &hash);
        for entry in &entries {
            walk.take(entry);
        }
        let last = entries
            .last()
            .context("the ledger has a head but no entries")?;
        let expected = if until == head.seq {
            &head.hash
        } else {
            &last.hash
        };
        let faults = walk.end(until, expected);
        if let Some(first) = faults.first() {
            bail!("the ledger is not as it was written, and is not signed: {first}");
        }
        // PostgreSQL keeps microseconds; the signature is over the instant that is kept.
        let signed_at = desk.clock.now().trunc_subsecs(6);
        let key_id = desk.keys.key_id();
        let bytes = Checkpoint::signed_bytes(until, expected, signed_at, key_id);
        let point = Checkpoint {
            seq: until,
            hash: expected.clone(),
            signed_at,
            key_id: key_id.to_owned(),
            signature: desk.keys.sign(&bytes),
            public_pem: desk.keys.public_pem().to_owned(),
        };
        ledger::keep_checkpoint(db, &point).await?;
    }
}
