//! Whether a sealed file or an exported ledger is as it was sealed: offline, with nothing but its bytes.
//!
//! What is checked, in this order: the container can be read; every item is the one that the manifest names, none is
//! missing and none too many; the manifest is signed, by the trusted key when one is given; the catalogue lists every item;
//! every ledger entry leads to a signed checkpoint; and, when all of that holds, the container is byte for byte the one that
//! these items make. So a changed byte is found wherever it stands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    io::{Cursor, Read as _},
};

use serde::{Serialize, de::DeserializeOwned};
use zip::ZipArchive;

use crate::{
    domain::{
        chain::{self, NOTHING, Walk, digest},
        package::{self, CATALOGUE, Difference, ENTRIES, MANIFEST, PROOF, SIGNATURE},
    },
    file,
    record::{Catalogue, Entry, LEDGER_FORMAT, LedgerLine, Proof, Segment, Signature},
};

/// What was checked, when nothing is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The complaint's number; empty for a ledger.
    pub number: String,
    /// 档号; empty for a ledger.
    pub archival_code: String,
    /// How many items.
    pub items: usize,
    /// How many entries of the ledger.
    pub entries: usize,
    /// How many checkpoints.
    pub checkpoints: usize,
    /// The newest checkpoint's place.
    pub checkpoint_seq: u64,
    /// SHA-256 of the key that signed, first 16 characters.
    pub key_print: String,
    /// Whether that key was compared with a trusted one.
    pub trusted: bool,
}

/// What is wrong, in a sentence, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The item, or `第 n 条` of the ledger, or `文件包` for the container.
    pub item: String,
    /// What is wrong.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.item, self.sentence)
    }
}

/// The container itself, as an item.
pub(crate) const CONTAINER: &str = "文件包";

#[derive(Default)]
struct Findings(Vec<Fault>);

impl Findings {
    fn add(&mut self, item: impl Into<String>, sentence: impl Into<String>) {
        let fault = Fault {
            item: item.into(),
            sentence: sentence.into(),
        };
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }
}

/// Verifies a sealed file. Without a trusted key it is only known to be whole, not whose it is.
///
/// # Errors
/// Everything that is wrong, the most telling first.
pub fn verify_file(bytes: &[u8], trusted_public_pem: Option<&str>) -> Result<Report, Vec<Fault>> {
    let mut findings = Findings::default();
    let Some(found) = unpack(bytes, &mut findings) else {
        return Err(findings.0);
    };
    let text = |path: &str| {
        found
            .get(path)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
    };
    for path in [MANIFEST, SIGNATURE] {
        if !found.contains_key(path) {
            findings.add(path, "缺失");
        }
    }
    match text(MANIFEST).and_then(package::read_manifest) {
        Some(manifest) => {
            for difference in package::compare(&manifest, &found) {
                match difference {
                    Difference::Changed(path) => findings.add(path, "内容已被改动"),
                    Difference::Missing(path) => findings.add(path, "缺失"),
                    Difference::Extra(path) => findings.add(path, "封卷时没有此件,系事后加入"),
                }
            }
        }
        None if found.contains_key(MANIFEST) => findings.add(MANIFEST, "内容已被改动,无法读取"),
        None => {}
    }
    let signature: Option<Signature> = parse(&found, SIGNATURE, &mut findings);
    let mut key_print = String::new();
    if let (Some(signature), Some(manifest)) = (&signature, found.get(MANIFEST)) {
        key_print = check_signature(signature, manifest, trusted_public_pem, &mut findings);
    }
    let catalogue: Option<Catalogue> = parse(&found, CATALOGUE, &mut findings);
    if let Some(catalogue) = &catalogue {
        check_catalogue(catalogue, &found, &mut findings);
    }
    let entries: Option<Vec<Entry>> = parse(&found, ENTRIES, &mut findings);
    let proof: Option<Proof> = parse(&found, PROOF, &mut findings);
    if let (Some(entries), Some(proof)) = (&entries, &proof) {
        check_proof(entries, proof, &mut findings);
    }
    if findings.0.is_empty() {
        check_container(bytes, catalogue.as_ref(), &found, &mut findings);
    }
    if !findings.0.is_empty() {
        return Err(findings.0);
    }
    let (catalogue, proof) = (
        catalogue.as_ref(),
        proof.unwrap_or(Proof {
            segments: Vec::new(),
        }),
    );
    Ok(Report {
        number: catalogue.map(|c| c.number.clone()).unwrap_or_default(),
        archival_code: catalogue
            .map(|c| c.archival_code.clone())
            .unwrap_or_default(),
        items: catalogue.map_or(0, |c| c.items.len()),
        entries: entries.map_or(0, |entries| entries.len()),
        checkpoints: proof.segments.len(),
        checkpoint_seq: proof
            .segments
            .last()
            .map_or(0, |segment| segment.checkpoint.seq),
        key_print,
        trusted: trusted_public_pem.is_some(),
    })
}

