//! Requests about rectifications.

use chassis::{auth::Caller, db::Tx, grpc::caller};
use suda_proto::routing::v1::{self as api, rectification_service_server::RectificationService};
use tonic::{Request, Response, Status};

use super::{parse, reading};
use crate::{
    actions::{
        self, Head, actors,
        rectifications::{self, Doing, Done, Opening},
        veiled,
    },
    desk::Desk,
    domain::rectification::{State, WINDOW_DAYS, who_leads},
    errors::ActionError,
    publications::matters::rectification_view,
    store::{
        self,
        matters::{self, Wanted},
        rectifications as kept,
    },
};

impl Desk {
    async fn does_rectification(
        &self,
        caller: &Caller,
        head: &Head,
        doing: &Doing,
    ) -> Result<Option<api::RectificationView>, Status> {
        let work = async |tx: &Tx| rectifications::perform(self, tx, caller, head, doing).await;
        let done: Done = self.db.transaction(head.rpc, work).await?;
        Ok(done.rectification)
    }
}

#[tonic::async_trait]
impl RectificationService for Desk {
    async fn open_rectification(
        &self,
        request: Request<api::OpenRectificationRequest>,
    ) -> Result<Response<api::OpenRectificationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let which = (asked.request_id.as_str(), asked.case_id.as_str(), 0);
        let head = parse::head("OpenRectification", "case_id", &asked, which)?;
        let opening = Opening {
            due_at: parse::instant(asked.due_at.as_ref(), "due_at")?,
            unit: asked.unit_code,
            problem: asked.problem,
            requirements: asked.requirements,
            business: asked.business_code,
            cause: asked.cause_code,
        };
        let work = async |tx: &Tx| rectifications::open(self, tx, &caller, &head, &opening).await;
        Ok(Response::new(self.db.transaction(head.rpc, work).await?))
    }

    async fn report_rectification(
        &self,
        request: Request<api::ReportRectificationRequest>,
    ) -> Result<Response<api::ReportRectificationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("ReportRectification", &asked, |asked| {
            (
                &asked.request_id,
                &asked.rectification_id,
                asked.expected_revision,
            )
        })?;
        let doing = Doing::Report(asked.result, parse::proofs(asked.evidence));
        let rectification = self.does_rectification(&caller, &head, &doing).await?;
        Ok(Response::new(api::ReportRectificationResponse {
            rectification,
        }))
    }

    async fn verify_rectification(
        &self,
        request: Request<api::VerifyRectificationRequest>,
    ) -> Result<Response<api::VerifyRectificationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("VerifyRectification", &asked, |asked| {
            (
                &asked.request_id,
                &asked.rectification_id,
                asked.expected_revision,
            )
        })?;
        let doing = Doing::Verify(asked.opinion);
        let rectification = self.does_rectification(&caller, &head, &doing).await?;
        Ok(Response::new(api::VerifyRectificationResponse {
            rectification,
        }))
    }

    async fn reject_rectification(
        &self,
        request: Request<api::RejectRectificationRequest>,
    ) -> Result<Response<api::RejectRectificationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        let head = head("RejectRectification", &asked, |asked| {
            (
                &asked.request_id,
                &asked.rectification_id,
                asked.expected_revision,
            )
        })?;
        let doing = Doing::Reject(asked.reasons);
        let rectification = self.does_rectification(&caller, &head, &doing).await?;
        Ok(Response::new(api::RejectRectificationResponse {
            rectification,
        }))
    }

    async fn get_rectification(
        &self,
        request: Request<api::GetRectificationRequest>,
    ) -> Result<Response<api::GetRectificationResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(get(self, &caller, &asked).await?))
    }

    async fn list_rectifications(
        &self,
        request: Request<api::ListRectificationsRequest>,
    ) -> Result<Response<api::ListRectificationsResponse>, Status> {
        let (caller, asked) = (caller(&request)?, request.into_inner());
        Ok(Response::new(list(self, &caller, asked).await?))
    }
}

/// Which request it is, of which rectification.
fn head<Q: prost::Message>(
    rpc: &'static str,
    asked: &Q,
    which: impl Fn(&Q) -> (&String, &String, u64),
) -> Result<Head, ActionError> {
    let (request_id, id, seen) = which(asked);
    parse::head(rpc, "rectification_id", asked, (request_id, id, seen))
}

async fn get(
    desk: &Desk,
    caller: &Caller,
    asked: &api::GetRectificationRequest,
) -> Result<api::GetRectificationResponse, ActionError> {
    let unknown = || ActionError::NoMatter("整改事项");
    let db = desk.db.seen_by(caller).await?;
    let id = parse::id_of(&asked.rectification_id, "rectification_id")?;
    let task = kept::find(&db, id).await?.ok_or_else(unknown)?;
    let case = store::find(&db, task.case_id).await?;
    let case = case
        .filter(|case| rectifications::sees(caller, case, &task))
        .ok_or_else(unknown)?;
    let history = matters::history(&db, task.id).await?;
    drop(db);
    // Counted among all cases of the union, whoever looks.
    let db = desk.db.reader();
    let windows = task.windows(desk.clock.now());
    let before = kept::same_cases(db, &task.union, &task.same, windows.before).await?;
    let after = match windows.after {
        Some(window) => kept::same_cases(db, &task.union, &task.same, window).await?,
        None => 0,
    };
    let posts = actors(caller);
    let open: &[&str] = match task.state {
        State::Open if task.reporter(&posts).is_ok() => &["ReportRectification"],
        State::Reported if who_leads(&task.union, &posts).is_ok() => {
            &["VerifyRectification", "RejectRectification"]
        }
        State::Open | State::Reported | State::Verified => &[],
    };
    // A unit that has only the task sees no case.
    let shown = actions::sees(caller, &case).then(|| veiled(caller, &case));
    Ok(api::GetRectificationResponse {
        rectification: Some(rectification_view(&task)),
        case: shown,
        history: history.into_iter().map(reading::entry).collect(),
        recurrence: Some(api::Recurrence {
            window_days: WINDOW_DAYS,
            before,
            after,
            complete: windows.complete,
        }),
        open_to_caller: open.iter().map(|rpc| (*rpc).to_owned()).collect(),
    })
}

async fn list(
    desk: &Desk,
    caller: &Caller,
    asked: api::ListRectificationsRequest,
) -> Result<api::ListRectificationsResponse, ActionError> {
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
    let db = &desk.db.seen_by(caller).await?;
    let mut found = kept::list(db, seen, &wanted).await?;
    let next_token = reading::next(&mut found, size, |task| (task.opened_at, task.id));
    Ok(api::ListRectificationsResponse {
        rectifications: found.iter().map(rectification_view).collect(),
        next_token,
    })
}
