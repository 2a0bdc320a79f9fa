//! Units, posts, people, sign-in, calendars and policies; how to complain at each unit.

use std::{sync::Arc, time::Duration};

use chassis::{
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use suda_proto::{
    directory::v1::directory_service_server::DirectoryServiceServer, sla_watchdog::v1::WatchdogBeat,
};

mod actions;
mod config;
pub mod domain;
mod grpc;
mod notice;
pub mod reference;
mod store;
mod watching;

pub use config::Settings;

/// How often it looks whether the watchdog is alive.
const LOOK: Duration = Duration::from_secs(30);

/// The service.
#[derive(Debug)]
pub struct Directory;

impl Service for Directory {
    const NAME: &'static str = "directory";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Settings) -> anyhow::Result<Assembly> {
        let watch = Arc::new(watching::Watch {
            db: base.db.clone(),
            clock: Arc::clone(&base.clock),
            silent_after_seconds: settings.watchdog_silent_after_seconds,
        });
        let (looking, counting) = (Arc::clone(&watch), Arc::clone(&watch));
        let fonts = (!settings.fonts.is_empty()).then(|| settings.fonts.clone().into());
        let desk = grpc::Desk {
            press: Arc::new(documents::Press::new(fonts)),
            db: base.db,
            clock: base.clock,
            ids: base.ids,
            keys: base.keys,
            passwords: actions::passwords::Passwords::new(&settings)?,
            settings,
        };
        let server = DirectoryServiceServer::new(desk)
            .max_decoding_message_size(chassis::grpc::LARGEST_MESSAGE)
            .max_encoding_message_size(chassis::grpc::LARGEST_MESSAGE);
        Ok(Assembly::new()
            .serves(server)
            .hears(Inbox::new(watch).on::<WatchdogBeat>())
            .repeats(Repeat::every("watch_the_watchdog", LOOK, move || {
                let watch = Arc::clone(&looking);
                async move { watch.look().await }
            }))
            .counts(move || {
                let watch = Arc::clone(&counting);
                async move { watch.counts().await }
            }))
    }
}
