//! The service's own database: one way to open a transaction, with a name, and unable to forget the commit.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, SqlxPostgresConnector,
    Statement, TransactionTrait as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sqlx::{
    PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Notify;

use crate::{sight, telemetry::names};

/// A transaction.
pub type Tx = DatabaseTransaction;

/// Section `[database]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `postgres://user:password@host:port/database`.
    pub url: SecretString,
    /// How many connections at most.
    pub max_connections: u32,
    /// How long to wait for the database at start.
    pub start_patience_seconds: u64,
}

/// The service's own database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pool: DatabaseConnection,
    committed: Arc<Notify>,
}

/// A statement with its values, `$1` onwards.
pub fn sql(text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, values)
}

impl Db {
    /// Connects, waiting for a database that is still starting.
    ///
    /// # Errors
    /// When the URL is wrong or nothing answers within the patience of the settings.
    pub async fn connect(settings: &Settings, service: &str) -> anyhow::Result<Self> {
        let options = PgConnectOptions::from_str(settings.url.expose_secret())
            .context("database.url is no PostgreSQL URL")?
            .application_name(service)
            // Whoever holds a transaction open while doing something else shows himself at once.
            .options([
                ("idle_in_transaction_session_timeout", "10s"),
                ("timezone", "UTC"),
                // Statements here are short, and policies look dearer to the planner than they are.
                ("jit", "off"),
                // Without it a connection sees no row that a policy guards.
                sight::OWN_WORK,
            ]);
        let patience = Duration::from_secs(settings.start_patience_seconds);
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        wait_for(&pool, patience).await?;
        Ok(Self {
            pool: SqlxPostgresConnector::from_sqlx_postgres_pool(pool),
            committed: Arc::default(),
        })
    }

    /// Runs `work` in one transaction: `Ok` commits, `Err` rolls back.
    ///
    /// `name` labels the metrics. There is no retry here: a message is redelivered and a caller told to come
    /// back, so nothing runs twice unseen.
    ///
    /// # Errors
    /// What `work` gives, or what the database says.
    pub async fn transaction<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&Tx) -> Result<T, E>,
        E: From<DbErr>,
    {
        let started = std::time::Instant::now();
        let done = self.attempt(name, work).await;
        let result = if done.is_ok() {
            "committed"
        } else {
            "rolled_back"
        };
        metrics::histogram!(names::TRANSACTION_SECONDS, "transaction" => name, "result" => result)
            .record(started.elapsed().as_secs_f64());
        done
    }

    async fn attempt<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&Tx) -> Result<T, E>,
        E: From<DbErr>,
    {
        let tx = self.pool.begin().await?;
        match work(&tx).await {
            Ok(done) => {
                tx.commit().await?;
                self.committed.notify_one();
                Ok(done)
            }
            Err(error) => {
                // The first error is the one worth telling.
                if let Err(rollback) = tx.rollback().await {
                    tracing::debug!(transaction = name, error = %rollback, "could not roll back");
                }
                Err(error)
            }
        }
    }

    /// A transaction; whoever begins it ends it.
    pub(crate) async fn begin(&self) -> Result<Tx, DbErr> {
        self.pool.begin().await
    }

    /// For the service's own reading outside a transaction; what a caller is shown is read by [`Db::seen_by`].
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// The pool underneath, for what needs a connection of its own.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        self.pool.get_postgres_connection_pool()
    }

    /// Is notified after each commit of this process.
    #[must_use]
    pub fn committed(&self) -> Arc<Notify> {
        Arc::clone(&self.committed)
    }

    /// Says whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn answers(&self) -> anyhow::Result<()> {
        sqlx::query("SELECT 1").execute(self.pool()).await?;
        Ok(())
    }

    /// Applies the migrations that are not applied yet.
    ///
    /// # Errors
    /// When one fails, or an applied one was edited.
    pub async fn migrate(&self, migrator: &Migrator) -> anyhow::Result<()> {
        migrator
            .run(self.pool())
            .await
            .context("cannot migrate the database")
    }

    /// The role that the service works as, when the policies of the tables do not bind it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unbound_role(&self) -> anyhow::Result<Option<String>> {
        let role: Option<String> = sqlx::query_scalar(
            "SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(role)
    }

    /// Says whether the schema is the one this program knows.
    ///
    /// # Errors
    /// Names the first migration that is missing or unknown, and what to do.
    pub async fn check_schema(&self, migrator: &Migrator, service: &str) -> anyhow::Result<()> {
        let applied: Vec<i64> = sqlx::query_scalar(
            "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version",
        )
        .fetch_all(self.pool())
        .await
        .with_context(|| format!("the database was never migrated; run `{service} migrate`"))?;
        for known in migrator.iter() {
            if !applied.contains(&known.version) {
                bail!(
                    "migration {} is not applied; run `{service} migrate`",
                    known.version
                );
            }
        }
        for version in applied {
            if !migrator.version_exists(version) {
                bail!(
                    "the database has migration {version}, which this program does not know; run a newer {service}"
                );
            }
        }
        Ok(())
    }
}

/// Whether an error comes of a database that is away, or was for a moment: what was asked may have been done or not, and may
/// be asked again.
#[must_use]
pub fn is_away(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let away = match (
            error.downcast_ref::<DbErr>(),
            error.downcast_ref::<sqlx::Error>(),
        ) {
            (Some(DbErr::ConnectionAcquire(_)), _) => true,
            (
                Some(
                    DbErr::Conn(RuntimeErr::SqlxError(error))
                    | DbErr::Exec(RuntimeErr::SqlxError(error))
                    | DbErr::Query(RuntimeErr::SqlxError(error)),
                ),
                _,
            ) => broke(error),
            (_, Some(error)) => broke(error),
            _ => false,
        };
        if away {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether a text was refused that no database keeps: it has a NUL byte in it.
#[must_use]
pub fn is_unstorable(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)),
        ) = error.downcast_ref::<DbErr>()
        {
            // character_not_in_repertoire, untranslatable_character
            let code = error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code);
            return code.is_some_and(|code| matches!(&*code, "22021" | "22P05"));
        }
        cause = error.source();
    }
    false
}

fn broke(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            // Shutting down, starting up, out of connections; or two that cannot both go first.
            let code = error.code().unwrap_or_default();
            ["57P", "53", "08", "40"]
                .iter()
                .any(|class| code.starts_with(class))
                // The same request came twice at once, and the other one is being answered.
                || error.constraint() == Some("requests_pkey")
        }
        _ => false,
    }
}

async fn wait_for(pool: &PgPool, patience: Duration) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    let until = tokio::time::Instant::now() + patience;
    loop {
        tick.tick().await;
        match sqlx::query("SELECT 1").execute(pool).await {
            Ok(_) => return Ok(()),
            Err(error) if tokio::time::Instant::now() >= until => {
                return Err(error).context("the database does not answer; see database.url");
            }
            Err(error) => tracing::debug!(%error, "the database does not answer yet"),
        }
    }
}
