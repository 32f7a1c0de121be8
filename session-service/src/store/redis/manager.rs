//! Connections for the pool.
//!
//! deadpool-redis' own manager asks `PING` at every check-out, which would double the commands of a
//! verify. Here a connection that answered within the last second is taken as it is.
use std::time::{Duration, Instant};

use deadpool::managed::{Manager as PoolManager, Metrics, RecycleError, RecycleResult};
use deadpool_redis::redis::{
    self, AsyncConnectionConfig, Client, RedisError, aio::MultiplexedConnection,
};

/// An answer this fresh shows that the connection works.
const FRESH: Duration = Duration::from_secs(1);

/// One connection, and when it last answered.
pub(super) struct Connection {
    /// The connection; used by one asker at a time.
    pub(super) wire: MultiplexedConnection,
    answered_at: Instant,
}

impl Connection {
    /// Notes that it works.
    pub(super) fn answered(&mut self) {
        self.answered_at = Instant::now();
    }
}

/// Makes connections and judges old ones.
pub(super) struct Manager {
    client: Client,
    config: AsyncConnectionConfig,
}

impl Manager {
    pub(super) fn new(client: Client, timeout: Duration) -> Self {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout));
        Self { client, config }
    }
}

impl PoolManager for Manager {
    type Type = Connection;
    type Error = RedisError;

    async fn create(&self) -> Result<Connection, RedisError> {
        let wire = self
            .client
            .get_multiplexed_async_connection_with_config(&self.config)
            .await?;
        Ok(Connection {
            wire,
            answered_at: Instant::now(),
        })
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<RedisError> {
        if connection.answered_at.elapsed() < FRESH {
            return Ok(());
        }
        let pong: String = redis::cmd("PING")
            .query_async(&mut connection.wire)
            .await
            .map_err(RecycleError::Backend)?;
        if pong != "PONG" {
            return Err(RecycleError::message(
                "the reply belongs to another question",
            ));
        }
        connection.answered();
        Ok(())
    }
}
