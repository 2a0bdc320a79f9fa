//! Makes a sealed file (案卷) of parts that were fetched: the same parts give the same bytes.

use std::{collections::BTreeSet, io::Write as _};

use anyhow::Context as _;
use bytes::Bytes;
use chassis::keys::Keys;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use suda_proto::{
    common::v1::Blob, intake::v1::GetForFileResponse, routing::v1::GetCaseResponse,
    sla_watchdog::v1::ClockView,
};
use zip::{CompressionMethod, DateTime as ZipTime, ZipWriter, write::SimpleFileOptions};

use crate::{
    domain::{
        chain,
        package::{
            self, CASE, CATALOGUE, CLOCKS, COMPLAINT, ENTRIES, Item, Line, MANIFEST, PREVIOUS,
            PROOF, SIGNATURE,
        },
        words,
    },
    record::{
        self, Catalogue, Entry, FILE_FORMAT, Previous, Proof, Retention, Segment, Signature,
        instant, pretty,
    },
};

/// What a file is made of, fetched and ready.
#[derive(Clone)]
pub struct Parts {
    /// The complaint, its identity encrypted, as intake gave it.
    pub complaint: GetForFileResponse,
    /// The case with its history, as routing gave it.
    pub case: GetCaseResponse,
    /// The clocks and their results, as sla-watchdog gave them.
    pub clocks: Vec<ClockView>,
    /// Originals: what each is, and its bytes.
    pub originals: Vec<Original>,
    /// Digests of items that stand in a file of the case already: an addendum does not repeat them.
    pub known_items: BTreeSet<String>,
}

/// An original and where it belongs.
#[derive(Clone)]
pub struct Original {
    /// The folder within the file.
    pub folder: &'static str,
    /// What it is, in Chinese.
    pub title: String,
    /// The post that added it; empty when not known.
    pub author: String,
    /// When it was added.
    pub made_at: Option<DateTime<Utc>>,
    /// What the bytes are.
    pub blob: Blob,
    /// The bytes.
    pub bytes: Bytes,
}

/// Its place in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// 档号.
    pub archival_code: String,
    /// 件号.
    pub item_number: u32,
    /// 年度.
    pub year: i32,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union: String,
    /// The unit that answered for it.
    pub unit: String,
    /// The case.
    pub case_id: String,
    /// When it ended.
    pub closed_at: DateTime<Utc>,
    /// 保管期限代码.
    pub term: String,
    /// Why so long.
    pub retention: Retention,
    /// Which addendum it is; 0 for the file of a case.
    pub addendum_number: u32,
    /// What an addendum adds to.
    pub previous: Option<Previous>,
}

/// The ledger's part of a file.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The entries about the case.
    pub entries: Vec<chain::Entry>,
    /// How they lead to signed checkpoints.
    pub segments: Vec<Segment>,
}

/// A file, made.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The catalogue.
    pub lines: Vec<Line>,
    /// The last entry that stands in it.
    pub last_seq: u64,
    /// The newest checkpoint.
    pub checkpoint_seq: u64,
}

/// Makes the file and signs it.
///
/// # Errors
/// When it cannot be written, as when it grows beyond what a file may hold.
pub fn seal(
    parts: &Parts,
    proven: &Proven,
    place: &Registered,
    sealed_at: DateTime<Utc>,
    keys: &Keys,
) -> anyhow::Result<Sealed> {
    let items = items(parts, proven, place, sealed_at)?;
    let lines = package::catalogue(&items);
    let catalogue = pretty(&Catalogue {
        format: FILE_FORMAT.to_owned(),
        archival_code: place.archival_code.clone(),
        item_number: place.item_number,
        year: place.year,
        title: if place.addendum_number == 0 {
            format!("投诉 {} 案卷", place.number)
        } else {
            format!("投诉 {} 案卷补卷{}", place.number, place.addendum_number)
        },
        number: place.number.clone(),
        union: place.union.clone(),
        unit: place.unit.clone(),
        case_id: place.case_id.clone(),
        closed_at: instant(place.closed_at),
        sealed_at: instant(sealed_at),
        term: place.term.clone(),
        retention: place.retention.clone(),
        addendum_number: place.addendum_number,
        items: lines.iter().map(Into::into).collect(),
    })?;
    let mut packed: Vec<(&str, &[u8])> = vec![(CATALOGUE, &catalogue)];
    packed.extend(
        items
            .iter()
            .map(|item| (item.path.as_str(), item.bytes.as_slice())),
    );
    let manifest = package::manifest(packed.iter().copied());
    let signature = pretty(&Signature {
        algorithm: "Ed25519".to_owned(),
        over: MANIFEST.to_owned(),
        key_id: keys.key_id().to_owned(),
        public_pem: keys.public_pem().to_owned(),
        signature: record::base64(&keys.sign(manifest.as_bytes())),
    })?;
    packed.push((MANIFEST, manifest.as_bytes()));
    packed.push((SIGNATURE, &signature));
    Ok(Sealed {
        bytes: pack(&packed)?,
        lines,
        last_seq: proven.entries.last().map_or(0, |entry| entry.seq),
        checkpoint_seq: proven
            .segments
            .last()
            .map_or(0, |segment| segment.checkpoint.seq),
    })
}