/// Reads every item; a broken one is named and the others are read all the same.
fn unpack(bytes: &[u8], findings: &mut Findings) -> Option<BTreeMap<String, Vec<u8>>> {
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else {
        findings.add(CONTAINER, "不是案卷文件,或其目录区已被改动,无法打开");
        return None;
    };
    let mut found = BTreeMap::new();
    for index in 0..zip.len() {
        let path = zip
            .name_for_index(index)
            .map_or_else(|| format!("第 {} 件", index + 1), str::to_owned);
        let Ok(mut item) = zip.by_index(index) else {
            findings.add(path, "已被改动,无法读取");
            continue;
        };
        let mut content = Vec::new();
        if item.read_to_end(&mut content).is_err() {
            findings.add(path.as_str(), "内容已被改动");
        } else if found.insert(path.clone(), content).is_some() {
            findings.add(path.as_str(), "同名的件出现两次");
        }
    }
    // A broken item is there, though it cannot be read: it must not be called missing as well.
    for fault in &findings.0 {
        found.entry(fault.item.clone()).or_default();
    }
    Some(found)
}

fn parse<T: DeserializeOwned>(
    found: &BTreeMap<String, Vec<u8>>,
    path: &str,
    findings: &mut Findings,
) -> Option<T> {
    let bytes = found.get(path)?;
    let parsed = serde_json::from_slice(bytes).ok();
    if parsed.is_none() {
        findings.add(path, "内容已被改动");
    }
    parsed
}

fn check_signature(
    signature: &Signature,
    manifest: &[u8],
    trusted: Option<&str>,
    findings: &mut Findings,
) -> String {
    if let Some(trusted) = trusted
        && trusted.trim() != signature.public_pem.trim()
    {
        findings.add(SIGNATURE, "签名所用的密钥不是受信任的档案密钥");
    }
    let genuine = signature.algorithm == "Ed25519"
        && signature
            .bytes()
            .is_some_and(|bytes| signed(&signature.public_pem, manifest, &bytes));
    if !genuine {
        findings.add(MANIFEST, "与签名不符:清单或签名已被改动");
    }
    key_print(&signature.public_pem)
}

pub(crate) fn signed(public_pem: &str, bytes: &[u8], signature: &[u8]) -> bool {
    chassis::keys::verify(public_pem, bytes, signature).unwrap_or(false)
}

pub(crate) fn key_print(public_pem: &str) -> String {
    digest(public_pem.trim().as_bytes())
        .chars()
        .take(16)
        .collect()
}

fn check_catalogue(
    catalogue: &Catalogue,
    found: &BTreeMap<String, Vec<u8>>,
    findings: &mut Findings,
) {
    let listed: BTreeSet<&str> = catalogue
        .items
        .iter()
        .map(|line| line.path.as_str())
        .collect();
    for line in &catalogue.items {
        match found.get(&line.path) {
            None => findings.add(line.path.as_str(), "缺失"),
            Some(bytes) if digest(bytes) != line.sha256 => {
                findings.add(line.path.as_str(), "内容已被改动");
            }
            Some(_) => {}
        }
    }
    for path in found.keys() {
        let own = [CATALOGUE, MANIFEST, SIGNATURE].contains(&path.as_str());
        if !own && !listed.contains(path.as_str()) {
            findings.add(path.as_str(), "封卷时没有此件,系事后加入");
        }
    }
}

