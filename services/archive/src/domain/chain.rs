//! The ledger's chain: how an entry is hashed, what a checkpoint signs, and how a change is found.
//!
//! An entry has two digests. Its *content* is SHA-256 over a text that holds every field, each as
//! `name:length in bytes:value` and a newline, in the order below, after the line `suda ledger entry 1`; of the body it
//! holds the body's SHA-256. Its *hash* is SHA-256 over `suda ledger link 1`, the place, the hash of the entry before and
//! the content, written the same way. So a chain can be followed past entries that are not shown: their content is enough.

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What stands before the first entry.
pub const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event of some service, before it has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Id of the message.
    pub message_id: Uuid,
    /// The service that told it.
    pub source: String,
    /// The subject it came on.
    pub subject: String,
    /// The union it concerns.
    pub union: String,
    /// What it is about.
    pub key: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Post or service that caused it.
    pub actor: String,
    /// The event as it was told.
    pub body: Vec<u8>,
    /// When the ledger took it.
    pub recorded_at: DateTime<Utc>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: u64,
    /// What it holds.
    pub event: Event,
    /// SHA-256 of the body, hexadecimal.
    pub body_digest: String,
    /// Hash of the entry before.
    pub prev_hash: String,
    /// Its hash.
    pub hash: String,
}

/// An entry as much as a chain needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its place.
    pub seq: u64,
    /// Its content digest.
    pub content: String,
}

/// A signed point of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last entry it covers.
    pub seq: u64,
    /// That entry's hash.
    pub hash: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// Which key signed it.
    pub key_id: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// The public key, PEM.
    pub public_pem: String,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The entry is not there.
    Missing,
    /// Its body is not the one that was recorded.
    Body,
    /// A field of it is not as recorded: the entry after it still knows its hash.
    Fields,
    /// Its own hash was changed: its fields give the hash that the entry after it knows.
    Hash,
    /// It does not follow the entry before it.
    Link,
}

/// A fault of the chain, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The entry.
    pub seq: u64,
    /// What is wrong with it.
    pub what: Broken,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.what {
            Broken::Missing => write!(f, "第 {seq} 条记录缺失"),
            Broken::Body => write!(f, "第 {seq} 条记录的事件内容已被改动"),
            Broken::Fields => write!(
                f,
                "第 {seq} 条记录的要素(编号、来源、主题、时间、经办岗位等)已被改动"
            ),
            Broken::Hash => write!(f, "第 {seq} 条记录的校验值已被改动"),
            Broken::Link => write!(f, "第 {seq} 条记录与前一条不衔接"),
        }
    }
}

/// SHA-256, hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

struct Canonical(String);

impl Canonical {
    fn new(title: &str) -> Self {
        Self(format!("{title}\n"))
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0
            .push_str(&format!("{name}:{}:{value}\n", value.len()));
        self
    }

    fn digest(&self) -> String {
        digest(self.0.as_bytes())
    }
}

fn micros(at: DateTime<Utc>) -> String {
    at.timestamp_micros().to_string()
}

impl Event {
    /// The digest of everything it holds at this place.
    #[must_use]
    pub fn content(&self, seq: u64, body_digest: &str) -> String {
        Canonical::new("suda ledger entry 1")
            .with("seq", &seq.to_string())
            .with("message_id", &self.message_id.to_string())
            .with("source", &self.source)
            .with("subject", &self.subject)
            .with("union", &self.union)
            .with("key", &self.key)
            .with("occurred_at", &micros(self.occurred_at))
            .with("actor", &self.actor)
            .with("body", body_digest)
            .with("recorded_at", &micros(self.recorded_at))
            .digest()
    }

    /// Gives it the place after the entry with this hash.
    #[must_use]
    pub fn enter(self, seq: u64, prev_hash: &str) -> Entry {
        let body_digest = digest(&self.body);
        let content = self.content(seq, &body_digest);
        Entry {
            seq,
            body_digest,
            hash: link(seq, prev_hash, &content),
            prev_hash: prev_hash.to_owned(),
            event: self,
        }
    }
}

