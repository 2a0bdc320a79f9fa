//! Plays a plan: one union after the other within a union, all unions beside each other, so that the same plan gives the same
//! numbers.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context as _;
use chassis::grpc::Peer;
use chrono::{DateTime, Utc};
use suda_proto::{
    common::v1::{Page, Role},
    intake::v1::{WithdrawRequest, intake_service_client::IntakeServiceClient},
    routing::v1::{
        AppealView, CaseView, GetCaseRequest, ListNoticesRequest, NoticeState,
        RecordNoticeDeliveryRequest, appeal_service_client::AppealServiceClient,
        course_service_client::CourseServiceClient, routing_service_client::RoutingServiceClient,
    },
};
use tonic::Code;

use super::{
    cast::{Cast, Union},
    course::Step,
    matters, moves,
    plan::{Life, Plan},
};
use crate::{given::uuid, session::answer};

/// A complaint that was registered.
#[derive(Debug, Clone, Default)]
pub(super) struct Registered {
    /// Its id, and that of its case.
    pub(super) id: String,
    /// Its number.
    pub(super) number: String,
    /// The revision that was last seen; 0 when none was.
    pub(super) revision: u64,
    /// The unit that handles it.
    pub(super) unit: String,
    /// Its appeal, as it was last seen.
    pub(super) appeal: Option<AppealView>,
}

/// A union in which complaints are registered and dealt with.
pub(super) struct Stage {
    pub(super) cast: Arc<Cast>,
    pub(super) plan: Arc<Plan>,
    pub(super) seed: u64,
    /// What the clock says.
    pub(super) now: DateTime<Utc>,
    pub(super) union: Union,
    /// Its lives, by place.
    pub(super) lives: Vec<u64>,
    /// What was registered.
    pub(super) registered: HashMap<u64, Registered>,
}

impl Stage {
    /// Enters what came until this moment.
    pub(super) async fn register(&mut self, moment: usize) -> anyhow::Result<()> {
        let plan = self.plan.clone();
        for life in self.lives_of(&plan) {
            if life.arrival.moment == moment {
                let registered = self.enter(life).await.with_context(|| {
                    format!(
                        "complaint {} of {} was not registered",
                        life.place, self.union.code
                    )
                })?;
                self.registered.insert(life.place, registered);
            }
        }
        Ok(())
    }

    /// Does what is to be done at this moment.
    pub(super) async fn act(&mut self, moment: usize) -> anyhow::Result<()> {
        let plan = self.plan.clone();
        for life in self.lives_of(&plan) {
            for (_, step) in life.steps.iter().filter(|(at, _)| *at == moment) {
                self.does(life, *step).await.with_context(|| {
                    let number = self.registered.get(&life.place).map(|known| &known.number);
                    format!("{step:?} of {} failed", number.map_or("", String::as_str))
                })?;
            }
        }
        Ok(())
    }

    /// Tells complainants by telephone what waits to be told, and keeps the proof (令2020年第3号 art. 21).
    pub(super) async fn tell(&self) -> anyhow::Result<()> {
        let mut routing = self
            .routing(&self.union.reception, Role::ReceptionClerk)
            .await?;
        let mut page = Page {
            size: 200,
            token: String::new(),
        };
        loop {
            let asked = ListNoticesRequest {
                page: Some(page.clone()),
                state: NoticeState::Requested.into(),
                ..ListNoticesRequest::default()
            };
            let told = answer(routing.list_notices(asked).await)?;
            for notice in told.notices.into_iter().filter(|notice| notice.by_hand) {
                let view = notice.view.unwrap_or_default();
                if view.complaint_id.is_empty() {
                    continue;
                }
                let request = RecordNoticeDeliveryRequest {
                    request_id: uuid(),
                    notice_id: view.notice_id,
                    delivery: Some(moves::by_telephone(self.now)),
                    delivered: true,
                };
                answer(routing.record_notice_delivery(request).await)?;
            }
            if told.next_token.is_empty() {
                return Ok(());
            }
            page.token = told.next_token;
        }
    }

