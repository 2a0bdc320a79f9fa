//! Archive: the ledger of every event of every service, sealed files of closed cases, and their search.
//!
//! The rules stand in [`domain`]; what it does in [`actions`]; the offline check of what it gives out in [`verify`].

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chassis::{
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use suda_proto::archive::v1::{
    access_log_service_server::AccessLogServiceServer,
    archive_service_server::ArchiveServiceServer, paper_service_server::PaperServiceServer,
    retention_service_server::RetentionServiceServer,
    transfer_service_server::TransferServiceServer,
};

pub mod actions;
pub mod clockwork;
pub mod config;
pub mod custody;
pub mod desk;
pub mod domain;
pub mod errors;
pub mod fetching;
pub mod file;
pub mod grpc;
pub mod inspection;
pub mod lists;
mod papers;
pub mod publications;
pub mod record;
pub mod scanning;
pub mod schedule;
pub mod store;
pub mod subscriptions;
pub mod verify;

use actions::{checkpointing, disposing, guarding, sealing};
use desk::Desk;

/// The task that seals files.
pub const SEAL: &str = "seal_files";
/// The task that signs the end of the ledger.
pub const SIGN: &str = "sign_ledger";
/// The task that lays signed checkpoints before a second custodian.
pub const GUARD: &str = "guard_ledger";
/// The task that removes the bytes of files whose destruction was decided.
pub const DESTROY: &str = "destroy_files";
/// The task that folds texts again that an older folding made.
pub const REFOLD: &str = "refold_texts";
/// How often the last two run when nobody wakes them.
const SELDOM: Duration = Duration::from_secs(600);
/// How many texts are folded again in one round.
const REFOLD_BATCH: u32 = 200;

/// The service.
pub struct Archive;

impl Service for Archive {
    const NAME: &'static str = "archive";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = config::Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Self::Settings) -> anyhow::Result<Assembly> {
        let sign_every = Duration::from_secs(settings.checkpoint_seconds);
        let seal_every = Duration::from_secs(settings.seal_seconds);
        let desk = desk(base, settings);
        let guard_every = Duration::from_secs(desk.settings.custody_seconds);
        let (signing, sealing, counting) = (desk.clone(), desk.clone(), desk.clone());
        let (guarding, destroying, folding) = (desk.clone(), desk.clone(), desk.clone());
        Ok(Assembly::new()
            .serves(ArchiveServiceServer::from_arc(desk.clone()))
            .serves(TransferServiceServer::from_arc(desk.clone()))
            .serves(RetentionServiceServer::from_arc(desk.clone()))
            .serves(AccessLogServiceServer::from_arc(desk.clone()))
            .serves(PaperServiceServer::from_arc(desk.clone()))
            .hears(Inbox::new(desk).on_everything_of(&["suda."]))
            .repeats(Repeat::every(SIGN, sign_every, move || {
                let desk = signing.clone();
                async move {
                    let seq = checkpointing::sign(&desk).await?;
                    Ok::<_, anyhow::Error>(format!("signed up to {seq}"))
                }
            }))
            .repeats(Repeat::every(SEAL, seal_every, move || {
                let desk = sealing.clone();
                async move { sealing::round(&desk).await }
            }))
            .repeats(Repeat::every(GUARD, guard_every, move || {
                let desk = guarding.clone();
                async move { guarding::lay(&desk).await }
            }))
            .repeats(Repeat::every(DESTROY, SELDOM, move || {
                let desk = destroying.clone();
                async move { disposing::remove(&desk).await }
            }))
            .repeats(Repeat::every(REFOLD, SELDOM, move || {
                let desk = folding.clone();
                async move {
                    let refold =
                        async |tx: &chassis::db::Tx| store::keeping::refold(tx, REFOLD_BATCH).await;
                    let folded = desk.db.transaction("refold_texts", refold).await?;
                    Ok::<_, anyhow::Error>(format!("{folded} folded again"))
                }
            }))
            .counts(move || {
                let desk = counting.clone();
                async move { counts(&desk).await }
            }))
    }
}

/// The archive room of a process.
#[must_use]
pub fn desk(base: Base, settings: config::Settings) -> Arc<Desk> {
    let fonts = (!settings.fonts.is_empty()).then(|| settings.fonts.clone().into());
    Arc::new(Desk {
        clock: base.clock,
        ids: base.ids,
        db: base.db,
        blobs: base.blobs,
        peers: base.peers,
        keys: base.keys,
        wake: base.wake,
        press: Arc::new(documents::Press::new(fonts)),
        settings,
    })
}

async fn counts(desk: &Desk) -> anyhow::Result<BTreeMap<String, u64>> {
    let db = desk.db.reader();
    let (entries, registrations, checkpoints) = store::ledger::counts(db).await?;
    let (sealed, addenda, unsealed) = store::files::counts(db).await?;
    Ok([
        ("ledger_entries", entries),
        ("registrations", registrations),
        ("checkpoints", checkpoints),
        ("sealed_files", sealed),
        ("addenda", addenda),
        ("ended_unsealed", unsealed),
    ]
    .map(|(name, count)| (name.to_owned(), count))
    .into())
}
