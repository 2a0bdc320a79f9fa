//! A year-end transfer's bag, examined: offline, with nothing but its bytes, and by the four checks of DA/T 70 with the register.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

use serde_json::Value;
use zip::{CompressionMethod, ZipArchive};

use crate::{
    domain::{
        bag,
        chain::digest,
        checks::{self, Check, Outcome, Property},
        package::{CASE, CATALOGUE, CLOCKS, COMPLAINT, ENTRIES, PREVIOUS, PROOF},
    },
    file,
    record::{Catalogue, Signature},
    store::files::FileRow,
    verify::{self, Fault, Report},
};

/// What a bag holds, by path within it, and how its container is made.
struct Opened {
    name: String,
    found: BTreeMap<String, Vec<u8>>,
    faults: Vec<Fault>,
    closed: Vec<String>,
}

fn fault(item: impl Into<String>, sentence: impl Into<String>) -> Fault {
    Fault {
        item: item.into(),
        sentence: sentence.into(),
    }
}

/// Whether these bytes look like a bag: a container with a declaration one folder deep.
#[must_use]
pub fn is_bag(bytes: &[u8]) -> bool {
    let declaration = format!("/{}", bag::DECLARATION);
    ZipArchive::new(Cursor::new(bytes)).is_ok_and(|zip| {
        zip.file_names()
            .any(|path| path.ends_with(&declaration) && path.matches('/').count() == 1)
    })
}

/// Entries of a container that are encrypted, or packed in a way that is not public.
fn closed(bytes: &[u8], within: &str) -> Vec<String> {
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else {
        return Vec::new();
    };
    let mut closed = Vec::new();
    for index in 0..zip.len() {
        let Ok(item) = zip.by_index_raw(index) else {
            continue;
        };
        let open = matches!(
            item.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        );
        if item.encrypted() || !open {
            closed.push(format!("{within}{}:已加密或使用非公开压缩", item.name()));
        }
    }
    closed
}

fn open(bytes: &[u8]) -> Opened {
    let mut opened = Opened {
        name: String::new(),
        found: BTreeMap::new(),
        faults: Vec::new(),
        closed: closed(bytes, ""),
    };
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else {
        let sentence = "不是移交包,或其目录区已被改动,无法打开";
        opened.faults.push(fault(verify::CONTAINER, sentence));
        return opened;
    };
    for index in 0..zip.len() {
        let path = zip
            .name_for_index(index)
            .map_or_else(|| format!("第 {} 件", index + 1), str::to_owned);
        let (folder, inner) = match path.split_once('/') {
            Some((folder, inner)) => (folder.to_owned(), inner.to_owned()),
            None => (String::new(), path.clone()),
        };
        if opened.name.is_empty() {
            opened.name.clone_from(&folder);
        }
        if folder != opened.name || folder.is_empty() || !checks::stays(&inner) {
            opened.faults.push(fault(path, "不在移交包的目录内"));
            continue;
        }
        let mut content = Vec::new();
        let read = zip
            .by_index(index)
            .is_ok_and(|mut item| item.read_to_end(&mut content).is_ok());
        if !read {
            opened.faults.push(fault(inner.as_str(), "内容已被改动"));
        }
        if opened.found.insert(inner.clone(), content).is_some() {
            opened.faults.push(fault(inner, "同名的件出现两次"));
        }
    }
    opened
}

fn signed(found: &BTreeMap<String, Vec<u8>>, keys: &[String]) -> (String, Vec<Fault>) {
    let signature = found
        .get(bag::SIGNATURE)
        .and_then(|bytes| serde_json::from_slice::<Signature>(bytes).ok());
    let (Some(signature), Some(tags)) = (signature, found.get(bag::TAG_MANIFEST)) else {
        return (
            String::new(),
            vec![fault(bag::SIGNATURE, "缺失或已被改动,无法核对签名")],
        );
    };
    let mut faults = Vec::new();
    let genuine = signature.algorithm == "Ed25519"
        && signature
            .bytes()
            .is_some_and(|bytes| verify::signed(&signature.public_pem, tags, &bytes));
    if !genuine {
        faults.push(fault(
            bag::TAG_MANIFEST,
            "与签名不符:标签清单或签名已被改动",
        ));
    }
    let ours = keys
        .iter()
        .any(|key| key.trim() == signature.public_pem.trim());
    if !keys.is_empty() && !ours {
        faults.push(fault(bag::SIGNATURE, "签名所用的密钥不是受信任的档案密钥"));
    }
    (verify::key_print(&signature.public_pem), faults)
}

