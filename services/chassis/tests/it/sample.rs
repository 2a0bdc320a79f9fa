//! A service as small as can be: it keeps what it hears and tells what it is asked to.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chassis::{
    db::{Tx, sql},
    inbox::{Heard, Hears, Inbox, Trouble},
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use sea_orm::ConnectionTrait as _;
use serde::Deserialize;
use suda_proto::directory::v1::{PostChanged, UnitChanged};

pub(crate) struct Sample;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {}

/// What the next messages meet.
#[derive(Default)]
pub(crate) struct Desk {
    failures: AtomicU32,
    panics: AtomicU32,
}

impl Hears<UnitChanged> for Desk {
    async fn hear(&self, tx: &Tx, told: UnitChanged, heard: &Heard) -> Result<(), Trouble> {
        let code = told.unit.map(|unit| unit.code).unwrap_or_default();
        tx.execute_raw(sql(
            "INSERT INTO heard (code) VALUES ($1)",
            [code.as_str().into()],
        ))
        .await?;
        match code.as_str() {
            "hopeless" => Err(Trouble::Park(anyhow::anyhow!("no unit is called hopeless"))),
            "later" if self.failures.fetch_add(1, Ordering::SeqCst) < 2 => {
                Err(Trouble::Again(anyhow::anyhow!("not yet ({})", heard.key)))
            }
            "shaky" => {
                assert!(self.panics.fetch_add(1, Ordering::SeqCst) > 0, "as asked");
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Service for Sample {
    const NAME: &'static str = "sample";
    const DEFAULTS: &'static str = "";
    type Settings = Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!("tests/it/migrations")
    }

    async fn assemble(base: Base, _settings: Settings) -> anyhow::Result<Assembly> {
        let db = base.db.clone();
        Ok(Assembly::new()
            .hears(Inbox::new(Arc::new(Desk::default())).on::<UnitChanged>())
            .counts(async || Ok([("samples".to_owned(), 7)].into()))
            .repeats(Repeat::every(
                "count",
                std::time::Duration::from_secs(3600),
                move || {
                    let db = db.clone();
                    async move {
                        db.answers().await?;
                        Ok("counted".to_owned())
                    }
                },
            )))
    }
}

/// A fact the sample tells.
pub(crate) fn post_changed() -> PostChanged {
    PostChanged::default()
}
