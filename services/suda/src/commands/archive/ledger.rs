//! The ledger on the command line: taken out, or checked where it lies.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use suda_proto::archive::v1::{
    ExportLedgerRequest, VerifyLedgerRequest, VerifyLedgerResponse,
    archive_service_client::ArchiveServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer, gathered},
};

/// How long the server may take to recompute the whole chain.
const LONG: Duration = Duration::from_secs(600);

/// Whether it is taken out or checked.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Wanted {
    /// Takes nothing out: has the server recompute its chain and check its signed checkpoints.
    #[arg(long, conflicts_with_all = ["reason", "to"])]
    check: bool,
    /// Why.
    #[arg(long, default_value = "", required_unless_present = "check")]
    reason: String,
    /// Where to.
    #[arg(long, default_value = "ledger.jsonl")]
    to: PathBuf,
}

pub(super) async fn run(wanted: &Wanted, session: &Session, form: Form) -> anyhow::Result<()> {
    if wanted.check {
        return check(session, form).await;
    }
    let bytes = taken_out(&wanted.reason, session).await?;
    let to = wanted.to.display();
    std::fs::write(&wanted.to, &bytes).with_context(|| format!("无法写入 {to}"))?;
    output::text(&format!("{to}: {} 字节", bytes.len()));
    Ok(())
}

async fn taken_out(reason: &str, session: &Session) -> anyhow::Result<Vec<u8>> {
    let mut client = ArchiveServiceClient::new(session.peer("archive").await?);
    let request = ExportLedgerRequest {
        reason: reason.to_owned(),
        ..ExportLedgerRequest::default()
    };
    let parts = answer(client.export_ledger(request).await)?;
    gathered(parts, |part| part.data).await
}

/// Has the server check its ledger; fails when that is not intact.
async fn check(session: &Session, form: Form) -> anyhow::Result<()> {
    let peer = session.peer("archive").await?.within(LONG);
    let mut client = ArchiveServiceClient::new(peer);
    let bar = output::spinner("正在重算总账")?;
    let told = answer(client.verify_ledger(VerifyLedgerRequest::default()).await)?;
    bar.finish_and_clear();
    match form {
        Form::Json => output::message(&told)?,
        Form::Table => show(&told),
    }
    ensure!(
        told.intact,
        "总账与签名时不符,发现 {} 处问题;请不要改动任何数据,并通知运维人员按 deploy/runbooks/ledger-changed.md 处理",
        told.faults.len()
    );
    Ok(())
}

fn show(told: &VerifyLedgerResponse) {
    let standing = if told.intact {
        "完整,与签名时相符"
    } else {
        "不完整,与签名时不符"
    };
    output::facts(&[
        ("总账", standing.to_owned()),
        ("重算记录", format!("{} 条", told.entries)),
        ("核对签名点", format!("{} 个", told.checkpoints)),
        ("止于", format!("第 {} 条", told.until_seq)),
    ]);
    let faults = told.faults.iter().map(|fault| {
        let place = match fault.seq {
            0 => "全部".to_owned(),
            seq => format!("第 {seq} 条"),
        };
        vec![place, fault.sentence.clone()]
    });
    output::section("问题", &["记录", "说明"], faults.collect());
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::commands::Command;

    #[test]
    fn it_is_taken_out_for_a_reason_and_checked_without_one() {
        for typed in [
            "--check",
            "--check --output json",
            "--reason 年度审计",
            "--reason 年度审计 --to l.jsonl",
        ] {
            let words = format!("suda archive ledger {typed}");
            let told = Command::try_parse_from(words.split(' '));
            assert!(told.is_ok(), "{words}");
        }
    }
}
