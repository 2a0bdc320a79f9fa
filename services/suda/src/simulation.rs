//! A half-year of the whole province, played in minutes: a stack of its own, its clock turned from moment to moment, the people
//! of the reference set doing what a plan says.
//!
//! The plan follows from a seed alone ([`plan`]), and so do the figures that must come of it ([`expected`]).

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use chrono::{Datelike as _, NaiveDate};
use suda_proto::{
    common::v1::Role,
    directory::v1::{ListCalendarsRequest, directory_service_client::DirectoryServiceClient},
    regulatory_report::v1::Term,
};
use tokio::{sync::Semaphore, task::JoinSet};

use self::{
    cast::Cast,
    checking::Span,
    plan::{Kind, Moment, Plan, Terms},
    playing::Stage,
    watch::Watch,
};
use crate::{
    commands,
    local::stack::{self, Stack},
    session::{Session, answer},
};

mod answering;
mod cast;
mod checking;
mod course;
pub mod expected;
mod matters;
mod moves;
pub mod plan;
mod playing;
mod proving;
mod reporting;
mod watch;

pub use checking::Findings;

/// How long a question about a whole half-year may take.
const LONG: Duration = Duration::from_secs(600);
/// How many unions act at a time.
const BESIDE: usize = 12;
/// How many days before a report is due it is written.
const WRITTEN_BEFORE: i64 = 7;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Everything follows from it.
    pub seed: u64,
    /// How many complaints come.
    pub complaints: u64,
    /// The first day.
    pub first: NaiveDate,
    /// The last day; of the same half-year.
    pub last: NaiveDate,
    /// The stack's folder; what is in it is removed first.
    pub folder: PathBuf,
    /// Where the services' programs are.
    pub programs: PathBuf,
    /// The reference folder.
    pub reference: PathBuf,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// How long it took.
    pub took: Duration,
    /// How many moments the clock stopped at.
    pub moments: u64,
    /// How many escalations were answered.
    pub escalations: u64,
    /// How many reports were submitted.
    pub reports: u64,
    /// How many of them were written, by the ending of their files.
    pub documents: std::collections::BTreeMap<String, u64>,
    /// What was found at the end.
    pub findings: Findings,
}

/// Plays it; `say` hears how far it is: the part done, of a thousand, and what is being done.
///
/// # Errors
/// When a service refuses what the plan says, or does not come to rest; names the case.
pub async fn play(wanted: &Wanted, say: &(dyn Fn(u64, &str) + Sync)) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    if wanted.folder.exists() {
        std::fs::remove_dir_all(&wanted.folder)
            .with_context(|| format!("cannot remove {}", wanted.folder.display()))?;
    }
    let stack = Stack::start(
        &stack::Wanted {
            folder: wanted.folder.clone(),
            programs: wanted.programs.clone(),
            simulated_clock: true,
            clock_start: format!("{}T08:00:00+08:00", wanted.first),
            temporary: true,
            otlp_url: String::new(),
        },
        |part| say(0, &format!("starting {part}")),
    )
    .await?;
    let played = on(&stack, wanted, say).await;
    stack.stop().await;
    let mut outcome = played?;
    outcome.took = started.elapsed();
    Ok(outcome)
}

async fn on(
    stack: &Stack,
    wanted: &Wanted,
    say: &(dyn Fn(u64, &str) + Sync),
) -> anyhow::Result<Outcome> {
    let session = Session {
        state: wanted.folder.clone(),
        account: "admin".to_owned(),
        password: String::new(),
    };
    say(0, "loading the reference set of Guangdong");
    commands::apply_reference(&wanted.reference, &session).await?;
    let cast = Arc::new(Cast::of(stack, &session).await?);
    let watch = Watch::of(&cast).await?;
    watch.rest().await?;
    let plan = Arc::new(planned(wanted, &cast, &session).await?);
    let mut stages = stages(&plan, &cast, wanted.seed);
    let span = Span {
        year: u32::try_from(wanted.first.year())?,
        term: if wanted.first.month() < 7 {
            Term::FirstHalf
        } else {
            Term::SecondHalf
        },
    };
    let (mut escalations, mut reports) = (0, 0);
    let count = plan.moments.len().max(1);
    for (at, moment) in plan.moments.iter().enumerate() {
        let part = u64::try_from(at * 1000 / count)?;
        say(part, &format!("{}", moment.day));
        watch.turn(moment.at).await?;
        stages = played(stages, at, moment, &watch).await?;
        if moment.kind == Kind::Afternoon {
            escalations += answering::answer_all(&cast, moment.at).await?;
            if is_written_on(moment.day) {
                say(part, &format!("{}: reports", moment.day));
                reports += reporting::submit(&cast, moment.at).await?;
            }
        }
        watch.rest().await?;
    }
    // What happened at the last moment is counted too.
    if let Some(last) = plan.moments.last() {
        watch.turn(last.at + chrono::TimeDelta::minutes(1)).await?;
    }
    say(1000, "rendering the reports");
    let documents = reporting::render(&cast, &wanted.folder.join("reports")).await?;
    say(1000, "checking figures, files and the ledger");
    let findings = checking::check(&cast, &plan, span, &watch).await?;
    Ok(Outcome {
        took: Duration::ZERO,
        moments: u64::try_from(count)?,
        escalations,
        reports,
        documents,
        findings,
    })
}

