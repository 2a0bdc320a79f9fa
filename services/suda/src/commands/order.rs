//! `suda order`: supervision orders (督办表, 附表2).

use anyhow::Context;
use suda_proto::routing::v1::{
    GetCaseRequest, IssueOrderRequest, Order, routing_service_client::RoutingServiceClient,
};

use super::moving::Which;
use crate::{
    given::{Named, Text},
    output::{self, Form, time},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Ordering {
    /// Issues an order; it is served with that (指引 art. 18(1)).
    Issue {
        #[command(flatten)]
        at: Which,
        /// The unit that leads (主办).
        #[arg(long)]
        lead: String,
        /// A unit that helps (协办); may be given several times.
        #[arg(long)]
        co: Vec<String>,
        /// The matter in short, for the units.
        #[arg(long)]
        matter: Text,
        /// What is required of the units.
        #[arg(long)]
        requirements: Text,
        /// Whether it is urgent.
        #[arg(long)]
        urgent: bool,
    },
    /// Shows the order of a case, and who signed it.
    Show {
        /// The case: its number or its id.
        case: Named,
    },
}

pub(super) async fn run(what: Ordering, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Ordering::Issue {
            at,
            lead,
            co,
            matter,
            requirements,
            urgent,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = IssueOrderRequest {
                    lead_unit_code: lead,
                    co_unit_codes: co,
                    matter: matter.0,
                    requirements: requirements.0,
                    urgent,
                    ..asked
                };
                routing.issue_order(asked).await
            })
            .await
        }
        Ordering::Show { case } => {
            let (case_id, number) = case.id_and_number();
            let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
            let told = answer(routing.get_case(GetCaseRequest { case_id, number }).await)?;
            let order = told
                .order
                .context("尚未出具督办表;请用 `suda order issue` 出具")?;
            if form == Form::Json {
                return output::message(&order);
            }
            show(&order);
            Ok(())
        }
    }
}

/// Prints an order.
pub(super) fn show(order: &Order) {
    output::text("\n督办表");
    output::facts(&[
        ("编号", order.order_number.clone()),
        ("事由", order.matter.clone()),
        ("督办要求", order.requirements.clone()),
        ("紧急", if order.urgent { "是" } else { "" }.to_owned()),
        ("出具时间", time(order.issued_at.as_ref())),
        ("出具岗位", order.issued_by_post.clone()),
    ]);
    let units = order.units.iter().map(|unit| {
        vec![
            if unit.lead { "主办" } else { "协办" }.to_owned(),
            format!("{} {}", unit.unit_code, unit.unit_name),
            time(unit.signed_at.as_ref()),
            unit.signed_by_post.clone(),
        ]
    });
    output::table(&["分工", "单位", "签收时间", "签收岗位"], units.collect());
}
