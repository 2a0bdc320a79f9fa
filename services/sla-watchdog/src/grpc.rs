//! Requests in: parse, look, answer.

use std::sync::Arc;

use chassis::{
    auth::Caller,
    db::Tx,
    grpc::{caller, denied, internal, invalid, not_found, unavailable},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use suda_proto::sla_watchdog::v1::{
    ClockView, ExplainRequest, ExplainResponse, Foreseen, ListClocksRequest, ListClocksResponse,
    ListRungsRequest, ListRungsResponse, ListToldRequest, ListToldResponse, PlannedRung,
    PreviewRequest, PreviewResponse, SubjectKind, sla_watchdog_service_server::SlaWatchdogService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    actions::{ActionError, foreseeing},
    desk::Desk,
    law::{Law, NoLaw},
    parse::{self, local},
    preview::{self, Unknown},
    publications::{rung_view, view},
    store::{ClockRow, RungRow, SubjectRow, clocks, reference, rungs, subjects},
};

mod foresight;

const USUAL: u32 = 100;
const MOST: u32 = 1000;

/// The gRPC door.
#[derive(Clone)]
pub(crate) struct Door(pub(crate) Arc<Desk>);

impl Door {
    fn db(&self) -> &DatabaseConnection {
        self.0.db.reader()
    }

    /// A reading that is bounded by what the caller may see.
    async fn seen_by(&self, caller: &Caller) -> Result<Tx, Status> {
        self.0.db.seen_by(caller).await.map_err(failed)
    }

    async fn law(&self) -> Result<Law, Status> {
        Law::load(self.db())
            .await
            .map_err(|error| status(&error.into()))
    }

    /// The subject a request names, if the caller may see it; one that may not be seen looks like one that is not there.
    async fn subject(&self, caller: &Caller, id: &str) -> Result<SubjectRow, Status> {
        let id: Uuid = id
            .parse()
            .map_err(|_| invalid("case_id", "须为案件编号(UUID)"))?;
        let seen = self.seen_by(caller).await?;
        let found = subjects::find(&seen, id).await.map_err(failed)?;
        found
            .filter(|subject| sees(caller, subject))
            .ok_or_else(|| not_found("没有此案件,或不在您的查看范围内"))
    }

    async fn clocks_of(
        &self,
        seen: &impl ConnectionTrait,
        law: &Law,
        subject: &SubjectRow,
    ) -> Result<Vec<ClockView>, Status> {
        let rows = clocks::of(seen, subject.subject_id).await.map_err(failed)?;
        let binding = rows
            .iter()
            .filter(|row| row.open())
            .min_by_key(|row| row.due_at)
            .map(|row| row.clock_id);
        let now = self.0.clock.now();
        Ok(rows
            .iter()
            .map(|row| ClockView {
                binding: binding == Some(row.clock_id),
                ..view(row, subject, law, now)
            })
            .collect())
    }

    /// Open clocks that the caller may see, with their subjects.
    async fn open(
        &self,
        caller: &Caller,
        asked: clocks::Asked,
    ) -> Result<Vec<(ClockRow, SubjectRow)>, Status> {
        let asked = clocks::Asked {
            unions: caller.unions_or_all(),
            units: caller.outlet_only(),
            ..asked
        };
        let seen = self.seen_by(caller).await?;
        let rows = clocks::list_open(&seen, &asked).await.map_err(failed)?;
        let ids = rows.iter().map(|row| row.subject_id).collect();
        let known = subjects::of(&seen, ids).await.map_err(failed)?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let subject = known.get(&row.subject_id)?.clone();
                Some((row, subject))
            })
            .collect())
    }

    /// A clock of a subject, by its code; of several policies' the one that is due first.
    async fn clock(
        &self,
        caller: &Caller,
        subject: &SubjectRow,
        code: &str,
    ) -> Result<ClockRow, Status> {
        let seen = self.seen_by(caller).await?;
        let rows = clocks::of(&seen, subject.subject_id)
            .await
            .map_err(failed)?;
        rows.into_iter()
            .find(|row| row.code == code)
            .ok_or_else(|| not_found(format!("此案件没有时限 {code}")))
    }
}

/// A caller without a post has to do with no case, and may not see its clocks.
fn with_post(caller: &Caller) -> Result<(), Status> {
    if caller.posts.is_empty() {
        return Err(denied("您没有岗位,不能查看时限"));
    }
    Ok(())
}

fn sees(caller: &Caller, subject: &SubjectRow) -> bool {
    let unit = caller.outlet_only().is_none_or(|units| {
        units.contains(&subject.unit_code) || units.contains(&subject.lead_unit)
    });
    caller.sees(&subject.union_code) && unit
}

fn failed(error: DbErr) -> Status {
    internal(&error)
}

fn status(error: &ActionError) -> Status {
    match error {
        ActionError::NoLaw(NoLaw::NotYet) => {
            unavailable("制度和日历尚未载入;请稍候,或用 suda reference apply 载入")
        }
        ActionError::NoLaw(NoLaw::Unknown(_)) | ActionError::Beyond(_) => {
            chassis::grpc::refused("clock.unknown", error.to_string())
        }
        ActionError::Malformed(wrong) => invalid("draft", wrong.to_string()),
        ActionError::Changed => chassis::grpc::stale(error.to_string()),
        ActionError::Request(trouble) => invalid("request_id", trouble.to_string()),
        ActionError::NoLaw(NoLaw::Store(source)) | ActionError::Store(source) => internal(source),
    }
}

