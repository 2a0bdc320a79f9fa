//! Units, posts, people, sign-in, calendars and policies.

use chassis::run::{Assembly, Base, Service};
use suda_proto::directory::v1::directory_service_server::DirectoryServiceServer;

mod actions;
mod config;
pub mod domain;
mod grpc;
pub mod reference;
mod store;

pub use config::Settings;

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
        let desk = grpc::Desk {
            db: base.db,
            clock: base.clock,
            ids: base.ids,
            keys: base.keys,
            passwords: actions::signing_in::Passwords::new(&settings)?,
            settings,
        };
        let server = DirectoryServiceServer::new(desk)
            .max_decoding_message_size(chassis::grpc::LARGEST_MESSAGE);
        Ok(
            Assembly::new()
                .serves(server.max_encoding_message_size(chassis::grpc::LARGEST_MESSAGE)),
        )
    }
}
