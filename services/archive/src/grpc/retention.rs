//! Retention schedule, legal holds and disposal: parse, bound by what the caller may see, act, answer.

use chassis::{
    auth::Caller,
    grpc::{caller, timestamp},
};
use chrono::{DateTime, NaiveDate, Utc};
use suda_proto::archive::v1::{
    ApplyScheduleRequest, ApplyScheduleResponse, DecideDisposalRequest, DecideDisposalResponse,
    DisposalLine, GetDisposalRequest, GetDisposalResponse, GetScheduleRequest, GetScheduleResponse,
    Hold, LiftHoldRequest, LiftHoldResponse, ListDisposalsRequest, ListDisposalsResponse,
    ListExpiredRequest, ListExpiredResponse, ListHoldsRequest, ListHoldsResponse,
    ProposeDisposalRequest, ProposeDisposalResponse, SetHoldRequest, SetHoldResponse,
    retention_service_server::RetentionService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{bad_token, id, named_union, next, page, reason, scope, search_place, some};
use crate::{
    actions::{
        Asked, actor,
        disposing::{self, Opinion},
        own, retaining,
    },
    clockwork,
    desk::Desk,
    errors::ActionError,
    publications::{disposal, hold, view},
    store::{
        access,
        disposals::{self, Choice},
        holds, keeping,
    },
};

const HOLDERS: [&str; 7] = [
    "compliance_head",
    "compliance_officer",
    "office_head",
    "reception_head",
    "senior_management",
    "archivist",
    "auditor",
];
const LIFTERS: [&str; 2] = ["compliance_head", "compliance_officer"];
/// The most files that one appraisal takes.
const CHOICES: usize = 500;

fn date(field: &'static str, text: &str) -> Result<Option<NaiveDate>, ActionError> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| ActionError::Invalid(field, "日期应写作 2036-12-31".to_owned())),
    }
}

fn by_time(at: DateTime<Utc>, id: Uuid) -> String {
    format!("{}.{id}", at.timestamp_micros())
}

fn place(token: String) -> Result<Option<(DateTime<Utc>, Uuid)>, ActionError> {
    match some(token) {
        None => Ok(None),
        Some(token) => Ok(Some(search_place(&token).ok_or_else(bad_token)?)),
    }
}

