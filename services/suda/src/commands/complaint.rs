//! `suda complaint`: complaints, as they were received.

mod adding;
mod form;
mod looking;
mod quarantine;

use crate::{
    given::{Named, Request, Text},
    output::{self, Form},
    session::{Session, done},
};
use chassis::grpc::Peer;
use suda_proto::intake::v1::{
    RegisterRequest, RegisterResponse, intake_service_client::IntakeServiceClient,
};

/// A way to intake.
type Intake = IntakeServiceClient<Peer>;

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
    /// Lists complaints, newest first.
    List(looking::List),
    /// Shows a complaint with its text; the identity is masked.
    Show {
        /// The complaint: its number or its id.
        complaint: Named,
    },
    /// Adds to a complaint.
    #[command(subcommand)]
    Add(adding::Add),
    /// Records that the complainant withdrew (令2020年第3号 art. 15).
    Withdraw(adding::Withdraw),
    /// Shows the identity, for a reason; it is logged.
    Reveal {
        /// The complaint: its number or its id.
        complaint: Named,
        /// Why; at least four characters.
        #[arg(long)]
        reason: String,
    },
    /// Takes a file of a complaint out; it is logged.
    File {
        /// The complaint: its number or its id.
        complaint: Named,
        /// The file's digest, as `show` names it.
        digest: String,
        /// Where to.
        #[arg(long)]
        to: std::path::PathBuf,
    },
    /// What arrived and could not be read.
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
}

/// What is registered.
#[derive(Debug, clap::Args)]
pub(super) struct Register {
    /// The unit that receives it.
    #[arg(long)]
    unit: String,
    /// How it came.
    #[arg(long, default_value = "visit", value_parser = form::channel())]
    channel: suda_proto::common::v1::Channel,
    /// The complaint in the complainant's words.
    #[arg(long)]
    content: Text,
    #[command(flatten)]
    form: form::Fields,
    #[command(flatten)]
    request: Request,
}

pub(super) async fn run(what: Complaint, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Complaint::Register(what) => register(*what, session, form).await,
        Complaint::Progress { number, code } => {
            looking::progress(number, code, session, form).await
        }
        Complaint::List(what) => looking::list(what, session, form).await,
        Complaint::Show { complaint } => looking::show(&complaint, session, form).await,
        Complaint::Add(what) => adding::add(what, session, form).await,
        Complaint::Withdraw(what) => adding::withdraw(what, session, form).await,
        Complaint::Reveal { complaint, reason } => {
            looking::reveal(&complaint, reason, session, form).await
        }
        Complaint::File {
            complaint,
            digest,
            to,
        } => looking::file(&complaint, digest, &to, session).await,
        Complaint::Quarantine(what) => quarantine::run(what, session, form).await,
    }
}

async fn register(what: Register, session: &Session, form: Form) -> anyhow::Result<()> {
    let request_id = what.request.id();
    let asked = RegisterRequest {
        request_id: request_id.clone(),
        unit_code: what.unit,
        channel: what.channel.into(),
        content: what.content.0,
        ..what.form.message(session).await?
    };
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let told = intake.register(asked).await;
    registered(&done(told, &format!("--request-id {request_id}"))?, form)
}

/// Says what was registered: whatever form, with number, query code and id.
fn registered(told: &RegisterResponse, form: Form) -> anyhow::Result<()> {
    let view = told.complaint.clone().unwrap_or_default();
    if form == Form::Json {
        let mut json = output::as_json(told)?;
        json["complaint_id"] = view.complaint_id.into();
        json["number"] = view.number.into();
        return output::json(&json);
    }
    let before = if told.already {
        "此前已登记"
    } else {
        "已登记"
    };
    output::text(&format!(
        "{before}:{},查询码 {}(编号 {})",
        view.number, told.query_code, view.complaint_id
    ));
    Ok(())
}
