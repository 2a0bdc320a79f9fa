//! `suda up`: a whole local stack, with the reference set of Guangdong and a first complaint in it.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use suda_proto::sla_watchdog::v1::{
    ClockView, ListClocksRequest, sla_watchdog_service_client::SlaWatchdogServiceClient,
};

use super::{clock, complaint, reference};
use crate::{
    local::stack::{Stack, Wanted},
    output,
    session::{Session, answer},
};

#[derive(Debug, clap::Args)]
pub(super) struct Up {
    /// Begin anew: what the stack knew before is removed.
    #[arg(long)]
    fresh: bool,
    /// Let time stand still until `suda clock advance`.
    #[arg(long)]
    simulated_clock: bool,
    /// The reference folder.
    #[arg(long, default_value = "deploy/reference")]
    reference: PathBuf,
    /// Stop as soon as everything ran once.
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(up: &Up, session: &Session) -> anyhow::Result<()> {
    if up.fresh && session.state.exists() {
        std::fs::remove_dir_all(&session.state)
            .with_context(|| format!("cannot remove {}", session.state.display()))?;
    }
    let known = session.state.join("stack.json").exists();
    let programs = std::env::current_exe()?
        .parent()
        .map(PathBuf::from)
        .context("cannot find the programs")?;
    let wanted = Wanted {
        folder: session.state.clone(),
        programs,
        simulated_clock: up.simulated_clock,
        clock_start: String::new(),
        free_ports: false,
        otlp_url: String::new(),
    };
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
    bar.enable_steady_tick(Duration::from_millis(120));
    let stack = Stack::start(&wanted, |part| bar.set_message(format!("starting {part}"))).await?;
    bar.set_message("loading the reference set of Guangdong");
    let ready = async {
        let applied = reference::apply(&up.reference, false, session).await?;
        output::note(&format!(
            "reference: {} changes, {} as they were",
            applied.changes.len(),
            applied.unchanged
        ));
        if !known {
            first_complaints(session, &bar).await?;
        }
        show_open(session).await
    }
    .await;
    bar.finish_and_clear();
    if let Err(error) = ready {
        stack.stop().await;
        return Err(error);
    }
    output::note(&format!(
        "Suda runs in {}; everything listens on 127.0.0.1 only. Try: suda clock list · suda status · suda complaint register --help",
        session.state.display()
    ));
    if !up.once {
        output::note("Ctrl-C stops it.");
        chassis::shutdown::signalled().await?;
    }
    output::note("stopping");
    stack.stop().await;
    Ok(())
}

/// An invented complaint at the counter of an outlet, and one by telephone at the reception, of 台山.
async fn first_complaints(session: &Session, bar: &ProgressBar) -> anyhow::Result<()> {
    let at = |unit: &str, channel: &str, name: &str, content: &str| complaint::Register {
        unit: unit.to_owned(),
        channel: channel.to_owned(),
        nature: "consumer_complaint".to_owned(),
        received: None,
        late_reason: String::new(),
        name: name.to_owned(),
        phone: "13800000000".to_owned(),
        content: content.to_owned(),
        demand: "请核实并答复".to_owned(),
        settlement: String::new(),
    };
    let said = [
        (
            "p58900201receiver",
            at(
                "58900201",
                "visit",
                "钟彩云",
                "排队一个多小时,柜台只开了一个窗口。",
            ),
        ),
        (
            "p589002slclerk",
            at(
                "589002SL",
                "phone",
                "曾国明",
                "自助机吞卡后三天没有人联系我。",
            ),
        ),
    ];
    for (account, what) in said {
        bar.set_message(format!("registering a complaint at {}", what.unit));
        let session = Session {
            account: account.to_owned(),
            ..session.clone()
        };
        let told = register_patiently(&what, &session).await?;
        let view = told.complaint.unwrap_or_default();
        output::note(&format!(
            "registered {}, query code {}",
            complaint::line(&view),
            told.query_code
        ));
    }
    Ok(())
}

/// The services hear of units from directory; until they have, they ask to be asked again.
async fn register_patiently(
    what: &complaint::Register,
    session: &Session,
) -> anyhow::Result<suda_proto::intake::v1::RegisterResponse> {
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let mut last = None;
    for _ in 0..120 {
        tick.tick().await;
        match complaint::register(what, session).await {
            Ok(told) => return Ok(told),
            Err(error) => last = Some(error),
        }
    }
    Err(last.context("nothing was registered")?)
}

/// The open clocks, as soon as the first are there.
async fn show_open(session: &Session) -> anyhow::Result<()> {
    let session = Session {
        account: "p44hgofficer".to_owned(),
        ..session.clone()
    };
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let mut clocks: Vec<ClockView> = Vec::new();
    for _ in 0..120 {
        tick.tick().await;
        let mut client = SlaWatchdogServiceClient::new(session.peer("sla-watchdog").await?);
        if let Ok(told) = answer(client.list_clocks(ListClocksRequest::default()).await) {
            clocks = told.clocks;
            let cases: std::collections::BTreeSet<_> =
                clocks.iter().map(|clock| &clock.number).collect();
            if cases.len() > 1 {
                break;
            }
        }
    }
    output::table(
        &["number", "clock", "what", "due", "left", "state"],
        clocks.iter().map(clock::row).collect(),
    );
    Ok(())
}
