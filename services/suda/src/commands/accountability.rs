//! `suda accountability`: the register of who is to answer for what, and rewards.

use suda_proto::routing::v1::{
    AccountabilityGround, AccountabilityView, ConfirmAccountabilityRequest,
    DismissAccountabilityRequest, GetAccountabilityRequest, ListAccountabilityRequest,
    ListRewardsRequest, RaiseAccountabilityRequest, RecordRewardRequest, RewardBeneficiary,
    RewardGround, RewardView, Sanction, accountability_service_client::AccountabilityServiceClient,
};

use super::matters::{Facts, case_id, history, list, show};
use crate::{
    given::uuid,
    output::{self, Form, time},
    session::{Session, answer},
    words::{self, said},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Accountability {
    /// Enters a candidate by hand.
    Raise(Raise),
    /// Confirms a candidate and says what is imposed.
    Confirm {
        /// The entry's id.
        id: String,
        /// What is imposed.
        #[arg(long, value_parser = words::parser("SANCTION_", Sanction::from_str_name))]
        sanction: Sanction,
        /// The post that answers; as it was raised when it is not given.
        #[arg(long, default_value = "")]
        post: String,
        /// The facts found and the reasons.
        #[arg(long)]
        reason: String,
    },
    /// Dismisses a candidate.
    Dismiss {
        /// The entry's id.
        id: String,
        /// Why nobody is to answer.
        #[arg(long)]
        reason: String,
    },
    /// Shows an entry with its evidence.
    Show {
        /// The entry's id.
        id: String,
    },
    /// Lists the register.
    List {
        /// Only candidates, longest waiting first.
        #[arg(long)]
        waiting: bool,
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
        /// Only on this ground (指引 art. 24).
        #[arg(long, value_parser = words::parser("ACCOUNTABILITY_GROUND_", AccountabilityGround::from_str_name))]
        ground: Option<AccountabilityGround>,
    },
    /// Records a reward.
    Reward(Reward),
    /// Lists rewards.
    Rewards {
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
    },
}

/// A candidate.
#[derive(Debug, clap::Args)]
pub(super) struct Raise {
    /// The case it comes from, by number or id.
    #[arg(long, default_value = "")]
    case: String,
    /// The union; the case's when it is not given.
    #[arg(long, default_value = "")]
    union: String,
    /// The unit that is to answer.
    #[arg(long)]
    unit: String,
    /// The post, when it is known.
    #[arg(long, default_value = "")]
    post: String,
    /// Which ground (指引 art. 24).
    #[arg(long, value_parser = words::parser("ACCOUNTABILITY_GROUND_", AccountabilityGround::from_str_name))]
    ground: AccountabilityGround,
    /// What happened.
    #[arg(long)]
    facts: String,
}

/// A reward.
#[derive(Debug, clap::Args)]
pub(super) struct Reward {
    /// The case, by number or id; it must be given for a complainant.
    #[arg(long, default_value = "")]
    case: String,
    /// The union; the case's when it is not given.
    #[arg(long, default_value = "")]
    union: String,
    /// The unit; the union itself when it is not given.
    #[arg(long, default_value = "")]
    unit: String,
    /// Who.
    #[arg(long, value_parser = words::parser("REWARD_BENEFICIARY_", RewardBeneficiary::from_str_name))]
    beneficiary: RewardBeneficiary,
    /// The member of staff.
    #[arg(long, default_value = "")]
    person: String,
    /// It is honour (精神奖励).
    #[arg(long)]
    honour: bool,
    /// It is money or goods (物质奖励).
    #[arg(long)]
    material: bool,
    /// What it is, and for what.
    #[arg(long)]
    description: String,
}

type Client = AccountabilityServiceClient<chassis::grpc::client::Peer>;

pub(super) async fn run(
    what: &Accountability,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut client = AccountabilityServiceClient::new(session.peer("routing").await?);
    let entry = match what {
        Accountability::Raise(asked) => {
            let request = RaiseAccountabilityRequest {
                request_id: uuid(),
                case_id: case_id(&asked.case, session).await?,
                union_code: asked.union.clone(),
                unit_code: asked.unit.clone(),
                post_code: asked.post.clone(),
                person_id: String::new(),
                ground: asked.ground.into(),
                facts: asked.facts.clone(),
            };
            answer(client.raise_accountability(request).await)?.accountability
        }
        Accountability::Confirm {
            id,
            sanction,
            post,
            reason,
        } => {
            let request = ConfirmAccountabilityRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                accountability_id: id.clone(),
                post_code: post.clone(),
                person_id: String::new(),
                sanction: (*sanction).into(),
                reason: reason.clone(),
            };
            answer(client.confirm_accountability(request).await)?.accountability
        }
        Accountability::Dismiss { id, reason } => {
            let request = DismissAccountabilityRequest {
                request_id: uuid(),
                expected_revision: revision(&mut client, id).await?,
                accountability_id: id.clone(),
                reason: reason.clone(),
            };
            answer(client.dismiss_accountability(request).await)?.accountability
        }
        Accountability::Show { id } => {
            let found = answer(client.get_accountability(asking(id)).await)?;
            if form == Form::Json {
                return output::message(&found);
            }
            show(form, &found.accountability.unwrap_or_default(), facts)?;
            output::facts(&[("人员", found.person_id)]);
            history(&found.history);
            return Ok(());
        }
        Accountability::List {
            waiting,
            union,
            ground: on,
        } => return register(&mut client, (*waiting, union, on.unwrap_or_default()), form).await,
        Accountability::Reward(asked) => return reward(&mut client, asked, session, form).await,
        Accountability::Rewards { union } => return rewards(&mut client, union, form).await,
    };
    show(form, &entry.unwrap_or_default(), facts)
}

