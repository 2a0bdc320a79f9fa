//! An answer to a complainant, and how it is told.

use suda_proto::{channel::v1::Manner, routing::v1 as api};

use super::super::files;
use crate::{
    given::{Instant, Text},
    session::Session,
    words,
};

/// An answer in its four parts; none may be empty (令2020年第3号 art. 19).
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(in super::super) struct Answer {
    /// 核实的事实.
    #[arg(long)]
    facts: Text,
    /// 依据和理由.
    #[arg(long)]
    basis: Text,
    /// 处理结论.
    #[arg(long)]
    conclusion: Text,
    /// 救济途径: 核查、调解、仲裁、诉讼.
    #[arg(long)]
    remedies: Text,
}

impl Answer {
    /// As messages say it.
    pub(super) fn message(self) -> api::AnswerText {
        api::AnswerText {
            facts: self.facts.0,
            basis: self.basis.0,
            conclusion: self.conclusion.0,
            remedies: self.remedies.0,
        }
    }
}

/// How a complainant is told; what a person did is proved (令2020年第3号 art. 21).
#[derive(Debug, Default, clap::Args)]
#[group(skip)]
pub(in super::super) struct Delivery {
    /// How; as the complainant wants to be answered when it is not given.
    #[arg(long, value_parser = words::parser("MANNER_", Manner::from_str_name))]
    manner: Option<Manner>,
    /// When it was dialled, posted or handed over, when a person did it.
    #[arg(long)]
    notified: Option<Instant>,
    /// The proof: a recording, a receipt.
    #[arg(long, value_name = "FILE")]
    proof: Option<std::path::PathBuf>,
    /// What the proof says, e.g. the number of the posting receipt.
    #[arg(long, default_value = "")]
    proof_note: String,
}

impl Delivery {
    /// As messages say it; the proof is kept first.
    pub(in super::super) async fn message(
        self,
        session: &Session,
    ) -> anyhow::Result<api::Delivery> {
        let proof = files::keep_all(self.proof.as_slice(), session).await?.pop();
        Ok(api::Delivery {
            manner: self.manner.unwrap_or_default().into(),
            notified_at: self.notified.map(Instant::stamp),
            proof,
            note: self.proof_note,
        })
    }
}