fn unknown(error: &Unknown) -> Status {
    match error {
        Unknown::Clock { .. } | Unknown::Given(_) => invalid("clock_code", error.to_string()),
        Unknown::NoCalendar | Unknown::Malformed(_) | Unknown::Beyond(_) => {
            chassis::grpc::refused("clock.unknown", error.to_string())
        }
    }
}

/// The word of a kind of subject in rows; empty for none named.
fn kind(asked: i32) -> String {
    match SubjectKind::try_from(asked).unwrap_or_default() {
        SubjectKind::Unspecified => String::new(),
        named => named
            .as_str_name()
            .trim_start_matches("SUBJECT_KIND_")
            .to_lowercase(),
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
            let subject = self.subject(&caller, &asked.case_id).await?;
            let seen = self.seen_by(&caller).await?;
            let mut clocks = self.clocks_of(&seen, &law, &subject).await?;
            if asked.with_related {
                let related = subjects::children(&seen, subject.subject_id)
                    .await
                    .map_err(failed)?;
                for child in related.iter().filter(|child| sees(&caller, child)) {
                    clocks.extend(self.clocks_of(&seen, &law, child).await?);
                }
            }
            return Ok(Response::new(ListClocksResponse { clocks }));
        }
        let limit = if asked.limit == 0 {
            USUAL
        } else {
            asked.limit.min(MOST)
        };
        let wanted = clocks::Asked {
            kind: kind(asked.subject_kind),
            limit,
            ..clocks::Asked::default()
        };
        let now = self.0.clock.now();
        let found = self.open(&caller, wanted).await?;
        let clocks = found
            .iter()
            .map(|(row, subject)| view(row, subject, &law, now))
            .collect();
        Ok(Response::new(ListClocksResponse { clocks }))
    }

    async fn explain(
        &self,
        request: Request<ExplainRequest>,
    ) -> Result<Response<ExplainResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let law = self.law().await?;
        let subject = self.subject(&caller, &asked.case_id).await?;
        let row = self.clock(&caller, &subject, &asked.clock_code).await?;
        let now = self.0.clock.now();
        let explanation = foreseeing::explain(self.db(), &law, (&row, &subject), now)
            .await
            .map_err(|error| status(&error))?
            .ok_or_else(|| not_found("此时限所依据的制度版本未载入"))?;
        Ok(Response::new(ExplainResponse {
            clock: Some(view(&row, &subject, &law, now)),
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
        let policies = reference::policies(self.db()).await.map_err(failed)?;
        let calendars = reference::calendars(self.db()).await.map_err(failed)?;
        let explanation = preview::preview(
            &policies,
            &calendars,
            &asked.clock_code,
            local(from),
            &asked.union_code,
        )
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
        with_post(&caller)?;
        let subject = self.subject(&caller, &request.into_inner().case_id).await?;
        let seen = self.seen_by(&caller).await?;
        let mut told = Vec::new();
        for clock in clocks::of(&seen, subject.subject_id)
            .await
            .map_err(failed)?
        {
            for rung in rungs::of(&seen, clock.clock_id).await.map_err(failed)? {
                let planned = PlannedRung {
                    clock_code: clock.code.clone(),
                    rung: Some(rung_view(&rung)),
                };
                told.push((rung.legal_at, planned));
            }
        }
        told.sort_by_key(|(legal_at, _)| *legal_at);
        Ok(Response::new(ListRungsResponse {
            rungs: told.into_iter().map(|(_, rung)| rung).collect(),
        }))
    }

    async fn list_told(
        &self,
        request: Request<ListToldRequest>,
    ) -> Result<Response<ListToldResponse>, Status> {
        let caller = caller(&request)?;
        with_post(&caller)?;
        let asked = request.into_inner();
        let limit = if asked.limit == 0 {
            USUAL
        } else {
            asked.limit.min(MOST)
        };
        let law = self.law().await?;
        let posts = caller.posts.iter().map(|post| post.code.clone()).collect();
        // Bounded by the post alone: what it was told stays its holder's, whosever the case became.
        let told = rungs::told(self.db(), posts, asked.only_open, limit)
            .await
            .map_err(failed)?;
        let now = self.0.clock.now();
        let ids = told.iter().map(|rung| rung.clock_id).collect();
        let rows = clocks::by_id(self.db(), ids).await.map_err(failed)?;
        let ids = rows.values().map(|row| row.subject_id).collect();
        let known = subjects::of(self.db(), ids).await.map_err(failed)?;
        let foreseen = |rung: &RungRow| {
            let row = rows.get(&rung.clock_id)?;
            Some(Foreseen {
                clock: Some(view(row, known.get(&row.subject_id)?, &law, now)),
                rung: Some(rung_view(rung)),
            })
        };
        let messages = told.iter().filter_map(foreseen).collect();
        Ok(Response::new(ListToldResponse { messages }))
    }
}
