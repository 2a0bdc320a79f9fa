//! What travels beside a message: the attributes of a cloud event and the trace, as NATS headers (binary mode).

use async_nats::HeaderMap;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// A message as it was heard.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Id of the message, the same however often it comes.
    pub id: Uuid,
    /// The subject it came on.
    pub subject: String,
    /// The union it concerns: the last token of the subject.
    pub union: String,
    /// What it is about: the id of a case, the code of a unit.
    pub key: String,
    /// When the fact happened.
    pub occurred_at: DateTime<Utc>,
    /// Post or service that caused it.
    pub actor: String,
    /// The service that told it.
    pub source: String,
    /// The fact, protobuf.
    pub body: Bytes,
    /// W3C trace context of the cause.
    pub traceparent: Option<String>,
}

impl Heard {
    /// The full protobuf name of the message: the subject without its union.
    #[must_use]
    pub fn message(&self) -> &str {
        self.subject
            .rsplit_once('.')
            .map_or(self.subject.as_str(), |(message, _)| message)
    }

    /// The headers it travels with.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, self.id.to_string());
        headers.insert("ce-specversion", "1.0");
        headers.insert("ce-id", self.id.to_string());
        headers.insert("ce-type", self.message());
        headers.insert("ce-source", self.source.as_str());
        headers.insert("ce-subject", self.key.as_str());
        headers.insert(
            "ce-time",
            self.occurred_at
                .to_rfc3339_opts(SecondsFormat::Micros, true),
        );
        headers.insert("ce-actor", self.actor.as_str());
        headers.insert("content-type", "application/protobuf");
        if let Some(traceparent) = &self.traceparent {
            headers.insert("traceparent", traceparent.as_str());
        }
        headers
    }

    /// Reads a message that came on `subject`; the error says which header is missing or wrong.
    pub fn read(subject: &str, headers: Option<&HeaderMap>, body: Bytes) -> Result<Self, String> {
        let header = |name: &str| {
            headers
                .and_then(|headers| headers.get(name))
                .map(|value| value.as_str().to_owned())
                .ok_or_else(|| format!("a message on {subject} without the header {name}"))
        };
        let id = header("ce-id")?;
        let time = header("ce-time")?;
        Ok(Self {
            id: id.parse().map_err(|_| format!("ce-id {id:?} is no UUID"))?,
            union: subject
                .rsplit_once('.')
                .map(|(_, union)| union.to_owned())
                .unwrap_or_default(),
            subject: subject.to_owned(),
            key: header("ce-subject")?,
            occurred_at: time
                .parse()
                .map_err(|_| format!("ce-time {time:?} is no instant"))?,
            actor: header("ce-actor")?,
            source: header("ce-source")?,
            body,
            traceparent: header("traceparent").ok(),
        })
    }
}
