//! A changed calendar or policy: what it moves, and moving it.

use std::{path::Path, time::Duration};

use suda_proto::{
    directory::v1::{Calendar, Policy},
    sla_watchdog::v1::{
        ApplyLawRequest, ClockMove, PreviewLawRequest, PreviewLawResponse,
        foresight_service_client::ForesightServiceClient,
    },
};
use tonic::Code;

use super::reference;
use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
};

/// How long the watchdog may take to hear what was published.
const PATIENCE: Duration = Duration::from_secs(30);

/// What drafts, or what is published, would move; none when the watchdog knows no law yet and so has no clocks.
async fn preview(
    calendars: Vec<Calendar>,
    policies: Vec<Policy>,
    session: &Session,
) -> anyhow::Result<Option<PreviewLawResponse>> {
    let mut client = ForesightServiceClient::new(session.peer("sla-watchdog").await?);
    let request = PreviewLawRequest {
        calendars,
        policies,
        limit: 0,
    };
    match client.preview_law(request).await {
        Err(status) if status.code() == Code::Unavailable => Ok(None),
        told => answer(told).map(Some),
    }
}

/// What the files of a folder would move.
pub(in crate::commands) async fn of_files(
    folder: &Path,
    session: &Session,
) -> anyhow::Result<Option<PreviewLawResponse>> {
    let read = reference::checked(folder)?;
    preview(read.calendars, read.policies, session).await
}

pub(super) async fn impact(
    folder: Option<&Path>,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let told = match folder {
        Some(folder) => of_files(folder, session).await?,
        None => preview(Vec::new(), Vec::new(), session).await?,
    };
    show(&told.unwrap_or_default(), form)
}

pub(super) async fn apply(
    reason: &str,
    confirm: bool,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let told = preview(Vec::new(), Vec::new(), session).await?;
    let told = told.unwrap_or_default();
    show(&told, form)?;
    if !told.waiting {
        output::note("没有待应用的变更");
        return Ok(());
    }
    if !confirm {
        output::note("尚未变动;确认后加 --confirm 再执行");
        return Ok(());
    }
    make(&told.token, reason, session).await
}

async fn make(token: &str, reason: &str, session: &Session) -> anyhow::Result<()> {
    let mut client = ForesightServiceClient::new(session.peer("sla-watchdog").await?);
    let request = ApplyLawRequest {
        request_id: uuid(),
        token: token.to_owned(),
        reason: reason.to_owned(),
    };
    let moved = answer(client.apply_law(request).await)?.moved;
    output::note(&format!("已变动 {moved} 个时限"));
    Ok(())
}

/// Moves the clocks as they were previewed, once the watchdog has heard what was published.
pub(in crate::commands) async fn follow(
    seen: &PreviewLawResponse,
    reason: &str,
    session: &Session,
) -> anyhow::Result<()> {
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    loop {
        tick.tick().await;
        let now = preview(Vec::new(), Vec::new(), session).await?;
        let now = now.unwrap_or_default();
        if now.waiting && now.token == seen.token {
            return make(&now.token, reason, session).await;
        }
        if tokio::time::Instant::now() > until {
            anyhow::bail!(
                "已公布,但时限与预览时不同;请先用 `suda clock impact` 查看,再执行 \
                 `suda clock apply --reason … --confirm`"
            );
        }
    }
}

/// A preview as people or programs read it.
pub(in crate::commands) fn show(told: &PreviewLawResponse, form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(told);
    }
    if !told.moves.is_empty() {
        output::table(
            &["编号", "时限", "原到期", "新到期"],
            told.moves.iter().map(row).collect(),
        );
    }
    output::text(&sentence(told));
    Ok(())
}

/// How many move, and which way: "214 open clocks move, 9 earlier".
pub(in crate::commands) fn sentence(told: &PreviewLawResponse) -> String {
    format!(
        "{} 个(共 {} 个)未结时限将变动:提前 {},延后 {},终止 {}",
        told.moved, told.open, told.earlier, told.later, told.ended
    )
}

fn row(change: &ClockMove) -> Vec<String> {
    let clock = change.clock.clone().unwrap_or_default();
    let due = if change.due_words.is_empty() {
        "终止".to_owned()
    } else {
        change.due_words.clone()
    };
    vec![clock.number, clock.code, clock.due_words, due]
}
