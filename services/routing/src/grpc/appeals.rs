//! Requests about appeals.

use chassis::{db::Tx, grpc::caller};
use suda_proto::routing::v1::{self as api, appeal_service_server::AppealService};
use tonic::{Request, Response, Status};

use super::{parse, reading};
use crate::{
    actions::{
        Head, actors,
        appeals::{self, Doing, Done, Lodging},
        sees, veiled,
    },
    desk::Desk,
    domain::{
        appeal::{Level, Review, State, Verdict},
        standing::Role,
    },
    errors::ActionError,
    publications::matters::appeal_view,
    store::{
        self, appeals as kept,
        matters::{self, Wanted},
    },
};

impl Desk {
    async fn does_appeal(
        &self,
        caller: &chassis::auth::Caller,
        head: &Head,
        doing: &Doing,
    ) -> Result<Option<api::AppealView>, Status> {
        let work = async |tx: &Tx| appeals::perform(self, tx, caller, head, doing).await;
        let done: Done = self.db.transaction(head.rpc, work).await?;
        Ok(done.appeal)
    }
}

fn level(number: i32) -> Result<Option<Level>, ActionError> {
    if number == 0 {
        return Ok(None);
    }
    let level = Level::of(number);
    level
        .map(Some)
        .ok_or_else(|| ActionError::invalid("level", "没有这一申诉级别"))
}

#[tonic::async_trait]
impl AppealService for Desk {
    async fn lodge_appeal(
        &self,
        request: Request<api::LodgeAppealRequest>,
    ) -> Result<Response<api::LodgeAppealResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.case_id.as_str(), 0);
        let head = parse::head("LodgeAppeal", "case_id", &asked, which)?;
        let lodging = Lodging {
            level: level(asked.level)?,
            received_at: parse::instant(asked.received_at.as_ref(), "received_at")?,
            grounds: asked.grounds,
            late_reason: asked.late_reason,
            evidence: parse::proofs(asked.evidence),
        };
        let work = async |tx: &Tx| appeals::lodge(self, tx, &caller, &head, &lodging).await;
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn accept_appeal(
        &self,
        request: Request<api::AcceptAppealRequest>,
    ) -> Result<Response<api::AcceptAppealResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("AcceptAppeal", &asked, |asked| {
            (&asked.request_id, &asked.appeal_id, asked.expected_revision)
        })?;
        let appeal = self.does_appeal(&caller, &head, &Doing::Accept).await?;
        Ok(Response::new(api::AcceptAppealResponse { appeal }))
    }

    async fn decide_appeal(
        &self,
        request: Request<api::DecideAppealRequest>,
    ) -> Result<Response<api::DecideAppealResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("DecideAppeal", &asked, |asked| {
            (&asked.request_id, &asked.appeal_id, asked.expected_revision)
        })?;
        let verdict = Verdict::of(asked.outcome)
            .ok_or_else(|| ActionError::invalid("outcome", "请选择维持、变更或责令重新处理"))?;
        let texts = [
            asked.procedure.as_str(),
            &asked.time_limits,
            &asked.result,
            &asked.reasons,
            &asked.decision,
        ];
        let review = Review::parse(verdict, texts).map_err(ActionError::from)?;
        let doing = Doing::Decide(verdict, review);
        let appeal = self.does_appeal(&caller, &head, &doing).await?;
        Ok(Response::new(api::DecideAppealResponse { appeal }))
    }

    async fn withdraw_appeal(
        &self,
        request: Request<api::WithdrawAppealRequest>,
    ) -> Result<Response<api::WithdrawAppealResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("WithdrawAppeal", &asked, |asked| {
            (&asked.request_id, &asked.appeal_id, asked.expected_revision)
        })?;
        let doing = Doing::Withdraw(asked.statement);
        let appeal = self.does_appeal(&caller, &head, &doing).await?;
        Ok(Response::new(api::WithdrawAppealResponse { appeal }))
    }

    async fn link_follow_up(
        &self,
        request: Request<api::LinkFollowUpRequest>,
    ) -> Result<Response<api::LinkFollowUpResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("LinkFollowUp", &asked, |asked| {
            (&asked.request_id, &asked.appeal_id, asked.expected_revision)
        })?;
        let doing = Doing::FollowUp(parse::id_of(&asked.case_id, "case_id")?);
        let appeal = self.does_appeal(&caller, &head, &doing).await?;
        Ok(Response::new(api::LinkFollowUpResponse { appeal }))
    }

    async fn get_appeal(
        &self,
        request: Request<api::GetAppealRequest>,
    ) -> Result<Response<api::GetAppealResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(get(self, &caller, &asked).await?))
    }

    async fn list_appeals(
        &self,
        request: Request<api::ListAppealsRequest>,
    ) -> Result<Response<api::ListAppealsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(list(self, &caller, asked).await?))
    }
}

