//! Requests about panels.

use chassis::{auth::Caller, db::Tx, grpc::caller};
use suda_proto::routing::v1::{self as api, panel_service_server::PanelService};
use tonic::{Request, Response, Status};

use super::{parse, reading};
use crate::{
    actions::{
        Head, actors,
        panels::{self, Convening, Doing, Done},
        veiled,
    },
    desk::Desk,
    domain::panel::{Finding, Panel, who_convenes},
    errors::ActionError,
    publications::matters::panel_view,
    store::{
        self,
        matters::{self, Wanted},
        panels as kept,
    },
};

impl Desk {
    async fn does_panel(
        &self,
        caller: &Caller,
        head: &Head,
        doing: &Doing,
    ) -> Result<Option<api::PanelView>, Status> {
        let work = async |tx: &Tx| panels::perform(self, tx, caller, head, doing).await;
        let done: Done = self.db.transaction(head.rpc, work).await?;
        Ok(done.panel)
    }
}

#[tonic::async_trait]
impl PanelService for Desk {
    async fn convene_panel(
        &self,
        request: Request<api::ConvenePanelRequest>,
    ) -> Result<Response<api::ConvenePanelResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.case_id.as_str(), 0);
        let head = parse::head("ConvenePanel", "case_id", &asked, which)?;
        let convening = Convening {
            suspicion: asked.suspicion,
            evidence: parse::proofs(asked.evidence),
            member_posts: asked.member_posts,
        };
        let work = async |tx: &Tx| panels::convene(self, tx, &caller, &head, &convening).await;
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn give_opinion(
        &self,
        request: Request<api::GiveOpinionRequest>,
    ) -> Result<Response<api::GiveOpinionResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.panel_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("GiveOpinion", "panel_id", &asked, which)?;
        let finding = Finding::of(asked.finding)
            .ok_or_else(|| ActionError::invalid("finding", "请选择是否属于恶意投诉"))?;
        let doing = Doing::GiveOpinion(finding, asked.reasons);
        let panel = self.does_panel(&caller, &head, &doing).await?;
        Ok(Response::new(api::GiveOpinionResponse { panel }))
    }

    async fn decide_panel(
        &self,
        request: Request<api::DecidePanelRequest>,
    ) -> Result<Response<api::DecidePanelResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.panel_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("DecidePanel", "panel_id", &asked, which)?;
        let doing = Doing::Decide(asked.reasons);
        let panel = self.does_panel(&caller, &head, &doing).await?;
        Ok(Response::new(api::DecidePanelResponse { panel }))
    }

    async fn get_panel(
        &self,
        request: Request<api::GetPanelRequest>,
    ) -> Result<Response<api::GetPanelResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(get(self, &caller, &asked).await?))
    }

    async fn list_panels(
        &self,
        request: Request<api::ListPanelsRequest>,
    ) -> Result<Response<api::ListPanelsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let (size, behind) = reading::page(asked.page)?;
        let wanted = Wanted {
            union: asked.union_code,
            case_id: parse::optional_id(&asked.case_id, "case_id")?,
            waiting: asked.waiting_only,
            behind,
            size: i64::from(size) + 1,
            ..Wanted::default()
        };
        let (unions, units) = reading::sight(&caller);
        let seen = reading::seen(&caller, &unions, &units);
        let db = self.db.seen_by(&caller).await;
        let db = &db.map_err(ActionError::from)?;
        let mut found = kept::list(db, seen, &wanted).await?;
        let next_token = reading::next(&mut found, size, |panel| (panel.convened_at, panel.id));
        Ok(Response::new(api::ListPanelsResponse {
            panels: found.iter().map(panel_view).collect(),
            next_token,
        }))
    }
}

async fn get(
    desk: &Desk,
    caller: &Caller,
    asked: &api::GetPanelRequest,
) -> Result<api::GetPanelResponse, ActionError> {
    let unknown = || ActionError::NoMatter("评议");
    let db = &desk.db.seen_by(caller).await?;
    let id = parse::id_of(&asked.panel_id, "panel_id")?;
    let panel = kept::find(db, id).await?.ok_or_else(unknown)?;
    let case = store::find(db, panel.case_id).await?;
    let case = case
        .filter(|case| panels::sees(caller, case, &panel))
        .ok_or_else(unknown)?;
    let history = matters::history(db, panel.id).await?;
    Ok(api::GetPanelResponse {
        panel: Some(panel_view(&panel)),
        case: Some(veiled(caller, &case)),
        members: panel
            .members
            .iter()
            .map(|member| api::PanelMember {
                post_code: member.post.clone(),
                unit_code: member.unit.clone(),
                given: member.opinion.is_some(),
            })
            .collect(),
        history: history.into_iter().map(reading::entry).collect(),
        open_to_caller: open(caller, &panel, &case),
    })
}

fn open(caller: &Caller, panel: &Panel, case: &crate::domain::case::Case) -> Vec<String> {
    let mut open = Vec::new();
    if panel.decided.is_some() {
        return open;
    }
    let waits = panel
        .members
        .iter()
        .any(|member| member.person == caller.person_id && member.opinion.is_none());
    if waits {
        open.push("GiveOpinion".to_owned());
    }
    let spoken = panel.opinions() == panel.members.len();
    if spoken && who_convenes(case, &panel.examined, &actors(caller)).is_ok() {
        open.push("DecidePanel".to_owned());
    }
    open
}
