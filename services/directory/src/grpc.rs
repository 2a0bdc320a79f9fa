//! Requests in: parse, act, answer.

use std::sync::Arc;

use chassis::{
    auth::Caller,
    clock::Clock,
    db::Db,
    grpc::{caller, internal, invalid, invalid_all, timestamp},
    ids::Ids,
    keys::Keys,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use prost::Message as _;
use sea_orm::DbErr;
use suda_proto::directory::v1::{
    ApplyReferenceRequest, ApplyReferenceResponse, Calendar, GetTaxonomyRequest,
    GetTaxonomyResponse, ListCalendarsRequest, ListCalendarsResponse, ListChannelsRequest,
    ListChannelsResponse, ListPoliciesRequest, ListPoliciesResponse, ListPostsRequest,
    ListPostsResponse, ListUnitsRequest, ListUnitsResponse, LoginRequest, LoginResponse, Policy,
    Post, PostView, RenderChannelNoticeRequest, RenderChannelNoticeResponse, Taxonomy, Unit,
    WhoAmIRequest, WhoAmIResponse, directory_service_server::DirectoryService,
};
use tonic::{Request, Response, Status};

use crate::{
    actions::{
        applying::Applying,
        passwords::Passwords,
        signing_in::{self, NotSignedIn},
    },
    config::Settings,
    reference::{self, File},
    store,
};

mod channels;

/// The gRPC door and all it needs.
pub(crate) struct Desk {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
    pub(crate) keys: Keys,
    pub(crate) settings: Settings,
    pub(crate) passwords: Passwords,
    pub(crate) press: Arc<documents::Press>,
}

/// Why an application of reference files changed nothing.
enum NotApplied {
    /// It was a preview.
    Preview(ApplyReferenceResponse),
    Store(DbErr),
}

impl From<DbErr> for NotApplied {
    fn from(error: DbErr) -> Self {
        Self::Store(error)
    }
}

fn failed(error: DbErr) -> Status {
    internal(&error)
}

/// The day that it is in Guangdong.
fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::hours(8)).date_naive()
}

/// Whether somebody who sees these unions sees a unit of this union.
fn sees(caller: &Caller, union: &str) -> bool {
    caller.sees(union)
}

#[tonic::async_trait]
impl DirectoryService for Desk {
    async fn login(
        &self,
        request: Request<LoginRequest>,
    ) -> Result<Response<LoginResponse>, Status> {
        let LoginRequest { account, password } = request.into_inner();
        let now = self.clock.now();
        let given = (account.as_str(), password.as_str());
        let checked =
            signing_in::check(&self.db, &self.settings, &self.passwords, given, now).await;
        match checked {
            Ok(claims) => {
                let token = self
                    .keys
                    .sign_token(&claims)
                    .map_err(|error| internal(&error))?;
                let expires_at = chrono::DateTime::from_timestamp(claims.exp, 0).map(timestamp);
                Ok(Response::new(LoginResponse { token, expires_at }))
            }
            Err(NotSignedIn::Store(error)) => Err(failed(error)),
            Err(NotSignedIn::Hash(error)) => Err(internal(&error)),
            Err(refused) => Err(Status::unauthenticated(refused.to_string())),
        }
    }

    async fn who_am_i(
        &self,
        request: Request<WhoAmIRequest>,
    ) -> Result<Response<WhoAmIResponse>, Status> {
        let caller = caller(&request)?;
        let posts = store::posts_of(self.db.reader(), &caller.person_id)
            .await
            .map_err(failed)?;
        Ok(Response::new(WhoAmIResponse {
            person_id: caller.person_id.clone(),
            name: caller.name.clone(),
            posts,
            unions: caller.unions.clone(),
        }))
    }

