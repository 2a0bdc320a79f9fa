//! `suda status`, `suda parked`, `suda replay`: what an operator asks of every service alike.

use std::time::Duration;

use anyhow::Context;
use suda_proto::operation::v1::{
    ListParkedRequest, ParkedMessage, ReplayOutboxRequest, ReplayParkedRequest, StatusRequest,
    StatusResponse, operation_service_client::OperationServiceClient,
};

use crate::{
    given::Instant,
    local::services::SERVICES,
    output::{self, Form, time},
    rest::Doors,
    session::{Session, answer},
};

/// How often the outbox is looked at while facts are told again.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, clap::Subcommand)]
pub(super) enum Parked {
    /// Lists them.
    List,
    /// Takes one of a service once more, or all of them.
    Replay {
        /// The service.
        service: String,
        /// The message's id, or "all".
        message: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Replay {
    /// The service whose facts are told again.
    #[arg(long)]
    service: String,
    /// From when.
    #[arg(long)]
    since: Instant,
    /// Do not wait until they are told.
    #[arg(long)]
    no_wait: bool,
}

pub(super) async fn status(session: &Session, form: Form) -> anyhow::Result<()> {
    let told = Doors::of(&session.sign_in().await?)?.statuses().await?;
    if form == Form::Json {
        let told: anyhow::Result<Vec<_>> = told.iter().map(output::as_json).collect();
        return output::json(&told?.into());
    }
    output::table(
        &[
            "服务",
            "时间",
            "未发布",
            "待处理",
            "搁置",
            "任务失败",
            "内存",
            "计数",
        ],
        told.iter().map(row).collect(),
    );
    Ok(())
}

fn row(status: &StatusResponse) -> Vec<String> {
    let failures: u64 = status.tasks.iter().map(|task| task.failures).sum();
    let mut counts: Vec<_> = status
        .counts
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    counts.sort();
    vec![
        status.service.clone(),
        time(status.now.as_ref()),
        status.outbox_unpublished.to_string(),
        status.inbox_pending.to_string(),
        status.parked.to_string(),
        failures.to_string(),
        format!("{} MB", status.memory_bytes / 1024 / 1024),
        counts.join(" · "),
    ]
}

pub(super) async fn parked(what: &Parked, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Parked::Replay { service, message } => {
            let mut client = OperationServiceClient::new(session.peer(service).await?);
            let request = ReplayParkedRequest {
                message_id: message.clone(),
            };
            let told = answer(client.replay_parked(request).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            output::text(&format!(
                "已完成 {} 条,仍搁置 {} 条",
                told.done, told.still_parked
            ));
            Ok(())
        }
        Parked::List => {
            let signed_in = session.sign_in().await?;
            let mut messages = Vec::new();
            for service in &SERVICES {
                let mut client = OperationServiceClient::new(signed_in.peer(service.name)?);
                messages.extend(answer(client.list_parked(ListParkedRequest {}).await)?.messages);
            }
            if form == Form::Json {
                let told: anyhow::Result<Vec<_>> = messages.iter().map(output::as_json).collect();
                return output::json(&told?.into());
            }
            output::table(
                &["服务", "消息", "主题", "搁置时间", "原因"],
                messages.iter().map(parked_row).collect(),
            );
            Ok(())
        }
    }
}

fn parked_row(message: &ParkedMessage) -> Vec<String> {
    vec![
        message.consumer.clone(),
        message.message_id.clone(),
        message.subject.clone(),
        time(message.parked_at.as_ref()),
        message.reason.clone(),
    ]
}

pub(super) async fn replay(what: &Replay, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = OperationServiceClient::new(session.peer(&what.service).await?);
    let since = Some(what.since.stamp());
    let told = answer(client.replay_outbox(ReplayOutboxRequest { since }).await)?;
    if !what.no_wait {
        let bar = output::bar(told.facts, "重发")?;
        let mut tick = tokio::time::interval(LOOK);
        loop {
            tick.tick().await;
            let status = answer(client.status(StatusRequest::default()).await).context(
                "the facts are told again all the same; `suda status` shows how far it is",
            )?;
            bar.set_position(told.facts.saturating_sub(status.outbox_unpublished));
            if status.outbox_unpublished == 0 {
                break;
            }
        }
        bar.finish_and_clear();
    }
    if form == Form::Json {
        return output::message(&told);
    }
    output::text(&format!(
        "{} 重发 {} 条事实;接收方认得重复的消息",
        what.service, told.facts
    ));
    Ok(())
}
