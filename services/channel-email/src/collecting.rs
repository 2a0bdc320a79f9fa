//! Taking mail out of the mailboxes: kept first, moved second.

use adapter::{Desk, arriving::Arrival};
use anyhow::Context as _;
use bytes::Bytes;

use crate::{
    config::Mailbox,
    domain::mail,
    maildir::{self, Found},
    way::Email,
};

/// How many mails of a mailbox one round takes.
const BATCH: usize = 200;

/// Takes what lies in the mailboxes. For a task that repeats.
pub async fn collect(desk: &Desk<Email>) -> anyhow::Result<String> {
    let (mut kept, mut again, mut failed) = (0_usize, 0_usize, 0_usize);
    for mailbox in desk.way.settings.mailboxes.values() {
        let lying = match maildir::waiting(&mailbox.folder).await {
            Ok(lying) => lying,
            // One mailbox that is away must not keep the others from being read.
            Err(error) => {
                tracing::error!(mailbox = %mailbox.folder.display(), error = format!("{error:#}"), "a mailbox could not be read");
                failed += 1;
                continue;
            }
        };
        let mut taken = 0_usize;
        for found in lying {
            if taken == BATCH {
                break;
            }
            match take(desk, mailbox, &found).await {
                Ok(Some(known)) => {
                    taken += 1;
                    kept += usize::from(!known);
                    again += usize::from(known);
                }
                Ok(None) => {}
                // One bad file must not keep the others waiting.
                Err(error) => {
                    tracing::error!(file = %found.path.display(), error = format!("{error:#}"), "a mail could not be taken");
                    failed += 1;
                }
            }
        }
    }
    if kept > 0 {
        desk.base.wake.wake("register");
    }
    anyhow::ensure!(
        failed == 0,
        "{failed} mails or mailboxes could not be taken, {kept} mails were"
    );
    Ok(format!("{kept} mails taken, {again} repeats"))
}

/// Takes one mail; says whether it was known, or `None` when it is no longer there.
async fn take(
    desk: &Desk<Email>,
    mailbox: &Mailbox,
    found: &Found,
) -> anyhow::Result<Option<bool>> {
    let raw = match tokio::fs::read(&found.path).await {
        Ok(raw) => Bytes::from(raw),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("cannot read it"),
    };
    let taken_at = desk.base.clock.now();
    let settings = &desk.way.settings;
    let mut arrival = Arrival {
        scope: "mail".to_owned(),
        message_id: String::new(),
        account: mailbox.address.clone(),
        unit_code: mailbox.unit_code.clone(),
        sender: String::new(),
        received_at: taken_at,
        raw: raw.clone(),
        body_digest: String::new(),
        flaw: String::new(),
        note: found.name.clone(),
    };
    if raw.len() > settings.largest_mail_bytes {
        let megabytes = raw.len().div_ceil(1 << 20);
        arrival.flaw = format!("邮件过大（约 {megabytes} MB），没有自动登记，请查看原件后登记");
    } else if let Some(read) = desk.way.read_mail(&raw) {
        arrival.received_at = mail::received_at(&read.hops, &settings.own_mx, taken_at);
        arrival.message_id = read.message_id;
        arrival.sender = read.from;
        arrival.body_digest = read.body_digest;
    }
    let kept = desk.keep(arrival).await?;
    maildir::process(&mailbox.folder, found).await?;
    Ok(Some(kept.again))
}