/// The sealed files of a bag: path and bytes.
fn files(found: &BTreeMap<String, Vec<u8>>) -> impl Iterator<Item = (&str, &[u8])> {
    found
        .iter()
        .filter(|(path, _)| path.starts_with(bag::FILES))
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
}

/// Verifies a bag and every sealed file in it. Without a trusted key it is only known to be whole, not whose it is.
///
/// # Errors
/// Everything that is wrong; of a sealed file, its path in the bag and the item within it.
pub fn verify_bag(bytes: &[u8], trusted_public_pem: Option<&str>) -> Result<Report, Vec<Fault>> {
    let opened = open(bytes);
    let mut faults = opened.faults;
    faults.extend(
        bag::inspect(&opened.found)
            .into_iter()
            .map(|(path, sentence)| fault(path, sentence)),
    );
    let trusted: Vec<String> = trusted_public_pem.map(str::to_owned).into_iter().collect();
    let (key_print, unsigned) = signed(&opened.found, &trusted);
    faults.extend(unsigned);
    let mut report = Report {
        number: opened.name.clone(),
        archival_code: String::new(),
        items: 0,
        entries: 0,
        checkpoints: 0,
        checkpoint_seq: 0,
        key_print,
        trusted: trusted_public_pem.is_some(),
    };
    for (path, bytes) in files(&opened.found) {
        match verify::verify_file(bytes, trusted_public_pem) {
            Ok(file) => {
                report.items += 1;
                report.entries += file.entries;
                report.checkpoints += file.checkpoints;
                report.checkpoint_seq = report.checkpoint_seq.max(file.checkpoint_seq);
            }
            Err(broken) => faults.extend(
                broken
                    .into_iter()
                    .map(|one| fault(format!("{path}!{}", one.item), one.sentence)),
            ),
        }
    }
    if faults.is_empty() && pack(&opened.name, &opened.found).is_ok_and(|again| again != bytes) {
        let sentence = "文件包结构已被改动;各件内容未变";
        faults.push(fault(verify::CONTAINER, sentence));
    }
    if faults.is_empty() {
        return Ok(report);
    }
    faults.dedup();
    Err(faults)
}

/// Packs a bag: the same items give the same bytes.
///
/// # Errors
/// When it cannot be written.
pub fn pack(name: &str, items: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let paths: Vec<(String, &[u8])> = items
        .iter()
        .map(|(path, bytes)| (format!("{name}/{path}"), bytes.as_slice()))
        .collect();
    let items: Vec<(&str, &[u8])> = paths
        .iter()
        .map(|(path, bytes)| (path.as_str(), *bytes))
        .collect();
    file::pack(&items)
}

/// What the register and the transfer say a bag must be.
pub struct Expected {
    /// The bag's digest as it was handed over.
    pub bag_digest: String,
    /// Its files: the path in the bag, and the row in the register.
    pub files: Vec<(String, FileRow)>,
    /// The item numbers of every series of the union and year.
    pub registered: BTreeMap<String, Vec<u32>>,
    /// The archive's keys, the present one first.
    pub keys: Vec<String>,
    /// Ended cases of the year that are not sealed.
    pub unsealed: u64,
    /// Whether the ledger has the handing over.
    pub in_ledger: bool,
    /// What a virus scanner said: none when there is none; else the paths it named, or why it could not.
    pub scanned: Option<Result<Vec<String>, String>>,
}

/// Executes the four checks of DA/T 70-2018.
#[must_use]
pub fn examine(bytes: &[u8], expected: &Expected) -> Vec<Check> {
    let opened = open(bytes);
    let mut done = authenticity(bytes, &opened, expected);
    done.extend(completeness(&opened, expected));
    done.extend(usability(&opened));
    done.extend(security(&opened, expected));
    done
}

fn sentences(faults: Vec<Fault>) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

fn catalogue(bytes: &[u8]) -> Option<Catalogue> {
    serde_json::from_slice(&item(bytes, CATALOGUE)?).ok()
}

fn item(bytes: &[u8], path: &str) -> Option<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut content = Vec::new();
    zip.by_name(path).ok()?.read_to_end(&mut content).ok()?;
    Some(content)
}

/// What complainants and couriers handed in, of every sealed file of a bag: what a virus scanner must look at.
#[must_use]
pub fn originals(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let opened = open(bytes);
    let mut originals = Vec::new();
    for (path, file) in files(&opened.found) {
        let lines = catalogue(file).map(|found| found.items).unwrap_or_default();
        for line in lines
            .iter()
            .filter(|line| !line.media_type.starts_with("application/json"))
        {
            if let Some(bytes) = item(file, &line.path) {
                originals.push((format!("{path}!{}", line.path), bytes));
            }
        }
    }
    originals
}

