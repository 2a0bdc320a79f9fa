//! The JSON of sealed files and exported ledgers: what is written and read back offline, for decades.
//!
//! Names of fields are never changed or used again; new ones may be added.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, SecondsFormat, Utc};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{chain, package};

/// The format of a sealed file.
pub const FILE_FORMAT: &str = "suda-file-1";
/// The format of an exported ledger.
pub const LEDGER_FORMAT: &str = "suda-ledger-1";

/// The contracts this program was built with.
static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(suda_proto::DESCRIPTORS).ok());

/// An instant as it is written: RFC 3339, UTC, microseconds.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A value as JSON that people can read, too.
pub fn pretty(value: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Bytes as Base64.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Only as it is written: another form of the same instant was not written here.
fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (instant(at) == text).then_some(at)
}

/// An entry of the ledger with everything it holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub seq: u64,
    /// Id of the message.
    pub message_id: String,
    /// The service that told it.
    pub source: String,
    /// The subject it came on.
    pub subject: String,
    /// The union it concerns.
    pub union: String,
    /// What it is about.
    pub key: String,
    /// When it happened.
    pub occurred_at: String,
    /// Post or service that caused it.
    pub actor: String,
    /// When the ledger took it.
    pub recorded_at: String,
    /// The event as it was told, protobuf in Base64: this is what the digests are over.
    pub body: String,
    /// SHA-256 of it.
    pub body_digest: String,
    /// Hash of the entry before.
    pub prev_hash: String,
    /// Its hash.
    pub hash: String,
    /// The event in words, for readers; absent when this program did not know it, and in an exported ledger: the chain's
    /// digests are not over it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub event: Value,
}

impl From<&chain::Entry> for Entry {
    fn from(entry: &chain::Entry) -> Self {
        let event = &entry.event;
        Self {
            seq: entry.seq,
            message_id: event.message_id.to_string(),
            source: event.source.clone(),
            subject: event.subject.clone(),
            union: event.union.clone(),
            key: event.key.clone(),
            occurred_at: instant(event.occurred_at),
            actor: event.actor.clone(),
            recorded_at: instant(event.recorded_at),
            body: base64(&event.body),
            body_digest: entry.body_digest.clone(),
            prev_hash: entry.prev_hash.clone(),
            hash: entry.hash.clone(),
            event: Value::Null,
        }
    }
}

impl Entry {
    /// The same with the event in words.
    #[must_use]
    pub fn readable(mut self, entry: &chain::Entry) -> Self {
        let subject = entry.event.subject.as_str();
        let message = subject.rsplit_once('.').map(|(message, _)| message);
        self.event = message
            .and_then(|message| readable(message, &entry.event.body))
            .unwrap_or_default();
        self
    }

    /// The entry as the chain knows it; `None` when a field is none.
    #[must_use]
    pub fn parse(&self) -> Option<chain::Entry> {
        Some(chain::Entry {
            seq: self.seq,
            event: chain::Event {
                message_id: self.message_id.parse().ok()?,
                source: self.source.clone(),
                subject: self.subject.clone(),
                union: self.union.clone(),
                key: self.key.clone(),
                occurred_at: parse_instant(&self.occurred_at)?,
                actor: self.actor.clone(),
                body: BASE64.decode(&self.body).ok()?,
                recorded_at: parse_instant(&self.recorded_at)?,
            },
            body_digest: self.body_digest.clone(),
            prev_hash: self.prev_hash.clone(),
            hash: self.hash.clone(),
        })
    }
}

/// A signed point of the chain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The last entry it covers.
    pub seq: u64,
    /// That entry's hash.
    pub hash: String,
    /// When it was signed.
    pub signed_at: String,
    /// Which key signed it.
    pub key_id: String,
    /// The Ed25519 signature, Base64.
    pub signature: String,
    /// The public key, PEM.
    pub public_pem: String,
}

impl From<&chain::Checkpoint> for Checkpoint {
    fn from(point: &chain::Checkpoint) -> Self {
        Self {
            seq: point.seq,
            hash: point.hash.clone(),
            signed_at: instant(point.signed_at),
            key_id: point.key_id.clone(),
            signature: base64(&point.signature),
            public_pem: point.public_pem.clone(),
        }
    }
}

impl Checkpoint {
    /// The checkpoint as the chain knows it; `None` when a field is none.
    #[must_use]
    pub fn parse(&self) -> Option<chain::Checkpoint> {
        Some(chain::Checkpoint {
            seq: self.seq,
            hash: self.hash.clone(),
            signed_at: parse_instant(&self.signed_at)?,
            key_id: self.key_id.clone(),
            signature: BASE64.decode(&self.signature).ok()?,
            public_pem: self.public_pem.clone(),
        })
    }
}

/// The name under which a second custodian has a checkpoint.
#[must_use]
pub fn checkpoint_name(seq: u64) -> String {
    format!("checkpoint-{seq:012}.json")
}

/// How some entries lead to a checkpoint: the content digests of everything from the first of them up to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Segment {
    /// The first place.
    pub from_seq: u64,
    /// Hash of the entry before that.
    pub prev_hash: String,
    /// The content digest of each place.
    pub contents: Vec<String>,
    /// Where they lead to.
    pub checkpoint: Checkpoint,
}

impl Segment {
    /// The links of the chain.
    #[must_use]
    pub fn links(&self) -> Vec<chain::Link> {
        (self.from_seq..)
            .zip(&self.contents)
            .map(|(seq, content)| chain::Link {
                seq,
                content: content.clone(),
            })
            .collect()
    }
}

