//! `suda up`: a whole local stack, with the reference set of Guangdong and three first cases in it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::Context;
use indicatif::ProgressBar;
use suda_proto::{
    common::v1::Role,
    directory::v1::{ListPostsRequest, directory_service_client::DirectoryServiceClient},
    routing::v1::{GetCaseRequest, routing_service_client::RoutingServiceClient},
    sla_watchdog::v1::{
        ClockView, ListClocksRequest, SubjectKind,
        sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};

use super::reference;
use crate::{
    local::{
        inputs,
        stack::{Stack, Wanted},
    },
    output,
    rest::Doors,
    session::{Session, answer},
    words,
};

/// How long the services may take until each knows the units.
const PATIENCE: Duration = Duration::from_secs(120);

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
    let programs = std::env::current_exe()?
        .parent()
        .map(PathBuf::from)
        .context("cannot find the programs")?;
    let wanted = Wanted {
        folder: session.state.clone(),
        programs,
        simulated_clock: up.simulated_clock,
        clock_start: String::new(),
        temporary: false,
        otlp_url: String::new(),
    };
    let bar = output::spinner("starting")?;
    let stack = Stack::start(&wanted, |part| bar.set_message(format!("starting {part}"))).await?;
    bar.set_message("loading the reference set of Guangdong");
    let ready = async {
        let applied = reference::apply(&up.reference, false, session).await?;
        output::note(&format!(
            "reference: {} changes, {} as they were",
            applied.changes.len(),
            applied.unchanged
        ));
        bar.set_message("waiting until every service knows the units");
        let doors = Doors::of(&session.sign_in().await?)?;
        doors.rest(PATIENCE).await?;
        // Not whether the stack is new: a start that was broken off is gone on with.
        let brought = stack.layout.path("inputs.brought");
        let first = !brought.exists();
        if first {
            first_inputs(&stack, &doors, &bar).await?;
            std::fs::write(&brought, "")?;
        }
        show_open(session, if first { 3 } else { 0 }).await
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

/// Brings a mail, a WeChat message and a call to the adapters, and waits until each is a case.
async fn first_inputs(stack: &Stack, doors: &Doors, bar: &ProgressBar) -> anyhow::Result<()> {
    let now = doors.status("directory").await?.now;
    let now = now
        .as_ref()
        .and_then(chassis::grpc::instant)
        .context("directory says no time")?;
    bar.set_message("bringing a mail, a WeChat message and a call");
    inputs::bring(&stack.layout, &stack.facts, now).await
}

/// The open cases, each with its unit, its post and the deadline that binds; waits until there are as many as `expected`.
async fn show_open(session: &Session, expected: usize) -> anyhow::Result<()> {
    let officer = session.as_account("p44hgofficer");
    let mut tick = tokio::time::interval(Duration::from_millis(300));
    let mut binding: BTreeMap<String, ClockView> = BTreeMap::new();
    for _ in 0..200 {
        tick.tick().await;
        let mut client = SlaWatchdogServiceClient::new(officer.peer("sla-watchdog").await?);
        // Units have duties with clocks of their own, which are no case.
        let asked = ListClocksRequest {
            subject_kind: SubjectKind::Case.into(),
            ..ListClocksRequest::default()
        };
        let told = answer(client.list_clocks(asked).await)?;
        // They come earliest due first.
        for clock in told.clocks {
            binding.entry(clock.number.clone()).or_insert(clock);
        }
        if binding.len() >= expected {
            break;
        }
        binding.clear();
    }
    anyhow::ensure!(
        binding.len() >= expected.min(1),
        "no case came of what was brought; see `suda status` and the logs"
    );
    let mut rows = Vec::new();
    for clock in binding.values() {
        rows.push(row(&officer, clock).await?);
    }
    output::table(&["编号", "渠道", "单位", "岗位", "时限", "到期"], rows);
    Ok(())
}

async fn row(officer: &Session, clock: &ClockView) -> anyhow::Result<Vec<String>> {
    let mut routing = RoutingServiceClient::new(officer.peer("routing").await?);
    let request = GetCaseRequest {
        case_id: clock.case_id.clone(),
        number: String::new(),
    };
    let case = answer(routing.get_case(request).await)?
        .case
        .unwrap_or_default();
    let mut directory = DirectoryServiceClient::new(officer.peer("directory").await?)
        .max_decoding_message_size(chassis::grpc::LARGEST_MESSAGE);
    let request = ListPostsRequest {
        unit_code: case.unit_code.clone(),
    };
    let posts = answer(directory.list_posts(request).await)?.posts;
    let receives = [Role::ReceptionClerk, Role::OutletReceiver];
    let post = posts
        .iter()
        .filter_map(|view| view.post.as_ref())
        .find(|post| receives.contains(&post.role()));
    let channel = words::said(case.channel().as_str_name());
    let why = format!(
        "{} {}({},{})",
        clock.code, clock.name, clock.article, clock.limit
    );
    let due = output::due(clock.due_at.as_ref());
    let post = post.map(|post| post.name.clone()).unwrap_or_default();
    Ok(vec![
        clock.number.clone(),
        channel,
        case.unit_code,
        post,
        why,
        due,
    ])
}