fn authenticity(bytes: &[u8], opened: &Opened, expected: &Expected) -> Vec<Check> {
    let of = |code, title, examined, findings| {
        Check::of(Property::Authenticity, code, title, examined, findings)
    };
    let same = digest(bytes) == expected.bag_digest;
    let whole = if same {
        Vec::new()
    } else {
        vec!["移交包的摘要与移交时登记的不符".to_owned()]
    };
    let (_, unsigned) = signed(&opened.found, &expected.keys);
    let mut broken = Vec::new();
    for (path, bytes) in files(&opened.found) {
        // A file may be signed with a key that was replaced since.
        let verified = expected
            .keys
            .iter()
            .map(|key| verify::verify_file(bytes, Some(key)))
            .reduce(|first, next| if first.is_ok() { first } else { next.or(first) });
        if let Some(Err(faults)) = verified {
            broken.extend(faults.iter().map(|fault| format!("{path}!{fault}")));
        }
    }
    let mut differing = Vec::new();
    for (path, row) in &expected.files {
        let found = opened.found.get(path).and_then(|bytes| catalogue(bytes));
        let agrees = found.is_some_and(|found| {
            found.archival_code == row.archival_code
                && found.year == row.year
                && found.number == row.number
                && found.union == row.union_code
        });
        let digest = opened.found.get(path).map(|bytes| digest(bytes));
        if !agrees || digest != row.file_digest {
            differing.push(format!(
                "{path}:案卷目录或摘要与登记簿({})不符",
                row.archival_code
            ));
        }
    }
    let listed = listed(&opened.found);
    for (path, row) in &expected.files {
        let line = (path.clone(), row.archival_code.clone());
        if !listed.contains(&line) {
            differing.push(format!("移交清册没有 {}", row.archival_code));
        }
    }
    let count = expected.files.len();
    vec![
        of("Z1", "移交包与移交时一致(整包数字摘要)", 1, whole),
        of("Z2", "移交包固化信息有效(数字签名)", 1, sentences(unsigned)),
        of(
            "Z3",
            "案卷固化信息有效(签名、摘要、总账签名点)",
            count,
            broken,
        ),
        of("Z4", "元数据与登记簿、移交清册一致", count, differing),
    ]
}

/// The lines of 移交清册: path and archival code.
fn listed(found: &BTreeMap<String, Vec<u8>>) -> Vec<(String, String)> {
    let list: Value = found
        .get(bag::LIST_JSON)
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    list["files"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| (text(line, "path"), text(line, "archival_code")))
        .collect()
}

fn completeness(opened: &Opened, expected: &Expected) -> Vec<Check> {
    let of = |code, title, examined, findings| {
        Check::of(Property::Completeness, code, title, examined, findings)
    };
    let there = files(&opened.found).count();
    let mut counted = Vec::new();
    if there != expected.files.len() {
        counted.push(format!(
            "登记移交 {} 件,包内 {there} 件",
            expected.files.len()
        ));
    }
    for (path, row) in &expected.files {
        let size = opened.found.get(path).map(Vec::len);
        let registered = row.size_bytes.and_then(|size| usize::try_from(size).ok());
        if size != registered {
            counted.push(format!("{path}:大小与登记的不符"));
        }
    }
    let mut listed = sentences(opened.faults.clone());
    listed.extend(
        bag::inspect(&opened.found)
            .into_iter()
            .map(|(path, sentence)| format!("{path}:{sentence}")),
    );
    let mut lacking = Vec::new();
    for (path, bytes) in files(&opened.found) {
        let row = expected.files.iter().find(|(known, _)| known == path);
        let addendum = row.is_some_and(|(_, row)| row.addendum_number > 0);
        let mut needed = vec![CATALOGUE, COMPLAINT, CASE, CLOCKS, ENTRIES, PROOF];
        if addendum {
            needed.push(PREVIOUS);
        }
        let lacks = needed
            .into_iter()
            .filter(|one| item(bytes, one).is_none_or(|bytes| bytes.is_empty()));
        lacking.extend(lacks.map(|one| format!("{path}!{one}:缺失或没有内容")));
    }
    let registered = expected.registered.values().map(Vec::len).sum();
    let unsealed = if expected.unsealed == 0 {
        Vec::new()
    } else {
        vec![format!("还有 {} 件已办结的投诉没有封卷", expected.unsealed)]
    };
    vec![
        of("W1", "数量、数据量与登记一致", there, counted),
        of("W2", "清单齐全,无缺件、多件", opened.found.len(), listed),
        of(
            "W3",
            "登记簿件号连续,无断号、重号",
            registered,
            checks::gaps(&expected.registered),
        ),
        of("W4", "每件案卷必备材料齐全且有内容", there, lacking),
        of("W5", "本年度已办结的投诉均已封卷", 1, unsealed),
    ]
}