/// The hash of the entry at this place, after the one with `prev_hash`.
#[must_use]
pub fn link(seq: u64, prev_hash: &str, content: &str) -> String {
    Canonical::new("suda ledger link 1")
        .with("seq", &seq.to_string())
        .with("prev", prev_hash)
        .with("content", content)
        .digest()
}

impl Entry {
    /// The entry as much as a chain needs of it, from its fields.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            seq: self.seq,
            content: self.event.content(self.seq, &self.body_digest),
        }
    }
}

impl Checkpoint {
    /// The bytes that are signed.
    #[must_use]
    pub fn signed_bytes(seq: u64, hash: &str, signed_at: DateTime<Utc>, key_id: &str) -> Vec<u8> {
        Canonical::new("suda ledger checkpoint 1")
            .with("seq", &seq.to_string())
            .with("hash", hash)
            .with("signed_at", &micros(signed_at))
            .with("key_id", key_id)
            .0
            .into_bytes()
    }

    /// The bytes that its signature is over.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Self::signed_bytes(self.seq, &self.hash, self.signed_at, &self.key_id)
    }
}

/// Follows a chain entry by entry, in order, and names what is wrong.
#[derive(Debug)]
pub struct Walk {
    next: u64,
    prev: String,
    faults: Vec<Fault>,
    doubtful: Option<(u64, String)>,
}

impl Walk {
    /// Begins before the entry `next`, after one with the hash `prev`.
    #[must_use]
    pub fn from(next: u64, prev: &str) -> Self {
        Self {
            next,
            prev: prev.to_owned(),
            faults: Vec::new(),
            doubtful: None,
        }
    }

    /// Takes the next entry.
    pub fn take(&mut self, entry: &Entry) {
        while self.next < entry.seq {
            self.blame(self.next, Broken::Missing);
            self.next += 1;
            // A gap of a million entries is one fault, not a million.
            if self.next < entry.seq && self.faults.len() > 100 {
                self.next = entry.seq;
            }
            self.prev.clone_from(&entry.prev_hash);
            self.doubtful = None;
        }
        if let Some((seq, computed)) = self.doubtful.take() {
            // Whom does the entry after it believe?
            let what = if entry.prev_hash == computed {
                self.prev = computed;
                Broken::Hash
            } else {
                Broken::Fields
            };
            self.blame(seq, what);
        }
        if entry.prev_hash != self.prev {
            self.blame(entry.seq, Broken::Link);
        }
        if digest(&entry.event.body) != entry.body_digest {
            self.blame(entry.seq, Broken::Body);
        }
        let computed = link(entry.seq, &entry.prev_hash, &entry.link().content);
        if computed != entry.hash {
            self.doubtful = Some((entry.seq, computed));
        }
        self.prev.clone_from(&entry.hash);
        self.next = entry.seq + 1;
    }

    /// The entry that comes next, and the hash it must follow.
    #[must_use]
    pub fn stands(&self) -> (u64, &str) {
        (self.next, &self.prev)
    }

    /// Ends after the entry that must be the last, which has this hash; gives what is wrong, first things first.
    #[must_use]
    pub fn end(mut self, last: u64, hash: &str) -> Vec<Fault> {
        if let Some((seq, computed)) = self.doubtful.take() {
            let what = if seq == last && computed == hash {
                Broken::Hash
            } else {
                Broken::Fields
            };
            self.blame(seq, what);
        } else if self.next == last + 1 && self.prev != hash {
            self.blame(last, Broken::Hash);
        }
        if self.next <= last {
            self.blame(self.next, Broken::Missing);
        }
        self.faults.sort_by_key(|fault| fault.seq);
        self.faults
    }

    fn blame(&mut self, seq: u64, what: Broken) {
        self.faults.push(Fault { seq, what });
    }
}

/// Recomputes the hash that links lead to, from the hash before the first; links must be without gaps.
pub fn follow(prev_hash: &str, links: &[Link]) -> Result<String, Fault> {
    let mut hash = prev_hash.to_owned();
    let first = links.first().map_or(0, |link| link.seq);
    for (seq, given) in (first..).zip(links) {
        if given.seq != seq {
            return Err(Fault {
                seq,
                what: Broken::Missing,
            });
        }
        hash = link(seq, &hash, &given.content);
    }
    Ok(hash)
}

#[cfg(test)]
mod tests;
