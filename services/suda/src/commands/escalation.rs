//! `suda escalation`: overdue cases laid before an office or the compliance department, which answer for them.

use suda_proto::routing::v1::{
    AcknowledgeEscalationRequest, AnswerEscalationRequest, Escalation, EscalationState,
    EscalationView, ListEscalationsRequest, ListEscalationsResponse,
    routing_service_client::RoutingServiceClient,
};
use uuid::Uuid;

use super::{
    moving::{self, Routing},
    pages,
};
use crate::{
    given::{Named, Request, Text},
    output::{self, Form, due, time},
    session::{Session, answer, done},
    words,
};

/// The headings of a table of items.
pub(super) const HEADINGS: [&str; 8] = [
    "事项",
    "编号",
    "机构",
    "时限",
    "应于",
    "升级时间",
    "状态",
    "答复",
];

#[derive(Debug, clap::Subcommand)]
pub(super) enum Escalating {
    /// Lists them, newest first.
    List {
        /// Only at this office or department.
        #[arg(long, default_value = "")]
        unit: String,
        /// Only those that stand so.
        #[arg(long, value_parser = words::parser("ESCALATION_STATE_", EscalationState::from_str_name))]
        status: Option<EscalationState>,
        /// Only of this case.
        #[arg(long)]
        case: Option<Named>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Takes note of an item.
    Acknowledge(Item),
    /// Answers an item: what was found, and what the union must do by when.
    Answer {
        #[command(flatten)]
        item: Item,
        /// The answer.
        #[arg(long)]
        answer: Text,
    },
}

/// Which item.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Item {
    /// The item's id.
    item: Uuid,
    /// The revision that was seen; the present one is asked when it is not given.
    #[arg(long)]
    revision: Option<u64>,
    #[command(flatten)]
    request: Request,
}

pub(super) async fn run(what: Escalating, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
    match what {
        Escalating::List {
            unit,
            status,
            case,
            limit,
        } => {
            let case_id = match &case {
                Some(named) => moving::find(&mut routing, named).await?.case_id,
                None => String::new(),
            };
            let asked = ListEscalationsRequest {
                page: None,
                unit_code: unit,
                state: status.unwrap_or_default().into(),
                case_id,
            };
            list(&mut routing, asked, limit, form).await
        }
        Escalating::Acknowledge(item) => {
            let (asked, again) = item
                .asked::<AcknowledgeEscalationRequest>(&mut routing)
                .await?;
            let told = done(routing.acknowledge_escalation(asked).await, &again)?;
            if form == Form::Json {
                return output::message(&told);
            }
            say(&told.escalation.unwrap_or_default());
            Ok(())
        }
        Escalating::Answer { item, answer } => {
            let (asked, again) = item.asked::<AnswerEscalationRequest>(&mut routing).await?;
            let asked = AnswerEscalationRequest {
                answer: answer.0,
                ..asked
            };
            let told = done(routing.answer_escalation(asked).await, &again)?;
            if form == Form::Json {
                return output::message(&told);
            }
            say(&told.escalation.unwrap_or_default());
            Ok(())
        }
    }
}

impl Item {
    /// A request about the item, and what to add to the command to repeat it.
    async fn asked<R: prost::Message + prost::Name + Default>(
        &self,
        routing: &mut Routing,
    ) -> anyhow::Result<(R, String)> {
        let id = self.item.to_string();
        let revision = match self.revision {
            Some(revision) => revision,
            None => present(routing, &id).await?,
        };
        let request_id = self.request.id();
        let asked = moving::asked("escalation_id", (&request_id, &id, revision))?;
        Ok((
            asked,
            format!("--request-id {request_id} --revision {revision}"),
        ))
    }
}

/// The revision of an item; the list is the only place that tells it.
async fn present(routing: &mut Routing, id: &str) -> anyhow::Result<u64> {
    let mut token = String::new();
    loop {
        let page = Some(suda_proto::common::v1::Page { size: 500, token });
        let asked = ListEscalationsRequest {
            page,
            ..ListEscalationsRequest::default()
        };
        let part = answer(routing.list_escalations(asked).await)?;
        let views = part.escalations.into_iter().filter_map(|item| item.view);
        if let Some(found) = views.into_iter().find(|view| view.escalation_id == id) {
            return Ok(found.revision);
        }
        anyhow::ensure!(
            !part.next_token.is_empty(),
            "没有升级事项 {id},或者您无权查看;可用 `suda escalation list` 查看您的事项"
        );
        token = part.next_token;
    }
}

async fn list(
    routing: &mut Routing,
    asked: ListEscalationsRequest,
    limit: usize,
    form: Form,
) -> anyhow::Result<()> {
    let escalations = pages::all(limit, async |page| {
        let asked = ListEscalationsRequest {
            page: Some(page),
            ..asked.clone()
        };
        let part = answer(routing.list_escalations(asked).await)?;
        Ok((part.escalations, part.next_token))
    })
    .await?;
    if form == Form::Json {
        return output::message(&ListEscalationsResponse {
            escalations,
            next_token: String::new(),
        });
    }
    output::table(&HEADINGS, escalations.iter().map(row).collect());
    Ok(())
}

/// An item as people read it.
pub(super) fn row(item: &Escalation) -> Vec<String> {
    let view = item.view.clone().unwrap_or_default();
    let number = item.case.as_ref().map(|case| case.number.clone());
    vec![
        view.escalation_id.clone(),
        number.unwrap_or_default(),
        format!("{} {}", view.unit_code, view.to_post),
        view.clock_code.clone(),
        due(view.legal_due_at.as_ref()),
        time(view.opened_at.as_ref()),
        words::said(view.state().as_str_name()),
        item.answer.clone(),
    ]
}

fn say(view: &EscalationView) {
    output::text(&format!(
        "{} {}(第 {} 版)",
        view.escalation_id,
        words::said(view.state().as_str_name()),
        view.revision
    ));
}
