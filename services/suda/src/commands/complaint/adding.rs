//! What is added to a complaint after it was registered.

use suda_proto::intake::v1::{
    AddEvidenceRequest, AddMaterialRequest, WithdrawRequest,
    intake_service_client::IntakeServiceClient,
};

use super::{
    form::{self, Handed, handed},
    looking::{find, line},
};
use crate::{
    given::{Instant, Named, Request, Text},
    output::{self, Form},
    session::{Session, done},
};

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Add {
    /// Adds files that prove something.
    Evidence {
        /// The complaint: its number or its id.
        complaint: Named,
        /// The files, each perhaps with what it is good for.
        #[arg(required = true, value_name = "[KIND=]FILE")]
        files: Vec<Handed>,
        #[command(flatten)]
        request: Request,
    },
    /// Adds what the complainant sent later, by whichever channel.
    Material(Material),
}

/// What the complainant sent later.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Material {
    /// The complaint: its number or its id.
    complaint: Named,
    /// How it came.
    #[arg(long, default_value = "visit", value_parser = form::channel())]
    channel: suda_proto::common::v1::Channel,
    /// When it reached us; now when it is not given.
    #[arg(long)]
    received: Option<Instant>,
    /// What it says.
    #[arg(long, default_value = "")]
    content: Text,
    /// It brings new facts and reasons, which start the period anew (令2020年第3号 art. 18).
    #[arg(long)]
    new_facts: bool,
    /// A file that was handed in; may be given several times.
    #[arg(long, value_name = "[KIND=]FILE")]
    evidence: Vec<Handed>,
    #[command(flatten)]
    request: Request,
}

/// A withdrawal.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Withdraw {
    /// The complaint: its number or its id.
    complaint: Named,
    /// What the complainant says about it.
    #[arg(long, default_value = "")]
    statement: Text,
    /// When it reached us; now when it is not given.
    #[arg(long)]
    received: Option<Instant>,
    /// A file that was handed in, such as the signed withdrawal; may be given several times.
    #[arg(long, value_name = "[KIND=]FILE")]
    evidence: Vec<Handed>,
    #[command(flatten)]
    request: Request,
}

pub(super) async fn add(what: Add, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Add::Evidence {
            complaint,
            files,
            request,
        } => {
            let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
            let request_id = request.id();
            let asked = AddEvidenceRequest {
                request_id: request_id.clone(),
                complaint_id: find(&mut intake, &complaint).await?,
                evidence: handed(files, session).await?,
            };
            let told = intake.add_evidence(asked).await;
            let told = done(told, &format!("--request-id {request_id}"))?;
            if form == Form::Json {
                return output::message(&told);
            }
            let added = told.evidence_ids.len();
            output::text(&line(&told.complaint.unwrap_or_default()));
            output::text(&format!("已补充证据 {added} 件"));
            Ok(())
        }
        Add::Material(what) => material(what, session, form).await,
    }
}

async fn material(what: Material, session: &Session, form: Form) -> anyhow::Result<()> {
    let request_id = what.request.id();
    let (complaint_id, number) = what.complaint.id_and_number();
    let asked = AddMaterialRequest {
        request_id: request_id.clone(),
        complaint_id,
        number,
        sender: String::new(),
        channel: what.channel.into(),
        received_at: what.received.map(Instant::stamp),
        content: what.content.0,
        new_facts: what.new_facts,
        evidence: handed(what.evidence, session).await?,
        source: None,
    };
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let told = intake.add_material(asked).await;
    let told = done(told, &format!("--request-id {request_id}"))?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::text(&line(&told.complaint.unwrap_or_default()));
    output::text(&format!("补充材料 {}", told.material_id));
    Ok(())
}

pub(super) async fn withdraw(what: Withdraw, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let request_id = what.request.id();
    let asked = WithdrawRequest {
        request_id: request_id.clone(),
        complaint_id: find(&mut intake, &what.complaint).await?,
        received_at: what.received.map(Instant::stamp),
        statement: what.statement.0,
        evidence: handed(what.evidence, session).await?,
    };
    let told = intake.withdraw(asked).await;
    let told = done(told, &format!("--request-id {request_id}"))?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::text(&line(&told.complaint.unwrap_or_default()));
    Ok(())
}
