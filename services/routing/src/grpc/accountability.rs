//! Requests about the register of accountability, and rewards.

use chassis::{auth::Caller, db::Tx, grpc::caller};
use suda_proto::routing::v1::{self as api, accountability_service_server::AccountabilityService};
use tonic::{Request, Response, Status};

use super::{parse, reading};
use crate::{
    actions::{
        Head,
        accountability::{self, Doing, Done, Raising, Rewarding},
    },
    desk::Desk,
    domain::accountability::{Beneficiary, Ground},
    errors::ActionError,
    publications::matters::{accountability_view, reward_view},
    store::{
        accountability as kept,
        matters::{self, Wanted},
    },
};

impl Desk {
    async fn decides(
        &self,
        caller: &Caller,
        head: &Head,
        doing: &Doing,
    ) -> Result<Option<api::AccountabilityView>, Status> {
        let work = async |tx: &Tx| accountability::decide(self, tx, caller, head, doing).await;
        let done: Done = self.db.transaction(head.rpc, work).await?;
        Ok(done.accountability)
    }
}

#[tonic::async_trait]
impl AccountabilityService for Desk {
    async fn raise_accountability(
        &self,
        request: Request<api::RaiseAccountabilityRequest>,
    ) -> Result<Response<api::RaiseAccountabilityResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = new("RaiseAccountability", &asked, &asked.request_id)?;
        let ground = Ground::of(asked.ground)
            .ok_or_else(|| ActionError::invalid("ground", "请选择第二十四条的哪一项"))?;
        let raising = Raising {
            case_id: parse::optional_id(&asked.case_id, "case_id")?,
            union: asked.union_code,
            unit: asked.unit_code,
            post: asked.post_code,
            person: asked.person_id,
            ground,
            facts: asked.facts,
        };
        let work = async |tx: &Tx| accountability::raise(self, tx, &caller, &head, &raising).await;
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn confirm_accountability(
        &self,
        request: Request<api::ConfirmAccountabilityRequest>,
    ) -> Result<Response<api::ConfirmAccountabilityResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.accountability_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("ConfirmAccountability", "accountability_id", &asked, which)?;
        let doing = Doing::Confirm(
            asked.post_code,
            asked.person_id,
            asked.sanction,
            asked.reason,
        );
        let accountability = self.decides(&caller, &head, &doing).await?;
        Ok(Response::new(api::ConfirmAccountabilityResponse {
            accountability,
        }))
    }

    async fn dismiss_accountability(
        &self,
        request: Request<api::DismissAccountabilityRequest>,
    ) -> Result<Response<api::DismissAccountabilityResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (
            asked.request_id.as_str(),
            asked.accountability_id.as_str(),
            asked.expected_revision,
        );
        let head = parse::head("DismissAccountability", "accountability_id", &asked, which)?;
        let doing = Doing::Dismiss(asked.reason);
        let accountability = self.decides(&caller, &head, &doing).await?;
        Ok(Response::new(api::DismissAccountabilityResponse {
            accountability,
        }))
    }

    async fn get_accountability(
        &self,
        request: Request<api::GetAccountabilityRequest>,
    ) -> Result<Response<api::GetAccountabilityResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let db = self.db.seen_by(&caller).await;
        let db = &db.map_err(ActionError::from)?;
        let id = parse::id_of(&asked.accountability_id, "accountability_id")?;
        let found = kept::find(db, id).await?;
        let entry = found
            .filter(|entry| accountability::sees(&caller, entry))
            .ok_or(ActionError::NoMatter("责任追究事项"))?;
        let history = matters::history(db, id).await.map_err(ActionError::from)?;
        Ok(Response::new(api::GetAccountabilityResponse {
            accountability: Some(accountability_view(&entry)),
            person_id: entry.person,
            history: history.into_iter().map(reading::entry).collect(),
        }))
    }

    async fn list_accountability(
        &self,
        request: Request<api::ListAccountabilityRequest>,
    ) -> Result<Response<api::ListAccountabilityResponse>, Status> {
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
        let mut found = kept::list(db, seen, &wanted, asked.ground).await?;
        let next_token = reading::next(&mut found, size, |entry| (entry.raised_at, entry.id));
        Ok(Response::new(api::ListAccountabilityResponse {
            accountability: found.iter().map(accountability_view).collect(),
            next_token,
        }))
    }

    async fn record_reward(
        &self,
        request: Request<api::RecordRewardRequest>,
    ) -> Result<Response<api::RecordRewardResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = new("RecordReward", &asked, &asked.request_id)?;
        let beneficiary = match api::RewardBeneficiary::try_from(asked.beneficiary) {
            Ok(api::RewardBeneficiary::Unit) => Beneficiary::Unit,
            Ok(api::RewardBeneficiary::Staff) => Beneficiary::Staff,
            Ok(api::RewardBeneficiary::Complainant) => Beneficiary::Complainant,
            Ok(api::RewardBeneficiary::Unspecified) | Err(_) => {
                return Err(ActionError::invalid("beneficiary", "请选择奖励对象").into());
            }
        };
        let rewarding = Rewarding {
            case_id: parse::optional_id(&asked.case_id, "case_id")?,
            union: asked.union_code,
            unit: asked.unit_code,
            person: asked.person_id,
            ground: asked.ground,
            beneficiary,
            honour: asked.honour,
            material: asked.material,
            description: asked.description,
        };
        let work =
            async |tx: &Tx| accountability::reward(self, tx, &caller, &head, &rewarding).await;
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn list_rewards(
        &self,
        request: Request<api::ListRewardsRequest>,
    ) -> Result<Response<api::ListRewardsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let (size, behind) = reading::page(asked.page)?;
        let wanted = Wanted {
            union: asked.union_code,
            behind,
            size: i64::from(size) + 1,
            ..Wanted::default()
        };
        let (unions, units) = reading::sight(&caller);
        let seen = reading::seen(&caller, &unions, &units);
        let db = self.db.seen_by(&caller).await;
        let db = &db.map_err(ActionError::from)?;
        let mut found = kept::rewards(db, seen, &wanted).await?;
        let next_token = reading::next(&mut found, size, |reward| (reward.recorded_at, reward.id));
        let rewards = found.into_iter().map(|reward| api::Reward {
            view: Some(reward_view(&reward)),
            person_id: reward.person,
            description: reward.description,
        });
        Ok(Response::new(api::ListRewardsResponse {
            rewards: rewards.collect(),
            next_token,
        }))
    }
}

/// A request that makes something new has no id but its own.
fn new(
    rpc: &'static str,
    asked: &impl prost::Message,
    request_id: &str,
) -> Result<Head, ActionError> {
    parse::head(rpc, "request_id", asked, (request_id, request_id, 0))
}