impl Desk {
    async fn answer_expired(
        &self,
        caller: &Caller,
        asked: ListExpiredRequest,
    ) -> Result<ListExpiredResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let after = match some(token) {
            None => None,
            Some(token) => {
                let (union, code) = token.split_once('/').ok_or_else(bad_token)?;
                Some((union.to_owned(), code.to_owned()))
            }
        };
        let today = clockwork::date(self.clock.now());
        let on = date("on", &asked.on)?.unwrap_or(today);
        if on < today {
            let sentence = "请填写今天或以后的日期".to_owned();
            return Err(ActionError::Invalid("on", sentence));
        }
        let union = named_union(caller, asked.union_code)?;
        let what = format!("{} {on}", union.as_deref().unwrap_or("*"));
        let of = union.clone().unwrap_or_default();
        self.note(caller, "ListExpired", &what, "", &of).await?;
        let seen = self.db.seen_by(caller).await?;
        let rows = keeping::expired(&seen, &scope(caller), union, on, after, size).await?;
        let next_token = next(&rows, size, |row| {
            format!("{}/{}", row.union_code, row.archival_code)
        });
        Ok(ListExpiredResponse {
            files: rows.iter().map(view).collect(),
            next_token,
        })
    }

    async fn answer_propose(
        &self,
        caller: &Caller,
        asked: &ProposeDisposalRequest,
    ) -> Result<ProposeDisposalResponse, ActionError> {
        let union = asked.union_code.trim();
        let sentence = "只有本机构档案室的档案员可以提出鉴定";
        let actor = own(caller, &["archivist"], union, sentence)?;
        let request = Asked::of("ProposeDisposal", &asked.request_id, asked)?;
        let opinion = reason(&asked.opinion)?;
        if asked.choices.len() > CHOICES {
            let sentence = format!("一次鉴定不超过 {CHOICES} 件,请分批提出");
            return Err(ActionError::Invalid("choices", sentence));
        }
        let mut choices: Vec<Choice> = Vec::with_capacity(asked.choices.len());
        for choice in &asked.choices {
            let file_id = id("choices.file_id", &choice.file_id)?;
            if choices.iter().any(|(known, _)| *known == file_id) {
                let sentence = format!("案卷 {file_id} 写了两次");
                return Err(ActionError::Invalid("choices", sentence));
            }
            choices.push((file_id, date("choices.keep_until", &choice.keep_until)?));
        }
        disposing::propose(
            self,
            &scope(caller),
            &actor,
            &request,
            union,
            &choices,
            opinion,
        )
        .await
    }

    async fn answer_decide(
        &self,
        caller: &Caller,
        asked: &DecideDisposalRequest,
    ) -> Result<DecideDisposalResponse, ActionError> {
        let request = Asked::of("DecideDisposal", &asked.request_id, asked)?;
        let opinion = Opinion {
            seen: asked.expected_revision,
            approve: asked.approve,
            text: reason(&asked.opinion)?,
        };
        // The union's management or reception decides, or the compliance department for all.
        let by = |union: &str| {
            if !caller.sees(union) {
                return Err(ActionError::None("份鉴定"));
            }
            let compliance = caller.post_with(&["compliance_head"]).is_some();
            if compliance {
                return Ok(actor(caller, &["compliance_head"], union));
            }
            own(
                caller,
                &["senior_management", "reception_head"],
                union,
                "只有本机构高级管理层、受理部门负责人或合规部负责人可以审批鉴定",
            )
        };
        let disposal_id = id("disposal_id", &asked.disposal_id)?;
        disposing::decide(self, by, &request, disposal_id, &opinion).await
    }

    async fn answer_disposal(
        &self,
        caller: &Caller,
        asked: &GetDisposalRequest,
    ) -> Result<GetDisposalResponse, ActionError> {
        let seen = self.db.seen_by(caller).await?;
        let row = disposals::find(&seen, id("disposal_id", &asked.disposal_id)?)
            .await?
            .filter(|row| caller.sees(&row.union_code))
            .ok_or(ActionError::None("份鉴定"))?;
        drop(seen);
        let what = row.disposal_id.to_string();
        self.note(caller, "GetDisposal", &what, "", &row.union_code)
            .await?;
        let seen = self.db.seen_by(caller).await?;
        let barred = access::barred_from(&seen, &caller.person_id).await?;
        let lines = disposals::lines(&seen, row.disposal_id).await?;
        let lines = lines
            .into_iter()
            .filter(|line| !barred.contains(&line.file.case_id))
            .map(|line| DisposalLine {
                file: Some(view(&line.file)),
                keep_until: line
                    .keep_until
                    .map(|day| day.to_string())
                    .unwrap_or_default(),
            });
        Ok(GetDisposalResponse {
            disposal: Some(disposal(&row)),
            lines: lines.collect(),
            opinion: row.opinion,
            decision_opinion: row.decision_opinion,
        })
    }

    async fn answer_disposals(
        &self,
        caller: &Caller,
        asked: ListDisposalsRequest,
    ) -> Result<ListDisposalsResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let after = place(token)?;
        let union = named_union(caller, asked.union_code)?;
        let seen = self.db.seen_by(caller).await?;
        let rows = disposals::list(&seen, &scope(caller), union, after, size).await?;
        let next_token = next(&rows, size, |row| by_time(row.proposed_at, row.disposal_id));
        Ok(ListDisposalsResponse {
            disposals: rows.iter().map(disposal).collect(),
            next_token,
        })
    }

    async fn answer_holds(
        &self,
        caller: &Caller,
        asked: ListHoldsRequest,
    ) -> Result<ListHoldsResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let after = place(token)?;
        let union = named_union(caller, asked.union_code)?;
        let of = union.clone().unwrap_or_default();
        self.note(
            caller,
            "ListHolds",
            union.as_deref().unwrap_or("*"),
            "",
            &of,
        )
        .await?;
        let seen = self.db.seen_by(caller).await?;
        let rows = holds::list(&seen, &scope(caller), union, asked.lifted_too, after, size).await?;
        let next_token = next(&rows, size, |row| by_time(row.set_at, row.hold_id));
        let holds = rows.into_iter().map(|row| Hold {
            hold: Some(hold(&row)),
            reason: row.reason,
            lift_reason: row.lift_reason,
        });
        Ok(ListHoldsResponse {
            holds: holds.collect(),
            next_token,
        })
    }
}

