//! What would be, what would have been, and what a change of the law moves.

use chassis::{
    grpc::{caller, invalid, not_found, timestamp},
    requests,
};
use prost::Message as _;
use suda_proto::sla_watchdog::v1::{
    ApplyLawRequest, ApplyLawResponse, BacktestRequest, BacktestResponse, CertifyRequest,
    CertifyResponse, ClockMove, PreviewLawRequest, PreviewLawResponse, SimulateRequest,
    SimulateResponse, foresight_service_server::ForesightService,
};
use tonic::{Request, Response, Status};

use super::{Door, status, with_post};
use crate::{
    actions::{
        ActionError,
        applying::{self, Fate, Impact, Move},
        backtesting::{self, Which},
        foreseeing,
    },
    domain::deadline,
    law::Law,
    parse::{self, local},
    publications::view,
    store::clocks::Asked,
};

/// Lines of a simulation.
const LINES: (u32, u32) = (1000, 10_000);
/// Moves listed by a preview.
const MOVES: (u32, u32) = (100, 10_000);
/// Open clocks a simulation looks at, at most.
const LOOKS_AT: u32 = 200_000;

/// How many at most: the usual number when none is asked for.
fn most(asked: u32, (usual, most): (u32, u32)) -> usize {
    let limit = if asked == 0 { usual } else { asked.min(most) };
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[tonic::async_trait]
impl ForesightService for Door {
    async fn certify(
        &self,
        request: Request<CertifyRequest>,
    ) -> Result<Response<CertifyResponse>, Status> {
        let caller = caller(&request)?;
        with_post(&caller)?;
        let asked = request.into_inner();
        let law = self.law().await?;
        let subject = self.subject(&caller, &asked.case_id).await?;
        let row = self.clock(&caller, &subject, &asked.clock_code).await?;
        let now = self.0.clock.now();
        let certificate = foreseeing::certify(self.db(), &law, (&row, &subject), now)
            .await
            .map_err(|error| status(&error))?;
        certificate
            .map(Response::new)
            .ok_or_else(|| not_found("此时限所依据的制度版本未载入"))
    }

    async fn simulate(
        &self,
        request: Request<SimulateRequest>,
    ) -> Result<Response<SimulateResponse>, Status> {
        let caller = caller(&request)?;
        with_post(&caller)?;
        let asked = request.into_inner();
        let now = self.0.clock.now();
        let until = parse::instant(asked.until.as_ref(), "until")
            .ok()
            .filter(|until| *until > now)
            .ok_or_else(|| {
                invalid(
                    "until",
                    "须给出晚于现在的时刻,例如 2026-10-08T18:00:00+08:00",
                )
            })?;
        let law = self.law().await?;
        let subject = match asked.case_id.as_str() {
            "" => None,
            id => Some(self.subject(&caller, id).await?.subject_id),
        };
        let wanted = Asked {
            subject,
            limit: LOOKS_AT,
            ..Asked::default()
        };
        let found = self.open(&caller, wanted).await?;
        let rows = found.into_iter().map(|(row, _)| row).collect();
        let limit = most(asked.limit, LINES);
        foreseeing::simulate(self.db(), &law, rows, (now, until), limit)
            .await
            .map(Response::new)
            .map_err(|error| status(&error))
    }

    async fn backtest(
        &self,
        request: Request<BacktestRequest>,
    ) -> Result<Response<BacktestResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let draft = asked
            .draft
            .ok_or_else(|| invalid("draft", "须给出制度草案"))?;
        let instant = |at: Option<&prost_types::Timestamp>, field: &'static str| {
            parse::instant(at, field).map_err(|_| invalid(field, "须给出时刻"))
        };
        let which = Which {
            from: instant(asked.from.as_ref(), "from")?,
            until: instant(asked.until.as_ref(), "until")?,
            unions: caller.unions_or_all(),
        };
        if which.from >= which.until {
            return Err(invalid("until", "截止时刻须晚于起始时刻"));
        }
        let law = self.law().await?;
        let seen = self.seen_by(&caller).await?;
        backtesting::backtest(&seen, law, &draft, which)
            .await
            .map(Response::new)
            .map_err(|error| status(&error))
    }

    async fn preview_law(
        &self,
        request: Request<PreviewLawRequest>,
    ) -> Result<Response<PreviewLawResponse>, Status> {
        let asked = request.into_inner();
        let law = self
            .law()
            .await?
            .with(&asked.calendars, &asked.policies)
            .map_err(|wrong| status(&wrong.into()))?;
        let impact = applying::impact(self.db(), &law)
            .await
            .map_err(|error| status(&error))?;
        Ok(Response::new(self.preview_of(
            &impact,
            &law,
            most(asked.limit, MOVES),
        )))
    }

    async fn apply_law(
        &self,
        request: Request<ApplyLawRequest>,
    ) -> Result<Response<ApplyLawResponse>, Status> {
        let asked = request.into_inner();
        if asked.reason.trim().is_empty() {
            return Err(invalid("reason", "请写明依据,例如日历或制度文件的名称"));
        }
        let applied = self
            .0
            .db
            .transaction("apply_law", async |tx| {
                const RPC: &str = "ApplyLaw";
                let (id, digest) = (requests::id(&asked.request_id)?, requests::digest(&asked));
                if let Some(answer) = requests::once(tx, id, RPC, &digest).await? {
                    return Ok(ApplyLawResponse::decode(answer.as_slice()).unwrap_or_default());
                }
                let moved = applying::apply(tx, &self.0, &asked.token, asked.reason.trim()).await?;
                let answer = ApplyLawResponse { moved };
                requests::answered(tx, id, RPC, &digest, &answer, self.0.clock.now()).await?;
                Ok::<_, ActionError>(answer)
            })
            .await;
        applied.map(Response::new).map_err(|error| status(&error))
    }
}

impl Door {
    fn preview_of(&self, impact: &Impact, law: &Law, limit: usize) -> PreviewLawResponse {
        let now = self.0.clock.now();
        let counted = |is: &dyn Fn(&Move) -> bool| {
            u64::try_from(impact.moves.iter().filter(|change| is(change)).count())
                .unwrap_or(u64::MAX)
        };
        let (earlier, later) = (
            |change: &Move| change.due_at().is_some_and(|at| at < change.row.due_at),
            |change: &Move| change.due_at().is_some_and(|at| at > change.row.due_at),
        );
        let mut moves: Vec<&Move> = impact
            .moves
            .iter()
            .filter(|change| change.moves())
            .collect();
        moves.sort_by_key(|change| (!earlier(change), change.due_at(), change.row.clock_id));
        let listed = moves.iter().take(limit).map(|change| ClockMove {
            clock: Some(view(&change.row, &change.subject, law, now)),
            due_at: change.due_at().map(timestamp),
            due_words: change
                .due_at()
                .map(|at| deadline::words(local(at)))
                .unwrap_or_default(),
        });
        PreviewLawResponse {
            open: impact.open,
            moved: counted(&Move::moves),
            earlier: counted(&earlier),
            later: counted(&later),
            ended: counted(&|change: &Move| matches!(change.fate, Fate::Ends)),
            moves: listed.collect(),
            token: impact.token(),
            waiting: impact.waiting,
        }
    }
}
