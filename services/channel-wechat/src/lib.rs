//! The WeChat adapter: takes complaints from official accounts, answers with number and query code, sends notices.

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

pub mod api;
pub mod config;
pub mod crypto;
pub mod domain;
pub mod way;
pub mod web;
pub mod xml;

use api::Api;
use config::{Mode, Settings};
use way::Wechat;

/// The WeChat adapter.
pub struct ChannelWechat;

impl Service for ChannelWechat {
    const NAME: &'static str = "channel-wechat";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Settings) -> anyhow::Result<Assembly> {
        check(&settings)?;
        let limits = Limits {
            answers_per_day: settings.answers_per_day,
            ..Limits::default()
        };
        let desk = Arc::new(Desk {
            name: Self::NAME,
            way: Wechat {
                api: Api::open(&settings.api)?,
                settings,
                clock: base.clock.clone(),
            },
            base,
            limits,
        });
        let (registering, delivering, counting) = (desk.clone(), desk.clone(), desk.clone());
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

/// Refuses settings with which no call-back could be taken.
fn check(settings: &Settings) -> anyhow::Result<()> {
    for (name, account) in &settings.accounts {
        ensure!(
            !account.token.expose_secret().is_empty(),
            "service.accounts.{name}.token is empty"
        );
        let key = account.aes_key.expose_secret();
        ensure!(
            (account.mode == Mode::Plain && key.is_empty())
                || crypto::MessageKey::parse(key).is_some(),
            "service.accounts.{name}.aes_key is no EncodingAESKey of 43 characters"
        );
    }
    Ok(())
}