fn place(seq: u64) -> String {
    format!("总账第 {seq} 条")
}

/// Every entry must be what its segment has at its place, and every segment must lead to its signed checkpoint.
fn check_proof(entries: &[Entry], proof: &Proof, findings: &mut Findings) {
    for segment in &proof.segments {
        check_segment(segment, findings);
    }
    for shown in entries {
        let at = place(shown.seq);
        let Some(entry) = shown.parse() else {
            findings.add(at, "内容已被改动,无法读取");
            continue;
        };
        if digest(&entry.event.body) != entry.body_digest {
            findings.add(at.as_str(), "事件内容已被改动");
        }
        let link = entry.link();
        let proven = proof.segments.iter().any(|segment| {
            let links = segment.links();
            let before = links
                .iter()
                .take_while(|known| known.seq < entry.seq)
                .count();
            links.get(before) == Some(&link)
                && chain::follow(&segment.prev_hash, &links[..before]).is_ok_and(|hash| {
                    hash == entry.prev_hash || (before == 0 && segment.prev_hash == entry.prev_hash)
                })
                && chain::link(entry.seq, &entry.prev_hash, &link.content) == entry.hash
        });
        if !proven {
            findings.add(at, "与已签名的总账不符:该条已被改动");
        }
    }
}

fn check_segment(segment: &Segment, findings: &mut Findings) {
    let point = &segment.checkpoint;
    let at = format!("总账签名点 {}", point.seq);
    let Some(checkpoint) = point.parse() else {
        findings.add(at, "已被改动,无法读取");
        return;
    };
    if !signed(
        &checkpoint.public_pem,
        &checkpoint.bytes(),
        &checkpoint.signature,
    ) {
        findings.add(at.as_str(), "签名不符:签名点已被改动");
    }
    let links = segment.links();
    let complete = links.last().map(|link| link.seq) == Some(point.seq);
    let leads = chain::follow(&segment.prev_hash, &links).is_ok_and(|hash| hash == point.hash);
    if !complete || !leads {
        findings.add(at, "记录链不能推算到签名点:链上的校验值已被改动");
    }
}