fn asking(id: &str) -> GetAccountabilityRequest {
    GetAccountabilityRequest {
        accountability_id: id.to_owned(),
    }
}

async fn revision(client: &mut Client, id: &str) -> anyhow::Result<u64> {
    let found = answer(client.get_accountability(asking(id)).await)?;
    Ok(found.accountability.unwrap_or_default().revision)
}

async fn register(
    client: &mut Client,
    (waiting, union, on): (bool, &str, AccountabilityGround),
    form: Form,
) -> anyhow::Result<()> {
    let request = ListAccountabilityRequest {
        waiting_only: waiting,
        union_code: union.to_owned(),
        ground: on.into(),
        ..ListAccountabilityRequest::default()
    };
    let found = answer(client.list_accountability(request).await)?;
    list(form, &found, &found.accountability, facts)
}

async fn reward(
    client: &mut Client,
    asked: &Reward,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    // Complainants are rewarded by article 26, everybody else by article 25.
    let ground = match asked.beneficiary {
        RewardBeneficiary::Complainant => RewardGround::LossAverted,
        _ => RewardGround::HandledWell,
    };
    let request = RecordRewardRequest {
        request_id: uuid(),
        case_id: case_id(&asked.case, session).await?,
        union_code: asked.union.clone(),
        unit_code: asked.unit.clone(),
        person_id: asked.person.clone(),
        ground: ground.into(),
        beneficiary: asked.beneficiary.into(),
        honour: asked.honour,
        material: asked.material,
        description: asked.description.clone(),
    };
    let done = answer(client.record_reward(request).await)?;
    let done = done.reward.unwrap_or_default();
    show(form, &done, rewarded)
}

async fn rewards(client: &mut Client, union: &str, form: Form) -> anyhow::Result<()> {
    let request = ListRewardsRequest {
        page: None,
        union_code: union.to_owned(),
    };
    let found = answer(client.list_rewards(request).await)?;
    list(form, &found, &found.rewards, |reward| {
        let view = reward.view.clone().unwrap_or_default();
        let mut facts = rewarded(&view);
        facts.push(("内容", reward.description.clone()));
        facts
    })
}

fn facts(entry: &AccountabilityView) -> Facts {
    vec![
        ("标识", entry.accountability_id.clone()),
        ("依据", said(entry.ground().as_str_name())),
        ("单位", entry.unit_code.clone()),
        ("岗位", entry.post_code.clone()),
        ("状态", said(entry.state().as_str_name())),
        (
            "来源",
            if entry.raised_by_system {
                "系统"
            } else {
                "人工"
            }
            .to_owned(),
        ),
        ("提出", time(entry.raised_at.as_ref())),
        ("处理", said(entry.sanction().as_str_name())),
        ("案件", entry.case_id.clone()),
    ]
}

fn rewarded(reward: &RewardView) -> Facts {
    vec![
        ("对象", said(reward.beneficiary().as_str_name())),
        ("单位", reward.unit_code.clone()),
        ("案件", reward.case_id.clone()),
        ("登记", time(reward.recorded_at.as_ref())),
    ]
}