/// Packs items into a container: uncompressed, undated, in the order given.
pub(crate) fn pack(items: &[(&str, &[u8])]) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(ZipTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in items {
        zip.start_file(*path, options)
            .with_context(|| format!("cannot pack {path}"))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn items(
    parts: &Parts,
    proven: &Proven,
    place: &Registered,
    sealed_at: DateTime<Utc>,
) -> anyhow::Result<Vec<Item>> {
    let registered_at = parts
        .complaint
        .record
        .as_ref()
        .and_then(|record| record.complaint.as_ref())
        .and_then(|view| at(view.registered_at.as_ref()));
    let json = |path: &str, title: &str, author: &str, made_at, value: Value| {
        anyhow::Ok(Item {
            path: path.to_owned(),
            title: title.to_owned(),
            author: author.to_owned(),
            made_at,
            media_type: "application/json".to_owned(),
            bytes: pretty(&value)?,
        })
    };
    let clocks: Vec<Value> = parts.clocks.iter().map(record::words).collect();
    let mut items = vec![
        json(
            COMPLAINT,
            "客户投诉处理表(投诉登记,身份信息加密)",
            "intake",
            registered_at,
            complaint(&parts.complaint),
        )?,
        json(
            CASE,
            "办理过程、督办表、审批、通知与答复",
            "routing",
            Some(sealed_at),
            case(&parts.case),
        )?,
        json(
            CLOCKS,
            "时限执行结果",
            "sla-watchdog",
            Some(sealed_at),
            json!({ "clocks": clocks }),
        )?,
    ];
    if let Some(previous) = &place.previous {
        items.insert(
            0,
            json(
                PREVIOUS,
                "补卷说明:所补案卷的档号与摘要",
                "archive",
                Some(sealed_at),
                serde_json::to_value(previous)?,
            )?,
        );
    }
    let known = |item: &Item| parts.known_items.contains(&chain::digest(&item.bytes));
    items.extend(letters(&parts.case).into_iter().filter(|item| !known(item)));
    for (number, original) in (1..).zip(&parts.originals) {
        let name = package::safe_name(&original.blob.file_name);
        items.push(Item {
            path: format!("{}/{number:03}-{name}", original.folder),
            title: original.title.clone(),
            author: original.author.clone(),
            made_at: original.made_at,
            media_type: original.blob.media_type.clone(),
            bytes: original.bytes.to_vec(),
        });
    }
    let entries: Vec<Entry> = proven
        .entries
        .iter()
        .map(|entry| Entry::from(entry).readable(entry))
        .collect();
    let proof = Proof {
        segments: proven.segments.clone(),
    };
    items.push(json(
        ENTRIES,
        "总账记录",
        "archive",
        Some(sealed_at),
        serde_json::to_value(entries)?,
    )?);
    items.push(json(
        PROOF,
        "总账记录的校验链与签名点",
        "archive",
        Some(sealed_at),
        serde_json::to_value(proof)?,
    )?);
    Ok(items)
}

/// The complaint as intake keeps it. The identity stands here only as bytes that intake's vault can open.
fn complaint(given: &GetForFileResponse) -> Value {
    let mut told = record::words(given);
    // The text stands in the record; a second, encrypted copy says nothing more.
    if given
        .record
        .as_ref()
        .is_some_and(|record| record.narrative.is_some())
        && let Some(fields) = told.as_object_mut()
    {
        fields.remove("sealed_narrative");
    }
    told
}

fn case(given: &GetCaseResponse) -> Value {
    let mut told = record::words(given);
    // What the archive itself could have done with the case is no part of its history.
    if let Some(fields) = told.as_object_mut() {
        fields.remove("open_to_caller");
    }
    told
}

/// The letters that went out, each as its own item.
fn letters(case: &GetCaseResponse) -> Vec<Item> {
    (1..)
        .zip(&case.notices)
        .filter(|(_, notice)| !notice.text.is_empty())
        .map(|(number, notice)| Item {
            path: format!("letters/{number:03}.txt"),
            title: format!("通知:{}", notice.subject),
            author: "routing".to_owned(),
            made_at: at(notice.requested_at.as_ref()),
            media_type: "text/plain; charset=utf-8".to_owned(),
            bytes: format!("{}\n\n{}\n", notice.subject, notice.text).into_bytes(),
        })
        .collect()
}

/// An instant of a message; `None` when it is absent or none.
#[must_use]
pub fn at(instant: Option<&prost_types::Timestamp>) -> Option<DateTime<Utc>> {
    chassis::grpc::instant(instant?)
}

/// What a file is found by, folded: numbers, names of units, and every text but the identity.
#[must_use]
pub fn search_text(parts: &Parts, place: &Registered, unit_names: &[String]) -> String {
    let mut texts: Vec<&str> = vec![&place.number, &place.archival_code];
    texts.extend(unit_names.iter().map(String::as_str));
    if let Some(masked) = &parts.complaint.complainant {
        texts.push(&masked.name);
    }
    if let Some(record) = &parts.complaint.record {
        if let Some(said) = &record.narrative {
            texts.extend([
                said.content.as_str(),
                &said.demand,
                &said.complained_staff,
                &said.occurred_when,
                &said.occurred_where,
                &said.settlement,
            ]);
        }
        texts.extend(
            record
                .materials
                .iter()
                .map(|material| material.content.as_str()),
        );
        for evidence in &record.evidence {
            texts.push(&evidence.description);
            texts.extend(evidence.blob.as_ref().map(|blob| blob.file_name.as_str()));
        }
    }
    let case = &parts.case;
    for entry in &case.history {
        texts.extend(entry.texts.iter().map(|named| named.text.as_str()));
    }
    if let Some(order) = &case.order {
        texts.extend([
            order.order_number.as_str(),
            &order.matter,
            &order.requirements,
        ]);
        texts.extend(order.units.iter().map(|unit| unit.unit_name.as_str()));
    }
    if let Some(answer) = &case.answer {
        texts.extend([
            answer.facts.as_str(),
            &answer.basis,
            &answer.conclusion,
            &answer.remedies,
        ]);
    }
    texts.extend(case.notices.iter().map(|notice| notice.subject.as_str()));
    texts.extend(case.escalations.iter().map(|item| item.answer.as_str()));
    // The same sentence stands in several places; once is enough to find it.
    let mut known = BTreeSet::new();
    let folded: Vec<String> = texts
        .into_iter()
        .map(words::fold)
        .filter(|text| !text.is_empty() && known.insert(text.clone()))
        .collect();
    // A newline is no part of any folded word, so that no word is found across two texts.
    folded.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g22_the_container_is_the_same_with_every_version_of_its_library() {
        // Old files are checked byte by byte by packing them again: when this fails, a newer library packs otherwise, and
        // the old way must be kept.
        let items: [(&str, &[u8]); 2] = [
            ("catalogue.json", b"{}\n"),
            ("evidence/001-\u{5b58}\u{6298}.jpg", &[0xD8; 40]),
        ];
        let digest = chain::digest(&pack(&items).unwrap_or_default());
        assert_eq!(
            digest,
            "9ad06f1718610eb2f8e3ffc1440c310d0aba73c5983fdb1eac1d6a3175c1c3ee"
        );
    }
}
