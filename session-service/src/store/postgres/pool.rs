//! Connections, with a bound on every wait.
use std::time::Duration;

use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::store::{StoreError, sql::bounded};

/// The longest wait for a connection, making one included.
const ACQUIRE: Duration = Duration::from_secs(2);
/// A connection that does not answer this soon when it is given back is thrown away.
const RELEASE: Duration = Duration::from_secs(1);
/// Another replica may be changing tables: longer than this means that it hangs.
const MIGRATION: Duration = Duration::from_mins(1);

/// How every connection begins: what we gave up on does not go on for long, and a commit is on disk
/// before it is acknowledged. Where the server promises more than its own disk, it keeps to it.
const MANNERS: &str = "SELECT \
    set_config('statement_timeout', '3s', false), \
    set_config('idle_in_transaction_session_timeout', '10s', false), \
    set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
        WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)";

/// Brings the tables up to date, one replica after the other: the others wait.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<(), StoreError> {
    // Without the limit on statements: waiting for another replica is one.
    let alone = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.clone())
        .await;
    let alone = match alone {
        Err(sqlx::Error::PoolTimedOut) => return Err(Box::pin(why_away(options)).await),
        alone => alone?,
    };
    let migrator = sqlx::migrate!("migrations/postgres");
    let migrated = async { Ok::<_, StoreError>(migrator.run(&alone).await?) };
    bounded(MIGRATION, migrated).await?;
    alone.close().await;
    Ok(())
}

/// A pool asks again until its time is over, and then does not say what it heard.
async fn why_away(options: &PgConnectOptions) -> StoreError {
    let heard = bounded(ACQUIRE, PgConnection::connect_with(options)).await;
    StoreError::DatabaseAway(heard.err().unwrap_or(sqlx::Error::PoolTimedOut))
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
