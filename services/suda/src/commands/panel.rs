//! `suda panel`: panels on suspected malicious complaints. The case runs on.

use std::path::PathBuf;

use suda_proto::routing::v1::{
    ConvenePanelRequest, DecidePanelRequest, GetPanelRequest, GetPanelResponse, GiveOpinionRequest,
    ListPanelsRequest, PanelFinding, PanelView, panel_service_client::PanelServiceClient,
};

use super::{
    files::keep_all,
    matters::{Facts, case_id, history, list, show},
};
use crate::{
    given::uuid,
    output::{self, Form, time},
    session::{Session, answer},
    words::said,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Panel {
    /// Convenes a panel on a case.
    Convene {
        /// The case, by number or id.
        #[arg(long)]
        case: String,
        /// Why it is thought malicious.
        #[arg(long)]
        suspicion: String,
        /// What shows it: a file; several are given one by one.
        #[arg(long, required = true)]
        evidence: Vec<PathBuf>,
        /// The post of a member, never of a unit complained of; three or more.
        #[arg(long, required = true)]
        member: Vec<String>,
    },
    /// Gives one's opinion as a member.
    Opinion {
        /// The panel's id.
        id: String,
        /// It is malicious; else it is not.
        #[arg(long)]
        malicious: bool,
        /// Why.
        #[arg(long)]
        reasons: String,
    },
    /// Decides by the majority, once all have spoken.
    Decide {
        /// The panel's id.
        id: String,
        /// Why.
        #[arg(long)]
        reasons: String,
    },
    /// Shows a panel.
    Show {
        /// The panel's id.
        id: String,
    },
    /// Lists panels.
    List {
        /// Only those that sit.
        #[arg(long)]
        waiting: bool,
    },
}

type Client = PanelServiceClient<chassis::grpc::client::Peer>;

pub(super) async fn run(what: &Panel, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = PanelServiceClient::new(session.peer("routing").await?);
    let panel = match what {
        Panel::Convene {
            case,
            suspicion,
            evidence,
            member,
        } => {
            let request = ConvenePanelRequest {
                request_id: uuid(),
                case_id: case_id(case, session).await?,
                suspicion: suspicion.clone(),
                evidence: keep_all(evidence, session).await?,
                member_posts: member.clone(),
            };
            answer(client.convene_panel(request).await)?.panel
        }
        Panel::Opinion {
            id,
            malicious,
            reasons,
        } => {
            let finding = if *malicious {
                PanelFinding::Malicious
            } else {
                PanelFinding::NotMalicious
            };
            let request = GiveOpinionRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                panel_id: id.clone(),
                finding: finding.into(),
                reasons: reasons.clone(),
            };
            answer(client.give_opinion(request).await)?.panel
        }
        Panel::Decide { id, reasons } => {
            let request = DecidePanelRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                panel_id: id.clone(),
                reasons: reasons.clone(),
            };
            answer(client.decide_panel(request).await)?.panel
        }
        Panel::Show { id } => {
            let found = get(&mut client, id).await?;
            if form == Form::Json {
                return output::message(&found);
            }
            show(form, &found.panel.unwrap_or_default(), facts)?;
            history(&found.history);
            return Ok(());
        }
        Panel::List { waiting } => {
            let request = ListPanelsRequest {
                waiting_only: *waiting,
                ..ListPanelsRequest::default()
            };
            let found = answer(client.list_panels(request).await)?;
            return list(form, &found, &found.panels, facts);
        }
    };
    show(form, &panel.unwrap_or_default(), facts)
}

async fn get(client: &mut Client, id: &str) -> anyhow::Result<GetPanelResponse> {
    let request = GetPanelRequest {
        panel_id: id.to_owned(),
    };
    answer(client.get_panel(request).await)
}

async fn revision(client: &mut Client, id: &str) -> anyhow::Result<u64> {
    Ok(get(client, id).await?.panel.unwrap_or_default().revision)
}

fn facts(panel: &PanelView) -> Facts {
    vec![
        ("标识", panel.panel_id.clone()),
        ("案件", panel.case_id.clone()),
        ("状态", said(panel.state().as_str_name())),
        (
            "意见",
            format!("{}/{}", panel.opinions, panel.member_unit_codes.len()),
        ),
        ("认定", said(panel.finding().as_str_name())),
        ("召集", time(panel.convened_at.as_ref())),
        ("认定时间", time(panel.decided_at.as_ref())),
    ]
}
