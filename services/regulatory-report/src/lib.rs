//! Regulatory-report: the half-year and yearly figures of guideline art. 23, each with the cases behind it.
//!
//! What is counted, and how, stands in [`domain::figures`]; over which time in [`domain::period`].

use std::{sync::Arc, time::Duration};

use chassis::{
    grpc::LARGEST_MESSAGE,
    inbox::Inbox,
    repeat::Repeat,
    run::{Assembly, Base, Service},
};
use suda_proto::{
    directory::v1::{TaxonomyPublished, UnitChanged},
    intake::v1::ComplaintRegistered,
    regulatory_report::v1::{
        regulatory_report_service_server::RegulatoryReportServiceServer,
        report_service_server::ReportServiceServer,
    },
    routing::v1::{
        AnswerSent, AppealDecided, AppealLodged, AppealWithdrawn, CaseAccepted, CaseAnswered,
        CaseClosed, CaseDeclined, CaseFiled, CaseJoined, CaseOpened, CaseSettled,
        CaseTransferredOut, CaseWithdrawn, ExtensionGranted, FollowedUp, HandlerAssigned,
        OrderIssued, ResultPassed, ResultReturned,
    },
    sla_watchdog::v1::{ClockBreached, ClockMet},
};

pub mod actions;
pub mod config;
pub mod desk;
pub mod domain;
pub mod errors;
pub mod grpc;
pub mod paper;
pub mod publications;
pub mod sheets;
pub mod store;
pub mod subscriptions;
pub mod wire;

use desk::Desk;

/// The service.
pub struct RegulatoryReport;

impl Service for RegulatoryReport {
    const NAME: &'static str = "regulatory-report";
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
            blobs: base.blobs,
            press: Arc::new(documents::Press::new(fonts)),
        });
        let (counting, expecting) = (desk.clone(), desk.clone());
        Ok(Assembly::new()
            .serves(
                RegulatoryReportServiceServer::from_arc(desk.clone())
                    .max_encoding_message_size(LARGEST_MESSAGE),
            )
            .serves(
                ReportServiceServer::from_arc(desk.clone())
                    .max_encoding_message_size(LARGEST_MESSAGE),
            )
            .repeats(Repeat::every(
                "expect_reports",
                Duration::from_secs(600),
                move || {
                    let desk = expecting.clone();
                    async move { actions::reporting::expect(&desk).await }
                },
            ))
            .hears(
                Inbox::new(desk)
                    .on::<UnitChanged>()
                    .on::<TaxonomyPublished>()
                    .on::<ComplaintRegistered>()
                    .on::<CaseOpened>()
                    .on::<CaseSettled>()
                    .on::<CaseFiled>()
                    .on::<CaseAccepted>()
                    .on::<CaseAnswered>()
                    .on::<CaseDeclined>()
                    .on::<OrderIssued>()
                    .on::<HandlerAssigned>()
                    .on::<AnswerSent>()
                    .on::<ResultReturned>()
                    .on::<FollowedUp>()
                    .on::<CaseTransferredOut>()
                    .on::<CaseJoined>()
                    .on::<AppealLodged>()
                    .on::<AppealDecided>()
                    .on::<AppealWithdrawn>()
                    .on::<ResultPassed>()
                    .on::<ExtensionGranted>()
                    .on::<CaseWithdrawn>()
                    .on::<CaseClosed>()
                    .on::<ClockMet>()
                    .on::<ClockBreached>(),
            )
            .counts(move || {
                let desk = counting.clone();
                async move {
                    let counts = store::counts(desk.db.reader()).await?;
                    Ok(counts.map(|(name, count)| (name.to_owned(), count)).into())
                }
            }))
    }
}