/// The reports of a half-year are written a week before they are due, or on the working day after.
fn is_written_on(day: NaiveDate) -> bool {
    matches!((day.month(), i64::from(day.day())), (6 | 12, day) if (15 - WRITTEN_BEFORE..15).contains(&day))
}

async fn planned(wanted: &Wanted, cast: &Cast, session: &Session) -> anyhow::Result<Plan> {
    let mut directory = DirectoryServiceClient::new(session.peer("directory").await?);
    let told = answer(
        directory
            .list_calendars(ListCalendarsRequest::default())
            .await,
    )?;
    let calendar = sla_watchdog::preview::newest(&told.calendars, "")?;
    let moments = plan::moments(&calendar, wanted.first, wanted.last)?;
    let outlets = cast.unions.iter().map(|union| union.outlets.len()).min();
    let terms = Terms {
        seed: wanted.seed,
        complaints: wanted.complaints,
        headed: cast
            .unions
            .iter()
            .map(|union| cast.holder(&union.reception, Role::ReceptionHead).is_ok())
            .collect(),
        outlets: outlets.unwrap_or_default(),
    };
    Ok(plan::plan(&terms, moments))
}

fn stages(plan: &Arc<Plan>, cast: &Arc<Cast>, seed: u64) -> Vec<Stage> {
    let mut stages: Vec<Stage> = cast
        .unions
        .iter()
        .map(|union| Stage {
            cast: cast.clone(),
            plan: plan.clone(),
            seed,
            now: chrono::DateTime::UNIX_EPOCH,
            union: union.clone(),
            lives: Vec::new(),
            registered: HashMap::new(),
        })
        .collect();
    for life in &plan.lives {
        if let Some(stage) = stages.get_mut(life.union) {
            stage.lives.push(life.place);
        }
    }
    stages
}

/// Registers what came, lets every service hear of it, then does what is to be done: all unions beside each other.
async fn played(
    mut stages: Vec<Stage>,
    at: usize,
    moment: &Moment,
    watch: &Watch,
) -> anyhow::Result<Vec<Stage>> {
    for stage in &mut stages {
        stage.now = moment.at;
    }
    if moment.kind == Kind::Evening {
        return Ok(stages);
    }
    let stages = beside(stages, move |stage| registering(stage, at)).await?;
    watch.rest().await?;
    let works = moment.kind == Kind::Afternoon;
    beside(stages, move |stage| acting(stage, at, works)).await
}

async fn registering(mut stage: Stage, at: usize) -> anyhow::Result<Stage> {
    stage.register(at).await?;
    Ok(stage)
}

async fn acting(mut stage: Stage, at: usize, works: bool) -> anyhow::Result<Stage> {
    stage.act(at).await?;
    if works {
        stage.tell().await?;
    }
    Ok(stage)
}

/// Does something with every union at once, and gives them back in order.
async fn beside<F, D>(stages: Vec<Stage>, does: D) -> anyhow::Result<Vec<Stage>>
where
    D: Fn(Stage) -> F + Copy,
    F: Future<Output = anyhow::Result<Stage>> + Send + 'static,
{
    let lanes = Arc::new(Semaphore::new(BESIDE));
    let mut doing = JoinSet::new();
    for stage in stages {
        let (lanes, does) = (lanes.clone(), does(stage));
        doing.spawn(async move {
            let _lane = lanes.acquire_owned().await?;
            does.await
        });
    }
    let mut done = Vec::new();
    while let Some(stage) = doing.join_next().await {
        done.push(stage.context("a union stopped")??);
    }
    done.sort_by(|one, other| one.union.code.cmp(&other.union.code));
    Ok(done)
}
