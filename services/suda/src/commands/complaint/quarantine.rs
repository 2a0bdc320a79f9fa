//! What arrived and could not be read: it is looked at and resolved the same day (指引 art. 24(1)).

use std::path::PathBuf;

use anyhow::Context;
use chassis::grpc::LARGEST_MESSAGE;
use suda_proto::{
    common::v1::Channel,
    intake::v1::{
        GetBlobRequest, ListQuarantineRequest, ListQuarantineResponse, QuarantineItem,
        RegisterRequest, ResolveQuarantineRequest, intake_service_client::IntakeServiceClient,
        resolve_quarantine_request::Resolution,
    },
};
use uuid::Uuid;

use super::{super::pages, Intake, form, looking, registered};
use crate::{
    given::{Request, Text},
    output::{self, Form, due, time},
    session::{Session, answer, done},
    words::said,
};

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Quarantine {
    /// Lists it, oldest first.
    List {
        /// Only this union's.
        #[arg(long, default_value = "")]
        union: String,
        /// Also what was resolved.
        #[arg(long)]
        resolved: bool,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Shows a message that was put aside, as far as it is text.
    Show {
        /// The message's id.
        message: Uuid,
        /// Write the original bytes to this file.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Registers a complaint from a message, or dismisses it with a reason.
    Resolve(Box<Resolve>),
}

/// How a message ends: as a complaint, or dismissed.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Resolve {
    /// The message's id.
    message: Uuid,
    /// It is no complaint, because.
    #[arg(long, conflicts_with = "content", required_unless_present = "content")]
    dismiss: Option<Text>,
    /// The complaint in the complainant's words.
    #[arg(long)]
    content: Option<Text>,
    /// The unit that receives it; the message's when it is not given.
    #[arg(long, default_value = "")]
    unit: String,
    /// How it came; as the message did when it is not given.
    #[arg(long, value_parser = form::channel())]
    channel: Option<Channel>,
    #[command(flatten)]
    form: form::Fields,
    #[command(flatten)]
    request: Request,
}

pub(super) async fn run(what: Quarantine, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?)
        .max_decoding_message_size(LARGEST_MESSAGE);
    match what {
        Quarantine::List {
            union,
            resolved,
            limit,
        } => {
            let items = all(&mut intake, union, resolved, limit).await?;
            if form == Form::Json {
                return output::message(&ListQuarantineResponse {
                    items,
                    next_token: String::new(),
                });
            }
            output::table(
                &[
                    "消息",
                    "单位",
                    "渠道",
                    "收到时间",
                    "处理期限",
                    "状态",
                    "不能识别的原因",
                ],
                items.iter().map(row).collect(),
            );
            Ok(())
        }
        Quarantine::Show { message, to } => show(&mut intake, message, to, form).await,
        Quarantine::Resolve(what) => resolve(&mut intake, *what, session, form).await,
    }
}

async fn all(
    intake: &mut Intake,
    union_code: String,
    resolved: bool,
    limit: usize,
) -> anyhow::Result<Vec<QuarantineItem>> {
    pages::all(limit, async |page| {
        let asked = ListQuarantineRequest {
            union_code: union_code.clone(),
            resolved,
            page: Some(page),
        };
        let part = answer(intake.list_quarantine(asked).await)?;
        Ok((part.items, part.next_token))
    })
    .await
}

fn row(item: &QuarantineItem) -> Vec<String> {
    let view = item.quarantine.clone().unwrap_or_default();
    vec![
        view.quarantine_id.clone(),
        view.unit_code.clone(),
        said(view.channel().as_str_name()),
        time(view.received_at.as_ref()),
        due(view.due_at.as_ref()),
        state(item),
        item.why.clone(),
    ]
}

fn state(item: &QuarantineItem) -> String {
    let outcome = said(item.outcome().as_str_name());
    match (outcome.as_str(), item.overdue) {
        ("", true) => "待处理(已超期)".to_owned(),
        ("", false) => "待处理".to_owned(),
        _ => outcome,
    }
}

async fn show(
    intake: &mut Intake,
    message: Uuid,
    to: Option<PathBuf>,
    form: Form,
) -> anyhow::Result<()> {
    let id = message.to_string();
    let items = all(intake, String::new(), true, usize::MAX).await?;
    let item = items
        .into_iter()
        .find(|item| {
            item.quarantine
                .as_ref()
                .is_some_and(|view| view.quarantine_id == id)
        })
        .with_context(|| {
            format!("没有消息 {id};可用 `suda complaint quarantine list --resolved` 查看")
        })?;
    if form == Form::Json && to.is_none() {
        return output::message(&item);
    }
    let asked = GetBlobRequest {
        quarantine_id: id.clone(),
        ..GetBlobRequest::default()
    };
    let bytes = looking::bytes(intake, asked).await?;
    if let Some(to) = to {
        return looking::keep(&to, &bytes);
    }
    let view = item.quarantine.clone().unwrap_or_default();
    output::facts(&[
        ("消息", id),
        ("单位", view.unit_code.clone()),
        ("账户", item.account.clone()),
        ("渠道", said(view.channel().as_str_name())),
        ("收到时间", time(view.received_at.as_ref())),
        ("处理期限", due(view.due_at.as_ref())),
        ("状态", state(&item)),
        ("不能识别的原因", item.why.clone()),
        ("登记为", item.complaint_id.clone()),
        ("不是投诉的理由", item.dismiss_reason.clone()),
        ("处理岗位", item.resolved_by_post.clone()),
        ("处理时间", time(item.resolved_at.as_ref())),
        ("原件摘要", view.raw_digest.clone()),
    ]);
    match String::from_utf8(bytes) {
        Ok(text) => output::text(&format!("\n{text}")),
        Err(_) => output::text("\n原件不是 UTF-8 文字;用 --to 存为文件后查看"),
    }
    Ok(())
}

async fn resolve(
    intake: &mut Intake,
    what: Resolve,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let request_id = what.request.id();
    let resolution = match (what.dismiss, what.content) {
        (Some(reason), _) => Resolution::DismissReason(reason.0),
        (None, content) => Resolution::Register(RegisterRequest {
            unit_code: what.unit,
            channel: what.channel.unwrap_or_default().into(),
            content: content.unwrap_or_default().0,
            ..what.form.message(session).await?
        }),
    };
    let asked = ResolveQuarantineRequest {
        request_id: request_id.clone(),
        quarantine_id: what.message.to_string(),
        resolution: Some(resolution),
    };
    let told = intake.resolve_quarantine(asked).await;
    let told = done(told, &format!("--request-id {request_id}"))?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::text(&state(&told.item.unwrap_or_default()));
    match &told.registered {
        Some(new) => registered(new, form),
        None => Ok(()),
    }
}
