//! What a handling unit does with a case that was ordered.

use suda_proto::{channel::v1::Manner, routing::v1 as api};

use super::{
    super::{files, moving::Which},
    answering::{Answer, Delivery},
};
use crate::{
    given::{Instant, Text},
    output::Form,
    session::Session,
    words,
};

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Handling {
    /// Signs for an order that was served; changes no clock.
    Sign {
        #[command(flatten)]
        at: Which,
        /// The unit that signs; the caller's own when it is not given.
        #[arg(long, default_value = "")]
        unit: String,
    },
    /// Assigns a handler.
    Assign {
        #[command(flatten)]
        at: Which,
        /// The post that shall handle it.
        #[arg(long)]
        post: String,
        /// Its holder or deputy; the holder when it is not given.
        #[arg(long, default_value = "")]
        person: String,
    },
    /// Records a contact with the complainant.
    Contact {
        #[command(flatten)]
        at: Which,
        /// What was said.
        #[arg(long)]
        summary: Text,
        /// How.
        #[arg(long, default_value = "phone-call", value_parser = words::parser("MANNER_", Manner::from_str_name))]
        manner: Manner,
        /// When; now when it is not given.
        #[arg(long)]
        when: Option<Instant>,
    },
    /// Records what the investigation found.
    Findings {
        #[command(flatten)]
        at: Which,
        /// What was found.
        #[arg(long)]
        findings: Text,
        /// A file that proves it; may be given several times.
        #[arg(long, value_name = "FILE")]
        evidence: Vec<std::path::PathBuf>,
    },
    /// Records the solution that is proposed.
    Solution {
        #[command(flatten)]
        at: Which,
        /// The solution.
        #[arg(long)]
        solution: Text,
    },
    /// Answers the complainant in four parts (令2020年第3号 art. 19, 21).
    Reply {
        #[command(flatten)]
        at: Which,
        #[command(flatten)]
        answer: Answer,
        #[command(flatten)]
        delivery: Delivery,
    },
    /// Files the result with the reception (指引 art. 13).
    Result {
        #[command(flatten)]
        at: Which,
        /// The result.
        #[arg(long)]
        result: Text,
        /// What was put right.
        #[arg(long, default_value = "")]
        rectification: Text,
    },
    /// More time: one asks, another decides (指引 art. 18(3), 令2020年第3号 art. 18).
    #[command(subcommand)]
    Extend(Extend),
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Extend {
    /// Asks for more time.
    Request {
        #[command(flatten)]
        at: Which,
        /// The clock: G18.1c or L18.
        #[arg(long)]
        clock: String,
        /// Which stage: 1, or for L18 also 2.
        #[arg(long, default_value_t = 1)]
        stage: u32,
        /// Why.
        #[arg(long)]
        ground: Text,
        /// Until when.
        #[arg(long)]
        until: Instant,
    },
    /// Grants it.
    Approve {
        #[command(flatten)]
        at: Which,
        /// The extension; the one that waits when it is not given.
        #[arg(long, default_value = "")]
        extension: String,
        /// A remark for the file.
        #[arg(long, default_value = "")]
        remark: Text,
    },
    /// Refuses it.
    Refuse {
        #[command(flatten)]
        at: Which,
        /// The extension; the one that waits when it is not given.
        #[arg(long, default_value = "")]
        extension: String,
        /// Why.
        #[arg(long)]
        reason: Text,
    },
}

pub(super) async fn run(what: Handling, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Handling::Sign { at, unit } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::SignOrderRequest {
                    unit_code: unit,
                    ..asked
                };
                routing.sign_order(asked).await
            })
            .await
        }
        Handling::Assign { at, post, person } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::AssignHandlerRequest {
                    handler_post: post,
                    person_id: person,
                    ..asked
                };
                routing.assign_handler(asked).await
            })
            .await
        }
        Handling::Contact {
            at,
            summary,
            manner,
            when,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::RecordContactRequest {
                    contacted_at: when.map(Instant::stamp),
                    manner: manner.into(),
                    summary: summary.0,
                    ..asked
                };
                routing.record_contact(asked).await
            })
            .await
        }
        Handling::Findings {
            at,
            findings,
            evidence,
        } => {
            let evidence = files::keep_all(&evidence, session).await?;
            at.moves(session, form, async |routing, asked| {
                let asked = api::RecordFindingsRequest {
                    findings: findings.0,
                    evidence,
                    ..asked
                };
                routing.record_findings(asked).await
            })
            .await
        }
        Handling::Solution { at, solution } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::RecordSolutionRequest {
                    solution: solution.0,
                    ..asked
                };
                routing.record_solution(asked).await
            })
            .await
        }
        Handling::Reply {
            at,
            answer,
            delivery,
        } => {
            let (answer, delivery) = (
                Some(answer.message()),
                Some(delivery.message(session).await?),
            );
            at.moves(session, form, async |routing, asked| {
                let asked = api::RecordAnswerRequest {
                    answer,
                    delivery,
                    ..asked
                };
                routing.record_answer(asked).await
            })
            .await
        }
        Handling::Result {
            at,
            result,
            rectification,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::FileResultRequest {
                    result: result.0,
                    rectification: rectification.0,
                    ..asked
                };
                routing.file_result(asked).await
            })
            .await
        }
        Handling::Extend(what) => extend(what, session, form).await,
    }
}

async fn extend(what: Extend, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Extend::Request {
            at,
            clock,
            stage,
            ground,
            until,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::RequestExtensionRequest {
                    clock_code: clock,
                    stage,
                    ground: ground.0,
                    until: Some(until.stamp()),
                    ..asked
                };
                routing.request_extension(asked).await
            })
            .await
        }
        Extend::Approve {
            at,
            extension,
            remark,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::ApproveExtensionRequest {
                    extension_id: extension,
                    remark: remark.0,
                    ..asked
                };
                routing.approve_extension(asked).await
            })
            .await
        }
        Extend::Refuse {
            at,
            extension,
            reason,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::RefuseExtensionRequest {
                    extension_id: extension,
                    reason: reason.0,
                    ..asked
                };
                routing.refuse_extension(asked).await
            })
            .await
        }
    }
}
