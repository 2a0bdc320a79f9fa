//! What a reception does with a case, in the order of its life, and what anybody may do with it.

use suda_proto::routing::v1 as api;

use super::{
    super::moving::Which,
    answering::{Answer, Delivery},
};
use crate::{given::Text, output::Form, session::Session, words};

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Reception {
    /// Records that it was settled on the spot (指引 art. 17(1)).
    Settle {
        #[command(flatten)]
        at: Which,
        /// How it was settled.
        #[arg(long)]
        settlement: Text,
    },
    /// Files it to the reception.
    File {
        #[command(flatten)]
        at: Which,
        /// Why it could not be settled on the spot, as the complainant was told.
        #[arg(long)]
        reason: Text,
    },
    /// Accepts it; the complainant is told (指引 art. 12).
    Accept {
        #[command(flatten)]
        at: Which,
        /// The opinion of the reception.
        #[arg(long, default_value = "")]
        opinion: Text,
    },
    /// Answers it without an order (指引 art. 17(2)).
    Answer {
        #[command(flatten)]
        at: Which,
        #[command(flatten)]
        answer: Answer,
        #[command(flatten)]
        delivery: Delivery,
    },
    /// Declines it: one proposes, another decides (指引 art. 15).
    #[command(subcommand)]
    Decline(Decline),
    /// Reviews a result; never by its author.
    #[command(subcommand)]
    Review(Review),
    /// Urges the handling unit (催办).
    Urge {
        #[command(flatten)]
        at: Which,
        /// What the unit is told.
        #[arg(long)]
        message: Text,
    },
    /// Declares the caller's own interest, who sees nothing of the case from then on (指引 art. 19).
    Interest {
        #[command(flatten)]
        at: Which,
        /// What the interest is.
        #[arg(long)]
        interest: Text,
    },
    /// Records that the complainant took it back (令2020年第3号 art. 15).
    Withdraw {
        #[command(flatten)]
        at: Which,
        /// What the complainant said, and how.
        #[arg(long)]
        statement: Text,
    },
    /// Closes it.
    Close {
        #[command(flatten)]
        at: Which,
        /// A remark for the file.
        #[arg(long, default_value = "")]
        remark: Text,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Decline {
    /// Proposes not to accept it.
    Propose {
        #[command(flatten)]
        at: Which,
        /// On which ground.
        #[arg(long, value_parser = words::parser("DECLINE_GROUND_", api::DeclineGround::from_str_name))]
        ground: api::DeclineGround,
        /// What the complainant will be told.
        #[arg(long)]
        explanation: Text,
        /// The number of the complaint that was answered before; on the ground answered-before only (指引 art. 16).
        #[arg(long, default_value = "")]
        answered: String,
    },
    /// Approves a proposed decline; never by the proposer.
    Approve {
        #[command(flatten)]
        at: Which,
        /// A remark for the file.
        #[arg(long, default_value = "")]
        remark: Text,
    },
    /// Rejects a proposed decline.
    Reject {
        #[command(flatten)]
        at: Which,
        /// Why.
        #[arg(long)]
        reason: Text,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Review {
    /// Passes the result.
    Pass {
        #[command(flatten)]
        at: Which,
        /// The opinion of the review.
        #[arg(long, default_value = "")]
        opinion: Text,
    },
    /// Returns it for more work.
    Return {
        #[command(flatten)]
        at: Which,
        /// Why.
        #[arg(long)]
        reasons: Text,
    },
}

pub(super) async fn run(what: Reception, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Reception::Settle { at, settlement } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::SettleOnTheSpotRequest {
                    settlement: settlement.0,
                    ..asked
                };
                routing.settle_on_the_spot(asked).await
            })
            .await
        }
        Reception::File { at, reason } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::FileToReceptionRequest {
                    reason: reason.0,
                    ..asked
                };
                routing.file_to_reception(asked).await
            })
            .await
        }
        Reception::Accept { at, opinion } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::AcceptRequest {
                    opinion: opinion.0,
                    ..asked
                };
                routing.accept(asked).await
            })
            .await
        }
        Reception::Answer {
            at,
            answer,
            delivery,
        } => {
            let (answer, delivery) = (
                Some(answer.message()),
                Some(delivery.message(session).await?),
            );
            at.moves(session, form, async |routing, asked| {
                let asked = api::AnswerDirectlyRequest {
                    answer,
                    delivery,
                    ..asked
                };
                routing.answer_directly(asked).await
            })
            .await
        }
        Reception::Decline(what) => decline(what, session, form).await,
        Reception::Review(what) => review(what, session, form).await,
        Reception::Urge { at, message } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::UrgeUnitRequest {
                    message: message.0,
                    ..asked
                };
                routing.urge_unit(asked).await
            })
            .await
        }
        Reception::Interest { at, interest } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::DeclareInterestRequest {
                    interest: interest.0,
                    ..asked
                };
                routing.declare_interest(asked).await
            })
            .await
        }
        Reception::Withdraw { at, statement } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::WithdrawRequest {
                    statement: statement.0,
                    ..asked
                };
                routing.withdraw(asked).await
            })
            .await
        }
        Reception::Close { at, remark } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::CloseRequest {
                    remark: remark.0,
                    ..asked
                };
                routing.close(asked).await
            })
            .await
        }
    }
}

async fn decline(what: Decline, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Decline::Propose {
            at,
            ground,
            explanation,
            answered,
        } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::ProposeDeclineRequest {
                    ground: ground.into(),
                    explanation: explanation.0,
                    answered_number: answered,
                    ..asked
                };
                routing.propose_decline(asked).await
            })
            .await
        }
        Decline::Approve { at, remark } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::ApproveDeclineRequest {
                    remark: remark.0,
                    ..asked
                };
                routing.approve_decline(asked).await
            })
            .await
        }
        Decline::Reject { at, reason } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::RejectDeclineRequest {
                    reason: reason.0,
                    ..asked
                };
                routing.reject_decline(asked).await
            })
            .await
        }
    }
}

async fn review(what: Review, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Review::Pass { at, opinion } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::PassResultRequest {
                    opinion: opinion.0,
                    ..asked
                };
                routing.pass_result(asked).await
            })
            .await
        }
        Review::Return { at, reasons } => {
            at.moves(session, form, async |routing, asked| {
                let asked = api::ReturnResultRequest {
                    reasons: reasons.0,
                    ..asked
                };
                routing.return_result(asked).await
            })
            .await
        }
    }
}
