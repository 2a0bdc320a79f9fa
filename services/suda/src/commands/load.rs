//! `suda load`: registers many invented complaints, each by a call of its own, and measures how fast they are acknowledged and
//! how long until every service has all of them.

mod invented;
mod measured;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use chassis::grpc::{LARGEST_MESSAGE, Peer};
use indicatif::ProgressBar;
use suda_proto::{
    common::v1::Role,
    directory::v1::{ListPostsRequest, Post, directory_service_client::DirectoryServiceClient},
    intake::v1::intake_service_client::IntakeServiceClient,
};
use tokio::{sync::watch, task::JoinSet};

use self::measured::{Call, Measured, PARTS, Seen};
use crate::{
    given,
    output::{self, Form},
    rest::Doors,
    session::{Session, answer},
};

/// How often the services are asked how far they are: what lags are measured in.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub(super) struct Load {
    /// How many complaints.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    complaints: u64,
    /// How many calls at a time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1024))]
    concurrency: u64,
    /// A unit that receives them; may be given several times. Receptions and outlets all over the province when none is given.
    #[arg(long)]
    unit: Vec<String>,
    /// How many units receive them, when none is named.
    #[arg(long, default_value_t = 12)]
    units: usize,
    /// What the invented people and matters follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For how many seconds after the last acknowledgement the services may catch up.
    #[arg(long, default_value_t = 120)]
    patience: u64,
}

/// A unit that receives, and the way of whoever receives there.
#[derive(Clone)]
struct Counter {
    unit: String,
    intake: IntakeServiceClient<Peer>,
}