/// Which request it is, of which appeal.
fn head<Q: prost::Message>(
    rpc: &'static str,
    asked: &Q,
    which: impl Fn(&Q) -> (&String, &String, u64),
) -> Result<Head, ActionError> {
    let (request_id, id, seen) = which(asked);
    parse::head(rpc, "appeal_id", asked, (request_id, id, seen))
}

async fn get(
    desk: &Desk,
    caller: &chassis::auth::Caller,
    asked: &api::GetAppealRequest,
) -> Result<api::GetAppealResponse, ActionError> {
    let unknown = || ActionError::NoMatter("申诉");
    let db = &desk.db.seen_by(caller).await?;
    let found = if asked.appeal_id.is_empty() {
        kept::find_number(db, &asked.number).await?
    } else {
        kept::find(db, parse::id_of(&asked.appeal_id, "appeal_id")?).await?
    };
    let appeal = found.ok_or_else(unknown)?;
    let case = store::find(db, appeal.case_id).await?;
    let case = case.filter(|case| sees(caller, case)).ok_or_else(unknown)?;
    let history = matters::history(db, appeal.id).await?;
    let posts = actors(caller);
    let decides = appeal.who_may("", &posts).is_ok();
    let links = posts.iter().any(|actor| {
        [Role::ReceptionClerk, Role::ReceptionHead].contains(&actor.role)
            && actor.union == appeal.union
    });
    let again =
        matches!(appeal.decided, Some((Verdict::Rehandle, _))) && appeal.follow_up.is_none();
    let open: &[&str] = match appeal.state {
        State::Lodged if decides => &["AcceptAppeal", "WithdrawAppeal"],
        State::Accepted if decides => &["DecideAppeal", "WithdrawAppeal"],
        State::Decided if again && (decides || links) => &["LinkFollowUp"],
        State::Lodged | State::Accepted | State::Decided | State::Withdrawn => &[],
    };
    Ok(api::GetAppealResponse {
        appeal: Some(appeal_view(&appeal, &case)),
        case: Some(veiled(caller, &case)),
        history: history.into_iter().map(reading::entry).collect(),
        open_to_caller: open.iter().map(|rpc| (*rpc).to_owned()).collect(),
    })
}

async fn list(
    desk: &Desk,
    caller: &chassis::auth::Caller,
    asked: api::ListAppealsRequest,
) -> Result<api::ListAppealsResponse, ActionError> {
    let db = &desk.db.seen_by(caller).await?;
    let (size, behind) = reading::page(asked.page)?;
    let wanted = Wanted {
        union: asked.union_code,
        case_id: parse::optional_id(&asked.case_id, "case_id")?,
        unit: asked.unit_code,
        waiting: asked.waiting_only,
        behind,
        size: i64::from(size) + 1,
    };
    let (unions, units) = reading::sight(caller);
    let seen = reading::seen(caller, &unions, &units);
    let mut found = kept::list(db, seen, &wanted).await?;
    let next_token = reading::next(&mut found, size, |appeal| (appeal.received_at, appeal.id));
    let mut appeals = Vec::new();
    for appeal in found {
        if let Some(case) = store::find(db, appeal.case_id).await? {
            appeals.push(appeal_view(&appeal, &case));
        }
    }
    Ok(api::ListAppealsResponse {
        appeals,
        next_token,
    })
}
