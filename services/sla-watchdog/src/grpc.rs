//! Requests in: parse, look, answer.

use std::sync::Arc;

use chassis::{
    auth::Caller,
    grpc::{caller, denied, internal, invalid, not_found, unavailable},
};
use sea_orm::DatabaseConnection;
use suda_proto::sla_watchdog::v1::{
    ClockView, ExplainRequest, ExplainResponse, ListClocksRequest, ListClocksResponse,
    ListRungsRequest, ListRungsResponse, PlannedRung, PreviewRequest, PreviewResponse,
    sla_watchdog_service_server::SlaWatchdogService,
};
use tonic::{Request, Response, Status};

use crate::{
    actions::{self, ActionError, Law},
    desk::Desk,
    domain::policy::Policy,
    parse::{self, local},
    preview::{self, Unknown},
    publications::{rung_view, view},
    store::{self, ClockRow, MatterRow},
};

const USUAL: u32 = 100;
const MOST: u32 = 1000;

/// The gRPC door.
pub(crate) struct Door(pub(crate) Arc<Desk>);

impl Door {
    fn db(&self) -> &DatabaseConnection {
        self.0.db.reader()
    }

    async fn law(&self) -> Result<Law, Status> {
        Law::load(self.db()).await.map_err(|error| status(&error))
    }

    /// The matter a request names, if the caller may see it; one that may not be seen looks like one that is not there.
    async fn matter(&self, caller: &Caller, case_id: &str) -> Result<MatterRow, Status> {
        let id = actions::id(case_id).ok_or_else(|| invalid("case_id", "须为案件编号(UUID)"))?;
        let found = store::find_matter(self.db(), id)
            .await
            .map_err(|error| internal(&error))?;
        found
            .filter(|matter| sees(caller, matter))
            .ok_or_else(|| not_found("没有此案件,或不在您的查看范围内"))
    }

    async fn clocks_of(&self, law: &Law, matter: &MatterRow) -> Result<Vec<ClockView>, Status> {
        let rows = store::clocks(self.db(), matter.complaint_id)
            .await
            .map_err(|error| internal(&error))?;
        let binding = rows
            .iter()
            .filter(|row| row.runs())
            .min_by_key(|row| row.due_at)
            .map(|row| row.clock_id);
        let now = self.0.clock.now();
        Ok(rows
            .iter()
            .map(|row| ClockView {
                binding: binding == Some(row.clock_id),
                ..view(row, matter, law, now)
            })
            .collect())
    }
}

fn sees(caller: &Caller, matter: &MatterRow) -> bool {
    let unit = caller
        .outlet_only()
        .is_none_or(|units| units.contains(&matter.unit_code) || units.contains(&matter.lead_unit));
    caller.sees(&matter.union_code) && unit
}

fn status(error: &ActionError) -> Status {
    match error {
        ActionError::NotYet => {
            unavailable("制度和日历尚未载入;请稍候,或用 suda reference apply 载入")
        }
        ActionError::Unknown(_) | ActionError::Beyond(_) => {
            chassis::grpc::refused("clock.unknown", error.to_string())
        }
        ActionError::Store(source) => internal(source),
    }
}

fn unknown(error: &Unknown) -> Status {
    match error {
        Unknown::Clock { .. } => invalid("clock_code", error.to_string()),
        Unknown::NoCalendar | Unknown::Malformed(_) | Unknown::Beyond(_) => {
            chassis::grpc::refused("clock.unknown", error.to_string())
        }
    }
}

