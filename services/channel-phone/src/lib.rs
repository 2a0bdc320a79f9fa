//! The telephone adapter: takes a call centre's events and its agents' forms, and answers forms with their number.

use std::{sync::Arc, time::Duration};

use adapter::{Desk, desk::Limits};
use anyhow::ensure;
use chassis::{
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use secrecy::ExposeSecret as _;
use suda_proto::{
    intake::v1::ComplaintWithdrawn,
    routing::v1::{CaseClosed, NoticeRequested},
};

pub mod binding;
pub mod config;
pub mod domain;
pub mod store;
pub mod way;
pub mod web;
pub mod wire;

use config::Settings;
use way::Phone;

/// A shorter secret could be guessed.
const SHORTEST_SECRET: usize = 16;

/// The telephone adapter.
pub struct ChannelPhone;

impl Service for ChannelPhone {
    const NAME: &'static str = "channel-phone";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Settings) -> anyhow::Result<Assembly> {
        for (name, line) in &settings.lines {
            ensure!(
                line.secret.expose_secret().len() >= SHORTEST_SECRET,
                "service.lines.{name}.secret is shorter than {SHORTEST_SECRET} characters"
            );
        }
        let desk = Arc::new(Desk {
            name: Self::NAME,
            way: Phone {
                settings,
                db: base.db.clone(),
            },
            base,
            limits: Limits {
                // An agent tells every caller his number.
                answers_per_day: u64::MAX,
                ..Limits::default()
            },
        });
        let (registering, binding, missing) = (desk.clone(), desk.clone(), desk.clone());
        let (attempting, counting) = (desk.clone(), desk.clone());
        Ok(Assembly::new()
            .http(web::router(desk.clone()))
            .hears(
                Inbox::new(desk)
                    .on::<ComplaintWithdrawn>()
                    .on::<CaseClosed>()
                    .on::<NoticeRequested>(),
            )
            .repeats(Repeat::every(
                "register",
                Duration::from_secs(1),
                move || {
                    let desk = registering.clone();
                    async move { desk.register_round().await }
                },
            ))
            .repeats(Repeat::every("bind", Duration::from_secs(5), move || {
                let desk = binding.clone();
                async move { binding::bind(&desk).await }
            }))
            .repeats(Repeat::every("forms", Duration::from_secs(5), move || {
                let desk = missing.clone();
                async move { binding::miss_forms(&desk).await }
            }))
            .repeats(Repeat::every(
                "attempts",
                Duration::from_secs(5),
                move || {
                    let desk = attempting.clone();
                    async move { binding::apply_attempts(&desk).await }
                },
            ))
            .counts(move || {
                let desk = counting.clone();
                async move { desk.counts().await }
            }))
    }
}
