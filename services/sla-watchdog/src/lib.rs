//! Clocks of cases: when they are due, and who is told when they run out.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chassis::{
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use suda_proto::sla_watchdog::v1::sla_watchdog_service_server::SlaWatchdogServiceServer;

mod actions;
mod config;
mod desk;
pub mod domain;
mod grpc;
pub mod parse;
pub mod preview;
mod publications;
mod store;
mod subscriptions;

pub use config::Settings;
use desk::Desk;

/// How often it says that it lives.
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
        });
        let (looking, beating, counting) =
            (Arc::clone(&desk), Arc::clone(&desk), Arc::clone(&desk));
        Ok(Assembly::new()
            .serves(SlaWatchdogServiceServer::new(grpc::Door(Arc::clone(&desk))))
            .hears(Inbox::new(Arc::new(subscriptions::Ears(desk))).on_everything())
            .repeats(Repeat::every("tell_due", every, move || {
                tell_due(Arc::clone(&looking))
            }))
            .repeats(Repeat::every("beat", BEAT, move || {
                beat(Arc::clone(&beating))
            }))
            .counts(move || counts(Arc::clone(&counting))))
    }
}

/// Tells all that is due, a batch in a transaction, until nothing is.
async fn tell_due(desk: Arc<Desk>) -> anyhow::Result<String> {
    let mut told = 0;
    loop {
        let batch = desk
            .db
            .transaction("tell_due", async |tx| actions::tell_due(tx, &desk).await)
            .await?;
        told += batch;
        if batch == 0 {
            return Ok(format!("told {told}"));
        }
    }
}

async fn beat(desk: Arc<Desk>) -> anyhow::Result<String> {
    desk.db
        .transaction("beat", async |tx| actions::beat(tx, &desk).await)
        .await?;
    Ok("alive".to_owned())
}

async fn counts(desk: Arc<Desk>) -> anyhow::Result<BTreeMap<String, u64>> {
    let now = desk.clock.now();
    let pulse = store::pulse(desk.db.reader(), now).await?;
    let waits = pulse.oldest.map_or(0, |at| (now - at).num_seconds());
    Ok([
        ("cases".to_owned(), u64::try_from(pulse.cases)?),
        ("open_clocks".to_owned(), u64::try_from(pulse.open)?),
        ("oldest_unsent_seconds".to_owned(), u64::try_from(waits)?),
    ]
    .into())
}