    fn lives_of<'a>(&self, plan: &'a Plan) -> Vec<&'a Life> {
        let lives = self.lives.iter();
        lives
            .filter_map(|place| plan.lives.get(usize::try_from(*place).ok()?))
            .collect()
    }

    async fn enter(&self, life: &Life) -> anyhow::Result<Registered> {
        let outlets = &self.union.outlets;
        let outlet = life.arrival.outlet.and_then(|outlet| outlets.get(outlet));
        let (unit, role) = match outlet {
            Some(outlet) => (outlet, Role::OutletReceiver),
            None => (&self.union.reception, Role::ReceptionClerk),
        };
        // What comes to the reception is about one of the outlets too.
        let about = usize::try_from(life.place).unwrap_or_default() % outlets.len().max(1);
        let complained = outlet.or_else(|| outlets.get(about)).unwrap_or(unit);
        let mut request = matters::complaint(self.seed, life, unit, complained);
        request.request_id = uuid();
        let mut intake = IntakeServiceClient::new(self.peer(unit, role, "intake").await?);
        let told = answer(intake.register(request).await)?;
        let complaint = told.complaint.context("a complaint was registered")?;
        Ok(Registered {
            id: complaint.complaint_id,
            number: complaint.number,
            ..Registered::default()
        })
    }

    /// Does a step; whoever has not seen the case as it is now looks once more.
    async fn does(&mut self, life: &Life, step: Step) -> anyhow::Result<()> {
        if step == Step::Withdraw {
            return self.withdraw(life).await;
        }
        let mut known = self
            .registered
            .get(&life.place)
            .cloned()
            .context("it was registered before")?;
        if let Step::Appeal | Step::TakeAppeal | Step::DecideAppeal(_) = step {
            moves::appeal(self, &mut known, step).await?;
            self.registered.insert(life.place, known);
            return Ok(());
        }
        if known.revision == 0 || known.unit.is_empty() {
            self.look(&mut known).await?;
        }
        for _ in 0..3 {
            match moves::case(self, &known, life, step).await {
                Ok(view) => {
                    known.revision = view.revision;
                    break;
                }
                Err(moves::Refused::Status(status)) if status.code() == Code::Aborted => {
                    self.look(&mut known).await?;
                }
                Err(refused) => return Err(refused.into()),
            }
        }
        self.registered.insert(life.place, known);
        Ok(())
    }

    /// Looks how the case is now.
    async fn look(&self, known: &mut Registered) -> anyhow::Result<CaseView> {
        let mut routing = self
            .routing(&self.union.reception, Role::ReceptionClerk)
            .await?;
        let request = GetCaseRequest {
            case_id: known.id.clone(),
            number: String::new(),
        };
        let told = answer(routing.get_case(request).await)?;
        let view = told.case.context("there is a case")?;
        known.revision = view.revision;
        if known.unit.is_empty() {
            let suggested = told.suggestion.and_then(|suggestion| suggestion.lead);
            let suggested = suggested
                .map(|lead| lead.unit_code)
                .filter(|unit| !unit.is_empty() && self.cast.holder(unit, Role::Handler).is_ok());
            known.unit = suggested.unwrap_or_else(|| view.complained_unit_code.clone());
        }
        Ok(view)
    }

    async fn withdraw(&self, life: &Life) -> anyhow::Result<()> {
        let known = self
            .registered
            .get(&life.place)
            .context("it was registered before")?;
        let reception = &self.union.reception;
        let peer = self.peer(reception, Role::ReceptionClerk, "intake").await?;
        let request = WithdrawRequest {
            request_id: uuid(),
            complaint_id: known.id.clone(),
            statement: "投诉人来电:问题已经解决,撤回投诉".to_owned(),
            ..WithdrawRequest::default()
        };
        answer(IntakeServiceClient::new(peer).withdraw(request).await)?;
        Ok(())
    }

    async fn peer(&self, unit: &str, role: Role, service: &str) -> anyhow::Result<Peer> {
        self.cast.peer(self.cast.holder(unit, role)?, service).await
    }

    pub(super) async fn routing(
        &self,
        unit: &str,
        role: Role,
    ) -> anyhow::Result<RoutingServiceClient<Peer>> {
        Ok(RoutingServiceClient::new(
            self.peer(unit, role, "routing").await?,
        ))
    }

    pub(super) async fn courses(
        &self,
        unit: &str,
        role: Role,
    ) -> anyhow::Result<CourseServiceClient<Peer>> {
        Ok(CourseServiceClient::new(
            self.peer(unit, role, "routing").await?,
        ))
    }

    pub(super) async fn appeals(&self) -> anyhow::Result<AppealServiceClient<Peer>> {
        let peer = self
            .peer(&self.union.office, Role::OfficeOfficer, "routing")
            .await?;
        Ok(AppealServiceClient::new(peer))
    }
}
