//! What each step asks of routing, and by whom.
#![expect(
    clippy::needless_update,
    reason = "one macro writes requests that have more fields and requests that have none"
)]

use anyhow::Context as _;
use chassis::grpc::{sentence, timestamp};
use chrono::{DateTime, TimeDelta, Utc};
use suda_proto::{
    channel::v1::Manner,
    common::v1::Role,
    routing::v1::{
        AcceptAppealRequest, AcceptRequest, AnswerDirectlyRequest, AnswerText, AppealOutcome,
        ApproveDeclineRequest, ApproveExtensionRequest, AssignHandlerRequest, CaseView,
        CloseRequest, DecideAppealRequest, DeclineGround, Delivery, FileResultRequest,
        FileToReceptionRequest, FollowUpRequest, IssueOrderRequest, JoinCaseRequest,
        LodgeAppealRequest, PassResultRequest, ProposeDeclineRequest, ReceiptTransferRequest,
        RecordAnswerRequest, RecordContactRequest, RecordFindingsRequest, RecordSolutionRequest,
        ReportToSuperiorRequest, RequestExtensionRequest, ReturnResultRequest, Satisfaction,
        SignOrderRequest, TransferMatter, TransferOutRequest,
    },
};
use tonic::Status;

use super::{
    course::{Step, Verdict},
    plan::Life,
    playing::{Registered, Stage},
};
use crate::{given::uuid, session::answer};

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// A service refused it.
    #[error("{}", sentence(.0))]
    Status(#[from] Status),
    /// It could not be asked.
    #[error("{0:#}")]
    Otherwise(#[from] anyhow::Error),
}

type Moved = Result<CaseView, Refused>;

/// The case that an answer has.
macro_rules! case {
    ($told:expr) => {
        $told
            .await?
            .into_inner()
            .case
            .context("the answer has a case")?
    };
}

/// A request about a case, with what all of them say.
macro_rules! about {
    ($known:expr, $request:ident { $($field:ident : $value:expr),* $(,)? }) => {
        $request {
            request_id: uuid(),
            case_id: $known.id.clone(),
            expected_revision: $known.revision,
            $($field: $value,)*
            ..$request::default()
        }
    };
}

/// Asks for a step of a case; gives the case after it.
pub(super) async fn case(stage: &Stage, known: &Registered, life: &Life, step: Step) -> Moved {
    let reception = &stage.union.reception;
    match step {
        Step::File => file(stage, known, life).await,
        Step::Call => {
            let mut routing = stage.routing(reception, Role::ReceptionClerk).await?;
            Ok(case!(routing.record_contact(called(known))))
        }
        Step::Accept => {
            let mut routing = stage.routing(reception, Role::ReceptionClerk).await?;
            let asked = about!(
                known,
                AcceptRequest {
                    opinion: "属实,受理".to_owned()
                }
            );
            Ok(case!(routing.accept(asked)))
        }
        Step::AnswerDirectly => {
            let mut routing = stage.routing(reception, Role::ReceptionHead).await?;
            let asked = about!(
                known,
                AnswerDirectlyRequest {
                    answer: Some(four_parts()),
                    delivery: Some(by_telephone(stage.now)),
                }
            );
            Ok(case!(routing.answer_directly(asked)))
        }
        Step::ProposeDecline | Step::ApproveDecline => declined(stage, known, step).await,
        Step::TransferOut | Step::Receipt => transferred(stage, known, step).await,
        Step::Join(first) => {
            let lead = stage
                .registered
                .get(&first)
                .context("the first one was registered")?;
            let mut courses = stage.courses(reception, Role::ReceptionClerk).await?;
            let asked = about!(
                known,
                JoinCaseRequest {
                    lead_case_id: lead.id.clone(),
                    reason: "同一投诉人反映同一事实".to_owned(),
                }
            );
            Ok(case!(courses.join_case(asked)))
        }
        Step::Report => reported(stage, known, life).await,
        Step::Order | Step::Return | Step::Pass | Step::Close => reviewed(stage, known, step).await,
        Step::Assign | Step::Contact | Step::Propose | Step::Result => {
            handled(stage, known, step).await
        }
        Step::Extend | Step::Grant => extended(stage, known, life, step).await,
        Step::FollowUp { satisfied } => {
            let mut courses = stage.courses(reception, Role::ReceptionClerk).await?;
            let satisfaction = if satisfied {
                Satisfaction::Satisfied
            } else {
                Satisfaction::Dissatisfied
            };
            let asked = about!(
                known,
                FollowUpRequest {
                    satisfaction: satisfaction.into(),
                    remark: "电话回访".to_owned(),
                }
            );
            Ok(case!(courses.follow_up(asked)))
        }
        Step::Withdraw | Step::Appeal | Step::TakeAppeal | Step::DecideAppeal(_) => {
            Err(anyhow::anyhow!("{step:?} is no step of a case").into())
        }
    }
}

async fn file(stage: &Stage, known: &Registered, life: &Life) -> Moved {
    let outlet = life
        .arrival
        .outlet
        .and_then(|at| stage.union.outlets.get(at));
    let outlet = outlet.context("an outlet files it")?;
    let mut routing = stage.routing(outlet, Role::OutletReceiver).await?;
    let asked = about!(
        known,
        FileToReceptionRequest {
            reason: "需查阅流水和监控,当场不能答复".to_owned(),
        }
    );
    Ok(case!(routing.file_to_reception(asked)))
}

async fn declined(stage: &Stage, known: &Registered, step: Step) -> Moved {
    let reception = &stage.union.reception;
    if step == Step::ProposeDecline {
        let mut routing = stage.routing(reception, Role::ReceptionClerk).await?;
        let asked = about!(
            known,
            ProposeDeclineRequest {
                ground: DeclineGround::NotOurs.into(),
                explanation: "您反映的业务由其他机构办理,请向该机构反映。".to_owned(),
            }
        );
        return Ok(case!(routing.propose_decline(asked)));
    }
    let mut routing = stage.routing(reception, Role::ReceptionHead).await?;
    let asked = about!(
        known,
        ApproveDeclineRequest {
            remark: "同意".to_owned()
        }
    );
    Ok(case!(routing.approve_decline(asked)))
}

async fn transferred(stage: &Stage, known: &Registered, step: Step) -> Moved {
    let management = &stage.union.management;
    if step == Step::TransferOut {
        let reception = &stage.union.reception;
        let mut courses = stage.courses(reception, Role::ReceptionHead).await?;
        let asked = about!(
            known,
            TransferOutRequest {
                matter: TransferMatter::Personnel.into(),
                to_unit_code: management.clone(),
                reason: "反映人事任免,属人事事项".to_owned(),
            }
        );
        return Ok(case!(courses.transfer_out(asked)));
    }
    let mut courses = stage.courses(management, Role::SeniorManagement).await?;
    let asked = about!(
        known,
        ReceiptTransferRequest {
            receipt_number: format!("收{}", known.number),
        }
    );
    Ok(case!(courses.receipt_transfer(asked)))
}

async fn reported(stage: &Stage, known: &Registered, life: &Life) -> Moved {
    let reception = &stage.union.reception;
    let mut courses = stage.courses(reception, Role::ReceptionHead).await?;
    let asked = about!(
        known,
        ReportToSuperiorRequest {
            report: "已查明情况,更正差错并答复投诉人。".to_owned(),
            letter_number: format!("报〔2026〕{}号", life.place),
        }
    );
    Ok(case!(courses.report_to_superior(asked)))
}

async fn reviewed(stage: &Stage, known: &Registered, step: Step) -> Moved {
    let reception = &stage.union.reception;
    let mut routing = stage.routing(reception, Role::ReceptionHead).await?;
    Ok(match step {
        Step::Order => {
            let asked = about!(
                known,
                IssueOrderRequest {
                    lead_unit_code: known.unit.clone(),
                    matter: "核查投诉所反映的情况".to_owned(),
                    requirements: "七个工作日内办结并答复客户".to_owned(),
                }
            );
            case!(routing.issue_order(asked))
        }
        Step::Return => {
            let asked = about!(
                known,
                ReturnResultRequest {
                    reasons: "未说明差错原因,请补充".to_owned(),
                }
            );
            case!(routing.return_result(asked))
        }
        Step::Pass => {
            let asked = about!(
                known,
                PassResultRequest {
                    opinion: "同意".to_owned()
                }
            );
            case!(routing.pass_result(asked))
        }
        _ => {
            let asked = about!(
                known,
                CloseRequest {
                    remark: "办结".to_owned()
                }
            );
            case!(routing.close(asked))
        }
    })
}

async fn handled(stage: &Stage, known: &Registered, step: Step) -> Moved {
    let unit = &known.unit;
    let mut head = stage.routing(unit, Role::UnitHead).await?;
    let mut handler = stage.routing(unit, Role::Handler).await?;
    let mut now = known.clone();
    match step {
        Step::Assign => {
            let signed = case!(head.sign_order(about!(now, SignOrderRequest {})));
            now.revision = signed.revision;
            let asked = about!(
                now,
                AssignHandlerRequest {
                    handler_post: format!("{unit}-handler"),
                }
            );
            Ok(case!(head.assign_handler(asked)))
        }
        Step::Contact => Ok(case!(handler.record_contact(called(&now)))),
        Step::Propose => {
            // A solution stands on what was found.
            now.revision = case!(handler.record_findings(found(&now))).revision;
            let asked = about!(
                now,
                RecordSolutionRequest {
                    solution: "更正差错,退还多收的款项".to_owned(),
                }
            );
            Ok(case!(handler.record_solution(asked)))
        }
        _ => {
            now.revision = case!(handler.record_findings(found(&now))).revision;
            let asked = about!(
                now,
                RecordAnswerRequest {
                    answer: Some(four_parts()),
                    delivery: Some(by_telephone(stage.now)),
                }
            );
            now.revision = case!(handler.record_answer(asked)).revision;
            let asked = about!(
                now,
                FileResultRequest {
                    result: "差错已更正,投诉人表示认可".to_owned(),
                    rectification: "组织学习操作规程".to_owned(),
                }
            );
            Ok(case!(head.file_result(asked)))
        }
    }
}

fn found(known: &Registered) -> RecordFindingsRequest {
    about!(
        known,
        RecordFindingsRequest {
            findings: "查阅流水和监控,情况属实".to_owned(),
        }
    )
}

fn called(known: &Registered) -> RecordContactRequest {
    about!(
        known,
        RecordContactRequest {
            manner: Manner::PhoneCall.into(),
            summary: "向投诉人了解经过".to_owned(),
        }
    )
}

/// More time to decide (令2020年第3号 art. 18); when that is granted, also for what was ordered (guideline art. 18(3)), which would be
/// late all the same.
async fn extended(stage: &Stage, known: &Registered, life: &Life, step: Step) -> Moved {
    if step == Step::Extend {
        return asked_for(stage, known, life, "L18").await;
    }
    let mut now = known.clone();
    now.revision = granted(stage, &now).await?.revision;
    now.revision = asked_for(stage, &now, life, "G18.1c").await?.revision;
    granted(stage, &now).await
}

async fn asked_for(stage: &Stage, known: &Registered, life: &Life, clock: &str) -> Moved {
    let mut handler = stage.routing(&known.unit, Role::Handler).await?;
    let until = life.arrival.received_at + TimeDelta::days(28);
    let asked = about!(
        known,
        RequestExtensionRequest {
            clock_code: clock.to_owned(),
            stage: 1,
            ground: "需外单位协助查询".to_owned(),
            until: Some(timestamp(until)),
        }
    );
    Ok(case!(handler.request_extension(asked)))
}

async fn granted(stage: &Stage, known: &Registered) -> Moved {
    let reception = &stage.union.reception;
    let mut routing = stage.routing(reception, Role::ReceptionHead).await?;
    let asked = about!(
        known,
        ApproveExtensionRequest {
            remark: "同意".to_owned()
        }
    );
    Ok(case!(routing.approve_extension(asked)))
}

/// Asks for a step of an appeal.
pub(super) async fn appeal(
    stage: &Stage,
    known: &mut Registered,
    step: Step,
) -> anyhow::Result<()> {
    let mut appeals = stage.appeals().await?;
    let seen = known.appeal.clone().unwrap_or_default();
    known.appeal = match step {
        Step::DecideAppeal(verdict) => {
            let outcome = match verdict {
                Verdict::Upheld => AppealOutcome::Upheld,
                Verdict::Changed => AppealOutcome::Changed,
                Verdict::Rehandle => AppealOutcome::Rehandle,
            };
            let request = DecideAppealRequest {
                request_id: uuid(),
                appeal_id: seen.appeal_id,
                expected_revision: seen.revision,
                procedure: "处理过程已查阅".to_owned(),
                time_limits: "处理时限已核对".to_owned(),
                result: "处理结果已复核".to_owned(),
                outcome: outcome.into(),
                reasons: "经核查案卷和原始凭证".to_owned(),
                decision: "按核查意见执行".to_owned(),
            };
            answer(appeals.decide_appeal(request).await)?.appeal
        }
        Step::TakeAppeal => {
            let request = AcceptAppealRequest {
                request_id: uuid(),
                appeal_id: seen.appeal_id,
                expected_revision: seen.revision,
            };
            answer(appeals.accept_appeal(request).await)?.appeal
        }
        _ => {
            let request = LodgeAppealRequest {
                request_id: uuid(),
                case_id: known.id.clone(),
                grounds: "不认可处理结果,申请核查".to_owned(),
                ..LodgeAppealRequest::default()
            };
            answer(appeals.lodge_appeal(request).await)?.appeal
        }
    };
    known.appeal.as_ref().context("the answer has an appeal")?;
    Ok(())
}

/// The answer in its four parts (令2020年第3号 art. 19).
fn four_parts() -> AnswerText {
    AnswerText {
        facts: "经核查,情况属实。".to_owned(),
        basis: "依据本机构服务规范和收费公示。".to_owned(),
        conclusion: "差错已更正并致歉。".to_owned(),
        remedies: "如不认可,可在三十日内申请核查,也可申请调解、仲裁或提起诉讼。".to_owned(),
    }
}

/// Told by telephone, now.
pub(super) fn by_telephone(now: DateTime<Utc>) -> Delivery {
    Delivery {
        manner: Manner::PhoneCall.into(),
        notified_at: Some(timestamp(now)),
        note: "已电话答复".to_owned(),
        ..Delivery::default()
    }
}
