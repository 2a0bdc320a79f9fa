//! `suda simulate`: plays a half-year of the whole province in a stack of its own.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::NaiveDate;
use serde_json::json;

use crate::{
    output::{self, Form},
    simulation::{self, Outcome, Wanted},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Simulate {
    /// Plays a half-year: complaints come to every union, are dealt with, answered late or in time, appealed and reported.
    HalfYear(HalfYear),
}

#[derive(Debug, clap::Args)]
pub(super) struct HalfYear {
    /// Everything follows from it: the same seed gives the same figures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many complaints come.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    complaints: u64,
    /// The first day, of one of the years that the calendar knows.
    #[arg(long, default_value = "2026-01-01")]
    first: NaiveDate,
    /// The last day, of the same half-year.
    #[arg(long, default_value = "2026-06-30")]
    last: NaiveDate,
    /// The folder of the stack; what is in it is removed first. The reports are left in `reports` below it.
    #[arg(long, default_value = ".suda/simulated")]
    folder: PathBuf,
    /// The reference folder.
    #[arg(long, default_value = "deploy/reference")]
    reference: PathBuf,
}

pub(super) async fn run(what: Simulate, form: Form) -> anyhow::Result<()> {
    let Simulate::HalfYear(asked) = what;
    let half = |day: NaiveDate| {
        (
            chrono::Datelike::year(&day),
            chrono::Datelike::month(&day) < 7,
        )
    };
    anyhow::ensure!(
        asked.first <= asked.last && half(asked.first) == half(asked.last),
        "--first and --last must be days of one half-year, e.g. 2026-01-01 and 2026-06-30"
    );
    let programs = std::env::current_exe()?;
    let programs = programs.parent().context("cannot find the programs")?;
    let wanted = Wanted {
        seed: asked.seed,
        complaints: asked.complaints,
        first: asked.first,
        last: asked.last,
        folder: asked.folder.clone(),
        programs: programs.to_owned(),
        reference: asked.reference,
    };
    let bar = output::bar(1000, "模拟")?;
    let played = simulation::play(&wanted, &|part, what| {
        bar.set_position(part);
        bar.set_message(what.to_owned());
    })
    .await;
    bar.finish_and_clear();
    let outcome = played?;
    if form == Form::Json {
        output::json(&as_json(&wanted, &outcome))?;
    } else {
        print(&wanted, &outcome);
    }
    let wrong = &outcome.findings.wrong;
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn as_json(wanted: &Wanted, outcome: &Outcome) -> serde_json::Value {
    let found = &outcome.findings;
    json!({
        "seed": wanted.seed,
        "complaints": wanted.complaints,
        "seconds": outcome.took.as_secs(),
        "moments": outcome.moments,
        "summary": found.province,
        "units_compared": found.units,
        "escalations_answered": outcome.escalations,
        "reports_submitted": outcome.reports,
        "documents": outcome.documents,
        "ledger_entries": found.ledger_entries,
        "sealed_files": found.sealed,
        "proved_files": found.proved,
        "groups": found.groups,
        "figures_digest": found.digest,
        "wrong": found.wrong,
    })
}

fn print(wanted: &Wanted, outcome: &Outcome) {
    let found = &outcome.findings;
    output::text(&format!(
        "{} 至 {}:{} 件投诉,时钟停 {} 次,用时 {} 秒",
        wanted.first,
        wanted.last,
        wanted.complaints,
        outcome.moments,
        outcome.took.as_secs()
    ));
    let figure = |code: &str| {
        found
            .province
            .get(code)
            .copied()
            .unwrap_or_default()
            .to_string()
    };
    let rows = [
        ("本期新收", figure("received")),
        ("本期办结", figure("closed")),
        ("期末未结", figure("carried_forward")),
        ("已解决", figure("resolved")),
        ("不予受理", figure("declined")),
        ("撤回", figure("withdrawn")),
        ("移交、并案", figure("elsewhere")),
        ("已答复的上报事项", outcome.escalations.to_string()),
        ("已报送的报告", outcome.reports.to_string()),
        ("核对过数据的单位", found.units.to_string()),
        ("已封存的案卷", found.sealed.to_string()),
        ("取出并验证的案卷", found.proved.to_string()),
        ("群体性投诉预警", found.groups.to_string()),
        ("总账条目", found.ledger_entries.to_string()),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    output::table(&["项目", "数量"], rows.into());
    for (ending, count) in &outcome.documents {
        output::text(&format!(
            "{ending}: {count} 份,见 {}",
            wanted.folder.join("reports").display()
        ));
    }
    output::text(&format!(
        "数据摘要 {}(种子 {},每次相同)",
        found.digest, wanted.seed
    ));
}
