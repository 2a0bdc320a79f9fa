//! `suda case`: what happens to a complaint after it was registered.

pub(super) mod answering;
mod course;
mod handling;
mod looking;
mod reception;

use suda_proto::routing::v1::{CaseState, QueueKind};

use crate::{
    given::{Instant, Named},
    output::Form,
    session::Session,
    words,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Case {
    /// Lists cases, newest first.
    List(List),
    /// Shows a case: history, order, approvals, notices, texts, and its clocks.
    Show {
        /// The case: its number or its id.
        case: Named,
    },
    /// Lists what waits for the caller, and counts every queue.
    Queue {
        /// Which queue; all but escalation items when it is not given.
        #[arg(value_parser = words::parser("QUEUE_KIND_", QueueKind::from_str_name))]
        kind: Option<QueueKind>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    #[command(flatten)]
    Reception(Box<reception::Reception>),
    #[command(flatten)]
    Handling(Box<handling::Handling>),
    #[command(flatten)]
    Course(Box<course::Course>),
}

#[derive(Debug, Default, clap::Args)]
pub(super) struct List {
    /// Only this union's.
    #[arg(long, default_value = "")]
    union: String,
    /// Only those registered at or ordered to this unit.
    #[arg(long, default_value = "")]
    unit: String,
    /// Only those that stand so; may be given several times.
    #[arg(long, value_parser = words::parser("CASE_STATE_", CaseState::from_str_name))]
    status: Vec<CaseState>,
    /// Only those received at or after this.
    #[arg(long)]
    from: Option<Instant>,
    /// Only those received before this.
    #[arg(long)]
    until: Option<Instant>,
    /// Only those that have not ended.
    #[arg(long)]
    open: bool,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

pub(super) async fn run(what: Case, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Case::List(what) => looking::list(what, session, form).await,
        Case::Show { case } => looking::show(&case, session, form).await,
        Case::Queue { kind, limit } => {
            looking::queue(kind.unwrap_or_default(), limit, session, form).await
        }
        Case::Reception(what) => reception::run(*what, session, form).await,
        Case::Handling(what) => handling::run(*what, session, form).await,
        Case::Course(what) => course::run(*what, session, form).await,
    }
}
