//! The typed settings.

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

/// What only this adapter is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Right of the @ in the message ids of our mails.
    pub domain: String,
    /// Names of our own mail servers.
    pub own_mx: Vec<String>,
    /// Larger mails are put aside.
    pub largest_mail_bytes: usize,
    /// How many acknowledgements one sender gets in a day.
    pub answers_per_day: u64,
    /// How often the mailboxes are looked at.
    pub look_every_seconds: u64,
    /// Who alarms are from.
    pub sender: String,
    /// The mailboxes, by any name.
    pub mailboxes: BTreeMap<String, Mailbox>,
    /// How mail goes out.
    pub out: Out,
}

/// A mailbox that mail is taken from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// Its Maildir.
    pub folder: PathBuf,
    /// The unit that receives it.
    #[serde(deserialize_with = "code")]
    pub unit_code: String,
    /// Its address.
    pub address: String,
}

/// How mail goes out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Out {
    /// Which way.
    pub manner: OutManner,
    /// The Maildir.
    pub folder: PathBuf,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub tls: Tls,
    /// Account at the server; empty for none.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

/// Which way mail goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutManner {
    /// Into a Maildir.
    Maildir,
    /// To a server.
    Smtp,
}

/// How the line to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all.
    None,
    /// From the first command on.
    Tls,
    /// After the greeting.
    Starttls,
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
