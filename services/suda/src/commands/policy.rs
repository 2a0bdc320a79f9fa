//! `suda policy`: the limits as they are published, and drafts of them tried on what was.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chassis::grpc::timestamp;
use chrono::{DateTime, FixedOffset, Utc};
use directory::reference::{self, File};
use suda_proto::{
    directory::v1::{ListPoliciesRequest, directory_service_client::DirectoryServiceClient},
    sla_watchdog::v1::{
        BacktestLine, BacktestRequest, BacktestResponse,
        foresight_service_client::ForesightServiceClient,
    },
};

use crate::{
    output::{self, Form, due},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Policy {
    /// Lists the policies in force with their clocks.
    List,
    /// Tells how closed cases would have come out under a draft. Nothing is written.
    Backtest {
        /// The draft, a file as those in deploy/reference/policies.
        draft: PathBuf,
        /// Cases received from this instant on, e.g. 2026-01-01T00:00:00+08:00.
        #[arg(long)]
        from: DateTime<FixedOffset>,
        /// And before this one.
        #[arg(long)]
        until: DateTime<FixedOffset>,
    },
}

pub(super) async fn run(what: &Policy, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Policy::List => list(session, form).await,
        Policy::Backtest { draft, from, until } => {
            let request = BacktestRequest {
                draft: Some(read(draft)?),
                from: Some(timestamp(from.with_timezone(&Utc))),
                until: Some(timestamp(until.with_timezone(&Utc))),
            };
            let mut client = ForesightServiceClient::new(session.peer("sla-watchdog").await?);
            show(&answer(client.backtest(request).await)?, form)
        }
    }
}

async fn list(session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DirectoryServiceClient::new(session.peer("directory").await?);
    let told = answer(client.list_policies(ListPoliciesRequest {}).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    let rows = told.policies.iter().flat_map(|policy| {
        policy.clocks.iter().map(move |clock| {
            vec![
                format!("{} v{}", policy.code, policy.version),
                clock.code.clone(),
                clock.name.clone(),
                clock.article.clone(),
            ]
        })
    });
    output::table(&["制度", "时限", "事项", "条款"], rows.collect());
    Ok(())
}

fn read(path: &PathBuf) -> anyhow::Result<suda_proto::directory::v1::Policy> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("无法读取 {}", path.display()))?;
    let file = File {
        path: path.display().to_string(),
        text,
    };
    match reference::policy(&file) {
        Ok(policy) => Ok(policy),
        Err(faults) => {
            let said: Vec<_> = faults.iter().map(|fault| format!("  {fault}")).collect();
            bail!("草案有误:\n{}", said.join("\n"))
        }
    }
}

fn show(told: &BacktestResponse, form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(told);
    }
    let row = |line: &BacktestLine| {
        vec![
            line.clock_code.clone(),
            line.unit_code.clone(),
            line.met.to_string(),
            line.breached.to_string(),
            line.would_be_met.to_string(),
            line.would_be_breached.to_string(),
        ]
    };
    let headings = ["时限", "单位", "按期", "超期", "按草案按期", "按草案超期"];
    output::table(
        &headings,
        told.clocks.iter().chain(&told.units).map(row).collect(),
    );
    let changes = told.changes.iter().map(|change| {
        vec![
            change.number.clone(),
            change.clock_code.clone(),
            due(change.was_due_at.as_ref()),
            due(change.due_at.as_ref()),
            if change.met { "按期" } else { "超期" }.to_owned(),
        ]
    });
    output::table(
        &["编号", "时限", "原到期", "草案到期", "草案结果"],
        changes.collect(),
    );
    output::text(&format!(
        "已办结 {} 件,其中 {} 项结果不同",
        told.cases,
        told.changes.len()
    ));
    Ok(())
}
