//! `suda complaint`: complaints, as they were received.

use chrono::{DateTime, FixedOffset, Utc};
use suda_proto::{
    common::v1::{Channel, Nature},
    intake::v1::{
        Capacity, Complainant, Matter, ProgressRequest, RegisterRequest, RegisterResponse,
        intake_service_client::IntakeServiceClient,
    },
    routing::v1::{CaseState, GetCaseRequest, routing_service_client::RoutingServiceClient},
};

use super::reference::uuid;
use crate::{
    output::{self, Form},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Complaint {
    /// Registers a complaint for a unit.
    Register(Box<Register>),
    /// Tells how far a complaint is, by its number and query code.
    Progress {
        /// The complaint's number.
        number: String,
        /// The code the complainant was given.
        code: String,
    },
    /// Shows the case of a complaint.
    Show {
        /// The complaint's id.
        id: String,
    },
}

/// What a complainant says.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Register {
    /// The unit that registers it.
    #[arg(long)]
    unit: String,
    /// How it came: phone, visit, letter, email, wechat, fax, online, …
    #[arg(long, default_value = "visit")]
    channel: String,
    /// What kind of matter it is: `consumer_complaint`, suggestion, inquiry, report, petition.
    #[arg(long, default_value = "consumer_complaint")]
    nature: String,
    /// When it reached us; now when it is not given.
    #[arg(long)]
    received: Option<DateTime<FixedOffset>>,
    /// Why it is registered on a later day than it was received.
    #[arg(long, default_value = "")]
    late_reason: String,
    /// The complainant's name; anonymous when it is not given.
    #[arg(long, default_value = "")]
    name: String,
    /// The complainant's telephone.
    #[arg(long, default_value = "")]
    phone: String,
    /// What the complaint says.
    #[arg(long)]
    content: String,
    /// What the complainant wants.
    #[arg(long, default_value = "")]
    demand: String,
    /// How it was settled, when it was settled on the spot.
    #[arg(long, default_value = "")]
    settlement: String,
}

pub(super) async fn run(what: &Complaint, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Complaint::Register(what) => {
            let told = register(what, session).await?;
            let view = told.complaint.unwrap_or_default();
            if form == Form::Json {
                return output::json(&serde_json::json!({
                    "complaint_id": view.complaint_id, "number": view.number, "query_code": told.query_code,
                }));
            }
            output::text(&format!(
                "已登记:{},查询码 {}(编号 {})",
                view.number, told.query_code, view.complaint_id
            ));
            Ok(())
        }
        Complaint::Progress { number, code } => {
            let mut client = IntakeServiceClient::new(session.peer("intake").await?);
            let request = ProgressRequest {
                number: number.clone(),
                query_code: code.clone(),
            };
            output::text(&answer(client.progress(request).await)?.sentence);
            Ok(())
        }
        Complaint::Show { id } => show(id, session).await,
    }
}

/// Registers a complaint.
async fn register(what: &Register, session: &Session) -> anyhow::Result<RegisterResponse> {
    let mut client = IntakeServiceClient::new(session.peer("intake").await?);
    let received_at = what
        .received
        .map(|at| chassis::grpc::timestamp(at.with_timezone(&Utc)));
    let request = RegisterRequest {
        request_id: uuid(),
        unit_code: what.unit.clone(),
        channel: named(&what.channel, "CHANNEL_", Channel::from_str_name)?.into(),
        nature: named(&what.nature, "NATURE_", Nature::from_str_name)?.into(),
        received_at,
        late_reason: what.late_reason.clone(),
        complainant: Some(Complainant {
            name: what.name.clone(),
            anonymous: what.name.is_empty(),
            phone: what.phone.clone(),
            capacity: Capacity::Self_.into(),
            ..Complainant::default()
        }),
        matter: Some(Matter {
            complained_unit_code: what.unit.clone(),
            ..Matter::default()
        }),
        content: what.content.clone(),
        demand: what.demand.clone(),
        persons: 1,
        settlement: what.settlement.clone(),
        ..RegisterRequest::default()
    };
    answer(client.register(request).await)
}

fn named<T>(word: &str, prefix: &str, find: fn(&str) -> Option<T>) -> anyhow::Result<T> {
    find(&format!(
        "{prefix}{}",
        word.to_uppercase().replace('-', "_")
    ))
    .ok_or_else(|| anyhow::anyhow!("{word:?} is unknown; see --help for what there is"))
}

async fn show(id: &str, session: &Session) -> anyhow::Result<()> {
    let mut client = RoutingServiceClient::new(session.peer("routing").await?);
    let request = GetCaseRequest {
        number: String::new(),
        case_id: id.to_owned(),
    };
    let case = answer(client.get_case(request).await)?
        .case
        .unwrap_or_default();
    let state = CaseState::try_from(case.state)
        .unwrap_or_default()
        .as_str_name();
    let rows = vec![
        vec!["编号".to_owned(), case.number],
        vec!["联社".to_owned(), case.union_code],
        vec!["登记单位".to_owned(), case.unit_code],
        vec!["投诉人".to_owned(), case.masked_name],
        vec![
            "状态".to_owned(),
            state.trim_start_matches("CASE_STATE_").to_lowercase(),
        ],
        vec!["承办单位".to_owned(), case.lead_unit_code],
    ];
    output::table(&["", ""], rows);
    Ok(())
}
