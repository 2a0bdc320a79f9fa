//! `suda rectification`: tasks to put something right, their results and verification.

use chrono::{DateTime, FixedOffset};
use suda_proto::routing::v1::{
    GetRectificationRequest, GetRectificationResponse, ListRectificationsRequest,
    OpenRectificationRequest, RectificationView, RejectRectificationRequest,
    ReportRectificationRequest, VerifyRectificationRequest,
    rectification_service_client::RectificationServiceClient,
};

use super::matters::{Facts, case_id, history, list, show, stamp};
use crate::{
    given::uuid,
    output::{self, Form, time},
    session::{Session, answer},
    words::said,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Rectification {
    /// Gives a unit the task to put something right.
    Open {
        /// The case it comes from, by number or id.
        #[arg(long)]
        case: String,
        /// The unit that must put it right.
        #[arg(long)]
        unit: String,
        /// What is wrong.
        #[arg(long)]
        problem: String,
        /// What is required.
        #[arg(long)]
        requirements: String,
        /// By when; in 30 days when it is not given.
        #[arg(long)]
        due: Option<DateTime<FixedOffset>>,
    },
    /// Files what the unit put right.
    Report {
        /// The rectification's id.
        id: String,
        /// What was done.
        #[arg(long)]
        result: String,
    },
    /// Verifies a result; never by the unit itself.
    Verify {
        /// The rectification's id.
        id: String,
        /// What the verification found.
        #[arg(long)]
        opinion: String,
    },
    /// Rejects a result; the unit works on, in the same limit.
    Reject {
        /// The rectification's id.
        id: String,
        /// Why.
        #[arg(long)]
        reasons: String,
    },
    /// Shows a rectification, and how often the same happened before and after.
    Show {
        /// The rectification's id.
        id: String,
    },
    /// Lists rectifications.
    List {
        /// Only what waits, longest waiting first.
        #[arg(long)]
        waiting: bool,
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
        /// Only of this unit.
        #[arg(long, default_value = "")]
        unit: String,
    },
}

type Client = RectificationServiceClient<chassis::grpc::client::Peer>;

pub(super) async fn run(what: &Rectification, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = RectificationServiceClient::new(session.peer("routing").await?);
    let task = match what {
        Rectification::Open {
            case,
            unit,
            problem,
            requirements,
            due,
        } => {
            let request = OpenRectificationRequest {
                request_id: uuid(),
                case_id: case_id(case, session).await?,
                unit_code: unit.clone(),
                problem: problem.clone(),
                requirements: requirements.clone(),
                due_at: stamp(*due),
                ..OpenRectificationRequest::default()
            };
            answer(client.open_rectification(request).await)?.rectification
        }
        Rectification::Report { id, result } => {
            let request = ReportRectificationRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                rectification_id: id.clone(),
                result: result.clone(),
                evidence: Vec::new(),
            };
            answer(client.report_rectification(request).await)?.rectification
        }
        Rectification::Verify { id, opinion } => {
            let request = VerifyRectificationRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                rectification_id: id.clone(),
                opinion: opinion.clone(),
            };
            answer(client.verify_rectification(request).await)?.rectification
        }
        Rectification::Reject { id, reasons } => {
            let request = RejectRectificationRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                rectification_id: id.clone(),
                reasons: reasons.clone(),
            };
            answer(client.reject_rectification(request).await)?.rectification
        }
        Rectification::Show { id } => return whole(&get(&mut client, id).await?, form),
        Rectification::List {
            waiting,
            union,
            unit,
        } => {
            let request = ListRectificationsRequest {
                waiting_only: *waiting,
                union_code: union.clone(),
                unit_code: unit.clone(),
                ..ListRectificationsRequest::default()
            };
            let found = answer(client.list_rectifications(request).await)?;
            return list(form, &found, &found.rectifications, facts);
        }
    };
    show(form, &task.unwrap_or_default(), facts)
}

async fn get(client: &mut Client, id: &str) -> anyhow::Result<GetRectificationResponse> {
    let request = GetRectificationRequest {
        rectification_id: id.to_owned(),
    };
    answer(client.get_rectification(request).await)
}

async fn revision(client: &mut Client, id: &str) -> anyhow::Result<u64> {
    let found = get(client, id).await?;
    Ok(found.rectification.unwrap_or_default().revision)
}

fn whole(found: &GetRectificationResponse, form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(found);
    }
    let task = found.rectification.clone().unwrap_or_default();
    show(form, &task, facts)?;
    if let Some(recurrence) = &found.recurrence {
        output::facts(&[
            ("整改前同类件数", recurrence.before.to_string()),
            ("验收后同类件数", recurrence.after.to_string()),
            ("统计天数", recurrence.window_days.to_string()),
        ]);
        if !recurrence.complete {
            output::text("验收后的统计期尚未满,两期件数还不能比较。");
        }
    }
    history(&found.history);
    Ok(())
}

fn facts(task: &RectificationView) -> Facts {
    vec![
        ("标识", task.rectification_id.clone()),
        ("案件", task.case_id.clone()),
        ("整改单位", task.unit_code.clone()),
        ("状态", said(task.state().as_str_name())),
        ("期限", time(task.due_at.as_ref())),
        ("报送", time(task.reported_at.as_ref())),
        ("验收", time(task.verified_at.as_ref())),
        ("退回次数", task.rejections.to_string()),
    ]
}