pub(super) async fn run(load: &Load, session: &Session, form: Form) -> anyhow::Result<()> {
    let counters = Arc::new(counters(load, session).await?);
    let doors = Doors::of(&session.sign_in().await?)?;
    // What waits from before would be measured with the rest.
    doors
        .rest(Duration::from_secs(load.patience))
        .await
        .context("nothing can be measured")?;
    let before = look(&doors).await?;
    let bar = output::bar(load.complaints, "登记")?;
    let (tell, told) = watch::channel(None);
    let started = Instant::now();
    let (calls, seen) = tokio::join!(
        register_all(load, counters.clone(), &bar, tell),
        follow(&doors, before.clone(), told, load.patience),
    );
    bar.finish_and_clear();
    let measured = Measured {
        asked: load.complaints,
        concurrency: load.concurrency,
        units: counters.len(),
        started,
        calls: calls?,
        before,
        seen: seen?,
    };
    let report = measured.report();
    if form == Form::Json {
        output::json(&report.json())?;
    } else {
        report.print();
    }
    let wrong = report.wrong();
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Where complaints are received, each with its receiver signed in.
async fn counters(load: &Load, session: &Session) -> anyhow::Result<Vec<Counter>> {
    let mut directory = DirectoryServiceClient::new(session.peer("directory").await?)
        .max_decoding_message_size(LARGEST_MESSAGE);
    let asked = ListPostsRequest {
        unit_code: String::new(),
    };
    let posts = answer(directory.list_posts(asked).await)?.posts;
    let posts = posts.into_iter().filter_map(|view| view.post).collect();
    let mut counters = Vec::new();
    for (unit, person) in chosen(posts, &load.unit, load.units)? {
        let receiver = session.as_account(&person);
        counters.push(Counter {
            intake: IntakeServiceClient::new(receiver.peer("intake").await?),
            unit,
        });
    }
    Ok(counters)
}

/// The units that are named, or so many receptions and outlets from all over the province; each with who receives there.
fn chosen(
    posts: Vec<Post>,
    named: &[String],
    count: usize,
) -> anyhow::Result<Vec<(String, String)>> {
    let holders = |role: Role| {
        let held = posts.iter().filter(move |post| {
            post.role() == role && !post.holder_person_id.is_empty() && post.abolished_on.is_empty()
        });
        held.map(|post| (post.unit_code.clone(), post.holder_person_id.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (receptions, outlets) = (holders(Role::ReceptionClerk), holders(Role::OutletReceiver));
    if !named.is_empty() {
        return named
            .iter()
            .map(|unit| {
                let holder = receptions.get(unit).or_else(|| outlets.get(unit));
                let holder = holder.with_context(|| {
                    format!("nobody receives complaints at {unit}; name an outlet or a reception")
                })?;
                Ok((unit.clone(), holder.clone()))
            })
            .collect();
    }
    let spread = |from: BTreeMap<String, String>, count: usize| {
        let step = (from.len() / count.max(1)).max(1);
        from.into_iter().step_by(step).take(count)
    };
    let found: Vec<_> = spread(receptions, count.div_ceil(2))
        .chain(spread(outlets, count / 2))
        .collect();
    anyhow::ensure!(
        !found.is_empty(),
        "nobody receives complaints; apply the reference set first"
    );
    Ok(found)
}

/// Registers all, so many at a time; tells how many were acknowledged when it has done.
async fn register_all(
    load: &Load,
    counters: Arc<Vec<Counter>>,
    bar: &ProgressBar,
    tell: watch::Sender<Option<u64>>,
) -> anyhow::Result<Vec<Call>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..load.concurrency {
        let (next, counters, bar) = (next.clone(), counters.clone(), bar.clone());
        let (complaints, seed) = (load.complaints, load.seed);
        workers.spawn(async move {
            let mut calls = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= complaints {
                    return calls;
                }
                calls.push(call(&counters, seed, place).await);
                bar.inc(1);
            }
        });
    }
    let mut calls = Vec::new();
    while let Some(done) = workers.join_next().await {
        calls.extend(done.context("a worker stopped")?);
    }
    let acknowledged = calls.iter().filter(|call| call.failed.is_none()).count();
    tell.send_replace(Some(u64::try_from(acknowledged)?));
    Ok(calls)
}

async fn call(counters: &[Counter], seed: u64, place: u64) -> Call {
    let chosen = usize::try_from(place).unwrap_or_default() % counters.len();
    let counter = &counters[chosen];
    let mut request = invented::complaint(&counter.unit, seed, place);
    request.request_id = given::uuid();
    let mut intake = counter.intake.clone();
    let started = Instant::now();
    let told = intake.register(request).await;
    Call {
        started,
        ended: Instant::now(),
        failed: answer(told).err().map(|error| error.to_string()),
    }
}

/// Asks the services again and again how far they are, until they have all that was acknowledged or patience ends.
async fn follow(
    doors: &Doors,
    before: Seen,
    mut told: watch::Receiver<Option<u64>>,
    patience: u64,
) -> anyhow::Result<Vec<Seen>> {
    let mut tick = tokio::time::interval(LOOK);
    let mut seen = Vec::new();
    let mut until = None;
    loop {
        tick.tick().await;
        let now = look(doors).await?;
        let acknowledged = *told.borrow_and_update();
        let complete =
            acknowledged.is_some_and(|count| now.has(&before, count) && now.pending == 0);
        seen.push(now);
        if acknowledged.is_some() {
            let until = *until.get_or_insert(Instant::now() + Duration::from_secs(patience));
            if complete || Instant::now() >= until {
                return Ok(seen);
            }
        }
    }
}

/// How far every service is now.
async fn look(doors: &Doors) -> anyhow::Result<Seen> {
    let mut seen = Seen::now();
    for part in PARTS {
        let status = doors.status(part.service).await?;
        let count = status.counts.get(part.count).with_context(|| {
            format!(
                "{} does not count {}; start a newer one",
                part.service, part.count
            )
        })?;
        seen.counts.insert(part.service, (*count, Instant::now()));
        seen.pending += status.outbox_unpublished + status.inbox_pending;
        seen.parked += status.parked;
        seen.memory.insert(part.service, status.memory_bytes);
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(unit: &str, role: Role, holder: &str) -> Post {
        Post {
            unit_code: unit.to_owned(),
            role: role.into(),
            holder_person_id: holder.to_owned(),
            ..Post::default()
        }
    }

    #[test]
    fn receptions_and_outlets_all_over_the_province_are_chosen() {
        let mut posts = vec![post("000000SL", Role::ReceptionClerk, "")];
        for union in 0..40 {
            posts.push(post(
                &format!("{union:06}SL"),
                Role::ReceptionClerk,
                "clerk",
            ));
            posts.push(post(
                &format!("{union:06}01"),
                Role::OutletReceiver,
                "receiver",
            ));
            posts.push(post(
                &format!("{union:06}GL"),
                Role::SeniorManagement,
                "head",
            ));
        }
        let found = chosen(posts.clone(), &[], 8).unwrap();
        let units: Vec<_> = found.iter().map(|(unit, _)| unit.as_str()).collect();
        let expected = [
            "000000SL", "000010SL", "000020SL", "000030SL", "00000001", "00001001", "00002001",
            "00003001",
        ];
        assert_eq!(units, expected);
        let named = ["00000101".to_owned()];
        assert_eq!(
            chosen(posts.clone(), &named, 8).unwrap(),
            [("00000101".to_owned(), "receiver".to_owned())]
        );
        assert!(chosen(posts, &["000001GL".to_owned()], 8).is_err());
        assert!(chosen(Vec::new(), &[], 8).is_err());
    }
}