fn usability(opened: &Opened) -> Vec<Check> {
    let of = |code, title, examined, findings| {
        Check::of(Property::Usability, code, title, examined, findings)
    };
    let (mut unreadable, mut unfit, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
    let (mut items, mut seen) = (0, 0);
    let mut closed_items = opened.closed.clone();
    for (path, bytes) in files(&opened.found) {
        seen += 1;
        closed_items.extend(closed(bytes, &format!("{path}!")));
        let Some(catalogue) = catalogue(bytes) else {
            unreadable.push(format!("{path}:卷内目录无法读取"));
            continue;
        };
        for line in &catalogue.items {
            items += 1;
            if item(bytes, &line.path).is_none() {
                unreadable.push(format!("{path}!{}:无法打开", line.path));
            }
            // What the complainant handed in is kept as it came; what we made ourselves must last.
            let theirs = line.path.starts_with("evidence/") || line.path.starts_with("proofs/");
            let said = format!("{path}!{}:格式 {}", line.path, line.media_type);
            match (checks::lasts(&line.media_type), theirs) {
                (true, _) => {}
                (false, true) => {
                    remarks.push(format!("提示:{said} 为来件原格式,不在长期保存格式之列"));
                }
                (false, false) => {
                    unfit.push(format!("{said} 不在长期保存格式之列"));
                }
            }
        }
    }
    let list = opened
        .found
        .get(bag::LIST_JSON)
        .is_some_and(|bytes| serde_json::from_slice::<Value>(bytes).is_ok());
    if !list {
        unreadable.push(format!("{}:无法读取", bag::LIST_JSON));
    }
    vec![
        of("K1", "元数据可读,各件可打开", items + seen, unreadable),
        of("K2", "格式适合长期保存", items, unfit).remarking(remarks),
        of(
            "K3",
            "无加密、无非公开压缩",
            opened.found.len(),
            closed_items,
        ),
    ]
}

fn security(opened: &Opened, expected: &Expected) -> Vec<Check> {
    let of = |code, title, examined, findings| {
        Check::of(Property::Security, code, title, examined, findings)
    };
    let mut programs = Vec::new();
    let mut looked = 0;
    for (path, bytes) in files(&opened.found) {
        for line in catalogue(bytes)
            .map(|found| found.items)
            .unwrap_or_default()
        {
            looked += 1;
            if item(bytes, &line.path).is_some_and(|bytes| checks::runs(&bytes)) {
                programs.push(format!("{path}!{}:是可执行程序", line.path));
            }
        }
    }
    let scan = match &expected.scanned {
        Some(Ok(infected)) => of("A1", "病毒扫描", looked, infected.clone()),
        Some(Err(why)) => Check {
            outcome: Outcome::Failed,
            ..of("A1", "病毒扫描", 0, vec![format!("扫描没有完成:{why}")])
        },
        None => Check {
            outcome: Outcome::NotExecuted,
            ..of(
                "A1",
                "病毒扫描",
                0,
                vec!["未配置病毒扫描服务(service.scanner_address);请在接收终端另行扫描".to_owned()],
            )
        },
    };
    let known = [bag::LIST, bag::LIST_JSON, bag::FORM, bag::DIGESTS];
    let foreign = opened
        .found
        .keys()
        .filter(|path| path.starts_with(bag::DATA) && !known.contains(&path.as_str()))
        .filter(|path| !expected.files.iter().any(|(file, _)| file == *path))
        .map(|path| format!("{path}:不属于本次移交"))
        .collect();
    let silent = if expected.in_ledger {
        Vec::new()
    } else {
        vec!["总账中还没有本次移交的记录;请稍后再检测".to_owned()]
    };
    vec![
        scan,
        of("A2", "无可执行程序", looked, programs),
        of(
            "A3",
            "包内无外来文件,路径不越界",
            opened.found.len(),
            foreign,
        ),
        of("A4", "移交过程有留痕(总账)", 1, silent),
    ]
}
