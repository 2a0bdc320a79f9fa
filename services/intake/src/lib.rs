//! Intake: complaints as they are received, who made them, and what they handed in.
//!
//! The rules stand in [`domain`]; what can be asked in [`actions`]; what is kept encrypted, and how, in [`vault`].

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use chassis::{
    db::Db,
    grpc::LARGEST_MESSAGE,
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use chrono::TimeDelta;
use suda_proto::{
    archive::v1::{
        AddendumSealed, CaseSealed, FileChanged, FileDestroyed, LegalHoldLifted, LegalHoldSet,
    },
    directory::v1::{PolicyPublished, PostChanged, TaxonomyPublished, UnitChanged},
    intake::v1::{
        ComplaintRegistered, group_service_server::GroupServiceServer,
        intake_service_server::IntakeServiceServer, relation_service_server::RelationServiceServer,
        vault_service_server::VaultServiceServer,
    },
    routing::v1::{
        AnswerSent, BounceRuled, CaseAccepted, CaseAnswered, CaseClosed, CaseDeclined, CaseFiled,
        CaseJoined, CaseSettled, CaseTransferredOut, CaseWithdrawn, GroupFormed, InterestDeclared,
        OrderIssued, ResultPassed,
    },
};

pub mod actions;
pub mod config;
pub mod desk;
pub mod domain;
pub mod errors;
pub mod grpc;
pub mod publications;
pub mod store;
pub mod subscriptions;
pub mod vault;
pub mod wire;

use desk::Desk;
use vault::Vault;

/// How often old attempts at query codes are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// The task that removes originals of files that the archive destroyed.
pub const REMOVE: &str = "remove_originals";

/// The service.
pub struct Intake;

impl Service for Intake {
    const NAME: &'static str = "intake";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = config::Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Self::Settings) -> anyhow::Result<Assembly> {
        let vault = open_vault(&base.db, &settings)
            .await
            .context("cannot open the vault")?;
        let desk = Arc::new(Desk {
            clock: base.clock,
            ids: base.ids,
            db: base.db,
            blobs: base.blobs,
            vault,
            settings,
        });
        let (forgetting, counting, removing) = (desk.clone(), desk.clone(), desk.clone());
        Ok(Assembly::new()
            .serves(
                IntakeServiceServer::from_arc(desk.clone())
                    .max_decoding_message_size(LARGEST_MESSAGE),
            )
            .serves(RelationServiceServer::from_arc(desk.clone()))
            .serves(VaultServiceServer::from_arc(desk.clone()))
            .serves(GroupServiceServer::from_arc(desk.clone()))
            .hears(
                Inbox::new(desk)
                    .on::<UnitChanged>()
                    .on::<PostChanged>()
                    .on::<TaxonomyPublished>()
                    .on::<PolicyPublished>()
                    .on::<ComplaintRegistered>()
                    .on::<InterestDeclared>()
                    .on::<CaseSealed>()
                    .on::<AddendumSealed>()
                    .on::<FileChanged>()
                    .on::<FileDestroyed>()
                    .on::<LegalHoldSet>()
                    .on::<LegalHoldLifted>()
                    .on::<CaseSettled>()
                    .on::<CaseFiled>()
                    .on::<CaseAccepted>()
                    .on::<CaseDeclined>()
                    .on::<CaseAnswered>()
                    .on::<OrderIssued>()
                    .on::<AnswerSent>()
                    .on::<ResultPassed>()
                    .on::<CaseClosed>()
                    .on::<CaseWithdrawn>()
                    .on::<BounceRuled>()
                    .on::<CaseJoined>()
                    .on::<CaseTransferredOut>()
                    .on::<GroupFormed>(),
            )
            .repeats(Repeat::every("forget_attempts", FORGET_EVERY, move || {
                let desk = forgetting.clone();
                async move {
                    let window = TimeDelta::minutes(desk.settings.progress_window_minutes);
                    let forgotten =
                        store::logs::forgive_before(desk.db.reader(), desk.clock.now() - window)
                            .await?;
                    Ok::<_, anyhow::Error>(format!("{forgotten} numbers forgotten"))
                }
            }))
            .repeats(Repeat::every(REMOVE, FORGET_EVERY, move || {
                let desk = removing.clone();
                async move { actions::erasing::remove_originals(&desk).await }
            }))
            .counts(move || {
                let desk = counting.clone();
                async move { Ok(store::logs::counts(desk.db.reader(), desk.clock.now()).await?) }
            }))
    }
}

/// Opens the vault. A new file is made only for a database that nothing was encrypted for, and a file with other keys than
/// those the database was written with is refused: what it cannot read would look lost.
async fn open_vault(db: &Db, settings: &config::Settings) -> anyhow::Result<Vault> {
    let fresh = !store::vault::in_use(db.reader()).await?;
    let vault = Vault::load(&settings.vault_file, settings.create_vault && fresh)?;
    if let Some(name) = store::vault::fits(db.reader(), vault.fingerprints()).await? {
        anyhow::bail!(
            "{} of {} is not the one this database was written with; set service.vault_file to the right file",
            name,
            settings.vault_file.display()
        );
    }
    Ok(vault)
}
