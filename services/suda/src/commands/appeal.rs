//! `suda appeal`: appeals against a decision, at an office or the compliance department.

use chrono::{DateTime, FixedOffset};
use suda_proto::routing::v1::{
    AcceptAppealRequest, AppealLevel, AppealOutcome, AppealView, DecideAppealRequest,
    GetAppealRequest, LinkFollowUpRequest, ListAppealsRequest, LodgeAppealRequest,
    WithdrawAppealRequest, appeal_service_client::AppealServiceClient,
};

use super::matters::{Facts, case_id, history, list, show, stamp};
use crate::{
    given::uuid,
    output::{self, Form, time},
    session::{Session, answer},
    words::{self, said},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Appeal {
    /// Records that the complainant applied for a review of the decision.
    Lodge(Lodge),
    /// Takes an appeal, for an officer who took no part before.
    Accept {
        /// The appeal, by number or id.
        appeal: String,
    },
    /// Decides an appeal; the letter goes to the complainant.
    Decide(Box<Decide>),
    /// Records that the complainant took it back.
    Withdraw {
        /// The appeal, by number or id.
        appeal: String,
        /// What the complainant said, and how.
        #[arg(long)]
        statement: String,
    },
    /// Links the case in which the union handles the matter again.
    Link {
        /// The appeal, by number or id.
        appeal: String,
        /// The new case, by number or id.
        #[arg(long)]
        case: String,
    },
    /// Shows an appeal with everything that happened to it.
    Show {
        /// The appeal, by number or id.
        appeal: String,
    },
    /// Lists appeals.
    List {
        /// Only what waits, longest waiting first.
        #[arg(long)]
        waiting: bool,
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
        /// Only of this case, by number or id.
        #[arg(long, default_value = "")]
        case: String,
    },
}

/// An application.
#[derive(Debug, clap::Args)]
pub(super) struct Lodge {
    /// The case whose decision it is against, by number or id.
    #[arg(long)]
    case: String,
    /// Where it goes; one's own when it is not given.
    #[arg(long, value_parser = words::parser("APPEAL_LEVEL_", AppealLevel::from_str_name))]
    level: Option<AppealLevel>,
    /// What the complainant objects to.
    #[arg(long)]
    grounds: String,
    /// When it was received; now when it is not given.
    #[arg(long)]
    received: Option<DateTime<FixedOffset>>,
    /// Why it comes later than 30 days after the decision.
    #[arg(long, default_value = "")]
    late_reason: String,
}

/// A decision.
#[derive(Debug, clap::Args)]
pub(super) struct Decide {
    /// The appeal, by number or id.
    appeal: String,
    /// What is decided.
    #[arg(long, value_parser = words::parser("APPEAL_OUTCOME_", AppealOutcome::from_str_name))]
    outcome: AppealOutcome,
    /// What the review of the procedure found.
    #[arg(long)]
    procedure: String,
    /// What the review of the time limits found.
    #[arg(long)]
    time_limits: String,
    /// What the review of the result found.
    #[arg(long)]
    result: String,
    /// Why it is decided so.
    #[arg(long)]
    reasons: String,
    /// What changes, or what the union must do by when.
    #[arg(long, default_value = "")]
    decision: String,
}

pub(super) async fn run(what: &Appeal, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = AppealServiceClient::new(session.peer("routing").await?);
    let appeal = match what {
        Appeal::Lodge(asked) => {
            let request = LodgeAppealRequest {
                request_id: uuid(),
                case_id: case_id(&asked.case, session).await?,
                level: asked.level.unwrap_or_default().into(),
                received_at: stamp(asked.received),
                grounds: asked.grounds.clone(),
                late_reason: asked.late_reason.clone(),
                evidence: Vec::new(),
            };
            answer(client.lodge_appeal(request).await)?.appeal
        }
        Appeal::Accept { appeal } => {
            let (appeal_id, expected_revision) = find(&mut client, appeal).await?;
            let request = AcceptAppealRequest {
                request_id: uuid(),
                appeal_id,
                expected_revision,
            };
            answer(client.accept_appeal(request).await)?.appeal
        }
        Appeal::Decide(asked) => {
            let (appeal_id, expected_revision) = find(&mut client, &asked.appeal).await?;
            let request = DecideAppealRequest {
                request_id: uuid(),
                appeal_id,
                expected_revision,
                procedure: asked.procedure.clone(),
                time_limits: asked.time_limits.clone(),
                result: asked.result.clone(),
                outcome: asked.outcome.into(),
                reasons: asked.reasons.clone(),
                decision: asked.decision.clone(),
            };
            answer(client.decide_appeal(request).await)?.appeal
        }
        Appeal::Withdraw { appeal, statement } => {
            let (appeal_id, expected_revision) = find(&mut client, appeal).await?;
            let request = WithdrawAppealRequest {
                request_id: uuid(),
                appeal_id,
                expected_revision,
                statement: statement.clone(),
            };
            answer(client.withdraw_appeal(request).await)?.appeal
        }
        Appeal::Link { appeal, case } => {
            let (appeal_id, expected_revision) = find(&mut client, appeal).await?;
            let request = LinkFollowUpRequest {
                request_id: uuid(),
                appeal_id,
                expected_revision,
                case_id: case_id(case, session).await?,
            };
            answer(client.link_follow_up(request).await)?.appeal
        }
        Appeal::Show { appeal } => {
            let found = answer(client.get_appeal(asking(appeal)).await)?;
            if form == Form::Json {
                return output::message(&found);
            }
            show(form, &found.appeal.unwrap_or_default(), facts)?;
            history(&found.history);
            return Ok(());
        }
        Appeal::List {
            waiting,
            union,
            case,
        } => {
            let request = ListAppealsRequest {
                waiting_only: *waiting,
                union_code: union.clone(),
                case_id: case_id(case, session).await?,
                ..ListAppealsRequest::default()
            };
            let found = answer(client.list_appeals(request).await)?;
            return list(form, &found, &found.appeals, facts);
        }
    };
    show(form, &appeal.unwrap_or_default(), facts)
}

/// An appeal is asked for by its id, or by its number.
fn asking(appeal: &str) -> GetAppealRequest {
    if appeal.parse::<uuid::Uuid>().is_ok() {
        GetAppealRequest {
            appeal_id: appeal.to_owned(),
            number: String::new(),
        }
    } else {
        GetAppealRequest {
            appeal_id: String::new(),
            number: appeal.to_owned(),
        }
    }
}

/// The id and the present revision of an appeal.
async fn find(
    client: &mut AppealServiceClient<chassis::grpc::client::Peer>,
    appeal: &str,
) -> anyhow::Result<(String, u64)> {
    let found = answer(client.get_appeal(asking(appeal)).await)?;
    let appeal = found.appeal.unwrap_or_default();
    Ok((appeal.appeal_id, appeal.revision))
}

fn facts(appeal: &AppealView) -> Facts {
    vec![
        ("申诉编号", appeal.number.clone()),
        ("投诉编号", appeal.case_number.clone()),
        ("机构", appeal.unit_code.clone()),
        ("状态", said(appeal.state().as_str_name())),
        ("收到", time(appeal.received_at.as_ref())),
        ("逾期", if appeal.late { "是" } else { "" }.to_owned()),
        ("决定", said(appeal.outcome().as_str_name())),
        ("决定时间", time(appeal.decided_at.as_ref())),
        ("重新处理案件", appeal.follow_up_case_id.clone()),
        ("标识", appeal.appeal_id.clone()),
    ]
}
