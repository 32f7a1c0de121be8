//! Accounts and revocations in PostgreSQL: to outgrow one machine.
mod accounts;
mod nudge;
mod pool;
mod revocations;
mod settings;
mod user_rows;

pub use self::settings::{PostgresSettings, PostgresSettingsError};

use std::fmt;

use sqlx::PgPool;

use self::nudge::Nudges;
use super::{StoreError, sql::asked, statement::Statement};

/// Keeps accounts and revocations in PostgreSQL.
///
/// What was acknowledged is on the server's disk, also where the server is set to be hasty. Several
/// stores, in as many processes, may work on one database.
pub struct PostgresStore {
    pool: PgPool,
    nudges: Nudges,
}

impl PostgresStore {
    /// Connects, and brings the tables up to date. Several may do so at once.
    ///
    /// # Errors
    /// When the server does not answer in time or refuses, or the database is not ours.
    pub async fn open(settings: &PostgresSettings) -> Result<Self, StoreError> {
        let options = settings.options()?;
        pool::migrate(&options).await?;
        let pool = pool::connect(options, settings.connections).await?;
        let nudges = Nudges::listen(pool.clone());
        Ok(Self { pool, nudges })
    }

    /// Gives up on a silent server.
    async fn within<T>(
        &self,
        statement: Statement,
        answer: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, StoreError> {
        asked("postgresql", statement, answer)
            .await
            .map_err(StoreError::Sql)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresStore(..)")
    }
}
