//! Routing: the case, from registration to the archive.
//!
//! The law stands in [`domain`]; what can be asked, and what follows from what others tell, in [`actions`].

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    inbox::Inbox,
    run::{Assembly, Base, Service},
};
use documents::Press;
use suda_proto::{
    archive::v1::CaseSealed,
    channel::v1::{NoticeDelivered, NoticeFailed},
    directory::v1::{PolicyPublished, PostChanged, TaxonomyPublished, UnitChanged},
    intake::v1::{
        ComplaintRegistered, ComplaintWithdrawn, GroupSuspected, IdentityErased, MaterialAdded,
        PapersCompleted, RelationFound,
    },
    routing::v1::{
        accountability_service_server::AccountabilityServiceServer,
        appeal_service_server::AppealServiceServer, course_service_server::CourseServiceServer,
        disclosure_service_server::DisclosureServiceServer,
        document_service_server::DocumentServiceServer, panel_service_server::PanelServiceServer,
        rectification_service_server::RectificationServiceServer,
        routing_service_server::RoutingServiceServer,
    },
    sla_watchdog::v1::{ClockBreached, Escalated, WarningDue},
};

pub mod actions;
pub mod config;
pub mod desk;
pub mod domain;
pub mod errors;
pub mod grpc;
pub mod papers;
pub mod publications;
pub mod store;
pub mod subscriptions;

use desk::Desk;

/// The service.
pub struct Routing;

impl Service for Routing {
    const NAME: &'static str = "routing";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = config::Settings;

    fn migrator() -> sqlx::migrate::Migrator {
        sqlx::migrate!()
    }

    async fn assemble(base: Base, settings: Self::Settings) -> anyhow::Result<Assembly> {
        let fonts = (!settings.fonts.is_empty()).then(|| settings.fonts.into());
        let desk = Arc::new(Desk {
            clock: base.clock,
            ids: base.ids,
            db: base.db,
            peers: base.peers,
            press: Arc::new(Press::new(fonts)),
        });
        let counting = desk.clone();
        Ok(Assembly::new()
            .serves(RoutingServiceServer::from_arc(desk.clone()))
            .serves(CourseServiceServer::from_arc(desk.clone()))
            .serves(AppealServiceServer::from_arc(desk.clone()))
            .serves(RectificationServiceServer::from_arc(desk.clone()))
            .serves(AccountabilityServiceServer::from_arc(desk.clone()))
            .serves(PanelServiceServer::from_arc(desk.clone()))
            .serves(DisclosureServiceServer::from_arc(desk.clone()))
            .serves(DocumentServiceServer::from_arc(desk.clone()))
            .hears(
                Inbox::new(desk)
                    .on::<UnitChanged>()
                    .on::<PostChanged>()
                    .on::<PolicyPublished>()
                    .on::<TaxonomyPublished>()
                    .on::<ComplaintRegistered>()
                    .on::<MaterialAdded>()
                    .on::<ComplaintWithdrawn>()
                    .on::<PapersCompleted>()
                    .on::<RelationFound>()
                    .on::<IdentityErased>()
                    .on::<GroupSuspected>()
                    .on::<WarningDue>()
                    .on::<Escalated>()
                    .on::<ClockBreached>()
                    .on::<NoticeDelivered>()
                    .on::<NoticeFailed>()
                    .on::<CaseSealed>(),
            )
            .counts(move || {
                let desk = counting.clone();
                async move {
                    let mut counts: BTreeMap<_, _> = store::lists::by_state(desk.db.reader())
                        .await?
                        .into_iter()
                        .collect();
                    counts.insert("cases".to_owned(), counts.values().sum());
                    Ok(counts)
                }
            }))
    }
}
