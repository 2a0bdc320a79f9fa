//! The e-mail adapter: takes complaints out of mailboxes, answers with number and query code, sends notices and alarms.

use std::{sync::Arc, time::Duration};

use adapter::{Desk, desk::Limits};
use chassis::{
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use suda_proto::{
    directory::v1::PostChanged,
    intake::v1::ComplaintWithdrawn,
    routing::v1::{CaseClosed, NoticeRequested},
};

pub mod charset;
pub mod collecting;
pub mod config;
pub mod domain;
pub mod maildir;
pub mod reading;
pub mod sending;
pub mod store;
pub mod way;

use way::Email;

/// The e-mail adapter.
pub struct ChannelEmail;

impl Service for ChannelEmail {
    const NAME: &'static str = "channel-email";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = config::Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: config::Settings) -> anyhow::Result<Assembly> {
        for mailbox in settings.mailboxes.values() {
            maildir::prepare(&mailbox.folder).await?;
        }
        let look = Duration::from_secs(settings.look_every_seconds.max(1));
        let limits = Limits {
            answers_per_day: settings.answers_per_day,
            ..Limits::default()
        };
        let desk = Arc::new(Desk {
            name: Self::NAME,
            way: Email::open(settings, base.db.clone())?,
            base,
            limits,
        });
        let (collecting, registering, delivering, counting) =
            (desk.clone(), desk.clone(), desk.clone(), desk.clone());
        Ok(Assembly::new()
            .hears(
                Inbox::new(desk)
                    .on::<PostChanged>()
                    .on::<ComplaintWithdrawn>()
                    .on::<CaseClosed>()
                    .on::<NoticeRequested>(),
            )
            .repeats(Repeat::every("collect", look, move || {
                let desk = collecting.clone();
                async move { collecting::collect(&desk).await }
            }))
            .repeats(Repeat::every(
                "register",
                Duration::from_secs(1),
                move || {
                    let desk = registering.clone();
                    async move { desk.register_round().await }
                },
            ))
            .repeats(Repeat::every(
                adapter::delivering::DELIVER,
                Duration::from_secs(1),
                move || {
                    let desk = delivering.clone();
                    async move { desk.deliver_round().await }
                },
            ))
            .counts(move || {
                let desk = counting.clone();
                async move { desk.counts().await }
            }))
    }
}
