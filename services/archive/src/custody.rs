//! Whether an exported ledger is the one whose signed checkpoints a second custodian has: offline, with nothing but both.
//!
//! Whoever holds the database and the archive's key can write another past and sign it. He cannot change what the custodian
//! has: each checkpoint there must lie on the exported chain, and the chain must not end before the last of them.

use std::collections::BTreeMap;

use crate::{
    domain::chain::{self, NOTHING},
    record::{Checkpoint, LedgerLine},
    verify::{self, Fault, Report},
};

/// The hash at each place of an exported ledger, recomputed.
fn hashes(export: &[u8]) -> BTreeMap<u64, String> {
    let mut hashes = BTreeMap::new();
    let mut prev = NOTHING.to_owned();
    for line in export.split(|byte| *byte == b'\n') {
        match serde_json::from_slice::<LedgerLine>(line) {
            Ok(LedgerLine::Ledger { prev_hash, .. }) => prev = prev_hash,
            Ok(LedgerLine::Entry(shown)) => {
                if let Some(entry) = shown.parse() {
                    let link = entry.link();
                    prev = chain::link(link.seq, &prev, &link.content);
                    hashes.insert(link.seq, prev.clone());
                }
            }
            Ok(LedgerLine::Closed { seq, content }) => {
                prev = chain::link(seq, &prev, &content);
                hashes.insert(seq, prev.clone());
            }
            Ok(LedgerLine::Checkpoint(_)) | Err(_) => {}
        }
    }
    hashes
}

/// Verifies an exported ledger, and each of the custodian's checkpoints (name and bytes) against it.
///
/// # Errors
/// Everything that is wrong; of the custodian's files, by name.
pub fn verify_custody(
    export: &[u8],
    custody: &[(String, Vec<u8>)],
    trusted_public_pem: Option<&str>,
) -> Result<Report, Vec<Fault>> {
    let mut report = verify::verify_ledger(export, trusted_public_pem)?;
    let hashes = hashes(export);
    let first = hashes.keys().next().copied().unwrap_or(1);
    let last = hashes.keys().next_back().copied().unwrap_or(0);
    let mut faults = Vec::new();
    let mut blame = |item: &str, sentence: String| {
        faults.push(Fault {
            item: item.to_owned(),
            sentence,
        });
    };
    for (name, bytes) in custody {
        let shown = serde_json::from_slice::<Checkpoint>(bytes).ok();
        let Some((shown, point)) = shown.and_then(|shown| Some((shown.clone(), shown.parse()?)))
        else {
            blame(name, "不是签名点,或已被改动".to_owned());
            continue;
        };
        if !verify::signed(&point.public_pem, &point.bytes(), &point.signature) {
            blame(name, "签名不符:第二保管方的签名点已被改动".to_owned());
            continue;
        }
        if trusted_public_pem.is_some_and(|trusted| trusted.trim() != shown.public_pem.trim()) {
            blame(name, "签名所用的密钥不是受信任的档案密钥".to_owned());
        }
        match hashes.get(&point.seq) {
            Some(hash) if *hash == point.hash => report.checkpoints += 1,
            Some(_) => blame(
                name,
                format!(
                    "总账第 {} 条及以前的记录与第二保管方留存的签名点不符",
                    point.seq
                ),
            ),
            // An export may begin later than the custodian's first checkpoint.
            None if point.seq < first => {}
            None => blame(
                name,
                format!(
                    "第二保管方有第 {} 条的签名点,而总账止于第 {last} 条:总账被截短",
                    point.seq
                ),
            ),
        }
    }
    if faults.is_empty() {
        Ok(report)
    } else {
        Err(faults)
    }
}
