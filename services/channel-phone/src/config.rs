//! The typed settings.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::NaiveTime;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error as _};

/// What only this adapter is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How far the timestamp of a call may be from our clock.
    pub skew_seconds: u32,
    /// Larger bodies are refused.
    pub largest_body_bytes: usize,
    /// How long an agent's form waits for its number.
    pub patience_ms: u64,
    /// A call that was spoken for longer must have a form.
    pub spoken_seconds: u32,
    /// When the forms of a day must be there.
    #[serde(deserialize_with = "time")]
    pub form_by: NaiveTime,
    /// How long after the end of a later call its form may take.
    pub form_grace_minutes: u32,
    /// The lines, by the name in the address.
    pub lines: BTreeMap<String, Line>,
}

/// A line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The telephone number complainants dial.
    #[serde(deserialize_with = "code")]
    pub number: String,
    /// The unit that receives what comes by it.
    #[serde(deserialize_with = "code")]
    pub unit_code: String,
    /// Shared with the call centre, for signatures.
    pub secret: SecretString,
    /// The folder of its recordings; empty when there is none.
    #[serde(default)]
    pub recordings: PathBuf,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| D::Error::custom(format!("{text:?} is no time of day such as \"17:30\"")))
}

/// A code of digits is still a word: the environment would make it a number.
fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Word(String),
        Number(u64),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Word(word) => word,
        Either::Number(number) => number.to_string(),
    })
}
