//! The typed settings.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;

/// What only this adapter is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How far the timestamp of a call-back may be from our clock.
    pub skew_seconds: u32,
    /// How long further messages belong to the complaint.
    pub conversation_hours: u32,
    /// How long a call-back waits for intake.
    pub patience_ms: u64,
    /// Larger call-backs are refused.
    pub largest_body_bytes: usize,
    /// How many acknowledgements one person gets in a day.
    pub answers_per_day: u64,
    /// The official accounts, by the name in the address.
    pub accounts: BTreeMap<String, Account>,
    /// The platform's API.
    pub api: Api,
}

/// An official account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its `AppID`.
    pub app_id: String,
    /// The unit that receives what comes by it.
    #[serde(deserialize_with = "code")]
    pub unit_code: String,
    /// The word shared with the platform.
    pub token: SecretString,
    /// How the platform calls back.
    pub mode: Mode,
    /// The `EncodingAESKey`; empty in plain mode.
    #[serde(default)]
    pub aes_key: SecretString,
    /// The one before it; empty when there was none.
    #[serde(default)]
    pub previous_aes_key: SecretString,
    /// For the API; empty when there is none.
    #[serde(default)]
    pub app_secret: SecretString,
}

/// How the platform calls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// 明文.
    Plain,
    /// 兼容: plain and encrypted in one.
    Compatible,
    /// 安全: encrypted only.
    Secure,
}

/// The platform's API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Where it is.
    pub base_url: String,
    /// How long one call may take.
    pub timeout_ms: u64,
}

/// A code of digits is still a word: the environment would make it a number.
fn code<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
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