    async fn apply_reference(
        &self,
        request: Request<ApplyReferenceRequest>,
    ) -> Result<Response<ApplyReferenceResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let actor = caller
            .posts
            .first()
            .map(|post| post.code.clone())
            .unwrap_or_default();
        let files = asked
            .files
            .into_iter()
            .map(file)
            .collect::<Result<Vec<_>, _>>()?;
        let wanted = reference::read(&files).map_err(|faults| {
            let said = |fault: &crate::domain::structure::Fault| {
                (
                    format!("{}:{}", fault.at.file, fault.at.line),
                    fault.reason.clone(),
                )
            };
            invalid_all(faults.iter().map(said).collect())
        })?;
        if wanted.structure.units.is_empty() {
            return Err(invalid(
                "files",
                "没有机构文件;请给出整个 reference 目录,缺少的内容会被停用",
            ));
        }
        let now = self.clock.now();
        let warnings = reference::warnings(&wanted, today(now));
        let applied = self
            .db
            .transaction("apply_reference", async |tx| {
                let (changes, unchanged) = Applying::new(tx, &self.ids, now, &actor)
                    .apply(&wanted)
                    .await?;
                let answer = ApplyReferenceResponse {
                    changes,
                    unchanged,
                    warnings: warnings.iter().map(ToString::to_string).collect(),
                };
                if asked.preview {
                    Err(NotApplied::Preview(answer))
                } else {
                    Ok(answer)
                }
            })
            .await;
        match applied {
            Ok(answer) | Err(NotApplied::Preview(answer)) => Ok(Response::new(answer)),
            Err(NotApplied::Store(error)) => Err(failed(error)),
        }
    }

    async fn list_units(
        &self,
        request: Request<ListUnitsRequest>,
    ) -> Result<Response<ListUnitsResponse>, Status> {
        let caller = caller(&request)?;
        let below = request.into_inner().below;
        let all = store::units(self.db.reader()).await.map_err(failed)?;
        let inside = |unit: &Unit| below.is_empty() || is_below(&all, &unit.code, &below);
        let units = all
            .iter()
            .filter(|unit| sees(&caller, &unit.union_code) && inside(unit))
            .cloned()
            .collect();
        Ok(Response::new(ListUnitsResponse { units }))
    }

    async fn list_posts(
        &self,
        request: Request<ListPostsRequest>,
    ) -> Result<Response<ListPostsResponse>, Status> {
        let caller = caller(&request)?;
        let unit_code = request.into_inner().unit_code;
        let units = store::units(self.db.reader()).await.map_err(failed)?;
        let people = store::people(self.db.reader()).await.map_err(failed)?;
        let all = store::posts(self.db.reader()).await.map_err(failed)?;
        let name = |id: &str| {
            people
                .iter()
                .find(|person| person.id == id)
                .map(|person| person.name.clone())
                .unwrap_or_default()
        };
        let visible = |post: &&Post| {
            let unit = units.iter().find(|unit| unit.code == post.unit_code);
            unit.is_some_and(|unit| sees(&caller, &unit.union_code))
                && (unit_code.is_empty() || post.unit_code == unit_code)
        };
        let posts = all
            .iter()
            .filter(visible)
            .map(|post| PostView {
                holder_name: name(&post.holder_person_id),
                deputy_name: name(&post.deputy_person_id),
                reaches_post_code: reached(post, &all, &units),
                post: Some(post.clone()),
            })
            .collect();
        Ok(Response::new(ListPostsResponse { posts }))
    }

    async fn list_calendars(
        &self,
        _: Request<ListCalendarsRequest>,
    ) -> Result<Response<ListCalendarsResponse>, Status> {
        let rows = store::newest(self.db.reader(), "calendar")
            .await
            .map_err(failed)?;
        let calendars = rows
            .iter()
            .map(|row| Calendar::decode(row.body.as_slice()))
            .collect::<Result<_, _>>();
        Ok(Response::new(ListCalendarsResponse {
            calendars: calendars.map_err(|error| internal(&error))?,
        }))
    }

    async fn list_policies(
        &self,
        _: Request<ListPoliciesRequest>,
    ) -> Result<Response<ListPoliciesResponse>, Status> {
        let rows = store::newest(self.db.reader(), "policy")
            .await
            .map_err(failed)?;
        let policies = rows
            .iter()
            .map(|row| Policy::decode(row.body.as_slice()))
            .collect::<Result<_, _>>();
        Ok(Response::new(ListPoliciesResponse {
            policies: policies.map_err(|error| internal(&error))?,
        }))
    }

    async fn get_taxonomy(
        &self,
        _: Request<GetTaxonomyRequest>,
    ) -> Result<Response<GetTaxonomyResponse>, Status> {
        let rows = store::newest(self.db.reader(), "taxonomy")
            .await
            .map_err(failed)?;
        let taxonomy = rows
            .first()
            .map(|row| Taxonomy::decode(row.body.as_slice()))
            .transpose()
            .map_err(|error| internal(&error))?;
        Ok(Response::new(GetTaxonomyResponse { taxonomy }))
    }

    async fn list_channels(
        &self,
        request: Request<ListChannelsRequest>,
    ) -> Result<Response<ListChannelsResponse>, Status> {
        let answer = channels::list(self, request.get_ref()).await?;
        Ok(Response::new(answer))
    }

    async fn render_channel_notice(
        &self,
        request: Request<RenderChannelNoticeRequest>,
    ) -> Result<Response<RenderChannelNoticeResponse>, Status> {
        let caller = caller(&request)?;
        let answer = channels::render(self, &caller, request.get_ref()).await?;
        Ok(Response::new(answer))
    }
}

fn file(told: suda_proto::directory::v1::ReferenceFile) -> Result<File, Status> {
    let text = String::from_utf8(told.text).map_err(|_| invalid(&told.path, "须为 UTF-8 文本"))?;
    Ok(File {
        path: told.path,
        text,
    })
}

fn parent(unit: &Unit) -> &str {
    unit.periods
        .last()
        .map(|period| period.parent_code.as_str())
        .unwrap_or_default()
}

fn is_below(units: &[Unit], code: &str, ancestor: &str) -> bool {
    let mut at = code;
    for _ in 0..=units.len() {
        if at == ancestor {
            return true;
        }
        match units.iter().find(|unit| unit.code == at) {
            Some(unit) => at = parent(unit),
            None => return false,
        }
    }
    false
}

/// Whom a message to a post reaches: the post itself while somebody is there, else the head of its unit, else the duty
/// post of the units above.
fn reached(post: &Post, posts: &[Post], units: &[Unit]) -> String {
    let manned = |post: &&Post| {
        post.abolished_on.is_empty()
            && !(post.holder_person_id.is_empty() && post.deputy_person_id.is_empty())
    };
    if manned(&post) {
        return post.code.clone();
    }
    let head = posts.iter().filter(manned).find(|other| {
        other.unit_code == post.unit_code && signing_in::role_of(other).ends_with("_head")
    });
    if let Some(head) = head {
        return head.code.clone();
    }
    let mut at = post.unit_code.as_str();
    for _ in 0..=units.len() {
        let Some(unit) = units.iter().find(|unit| unit.code == at) else {
            break;
        };
        at = parent(unit);
        if let Some(duty) = posts
            .iter()
            .filter(manned)
            .find(|other| other.duty && other.unit_code == at)
        {
            return duty.code.clone();
        }
    }
    String::new()
}
