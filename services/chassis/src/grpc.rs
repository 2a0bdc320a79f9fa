//! Requests: how they are let in ([`server`]), refused ([`status`]) and made ([`client`]).

pub mod client;
pub mod server;
pub mod status;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use serde::Deserialize;
use tonic::{Request, Status};

pub use client::{Peer, Peers};
pub use status::{
    denied, internal, invalid, invalid_all, not_found, refused, sentence, stale, unauthenticated,
    unavailable,
};

use crate::auth::{Caller, TokenRefused};

/// The largest message, unless `grpc.message_limit_bytes` sets it lower.
///
/// tonic itself stops at 4 MB: a service that takes or gives more says
/// `XServer::from_arc(desk).max_decoding_message_size(LARGEST_MESSAGE)`, and its client likewise.
pub const LARGEST_MESSAGE: usize = 32 * 1024 * 1024;

/// Section `[grpc]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long a call may take when the caller does not say.
    pub default_deadline_seconds: u64,
    /// How long a call may take at most, whatever the caller says.
    pub longest_deadline_seconds: u64,
    /// The largest message taken.
    pub message_limit_bytes: usize,
    /// How many calls are answered at a time; one more is told to come again.
    pub max_concurrent: usize,
    /// TLS for the door and for calls to others; empty paths mean none.
    pub tls: Tls,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_deadline_seconds: 30,
            longest_deadline_seconds: 600,
            message_limit_bytes: LARGEST_MESSAGE,
            max_concurrent: 1024,
            tls: Tls::default(),
        }
    }
}

impl Settings {
    /// How long a call may take when the caller does not say.
    #[must_use]
    pub fn default_deadline(&self) -> Duration {
        Duration::from_secs(self.default_deadline_seconds)
    }

    /// How long a call may take at most.
    #[must_use]
    pub fn longest_deadline(&self) -> Duration {
        Duration::from_secs(self.longest_deadline_seconds)
    }
}

/// Section `[grpc.tls]`: the same certificate shows who we are to callers and to those we call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// The authority that signed the certificates of those we call, PEM; required once there is a certificate.
    pub authority: PathBuf,
    /// Whether callers must show a certificate of that authority too (mTLS).
    pub mutual: bool,
}

impl Tls {
    /// Whether TLS is wanted.
    #[must_use]
    pub fn wanted(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

/// Section `[peers]`: where the other services answer, by name.
pub type PeerUrls = BTreeMap<String, String>;

/// Says who calls. The door has put it there; without the door there is no caller.
pub fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    request
        .extensions()
        .get::<Arc<Caller>>()
        .map(|caller| Caller::clone(caller))
        .ok_or_else(|| unauthenticated(&TokenRefused::Missing))
}

/// An instant as it stands in messages.
#[must_use]
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap_or(999_999_999);
    Timestamp {
        seconds: at.timestamp(),
        nanos,
    }
}

/// An instant out of a message; none when it is no instant of the years 1 to 9999, which are all that a `Timestamp` has
/// and that every database and every calendar takes.
#[must_use]
pub fn instant(timestamp: &Timestamp) -> Option<DateTime<Utc>> {
    const YEAR_1: i64 = -62_135_596_800;
    const YEAR_10_000: i64 = 253_402_300_800;
    let seconds = timestamp.seconds;
    (YEAR_1..YEAR_10_000)
        .contains(&seconds)
        .then(|| DateTime::from_timestamp(seconds, u32::try_from(timestamp.nanos).ok()?))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p12_an_instant_that_no_calendar_has_is_none() {
        let at = |seconds, nanos| instant(&Timestamp { seconds, nanos });
        let earliest: DateTime<Utc> = "0001-01-01T00:00:00Z".parse().unwrap();
        let latest: DateTime<Utc> = "9999-12-31T23:59:59Z".parse().unwrap();
        for day in [earliest, latest] {
            assert_eq!(at(day.timestamp(), 0), Some(day));
        }
        for seconds in [
            earliest.timestamp() - 1,
            latest.timestamp() + 1,
            i64::MIN,
            i64::MAX,
        ] {
            assert_eq!(at(seconds, 0), None, "{seconds}");
        }
        assert_eq!(at(0, -1), None);
        assert_eq!(at(0, i32::MAX), None);
    }
}
