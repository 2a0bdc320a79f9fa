//! Clocks: when they are due, and who is told when they run out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::{
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use chrono::NaiveDate;
use suda_proto::sla_watchdog::v1::{
    foresight_service_server::ForesightServiceServer,
    sla_watchdog_service_server::SlaWatchdogServiceServer,
};

mod actions;
mod config;
mod desk;
pub mod domain;
mod grpc;
mod law;
pub mod parse;
pub mod preview;
mod publications;
mod reading;
mod store;
mod subscriptions;

use actions::{duties, reconciling, telling};
pub use config::Settings;
use desk::Desk;

/// How often it says that it lives, and looks whether a day has passed since it looked for new terms and all clocks over.
const BEAT: Duration = Duration::from_secs(60);

/// The service.
#[derive(Debug)]
pub struct SlaWatchdog;

impl Service for SlaWatchdog {
    const NAME: &'static str = "sla-watchdog";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Settings) -> anyhow::Result<Assembly> {
        let every = Duration::from_secs(settings.look_every_seconds);
        let desk = Arc::new(Desk {
            clock: base.clock,
            ids: base.ids,
            db: base.db,
            settings,
            looked: Mutex::default(),
            opened_for: Mutex::default(),
            law: Mutex::default(),
        });
        let of = |desk: &Arc<Desk>| Arc::clone(desk);
        let (looking, beating, opening) = (of(&desk), of(&desk), of(&desk));
        let (reconciling, counting) = (of(&desk), of(&desk));
        let last_night: Arc<Mutex<Option<NaiveDate>>> = Arc::default();
        let door = grpc::Door(Arc::clone(&desk));
        Ok(Assembly::new()
            .serves(SlaWatchdogServiceServer::new(door.clone()))
            .serves(ForesightServiceServer::new(door))
            .hears(
                Inbox::new(Arc::new(subscriptions::Ears(desk)))
                    .on_everything_of(&subscriptions::TELLERS),
            )
            .repeats(
                Repeat::every("tell_due", every, move || tell_due(Arc::clone(&looking)))
                    .hears_first(HEARS_FIRST),
            )
            .repeats(Repeat::every("beat", BEAT, move || {
                beat(Arc::clone(&beating))
            }))
            .repeats(Repeat::every("open_terms", BEAT, move || {
                open_terms(Arc::clone(&opening))
            }))
            .repeats(Repeat::every("reconcile", BEAT, move || {
                nightly(Arc::clone(&reconciling), Arc::clone(&last_night))
            }))
            .counts(move || counts(Arc::clone(&counting))))
    }
}

/// How long what is due waits after a start for what was told while the watchdog was away; below the ten minutes after which
/// a message that waits is an alarm (P20).
const HEARS_FIRST: Duration = Duration::from_secs(300);

/// Tells all that is due, a batch in a transaction, until nothing is.
async fn tell_due(desk: Arc<Desk>) -> anyhow::Result<String> {
    let mut told = 0;
    loop {
        let batch = desk
            .db
            .transaction("tell_due", async |tx| telling::tell_due(tx, &desk).await)
            .await?;
        told += batch;
        desk.has_looked();
        if batch == 0 {
            return Ok(format!("told {told}"));
        }
    }
}

async fn beat(desk: Arc<Desk>) -> anyhow::Result<String> {
    desk.db
        .transaction("beat", async |tx| telling::beat(tx, &desk).await)
        .await?;
    Ok("alive".to_owned())
}

async fn open_terms(desk: Arc<Desk>) -> anyhow::Result<String> {
    let opened = desk
        .db
        .transaction("open_terms", async |tx| duties::open_terms(tx, &desk).await)
        .await?;
    Ok(format!("opened {opened}"))
}

/// Looks all clocks over once a day of the service's clock, and at its start.
async fn nightly(desk: Arc<Desk>, last: Arc<Mutex<Option<NaiveDate>>>) -> anyhow::Result<String> {
    let today = parse::local(desk.clock.now()).date_naive();
    let done = *last.lock().unwrap_or_else(PoisonError::into_inner) == Some(today);
    if done {
        return Ok(format!("done for {today}"));
    }
    let mut found = reconciling::Found::default();
    while desk
        .db
        .transaction("reconcile", async |tx| {
            reconciling::look_over(tx, &desk, &mut found).await
        })
        .await?
    {}
    let reaches = desk
        .db
        .transaction("check_calendar", async |tx| {
            reconciling::check_calendar(tx, &desk).await
        })
        .await?;
    metrics::gauge!(NEXT_CALENDAR_MISSING).set(if reaches { 0.0 } else { 1.0 });
    metrics::counter!(REPAIRED).increment(found.repaired);
    if found.unreachable > 0 {
        tracing::error!(
            unreachable = found.unreachable,
            "{} messages to come would reach nobody; see suda clock simulate",
            found.unreachable
        );
    }
    *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(today);
    Ok(format!(
        "repaired {}, {} would reach nobody, next calendar {}",
        found.repaired,
        found.unreachable,
        if reaches { "known" } else { "missing" }
    ))
}

/// Messages that were not planned and had to be.
const REPAIRED: &str = "suda_watchdog_repaired_total";
/// Whether the calendar of the next year is wanted and not there.
const NEXT_CALENDAR_MISSING: &str = "suda_watchdog_next_calendar_missing";

async fn counts(desk: Arc<Desk>) -> anyhow::Result<BTreeMap<String, u64>> {
    let now = desk.clock.now();
    let pulse = store::pulse(desk.db.reader(), now).await?;
    let waits = pulse.oldest.map_or(0, |at| (now - at).num_seconds());
    Ok([
        ("cases".to_owned(), u64::try_from(pulse.cases)?),
        ("open_clocks".to_owned(), u64::try_from(pulse.open)?),
        ("oldest_unsent_seconds".to_owned(), u64::try_from(waits)?),
        ("unsent".to_owned(), u64::try_from(pulse.due)?),
        (
            "unsent_over_ten_minutes".to_owned(),
            u64::try_from(pulse.over_ten_minutes)?,
        ),
        ("unreachable".to_owned(), u64::try_from(pulse.unreachable)?),
        ("beyond_calendar".to_owned(), u64::try_from(pulse.beyond)?),
    ]
    .into())
}
