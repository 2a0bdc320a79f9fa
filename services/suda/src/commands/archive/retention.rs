//! Retention on the command line: the schedule, legal holds, disposal.

use std::path::PathBuf;

use anyhow::{Context, bail};
use archive::record::words;
use suda_proto::archive::v1::{
    ApplyScheduleRequest, DecideDisposalRequest, DisposalChoice, GetDisposalRequest,
    GetScheduleRequest, HoldGround, LiftHoldRequest, ListDisposalsRequest, ListExpiredRequest,
    ListHoldsRequest, ProposeDisposalRequest, SetHoldRequest,
    retention_service_client::RetentionServiceClient,
};

use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(in crate::commands) enum Retention {
    /// Prints the retention schedule (保管期限表) in force.
    Show {
        /// An earlier version.
        #[arg(long, default_value_t = 0)]
        version: u32,
    },
    /// Applies a new version of the schedule; --check only checks it.
    Apply {
        /// The file.
        file: PathBuf,
        /// Only checks it.
        #[arg(long)]
        check: bool,
    },
    /// Holds the files of a case (封存).
    Hold {
        /// The complaint's number.
        number: String,
        /// Why: litigation, regulator, audit, investigation, other.
        #[arg(long)]
        ground: String,
        /// Why, in words.
        #[arg(long)]
        reason: String,
    },
    /// Lifts a hold.
    Lift {
        /// The hold.
        hold: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Lists the holds that stand.
    Holds,
    /// Lists files whose term has ended, today or on a day to come.
    Expired {
        /// The day, e.g. 2036-12-31.
        #[arg(long, default_value = "")]
        on: String,
    },
    /// Proposes what becomes of files whose term ended.
    Propose {
        /// The union.
        #[arg(long)]
        union: String,
        /// A file to be destroyed; may be given several times.
        #[arg(long)]
        destroy: Vec<String>,
        /// A file to be kept longer and until when, as FILE=2046-12-31; may be given several times.
        #[arg(long)]
        keep: Vec<String>,
        /// The appraisal (鉴定意见).
        #[arg(long)]
        opinion: String,
    },
    /// Approves a proposal, as another person; --refuse refuses it.
    Decide {
        /// The disposal.
        disposal: String,
        /// Refuses it.
        #[arg(long)]
        refuse: bool,
        /// The opinion.
        #[arg(long)]
        opinion: String,
    },
    /// Lists disposals.
    Disposals,
}

pub(super) async fn run(what: &Retention, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = RetentionServiceClient::new(session.peer("archive").await?);
    let told = match what {
        Retention::Show { version } => {
            let request = GetScheduleRequest { version: *version };
            let got = answer(client.get_schedule(request).await)?;
            if form == Form::Table {
                output::text(&got.text);
                return Ok(());
            }
            words(&got)
        }
        Retention::Apply { file, check } => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("无法读取 {}", file.display()))?;
            let request = ApplyScheduleRequest {
                request_id: uuid(),
                text,
                check_only: *check,
            };
            words(&answer(client.apply_schedule(request).await)?)
        }
        Retention::Hold {
            number,
            ground,
            reason,
        } => {
            let name = format!("HOLD_GROUND_{}", ground.to_uppercase());
            let ground = HoldGround::from_str_name(&name).with_context(|| {
                format!("{ground:?} 不是封存事由;请写 litigation(诉讼、仲裁)、regulator(监管检查)、audit(审计)、investigation(案件查办)或 other(其他)")
            })?;
            let request = SetHoldRequest {
                request_id: uuid(),
                number: number.clone(),
                ground: ground.into(),
                reason: reason.clone(),
            };
            words(&answer(client.set_hold(request).await)?)
        }
        Retention::Lift { hold, reason } => {
            let request = LiftHoldRequest {
                request_id: uuid(),
                hold_id: hold.clone(),
                reason: reason.clone(),
            };
            words(&answer(client.lift_hold(request).await)?)
        }
        Retention::Holds => words(&answer(
            client.list_holds(ListHoldsRequest::default()).await,
        )?),
        Retention::Expired { on } => {
            let request = ListExpiredRequest {
                on: on.clone(),
                ..ListExpiredRequest::default()
            };
            let files = answer(client.list_expired(request).await)?.files;
            return super::show(&files, form);
        }
        Retention::Propose {
            union,
            destroy,
            keep,
            opinion,
        } => {
            let request = ProposeDisposalRequest {
                request_id: uuid(),
                union_code: union.clone(),
                choices: choices(destroy, keep)?,
                opinion: opinion.clone(),
            };
            words(&answer(client.propose_disposal(request).await)?)
        }
        Retention::Decide {
            disposal,
            refuse,
            opinion,
        } => {
            let request = GetDisposalRequest {
                disposal_id: disposal.clone(),
            };
            let seen = answer(client.get_disposal(request).await)?.disposal;
            let request = DecideDisposalRequest {
                request_id: uuid(),
                disposal_id: disposal.clone(),
                expected_revision: seen.unwrap_or_default().revision,
                approve: !refuse,
                opinion: opinion.clone(),
            };
            words(&answer(client.decide_disposal(request).await)?)
        }
        Retention::Disposals => {
            let request = ListDisposalsRequest::default();
            words(&answer(client.list_disposals(request).await)?)
        }
    };
    output::json(&told)
}

fn choices(destroy: &[String], keep: &[String]) -> anyhow::Result<Vec<DisposalChoice>> {
    let mut choices: Vec<DisposalChoice> = destroy
        .iter()
        .map(|file| DisposalChoice {
            file_id: file.clone(),
            keep_until: String::new(),
        })
        .collect();
    for one in keep {
        let Some((file, until)) = one.split_once('=') else {
            bail!("--keep {one:?} 没有写日期;请写 FILE=2046-12-31");
        };
        choices.push(DisposalChoice {
            file_id: file.to_owned(),
            keep_until: until.to_owned(),
        });
    }
    Ok(choices)
}