#[tonic::async_trait]
impl RetentionService for Desk {
    async fn get_schedule(
        &self,
        request: Request<GetScheduleRequest>,
    ) -> Result<Response<GetScheduleResponse>, Status> {
        let row = retaining::version(self, request.get_ref().version).await?;
        Ok(Response::new(GetScheduleResponse {
            version: u32::try_from(row.version).unwrap_or(0),
            applied_at: (row.version > 0).then(|| timestamp(row.applied_at)),
            text: row.text,
            digest: row.digest,
        }))
    }

    async fn apply_schedule(
        &self,
        request: Request<ApplyScheduleRequest>,
    ) -> Result<Response<ApplyScheduleResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.get_ref();
        let request = Asked::of("ApplySchedule", &asked.request_id, asked)?;
        let actor = actor(&caller, &["compliance_head"], "44");
        Ok(Response::new(
            retaining::apply(self, &actor, &request, &asked.text, asked.check_only).await?,
        ))
    }

    async fn set_hold(
        &self,
        request: Request<SetHoldRequest>,
    ) -> Result<Response<SetHoldResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.get_ref();
        let request = Asked::of("SetHold", &asked.request_id, asked)?;
        let by = |union: &str| actor(&caller, &HOLDERS, union);
        let why = reason(&asked.reason)?;
        let scope = scope(&caller);
        let done = retaining::set_hold(
            self,
            &scope,
            by,
            &request,
            &asked.number,
            asked.ground(),
            why,
        );
        Ok(Response::new(done.await?))
    }

    async fn lift_hold(
        &self,
        request: Request<LiftHoldRequest>,
    ) -> Result<Response<LiftHoldResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.get_ref();
        let request = Asked::of("LiftHold", &asked.request_id, asked)?;
        let by = |union: &str| actor(&caller, &LIFTERS, union);
        let hold_id = id("hold_id", &asked.hold_id)?;
        let why = reason(&asked.reason)?;
        let scope = scope(&caller);
        let done = retaining::lift_hold(self, &scope, by, &request, hold_id, why);
        Ok(Response::new(done.await?))
    }

    async fn list_holds(
        &self,
        request: Request<ListHoldsRequest>,
    ) -> Result<Response<ListHoldsResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_holds(&caller, request.into_inner()).await?,
        ))
    }

    async fn list_expired(
        &self,
        request: Request<ListExpiredRequest>,
    ) -> Result<Response<ListExpiredResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_expired(&caller, request.into_inner()).await?,
        ))
    }

    async fn propose_disposal(
        &self,
        request: Request<ProposeDisposalRequest>,
    ) -> Result<Response<ProposeDisposalResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_propose(&caller, request.get_ref()).await?,
        ))
    }

    async fn decide_disposal(
        &self,
        request: Request<DecideDisposalRequest>,
    ) -> Result<Response<DecideDisposalResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_decide(&caller, request.get_ref()).await?,
        ))
    }

    async fn list_disposals(
        &self,
        request: Request<ListDisposalsRequest>,
    ) -> Result<Response<ListDisposalsResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_disposals(&caller, request.into_inner()).await?,
        ))
    }

    async fn get_disposal(
        &self,
        request: Request<GetDisposalRequest>,
    ) -> Result<Response<GetDisposalResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_disposal(&caller, request.get_ref()).await?,
        ))
    }
}
