//! An adapter with two mailboxes.

use std::{path::PathBuf, sync::Arc};

use adapter::testing::Office;
use channel_email::ChannelEmail;
use chassis::testing::Stack;
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) office: Arc<Office>,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (office, url) = Office::open().await;
        let stack = Stack::start::<ChannelEmail>(|setup| {
            setup
                .set("peers.intake", &url)
                .set("peers.routing", &url)
                .set("service.domain", "suda.example")
                .set("service.own_mx", ["mx.jiangmen.example"])
                .set("service.largest_mail_bytes", 200_000)
                .set("service.answers_per_day", 2)
                .set(
                    "service.mailboxes.jiangmen.folder",
                    folder.path().join("jiangmen"),
                )
                .set("service.mailboxes.jiangmen.unit_code", "589001SL")
                .set(
                    "service.mailboxes.jiangmen.address",
                    "tousu@jiangmen.example",
                )
                .set(
                    "service.mailboxes.taishan.folder",
                    folder.path().join("taishan"),
                )
                .set("service.mailboxes.taishan.unit_code", "589002SL")
                .set("service.mailboxes.taishan.address", "tousu@taishan.example")
                .set("service.out.folder", folder.path().join("out"));
        })
        .await;
        Self {
            stack,
            office,
            folder,
        }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Puts a mail into a mailbox.
    pub(crate) fn arrives(&self, mailbox: &str, name: &str, mail: impl AsRef<[u8]>) {
        std::fs::write(self.path(mailbox).join("new").join(name), mail).unwrap();
    }

    /// Takes and works on what lies there.
    pub(crate) async fn work(&self) {
        self.stack.run_task("collect").await;
        self.stack.run_task("register").await;
    }

    /// The names in a folder, sorted.
    pub(crate) fn names(&self, below: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(below)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The mails that went out, parsed, in order of name.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.names("out/new")
            .into_iter()
            .map(|name| Sent(std::fs::read(self.path("out/new").join(name)).unwrap()))
            .collect()
    }

    pub(crate) async fn states(&self) -> Vec<String> {
        use sea_orm::ConnectionTrait as _;
        let text = "SELECT state FROM incoming ORDER BY position";
        let rows = self
            .stack
            .db
            .reader()
            .query_all_raw(chassis::db::sql(text, []))
            .await
            .unwrap();
        rows.iter()
            .map(|row| row.try_get("", "state").unwrap())
            .collect()
    }
}

/// A mail that went out.
pub(crate) struct Sent(Vec<u8>);

impl Sent {
    pub(crate) fn header(&self, name: &str) -> String {
        let mail = mail_parser::MessageParser::default()
            .parse(&self.0)
            .unwrap();
        let raw = mail.header_raw(name).unwrap_or_default();
        raw.trim().to_owned()
    }

    pub(crate) fn subject(&self) -> String {
        let mail = mail_parser::MessageParser::default()
            .parse(&self.0)
            .unwrap();
        mail.subject().unwrap_or_default().to_owned()
    }

    pub(crate) fn text(&self) -> String {
        let mail = mail_parser::MessageParser::default()
            .parse(&self.0)
            .unwrap();
        mail.body_text(0).unwrap_or_default().into_owned()
    }
}

/// A plain mail.
pub(crate) fn mail(id: &str, more: &str, text: &str) -> String {
    format!(
        "From: Zhang <zhang@example.com>\r\nTo: tousu@jiangmen.example\r\nSubject: =?UTF-8?B?5oqV6K+J?=\r\n\
         Date: Mon, 1 Jan 2001 00:00:00 +0800\r\nMessage-ID: <{id}>\r\n{more}\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}