/// How the entries of a file lead to checkpoints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proof {
    /// A segment for each checkpoint that covers an entry.
    pub segments: Vec<Segment>,
}

/// The signature over a manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Signature {
    /// Always "Ed25519".
    pub algorithm: String,
    /// What it is over.
    pub over: String,
    /// Which key signed it.
    pub key_id: String,
    /// The public key, PEM.
    pub public_pem: String,
    /// The signature, Base64.
    pub signature: String,
}

impl Signature {
    /// The bytes of the signature.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        BASE64.decode(&self.signature).ok()
    }
}

/// A line of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its place.
    pub position: u32,
    /// Its path within the file.
    pub path: String,
    /// What it is.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// When it was made; null when not known.
    pub made_at: Option<String>,
    /// What it is.
    pub media_type: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// SHA-256.
    pub sha256: String,
    /// On which page of the file it begins; 0 in files from before pages were counted.
    #[serde(default)]
    pub first_page: u32,
    /// How many pages it counts for; 0 in files from before pages were counted.
    #[serde(default)]
    pub pages: u32,
}

impl From<&package::Line> for Line {
    fn from(line: &package::Line) -> Self {
        Self {
            position: line.position,
            path: line.path.clone(),
            title: line.title.clone(),
            author: line.author.clone(),
            made_at: line.made_at.map(instant),
            media_type: line.media_type.clone(),
            size_bytes: line.size_bytes,
            sha256: line.digest.clone(),
            first_page: line.first_page,
            pages: line.pages,
        }
    }
}

/// Why a file is kept as long as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The row.
    pub rule: String,
    /// What it is for.
    pub title: String,
    /// Where it comes from.
    pub basis: String,
    /// The version of the schedule.
    pub schedule_version: u32,
    /// The last day of the term; empty when it is kept for ever.
    pub expires_on: String,
}

/// What an addendum (补卷) adds to: the file before it, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// 档号 of the case's own file.
    pub main_archival_code: String,
    /// SHA-256 of the case's own file.
    pub main_sha256: String,
    /// 档号 of the file just before: the case's own, or the addendum before.
    pub archival_code: String,
    /// SHA-256 of it.
    pub sha256: String,
    /// The last ledger entry that stands in it.
    pub last_seq: u64,
}

/// The catalogue (卷内目录).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Catalogue {
    /// [`FILE_FORMAT`].
    pub format: String,
    /// 档号.
    pub archival_code: String,
    /// 件号.
    pub item_number: u32,
    /// 年度.
    pub year: i32,
    /// 题名.
    pub title: String,
    /// The complaint's number.
    pub number: String,
    /// The union.
    pub union: String,
    /// The unit that answered for it.
    pub unit: String,
    /// The case.
    pub case_id: String,
    /// When it ended.
    pub closed_at: String,
    /// When it was sealed.
    pub sealed_at: String,
    /// 保管期限: Y, D30 or D10; empty in files from before there was a schedule.
    #[serde(default)]
    pub term: String,
    /// The row of the retention schedule that decided it, and its version.
    #[serde(default)]
    pub retention: Retention,
    /// Which addendum (补卷) of the case it is; 0 for the file of a case.
    #[serde(default)]
    pub addendum_number: u32,
    /// What is in it.
    pub items: Vec<Line>,
}

/// A line of an exported ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum LedgerLine {
    /// The first line.
    Ledger {
        /// [`LEDGER_FORMAT`].
        format: String,
        /// The first place.
        from_seq: u64,
        /// The last place.
        until_seq: u64,
        /// Hash of the entry before the first.
        prev_hash: String,
        /// Hash of the last.
        last_hash: String,
    },
    /// An entry.
    Entry(Box<Entry>),
    /// An entry of another union: its content is not shown, its place in the chain is.
    Closed {
        /// Its place.
        seq: u64,
        /// Its content digest.
        content: String,
    },
    /// A checkpoint; it stands after the entry it signs.
    Checkpoint(Checkpoint),
}

/// A message in words, by the contracts this program was built with; `None` when it does not know it.
#[must_use]
pub fn readable(message: &str, body: &[u8]) -> Option<Value> {
    let descriptor = POOL.as_ref()?.get_message_by_name(message)?;
    let told = DynamicMessage::decode(descriptor, body).ok()?;
    let options = SerializeOptions::new().use_proto_field_name(true);
    told.serialize_with_options(serde_json::value::Serializer, &options)
        .ok()
}

/// The case that a message names: its own field `case_id`, or that of what it is about; a complaint's id is its case's. `None`
/// when it names none, or this program does not know it.
#[must_use]
pub fn concerned(message: &str, body: &[u8]) -> Option<uuid::Uuid> {
    let descriptor = POOL.as_ref()?.get_message_by_name(message)?;
    let told = DynamicMessage::decode(descriptor, body).ok()?;
    let within = |message: &DynamicMessage| {
        ["case_id", "complaint_id"].into_iter().find_map(|name| {
            let value = message.get_field_by_name(name)?;
            value.as_str()?.parse::<uuid::Uuid>().ok()
        })
    };
    within(&told).or_else(|| {
        told.fields()
            .filter_map(|(_, value)| value.as_message().and_then(within))
            .next()
    })
}

/// A message in words.
#[must_use]
pub fn words<M: prost::Message + prost::Name>(message: &M) -> Value {
    readable(&M::full_name(), &message.encode_to_vec()).unwrap_or_default()
}
