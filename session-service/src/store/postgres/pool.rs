//! Connections, with a bound on every wait.
use std::time::Duration;

use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::bounded;
use crate::store::StoreError;

/// The longest wait for a connection, making one included.
const ACQUIRE: Duration = Duration::from_secs(2);
/// A connection that does not answer this soon when it is given back is thrown away.
const RELEASE: Duration = Duration::from_secs(1);
/// Another replica may be changing tables: longer than this means that it hangs.
const MIGRATION: Duration = Duration::from_mins(1);

/// How every connection begins: the server gives up on us before we give up on it, and a commit is on
/// disk before it is acknowledged. Where the server promises more than its own disk, it keeps to it.
const MANNERS: &str = "SELECT \
    set_config('statement_timeout', '3s', false), \
    set_config('idle_in_transaction_session_timeout', '10s', false), \
    set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
        WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)";

/// Brings the tables up to date, one replica after the other: the others wait.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = bounded(ACQUIRE, PgConnection::connect_with(options)).await?;
    let migrator = sqlx::migrate!("migrations/postgres");
    bounded(MIGRATION, async {
        migrator.run(&mut connection).await.map_err(StoreError::from)
    })
    .await?;
    Ok(connection.close().await?)
}

/// A pool in which one connection more than asked for may listen.
pub(super) async fn connect(
    options: PgConnectOptions,
    connections: u32,
) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(connections.saturating_add(1))
        .acquire_timeout(ACQUIRE)
        .after_connect(|connection, _| {
            Box::pin(async { sqlx::query(MANNERS).execute(connection).await.map(drop) })
        })
        // A question that was given up on leaves its connection waiting for the answer.
        .after_release(|connection, _| {
            Box::pin(async { bounded(RELEASE, connection.ping()).await.map(|()| true) })
        })
        .connect_with(options)
        .await
}