#[tonic::async_trait]
impl SlaWatchdogService for Door {
    async fn list_clocks(
        &self,
        request: Request<ListClocksRequest>,
    ) -> Result<Response<ListClocksResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let law = self.law().await?;
        if !asked.case_id.is_empty() {
            let matter = self.matter(&caller, &asked.case_id).await?;
            return Ok(Response::new(ListClocksResponse {
                clocks: self.clocks_of(&law, &matter).await?,
            }));
        }
        let limit = if asked.limit == 0 {
            USUAL
        } else {
            asked.limit.min(MOST)
        };
        let rows: Vec<ClockRow> = store::open_clocks(
            self.db(),
            caller.unions_or_all(),
            caller.outlet_only(),
            limit,
        )
        .await
        .map_err(|error| internal(&error))?;
        let mut clocks = Vec::with_capacity(rows.len());
        for row in rows {
            let matter = store::matter(self.db(), row.complaint_id)
                .await
                .map_err(|error| internal(&error))?;
            clocks.push(view(&row, &matter, &law, self.0.clock.now()));
        }
        Ok(Response::new(ListClocksResponse { clocks }))
    }

    async fn explain(
        &self,
        request: Request<ExplainRequest>,
    ) -> Result<Response<ExplainResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let law = self.law().await?;
        let matter = self.matter(&caller, &asked.case_id).await?;
        let rows = store::clocks(self.db(), matter.complaint_id)
            .await
            .map_err(|error| internal(&error))?;
        let row = rows
            .iter()
            .find(|row| row.code == asked.clock_code)
            .ok_or_else(|| not_found(format!("此案件没有时限 {}", asked.clock_code)))?;
        let clock = view(row, &matter, &law, self.0.clock.now());
        let explanation = explain(self.db(), &law, row).await?;
        Ok(Response::new(ExplainResponse {
            clock: Some(clock),
            explanation: Some(explanation),
        }))
    }

    async fn preview(
        &self,
        request: Request<PreviewRequest>,
    ) -> Result<Response<PreviewResponse>, Status> {
        let asked = request.into_inner();
        let from = parse::instant(asked.from.as_ref(), "from")
            .map_err(|_| invalid("from", "须给出起算时刻,例如 2026-09-23T10:00:00+08:00"))?;
        let policies = store::policies(self.db())
            .await
            .map_err(|error| internal(&error))?;
        let calendars = store::calendars(self.db())
            .await
            .map_err(|error| internal(&error))?;
        let explanation = preview::preview(&policies, &calendars, &asked.clock_code, local(from))
            .map_err(|error| unknown(&error))?;
        Ok(Response::new(PreviewResponse {
            explanation: Some(explanation),
        }))
    }

    async fn list_rungs(
        &self,
        request: Request<ListRungsRequest>,
    ) -> Result<Response<ListRungsResponse>, Status> {
        let caller = caller(&request)?;
        if caller.posts.is_empty() {
            return Err(denied("您没有岗位,不能查看时限"));
        }
        let matter = self.matter(&caller, &request.into_inner().case_id).await?;
        let mut rungs = Vec::new();
        for clock in store::clocks(self.db(), matter.complaint_id)
            .await
            .map_err(|error| internal(&error))?
        {
            for rung in store::rungs(self.db(), clock.clock_id)
                .await
                .map_err(|error| internal(&error))?
            {
                rungs.push((
                    rung.legal_at,
                    PlannedRung {
                        clock_code: clock.code.clone(),
                        rung: Some(rung_view(&rung)),
                    },
                ));
            }
        }
        rungs.sort_by_key(|(legal_at, _)| *legal_at);
        Ok(Response::new(ListRungsResponse {
            rungs: rungs.into_iter().map(|(_, rung)| rung).collect(),
        }))
    }
}

/// The sum behind a clock's due instant, with the policy and limit it stands under.
async fn explain(
    db: &DatabaseConnection,
    law: &Law,
    row: &ClockRow,
) -> Result<suda_proto::sla_watchdog::v1::Explanation, Status> {
    let (policy, rule) = law
        .rule(&row.policy_code, row.policy_version, &row.code)
        .ok_or_else(|| not_found("此时限所依据的制度版本未载入"))?;
    let stage = usize::try_from(row.extensions).unwrap_or(0);
    let limit = stage
        .checked_sub(1)
        .and_then(|stage| rule.extensions.get(stage))
        .unwrap_or(&rule.limit);
    let from = local(row.started_at);
    let due = limit
        .due(from, policy.close, &law.calendar)
        .map_err(|error| status(&ActionError::Beyond(error)))?;
    let policies = store::policies(db)
        .await
        .map_err(|error| internal(&error))?;
    let told = policies
        .iter()
        .filter(|told| is(told, policy))
        .flat_map(|told| &told.clocks)
        .find(|told| told.code == row.code);
    Ok(preview::explanation(
        &due,
        from,
        told,
        &policy.source,
        law.calendar.version,
    ))
}

fn is(told: &suda_proto::directory::v1::Policy, policy: &Policy) -> bool {
    told.code == policy.code && told.version == policy.version
}