/// The items are as sealed; then the bytes around them must be, too.
fn check_container(
    bytes: &[u8],
    catalogue: Option<&Catalogue>,
    found: &BTreeMap<String, Vec<u8>>,
    findings: &mut Findings,
) {
    let order = catalogue
        .into_iter()
        .flat_map(|catalogue| catalogue.items.iter().map(|line| line.path.as_str()));
    let order = [CATALOGUE]
        .into_iter()
        .chain(order)
        .chain([MANIFEST, SIGNATURE]);
    let items: Vec<(&str, &[u8])> = order
        .filter_map(|path| Some((path, found.get(path)?.as_slice())))
        .collect();
    let Ok(rebuilt) = file::pack(&items) else {
        findings.add(CONTAINER, "无法重组核对");
        return;
    };
    if rebuilt == bytes {
        return;
    }
    let at = rebuilt
        .iter()
        .zip(bytes)
        .position(|(sealed, now)| sealed != now)
        .unwrap_or_else(|| rebuilt.len().min(bytes.len()));
    let near = items
        .iter()
        .filter_map(|(path, _)| Some((find(&rebuilt, path.as_bytes())?, *path)))
        .filter(|(offset, _)| *offset <= at + 64)
        .max_by_key(|(offset, _)| *offset)
        .map_or("", |(_, path)| path);
    findings.add(
        CONTAINER,
        format!("第 {at} 字节(文件包结构,{near} 附近)已被改动;各件内容未变"),
    );
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

/// Verifies an exported ledger: lines of JSON as `ExportLedger` gives them.
///
/// # Errors
/// Everything that is wrong, in the order of the chain.
pub fn verify_ledger(bytes: &[u8], trusted_public_pem: Option<&str>) -> Result<Report, Vec<Fault>> {
    let mut findings = Findings::default();
    let mut report = Report {
        number: String::new(),
        archival_code: String::new(),
        items: 0,
        entries: 0,
        checkpoints: 0,
        checkpoint_seq: 0,
        key_print: String::new(),
        trusted: trusted_public_pem.is_some(),
    };
    let mut end: Option<(u64, String)> = None;
    let mut walk = Walked {
        next: 1,
        hash: NOTHING.to_owned(),
    };
    for (number, line) in (1..).zip(
        bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty()),
    ) {
        let parsed = serde_json::from_slice::<LedgerLine>(line)
            .ok()
            // What reads the same is not yet the same.
            .filter(|parsed| serde_json::to_vec(parsed).is_ok_and(|again| again == line));
        let Some(parsed) = parsed else {
            findings.add(format!("第 {number} 行"), "已被改动,无法读取");
            continue;
        };
        match parsed {
            LedgerLine::Ledger {
                format,
                from_seq,
                until_seq,
                prev_hash,
                last_hash,
            } => {
                if format != LEDGER_FORMAT {
                    findings.add("第 1 行", "不是本程序认识的总账导出格式");
                }
                walk = Walked {
                    next: from_seq,
                    hash: prev_hash,
                };
                end = Some((until_seq, last_hash));
            }
            LedgerLine::Entry(entry) => {
                report.entries += 1;
                walk.entry(&entry, &mut findings);
            }
            LedgerLine::Closed { seq, content } => {
                report.entries += 1;
                walk.step(seq, &content, &mut findings);
            }
            LedgerLine::Checkpoint(point) => {
                report.checkpoints += 1;
                report.checkpoint_seq = point.seq;
                report.key_print = key_print(&point.public_pem);
                let at = format!("总账签名点 {}", point.seq);
                let genuine = point.parse().is_some_and(|point| {
                    signed(&point.public_pem, &point.bytes(), &point.signature)
                });
                if !genuine {
                    findings.add(at.as_str(), "签名不符:签名点已被改动");
                }
                if trusted_public_pem
                    .is_some_and(|trusted| trusted.trim() != point.public_pem.trim())
                {
                    findings.add(at.as_str(), "签名所用的密钥不是受信任的档案密钥");
                }
                if walk.next != point.seq + 1 || walk.hash != point.hash {
                    findings.add(at, "记录链不能推算到签名点:其前的记录已被改动");
                }
            }
        }
    }
    match end {
        None => findings.add("第 1 行", "缺失:不是总账导出文件"),
        Some((until, hash)) => {
            if walk.next != until + 1 {
                findings.add(place(walk.next), "缺失,或首行的起止号已被改动");
            } else if walk.hash != hash {
                findings.add(place(until), "与导出时的校验值不符");
            }
        }
    }
    if findings.0.is_empty() {
        Ok(report)
    } else {
        Err(findings.0)
    }
}

/// How far an exported ledger was followed.
struct Walked {
    next: u64,
    hash: String,
}

impl Walked {
    fn step(&mut self, seq: u64, content: &str, findings: &mut Findings) {
        if self.next != seq {
            findings.add(place(self.next), "缺失或错位");
        }
        self.hash = chain::link(seq, &self.hash, content);
        self.next = seq + 1;
    }

    fn entry(&mut self, shown: &Entry, findings: &mut Findings) {
        let at = place(shown.seq);
        let Some(entry) = shown.parse() else {
            findings.add(at, "内容已被改动,无法读取");
            return;
        };
        // One entry alone tells what is wrong with it; what stands before it is the walk's affair.
        let mut alone = Walk::from(entry.seq, &entry.prev_hash);
        alone.take(&entry);
        for fault in alone.end(entry.seq, &entry.hash) {
            findings.add(at.as_str(), fault.to_string());
        }
        if self.next == entry.seq && self.hash != entry.prev_hash {
            findings.add(at, "与前一条不衔接");
        }
        self.step(entry.seq, &entry.link().content, findings);
        self.hash.clone_from(&shown.hash);
    }
}
