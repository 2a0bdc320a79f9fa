//! `suda status`, `suda parked`, `suda replay`: what an operator asks of every service alike.

use chrono::{DateTime, FixedOffset, Utc};
use suda_proto::operation::v1::{
    ListParkedRequest, ReplayOutboxRequest, ReplayParkedRequest, StatusRequest,
    operation_service_client::OperationServiceClient,
};

use crate::{
    local::services::SERVICES,
    output::{self, Form},
    session::{Session, answer},
};

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
    /// From when, e.g. 2026-09-23T10:00:00+08:00.
    #[arg(long)]
    since: DateTime<FixedOffset>,
}

pub(super) async fn status(session: &Session, form: Form) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for service in &SERVICES {
        let mut client = OperationServiceClient::new(session.peer(service.name).await?);
        let status = answer(client.status(StatusRequest {}).await)?;
        rows.push(vec![
            status.service,
            status.outbox_unpublished.to_string(),
            status.inbox_pending.to_string(),
            status.parked.to_string(),
            format!("{} MB", status.memory_bytes / 1024 / 1024),
            status
                .tasks
                .iter()
                .map(|task| task.failures)
                .sum::<u64>()
                .to_string(),
        ]);
    }
    let headings = [
        "service",
        "unpublished",
        "pending",
        "parked",
        "memory",
        "task failures",
    ];
    if form == Form::Json {
        let told: Vec<_> = rows
            .into_iter()
            .map(|row| {
                headings
                    .iter()
                    .map(|heading| (*heading).to_owned())
                    .zip(row)
                    .collect::<std::collections::BTreeMap<_, _>>()
            })
            .collect();
        return output::json(&serde_json::to_value(told)?);
    }
    output::table(&headings, rows);
    Ok(())
}

pub(super) async fn parked(what: &Parked, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Parked::Replay { service, message } => {
            let mut client = OperationServiceClient::new(session.peer(service).await?);
            let request = ReplayParkedRequest {
                message_id: message.clone(),
            };
            let told = answer(client.replay_parked(request).await)?;
            output::text(&format!(
                "{} done, {} still parked",
                told.done, told.still_parked
            ));
            Ok(())
        }
        Parked::List => {
            let mut rows = Vec::new();
            for service in &SERVICES {
                let mut client = OperationServiceClient::new(session.peer(service.name).await?);
                for message in answer(client.list_parked(ListParkedRequest {}).await)?.messages {
                    rows.push(vec![
                        message.consumer,
                        message.message_id,
                        message.subject,
                        message.reason,
                    ]);
                }
            }
            if form == Form::Json {
                return output::json(&serde_json::to_value(rows)?);
            }
            output::table(&["service", "message", "subject", "reason"], rows);
            Ok(())
        }
    }
}

pub(super) async fn replay(what: &Replay, session: &Session) -> anyhow::Result<()> {
    let mut client = OperationServiceClient::new(session.peer(&what.service).await?);
    let since = chassis::grpc::timestamp(what.since.with_timezone(&Utc));
    let told = answer(
        client
            .replay_outbox(ReplayOutboxRequest { since: Some(since) })
            .await,
    )?;
    output::text(&format!(
        "{} facts are told again; hearers know repeats",
        told.facts
    ));
    Ok(())
}
